//! The iQ Tech Integration API v2.7.0 in memory, on a port of its own beside IQR: tokens, employees, Will Call lockers
//! in both revisions, machines and transactions. It misbehaves by the same rules as IQR ([`crate::Fault`]).
//!
//! - [`Iqtech`] serves the token endpoint, the 15 operations, and the six of the previous Will Call revision. The
//!   inconsistencies of the vendor's document are kept: a language is a word in one list and a number in another, the
//!   figures of a page contradict each other, and refusals of one kind come under 400, 404 and 500.
//! - [`State`] holds employees, machines, lockers, reservations and transactions, the record of requests, and every
//!   [`Offense`] of a client: a field, a name of the query or a path that the document does not have is refused.
//! - [`Options`] has credentials, limits and numbers of rows, [`Quirks`] what the document leaves open.

mod call;
mod dates;
mod echo;
mod employee;
mod employee_calls;
mod envelope;
mod exchange;
mod fields;
mod locker;
mod locker_calls;
mod machine;
mod machine_calls;
mod options;
mod pages;
mod record;
mod report_calls;
mod routes;
mod sandbox;
mod state;
mod token;
mod transaction;

pub use crate::encoding::Encoding;
pub use crate::journal::Counters;
pub use employee::Employee;
pub use locker::{AccessCode, Locker, ReportRow, Reservation};
pub use machine::{Machine, Slot};
pub use options::{DateFormat, Echo, Options, Pages, Place, Quirks, Update};
pub use record::Offense;
pub use sandbox::Iqtech;
pub use state::State;
pub use transaction::Transaction;
