//! An asset as IQR has it.

use serde::Serialize;

/// An asset as it was read. Every text is trimmed of IQR's padding; missing text is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// The inventory ID that IQR says this is.
    pub inventory_id: String,
    /// Item number of its master item.
    pub item_number: String,
    /// Manufacturer of its master item.
    pub manufacturer: String,
    /// Serial number in IQR.
    pub serial_number: String,
    /// The field that the config maps "Description" to.
    pub description: String,
    /// The field that the config maps "Extended Description" to.
    pub extended_description: String,
    /// The field that the config maps "Inventory Comments" to: several lines, line ends as IQR has them.
    pub comments: String,
    /// Whether the answer had no such field at all: it may be blank, or was left out.
    #[serde(skip)]
    pub lacks_comments: bool,
}
