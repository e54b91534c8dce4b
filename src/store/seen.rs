//! What marks the state of a client: enough to tell, without reading it whole, that something happened since.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::value::text;
use super::{Error, PAGE, Store};
use crate::digest;
use crate::model::{ClientId, DueBecause};

/// The marks of a client's state, one for each criterion of the specification (step 5 b, c, d).
///
/// They are taken in the same read as the data that is sent, and compared for equality only: no clock is asked, so two
/// events in one tick, or a clock that jumped, change them all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Stands for `client.updated_at`.
    pub updated: u64,
    /// Stands for the wipes of its drives that ended: how many, which, the newest end.
    pub wipes: u64,
    /// Stands for its diagnostics logs: how many, which, the newest, and their tests.
    pub logs: u64,
}

impl Seen {
    /// Which criteria make a client due whose state was `self` when it was last sent and is `now`.
    #[must_use]
    pub fn due_because(self, now: Self) -> Vec<DueBecause> {
        let criteria = [
            (self.updated != now.updated, DueBecause::Updated),
            (self.wipes != now.wipes, DueBecause::WipeFinished),
            (self.logs != now.logs, DueBecause::NewDiagnostics),
        ];
        criteria.into_iter().filter_map(|(differs, because)| differs.then_some(because)).collect()
    }

    /// The three marks as one value, for the ledger.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        for (chunk, mark) in bytes.chunks_exact_mut(8).zip([self.updated, self.wipes, self.logs]) {
            chunk.copy_from_slice(&mark.to_le_bytes());
        }
        bytes
    }

    /// The marks out of the ledger; `None` when these are no such bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mark = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        (bytes.len() == 24).then_some(())?;
        Some(Self { updated: mark(0)?, wipes: mark(8)?, logs: mark(16)? })
    }
}

/// The marks of one state, for the clients of a `WHERE` clause. The order of the joins is given (CROSS JOIN) because a
/// database without statistics would otherwise sometimes begin with the large table.
macro_rules! seen_query {
    ($where:literal) => {
        concat!(
            "SELECT c.id, c.updated_at,
                (SELECT count(w.finished_at) || ' ' || count(w.result) || ' ' || ifnull(max(w.finished_at), '') || ' '
                        || ifnull(sum(w.id * (w.finished_at IS NOT NULL)), 0)
                 FROM disk AS d CROSS JOIN wipe AS w ON w.disk_id = d.id WHERE d.client_id = c.id) AS wipes,
                (SELECT count(*) || ' ' || ifnull(max(l.created_at), '') || ' ' || ifnull(sum(l.id), 0) || ' '
                        || ifnull(sum((SELECT count(t.result) FROM diagnostics_test AS t WHERE t.log_id = l.id)), 0)
                 FROM diagnostics_log AS l WHERE l.client_id = c.id) AS logs
             FROM client AS c WHERE ",
            $where
        )
    };
}

const ONE: &str = seen_query!("c.id = :id");
const FOLLOWING: &str = seen_query!("c.id > :after ORDER BY c.id LIMIT :limit");

pub(super) fn of(connection: &Connection, id: ClientId) -> rusqlite::Result<Option<Seen>> {
    let row = connection.prepare_cached(ONE)?.query_row(named_params! {":id": id.0}, seen).optional()?;
    Ok(row.map(|(_, seen)| seen))
}

fn seen(row: &Row<'_>) -> rusqlite::Result<(ClientId, Seen)> {
    let mark =
        |column| -> rusqlite::Result<u64> { Ok(digest::short(text(row, column)?.unwrap_or_default().as_bytes())) };
    Ok((ClientId(row.get("id")?), Seen { updated: mark("updated_at")?, wipes: mark("wipes")?, logs: mark("logs")? }))
}

impl Store {
    /// The marks of one client; `None` when there is no such client.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn seen(&self, id: ClientId) -> Result<Option<Seen>, Error> {
        self.reading(|connection| Ok(of(connection, id)?))
    }

    /// The marks of the next clients after `after`, in the order of their keys: at most [`PAGE`], none at the end.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn seen_after(&self, after: ClientId) -> Result<Vec<(ClientId, Seen)>, Error> {
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(FOLLOWING)?;
            let rows = statement.query_map(named_params! {":after": after.0, ":limit": PAGE}, seen)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_criterion_has_its_own_mark() {
        let seen = Seen { updated: 1, wipes: 2, logs: 3 };
        assert_eq!(seen.due_because(seen), []);
        assert_eq!(seen.due_because(Seen { updated: 9, ..seen }), [DueBecause::Updated]);
        assert_eq!(seen.due_because(Seen { wipes: 9, ..seen }), [DueBecause::WipeFinished]);
        assert_eq!(seen.due_because(Seen { logs: 9, ..seen }), [DueBecause::NewDiagnostics]);
        assert_eq!(Seen::from_bytes(&seen.to_bytes()), Some(seen));
        assert_eq!(Seen::from_bytes(b"short"), None);
    }
}
