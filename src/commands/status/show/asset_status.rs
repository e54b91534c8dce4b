//! The status of one asset for people: its state and what to do, then what was sent when.

use super::parts::{and_more, left_behind, tries, when};
use crate::commands::page::{Page, Span, minute};
use crate::commands::status::advice::explained;
use crate::commands::status::asset_status::{AssetStatus, Standing, State};
use crate::commands::status::obstacle::Obstacle;
use crate::commands::{diff, lookups};
use crate::ledger::{ChangeRecord, LeftBehind};
use crate::model::{DueBecause, Reason, Timestamp};
use crate::output::{BAD, DIM, GOOD, STRONG, WARN};
use crate::sync::reconcile::plan::Field;

/// The number of changes of one asset that are listed.
const MAX_CHANGES: usize = 40;

/// Writes the page; `notices` are those that name the asset, `obstacle` is what kept the last pass from sending what is
/// due.
pub(super) fn write(
    page: &mut Page,
    asset: &AssetStatus,
    notices: &[LeftBehind],
    obstacle: Option<&Obstacle>,
    now: Timestamp,
) {
    page.title(&[Span::new(STRONG, format!("Asset {}", asset.inventory_id))]);
    page.row("clients", asset.without_client().unwrap_or_default());
    for client in &asset.clients {
        standing(page, client, &asset.inventory_id, obstacle, now);
    }
    if asset.sent.is_empty() && asset.changes.is_empty() {
        page.styled_row("last sent", WARN, "never");
    }
    for (client, at) in &asset.sent {
        page.row("last sent", format!("{}, from client {client}", when(*at, now)));
    }
    for notice in notices {
        left_behind(page, notice);
    }
    if let Some(intent) = asset.intent.as_ref().filter(|_| !asset.clients.iter().any(|it| it.state.is_answered())) {
        let state = "a write of which the end is not known; the asset is read before anything else";
        page.row("begun", format!("{}: {state}", minute(intent.at)));
    }
    history(page, &asset.changes);
}

fn standing(page: &mut Page, client: &Standing, id: &str, obstacle: Option<&Obstacle>, now: Timestamp) {
    let machine = if client.machine.is_empty() { "its record in WipeOS cannot be read" } else { &client.machine };
    page.row(&format!("client {}", client.client_id), machine);
    let mut spans = vec![state(&client.state)];
    if let Some(problem) = client.problem.as_ref().filter(|_| client.state.is_rejected()) {
        spans.push(Span::plain(format!(", since {}{}", minute(problem.since), tries(problem, now))));
    }
    page.spans_row("now", &spans);
    page.row("", advice(&client.state, id));
    lookups::rows(page, &client.looked_up, now);
    if let Some(obstacle) = obstacle.filter(|obstacle| obstacle.keeps(client)) {
        page.styled_row("not sent yet", WARN, obstacle.message(now));
    }
}

impl State {
    fn is_rejected(&self) -> bool {
        match self {
            Self::Held { .. } | Self::Failing { .. } => true,
            Self::UpToDate | Self::Due(_) | Self::HalfDone | Self::Differs | Self::Gone => false,
        }
    }

    /// Whether IQR's answer to the write is known: then it is in the message.
    fn is_answered(&self) -> bool {
        match self {
            Self::Failing { reason, .. } => reason.is(Reason::Refused) || reason.is(Reason::NotVerified),
            Self::UpToDate | Self::Due(_) | Self::HalfDone | Self::Differs | Self::Held { .. } | Self::Gone => false,
        }
    }
}

fn state(state: &State) -> Span {
    match state {
        State::UpToDate => Span::new(GOOD, "sent; nothing is new"),
        State::Due(because) => {
            let because: Vec<&str> = because.iter().copied().map(DueBecause::words).collect();
            Span::new(GOOD, format!("due with the next pass: {}", because.join(", ")))
        }
        State::HalfDone => Span::new(GOOD, "due with the next pass: a write was begun by a pass that was killed"),
        State::Differs => Span::new(WARN, "sent, and something else would be sent now"),
        State::Held { reason, .. } => Span::new(WARN, format!("held: {}", reason.code())),
        State::Failing { reason, .. } => Span::new(BAD, format!("failing: {}", reason.code())),
        State::Gone => Span::new(DIM, "no longer in WipeOS"),
    }
}

/// Returns what to do; an empty text where there is nothing to do.
fn advice(state: &State, id: &str) -> String {
    match state {
        State::Held { reason, message } | State::Failing { reason, message } => explained(reason, message),
        State::Due(_) | State::HalfDone => format!("`wipeos-iqr preview {id} --remote` shows what will be sent"),
        State::Differs => format!(
            "the config, the program or the record of this machine has changed since; `wipeos-iqr sync --inventory-id {id}` \
             brings it to IQR, `sync --full` what all clients have of the kind"
        ),
        State::UpToDate | State::Gone => String::new(),
    }
}

fn history(page: &mut Page, changes: &[(Timestamp, ChangeRecord)]) {
    if changes.is_empty() {
        return;
    }
    page.section("Changed in IQR, newest first ([-went-] {+came+})");
    let mut before = None;
    for (at, change) in changes.iter().take(MAX_CHANGES) {
        let when = if before == Some(*at) { String::new() } else { minute(*at) };
        self::change(page, &when, change);
        before = Some(*at);
    }
    and_more(page, changes.len().saturating_sub(MAX_CHANGES), ["change before", "changes before"]);
}

/// Writes a change: comments line by line, other fields word by word.
fn change(page: &mut Page, when: &str, change: &ChangeRecord) {
    if change.field == ChangeRecord::DISMISSED {
        page.spans_row(when, &[Span::new(STRONG, "notice "), Span::plain(&change.after)]);
        return page.row("", &change.before);
    }
    let name = change.field.replace('_', " ");
    if change.field != Field::Comments.name() {
        let mut spans = vec![Span::new(STRONG, format!("{name}: "))];
        spans.extend(diff::words(&change.before, &change.after));
        return page.spans_row(when, &spans);
    }
    page.spans_row(when, &[Span::new(STRONG, format!("{name}:"))]);
    for line in diff::lines(&change.before, &change.after) {
        page.spans_row("", &[line]);
    }
}
