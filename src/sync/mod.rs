//! The pass: finds the clients that are due, decides what each asset shall show, and reconciles it.
//!
//! ```text
//! Queue ──candidate──▶ load ──▶ judge ──ready──▶ Applier ──record──▶ Recorder
//!   ▲                             │ held, unreadable, unchanged          │
//!   └──────────── settled ────────┴──────────────────────────────────────┘
//! ```
//!
//! Several workers do this at once, each with one request in flight. Each client's outcome is a commit of its own. No
//! two clients in flight claim one asset. An error of one client fails that client; an error that concerns all ends the
//! pass.
//!
//! A module imports only from modules below it in this list:
//!
//! - [`pass`](mod@pass): the pass, from the run lock to the end of the session;
//! - `worker`: the workers;
//! - `recorder`: the record of their outcomes;
//! - `finish`, `load`, `lookups`, [`left_behind`], [`tenancy`]: the end of a pass, the read of a client, values of other
//!   services, notices, the tenant;
//! - `record`, [`request`]: the outcome of one client, and the order for a pass;
//! - [`report`]: the outcome of a pass;
//! - [`reconcile`]: plan and application, for one asset;
//! - [`evaluate`]: the verdict on a client, before any request to IQR;
//! - [`queue`]: the order in which clients are evaluated;
//! - [`candidate`], [`error`], [`retry`], `shared`.

pub mod candidate;
pub mod error;
pub mod evaluate;
mod finish;
pub mod left_behind;
mod load;
mod lookups;
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
