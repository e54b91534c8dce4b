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

    /// Finds the reason of a code; `None` for a code that only another version has.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Whether a client of this reason waits for a person to change something; others are tried again by themselves.
    #[must_use]
    pub fn is_held(self) -> bool {
        match self {
            Self::BlankInventoryId
            | Self::InvalidInventoryId
            | Self::DuplicateInventoryId
            | Self::SerialMismatch
            | Self::PlaceholderModel => true,
            Self::NotInIqr
            | Self::NoMasterItem
            | Self::Refused
            | Self::NotVerified
            | Self::BadAnswer
            | Self::Unreachable
            | Self::TimeBudget
            | Self::BadRecord => false,
        }
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

/// The reason of a recorded problem, which another version of the program may have recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedReason {
    /// The reason is one of this version.
    Known(Reason),
    /// The code is of another version, which recorded whether its clients are held.
    Foreign {
        /// The code.
        code: String,
        /// Whether its clients wait for a person to change something.
        is_held: bool,
    },
}

impl RecordedReason {
    /// Returns the reason of a recorded code; `is_held` counts only for a code that this version does not have.
    #[must_use]
    pub fn from_code(code: String, is_held: bool) -> Self {
        Reason::from_code(&code).map_or(Self::Foreign { code, is_held }, Self::Known)
    }

    /// Returns the reason; `None` for a code that only another version has.
    #[must_use]
    pub fn known(&self) -> Option<Reason> {
        match self {
            Self::Known(reason) => Some(*reason),
            Self::Foreign { .. } => None,
        }
    }

    /// Whether it is this reason.
    #[must_use]
    pub fn is(&self, reason: Reason) -> bool {
        self.known() == Some(reason)
    }

    /// Whether a client of this reason is held; otherwise it is failing.
    #[must_use]
    pub fn is_held(&self) -> bool {
        match self {
            Self::Known(reason) => reason.is_held(),
            Self::Foreign { is_held, .. } => *is_held,
        }
    }

    /// Returns the code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Known(reason) => reason.code(),
            Self::Foreign { code, .. } => code,
        }
    }
}

impl From<Reason> for RecordedReason {
    fn from(reason: Reason) -> Self {
        Self::Known(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_reason_from_its_code() {
        for reason in Reason::ALL {
            let recorded = RecordedReason::from_code(reason.code().to_owned(), !reason.is_held());
            assert_eq!((recorded.known(), recorded.is_held()), (Some(reason), reason.is_held()));
        }
        for is_held in [false, true] {
            let foreign = RecordedReason::from_code("of-tomorrow".to_owned(), is_held);
            assert_eq!((foreign.known(), foreign.code(), foreign.is_held()), (None, "of-tomorrow", is_held));
        }
    }

    #[test]
    fn serializes_each_reason_as_its_code() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
    }
}
