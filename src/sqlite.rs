//! Functions shared by the two modules that speak SQLite, [`store`](crate::store) and [`ledger`](crate::ledger).

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Result};

use crate::files;

/// The number of statements that are kept prepared.
const MAX_PREPARED_STATEMENTS: usize = 48;

/// Sets the options that every connection has.
///
/// # Errors
///
/// When SQLite does not take it.
pub fn configure(connection: &Connection, busy_timeout: Duration) -> Result<()> {
    connection.busy_timeout(busy_timeout)?;
    // A missing column must be an error, not a text of that name.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    // SQLite would else prepare a cached statement anew for every value that it might plan otherwise for.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(MAX_PREPARED_STATEMENTS);
    Ok(())
}

/// Whether commits may be beside the database.
pub fn has_wal(path: &Path) -> bool {
    files::size(&files::beside(path, "-wal")).is_some_and(|size| size > 0)
}

/// The name under which SQLite reads a file as one that does not change: without a lock, and without the files beside it
/// (`SQLITE_OPEN_URI`). Commits that are in a WAL only are not seen so.
pub fn unchanging(path: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(char::from(*byte)),
            byte => _ = write!(uri, "%{byte:02x}"),
        }
    }
    uri + "?immutable=1"
}

/// Runs a statement without an answer, kept prepared: some are run with every client.
///
/// # Errors
///
/// SQLite's.
pub fn run(connection: &Connection, statement: &str) -> Result<()> {
    connection.prepare_cached(statement)?.execute([]).map(|_| ())
}

/// A transaction, undone when it is dropped before it is committed. Unlike rusqlite's own its statements are kept prepared.
#[derive(Debug)]
pub struct Transaction<'a> {
    connection: &'a Connection,
    is_open: bool,
}

impl<'a> Transaction<'a> {
    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// When there is one already.
    pub fn begin(connection: &'a Connection) -> Result<Self> {
        run(connection, "BEGIN")?;
        Ok(Self { connection, is_open: true })
    }

    /// Commits the transaction.
    ///
    /// # Errors
    ///
    /// When it cannot be written; then it is undone.
    pub fn commit(mut self) -> Result<()> {
        run(self.connection, "COMMIT")?;
        self.is_open = false;
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // SQLite itself may have undone it: after a full disk, say.
        if self.is_open && !self.connection.is_autocommit() {
            _ = run(self.connection, "ROLLBACK");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_no_path_for_a_query() {
        assert_eq!(unchanging(Path::new("/a b/c?d#e%.db")), "file:/a%20b/c%3fd%23e%25.db?immutable=1");
    }

    #[test]
    fn undoes_what_is_not_committed() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        let rows = || connection.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap();
        for is_committed in [false, true] {
            let transaction = Transaction::begin(&connection).unwrap();
            assert!(Transaction::begin(&connection).is_err(), "they do not nest");
            run(&connection, "INSERT INTO t VALUES (1)").unwrap();
            if is_committed {
                transaction.commit().unwrap();
            } else {
                drop(transaction);
            }
            assert!(connection.is_autocommit());
            assert_eq!(rows(), i64::from(is_committed));
        }
    }
}
