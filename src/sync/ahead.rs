//! Clients gathered several at a time: both databases are locked once for all of them.

use std::collections::VecDeque;
use std::time::Duration;

use super::examine::{self, Examiner, Gathered};
use super::feed::{Candidate, Errand, Feed};
use super::{Error, Request};
use crate::ledger::RunLedger;
use crate::model::ClientId;
use crate::store::Store;

/// So many clients are gathered at once at most.
const MOST: usize = 8;

/// What was gathered longer ago is gathered again: meanwhile a technician may have corrected the inventory ID.
const FRESH: Duration = Duration::from_millis(100);

/// What is gathered and not taken yet, in the order of the feed.
pub(super) struct Ahead {
    gathered: VecDeque<(Candidate, Gathered)>,
    /// Where IQR is slow, what is gathered ahead grows old: then one at a time is gathered.
    most: usize,
}

impl Ahead {
    pub(super) fn new() -> Self {
        Self { gathered: VecDeque::new(), most: MOST }
    }

    /// How many clients wait here.
    pub(super) fn len(&self) -> u64 {
        self.gathered.len() as u64
    }

    /// The next client. Those that waited for too long go back to the feed.
    pub(super) fn next(&mut self, feed: &mut Feed) -> Option<Gathered> {
        let (_, first) = self.gathered.front()?;
        if first.age() > FRESH {
            self.most = 1;
            feed.take_back(self.gathered.drain(..).map(|(candidate, _)| candidate));
            return None;
        }
        self.gathered.pop_front().map(|(_, gathered)| gathered)
    }

    /// Gathers the next clients of the feed, `most` at most; whether there was one, with news or without.
    pub(super) fn refill(
        &mut self,
        (feed, most): (&mut Feed, usize),
        (store, ledger): (&Store, &mut RunLedger),
        request: &Request<'_>,
    ) -> Result<bool, Error> {
        let Some(first) = feed.next(store, ledger)? else { return Ok(false) };
        let more = std::iter::from_fn(|| feed.next_queued());
        let candidates: Vec<Candidate> = std::iter::once(first).chain(more.take(most.min(self.most) - 1)).collect();
        let (gathered, concerned) = gather_all(&candidates, store, ledger, request)?;
        // Before the news that concerns them counts as done: a pass that is killed would else forget them.
        ledger.wake(&concerned, request.started_at)?;
        for (candidate, gathered) in candidates.into_iter().zip(gathered) {
            match gathered {
                Some(gathered) => self.gathered.push_back((candidate, gathered)),
                None => feed.passed_over(candidate.client_id),
            }
        }
        feed.also(concerned);
        Ok(true)
    }
}

/// What both databases know of these clients, and which others their news concern.
fn gather_all(
    candidates: &[Candidate],
    store: &Store,
    ledger: &RunLedger,
    request: &Request<'_>,
) -> Result<(Vec<Option<Gathered>>, Vec<ClientId>), examine::Error> {
    let _snapshot = ledger.snapshot()?;
    let gathered = store.consistently(|| -> Result<Vec<_>, examine::Error> {
        candidates.iter().map(|candidate| gather(*candidate, store, ledger, request)).collect()
    })?;
    let mut others = Vec::new();
    for gathered in gathered.iter().flatten() {
        others.extend(concerned(ledger, gathered)?);
    }
    Ok((gathered, others))
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
            concerned.extend(ledger.problems_of(old)?);
            concerned.extend(ledger.senders(old)?);
        }
    }
    if let Some(id) = gathered.inventory_id.as_deref().filter(|_| gathered.has_rival()) {
        concerned.extend(ledger.senders(id)?);
    }
    concerned.retain(|client| *client != gathered.client_id);
    Ok(concerned)
}
