//! The commands, one file each: load, call, print. `exit` decides the exit code for all of them.

pub mod auth_test;
mod common;
mod diff;
pub mod dismiss;
mod exit;
pub mod init;
pub mod iqmetrix;
pub mod iqtech;
mod lookups;
pub mod master_item;
mod page;
pub mod preview;
mod slots;
mod spooled_text;
pub mod status;
mod suggest;
pub mod sync;
mod table;
#[cfg(test)]
pub(crate) mod testing;

use common::{
    connect, end_session, interruption, limits, load, log_warnings, missing_index, open_database, open_store,
};
pub use exit::{Exit, NotFound, OutcomeUnknown, Usage};
