//! The errors of the ledger. Each message says what to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use super::file_system::is_read_only;
use crate::files::MarkerError;

/// The ledger cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// Another pass holds the run lock.
    #[error("another pass is running (it holds {0})")]
    Running(PathBuf),
    /// The file was written by a newer version of this program.
    #[error(
        "the ledger is of version {version}, this program knows versions up to {ours}; use the newer program again"
    )]
    Newer {
        /// The file's version.
        version: usize,
        /// The newest that we know.
        ours: usize,
    },
    /// The file was written by an older version of this program.
    #[error(
        "the ledger is of version {version}, this program's is {ours}; the next `wipeos-iqr sync` brings it up to date"
    )]
    Older {
        /// The file's version.
        version: usize,
        /// Ours.
        ours: usize,
    },
    /// The file is some other program's database.
    #[error("the file is another program's database; set `ledger.path` to a file of its own")]
    Foreign,
    /// The file is damaged, or no database.
    #[error(
        "the file is damaged or no SQLite database ({0}); move it away: the next pass makes a new one by comparing with IQR, and sends only what is missing there"
    )]
    Damaged(String),
    /// The disk is full.
    #[error("the disk is full; make room, the next pass goes on")]
    Full,
    /// The file or its folder may not be written.
    #[error("the file or its folder cannot be written; give the user of wipeos-iqr write access to the folder")]
    ReadOnly,
    /// The file system of the file is read-only for every account.
    #[error("its file system is read-only; mount it writable, the next pass goes on")]
    ReadOnlyFileSystem,
    /// The reader may not read it.
    #[error("this account may not read it; use the account that makes the passes, or root (sudo)")]
    Closed,
    /// The reader owns the folder, and another account owns the file.
    #[error("it belongs to another account than its folder, as after a pass made by root; give it back: chown --reference={} {}*", folder.display(), path.display())]
    GivenAway {
        /// The folder.
        folder: PathBuf,
        /// The file.
        path: PathBuf,
    },
    /// The lock file belongs to another account.
    #[error(
        "the lock file {0} may not be opened by this account; run every pass by the same account, or give it that file (chown)"
    )]
    ForeignLock(PathBuf),
    /// The lock file is no longer the one that this pass holds.
    #[error(
        "the lock file {0} was deleted or replaced while this pass ran; it ends, because another one may have begun, and the next one goes on"
    )]
    LockLost(PathBuf),
    /// The lock file may belong to another program, and a pass would write to it.
    #[error("the lock file {lock} {flaw}; remove it, the next pass makes a new one")]
    UnsafeLock {
        /// The lock file.
        lock: PathBuf,
        /// The flaw.
        flaw: MarkerError,
    },
    /// The ledger may be any file, made where another account wants it.
    #[error(
        "it is a link in a folder where others may write, which root does not follow; set `ledger.path` to the file itself"
    )]
    Link,
    /// Something else has the place of a file.
    #[error("{0} is no regular file; remove it, or set `ledger.path`")]
    NoFile(PathBuf),
    /// The operating system failed.
    #[error("the operating system failed on {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason that it gave.
        source: io::Error,
    },
    /// SQLite failed in another way.
    #[error("SQLite failed")]
    Sqlite(#[source] rusqlite::Error),
    /// Any of the above, with the file's name.
    #[error("ledger {path}")]
    At {
        /// The file.
        path: PathBuf,
        /// The flaw.
        source: Box<Error>,
    },
}

impl Error {
    /// The same error, with the ledger's name.
    pub(super) fn at(self, path: &Path) -> Self {
        let source = match self {
            Self::At { .. } | Self::Running { .. } | Self::NoFile { .. } | Self::UnsafeLock { .. } => return self,
            Self::ReadOnly if is_read_only(path) => Self::ReadOnlyFileSystem,
            Self::Newer { .. }
            | Self::Older { .. }
            | Self::Foreign
            | Self::Damaged(_)
            | Self::Full
            | Self::ReadOnly
            | Self::ReadOnlyFileSystem
            | Self::Closed
            | Self::GivenAway { .. }
            | Self::ForeignLock { .. }
            | Self::LockLost { .. }
            | Self::Link
            | Self::Io { .. }
            | Self::Sqlite(_) => self,
        };
        Self::At { path: path.to_owned(), source: Box::new(source) }
    }

    /// Returns the error without the file's name.
    pub(super) fn unnamed(&self) -> &Self {
        if let Self::At { source, .. } = self { source.unnamed() } else { self }
    }

    /// Whether SQLite could not make what it needs beside the file.
    pub(super) fn needs_writable_directory(&self) -> bool {
        matches!(self.unnamed(), Self::ReadOnly | Self::ReadOnlyFileSystem)
    }

    /// Whether another pass is running.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }
}

impl From<rusqlite::Error> for Error {
    fn from(source: rusqlite::Error) -> Self {
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged(source.to_string()),
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Self::ReadOnly,
            _ => Self::Sqlite(source),
        }
    }
}

/// Whether there is a file. A folder that may not be read is an error, not a no.
pub(super) fn exists(path: &Path) -> Result<bool, Error> {
    path.try_exists().map_err(|source| match source.kind() {
        io::ErrorKind::PermissionDenied => Error::Closed.at(path),
        _ => Error::Io { path: path.to_owned(), source },
    })
}
