//! Columns that are named in the source and found by number when a row is read: SQLite would else compare names for every
//! value of every row.

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
}

/// `==` is not to be had in a `const` yet.
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
