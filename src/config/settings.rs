//! The sections of a checked config.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::{IdRule, Timestamp};
use crate::secret::Secret;

/// `[store]`: the WipeOS database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// The SQLite file. A relative path of the config file starts at the config file's folder.
    pub database: PathBuf,
    /// The slot of the inventory item menu that holds the inventory ID.
    pub inventory_id_slot: String,
    /// The rule for valid inventory IDs.
    pub id_rule: IdRule,
}

/// `[ledger]`: our own database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerConfig {
    /// The SQLite file; made on first use. Never the file of the store.
    pub path: PathBuf,
    /// The time for which the history of passes and changes is kept: at least a day.
    pub keep: Duration,
}

impl LedgerConfig {
    /// Returns the time before which history is not kept, at `now`.
    #[must_use]
    pub fn oldest_kept(&self, now: Timestamp) -> Timestamp {
        now.minus(self.keep)
    }
}

/// `[metrics]`, `[monitor]` and `[report]`: to whom each pass is reported. None of it changes what a pass does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchConfig {
    /// The file for the textfile collector of Prometheus' node exporter.
    pub textfile: Option<PathBuf>,
    /// The URL at which a monitor waits for signs of life. Secret: who knows it can give them, too.
    pub ping_url: Option<Secret>,
    /// The page for people.
    pub html: Option<PathBuf>,
}

/// `[lookup]`: how values are looked up at other services in a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupConfig {
    /// The longest time for which the clients of one pass wait for lookups, in sum: 1 s to 60 s.
    pub budget: Duration,
    /// The time for which a service that fails is not asked.
    pub retry: Duration,
    /// The time after which a value that no service answered counts as absent, until the service answers.
    pub wait: Duration,
}

impl Default for LookupConfig {
    fn default() -> Self {
        Self { budget: Duration::from_secs(10), retry: Duration::from_secs(600), wait: Duration::from_secs(24 * 3600) }
    }
}

/// `[sync]`: how a pass is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncConfig {
    /// The time after which no new client is started.
    pub time_budget: Duration,
    /// The interval at which every client is compared, whatever its times say.
    pub full_comparison_every: Duration,
    /// The longest time between two tries of a client that itself fails.
    pub retry_max_delay: Duration,
    /// The reaction to a serial number in IQR that differs from the machine's.
    pub serial_check: SerialCheck,
    /// Whether every write is read back and compared.
    pub verify_writes: bool,
    /// The part of the comments that is sent.
    pub comments: CommentMode,
    /// The rule for moving an asset to its master item.
    pub reassign: Reassign,
    /// Item numbers and manufacturers of assets that wait for their true master item.
    pub placeholders: Vec<String>,
}

/// The reaction to a serial number in IQR that differs from the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SerialCheck {
    /// The asset is not sent until a person has checked it.
    Hold,
    /// The asset is sent, and the log warns.
    Warn,
    /// The asset is sent.
    Off,
}

/// The part of the comments that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentMode {
    /// New and changed lines: the server adds what it gets.
    Changed,
    /// The existing text with the changes in it: the server replaces what it has.
    Full,
}

/// The rule for moving an asset to its master item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reassign {
    /// An asset is moved whenever it is under another.
    Always,
    /// An asset is moved only from one of the placeholders.
    Placeholder,
    /// An asset is never moved.
    Never,
}
