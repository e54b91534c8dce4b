//! The exit codes, and the error behind each.

use std::process::ExitCode;

use crate::config::ConfigError;
use crate::custody;
use crate::iqmetrix::Unreadable;
use crate::ledger;
use crate::output::{Unwritten, UnwrittenFile};
use crate::store;
use crate::web;

/// The program's exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// At least one client failed, or a service or the check of an asset refused a request.
    Failed = 1,
    /// The arguments make no sense, though they can be parsed.
    Usage = 2,
    /// The configuration cannot be used.
    Config = 3,
    /// IQR refused the key, or another service the credentials.
    KeyRefused = 4,
    /// IQR or another service cannot be reached, or is failing.
    Unreachable = 5,
    /// The WipeOS database, the ledger or the custody record cannot be used.
    Database = 6,
    /// The thing that was asked for does not exist.
    NotFound = 7,
    /// A write to iQ Tech was sent, and its outcome is unknown.
    OutcomeUnknown = 8,
    /// `iqtech machine list --low` has rows.
    Low = 10,
    /// The command succeeded, but its output could not be written.
    Output = 74,
    /// Another pass is running.
    Running = 75,
}

/// The exit code when a second signal ends the program at once; no value of [`Exit`], because no command returns it.
pub const ENDED_BY_SECOND_SIGNAL: i32 = 130;

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The thing that was asked for does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotFound(pub String);

/// A write that was sent and may or may not have been done.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct OutcomeUnknown {
    /// The event, and how a person finds out.
    pub what: String,
    /// The failure.
    pub source: web::Error,
}

/// An argument that cannot be used: as wrong as an argument that cannot be parsed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

impl Exit {
    /// The exit code of an error that ends the program.
    #[must_use]
    pub fn from_error(error: &anyhow::Error) -> Self {
        error.chain().find_map(Self::from_cause).unwrap_or(Self::Failed)
    }

    fn from_cause(cause: &(dyn std::error::Error + 'static)) -> Option<Self> {
        if let Some(error) = cause.downcast_ref::<crate::sync::Error>() {
            return Some(Self::from_pass(error));
        }
        if let Some(error) = cause.downcast_ref::<ledger::Error>() {
            return Some(Self::from_ledger(error));
        }
        if let Some(error) = cause.downcast_ref::<web::Error>() {
            return Some(Self::from_service(error));
        }
        cause
            .is::<ConfigError>()
            .then_some(Self::Config)
            .or_else(|| cause.is::<store::Error>().then_some(Self::Database))
            .or_else(|| cause.is::<NotFound>().then_some(Self::NotFound))
            .or_else(|| cause.is::<Unreadable>().then_some(Self::Unreachable))
            .or_else(|| cause.is::<Usage>().then_some(Self::Usage))
            .or_else(|| cause.is::<OutcomeUnknown>().then_some(Self::OutcomeUnknown))
            .or_else(|| cause.is::<custody::Error>().then_some(Self::Database))
            .or_else(|| cause.is::<Unwritten>().then_some(Self::Output))
            .or_else(|| cause.is::<UnwrittenFile>().then_some(Self::Output))
    }

    fn from_pass(error: &crate::sync::Error) -> Self {
        match error {
            crate::sync::Error::Store(_) => Self::Database,
            crate::sync::Error::Ledger(error) => Self::from_ledger(error),
            crate::sync::Error::Config(_) => Self::Config,
            crate::sync::Error::Iqr(error) => Self::from_service(error),
            crate::sync::Error::NoSuchAsset(_) => Self::NotFound,
        }
    }

    fn from_ledger(error: &ledger::Error) -> Self {
        if error.is_running() { Self::Running } else { Self::Database }
    }

    fn from_service(error: &web::Error) -> Self {
        match error {
            web::Error::CredentialRefused { .. } => Self::KeyRefused,
            web::Error::NotFound { .. } => Self::NotFound,
            web::Error::Refused { .. } => Self::Failed,
            web::Error::Failed(_)
            | web::Error::Unreachable { .. }
            | web::Error::Throttled { .. }
            | web::Error::Maintenance { .. }
            | web::Error::Interrupted { .. }
            | web::Error::OutOfTime { .. }
            | web::Error::ReadOnly { .. } => Self::Unreachable,
        }
    }
}
