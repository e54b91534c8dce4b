//! A line of the custody record.

use serde::{Deserialize, Serialize};

use crate::model::{ClientId, Timestamp};

/// The request that a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Reserves a locker for an asset.
    Reserve,
    /// Sends a new access code for a reservation.
    Resend,
    /// Ends a reservation.
    Recall,
}

impl Action {
    /// Returns the word of the record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::Resend => "resend",
            Self::Recall => "recall",
        }
    }
}

/// The state of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// The request is about to be sent.
    Begun,
    /// The service did it.
    Done,
    /// The service did not do it.
    Refused,
    /// The request was sent, and nobody knows whether the service did it.
    Unknown,
}

impl Event {
    /// Returns the word of the record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// A line of the custody record. Every line has every key; what is not known is `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The time of the line.
    pub at: Timestamp,
    /// The person or account that typed the command.
    pub by: String,
    /// The request.
    pub action: Action,
    /// Its state.
    pub event: Event,
    /// The asset.
    #[serde(default)]
    pub inventory_id: Option<String>,
    /// The client in WipeOS that has this inventory ID.
    #[serde(default)]
    pub client_id: Option<ClientId>,
    /// The serial number of the machine with the lockers.
    #[serde(default)]
    pub machine: Option<String>,
    /// The locker.
    #[serde(default)]
    pub selection: Option<String>,
    /// The ID of the reservation.
    #[serde(default)]
    pub reservation: Option<String>,
    /// The type of the reservation.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// The reason for which the asset was not checked.
    #[serde(default)]
    pub forced: Option<String>,
    /// The words of the service, or the reason why the outcome is not known.
    #[serde(default)]
    pub message: Option<String>,
}
