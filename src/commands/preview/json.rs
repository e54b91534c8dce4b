//! A preview for scripts.

use serde::{Serialize, Serializer};

use super::{Preview, Subject};
use crate::model::{Asset, Chassis, ClientId, CommentLine, Cut, DueBecause, Machine, TemplateKind, Timestamp};
use crate::sync::reconcile::plan::Change;

#[derive(Serialize)]
pub(super) struct Json<'a> {
    client_id: ClientId,
    inventory_id: &'a str,
    other_clients: &'a [ClientId],
    due_because: &'a [DueBecause],
    held: Option<Rejection<'a>>,
    problem: Option<Problem<'a>>,
    sent_at: Option<Timestamp>,
    machine: Option<&'a Machine>,
    mapped: Option<Mapped<'a>>,
    iqr: Option<&'a Asset>,
    changes: &'a [Change],
    notes: &'a [String],
}

#[derive(Serialize)]
struct Rejection<'a> {
    reason: &'a str,
    message: &'a str,
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

#[derive(Serialize)]
struct Mapped<'a> {
    manufacturer: &'a str,
    item_number: &'a str,
    chassis: Chassis,
    template: TemplateKind,
    template_because: &'a str,
    category: &'a str,
    item_description: &'a str,
    description: &'a str,
    extended_description: &'a str,
    comments: &'a [CommentLine],
    #[serde(serialize_with = "attributes")]
    attributes: &'a [(String, String)],
    cuts: &'a [Cut],
}

fn attributes<S: Serializer>(attributes: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(attributes.iter().map(|(name, text)| (name, text)))
}

impl<'a> Json<'a> {
    pub(super) fn of(preview: &'a Preview) -> Self {
        let remote = preview.remote.as_ref();
        // Of a held client nothing is sent, whatever differs.
        let changes = remote.filter(|_| preview.held.is_none()).map(|remote| remote.plan.changes.as_slice());
        Self {
            client_id: preview.client_id,
            inventory_id: preview.inventory_id(),
            other_clients: &preview.others,
            due_because: &preview.because,
            held: preview.held.as_ref().map(|hold| Rejection { reason: &hold.reason, message: &hold.message }),
            problem: problem(preview),
            sent_at: preview.known.sent.as_ref().map(|record| record.at),
            machine: preview.subject.as_ref().map(super::Subject::machine),
            mapped: preview.subject.as_ref().map(mapped),
            iqr: remote.map(|remote| &remote.asset),
            changes: changes.unwrap_or_default(),
            notes: remote.map(|remote| remote.notes.as_slice()).unwrap_or_default(),
        }
    }
}

fn problem(preview: &Preview) -> Option<Problem<'_>> {
    if let Some(trouble) = &preview.unreadable {
        let (attempts, since, next_try) = (0, None, None);
        let reason = trouble.reason.code();
        return Some(Problem { held: false, reason, message: &trouble.message, attempts, since, next_try });
    }
    let problem = preview.known.problem.as_ref()?;
    Some(Problem {
        held: problem.held,
        reason: &problem.reason,
        message: &problem.message,
        attempts: problem.attempts,
        since: Some(problem.since),
        next_try: problem.next_try,
    })
}

fn mapped(subject: &Subject) -> Mapped<'_> {
    let update = subject.update();
    Mapped {
        manufacturer: &update.manufacturer,
        item_number: &update.item_number,
        chassis: update.chassis,
        template: update.template,
        template_because: &update.template_because,
        category: &update.category,
        item_description: &update.item_description,
        description: &update.description,
        extended_description: &update.extended_description,
        comments: &update.comments,
        attributes: &update.attributes,
        cuts: &update.cuts,
    }
}
