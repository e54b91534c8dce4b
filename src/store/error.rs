//! Errors of the appliance's database, in words that say what to do.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use super::excess::Excess;
use crate::model::ClientId;

/// An error of the appliance's database, or of one record in it.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no such file.
    #[error("the WipeOS database {0} does not exist; set `store.database` to the appliance's database file")]
    Missing(PathBuf),
    /// The file is a folder, a pipe or the like.
    #[error("the WipeOS database {0} is no regular file; set `store.database` to the appliance's database file")]
    NoFile(PathBuf),
    /// The operating system refuses it.
    #[error("the WipeOS database {path} cannot be read; run as a user who may read it")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The file is not a SQLite database, or a damaged one.
    #[error(
        "{path} is not a usable SQLite database ({problem}); check that `store.database` names the appliance's database, and the appliance's disk"
    )]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// The damage.
        problem: String,
    },
    /// Tables or columns of the contract are missing.
    #[error("the WipeOS database {path} lacks {}; a view of that name with these columns supplies it (an example is in contrib/store.sql)", missing.join(", "))]
    Contract {
        /// The file.
        path: PathBuf,
        /// Each missing table (`table battery(client_id, ...)`) or column (`column client.sku`).
        missing: Vec<String>,
    },
    /// A writer held the database for longer than the pass could wait.
    #[error("the WipeOS database {0} is locked by a writer; the next pass tries again")]
    Locked(PathBuf),
    /// The database gave no answer in the time that the caller has.
    #[error(
        "the WipeOS database {0} gave no answer in time; look for a view in it that has no end, and for missing indexes, which `wipeos-iqr auth-test` names"
    )]
    NoAnswer(PathBuf),
    /// There is more of something than is read at once.
    #[error("the WipeOS database {path} has too many {what}; delete in WipeOS what is not needed, or correct the view")]
    TooMany {
        /// The file.
        path: PathBuf,
        /// The things of which there are too many.
        what: &'static str,
    },
    /// A database in WAL mode with files beside it that cannot be opened.
    #[error(
        "the WipeOS database {0} has commits in its -wal file and its -shm file cannot be opened or made; start WipeOS, which brings them in, or run as the account that owns the database"
    )]
    SharedMemory(PathBuf),
    /// SQLite failed in another way.
    #[error("the WipeOS database {path} cannot be read")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// SQLite's error.
        source: rusqlite::Error,
    },
    /// The record of one client cannot be understood: that client alone cannot be sent.
    #[error("client {}: {_0}", _0.client_id())]
    Record(UnreadableRecord),
}

/// A part of a client that cannot be understood, though it decides something.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnreadableRecord {
    /// A value that decides something is not what it should be.
    #[error("{column} of {row} is {value}, not {expected}; correct it in WipeOS")]
    Value {
        /// The client it belongs to.
        client_id: ClientId,
        /// The column.
        column: &'static str,
        /// The table and key of the row.
        row: String,
        /// The value.
        value: String,
        /// The values that would have been understood.
        expected: &'static str,
    },
    /// A client has more than is read.
    #[error("{what}")]
    TooMuch {
        /// The client.
        client_id: ClientId,
        /// The excess.
        what: Excess,
    },
}

/// A failure inside one read.
#[derive(Debug, Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Record(#[from] UnreadableRecord),
}

impl UnreadableRecord {
    /// Returns the client it belongs to.
    #[must_use]
    pub fn client_id(&self) -> ClientId {
        match self {
            Self::Value { client_id, .. } | Self::TooMuch { client_id, .. } => *client_id,
        }
    }
}

impl Error {
    /// Converts the error of a SQLite call on the file at `path`.
    pub(super) fn from_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::NotADatabase { path, problem: plain(&source) }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(path),
            Some(ErrorCode::OperationInterrupted) => Self::NoAnswer(path),
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => Self::SharedMemory(path),
            _ => Self::Sqlite { path, source },
        }
    }
}

fn plain(source: &rusqlite::Error) -> String {
    match source {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

/// Whether a writer is in the way, so that waiting helps.
pub(super) fn is_locked(source: &rusqlite::Error) -> bool {
    matches!(source.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Checks that a file is there, may be read and is not empty, so that SQLite may judge the rest. SQLite itself would
/// call all of them "unable to open", and take an empty file for an empty database.
pub(super) fn readable(path: &Path) -> Result<(), Error> {
    // To open a pipe is to wait for who writes to it.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Err(Error::NoFile(path.to_owned()));
    }
    let mut magic = [0; 16];
    match File::open(path).and_then(|mut file| file.read(&mut magic)) {
        Ok(0) => Err(Error::NotADatabase { path: path.to_owned(), problem: "it is empty".to_owned() }),
        Ok(_) => Ok(()),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Err(Error::Missing(path.to_owned())),
        Err(source) => Err(Error::Unreadable { path: path.to_owned(), source }),
    }
}
