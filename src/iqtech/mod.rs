//! The client of the "iQ Tech Integration API v2.7.0": employees, lockers (Will Call), machines and transactions. Built
//! on [`web`](crate::web).
//!
//! It knows nothing of the other services, of WipeOS, of the ledger or of the pass. Beyond the promises of `web`:
//!
//! - a write is sent once, and its [outcome](WriteOutcome) says whether that is known to have done something;
//! - a client for a pass sends no write;
//! - no answer is quoted; of a refusal the service's words are shown, without codes, PINs, phone numbers and addresses;
//! - the access codes of a reservation are in the value that a command prints, and nowhere else.

mod call;
mod client;
mod dates;
mod decode;
mod employee;
mod envelope;
mod find;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod locker;
mod machine;
mod operations;
mod outcome;
mod pages;
mod row;
mod scrub;
mod service;
mod settings;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod transaction;
mod words;

pub use call::fits_path;
pub use client::Iqtech;
pub use employee::{Employee, EmployeeBody, EmployeeFilter, PinBody};
pub use find::Found;
pub use locker::{AccessCode, Assignee, ReportFilter, ReportPage, ReportRow, Reservation, ReservationBody, Reserved};
pub use machine::{Level, Machine, Selection};
pub use outcome::WriteOutcome;
pub use pages::Pages;
pub use service::{MAX_ANSWER_OF_COMMAND, MAX_ANSWER_OF_PASS, SERVICE};
pub use settings::{DateFormat, IqtechSettings, Operation, Paths, Technician, WillCall};
pub use transaction::{Answer, Batch, Transaction, TransactionFilter};
pub use words::{AssigneeType, Language, ReservationType, SendCode};
