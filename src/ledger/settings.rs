//! Settings that last from pass to pass: the watermark, facts learned about the tenant, and master items.

use std::collections::HashSet;

use rusqlite::named_params;
use rusqlite::types::{FromSql, ToSql};

use super::database::Ledger;
use super::error::Error;
use super::run_ledger::RunLedger;
use crate::model::{ClientId, Timestamp};
use crate::store::{Signature, Watermark};

/// The effect of a write to the comments field in this tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentSemantics {
    /// The lines that are sent are added to those that are there.
    Adds,
    /// The text that is sent replaces the one that is there.
    Replaces,
}

impl CommentSemantics {
    fn name(self) -> &'static str {
        match self {
            Self::Adds => "adds",
            Self::Replaces => "replaces",
        }
    }
}

/// The rows just before the watermark that were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlapRows {
    /// The start of the pass that read them.
    pub at: Timestamp,
    /// A digest of each row with its time.
    pub marks: HashSet<u64>,
}

/// Names of the single values.
const SIGNATURE: &str = "store signature";
const COMPARED: &str = "store signature at full comparison";
const CONFIG: &str = "config fingerprint";
const FULL_COMPARISON: &str = "full comparison finished at";
const RECENT: &str = "rows before the horizon";
const FULL_CURSOR: &str = "full comparison reached client";
const ROUND_CURSOR: &str = "asked comparison reached client";
const WIRE: &str = "iqr";
const SEMANTICS: &str = "comment semantics";

/// Settings: the number of requests in flight that the tenant allows, and when it was found.
const IN_FLIGHT: &str = "requests in flight";
const IN_FLIGHT_AT: &str = "requests in flight found at";

/// The watermark's numbers and times, by name.
const WATERMARK_KEYS: [&str; 3] = ["horizon client", "horizon wipe", "horizon log"];
const WATERMARK_TIMES: [&str; 3] = ["horizon updated at", "horizon wipe finished at", "horizon log created at"];

impl Ledger {
    pub(super) fn setting<T: FromSql>(&self, name: &str) -> Result<Option<T>, Error> {
        self.row("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0))
    }

    /// Returns the watermark: how far the appliance's history has been read; `None` before the first pass.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn watermark(&self) -> Result<Option<Watermark>, Error> {
        let [client_id, wipe_id, log_id] = WATERMARK_KEYS.map(|name| self.setting(name));
        let [updated_at, wipe_finished_at, log_created_at] = WATERMARK_TIMES.map(|name| self.setting(name));
        let Some(client_id) = client_id? else { return Ok(None) };
        Ok(Some(Watermark {
            client_id,
            wipe_id: wipe_id?.unwrap_or(i64::MIN),
            log_id: log_id?.unwrap_or(i64::MIN),
            updated_at: updated_at?.unwrap_or_default(),
            wipe_finished_at: wipe_finished_at?.unwrap_or_default(),
            log_created_at: log_created_at?.unwrap_or_default(),
        }))
    }

    /// Whether the appliance's database had this signature when all of it was last evaluated.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn is_signature(&self, signature: Signature) -> Result<bool, Error> {
        Ok(self.setting::<Vec<u8>>(SIGNATURE)?.is_some_and(|known| known == signature.to_bytes()))
    }

    /// Whether the appliance's database had this signature when it was last compared in full.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn is_compared(&self, signature: Signature) -> Result<bool, Error> {
        Ok(self.setting::<Vec<u8>>(COMPARED)?.is_some_and(|known| known == signature.to_bytes()))
    }

    /// Whether the last pass ran with this config.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn is_config(&self, fingerprint: [u8; 16]) -> Result<bool, Error> {
        Ok(self.setting::<Vec<u8>>(CONFIG)?.is_some_and(|known| known == fingerprint))
    }

    /// Returns the rows just before the watermark that were read; none when nothing is known of them.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn overlap_rows(&self) -> Result<OverlapRows, Error> {
        let bytes = self.setting::<Vec<u8>>(RECENT)?.unwrap_or_default();
        let mut numbers = bytes.as_chunks::<8>().0.iter().map(|number| u64::from_le_bytes(*number));
        let at = numbers.next().map_or(0, u64::cast_signed);
        Ok(OverlapRows { at: Timestamp::from_unix_millis(at), marks: numbers.collect() })
    }

    /// Returns when the newest full comparison ended.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn swept_at(&self) -> Result<Option<Timestamp>, Error> {
        Ok(self.setting(FULL_COMPARISON)?.map(Timestamp::from_unix_millis))
    }

    /// Returns the client at which an interrupted full comparison goes on.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn periodic_sweep_cursor(&self) -> Result<Option<ClientId>, Error> {
        Ok(self.setting(FULL_CURSOR)?.map(ClientId))
    }

    /// Returns the client at which a requested comparison goes on, if it was cut short.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn full_sweep_cursor(&self) -> Result<Option<ClientId>, Error> {
        Ok(self.setting(ROUND_CURSOR)?.map(ClientId))
    }

    /// Returns the effect of writes to the comments, once a write has shown it.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn comment_semantics(&self) -> Result<Option<CommentSemantics>, Error> {
        let name = self.setting::<String>(SEMANTICS)?;
        Ok([CommentSemantics::Adds, CommentSemantics::Replaces]
            .into_iter()
            .find(|semantics| name.as_deref() == Some(semantics.name())))
    }

    /// Returns the number of requests in flight that the tenant was found to allow, and when.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn in_flight(&self) -> Result<Option<(u8, Timestamp)>, Error> {
        let found = self.setting(IN_FLIGHT)?;
        let at = self.setting(IN_FLIGHT_AT)?.map(Timestamp::from_unix_millis);
        Ok(found.zip(at))
    }

    /// Whether the data host and the fields of the last pass are these; `None` before the first pass.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn is_wire(&self, wire: [u8; 16]) -> Result<Option<bool>, Error> {
        Ok(self.setting::<Vec<u8>>(WIRE)?.map(|known| known == wire))
    }

    /// Whether a master item is known to exist, by its folded key.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn master_item(&self, key: &str) -> Result<Option<(String, String)>, Error> {
        self.row("SELECT manufacturer, item_number FROM master_item WHERE key = ?1", [key], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }
}

/// An unknown signature is no bytes: no database ever matches it.
fn signature_bytes(signature: Option<Signature>) -> Vec<u8> {
    signature.map_or_else(Vec::new, |signature| signature.to_bytes().to_vec())
}

impl RunLedger {
    pub(super) fn set(&mut self, settings: &[(&str, &dyn ToSql)]) -> Result<(), Error> {
        self.write(|transaction| {
            let mut statement =
                transaction.prepare_cached("INSERT OR REPLACE INTO setting (name, value) VALUES (:name, :value)")?;
            for (name, value) in settings {
                statement.execute(named_params! {":name": name, ":value": value})?;
            }
            Ok(())
        })
    }

    pub(super) fn unset(&mut self, name: &str) -> Result<(), Error> {
        self.execute("DELETE FROM setting WHERE name = ?1", [name]).map(|_| ())
    }

    /// Moves the watermark.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn set_watermark(&mut self, watermark: &Watermark) -> Result<(), Error> {
        if self.watermark()?.as_ref() == Some(watermark) {
            return Ok(());
        }
        let [client, wipe, log] = WATERMARK_KEYS;
        let [updated, finished, created] = WATERMARK_TIMES;
        self.set(&[
            (client, &watermark.client_id),
            (wipe, &watermark.wipe_id),
            (log, &watermark.log_id),
            (updated, &watermark.updated_at),
            (finished, &watermark.wipe_finished_at),
            (created, &watermark.log_created_at),
        ])
    }

    /// Records which rows just before the watermark were read.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn set_overlap_rows(&mut self, rows: &OverlapRows) -> Result<(), Error> {
        let at = rows.at.unix_millis().cast_unsigned();
        let bytes: Vec<u8> = [at].iter().chain(&rows.marks).flat_map(|number| number.to_le_bytes()).collect();
        self.set(&[(RECENT, &bytes)])
    }

    /// Records that all of a database of this signature has been evaluated under this config; `None`: not
    /// everything.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn set_evaluated(&mut self, signature: Option<Signature>, config: [u8; 16]) -> Result<(), Error> {
        self.set(&[(SIGNATURE, &signature_bytes(signature)), (CONFIG, &config)])
    }

    /// Records where a full comparison that was cut short goes on.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn set_periodic_sweep_cursor(&mut self, reached: ClientId) -> Result<(), Error> {
        self.set(&[(FULL_CURSOR, &reached.0)])
    }

    /// Records where a comparison that was asked for goes on; `None`: from the first client.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn set_full_sweep_cursor(&mut self, reached: Option<ClientId>) -> Result<(), Error> {
        match reached {
            Some(client) => self.set(&[(ROUND_CURSOR, &client.0)]),
            None => self.unset(ROUND_CURSOR),
        }
    }

    /// Records that a full comparison ended at `now`; it began when the database had this signature.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn finish_sweep(&mut self, now: Timestamp, signature: Option<Signature>) -> Result<(), Error> {
        self.unset(FULL_CURSOR)?;
        self.set(&[(FULL_COMPARISON, &now.unix_millis()), (COMPARED, &signature_bytes(signature))])
    }

    /// Records what a write has shown of the comments field.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn set_comment_semantics(&mut self, semantics: CommentSemantics) -> Result<(), Error> {
        self.set(&[(SEMANTICS, &semantics.name())])
    }

    /// Records the data host and the fields that are written, and forgets what was learned of others.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn set_wire(&mut self, wire: [u8; 16]) -> Result<(), Error> {
        self.unset(SEMANTICS)?;
        self.set(&[(WIRE, &wire)])
    }

    /// Records how many requests at once the tenant was found to allow.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn set_in_flight(&mut self, found: u8, at: Timestamp) -> Result<(), Error> {
        self.set(&[(IN_FLIGHT, &found), (IN_FLIGHT_AT, &at.unix_millis())])
    }

    /// Remembers that a master item exists, as IQR spells it.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn remember_master_item(&mut self, key: &str, manufacturer: &str, item_number: &str) -> Result<(), Error> {
        let sql = "INSERT OR REPLACE INTO master_item (key, manufacturer, item_number) VALUES (?1, ?2, ?3)";
        self.execute(sql, [key, manufacturer, item_number]).map(|_| ())
    }

    /// Forgets a master item that turned out to be gone from IQR.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn forget_master_item(&mut self, key: &str) -> Result<(), Error> {
        self.execute("DELETE FROM master_item WHERE key = ?1", [key]).map(|_| ())
    }
}
