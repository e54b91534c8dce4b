//! A preview for scripts.

use serde::Serialize;

use super::load::{HeldReason, Preview, Subject};
use crate::commands::lookups;
use crate::model::{Asset, AssetUpdate, ClientId, DueBecause, Machine, Timestamp};
use crate::sync::reconcile::plan::Change;

#[derive(Serialize)]
pub(super) struct Json<'a> {
    client_id: ClientId,
    inventory_id: &'a str,
    other_clients: &'a [ClientId],
    due_because: &'a [DueBecause],
    held: Option<&'a HeldReason>,
    problem: Option<Problem<'a>>,
    sent_at: Option<Timestamp>,
    machine: Option<&'a Machine>,
    mapped: Option<&'a AssetUpdate>,
    iqr: Option<&'a Asset>,
    changes: &'a [Change],
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    lookups: Option<Vec<lookups::ValueJson<'a>>>,
}

/// The reason that keeps the asset from being sent, or kept it in the newest pass.
#[derive(Serialize)]
struct Problem<'a> {
    held: bool,
    reason: &'a str,
    message: &'a str,
    attempts: u32,
    since: Option<Timestamp>,
    next_try: Option<Timestamp>,
}

impl<'a> Json<'a> {
    pub(super) fn from_preview(preview: &'a Preview) -> Self {
        let remote = preview.remote.as_ref();
        // Of a held client nothing is sent, whatever differs.
        let changes = remote.filter(|_| preview.held.is_none()).map(|remote| remote.plan.changes.as_slice());
        Self {
            client_id: preview.client_id,
            inventory_id: preview.inventory_id(),
            other_clients: &preview.others,
            due_because: &preview.because,
            held: preview.held.as_ref(),
            problem: problem(preview),
            sent_at: preview.ledger_view.sent.as_ref().map(|record| record.at),
            machine: preview.subject.as_ref().map(Subject::machine),
            mapped: preview.subject.as_ref().map(Subject::update),
            iqr: remote.map(|remote| &remote.asset),
            changes: changes.unwrap_or_default(),
            notes: remote.map(|remote| remote.notes.as_slice()).unwrap_or_default(),
            lookups: preview.has_lookups.then(|| lookups::values(preview.looked_up()).collect()),
        }
    }
}

fn problem(preview: &Preview) -> Option<Problem<'_>> {
    if let Some(rejection) = &preview.unreadable {
        let (attempts, since, next_try) = (0, None, None);
        let reason = rejection.reason.code();
        return Some(Problem { held: false, reason, message: &rejection.message, attempts, since, next_try });
    }
    let problem = preview.ledger_view.problem.as_ref()?;
    Some(Problem {
        held: problem.reason.is_held(),
        reason: problem.reason.code(),
        message: &problem.message,
        attempts: problem.attempts,
        since: Some(problem.since),
        next_try: problem.next_try,
    })
}
