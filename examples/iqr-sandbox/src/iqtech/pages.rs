//! Pages of lists, with figures that contradict each other as those of the document do.

use std::ops::Range;

use serde_json::{Value, json};

use super::call::Call;
use super::envelope::Refusal;
use super::options::Pages;
use super::record::Offense;

/// The longest page that the document allows.
pub(super) const MAX_SIZE: u64 = 100;

/// The page that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    number: u64,
    size: u64,
}

/// The rows of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) rows: Range<u64>,
    pub(super) has_next: bool,
}

impl Page {
    /// Reads the page of a query; without one, it is the first one of 20 rows.
    pub(super) fn read(call: &Call<'_>, number: &str, size: &str) -> Result<Self, Refusal> {
        let size = positive(call, size, 20)?;
        Ok(Self { number: positive(call, number, 1)?, size: size.min(MAX_SIZE) })
    }

    /// Returns the rows among so many that are on this page.
    pub(super) fn extent(self, total: u64, pages: Pages) -> Extent {
        let last = total.div_ceil(self.size).max(1);
        let (number, has_next) = match pages {
            Pages::Sound => (self.number, self.number < last),
            Pages::Twice => (self.number.div_ceil(2), self.number < last * 2),
            Pages::Endless => ((self.number - 1) % last + 1, true),
        };
        let first = (number - 1).saturating_mul(self.size).min(total);
        Extent { rows: first..first.saturating_add(self.size).min(total), has_next }
    }

    /// Returns how many pages the list has, at this size.
    pub(super) fn count(self, total: u64) -> u64 {
        total.div_ceil(self.size).max(1)
    }

    /// Returns `metaData`. The number of pages is that of pages of `counted_in` rows, and stands in place of the last
    /// row, too; only `hasNextPage` can be relied on.
    pub(super) fn meta_data(self, extent: &Extent, total: u64, counted_in: u64) -> Value {
        let pages = total.div_ceil(counted_in).max(1);
        json!({
            "firstItemOnPage": extent.rows.start + 1,
            "hasNextPage": extent.has_next,
            "hasPreviousPage": self.number > 1,
            "isFirstPage": self.number == 1,
            "isLastPage": !extent.has_next,
            "lastItemOnPage": pages,
            "pageCount": pages,
            "pageNumber": self.number,
            "pageSize": self.size,
            "totalItemCount": total,
            "thisPageItemCount": extent.rows.end - extent.rows.start,
            "itemStart": extent.rows.start + 1,
            "itemEnd": extent.rows.end,
        })
    }
}

/// Reads a number above 0.
fn positive(call: &Call<'_>, name: &str, default: u64) -> Result<u64, Refusal> {
    let Some(text) = call.query(name) else { return Ok(default) };
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Refusal::invalid(name, text).accusing(Offense::Query(name.to_owned())))
}

/// Returns the rows of a range.
pub(super) fn part<'a, T>(rows: &'a [T], range: &Range<u64>) -> &'a [T] {
    let place = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(rows.len());
    &rows[place(range.start)..place(range.end)]
}

#[cfg(test)]
mod tests {
    use super::{Extent, Page, Pages};

    fn pages(pages: Pages, asked: u64) -> Vec<(u64, u64, bool)> {
        let of = |number| {
            let Extent { rows, has_next } = Page { number, size: 10 }.extent(25, pages);
            (rows.start, rows.end, has_next)
        };
        (1..=asked).map(of).collect()
    }

    #[test]
    fn gives_every_row_once_and_says_which_page_is_the_last() {
        assert_eq!(pages(Pages::Sound, 4), [(0, 10, true), (10, 20, true), (20, 25, false), (25, 25, false)]);
    }

    #[test]
    fn gives_pages_twice_or_without_an_end() {
        let twice = [(0, 10, true), (0, 10, true), (10, 20, true), (10, 20, true), (20, 25, true), (20, 25, false)];
        assert_eq!(pages(Pages::Twice, 6), twice);
        assert_eq!(pages(Pages::Endless, 4), [(0, 10, true), (10, 20, true), (20, 25, true), (0, 10, true)]);
    }
}
