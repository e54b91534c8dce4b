//! The status for people. Where all is well, six lines.

mod asset_status;
mod parts;

use anstyle::Style;

use self::parts::{and_more, left_behind, tries, when};
use super::advice::explained;
use super::obstacle::Obstacle;
use super::state::Status;
use crate::commands::page::{Page, Span, length, minute};
use crate::custody::Entry;
use crate::ledger::{Heartbeat, LeftBehind, Pass, Problem};
use crate::model::Timestamp;
use crate::output::{self, BAD, DIM, GOOD, WARN};

/// The number of held, and of failing, clients that are listed one by one.
const MAX_ROWS: usize = 20;

pub(super) fn page(status: &Status, now: Timestamp, is_verbose: bool) -> String {
    let mut page = Page::default();
    if let Some(asset) = &status.asset {
        asset_status::write(&mut page, asset, &status.left_behind, Obstacle::find(status, now).as_ref(), now);
        custody(&mut page, &status.custody);
        return page.into_text();
    }
    tenant(&mut page, status);
    let obstacle = Obstacle::find(status, now);
    match &obstacle {
        Some(obstacle) if obstacle.is_before_first_pass() => page.styled_row("last pass", WARN, obstacle.message(now)),
        Some(obstacle) if obstacle.is_reported_by_pass() => last_pass(&mut page, status, now),
        obstacle @ (Some(_) | None) => {
            last_pass(&mut page, status, now);
            attention(&mut page, obstacle.as_ref(), now);
        }
    }
    if let Some(missing) = status.missing_slot() {
        page.styled_row("attention", BAD, missing);
    }
    counts(&mut page, status);
    services(&mut page, status);
    table(&mut page, "Failing: tried again by themselves", &status.failing().collect::<Vec<_>>(), now);
    table(&mut page, "Held: each waits for a person", &status.held().collect::<Vec<_>>(), now);
    notices(&mut page, &status.left_behind);
    if is_verbose || obstacle.is_some() || !is_well(status) {
        passes(&mut page, &status.passes);
    }
    indexes(&mut page, status);
    page.into_text()
}

/// Whether the appliance is well: held clients wait for people, and count as well.
fn is_well(status: &Status) -> bool {
    let is_done = status.passes.first().is_none_or(|pass| pass.outcome.as_deref() == Some("done"));
    status.failing().next().is_none() && is_done && status.store.is_some()
}

/// Writes the change of the tenant: what was sent to one says nothing of another.
fn tenant(page: &mut Page, status: &Status) {
    let Some(tenant) = &status.tenant else { return };
    page.row("IQR", tenant);
    if let Some((before, now)) = &status.tenants {
        let what_follows = if status.has_ledger { "goes on with" } else { "compares every machine with" };
        let message = format!("the last pass worked with {before}; the next one {what_follows} {now}");
        page.styled_row("attention", WARN, message);
    }
}

fn last_pass(page: &mut Page, status: &Status, now: Timestamp) {
    if !status.has_ledger {
        return page.styled_row("last pass", WARN, "no pass was made yet");
    }
    match (status.newest_record(now), status.heartbeat, status.passes.first()) {
        (Some(pass), ..) => page.spans_row("last pass", &pass_spans(pass, now)),
        (None, Some(beat), before) => {
            page.row("last pass", format!("{}: {}", when(beat.started_at, now), unrecorded(&beat)));
            if let Some(pass) = before {
                page.spans_row("before", &pass_spans(pass, now));
            }
        }
        (None, None, _) => page.styled_row("last pass", WARN, "no pass came to its end yet"),
    }
}

/// Writes the obstacle to every client.
fn attention(page: &mut Page, obstacle: Option<&Obstacle>, now: Timestamp) {
    let Some(obstacle) = obstacle else { return };
    let style = if obstacle.is_grave() { BAD } else { WARN };
    page.styled_row("attention", style, obstacle.message(now));
}

/// Describes a pass that left no record.
fn unrecorded(beat: &Heartbeat) -> &'static str {
    if beat.last_good == Some(beat.finished_at) {
        "nothing to do"
    } else {
        "it was for one asset alone, or was ended early and could not record why"
    }
}

fn pass_spans(pass: &Pass, now: Timestamp) -> Vec<Span> {
    let mut spans = vec![Span::plain(when(pass.started_at, now)), Span::plain(": ")];
    spans.extend(outcome(pass));
    spans
}

/// Describes the duration and the outcome of a pass.
fn outcome(pass: &Pass) -> Vec<Span> {
    let Some(finished_at) = pass.finished_at else {
        return vec![Span::new(WARN, "it runs, or was killed")];
    };
    let totals = pass.totals;
    let parts = [
        (totals.sent, "sent", GOOD),
        (totals.unchanged, "unchanged", DIM),
        (totals.held, "held", WARN),
        (totals.failed, "failed", BAD),
        (totals.deferred, "left for the next", WARN),
    ];
    let took = length(finished_at.seconds_since(pass.started_at).max(0));
    let mut spans = vec![Span::plain(format!("{took}; "))];
    let parts = parts.iter().filter(|(number, ..)| *number > 0);
    spans.extend(parts.map(|(number, word, style)| Span::new(*style, format!("{number} {word}, "))));
    spans.push(Span::plain(output::count(totals.requests, "request", "requests")));
    if pass.is_aborted() {
        let why = pass.message.as_deref().unwrap_or("no reason is known");
        spans.push(Span::new(BAD, format!("; ended early: {why}")));
    } else if let Some(why) = &pass.message {
        spans.push(Span::new(WARN, format!("; {why}")));
    }
    spans
}

/// Writes the lines of the custody record; nothing where there are none.
fn custody(page: &mut Page, entries: &[Entry]) {
    if entries.is_empty() {
        return;
    }
    page.section("Lockers, newest first");
    for entry in entries.iter().rev().take(MAX_ROWS) {
        let place = [("machine", &entry.machine), ("locker", &entry.selection), ("reservation", &entry.reservation)];
        let place = place.into_iter().filter_map(|(name, value)| Some(format!(", {name} {}", value.as_ref()?)));
        let (action, event, place) = (entry.action.word(), entry.event.word(), place.collect::<String>());
        page.row(&minute(entry.at), format!("{action} {event}, by {}{place}", entry.by));
        page.row("", entry.forced.as_ref().map(|reason| format!("forced: {reason}")).unwrap_or_default());
        page.row("", entry.message.as_deref().unwrap_or_default());
    }
    and_more(page, entries.len().saturating_sub(MAX_ROWS), ["line before", "lines before"]);
}

fn counts(page: &mut Page, status: &Status) {
    let clients = |number: u64| output::count(number, "client", "clients");
    match &status.store {
        Some(store) if store.due == 0 => page.row("due", "nothing"),
        Some(store) => page.row("due", clients(store.due)),
        None => page.styled_row("due", BAD, "not known: the WipeOS database cannot be read"),
    }
    match status.failing().count() as u64 {
        0 => page.row("failing", "nothing"),
        number => page.styled_row("failing", BAD, clients(number)),
    }
    match status.held().count() as u64 {
        0 => page.row("held", "nothing"),
        number => page.styled_row("held", WARN, clients(number)),
    }
}

/// Writes the services that have values of machines; nothing where the config has no section of one.
fn services(page: &mut Page, status: &Status) {
    for service in &status.services {
        let style = if service.is_well() { Style::new() } else { WARN };
        page.styled_row(service.service.name(), style, service.sentence());
    }
}

fn table(page: &mut Page, title: &str, problems: &[&Problem], now: Timestamp) {
    if problems.is_empty() {
        return;
    }
    page.section(title);
    for problem in problems.iter().take(MAX_ROWS) {
        entry(page, problem, now);
    }
    and_more(page, problems.len().saturating_sub(MAX_ROWS), ["more client", "more clients"]);
}

/// Writes the notices; nothing where there are none.
fn notices(page: &mut Page, notices: &[LeftBehind]) {
    if notices.is_empty() {
        return;
    }
    page.section("Assets that show what another machine sent");
    for notice in notices.iter().take(MAX_ROWS) {
        left_behind(page, notice);
    }
    and_more(page, notices.len().saturating_sub(MAX_ROWS), ["more asset", "more assets"]);
}

fn entry(page: &mut Page, problem: &Problem, now: Timestamp) {
    let id = problem.inventory_id.as_deref().unwrap_or("no ID");
    let style = if problem.reason.is_held() { WARN } else { BAD };
    page.spans_row(
        id,
        &[
            Span::new(style, problem.reason.code()),
            Span::plain(format!(", client {}, since {}", problem.client_id, minute(problem.since))),
            Span::plain(tries(problem, now)),
        ],
    );
    page.row("", explained(&problem.reason, &problem.message));
}

fn passes(page: &mut Page, passes: &[Pass]) {
    if passes.is_empty() {
        return;
    }
    page.section("Passes that had something to do");
    for pass in passes {
        page.spans_row(&minute(pass.started_at)[5..], &outcome(pass));
    }
}

/// Writes the indexes that are missing. The appliance is not ours to change: an administrator may.
fn indexes(page: &mut Page, status: &Status) {
    let Some(store) = status.store.as_ref().filter(|store| !store.missing_indexes.is_empty()) else { return };
    page.section("Indexes that the WipeOS database lacks: passes are slower, nothing else is lost");
    for index in &store.missing_indexes {
        page.item(&[Span::plain(index.statement())]);
    }
}
