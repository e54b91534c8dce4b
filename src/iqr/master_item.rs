//! A master item of IQR.

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
