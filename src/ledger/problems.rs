//! The held and failing clients: the reason of each, its start, and the time of the next try.

use std::time::Duration;

use rusqlite::{Connection, Params, Row, named_params};

use super::codec;
use super::database::Ledger;
use super::error::Error;
use super::run_ledger::RunLedger;
use crate::model::{ClientId, RecordedReason, Timestamp};
use crate::store::Fingerprint;

/// The reason why a client is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The client.
    pub client_id: ClientId,
    /// The inventory ID of the client, or the text that was typed in its place.
    pub inventory_id: Option<String>,
    /// The reason, by which the client is held or failing.
    pub reason: RecordedReason,
    /// The message: the event, and the next step.
    pub message: String,
    /// The number of times that this happened in a row.
    pub attempts: u32,
    /// The time since which the client has the problem.
    pub since: Timestamp,
    /// The time before which the client is not tried; `None`: not before it has news or the config changes.
    pub next_try: Option<Timestamp>,
    /// The fingerprint of the client's state at that time.
    pub fingerprint: Option<Fingerprint>,
}

/// The number of clients with the same problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemCount {
    /// The reason, by which the clients are held or failing.
    pub reason: RecordedReason,
    /// The number of clients.
    pub clients: u64,
}

/// The columns that [`problem`] reads.
const COLUMNS: &str = "client_id, inventory_id, held, reason, message, attempts, since, next_try, seen";

impl Ledger {
    /// Returns the problem of a client.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn problem(&self, client: ClientId) -> Result<Option<Problem>, Error> {
        self.row(&format!("SELECT {COLUMNS} FROM problem WHERE client_id = ?1"), [client.0], problem)
    }

    /// Returns all problems, failing ones first, oldest first.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn problems(&self) -> Result<Vec<Problem>, Error> {
        self.rows(&format!("SELECT {COLUMNS} FROM problem ORDER BY held, since, client_id"), [], problem)
    }

    /// Counts the held and the failing clients by reason.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn problem_counts(&self) -> Result<Vec<ProblemCount>, Error> {
        self.rows("SELECT held, reason, count(*) FROM problem GROUP BY held, reason", [], |row| {
            let clients = row.get::<_, i64>(2)?.unsigned_abs();
            Ok(ProblemCount { reason: reason(row)?, clients })
        })
    }

    /// Clients whose time to be tried again has come, the longest-waiting first, at most `limit`. No delay is longer
    /// than `longest`: a time that is further ahead was written by a clock that has since been set back.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn retries(&self, now: Timestamp, longest: Duration, limit: i64) -> Result<Vec<ClientId>, Error> {
        let farthest = now.plus(longest);
        self.clients(
            "SELECT client_id FROM problem WHERE next_try <= ?1 OR next_try > ?2 ORDER BY next_try, client_id LIMIT ?3",
            [now.unix_millis(), farthest.unix_millis(), limit],
        )
    }

    /// Clients with a problem after `after`, by key, at most `limit`, whatever their delay.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn problems_after(&self, after: ClientId, limit: i64) -> Result<Vec<ClientId>, Error> {
        self.clients("SELECT client_id FROM problem WHERE client_id > ?1 ORDER BY client_id LIMIT ?2", [after.0, limit])
    }

    /// Returns the clients that a query names in its first column.
    pub(super) fn clients(&self, sql: &str, parameters: impl Params) -> Result<Vec<ClientId>, Error> {
        self.rows(sql, parameters, |row| row.get(0).map(ClientId))
    }

    /// Returns the clients that are held because of this inventory ID.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn problems_of(&self, inventory_id: &str) -> Result<Vec<ClientId>, Error> {
        self.clients("SELECT client_id FROM problem WHERE inventory_id = ?1", [inventory_id])
    }
}

fn reason(row: &Row<'_>) -> rusqlite::Result<RecordedReason> {
    Ok(RecordedReason::from_code(row.get("reason")?, row.get("held")?))
}

fn problem(row: &Row<'_>) -> rusqlite::Result<Problem> {
    Ok(Problem {
        client_id: ClientId(row.get("client_id")?),
        inventory_id: row.get("inventory_id")?,
        reason: reason(row)?,
        message: row.get("message")?,
        attempts: row.get("attempts")?,
        since: Timestamp::from_unix_millis(row.get("since")?),
        next_try: row.get::<_, Option<i64>>("next_try")?.map(Timestamp::from_unix_millis),
        fingerprint: codec::fingerprint(row)?,
    })
}

impl RunLedger {
    /// Makes held clients due in this pass, or in the next one if this one is killed.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn wake(&mut self, clients: &[ClientId], now: Timestamp) -> Result<(), Error> {
        if clients.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let sql = "UPDATE problem SET next_try = ?2 WHERE client_id = ?1 AND next_try IS NULL";
            let mut statement = transaction.prepare_cached(sql)?;
            clients.iter().try_for_each(|client| statement.execute([client.0, now.unix_millis()]).map(|_| ()))
        })
    }
}

/// Records a problem in place of the one that the client had before.
pub(super) fn insert(connection: &Connection, problem: &Problem) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO problem
               (client_id, inventory_id, held, reason, message, attempts, since, next_try, seen)
               VALUES (:client, :id, :held, :reason, :message, :attempts, :since, :next_try, :seen)";
    let values = named_params! {
        ":client": problem.client_id.0, ":id": problem.inventory_id, ":held": problem.reason.is_held(),
        ":reason": problem.reason.code(), ":message": problem.message, ":attempts": problem.attempts,
        ":since": problem.since.unix_millis(), ":next_try": problem.next_try.map(Timestamp::unix_millis),
        ":seen": problem.fingerprint.map(Fingerprint::to_bytes),
    };
    connection.prepare_cached(sql)?.execute(values).map(|_| ())
}

/// Deletes the problem of a client that is sent, or gone.
pub(super) fn delete(connection: &Connection, client: ClientId) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM problem WHERE client_id = ?1")?.execute([client.0]).map(|_| ())
}
