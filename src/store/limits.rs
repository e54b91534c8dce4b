//! Limits of what one client may say. More than this is no machine but a broken view or a forgotten script, and that
//! client alone is not sent: its rows are neither held in memory nor mapped.

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, ErrorCode, ToSql};

use super::columns::Columns;
use super::error::{Failure, UnreadableRecord};
use super::excess::{Excess, MAX_CLIENT_BYTES, MAX_ROWS, MAX_VALUE_BYTES};
use crate::model::ClientId;

/// A table and whose rows of it are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub client_id: ClientId,
    pub table: &'static str,
}

impl Place {
    fn excess(self, what: Excess) -> Failure {
        Failure::Record(UnreadableRecord::TooMuch { client_id: self.client_id, what })
    }

    /// Converts an error of SQLite. An error that says that a value is too big for it concerns this client alone.
    fn failure(self, error: rusqlite::Error) -> Failure {
        match error.sqlite_error_code() {
            Some(ErrorCode::TooBig) => self.excess(Excess::Bytes(self.table)),
            _ => Failure::Sqlite(error),
        }
    }
}

/// The amount that has been read of one client.
#[derive(Debug, Default)]
pub(super) struct Taken {
    table: &'static str,
    rows: usize,
    bytes: usize,
}

impl Taken {
    /// Calls a function with the values of each row of the answer; [`Failure::Record`] when there is too much.
    pub fn each<const N: usize>(
        &mut self,
        place: Place,
        statement: &mut CachedStatement<'_>,
        columns: &Columns<N>,
        key: impl ToSql,
        mut read: impl FnMut(&[ValueRef<'_>; N]) -> rusqlite::Result<()>,
    ) -> Result<(), Failure> {
        let mut rows = statement.query([key]).map_err(|error| place.failure(error))?;
        while let Some(row) = rows.next().map_err(|error| place.failure(error))? {
            let row = columns.of(row)?;
            self.add(place, columns, &row)?;
            read(&row)?;
        }
        Ok(())
    }

    /// Counts a row that was read.
    fn add<const N: usize>(
        &mut self,
        place: Place,
        columns: &Columns<N>,
        row: &[ValueRef<'_>; N],
    ) -> Result<(), Failure> {
        let table = place.table;
        if self.table != table {
            (self.table, self.rows) = (table, 0);
        }
        self.rows += 1;
        if self.rows > MAX_ROWS {
            return Err(place.excess(Excess::Rows(table)));
        }
        for (value, column) in row.iter().zip(&columns.0) {
            let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = value else { continue };
            let bytes = bytes.len();
            if bytes > MAX_VALUE_BYTES {
                return Err(place.excess(Excess::Value { table, column, bytes }));
            }
            self.bytes += bytes;
        }
        let is_within = i32::try_from(self.bytes).is_ok_and(|bytes| bytes <= MAX_CLIENT_BYTES);
        if is_within { Ok(()) } else { Err(place.excess(Excess::Bytes(table))) }
    }
}
