//! Whether the database file was touched at all, without asking SQLite.
//!
//! Every commit leaves a trace that can be read in a few dozen bytes: in rollback-journal mode the change counter of the
//! header, in WAL mode the index header in `-shm` (a counter and the checksum of the last frame), or, where there is no
//! `-shm`, the length of the WAL and its salts. Two equal signatures mean that nothing was committed in between; unequal
//! ones mean nothing in particular, and SQLite is asked.

use std::fs::Metadata;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::files::{self, beside};
use crate::{digest, sqlite};

/// Bytes of the database's header that hold the change counter and its copy.
const DATABASE_HEADER: usize = 100;
/// Bytes of the WAL's header: magic, checkpoint sequence, salts.
const WAL_HEADER: usize = 32;
/// Bytes of both copies of the index header in `-shm`, and of what is behind them about readers and checkpoints' progress.
const INDEX_HEADER: usize = 96;

/// The state of a database's files at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 16]);

impl Signature {
    /// Returns the signature of the database at `path` now; `None` when its files cannot be read.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let database = trace(path, DATABASE_HEADER)?;
        let wal = trace(&beside(path, "-wal"), WAL_HEADER);
        let index = trace(&beside(path, "-shm"), INDEX_HEADER);
        if wal.as_ref().is_some_and(|wal| wal.size > 0) && index.is_none() {
            return None;
        }
        // The times of `-shm` say nothing: it is written through memory.
        let mut parts = vec![database.bytes];
        // A WAL without a byte says nothing, nor does its index: readers make both and the last writer takes them away.
        if let Some(wal) = wal.filter(|wal| wal.size > 0) {
            parts.push(wal.bytes);
            parts.extend(index.map(|index| index.head));
        }
        Some(Self(digest::of(parts.iter().map(Vec::as_slice))))
    }

    /// Returns the signature as bytes, for the ledger.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

/// Whether no process has the database open and no commits are beside it.
pub(super) fn is_closed(path: &Path) -> bool {
    files::size(&beside(path, "-shm")).is_none() && !sqlite::has_wal(path)
}

struct Trace {
    size: u64,
    head: Vec<u8>,
    bytes: Vec<u8>,
}

/// The first bytes of a file, and with them its size, its time of change and its identity.
fn trace(path: &Path, length: usize) -> Option<Trace> {
    // To open a pipe is to wait for who writes to it. A look before would cost every idle pass a call more.
    let file = files::at_once().read(true).open(path).ok()?;
    let metadata = file.metadata().ok().filter(Metadata::is_file)?;
    let mut head = Vec::with_capacity(length);
    file.take(length as u64).read_to_end(&mut head).ok()?;
    let mut bytes = head.clone();
    let time = [metadata.mtime(), metadata.mtime_nsec()].map(i64::cast_unsigned);
    for number in [metadata.size(), metadata.ino(), metadata.dev()].into_iter().chain(time) {
        bytes.extend(number.to_le_bytes());
    }
    Some(Trace { size: metadata.size(), head, bytes })
}
