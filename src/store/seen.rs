//! What marks the state of a client: enough to tell, without reading it whole, that something happened since.

use std::ops::Range;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::columns::Columns;
use super::{Error, PAGE, Store};
use crate::digest;
use crate::model::{ClientId, DueBecause};

/// The marks of a client's state, one for each criterion of the specification (step 5 b, c, d).
///
/// They are taken in the same read as the data that is sent, and compared for equality only: no clock is asked. They
/// stand for the contents, not only for the times, so that two events in one tick, or a clock that jumped, change them
/// all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Stands for the client's row with its `updated_at`, its slots, batteries and drives.
    pub updated: u64,
    /// Stands for the wipes of its drives that ended.
    pub wipes: u64,
    /// Stands for its diagnostics logs and their tests.
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

/// The client's own columns, at the front of a row of [`seen_query`].
pub(super) const CLIENT: Columns<24> = Columns([
    "id",
    "updated_at",
    "manufacturer",
    "model",
    "version",
    "family",
    "sku",
    "serial_number",
    "asset_tag",
    "chassis_type",
    "processor",
    "processor_cores",
    "processor_count",
    "memory_bytes",
    "memory_type",
    "graphics",
    "optical_drive",
    "webcam",
    "touchscreen",
    "screen_inches",
    "screen_resolution",
    "technician",
    "job",
    "created_at",
]);

/// Behind them: slots, batteries, drives; then the wipes and the logs, which have marks of their own.
const UPDATED: usize = CLIENT.0.len() + 3;
const WIPES: usize = UPDATED;
const LOGS: usize = WIPES + 1;

/// The contents behind the marks, for the clients of a `WHERE` clause. The order of the joins is given (CROSS JOIN)
/// because a database without statistics would otherwise sometimes begin with the large table.
macro_rules! seen_query {
    ($where:literal) => {
        concat!(
            "SELECT c.id, c.updated_at, c.manufacturer, c.model, c.version, c.family, c.sku, c.serial_number, c.asset_tag,
                c.chassis_type, c.processor, c.processor_cores, c.processor_count, c.memory_bytes, c.memory_type, c.graphics,
                c.optical_drive, c.webcam, c.touchscreen, c.screen_inches, c.screen_resolution, c.technician, c.job,
                c.created_at,
                (SELECT group_concat(quote(s.name) || quote(s.value)) FROM client_slot AS s WHERE s.client_id = c.id),
                (SELECT group_concat(quote(b.position) || quote(b.health_percent) || quote(b.cycles))
                 FROM battery AS b WHERE b.client_id = c.id),
                (SELECT group_concat(d.id || quote(d.position) || quote(d.model) || quote(d.serial_number)
                                     || quote(d.size_bytes) || quote(d.media) || quote(d.interface) || quote(d.health))
                 FROM disk AS d WHERE d.client_id = c.id),
                (SELECT group_concat(w.id || quote(w.finished_at) || quote(w.result) || quote(w.verified) || quote(w.method))
                 FROM disk AS d CROSS JOIN wipe AS w ON w.disk_id = d.id
                 WHERE d.client_id = c.id AND (w.finished_at IS NOT NULL OR w.result IS NOT NULL)),
                (SELECT group_concat(l.id || quote(l.created_at)
                            || ifnull((SELECT group_concat(quote(t.name) || quote(t.result) || t.position)
                                       FROM diagnostics_test AS t WHERE t.log_id = l.id), ''))
                 FROM diagnostics_log AS l WHERE l.client_id = c.id)
             FROM client AS c WHERE ",
            $where
        )
    };
}

const ONE: &str = seen_query!("c.id = :id");
const FOLLOWING: &str = seen_query!("c.id > :after ORDER BY c.id LIMIT :limit");

/// What `read` makes of the row of a client, which has [its columns](CLIENT) at the front; `None` when there is no such
/// client.
pub(super) fn row_of<T>(
    connection: &Connection,
    id: ClientId,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    connection.prepare_cached(ONE)?.query_row(named_params! {":id": id.0}, read).optional()
}

/// The marks of the client of a row.
pub(super) fn of_row(row: &Row<'_>) -> rusqlite::Result<Seen> {
    let mut contents = Vec::with_capacity(512);
    let mut mark = |columns: Range<usize>| -> rusqlite::Result<u64> {
        contents.clear();
        for column in columns {
            append(&mut contents, row.get_ref(column)?);
        }
        Ok(digest::short(&contents))
    };
    Ok(Seen { updated: mark(0..UPDATED)?, wipes: mark(WIPES..LOGS)?, logs: mark(LOGS..LOGS + 1)? })
}

/// A value with its type and length, so that no two rows read alike.
fn append(contents: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => contents.push(0),
        ValueRef::Integer(number) => {
            contents.push(1);
            contents.extend(number.to_le_bytes());
        }
        ValueRef::Real(number) => {
            contents.push(2);
            contents.extend(number.to_le_bytes());
        }
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            contents.push(3);
            contents.extend((bytes.len() as u64).to_le_bytes());
            contents.extend(bytes);
        }
    }
}

impl Store {
    /// The marks of one client; `None` when there is no such client.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn seen(&self, id: ClientId) -> Result<Option<Seen>, Error> {
        self.reading(|connection| Ok(row_of(connection, id, of_row)?))
    }

    /// The marks of the next clients after `after`, in the order of their keys: at most [`PAGE`], none at the end.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn seen_after(&self, after: ClientId) -> Result<Vec<(ClientId, Seen)>, Error> {
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(FOLLOWING)?;
            let rows = statement.query_map(named_params! {":after": after.0, ":limit": PAGE}, |row| {
                Ok((ClientId(row.get(const { CLIENT.at("id") })?), of_row(row)?))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_asks_for_the_columns_in_their_order() {
        let asked: Vec<&str> = ONE.split_whitespace().skip(1).take(CLIENT.0.len()).collect();
        assert_eq!(asked, CLIENT.0.map(|column| format!("c.{column},")));
    }

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
