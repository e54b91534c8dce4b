//! The records that are written.

/// The kinds of record that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::iqr) enum Record {
    Inventory,
    Item,
}

impl Record {
    pub(super) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Inventory => ("inventories", "inventory"),
            Self::Item => ("items", "item"),
        }
    }
}
