//! What was last sent of each client and to each asset.

use rusqlite::{Connection, Row};

use super::{ChangeRecord, Error, Ledger, RunLedger, history, intent, left_behind};
use crate::model::{ClientId, InventoryId, Registration, Sent, SentText, TextMark, Timestamp};
use crate::store::Fingerprint;

/// What was last sent of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRecord {
    /// The client.
    pub client_id: ClientId,
    /// Which machine it was; empty where an older version of this program sent it.
    pub registration: Registration,
    /// The asset that it was sent to.
    pub inventory_id: String,
    /// What marked the client's state in the read that was sent; `None` when it is to be looked at again whatever it is.
    pub fingerprint: Option<Fingerprint>,
    /// Digest of the mapped fields.
    pub digest: [u8; 16],
    /// When.
    pub at: Timestamp,
}

/// What was last sent to an asset. It outlives the client: another record of the same machine may be sent there later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetRecord {
    /// The client that it was sent from.
    pub client_id: ClientId,
    /// The texts, to tell them from what a person makes of them.
    pub sent: Sent,
    /// When.
    pub at: Timestamp,
}

impl Ledger {
    /// What was last sent of a client.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn sent(&self, client: ClientId) -> Result<Option<SentRecord>, Error> {
        self.row("SELECT * FROM sent WHERE client_id = ?1", [client.0], record)
    }

    /// What was last sent to an asset, from whichever client.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn asset(&self, id: &InventoryId) -> Result<Option<AssetRecord>, Error> {
        self.row("SELECT * FROM asset WHERE inventory_id = ?1", [id.as_str()], |row| {
            let at = Timestamp::from_unix_millis(row.get("at")?);
            Ok(AssetRecord { client_id: ClientId(row.get("client_id")?), sent: sent(row)?, at })
        })
    }

    /// The clients after `after` that anything is known of, by key, at most `limit` rows: what marked the state that was
    /// last looked at. A client that was sent and then failed comes twice, the failure last.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn known_after(&self, after: ClientId, limit: i64) -> Result<Vec<(ClientId, Option<Fingerprint>)>, Error> {
        self.rows(
            "SELECT client_id, seen, 0 AS problem FROM sent WHERE client_id > ?1
             UNION ALL SELECT client_id, seen, 1 FROM problem WHERE client_id > ?1
             ORDER BY client_id, problem LIMIT ?2",
            [after.0, limit],
            |row| Ok((ClientId(row.get(0)?), fingerprint(row)?)),
        )
    }

    /// The clients that this inventory ID is known of: those that its asset was last sent from, and those that are held or
    /// failing with it.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn clients_of(&self, inventory_id: &str) -> Result<Vec<ClientId>, Error> {
        let sql = "SELECT client_id FROM sent WHERE inventory_id = ?1
                   UNION ALL SELECT client_id FROM problem WHERE inventory_id = ?1";
        self.rows(sql, [inventory_id], |row| row.get(0).map(ClientId))
    }

    /// So many assets that were sent, in no order.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn some_assets(&self, limit: usize) -> Result<Vec<String>, Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.rows("SELECT inventory_id FROM asset LIMIT ?1", [limit], |row| row.get(0))
    }

    /// The clients that an asset was last sent from.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn senders(&self, inventory_id: &str) -> Result<Vec<ClientId>, Error> {
        self.rows("SELECT client_id FROM sent WHERE inventory_id = ?1", [inventory_id], |row| row.get(0).map(ClientId))
    }
}

fn fingerprint(row: &Row<'_>) -> rusqlite::Result<Option<Fingerprint>> {
    Ok(row.get_ref("seen")?.as_blob_or_null()?.and_then(Fingerprint::from_bytes))
}

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<SentRecord> {
    Ok(SentRecord {
        client_id: ClientId(row.get("client_id")?),
        registration: registration(row)?,
        inventory_id: row.get("inventory_id")?,
        fingerprint: fingerprint(row)?,
        digest: row.get("digest")?,
        at: Timestamp::from_unix_millis(row.get("at")?),
    })
}

pub(super) fn registration(row: &Row<'_>) -> rusqlite::Result<Registration> {
    let created_at = row.get::<_, Option<i64>>("created_at")?.map(Timestamp::from_unix_millis);
    Ok(Registration { created_at, serial_number: row.get("serial_number")? })
}

/// What was sent, out of a row that tells it.
pub(super) fn sent(row: &Row<'_>) -> rusqlite::Result<Sent> {
    Ok(Sent {
        description: sent_text(row, "description")?,
        extended_description: sent_text(row, "extended_description")?,
        lines: lines(row, "lines")?,
        other_lines: lines(row, "other_lines")?,
        earlier: earlier(row)?,
    })
}

fn lines(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<u64>> {
    let bytes: Vec<u8> = row.get(column)?;
    Ok(bytes.as_chunks::<8>().0.iter().map(|line| u64::from_le_bytes(*line)).collect())
}

fn earlier(row: &Row<'_>) -> rusqlite::Result<Vec<TextMark>> {
    let bytes: Vec<u8> = row.get("earlier")?;
    Ok(bytes.as_chunks::<{ TextMark::BYTES }>().0.iter().filter_map(|mark| TextMark::from_bytes(mark)).collect())
}

pub(super) fn mark_bytes(marks: &[TextMark]) -> Vec<u8> {
    marks.iter().flat_map(|mark| mark.to_bytes()).collect()
}

pub(super) fn line_bytes(lines: &[u64]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.to_le_bytes()).collect()
}

fn sent_text(row: &Row<'_>, column: &str) -> rusqlite::Result<SentText> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    let bytes = bytes.unwrap_or_default();
    let (meant, landed) = bytes.split_at_checked(TextMark::BYTES).unwrap_or_default();
    Ok(SentText { meant: TextMark::from_bytes(meant), landed: TextMark::from_bytes(landed) })
}

pub(super) fn sent_text_bytes(text: SentText) -> Option<Vec<u8>> {
    Some([text.meant?.to_bytes(), text.landed?.to_bytes()].concat())
}

fn insert_sent(connection: &Connection, record: &SentRecord) -> rusqlite::Result<usize> {
    let fingerprint = record.fingerprint.map(Fingerprint::to_bytes);
    let fingerprint = fingerprint.as_ref().map_or(&[][..], |fingerprint| &fingerprint[..]);
    let (created_at, serial_number) = registration_values(&record.registration);
    let (id, at) = (&record.inventory_id, record.at.unix_millis());
    let values = (record.client_id.0, id, fingerprint, record.digest, at, created_at, serial_number);
    // `INSERT OR REPLACE` would have SQLite copy every page first, to be able to undo this statement alone.
    let sql = "INSERT INTO sent (client_id, inventory_id, seen, digest, at, created_at, serial_number)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT (client_id) DO UPDATE SET inventory_id = excluded.inventory_id, seen = excluded.seen,
                   digest = excluded.digest, at = excluded.at, created_at = excluded.created_at,
                   serial_number = excluded.serial_number";
    connection.prepare_cached(sql)?.execute(values)
}

/// The columns of a registration.
pub(super) fn registration_values(registration: &Registration) -> (Option<i64>, Option<&str>) {
    (registration.created_at.map(Timestamp::unix_millis), registration.serial_number.as_deref())
}

/// What an asset was made to say, from which client and when.
pub(super) fn insert_asset(
    connection: &Connection,
    (inventory_id, client_id, at): (&str, ClientId, Timestamp),
    sent: &Sent,
) -> rusqlite::Result<usize> {
    let sql = "INSERT OR REPLACE INTO asset
               (inventory_id, client_id, description, extended_description, lines, other_lines, earlier, at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let texts = [sent.description, sent.extended_description].map(sent_text_bytes);
    let lines = [&sent.lines, &sent.other_lines].map(|lines| line_bytes(lines));
    let earlier = mark_bytes(&sent.earlier);
    let values = (inventory_id, client_id.0, &texts[0], &texts[1], &lines[0], &lines[1], earlier, at.unix_millis());
    connection.prepare_cached(sql)?.execute(values)
}

const DELETE_PROBLEM: &str = "DELETE FROM problem WHERE client_id = ?1";

impl RunLedger {
    /// Records that a client is sent: its problem and the begun write to its asset are over. `sent` is what its asset was
    /// found or made to say, if IQR was asked.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn record_sent(
        &mut self,
        record: &SentRecord,
        sent: Option<&Sent>,
        changes: &[ChangeRecord],
    ) -> Result<(), Error> {
        self.write(|transaction| {
            history::insert(transaction, changes, (&record.inventory_id, record.client_id, record.at))?;
            if let Some(sent) = sent {
                insert_asset(transaction, (&record.inventory_id, record.client_id, record.at), sent)?;
                intent::delete(transaction, &record.inventory_id)?;
            }
            insert_sent(transaction, record)?;
            // Whatever it showed before of another machine is overwritten.
            left_behind::delete(transaction, &record.inventory_id)?;
            delete(transaction, DELETE_PROBLEM, record.client_id)?;
            intent::reopen(transaction, record.client_id, Some(&record.inventory_id))
        })
    }

    /// Forgets a client that is no longer in the appliance's database. The history of its asset stays.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn forget(&mut self, client: ClientId) -> Result<(), Error> {
        self.write(|transaction| {
            delete(transaction, "DELETE FROM sent WHERE client_id = ?1", client)?;
            delete(transaction, DELETE_PROBLEM, client)?;
            intent::reopen(transaction, client, None)
        })
    }
}

fn delete(connection: &Connection, sql: &str, client: ClientId) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([client.0]).map(|_| ())
}
