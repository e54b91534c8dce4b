//! The clients that a pass has handed out and whose outcome is not recorded yet, and the assets that they claim.
//!
//! What is not recorded is not found by others who claim the same asset: they would be sent there, too. So only one of those
//! in hand goes on; the others are set aside until it is recorded, and are looked at again then.

use std::collections::{BTreeMap, BTreeSet};

use super::feed::Candidate;
use crate::model::ClientId;

/// Clients in hand, and those that wait for one of them.
#[derive(Default)]
pub(super) struct InHand {
    claims: BTreeMap<ClientId, Option<String>>,
    aside: Vec<(String, Candidate)>,
}

impl InHand {
    /// This one is handed out; what it claims is not known yet.
    pub fn add(&mut self, client: ClientId) {
        self.claims.insert(client, None);
    }

    /// Its outcome is recorded, or it is out of hand again.
    pub fn remove(&mut self, client: ClientId) {
        self.claims.remove(&client);
    }

    /// This one claims an asset.
    pub fn claim(&mut self, client: ClientId, asset: Option<&str>) {
        if let Some(claim) = self.claims.get_mut(&client) {
            *claim = asset.map(str::to_owned);
        }
    }

    /// Whether another one claims this asset.
    pub fn is_claimed(&self, asset: &str, but: ClientId) -> bool {
        self.claims.iter().any(|(client, claimed)| *client != but && claimed.as_deref() == Some(asset))
    }

    /// It waits until nobody else claims its asset.
    pub fn set_aside(&mut self, asset: &str, candidate: Candidate) {
        self.remove(candidate.client_id);
        self.aside.push((asset.to_owned(), candidate));
    }

    /// One that was set aside and need not wait any more.
    pub fn released(&mut self) -> Option<Candidate> {
        let place = self.aside.iter().position(|(asset, waiting)| !self.is_claimed(asset, waiting.client_id))?;
        Some(self.aside.remove(place).1)
    }

    /// Those that were set aside.
    pub fn aside(&self) -> impl Iterator<Item = ClientId> {
        self.aside.iter().map(|(_, waiting)| waiting.client_id)
    }

    /// All whose outcome is not recorded, by key.
    pub fn unrecorded(&self) -> BTreeSet<ClientId> {
        self.claims.keys().copied().chain(self.aside()).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.aside.is_empty()
    }
}
