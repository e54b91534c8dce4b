//! What was last sent of each client and to each asset, and the writes whose end is not recorded yet.

use rusqlite::{Connection, Row, named_params};

use super::{ChangeRecord, Error, Ledger, RunLedger};
use crate::model::{ClientId, InventoryId, Sent, SentText, TextMark, Timestamp};
use crate::store::Seen;

/// What was last sent of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRecord {
    /// The client.
    pub client_id: ClientId,
    /// The asset that it was sent to.
    pub inventory_id: String,
    /// What marked the client's state in the read that was sent; `None` when it is to be looked at again whatever it is.
    pub seen: Option<Seen>,
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
}

/// A write that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The asset that was written to.
    pub inventory_id: String,
    /// Its comments before the write.
    pub comments_before: String,
    /// What was being sent.
    pub sent: Sent,
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
            Ok(AssetRecord { client_id: ClientId(row.get("client_id")?), sent: sent(row)? })
        })
    }

    /// The clients after `after` that anything is known of, by key, at most `limit` rows: what marked the state that was
    /// last looked at. A client that was sent and then failed comes twice, the failure last.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn known_after(&self, after: ClientId, limit: i64) -> Result<Vec<(ClientId, Option<Seen>)>, Error> {
        self.rows(
            "SELECT client_id, seen, 0 AS problem FROM sent WHERE client_id > ?1
             UNION ALL SELECT client_id, seen, 1 FROM problem WHERE client_id > ?1
             ORDER BY client_id, problem LIMIT ?2",
            [after.0, limit],
            |row| Ok((ClientId(row.get(0)?), seen(row)?)),
        )
    }

    /// The clients that an asset was last sent from.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn senders(&self, inventory_id: &str) -> Result<Vec<ClientId>, Error> {
        self.rows("SELECT client_id FROM sent WHERE inventory_id = ?1", [inventory_id], |row| row.get(0).map(ClientId))
    }

    /// The write of this client that was begun and never recorded as ended.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn intent(&self, client: ClientId) -> Result<Option<Intent>, Error> {
        let sql = "SELECT inventory_id, comments_before, description, extended_description, lines FROM intent
                   WHERE client_id = ?1";
        self.row(sql, [client.0], |row| {
            Ok(Intent {
                inventory_id: row.get("inventory_id")?,
                comments_before: row.get("comments_before")?,
                sent: sent(row)?,
            })
        })
    }

    /// The clients with a write that was begun and never recorded as ended.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn intents(&self) -> Result<Vec<ClientId>, Error> {
        self.rows("SELECT client_id FROM intent ORDER BY client_id", [], |row| row.get(0).map(ClientId))
    }
}

fn seen(row: &Row<'_>) -> rusqlite::Result<Option<Seen>> {
    Ok(row.get_ref("seen")?.as_blob_or_null()?.and_then(Seen::from_bytes))
}

fn record(row: &Row<'_>) -> rusqlite::Result<SentRecord> {
    Ok(SentRecord {
        client_id: ClientId(row.get("client_id")?),
        inventory_id: row.get("inventory_id")?,
        seen: seen(row)?,
        digest: row.get("digest")?,
        at: Timestamp::from_unix_millis(row.get("at")?),
    })
}

fn sent(row: &Row<'_>) -> rusqlite::Result<Sent> {
    let lines: Vec<u8> = row.get("lines")?;
    Ok(Sent {
        description: sent_text(row, "description")?,
        extended_description: sent_text(row, "extended_description")?,
        begun_lines: Vec::new(),
        lines: lines.as_chunks::<8>().0.iter().map(|line| u64::from_le_bytes(*line)).collect(),
    })
}

fn line_bytes(lines: &[u64]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.to_le_bytes()).collect()
}

fn sent_text(row: &Row<'_>, column: &str) -> rusqlite::Result<SentText> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    let bytes = bytes.unwrap_or_default();
    let (meant, landed) = bytes.split_at_checked(12).unwrap_or_default();
    Ok(SentText { meant: TextMark::from_bytes(meant), landed: TextMark::from_bytes(landed) })
}

fn sent_text_bytes(text: SentText) -> Option<Vec<u8>> {
    Some([text.meant?.to_bytes(), text.landed?.to_bytes()].concat())
}

fn insert_sent(connection: &Connection, record: &SentRecord) -> rusqlite::Result<usize> {
    let seen = record.seen.map(Seen::to_bytes);
    connection.prepare_cached("INSERT OR REPLACE INTO sent VALUES (:client, :id, :seen, :digest, :at)")?.execute(
        named_params! {
            ":client": record.client_id.0, ":id": record.inventory_id,
            ":seen": seen.as_ref().map_or(&[][..], |seen| &seen[..]), ":digest": record.digest,
            ":at": record.at.unix_millis(),
        },
    )
}

fn insert_asset(connection: &Connection, record: &SentRecord, sent: &Sent) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO asset VALUES (:id, :client, :description, :extended, :lines, :at)")?
        .execute(named_params! {
            ":id": record.inventory_id, ":client": record.client_id.0,
            ":description": sent_text_bytes(sent.description),
            ":extended": sent_text_bytes(sent.extended_description),
            ":lines": line_bytes(&sent.lines), ":at": record.at.unix_millis(),
        })
}

impl RunLedger {
    /// Records that a write to an asset is about to be sent, with its comments as they are. What cannot be recorded is
    /// not sent.
    ///
    /// With `durable` the record also survives a power cut: for writes that may cost lines of the comments.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn begin_write(
        &mut self,
        client: ClientId,
        intent: &Intent,
        at: Timestamp,
        durable: bool,
    ) -> Result<(), Error> {
        if durable {
            self.set_synchronous("full")?;
        }
        let written = self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO intent
                     (client_id, inventory_id, comments_before, description, extended_description, lines, at)
                     VALUES (:client, :id, :comments, :description, :extended, :lines, :at)",
                )?
                .execute(named_params! {
                    ":client": client.0, ":id": intent.inventory_id, ":comments": intent.comments_before,
                    ":description": sent_text_bytes(intent.sent.description),
                    ":extended": sent_text_bytes(intent.sent.extended_description),
                    ":lines": line_bytes(&intent.sent.lines), ":at": at.unix_millis(),
                })
        });
        if durable {
            self.set_synchronous("normal")?;
        }
        written.map(|_| ())
    }

    fn set_synchronous(&self, level: &str) -> Result<(), Error> {
        self.connection.pragma_update(None, "synchronous", level).map_err(|source| self.at(source))
    }

    /// Records that a client is sent: its problem and its begun write are over. `sent` is what its asset was found or
    /// made to say, if IQR was asked.
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
            for change in changes {
                change.insert(transaction, record)?;
            }
            if let Some(sent) = sent {
                insert_asset(transaction, record, sent)?;
            }
            insert_sent(transaction, record)?;
            for table in ["problem", "intent"] {
                let sql = format!("DELETE FROM {table} WHERE client_id = ?1");
                transaction.prepare_cached(&sql)?.execute([record.client_id.0])?;
            }
            Ok(())
        })
    }

    /// Forgets a client that is no longer in the appliance's database. The history of its asset stays.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn forget(&mut self, client: ClientId) -> Result<(), Error> {
        self.write(|transaction| {
            for table in ["sent", "problem", "intent"] {
                let sql = format!("DELETE FROM {table} WHERE client_id = ?1");
                transaction.prepare_cached(&sql)?.execute([client.0])?;
            }
            Ok(())
        })
    }
}
