//! The WipeOS appliance's database, read-only: which clients may have news, and each client as a [`Machine`].
//!
//! Nothing else in the program knows how the appliance keeps its data. This room knows nothing of IQR, and it never
//! decides whether a client is sent: it says what is there.
//!
//! The appliance writes to this file all the time. Every read here is short and in a transaction of its own, so that a
//! writer in rollback-journal mode never waits for us longer than one page of clients takes.

mod at_rest;
mod candidates;
mod claims;
mod error;
mod machine;
mod schema;
mod seen;
mod signature;
mod slots;
mod value;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

pub use candidates::{Cursor, Horizon, PAGE, Source};
pub use error::{Error, UnreadableRecord};
pub use schema::MissingIndex;
pub use seen::Seen;
pub use signature::Signature;
pub use slots::SlotSample;

use crate::model::Machine;

/// How long one attempt waits for a writer that holds the database before the caller is asked again.
const BUSY_SLICE: Duration = Duration::from_millis(100);

/// Decides whether to go on waiting for a writer: asked about ten times a second while the database is locked.
pub type Patience = Box<dyn Fn() -> bool + Send>;

/// The appliance's database, open for reading.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// What marks the file when it is read as one that does not change; see [`at_rest`].
    at_rest: Option<Signature>,
    patience: Patience,
    /// The slot that was asked for, and the names under which the database has it.
    spellings: RefCell<Option<(String, Vec<String>)>>,
}

/// A client and what marks its state, out of one and the same read.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The client.
    pub machine: Machine,
    /// What marks the state that was read.
    pub seen: Seen,
}

impl Store {
    /// Opens the database read-only. `patience` says how long to wait for a writer that holds it.
    ///
    /// # Errors
    ///
    /// When the file is missing, is no database, or may not be read; each told in words.
    pub fn open(path: &Path, patience: Patience) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        error::readable(path)?;
        let (connection, at_rest) = at_rest::open(path, flags).map_err(|source| Error::from_sqlite(path, source))?;
        let store = Self { connection, path: path.to_owned(), at_rest, patience, spellings: RefCell::default() };
        store.configure().map_err(|source| store.explain(source))?;
        Ok(store)
    }

    fn configure(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(BUSY_SLICE)?;
        // A missing column must be an error, not a text of that name.
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        self.connection.set_prepared_statement_cache_capacity(32);
        Ok(())
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `read` in one read transaction, again and again while a writer holds the database and patience lasts.
    fn reading<T>(&self, read: impl Fn(&Connection) -> Result<T, Failure>) -> Result<T, Error> {
        loop {
            match self.read_once(&read) {
                Err(Failure::Sqlite(source)) if error::is_locked(&source) => {
                    if !(self.patience)() {
                        return Err(Error::Locked { path: self.path.clone() });
                    }
                }
                Err(Failure::Sqlite(source)) => return Err(self.explain(source)),
                Err(Failure::Record(problem)) => return Err(Error::Record(problem)),
                Ok(_) if self.has_awoken() => return Err(Error::Awoken { path: self.path.clone() }),
                Ok(value) => return Ok(value),
            }
        }
    }

    /// Whether a file that was read as one that does not change may have changed.
    fn has_awoken(&self) -> bool {
        self.at_rest.is_some() && Signature::of(&self.path) != self.at_rest
    }

    fn read_once<T>(&self, read: impl Fn(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        let transaction = self.connection.unchecked_transaction()?;
        let value = read(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    /// A failing statement may mean that the contract is not kept: then all that is missing is told at once.
    fn explain(&self, source: rusqlite::Error) -> Error {
        match schema::missing(&self.connection) {
            Ok(missing) if !missing.is_empty() => Error::Contract { path: self.path.clone(), missing },
            _ => Error::from_sqlite(&self.path, source),
        }
    }

    /// Checks that all tables or views of the contract are there with all their columns.
    ///
    /// # Errors
    ///
    /// [`Error::Contract`] names all that is missing.
    pub fn check(&self) -> Result<(), Error> {
        let missing = self.reading(|connection| Ok(schema::missing(connection)?))?;
        if missing.is_empty() { Ok(()) } else { Err(Error::Contract { path: self.path.clone(), missing }) }
    }

    /// The indexes of the contract that the database lacks. They cost speed only.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn missing_indexes(&self) -> Result<Vec<MissingIndex>, Error> {
        self.reading(|connection| Ok(schema::missing_indexes(connection)?))
    }
}

/// What goes wrong inside one read.
enum Failure {
    Sqlite(rusqlite::Error),
    Record(UnreadableRecord),
}

impl From<rusqlite::Error> for Failure {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sqlite(source)
    }
}

impl From<UnreadableRecord> for Failure {
    fn from(problem: UnreadableRecord) -> Self {
        Self::Record(problem)
    }
}
