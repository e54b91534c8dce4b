//! Our own database: what was sent of each client, which master items are known, the passes made, and the state of
//! every held or failing client.
//!
//! A [`Ledger`] reads; a [`RunLedger`] also writes, and it *is* the run lock: whoever holds one is the only pass.
//! That of a dry run holds a copy that is thrown away, and no lock.
//! Losing this file loses no data: the next pass compares every client with IQR and sends only what is not there.

mod codec;
mod database;
mod diagnosis;
mod durability;
mod error;
mod file_system;
mod history;
mod intent;
mod left_behind;
mod lock;
mod lookups;
mod outcomes;
mod problems;
mod run_ledger;
mod schema;
mod sent;
mod settings;
mod tenants;
#[cfg(test)]
mod tests;
mod upkeep;

pub use database::{Ledger, Snapshot};
pub use diagnosis::{likely_cause, why_not_writable};
pub use durability::Durability;
pub use error::Error;
pub use file_system::or_here;
pub use history::{ChangeRecord, Pass, PassEnd, PassId, PassTotals};
pub use intent::Intent;
pub use left_behind::{LeftBehind, Move, Replacement};
pub use lock::{Heartbeat, Holder, begun, lock_path};
pub use lookups::{Answer, KeyRecord, Rest, ServiceRecord};
pub use problems::{Problem, ProblemCount};
pub use run_ledger::RunLedger;
pub use sent::{AssetRecord, SentRecord};
pub use settings::{CommentSemantics, OverlapRows};
