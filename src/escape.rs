//! Characters that a terminal obeys or does not show, and how they are written out.
//!
//! This is the one table for all: terminal output, quotations of services, `--json`, results that are not what they look like.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

/// Characters that no reader sees: zero-width, bidirectional, joining, filling and tagging ones. First and last of each
/// range: Unicode's `Default_Ignorable_Code_Point`, its separators of lines and paragraphs, its annotation marks, and
/// the blank pattern of braille.
const INVISIBLE: [(char, char); 18] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether a character must not reach a terminal unescaped: a control character, or one of [`INVISIBLE`].
#[must_use]
pub fn is_harmful(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control() || is_invisible(character)
}

/// Whether a character is one that no reader sees.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    let after = INVISIBLE.partition_point(|(first, _)| *first <= character);
    after.checked_sub(1).is_some_and(|at| character <= INVISIBLE[at].1)
}

/// Makes a text from outside harmless on a terminal and on one line: control characters and those that no reader sees
/// are shown as `\u{..}`.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmful(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// Writes a value as JSON in which no harmful character stands unescaped: a parser reads the same value, and a terminal
/// that shows the text obeys nothing in it.
///
/// # Errors
///
/// When the value is none that JSON can hold.
pub fn to_json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut text = Vec::with_capacity(256);
    value.serialize(&mut Serializer::with_formatter(&mut text, Harmless(CompactFormatter)))?;
    // The formatter writes ASCII and parts of texts, between characters.
    String::from_utf8(text).map_err(serde::ser::Error::custom)
}

/// The compact form, with `\uXXXX` for harmful characters. Serde escapes those below U+0020 itself.
struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, character)) = rest.char_indices().find(|(_, character)| is_harmful(*character)) {
            self.0.write_string_fragment(writer, &rest[..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + character.len_utf8()..];
        }
        self.0.write_string_fragment(writer, rest)
    }
}

/// Returns an error with its causes.
pub(crate) fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keeps_the_table_in_order() {
        assert!(INVISIBLE.iter().all(|(first, last)| first <= last));
        assert!(INVISIBLE.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn escapes_what_could_harm_a_terminal() {
        assert_eq!(one_line("a\u{1b}[2Jb\r\n\tc"), "a\\u{1b}[2Jb\\r\\n\\tc");
        assert_eq!(one_line("evil\u{202e}txt"), "evil\\u{202e}txt");
        assert_eq!(one_line("12.0\" ÄÖ €"), "12.0\" ÄÖ €");
    }

    #[test]
    fn distinguishes_harmful_from_visible_characters() {
        let harmful = "\u{0}\t\n\u{1b}\u{7f}\u{80}\u{9b}\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}\u{200d}\u{200f}\u{2028}\
                       \u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{3164}\u{fe0f}\u{feff}\u{fff9}\u{e0041}\u{e0100}";
        assert_eq!(harmful.chars().find(|character| !is_harmful(*character)), None);
        let visible = " ~Aä€ß„“…\u{a0}\u{300}\u{2010}\u{2027}\u{202f}\u{2070}日本😀\u{fffd}\u{10ffff}";
        assert_eq!(visible.chars().find(|character| is_harmful(*character)), None);
    }

    #[test]
    fn writes_json_that_a_terminal_can_show() {
        let text = "a\u{9b}2Jb\u{202e}c\u{200b}\u{7f}\u{e0041}d\"\\\n\u{1b}é";
        let expected = r#""a\u009b2Jb\u202ec\u200b\u007f\udb40\udc41d\"\\\n\u001bé""#;
        assert_eq!(to_json(&text).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn writes_json_that_reads_back_the_same(text in "(\\PC|[\u{0}-\u{a0}]|[\u{200b}-\u{206f}]|[\u{e0000}-\u{e0100}]){0,40}") {
            let json = to_json(&serde_json::json!({ &text: [&text, 1, null] })).unwrap();
            prop_assert!(!json.chars().any(is_harmful), "{json:?}");
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read, serde_json::json!({ &text: [&text, 1, null] }));
        }
    }
}
