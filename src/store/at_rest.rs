//! A database in WAL mode that nobody has open.
//!
//! To read in WAL mode SQLite makes a `-shm` file beside the database. Made by our account, that could shut WipeOS out of
//! its own database; and a service that may not write there cannot make it. But where there is no such file, and no
//! `-wal` with commits, the file itself is the whole database, and is read as one that does not change. That it did not
//! is looked after with every read: whoever opens it makes a `-wal`, and whoever brings that into the file changes the
//! file.

use std::cell::Cell;
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Result};

use super::signature::{self, Signature};

/// The database, open for reading.
pub(super) struct Access {
    pub(super) connection: Connection,
    /// What marks the files when they are read as ones that do not change.
    at_rest: Option<Signature>,
    is_prepared: Cell<bool>,
}

/// Pages of the database that are kept in memory, in KiB (SQLite counts them with a minus). A client is read by keys: what
/// is worth keeping are the upper pages of the trees; the operating system keeps the others.
const CACHE: i64 = -384;

impl Access {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // The mark comes first: what happens from now on is noticed.
        let at_rest = Signature::of(path).filter(|_| is_wal_mode(path) && signature::is_closed(path));
        let connection = match at_rest {
            Some(_) => Connection::open_with_flags(uri(path), flags | OpenFlags::SQLITE_OPEN_URI)?,
            None => Connection::open_with_flags(path, flags)?,
        };
        #[cfg(test)]
        let connection = super::testing::overheard(connection);
        Ok(Self { connection, at_rest, is_prepared: Cell::new(false) })
    }

    /// The connection for a read. What has to be set first reads the file, too, and may find it locked as any read may.
    pub(super) fn prepared(&self) -> Result<&Connection> {
        if !self.is_prepared.get() {
            self.connection.pragma_update(None, "cache_size", CACHE)?;
            self.is_prepared.set(true);
        }
        Ok(&self.connection)
    }

    /// Whether files that were read as ones that do not change may have changed.
    pub(super) fn is_stale(&self, path: &Path) -> bool {
        self.at_rest.is_some() && Signature::of(path) != self.at_rest
    }
}

/// Whether the header says that the database is in WAL mode: both of its format versions are 2.
fn is_wal_mode(path: &Path) -> bool {
    let mut header = [0; 20];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header[18..] == [2, 2]
}

fn uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(char::from(*byte)),
            byte => _ = write!(uri, "%{byte:02x}"),
        }
    }
    uri + "?immutable=1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_not_taken_for_a_question() {
        assert_eq!(uri(Path::new("/a b/c?d#e%.db")), "file:/a%20b/c%3fd%23e%25.db?immutable=1");
    }
}
