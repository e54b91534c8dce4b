//! The widths of IQR's columns, and texts cut to them.
//!
//! A column may cut a wider text, or refuse it. A text that IQR cut comes back as another text than was sent; a text
//! that it refused would be refused forever, and the client with it. So it is cut here, where the rest can be
//! reported. A description loses its end; an item number must go on naming one model, and loses whole words or is not
//! used at all.

use std::num::NonZero;

use super::item_number;
use crate::model::{Cut, Limited};

/// The number of characters that a column of IQR holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Width(Option<NonZero<u16>>);

/// The widths of all columns that a text of ours goes into. Of the default ones nothing is cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Widths {
    /// The number of a master item.
    pub item_number: Width,
    /// The manufacturer of a master item.
    pub manufacturer: Width,
    /// The description of a master item that is created.
    pub item_description: Width,
    /// "Description".
    pub description: Width,
    /// "Extended Description".
    pub extended_description: Width,
}

impl Width {
    /// Returns the width of a column of so many characters; 0 stands for no limit.
    #[must_use]
    pub fn from_chars(characters: u16) -> Self {
        Self(NonZero::new(characters))
    }

    /// Splits a text into what the column keeps and the rest.
    fn split(self, text: &str) -> (&str, &str) {
        let cut = self.0.and_then(|width| text.char_indices().nth(usize::from(width.get())));
        let (kept, lost) = text.split_at(cut.map_or(text.len(), |(at, _)| at));
        (if lost.is_empty() { kept } else { kept.trim_end() }, lost)
    }
}

impl Widths {
    /// Returns the number of characters that the column of a text holds; `None` without a limit.
    pub(super) fn chars(&self, text: Limited) -> Option<usize> {
        self.of(text).0.map(|width| width.get().into())
    }

    fn of(&self, text: Limited) -> Width {
        match text {
            Limited::ItemNumber => self.item_number,
            Limited::Manufacturer => self.manufacturer,
            Limited::ItemDescription => self.item_description,
            Limited::Description => self.description,
            Limited::ExtendedDescription => self.extended_description,
        }
    }

    /// The number of a master item that names this model of this maker; what it does not say is added to `cuts`. A name
    /// that cannot be made short enough is left out as a whole: the number is empty.
    pub(super) fn fit_item_number(&self, maker: &str, name: String, cuts: &mut Vec<Cut>) -> String {
        let Some(width) = self.item_number.0 else { return name };
        let shortened = item_number::shortened(&name, maker, usize::from(width.get()));
        let (number, lost) = shortened.map_or_else(|| (String::new(), name), |(number, lost)| (number, lost.join(" ")));
        if !lost.is_empty() {
            cuts.push(Cut { text: Limited::ItemNumber, width: width.get(), lost });
        }
        number
    }

    /// The text as its column keeps it; what is left out is added to `cuts`.
    pub(super) fn fit(&self, what: Limited, text: String, cuts: &mut Vec<Cut>) -> String {
        let width = self.of(what);
        match (width.split(&text), width.0) {
            ((kept, lost), Some(width)) if !lost.is_empty() => {
                cuts.push(Cut { text: what, width: width.get(), lost: lost.to_owned() });
                kept.to_owned()
            }
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::clean::one_line;
    use super::*;

    fn kept(width: u16, text: &str) -> &str {
        Width::from_chars(width).split(text).0
    }

    #[test]
    fn cuts_a_wide_text_at_the_width_of_its_column() {
        for (text, expected) in [
            ("OptiPlex 9010 Desktop", "OptiPlex 9010 Desktop"),
            ("12345678901234567890 12345678901", "12345678901234567890 123456789"),
            // The blank before the cut goes, too.
            ("12345678901234567890123456789 01", "12345678901234567890123456789"),
        ] {
            assert_eq!(kept(30, text), expected, "{text}");
        }
    }

    #[test]
    fn keeps_all_in_a_column_without_a_limit() {
        let text = "x".repeat(100_000);
        assert_eq!(kept(0, &text), text);
    }

    #[test]
    fn reports_what_is_left_out_with_its_column() {
        let widths = Widths { description: Width::from_chars(6), ..Widths::default() };
        let mut cuts = Vec::new();
        assert_eq!(widths.fit(Limited::Description, "CF-33 1 Tablet".to_owned(), &mut cuts), "CF-33");
        assert_eq!(widths.fit(Limited::Manufacturer, "CF-33-1 EXTENDED".to_owned(), &mut cuts), "CF-33-1 EXTENDED");
        assert_eq!(widths.fit_item_number("HP", "CF-33-1 EXTENDED".to_owned(), &mut cuts), "CF-33-1 EXTENDED");
        assert_eq!(cuts, [Cut { text: Limited::Description, width: 6, lost: "1 Tablet".to_owned() }]);
        assert_eq!(
            cuts[0].to_string(),
            "description is cut to 6 characters, `1 Tablet` is left out (iqr.widths.description)"
        );
    }

    proptest! {
        #[test]
        fn fits_any_text_and_reports_what_is_lost(
            text in "(\\PC| |ß|WORD){0,60}",
            width in 0_u16..40,
        ) {
            let text = one_line(&text);
            let (kept, lost) = Width::from_chars(width).split(&text);
            prop_assert!(width == 0 || kept.chars().count() <= usize::from(width));
            prop_assert_eq!(one_line(kept), kept);
            let rest = text.strip_prefix(kept).unwrap();
            prop_assert_eq!(rest.trim_start(), lost.trim_start());
            prop_assert_eq!(Width::from_chars(width).split(kept), (kept, ""));
        }
    }
}
