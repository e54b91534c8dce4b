//! The run lock: a file beside the ledger that one pass at a time holds.
//!
//! The operating system drops the lock when the process ends, however it ends. The file is never deleted: a lock on a
//! deleted file would keep nobody out. What is written in it is for people and for `status`.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::Error;
use crate::files;
use crate::model::Timestamp;

/// What the lock file tells of the newest pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heartbeat {
    /// When the pass began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// When the newest pass ended that looked at everything due and was not ended early, this one included; `None` when
    /// there was none, or none since this is kept.
    pub last_good: Option<Timestamp>,
}

/// What the account and its group may do, and others may not: comments that people typed are in the ledger.
const PRIVATE: u32 = 0o640;

/// Held as long as it lives.
pub(super) struct RunLock {
    file: File,
    path: PathBuf,
    /// Device and inode of the file.
    identity: (u64, u64),
}

impl RunLock {
    pub(super) fn take(ledger: &Path) -> Result<Self, Error> {
        let path = lock_path(ledger);
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|source| in_words(folder, source))?;
        }
        let mut options = files::at_once();
        let opened = options.create(true).truncate(false).read(true).write(true).mode(PRIVATE).open(&path);
        Self::lock(opened.map_err(|source| in_words(&path, source))?, path)
    }

    fn lock(file: File, path: PathBuf) -> Result<Self, Error> {
        let metadata = file.metadata().map_err(|source| in_words(&path, source))?;
        if !metadata.is_file() {
            return Err(Error::NoFile { path });
        }
        match file.try_lock() {
            Ok(()) => Ok(Self { file, path, identity: identity(&metadata) }),
            Err(TryLockError::WouldBlock) => Err(Error::Running { lock: path }),
            Err(TryLockError::Error(source)) => Err(Error::Io { path, source }),
        }
    }

    /// A lock keeps out only those who find it: once its file was deleted or replaced another pass may have begun.
    pub(super) fn check(&self) -> Result<(), Error> {
        let is_in_place = fs::metadata(&self.path).is_ok_and(|metadata| identity(&metadata) == self.identity);
        if is_in_place { Ok(()) } else { Err(Error::LockLost { lock: self.path.clone() }) }
    }

    /// Writes the heartbeat. It informs only: a full disk must not fail a pass that had nothing to do.
    pub(super) fn write(&mut self, heartbeat: &Heartbeat) {
        let times = [Some(heartbeat.started_at), Some(heartbeat.finished_at), heartbeat.last_good];
        let times: Vec<String> = times.into_iter().flatten().map(|time| time.unix_millis().to_string()).collect();
        let line = times.join(" ") + "\n";
        let written = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(line.as_bytes()));
        if let Err(error) = written.and_then(|()| self.file.set_len(line.len() as u64)) {
            log::debug!("the time of this pass could not be written to the lock file: {error}");
        }
    }
}

impl Heartbeat {
    /// What the lock file beside a ledger tells, whatever has become of the ledger itself.
    #[must_use]
    pub fn read(ledger: &Path) -> Option<Self> {
        // A pipe would keep the reader waiting for who writes to it.
        let line = Some(lock_path(ledger)).filter(|path| path.is_file()).map(fs::read_to_string)?.ok()?;
        let mut times = line.split_whitespace().map(|number| number.parse().ok().map(Timestamp::from_unix_millis));
        Some(Self { started_at: times.next()??, finished_at: times.next()??, last_good: times.next().flatten() })
    }
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// A lock file that a root's hand left behind is the usual slip.
fn in_words(path: &Path, source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::PermissionDenied => Error::ForeignLock { path: path.to_owned() },
        io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnlyFileSystem.at(path),
        io::ErrorKind::StorageFull => Error::Full.at(path),
        _ => Error::Io { path: path.to_owned(), source },
    }
}

/// Makes the ledger's file, where there is none, before SQLite would make one that all may read; the files beside it get
/// its mode. A place where that cannot be done is told by SQLite, which meets the same.
pub(super) fn make_private(ledger: &Path) {
    let _ = File::options().write(true).create_new(true).mode(PRIVATE).open(ledger);
}

pub(super) fn lock_path(ledger: &Path) -> PathBuf {
    files::beside(ledger, ".lock")
}
