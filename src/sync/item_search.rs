//! Looking a master item up in IQR, however it is spelled there.
//!
//! IQR searches by the text of the item number, and `OPTIPLEX-9010` is not found by `OPTIPLEX 9010`. So the search is for
//! what all spellings begin with, and what is found is compared here. Where a search finds whole item numbers only, it is
//! for the number as it is; which of the two it is, is learned once and kept in the ledger.

use super::items::Spelling;
use crate::iqr::{self, Iqr, MasterItem, Scope};
use crate::ledger::ItemSearch;
use crate::mapping::{Aliases, fold_key};

/// From so many rows on an answer may have been cut off, and does not show that something is missing.
const MANY: usize = 10;

/// Fewer letters or digits would find half of all items.
const LEAST: usize = 2;

/// So many letters stand together in every spelling: `MACBOOKPRO11,1` is a `MacBook Pro 11,1`.
const TOGETHER: usize = 3;

/// The master item that is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The short form of the maker.
    pub manufacturer: &'a str,
    /// The item number.
    pub item_number: &'a str,
    /// Which names of makers are one maker.
    pub aliases: &'a Aliases,
}

/// A search, and what is known of how IQR searches.
pub struct Search<'a> {
    /// IQR.
    pub iqr: &'a Iqr,
    /// What is known of its search; what is learned is left here.
    pub known: Option<ItemSearch>,
    /// The number of an item that is there, by which it can be learned.
    pub witness: Option<String>,
}

impl Search<'_> {
    /// Looks a master item up.
    ///
    /// # Errors
    ///
    /// When IQR cannot be asked, or its answer cannot be understood.
    pub fn find(&mut self, wanted: Wanted<'_>) -> Result<Option<Spelling>, iqr::Error> {
        let stem = stem(wanted.item_number);
        if stem == wanted.item_number {
            return self.find_whole(wanted);
        }
        self.ask_witness(wanted.manufacturer)?;
        if self.known == Some(ItemSearch::ByWhole) {
            return self.find_whole(wanted);
        }
        match self.iqr.search_items(stem, wanted.manufacturer) {
            Ok(items) => self.judge(items, stem, wanted),
            Err(error) if error.scope() == Scope::Pass => Err(error),
            Err(error) => {
                log::info!("the search for `{stem}` failed ({error}); `{}` is searched for", wanted.item_number);
                self.find_whole(wanted)
            }
        }
    }

    fn find_whole(&self, wanted: Wanted<'_>) -> Result<Option<Spelling>, iqr::Error> {
        let items = self.iqr.search_items(wanted.item_number, wanted.manufacturer)?;
        Ok(best(items, wanted))
    }

    /// An item that is there is found by its beginning, or it is not.
    fn ask_witness(&mut self, manufacturer: &str) -> Result<(), iqr::Error> {
        let Some(witness) = self.witness.take().filter(|witness| self.known.is_none() && stem(witness) != witness)
        else {
            return Ok(());
        };
        let items = self.iqr.search_items(stem(&witness), manufacturer)?;
        let is_there = items.iter().any(|item| fold_key(&item.item_number) == fold_key(&witness));
        self.known = Some(if is_there { ItemSearch::ByParts } else { ItemSearch::ByWhole });
        Ok(())
    }

    fn judge(
        &mut self,
        items: Vec<MasterItem>,
        stem: &str,
        wanted: Wanted<'_>,
    ) -> Result<Option<Spelling>, iqr::Error> {
        if items.iter().any(|item| item.item_number.len() > stem.len()) {
            self.known = Some(ItemSearch::ByParts);
        }
        let is_all = !may_be_cut_off(items.len()) && self.known.is_some();
        if let Some(found) = best(items, wanted) {
            return Ok(Some(found));
        }
        if is_all {
            return Ok(None);
        }
        let found = self.find_whole(wanted)?;
        if found.is_some() && self.known.is_none() {
            self.known = Some(ItemSearch::ByWhole);
        }
        Ok(found)
    }
}

/// Whether an answer of so many rows may not be all: where IQR stops it does so at a round number, in tens or in twos.
fn may_be_cut_off(rows: usize) -> bool {
    rows >= MANY && (rows.is_multiple_of(5) || rows.is_power_of_two())
}

/// What every spelling of an item number begins with: its first letters, or its letters and digits up to the first blank
/// or punctuation where it begins otherwise. The number itself where that would be too little to search for.
fn stem(item_number: &str) -> &str {
    let up_to = |is_end: fn(char) -> bool| &item_number[..item_number.find(is_end).unwrap_or(item_number.len())];
    // Between letters and digits some have a blank and some have none.
    let letters = up_to(|c| !c.is_alphabetic());
    if letters.len() >= LEAST {
        return letters.char_indices().nth(TOGETHER).map_or(letters, |(end, _)| &letters[..end]);
    }
    let word = up_to(|c| !c.is_alphanumeric());
    if word.len() >= LEAST { word } else { item_number }
}

/// The item that is the wanted one; one that differs in letter case at most is preferred.
fn best(mut items: Vec<MasterItem>, wanted: Wanted<'_>) -> Option<Spelling> {
    let Wanted { manufacturer, item_number, aliases } = wanted;
    let is_same = |item: &MasterItem| {
        item.item_number.eq_ignore_ascii_case(item_number) && item.manufacturer.eq_ignore_ascii_case(manufacturer)
    };
    let is_one = |item: &MasterItem| {
        fold_key(&item.item_number) == fold_key(item_number) && aliases.is_maker(&item.manufacturer, manufacturer)
    };
    let at = items.iter().position(is_same).or_else(|| items.iter().position(is_one))?;
    let MasterItem { manufacturer, item_number, .. } = items.swap_remove(at);
    Some(Spelling { manufacturer, item_number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(item_number: &str, manufacturer: &str) -> MasterItem {
        let (item_number, manufacturer) = (item_number.to_owned(), manufacturer.to_owned());
        MasterItem { item_number, manufacturer, ..MasterItem::default() }
    }

    #[test]
    fn the_right_maker_and_the_nearest_spelling_win() {
        let aliases = Aliases::default();
        let items = [item("T480", "HP"), item("T-480", "LENOVO"), item("t480", "Lenovo"), item("T480S", "LENOVO")];
        let best = |count: usize, manufacturer| {
            let wanted = Wanted { manufacturer, item_number: "T480", aliases: &aliases };
            best(items[..count].to_vec(), wanted).map(|found| (found.item_number, found.manufacturer))
        };
        let found = |number: &str, maker: &str| Some((number.to_owned(), maker.to_owned()));
        assert_eq!(best(4, "LENOVO"), found("t480", "Lenovo"));
        assert_eq!(best(2, "LENOVO"), found("T-480", "LENOVO"));
        assert_eq!(best(1, "LENOVO"), None);
        // A maker goes by several names.
        assert_eq!(best(4, "HP"), found("T480", "HP"));
    }

    #[test]
    fn all_spellings_of_a_number_begin_with_its_stem() {
        for (item_number, expected) in [
            ("OPTIPLEX 9010", "OPT"),
            ("OPTIPLEX-9010", "OPT"),
            ("MACBOOKPRO11,1", "MAC"),
            ("ÄÖÜß 1", "ÄÖÜ"),
            ("CF-33-1", "CF"),
            ("T480", "T480"),
            ("20L5-S0", "20L5"),
            ("VOSTRO1710", "VOS"),
            ("NV570P", "NV"),
            ("15-DR1XXX", "15"),
            // Too little to search for.
            ("X 1", "X 1"),
            ("", ""),
        ] {
            assert_eq!(stem(item_number), expected, "{item_number}");
        }
    }
}
