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
use crate::lookup;
use crate::mapping::{self, Rules};
use crate::model::{
    AssetUpdate, ClientId, CommentLine, DueBecause, InventoryId, InventoryIdError, LookupOrigin, LookupService,
    Machine, Reason, Registration, Sent, Timestamp, excerpt,
};
use crate::store::{self, ClientState, Fingerprint, Snapshot, Store, UnreadableRecord};
use crate::sync::error::Error;

/// The number of slots that a message names.
const MAX_NAMED_SLOTS: usize = 4;

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
    /// The services that have not answered about its machine.
    pub waits_for: Vec<LookupService>,
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
    /// The client, as it is reported.
    pub evaluated: Evaluated,
    /// The newer record of the same machine that is sent in its place.
    pub newer: Option<ClientId>,
    prospect: Prospect,
    ask_anyway: bool,
}

/// The verdict so far, before the machine is mapped.
#[derive(Debug, Default)]
enum Prospect {
    #[default]
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

/// A client as one read of the appliance's database has it. The default one is gone.
#[derive(Default)]
struct Found {
    inventory_id: Option<String>,
    fingerprint: Option<Fingerprint>,
    registration: Option<Registration>,
    prospect: Prospect,
    newer: Option<ClientId>,
    waits_for: Vec<LookupService>,
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
    /// Answers of other services that count in the place of those in the ledger.
    pub answers: Option<&'a lookup::Answers>,
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
        self.rival_message().is_some()
    }

    /// Returns the message about other claimants of its asset, if there are any.
    fn rival_message(&self) -> Option<&str> {
        match &self.prospect {
            Prospect::Held(Rejection { reason: Reason::DuplicateInventoryId, message }, _) => Some(message),
            Prospect::Gone | Prospect::Unreadable(_) | Prospect::Held(..) | Prospect::Open(_) => None,
        }
    }

    /// Whether the message about other claimants of its asset differs from the recorded one. The rivals of a client
    /// that was never recorded are evaluated together with it.
    #[must_use]
    pub fn has_news_of_rivals(&self) -> bool {
        let LedgerView { sent, problem } = &self.evaluated.ledger_view;
        let recorded = problem.as_ref().filter(|problem| problem.reason.is(Reason::DuplicateInventoryId));
        let is_recorded = sent.is_some() || problem.is_some();
        is_recorded && recorded.map(|problem| problem.message.as_str()) != self.rival_message()
    }

    /// Whether nothing is known against it before it is mapped.
    #[must_use]
    pub fn may_be_sent(&self) -> bool {
        matches!(self.prospect, Prospect::Open(_))
    }

    /// Maps and judges the client, without a query.
    #[must_use]
    pub fn judge(self, config: &Config) -> (Evaluated, Verdict) {
        let Self { evaluated, newer: _, prospect, ask_anyway } = self;
        let verdict = match prospect {
            Prospect::Gone => Verdict::Gone,
            Prospect::Unreadable(rejection) => Verdict::Unreadable(rejection),
            Prospect::Held(rejection, machine) => {
                Verdict::Held(rejection, Box::new(Mapped::from_machine(*machine, &config.rules)))
            }
            Prospect::Open(open) => open.judge(&evaluated.ledger_view, ask_anyway, config),
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
        Ok(self.loaded(client_id, ledger_view, found.unwrap_or_default()))
    }

    fn ledger_view(&self, client: ClientId) -> Result<LedgerView, Error> {
        Ok(self.ledger.map(|ledger| LedgerView::read(client, ledger)).transpose()?.unwrap_or_default())
    }

    fn loaded(&self, client_id: ClientId, ledger_view: LedgerView, found: Found) -> Loaded {
        let Found { inventory_id, fingerprint, registration, prospect, newer, waits_for } = found;
        let sent = ledger_view.sent.as_ref();
        let because = fingerprint.map_or_else(Vec::new, |now| match sent.and_then(|sent| sent.fingerprint) {
            Some(then) => then.due_because(now),
            None => vec![DueBecause::NeverSynced],
        });
        let departure = ledger_view.departure(inventory_id.as_deref());
        let loaded_at = BootTime::now();
        let evaluated = Evaluated {
            client_id,
            inventory_id,
            fingerprint,
            registration,
            departure,
            because,
            waits_for,
            loaded_at,
            ledger_view,
        };
        Loaded { evaluated, newer, prospect, ask_anyway: self.ask_anyway }
    }

    /// Runs all queries of the appliance's database for one client; returns `None` when its fingerprint is the known
    /// one.
    fn find(&self, client_id: ClientId, known: Option<Fingerprint>) -> Result<Option<Found>, Error> {
        match self.store.client_if_changed(client_id, known) {
            Ok(ClientState::Read(mut snapshot)) => {
                let machine = &mut snapshot.machine;
                machine.looked_up =
                    lookup::values_of(machine, self.config, self.ledger, self.answers, machine.read_at)?;
                machine.lookup_origins = lookup::origins_of(machine, self.config);
                let waits_for = lookup::unanswered_services(&machine.looked_up);
                Ok(Some(Found { waits_for, ..self.read(*snapshot)? }))
            }
            Ok(ClientState::Unchanged) => Ok(None),
            Ok(ClientState::Gone) => Ok(Some(Found::default())),
            Err(store::Error::Record(problem)) => self.unreadable(client_id, &problem).map(Some),
            Err(error) => Err(error.into()),
        }
    }

    /// Describes a client whose record cannot be parsed; its inventory ID is read all the same, so that people find it.
    fn unreadable(&self, client_id: ClientId, problem: &UnreadableRecord) -> Result<Found, Error> {
        let rejection = Rejection { reason: Reason::BadRecord, message: problem.to_string() };
        let slot = self.store.slot(client_id, &self.config.store.inventory_id_slot)?;
        let id = InventoryId::parse(slot.as_deref(), self.config.store.id_rule);
        let registration = match self.store.registration(client_id) {
            Err(store::Error::Record(_)) => None,
            registration => registration?,
        };
        Ok(Found {
            inventory_id: id.map_or_else(|error| typed(&error), |id| Some(id.to_string())),
            fingerprint: self.store.fingerprint(client_id)?,
            registration,
            prospect: Prospect::Unreadable(rejection),
            newer: None,
            waits_for: Vec::new(),
        })
    }

    fn read(&self, Snapshot { machine, fingerprint }: Snapshot) -> Result<Found, Error> {
        let registration = Some(Registration::from_machine(&machine));
        let found = Found { fingerprint: Some(fingerprint), registration, ..Found::default() };
        let id = match self.inventory_id(&machine) {
            Ok(id) => id,
            Err(error) => {
                let slot = &self.config.store.inventory_id_slot;
                let prospect = Prospect::Held(no_id(&error, &machine, slot), Box::new(machine));
                return Ok(Found { inventory_id: typed(&error), prospect, ..found });
            }
        };
        let found = Found { inventory_id: Some(id.to_string()), ..found };
        if let Some(Rivalry { rejection, newer }) = self.rivalry(&machine, &id)? {
            return Ok(Found { newer, prospect: Prospect::Held(rejection, Box::new(machine)), ..found });
        }
        let (asset, intent) = self.records(&id)?;
        Ok(Found { prospect: Prospect::Open(Box::new(Open { id, machine, fingerprint, asset, intent })), ..found })
    }

    /// Prepares a client for its asset as a pass does, also where a person has to change something first.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn ready(&self, id: InventoryId, mapped: Mapped) -> Result<Ready, Error> {
        let (asset, intent) = self.records(&id)?;
        Ok(Ready::new(id, mapped, asset, intent))
    }

    /// Reads the records of an asset in the ledger.
    fn records(&self, id: &InventoryId) -> Result<(Option<AssetRecord>, Option<Intent>), Error> {
        let Some(ledger) = self.ledger else { return Ok((None, None)) };
        Ok((ledger.asset(id)?, ledger.intent(id)?))
    }

    /// Parses the text of the machine's slot.
    pub(super) fn inventory_id(&self, machine: &Machine) -> Result<InventoryId, InventoryIdError> {
        InventoryId::parse(machine.slot(&self.config.store.inventory_id_slot), self.config.store.id_rule)
    }
}

impl Ready {
    fn new(id: InventoryId, mapped: Mapped, asset: Option<AssetRecord>, intent: Option<Intent>) -> Self {
        let sent = asset.map(|asset| asset.sent).unwrap_or_default();
        let digest = digest_of(&id, &mapped.update, &sent);
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

fn typed(error: &InventoryIdError) -> Option<String> {
    match error {
        InventoryIdError::Blank => None,
        InventoryIdError::Invalid { value, .. } => Some(value.clone()),
    }
}

/// Rejects a client without a usable ID in the slot of this name. Names the machine: without an ID, people would not
/// find it in the shop.
fn no_id(error: &InventoryIdError, machine: &Machine, slot: &str) -> Rejection {
    let name = Some(machine.name()).filter(|name| !name.is_empty());
    let name = name.map_or_else(String::new, |name| format!(" ({name})"));
    let advice = format!("type the IQR inventory ID of this machine{name} into it in WipeOS");
    let (is_missing, slot) = (!machine.has_slot(slot), excerpt(slot));
    let (reason, message) = match (error, slots_in_use(machine)) {
        (InventoryIdError::Blank, Some(others)) if is_missing => (
            Reason::BlankInventoryId,
            format!(
                "this machine has no slot `{slot}`, but {others}; {advice}, or, if the ID is in another slot already, \
                 correct store.inventory_id_slot"
            ),
        ),
        (InventoryIdError::Blank, _) => (Reason::BlankInventoryId, format!("the slot `{slot}` is blank; {advice}")),
        (InventoryIdError::Invalid { .. }, _) => {
            (Reason::InvalidInventoryId, format!("{error}, and is in the slot `{slot}`; {advice}"))
        }
    };
    Rejection { reason, message }
}

/// Lists some slots of a machine that are not blank, each in backticks; `None` where it has none.
fn slots_in_use(machine: &Machine) -> Option<String> {
    let filled = machine.slots.iter().filter(|slot| slot.value.is_some());
    let names: Vec<String> = filled.take(MAX_NAMED_SLOTS).map(|it| format!("`{}`", excerpt(it.name.trim()))).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Returns the digest that stands for an update in the ledger: of every field that may be sent, and of the asset.
fn digest_of(id: &InventoryId, update: &AssetUpdate, sent: &Sent) -> [u8; 16] {
    let comments: Vec<String> = update.comments.iter().map(CommentLine::text).collect();
    let fields =
        [id.as_str(), &update.manufacturer, &update.item_number, &update.description, &update.extended_description];
    // An asset whose texts wait for a value is planned anew when they do not, even where they stayed the same.
    let is_lacking = update.named.all().any(|value| value.is_lacking);
    let is_lost = update.named.all().any(|value| value.is_lost_to_settings(&sent.printed));
    let waits =
        [("lacking", is_lacking), ("lost", is_lost)].into_iter().filter_map(|(word, waits)| waits.then_some(word));
    // The ledger is to have the newest origin of each value that the asset shows.
    let origins: Vec<[u8; LookupOrigin::BYTES]> =
        update.named.all().filter(|value| value.is_printed).map(|value| value.origin.to_bytes()).collect();
    let texts = fields.into_iter().chain(comments.iter().map(String::as_str)).chain(waits).map(str::as_bytes);
    digest::of(texts.chain(origins.iter().map(<[u8; LookupOrigin::BYTES]>::as_slice)))
}
