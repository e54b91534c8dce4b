//! Master items and their categories.

use super::client::Iqr;
use super::endpoint::{Fill, Operation};
use super::master_item::MasterItem;
use super::wire::{self, Record};
use crate::web::{Error, When};

/// The fields of a new master item (specification, step 8d iii).
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
    /// The master items that IQR finds by a text: those whose item number begins with it, or has it anywhere, whoever
    /// the maker. `manufacturer` is for tenants whose search wants one.
    ///
    /// # Errors
    ///
    /// See [`Error`]. A search that cannot be understood is an error, not a miss: a miss would create a twin.
    pub fn search_items(&self, text: &str, manufacturer: &str) -> Result<Vec<MasterItem>, Error> {
        let fill = Fill { item_number: text, manufacturer, ..Fill::default() };
        self.client.read(&self.request(Operation::ItemSearch, fill, None), When::InTime, |body| {
            wire::items(body, self.client.http.redactor())
        })
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
        self.client.read(&request, When::InTime, |body| wire::categories(body, self.client.http.redactor()))
    }
}
