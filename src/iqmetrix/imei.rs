//! IMEIs as technicians type them.

/// An IMEI: 15 digits that pass the check of Luhn (3GPP TS 23.003, section 6.2.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Imei(String);

impl Imei {
    /// Reads an IMEI: ASCII digits after blanks, `-`, `/` and `.` are taken out, 15 that pass Luhn. Of 16 digits (an
    /// IMEISV, whose last two are the version of the software) the first 14 and their Luhn digit are it. `None` for
    /// every other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|it| !it.is_whitespace() && !matches!(it, '-' | '/' | '.')).collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        match digits.len() {
            15 if luhn_digit(&digits[..14]) == digits[14..] => Some(Self(digits)),
            16 => Some(Self(format!("{}{}", &digits[..14], luhn_digit(&digits[..14])))),
            _ => None,
        }
    }

    /// The 15 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Imei {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Returns the digit that makes these digits pass the check of Luhn.
fn luhn_digit(digits: &str) -> String {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let digits = digits.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits.enumerate().map(|(place, digit)| if place % 2 == 0 { doubled(digit) } else { digit }).sum();
    ((10 - sum % 10) % 10).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_imei_however_it_is_typed() {
        for (typed, imei) in [
            ("490154203237518", Some("490154203237518")),
            (" 49-015420-323751-8 ", Some("490154203237518")),
            ("49/015420.323751/8", Some("490154203237518")),
            ("4901542032375181", Some("490154203237518")),
            ("001234567890124", None),
            ("012345678901237", Some("012345678901237")),
            ("490154203237519", None),
            ("49015420323751", None),
            ("49015420323751889", None),
            ("４９０１５４２０３２３７５１８", None),
            ("IMEI490154203237518", None),
            ("", None),
        ] {
            assert_eq!(Imei::parse(typed).as_ref().map(Imei::as_str), imei, "{typed}");
        }
    }
}
