//! The passes made, and what they changed in IQR.

use std::borrow::Cow;

use rusqlite::types::Type;
use rusqlite::{Connection, Row, named_params};
use serde::Serialize;

use super::database::Ledger;
use super::error::Error;
use super::run_ledger::RunLedger;
use crate::model::{ClientId, Timestamp};

/// A pass that left a trace: its key, and when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassId(i64, Timestamp);

/// The outcomes of the clients of a pass, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PassTotals {
    /// The clients that were written to IQR.
    pub sent: u64,
    /// The clients of which IQR had everything.
    pub unchanged: u64,
    /// The held clients, each with a reason.
    pub held: u64,
    /// The failed clients, each with a reason.
    pub failed: u64,
    /// The clients that are left for the next pass.
    pub deferred: u64,
    /// Requests, those of the session included.
    pub requests: u64,
}

/// A pass that had something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// The start of the pass.
    pub started_at: Timestamp,
    /// The end of the pass; `None` while it runs, or when it was killed.
    pub finished_at: Option<Timestamp>,
    /// `done` or `aborted`.
    pub outcome: Option<String>,
    /// The reason why it was aborted, or the note that its time was over.
    pub message: Option<String>,
    /// The outcomes of its clients.
    pub totals: PassTotals,
}

/// The way in which a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassEnd<'a> {
    /// The pass evaluated all clients that it was for.
    Done,
    /// The time of the pass was over before that. Nothing failed, and some clients are left for the next one.
    OutOfTime,
    /// The pass could not go on, for this reason.
    Aborted(&'a str),
}

/// The message of a pass that ended when its time was over.
const OUT_OF_TIME: &str = "it ran out of time (sync.time_budget)";

impl PassEnd<'_> {
    fn outcome(self) -> &'static str {
        match self {
            Self::Done | Self::OutOfTime => "done",
            Self::Aborted(_) => "aborted",
        }
    }

    fn message(&self) -> Option<&str> {
        match self {
            Self::Done => None,
            Self::OutOfTime => Some(OUT_OF_TIME),
            Self::Aborted(why) => Some(why),
        }
    }
}

impl Pass {
    /// Whether it was done because its time was over: nothing else is ever said of one that is done.
    #[must_use]
    pub fn ran_out_of_time(&self) -> bool {
        self.outcome.as_deref() == Some("done") && self.message.is_some()
    }

    /// Whether something ended it early.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.finished_at.is_some() && self.outcome.as_deref() != Some("done")
    }
}

/// A field that was changed in IQR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRecord {
    /// The field.
    pub field: Cow<'static, str>,
    /// The text before.
    pub before: String,
    /// The text after.
    pub after: String,
}

/// A field as a row has it: its name, the text before and the text after.
type FieldRow<T> = [T; 3];

impl ChangeRecord {
    /// The name in place of a field where nothing was changed in IQR, and a person dismissed the notice of an asset.
    pub const DISMISSED: &'static str = "notice";
}

/// Adds what was changed of an asset at once, which was sent from a client, to its history.
pub(super) fn insert(
    connection: &Connection,
    changes: &[ChangeRecord],
    (inventory_id, client_id, at): (&str, ClientId, Timestamp),
) -> rusqlite::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let fields: Vec<FieldRow<&str>> =
        changes.iter().map(|change| [&*change.field, &change.before, &change.after]).collect();
    let fields =
        serde_json::to_string(&fields).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let sql = "INSERT INTO change (at, client_id, inventory_id, fields) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute((at.unix_millis(), client_id.0, inventory_id, fields)).map(|_| ())
}

/// The columns that [`pass`] reads.
const COLUMNS: &str = "started_at, finished_at, outcome, message, sent, unchanged, held, failed, deferred, requests";

impl Ledger {
    /// Returns the newest passes that had something to do, newest first.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn passes(&self, limit: u32) -> Result<Vec<Pass>, Error> {
        self.rows(&format!("SELECT {COLUMNS} FROM pass ORDER BY id DESC LIMIT ?1"), [limit], pass)
    }

    /// Returns the passes since `time` that had something to do, newest first.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn passes_since(&self, time: Timestamp) -> Result<Vec<Pass>, Error> {
        // From the newest one back to the first that is too old: the history may be long.
        let sql = format!(
            "SELECT {COLUMNS} FROM pass
             WHERE id > ifnull((SELECT id FROM pass WHERE started_at < ?1 ORDER BY id DESC LIMIT 1), 0)
             ORDER BY id DESC"
        );
        self.rows(&sql, [time.unix_millis()], pass)
    }

    /// Returns the changes of an asset with their times, newest first.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn changes(&self, inventory_id: &str) -> Result<Vec<(Timestamp, ChangeRecord)>, Error> {
        let sql = "SELECT at, fields FROM change WHERE inventory_id = ?1 ORDER BY id DESC";
        let rows = self.rows(sql, [inventory_id], |row| {
            let fields = serde_json::from_str::<Vec<FieldRow<String>>>(row.get_ref("fields")?.as_str()?);
            let fields =
                fields.map_err(|error| rusqlite::Error::FromSqlConversionFailure(1, Type::Text, error.into()))?;
            Ok((Timestamp::from_unix_millis(row.get("at")?), fields))
        })?;
        let mut changes = Vec::new();
        for (at, fields) in rows {
            let newest_first = fields.into_iter().rev();
            changes.extend(
                newest_first.map(|[field, before, after]| (at, ChangeRecord { field: field.into(), before, after })),
            );
        }
        Ok(changes)
    }
}

fn pass(row: &Row<'_>) -> rusqlite::Result<Pass> {
    let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(Pass {
        started_at: Timestamp::from_unix_millis(row.get("started_at")?),
        finished_at: row.get::<_, Option<i64>>("finished_at")?.map(Timestamp::from_unix_millis),
        outcome: row.get("outcome")?,
        message: row.get("message")?,
        totals: PassTotals {
            sent: count("sent")?,
            unchanged: count("unchanged")?,
            held: count("held")?,
            failed: count("failed")?,
            deferred: count("deferred")?,
            requests: count("requests")?,
        },
    })
}

impl RunLedger {
    /// Records that a pass has something to do.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn start_pass(&mut self, started_at: Timestamp) -> Result<PassId, Error> {
        self.write(|transaction| {
            transaction.execute("INSERT INTO pass (started_at) VALUES (?1)", [started_at.unix_millis()])?;
            Ok(PassId(transaction.last_insert_rowid(), started_at))
        })
    }

    /// Records how a pass ended, also where its beginning could not be recorded.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn finish_pass(
        &mut self,
        PassId(id, started_at): PassId,
        at: Timestamp,
        end: PassEnd<'_>,
        totals: PassTotals,
    ) -> Result<(), Error> {
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let sql = "INSERT INTO pass (id, started_at, finished_at, outcome, message, sent, unchanged, held, failed, deferred,
                                     requests)
                   VALUES (:id, :started_at, :at, :outcome, :message, :sent, :unchanged, :held, :failed, :deferred, :requests)
                   ON CONFLICT (id) DO UPDATE SET finished_at = :at, outcome = :outcome, message = :message, sent = :sent,
                       unchanged = :unchanged, held = :held, failed = :failed, deferred = :deferred, requests = :requests";
        let values = named_params! {
            ":id": id, ":started_at": started_at.unix_millis(), ":at": at.unix_millis(), ":message": end.message(),
            ":outcome": end.outcome(),
            ":sent": count(totals.sent), ":unchanged": count(totals.unchanged), ":held": count(totals.held),
            ":failed": count(totals.failed), ":deferred": count(totals.deferred), ":requests": count(totals.requests),
        };
        self.execute(sql, values).map(|_| ())
    }
}
