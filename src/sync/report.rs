//! The report of a pass, client by client.

use std::time::Duration;

use serde::Serialize;

use crate::ledger::PassTotals;
use crate::model::{ClientId, DueBecause, LookupService, Reason, Timestamp, excerpt};
use crate::sync::reconcile::plan::Field;

/// The outcome of one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemOutcome {
    /// The client was written to IQR; in a dry run it would be.
    Sent,
    /// IQR shows the client already.
    Unchanged,
    /// The client waits until a person changes something.
    Held,
    /// The client was not sent because something went wrong.
    Failed,
    /// The client is left to the next pass.
    Deferred,
}

/// A client in the report of a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The client.
    pub client_id: ClientId,
    /// Its inventory ID, or what was typed in its place.
    pub inventory_id: Option<String>,
    /// The outcome.
    pub outcome: ItemOutcome,
    /// The reason why it was not sent.
    pub reason: Option<Reason>,
    /// The cause and the next step, or notes on a client that was sent.
    pub message: Option<String>,
    /// The fields that were changed.
    pub changes: Vec<Field>,
    /// Whether the pass was aborted by then: its error is reported once, at the end.
    #[serde(skip)]
    pub is_reported_by_pass: bool,
    /// Whether an earlier pass reported the same rejection.
    #[serde(skip)]
    pub is_old_rejection: bool,
    /// The reasons why it was due.
    #[serde(skip)]
    pub because: Vec<DueBecause>,
    /// The time from its load to its outcome.
    #[serde(skip)]
    pub took: Duration,
}

/// The end of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PassOutcome {
    /// Every client that was due was evaluated, or left because the time was over.
    Done,
    /// An error that concerns every client, or a signal, stopped the pass.
    Aborted,
    /// Another pass was running.
    Skipped,
}

/// The totals and times of a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The way in which the pass ended.
    pub outcome: PassOutcome,
    /// Whether it was a dry run.
    pub dry_run: bool,
    /// The time when it began.
    pub started_at: Timestamp,
    /// The time when it ended.
    pub finished_at: Timestamp,
    /// The number of clients by outcome, and of requests.
    pub totals: PassTotals,
    /// The number of requests for data to each service that has a section in the config.
    pub lookup_requests: Vec<(LookupService, u64)>,
}

impl Report {
    /// Returns the report of a pass that has done nothing yet. `services` have a section in the config.
    #[must_use]
    pub fn begun(started_at: Timestamp, dry_run: bool, services: Vec<LookupService>) -> Self {
        let (outcome, totals) = (PassOutcome::Done, PassTotals::default());
        let lookup_requests = services.into_iter().map(|service| (service, 0)).collect();
        Self { outcome, dry_run, started_at, finished_at: started_at, totals, lookup_requests }
    }

    /// Returns the number of clients that were due.
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
