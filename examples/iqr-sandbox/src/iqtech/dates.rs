//! Days and times as the document writes them.

use super::options::DateFormat;
use crate::clock::format_sql;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// The number of a day, counted from 1970-01-01 (Howard Hinnant's `days_from_civil`).
pub(super) fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Reads a date of a query; returns the number of the day. The digits of each part are counted.
pub(super) fn parse_day(text: &str, format: DateFormat) -> Option<i64> {
    let separator = if format == DateFormat::Slashes { '/' } else { '-' };
    let parts: Vec<&str> = text.split(separator).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let (year, month, day) = match format {
        DateFormat::YearMonthDay => (first, second, third),
        DateFormat::MonthDayYear | DateFormat::Slashes => (third, first, second),
    };
    let number = |text: &str, digits: usize| {
        let is_whole = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        is_whole.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    // A day that the month does not have comes back as another one.
    let number = day_number(year, month, day);
    (format_sql(number * DAY).get(..10)? == format!("{year:04}-{month:02}-{day:02}")).then_some(number)
}

/// Returns the number of the day of a time such as `2024-04-25T18:46:51.6717682`.
pub(super) fn day_of(time: &str) -> Option<i64> {
    parse_day(time.get(..10)?, DateFormat::YearMonthDay)
}

/// Formats seconds since 1970 as `2024-04-25T18:46:51`.
pub(super) fn format_time(seconds: i64) -> String {
    format_sql(seconds).replace(' ', "T")
}

/// Formats seconds since 1970 as the account, six hours behind, has them: `12/13/2023 06:00 PM`.
pub(super) fn format_local(seconds: i64) -> String {
    let text = format_sql(seconds - 6 * 3600);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let hour: u32 = part(11, 13).parse().unwrap_or_default();
    let (half, hour) = (if hour < 12 { "AM" } else { "PM" }, (hour + 11) % 12 + 1);
    format!("{}/{}/{} {hour:02}:{} {half}", part(5, 7), part(8, 10), part(0, 4), part(14, 16))
}

#[cfg(test)]
mod tests {
    use super::{DAY, DateFormat, day_number, day_of, format_local, format_time, parse_day};

    #[test]
    fn reads_the_dates_of_each_format_only() {
        let day = day_number(2022, 6, 21);
        for (format, text) in [
            (DateFormat::MonthDayYear, "06-21-2022"),
            (DateFormat::YearMonthDay, "2022-06-21"),
            (DateFormat::Slashes, "06/21/2022"),
        ] {
            for other in ["06-21-2022", "2022-06-21", "06/21/2022", "6-21-2022", "02-30-2022", "", "x"] {
                assert_eq!(parse_day(other, format), (other == text).then_some(day), "{format:?} {other}");
            }
        }
    }

    #[test]
    fn writes_the_times_of_the_report_as_printed() {
        let seconds = day_number(2023, 12, 14) * DAY;
        assert_eq!(
            (format_time(seconds).as_str(), format_local(seconds).as_str()),
            ("2023-12-14T00:00:00", "12/13/2023 06:00 PM")
        );
        assert_eq!(day_of("2024-04-25T18:46:51.6717682"), Some(day_number(2024, 4, 25)));
    }
}
