//! What stands in for a time index that the database lacks.
//!
//! A pass asks several questions about each kind of time. Where an index answers them they cost nothing; without one,
//! each would read the whole table. Then the table is read once, and what is new in it goes into a temporary table of
//! our own connection, which is asked in its place. Nothing of this is in the appliance's file.

use rusqlite::{Connection, named_params};

use super::candidates::{Horizon, Source};
use super::{Error, Store};

/// Most rows that are read into one temporary table. A view that never ends would fill the disk with it.
const MAX_SWEPT_ROWS: i64 = 1_000_000;

/// A kind of time whose rows were read into a temporary table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Swept {
    source: Source,
    /// What stands for the newest time when no row is new.
    before: String,
}

impl Store {
    /// Reads what is new since `from` where an index of the contract is missing for it. Without such a call all answers
    /// are the same, only dearer.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn sweep(&self, from: &Horizon) -> Result<(), Error> {
        let swept = self.reading(|connection| {
            let mut swept = Vec::new();
            for source in Source::NEWS {
                if !is_indexed(connection, source)? {
                    let (before, since) = source.stretch(from);
                    if fill(connection, source, &since)? {
                        swept.push(Swept { source, before });
                    }
                }
            }
            Ok(swept)
        })?;
        self.swept.replace(swept);
        Ok(())
    }

    /// A statement as it is asked: of the temporary table where there is one.
    pub(super) fn asked(&self, source: Source, sql: &str) -> String {
        match source.table() {
            Some((table, _)) if self.swept_before(source).is_some() => {
                sql.replace(&format!("FROM {table}"), &format!("FROM temp.new_{table}"))
            }
            _ => sql.to_owned(),
        }
    }

    /// What stands for the newest time of a source that was swept.
    pub(super) fn swept_before(&self, source: Source) -> Option<String> {
        let swept = self.swept.borrow();
        swept.iter().find(|swept| swept.source == source).map(|swept| swept.before.clone())
    }
}

/// Whether rows after a time are found without reading the table, by an index of it or of what a view is made of.
fn is_indexed(connection: &Connection, source: Source) -> rusqlite::Result<bool> {
    let Some((table, column)) = source.table() else { return Ok(true) };
    let sql = format!("EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} > ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let steps = statement.query_map([""], |row| row.get::<_, String>("detail"))?;
    let steps = steps.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(steps.iter().all(|step| !step.starts_with("SCAN")))
}

/// Whether the temporary table has all rows since a time; false where they are too many for it.
fn fill(connection: &Connection, source: Source, since: &str) -> rusqlite::Result<bool> {
    let Some((table, column)) = source.table() else { return Ok(false) };
    let columns = source.columns();
    connection.execute_batch(&format!(
        "DROP TABLE IF EXISTS temp.new_{table};
         CREATE TEMP TABLE new_{table} AS SELECT {columns} FROM {table} LIMIT 0;
         CREATE INDEX temp.new_{table}_{column} ON new_{table}({column}, id);"
    ))?;
    let sql = format!(
        "INSERT INTO temp.new_{table} SELECT {columns} FROM {table}
         WHERE {column} >= :since AND octet_length({column}) <= 64 LIMIT :limit"
    );
    let rows = connection.execute(&sql, named_params! {":since": since, ":limit": MAX_SWEPT_ROWS})?;
    let is_whole = i64::try_from(rows).is_ok_and(|rows| rows < MAX_SWEPT_ROWS);
    if !is_whole {
        connection.execute_batch(&format!("DROP TABLE temp.new_{table}"))?;
    }
    Ok(is_whole)
}

#[cfg(test)]
mod tests {
    use iqr_sandbox::store::{self as sample, Log, Mix};
    use tempfile::TempDir;

    use super::*;
    use crate::model::ClientId;

    /// A store of 40 clients, and how far its history went; then news of three of them.
    fn with_news() -> (TempDir, Horizon) {
        let folder = tempfile::tempdir().unwrap();
        sample::generate(&folder.path().join("wipeos.db"), 1, 40, &Mix::default()).unwrap();
        let before = open(&folder).horizon().unwrap();
        let appliance = sample::Store::open(&folder.path().join("wipeos.db")).unwrap();
        appliance.edit(7, "technician", "JW", "2031-01-01 10:00:00").unwrap();
        appliance.add_log(9, &Log::of("2031-01-01 11:00:00", &[("USB", "FAIL")])).unwrap();
        let disk = "UPDATE wipe SET finished_at = '2031-01-01 12:00:00' WHERE id = (SELECT min(id) FROM wipe)";
        appliance.connection().execute(disk, []).unwrap();
        (folder, before)
    }

    fn open(folder: &TempDir) -> Store {
        Store::open(&folder.path().join("wipeos.db"), Box::new(|| true), Box::new(|| true)).unwrap()
    }

    /// All that a pass asks that began at `from`.
    fn answers(store: &Store, from: &Horizon) -> (Horizon, Vec<Vec<ClientId>>) {
        let mut answers = Vec::new();
        for source in Source::NEWS {
            answers.push(store.recent(source, from).unwrap().iter().map(|row| row.client_id).collect());
            let mut cursor = source.start(from);
            while let Some(page) = store.candidates(source, &mut cursor).unwrap() {
                answers.push(page);
            }
        }
        (store.horizon().unwrap(), answers)
    }

    #[test]
    fn whatever_index_is_missing_the_answers_are_those_with_all_of_them() {
        let (folder, before) = with_news();
        let expected = answers(&open(&folder), &before);
        for client in [1, 7, 9] {
            assert!(expected.1.iter().flatten().any(|found| found.0 == client), "{expected:?}");
        }
        for index in ["client_updated_at", "wipe_finished_at", "diagnostics_log_created_at"] {
            sample::Store::open(&folder.path().join("wipeos.db"))
                .unwrap()
                .connection()
                .execute_batch(&format!("DROP INDEX {index}"))
                .unwrap();
            let store = open(&folder);
            assert_eq!(answers(&store, &before), expected, "{index}, not swept");
            store.sweep(&before).unwrap();
            assert!(!store.swept.borrow().is_empty(), "{index}");
            assert_eq!(answers(&store, &before), expected, "{index}");
            let (now, _) = expected.clone();
            store.sweep(&now).unwrap();
            assert_eq!(store.horizon().unwrap(), now, "{index}: nothing is new");
        }
    }

    #[test]
    fn a_table_with_its_index_is_not_read_beforehand() {
        let (folder, before) = with_news();
        let store = open(&folder);
        store.sweep(&before).unwrap();
        assert_eq!(*store.swept.borrow(), []);
    }
}
