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
mod sweep;
#[cfg(test)]
pub(crate) mod testing;
mod value;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

pub use candidates::{Cursor, Horizon, PAGE, Source};
pub use error::{Error, UnreadableRecord};
pub use schema::MissingIndex;
pub use seen::Seen;
pub use signature::Signature;
pub use slots::SlotSample;

use self::at_rest::Access;
use self::sweep::Swept;
use crate::model::Machine;

/// How long one attempt waits for a writer that holds the database before the caller is asked again.
const BUSY_SLICE: Duration = Duration::from_millis(100);

/// Decides whether to go on waiting for a writer: asked about ten times a second while the database is locked.
pub type Patience = Box<dyn Fn() -> bool + Send>;

/// The appliance's database, open for reading.
pub struct Store {
    access: RefCell<Access>,
    path: PathBuf,
    patience: Patience,
    /// The slot that was asked for, and the names under which the database has it.
    spellings: RefCell<Option<(String, Vec<String>)>>,
    /// The kinds of time that have no index and were read once instead.
    swept: RefCell<Vec<Swept>>,
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
        error::readable(path)?;
        let (access, path) = (RefCell::new(open(path)?), path.to_owned());
        Ok(Self { access, path, patience, spellings: RefCell::default(), swept: RefCell::default() })
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `read` in one read transaction, again and again while a writer holds the database and patience lasts, and
    /// again when a database at rest was opened meanwhile.
    fn reading<T>(&self, read: impl Fn(&Connection) -> Result<T, Failure>) -> Result<T, Error> {
        loop {
            let result = self.read_once(&read);
            if self.access.borrow().is_stale(&self.path) {
                self.access.replace(open(&self.path)?);
                self.swept.take();
            } else {
                match result {
                    Err(Failure::Sqlite(source)) if error::is_locked(&source) => {}
                    Err(Failure::Sqlite(source)) => return Err(self.explain(source)),
                    Err(Failure::Record(problem)) => return Err(Error::Record(problem)),
                    Ok(value) => return Ok(value),
                }
            }
            if !(self.patience)() {
                return Err(Error::Locked { path: self.path.clone() });
            }
        }
    }

    fn read_once<T>(&self, read: impl Fn(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        let access = self.access.borrow();
        let transaction = access.prepared()?.unchecked_transaction()?;
        let value = read(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    fn explain(&self, source: rusqlite::Error) -> Error {
        explain(&self.path, &self.access.borrow().connection, source)
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

fn open(path: &Path) -> Result<Access, Error> {
    let access = Access::open(path).map_err(|source| Error::from_sqlite(path, source))?;
    configure(&access.connection).map_err(|source| explain(path, &access.connection, source))?;
    Ok(access)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_SLICE)?;
    // A missing column must be an error, not a text of that name.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    // SQLite would else prepare a cached statement anew for every value that it might plan otherwise for.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

/// A failing statement may mean that the contract is not kept: then all that is missing is told at once.
fn explain(path: &Path, connection: &Connection, source: rusqlite::Error) -> Error {
    match schema::missing(connection) {
        Ok(missing) if !missing.is_empty() => Error::Contract { path: path.to_owned(), missing },
        _ => Error::from_sqlite(path, source),
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
