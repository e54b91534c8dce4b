//! The file of the ledger: how it is opened, and how it is read.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row, ffi};

use super::error::{Error, exists};
use super::lock::Heartbeat;
use super::schema;
use crate::files;
use crate::sqlite::{self, Transaction};

/// The time for which a reader and the writer wait for each other: in WAL mode only while the file is opened.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages that are kept in memory, in KiB (SQLite counts them with a minus).
const CACHE_SIZE: i64 = -256;

pub(super) const WRITABLE: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_CREATE);

/// The number that SQLite takes for all pages that are left to copy.
const EVERY_PAGE: i32 = -1;

/// The ledger, for reading.
pub struct Ledger {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
}

/// A guard: while it lives, several reads see one state of the ledger.
pub struct Snapshot<'a> {
    _transaction: Transaction<'a>,
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
        Ok(!exists(path)?)
    }

    /// Opens a file of any version up to ours, and returns the version with it.
    pub(super) fn open_any(path: &Path) -> Result<Option<(Self, usize)>, Error> {
        if !exists(path)? {
            return Ok(None);
        }
        let ledger = match Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY) {
            // A pass that runs would have made the files that SQLite cannot make: the ledger is quiescent.
            Err(error) if error.needs_writable_directory() => {
                Self::open_quiescent(path).map_err(|_| explain(path, error))?
            }
            connected => connected.map_err(|error| explain(path, error))?,
        };
        let version = schema::check(&ledger.connection).map_err(|error| error.at(path))?;
        // A file that a pass is about to fill is as good as none.
        Ok((version > 0).then_some((ledger, version)))
    }

    /// Opens a quiescent file for a reader that cannot make the files that SQLite needs to read in WAL mode: on a file
    /// system that is mounted read-only, or for an account that may not write beside it.
    fn open_quiescent(path: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = if sqlite::has_wal(path) {
            // What an exclusive reader knows of the WAL is in its memory; and no other process has to be locked out.
            let connection = Connection::open_with_flags_and_vfs(path, flags, "unix-none")?;
            connection.pragma_update(None, "locking_mode", "exclusive")?;
            connection
        } else {
            Connection::open_with_flags(sqlite::unchanging(path), flags | OpenFlags::SQLITE_OPEN_URI)?
        };
        Self::configured(connection, path)
    }

    pub(super) fn connect(path: &Path, flags: OpenFlags) -> Result<Self, Error> {
        // SQLite would wait for who writes to a pipe, or not know what to say of it.
        let own = [path.to_owned(), files::beside(path, "-wal"), files::beside(path, "-shm")];
        if let Some(path) = own.into_iter().find(|path| path.metadata().is_ok_and(|metadata| !metadata.is_file())) {
            return Err(Error::NoFile(path));
        }
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|source| Error::from(source).at(path))?;
        #[cfg(test)]
        let connection = crate::store::testing::overheard(connection);
        Self::configured(connection, path).map_err(|source| Error::from(source).at(path))
    }

    /// Configures the connection. This is the first read of the file: a file that cannot be read fails here.
    pub(super) fn configured(connection: Connection, path: &Path) -> rusqlite::Result<Self> {
        sqlite::configure(&connection, BUSY_TIMEOUT)?;
        connection.pragma_update(None, "cache_size", CACHE_SIZE)?;
        Ok(Self { connection, path: path.to_owned() })
    }

    /// Copies the ledger in one step, so that the copy is the state of one moment.
    pub(super) fn copy_into(&self, copy: &mut Connection) -> rusqlite::Result<()> {
        match Backup::new(&self.connection, copy)?.step(EVERY_PAGE)? {
            StepResult::Done => Ok(()),
            _ => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)),
        }
    }

    /// Returns the heartbeat of the newest pass, also of one that had nothing to do.
    #[must_use]
    pub fn heartbeat(&self) -> Option<Heartbeat> {
        Heartbeat::read(&self.path)
    }

    /// Returns all rows of a query.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let rows =
            || self.connection.prepare_cached(sql)?.query_map(parameters, read)?.collect::<rusqlite::Result<_>>();
        rows().map_err(|source| self.at(source))
    }

    /// Returns the first row of a query, if there is one.
    pub(super) fn row<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        let row = || self.connection.prepare_cached(sql)?.query_row(parameters, read).optional();
        row().map_err(|source| self.at(source))
    }

    /// Begins a snapshot: until it is dropped, all reads see one state, and the file is locked once for all of them.
    /// Nothing may be written meanwhile: it would not stay.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot<'_>, Error> {
        let transaction = Transaction::begin(&self.connection).map_err(|source| self.at(source))?;
        Ok(Snapshot { _transaction: transaction })
    }

    /// Returns the path of the WAL. Behind a link, SQLite keeps it beside the file itself.
    pub(super) fn wal_path(&self) -> PathBuf {
        files::beside(self.connection.path().map_or(self.path.as_path(), Path::new), "-wal")
    }

    pub(super) fn at(&self, source: impl Into<Error>) -> Error {
        source.into().at(&self.path)
    }

    /// WAL, so that `status` and `preview` read while a pass writes. Without a sync at each commit (NORMAL), a power
    /// cut may lose the newest records but never damages the file; what they said is read again from IQR.
    pub(super) fn prepare(&mut self) -> Result<(), Error> {
        if schema::check(&self.connection)? == 0 {
            // Only an empty file takes this setting. It lets old history be given back to the file system in small
            // steps.
            self.connection.pragma_update(None, "auto_vacuum", "incremental")?;
        }
        self.connection.pragma_update(None, "journal_mode", "wal")?;
        self.connection.pragma_update(None, "synchronous", "normal")?;
        schema::migrate(&mut self.connection)
    }
}

/// Explains why SQLite could not open a ledger, where its own error does not.
pub(super) fn explain(path: &Path, error: Error) -> Error {
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
