//! A pass as it is asked for, and what came of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::Error;
use super::report::{Item, Report};
use crate::config::{Config, ConfigError};
use crate::iqr;
use crate::model::Timestamp;
use crate::secret::Secret;
use crate::store;

/// What a pass is asked to do.
pub struct Request<'a> {
    /// The rules.
    pub config: &'a Config,
    /// The API key, asked for when a session is to be opened.
    pub api_key: &'a (dyn Fn() -> Result<Secret, ConfigError> + Sync),
    /// Which clients.
    pub scope: Scope<'a>,
    /// At most this many clients.
    pub limit: Option<u64>,
    /// Write nothing, anywhere.
    pub dry_run: bool,
    /// The time of day when the pass begins.
    pub started_at: Timestamp,
    /// Tells the time of day.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Set by a signal.
    pub interrupted: Arc<AtomicBool>,
    /// Told when the run lock is held, before anything is done.
    pub begun: &'a (dyn Fn() + Sync),
    /// Told of every client that is done.
    pub progress: &'a (dyn Fn(&Item) + Sync),
}

/// Which clients a pass is for.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// What is due.
    Due {
        /// Also every held or failing client, whatever its delay.
        retry: bool,
        /// Compare every client with what was sent.
        full: bool,
    },
    /// The clients of this inventory ID, due or not.
    Asset(&'a str),
}

/// What a pass did, and what ended it early if anything did.
#[derive(Debug)]
pub struct Outcome {
    /// What it did.
    pub report: Report,
    /// What ended it.
    pub aborted: Option<Error>,
}

impl Request<'_> {
    /// Whether an error says no more than that a signal stopped the pass while the appliance's database or IQR was asked.
    pub(super) fn is_stopped_by(&self, error: &Error) -> bool {
        let is_no_answer =
            matches!(error, Error::Store(store::Error::NoAnswer { .. }) | Error::Iqr(iqr::Error::Interrupted { .. }));
        is_no_answer && self.interrupted.load(Ordering::Relaxed)
    }
}
