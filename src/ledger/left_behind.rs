//! Assets that still show what was sent of a machine that has another inventory ID by now.
//!
//! A notice is recorded with the outcome of the client whose ID was changed. It ends when anything is sent to the
//! asset, when the ID is changed back, when IQR no longer has the asset, and when a person dismisses it. One that only
//! informs goes with the history.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::codec::{registration, registration_values};
use super::database::Ledger;
use super::error::Error;
use super::history::{self, ChangeRecord};
use super::intent::Intent;
use super::run_ledger::RunLedger;
use super::sent::{self, AssetRecord, SentRecord};
use crate::model::{ClientId, Registration, Sent, Timestamp};

/// The largest number of assets of a replaced WipeOS database that are counted.
const MAX_COUNTED_ASSETS: i64 = 10_000;

/// The largest number of rows that one call deletes.
const MAX_EXPIRED_ROWS: i64 = 256;

/// An asset that still shows what another machine sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftBehind {
    /// The asset.
    pub inventory_id: String,
    /// The client that was sent to it.
    pub client_id: ClientId,
    /// Which machine that client was.
    pub registration: Registration,
    /// The time of the send.
    pub sent_at: Timestamp,
    /// The inventory ID that the machine has now, if it has one.
    pub now: Option<String>,
    /// Whether a person has to look at it: nothing was wiped or tested between the send and the change of the ID.
    pub is_attention: bool,
    /// The time of the notice.
    pub noticed_at: Timestamp,
    /// The time since which the client belongs to another machine, and the number of such assets.
    pub replacement: Option<Replacement>,
}

/// A WipeOS database that was replaced by one that gives the same keys to other machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement {
    /// The time of the notice.
    pub at: Timestamp,
    /// The number of assets that show data of machines of the old one, counted up to a limit.
    pub assets: u64,
}

/// A client that is read with another inventory ID than was last recorded of it.
#[derive(Debug, Clone, Copy)]
pub struct Move<'a> {
    /// The client.
    pub client_id: ClientId,
    /// Which machine it is.
    pub registration: &'a Registration,
    /// The inventory ID that it has now, if it has one.
    pub now: Option<&'a str>,
    /// The time of the notice.
    pub at: Timestamp,
}

/// The columns that [`notice`] reads.
const COLUMNS: &str =
    "inventory_id, client_id, created_at, serial_number, sent_at, now, is_attention, noticed_at, replaced_at";

impl Ledger {
    /// The notices that stand: attentions first, then the oldest first; one for each time that the WipeOS database was
    /// replaced. Those that only inform and were noticed before `cutoff` are left out.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn left_behind(&self, cutoff: Timestamp) -> Result<Vec<LeftBehind>, Error> {
        let mut notices = self.rows(
            &format!(
                "SELECT {COLUMNS} FROM left_behind
                 WHERE replaced_at IS NULL AND now IS NOT inventory_id AND (is_attention OR noticed_at >= ?1)
                 ORDER BY is_attention DESC, noticed_at, inventory_id"
            ),
            [cutoff.unix_millis()],
            notice,
        )?;
        for replacement in self.replacements(cutoff)? {
            let sql = format!("SELECT {COLUMNS} FROM left_behind WHERE replaced_at = ?1 ORDER BY client_id LIMIT 1");
            let first = self.row(&sql, [replacement.at.unix_millis()], notice)?;
            notices.extend(first.map(|first| LeftBehind { replacement: Some(replacement), ..first }));
        }
        Ok(notices)
    }

    /// The notice of one asset, as [`Self::left_behind`] has it.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn left_behind_of(&self, inventory_id: &str, cutoff: Timestamp) -> Result<Option<LeftBehind>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM left_behind WHERE inventory_id = ?1 AND now IS NOT inventory_id
             AND (is_attention OR noticed_at >= ?2)"
        );
        let Some(found) = self.row(&sql, (inventory_id, cutoff.unix_millis()), notice)? else { return Ok(None) };
        let Some(own) = found.replacement else { return Ok(Some(found)) };
        let replacement = self.replacements(cutoff)?.into_iter().find(|replacement| replacement.at == own.at);
        Ok(Some(LeftBehind { replacement: replacement.or(found.replacement), ..found }))
    }

    fn replacements(&self, cutoff: Timestamp) -> Result<Vec<Replacement>, Error> {
        let sql = "SELECT replaced_at, count(*)
                   FROM (SELECT replaced_at FROM left_behind WHERE replaced_at >= ?1 LIMIT ?2)
                   GROUP BY replaced_at ORDER BY replaced_at";
        self.rows(sql, [cutoff.unix_millis(), MAX_COUNTED_ASSETS], |row| {
            let assets = row.get::<_, i64>(1)?.unsigned_abs();
            Ok(Replacement { at: Timestamp::from_unix_millis(row.get(0)?), assets })
        })
    }

    /// Returns when a replaced WipeOS database was last noticed, if after `time`.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn replaced_since(&self, time: Timestamp) -> Result<Option<Timestamp>, Error> {
        let sql = "SELECT max(replaced_at) FROM left_behind WHERE replaced_at > ?1";
        let newest = self.row(sql, [time.unix_millis()], |row| row.get::<_, Option<i64>>(0))?;
        Ok(newest.flatten().map(Timestamp::from_unix_millis))
    }

    /// Returns the sent records of the clients next to this one by key, at most `limit` on each side.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn sent_beside(&self, client: ClientId, limit: i64) -> Result<Vec<SentRecord>, Error> {
        let mut beside = Vec::new();
        for side in ["client_id < ?1 ORDER BY client_id DESC", "client_id > ?1 ORDER BY client_id"] {
            let sql = format!("SELECT {} FROM sent WHERE {side} LIMIT ?2", sent::COLUMNS);
            beside.extend(self.rows(&sql, [client.0, limit], sent::record)?);
        }
        Ok(beside)
    }
}

fn notice(row: &Row<'_>) -> rusqlite::Result<LeftBehind> {
    let replaced_at: Option<i64> = row.get("replaced_at")?;
    Ok(LeftBehind {
        inventory_id: row.get("inventory_id")?,
        client_id: ClientId(row.get("client_id")?),
        registration: registration(row)?,
        sent_at: Timestamp::from_unix_millis(row.get("sent_at")?),
        now: row.get("now")?,
        is_attention: row.get("is_attention")?,
        noticed_at: Timestamp::from_unix_millis(row.get("noticed_at")?),
        replacement: replaced_at.map(|at| Replacement { at: Timestamp::from_unix_millis(at), assets: 1 }),
    })
}

impl RunLedger {
    /// Brings the notices of a client up to date with the ID that it has now. Like all that is recorded here, it is
    /// committed with what is recorded of the client next.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn follow(&mut self, moved: &Move<'_>) -> Result<(), Error> {
        let sql = format!("SELECT {COLUMNS} FROM left_behind WHERE replaced_at IS NULL AND client_id = ?1");
        let notices = self.rows(&sql, [moved.client_id.0], notice)?;
        let is_same = |notice: &LeftBehind| notice.registration.is_same_machine(moved.registration);
        for notice in notices.into_iter().filter(is_same) {
            self.write(|transaction| match moved.now {
                Some(now) if now == notice.inventory_id => delete(transaction, now),
                now => set_now(transaction, &notice.inventory_id, now, moved.registration),
            })?;
        }
        Ok(())
    }

    /// Records that the asset of `left`, which the client has left, still shows what was sent of it; nothing where
    /// another client was sent there since. `replaced_at` is set where the client belongs to another machine since
    /// then. Returns the notice.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn notice_left(
        &mut self,
        left: &SentRecord,
        moved: &Move<'_>,
        (is_attention, replaced_at): (bool, Option<Timestamp>),
    ) -> Result<Option<LeftBehind>, Error> {
        let of_now = Some(moved.registration).filter(|_| replaced_at.is_none());
        let (created_at, serial_number) = registration_values(of_now.unwrap_or(&left.registration));
        let sql =
            "INSERT OR REPLACE INTO left_behind (inventory_id, client_id, created_at, serial_number, sent_at, now,
                                                       is_attention, noticed_at, replaced_at)
                   SELECT inventory_id, client_id, :created_at, :serial, at, :now, :is_attention, :at, :replaced_at
                   FROM asset WHERE inventory_id = :id AND client_id = :client";
        let values = named_params! {
            ":id": left.inventory_id, ":client": left.client_id.0, ":created_at": created_at, ":serial": serial_number,
            ":now": moved.now.filter(|_| replaced_at.is_none()), ":is_attention": is_attention,
            ":at": moved.at.unix_millis(), ":replaced_at": replaced_at.map(Timestamp::unix_millis),
        };
        if self.execute(sql, values)? == 0 {
            return Ok(None);
        }
        self.row(&format!("SELECT {COLUMNS} FROM left_behind WHERE inventory_id = ?1"), [&left.inventory_id], notice)
    }

    /// Records that assets to which a write of this client was begun, and has failed since, may show some of it: the
    /// next pass reads them, and [`Self::settle_intent`] says what is so.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn notice_begun(&mut self, moved: &Move<'_>) -> Result<(), Error> {
        let (created_at, serial_number) = registration_values(moved.registration);
        let sql = "INSERT OR IGNORE INTO left_behind (inventory_id, client_id, created_at, serial_number, sent_at, now,
                                                      is_attention, noticed_at)
                   SELECT inventory_id, client_id, :created_at, :serial, at, :now, 1, :at
                   FROM intent WHERE client_id = :client AND NOT is_open AND inventory_id IS NOT :now";
        let values = named_params! {
            ":client": moved.client_id.0, ":created_at": created_at, ":serial": serial_number, ":now": moved.now,
            ":at": moved.at.unix_millis(),
        };
        self.execute(sql, values).map(|_| ())
    }

    /// Ends a notice because a person says so, and records it in the history of its asset: `what` was said of the
    /// asset, and the reason. The notice of a replaced WipeOS database ends for all its assets.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn dismiss(&mut self, notice: &LeftBehind, what: &str, reason: &str, at: Timestamp) -> Result<(), Error> {
        let change = ChangeRecord {
            field: ChangeRecord::DISMISSED.into(),
            before: what.to_owned(),
            after: format!("dismissed: {reason}"),
        };
        self.write(|transaction| {
            history::insert(transaction, &[change], (&notice.inventory_id, notice.client_id, at))?;
            match notice.replacement {
                Some(Replacement { at, .. }) => transaction
                    .prepare_cached("DELETE FROM left_behind WHERE replaced_at = ?1")?
                    .execute([at.unix_millis()])
                    .map(|_| ()),
                None => delete(transaction, &notice.inventory_id),
            }
        })
    }

    /// Takes away notices that only inform and are from before `cutoff`, some hundred at most.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read or written.
    pub fn expire_notices(&mut self, cutoff: Timestamp) -> Result<(), Error> {
        for condition in [
            "replaced_at IS NULL AND noticed_at < ?1 AND (NOT is_attention OR now IS inventory_id)",
            "replaced_at < ?1",
        ] {
            let old = format!("SELECT inventory_id FROM left_behind WHERE {condition} LIMIT ?2");
            let parameters = [cutoff.unix_millis(), MAX_EXPIRED_ROWS];
            if self.row(&old, parameters, |_| Ok(()))?.is_some() {
                self.execute(&format!("DELETE FROM left_behind WHERE inventory_id IN ({old})"), parameters)?;
            }
        }
        Ok(())
    }
}

/// Deletes the notice of an asset, which shows the data sent to it last.
pub(super) fn delete(connection: &Connection, inventory_id: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM left_behind WHERE inventory_id = ?1")?.execute([inventory_id]).map(|_| ())
}

fn set_now(
    connection: &Connection,
    inventory_id: &str,
    now: Option<&str>,
    registration: &Registration,
) -> rusqlite::Result<()> {
    let (created_at, serial_number) = registration_values(registration);
    let sql = "UPDATE left_behind SET now = ?2, created_at = ifnull(created_at, ?3),
                   serial_number = ifnull(serial_number, ?4)
               WHERE inventory_id = ?1";
    let values = (inventory_id, now, created_at, serial_number);
    connection.prepare_cached(sql)?.execute(values).map(|_| ())
}

/// A write whose end was not recorded is settled: `shown` is what the asset was found to show, `recorded` what was
/// recorded of it before. Where some of it has arrived and the ID that the client has by now is not known yet, the
/// notice has the asset itself in its place, and counts as soon as the client is read with another ID.
pub(super) fn settle(
    connection: &Connection,
    intent: &Intent,
    recorded: Option<&AssetRecord>,
    shown: Option<&Sent>,
) -> rusqlite::Result<()> {
    let (id, client, at) = (intent.inventory_id.as_str(), intent.client_id, intent.at.unix_millis());
    let nothing = Sent::default();
    let has_arrived = shown.is_some_and(|shown| !shown.says_as(recorded.map_or(&nothing, |recorded| &recorded.sent)));
    let was_sent_before = recorded.is_some_and(|recorded| recorded.client_id == client);
    match (has_arrived, is_of(connection, id, client)?) {
        (false, true) if !was_sent_before => return delete(connection, id),
        (false, _) | (true, true) => return Ok(()),
        (true, false) => {}
    }
    let sql = "INSERT OR REPLACE INTO left_behind (inventory_id, client_id, sent_at, now, is_attention, noticed_at)
               VALUES (?1, ?2, ?3, ifnull((SELECT inventory_id FROM sent WHERE client_id = ?2 AND at > ?3), ?1), 1, ?3)";
    connection.prepare_cached(sql)?.execute((id, client.0, at)).map(|_| ())
}

fn is_of(connection: &Connection, inventory_id: &str, client: ClientId) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM left_behind WHERE inventory_id = ?1 AND client_id = ?2";
    let found = connection.prepare_cached(sql)?.query_row((inventory_id, client.0), |_| Ok(())).optional()?;
    Ok(found.is_some())
}
