//! One client before IQR is asked: is it there, may it be sent, and what shall be said of it.

use crate::config::Config;
use crate::digest;
use crate::iqr::BootTime;
use crate::ledger::{self, AssetRecord, Intent, Ledger, SentRecord};
use crate::mapping;
use crate::model::{
    AssetUpdate, ClientId, DueBecause, IdRule, InventoryId, InventoryIdError, Machine, Reason, Sent, Timestamp,
    is_placeholder_serial, is_same_serial,
};
use crate::store::{self, Seen, Snapshot, Store, UnreadableRecord};

/// Why a client is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The reason code.
    pub reason: Reason,
    /// What happened and what to do next.
    pub message: String,
}

/// A client that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    /// The client.
    pub client_id: ClientId,
    /// Its inventory ID, or what was typed in its place.
    pub inventory_id: Option<String>,
    /// What marked its state.
    pub seen: Option<Seen>,
    /// Why it is due.
    pub because: Vec<DueBecause>,
    /// When it was looked at.
    pub looked_at: BootTime,
    /// What follows.
    pub verdict: Verdict,
}

/// What follows from looking at a client.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is no longer in the appliance's database.
    Gone,
    /// A person has to change something first.
    Held(Trouble),
    /// Its record cannot be understood.
    Unreadable(Trouble),
    /// Its news change nothing that would be sent: the record of what was sent, with the new marks.
    Same(Box<SentRecord>),
    /// IQR is to be asked.
    Ready(Box<Ready>),
}

/// A client that may be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Ready {
    /// The asset.
    pub id: InventoryId,
    /// The machine.
    pub machine: Machine,
    /// What IQR shall say of it.
    pub update: AssetUpdate,
    /// Digest of `update`.
    pub digest: [u8; 16],
    /// What was last sent to this asset.
    pub sent: Sent,
    /// A write to this asset that was begun and never recorded as ended.
    pub intent: Option<Intent>,
}

/// The appliance's database or the ledger cannot be used: the pass is over.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The appliance's database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

/// Looks at clients; borrows all that it needs for it.
pub struct Examiner<'a> {
    /// The appliance's database.
    pub store: &'a Store,
    /// What was sent.
    pub ledger: Option<&'a Ledger>,
    /// The rules.
    pub config: &'a Config,
    /// Ask IQR even if nothing that would be sent has changed.
    pub ask_anyway: bool,
}

impl Examiner<'_> {
    /// Looks at one client.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be read.
    pub fn examine(&self, client_id: ClientId) -> Result<Examined, Error> {
        match self.store.client(client_id) {
            Ok(Some(snapshot)) => self.examine_snapshot(snapshot),
            Ok(None) => Ok(Examined::new(client_id, Verdict::Gone)),
            Err(store::Error::Record(problem)) => self.unreadable(client_id, &problem),
            Err(error) => Err(error.into()),
        }
    }

    /// A client whose record cannot be understood is found by its inventory ID all the same.
    fn unreadable(&self, client_id: ClientId, problem: &UnreadableRecord) -> Result<Examined, Error> {
        let trouble = Trouble { reason: Reason::BadRecord, message: problem.to_string() };
        let slot = self.store.slot(client_id, &self.config.store.inventory_id_slot)?;
        let inventory_id = match InventoryId::parse(slot.as_deref(), self.config.store.id_rule) {
            Ok(id) => Some(id.to_string()),
            Err(error) => typed(&error),
        };
        let seen = self.store.seen(client_id)?;
        Ok(Examined { inventory_id, seen, ..Examined::new(client_id, Verdict::Unreadable(trouble)) })
    }

    fn examine_snapshot(&self, Snapshot { machine, seen }: Snapshot) -> Result<Examined, Error> {
        let client_id = machine.client_id;
        let record = self.sent(client_id)?;
        let because = because(record.as_ref(), seen);
        let (inventory_id, verdict) = match self.inventory_id(&machine) {
            Ok(id) => (Some(id.to_string()), self.verdict(machine, seen, id)?),
            Err(error) => (typed(&error), Verdict::Held(no_id(&error, &machine))),
        };
        Ok(Examined { inventory_id, seen: Some(seen), because, ..Examined::new(client_id, verdict) })
    }

    fn verdict(&self, machine: Machine, seen: Seen, id: InventoryId) -> Result<Verdict, Error> {
        if let Some(trouble) = self.rival(&machine, &id)? {
            return Ok(Verdict::Held(trouble));
        }
        let update = mapping::map(&machine, &self.config.rules);
        if let Some(message) = mapping::unusable_identity(&machine, &update) {
            return Ok(Verdict::Held(Trouble { reason: Reason::PlaceholderModel, message }));
        }
        let digest = digest_of(&id, &update);
        // Another record of this machine may have been sent to the asset since: what it sent is ours all the same.
        let asset = self.asset(&id)?;
        let record = self.sent(machine.client_id)?.filter(|record| record.inventory_id == id.as_str());
        let intent = self.intent(&id)?;
        let is_last = asset.as_ref().is_some_and(|asset| asset.client_id == machine.client_id);
        let is_settled = is_last && !self.ask_anyway && intent.is_none() && self.problem_free(machine.client_id)?;
        match record {
            Some(record) if is_settled && record.digest == digest => {
                Ok(Verdict::Same(Box::new(SentRecord { seen: Some(seen), ..record })))
            }
            _ => {
                let sent = asset.map(|asset| asset.sent).unwrap_or_default();
                Ok(Verdict::Ready(Box::new(Ready { id, machine, update, digest, sent, intent })))
            }
        }
    }

    fn sent(&self, client: ClientId) -> Result<Option<SentRecord>, Error> {
        Ok(self.ledger.map(|ledger| ledger.sent(client)).transpose()?.flatten())
    }

    fn asset(&self, id: &InventoryId) -> Result<Option<AssetRecord>, Error> {
        Ok(self.ledger.map(|ledger| ledger.asset(id)).transpose()?.flatten())
    }

    fn intent(&self, id: &InventoryId) -> Result<Option<Intent>, Error> {
        Ok(self.ledger.map(|ledger| ledger.intent(id)).transpose()?.flatten())
    }

    fn problem_free(&self, client: ClientId) -> Result<bool, Error> {
        Ok(self.ledger.map(|ledger| ledger.problem(client)).transpose()?.flatten().is_none())
    }

    /// What the machine's slot holds, checked.
    fn inventory_id(&self, machine: &Machine) -> Result<InventoryId, InventoryIdError> {
        InventoryId::parse(machine.slot(&self.config.store.inventory_id_slot), self.config.store.id_rule)
    }

    /// Another client that claims the same asset, if it must not be sent because of it: a different machine, or a newer
    /// record of the same one.
    fn rival(&self, machine: &Machine, id: &InventoryId) -> Result<Option<Trouble>, Error> {
        let mut same_machine_newer = None;
        for rival in self.rivals(machine, id)? {
            let serials =
                (machine.real_serial(), rival.serial_number.as_deref().filter(|it| !is_placeholder_serial(it)));
            match serials {
                (Some(ours), Some(theirs)) if is_same_serial(ours, theirs) => {
                    if rival.client_id > machine.client_id {
                        same_machine_newer = Some(rival.client_id);
                    }
                }
                serials => return Ok(Some(two_machines(machine.client_id, rival.client_id, id, serials))),
            }
        }
        Ok(same_machine_newer.map(|newer| Trouble {
            reason: Reason::DuplicateInventoryId,
            message: format!(
                "client {newer} is a newer record of this machine (the same serial number) and is sent to asset {id} in its place; nothing to do"
            ),
        }))
    }

    /// The other clients whose slot holds this ID, however it was typed.
    fn rivals(&self, machine: &Machine, id: &InventoryId) -> Result<Vec<Claim>, Error> {
        let typed = machine.slot(&self.config.store.inventory_id_slot).unwrap_or_default();
        self.claims(typed, id, Some(machine.client_id))
    }

    /// The clients whose slot holds this ID now, by key. The candidates are those that the database finds, and those that
    /// were sent or held with it once; each is read to be sure.
    fn claims(&self, typed: &str, id: &InventoryId, but: Option<ClientId>) -> Result<Vec<Claim>, Error> {
        let mut clients = self.store.claimants(&self.config.store.inventory_id_slot, typed, id.as_str())?;
        if let Some(ledger) = self.ledger {
            clients.extend(ledger.senders(id.as_str())?);
            clients.extend(ledger.problems_of(id.as_str())?);
        }
        clients.retain(|client| Some(*client) != but);
        clients.sort_unstable();
        clients.dedup();
        let mut claims = Vec::new();
        for client_id in clients {
            match self.store.client(client_id) {
                Ok(Some(Snapshot { machine, .. })) if self.inventory_id(&machine).is_ok_and(|found| found == *id) => {
                    claims.push(Claim { client_id, serial_number: machine.serial_number });
                }
                Ok(_) => {}
                // What its slot holds cannot be told for sure, nor what its serial number is.
                Err(store::Error::Record(_)) => claims.push(Claim { client_id, serial_number: None }),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(claims)
    }

    /// All clients whose slot holds this ID, newest first.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be read.
    pub fn clients_of(&self, typed: &str, id: &InventoryId) -> Result<Vec<ClientId>, Error> {
        Ok(self.claims(typed, id, None)?.into_iter().rev().map(|claim| claim.client_id).collect())
    }
}

/// A client that claims an asset.
struct Claim {
    client_id: ClientId,
    serial_number: Option<String>,
}

impl Examined {
    fn new(client_id: ClientId, verdict: Verdict) -> Self {
        let looked_at = BootTime::now();
        Self { client_id, inventory_id: None, seen: None, because: Vec::new(), looked_at, verdict }
    }
}

impl Ready {
    /// The record that this client is sent.
    #[must_use]
    pub fn record(&self, client_id: ClientId, seen: Option<Seen>, at: Timestamp) -> SentRecord {
        SentRecord { client_id, inventory_id: self.id.to_string(), seen, digest: self.digest, at }
    }
}

fn because(record: Option<&SentRecord>, now: Seen) -> Vec<DueBecause> {
    match record.and_then(|record| record.seen) {
        Some(then) => then.due_because(now),
        None => vec![DueBecause::NeverSynced],
    }
}

fn typed(error: &InventoryIdError) -> Option<String> {
    match error {
        InventoryIdError::Blank => None,
        InventoryIdError::Invalid { value, .. } => Some(value.clone()),
    }
}

/// Names the machine: without an ID nobody would else find it among all that stand in the shop.
fn no_id(error: &InventoryIdError, machine: &Machine) -> Trouble {
    let reason = match error {
        InventoryIdError::Blank => Reason::BlankInventoryId,
        InventoryIdError::Invalid { .. } => Reason::InvalidInventoryId,
    };
    let name = Some(machine.name()).filter(|name| !name.is_empty());
    let name = name.map_or_else(String::new, |name| format!(" ({name})"));
    Trouble { reason, message: format!("{error}; type the IQR inventory ID of this machine{name} into it in WipeOS") }
}

fn two_machines(
    client: ClientId,
    rival: ClientId,
    id: &InventoryId,
    (ours, theirs): (Option<&str>, Option<&str>),
) -> Trouble {
    let serial =
        |serial: Option<&str>| serial.map_or("no serial number".to_owned(), |it| format!("serial number {it}"));
    Trouble {
        reason: Reason::DuplicateInventoryId,
        message: format!(
            "clients {client} ({}) and {rival} ({}) both have inventory ID {id}, and are not known to be one machine; correct it in WipeOS in one of them",
            serial(ours),
            serial(theirs)
        ),
    }
}

/// What stands for an update in the ledger: every field that may be sent, and where to.
fn digest_of(id: &InventoryId, update: &AssetUpdate) -> [u8; 16] {
    let comments: Vec<String> = update.comments.iter().map(ToString::to_string).collect();
    let fields =
        [id.as_str(), &update.manufacturer, &update.item_number, &update.description, &update.extended_description];
    digest::of(fields.into_iter().chain(comments.iter().map(String::as_str)).map(str::as_bytes))
}

/// Checks an ID that a person typed on the command line.
///
/// # Errors
///
/// When it cannot be an inventory ID.
pub fn parse_id(typed: &str, rule: IdRule) -> Result<InventoryId, InventoryIdError> {
    InventoryId::parse(Some(typed), rule)
}
