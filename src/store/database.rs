//! The database of the appliance: how it is opened, and how several questions are answered from one state.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use super::error::{self, Error, Failure};
use super::quiescent::Access;
use super::schema::{self, MissingIndex};
use super::watchdog::{Patience, Watchdog};
use crate::sqlite::{self, Transaction};

/// The time for which one attempt waits for a writer that holds the database before the caller is asked again.
const MAX_BUSY_SLEEP: Duration = Duration::from_millis(100);

/// The appliance's database, open for reading.
pub struct Store {
    pub(super) access: RefCell<Access>,
    pub(super) path: PathBuf,
    for_writer: Patience,
    watchdog: Watchdog,
    /// The slot that was asked for, and the names under which the database has it.
    pub(super) spellings: RefCell<Option<(String, Arc<[String]>)>>,
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
    /// Errors of `ask`; [`Error::Locked`] when patience with a writer is over.
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
                return Err(Error::Locked(self.path.clone()).into());
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
    pub(super) fn reading<T>(&self, read: impl Fn(&Connection) -> Result<T, Failure>) -> Result<T, Error> {
        self.consistently(|| {
            self.watchdog.begin();
            read(&self.access.borrow().connection).map_err(|failure| self.failed(failure))
        })
    }

    fn failed(&self, failure: Failure) -> Error {
        match failure {
            Failure::Sqlite(source) if error::is_locked(&source) => {
                self.was_locked.set(true);
                Error::Locked(self.path.clone())
            }
            Failure::Sqlite(source) => explain(&self.path, &self.access.borrow().connection, source),
            Failure::Record(problem) => Error::Record(problem),
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

fn open(path: &Path, watchdog: &Watchdog) -> Result<Access, Error> {
    let access = Access::open(path, watchdog).map_err(|source| Error::from_sqlite(path, source))?;
    sqlite::configure(&access.connection, MAX_BUSY_SLEEP)
        .map_err(|source| explain(path, &access.connection, source))?;
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
