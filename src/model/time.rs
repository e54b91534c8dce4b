//! Points in time, always UTC, as the appliance writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, Month, OffsetDateTime, Time, UtcOffset};

/// A point in time, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

/// A text is not `YYYY-MM-DD HH:MM:SS[.fff]`, with a blank or `T` between and an optional `Z` at the end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a time of the form YYYY-MM-DD HH:MM:SS")]
pub struct ParseTimestampError(pub String);

impl Timestamp {
    /// Returns the timestamp of seconds since 1970, UTC; out of range it is the nearest that can be represented.
    #[must_use]
    pub fn from_unix_millis(millis: i64) -> Self {
        let nanos = i128::from(millis) * 1_000_000;
        Self(OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH))
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        i64::try_from(self.0.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
    }

    /// This time, `seconds` later (or earlier, if negative).
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(Duration::seconds(seconds)))
    }

    /// This time, later by a length of time, to the second.
    #[must_use]
    pub fn plus(self, time: std::time::Duration) -> Self {
        self.plus_seconds(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
    }

    /// This time, earlier by a length of time, to the second.
    #[must_use]
    pub fn minus(self, time: std::time::Duration) -> Self {
        self.plus_seconds(i64::try_from(time.as_secs()).unwrap_or(i64::MAX).saturating_neg())
    }

    /// Seconds from `earlier` to this, negative if this is the earlier one.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_seconds()
    }

    /// Returns the time without the fraction of its second, for a message.
    #[must_use]
    pub fn to_second(self) -> Self {
        Self::from_unix_millis(self.unix_millis().div_euclid(1000).saturating_mul(1000))
    }

    /// The text form of the store, to the second: `YYYY-MM-DD HH:MM:SS`. It sorts before every text of the same
    /// second, whichever of the accepted forms that is in.
    #[must_use]
    pub fn to_store_text(self) -> String {
        let (hour, minute, second) = self.0.to_hms();
        format!("{} {hour:02}:{minute:02}:{second:02}", self.date_text())
    }

    /// The day alone: `YYYY-MM-DD`.
    #[must_use]
    pub fn date_text(self) -> String {
        let date = self.0.date();
        format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
    }
}

impl Default for Timestamp {
    /// The beginning of 1970, before anything that can have happened.
    fn default() -> Self {
        Self(OffsetDateTime::UNIX_EPOCH)
    }
}

impl From<OffsetDateTime> for Timestamp {
    /// Converts to the millisecond, which is what the ledger keeps.
    fn from(time: OffsetDateTime) -> Self {
        let time = time.to_offset(UtcOffset::UTC);
        Self(time.replace_millisecond(time.millisecond()).unwrap_or(time))
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text.trim()).map(Self).ok_or_else(|| ParseTimestampError(text.to_owned()))
    }
}

/// Parses `YYYY-MM-DD HH:MM:SS`, with a `T` between them or not, a fraction of up to nine digits or none, a `Z` or
/// none.
fn parse(text: &str) -> Option<OffsetDateTime> {
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text).as_bytes();
    let (whole, fraction) = text.split_at_checked(b"YYYY-MM-DD HH:MM:SS".len())?;
    let marks = [(4, b"-" as &[u8]), (7, b"-"), (10, b" Tt"), (13, b":"), (16, b":")];
    if !marks.iter().all(|(at, mark)| mark.contains(&whole[*at])) {
        return None;
    }
    let pair = |at: usize| u8::try_from(number(&whole[at..at + 2])?).ok();
    let year = i32::try_from(number(&whole[..4])?).ok()?;
    let date = Date::from_calendar_date(year, Month::try_from(pair(5)?).ok()?, pair(8)?).ok()?;
    let time = Time::from_hms_nano(pair(11)?, pair(14)?, pair(17)?, nanoseconds(fraction)?).ok()?;
    Some(OffsetDateTime::new_utc(date, time))
}

/// Parses digits, nine at most, and nothing else.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
}

fn nanoseconds(fraction: &[u8]) -> Option<u32> {
    match fraction {
        [] | [b'.'] => Some(0),
        [b'.', digits @ ..] if digits.len() <= 9 => {
            let missing = u32::try_from(9 - digits.len()).ok()?;
            Some(number(digits)? * 10_u32.pow(missing))
        }
        _ => None,
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339, to the second where there is no fraction: `2026-11-22T16:04:59Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.format(&Rfc3339).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_accepted_form_as_the_same_time() {
        let expected: Timestamp = "2026-11-22 16:04:59".parse().unwrap();
        for text in ["2026-11-22T16:04:59", "2026-11-22 16:04:59Z", "2026-11-22T16:04:59.000Z", " 2026-11-22 16:04:59 "]
        {
            assert_eq!(text.parse::<Timestamp>().unwrap(), expected, "{text}");
        }
        let later = "2026-11-22 16:04:59.25".parse::<Timestamp>().unwrap();
        assert_eq!(later.unix_millis() - expected.unix_millis(), 250);
        assert_eq!(expected.to_string(), "2026-11-22T16:04:59Z");
        assert_eq!(expected.to_store_text(), "2026-11-22 16:04:59");
        assert_eq!(Timestamp::from_unix_millis(expected.unix_millis()), expected);
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "now",
            "2026-11-22",
            "2026-13-01 00:00:00",
            "2026-02-30 00:00:00",
            "2026-1-1 0:0:0",
            "2026-11-22 25:00:00",
            "2026-11-22 16:04:59.x",
            "2026-11-22 16:04:59+02:00",
            "2026-11-22 16:04:59.1234567890",
            "2026-11-22-16:04:59",
            "2026-11-22 16-04-59",
            "+026-11-22 16:04:59",
            "２０26-11-22 16:04:59",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }
}
