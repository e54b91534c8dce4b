//! Limits of what one client may say. More than this is no machine but a broken view or a forgotten script, and that
//! client alone is not sent: its rows are neither held in memory nor mapped.

use std::fmt;

use rusqlite::ErrorCode;
use rusqlite::types::ValueRef;

use super::columns::Columns;
use super::{Failure, UnreadableRecord};
use crate::model::ClientId;

/// The number of rows of one table that one client may have. The statements that read them stop at one more.
pub(super) const MAX_ROWS: usize = 20_000;

/// The number of bytes that one value may have.
pub(super) const MAX_VALUE_BYTES: usize = 1 << 20;

/// The number of bytes that all texts of one client may have; for SQLite, also a single value or row.
pub(super) const MAX_CLIENT_BYTES: i32 = 64 << 20;

/// The things of which a client has too many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excess {
    /// Rows of a table.
    Rows {
        /// The table.
        table: &'static str,
    },
    /// Bytes of a value.
    Value {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The number of bytes.
        bytes: usize,
    },
    /// Bytes of all texts of a client.
    Bytes {
        /// The table with which they became too many.
        table: &'static str,
    },
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { table } => {
                write!(
                    f,
                    "table {table} has more than {MAX_ROWS} rows of this client; delete what does not belong to it"
                )
            }
            Self::Value { table, column, bytes } => {
                write!(
                    f,
                    "{table}.{column} has {bytes} bytes, and at most {MAX_VALUE_BYTES} are read; shorten it in WipeOS"
                )
            }
            Self::Bytes { table } => {
                let mebibytes = MAX_CLIENT_BYTES >> 20;
                write!(
                    f,
                    "its rows have more than {mebibytes} MiB of text, counted up to table {table}; shorten them in WipeOS"
                )
            }
        }
    }
}

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
    pub fn failure(self, error: rusqlite::Error) -> Failure {
        match error.sqlite_error_code() {
            Some(ErrorCode::TooBig) => self.excess(Excess::Bytes { table: self.table }),
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
    /// Counts a row that was read.
    ///
    /// # Errors
    ///
    /// [`Failure::Record`] when there is too much.
    pub fn add<const N: usize>(
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
            return Err(place.excess(Excess::Rows { table }));
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
        if is_within { Ok(()) } else { Err(place.excess(Excess::Bytes { table })) }
    }
}
