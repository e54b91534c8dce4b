//! The client of iQmetrix's Data Connect for Ingram Micro: companies, dealers, and devices by IMEI. Built on
//! [`web`](crate::web).
//!
//! It knows nothing of IQR, of WipeOS, of another vendor, of the ledger or of the pass. Beyond the promises of `web`:
//!
//! - every call is a read, and the only `POST` obtains a token;
//! - a secret is never part of a URL;
//! - a row counts only for an IMEI that was asked for, and an answer that holds a secret is a bad answer.

mod call;
mod client;
mod decode;
mod find;
mod format;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod imei;
mod rows;
mod service;
mod settings;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use call::Call;
pub use client::{Iqmetrix, MAX_ANSWER_OF_COMMAND, MAX_ANSWER_OF_PASS};
pub use find::{Found, Step};
pub use format::Format;
pub use imei::Imei;
pub use rows::{Company, Dealer, Device, Devices, Unreadable};
pub use service::SERVICE;
pub use settings::{Auth, Paths, Secrets, Settings};
