//! The next client of the feed: what both databases know of it, and whom its news concern.

use super::examine::{self, Examiner, Gathered};
use super::feed::{Candidate, Errand, Feed};
use super::{Error, Request};
use crate::ledger::RunLedger;
use crate::model::ClientId;
use crate::store::Store;

/// What the next client of the feed turned out to be.
pub(super) enum Next {
    /// One to be judged.
    Client(Box<Gathered>),
    /// One that may have had news and had none.
    PassedOver,
    /// None: the feed has ended.
    End,
}

/// Asks both databases about the next client.
pub(super) fn next(
    feed: &mut Feed,
    store: &Store,
    ledger: &mut RunLedger,
    request: &Request<'_>,
) -> Result<Next, Error> {
    let Some(candidate) = feed.next(store, ledger)? else { return Ok(Next::End) };
    let snapshot = ledger.snapshot()?;
    let Some(gathered) = gather(candidate, store, ledger, request)? else {
        feed.passed_over(candidate.client_id);
        return Ok(Next::PassedOver);
    };
    let concerned = concerned(ledger, &gathered)?;
    drop(snapshot);
    // Before the news that concerns them counts as done: a pass that is killed would else forget them.
    ledger.wake(&concerned, request.started_at)?;
    feed.also(concerned);
    Ok(Next::Client(Box::new(gathered)))
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
fn concerned(ledger: &RunLedger, gathered: &Gathered) -> Result<Vec<ClientId>, examine::Error> {
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
