//! The status of one asset: the state of its clients now, and what was sent when.

use anyhow::Result;

use crate::commands::preview::{no_id, not_found};
use crate::commands::{NotFound, Usage, suggest};
use crate::config::Config;
use crate::ledger::{ChangeRecord, Intent, Ledger, LeftBehind, Problem};
use crate::model::{
    ClientId, DueBecause, InventoryId, InventoryIdError, LookedUpValue, Machine, Reason, RecordedReason, Timestamp,
};
use crate::output;
use crate::store::Store;
use crate::sync::evaluate::{Evaluator, Rejection, Verdict};

/// The status of one asset.
pub(super) struct AssetStatus {
    pub inventory_id: String,
    /// The clients that have its ID, newest first; where none has it, those that were sent to it and have no ID now.
    /// Where the WipeOS database cannot be read, those that the ledger has.
    pub clients: Vec<Standing>,
    /// Whether one of the clients has its ID now.
    is_claimed: bool,
    /// The slot in which the WipeOS database was searched for its ID; `None` where that cannot be read.
    slot: Option<String>,
    /// The times at which each client was last sent to it, the newest first.
    pub sent: Vec<(ClientId, Timestamp)>,
    /// A write that was begun by a pass that was killed.
    pub intent: Option<Intent>,
    /// The changes, newest first.
    pub changes: Vec<(Timestamp, ChangeRecord)>,
}

/// The state of a client.
pub(in crate::commands) struct Standing {
    pub client_id: ClientId,
    /// Maker, model and serial number as WipeOS has them; empty when they cannot be read.
    pub machine: String,
    pub state: State,
    /// The outcome of the passes for this client.
    pub problem: Option<Problem>,
    /// The values of its machine that other services have.
    pub looked_up: Vec<LookedUpValue>,
}

/// The next pass's task for a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) enum State {
    /// Nothing is to be done: all that would be sent was sent.
    UpToDate,
    /// The client is to be sent.
    Due(Vec<DueBecause>),
    /// The asset is to be read, and what a killed pass did not send is to be sent.
    HalfDone,
    /// Nothing is done, though something else would be sent now: since it was sent, the config changed or another
    /// client of the same machine was sent.
    Differs,
    /// Nothing is done until a person has changed something.
    Held { reason: RecordedReason, message: String },
    /// The client is tried again when its time has come.
    Failing { reason: RecordedReason, message: String },
    /// The client is forgotten.
    Gone,
}

impl AssetStatus {
    /// Reads the status of an asset.
    ///
    /// # Errors
    ///
    /// [`NotFound`] when nothing is known of it; what keeps the databases from being read.
    pub(super) fn read(config: &Config, store: &Store, ledger: Option<&Ledger>, typed: &str) -> Result<Self> {
        let evaluator = Evaluator { store, ledger, config, answers: None, ask_anyway: false };
        let id = match InventoryId::parse(Some(typed), config.store.id_rule) {
            Ok(id) => id,
            Err(error) => return Self::from_no_id(&evaluator, typed.trim(), &error),
        };
        let mut clients = standings(&evaluator, evaluator.clients_of(typed, &id)?)?;
        let is_claimed = !clients.is_empty();
        if let Some(ledger) = ledger.filter(|_| !is_claimed) {
            clients = without_id(&evaluator, ledger.senders(id.as_str())?)?;
        }
        let (sent, intent, changes) = match ledger {
            Some(ledger) => (sent(ledger, &id)?, ledger.intent(&id)?, ledger.changes(id.as_str())?),
            None => (Vec::new(), None, Vec::new()),
        };
        if clients.is_empty() && sent.is_empty() && changes.is_empty() {
            return Err(unknown(&evaluator, &id)?.into());
        }
        let (inventory_id, slot) = (id.to_string(), Some(config.store.inventory_id_slot.clone()));
        Ok(Self { inventory_id, clients, is_claimed, slot, sent, intent, changes })
    }

    /// Reads what the ledger alone knows of an asset; `None` when it knows nothing.
    pub(super) fn from_ledger(config: &Config, ledger: &Ledger, typed: &str) -> Result<Option<Self>> {
        let id = InventoryId::parse(Some(typed), config.store.id_rule);
        let inventory_id = id.as_ref().map_or_else(|_| typed.trim().to_owned(), ToString::to_string);
        let mut clients = Vec::new();
        for client_id in ledger.problems_of(&inventory_id)? {
            clients.extend(ledger.problem(client_id)?.map(Standing::from_problem));
        }
        let (sent, intent, changes) = match &id {
            Ok(id) => (sent(ledger, id)?, ledger.intent(id)?, ledger.changes(id.as_str())?),
            Err(_) => (Vec::new(), None, Vec::new()),
        };
        let is_known = !clients.is_empty() || !sent.is_empty() || !changes.is_empty();
        let is_claimed = !clients.is_empty();
        Ok(is_known.then_some(Self { inventory_id, clients, is_claimed, slot: None, sent, intent, changes }))
    }

    /// Reads the status of a text that is no ID: clients are held because of just this text, or will be by the next
    /// pass.
    fn from_no_id(evaluator: &Evaluator<'_>, typed: &str, error: &InventoryIdError) -> Result<Self> {
        if typed.is_empty() {
            return Err(Usage("the inventory ID is blank; name one, or none for how things stand".to_owned()).into());
        }
        let slot = &evaluator.config.store.inventory_id_slot;
        let mut clients = Vec::new();
        for client in evaluator.store.claimants(slot, typed, typed)? {
            if evaluator.store.slot(client, slot)?.is_some_and(|held| held.trim() == typed) {
                clients.push(client);
            }
        }
        clients.extend(evaluator.ledger.map(|ledger| ledger.problems_of(typed)).transpose()?.unwrap_or_default());
        clients.sort_unstable();
        clients.dedup();
        if clients.is_empty() {
            let similar = suggest::existing(evaluator.store, &evaluator.config.store, typed)?;
            return Err(NotFound(no_id(error, slot, &similar)).into());
        }
        let (clients, slot) = (standings(evaluator, clients)?, Some(slot.clone()));
        let (inventory_id, sent, changes) = (typed.to_owned(), Vec::new(), Vec::new());
        Ok(Self { inventory_id, clients, is_claimed: true, slot, sent, intent: None, changes })
    }

    /// Returns the sentence for an asset whose ID no known client has.
    pub(super) fn without_client(&self) -> Option<String> {
        match (self.is_claimed, &self.slot) {
            (true, _) => None,
            (false, Some(slot)) => Some(format!("none in WipeOS has this ID in its slot `{slot}` now")),
            (false, None) => Some("not known: the WipeOS database cannot be read".to_owned()),
        }
    }

    /// Whether a notice names this asset: it shows what another machine sent, or its machine has left another asset.
    pub(super) fn is_named_by(&self, notice: &LeftBehind) -> bool {
        let is_here = || match &notice.now {
            Some(now) => *now == self.inventory_id,
            None => self.clients.iter().any(|client| client.client_id == notice.client_id),
        };
        notice.inventory_id == self.inventory_id || (notice.replacement.is_none() && is_here())
    }

    pub(super) fn is_about(&self, problem: &Problem) -> bool {
        problem.inventory_id.as_ref() == Some(&self.inventory_id)
            || self.clients.iter().any(|client| client.client_id == problem.client_id)
    }
}

/// Says that no client has this ID: it was not typed, or typed otherwise.
fn unknown(evaluator: &Evaluator<'_>, id: &InventoryId) -> Result<NotFound> {
    let store = &evaluator.config.store;
    let similar = suggest::existing(evaluator.store, store, id.as_str())?;
    let message = format!("nothing is known of it: {}", not_found(id, &store.inventory_id_slot, &similar));
    let counts = evaluator.ledger.map(Ledger::problem_counts).transpose()?.unwrap_or_default();
    let blank = Reason::BlankInventoryId;
    let hint = counts.iter().find(|count| count.reason.is(blank)).map(|count| {
        let clients = output::count(count.clients, "client has", "clients have");
        let separator = if similar.is_empty() { ";" } else { "" };
        format!("{separator} {clients} no ID at all ({blank}): `wipeos-iqr status` names the machines")
    });
    Ok(NotFound(message + &hint.unwrap_or_default()))
}

/// Returns those of the clients that have no inventory ID now: the slot is blank, or the config names another one than
/// when they were sent.
fn without_id(evaluator: &Evaluator<'_>, clients: Vec<ClientId>) -> Result<Vec<Standing>> {
    let mut standings = standings(evaluator, clients)?;
    standings.retain(|client| match &client.state {
        State::Held { reason, .. } => reason.is(Reason::BlankInventoryId),
        State::UpToDate | State::Due(_) | State::HalfDone | State::Differs | State::Failing { .. } | State::Gone => {
            false
        }
    });
    Ok(standings)
}

fn standings(evaluator: &Evaluator<'_>, clients: Vec<ClientId>) -> Result<Vec<Standing>> {
    clients.into_iter().map(|client| Standing::evaluate(evaluator, client)).collect()
}

impl Standing {
    /// Returns the state of a client that cannot be read.
    pub(super) fn from_problem(problem: Problem) -> Self {
        let state = State::from_problem(&problem);
        Self {
            client_id: problem.client_id,
            machine: String::new(),
            state,
            problem: Some(problem),
            looked_up: Vec::new(),
        }
    }

    fn evaluate(evaluator: &Evaluator<'_>, client_id: ClientId) -> Result<Self> {
        Ok(Self::evaluate_with_machine(evaluator, client_id)?.0)
    }

    /// Evaluates a client; the machine is `None` where it cannot be read.
    pub(in crate::commands) fn evaluate_with_machine(
        evaluator: &Evaluator<'_>,
        client_id: ClientId,
    ) -> Result<(Self, Option<Machine>)> {
        let (found, verdict) = evaluator.evaluate(client_id)?;
        let problem = found.ledger_view.problem;
        // An unreadable record is reported as such.
        let read = verdict.mapped().map(|mapped| mapped.machine.clone());
        let machine = read.as_ref().map(Machine::name).unwrap_or_default();
        let looked_up = read.as_ref().map(|machine| machine.looked_up.clone()).unwrap_or_default();
        let state = match verdict {
            Verdict::Gone => State::Gone,
            Verdict::Held(Rejection { reason, message }, _) => State::Held { reason: reason.into(), message },
            Verdict::Unreadable(Rejection { reason, message }) => State::Failing { reason: reason.into(), message },
            Verdict::Same(..) => State::UpToDate,
            Verdict::Ready(ready) => match &problem {
                Some(problem) => State::from_problem(problem),
                None if ready.intent.is_some() => State::HalfDone,
                None if found.because.is_empty() => State::Differs,
                None => State::Due(found.because),
            },
        };
        Ok((Self { client_id, machine, state, problem, looked_up }, read))
    }
}

impl State {
    fn from_problem(problem: &Problem) -> Self {
        let (reason, message) = (problem.reason.clone(), problem.message.clone());
        if reason.is_held() { Self::Held { reason, message } } else { Self::Failing { reason, message } }
    }

    /// Whether the next pass sends it.
    pub(super) fn is_due(&self) -> bool {
        match self {
            Self::Due(_) | Self::HalfDone => true,
            Self::UpToDate | Self::Differs | Self::Held { .. } | Self::Failing { .. } | Self::Gone => false,
        }
    }

    /// Returns the code for scripts.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::UpToDate => "up-to-date",
            Self::Due(_) => "due",
            Self::HalfDone => "half-done",
            Self::Differs => "differs",
            Self::Held { .. } => "held",
            Self::Failing { .. } => "failing",
            Self::Gone => "gone",
        }
    }
}

/// Returns the times when each client last sent something to this asset, newest first, also of a client that has
/// another ID by now.
fn sent(ledger: &Ledger, id: &InventoryId) -> Result<Vec<(ClientId, Timestamp)>> {
    let mut sent = Vec::new();
    for client in ledger.senders(id.as_str())? {
        sent.extend(ledger.sent(client)?.map(|record| (client, record.at)));
    }
    let last = ledger.asset(id)?.map(|asset| (asset.client_id, asset.at));
    sent.extend(last.filter(|(client, _)| sent.iter().all(|(other, _)| other != client)));
    sent.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    Ok(sent)
}
