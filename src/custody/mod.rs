//! The custody record: which asset was put into which locker, by whom and with what outcome.
//!
//! The record is one JSON object a line, and is only appended. It is no part of the ledger: the ledger may be deleted
//! at any time, and this file may not. It holds no access code, PIN, phone number or e-mail address.

mod entry;
mod file;
mod read;

pub use entry::{Action, Entry, Event};
pub use file::{CustodyFile, Error};
pub use read::{Line, read};
