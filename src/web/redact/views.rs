//! Views of a text: its escapes resolved, with the place of each part in the text.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr3};

/// The most levels of escapes that are resolved: a URL in a URL in an HTML page.
const MAX_LEVELS: usize = 3;

/// The length of the longest tag between the parts of a secret.
const MAX_TAG_LENGTH: usize = 512;

/// The length of the longest name of an HTML character for a mark on a keyboard.
const MAX_NAME_LENGTH: usize = 10;

/// The byte for a character that is neither a letter nor a digit nor a mark of escapes.
const OTHER: u8 = 0xff;

/// A byte that is a letter or a digit, in lower case; 0 where it is none.
const LETTER: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = u8::MAX;
    while byte > 0 {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] = byte.to_ascii_lowercase();
        }
        byte -= 1;
    }
    table
};

/// A text, or what it says at some level of escapes.
pub(super) struct View<'a> {
    bytes: Cow<'a, [u8]>,
    /// The end of each byte in the text; `None` where the view is the text.
    ends: Option<Vec<u32>>,
    /// The start of each byte in the text.
    starts: Vec<u32>,
}

/// The letters and digits of a view, in lower case.
pub(super) struct Letters {
    text: Vec<u8>,
    is_without_tags: bool,
}

/// Shows a text as it stands, and as it reads with its escapes resolved, once and more often. Quoted-printable has ways
/// of its own: its mark is the one that stands before the value of a query.
pub(super) fn views<'a>(text: &'a [u8], show: &mut dyn FnMut(&View<'a>)) {
    let plain = View { bytes: Cow::Borrowed(text), ends: None, starts: Vec::new() };
    show(&plain);
    let has_escapes = memchr3(b'%', b'&', b'\\', text).is_some() || memchr::memmem::find(text, b"0x").is_some();
    let unquoted = if memchr(b'=', text).is_some() { plain.resolved(quoted_printable) } else { None };
    let unescaped = if has_escapes { plain.resolved(escape) } else { None };
    for mut next in [unescaped, unquoted] {
        for _ in 0..MAX_LEVELS {
            let Some(view) = next else { break };
            show(&view);
            next = view.resolved(escape);
        }
    }
}

impl<'a> View<'a> {
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the place of a part of this view in the text, with the padding behind it.
    pub fn origin(&self, part: Range<usize>) -> Range<usize> {
        let padding = self.bytes[part.end..].iter().take_while(|byte| **byte == b'=').count();
        let end = part.end + padding;
        match &self.ends {
            None => part.start..end,
            Some(ends) => self.starts[part.start] as usize..ends[end - 1] as usize,
        }
    }

    pub fn letters(&self) -> Letters {
        let mut text = vec![0; self.bytes.len()];
        let mut length = 0;
        for byte in self.bytes.iter() {
            let letter = LETTER[usize::from(*byte)];
            text[length] = letter;
            length += usize::from(letter != 0);
        }
        text.truncate(length);
        Letters { text, is_without_tags: false }
    }

    /// The same without what stands in tags; `None` where there is no tag.
    pub fn letters_without_tags(&self) -> Option<Letters> {
        memchr(b'<', &self.bytes)?;
        let mut text = Vec::with_capacity(self.bytes.len());
        let mut has_tags = false;
        self.walk(true, |_, letter| text.push(letter), || has_tags = true);
        has_tags.then_some(Letters { text, is_without_tags: true })
    }

    /// Calls `each` with the place of every letter in this view, and `tag` for every tag that is left out.
    fn walk(&self, is_without_tags: bool, mut each: impl FnMut(usize, u8), mut tag: impl FnMut()) {
        let mut at = 0;
        while at < self.bytes.len() {
            let byte = self.bytes[at];
            if let Some(length) = (byte == b'<' && is_without_tags).then(|| tag_length(&self.bytes[at..])).flatten() {
                tag();
                at += length;
                continue;
            }
            let letter = LETTER[usize::from(byte)];
            if letter != 0 {
                each(at, letter);
            }
            at += 1;
        }
    }

    /// Returns this view with its escapes resolved by `resolve`; `None` where it has none.
    fn resolved(&self, resolve: impl Fn(&[u8]) -> Option<(Option<u8>, usize)>) -> Option<View<'a>> {
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        let (mut at, mut has_changed) = (0, false);
        while at < self.bytes.len() {
            let found = resolve(&self.bytes[at..]);
            has_changed |= found.is_some();
            let (byte, length) = found.unwrap_or((Some(self.bytes[at]), 1));
            if let Some(byte) = byte {
                let place = self.place(at..at + length);
                bytes.push(byte);
                starts.push(place.0);
                ends.push(place.1);
            }
            at += length;
        }
        has_changed.then_some(View { bytes: Cow::Owned(bytes), ends: Some(ends), starts })
    }

    /// No answer has more bytes than this can count.
    fn place(&self, part: Range<usize>) -> (u32, u32) {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        match &self.ends {
            None => (count(part.start), count(part.end)),
            Some(ends) => (self.starts[part.start], ends[part.end - 1]),
        }
    }
}

impl Letters {
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    pub fn into_text(self) -> Vec<u8> {
        self.text
    }

    /// Returns the place of each letter in its view.
    pub fn places_in(&self, view: &View<'_>) -> Vec<usize> {
        let mut places = Vec::with_capacity(self.text.len());
        view.walk(self.is_without_tags, |at, _| places.push(at), || {});
        places
    }
}

/// The length of the tag at the beginning of a text.
fn tag_length(text: &[u8]) -> Option<usize> {
    let is_name = text.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || b"/!?".contains(byte));
    let inside = &text[1..text.len().min(MAX_TAG_LENGTH)];
    let end = inside.iter().position(|byte| matches!(byte, b'<' | b'>')).filter(|_| is_name)?;
    (inside[end] == b'>').then_some(end + 2)
}

/// The byte that an escape of quoted-printable stands for, and the escape's length; none for a line end that is no part
/// of the text.
fn quoted_printable(text: &[u8]) -> Option<(Option<u8>, usize)> {
    match text {
        [b'=', b'\r', b'\n', ..] => Some((None, 3)),
        [b'=', b'\n', ..] => Some((None, 2)),
        [b'=', digits @ ..] => Some((Some(number(digits, 2, 16)?), 3)),
        _ => None,
    }
}

/// The byte that an escape of URLs, HTML, JSON and programming languages stands for, and the escape's length.
fn escape(text: &[u8]) -> Option<(Option<u8>, usize)> {
    let (byte, length) = match text {
        [b'%', b'u' | b'U', digits @ ..] => (number(digits, 4, 16)?, 6),
        [b'%', digits @ ..] => (number(digits, 2, 16)?, 3),
        [b'&', b'#', b'x' | b'X', digits @ ..] => numbered(digits, 16, 3)?,
        [b'&', b'#', digits @ ..] => numbered(digits, 10, 2)?,
        [b'&', name @ ..] => named(name)?,
        [b'\\', b'u', b'{', digits @ ..] => {
            let (byte, length) = numbered(digits, 16, 3)?;
            (byte, length + usize::from(text.get(length) == Some(&b'}')))
        }
        [b'\\', b'u', digits @ ..] => (number(digits, 4, 16)?, 6),
        [b'0', b'x' | b'X', digits @ ..] | [b'\\', b'x', digits @ ..] => (number(digits, 2, 16)?, 4),
        [b'\\', b'n' | b'r' | b't' | b'b' | b'f' | b'v', ..] => (OTHER, 2),
        [b'\\', b'0'..=b'7', ..] => (number(&text[1..], 3, 8)?, 4),
        [b'\\', mark, ..] if mark.is_ascii_punctuation() => (*mark, 2),
        _ => return None,
    };
    Some((Some(byte), length))
}

/// The character of so many digits.
fn number(digits: &[u8], length: usize, radix: u32) -> Option<u8> {
    let digits = std::str::from_utf8(digits.get(..length)?).ok()?;
    let is_number = digits.bytes().all(|digit| char::from(digit).is_digit(radix));
    is_number.then(|| u32::from_str_radix(digits, radix).map_or(OTHER, byte_of))
}

/// The character of as many digits as there are, with the semicolon behind them; the length counts what stood `before`.
fn numbered(text: &[u8], radix: u32, before: usize) -> Option<(u8, usize)> {
    let count = text.iter().take(8).take_while(|digit| char::from(**digit).is_digit(radix)).count();
    let byte = (count > 0).then(|| number(text, count, radix)).flatten()?;
    let has_end = text.get(count) == Some(&b';');
    Some((byte, before + count + usize::from(has_end)))
}

/// The character of a name of HTML. No name stands for a letter or a digit: the marks that matter are those of escapes.
fn named(text: &[u8]) -> Option<(u8, usize)> {
    let end = text.iter().take(MAX_NAME_LENGTH).position(|byte| *byte == b';')?;
    let name = &text[..end];
    let byte = match name.to_ascii_lowercase().as_slice() {
        b"amp" => b'&',
        b"lt" => b'<',
        b"gt" => b'>',
        b"percnt" => b'%',
        b"bsol" => b'\\',
        b"num" => b'#',
        b"semi" => b';',
        b"equals" => b'=',
        _ => OTHER,
    };
    (end > 1 && name.iter().all(u8::is_ascii_alphabetic)).then_some((byte, end + 2))
}

fn byte_of(character: u32) -> u8 {
    u8::try_from(character).ok().filter(u8::is_ascii).unwrap_or(OTHER)
}
