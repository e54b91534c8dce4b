//! Values of arguments that several commands have.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// Parses a day, `YYYY-MM-DD`.
pub(super) fn date(typed: &str) -> Result<Date, String> {
    Date::parse(typed.trim(), DAY).map_err(|_| "it is no day of the form YYYY-MM-DD".to_owned())
}

/// Parses a text that is not blank, without the blanks around it.
pub(super) fn text(typed: &str) -> Result<String, String> {
    let text = typed.trim();
    if text.is_empty() { Err("it is blank".to_owned()) } else { Ok(text.to_owned()) }
}

/// Parses one of some words.
pub(super) fn word_of<T, const COUNT: usize>(words: [(&'static str, T); COUNT]) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
{
    let names = words.each_ref().map(|(word, _)| *word);
    PossibleValuesParser::new(names).try_map(move |typed| {
        let found = words.iter().find(|(word, _)| *word == typed);
        found.map(|(_, value)| value.clone()).ok_or_else(|| "it is none of the words".to_owned())
    })
}
