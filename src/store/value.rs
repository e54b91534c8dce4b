//! Reads values as leniently as SQLite stores them: a number in a text column is its digits, a text in a number column
//! is parsed, bytes that are not UTF-8 are shown as U+FFFD. A value that cannot be understood is as good as missing,
//! except where it decides something (see [`UnreadableRecord`]).

use rusqlite::types::ValueRef;

use super::error::UnreadableRecord;
use crate::model::{ClientId, InventoryId, Timestamp};

/// A text, trimmed; `None` when it is NULL or only blanks.
pub(super) fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => trimmed(bytes),
    }
}

/// Reads a text that a technician typed, without the blanks around it that do not count in an ID. Other white space
/// around it is kept, so that it can be named; a text of white space alone is missing.
pub(super) fn typed(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            let text = text.trim_matches(InventoryId::is_stripped);
            (!text.trim().is_empty()).then(|| text.to_owned())
        }
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => self::text(value),
    }
}

fn trimmed(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_matches(|character: char| character.is_whitespace() || character == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// A whole number.
pub(super) fn integer(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Real(number) => whole(number),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => trimmed(bytes).and_then(|text| text.parse().ok()),
        ValueRef::Null => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and far inside the range of both types")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// A number that cannot be negative, in whichever unsigned type it fits.
pub(super) fn unsigned<T: TryFrom<i64>>(value: ValueRef<'_>) -> Option<T> {
    integer(value).and_then(|number| T::try_from(number).ok())
}

/// A percentage, rounded to a whole one. A number with a fraction from 0 to 1 is none: it may be meant as a share of one.
pub(super) fn percent(value: ValueRef<'_>) -> Option<u32> {
    let number = match value {
        ValueRef::Integer(number) => return u32::try_from(number).ok(),
        ValueRef::Real(number) => number,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            let text = trimmed(bytes)?;
            let number = text.trim_end_matches(['%', ' ']);
            if let Ok(whole) = number.parse() {
                return Some(whole);
            }
            number.parse().ok()?
        }
        ValueRef::Null => return None,
    };
    let is_share = number > 0.0 && number <= 1.0;
    if is_share { None } else { whole(number.round()).and_then(|number| u32::try_from(number).ok()) }
}

/// A measure; `None` also for infinities and what is not above zero.
pub(super) fn measure(value: ValueRef<'_>) -> Option<f64> {
    let number = match value {
        ValueRef::Real(number) => Some(number),
        ValueRef::Integer(number) => i32::try_from(number).ok().map(f64::from),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => trimmed(bytes).and_then(|text| text.parse().ok()),
        ValueRef::Null => None,
    };
    number.filter(|number| number.is_finite() && *number > 0.0)
}

/// 0 or 1, or the word that a copy from a database with a type for it has.
pub(super) fn flag(value: ValueRef<'_>) -> Option<bool> {
    match integer(value) {
        Some(0) => Some(false),
        Some(1) => Some(true),
        Some(_) => None,
        None => match text(value)?.to_ascii_lowercase().as_str() {
            "f" | "false" | "n" | "no" => Some(false),
            "t" | "true" | "y" | "yes" => Some(true),
            _ => None,
        },
    }
}

/// Whether a text or a number says yes. A column that speaks against a wipe is read so: a value that is not understood
/// (`skipped`, 2) is a no, and only a missing or blank value says nothing.
pub(super) fn confirmed(value: ValueRef<'_>) -> Option<bool> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(_) | ValueRef::Real(_) => Some(integer(value) == Some(1)),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            let word = String::from_utf8_lossy(bytes).trim().to_lowercase();
            let is_yes = matches!(
                word.as_str(),
                "1" | "1.0"
                    | "true"
                    | "t"
                    | "yes"
                    | "y"
                    | "on"
                    | "verified"
                    | "ok"
                    | "okay"
                    | "pass"
                    | "passed"
                    | "success"
                    | "successful"
            );
            (!word.is_empty()).then_some(is_yes)
        }
    }
}

/// Reads a time that informs only: a text that is no time is missing.
pub(super) fn time(value: ValueRef<'_>) -> Option<Timestamp> {
    text(value).and_then(|text| text.parse().ok())
}

/// Reads a time that decides which of several results counts: a text that is no time is an error of that client.
pub(super) fn deciding_time(
    value: ValueRef<'_>,
    column: &'static str,
    client_id: ClientId,
    name: impl FnOnce() -> String,
) -> Result<Option<Timestamp>, UnreadableRecord> {
    let Some(text) = text(value) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| UnreadableRecord::Value {
        client_id,
        column,
        row: name(),
        value: format!("{text:?}"),
        expected: "a time of the form YYYY-MM-DD HH:MM:SS",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_flags_as_numbers_and_as_words() {
        for (value, expected) in [
            (ValueRef::Integer(0), Some(false)),
            (ValueRef::Real(1.0), Some(true)),
            (ValueRef::Text(b"0"), Some(false)),
            (ValueRef::Text(b"f"), Some(false)),
            (ValueRef::Text(b" FALSE "), Some(false)),
            (ValueRef::Text(b"No"), Some(false)),
            (ValueRef::Text(b"t"), Some(true)),
            (ValueRef::Text(b"true"), Some(true)),
            (ValueRef::Integer(2), None),
            (ValueRef::Real(0.5), None),
            (ValueRef::Text(b"?"), None),
            (ValueRef::Null, None),
        ] {
            assert_eq!(flag(value), expected, "{value:?}");
        }
    }

    #[test]
    fn takes_for_a_no_what_is_no_known_yes() {
        for word in ["1", "true", "TRUE", " Yes ", "t", "y", "Verified", "ok", "PASS", "passed"] {
            assert_eq!(confirmed(ValueRef::Text(word.as_bytes())), Some(true), "{word}");
        }
        for word in [
            "0",
            "f",
            "no",
            "failed",
            "FAIL",
            "unverified",
            "not verified",
            "No (skipped)",
            "errors",
            "off",
            "nein",
            "non",
            "skipped",
            "partial",
            "pending",
            "2",
            "-1",
            "?",
            "NULL",
            "\0",
            "ok?",
            "verified with errors",
        ] {
            assert_eq!(confirmed(ValueRef::Text(word.as_bytes())), Some(false), "{word}");
        }
        for (value, expected) in [
            (ValueRef::Null, None),
            (ValueRef::Text(b" \t"), None),
            (ValueRef::Blob(b""), None),
            (ValueRef::Integer(1), Some(true)),
            (ValueRef::Real(1.0), Some(true)),
            (ValueRef::Blob(b"true"), Some(true)),
            (ValueRef::Integer(0), Some(false)),
            (ValueRef::Integer(-1), Some(false)),
            (ValueRef::Integer(2), Some(false)),
            (ValueRef::Real(0.5), Some(false)),
            (ValueRef::Real(f64::NAN), Some(false)),
            (ValueRef::Blob(b"\0"), Some(false)),
            (ValueRef::Blob(b"\x01"), Some(false)),
            (ValueRef::Text(b"\xff"), Some(false)),
        ] {
            assert_eq!(confirmed(value), expected, "{value:?}");
        }
    }

    #[test]
    fn reads_percentages_however_they_are_stored() {
        for (value, expected) in [
            (ValueRef::Integer(76), Some(76)),
            (ValueRef::Integer(0), Some(0)),
            (ValueRef::Integer(65_535), Some(65_535)),
            (ValueRef::Integer(-1), None),
            (ValueRef::Real(76.2349), Some(76)),
            (ValueRef::Real(99.5), Some(100)),
            (ValueRef::Real(0.0), Some(0)),
            (ValueRef::Real(0.76), None),
            (ValueRef::Real(1.0), None),
            (ValueRef::Real(1.4), Some(1)),
            (ValueRef::Integer(1), Some(1)),
            (ValueRef::Text(b"1"), Some(1)),
            (ValueRef::Text(b"1 %"), Some(1)),
            (ValueRef::Text(b"1.0"), None),
            (ValueRef::Real(-3.5), None),
            (ValueRef::Real(f64::NAN), None),
            (ValueRef::Real(f64::INFINITY), None),
            (ValueRef::Text(b"76.2349"), Some(76)),
            (ValueRef::Text(b" 76 % "), Some(76)),
            (ValueRef::Text(b"good"), None),
            (ValueRef::Null, None),
        ] {
            assert_eq!(percent(value), expected, "{value:?}");
        }
    }
}
