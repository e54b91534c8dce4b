//! The WipeOS appliance's database, read-only: which clients may have news, and each client as a [`Machine`].
//!
//! Nothing else in the program knows how the appliance keeps its data. This module knows nothing of IQR, and it never
//! decides whether a client is sent: it says what is there.
//!
//! The appliance writes to this file all the time. Every read here is short and in a transaction of its own, or in one
//! with the few others of one client, so that a writer in rollback-journal mode never waits for us longer than one page
//! of clients takes.

mod candidates;
mod claims;
mod columns;
mod error;
mod fingerprint;
mod limits;
mod machine;
mod quiescent;
mod schema;
mod signature;
mod slots;
#[cfg(test)]
pub(crate) mod testing;
mod value;
mod watchdog;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

pub use candidates::{Cursor, OverlapRow, PAGE, Source, Watermark};
pub use error::{Error, UnreadableRecord};
pub use fingerprint::Fingerprint;
pub use limits::Excess;
pub use machine::ClientState;
pub use schema::MissingIndex;
pub use signature::Signature;
pub use slots::SlotSample;

use self::quiescent::Access;
use self::watchdog::Watchdog;
use crate::model::Machine;
use crate::sqlite::{self, Transaction};

/// The time for which one attempt waits for a writer that holds the database before the caller is asked again.
const BUSY_SLICE: Duration = Duration::from_millis(100);

/// A decision to go on waiting, for a writer or for an answer: asked about ten times a second while the database is
/// locked, and every few thousand steps of a statement.
pub type Patience = Box<dyn Fn() -> bool + Send + Sync>;

/// The appliance's database, open for reading.
pub struct Store {
    access: RefCell<Access>,
    path: PathBuf,
    for_writer: Patience,
    watchdog: Watchdog,
    /// The slot that was asked for, and the names under which the database has it.
    spellings: RefCell<Option<(String, Arc<[String]>)>>,
    /// Whether a transaction is open, in which everything is read.
    is_reading: Cell<bool>,
    /// Whether a writer held the database at the newest try.
    was_locked: Cell<bool>,
}

/// A guard: a transaction is open as long as it lives.
struct Reading<'a>(&'a Cell<bool>);

impl<'a> Reading<'a> {
    fn begin(is_reading: &'a Cell<bool>) -> Self {
        is_reading.set(true);
        Self(is_reading)
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// A client and the fingerprint of its state, out of one and the same read.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The client.
    pub machine: Machine,
    /// The fingerprint of the state that was read.
    pub fingerprint: Fingerprint,
}

impl Store {
    /// Opens the database read-only. `for_writer` says how long to wait for a writer that holds it, `for_answer` how
    /// long to wait for an answer: then a question is interrupted that has lasted for a second or more.
    ///
    /// # Errors
    ///
    /// When the file is missing, is no database, or may not be read; the message says which.
    pub fn open(path: &Path, for_writer: Patience, for_answer: Patience) -> Result<Self, Error> {
        error::readable(path)?;
        let watchdog = Watchdog::new(for_answer);
        let (access, path) = (RefCell::new(open(path, &watchdog)?), path.to_owned());
        Ok(Self {
            access,
            path,
            for_writer,
            watchdog,
            spellings: RefCell::default(),
            is_reading: Cell::default(),
            was_locked: Cell::default(),
        })
    }

    /// Returns the path of the database.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Answers all questions of `ask` from one state of the database, and asks again while a writer holds it and
    /// patience lasts, or when a quiescent database was opened meanwhile. Side effects of `ask` may happen several
    /// times.
    ///
    /// # Errors
    ///
    /// Those of `ask`; [`Error::Locked`] when patience with a writer is over.
    pub fn consistently<T, E: From<Error>>(&self, ask: impl Fn() -> Result<T, E>) -> Result<T, E> {
        if self.is_reading.get() {
            return ask();
        }
        loop {
            let answer = self.in_transaction(&ask);
            if self.access.borrow().is_stale(&self.path) {
                self.access.replace(open(&self.path, &self.watchdog)?);
            } else if !self.was_locked.get() {
                return answer;
            }
            if !(self.for_writer)() {
                return Err(Error::Locked { path: self.path.clone() }.into());
            }
        }
    }

    fn in_transaction<T, E: From<Error>>(&self, ask: impl Fn() -> Result<T, E>) -> Result<T, E> {
        self.was_locked.set(false);
        let access = self.access.borrow();
        let transaction = access.prepared().and_then(Transaction::begin);
        let transaction = transaction.map_err(|source| self.failed(source.into()))?;
        let answer = {
            let _reading = Reading::begin(&self.is_reading);
            ask()?
        };
        transaction.commit().map_err(|source| self.failed(source.into()))?;
        Ok(answer)
    }

    /// Runs `read`, by itself or as one of several questions.
    fn reading<T>(&self, read: impl Fn(&Connection) -> Result<T, Failure>) -> Result<T, Error> {
        self.consistently(|| {
            self.watchdog.begin();
            read(&self.access.borrow().connection).map_err(|failure| self.failed(failure))
        })
    }

    fn failed(&self, failure: Failure) -> Error {
        match failure {
            Failure::Sqlite(source) if error::is_locked(&source) => {
                self.was_locked.set(true);
                Error::Locked { path: self.path.clone() }
            }
            Failure::Sqlite(source) => self.explain(source),
            Failure::Record(problem) => Error::Record(problem),
        }
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

fn open(path: &Path, watchdog: &Watchdog) -> Result<Access, Error> {
    let access = Access::open(path, watchdog).map_err(|source| Error::from_sqlite(path, source))?;
    sqlite::configure(&access.connection, BUSY_SLICE).map_err(|source| explain(path, &access.connection, source))?;
    Ok(access)
}

/// Explains a failing statement. It may mean that the contract is not kept: then all that is missing is reported at
/// once.
fn explain(path: &Path, connection: &Connection, source: rusqlite::Error) -> Error {
    match schema::missing(connection) {
        Ok(missing) if !missing.is_empty() => Error::Contract { path: path.to_owned(), missing },
        _ => Error::from_sqlite(path, source),
    }
}

/// A failure inside one read.
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
