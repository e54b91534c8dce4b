//! Finds looked-up values in a text of IQR that the ledger has no record of.

use std::borrow::Cow;

use super::{LookedUp, is_addition, stored_form};

/// A text of ours with a gap in the place of each looked-up value that the machine lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GappedText {
    text: String,
    gaps: Vec<Gap>,
    width: Option<usize>,
}

/// A place in a text where a looked-up value may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The field of the value.
    pub field: LookedUp,
    /// The text that stands there without a value.
    pub fallback: String,
}

impl GappedText {
    /// Stands for a gap in a text. Control characters are cleaned out of every value, and IQR can hold none. It is
    /// ASCII, so that [`stored_form`] keeps it.
    pub const GAP: char = '\u{1}';

    /// Creates a text from one with [`Self::GAP`] for each gap; `width` is the number of characters that its column
    /// holds. Returns `None` unless the text has as many gaps as `gaps`, and at least one.
    #[must_use]
    pub fn new(text: String, gaps: Vec<Gap>, width: Option<usize>) -> Option<Self> {
        let is_whole = !gaps.is_empty() && text.matches(Self::GAP).count() == gaps.len();
        is_whole.then_some(Self { text, gaps, width })
    }

    /// Returns the fields that have a value in `shown`, if `shown` is this text with a value in every gap; otherwise
    /// none. An addition may follow. A text that fills its column may end in any gap but not before the first one.
    #[must_use]
    pub fn values_in(&self, shown: &str) -> Vec<LookedUp> {
        let as_stored = || shown.is_ascii().then(|| self.read(shown, stored_form)).flatten();
        self.read(shown.trim(), |text| Cow::Borrowed(text)).or_else(as_stored).unwrap_or_default()
    }

    /// Compares the forms of both texts; returns `None` where they do not match.
    fn read(&self, shown: &str, form: fn(&str) -> Cow<'_, str>) -> Option<Vec<LookedUp>> {
        // A blank before the cut is lost.
        let is_full = self.width.is_some_and(|width| shown.chars().count() + 1 >= width);
        let (text, shown) = (form(&self.text), form(shown));
        let mut parts = text.split(Self::GAP);
        let mut rest = shown.strip_prefix(parts.next()?)?;
        let mut fields = Vec::new();
        for (number, (gap, part)) in self.gaps.iter().zip(parts).enumerate() {
            fields.push(gap.field);
            let fallback = form(&gap.fallback);
            let is_last = number + 1 == self.gaps.len();
            let ends_text = is_last && part.is_empty();
            let behind = if ends_text { None } else { behind_value(rest, part, &fallback, is_last) };
            match behind {
                Some(behind) => rest = behind,
                None if ends_text || is_full => return begins_with_value(rest, &fallback).then_some(fields),
                None => return None,
            }
        }
        Some(fields)
    }
}

/// Whether a rest that nothing of ours follows begins with a value.
fn begins_with_value(rest: &str, fallback: &str) -> bool {
    !rest.trim().is_empty() && !rest.strip_prefix(fallback).is_some_and(is_addition)
}

/// Returns the rest behind the first place of `part` that has a value before it. Behind the last part, nothing but an
/// addition is accepted.
fn behind_value<'a>(rest: &'a str, part: &str, fallback: &str, is_last: bool) -> Option<&'a str> {
    let mut places = rest.match_indices(part).map(|(at, _)| (&rest[..at], &rest[at + part.len()..]));
    let is_value = |value: &str| !value.trim().is_empty() && value != fallback;
    places.find(|(value, behind)| is_value(value) && (!is_last || is_addition(behind))).map(|(_, behind)| behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUGHT: (LookedUp, &str) = (LookedUp::ImeiPurchaseDate, "?");
    const BACK: (LookedUp, &str) = (LookedUp::ImeiReturnDate, "?");

    /// Creates a text that has `_` for each gap.
    fn gapped(text: &str, gaps: &[(LookedUp, &str)], width: Option<usize>) -> GappedText {
        let gaps = gaps.iter().map(|&(field, fallback)| Gap { field, fallback: fallback.to_owned() }).collect();
        GappedText::new(text.replace('_', "\u{1}"), gaps, width).unwrap()
    }

    #[track_caller]
    fn assert_rows(text: &GappedText, rows: &[(&str, bool)]) {
        for (shown, is_match) in rows {
            assert_eq!(!text.values_in(shown).is_empty(), *is_match, "{shown:?} for {text:?}");
        }
    }

    #[test]
    fn finds_values_between_the_parts_of_our_text() {
        let text = gapped("CF-33 bought _ back _", &[BOUGHT, BACK], None);
        assert_rows(
            &text,
            &[
                ("CF-33 bought 2016-04-17 back 2017-05-18", true),
                ("CF-33 bought May 2016 back -", true),
                (" CF-33  bought 2016-04-17  back 2017-05-18 ", true),
                ("CF-33 bought 2016-04-17 back 2017-05-18, lid cracked", true),
                ("CF-33 bought ? back ?", false),
                ("CF-33 bought 2016-04-17 back ?", false),
                ("CF-33 bought 2016-04-17 back ?, lid cracked", false),
                ("CF-33 bought ? back 2017-05-18", false),
                ("CF-33 bought 2016-04-17", false),
                ("CF-33 bought  back 2017-05-18", false),
                ("CF-31 bought 2016-04-17 back 2017-05-18", false),
                ("as received 2016-04-17", false),
                ("", false),
            ],
        );
        assert_eq!(text.values_in("CF-33 bought 1 back 2"), [LookedUp::ImeiPurchaseDate, LookedUp::ImeiReturnDate]);
        let text = gapped("CF-33 bought _ back ?", &[BOUGHT], None);
        let rows = [
            ("CF-33 bought 2016-04-17 back ?", true),
            ("CF-33 bought 2016-04-17 back ?, lid cracked", true),
            ("CF-33 bought 2016-04-17 back ?x", false),
            ("CF-33 bought 2016-04-17 back 2017-05-18", false),
        ];
        assert_rows(&text, &rows);
    }

    #[test]
    fn finds_values_in_the_form_that_a_column_keeps() {
        let text = gapped("12,5\u{2033}  Größe von _ (_)", &[(LookedUp::TechnicianName, ""), BOUGHT], None);
        let rows = [
            ("12,5\u{2033}  Größe von José Müller (2016)", true),
            ("12,5? Gr??e von Jos? M?ller (2016)", true),
            ("12,5\u{2033}  Grüße von José Müller (2016)", false),
            ("12,5? Gr??e von (2016)", false),
        ];
        assert_rows(&text, &rows);
    }

    #[test]
    fn finds_values_in_a_text_that_fills_its_column() {
        let text = gapped("CF-33 bought _ back _ (JW)", &[BOUGHT, BACK], Some(25));
        for (shown, fields) in [
            ("CF-33 bought 2016-04-17 b", &[LookedUp::ImeiPurchaseDate][..]),
            ("CF-33 bought 2016-04-17 ", &[LookedUp::ImeiPurchaseDate]),
            ("CF-33 bought 16 back 2017", &[LookedUp::ImeiPurchaseDate, LookedUp::ImeiReturnDate]),
            ("CF-33 bought 2016-04-17", &[]),
            ("CF-33 bought ? back x (JW", &[]),
            ("CF-33 sold 2016-04-17 bac", &[]),
        ] {
            assert_eq!(text.values_in(shown), fields, "{shown:?}");
        }
    }

    /// Nothing of ours stands beside the value.
    #[test]
    fn takes_any_text_for_a_value_that_stands_alone() {
        let text = gapped("_", &[BOUGHT], None);
        assert_rows(&text, &[("2016-04-17", true), ("as received", true), ("?", false), ("?, cracked", false)]);
    }

    #[test]
    fn finds_values_in_a_row_and_twice() {
        let text = gapped("__ by JW", &[BOUGHT, BACK], None);
        assert_rows(&text, &[("2016-04-172017-05-18 by JW", true), (" by JW", false), ("2016 by AB", false)]);
        let text = gapped("_ to _: _", &[BOUGHT, BACK, BOUGHT], None);
        assert_rows(&text, &[("2016 to 2017: 2016", true), ("2016 to 2017", false), ("? to ?: ?", false)]);
    }

    #[test]
    fn needs_a_gap_for_each_value() {
        let gap = |text: &str, gaps| GappedText::new(text.to_owned(), gaps, None);
        let bought = || Gap { field: LookedUp::ImeiPurchaseDate, fallback: String::new() };
        assert!(gap("CF-33", Vec::new()).is_none());
        assert!(gap("CF-33", vec![bought()]).is_none());
        assert!(gap("\u{1}CF-33\u{1}", vec![bought()]).is_none());
        assert!(gap("CF-33 \u{1}", vec![bought()]).is_some());
    }
}
