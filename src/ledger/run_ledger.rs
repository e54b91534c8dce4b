//! The ledger of the one pass that runs: it writes, and it is the run lock.

use std::ops::Deref;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Params};

use super::database::{Ledger, WRITABLE, explain};
use super::error::Error;
use super::lock::{self, Heartbeat, RunLock};
use crate::files;
use crate::sqlite;

/// The largest WAL that a pass may leave behind, in bytes: about sixty pages.
const MAX_WAL_BYTES: u64 = 256 * 1024;

/// The ledger, for the one pass that runs.
pub struct RunLedger {
    pub(super) ledger: Ledger,
    /// `None` in a dry run, which writes to a copy.
    pub(super) lock: Option<RunLock>,
}

impl RunLedger {
    /// Takes the run lock, then opens the ledger, made or migrated if need be.
    ///
    /// # Errors
    ///
    /// [`Error::Running`] at once when another pass holds the lock; otherwise when the file cannot be used.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let lock = RunLock::take(path)?;
        if files::is_link_of_strangers(path) {
            return Err(Error::Link.at(path));
        }
        lock::make_private(path);
        let mut ledger = Ledger::connect(path, WRITABLE).map_err(|error| explain(path, error))?;
        ledger.prepare().map_err(|error| explain(path, error.at(path)))?;
        Ok(Self::new(ledger, Some(lock)))
    }

    pub(super) fn new(ledger: Ledger, lock: Option<RunLock>) -> Self {
        Self { ledger, lock }
    }

    /// A copy of the ledger, gone when it is closed: for a dry run, which leaves no trace, and neither waits for a pass
    /// nor keeps one waiting.
    ///
    /// # Errors
    ///
    /// When the file cannot be used, or not copied.
    pub fn open_for_trial(path: &Path) -> Result<Self, Error> {
        // A file without a name is a temporary one that no other process sees.
        let mut copy = Ledger::connect(Path::new(""), WRITABLE)?;
        if let Some((ledger, _)) = Ledger::open_any(path)? {
            ledger.copy_into(&mut copy.connection).map_err(|source| ledger.at(source))?;
        }
        path.clone_into(&mut copy.path);
        copy.prepare().map_err(|error| error.at(path))?;
        Ok(Self::new(copy, None))
    }

    /// Records in the lock file that a pass with nothing to do was made: it leaves no other trace.
    pub fn beat(&mut self, heartbeat: &Heartbeat) {
        if let Some(lock) = &mut self.lock {
            lock.write(heartbeat);
        }
    }

    /// A pass with nothing to record leaves the little that it wrote in the WAL: to bring it into the file costs more
    /// than the whole pass, and a later one does it. A record that is lost is made again by the next pass. But every
    /// pass reads the whole WAL first, so it must not get long.
    pub fn leave_in_wal(&mut self) {
        if files::size(&self.wal_path()).is_some_and(|size| size > MAX_WAL_BYTES) {
            return;
        }
        if let Err(error) = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true) {
            log::debug!("the ledger's WAL is brought into its file at once: {error}");
        }
    }

    /// Records all that `record` writes, or nothing of it, in one commit.
    ///
    /// # Errors
    ///
    /// Errors of `record`, and of the ledger when it cannot be written.
    pub fn atomically<T, E: From<Error>>(&mut self, record: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        sqlite::run(&self.connection, "BEGIN").map_err(|source| self.at(source))?;
        let recorded = record(self).and_then(|value| {
            sqlite::run(&self.connection, "COMMIT").map_err(|source| self.at(source))?;
            Ok(value)
        });
        // SQLite itself may have rolled back: after a full disk, say.
        if recorded.is_err() && !self.connection.is_autocommit() {
            _ = sqlite::run(&self.connection, "ROLLBACK");
        }
        recorded
    }

    /// Writes all of it or nothing, in the transaction of [`Self::atomically`] or in one of its own.
    pub(super) fn write<T>(&mut self, write: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        if self.connection.is_autocommit() {
            return self.atomically(|ledger| write(&ledger.connection).map_err(|source| ledger.at(source)));
        }
        write(&self.connection).map_err(|source| self.at(source))
    }

    /// Runs one statement as [`Self::write`] does; returns the number of rows that it changed.
    pub(super) fn execute(&mut self, sql: &str, parameters: impl Params) -> Result<usize, Error> {
        self.write(|transaction| transaction.prepare_cached(sql)?.execute(parameters))
    }
}

impl Deref for RunLedger {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        &self.ledger
    }
}
