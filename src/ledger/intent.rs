//! Writes to assets that were begun and whose end is not recorded yet.
//!
//! A begun write is a matter of its asset: the client that it was made for may have another inventory ID by the time
//! that it is read, or be gone.

use rusqlite::{Connection, OptionalExtension, Row};

use super::codec;
use super::database::Ledger;
use super::error::Error;
use super::lock::RunLock;
use super::run_ledger::RunLedger;
use crate::model::{ClientId, InventoryId, Sent, Timestamp};

/// A write that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The asset that was written to.
    pub inventory_id: InventoryId,
    /// The client that it was made for.
    pub client_id: ClientId,
    /// The asset's comments before the write.
    pub comments_before: String,
    /// The texts and lines that were being sent.
    pub sent: Sent,
    /// The start of the pass that made it.
    pub at: Timestamp,
}

/// The columns that [`intent`] reads.
const COLUMNS: &str = "inventory_id, client_id, comments_before, description, extended_description, lines, other_lines, earlier, \
     printed, at";

impl Ledger {
    /// Returns the write to this asset that was begun and never recorded as ended.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn intent(&self, id: &InventoryId) -> Result<Option<Intent>, Error> {
        self.row(&format!("SELECT {COLUMNS} FROM intent WHERE inventory_id = ?1"), [id.as_str()], intent)
    }

    /// Returns the begun writes that a killed pass has left and that no problem of their client retries, by inventory
    /// ID.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn open_intents(&self) -> Result<Vec<Intent>, Error> {
        self.rows(&format!("SELECT {COLUMNS} FROM intent WHERE is_open ORDER BY inventory_id"), [], intent)
    }
}

fn intent(row: &Row<'_>) -> rusqlite::Result<Intent> {
    Ok(Intent {
        inventory_id: InventoryId::from_record(row.get("inventory_id")?),
        client_id: ClientId(row.get("client_id")?),
        comments_before: row.get("comments_before")?,
        sent: codec::sent(row)?,
        at: Timestamp::from_unix_millis(row.get("at")?),
    })
}

impl RunLedger {
    /// Records that a write to an asset is about to be sent, with its comments as they are. The record has to be
    /// durable ([`super::Durability`]) before the request leaves: without it a text of ours in IQR would pass for a
    /// person's after a power cut, and lines that a replacing write costs could not be put back.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written, or the lock does not hold any more.
    pub fn begin_write(&mut self, intent: &Intent) -> Result<(), Error> {
        self.check_lock()?;
        self.write(|transaction| insert(transaction, intent).map(|_| ()))
    }

    fn check_lock(&self) -> Result<(), Error> {
        self.lock.as_ref().map_or(Ok(()), RunLock::check)
    }
}

fn insert(connection: &Connection, intent: &Intent) -> rusqlite::Result<usize> {
    let sql = "INSERT OR REPLACE INTO intent
               (inventory_id, client_id, comments_before, description, extended_description, lines, other_lines, earlier,
                printed, at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let Intent { inventory_id, client_id, comments_before, sent, at } = intent;
    let texts = [sent.description, sent.extended_description].map(codec::sent_text_bytes);
    let lines = [&sent.lines, &sent.other_lines].map(|lines| codec::line_bytes(lines));
    let (id, client, at) = (inventory_id.as_str(), client_id.0, at.unix_millis());
    let (earlier, printed) = (codec::mark_bytes(&sent.earlier), codec::printed_bytes(&sent.printed));
    let values = (id, client, comments_before, &texts[0], &texts[1], &lines[0], &lines[1], earlier, printed, at);
    connection.prepare_cached(sql)?.execute(values)
}

/// Deletes the begun write to an asset, which is over.
pub(super) fn delete(connection: &Connection, inventory_id: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM intent WHERE inventory_id = ?1")?.execute([inventory_id]).map(|_| ())
}

/// Closes the begun write of a client: its problem makes a later pass try it again.
pub(super) fn close(connection: &Connection, client: ClientId, inventory_id: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE intent SET is_open = 0 WHERE inventory_id = ?2 AND client_id = ?1";
    connection.prepare_cached(sql)?.execute((client.0, inventory_id)).map(|_| ())
}

/// Reopens the closed writes of a client that is sent to `now` or nowhere: no problem retries a write to another asset.
pub(super) fn reopen(connection: &Connection, client: ClientId, now: Option<&str>) -> rusqlite::Result<()> {
    // Mostly there is none, and to look for it costs a small part of an update of nothing.
    let sql = "SELECT 1 FROM intent WHERE client_id = ?1 AND NOT is_open LIMIT 1";
    if connection.prepare_cached(sql)?.query_row([client.0], |_| Ok(())).optional()?.is_none() {
        return Ok(());
    }
    let sql = "UPDATE intent SET is_open = 1 WHERE client_id = ?1 AND inventory_id IS NOT ?2 AND NOT is_open";
    connection.prepare_cached(sql)?.execute((client.0, now)).map(|_| ())
}
