//! The read of the next client from both databases, and the clients that its news concern.

use super::error::Error;
use super::evaluate::{Evaluated, Evaluator, Loaded};
use super::request::Request;
use crate::ledger::RunLedger;
use crate::model::{ClientId, Reason};
use crate::store::Store;
use crate::sync::candidate::{Candidate, Trigger};
use crate::sync::queue::Pending;

/// Reads a client from both databases. Returns `None` where the client has no news after all, and where it has to wait:
/// a client does not find a rival whose outcome is not recorded yet, so it waits while another client in flight claims
/// its asset. Then it is read again.
pub(super) fn load(
    candidate: Candidate,
    pending: &mut Pending,
    store: &Store,
    ledger: &mut RunLedger,
    request: &Request<'_>,
) -> Result<Option<Loaded>, Error> {
    let (loaded, concerned) = {
        let _snapshot = ledger.snapshot()?;
        let Some(loaded) = store.consistently(|| read_client(candidate, store, ledger, request))? else {
            pending.pass_over(candidate.client_id);
            return Ok(None);
        };
        let concerned = concerned_by(&loaded, ledger)?;
        (loaded, concerned)
    };
    let asset = loaded.evaluated.inventory_id.as_deref();
    if !loaded.may_be_sent() {
        pending.claim(candidate.client_id, asset);
    } else if !pending.try_claim(candidate, asset) {
        return Ok(None);
    }
    // A killed pass would forget these clients if they were woken after the news that concerns them is recorded.
    ledger.wake(&concerned, request.started_at)?;
    pending.push_concerned(concerned);
    Ok(Some(loaded))
}

/// Reads a client; returns `None` for one that may have had news and has none.
fn read_client(
    candidate: Candidate,
    store: &Store,
    ledger: &RunLedger,
    request: &Request<'_>,
) -> Result<Option<Loaded>, Error> {
    let ask_anyway = candidate.trigger == Trigger::Request;
    let evaluator = Evaluator { store, ledger: Some(ledger), config: request.config, answers: None, ask_anyway };
    match candidate.trigger {
        Trigger::News => evaluator.load_news(candidate.client_id),
        Trigger::Retry | Trigger::Sweep | Trigger::Request => evaluator.load(candidate.client_id).map(Some),
    }
}

/// Returns the clients that must be evaluated again because of this one: those that were held or superseded for an
/// inventory ID that it gave up, those that were sent to the asset that it claims now, the newer record of its machine
/// if that one is held as another machine, and those that are held for its ID if the message about its rivals has
/// changed.
fn concerned_by(loaded: &Loaded, ledger: &RunLedger) -> Result<Vec<ClientId>, Error> {
    let Evaluated { client_id, inventory_id, ledger_view, .. } = &loaded.evaluated;
    let mut concerned = Vec::new();
    let mut rivals: Vec<ClientId> = loaded.newer.into_iter().collect();
    for old in ledger_view.inventory_ids() {
        if inventory_id.as_deref() != Some(old) || loaded.is_gone() {
            concerned.extend(ledger.clients_of(old)?);
        }
    }
    if let Some(id) = inventory_id {
        if loaded.has_rival() {
            concerned.extend(ledger.senders(id)?);
        }
        if loaded.has_news_of_rivals() {
            rivals.extend(ledger.clients_of(id)?);
        }
    }
    for rival in rivals {
        let problem = ledger.problem(rival)?;
        concerned.extend(problem.filter(|it| it.reason.is(Reason::DuplicateInventoryId)).map(|_| rival));
    }
    concerned.retain(|client| client != client_id);
    Ok(concerned)
}
