//! A secret as people write it down, and what must not be in it.
//!
//! Files are saved with a byte order mark, keys are pasted with quotes around them or with invisible characters. The
//! service would refuse such a secret without saying why. What surely belongs to the file, not to the secret, is
//! stripped: a byte order mark at the front, white space and line ends at both ends. Everything else that no secret
//! holds is named.
//!
//! A secret is of printable ASCII without blanks, quotes and backticks, whatever the encoding of its maker. A password
//! differs: a person chose it, and it may hold every character that a reader sees, and blanks, also at its ends. Of
//! what is around it, only the byte order mark and the line ends behind it are stripped.

use std::fmt;

use thiserror::Error;

use super::text::Secret;
use crate::escape::is_harmful;

/// No secret is longer, with all that is around it.
pub const MAX_SECRET_BYTES: usize = 64 * 1024;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Names of characters that no secret holds; the first range that fits. Others have a name by their kind.
const NAMES: &[(char, char, &str)] = &[
    (' ', ' ', "a blank"),
    ('"', '"', "a straight double quote"),
    ('\'', '\'', "a straight single quote"),
    ('`', '`', "a backtick"),
    ('\0', '\0', "a null character"),
    ('\t', '\t', "a tab"),
    ('\n', '\n', "a line end"),
    ('\r', '\r', "a carriage return"),
    ('\u{1b}', '\u{1b}', "an escape character"),
    ('\u{a0}', '\u{a0}', "a non-breaking blank"),
    ('\u{ab}', '\u{ab}', "an angle quote"),
    ('\u{ad}', '\u{ad}', "a soft hyphen"),
    ('\u{b4}', '\u{b4}', "an acute accent"),
    ('\u{bb}', '\u{bb}', "an angle quote"),
    ('\u{34f}', '\u{34f}', "an invisible joiner"),
    ('\u{61c}', '\u{61c}', "an Arabic letter mark"),
    ('\u{115f}', '\u{1160}', "an invisible filler"),
    ('\u{180e}', '\u{180e}', "a vowel separator"),
    ('\u{2000}', '\u{200a}', "a blank of special width"),
    ('\u{200b}', '\u{200b}', "a zero-width space"),
    ('\u{200c}', '\u{200c}', "a zero-width non-joiner"),
    ('\u{200d}', '\u{200d}', "a zero-width joiner"),
    ('\u{200e}', '\u{200e}', "a left-to-right mark"),
    ('\u{200f}', '\u{200f}', "a right-to-left mark"),
    ('\u{2010}', '\u{2010}', "a typographic hyphen"),
    ('\u{2011}', '\u{2011}', "a non-breaking hyphen"),
    ('\u{2012}', '\u{2012}', "a figure dash"),
    ('\u{2013}', '\u{2013}', "an en dash"),
    ('\u{2014}', '\u{2014}', "an em dash"),
    ('\u{2018}', '\u{2018}', "a left curly single quote"),
    ('\u{2019}', '\u{2019}', "a right curly single quote"),
    ('\u{201a}', '\u{201b}', "a curly single quote"),
    ('\u{201c}', '\u{201c}', "a left curly double quote"),
    ('\u{201d}', '\u{201d}', "a right curly double quote"),
    ('\u{201e}', '\u{201f}', "a curly double quote"),
    ('\u{2026}', '\u{2026}', "an ellipsis"),
    ('\u{2028}', '\u{2028}', "a line separator"),
    ('\u{2029}', '\u{2029}', "a paragraph separator"),
    ('\u{202a}', '\u{202a}', "a left-to-right embedding"),
    ('\u{202b}', '\u{202b}', "a right-to-left embedding"),
    ('\u{202c}', '\u{202c}', "an end of a direction (pop directional formatting)"),
    ('\u{202d}', '\u{202d}', "a left-to-right override"),
    ('\u{202e}', '\u{202e}', "a right-to-left override"),
    ('\u{202f}', '\u{202f}', "a narrow non-breaking blank"),
    ('\u{2032}', '\u{2033}', "a prime"),
    ('\u{2039}', '\u{203a}', "a single angle quote"),
    ('\u{205f}', '\u{205f}', "a blank of special width"),
    ('\u{2060}', '\u{2060}', "a word joiner"),
    ('\u{2061}', '\u{2064}', "an invisible operator"),
    ('\u{2066}', '\u{2066}', "a left-to-right isolate"),
    ('\u{2067}', '\u{2067}', "a right-to-left isolate"),
    ('\u{2068}', '\u{2068}', "a first strong isolate"),
    ('\u{2069}', '\u{2069}', "an end of a direction (pop directional isolate)"),
    ('\u{2212}', '\u{2212}', "a minus sign"),
    ('\u{2800}', '\u{2800}', "a blank braille pattern"),
    ('\u{3000}', '\u{3000}', "an ideographic blank"),
    ('\u{3164}', '\u{3164}', "an invisible filler"),
    ('\u{fe00}', '\u{fe0f}', "a variation selector"),
    (BYTE_ORDER_MARK, BYTE_ORDER_MARK, "a byte order mark"),
    ('\u{ff01}', '\u{ff5e}', "a full-width character"),
    ('\u{ffa0}', '\u{ffa0}', "an invisible filler"),
    ('\u{fffd}', '\u{fffd}', "a replacement character, left by a conversion"),
    ('\u{e0000}', '\u{e007f}', "an invisible tag character"),
    ('\u{e0100}', '\u{e01ef}', "a variation selector"),
];

/// The characters that a secret may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretForm {
    /// A machine made it: printable ASCII without blanks, quotes and backticks. White space around it is no part of it.
    Token,
    /// A person chose it: everything but control characters and those that no reader sees. Blanks are part of it; line
    /// ends behind it are not.
    Password,
}

/// Why a text is no secret; it holds no part of the text.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the {what} in {origin} {flaw}")]
pub struct SecretError {
    /// The name of the secret: `API key`.
    pub what: &'static str,
    /// The variable or the file that the text is from.
    pub origin: String,
    /// The flaw.
    pub flaw: SecretFlaw,
}

/// The flaw of a text that should be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretFlaw {
    /// There is nothing but white space.
    Blank,
    /// More than [`MAX_SECRET_BYTES`].
    TooLong,
    /// The byte order mark of UTF-16 at the beginning.
    Utf16,
    /// A byte that belongs to no character of UTF-8.
    Byte {
        /// The byte.
        byte: u8,
        /// Which character would be the next one, counted from 1.
        position: usize,
    },
    /// A character that no secret holds.
    Character {
        /// The character. No secret holds it, so that it tells nothing of this one.
        character: char,
        /// Which one it is of all that was read, counted from 1.
        position: usize,
    },
}

impl Secret {
    /// Reads a secret that a person wrote into a variable or a file: strips what is around it, and refuses what no
    /// secret holds.
    ///
    /// # Errors
    ///
    /// [`SecretError`], with the name of the secret and of its origin, and the first character that does not belong
    /// there.
    pub fn parse(
        what: &'static str,
        form: SecretForm,
        bytes: &[u8],
        origin: impl FnOnce() -> String,
    ) -> Result<Self, SecretError> {
        cleaned(form, bytes).map(Self::new).map_err(|flaw| SecretError { what, origin: origin(), flaw })
    }

    /// The part of a text that is most likely the secret, if the text is not clean: to look for it, not to use it.
    #[must_use]
    pub fn guess(form: SecretForm, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let parts = text.split(|character| !form.has(character)).map(str::trim);
        Self::new(parts.max_by_key(|part| part.len()).unwrap_or_default())
    }
}

impl SecretForm {
    /// Whether secrets of this form are made of such characters.
    fn has(self, character: char) -> bool {
        match self {
            Self::Token => character.is_ascii_graphic() && !matches!(character, '"' | '\'' | '`'),
            Self::Password => !is_harmful(character) && character != char::REPLACEMENT_CHARACTER,
        }
    }

    /// Strips what stands behind a secret and is no part of it.
    fn without_end(self, text: &str) -> &str {
        match self {
            Self::Token => text.trim_end(),
            Self::Password => text.trim_end_matches(['\r', '\n']),
        }
    }

    /// Strips what stands before a secret and is no part of it.
    fn without_beginning(self, text: &str) -> &str {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        match self {
            Self::Token => text.trim_start(),
            Self::Password => text,
        }
    }
}

fn cleaned(form: SecretForm, bytes: &[u8]) -> Result<&str, SecretFlaw> {
    if bytes.len() > MAX_SECRET_BYTES {
        return Err(SecretFlaw::TooLong);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(SecretFlaw::Utf16);
    }
    let (text, bad_byte) = match std::str::from_utf8(bytes) {
        Ok(text) => (form.without_end(text), None),
        Err(error) => {
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            (std::str::from_utf8(valid).unwrap_or_default(), rest.first().copied())
        }
    };
    let secret = form.without_beginning(text);
    let stripped = text[..text.len() - secret.len()].chars().count();
    let mut characters = (stripped + 1..).zip(secret.chars());
    if let Some((position, character)) = characters.find(|(_, character)| !form.has(*character)) {
        return Err(SecretFlaw::Character { character, position });
    }
    match bad_byte {
        Some(byte) => Err(SecretFlaw::Byte { byte, position: text.chars().count() + 1 }),
        None if secret.trim().is_empty() => Err(SecretFlaw::Blank),
        None => Ok(secret),
    }
}

fn name_of(character: char) -> &'static str {
    let named = NAMES.iter().find(|(first, last, _)| (*first..=*last).contains(&character));
    match named {
        Some((_, _, name)) => name,
        None if character.is_control() => "a control character",
        None if matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..) => "a private-use character",
        None => "a character that is not ASCII",
    }
}

impl fmt::Display for SecretFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ADVICE: &str = "remove all that is not part of it, or copy it again";
        match *self {
            Self::Blank => f.write_str("is blank"),
            Self::TooLong => {
                write!(
                    f,
                    "has more than {} KiB; it is another file, or holds more than it should",
                    MAX_SECRET_BYTES / 1024
                )
            }
            Self::Utf16 => {
                f.write_str("is saved as UTF-16 (its byte order mark says so); save it as UTF-8 or plain text")
            }
            Self::Byte { byte, position } => {
                write!(f, "has a byte that is no UTF-8 text (0x{byte:02X}) at character {position}; {ADVICE}")
            }
            Self::Character { character: ' ', position } => {
                write!(f, "has a blank at character {position}; {ADVICE}")
            }
            Self::Character { character, position } => {
                let name = name_of(character);
                if character.is_ascii_graphic() {
                    write!(f, "has {name} ({character}) at character {position}; {ADVICE}")
                } else {
                    write!(f, "has {name} (U+{:04X}) at character {position}; {ADVICE}", u32::from(character))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(bytes: &[u8]) -> Result<String, SecretError> {
        parse_as(SecretForm::Token, bytes)
    }

    fn parse_as(form: SecretForm, bytes: &[u8]) -> Result<String, SecretError> {
        Secret::parse("API key", form, bytes, || "FILE".to_owned()).map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn strips_the_mark_and_white_space_around_a_secret() {
        for text in [
            "a+b/c=",
            "\u{feff}a+b/c=",
            " a+b/c= ",
            "\r\n\ta+b/c=\r\n\r\n",
            "\u{feff} \na+b/c=\n",
            "\u{a0}a+b/c=\u{2028}",
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap(), "a+b/c=", "{text:?}");
        }
        let marks = "!#$%&()*+,-./09:;<=>?@AZ[\\]^_az{|}~";
        assert_eq!(parse(marks.as_bytes()).unwrap(), marks);
    }

    #[test]
    fn keeps_every_visible_character_and_blank_of_a_password() {
        for password in
            ["Summer 2026!", " blank at its ends ", "quo\"te's`", "\u{fc}ber\u{20ac}", "\u{201c}x\u{201d}", "= "]
        {
            for written in [password.to_owned(), format!("{password}\n"), format!("\u{feff}{password}\r\n\r\n")] {
                assert_eq!(parse_as(SecretForm::Password, written.as_bytes()).unwrap(), password, "{written:?}");
            }
        }
        for (text, expected) in [
            ("a\nb", "a line end (U+000A) at character 2"),
            ("\na", "a line end (U+000A) at character 1"),
            ("a\tb\n", "a tab (U+0009) at character 2"),
            ("a\u{7}", "a control character (U+0007) at character 2"),
            ("a\u{200b}", "a zero-width space (U+200B) at character 2"),
            ("a\u{2028}", "a line separator (U+2028) at character 2"),
            (" \u{a0}\n", "is blank"),
            ("", "is blank"),
        ] {
            let message = parse_as(SecretForm::Password, text.as_bytes()).unwrap_err().to_string();
            assert!(message.contains(expected), "{text:?}: {message}");
        }
    }

    #[test]
    fn names_each_character_and_its_place() {
        for (text, expected) in [
            ("\"k3y\"", "a straight double quote (\") at character 1"),
            ("'k3y'", "a straight single quote (') at character 1"),
            ("`k3y`", "a backtick (`) at character 1"),
            ("k3y\"", "a straight double quote (\") at character 4"),
            ("\u{feff}\"k3y\"", "a straight double quote (\") at character 2"),
            (" \u{201c}k3y\u{201d}", "a left curly double quote (U+201C) at character 2"),
            ("k3y\u{201d}", "a right curly double quote (U+201D) at character 4"),
            ("\u{2018}k3y", "a left curly single quote (U+2018) at character 1"),
            ("\u{ab}k3y\u{bb}", "an angle quote (U+00AB) at character 1"),
            ("k3 y", "a blank at character 3"),
            ("k3\ty", "a tab (U+0009) at character 3"),
            ("k3\ny", "a line end (U+000A) at character 3"),
            ("k3\r\ny", "a carriage return (U+000D) at character 3"),
            ("k3\u{a0}y", "a non-breaking blank (U+00A0) at character 3"),
            ("k3\u{ad}y", "a soft hyphen (U+00AD) at character 3"),
            ("k3y\u{200b}", "a zero-width space (U+200B) at character 4"),
            ("k3\u{200c}y", "a zero-width non-joiner (U+200C) at character 3"),
            ("k3\u{200d}y", "a zero-width joiner (U+200D) at character 3"),
            ("k3\u{2060}y", "a word joiner (U+2060) at character 3"),
            ("k3\u{feff}y", "a byte order mark (U+FEFF) at character 3"),
            ("\u{feff}\u{feff}k3y", "a byte order mark (U+FEFF) at character 2"),
            ("\u{200e}k3y", "a left-to-right mark (U+200E) at character 1"),
            ("k3y\u{202e}", "a right-to-left override (U+202E) at character 4"),
            ("k3\u{2066}y", "a left-to-right isolate (U+2066) at character 3"),
            ("k3\u{0}y", "a null character (U+0000) at character 3"),
            ("k3y\u{7}", "a control character (U+0007) at character 4"),
            ("k3y\u{7f}", "a control character (U+007F) at character 4"),
            ("k3\u{2013}y", "an en dash (U+2013) at character 3"),
            ("k3\u{e9}y", "a character that is not ASCII (U+00E9) at character 3"),
            ("k3\u{ff21}y", "a full-width character (U+FF21) at character 3"),
            ("k3y\u{e0041}", "an invisible tag character (U+E0041) at character 4"),
            ("k3y\u{f8ff}", "a private-use character (U+F8FF) at character 4"),
        ] {
            let message = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(message.starts_with(&format!("the API key in FILE has {expected}; ")), "{text:?}: {message}");
        }
    }

    #[test]
    fn refuses_what_is_no_text_or_no_secret() {
        for (bytes, expected) in [
            (&b""[..], "is blank"),
            (b" \r\n", "is blank"),
            (b"\xef\xbb\xbf\n", "is blank"),
            (b"\xff\xfek\x003\x00", "is saved as UTF-16"),
            (b"\xfe\xff\x00k\x003", "is saved as UTF-16"),
            (b"k\x003\x00", "a null character (U+0000) at character 2"),
            (b"\xef\xbb\xbfk3\xe9y", "a byte that is no UTF-8 text (0xE9) at character 4"),
            (b"k 3\xe9y", "a blank at character 2"),
        ] {
            let message = parse(bytes).unwrap_err().to_string();
            assert!(message.contains(expected), "{bytes:?}: {message}");
        }
    }

    #[test]
    fn guesses_the_secret_of_an_unclean_text() {
        for text in ["\u{feff}\"k3y+\"\n", "\u{201c}k3y+\u{201d}", "k3y+\u{200b}", "a k3y+", "k3y+"] {
            assert_eq!(Secret::guess(SecretForm::Token, text.as_bytes()).expose(), "k3y+", "{text:?}");
        }
        assert_eq!(Secret::guess(SecretForm::Token, b" \n").expose(), "");
        for text in ["\u{feff}my \"pass\" word\r\n", "my \"pass\" word \n\n", "my \"pass\" word\u{200b}"] {
            let guess = Secret::guess(SecretForm::Password, text.as_bytes());
            assert_eq!(guess.expose(), "my \"pass\" word", "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn takes_clean_secrets_only_and_shows_none(text in "(\\PC|[ -~]|\\s|\u{200b}|\u{feff}|\\p{Cc}){0,20}") {
            match parse(text.as_bytes()) {
                Ok(secret) => {
                    prop_assert!(!secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic()));
                    prop_assert_eq!(text.strip_prefix('\u{feff}').unwrap_or(&text).trim(), secret);
                }
                Err(SecretError { flaw: SecretFlaw::Character { character, position }, .. }) => {
                    prop_assert_eq!(text.chars().nth(position - 1), Some(character));
                    prop_assert!(!SecretForm::Token.has(character));
                }
                Err(error) => prop_assert_eq!(error.flaw, SecretFlaw::Blank),
            }
        }

        #[test]
        fn takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            for form in [SecretForm::Token, SecretForm::Password] {
                let _ = parse_as(form, &bytes);
                let _ = Secret::guess(form, &bytes);
            }
        }
    }
}
