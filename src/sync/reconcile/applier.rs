//! What the application of plans shares among the workers.

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard};

use super::items::MasterItems;
use crate::config::Config;
use crate::iqr::Iqr;
use crate::ledger::{self, CommentSemantics, Durability, RunLedger};
use crate::model::{InventoryId, Timestamp};
use crate::sync::shared::lock;

/// Applies plans; shared by all connections.
pub struct Applier<'a> {
    /// IQR.
    pub iqr: &'a Iqr,
    /// The ledger.
    pub ledger: &'a Mutex<RunLedger>,
    /// The rules.
    pub config: &'a Config,
    /// The master items of this pass.
    pub items: &'a MasterItems,
    /// Makes begun writes durable before their requests leave.
    pub durability: Durability,
    /// When this pass began.
    pub started_at: Timestamp,
    /// Plan only.
    pub dry_run: bool,
    /// What is known of writes to the comments: as the ledger has it, which need not be asked for every client.
    pub semantics: Mutex<Option<CommentSemantics>>,
    /// Held by the client whose write will show what writes to the comments do: one is enough to find it out.
    pub lesson: Mutex<()>,
    /// Whether a write of this pass has shown it.
    pub has_seen_semantics: AtomicBool,
    /// Where lines that an earlier write had cost were sent back in this pass.
    pub assets_with_lines_in_flight: Mutex<HashSet<InventoryId>>,
}

impl Applier<'_> {
    pub(super) fn ledger(&self) -> MutexGuard<'_, RunLedger> {
        lock(self.ledger)
    }

    /// What is known of writes to the comments.
    pub(super) fn semantics(&self) -> Option<CommentSemantics> {
        *lock(&self.semantics)
    }

    pub(super) fn learn(&self, shown: CommentSemantics) -> Result<(), ledger::Error> {
        self.ledger().set_comment_semantics(shown)?;
        *lock(&self.semantics) = Some(shown);
        Ok(())
    }
}
