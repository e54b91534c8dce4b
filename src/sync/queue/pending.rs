//! The clients that wait for a worker, and those in flight.

use std::collections::{BTreeSet, VecDeque};

use super::dispatched::Dispatched;
use super::in_flight::InFlight;
use crate::model::ClientId;
use crate::sync::candidate::{Candidate, Trigger};

/// The clients that wait and those in flight. A pass dispatches each of them once.
#[derive(Default)]
pub struct Pending {
    queue: VecDeque<Candidate>,
    /// Clients that the news of another client concern: they go first.
    concerned: BTreeSet<ClientId>,
    dispatched: Dispatched,
    /// Clients parked for one of these go first once they need not wait any more.
    in_flight: InFlight,
}

impl Pending {
    /// Appends clients to the queue.
    pub fn push(&mut self, clients: impl IntoIterator<Item = ClientId>, trigger: Trigger) {
        self.queue.extend(clients.into_iter().map(|client_id| Candidate { client_id, trigger }));
    }

    /// Puts clients in front, by key, because the news of another client concern them.
    pub fn push_concerned(&mut self, clients: impl IntoIterator<Item = ClientId>) {
        self.concerned.extend(clients.into_iter().filter(|client| !self.dispatched.contains(*client)));
    }

    /// Dispatches the next client; returns `None` when none waits.
    pub fn dispatch(&mut self) -> Option<Candidate> {
        while let Some(candidate) = self.next() {
            if self.dispatched.insert(candidate.client_id) {
                self.in_flight.add(candidate.client_id);
                return Some(candidate);
            }
        }
        None
    }

    fn next(&mut self) -> Option<Candidate> {
        if let Some(released) = self.in_flight.released() {
            return Some(released);
        }
        let concerned = self.concerned.pop_first();
        let retry = concerned.map(|client_id| Candidate { client_id, trigger: Trigger::Retry });
        retry.or_else(|| self.queue.pop_front())
    }

    /// Notes which asset a client in flight claims.
    pub fn claim(&mut self, client: ClientId, asset: Option<&str>) {
        self.in_flight.claim(client, asset);
    }

    /// Notes the same unless another client in flight claims the asset; then parks this client until that one is
    /// recorded, and returns false.
    pub fn try_claim(&mut self, candidate: Candidate, asset: Option<&str>) -> bool {
        let client = candidate.client_id;
        if let Some(asset) = asset.filter(|asset| self.in_flight.is_claimed(asset, client)) {
            self.in_flight.park(asset, candidate);
            self.dispatched.remove(client);
            return false;
        }
        self.claim(client, asset);
        true
    }

    /// Notes that the outcome of a client is recorded.
    pub fn settle(&mut self, client: ClientId) {
        self.in_flight.remove(client);
    }

    /// Notes that a client has no news; it may still be dispatched for another reason.
    pub fn pass_over(&mut self, client: ClientId) {
        self.in_flight.remove(client);
        self.dispatched.remove(client);
    }

    /// Returns the clients that were dispatched.
    pub(super) fn dispatched(&self) -> &Dispatched {
        &self.dispatched
    }

    /// Returns the clients that wait in the queue, in its order.
    pub(super) fn queue(&self) -> impl Iterator<Item = &Candidate> {
        self.queue.iter()
    }

    /// Returns all clients in flight whose outcome is not recorded, by key.
    pub(super) fn unrecorded(&self) -> BTreeSet<ClientId> {
        self.in_flight.unrecorded()
    }

    /// Whether no client is in flight, nor waits for one that is.
    pub(super) fn is_settled(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// Whether no client waits.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.concerned.is_empty() && self.in_flight.parked().next().is_none()
    }

    /// Counts the clients that wait and were not dispatched for another reason.
    pub(super) fn count(&self) -> u64 {
        let queued = self.queue.iter().map(|waiting| waiting.client_id).chain(self.in_flight.parked());
        let queued = queued.chain(self.concerned.iter().copied());
        queued.filter(|client| !self.dispatched.contains(*client)).count() as u64
    }
}
