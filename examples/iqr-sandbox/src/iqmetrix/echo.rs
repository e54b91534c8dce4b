//! Answers that repeat what they were sent, the secrets among it in an encoding of choice.

use std::fmt::Write;

use serde_json::json;

use super::exchange::Call;
use super::state::State;
use super::table::{Cell, Table};
use super::token;
use crate::answer::Answer;
use crate::url::pairs;

/// The place and the encoding in which an answer repeats its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Echo {
    /// The place of the text.
    pub place: Place,
    /// The encoding of the secrets in it.
    pub encoding: Encoding,
}

/// A place in which an answer repeats its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The `Message` of an error with this status, which answers every data call.
    Message(u16),
    /// A plain text with this status, which answers every data call.
    Text(u16),
    /// The `error_description` of an error with this status, which answers every token request.
    TokenError(u16),
    /// Every text of the rows but IMEIs and dates.
    Rows,
    /// The dates of the rows.
    Dates,
}

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
}

/// Returns the answer that is nothing but an echo, if one is due to this request.
pub(super) fn answer(state: &State, call: &Call<'_>) -> Option<Answer> {
    let echo = state.options.quirks.echo?;
    let is_token = call.target.path == token::PATH;
    let words = || words(echo.encoding, call);
    match echo.place {
        Place::Message(status) if !is_token => {
            Some(Answer::json(status, json!({ "Error": true, "Message": words() }).to_string()))
        }
        Place::Text(status) if !is_token => Some(Answer::new(status, "text/plain; charset=utf-8", words())),
        Place::TokenError(status) if is_token => {
            let error = json!({ "error": "invalid_grant", "error_description": words() });
            Some(Answer::json(status, error.to_string()))
        }
        _ => None,
    }
}

/// Puts the echo into the cells of a table, where it is due there.
pub(super) fn fill(state: &State, call: &Call<'_>, table: &mut Table) {
    let Some(echo) = state.options.quirks.echo else { return };
    let is_filled = |name: &str| match echo.place {
        Place::Rows => name != "IMEI" && !name.ends_with("Date"),
        Place::Dates => name.ends_with("Date"),
        Place::Message(_) | Place::Text(_) | Place::TokenError(_) => false,
    };
    let words = words(echo.encoding, call);
    for row in &mut table.rows {
        for (_, cell) in table.columns.iter().zip(row).filter(|(column, _)| is_filled(column.name)) {
            if !matches!(cell, Cell::Number(_)) {
                *cell = Cell::Text(words.clone());
            }
        }
    }
}

/// Returns the secrets of the request in the encoding, and behind them all that was sent, unchanged.
fn words(encoding: Encoding, call: &Call<'_>) -> String {
    let incoming = call.incoming;
    let body = String::from_utf8_lossy(&incoming.body);
    let header = incoming.header("authorization").unwrap_or_default();
    let credential = header.split_once(' ').map(|(_, credential)| credential.trim().to_owned());
    let is_secret = |name: &str| ["password", "client_secret", "refresh_token"].contains(&name);
    let of_form = pairs(&body).filter(|(name, _)| is_secret(name)).map(|(_, value)| value);
    let secrets: Vec<String> = credential.into_iter().chain(of_form).map(|secret| encoding.encode(&secret)).collect();
    let headers: Vec<String> = incoming.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{} {} {} {} {body}", secrets.join(" "), incoming.method, incoming.target, headers.join("; "))
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
