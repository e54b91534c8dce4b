//! The forms of a secret: its letters and digits, plain and encoded, in lower case.

use super::views;

/// A secret with fewer letters and digits is matched exactly.
pub(super) const MIN_FUZZY_LENGTH: usize = 8;

/// The least letters and digits by which a part of a secret is known; a shorter form is known as a whole only.
const MIN_ANCHOR_LENGTH: usize = 12;

/// The number of letters and digits that suffice for a part of a secret to be recognized.
const MAX_ANCHOR_LENGTH: usize = 32;

/// A form of a secret, by its letters and digits. No `Debug`: it is as secret as the secret.
pub(super) struct Form(Vec<u8>);

impl Form {
    pub fn letters(&self) -> &[u8] {
        &self.0
    }

    /// Returns the length of the beginning or the end by which it is recognized: a third.
    pub fn anchor_length(&self) -> usize {
        (self.0.len() / 3).clamp(MIN_ANCHOR_LENGTH, MAX_ANCHOR_LENGTH).min(self.0.len())
    }
}

/// The letters and digits of a text, in lower case.
pub(super) fn letters(text: &[u8]) -> Vec<u8> {
    text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// The forms of a secret: plain; in base64 with 0, 1 and 2 bytes before it; in hexadecimal; and those two of the secret
/// as [`inner`] has it. What differs in nothing but case, padding, or marks that are no letters and digits, is one
/// form; a secret may itself look like escaped text.
pub(super) fn of(secret: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    views::views(secret.as_bytes(), &mut |view| {
        forms.push(letters(view.bytes()));
        forms.extend(view.letters_without_tags().map(views::Letters::into_text));
    });
    for bytes in inner(secret) {
        forms.extend((0..3).map(|phase| letters(&base64(&bytes, phase))));
        forms.push(bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect());
    }
    forms.push(secret.bytes().flat_map(|byte| byte.to_string().into_bytes()).collect());
    forms.retain(|form| form.len() >= MIN_FUZZY_LENGTH);
    forms.into_iter().map(Form).collect()
}

/// Returns the forms that a service may make of a secret before it encodes it: another case, two bytes of each
/// character (.NET's own strings), escapes of URLs, base64 in both of its alphabets.
fn inner(secret: &str) -> impl Iterator<Item = Vec<u8>> {
    let cases = [secret.to_owned(), secret.to_ascii_lowercase(), secret.to_ascii_uppercase()];
    let wide = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let escaped = secret.bytes().flat_map(|byte| match byte {
        b'-' | b'.' | b'_' | b'~' => vec![byte],
        byte if byte.is_ascii_alphanumeric() => vec![byte],
        byte => format!("%{byte:02X}").into_bytes(),
    });
    let encoded = base64(secret.as_bytes(), 0);
    let of_urls = encoded.iter().map(|byte| match byte {
        b'+' => b'-',
        b'/' => b'_',
        byte => *byte,
    });
    let others = [wide, escaped.collect(), of_urls.collect(), encoded];
    cases.into_iter().map(String::into_bytes).chain(others)
}

/// The characters of base64 that depend on a text alone, when `phase` bytes and whatever else stand around it.
fn base64(text: &[u8], phase: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes = [&[0, 0][..phase], text].concat();
    let first = (phase * 8).div_ceil(6);
    let bit = |at: usize| usize::from(bytes[at / 8] >> (7 - at % 8) & 1);
    let character = |at: usize| ALPHABET[(at * 6..at * 6 + 6).fold(0, |value, at| value << 1 | bit(at))];
    (first..bytes.len() * 8 / 6).map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_does_not_depend_on_surroundings() {
        // "Secret+key" in base64: U2VjcmV0K2tleQ==; ":Secret+key!": OlNlY3JldCtrZXkh; "a:Secret+key": YTpTZWNyZXQra2V5.
        for (phase, expected) in [(0, "U2VjcmV0K2tle"), (1, "NlY3JldCtrZX"), (2, "TZWNyZXQra2V5")] {
            assert_eq!(String::from_utf8(base64(b"Secret+key", phase)).unwrap(), expected);
        }
    }
}
