//! The commands, one file each: load, call, print. `exit` decides the exit code for all of them.

pub mod auth_test;
mod common;
mod diff;
pub mod dismiss;
mod exit;
pub mod init;
pub mod master_item;
mod page;
pub mod preview;
mod spooled_text;
pub mod status;
mod suggest;
pub mod sync;
#[cfg(test)]
pub(crate) mod testing;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::cli::Global;
use crate::clock::BootTime;
use crate::config::{self, Config, ConfigError};
use crate::iqr::{self, Access, Iqr, Limits};
use crate::ledger;
use crate::output::Unwritten;
use crate::store::{self, MissingIndex, Patience, Store};

/// The time for which a command that only shows things waits for a writer that holds the WipeOS database.
const MAX_STORE_WAIT: Duration = Duration::from_secs(5);

/// The time for which such a command asks the WipeOS database: a large one without indexes takes its time, and a view without an end
/// takes all of it.
const MAX_ANSWER_TIME: Duration = Duration::from_secs(20);

/// The program's exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// The pass ran, and at least one client failed.
    Failed = 1,
    /// The arguments make no sense, though they can be parsed.
    Usage = 2,
    /// The configuration cannot be used.
    Config = 3,
    /// IQR refused the key.
    KeyRefused = 4,
    /// IQR cannot be reached, or is failing.
    Unreachable = 5,
    /// The WipeOS database or the ledger cannot be used.
    Database = 6,
    /// The thing that was asked for does not exist.
    NotFound = 7,
    /// All went well, and stdout cannot be written.
    Output = 74,
    /// Another pass is running.
    Running = 75,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The thing that was asked for does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotFound(pub String);

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
        if let Some(error) = cause.downcast_ref::<iqr::Error>() {
            return Some(Self::from_iqr(error));
        }
        cause
            .is::<ConfigError>()
            .then_some(Self::Config)
            .or_else(|| cause.is::<store::Error>().then_some(Self::Database))
            .or_else(|| cause.is::<NotFound>().then_some(Self::NotFound))
            .or_else(|| cause.is::<Usage>().then_some(Self::Usage))
            .or_else(|| cause.is::<Unwritten>().then_some(Self::Output))
    }

    fn from_pass(error: &crate::sync::Error) -> Self {
        match error {
            crate::sync::Error::Store(_) => Self::Database,
            crate::sync::Error::Ledger(error) => Self::from_ledger(error),
            crate::sync::Error::Config(_) => Self::Config,
            crate::sync::Error::Iqr(error) => Self::from_iqr(error),
            crate::sync::Error::NoSuchAsset(_) => Self::NotFound,
        }
    }

    fn from_ledger(error: &ledger::Error) -> Self {
        if error.is_running() { Self::Running } else { Self::Database }
    }

    fn from_iqr(error: &iqr::Error) -> Self {
        match error {
            iqr::Error::KeyRefused { .. } => Self::KeyRefused,
            iqr::Error::NotFound { .. } => Self::NotFound,
            iqr::Error::Refused { .. } => Self::Failed,
            iqr::Error::Failed(_)
            | iqr::Error::Unreachable { .. }
            | iqr::Error::Throttled { .. }
            | iqr::Error::Interrupted { .. }
            | iqr::Error::OutOfTime { .. }
            | iqr::Error::ReadOnly { .. } => Self::Unreachable,
        }
    }
}

/// Finds and loads the config.
fn load(global: &Global) -> Result<Config, ConfigError> {
    Config::load(&config::locate(global.config.as_deref(), is_usable)?)
}

/// Whether the search for a config ends with this file. A file that may not be read may still be a config: to pass it
/// over would be to say that there is none. A file that another account decides on is passed over.
fn is_usable(path: &Path) -> bool {
    let trust = if path.try_exists().unwrap_or(true) { config::check_trust(path) } else { return false };
    trust.inspect_err(|untrusted| log::warn!("{untrusted}; the search goes on without it")).is_ok()
}

/// Warns of settings that can be used and are hardly meant.
fn log_warnings(config: &Config) {
    config.warnings().for_each(|warning| log::warn!("{warning}"));
}

/// Opens the WipeOS database and checks the config's templates against it. A writer is waited for some seconds, as long
/// as a person may wait.
fn open_store(config: &Config) -> Result<Store, crate::sync::Error> {
    let store = open_database(&config.store.database)?;
    crate::sync::check_slots(config, &store)?;
    Ok(store)
}

/// Opens the WipeOS database for a command that only shows things.
fn open_database(path: &Path) -> Result<Store, store::Error> {
    Store::open(path, short_patience(MAX_STORE_WAIT), short_patience(MAX_ANSWER_TIME))
}

/// Returns a flag that is set when the program is asked to stop; a second signal ends it at once.
fn interruption() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let registered = signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&flag))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&flag)));
        if let Err(error) = registered {
            log::warn!("signal {signal} cannot be waited for ({error}); it will end the program at once");
        }
    }
    flag
}

/// A client for a command that is not a pass; nothing is sent yet.
fn connect(config: &Config, access: Access) -> Result<Iqr, ConfigError> {
    let limits = Limits { deadline: BootTime::now() + config.sync.time_budget, interrupted: interruption() };
    Ok(Iqr::new(config.iqr.clone(), &config.api_key()?, access, limits))
}

/// Waits for so long from now on.
fn short_patience(longest: Duration) -> Patience {
    let end = BootTime::now() + longest;
    Box::new(move || !end.left().is_zero())
}

/// Returns the cost of a missing index, and the statement that creates it.
fn missing_index(index: &MissingIndex) -> String {
    format!(
        "the WipeOS database has no index on {index}, so a pass reads the whole table (a matter of speed only); an administrator of the appliance can make it with: {}",
        index.statement()
    )
}
