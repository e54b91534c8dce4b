//! The two headers that tell a time: `Date` and `Retry-After`.

use std::time::Duration;

use crate::model::Timestamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Sun, 06 Nov 1994 08:49:37 GMT` as seconds since 1970.
pub(super) fn http_date(text: &str) -> Option<i64> {
    let (_, text) = text.trim().split_once(", ")?;
    let mut parts = text.split(' ');
    let (day, month, year, clock) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))? + 1;
    let time: Timestamp = format!("{year}-{month:02}-{day:0>2} {clock}").parse().ok()?;
    Some(time.unix_millis() / 1000)
}

/// `Retry-After`, in seconds or as a date; `now` is the server's own time, so that its clock may be wrong.
pub(super) fn retry_after(text: &str, now: i64) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(u64::from(seconds)));
    }
    let seconds = http_date(text)?.saturating_sub(now);
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_waits_are_read_in_both_forms() {
        let now = http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(now, 784_111_777);
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:07 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after(" 7 ", now), Some(Duration::from_secs(7)));
        for text in ["", "-1", "soon", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, ", "99999999999999999999"] {
            assert_eq!(retry_after(text, now), None, "{text}");
        }
    }
}
