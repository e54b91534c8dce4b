//! The run lock: a file beside the ledger that one pass at a time holds.
//!
//! The operating system drops the lock when the process ends, however it ends. The file is never deleted: a lock on a
//! deleted file would keep no other pass out. Its text is for people and for `status`.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, futimens};

use super::error::Error;
use crate::files::{self, MarkerError};
use crate::model::Timestamp;

/// The times of the newest pass, as the lock file has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heartbeat {
    /// The start of the pass.
    pub started_at: Timestamp,
    /// The end of the pass.
    pub finished_at: Timestamp,
    /// The end of the newest pass that evaluated everything due and was not cut short, this one included; `None` when
    /// there was none, or none since this is kept.
    pub last_good: Option<Timestamp>,
}

/// The mode of the files: the ledger has comments that people typed, and only the account and its group may read them.
pub(super) const PRIVATE: u32 = 0o640;

/// The largest delay of a date. An account that may write the lock file and does not own it cannot date it: then the
/// write of the heartbeat dates it, which comes a little after the end. In seconds; passes begin minutes apart.
const MAX_DATE_DELAY_SECS: i64 = 5;

/// The system's own time.
const SYSTEM_TIME: Timespec = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };

/// The run lock, held as long as the value lives.
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
        match files::open_marker(&path, PRIVATE) {
            Ok(file) => Self::lock(file, path),
            Err(MarkerError::Io(source)) => Err(in_words(&path, source)),
            Err(MarkerError::NoFile) => Err(Error::NoFile(path)),
            Err(flaw @ (MarkerError::Link | MarkerError::OtherName | MarkerError::Stranger(_))) => {
                Err(Error::UnsafeLock { lock: path, flaw })
            }
        }
    }

    fn lock(file: File, path: PathBuf) -> Result<Self, Error> {
        let metadata = file.metadata().map_err(|source| in_words(&path, source))?;
        match file.try_lock() {
            Ok(()) => {
                touch(&file, SYSTEM_TIME);
                Ok(Self { file, path, identity: identity(&metadata) })
            }
            Err(TryLockError::WouldBlock) => Err(Error::Running(path)),
            Err(TryLockError::Error(source)) => Err(Error::Io { path, source }),
        }
    }

    /// A lock keeps out only those who find it: once its file was deleted or replaced another pass may have begun.
    pub(super) fn check(&self) -> Result<(), Error> {
        let is_in_place = self.path.symlink_metadata().is_ok_and(|metadata| identity(&metadata) == self.identity);
        if is_in_place { Ok(()) } else { Err(Error::LockLost(self.path.clone())) }
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
        touch(&self.file, Timespec { tv_sec: heartbeat.finished_at.unix_millis().div_euclid(1000), tv_nsec: 0 });
    }
}

impl Heartbeat {
    /// Reads the heartbeat in the lock file beside a ledger, whatever the state of the ledger itself.
    #[must_use]
    pub fn read(ledger: &Path) -> Option<Self> {
        let line = files::read_marker(&lock_path(ledger))?;
        let mut times = line.split_whitespace().map(|number| number.parse().ok().map(Timestamp::from_unix_millis));
        Some(Self { started_at: times.next()??, finished_at: times.next()??, last_good: times.next().flatten() })
    }

    /// Returns when the newest good pass ended. A pass dated after `now` was made while the clock was wrong: when it
    /// really was is not known, and it must not stand for good passes until that time comes.
    #[must_use]
    pub fn last_good(&self, now: Timestamp) -> Option<Timestamp> {
        self.last_good.filter(|good| *good <= now)
    }
}

/// Returns when the newest pass began, if its end is not recorded: it runs, or was killed, or could not record it. The
/// lock file is dated by the beginning of a pass while it is held, and by the end of the last one after that.
#[must_use]
pub fn begun(ledger: &Path, heartbeat: Option<&Heartbeat>) -> Option<Timestamp> {
    let metadata = lock_path(ledger).symlink_metadata().ok().filter(Metadata::is_file)?;
    let dated = Timestamp::from_unix_millis(metadata.mtime() * 1000 + metadata.mtime_nsec() / 1_000_000);
    Some(dated).filter(|dated| heartbeat.is_none_or(|beat| dated.seconds_since(beat.finished_at) > MAX_DATE_DELAY_SECS))
}

/// Dates the lock file; it informs only.
fn touch(file: &File, last_modification: Timespec) {
    let last_access = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    if let Err(error) = futimens(file, &Timestamps { last_access, last_modification }) {
        log::debug!("the lock file could not be dated: {error}");
    }
}

/// The holder of the run lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The ID of its process.
    pub process: u32,
    /// The name of its program; empty where the system does not say.
    pub program: String,
}

impl Holder {
    /// Finds the holder of the lock beside a ledger in the list of the system: a try to take the lock could keep a pass
    /// away.
    #[must_use]
    pub fn find(ledger: &Path) -> Option<Self> {
        let metadata = lock_path(ledger).symlink_metadata().ok()?;
        let (major, minor) = (rustix::fs::major(metadata.dev()), rustix::fs::minor(metadata.dev()));
        let file = format!("{major:02x}:{minor:02x}:{}", metadata.ino());
        let process = process_of(&fs::read_to_string("/proc/locks").ok()?, &file)?;
        let program = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        Some(Self { process, program: program.trim().to_owned() })
    }

    /// Whether it is a pass of this program.
    #[must_use]
    pub fn is_pass(&self) -> bool {
        self.program == env!("CARGO_PKG_NAME")
    }

    /// Whether the system lists locks at all.
    #[must_use]
    pub fn can_be_found() -> bool {
        Path::new("/proc/locks").exists()
    }
}

/// The process that holds such a lock on a file, by the system's list: `1: FLOCK ADVISORY WRITE 775 fe:00:10014095 0
/// EOF`. A line with an arrow is of one that waits.
fn process_of(locks: &str, file: &str) -> Option<u32> {
    let mut lines = locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let held = lines.find(|words| words.get(1) == Some(&"FLOCK") && words.get(5) == Some(&file))?;
    held[4].parse().ok()
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// A lock file that a root's hand left behind is the usual slip.
fn in_words(path: &Path, source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::PermissionDenied => Error::ForeignLock(path.to_owned()),
        io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnlyFileSystem.at(path),
        io::ErrorKind::StorageFull => Error::Full.at(path),
        _ => Error::Io { path: path.to_owned(), source },
    }
}

/// Makes the ledger's file, where there is none, before SQLite would make one that all may read; the files beside it
/// get its mode. Failures are ignored: SQLite meets the same one and reports it.
pub(super) fn make_private(ledger: &Path) {
    let _ = File::options().write(true).create_new(true).mode(PRIVATE).open(ledger);
}

/// Returns the path of the lock file beside a ledger.
#[must_use]
pub fn lock_path(ledger: &Path) -> PathBuf {
    files::beside(ledger, ".lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lock_holder_while_lock_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.db");
        assert_eq!(Holder::find(&ledger), None);
        let lock = RunLock::take(&ledger).unwrap();
        let holder = Holder::find(&ledger);
        assert!(holder.is_none_or(|holder| holder.process == std::process::id()), "where the system has such a list");
        drop(lock);
        assert_eq!(Holder::find(&ledger), None);
    }

    #[test]
    fn ignores_process_that_waits_for_lock() {
        let locks = "1: POSIX  ADVISORY  WRITE 7 fe:00:5 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 8 fe:00:5 0 EOF
2: FLOCK  ADVISORY  WRITE 9 fe:00:5 0 EOF\n3: FLOCK  ADVISORY  WRITE 10 fe:00:6 0 EOF";
        assert_eq!(process_of(locks, "fe:00:5"), Some(9));
        assert_eq!(process_of(locks, "fe:00:7"), None);
    }

    #[test]
    fn ignores_good_pass_dated_after_now() {
        let at = Timestamp::from_unix_millis;
        let beat = Heartbeat { started_at: at(0), finished_at: at(5), last_good: Some(at(5)) };
        assert_eq!((beat.last_good(at(5)), beat.last_good(at(4))), (Some(at(5)), None));
    }
}
