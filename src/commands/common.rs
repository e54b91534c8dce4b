//! The steps that several commands have in common.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::exit::ENDED_BY_SECOND_SIGNAL;
use crate::cli::Global;
use crate::clock::BootTime;
use crate::config::{self, Config, ConfigError};
use crate::iqr::Iqr;
use crate::store::{self, MissingIndex, Patience, Store};
use crate::web::{Access, Limits};

/// The time for which a command that only shows things waits for a writer that holds the WipeOS database.
const MAX_STORE_WAIT: Duration = Duration::from_secs(5);

/// The time for which such a command asks the WipeOS database: a large one without indexes takes its time, and a view
/// without an end takes all of it.
const MAX_ANSWER_TIME: Duration = Duration::from_secs(20);

/// Finds and loads the config.
pub(super) fn load(global: &Global) -> Result<Config, ConfigError> {
    Config::load(&config::locate(global.config.as_deref(), is_usable)?)
}

/// Whether the search for a config ends with this file. A file that may not be read may still be a config: to pass it
/// over would be to say that there is none. A file that another account decides on is passed over.
fn is_usable(path: &Path) -> bool {
    let trust = if path.try_exists().unwrap_or(true) { config::check_trust(path) } else { return false };
    trust.inspect_err(|untrusted| log::warn!("{untrusted}; the search goes on without it")).is_ok()
}

/// Warns of settings that can be used and are hardly meant.
pub(super) fn log_warnings(config: &Config) {
    config.warnings().for_each(|warning| log::warn!("{warning}"));
}

/// Opens the WipeOS database and checks the config's templates against it. A writer is waited for some seconds, as long
/// as a person may wait.
pub(super) fn open_store(config: &Config) -> Result<Store, crate::sync::Error> {
    let store = open_database(&config.store.database)?;
    crate::sync::check_slots(config, &store)?;
    Ok(store)
}

/// Opens the WipeOS database for a command that only shows things.
pub(super) fn open_database(path: &Path) -> Result<Store, store::Error> {
    Store::open(path, short_patience(MAX_STORE_WAIT), short_patience(MAX_ANSWER_TIME))
}

/// Returns a flag that is set when the program is asked to stop; a second signal ends it at once.
pub(super) fn interruption() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let registered =
            signal_hook::flag::register_conditional_shutdown(signal, ENDED_BY_SECOND_SIGNAL, Arc::clone(&flag))
                .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&flag)));
        if let Err(error) = registered {
            log::warn!("signal {signal} cannot be waited for ({error}); it will end the program at once");
        }
    }
    flag
}

/// A client for a command that is not a pass; nothing is sent yet.
pub(super) fn connect(config: &Config, access: Access) -> Result<Iqr, ConfigError> {
    Ok(Iqr::new(config.iqr.clone(), &config.api_key()?, access, limits(config)))
}

/// Returns the limits of the requests of a command that is not a pass.
pub(super) fn limits(config: &Config) -> Limits {
    Limits { deadline: BootTime::now() + config.sync.time_budget, interrupted: interruption() }
}

/// Ends a session whose work is done: a failure is a line in the log.
pub(super) fn end_session(iqr: &Iqr) {
    if let Err(error) = iqr.finish() {
        log::warn!("the session at IQR could not be ended: {error}");
    }
}

/// Waits for so long from now on.
fn short_patience(longest: Duration) -> Patience {
    let end = BootTime::now() + longest;
    Box::new(move || !end.left().is_zero())
}

/// Returns the cost of a missing index, and the statement that creates it.
pub(super) fn missing_index(index: &MissingIndex) -> String {
    format!(
        "the WipeOS database has no index on {index}, so a pass reads the whole table (a matter of speed only); an administrator of the appliance can make it with: {}",
        index.statement()
    )
}
