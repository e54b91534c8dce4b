//! Finds the clients that may have news: the fast filter before the exact comparison.
//!
//! A [`Watermark`] is how far the appliance's history has been read. Rows beyond it are queried by the contract's time
//! indexes and by the keys of the tables, so that the query costs the same at any size; where an index is missing,
//! SQLite reads the whole table, and `auth-test` and `status` warn. Times are only a filter: they come from a clock
//! that may jump, so a stretch before the watermark is read again, and the sweep finds the rows that an odd clock still
//! hides.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Row, named_params};

use super::database::Store;
use super::error::Error;
use crate::digest;
use crate::model::{ClientId, Timestamp};

/// The number of clients that are asked for at once.
pub const PAGE_CLIENTS: i64 = 256;

/// The length of the stretch before the watermark that is read again, for rows that a writer committed late, in
/// seconds.
const OVERLAP_SECS: i64 = 300;

/// The number of rows of that stretch that are read again.
const MAX_OVERLAP_ROWS: i64 = 256;

/// The watermark: how far the appliance's history has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark {
    /// The key up to which every client has been read at least once.
    pub client_id: i64,
    /// The greatest key of `wipe` that was there.
    pub wipe_id: i64,
    /// The greatest key of `diagnostics_log` that was there.
    pub log_id: i64,
    /// The newest `client.updated_at` that was there.
    pub updated_at: String,
    /// The newest `wipe.finished_at` that was there.
    pub wipe_finished_at: String,
    /// The newest `diagnostics_log.created_at` that was there.
    pub log_created_at: String,
}

/// The questions that find clients with news. Each is asked by itself, so that each uses its own index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Clients beyond the watermark's key: never read.
    New,
    /// Clients updated after the watermark.
    Updated,
    /// Wipes that finished after the watermark.
    Wiped,
    /// Wipes whose row is newer than the watermark, whatever their time.
    WipeRows,
    /// Logs made after the watermark.
    Logged,
    /// Logs whose row is newer than the watermark, whatever their time.
    LogRows,
}

impl Source {
    /// The questions about clients that have been read before.
    pub const NEWS: [Self; 5] = [Self::Updated, Self::Wiped, Self::WipeRows, Self::Logged, Self::LogRows];

    /// Returns the statement of this question. A text longer than 64 bytes is no time: it is passed over without being
    /// read, however long it is. Its client is found by its key, and by the full comparison.
    ///
    /// Pages are keyed by (text, key): the key alone where the question is about keys. Equal texts are asked for apart,
    /// because SQLite finds `(text, key) > (?, ?)` by the text alone: a million rows of one second would be read anew
    /// for every page.
    fn statement(self) -> &'static str {
        match self {
            Self::New => "SELECT id, '', id FROM client WHERE id > :key ORDER BY id LIMIT :limit",
            Self::Updated => {
                "SELECT * FROM (SELECT id, updated_at, id FROM client WHERE updated_at = :text AND id > :key
                                ORDER BY id LIMIT :limit)
                 UNION ALL
                 SELECT * FROM (SELECT id, updated_at, id FROM client WHERE updated_at > :text AND octet_length(updated_at) <= 64
                                ORDER BY updated_at, id LIMIT :limit)
                 LIMIT :limit"
            }
            Self::Wiped => {
                "SELECT d.client_id, w.finished_at, w.id FROM (
                     SELECT * FROM (SELECT id, disk_id, finished_at FROM wipe WHERE finished_at = :text AND id > :key
                                    ORDER BY id LIMIT :limit)
                     UNION ALL
                     SELECT * FROM (SELECT id, disk_id, finished_at FROM wipe WHERE finished_at > :text AND octet_length(finished_at) <= 64
                                    ORDER BY finished_at, id LIMIT :limit)
                     LIMIT :limit) AS w LEFT JOIN disk AS d ON d.id = w.disk_id"
            }
            Self::WipeRows => {
                "SELECT d.client_id, '', w.id FROM
                     (SELECT id, disk_id FROM wipe WHERE id > :key ORDER BY id LIMIT :limit) AS w
                 LEFT JOIN disk AS d ON d.id = w.disk_id"
            }
            Self::Logged => {
                "SELECT * FROM (SELECT client_id, created_at, id FROM diagnostics_log WHERE created_at = :text AND id > :key
                                ORDER BY id LIMIT :limit)
                 UNION ALL
                 SELECT * FROM (SELECT client_id, created_at, id FROM diagnostics_log WHERE created_at > :text AND octet_length(created_at) <= 64
                                ORDER BY created_at, id LIMIT :limit)
                 LIMIT :limit"
            }
            Self::LogRows => "SELECT client_id, '', id FROM diagnostics_log WHERE id > :key ORDER BY id LIMIT :limit",
        }
    }

    /// Returns the statement for the newest rows of the stretch just before the watermark.
    fn overlap_statement(self) -> Option<&'static str> {
        match self {
            Self::Updated => Some(
                "SELECT id, id, updated_at FROM client WHERE updated_at BETWEEN :from AND :to AND octet_length(updated_at) <= 64
                 ORDER BY updated_at DESC LIMIT :limit",
            ),
            Self::Wiped => Some(
                "SELECT d.client_id, w.id, w.finished_at FROM
                     (SELECT id, disk_id, finished_at FROM wipe WHERE finished_at BETWEEN :from AND :to AND octet_length(finished_at) <= 64
                      ORDER BY finished_at DESC LIMIT :limit) AS w CROSS JOIN disk AS d ON d.id = w.disk_id",
            ),
            Self::Logged => Some(
                "SELECT client_id, id, created_at FROM diagnostics_log WHERE created_at BETWEEN :from AND :to AND octet_length(created_at) <= 64
                 ORDER BY created_at DESC LIMIT :limit",
            ),
            Self::New | Self::WipeRows | Self::LogRows => None,
        }
    }

    /// Whether there may be an answer beyond `from`, where history goes to `to`.
    #[must_use]
    pub fn has_more(self, from: &Watermark, to: &Watermark) -> bool {
        self.newest(to) > self.newest(from)
    }

    /// Returns the cursor with which this question begins for a watermark.
    #[must_use]
    pub fn start(self, watermark: &Watermark) -> Cursor {
        let (time, key) = self.newest(watermark);
        Cursor { time: RawTime::Text(time.as_bytes().to_vec()), key }
    }

    /// Returns time and key of the row that a watermark has read last.
    fn newest(self, watermark: &Watermark) -> (&str, i64) {
        match self {
            Self::New => ("", watermark.client_id),
            Self::Updated => (&watermark.updated_at, i64::MAX),
            Self::Wiped => (&watermark.wipe_finished_at, i64::MAX),
            Self::WipeRows => ("", watermark.wipe_id),
            Self::Logged => (&watermark.log_created_at, i64::MAX),
            Self::LogRows => ("", watermark.log_id),
        }
    }
}

/// A place in the answer to a [`Source`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    time: RawTime,
    key: i64,
}

/// A value of a column of times, byte for byte. Made readable (U+FFFD for what is not UTF-8) it would sort elsewhere
/// than in the database, and a cursor made of it would never pass its own row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum RawTime {
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

impl RawTime {
    /// Reads a value. A value that is no text sorts before every text and is never asked for.
    fn from_value(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Text(bytes) => Self::Text(bytes.to_vec()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
            _ => Self::Text(Vec::new()),
        }
    }
}

impl ToSql for RawTime {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(bytes) => ValueRef::Text(bytes),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Watermark {
    /// This watermark, with no time after `now`: a row that a wrong clock dated into the future must not hide what
    /// comes after it.
    #[must_use]
    pub fn not_after(mut self, now: Timestamp) -> Self {
        let now = now.to_store_text();
        for time in [&mut self.updated_at, &mut self.wipe_finished_at, &mut self.log_created_at] {
            if let Ok(parsed) = time.parse::<Timestamp>() {
                // The form with a blank sorts before the others, so no text of the same second is passed over.
                *time = if time.as_bytes().get(10) == Some(&b' ') { time.clone() } else { parsed.to_store_text() };
            }
            if *time > now {
                time.clone_from(&now);
            }
        }
        self
    }
}

impl Store {
    /// Returns the watermark of the appliance's history now.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn watermark(&self) -> Result<Watermark, Error> {
        self.reading(|connection| {
            let key = |sql: &str| -> rusqlite::Result<i64> {
                Ok(connection
                    .prepare_cached(sql)?
                    .query_row([], |row| row.get::<_, Option<i64>>(0))?
                    .unwrap_or(i64::MIN))
            };
            let time = |sql: &str| -> rusqlite::Result<String> {
                let mut statement = connection.prepare_cached(sql)?;
                let newest = statement.query_row([], |row| Ok(super::value::text(row.get_ref("newest")?)))?;
                Ok(newest.unwrap_or_default())
            };
            Ok(Watermark {
                client_id: key("SELECT max(id) FROM client")?,
                wipe_id: key("SELECT max(id) FROM wipe")?,
                log_id: key("SELECT max(id) FROM diagnostics_log")?,
                updated_at: time("SELECT max(updated_at) AS newest FROM client WHERE octet_length(updated_at) <= 64")?,
                wipe_finished_at: time(
                    "SELECT max(finished_at) AS newest FROM wipe WHERE octet_length(finished_at) <= 64",
                )?,
                log_created_at: time(
                    "SELECT max(created_at) AS newest FROM diagnostics_log WHERE octet_length(created_at) <= 64",
                )?,
            })
        })
    }

    /// Returns the next clients of one source after `cursor`, which moves on; `None` at the end. A client may come
    /// several times, and a page may be empty where rows belong to no client.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn candidates(&self, source: Source, cursor: &mut Cursor) -> Result<Option<Vec<ClientId>>, Error> {
        let rows = self.reading(|connection| {
            let parameters = named_params! {":text": cursor.time, ":key": cursor.key, ":limit": PAGE_CLIENTS};
            let is_about_keys = matches!(source, Source::New | Source::WipeRows | Source::LogRows);
            let mut statement = connection.prepare_cached(source.statement())?;
            let rows = statement.query_map(&parameters[usize::from(is_about_keys)..], |row| {
                Ok((row.get::<_, Option<i64>>(0)?.map(ClientId), RawTime::from_value(row.get_ref(1)?), row.get(2)?))
            })?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        })?;
        let Some((_, time, key)) = rows.last() else { return Ok(None) };
        *cursor = Cursor { time: time.clone(), key: *key };
        Ok(Some(rows.into_iter().filter_map(|(client, _, _)| client).collect()))
    }

    /// Returns the rows in the stretch just before the watermark, newest first, a bounded number of them.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn overlap(&self, source: Source, watermark: &Watermark) -> Result<Vec<OverlapRow>, Error> {
        let to = source.newest(watermark).0;
        let (Some(sql), Ok(newest)) = (source.overlap_statement(), to.parse::<Timestamp>()) else {
            return Ok(Vec::new());
        };
        let from = newest.plus_seconds(-OVERLAP_SECS).to_store_text();
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let parameters = named_params! {":from": from, ":to": to, ":limit": MAX_OVERLAP_ROWS};
            let rows = statement.query_map(parameters, |row| OverlapRow::from_row(source, row))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the first client with a key after `id`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn first_after(&self, id: ClientId) -> Result<Option<ClientId>, Error> {
        self.reading(|connection| {
            let mut statement = connection.prepare_cached("SELECT min(id) FROM client WHERE id > ?1")?;
            Ok(statement.query_row([id.0], |row| row.get::<_, Option<i64>>(0))?.map(ClientId))
        })
    }

    /// Counts the clients with a key after `id`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn count_after(&self, id: ClientId) -> Result<u64, Error> {
        self.reading(|connection| {
            let mut statement = connection.prepare_cached("SELECT count(*) FROM client WHERE id > ?1")?;
            Ok(statement.query_row([id.0], |row| row.get::<_, i64>(0))?.unsigned_abs())
        })
    }
}

/// A row in the stretch just before a watermark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverlapRow {
    /// The client of the row.
    pub client_id: ClientId,
    /// A digest that stands for the row with its time.
    pub mark: u64,
    /// The time of the row, where it is one.
    pub time: Option<Timestamp>,
}

impl OverlapRow {
    fn from_row(source: Source, row: &Row<'_>) -> rusqlite::Result<Self> {
        let time = super::value::text(row.get_ref(2)?).unwrap_or_default();
        let id: i64 = row.get(1)?;
        let mark = digest::short(format!("{source:?} {id} {time}").as_bytes());
        Ok(Self { client_id: ClientId(row.get(0)?), mark, time: time.parse().ok() })
    }
}

#[cfg(test)]
mod tests {
    use iqr_sandbox::store::{self as sample, Log, Mix};
    use tempfile::TempDir;

    use super::*;
    use crate::model::ClientId;

    /// A store of 40 clients, and how far its history went; then news of three of them.
    fn with_news() -> (TempDir, Watermark) {
        let folder = tempfile::tempdir().unwrap();
        sample::generate(&folder.path().join("wipeos.db"), 1, 40, &Mix::default()).unwrap();
        let before = open(&folder).watermark().unwrap();
        let appliance = sample::Store::open(&folder.path().join("wipeos.db")).unwrap();
        appliance.edit(7, "technician", "JW", "2031-01-01 10:00:00").unwrap();
        appliance.add_log(9, &Log::of("2031-01-01 11:00:00", &[("USB", "FAIL")])).unwrap();
        let disk = "UPDATE wipe SET finished_at = '2031-01-01 12:00:00' WHERE id = (SELECT min(id) FROM wipe)";
        appliance.connection().execute(disk, []).unwrap();
        (folder, before)
    }

    fn open(folder: &TempDir) -> Store {
        Store::open(&folder.path().join("wipeos.db"), Box::new(|| true), Box::new(|| true)).unwrap()
    }

    /// The answers to all questions of a pass that began at `from`.
    fn answers(store: &Store, from: &Watermark) -> (Watermark, Vec<Vec<ClientId>>) {
        let mut answers = Vec::new();
        for source in Source::NEWS {
            answers.push(store.overlap(source, from).unwrap().iter().map(|row| row.client_id).collect());
            let mut cursor = source.start(from);
            while let Some(page) = store.candidates(source, &mut cursor).unwrap() {
                answers.push(page);
            }
        }
        (store.watermark().unwrap(), answers)
    }

    #[test]
    fn answers_alike_whatever_time_index_is_missing() {
        let (folder, before) = with_news();
        let expected = answers(&open(&folder), &before);
        for client in [1, 7, 9] {
            assert!(expected.1.iter().flatten().any(|found| found.0 == client), "{expected:?}");
        }
        for index in ["client_updated_at", "wipe_finished_at", "diagnostics_log_created_at"] {
            sample::Store::open(&folder.path().join("wipeos.db"))
                .unwrap()
                .connection()
                .execute_batch(&format!("DROP INDEX {index}"))
                .unwrap();
            assert_eq!(answers(&open(&folder), &before), expected, "{index}");
        }
    }
}
