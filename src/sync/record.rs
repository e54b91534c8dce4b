//! The outcome of a client on its way to the ledger.

use super::evaluate::{Evaluated, Ready, Rejection};
use super::reconcile::plan::Change;
use super::report::Item;
use super::retry::Cause;
use crate::ledger::SentRecord;
use crate::model::Sent;
use crate::web;

/// A client in flight that needs a request to IQR.
pub(super) struct Work {
    pub evaluated: Evaluated,
    pub ready: Box<Ready>,
}

/// A client whose outcome is about to be recorded.
pub(super) struct Finished {
    pub evaluated: Evaluated,
    pub record: Record,
    /// The item that is reported once the outcome is recorded; `None` for a client that is gone or postponed.
    pub item: Option<Item>,
}

/// The outcome of a client.
pub(super) enum Record {
    /// The client is no longer in the appliance's database.
    Gone,
    /// The asset shows its machine.
    Sent {
        record: Box<SentRecord>,
        /// The texts that the asset was found or made to show, if IQR was asked.
        sent: Option<Box<Sent>>,
        changes: Vec<Change>,
        notes: Vec<String>,
    },
    /// The client was not sent.
    Rejected(Rejection, Cause),
    /// The client is left to the next pass.
    Postponed(Box<web::Error>),
}
