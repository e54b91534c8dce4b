//! Master items and their categories.

use super::Iqr;
use super::endpoint::{Fill, Operation};
use super::error::Error;
use super::pace::When;
use super::wire::{self, Record};

/// A master item as IQR has it; every text is trimmed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MasterItem {
    /// IQR's own ID of it.
    pub item_id: String,
    /// The item number.
    pub item_number: String,
    /// The manufacturer.
    pub manufacturer: String,
    /// The first category.
    pub category: String,
}

/// What a master item is created from (specification, step 8d iii).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewItem<'a> {
    /// The item number.
    pub item_number: &'a str,
    /// The manufacturer.
    pub manufacturer: &'a str,
    /// Its description.
    pub description: &'a str,
    /// A category that exists: IQR refuses another one, and none can be created.
    pub category: &'a str,
}

impl Iqr {
    /// Looks for a master item. IQR's search is by the beginning or any part of the item number, whoever the maker:
    /// `same` decides of what was found whether two item numbers, or two manufacturers, are the same. An item that
    /// differs in letter case at most is preferred.
    ///
    /// # Errors
    ///
    /// See [`Error`]. A search that cannot be understood is an error, not a miss: a miss would create a twin.
    pub fn find_item(
        &self,
        manufacturer: &str,
        item_number: &str,
        same: impl Fn(&str, &str) -> bool,
    ) -> Result<Option<MasterItem>, Error> {
        let fill = Fill { item_number, manufacturer, ..Fill::default() };
        let request = self.request(Operation::ItemSearch, fill, None);
        let found = self.read(&request, When::InTime, wire::items)?;
        Ok(best(found, manufacturer.trim(), item_number.trim(), same))
    }

    /// Creates a master item with the default asset creator. Sent once.
    ///
    /// # Errors
    ///
    /// [`Error::outcome`] says whether it may have been done nevertheless; then look for it before creating it again.
    pub fn create_item(&self, item: &NewItem<'_>) -> Result<(), Error> {
        let fill = Fill { item_number: item.item_number, manufacturer: item.manufacturer, ..Fill::default() };
        let fields = vec![
            ("assetcreator", self.settings.asset_creator.as_str()),
            ("category", item.category),
            ("description", item.description),
            ("itemnumber", item.item_number),
            ("mfgr", item.manufacturer),
        ];
        self.write(&self.writing(Operation::ItemCreate, fill, Record::Item, fields))
    }

    /// The names of all categories; a harmless thing to ask.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub fn categories(&self) -> Result<Vec<String>, Error> {
        let request = self.request(Operation::CategoryList, Fill::default(), None);
        self.read(&request, When::InTime, wire::categories)
    }
}

fn best(
    mut found: Vec<MasterItem>,
    manufacturer: &str,
    item_number: &str,
    same: impl Fn(&str, &str) -> bool,
) -> Option<MasterItem> {
    let position = |equal: &dyn Fn(&str, &str) -> bool| {
        found.iter().position(|item| equal(&item.item_number, item_number) && equal(&item.manufacturer, manufacturer))
    };
    let position = position(&|a, b| a.eq_ignore_ascii_case(b)).or_else(|| position(&same))?;
    Some(found.swap_remove(position))
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
        let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let same = |a: &str, b: &str| letters(a) == letters(b);
        let found = vec![item("T480", "HP"), item("T-480", "LENOVO"), item("t480", "Lenovo"), item("T480S", "LENOVO")];
        assert_eq!(best(found.clone(), "LENOVO", "T480", same), Some(item("t480", "Lenovo")));
        assert_eq!(best(found[..2].to_vec(), "LENOVO", "T480", same), Some(item("T-480", "LENOVO")));
        assert_eq!(best(found[..1].to_vec(), "LENOVO", "T480", same), None);
    }
}
