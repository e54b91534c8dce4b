//! The status for scripts.

use serde::Serialize;

use super::advice::advice;
use super::asset_status::{AssetStatus, Standing, State};
use super::obstacle::Obstacle;
use super::services::ServiceStatus;
use super::state::Status;
use crate::commands::lookups::{self, ValueJson};
use crate::ledger::{LeftBehind, Pass, PassTotals, Problem};
use crate::model::{ClientId, DueBecause, Reason, Timestamp};
use crate::store::MissingIndex;
use crate::sync::left_behind;

#[derive(Serialize)]
pub(super) struct Json<'a> {
    /// The data host of IQR.
    tenant: Option<&'a str>,
    /// `None` when the WipeOS database cannot be read.
    due: Option<u64>,
    held: Vec<Rejected<'a>>,
    failing: Vec<Rejected<'a>>,
    left_behind: Vec<LeftJson<'a>>,
    passes: Vec<PassJson<'a>>,
    last_pass: Option<LastPass>,
    missing_indexes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lookups: Vec<ServiceJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<AssetJson<'a>>,
}

/// A service that has values of machines.
#[derive(Serialize)]
struct ServiceJson<'a> {
    service: &'static str,
    state: &'static str,
    until: Option<Timestamp>,
    message: Option<&'a str>,
    waiting: u64,
}

#[derive(Serialize)]
struct Rejected<'a> {
    client_id: ClientId,
    inventory_id: Option<&'a str>,
    reason: &'a str,
    message: &'a str,
    /// The advice, where the message says only what happened.
    advice: Option<&'static str>,
    attempts: u32,
    since: Timestamp,
    next_try: Option<Timestamp>,
}

/// An asset that still shows what another machine sent; or one of many, where the WipeOS database was replaced.
#[derive(Serialize)]
struct LeftJson<'a> {
    inventory_id: &'a str,
    client_id: ClientId,
    now: Option<&'a str>,
    serial_number: Option<&'a str>,
    sent_at: Timestamp,
    attention: bool,
    noticed_at: Timestamp,
    message: String,
    advice: String,
    store_replaced_at: Option<Timestamp>,
    assets: u64,
}

#[derive(Serialize)]
struct PassJson<'a> {
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    outcome: Option<&'a str>,
    /// The code `time-budget` for a pass that left clients to the next because its time was over.
    reason: Option<&'static str>,
    message: Option<&'a str>,
    advice: Option<&'static str>,
    #[serde(flatten)]
    totals: PassTotals,
}

/// The newest pass, also one that had nothing to do.
#[derive(Serialize)]
struct LastPass {
    started_at: Timestamp,
    finished_at: Timestamp,
}

#[derive(Serialize)]
struct AssetJson<'a> {
    inventory_id: &'a str,
    clients: Vec<ClientId>,
    now: Vec<Now<'a>>,
    sent: Vec<Sent>,
    changes: Vec<Change<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lookups: Option<Vec<ValueJson<'a>>>,
}

/// The state of a client of the asset.
#[derive(Serialize)]
struct Now<'a> {
    client_id: ClientId,
    machine: &'a str,
    /// The state: `up-to-date`, `due`, `half-done`, `differs`, `held`, `failing` or `gone`.
    state: &'static str,
    due_because: &'a [DueBecause],
    reason: Option<&'a str>,
    /// The message; for a due client also what kept the last pass from sending it.
    message: Option<String>,
    advice: Option<&'static str>,
    /// The obstacle that ended the last pass, or keeps passes from being made, where it keeps this client from being
    /// sent.
    obstacle: Option<String>,
}

#[derive(Serialize)]
struct Sent {
    client_id: ClientId,
    at: Timestamp,
}

#[derive(Serialize)]
struct Change<'a> {
    at: Timestamp,
    field: &'a str,
    from: &'a str,
    to: &'a str,
}

impl<'a> Json<'a> {
    pub(super) fn from_status(status: &'a Status, now: Timestamp) -> Self {
        let indexes = status.store.iter().flat_map(|store| &store.missing_indexes);
        Self {
            tenant: status.tenant.as_deref(),
            due: status.store.as_ref().map(|store| store.due),
            held: status.held().map(rejection).collect(),
            failing: status.failing().map(rejection).collect(),
            left_behind: status.left_behind.iter().map(left).collect(),
            passes: status.passes.iter().map(pass).collect(),
            last_pass: status
                .heartbeat
                .map(|beat| LastPass { started_at: beat.started_at, finished_at: beat.finished_at }),
            missing_indexes: indexes.map(MissingIndex::statement).collect(),
            lookups: status.services.iter().map(service).collect(),
            asset: status.asset.as_ref().map(|asset| AssetJson {
                lookups: (!status.services.is_empty()).then(|| values(asset)),
                ..asset_json(asset, Obstacle::find(status, now).as_ref(), now)
            }),
        }
    }
}

fn service(status: &ServiceStatus) -> ServiceJson<'_> {
    ServiceJson {
        service: status.service.name(),
        state: status.code(),
        until: status.until(),
        message: status.message(),
        waiting: status.waiting,
    }
}

/// Returns the looked-up values of the clients of an asset, each once.
fn values(asset: &AssetStatus) -> Vec<ValueJson<'_>> {
    let mut found = Vec::new();
    for value in asset.clients.iter().flat_map(|client| &client.looked_up) {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    lookups::values(found).collect()
}

fn rejection(problem: &Problem) -> Rejected<'_> {
    Rejected {
        client_id: problem.client_id,
        inventory_id: problem.inventory_id.as_deref(),
        reason: problem.reason.code(),
        message: &problem.message,
        advice: problem.reason.known().and_then(advice),
        attempts: problem.attempts,
        since: problem.since,
        next_try: problem.next_try,
    }
}

fn left(notice: &LeftBehind) -> LeftJson<'_> {
    LeftJson {
        inventory_id: &notice.inventory_id,
        client_id: notice.client_id,
        now: notice.now.as_deref(),
        serial_number: notice.registration.serial_number.as_deref(),
        sent_at: notice.sent_at,
        attention: notice.is_attention,
        noticed_at: notice.noticed_at,
        message: left_behind::sentence(notice),
        advice: left_behind::advice(notice),
        store_replaced_at: notice.replacement.map(|replacement| replacement.at),
        assets: notice.replacement.map_or(1, |replacement| replacement.assets),
    }
}

fn pass(pass: &Pass) -> PassJson<'_> {
    let reason = pass.ran_out_of_time().then_some(Reason::TimeBudget);
    PassJson {
        started_at: pass.started_at,
        finished_at: pass.finished_at,
        outcome: pass.outcome.as_deref(),
        reason: reason.map(Reason::code),
        message: pass.message.as_deref(),
        advice: reason.and_then(advice),
        totals: pass.totals,
    }
}

fn now<'a>(standing: &'a Standing, obstacle: Option<&Obstacle>, now: Timestamp) -> Now<'a> {
    let (code, reason, message) = match &standing.state {
        State::Held { reason, message } | State::Failing { reason, message } => {
            (Some(reason.code()), reason.known(), Some(message.clone()))
        }
        state @ (State::UpToDate | State::Due(_) | State::HalfDone | State::Differs | State::Gone) => {
            let obstacle = obstacle.filter(|_| state.is_due());
            let reason = obstacle.and_then(Obstacle::reason);
            (reason.map(Reason::code), reason, obstacle.map(|obstacle| obstacle.sentence(now)))
        }
    };
    Now {
        client_id: standing.client_id,
        machine: &standing.machine,
        state: standing.state.code(),
        due_because: if let State::Due(because) = &standing.state { because } else { &[] },
        reason: code,
        message,
        advice: reason.and_then(advice),
        obstacle: obstacle.filter(|it| it.keeps(standing)).map(|it| it.sentence(now)),
    }
}

fn asset_json<'a>(asset: &'a AssetStatus, obstacle: Option<&Obstacle>, time: Timestamp) -> AssetJson<'a> {
    AssetJson {
        inventory_id: &asset.inventory_id,
        clients: asset.clients.iter().map(|client| client.client_id).collect(),
        now: asset.clients.iter().map(|client| now(client, obstacle, time)).collect(),
        sent: asset.sent.iter().map(|&(client_id, at)| Sent { client_id, at }).collect(),
        changes: asset
            .changes
            .iter()
            .map(|(at, change)| Change { at: *at, field: &change.field, from: &change.before, to: &change.after })
            .collect(),
        lookups: None,
    }
}
