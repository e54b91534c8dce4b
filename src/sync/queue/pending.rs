//! The clients that wait for a worker, and those in flight.
//!
//! At most one client in flight may claim an asset: a client does not find a rival whose outcome is not recorded, and
//! both would be sent there. The others are parked until the outcome is recorded, and are evaluated then.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::dispatched::Dispatched;
use crate::model::ClientId;
use crate::sync::candidate::{Candidate, Trigger};

/// The clients that wait and those in flight. A pass dispatches each of them once.
#[derive(Default)]
pub struct Pending {
    pub(super) queue: VecDeque<Candidate>,
    /// Clients that the news of another client concern: they go first.
    concerned: BTreeSet<ClientId>,
    pub(super) dispatched: Dispatched,
    /// The clients in flight, each with the asset that it claims, once that is known.
    claims: BTreeMap<ClientId, Option<String>>,
    /// The clients that another one's claim parks, with their assets: they go first once it is settled.
    parked: Vec<(String, Candidate)>,
}

impl Pending {
    /// Appends clients to the queue.
    pub fn push(&mut self, clients: impl IntoIterator<Item = ClientId>, trigger: Trigger) {
        self.queue.extend(clients.into_iter().map(|client_id| Candidate::new(client_id, trigger)));
    }

    /// Puts clients in front, by key, because the news of another client concern them.
    pub fn push_concerned(&mut self, clients: impl IntoIterator<Item = ClientId>) {
        self.concerned.extend(clients.into_iter().filter(|client| !self.dispatched.contains(*client)));
    }

    /// Whether the next client of the queue is prepared.
    pub(super) fn is_next_prepared(&self) -> bool {
        self.queue.front().is_some_and(|next| next.is_prepared)
    }

    /// Marks the first client of the queue that is not prepared, and returns it; `None` where all are. Clients that
    /// were dispatched for another reason are left out.
    pub(super) fn prepare_next(&mut self) -> Option<Candidate> {
        // Clients are appended at the end and prepared from the front, so the prepared ones come first.
        let first = self.queue.partition_point(|waiting| waiting.is_prepared);
        let dispatched = &self.dispatched;
        self.queue.range_mut(first..).find_map(|waiting| {
            waiting.is_prepared = true;
            (!dispatched.contains(waiting.client_id)).then_some(*waiting)
        })
    }

    /// Dispatches the next client; returns `None` when none waits.
    pub fn dispatch(&mut self) -> Option<Candidate> {
        while let Some(candidate) = self.next() {
            if self.dispatched.insert(candidate.client_id) {
                self.claims.insert(candidate.client_id, None);
                return Some(candidate);
            }
        }
        None
    }

    fn next(&mut self) -> Option<Candidate> {
        if let Some(at) = self.parked.iter().position(|(asset, it)| !self.is_claimed(asset, it.client_id)) {
            return Some(self.parked.remove(at).1);
        }
        let concerned = self.concerned.pop_first();
        let retry = concerned.map(|client_id| Candidate::new(client_id, Trigger::Retry));
        retry.or_else(|| self.queue.pop_front())
    }

    /// Notes which asset a client in flight claims.
    pub fn claim(&mut self, client: ClientId, asset: Option<&str>) {
        if let Some(claim) = self.claims.get_mut(&client) {
            *claim = asset.map(str::to_owned);
        }
    }

    /// Notes the same unless another client in flight claims the asset; then parks this client until that one is
    /// recorded, and returns false.
    pub fn try_claim(&mut self, candidate: Candidate, asset: Option<&str>) -> bool {
        let client = candidate.client_id;
        if let Some(asset) = asset.filter(|asset| self.is_claimed(asset, client)) {
            self.pass_over(client);
            self.parked.push((asset.to_owned(), candidate));
            return false;
        }
        self.claim(client, asset);
        true
    }

    fn is_claimed(&self, asset: &str, but: ClientId) -> bool {
        self.claims.iter().any(|(client, claimed)| *client != but && claimed.as_deref() == Some(asset))
    }

    /// Notes that the outcome of a client is recorded.
    pub fn settle(&mut self, client: ClientId) {
        self.claims.remove(&client);
    }

    /// Notes that a client has no news; it may still be dispatched for another reason.
    pub fn pass_over(&mut self, client: ClientId) {
        self.claims.remove(&client);
        self.dispatched.remove(client);
    }

    /// Returns all clients in flight whose outcome is not recorded, by key.
    pub(super) fn unrecorded(&self) -> BTreeSet<ClientId> {
        self.claims.keys().copied().chain(self.parked()).collect()
    }

    /// Whether no client is in flight, nor waits for one that is.
    pub(super) fn is_settled(&self) -> bool {
        self.claims.is_empty() && self.parked.is_empty()
    }

    fn parked(&self) -> impl Iterator<Item = ClientId> {
        self.parked.iter().map(|(_, waiting)| waiting.client_id)
    }

    /// Whether no client waits.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.concerned.is_empty() && self.parked.is_empty()
    }

    /// Counts the clients that wait and were not dispatched for another reason.
    pub(super) fn count(&self) -> u64 {
        let queued = self.queue.iter().map(|waiting| waiting.client_id).chain(self.parked());
        let queued = queued.chain(self.concerned.iter().copied());
        queued.filter(|client| !self.dispatched.contains(*client)).count() as u64
    }
}
