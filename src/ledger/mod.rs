//! Our own database: what was sent of each client, which master items are known, the passes made, and the state of every
//! held or failing client.
//!
//! A [`Ledger`] reads; a [`RunLedger`] also writes, and it *is* the run lock: whoever holds one is the only pass.
//! Losing this file loses no data: the next pass compares every client with IQR and sends only what is not there.

mod error;
mod history;
mod intent;
mod lock;
mod problems;
mod schema;
mod sent;
mod settings;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row, Savepoint};

pub use error::Error;
pub use history::{ChangeRecord, Pass, PassId, PassTotals};
pub use intent::Intent;
pub use lock::Heartbeat;
pub use problems::{Problem, ProblemCount};
pub use sent::{AssetRecord, SentRecord};
pub use settings::CommentSemantics;

use lock::RunLock;

/// How long a reader and the writer wait for each other: in WAL mode this is only while the file is opened.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The ledger, for reading.
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
}

/// The ledger, for the one pass that runs.
pub struct RunLedger {
    ledger: Ledger,
    /// `None` in a dry run beside a ledger that was never locked.
    lock: Option<RunLock>,
}

impl Ledger {
    /// Opens the ledger for reading; `None` when there is none yet.
    ///
    /// # Errors
    ///
    /// When it cannot be used; see [`Error`].
    pub fn open(path: &Path) -> Result<Option<Self>, Error> {
        if !error::exists(path)? {
            return Ok(None);
        }
        let ledger = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        // A file that a pass is about to fill is as good as none.
        match schema::check(&ledger.connection).map_err(|error| error.at(path))? {
            0 => Ok(None),
            version if version < schema::VERSION => Err(Error::Older { version, ours: schema::VERSION }.at(path)),
            _ => Ok(Some(ledger)),
        }
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, Error> {
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|source| Error::from(source).at(path))?;
        let ledger = Self { connection, path: path.to_owned() };
        ledger.configure().map_err(|source| Error::from(source).at(path))?;
        Ok(ledger)
    }

    fn configure(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(BUSY_TIMEOUT)?;
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        self.connection.set_prepared_statement_cache_capacity(32);
        Ok(())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the lock file beside the ledger tells of the newest pass, also of one that had nothing to do.
    #[must_use]
    pub fn heartbeat(&self) -> Option<Heartbeat> {
        Heartbeat::read(&self.path)
    }

    /// All rows of a question.
    fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let rows =
            || self.connection.prepare_cached(sql)?.query_map(parameters, read)?.collect::<rusqlite::Result<_>>();
        rows().map_err(|source| self.at(source))
    }

    /// The one row of a question, if there is one.
    fn row<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        let row = || self.connection.prepare_cached(sql)?.query_row(parameters, read).optional();
        row().map_err(|source| self.at(source))
    }

    fn at(&self, source: impl Into<Error>) -> Error {
        source.into().at(&self.path)
    }
}

impl RunLedger {
    /// Takes the run lock, then opens the ledger, made or migrated if need be.
    ///
    /// # Errors
    ///
    /// [`Error::Running`] at once when another pass holds the lock; otherwise when the file cannot be used.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let lock = RunLock::take(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut ledger = Ledger::connect(path, flags)?;
        ledger.prepare().map_err(|error| error.at(path))?;
        Ok(Self { ledger, lock: Some(lock) })
    }

    /// As [`Self::open`], but nothing that is written stays, and no file is made: for a dry run.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn open_for_trial(path: &Path) -> Result<Self, Error> {
        let lock = RunLock::take_if_there(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let is_there = match Ledger::open(path) {
            Ok(ledger) => ledger.is_some(),
            Err(error) if error.is_older() => false,
            Err(error) => return Err(error),
        };
        if !is_there {
            // A ledger that would have to be made or migrated first is tried without.
            let mut ledger = Ledger::connect(Path::new(":memory:"), flags)?;
            ledger.prepare().map_err(|error| error.at(path))?;
            path.clone_into(&mut ledger.path);
            return Ok(Self { ledger, lock });
        }
        let ledger = Ledger::connect(path, flags)?;
        // Everything the pass writes is a savepoint inside this transaction, which is never committed.
        ledger.connection.execute_batch("BEGIN IMMEDIATE").map_err(|source| ledger.at(source))?;
        Ok(Self { ledger, lock })
    }

    /// Tells the lock file that a pass with nothing to do was made: it leaves no other trace.
    pub fn beat(&mut self, heartbeat: &Heartbeat) {
        if let Some(lock) = &mut self.lock {
            lock.write(heartbeat);
        }
    }

    /// Writes in one transaction.
    fn write<T>(&mut self, write: impl FnOnce(&Savepoint<'_>) -> rusqlite::Result<T>) -> Result<T, Error> {
        let path = self.ledger.path.clone();
        let result = (|| {
            let savepoint = self.ledger.connection.savepoint()?;
            let value = write(&savepoint)?;
            savepoint.commit()?;
            Ok(value)
        })();
        result.map_err(|source: rusqlite::Error| Error::from(source).at(&path))
    }
}

impl Ledger {
    /// WAL, so that `status` and `preview` read while a pass writes. Without a sync at each commit (NORMAL), a power
    /// cut may lose the newest records but never damages the file; what they said is read again from IQR.
    fn prepare(&mut self) -> Result<(), Error> {
        schema::check(&self.connection)?;
        self.connection.pragma_update(None, "journal_mode", "wal")?;
        self.connection.pragma_update(None, "synchronous", "normal")?;
        schema::migrate(&mut self.connection)
    }
}

impl Deref for RunLedger {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        &self.ledger
    }
}
