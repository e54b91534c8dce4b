//! The next clients of the feed: what both databases know of them, and whom their news concern.

use super::examine::{self, Examiner, Gathered};
use super::feed::{Candidate, Errand, Feed};
use super::{Error, Request};
use crate::ledger::RunLedger;
use crate::model::{ClientId, Reason};
use crate::store::Store;

/// Asks both databases about at most so many clients that are next; `None` when the feed has ended. Those that may have had
/// news and had none are passed over.
pub(super) fn next(
    feed: &mut Feed,
    most: usize,
    store: &Store,
    ledger: &mut RunLedger,
    request: &Request<'_>,
) -> Result<Option<Vec<(Candidate, Gathered)>>, Error> {
    let Some(first) = feed.next(store, ledger)? else { return Ok(None) };
    let mut candidates = vec![first];
    candidates.extend(feed.more(most.saturating_sub(1)));
    let snapshot = ledger.snapshot()?;
    let look = |candidate: &Candidate| gather(*candidate, store, ledger, request);
    let mut found = store.consistently(|| candidates.iter().map(look).collect::<Result<Vec<_>, _>>());
    if found.is_err() && candidates.len() > 1 {
        // What cannot be read may be one of the others: it is not to keep those before it waiting.
        candidates.drain(1..).rev().for_each(|candidate| feed.put_back(candidate));
        found = store.consistently(|| Ok(vec![look(&first)?]));
    }
    let found = candidates.into_iter().zip(found?);
    let mut clients = Vec::new();
    let mut concerned = Vec::new();
    for (candidate, gathered) in one_for_each_asset(found, feed) {
        concerned.extend(concerned_by(&gathered, ledger)?);
        clients.push((candidate, gathered));
    }
    drop(snapshot);
    // Before the news that concerns them counts as done: a pass that is killed would else forget them.
    ledger.wake(&concerned, request.started_at)?;
    feed.also(concerned);
    Ok(Some(clients))
}

/// Those of them that may go on now. What is not recorded yet is not found by those who claim the same asset; so one that may
/// be sent waits while another client in hand claims its asset, and is looked at again when that one is recorded.
fn one_for_each_asset(
    found: impl Iterator<Item = (Candidate, Option<Gathered>)>,
    feed: &mut Feed,
) -> Vec<(Candidate, Gathered)> {
    let mut clients = Vec::new();
    for (candidate, gathered) in found {
        match gathered {
            Some(gathered) => clients.push((candidate, gathered)),
            None => feed.passed_over(candidate.client_id),
        }
    }
    for (candidate, gathered) in clients.iter().filter(|(_, gathered)| !gathered.may_be_sent()) {
        feed.claim(candidate.client_id, gathered.inventory_id.as_deref());
    }
    clients.retain(|(candidate, gathered)| {
        !gathered.may_be_sent() || feed.claim_alone(*candidate, gathered.inventory_id.as_deref())
    });
    clients
}

/// `None` for a client that may have news and has none.
fn gather(
    candidate: Candidate,
    store: &Store,
    ledger: &RunLedger,
    request: &Request<'_>,
) -> Result<Option<Gathered>, examine::Error> {
    let ask_anyway = candidate.errand == Errand::Anyway;
    let examiner = Examiner { store, ledger: Some(ledger), config: request.config, ask_anyway };
    match candidate.errand {
        Errand::News => examiner.gather_news(candidate.client_id),
        _ => examiner.gather(candidate.client_id).map(Some),
    }
}

/// Clients that were held or superseded because this one claimed their inventory ID, which it no longer does, those
/// that were sent to the asset which this one claims too, the newer record of its machine, if it is held as another
/// machine's, and those that are held for its ID if what is said of this one's rivals has changed.
fn concerned_by(gathered: &Gathered, ledger: &RunLedger) -> Result<Vec<ClientId>, examine::Error> {
    let mut concerned = Vec::new();
    for old in gathered.known.inventory_ids() {
        if gathered.inventory_id.as_deref() != Some(old) || gathered.is_gone() {
            concerned.extend(ledger.clients_of(old)?);
        }
    }
    if let Some(id) = gathered.inventory_id.as_deref().filter(|_| gathered.has_rival()) {
        concerned.extend(ledger.senders(id)?);
    }
    if let Some(id) = gathered.inventory_id.as_deref().filter(|_| gathered.has_news_of_rivals()) {
        for client in ledger.clients_of(id)? {
            let problem = ledger.problem(client)?;
            concerned.extend(problem.filter(|it| it.reason == Reason::DuplicateInventoryId.code()).map(|_| client));
        }
    }
    if let Some(newer) = gathered.newer {
        let problem = ledger.problem(newer)?;
        concerned.extend(problem.filter(|it| it.reason == Reason::DuplicateInventoryId.code()).map(|_| newer));
    }
    concerned.retain(|client| *client != gathered.client_id);
    Ok(concerned)
}
