//! `preview`: what would be sent for an inventory ID, and why.
//!
//! It looks at the client and plans as a pass does, with the same functions, and stops there. It takes no run lock and
//! writes nothing: neither here nor, with `--remote`, in IQR.

mod hardware;
mod json;
mod show;

use anyhow::Result;

use super::{Exit, NotFound, near};
use crate::cli::{Global, PreviewArgs};
use crate::clock;
use crate::config::{Config, SerialCheck};
use crate::iqr::Access;
use crate::ledger::{Intent, Ledger, Problem, SentRecord};
use crate::mapping::{self, RenderedField};
use crate::model::{
    Asset, AssetUpdate, ClientId, InventoryId, InventoryIdError, Machine, OwnNames, Reason, Sent, TemplateKind,
    Timestamp,
};
use crate::output;
use crate::store::{self, Store};
use crate::sync::examine::{self, Examined, Examiner, Ready, Trouble, Verdict};
use crate::sync::journey;
use crate::sync::plan::Plan;

/// All that is known of a client and of what would be sent.
struct Preview {
    client_id: ClientId,
    /// Older clients whose slot holds the same ID.
    others: Vec<ClientId>,
    examined: Examined,
    /// The ID; `None` when what was typed into the slot is none.
    id: Option<InventoryId>,
    /// Why it is not sent until a person changes something.
    held: Option<Hold>,
    /// Why its record cannot be understood.
    unreadable: Option<Trouble>,
    /// The machine and what would be said of it; `None` when its record cannot be understood.
    subject: Option<Subject>,
    /// What came of it in the passes before.
    problem: Option<Problem>,
    last_sent: Option<SentRecord>,
    remote: Option<Remote>,
    now: Timestamp,
}

/// Why a client is not sent: the code and what to do.
struct Hold {
    reason: String,
    message: String,
}

/// A machine and what would be said of it.
struct Subject {
    machine: Machine,
    update: AssetUpdate,
    fields: Vec<RenderedField>,
    /// The template that a pass takes, and why, where another one was asked for.
    sent_by: Option<(TemplateKind, String)>,
    /// What was sent to this asset before.
    sent: Sent,
    intent: Option<Intent>,
}

/// The asset as IQR has it, and what would be changed of it.
struct Remote {
    asset: Asset,
    plan: Plan,
    notes: Vec<String>,
}

/// Shows what would be sent.
///
/// # Errors
///
/// [`NotFound`] when no client has the ID; what keeps the config, the databases or, with `--remote`, IQR from being read.
/// What is known without IQR is printed before that.
pub fn run(global: &Global, args: &PreviewArgs) -> Result<Exit> {
    let config = super::load(global)?;
    super::warn_of_doubts(&config);
    let store = super::open_store(&config)?;
    let ledger = Ledger::open_of(&config.ledger.path, &config.iqr.tenant())?;
    let examiner = Examiner { store: &store, ledger: ledger.as_ref(), config: &config, ask_anyway: true };
    let mut preview = Preview::gather(&examiner, &args.inventory_id, args.template)?;
    let asked = if args.remote { preview.ask_iqr(&config, ledger.as_ref()) } else { Ok(()) };
    if args.json {
        output::print_json(&json::Json::of(&preview))?;
    } else {
        output::print(&show::page(&preview, &config))?;
    }
    asked.map(|()| Exit::Done)
}

/// What was last sent to the asset, from whichever client.
fn sent_to_asset(ledger: Option<&Ledger>, id: Option<&InventoryId>) -> Result<Sent> {
    let (Some(ledger), Some(id)) = (ledger, id) else { return Ok(Sent::default()) };
    Ok(ledger.asset(id)?.map(|asset| asset.sent).unwrap_or_default())
}

/// A write to the asset that was begun and never recorded as ended.
fn intent(ledger: Option<&Ledger>, id: Option<&InventoryId>) -> Result<Option<Intent>> {
    let (Some(ledger), Some(id)) = (ledger, id) else { return Ok(None) };
    Ok(ledger.intent(id)?)
}

impl Preview {
    fn gather(examiner: &Examiner<'_>, typed: &str, template: Option<TemplateKind>) -> Result<Self> {
        let (id, mut clients) = find(examiner, typed)?;
        let client_id = clients.remove(0);
        let look =
            || -> Result<_, examine::Error> { Ok((examiner.examine(client_id)?, machine(examiner.store, client_id)?)) };
        let (mut found, machine) = examiner.store.consistently(look)?;
        let verdict = std::mem::replace(&mut found.verdict, Verdict::Gone);
        let (held, unreadable) = match verdict {
            Verdict::Held(trouble) => (Some(Hold::from(trouble)), None),
            Verdict::Unreadable(trouble) => (None, Some(trouble)),
            Verdict::Gone => return Err(NotFound(format!("client {client_id} was just deleted in WipeOS")).into()),
            Verdict::Same(_) | Verdict::Ready(_) => (None, None),
        };
        let last_sent = examiner.ledger.map(|ledger| ledger.sent(client_id)).transpose()?.flatten();
        let problem = examiner.ledger.map(|ledger| ledger.problem(client_id)).transpose()?.flatten();
        let intent = intent(examiner.ledger, id.as_ref())?;
        let sent_to_asset = sent_to_asset(examiner.ledger, id.as_ref())?;
        let subject = machine.map(|machine| Subject::of(machine, examiner.config, template, sent_to_asset, intent));
        let held = held.or_else(|| held_by_iqr(problem.as_ref(), examiner.config));
        Ok(Self {
            client_id,
            others: clients,
            examined: found,
            id,
            held,
            unreadable,
            subject,
            problem,
            last_sent,
            remote: None,
            now: clock::now(),
        })
    }

    /// Reads the asset and plans on it, as a pass would begin.
    fn ask_iqr(&mut self, config: &Config, ledger: Option<&Ledger>) -> Result<()> {
        let (Some(id), Some(subject)) = (&self.id, &self.subject) else { return Ok(()) };
        let asset = read_asset(config, id)?;
        let known = ledger.map(Ledger::comment_semantics).transpose()?.flatten();
        let ready = subject.ready(id);
        let (plan, mut notes) = journey::first_plan(self.client_id, &ready, &asset, known, config);
        let mismatch = journey::serial_mismatch(&ready, &asset);
        // What a pass found of the serial numbers is old news now.
        self.held = self.held.take().filter(|hold| hold.reason != Reason::SerialMismatch.code());
        match (config.sync.serial_check, mismatch) {
            (SerialCheck::Hold, Some(message)) => {
                let trouble = Trouble { reason: Reason::SerialMismatch, message };
                self.held.get_or_insert(trouble.into());
            }
            (SerialCheck::Warn, Some(message)) => notes.push(message),
            _ => {}
        }
        self.remote = Some(Remote { asset, plan, notes });
        Ok(())
    }

    /// Whether it failed before, nothing is new since, and its time has not come again.
    fn is_waiting(&self) -> bool {
        self.problem.as_ref().is_some_and(|problem| {
            problem.seen == self.examined.seen && problem.next_try.is_none_or(|next| next > self.now)
        })
    }

    /// The ID, or what was typed in its place.
    fn inventory_id(&self) -> &str {
        let typed = || self.examined.inventory_id.as_deref().unwrap_or_default();
        self.id.as_ref().map_or_else(typed, InventoryId::as_str)
    }
}

/// The ID that was typed and the clients that have it, newest first, at least one. Something that is no ID is looked for
/// too: a client may be held because of just that.
fn find(examiner: &Examiner<'_>, typed: &str) -> Result<(Option<InventoryId>, Vec<ClientId>)> {
    let config = &examiner.config.store;
    let slot = &config.inventory_id_slot;
    match examine::parse_id(typed, config.id_rule) {
        Ok(id) => {
            let clients = examiner.clients_of(typed, &id)?;
            if clients.is_empty() {
                let near = near::existing(examiner.store, config, id.as_str())?;
                return Err(NotFound(not_found(&id, slot, &near)).into());
            }
            Ok((Some(id), clients))
        }
        Err(error @ InventoryIdError::Blank) => Err(NotFound(error.to_string()).into()),
        Err(error @ InventoryIdError::Invalid { .. }) => {
            let mut clients = examiner.store.claimants(slot, typed, typed.trim())?;
            clients.reverse();
            if clients.is_empty() {
                let near = near::existing(examiner.store, config, typed)?;
                return Err(NotFound(format!("{error}{}", near::hint(&near))).into());
            }
            Ok((None, clients))
        }
    }
}

/// Nobody has the ID in its slot; `near` are those that some client has.
pub(super) fn not_found(id: &InventoryId, slot: &str, near: &[String]) -> String {
    format!("no client in WipeOS has inventory ID {id} in its slot `{slot}`{}", near::hint(near))
}

/// The machine of a client; `None` when it is gone or cannot be understood.
fn machine(store: &Store, client: ClientId) -> Result<Option<Machine>, store::Error> {
    match store.client(client) {
        Ok(snapshot) => Ok(snapshot.map(|snapshot| snapshot.machine)),
        Err(store::Error::Record(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The one reason to hold a client that is not seen without IQR: what the newest pass found there.
fn held_by_iqr(problem: Option<&Problem>, config: &Config) -> Option<Hold> {
    let problem = problem.filter(|problem| problem.held && problem.reason == Reason::SerialMismatch.code())?;
    let is_checked = config.sync.serial_check == SerialCheck::Hold;
    is_checked.then(|| Hold { reason: problem.reason.clone(), message: problem.message.clone() })
}

/// Reads an asset in a session of its own, which is ended whatever comes of it.
fn read_asset(config: &Config, id: &InventoryId) -> Result<Asset> {
    let iqr = super::connect(config, Access::ReadOnly)?;
    let asset = iqr.asset(id);
    if let Err(error) = iqr.finish() {
        log::warn!("the session at IQR could not be ended: {error}");
    }
    Ok(asset?)
}

impl From<Trouble> for Hold {
    fn from(Trouble { reason, message }: Trouble) -> Self {
        Self { reason: reason.code().to_owned(), message }
    }
}

impl Subject {
    fn of(
        machine: Machine,
        config: &Config,
        template: Option<TemplateKind>,
        sent: Sent,
        intent: Option<Intent>,
    ) -> Self {
        let rules = &config.rules;
        let own = mapping::map(&machine, rules);
        let (update, fields, sent_by) = match template.filter(|asked| *asked != own.template) {
            Some(kind) => (
                mapping::map_with_template(&machine, rules, kind),
                mapping::explain_with_template(&machine, rules, kind),
                Some((own.template, own.template_because)),
            ),
            None => (own, mapping::explain(&machine, rules), None),
        };
        Self { machine, update, fields, sent_by, sent, intent }
    }

    /// What a pass would have in hand before it asks IQR.
    fn ready(&self, id: &InventoryId) -> Ready {
        Ready {
            id: id.clone(),
            serial_number: self.machine.identifying_serial().map(str::to_owned),
            names: OwnNames::from_machine(&self.machine),
            update: self.update.clone(),
            // Stands for the update in the ledger, which is not written here.
            digest: [0; 16],
            sent: self.sent.clone(),
            intent: self.intent.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
