//! Other clients that claim the asset of a client: whether they are records of one machine, and which of them is sent.

use super::judge::{Evaluator, Rejection, Rivalry};
use crate::mapping::Identity;
use crate::model::{ClientId, InventoryId, Machine, Reason};
use crate::store::{self, Snapshot};
use crate::sync::error::Error;

/// The maximum number of clients of one inventory ID that are compared. Each of them reads all others.
const MAX_RIVALS: usize = 100;

/// The maximum number of clients of one inventory ID that are listed.
const MAX_LISTED_CLIENTS: usize = 20_000;

/// A client that claims an asset; it has no identity when its record cannot be understood.
struct Claim {
    client_id: ClientId,
    identity: Option<Identity>,
}

impl Evaluator<'_> {
    /// Finds what keeps a client from being sent because others claim its asset: two of them are different machines, or
    /// one is a newer record of the same machine.
    ///
    /// The others are read one by one up to the first contradiction. Each is compared with all before it: if two
    /// contradict each other, a third one that lacks the distinguishing facts may be either of them.
    pub(super) fn rivalry(&self, machine: &Machine, id: &InventoryId) -> Result<Option<Rivalry>, Error> {
        let client = machine.client_id;
        let typed = machine.slot(&self.config.store.inventory_id_slot).unwrap_or_default();
        let mut records: Vec<(ClientId, Identity)> = Vec::new();
        let mut newest = client;
        let candidates = match self.candidates(typed, id, 4 * MAX_RIVALS) {
            Err(Error::Store(store::Error::TooMany { .. })) => return Ok(Some(too_many(client, id))),
            Ok(candidates) if candidates.len() > MAX_RIVALS => return Ok(Some(too_many(client, id))),
            candidates => candidates?,
        };
        for candidate in candidates.into_iter().filter(|candidate| *candidate != client) {
            let Some(claim) = self.claim(candidate, id)? else { continue };
            let Some(identity) = claim.identity else {
                let fact = format!("the record of client {candidate} cannot be understood");
                return Ok(Some(two_machines(client, [client, candidate], id, &fact)));
            };
            if records.is_empty() {
                records.push((client, self.identity(machine)));
            }
            for (other, known) in &records {
                let [older, newer] = if *other < candidate { [known, &identity] } else { [&identity, known] };
                if let Some(fact) = older.contradiction(newer) {
                    return Ok(Some(two_machines(client, [*other, candidate], id, &fact.to_string())));
                }
            }
            // An identity that agrees with a record agrees with its equals, too.
            if records.iter().all(|(_, known)| *known != identity) {
                records.push((candidate, identity));
            }
            newest = newest.max(candidate);
        }
        Ok((newest != client).then(|| superseded(newest, id)))
    }

    fn identity(&self, machine: &Machine) -> Identity {
        Identity::from_machine(machine, &self.config.rules)
    }

    /// Lists the clients whose slot may hold this ID, by key: those that the database finds, and those that were sent or
    /// held with it once.
    fn candidates(&self, typed: &str, id: &InventoryId, limit: usize) -> Result<Vec<ClientId>, Error> {
        let slot = &self.config.store.inventory_id_slot;
        let mut clients = self.store.claimants_up_to(limit, slot, typed, id.as_str())?;
        if let Some(ledger) = self.ledger {
            clients.extend(ledger.clients_of(id.as_str())?);
        }
        clients.sort_unstable();
        clients.dedup();
        Ok(clients)
    }

    /// Reads a candidate to be sure; `None` when its slot holds another ID.
    fn claim(&self, client_id: ClientId, id: &InventoryId) -> Result<Option<Claim>, Error> {
        match self.store.client(client_id) {
            Ok(Some(Snapshot { machine, .. })) if self.inventory_id(&machine).is_ok_and(|found| found == *id) => {
                Ok(Some(Claim { client_id, identity: Some(self.identity(&machine)) }))
            }
            Ok(_) => Ok(None),
            // Neither the slot nor the identity of an unreadable record is certain.
            Err(store::Error::Record(_)) => Ok(Some(Claim { client_id, identity: None })),
            Err(error) => Err(error.into()),
        }
    }

    /// Lists all clients whose slot holds this ID, newest first.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be read.
    pub fn clients_of(&self, typed: &str, id: &InventoryId) -> Result<Vec<ClientId>, Error> {
        let candidates = self.candidates(typed, id, MAX_LISTED_CLIENTS)?.into_iter().rev();
        let claims = candidates.filter_map(|client| self.claim(client, id).transpose());
        claims.map(|claim| claim.map(|claim| claim.client_id)).collect()
    }
}

/// Names two clients with one ID that are not known to be one machine, and how the newer one is released if they are.
fn two_machines(client: ClientId, pair: [ClientId; 2], id: &InventoryId, fact: &str) -> Rivalry {
    let [older, newer] = [pair[0].min(pair[1]), pair[0].max(pair[1])];
    let third = if pair.contains(&client) { String::new() } else { format!(", as client {client} has,") };
    let message = format!(
        "clients {older} and {newer} both have inventory ID {id}{third} and are not known to be one machine: {fact}; correct it in WipeOS in one of them, or, if they are one machine, clear the ID of the older record, client {older}: that releases client {newer}"
    );
    rivalry(message, None)
}

fn too_many(client: ClientId, id: &InventoryId) -> Rivalry {
    let message = format!(
        "client {client} has inventory ID {id}, which too many other clients have for them to be told apart; correct it in WipeOS"
    );
    rivalry(message, None)
}

/// Names the newer record of a machine, which is sent in place of an older one.
fn superseded(newer: ClientId, id: &InventoryId) -> Rivalry {
    let message = format!(
        "client {newer} is a newer record of this machine (the same serial number) and stands for asset {id} in its place; nothing to do here"
    );
    rivalry(message, Some(newer))
}

fn rivalry(message: String, newer: Option<ClientId>) -> Rivalry {
    Rivalry { rejection: Rejection { reason: Reason::DuplicateInventoryId, message }, newer }
}
