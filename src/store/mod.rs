//! The WipeOS appliance's database, read-only: which clients may have news, and each client as a
//! [`Machine`](crate::model::Machine).
//!
//! Nothing else in the program knows how the appliance keeps its data. This module knows nothing of IQR, and it never
//! decides whether a client is sent: it says what is there.
//!
//! The appliance writes to this file all the time. Every read here is short and in a transaction of its own, or in one
//! with the few others of one client, so that a writer in rollback-journal mode never waits for us longer than one page
//! of clients takes.

mod candidates;
mod claims;
mod columns;
mod database;
mod error;
mod excess;
mod fingerprint;
mod limits;
mod machine;
mod quiescent;
mod schema;
mod signature;
mod slot_survey;
mod slots;
#[cfg(test)]
pub(crate) mod testing;
mod value;
mod watchdog;

pub use candidates::{Cursor, OverlapRow, PAGE_CLIENTS, Source, Watermark};
pub use database::Store;
pub use error::{Error, UnreadableRecord};
pub use excess::Excess;
pub use fingerprint::Fingerprint;
pub use machine::{ClientState, Snapshot};
pub use schema::MissingIndex;
pub use signature::Signature;
pub use slot_survey::{Lacking, SlotGap, SlotSurvey};
pub use slots::SlotSample;
pub use watchdog::Patience;
