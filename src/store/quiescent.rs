//! A quiescent database: in WAL mode, and opened by no process.
//!
//! To read in WAL mode SQLite makes a `-shm` file beside the database. Made by our account, that could shut WipeOS out
//! of its own database; and a service that may not write there cannot make it. But where there is no such file, and no
//! `-wal` with commits, the file itself is the whole database, and is read as one that does not change. Every read
//! checks that it did not: a process that opens it makes a `-wal`, and a checkpoint of that into the file changes the
//! file.

use std::cell::Cell;
use std::fs::{File, Metadata};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, Result};

use super::excess::MAX_CLIENT_BYTES;
use super::signature;
use super::watchdog::Watchdog;
use crate::sqlite;

/// The database, open for reading.
pub(super) struct Access {
    pub(super) connection: Connection,
    /// The state of a file that is read as one that does not change.
    quiescent: Option<Quiescent>,
    is_prepared: Cell<bool>,
}

/// The size of the page cache, in KiB (SQLite counts them with a minus). A client is read by keys: only the upper pages
/// of the trees are worth keeping; the operating system keeps the others.
const CACHE_KIB: i64 = -384;

impl Access {
    pub(super) fn open(path: &Path, watchdog: &Watchdog) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // The state is read first: a change from now on is noticed.
        let quiescent = Quiescent::read(path).filter(|quiescent| quiescent.is_wal_mode() && signature::is_closed(path));
        let mut connection = match quiescent {
            Some(_) => Connection::open_with_flags(sqlite::unchanging(path), flags | OpenFlags::SQLITE_OPEN_URI)?,
            None => Connection::open_with_flags(path, flags)?,
        };
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_CLIENT_BYTES)?;
        watchdog.watch(&mut connection)?;
        #[cfg(test)]
        let connection = super::testing::overheard(connection);
        Ok(Self { connection, quiescent, is_prepared: Cell::new(false) })
    }

    /// Returns the connection for a read. The preparation reads the file, too, and may find it locked as any read may.
    pub(super) fn prepared(&self) -> Result<&Connection> {
        if !self.is_prepared.get() {
            self.connection.pragma_update(None, "cache_size", CACHE_KIB)?;
            self.is_prepared.set(true);
        }
        Ok(&self.connection)
    }

    /// Whether files that were read as ones that do not change may have changed.
    pub(super) fn is_stale(&self, path: &Path) -> bool {
        self.quiescent.as_ref().is_some_and(|quiescent| !quiescent.holds(path))
    }
}

/// The number of bytes at the beginning of the file that every writer changes or has changed.
const HEADER: usize = 100;

/// The state of a file that does not change, cheap to check with every read.
struct Quiescent {
    file: File,
    file_state: FileState,
    header: [u8; HEADER],
}

/// The file system's facts about the file at a path: device, inode, size, time of change.
type FileState = (u64, u64, u64, (i64, i64));

fn file_state(metadata: &Metadata) -> FileState {
    (metadata.dev(), metadata.ino(), metadata.size(), (metadata.mtime(), metadata.mtime_nsec()))
}

impl Quiescent {
    fn read(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let mut quiescent = Self { file_state: file_state(&file.metadata().ok()?), file, header: [0; HEADER] };
        quiescent.header = quiescent.read_header()?;
        Some(quiescent)
    }

    fn read_header(&self) -> Option<[u8; HEADER]> {
        let mut header = [0; HEADER];
        self.file.read_exact_at(&mut header, 0).ok()?;
        Some(header)
    }

    /// Whether the header says that the database is in WAL mode: both of its format versions are 2.
    fn is_wal_mode(&self) -> bool {
        self.header[18..20] == [2, 2]
    }

    /// Whether the same file is there, unchanged, and no commits are beside it.
    fn holds(&self, path: &Path) -> bool {
        path.metadata().is_ok_and(|metadata| file_state(&metadata) == self.file_state)
            && self.read_header() == Some(self.header)
            && !sqlite::has_wal(path)
    }
}
