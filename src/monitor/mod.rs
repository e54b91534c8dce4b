//! Who is told of a pass besides the ledger: a monitor that waits for signs of life ([`Ping`]), and Prometheus
//! ([`metrics`]).
//!
//! Nothing in here can fail a pass, or hold it up for more than a moment: the run lock is free again before anybody is
//! waited for, and a file is written beside its place and then put there ([`mod@file`]). What a monitor is told is that a
//! pass was made and how it ended, and never anything of the assets.

pub mod file;
pub mod metrics;
mod ping;

pub use ping::{Ping, Signal};
