//! Reports a pass to others than the ledger: to a monitor that waits for signs of life ([`Ping`]), and to Prometheus
//! ([`metrics`]).
//!
//! Nothing in here can fail a pass, or hold it up for more than a moment ([`MAX_REPORT_TIME`], for all of it together):
//! the run lock is released before the program waits for any of it, and files are written by a thread that is not
//! waited for any longer ([`mod@detached`]). A monitor learns that a pass was made and how it ended, and never anything
//! of the assets.

pub mod detached;
pub mod file;
pub mod metrics;
mod ping;
mod time_limit;

pub use ping::{Ping, Signal};
pub use time_limit::MAX_REPORT_TIME;
