//! The reasons why a client was not sent, as codes that scripts can rely on.

use std::fmt;

use serde::Serialize;

/// The reason codes of `sync --json`, `preview --json` and `status --json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The inventory ID slot is blank.
    BlankInventoryId,
    /// The text in the inventory ID slot cannot be an inventory ID.
    InvalidInventoryId,
    /// Several clients claim the inventory ID.
    DuplicateInventoryId,
    /// IQR knows the asset by another serial number.
    SerialMismatch,
    /// The manufacturer or the model is a filler text of the firmware.
    PlaceholderModel,
    /// IQR has no asset of this inventory ID.
    NotInIqr,
    /// There is no master item, and none can be made.
    NoMasterItem,
    /// IQR refused a write.
    Refused,
    /// IQR took a write, and the asset does not show it.
    NotVerified,
    /// IQR's answer cannot be understood.
    BadAnswer,
    /// IQR cannot be reached, or is failing.
    Unreachable,
    /// The pass ran out of time.
    TimeBudget,
    /// A value in the appliance's database cannot be understood.
    BadRecord,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::BlankInventoryId,
        Self::InvalidInventoryId,
        Self::DuplicateInventoryId,
        Self::SerialMismatch,
        Self::PlaceholderModel,
        Self::NotInIqr,
        Self::NoMasterItem,
        Self::Refused,
        Self::NotVerified,
        Self::BadAnswer,
        Self::Unreachable,
        Self::TimeBudget,
        Self::BadRecord,
    ];

    /// Whether a client of this reason waits for a person to change something; others are tried again by themselves.
    #[must_use]
    pub fn is_held(self) -> bool {
        matches!(
            self,
            Self::BlankInventoryId
                | Self::InvalidInventoryId
                | Self::DuplicateInventoryId
                | Self::SerialMismatch
                | Self::PlaceholderModel
        )
    }

    /// The code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::BlankInventoryId => "blank-inventory-id",
            Self::InvalidInventoryId => "invalid-inventory-id",
            Self::DuplicateInventoryId => "duplicate-inventory-id",
            Self::SerialMismatch => "serial-mismatch",
            Self::PlaceholderModel => "placeholder-model",
            Self::NotInIqr => "not-in-iqr",
            Self::NoMasterItem => "no-master-item",
            Self::Refused => "refused",
            Self::NotVerified => "not-verified",
            Self::BadAnswer => "bad-answer",
            Self::Unreachable => "unreachable",
            Self::TimeBudget => "time-budget",
            Self::BadRecord => "bad-record",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serializes_each_reason_as_its_code() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
    }
}
