//! The evaluation of one client, before any request to IQR: whether it exists, whether it may be sent, and what IQR
//! shall show.
//!
//! The evaluation takes two steps: [`Evaluator::load`] reads the client from both databases; [`Loaded::judge`] maps and
//! judges it without them.

use super::ledger_view::{Departure, LedgerView};
use crate::clock::BootTime;
use crate::config::Config;
use crate::digest;
use crate::ledger::{AssetRecord, Intent, Ledger, SentRecord};
use crate::mapping::{self, Rules};
use crate::model::{
    AssetUpdate, ClientId, CommentLine, DueBecause, IdRule, InventoryId, InventoryIdError, Machine, Reason,
    Registration, Sent, Timestamp,
};
use crate::store::{self, ClientState, Fingerprint, Snapshot, Store, UnreadableRecord};
use crate::sync::error::Error;

/// The reason why a client is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The reason code.
    pub reason: Reason,
    /// The cause and the next step.
    pub message: String,
}

/// A client that was evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// The client.
    pub client_id: ClientId,
    /// Its inventory ID, or the text that was typed in its place.
    pub inventory_id: Option<String>,
    /// The fingerprint of its state.
    pub fingerprint: Option<Fingerprint>,
    /// The identity of its machine; `None` for a client that is gone.
    pub registration: Option<Registration>,
    /// The change of its inventory ID since its last recorded outcome, if any.
    pub departure: Option<Departure>,
    /// The reasons why it is due.
    pub because: Vec<DueBecause>,
    /// The time when it was loaded.
    pub loaded_at: BootTime,
    /// Its records in the ledger.
    pub ledger_view: LedgerView,
}

/// The result of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The client is no longer in the appliance's database.
    Gone,
    /// The client waits until a person changes something.
    Held(Rejection, Box<Mapped>),
    /// The record of the client cannot be parsed.
    Unreadable(Rejection),
    /// The news of the client change nothing that would be sent: the record of what was sent gets the new fingerprint.
    Same(Box<SentRecord>, Box<Ready>),
    /// The client needs a request to IQR.
    Ready(Box<Ready>),
}

/// A machine and the fields that IQR shall show for it. `preview` prints this value, and a pass sends it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// The machine.
    pub machine: Machine,
    /// The fields of its asset.
    pub update: AssetUpdate,
}

/// A client that may be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Ready {
    /// The asset.
    pub id: InventoryId,
    /// The machine and its fields.
    pub mapped: Mapped,
    /// Digest of the update.
    pub digest: [u8; 16],
    /// The texts that were last sent to this asset.
    pub sent: Sent,
    /// A write to this asset that was begun and never recorded as ended.
    pub intent: Option<Intent>,
}

/// A client as both databases have it, not judged yet.
#[derive(Debug)]
pub struct Loaded {
    /// The client.
    pub client_id: ClientId,
    /// Its inventory ID, or the text that was typed in its place.
    pub inventory_id: Option<String>,
    /// Its records in the ledger.
    pub ledger_view: LedgerView,
    /// The newer record of the same machine that is sent in its place.
    pub newer: Option<ClientId>,
    fingerprint: Option<Fingerprint>,
    registration: Option<Registration>,
    prospect: Prospect,
    ask_anyway: bool,
}

/// The verdict so far, before the machine is mapped.
#[derive(Debug)]
enum Prospect {
    Gone,
    /// The record of the client cannot be parsed.
    Unreadable(Rejection),
    /// The client waits until a person changes something.
    Held(Rejection, Box<Machine>),
    /// The verdict depends on the mapping of the machine.
    Open(Box<Open>),
}

/// A client with an inventory ID that no other client claims.
#[derive(Debug)]
struct Open {
    id: InventoryId,
    machine: Machine,
    fingerprint: Fingerprint,
    /// The record of the asset. Another record of this machine may have been sent there since: its lines are ours, too.
    asset: Option<AssetRecord>,
    intent: Option<Intent>,
}

/// A client as one read of the appliance's database has it.
struct Found {
    inventory_id: Option<String>,
    fingerprint: Option<Fingerprint>,
    registration: Option<Registration>,
    prospect: Prospect,
    newer: Option<ClientId>,
}

impl Found {
    fn new(inventory_id: Option<String>, fingerprint: Option<Fingerprint>, prospect: Prospect) -> Self {
        Self { inventory_id, fingerprint, registration: None, prospect, newer: None }
    }

    fn with_registration(self, registration: Option<Registration>) -> Self {
        Self { registration, ..self }
    }
}

/// The rejection of a client because of other claimants of its asset.
pub(super) struct Rivalry {
    /// The reason why it is held.
    pub rejection: Rejection,
    /// The newer record of the same machine that is sent in its place.
    pub newer: Option<ClientId>,
}

/// Evaluates clients; borrows everything that an evaluation reads.
pub struct Evaluator<'a> {
    /// The appliance's database.
    pub store: &'a Store,
    /// The record of what was sent.
    pub ledger: Option<&'a Ledger>,
    /// The rules.
    pub config: &'a Config,
    /// Whether IQR is asked even if nothing that would be sent has changed.
    pub ask_anyway: bool,
}

impl Loaded {
    /// Whether it is no longer in the appliance's database.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self.prospect, Prospect::Gone)
    }

    /// Whether another client claims its asset.
    #[must_use]
    pub fn has_rival(&self) -> bool {
        matches!(self.prospect, Prospect::Held(Rejection { reason: Reason::DuplicateInventoryId, .. }, _))
    }

    /// Whether the message about other claimants of its asset differs from the recorded one. The rivals of a client
    /// that was never recorded are evaluated together with it.
    #[must_use]
    pub fn has_news_of_rivals(&self) -> bool {
        if self.ledger_view.sent.is_none() && self.ledger_view.problem.is_none() {
            return false;
        }
        let code = Reason::DuplicateInventoryId.code();
        let recorded = self.ledger_view.problem.as_ref().filter(|problem| problem.reason == code);
        let found = match &self.prospect {
            Prospect::Held(rejection, _) if rejection.reason == Reason::DuplicateInventoryId => Some(rejection),
            Prospect::Gone | Prospect::Unreadable(_) | Prospect::Held(..) | Prospect::Open(_) => None,
        };
        recorded.map(|problem| problem.message.as_str()) != found.map(|rejection| rejection.message.as_str())
    }

    /// Whether nothing is known against it before it is mapped.
    #[must_use]
    pub fn may_be_sent(&self) -> bool {
        matches!(self.prospect, Prospect::Open(_))
    }

    /// Maps and judges the client, without a query.
    #[must_use]
    pub fn judge(self, config: &Config) -> (Evaluated, Verdict) {
        let Self { client_id, inventory_id, ledger_view, newer: _, fingerprint, registration, prospect, ask_anyway } =
            self;
        let loaded_at = BootTime::now();
        let because = fingerprint.map_or_else(Vec::new, |fingerprint| because(ledger_view.sent.as_ref(), fingerprint));
        let departure = ledger_view.departure(inventory_id.as_deref());
        let verdict = match prospect {
            Prospect::Gone => Verdict::Gone,
            Prospect::Unreadable(rejection) => Verdict::Unreadable(rejection),
            Prospect::Held(rejection, machine) => {
                Verdict::Held(rejection, Box::new(Mapped::from_machine(*machine, &config.rules)))
            }
            Prospect::Open(open) => open.judge(&ledger_view, ask_anyway, config),
        };
        let evaluated = Evaluated {
            client_id,
            inventory_id,
            fingerprint,
            registration,
            departure,
            because,
            loaded_at,
            ledger_view,
        };
        (evaluated, verdict)
    }
}

impl Open {
    fn judge(self, ledger_view: &LedgerView, ask_anyway: bool, config: &Config) -> Verdict {
        let Self { id, machine, fingerprint, asset, intent } = self;
        let mapped = Mapped::from_machine(machine, &config.rules);
        if let Some(message) = mapping::unusable_identity(&mapped.machine, &mapped.update) {
            return Verdict::Held(Rejection { reason: Reason::PlaceholderModel, message }, Box::new(mapped));
        }
        let record = ledger_view.sent.as_ref().filter(|record| record.inventory_id == id.as_str());
        let is_last = asset.as_ref().is_some_and(|asset| asset.client_id == mapped.machine.client_id);
        let is_settled = is_last && !ask_anyway && intent.is_none() && ledger_view.problem.is_none();
        let ready = Ready::new(id, mapped, asset, intent);
        match record {
            Some(record) if is_settled && record.digest == ready.digest => {
                let registration = Registration::from_machine(&ready.mapped.machine);
                let record = SentRecord { fingerprint: Some(fingerprint), registration, ..record.clone() };
                Verdict::Same(Box::new(record), Box::new(ready))
            }
            Some(_) | None => Verdict::Ready(Box::new(ready)),
        }
    }
}

impl Mapped {
    /// Maps a machine.
    #[must_use]
    pub fn from_machine(machine: Machine, rules: &Rules) -> Self {
        let update = mapping::map(&machine, rules);
        Self { machine, update }
    }
}

impl Verdict {
    /// Returns the machine and its fields; `None` where the client is gone or its record cannot be parsed.
    #[must_use]
    pub fn mapped(&self) -> Option<&Mapped> {
        match self {
            Self::Gone | Self::Unreadable(_) => None,
            Self::Held(_, mapped) => Some(mapped),
            Self::Same(_, ready) | Self::Ready(ready) => Some(&ready.mapped),
        }
    }
}

impl Evaluator<'_> {
    /// Evaluates one client.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be read.
    pub fn evaluate(&self, client_id: ClientId) -> Result<(Evaluated, Verdict), Error> {
        Ok(self.load(client_id)?.judge(self.config))
    }

    /// Loads a client; returns `None` when it has no news: its fingerprint is the one that was last evaluated.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be read.
    pub fn load_news(&self, client_id: ClientId) -> Result<Option<Loaded>, Error> {
        let ledger_view = self.ledger_view(client_id)?;
        let found = self.store.consistently(|| self.find(client_id, ledger_view.fingerprint()))?;
        Ok(found.map(|found| self.loaded(client_id, ledger_view, found)))
    }

    /// Loads a client, whether or not it has news.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be read.
    pub fn load(&self, client_id: ClientId) -> Result<Loaded, Error> {
        let ledger_view = self.ledger_view(client_id)?;
        let found = self.store.consistently(|| self.find(client_id, None))?;
        let found = found.unwrap_or_else(|| Found::new(None, None, Prospect::Gone));
        Ok(self.loaded(client_id, ledger_view, found))
    }

    fn ledger_view(&self, client: ClientId) -> Result<LedgerView, Error> {
        Ok(self.ledger.map(|ledger| LedgerView::read(client, ledger)).transpose()?.unwrap_or_default())
    }

    fn loaded(&self, client_id: ClientId, ledger_view: LedgerView, found: Found) -> Loaded {
        let Found { inventory_id, fingerprint, registration, prospect, newer } = found;
        let ask_anyway = self.ask_anyway;
        Loaded { client_id, inventory_id, ledger_view, newer, fingerprint, registration, prospect, ask_anyway }
    }

    /// Runs all queries of the appliance's database for one client; returns `None` when its fingerprint is the known
    /// one.
    fn find(&self, client_id: ClientId, known: Option<Fingerprint>) -> Result<Option<Found>, Error> {
        match self.store.client_if_changed(client_id, known) {
            Ok(ClientState::Read(snapshot)) => self.read(*snapshot).map(Some),
            Ok(ClientState::Unchanged) => Ok(None),
            Ok(ClientState::Gone) => Ok(Some(Found::new(None, None, Prospect::Gone))),
            Err(store::Error::Record(problem)) => self.unreadable(client_id, &problem).map(Some),
            Err(error) => Err(error.into()),
        }
    }

    /// Describes a client whose record cannot be parsed; its inventory ID is read all the same, so that people find it.
    fn unreadable(&self, client_id: ClientId, problem: &UnreadableRecord) -> Result<Found, Error> {
        let rejection = Rejection { reason: Reason::BadRecord, message: problem.to_string() };
        let slot = self.store.slot(client_id, &self.config.store.inventory_id_slot)?;
        let inventory_id = match InventoryId::parse(slot.as_deref(), self.config.store.id_rule) {
            Ok(id) => Some(id.to_string()),
            Err(error) => typed(&error),
        };
        let found = Found::new(inventory_id, self.store.fingerprint(client_id)?, Prospect::Unreadable(rejection));
        let registration = match self.store.registration(client_id) {
            Err(store::Error::Record(_)) => None,
            registration => registration?,
        };
        Ok(found.with_registration(registration))
    }

    fn read(&self, snapshot: Snapshot) -> Result<Found, Error> {
        let registration = Registration::from_machine(&snapshot.machine);
        Ok(self.matched(snapshot)?.with_registration(Some(registration)))
    }

    fn matched(&self, Snapshot { machine, fingerprint }: Snapshot) -> Result<Found, Error> {
        let id = match self.inventory_id(&machine) {
            Ok(id) => id,
            Err(error) => {
                let rejection = no_id(&error, &machine);
                return Ok(Found::new(typed(&error), Some(fingerprint), Prospect::Held(rejection, Box::new(machine))));
            }
        };
        let inventory_id = Some(id.to_string());
        if let Some(Rivalry { rejection, newer }) = self.rivalry(&machine, &id)? {
            let held = Prospect::Held(rejection, Box::new(machine));
            return Ok(Found { newer, ..Found::new(inventory_id, Some(fingerprint), held) });
        }
        let (asset, intent) = (self.asset(&id)?, self.intent(&id)?);
        let prospect = Prospect::Open(Box::new(Open { id, machine, fingerprint, asset, intent }));
        Ok(Found { inventory_id, fingerprint: Some(fingerprint), registration: None, prospect, newer: None })
    }

    /// Prepares a client for its asset as a pass does, also where a person has to change something first.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn ready(&self, id: InventoryId, mapped: Mapped) -> Result<Ready, Error> {
        let (asset, intent) = (self.asset(&id)?, self.intent(&id)?);
        Ok(Ready::new(id, mapped, asset, intent))
    }

    fn asset(&self, id: &InventoryId) -> Result<Option<AssetRecord>, Error> {
        Ok(self.ledger.map(|ledger| ledger.asset(id)).transpose()?.flatten())
    }

    fn intent(&self, id: &InventoryId) -> Result<Option<Intent>, Error> {
        Ok(self.ledger.map(|ledger| ledger.intent(id)).transpose()?.flatten())
    }

    /// Parses the text of the machine's slot.
    pub(super) fn inventory_id(&self, machine: &Machine) -> Result<InventoryId, InventoryIdError> {
        InventoryId::parse(machine.slot(&self.config.store.inventory_id_slot), self.config.store.id_rule)
    }
}

impl Ready {
    /// Combines a client with the records of the asset that its slot names.
    #[must_use]
    pub fn new(id: InventoryId, mapped: Mapped, asset: Option<AssetRecord>, intent: Option<Intent>) -> Self {
        let digest = digest_of(&id, &mapped.update);
        let sent = asset.map(|asset| asset.sent).unwrap_or_default();
        Self { id, mapped, digest, sent, intent }
    }

    /// Returns the record that this client was sent.
    #[must_use]
    pub fn record(&self, evaluated: &Evaluated, at: Timestamp) -> SentRecord {
        SentRecord {
            client_id: evaluated.client_id,
            registration: evaluated.registration.clone().unwrap_or_default(),
            inventory_id: self.id.to_string(),
            fingerprint: evaluated.fingerprint,
            digest: self.digest,
            at,
        }
    }
}

fn because(record: Option<&SentRecord>, now: Fingerprint) -> Vec<DueBecause> {
    match record.and_then(|record| record.fingerprint) {
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

/// Rejects a client without a usable ID. Names the machine: without an ID, people would not find it in the shop.
fn no_id(error: &InventoryIdError, machine: &Machine) -> Rejection {
    let reason = match error {
        InventoryIdError::Blank => Reason::BlankInventoryId,
        InventoryIdError::Invalid { .. } => Reason::InvalidInventoryId,
    };
    let name = Some(machine.name()).filter(|name| !name.is_empty());
    let name = name.map_or_else(String::new, |name| format!(" ({name})"));
    Rejection { reason, message: format!("{error}; type the IQR inventory ID of this machine{name} into it in WipeOS") }
}

/// Returns the digest that stands for an update in the ledger: of every field that may be sent, and of the asset.
fn digest_of(id: &InventoryId, update: &AssetUpdate) -> [u8; 16] {
    let comments: Vec<String> = update.comments.iter().map(CommentLine::text).collect();
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
