//! Columns that are named in the source and found by number when a row is read: SQLite would else compare names for every
//! value of every row.

use rusqlite::types::ValueRef;
use rusqlite::{Result, Row};

/// The columns of a question, in its order.
pub(super) struct Columns<const N: usize>(pub [&'static str; N]);

impl<const N: usize> Columns<N> {
    /// The number of a column. To be asked for in a `const`, where a name that is not there does not compile.
    pub const fn at(&self, name: &str) -> usize {
        let mut column = 0;
        while column < N {
            if is_same(self.0[column].as_bytes(), name.as_bytes()) {
                return column;
            }
            column += 1;
        }
        panic!("no such column");
    }

    /// The values of a row.
    pub fn of<'a>(&self, row: &'a Row<'_>) -> Result<[ValueRef<'a>; N]> {
        let mut values = [ValueRef::Null; N];
        for (column, value) in (0..self.0.len()).zip(&mut values) {
            *value = row.get_ref(column)?;
        }
        Ok(values)
    }
}

/// Whether two texts are the same; a `const` cannot use `==` yet.
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// A question for some columns, and the columns; the rest of its text begins with `FROM`.
macro_rules! question {
    ($question:ident, $columns:ident: [$first:literal $(, $column:literal)* $(,)?] $rest:literal) => {
        const $columns: Columns<{ [$first $(, $column)*].len() }> = Columns([$first $(, $column)*]);
        const $question: &str = concat!("SELECT ", $first $(, ", ", $column)*, " ", $rest);
    };
    ($question:ident, $columns:ident: [$first:literal $(, $column:literal)* $(,)?] $rest:literal sorted by $order:literal) => {
        const $columns: Columns<{ [$first $(, $column)*].len() }> = Columns([$first $(, $column)*]);
        const $question: &str = concat!(
            "SELECT ", $first $(, ", ", $column)*,
            " FROM (SELECT ", $first $(, ", ", $column)*, " ", $rest, ") ORDER BY ", $order,
        );
    };
}

/// The number of a column.
macro_rules! at {
    ($columns:ident, $name:literal) => {
        const { $columns.at($name) }
    };
}

pub(super) use {at, question};
