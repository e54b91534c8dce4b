//! Characters that count, or that are all the same.

/// The most letters in front of counting digits: `SN`, `SYS`, `ASSET`.
pub(super) const MAX_PREFIX_LETTERS: usize = 6;

/// The number of digits that count up or down from which on they are no coincidence.
pub(super) const MIN_COUNTING_DIGITS: usize = 5;

/// The number of digits that count up or down, each of them twice, from which on they are no coincidence.
const MIN_DOUBLED_DIGITS: usize = 4;

/// No text in which characters repeat counts as a pattern below this length.
pub(super) const MIN_PATTERN_CHARS: usize = 6;

/// The letters and digits of ASCII, in lower case.
pub(in crate::model) fn letters_and_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect()
}

/// Whether all characters are the same, or all but one, or all are 0 or 1.
pub(super) fn is_monotonous(bare: &[u8]) -> bool {
    // If all but one are the same, two of the first three are.
    let others = |byte: &u8| bare.iter().filter(|other| *other != byte).count();
    let fewest_others = bare.iter().take(3).map(others).min().unwrap_or_default();
    let is_binary = || bare.iter().all(|byte| matches!(byte, b'0' | b'1'));
    fewest_others == 0 || (bare.len() >= MIN_PATTERN_CHARS && (fewest_others == 1 || is_binary()))
}

/// Whether digits count up or down behind a short prefix, or behind none, and hardly anything follows:
/// `SYS-9876543210`, `123456789000`, `0123456789AB`, and with each digit twice `1122334455`.
pub(super) fn is_counted(bare: &[u8]) -> bool {
    let prefix = bare.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    if prefix > MAX_PREFIX_LETTERS {
        return false;
    }
    let digits = &bare[prefix..];
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    let counts = |digits: &[u8]| {
        let run = counting_run(digits);
        run >= MIN_COUNTING_DIGITS && digits.len() - run <= run / 3
    };
    let is_doubled = || {
        let (pairs, rest) = bare.as_chunks::<2>();
        let halved: Vec<u8> = pairs.iter().map(|[digit, _]| *digit).collect();
        rest.is_empty()
            && pairs.iter().all(|[digit, again]| digit == again)
            && halved.len() >= MIN_DOUBLED_DIGITS
            && counting_run(&halved) == halved.len()
    };
    counts(digits) || counts(&digits[zeros..]) || is_doubled()
}

/// Returns the number of characters that count up, or down, from the first on, which is a digit; behind 9 comes 0, or
/// A.
pub(super) fn counting_run(bare: &[u8]) -> usize {
    if !bare.first().is_some_and(u8::is_ascii_digit) {
        return 0;
    }
    let run = |follows: fn(u8, u8) -> bool| 1 + bare.windows(2).take_while(|pair| follows(pair[0], pair[1])).count();
    run(is_next).max(run(|byte, next| next.is_ascii_digit() && is_next(next, byte)))
}

/// Whether one digit, or letter behind the digits, comes right after another.
fn is_next(byte: u8, next: u8) -> bool {
    match byte {
        b'9' => matches!(next, b'0' | b'a'),
        _ => next == byte + 1,
    }
}
