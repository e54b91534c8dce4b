//! Who is told of a pass besides the ledger: a monitor that waits for signs of life ([`Ping`]), and Prometheus
//! ([`metrics`]).
//!
//! Nothing in here can fail a pass, or hold it up for more than a moment ([`PATIENCE`], for all of it together): the run
//! lock is free again before anybody is waited for, and files are written by a thread that is not waited for any longer
//! ([`mod@aside`]). What a monitor is told is that a pass was made and how it ended, and never anything of the assets.

pub mod aside;
pub mod file;
pub mod metrics;
mod ping;

use std::time::Duration;

pub use ping::{Ping, Signal};

/// Longest time that one sign may take, and that the program goes on after a pass to tell of it.
pub const PATIENCE: Duration = Duration::from_secs(2);
