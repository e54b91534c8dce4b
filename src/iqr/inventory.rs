//! Assets: read one, set its fields, move it to another master item.

use super::client::Iqr;
use super::endpoint::{Fill, Operation};
use super::service::SERVICE;
use super::settings::{Field, Settings};
use super::wire::{self, Record};
use crate::model::{Asset, InventoryId};
use crate::web::{Error, Request, When};

impl Iqr {
    /// Reads an asset.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when IQR has none of that ID. An answer about another asset is a bad answer and never used.
    pub fn asset(&self, id: &InventoryId) -> Result<Asset, Error> {
        self.read_asset(id, When::InTime)
    }

    /// Reads an asset to learn the outcome of a write. For that there are five seconds more after the deadline or an
    /// interruption.
    ///
    /// # Errors
    ///
    /// As [`Self::asset`].
    pub fn read_back(&self, id: &InventoryId) -> Result<Asset, Error> {
        self.read_asset(id, When::Grace)
    }

    /// Sets the named fields of an asset, and no others. Sent once.
    ///
    /// # Errors
    ///
    /// [`Error::outcome`] says whether it may have been done nevertheless; then read before writing again.
    pub fn update(&self, id: &InventoryId, fields: &[(Field, &str)]) -> Result<(), Error> {
        let fill = Fill { id: id.as_str(), ..Fill::default() };
        self.write(&self.request(Operation::InventoryUpdate, fill, Some(update_body(&self.settings, id, fields))))
    }

    /// Moves an asset to the master item of that number and manufacturer. Sent once.
    ///
    /// # Errors
    ///
    /// As [`Self::update`].
    pub fn change_item(&self, id: &InventoryId, item_number: &str, manufacturer: &str) -> Result<(), Error> {
        let fill = Fill { id: id.as_str(), item_number, manufacturer };
        let fields = vec![("inventoryid", id.as_str()), ("itemnumber", item_number), ("mfgr", manufacturer)];
        self.write(&self.writing(Operation::InventoryItem, fill, Record::Inventory, fields))
    }

    fn read_asset(&self, id: &InventoryId, when: When) -> Result<Asset, Error> {
        let none = || Error::NotFound { service: &SERVICE, what: format!("asset {id}") };
        let request = self.request(Operation::InventoryGet, Fill { id: id.as_str(), ..Fill::default() }, None);
        match self
            .client
            .read(&request, when, |body| wire::asset(body, id, &self.settings.fields, self.client.http.redactor()))
        {
            Ok(asset) => asset.ok_or_else(none),
            // Some hosts say of a missing asset what they say of a missing path; a path that has worked is there.
            Err(Error::Refused { status: 404, text, .. })
                if !SERVICE.is_missing_path(&text) || self.client.limiter.has_succeeded() =>
            {
                Err(none())
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn write(&self, request: &Request) -> Result<(), Error> {
        self.client.write(request, |body| wire::verdict(body, self.client.http.redactor()))
    }

    pub(super) fn writing(
        &self,
        operation: Operation,
        fill: Fill<'_>,
        record: Record,
        fields: Vec<(&str, &str)>,
    ) -> Request {
        let format = self.settings.endpoints.get(operation).format();
        self.request(operation, fill, Some(wire::body(format, record, fields)))
    }
}

/// Returns the body that sets the named fields of an asset.
#[must_use]
pub fn update_body(settings: &Settings, id: &InventoryId, fields: &[(Field, &str)]) -> String {
    let named = fields.iter().map(|(field, text)| (settings.fields.of(*field), *text));
    let fields = named.chain([("inventoryid", id.as_str())]).collect();
    wire::body(settings.endpoints.get(Operation::InventoryUpdate).format(), Record::Inventory, fields)
}
