//! Our own database: what was sent of each client, which master items are known, the passes made, and the state of every
//! held or failing client.
//!
//! A [`Ledger`] reads; a [`RunLedger`] also writes, and it *is* the run lock: whoever holds one is the only pass.
//! That of a dry run holds a copy that is thrown away, and no lock.
//! Losing this file loses no data: the next pass compares every client with IQR and sends only what is not there.

mod durability;
mod error;
mod history;
mod intent;
mod left_behind;
mod lock;
mod place;
mod problems;
mod schema;
mod sent;
mod settings;
mod tenants;
#[cfg(test)]
mod tests;
mod upkeep;

use std::io;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row, ffi};

pub use durability::Durability;
pub use error::Error;
pub use history::{ChangeRecord, End, Pass, PassId, PassTotals};
pub use intent::Intent;
pub use left_behind::{LeftBehind, Move, Replacement};
pub use lock::{Heartbeat, Holder, begun, lock_path};
pub use place::{or_here, suspicion, takes_nothing};
pub use problems::{Problem, ProblemCount};
pub use sent::{AssetRecord, SentRecord};
pub use settings::{CommentSemantics, RecentRows};

use lock::RunLock;

use crate::files;
use crate::sqlite::{self, Transaction};

/// How long a reader and the writer wait for each other: in WAL mode this is only while the file is opened.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages that are kept in memory, in KiB (SQLite counts them with a minus).
const CACHE: i64 = -256;

const WRITABLE: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_CREATE);

/// So much may be left in the WAL, in bytes: about sixty pages.
const MOST_IN_WAL: u64 = 256 * 1024;

/// What SQLite takes for all that is left to copy.
const EVERY_PAGE: i32 = -1;

/// The ledger, for reading.
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
}

/// The ledger, for the one pass that runs.
pub struct RunLedger {
    ledger: Ledger,
    /// `None` in a dry run, which writes to a copy.
    lock: Option<RunLock>,
}

/// One state of the ledger, for several reads.
pub struct Snapshot<'a> {
    /// `None` within a transaction that is there already.
    _transaction: Option<Transaction<'a>>,
}

impl Ledger {
    /// Opens the ledger for reading; `None` when there is none yet.
    ///
    /// # Errors
    ///
    /// When it cannot be used; see [`Error`].
    pub fn open(path: &Path) -> Result<Option<Self>, Error> {
        match Self::open_any(path)? {
            Some((_, version)) if version < schema::VERSION => {
                Err(Error::Older { version, ours: schema::VERSION }.at(path))
            }
            found => Ok(found.map(|(ledger, _)| ledger)),
        }
    }

    /// Whether there is no file yet.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn is_missing(path: &Path) -> Result<bool, Error> {
        Ok(!error::exists(path)?)
    }

    /// With the version of the file, which may be older than ours.
    fn open_any(path: &Path) -> Result<Option<(Self, usize)>, Error> {
        if !error::exists(path)? {
            return Ok(None);
        }
        let ledger = match Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY) {
            // A pass that runs would have made the files that SQLite cannot make: the ledger is at rest.
            Err(error) if error.is_for_want_of_a_place() => Self::at_rest(path).map_err(|_| in_words(path, error))?,
            connected => connected.map_err(|error| in_words(path, error))?,
        };
        let version = schema::check(&ledger.connection).map_err(|error| error.at(path))?;
        // A file that a pass is about to fill is as good as none.
        Ok((version > 0).then_some((ledger, version)))
    }

    /// As it lies there, for a reader that SQLite does not let make the files that reading in WAL mode takes: on a file
    /// system that is mounted read-only, or for an account that may not write beside it.
    fn at_rest(path: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = if sqlite::has_wal(path) {
            // What an exclusive reader knows of the WAL is in its memory; and there is nobody to lock out.
            let connection = Connection::open_with_flags_and_vfs(path, flags, "unix-none")?;
            connection.pragma_update(None, "locking_mode", "exclusive")?;
            connection
        } else {
            Connection::open_with_flags(sqlite::unchanging(path), flags | OpenFlags::SQLITE_OPEN_URI)?
        };
        let ledger = Self { connection, path: path.to_owned() };
        ledger.configure().map(|()| ledger)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, Error> {
        // SQLite would wait for who writes to a pipe, or not know what to say of it.
        let own = [path.to_owned(), files::beside(path, "-wal"), files::beside(path, "-shm")];
        if let Some(path) = own.into_iter().find(|path| path.metadata().is_ok_and(|metadata| !metadata.is_file())) {
            return Err(Error::NoFile { path });
        }
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|source| Error::from(source).at(path))?;
        #[cfg(test)]
        let connection = crate::store::testing::overheard(connection);
        let ledger = Self { connection, path: path.to_owned() };
        ledger.configure().map_err(|source| Error::from(source).at(path))?;
        Ok(ledger)
    }

    /// The first read of the file: what cannot be read shows here.
    fn configure(&self) -> rusqlite::Result<()> {
        sqlite::configure(&self.connection, BUSY_TIMEOUT)?;
        self.connection.pragma_update(None, "cache_size", CACHE)
    }

    /// In one step, so that it is the state of one moment.
    fn copy_into(&self, copy: &mut Connection) -> rusqlite::Result<()> {
        match Backup::new(&self.connection, copy)?.step(EVERY_PAGE)? {
            StepResult::Done => Ok(()),
            _ => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)),
        }
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

    /// Until it is dropped, all reads see one state, and the file is locked once for all of them. Nothing may be written
    /// meanwhile: it would not stay.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot<'_>, Error> {
        let is_alone = self.connection.is_autocommit();
        let transaction = is_alone.then(|| Transaction::begin(&self.connection)).transpose();
        Ok(Snapshot { _transaction: transaction.map_err(|source| self.at(source))? })
    }

    fn at(&self, source: impl Into<Error>) -> Error {
        source.into().at(&self.path)
    }
}

/// Why SQLite could not open a ledger, where its own error does not tell.
fn in_words(path: &Path, error: Error) -> Error {
    let opened = files::at_once().read(true).open(path);
    let is_closed = opened.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied);
    let folder = files::folder_of(path);
    let is_ours = folder.metadata().is_ok_and(|metadata| metadata.uid() == rustix::process::geteuid().as_raw());
    match (is_closed, is_ours) {
        (true, true) => Error::GivenAway { folder: folder.to_owned(), path: path.to_owned() }.at(path),
        (true, false) => Error::Closed.at(path),
        (false, _) => error,
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
        if files::is_link_of_strangers(path) {
            return Err(Error::Link.at(path));
        }
        lock::make_private(path);
        let mut ledger = Ledger::connect(path, WRITABLE).map_err(|error| in_words(path, error))?;
        ledger.prepare().map_err(|error| in_words(path, error.at(path)))?;
        Ok(Self::new(ledger, Some(lock)))
    }

    fn new(ledger: Ledger, lock: Option<RunLock>) -> Self {
        Self { ledger, lock }
    }

    /// A copy of the ledger, gone when it is closed: for a dry run, which leaves no trace, and neither waits for a pass
    /// nor keeps one waiting.
    ///
    /// # Errors
    ///
    /// When the file cannot be used, or not copied.
    pub fn open_for_trial(path: &Path) -> Result<Self, Error> {
        // A file without a name is a temporary one that nobody else sees.
        let mut copy = Ledger::connect(Path::new(""), WRITABLE)?;
        if let Some((ledger, _)) = Ledger::open_any(path)? {
            ledger.copy_into(&mut copy.connection).map_err(|source| ledger.at(source))?;
        }
        path.clone_into(&mut copy.path);
        copy.prepare().map_err(|error| error.at(path))?;
        Ok(Self::new(copy, None))
    }

    /// Tells the lock file that a pass with nothing to do was made: it leaves no other trace.
    pub fn beat(&mut self, heartbeat: &Heartbeat) {
        if let Some(lock) = &mut self.lock {
            lock.write(heartbeat);
        }
    }

    /// A pass with nothing to record leaves the little that it wrote in the WAL: to bring it into the file costs more than
    /// the whole pass, and a later one does it. What is not recorded is not lost, it is looked at again. But every pass reads
    /// the whole WAL first, so it must not get long.
    pub fn leave_in_wal(&mut self) {
        if files::size(&files::beside(&self.path, "-wal")).is_some_and(|size| size > MOST_IN_WAL) {
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
    /// Those of `record`; and when the ledger cannot be written.
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
    fn write<T>(&mut self, write: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        if self.connection.is_autocommit() {
            return self.atomically(|ledger| write(&ledger.connection).map_err(|source| ledger.at(source)));
        }
        write(&self.connection).map_err(|source| self.at(source))
    }
}

impl Ledger {
    /// WAL, so that `status` and `preview` read while a pass writes. Without a sync at each commit (NORMAL), a power
    /// cut may lose the newest records but never damages the file; what they said is read again from IQR.
    fn prepare(&mut self) -> Result<(), Error> {
        if schema::check(&self.connection)? == 0 {
            // Only an empty file can be told so: old history may then be given back to the file system in small steps.
            self.connection.pragma_update(None, "auto_vacuum", "incremental")?;
        }
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
