//! What the server said, made fit for a message: one line, short, harmless on a terminal.

use crate::escape::is_harmful;

/// Longest text of the server's that a message repeats, in characters.
const LONGEST: usize = 200;

/// `text` without markup, on one line, control and invisible characters escaped, at most 200 characters.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::new();
    let mut length = 0;
    for word in without_tags(text).split_whitespace() {
        if length > 0 {
            quoted.push(' ');
        }
        for character in word.chars() {
            if length >= LONGEST {
                quoted.push('…');
                return quoted;
            }
            push_harmless(&mut quoted, character);
            length += 1;
        }
        length += 1;
    }
    quoted
}

/// As [`quote`], for an answer's bytes: the beginning is enough.
pub(super) fn quote_bytes(body: &[u8]) -> String {
    quote(&String::from_utf8_lossy(&body[..body.len().min(8 * LONGEST)]))
}

/// Whether an answer is a web page: a login form, an error page, a proxy's notice.
pub(super) fn is_html(body: &[u8]) -> bool {
    let head = &body[..body.len().min(1024)];
    let begins = |tag: &[u8], mark: &[u8]| tag.get(..mark.len()).is_some_and(|name| name.eq_ignore_ascii_case(mark));
    memchr::memchr_iter(b'<', head)
        .map(|at| &head[at..])
        .any(|tag| [&b"<html"[..], b"<!doctype html", b"<body"].iter().any(|mark| begins(tag, mark)))
}

/// Whether the service says that it has no such path, which is the config's fault and not the asset's.
pub(super) fn is_missing_endpoint(text: &str) -> bool {
    text.to_lowercase().contains("endpoint not found")
}

/// Tags become blanks; of a style or script nothing is left, for it says nothing to a person.
fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len().min(4096));
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

fn push_harmless(quoted: &mut String, character: char) {
    if is_harmful(character) {
        quoted.extend(character.escape_unicode());
    } else {
        quoted.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_becomes_one_harmless_line() {
        assert_eq!(quote("a\r\n  b\tc"), "a b c");
        assert_eq!(quote("\u{1b}[2Jx\u{202e}y\u{0}"), "\\u{1b}[2Jx\\u{202e}y\\u{0}");
        assert_eq!(quote("<html><style>p {}</style><p>Request Error</p></html>"), "Request Error");
        assert_eq!(quote("<p"), "");
        let long = quote(&"é".repeat(1000));
        assert_eq!(long.chars().count(), 201);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn a_web_page_is_told_from_data() {
        assert!(is_html(b"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD XHTML 1.0\"><HTML>"));
        assert!(is_html(b"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">"));
        assert!(!is_html(b"{\"a\": 1}"));
        assert!(!is_html(b""));
    }
}
