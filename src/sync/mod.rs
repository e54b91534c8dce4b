//! The pass: which clients are due, what each asset shall show, and bringing it there.
//!
//! ```text
//! Queue ──candidate──▶ load ──▶ judge ──ready──▶ Applier ──record──▶ Recorder
//!   ▲                             │ held, unreadable, unchanged          │
//!   └──────────── settled ────────┴──────────────────────────────────────┘
//! ```
//!
//! Several workers do this at once, each with one request in flight. Each client's outcome is a commit of its own. No two
//! clients in flight claim one asset. What concerns one client fails that client; what concerns all ends the pass.
//!
//! A module imports only from those that stand below it here:
//!
//! - [`pass`](mod@pass): a pass from the run lock to the end of the session;
//! - `worker`, `recorder`: the workers, and the record of what they did;
//! - `finish`, `load`, [`left_behind`], [`tenancy`]: the end of a pass, the read of a client, notices, the ledger's tenant;
//! - `record`, [`request`], [`report`]: the values that are passed between them;
//! - [`reconcile`]: plan and apply, for one asset;
//! - [`evaluate`]: what follows for a client before IQR is asked;
//! - [`queue`]: in which order clients are evaluated;
//! - [`candidate`], [`error`], [`retry`], `shared`.

pub mod candidate;
pub mod error;
pub mod evaluate;
mod finish;
pub mod left_behind;
mod load;
pub mod pass;
pub mod queue;
pub mod reconcile;
mod record;
mod recorder;
pub mod report;
pub mod request;
pub mod retry;
mod shared;
pub mod tenancy;
#[cfg(test)]
mod tests;
mod worker;

pub use error::Error;
pub use pass::{check_slots, run};
pub use report::{Item, ItemOutcome, PassOutcome, Report, name_of};
pub use request::{Outcome, Request, Scope};
