//! The limits of one client, and what is said where one is exceeded.

use std::fmt;

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
