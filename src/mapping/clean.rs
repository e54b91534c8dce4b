//! Makes text of the store fit for one line of IQR, and otherwise leaves it byte for byte unchanged.
//!
//! Escaping is not done here: that belongs to the wire format.

use std::borrow::Cow;

/// The text as one line: line breaks, tabs and control characters count as blanks, runs of blanks become one, blanks at
/// the ends go, and what XML 1.0 forbids is dropped.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if is_one_line(text) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    let mut blank_before = false;
    for character in text.chars().filter(|character| !is_forbidden(*character)) {
        if is_blank(character) {
            blank_before = true;
            continue;
        }
        if blank_before && !line.is_empty() {
            line.push(' ');
        }
        blank_before = false;
        line.push(character);
    }
    Cow::Owned(line)
}

fn is_one_line(text: &str) -> bool {
    if text.is_ascii() {
        let is_clean = |pair: &[u8]| pair != b"  " && !pair[1].is_ascii_control();
        return text.bytes().next().is_none_or(|first| first > b' ' && first != 0x7f)
            && text.as_bytes().windows(2).all(is_clean)
            && !text.ends_with(' ');
    }
    let mut blank_before = true;
    for character in text.chars() {
        let blank = is_blank(character);
        if is_forbidden(character) || (blank && (blank_before || character != ' ')) {
            return false;
        }
        blank_before = blank;
    }
    text.is_empty() || !blank_before
}

/// Returns the runs of letters and digits.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether a text begins with an ASCII word, in any case.
pub(super) fn begins_with(text: &str, beginning: &str) -> bool {
    text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

/// Whether an ASCII text stands anywhere in another one, in any case.
pub(super) fn holds(text: &str, part: &str) -> bool {
    let Some(first) = part.bytes().next() else { return true };
    let is_part =
        |window: &[u8]| window[0].eq_ignore_ascii_case(&first) && window.eq_ignore_ascii_case(part.as_bytes());
    text.as_bytes().windows(part.len()).any(is_part)
}

/// White space of any kind, and control characters (U+0085 is among them).
fn is_blank(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// Whether XML 1.0 forbids a character that is no control character.
fn is_forbidden(character: char) -> bool {
    matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// The form of a test's name by which it is found.
pub(super) fn folded(name: &str) -> String {
    one_line(name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_several_lines_to_one() {
        for (raw, line) in [
            ("", ""),
            (" ", ""),
            ("A  B", "A B"),
            ("\tA\r\nB\u{0}\u{1b}[31mC\n", "A B [31mC"),
            ("A\u{2028}B\u{85}C\u{a0}\u{a0}D", "A B C D"),
            ("A\u{fffe}B\u{ffff}", "AB"),
            ("\u{ffff} \u{fffe}", ""),
            (" A", "A"),
            ("A ", "A"),
            ("\u{7f}A\u{7f}", "A"),
            ("A\u{b}B", "A B"),
        ] {
            assert_eq!(one_line(raw), line, "{raw:?}");
        }
    }

    #[test]
    fn leaves_a_clean_line_byte_for_byte() {
        for text in ["E3-1200 v2/3rd Gen", "12.0\"", "]]>&amp;{x}", "\u{202e}abc", "Ä\u{308}€😀"] {
            assert!(matches!(one_line(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }
}
