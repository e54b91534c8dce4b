//! The search for a master item, however IQR spells it.
//!
//! IQR searches by the text of the item number, and `OPTIPLEX-9010` is not found by `OPTIPLEX 9010`. The first search
//! therefore uses the stem that all spellings share, and the answer is compared here. Some tenants find whole item
//! numbers only, and a long answer may be cut off: where the first search finds nothing, the second one uses the number
//! itself.

use crate::iqr::{Iqr, MasterItem};
use crate::mapping::{Aliases, fold_key};
use crate::web::{self, Scope};

/// A shorter stem would find half of all items.
const MIN_STEM_LETTERS: usize = 2;

/// Every spelling keeps this many letters together: `MACBOOKPRO11,1` is a `MacBook Pro 11,1`.
const MAX_STEM_LETTERS: usize = 3;

/// A master item as IQR spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// The manufacturer.
    pub manufacturer: String,
    /// The item number.
    pub item_number: String,
}

/// The master item that is searched for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The short form of the maker.
    pub manufacturer: &'a str,
    /// The item number.
    pub item_number: &'a str,
    /// The names that stand for one maker.
    pub aliases: &'a Aliases,
}

/// Searches for a master item.
///
/// # Errors
///
/// When IQR cannot be asked, or its answer cannot be understood.
pub fn find(iqr: &Iqr, wanted: Wanted<'_>) -> Result<Option<Spelling>, web::Error> {
    let stem = stem(wanted.item_number);
    if stem != wanted.item_number {
        match iqr.search_items(stem, wanted.manufacturer) {
            Ok(items) => {
                if let Some(found) = best(items, wanted) {
                    return Ok(Some(found));
                }
            }
            Err(error) if error.scope() == Scope::Pass => return Err(error),
            Err(error) => {
                log::info!("the search for `{stem}` failed ({error}); `{}` is searched for", wanted.item_number);
            }
        }
    }
    find_number(iqr, wanted)
}

/// Searches for a master item that is spelled as it is wanted, in one request.
///
/// # Errors
///
/// As [`find`].
pub fn find_number(iqr: &Iqr, wanted: Wanted<'_>) -> Result<Option<Spelling>, web::Error> {
    Ok(best(iqr.search_items(wanted.item_number, wanted.manufacturer)?, wanted))
}

/// Returns the text that every spelling of an item number begins with: its first letters, or its letters and digits up
/// to the first blank or punctuation. Returns the number itself where that would be too little to search for.
fn stem(item_number: &str) -> &str {
    let up_to = |is_end: fn(char) -> bool| &item_number[..item_number.find(is_end).unwrap_or(item_number.len())];
    // Some spellings have a blank between letters and digits, and some have none.
    let letters = up_to(|c| !c.is_alphabetic());
    if letters.len() >= MIN_STEM_LETTERS {
        return letters.char_indices().nth(MAX_STEM_LETTERS).map_or(letters, |(end, _)| &letters[..end]);
    }
    let word = up_to(|c| !c.is_alphanumeric());
    if word.len() >= MIN_STEM_LETTERS { word } else { item_number }
}

/// Returns the item that is the wanted one; prefers one that differs in letter case at most.
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
    fn prefers_the_right_maker_and_the_closest_spelling() {
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
    fn finds_the_stem_that_all_spellings_share() {
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
