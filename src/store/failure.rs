//! A failure inside one read.

use super::error::UnreadableRecord;

/// A failure inside one read.
pub(super) enum Failure {
    Sqlite(rusqlite::Error),
    Record(UnreadableRecord),
}

impl From<rusqlite::Error> for Failure {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sqlite(source)
    }
}

impl From<UnreadableRecord> for Failure {
    fn from(problem: UnreadableRecord) -> Self {
        Self::Record(problem)
    }
}
