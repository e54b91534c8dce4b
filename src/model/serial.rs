//! Serial numbers: whether one identifies what it is written on, and whether two are the same.
//!
//! Firmware whose maker filled in nothing holds a text that many machines share. No list of such texts is ever
//! complete, so most of the judgment is about how a text is composed: words, counting digits, a pattern that repeats.
//! Each rule is narrow enough that a serial number drawn at random, of letters, of digits or of both, hardly ever meets
//! it.

mod digits;
mod patterns;
#[cfg(test)]
mod tests;
mod words;

pub(super) use digits::letters_and_digits;
pub use patterns::is_readers_constant;

use digits::{MAX_PREFIX_LETTERS, MIN_PATTERN_CHARS, is_counted, is_monotonous};

/// The fewest characters of a machine's serial number: a shorter text distinguishes no machines.
const MIN_MACHINE_SERIAL_CHARS: usize = 5;

/// The most characters of a serial number: those of virtual machines have 54.
const MAX_SERIAL_CHARS: usize = 128;

/// The number of times that one digit is repeated behind a prefix in a filler. `SN000000` can be the first number of a
/// small series.
const MIN_REPEATED_DIGITS: usize = 7;

/// The same, where the prefix is set off from it: `SN-00000`.
const MIN_REPEATED_DIGITS_SET_OFF: usize = 5;

/// Zeros behind a prefix, and one character behind them: `W0000000001`.
const MIN_ZEROS_BEFORE_LAST: usize = 9;

/// The length of the longest pattern that is searched for as repeated: `1234512345`.
const MAX_PERIOD: usize = 5;

/// IQR's column for serial numbers is this wide, in characters.
const IQR_SERIAL_WIDTH: usize = 25;

/// Fillers that no rule of composition meets, as letters and digits in lower case.
const KNOWN_FILLERS: &[&str] = &[
    "00020003000400050006000700080009",
    "03142563",
    "03000200040005000006000700080009",
    "123456781234567890abcddeefaabbcc",
    "7f000001",
    "iatpass",
    "sn123456fvgv3i0b8o5n6n7k",
];

/// Whether a serial number identifies a machine by itself: it is no filler, and long enough. See
/// [`OwnNames`](super::OwnNames).
pub(super) fn identifies_machine(serial: &str) -> bool {
    let length = serial.chars().filter(char::is_ascii_alphanumeric).count();
    length >= MIN_MACHINE_SERIAL_CHARS && !is_filler_serial(serial)
}

/// Whether a serial number, of a machine or of a part, stands for none: it is blank, words instead of a number,
/// counting digits, one character or a short pattern repeated, or a placeholder that is known.
#[must_use]
pub fn is_filler_serial(serial: &str) -> bool {
    let text = serial.trim().trim_end_matches('.');
    if is_no_serial(text) || is_written_out(text) || is_version(text) || patterns::is_pattern_with_signs(text) {
        return true;
    }
    let bare = letters_and_digits(text);
    let bare = bare.strip_prefix("0x").unwrap_or(&bare).as_bytes();
    bare.is_empty()
        || is_monotonous(bare)
        || has_period(bare)
        || is_counted(bare)
        || is_prefix_and_repeated_character(text, bare)
        || patterns::is_pattern(bare)
        || words::is_made_of_words(bare)
        || KNOWN_FILLERS.iter().any(|known| known.as_bytes() == bare)
}

/// Whether two serial numbers are the same: letter case and runs of blanks do not count.
#[must_use]
pub fn is_same_serial(one: &str, other: &str) -> bool {
    folded_serial(one) == folded_serial(other)
}

/// Whether the serial number that IQR has, which may be cut to the width of its column, is this one.
///
/// Where the cut is behind a blank, the blank may be gone; blanks in front and doubled ones take their place in the
/// column.
#[must_use]
pub fn is_serial_in_iqr(ours: &str, theirs: &str) -> bool {
    let (folded, label) = (folded_serial(ours), folded_serial(theirs));
    let Some(rest) = folded.strip_prefix(&label) else { return false };
    let width = theirs.trim_end().chars().count();
    let is_at_blank = rest.starts_with(' ');
    rest.is_empty() || width == IQR_SERIAL_WIDTH || (is_at_blank && width + 1 == IQR_SERIAL_WIDTH)
}

/// The form in which serial numbers of drives are compared: letters and digits alone, without the maker's prefix that
/// some programs leave out (`WD-WCC1234567`, `0025_3858_91B0_1234.`).
#[must_use]
pub fn folded_drive_serial(serial: &str) -> String {
    let bare: String = serial.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match bare.strip_prefix("wd") {
        // All serial numbers of this maker begin with this letter.
        Some(rest) if rest.starts_with('w') => rest.to_owned(),
        _ => bare,
    }
}

/// The form in which serial numbers of machines are compared: in lower case, one blank where some are, and without the
/// characters that are invisible.
fn folded_serial(serial: &str) -> String {
    let visible: String = serial.chars().filter(|character| !is_invisible(*character)).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn is_invisible(character: char) -> bool {
    let is_format = matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    is_format || (character.is_control() && !character.is_whitespace())
}

/// Whether it has signs or letters that no maker's serial numbers have: `(null string)`, `$(DEFAULT_STRING)`.
fn is_no_serial(text: &str) -> bool {
    text.contains(['(', ')', '<', '>', '$'])
        || text.chars().any(|character| character.is_alphanumeric() && !character.is_ascii())
        || text.chars().nth(MAX_SERIAL_CHARS).is_some()
}

/// Whether it is a name or a sentence: several words without a digit (`Tulip Computers`), or a word in mixed case that
/// is most of the text (`Unknow`). The letters of hexadecimal digits make no word.
fn is_written_out(text: &str) -> bool {
    let has_digit = text.contains(|character: char| character.is_ascii_digit());
    if !has_digit && text.split_whitespace().nth(1).is_some() {
        return true;
    }
    let is_word = |run: &&str| run.len() >= 3 && run.contains(|letter: char| letter > 'f');
    let in_words: usize = text.split(|it: char| !it.is_ascii_lowercase()).filter(is_word).map(str::len).sum();
    let length = text.chars().filter(char::is_ascii_alphanumeric).count();
    in_words > 0 && in_words * 2 >= length && text.contains(|letter: char| letter.is_ascii_uppercase())
}

/// `1.0`, `v1.02.3`, `Rev 1.0`: numbers of up to three digits between dots.
fn is_version(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let worded = ["version", "revision", "ver", "rev", "v"].into_iter().find_map(|word| lower.strip_prefix(word));
    let text = worded.unwrap_or(&lower).trim_start_matches([' ', '.', ':', '-']);
    let is_part = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    text.contains('.') && text.split('.').all(is_part)
}

/// Whether a short pattern is repeated: `123123`, `ABABABA`.
fn has_period(bare: &[u8]) -> bool {
    let repeats = |period: usize| bare.iter().zip(&bare[period..]).all(|(byte, later)| byte == later);
    bare.len() >= MIN_PATTERN_CHARS && (2..=MAX_PERIOD.min(bare.len() / 2)).any(repeats)
}

/// `SN-000000`, `PC0000000`, `W0000000001`, and whatever is spelled out with an X: `R9XXXXXX`.
fn is_prefix_and_repeated_character(text: &str, bare: &[u8]) -> bool {
    let Some((last, before)) = bare.split_last() else { return false };
    let at_end = |bare: &[u8], byte: u8| bare.iter().rev().take_while(|other| **other == byte).count();
    let (repeated, zeros) = (at_end(bare, *last), at_end(before, b'0'));
    let prefix = &bare[..bare.len() - repeated];
    let is_set_off = || {
        let end = text.trim_end_matches(|it: char| it.eq_ignore_ascii_case(&char::from(*last)));
        end.ends_with(|it: char| !it.is_ascii_alphanumeric())
    };
    let is_short = |prefix: &[u8]| prefix.len() <= MAX_PREFIX_LETTERS;
    let is_prefix = |prefix: &[u8]| is_short(prefix) && prefix.iter().all(u8::is_ascii_alphabetic);
    (repeated >= MIN_REPEATED_DIGITS && is_prefix(prefix))
        || (repeated >= MIN_REPEATED_DIGITS_SET_OFF && is_prefix(prefix) && is_set_off())
        || (repeated >= MIN_REPEATED_DIGITS_SET_OFF && is_short(prefix) && *last == b'x')
        || (zeros >= MIN_ZEROS_BEFORE_LAST && is_prefix(&before[..before.len() - zeros]))
}
