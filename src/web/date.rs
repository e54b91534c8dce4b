//! The two headers that tell a time: `Date` and `Retry-After`.

use std::time::Duration;

use crate::model::Timestamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Sun, 06 Nov 1994 08:49:37 GMT` as seconds since 1970.
pub(crate) fn http_date(text: &str) -> Option<i64> {
    let (_, text) = text.trim().split_once(", ")?;
    let mut parts = text.split(' ');
    let (day, month, year, clock) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let month = u8::try_from(MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?).ok()? + 1;
    // Without a detour over a new text: every answer has one.
    let mut time = *b"YYYY-MM-0D HH:MM:SS";
    fill(&mut time[..4], year.as_bytes())?;
    fill(&mut time[5..7], &[b'0' + month / 10, b'0' + month % 10])?;
    let first = if day.len() == 1 { 9 } else { 8 };
    fill(&mut time[first..10], day.as_bytes())?;
    fill(&mut time[11..], clock.as_bytes())?;
    let time: Timestamp = std::str::from_utf8(&time).ok()?.parse().ok()?;
    Some(time.unix_millis() / 1000)
}

/// Puts a text in its place, if it is as long as that.
fn fill(place: &mut [u8], text: &[u8]) -> Option<()> {
    (place.len() == text.len()).then(|| place.copy_from_slice(text))
}

/// `Retry-After`, in seconds or as a date; `now` is the server's own time, so that its clock may be wrong.
pub(crate) fn retry_after(text: &str, now: i64) -> Option<Duration> {
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
    fn reads_dates_and_waits_in_both_forms() {
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
