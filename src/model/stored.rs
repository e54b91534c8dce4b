//! Compares a text with what a text field of IQR may make of it.
//!
//! A column holds the letters of one code page: others come back as question marks. Blanks may be trimmed or joined. A
//! text that comes back so was stored; to send it again would only double it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::mem;

/// Whether `shown` is what a column may have made of `meant`. Two texts that both have letters beyond ASCII are alike
/// only when they are equal: `ПРОЙДЕНО` is not `НЕ УДАЛОСЬ`, whatever a column makes of either.
#[must_use]
pub fn is_stored(shown: &str, meant: &str) -> bool {
    shown == meant || (shown.is_ascii() && may_be_stored(shown, meant) && stored_form(shown) == stored_form(meant))
}

/// Whether the stored forms begin with the same letter, as those of most texts that are compared do not.
fn may_be_stored(shown: &str, meant: &str) -> bool {
    let first = |text: &str| text.trim_start().chars().next().map(plain);
    first(shown) == first(meant)
}

/// The lines of a field of several lines that are not blank, without their ends.
pub fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r']).map(str::trim_end).filter(|line| !line.is_empty())
}

/// The lines of a field, to look up many lines in.
pub struct StoredLines<'a> {
    lines: HashSet<&'a str>,
    /// The stored forms of the lines that are ASCII.
    forms: HashSet<Cow<'a, str>>,
}

impl<'a> StoredLines<'a> {
    /// The lines of a field as IQR shows it.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        Self {
            lines: lines_of(text).collect(),
            forms: lines_of(text).filter(|line| line.is_ascii()).map(stored_form).collect(),
        }
    }

    /// Whether one of the lines [`is_stored`] for `meant`.
    #[must_use]
    pub fn has(&self, meant: &str) -> bool {
        self.lines.contains(meant) || self.forms.contains(&stored_form(meant))
    }
}

/// Returns the plainest form that a column may keep of a text: every run of blanks is one space, every run of letters
/// beyond ASCII and of question marks is one question mark, and no blanks stand at the ends.
#[must_use]
pub fn stored_form(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut form = String::with_capacity(text.len());
    for c in text.chars().map(plain) {
        if !(matches!(c, ' ' | '?') && form.ends_with(c)) {
            form.push(c);
        }
    }
    Cow::Owned(form)
}

/// Whether this is an addition behind our text, and not the rest of a longer word.
#[must_use]
pub fn is_addition(rest: &str) -> bool {
    rest.chars().next().is_none_or(|first| !first.is_alphanumeric())
}

fn plain(c: char) -> char {
    match c {
        c if c.is_whitespace() => ' ',
        c if c.is_ascii() => c,
        _ => '?',
    }
}

/// Whether a text is ASCII, with no blank but the space, and neither two spaces nor two question marks in a row.
fn is_plain(text: &str) -> bool {
    let mut before = 0;
    text.bytes().all(|byte| {
        let is_doubled = byte == mem::replace(&mut before, byte) && matches!(byte, b' ' | b'?');
        byte.is_ascii() && !is_doubled && !matches!(byte, b'\t'..=b'\r')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_a_text_that_a_column_changed() {
        let rows = [
            ("Gr??e: 12,5?", "Größe: 12,5″", true),
            ("Gr????e", "Größe", true),
            ("USB: PASS", "USB:  PASS", true),
            ("USB: PASS ", "USB:\u{a0}PASS", true),
            ("USB: PASS", "USB:\tPASS", true),
            ("", " ", true),
            ("USB: PASS", "USB: FAIL", false),
            ("USB: PASS", "usb: pass", false),
            ("Grse", "Größe", false),
            // Two texts beyond ASCII are alike only when they are equal.
            ("USB: ПРОЙДЕНО", "USB: ПРОВАЛЕНО", false),
            ("Größe", "Gr??e", false),
        ];
        for (shown, meant, is_same) in rows {
            assert_eq!(is_stored(shown, meant), is_same, "{shown:?} for {meant:?}");
            if !shown.is_empty() {
                let text = format!("Serial: A1\r\n{shown}\n\nUSB: PASS, Jo");
                assert_eq!(StoredLines::parse(&text).has(meant), is_same, "{shown:?} for {meant:?} among lines");
            }
        }
    }
}
