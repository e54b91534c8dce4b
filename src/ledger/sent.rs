//! The newest data that was sent: of each client, and to each asset.

use rusqlite::{Connection, Row};

use super::codec;
use super::database::Ledger;
use super::error::Error;
use crate::model::{ClientId, InventoryId, Registration, Sent, Timestamp};
use crate::store::Fingerprint;

/// The newest data that was sent of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRecord {
    /// The client.
    pub client_id: ClientId,
    /// Which machine it was; empty where an older version of this program sent it.
    pub registration: Registration,
    /// The asset that it was sent to.
    pub inventory_id: String,
    /// The fingerprint of the state that was sent; `None` when the client is to be evaluated again in any case.
    pub fingerprint: Option<Fingerprint>,
    /// Digest of the mapped fields.
    pub digest: [u8; 16],
    /// The time of the send.
    pub at: Timestamp,
}

/// The newest data that was sent to an asset. It outlives the client: another record of the same machine may be sent
/// there later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetRecord {
    /// The client that it was sent from.
    pub client_id: ClientId,
    /// The texts, to tell them from what a person makes of them.
    pub sent: Sent,
    /// The time of the send.
    pub at: Timestamp,
}

/// The columns that [`record`] reads.
pub(super) const COLUMNS: &str = "client_id, inventory_id, seen, digest, at, created_at, serial_number";

impl Ledger {
    /// Returns the newest data that was sent of a client.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn sent(&self, client: ClientId) -> Result<Option<SentRecord>, Error> {
        self.row(&format!("SELECT {COLUMNS} FROM sent WHERE client_id = ?1"), [client.0], record)
    }

    /// Returns the newest data that was sent to an asset, from any client.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn asset(&self, id: &InventoryId) -> Result<Option<AssetRecord>, Error> {
        self.row("SELECT client_id, description, extended_description, lines, other_lines, earlier, printed, at FROM asset WHERE inventory_id = ?1", [id.as_str()], |row| {
            let at = Timestamp::from_unix_millis(row.get("at")?);
            Ok(AssetRecord { client_id: ClientId(row.get("client_id")?), sent: codec::sent(row)?, at })
        })
    }

    /// The clients after `after` that anything is known of, by key, at most `limit` rows: what marked the state that
    /// was last evaluated. A client that was sent and then failed comes twice, the failure last.
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
            |row| Ok((ClientId(row.get(0)?), codec::fingerprint(row)?)),
        )
    }

    /// Returns the clients for which this inventory ID is recorded: those that its asset was last sent from, and those
    /// that are held or failing with it.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn clients_of(&self, inventory_id: &str) -> Result<Vec<ClientId>, Error> {
        let sql = "SELECT client_id FROM sent WHERE inventory_id = ?1
                   UNION ALL SELECT client_id FROM problem WHERE inventory_id = ?1";
        self.clients(sql, [inventory_id])
    }

    /// Returns at most `limit` assets that were sent, in no order.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn some_assets(&self, limit: usize) -> Result<Vec<String>, Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.rows("SELECT inventory_id FROM asset LIMIT ?1", [limit], |row| row.get(0))
    }

    /// Returns the clients that an asset was last sent from.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn senders(&self, inventory_id: &str) -> Result<Vec<ClientId>, Error> {
        self.clients("SELECT client_id FROM sent WHERE inventory_id = ?1", [inventory_id])
    }

    /// Returns the number of clients that were sent.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn count_sent(&self) -> Result<u64, Error> {
        let count = self.row("SELECT count(*) FROM sent", [], |row| row.get::<_, i64>(0))?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }
}

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<SentRecord> {
    Ok(SentRecord {
        client_id: ClientId(row.get("client_id")?),
        registration: codec::registration(row)?,
        inventory_id: row.get("inventory_id")?,
        fingerprint: codec::fingerprint(row)?,
        digest: row.get("digest")?,
        at: Timestamp::from_unix_millis(row.get("at")?),
    })
}

pub(super) fn insert(connection: &Connection, record: &SentRecord) -> rusqlite::Result<usize> {
    let fingerprint = record.fingerprint.map(Fingerprint::to_bytes).unwrap_or_default();
    let (created_at, serial_number) = codec::registration_values(&record.registration);
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

/// Records the texts and lines that an asset was made to show, with the client and the time.
pub(super) fn insert_asset(
    connection: &Connection,
    (inventory_id, client_id, at): (&str, ClientId, Timestamp),
    sent: &Sent,
) -> rusqlite::Result<usize> {
    let sql = "INSERT OR REPLACE INTO asset
               (inventory_id, client_id, description, extended_description, lines, other_lines, earlier, printed, at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let texts = [sent.description, sent.extended_description].map(codec::sent_text_bytes);
    let lines = [&sent.lines, &sent.other_lines].map(|lines| codec::line_bytes(lines));
    let earlier = codec::mark_bytes(&sent.earlier);
    let (printed, at) = (codec::printed_bytes(&sent.printed), at.unix_millis());
    let values = (inventory_id, client_id.0, &texts[0], &texts[1], &lines[0], &lines[1], earlier, printed, at);
    connection.prepare_cached(sql)?.execute(values)
}

/// Deletes the record of a client that is not in the appliance's database any more.
pub(super) fn delete(connection: &Connection, client: ClientId) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM sent WHERE client_id = ?1")?.execute([client.0]).map(|_| ())
}
