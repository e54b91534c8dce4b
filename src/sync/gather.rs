//! The next clients of the feed: what both databases know of them, and whom their news concern.

use super::examine::{self, Examiner, Gathered};
use super::feed::{Candidate, Errand, Feed};
use super::{Error, Request};
use crate::ledger::RunLedger;
use crate::model::ClientId;
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
    let found = store.consistently(|| {
        candidates.iter().map(|candidate| gather(*candidate, store, ledger, request)).collect::<Result<Vec<_>, _>>()
    })?;
    let mut clients = Vec::with_capacity(found.len());
    let mut concerned = Vec::new();
    for (candidate, gathered) in candidates.into_iter().zip(found) {
        match gathered {
            Some(gathered) => {
                concerned.extend(concerned_by(&gathered, ledger)?);
                clients.push((candidate, gathered));
            }
            None => feed.passed_over(candidate.client_id),
        }
    }
    drop(snapshot);
    // Before the news that concerns them counts as done: a pass that is killed would else forget them.
    ledger.wake(&concerned, request.started_at)?;
    feed.also(concerned);
    Ok(Some(clients))
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

/// Clients that were held or superseded because this one claimed their inventory ID, which it no longer does, and those
/// that were sent to the asset which this one claims too.
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
    concerned.retain(|client| *client != gathered.client_id);
    Ok(concerned)
}
