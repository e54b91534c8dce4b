//! The state that workers share while they apply plans.

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard};

use super::items::MasterItems;
use crate::config::Config;
use crate::iqr::Iqr;
use crate::ledger::{self, CommentSemantics, Durability, RunLedger};
use crate::model::{InventoryId, Timestamp};
use crate::sync::shared::lock;

/// Applies plans; all workers share it.
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
    /// The time when this pass began.
    pub started_at: Timestamp,
    /// Whether this run plans and writes nothing.
    pub dry_run: bool,
    /// The learned semantics of writes to the comments, cached so that the ledger is not read for every client.
    pub semantics: Mutex<Option<CommentSemantics>>,
    /// The client whose write will show what writes to the comments do holds this lock: one write is enough.
    pub lesson: Mutex<()>,
    /// Whether a write of this pass has shown it.
    pub has_seen_semantics: AtomicBool,
    /// The assets to which lines that an earlier write cost were sent back in this pass.
    pub assets_with_lines_in_flight: Mutex<HashSet<InventoryId>>,
}

impl Applier<'_> {
    pub(super) fn ledger(&self) -> MutexGuard<'_, RunLedger> {
        lock(self.ledger)
    }

    /// Returns the learned semantics of writes to the comments.
    pub(super) fn semantics(&self) -> Option<CommentSemantics> {
        *lock(&self.semantics)
    }

    pub(super) fn learn(&self, shown: CommentSemantics) -> Result<(), ledger::Error> {
        self.ledger().set_comment_semantics(shown)?;
        *lock(&self.semantics) = Some(shown);
        Ok(())
    }
}
