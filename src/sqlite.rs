//! What the two rooms that speak SQLite, [`store`](crate::store) and [`ledger`](crate::ledger), have in common.

use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Result};

/// Statements that are kept prepared.
const PREPARED: usize = 48;

/// What every connection is set to.
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
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(())
}

/// Runs a statement without an answer, kept prepared: some are run with every client.
///
/// # Errors
///
/// SQLite's.
pub fn run(connection: &Connection, statement: &str) -> Result<()> {
    connection.prepare_cached(statement)?.execute([]).map(|_| ())
}

/// A transaction, or a part of one, undone when it is dropped before it is committed. Unlike rusqlite's own its
/// statements are kept prepared. The right to write is taken with the first write: of a ledger the run lock makes us the
/// only writer, and the appliance's database is never written.
#[derive(Debug)]
pub struct Transaction<'a> {
    connection: &'a Connection,
    /// What commits it, and what undoes it; nothing is left to undo once it is committed.
    ends: (&'static str, &'static [&'static str]),
}

impl<'a> Transaction<'a> {
    /// Begins one.
    ///
    /// # Errors
    ///
    /// When there is one already.
    pub fn begin(connection: &'a Connection) -> Result<Self> {
        run(connection, "BEGIN")?;
        Ok(Self { connection, ends: ("COMMIT", &["ROLLBACK"]) })
    }

    /// Begins a part of the one that there is.
    ///
    /// # Errors
    ///
    /// SQLite's.
    pub fn within(connection: &'a Connection) -> Result<Self> {
        run(connection, "SAVEPOINT part")?;
        Ok(Self { connection, ends: ("RELEASE part", &["ROLLBACK TO part", "RELEASE part"]) })
    }

    /// Makes it last, or a part of the whole.
    ///
    /// # Errors
    ///
    /// When it cannot be written; then it is undone.
    pub fn commit(mut self) -> Result<()> {
        run(self.connection, self.ends.0)?;
        self.ends.1 = &[];
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        for statement in self.ends.1 {
            // SQLite itself may have undone it all: after a full disk, say.
            if !self.connection.is_autocommit() {
                _ = run(self.connection, statement);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        connection
    }

    fn rows(connection: &Connection) -> i64 {
        connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn what_is_not_committed_is_undone() {
        let connection = connection();
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
            assert_eq!(rows(&connection), i64::from(is_committed));
        }
    }

    #[test]
    fn a_part_that_is_undone_leaves_the_rest() {
        let connection = connection();
        let whole = Transaction::begin(&connection).unwrap();
        for is_committed in [true, false] {
            let part = Transaction::within(&connection).unwrap();
            run(&connection, "INSERT INTO t VALUES (1)").unwrap();
            if is_committed {
                part.commit().unwrap();
            }
        }
        whole.commit().unwrap();
        assert_eq!(rows(&connection), 1);
    }
}
