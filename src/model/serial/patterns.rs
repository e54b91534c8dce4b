//! Texts that a person types, or that a program fills in, by some order: on the keyboard, of the alphabet, of numbers
//! or of dates.

use std::ops::{Range, RangeInclusive};

use super::digits::{
    MAX_PREFIX_LETTERS, MIN_COUNTING_DIGITS, counting_run, is_counted, is_monotonous, letters_and_digits,
};

/// A step of keys, letters or digits is no coincidence from this length on, if the whole text is made of such steps.
const MIN_STEP: usize = 3;

/// A text that is made of steps has at least so many characters.
const MIN_STEPPED_CHARS: usize = 6;

/// Characters in front of a run that fills the rest of a text: a maker's prefix, such as `5CG` or `C02`.
const MAX_PREFIX: usize = 4;

/// Digits or letters that count, behind such a prefix.
const MIN_RUN_BEHIND_PREFIX: usize = 6;

/// The fewest letters, and the fewest digits, that count in turn: `A1B2C3`.
const MIN_INTERLEAVED: usize = 3;

/// A date with a counter of zeros behind it: `20120926571200000`, which a maker of card readers gives to all of them.
const MIN_DATED_CHARS: usize = 14;

/// The years in which a serial number can have been filled in as a date.
const YEARS: RangeInclusive<u32> = 1980..=2039;

/// The keys of a keyboard, row by row and column by column, those of its number pad, and the alphabet.
const KEYS: &[&[u8]] = &[
    b"abcdefghijklmnopqrstuvwxyz",
    b"01234567890",
    b"qwertyuiop",
    b"asdfghjkl",
    b"zxcvbnm",
    b"azertyuiop",
    b"qwertzuiop",
    b"1qaz",
    b"2wsx",
    b"3edc",
    b"4rfv",
    b"5tgb",
    b"6yhn",
    b"7ujm",
    b"8ik",
    b"9ol",
    b"147",
    b"258",
    b"369",
];

/// Prefixes of makers' own numbers that have letters only. Zeros behind them are a number that was never filled in.
const MAKERS_PREFIXES: &[&str] = &["cnd", "cnu", "czc", "mj", "mp", "mxl", "nx", "pc", "pf", "use"];

/// Whether letters and digits, in lower case, follow one of the orders.
pub(super) fn is_pattern(bare: &[u8]) -> bool {
    is_made_of_steps(bare)
        || is_prefix_and_run(bare)
        || is_interleaved(bare)
        || has_constant_step(bare)
        || is_made_of_pairs(bare)
        || is_round_date(bare)
        || is_private_address(bare)
}

/// Whether the signs between letters and digits show an order: a date (`01/01/2020`), or groups each of which counts or
/// repeats a character (`12345678-1234-1234-1234-123456789ABC`).
pub(super) fn is_pattern_with_signs(text: &str) -> bool {
    let groups: Vec<String> = text.split(['-', '/', '.', ':', '_', ' ']).map(letters_and_digits).collect();
    let is_trivial = |group: &String| {
        let group = group.as_bytes();
        group.len() >= 2 && (counting_run(group) == group.len() || is_monotonous(group) || is_counted(group))
    };
    (groups.len() >= 2 && groups.iter().all(is_trivial)) || is_date(&groups)
}

/// A number that the maker of a card reader or of a USB bridge gives to all that it makes: it identifies no drive.
#[must_use]
pub fn is_readers_constant(serial: &str) -> bool {
    const CONSTANTS: &[&str] = &["000000001532", "058f63626420", "058f63626470", "058f63646476", "058f63666485"];
    let bare = letters_and_digits(serial);
    let is_dated = || {
        let date = bare.get(..8).is_some_and(|date| is_calendar_date(date, 0..4, 4..6, 6..8));
        date && bare.len() >= MIN_DATED_CHARS && bare.ends_with("00000")
    };
    bare.starts_with("msft30") || bare.starts_with("152d0") || CONSTANTS.contains(&bare.as_str()) || is_dated()
}

/// `qazwsx`, `abc123`, `147258369`, `1234321`: all of it are steps from key to key, forward or backward.
fn is_made_of_steps(bare: &[u8]) -> bool {
    let mut reached = vec![false; bare.len() + 1];
    reached[0] = true;
    for at in 0..bare.len() {
        if reached[at] {
            let longest = longest_step(&bare[at..]);
            (MIN_STEP..=longest).for_each(|length| reached[at + length] = true);
        }
    }
    bare.len() >= MIN_STEPPED_CHARS && reached[bare.len()]
}

/// Returns the number of characters that go from key to key at the beginning of a text.
fn longest_step(bare: &[u8]) -> usize {
    let run = |keys: &[u8], is_forward: bool| {
        let follows = |pair: &[u8]| {
            let (one, next) = if is_forward { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            keys.windows(2).any(|keys| keys == [one, next])
        };
        1 + bare.windows(2).take_while(|pair| follows(pair)).count()
    };
    KEYS.iter().map(|keys| run(keys, true).max(run(keys, false))).max().unwrap_or_default()
}

/// `5CG1234567`, `C02ABCDEFGH`, `R9000000`: a prefix of a few characters, and a run of counting digits, of the
/// alphabet, or of one character, that fills the rest.
fn is_prefix_and_run(bare: &[u8]) -> bool {
    (1..=MAX_PREFIX).filter(|length| bare.len() >= length + MIN_RUN_BEHIND_PREFIX).any(|length| {
        let (prefix, rest) = bare.split_at(length);
        let has_digit = prefix.iter().any(u8::is_ascii_digit) && prefix.iter().any(u8::is_ascii_alphabetic);
        let is_makers = has_digit || MAKERS_PREFIXES.iter().any(|known| known.as_bytes() == prefix);
        is_alphabet(rest) || counting_run(rest) == rest.len() || (is_makers && rest.iter().all(|it| *it == rest[0]))
    })
}

fn is_alphabet(bare: &[u8]) -> bool {
    bare.iter().all(u8::is_ascii_alphabetic) && bare.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// `0A1B2C3D`, `a1s2d3f4`, `1q2w3e4r`: digits that count, and letters of the alphabet or of a row of keys, in turn.
fn is_interleaved(bare: &[u8]) -> bool {
    let turn = |from: usize| bare.iter().skip(from).step_by(2).copied().collect::<Vec<u8>>();
    let (one, other) = (turn(0), turn(1));
    let is_run = |run: &[u8]| run.len() >= MIN_INTERLEAVED && longest_step(run) == run.len();
    let is_of = |run: &[u8], kind: fn(&u8) -> bool| run.iter().all(kind);
    let is_mixed = (is_of(&one, u8::is_ascii_digit) && is_of(&other, u8::is_ascii_alphabetic))
        || (is_of(&one, u8::is_ascii_alphabetic) && is_of(&other, u8::is_ascii_digit));
    is_mixed && is_run(&one) && is_run(&other)
}

/// `1357924680`, `102030405060`, `0102030405060708`: numbers of one width that grow, or shrink, by one and the same
/// amount.
fn has_constant_step(bare: &[u8]) -> bool {
    let letters = bare.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = &bare[if letters <= MAX_PREFIX_LETTERS { letters } else { 0 }..];
    if !digits.iter().all(u8::is_ascii_digit) || digits.len() < MIN_COUNTING_DIGITS {
        return false;
    }
    let step_of = |digits: &[u8]| {
        let step = |pair: &[u8]| (pair[1] + 10 - pair[0]) % 10;
        let first = step(digits);
        Some(first).filter(|first| *first != 0 && digits.windows(2).all(|pair| step(pair) == *first))
    };
    // Five digits are few: they are the odd or the even ones, and nothing is in front of them.
    let is_long = digits.len() >= MIN_STEPPED_CHARS;
    let is_stepped = step_of(digits).is_some_and(|step| is_long || (letters == 0 && matches!(step, 2 | 8)));
    let is_in_numbers = |width: usize, fewest: usize| {
        let numbers: Vec<i64> =
            digits.chunks(width).map(|part| part.iter().fold(0, |sum, it| sum * 10 + i64::from(it - b'0'))).collect();
        let is_even = digits.len().is_multiple_of(width) && numbers.len() >= fewest;
        is_even
            && numbers[0] != numbers[1]
            && numbers.windows(3).all(|three| three[1] - three[0] == three[2] - three[1])
    };
    // Behind the odd digits come the even ones: `1357924680`.
    let halves = digits.split_at(digits.len() / 2);
    let are_stepped = || step_of(halves.0).is_some() && step_of(halves.1).is_some();
    is_stepped
        || (halves.0.len() >= MIN_COUNTING_DIGITS && are_stepped())
        || is_in_numbers(2, 4)
        || is_in_numbers(3, 4)
        || is_in_numbers(4, 3)
}

/// `AABBCCDDEEFF`, `YYYYMMDD`, `YYWWSSSS`: letters each of which is repeated at once.
fn is_made_of_pairs(bare: &[u8]) -> bool {
    bare.len() >= MIN_STEPPED_CHARS
        && bare.iter().all(u8::is_ascii_alphabetic)
        && bare.chunk_by(|one, other| one == other).all(|run| run.len() >= 2)
}

/// `20190101`, `01012019`, `20231231`: the first or the last day of a year. Of other dates without signs between their
/// parts too many are numbers that count the machines of a year.
fn is_round_date(bare: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(bare).ok().filter(|text| text.len() == 8) else { return false };
    let is_round = |year: &str, day: &str| {
        year.parse().is_ok_and(|year: u32| YEARS.contains(&year)) && matches!(day, "0101" | "1231" | "3112")
    };
    is_round(&text[..4], &text[4..]) || is_round(&text[4..], &text[..4])
}

/// A date in three groups of digits, the year first or last.
fn is_date(groups: &[String]) -> bool {
    let [one, two, three] = groups else { return false };
    let lengths = [one.len(), two.len(), three.len()];
    let text = [one.as_str(), two, three].concat();
    match lengths {
        [4, 2, 2] => is_calendar_date(&text, 0..4, 4..6, 6..8),
        [2, 2, 4] => is_calendar_date(&text, 4..8, 2..4, 0..2) || is_calendar_date(&text, 4..8, 0..2, 2..4),
        _ => false,
    }
}

fn is_calendar_date(text: &str, year: Range<usize>, month: Range<usize>, day: Range<usize>) -> bool {
    let number = |place| text.get(place).filter(|it: &&str| it.bytes().all(|byte| byte.is_ascii_digit()));
    let number = |place| number(place).and_then(|digits| digits.parse::<u32>().ok());
    number(year).is_some_and(|year| YEARS.contains(&year))
        && number(month).is_some_and(|month| (1..=12).contains(&month))
        && number(day).is_some_and(|day| (1..=31).contains(&day))
}

/// `C0A80101`: an address of a private network, in hexadecimal digits.
fn is_private_address(bare: &[u8]) -> bool {
    bare.len() == 8 && bare.starts_with(b"c0a8") && bare.iter().all(u8::is_ascii_hexdigit)
}
