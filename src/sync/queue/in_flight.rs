//! The clients in flight and the assets that they claim.
//!
//! At most one client in flight may claim an asset: a client does not find a rival whose outcome is not recorded, and
//! both would be sent there. The others are parked until the outcome is recorded, and are evaluated then.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::ClientId;
use crate::sync::candidate::Candidate;

/// The clients in flight, and those parked because one of them claims their asset.
#[derive(Default)]
pub struct InFlight {
    claims: BTreeMap<ClientId, Option<String>>,
    parked: Vec<(String, Candidate)>,
}

impl InFlight {
    /// Adds a client; the asset that it claims is not known yet.
    pub fn add(&mut self, client: ClientId) {
        self.claims.insert(client, None);
    }

    /// Removes a client.
    pub fn remove(&mut self, client: ClientId) {
        self.claims.remove(&client);
    }

    /// Notes which asset a client claims.
    pub fn claim(&mut self, client: ClientId, asset: Option<&str>) {
        if let Some(claim) = self.claims.get_mut(&client) {
            *claim = asset.map(str::to_owned);
        }
    }

    /// Whether another client claims this asset.
    pub fn is_claimed(&self, asset: &str, but: ClientId) -> bool {
        self.claims.iter().any(|(client, claimed)| *client != but && claimed.as_deref() == Some(asset))
    }

    /// Parks a client until no other client claims its asset.
    pub fn park(&mut self, asset: &str, candidate: Candidate) {
        self.remove(candidate.client_id);
        self.parked.push((asset.to_owned(), candidate));
    }

    /// Takes a parked client whose asset no other client claims any more.
    pub fn released(&mut self) -> Option<Candidate> {
        let place = self.parked.iter().position(|(asset, waiting)| !self.is_claimed(asset, waiting.client_id))?;
        Some(self.parked.remove(place).1)
    }

    /// Returns the parked clients.
    pub fn parked(&self) -> impl Iterator<Item = ClientId> {
        self.parked.iter().map(|(_, waiting)| waiting.client_id)
    }

    /// Returns all clients in flight or parked, by key.
    pub fn unrecorded(&self) -> BTreeSet<ClientId> {
        self.claims.keys().copied().chain(self.parked()).collect()
    }

    /// Whether no client is in flight or parked.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.parked.is_empty()
    }
}
