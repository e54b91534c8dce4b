//! The limits of one client, and what is said where one is exceeded.

use thiserror::Error;

/// The number of rows of one table that one client may have. The statements that read them stop at one more.
pub(super) const MAX_ROWS: usize = 20_000;

/// The number of bytes that one value may have.
pub(super) const MAX_VALUE_BYTES: usize = 1 << 20;

/// The number of bytes that all texts of one client may have; for SQLite, also a single value or row.
pub(super) const MAX_CLIENT_BYTES: i32 = 64 << 20;

/// The things of which a client has too many, each with the table in which they became too many.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Excess {
    /// Rows of a table.
    #[error("table {0} has more than {MAX_ROWS} rows of this client; delete what does not belong to it")]
    Rows(&'static str),
    /// Bytes of a value.
    #[error("{table}.{column} has {bytes} bytes, and at most {MAX_VALUE_BYTES} are read; shorten it in WipeOS")]
    Value {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The number of bytes.
        bytes: usize,
    },
    /// Bytes of all texts of a client.
    #[error("its rows have more than {max} MiB of text, counted up to table {0}; shorten them in WipeOS", max = MAX_CLIENT_BYTES >> 20)]
    Bytes(&'static str),
}
