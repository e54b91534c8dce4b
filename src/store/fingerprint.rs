//! The fingerprint of a client's state: enough to detect that something happened since.

use rusqlite::types::ValueRef;

use crate::digest;
use crate::model::DueBecause;

/// The fingerprint of a client's state, with a part for each criterion of the specification (step 5 b, c, d).
///
/// The parts are taken in the same read as the data that is sent, and compared for equality only: no clock is asked.
/// They stand for the contents, not only for the times, so that two events in one tick, or a clock that jumped, change
/// them all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// The part for the client's row with its `updated_at`, its slots, batteries and drives.
    pub updated: u64,
    /// The part for the wipes of its drives that ended.
    pub wipes: u64,
    /// The part for its diagnostics logs and their tests.
    pub logs: u64,
}

impl Fingerprint {
    /// Returns the criteria that make a client due whose state was `self` when it was last sent and is `now`.
    #[must_use]
    pub fn due_because(self, now: Self) -> Vec<DueBecause> {
        let criteria = [
            (self.updated != now.updated, DueBecause::Updated),
            (self.wipes != now.wipes, DueBecause::WipeFinished),
            (self.logs != now.logs, DueBecause::NewDiagnostics),
        ];
        criteria.into_iter().filter_map(|(differs, because)| differs.then_some(because)).collect()
    }

    /// Returns the three parts as one value, for the ledger.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        [self.updated, self.wipes, self.logs].map(u64::to_le_bytes).concat()
    }

    /// Parses the bytes of the ledger; `None` when these are no such bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let ([updated, wipes, logs], []) = bytes.as_chunks() else { return None };
        let part = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        Some(Self { updated: part(updated), wipes: part(wipes), logs: part(logs) })
    }
}

/// The contents that a fingerprint stands for, row by row as they are read.
#[derive(Debug)]
pub(super) struct Contents {
    pub updated: Rows,
    pub wipes: Rows,
    pub logs: Rows,
}

/// Values of rows, each with its type and length, so that no two of them read alike.
#[derive(Debug)]
pub(super) struct Rows(Vec<u8>);

/// The size of a buffer, in bytes, that holds a part of most clients.
const PART_CAPACITY_BYTES: usize = 1024;

impl Contents {
    pub fn new() -> Self {
        let rows = || Rows(Vec::with_capacity(PART_CAPACITY_BYTES));
        Self { updated: rows(), wipes: rows(), logs: rows() }
    }

    /// Begins another client.
    pub fn clear(&mut self) {
        for rows in [&mut self.updated, &mut self.wipes, &mut self.logs] {
            rows.0.clear();
        }
    }

    /// Returns the fingerprint of all that was read.
    pub fn fingerprint(&self) -> Fingerprint {
        let [updated, wipes, logs] = [&self.updated, &self.wipes, &self.logs].map(|rows| digest::short(&rows.0));
        Fingerprint { updated, wipes, logs }
    }
}

impl Rows {
    /// Begins rows of another table, or of another drive or log: they would otherwise read as if they belonged to the
    /// last.
    pub fn begin(&mut self, table: u8) {
        self.0.push(table);
    }

    /// Adds values of a row.
    pub fn add(&mut self, values: &[ValueRef<'_>]) {
        for value in values {
            self.append(*value);
        }
    }

    fn append(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => self.0.push(0),
            ValueRef::Integer(number) => {
                self.0.push(1);
                self.0.extend(number.to_le_bytes());
            }
            ValueRef::Real(number) => {
                self.0.push(2);
                self.0.extend(number.to_le_bytes());
            }
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                self.0.push(3);
                self.0.extend((bytes.len() as u64).to_le_bytes());
                self.0.extend(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_each_criterion_its_own_part() {
        let fingerprint = Fingerprint { updated: 1, wipes: 2, logs: 3 };
        assert_eq!(fingerprint.due_because(fingerprint), []);
        assert_eq!(fingerprint.due_because(Fingerprint { updated: 9, ..fingerprint }), [DueBecause::Updated]);
        assert_eq!(fingerprint.due_because(Fingerprint { wipes: 9, ..fingerprint }), [DueBecause::WipeFinished]);
        assert_eq!(fingerprint.due_because(Fingerprint { logs: 9, ..fingerprint }), [DueBecause::NewDiagnostics]);
        assert_eq!(Fingerprint::from_bytes(&fingerprint.to_bytes()), Some(fingerprint));
        assert_eq!(Fingerprint::from_bytes(b"short"), None);
    }
}
