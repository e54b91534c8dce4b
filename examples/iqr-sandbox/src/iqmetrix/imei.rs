//! IMEIs: 15 digits, the last of which is Luhn's.

/// The first eight digits of every IMEI made here: a type allocation code.
const TYPE: &str = "01449700";
const SERIAL_NUMBERS: u64 = 1_000_000;

/// Makes the valid IMEI of a number: another one for each of the first hundred million numbers. It begins with a 0.
#[must_use]
pub fn imei(number: u64) -> String {
    let type_code: u64 = TYPE.parse::<u64>().unwrap_or_default() + number / SERIAL_NUMBERS;
    let digits = format!("{type_code:08}{:06}", number % SERIAL_NUMBERS);
    let check = luhn_digit(&digits);
    format!("{digits}{check}")
}

/// Whether a text is an IMEI.
pub(super) fn is_imei(text: &str) -> bool {
    let is_number = text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number && text.ends_with(&luhn_digit(&text[..14]).to_string())
}

/// Returns the valid IMEI that follows on another; what is no IMEI stays.
pub(super) fn next_imei(text: &str) -> String {
    if !is_imei(text) {
        return text.to_owned();
    }
    let next = (text[..14].parse::<u64>().unwrap_or_default() + 1) % 100_000_000_000_000;
    let digits = format!("{next:014}");
    let check = luhn_digit(&digits);
    format!("{digits}{check}")
}

/// Returns the digit that makes the digits pass Luhn behind them.
fn luhn_digit(digits: &str) -> u32 {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let digits = digits.chars().rev().filter_map(|character| character.to_digit(10)).enumerate();
    let sum: u32 = digits.map(|(place, digit)| if place % 2 == 0 { doubled(digit) } else { digit }).sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{imei, is_imei, next_imei};

    #[test]
    fn accepts_imeis_of_the_document_and_no_others() {
        assert!(["014497002384313", "014497002384321", "014497002384669"].into_iter().all(is_imei));
        for text in ["014497002384314", "14497002384313", "0144970023843130", "01449700238431x", "", "SN1"] {
            assert!(!is_imei(text), "{text}");
        }
    }

    #[test]
    fn makes_distinct_valid_imeis() {
        let numbers = (0..2000).chain(999_990..1_000_010);
        let made: BTreeSet<String> = numbers.map(imei).collect();
        assert!(made.len() == 2020 && made.iter().all(|imei| is_imei(imei)));
    }

    #[test]
    fn steps_to_the_next_valid_imei() {
        assert_eq!(next_imei("014497002384313"), "014497002384321");
        assert_eq!((next_imei("99").as_str(), next_imei(&imei(999_999))), ("99", imei(1_000_000)));
    }
}
