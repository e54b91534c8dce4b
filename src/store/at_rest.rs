//! A database in WAL mode that nobody has open, in a folder that this account may not write.
//!
//! To read in WAL mode SQLite needs a `-shm` file, and would have to make it. Where it cannot, and no `-wal` file holds
//! commits, the file itself is the whole database, and is read as one that does not change. That it did not is looked
//! after with every read: whoever opens it makes a `-wal`, and whoever brings that into the file changes the file.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags, Result};

use super::signature::{self, Signature};

/// The database, open for reading, and what marks it if it is at rest.
pub(super) fn open(path: &Path, flags: OpenFlags) -> Result<(Connection, Option<Signature>)> {
    let connection = Connection::open_with_flags(path, flags)?;
    if !is_refused(&connection) {
        return Ok((connection, None));
    }
    // The mark comes first: what happens from now on is noticed.
    match Signature::of(path).filter(|_| !signature::has_commits_in_wal(path)) {
        Some(mark) => Ok((Connection::open_with_flags(uri(path), flags | OpenFlags::SQLITE_OPEN_URI)?, Some(mark))),
        None => Ok((connection, None)),
    }
}

/// Whether SQLite cannot open what it needs beside the file. Anything else is told by the first read that matters.
fn is_refused(connection: &Connection) -> bool {
    let asked = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    asked.is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::CannotOpen))
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
