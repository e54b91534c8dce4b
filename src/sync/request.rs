//! The request for a pass, and its outcome.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::Error;
use super::report::{Item, Report};
use crate::config::{Config, ConfigError};
use crate::model::Timestamp;
use crate::secret::Secret;
use crate::store;
use crate::web;

/// The scope, limits and callbacks of a pass.
pub struct Request<'a> {
    /// The rules.
    pub config: &'a Config,
    /// Returns the API key; called when the pass needs a session.
    pub api_key: &'a (dyn Fn() -> Result<Secret, ConfigError> + Sync),
    /// The clients to be evaluated.
    pub scope: Scope<'a>,
    /// The maximum number of clients.
    pub limit: Option<u64>,
    /// Whether the pass writes nothing, neither to IQR nor to the ledger.
    pub dry_run: bool,
    /// The time of day when the pass begins.
    pub started_at: Timestamp,
    /// Returns the time of day.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Whether a signal asked the pass to stop.
    pub interrupted: Arc<AtomicBool>,
    /// Called once the run lock is held, before the pass does anything.
    pub begun: &'a (dyn Fn() + Sync),
    /// Called for every client that is done.
    pub progress: &'a (dyn Fn(&Item) + Sync),
}

/// The clients that a pass evaluates.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// The clients that are due.
    Due {
        /// Whether held and failing clients are evaluated before their delay is over.
        retry: bool,
        /// Whether every client is compared with what was sent.
        full: bool,
    },
    /// The clients of this inventory ID, due or not.
    Asset(&'a str),
}

/// The report of a pass, and the error that ended it early, if any.
#[derive(Debug)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// The error that ended it early.
    pub aborted: Option<Error>,
}

impl Request<'_> {
    /// Whether an error says no more than that a signal stopped the pass while the appliance's database or IQR was asked.
    pub(super) fn is_stopped_by(&self, error: &Error) -> bool {
        let is_no_answer =
            matches!(error, Error::Store(store::Error::NoAnswer { .. }) | Error::Iqr(web::Error::Interrupted { .. }));
        is_no_answer && self.interrupted.load(Ordering::Relaxed)
    }
}
