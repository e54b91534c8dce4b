//! Encodings in which a service repeats secrets that it was sent.

use std::fmt::Write;

use crate::url::pairs;
use crate::wire::Incoming;

/// A way to write a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The text unchanged.
    Plain,
    /// A percent sign before the code of each character that a URL cannot have.
    Percent,
    /// A percent sign before the code of every character.
    PercentAll,
    /// The encoding of a form: blanks are plus signs.
    Form,
    /// Base64.
    Base64,
    /// Base64 without padding, in the letters of URLs.
    Base64Url,
    /// Two digits a byte.
    Hex,
    /// `\u0041` for every character.
    JsonEscapes,
    /// `&#65;` for every character.
    XmlReferences,
    /// A blank behind every fourth character.
    Spaced,
}

impl Encoding {
    /// All encodings.
    pub const ALL: [Self; 10] = [
        Self::Plain,
        Self::Percent,
        Self::PercentAll,
        Self::Form,
        Self::Base64,
        Self::Base64Url,
        Self::Hex,
        Self::JsonEscapes,
        Self::XmlReferences,
        Self::Spaced,
    ];

    /// Returns a text in this encoding.
    #[must_use]
    pub fn encode(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Percent => percent(text, is_unreserved),
            Self::PercentAll => percent(text, |_| false),
            Self::Form => percent(text, |byte| is_unreserved(byte) || byte == b' ').replace(' ', "+"),
            Self::Base64 => base64(text.as_bytes()),
            Self::Base64Url => base64(text.as_bytes()).replace('+', "-").replace('/', "_").replace('=', ""),
            Self::Hex => each(text.bytes(), |out, byte| write!(out, "{byte:02x}")),
            Self::JsonEscapes => each(text.encode_utf16(), |out, unit| write!(out, "\\u{unit:04x}")),
            Self::XmlReferences => each(text.chars(), |out, character| write!(out, "&#{};", u32::from(character))),
            Self::Spaced => each(text.chars().enumerate(), |out, (place, character)| {
                write!(out, "{}{character}", if place > 0 && place % 4 == 0 { " " } else { "" })
            }),
        }
    }

    /// Returns the secrets of a request in the encoding, and behind them all that was sent, unchanged. Secrets are the
    /// credential, the fields of a form with one of the names, and the further ones.
    pub(crate) fn echo(self, incoming: &Incoming, names: &[&str], further: &[String]) -> String {
        let body = String::from_utf8_lossy(&incoming.body);
        let header = incoming.header("authorization").unwrap_or_default();
        let credential = header.split_once(' ').map(|(_, credential)| credential.trim().to_owned());
        let of_form = pairs(&body).filter(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value);
        let secrets = credential.into_iter().chain(of_form).chain(further.iter().cloned());
        let secrets: Vec<String> = secrets.map(|secret| self.encode(&secret)).collect();
        let headers: Vec<String> = incoming.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        format!("{} {} {} {} {body}", secrets.join(" "), incoming.method, incoming.target, headers.join("; "))
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn percent(text: &str, stays: fn(u8) -> bool) -> String {
    each(
        text.bytes(),
        |out, byte| {
            if stays(byte) { write!(out, "{}", char::from(byte)) } else { write!(out, "%{byte:02X}") }
        },
    )
}

fn each<T>(parts: impl Iterator<Item = T>, write: impl Fn(&mut String, T) -> std::fmt::Result) -> String {
    let mut out = String::new();
    for part in parts {
        // Nothing fails that is written to memory.
        let _ = write(&mut out, part);
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
        let letter = |place: usize| char::from(LETTERS[bits >> (18 - 6 * place) & 63]);
        (0..4).map(|place| if place > group.len() { '=' } else { letter(place) }).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::Encoding;

    #[test]
    fn encodes_a_text_in_every_way() {
        let encoded = Encoding::ALL.map(|encoding| encoding.encode("a+b c/?>"));
        assert_eq!(
            encoded,
            [
                "a+b c/?>",
                "a%2Bb%20c%2F%3F%3E",
                "%61%2B%62%20%63%2F%3F%3E",
                "a%2Bb+c%2F%3F%3E",
                "YStiIGMvPz4=",
                "YStiIGMvPz4",
                "612b6220632f3f3e",
                "\\u0061\\u002b\\u0062\\u0020\\u0063\\u002f\\u003f\\u003e",
                "&#97;&#43;&#98;&#32;&#99;&#47;&#63;&#62;",
                "a+b  c/?>",
            ]
        );
    }
}
