//! What a pass did, client by client.

use std::time::Duration;

use serde::Serialize;

use crate::ledger::PassTotals;
use crate::model::{ClientId, DueBecause, Reason, Timestamp, excerpt};
use crate::sync::reconcile::plan::Field;

/// What became of one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemOutcome {
    /// Written to IQR (in a dry run: it would be).
    Sent,
    /// IQR had it all.
    Unchanged,
    /// Not sent until a person changes something.
    Held,
    /// Not sent because something went wrong.
    Failed,
    /// Left for the next pass.
    Deferred,
}

/// One client of a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The client.
    pub client_id: ClientId,
    /// Its inventory ID, or what was typed in its place.
    pub inventory_id: Option<String>,
    /// What became of it.
    pub outcome: ItemOutcome,
    /// Why it was not sent.
    pub reason: Option<Reason>,
    /// What happened and what to do next, or what is worth knowing of a client that was sent.
    pub message: Option<String>,
    /// The fields that were changed.
    pub changes: Vec<Field>,
    /// Its trouble is the whole pass's, which is told once at the end.
    #[serde(skip)]
    pub is_reported_by_pass: bool,
    /// An earlier pass came to the same, and told it.
    #[serde(skip)]
    pub is_old_rejection: bool,
    /// Why it was due.
    #[serde(skip)]
    pub because: Vec<DueBecause>,
    /// From when it was taken in hand until it was done.
    #[serde(skip)]
    pub took: Duration,
}

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PassOutcome {
    /// Everything due was looked at, or left because the time was over.
    Done,
    /// Something that concerns every client stopped it.
    Aborted,
    /// Another pass was running.
    Skipped,
}

/// What a pass did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub outcome: PassOutcome,
    /// Whether it was a dry run.
    pub dry_run: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// How many clients became what.
    pub totals: PassTotals,
}

impl Report {
    /// A report of a pass that has done nothing yet.
    #[must_use]
    pub fn begun(started_at: Timestamp, dry_run: bool) -> Self {
        let (outcome, totals) = (PassOutcome::Done, PassTotals::default());
        Self { outcome, dry_run, started_at, finished_at: started_at, totals }
    }

    /// How many clients were due.
    #[must_use]
    pub fn due(&self) -> u64 {
        let totals = &self.totals;
        totals.sent + totals.unchanged + totals.held + totals.failed + totals.deferred
    }

    /// Counts a client.
    pub(super) fn add(&mut self, item: &Item) {
        let count = match item.outcome {
            ItemOutcome::Sent => &mut self.totals.sent,
            ItemOutcome::Unchanged => &mut self.totals.unchanged,
            ItemOutcome::Held => &mut self.totals.held,
            ItemOutcome::Failed => &mut self.totals.failed,
            ItemOutcome::Deferred => &mut self.totals.deferred,
        };
        *count += 1;
    }
}

/// Names a client in a message.
#[must_use]
pub fn name_of(client: ClientId, inventory_id: Option<&str>) -> String {
    match inventory_id {
        Some(id) => format!("client {client} (asset {})", excerpt(id)),
        None => format!("client {client}"),
    }
}
