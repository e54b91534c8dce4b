//! The client of the "iQ Tech Integration API v2.7.0": employees, lockers (Will Call), machines and transactions. Built
//! on [`web`](crate::web).
//!
//! It knows nothing of the other services, of WipeOS, of the ledger or of the pass.

mod service;
mod settings;

pub use service::{MAX_ANSWER_OF_COMMAND, MAX_ANSWER_OF_PASS, SERVICE};
pub use settings::{DateFormat, IqtechSettings, Operation, Paths, Technician, WillCall};
