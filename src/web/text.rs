//! Makes texts of the server fit for a message: one line, short, harmless on a terminal. They are quoted by a
//! [`Redactor`](super::redact::Redactor) alone.

use crate::escape::is_harmful;

/// The most characters of a server's text that a message repeats.
const MAX_LENGTH: usize = 200;

/// `text` on one line, control and invisible characters escaped, at most 200 characters.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        if length > 0 {
            line.push(' ');
        }
        for character in word.chars() {
            if length >= MAX_LENGTH {
                line.push('…');
                return line;
            }
            push_harmless(&mut line, character);
            length += 1;
        }
        length += 1;
    }
    line
}

/// Whether an answer is a web page: a login form, an error page, a proxy's notice.
pub(crate) fn is_html(body: &[u8]) -> bool {
    let head = &body[..body.len().min(1024)];
    let begins = |tag: &[u8], mark: &[u8]| tag.get(..mark.len()).is_some_and(|name| name.eq_ignore_ascii_case(mark));
    memchr::memchr_iter(b'<', head)
        .map(|at| &head[at..])
        .any(|tag| [&b"<html"[..], b"<!doctype html", b"<body"].iter().any(|mark| begins(tag, mark)))
}

/// Tags become blanks; of a style or script nothing is left, for it says nothing to a person.
pub(crate) fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        plain.push(' ');
        rest = after_tag(tag);
    }
    plain.push_str(rest);
    plain
}

fn after_tag(tag: &str) -> &str {
    let is = |element: &str| tag.get(..element.len()).is_some_and(|name| name.eq_ignore_ascii_case(element));
    let end = if is("style") || is("script") { tag.split_once("</").map_or("", |(_, end)| end) } else { tag };
    end.split_once('>').map_or("", |(_, rest)| rest)
}

fn push_harmless(line: &mut String, character: char) {
    if is_harmful(character) {
        line.extend(character.escape_unicode());
    } else {
        line.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(text: &str) -> String {
        one_line(&without_tags(text))
    }

    #[test]
    fn makes_server_text_one_harmless_line() {
        assert_eq!(quote("a\r\n  b\tc"), "a b c");
        assert_eq!(quote("\u{1b}[2Jx\u{202e}y\u{0}"), "\\u{1b}[2Jx\\u{202e}y\\u{0}");
        assert_eq!(quote("<html><style>p {}</style><p>Request Error</p></html>"), "Request Error");
        assert_eq!(quote("<p"), "");
        assert_eq!(quote("a\u{ad}b\u{e0041}"), "a\\u{ad}b\\u{e0041}");
        let long = quote(&"é".repeat(1000));
        assert_eq!(long.chars().count(), 201);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn distinguishes_web_page_from_data() {
        assert!(is_html(b"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD XHTML 1.0\"><HTML>"));
        assert!(is_html(b"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">"));
        assert!(!is_html(b"{\"a\": 1}"));
        assert!(!is_html(b""));
    }
}
