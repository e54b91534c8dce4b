//! Dates as they are sent, and times as they are kept.

use time::Date;

use super::settings::DateFormat;

/// Returns a date in the form in which it is sent.
pub(super) fn sent(date: Date, format: DateFormat) -> String {
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    match format {
        DateFormat::MonthDayYear => format!("{month:02}-{day:02}-{year:04}"),
        DateFormat::YearMonthDay => format!("{year:04}-{month:02}-{day:02}"),
        DateFormat::MonthDayYearSlashes => format!("{month:02}/{day:02}/{year:04}"),
    }
}

/// Returns a time of the service as it is kept: without the blanks around it and with a `T` behind the day. Nothing is
/// converted, for no answer names a zone; how many digits a second has is left alone, and so is every other form
/// (`12/13/2023 06:00 PM`).
pub(super) fn kept(text: &str) -> String {
    let text = text.trim();
    let is_day = |day: &str| {
        let digits = |at: usize, byte: u8| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
        day.len() == 10 && day.bytes().enumerate().all(|(at, byte)| digits(at, byte))
    };
    match text.split_once(' ') {
        Some((day, time)) if is_day(day) => format!("{day}T{}", time.trim_start()),
        Some(_) | None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use time::Month;

    use super::*;

    #[test]
    fn writes_a_date_in_each_form() {
        let date = Date::from_calendar_date(2022, Month::June, 1).unwrap();
        for (format, text) in [
            (DateFormat::MonthDayYear, "06-01-2022"),
            (DateFormat::YearMonthDay, "2022-06-01"),
            (DateFormat::MonthDayYearSlashes, "06/01/2022"),
        ] {
            assert_eq!(sent(date, format), text);
        }
    }

    #[test]
    fn keeps_times_as_the_service_has_them() {
        for (text, time) in [
            ("2024-04-25T18:46:51.6717682", "2024-04-25T18:46:51.6717682"),
            (" 2023-07-17T16:40:40.045444 ", "2023-07-17T16:40:40.045444"),
            ("2023-12-14 00:00:00", "2023-12-14T00:00:00"),
            ("12/13/2023 06:00 PM", "12/13/2023 06:00 PM"),
            ("é023-12-14 00:00:00", "é023-12-14 00:00:00"),
            ("", ""),
        ] {
            assert_eq!(kept(text), time);
        }
    }
}
