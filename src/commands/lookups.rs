//! Values that other services have of a machine, for people and for scripts.

use serde::Serialize;

use super::page::{Page, Span, ago};
use crate::model::{LookedUpValue, LookupState, Timestamp};
use crate::output::{DIM, STRONG, WARN};

/// A value for scripts.
#[derive(Debug, Serialize)]
pub(super) struct ValueJson<'a> {
    field: &'static str,
    service: &'static str,
    key: &'a str,
    state: LookupState,
    /// The value; of an open one the last that was known.
    value: Option<&'a str>,
    asked_at: Option<Timestamp>,
}

/// Returns the values for scripts.
pub(super) fn values<'a>(values: impl IntoIterator<Item = &'a LookedUpValue>) -> impl Iterator<Item = ValueJson<'a>> {
    values.into_iter().map(|value| ValueJson {
        field: value.field.name(),
        service: value.field.service().name(),
        key: &value.key,
        state: value.state,
        value: value.text.as_deref(),
        asked_at: value.asked_at,
    })
}

/// Writes a row for each value, with its state and its age.
pub(super) fn rows(page: &mut Page, values: &[LookedUpValue], now: Timestamp) {
    for value in values {
        let style = match value.state {
            LookupState::Known => STRONG,
            LookupState::Absent => DIM,
            LookupState::Open => WARN,
        };
        let field = Span::plain(format!("{}: ", value.field.name()));
        page.spans_row(value.field.service().title(), &[field, Span::new(style, state(value, now))]);
    }
}

/// `2016-04-17, asked 3 days ago`
fn state(value: &LookedUpValue, now: Timestamp) -> String {
    let asked = value.asked_at.map(|at| format!(", asked {}", ago(at, now))).unwrap_or_default();
    match (value.state, &value.text) {
        (LookupState::Known, text) => format!("{}{asked}", text.as_deref().unwrap_or_default()),
        (LookupState::Absent, _) if value.asked_at.is_none() => "absent, for it was not answered in time".to_owned(),
        (LookupState::Absent, _) => format!("absent{asked}"),
        (LookupState::Open, Some(text)) => format!("{text}{asked}; not answered since"),
        (LookupState::Open, None) => "not answered yet".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::without_style;
    use crate::model::LookedUp;

    #[test]
    fn shows_each_state_of_a_value_with_its_age() {
        let now: Timestamp = "2026-11-22 16:00:00".parse().unwrap();
        let asked = Some(now.plus_seconds(-3 * 86_400));
        for (state, text, asked_at, expected) in [
            (LookupState::Known, Some("2016-04-17"), asked, "2016-04-17, asked 3 days ago"),
            (LookupState::Absent, None, asked, "absent, asked 3 days ago"),
            (LookupState::Absent, None, None, "absent, for it was not answered in time"),
            (LookupState::Open, Some("2016-04-17"), asked, "2016-04-17, asked 3 days ago; not answered since"),
            (LookupState::Open, None, asked, "not answered yet"),
            (LookupState::Open, None, None, "not answered yet"),
        ] {
            let (key, text) = ("490154203237518".to_owned(), text.map(str::to_owned));
            let value =
                LookedUpValue { field: LookedUp::ImeiPurchaseDate, key, state, text, asked_at, is_answered: false };
            let mut page = Page::default();
            rows(&mut page, &[value], now);
            let shown = without_style(&page.into_text());
            let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words, format!("iQmetrix IMEI Purchase Date: {expected}"));
        }
    }
}
