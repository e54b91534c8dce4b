//! A client as a pass evaluates it, and the asset as IQR has it.

use std::collections::BTreeSet;

use anyhow::Result;
use serde::Serialize;

use crate::clock;
use crate::commands::{self, NotFound, suggest};
use crate::config::{Config, SerialCheck};
use crate::ledger::{Ledger, Problem};
use crate::lookup::{self, Answers};
use crate::mapping::{self, RenderedField};
use crate::model::{
    Asset, AssetUpdate, ClientId, DueBecause, InventoryId, InventoryIdError, KnownLines, LookedUp, LookedUpValue,
    Machine, Reason, Sent, TemplateKind, Timestamp,
};
use crate::store::Fingerprint;
use crate::sync::evaluate::ledger_view::LedgerView;
use crate::sync::evaluate::{Evaluated, Evaluator, Mapped, Ready, Rejection, Verdict};
use crate::sync::reconcile::attempt;
use crate::sync::reconcile::plan::Plan;
use crate::web::Access;

/// A client and what would be sent for it.
pub(super) struct Preview {
    pub client_id: ClientId,
    /// Older clients whose slot holds the same ID.
    pub others: Vec<ClientId>,
    /// The text that was typed in the place of its ID.
    pub typed: Option<String>,
    pub fingerprint: Option<Fingerprint>,
    pub because: Vec<DueBecause>,
    /// The ID; `None` when what was typed into the slot is none.
    pub id: Option<InventoryId>,
    /// The reason why the client is held until a person changes something.
    pub held: Option<HeldReason>,
    /// The reason why the client's record cannot be understood.
    pub unreadable: Option<Rejection>,
    /// The machine and what would be said of it; `None` when its record cannot be understood.
    pub subject: Option<Subject>,
    /// The ledger's record of earlier passes.
    pub ledger_view: LedgerView,
    /// Whether the config has a section of a service that has values.
    pub has_lookups: bool,
    pub remote: Option<Remote>,
    pub now: Timestamp,
}

/// The reason why a client is not sent: the code and what to do.
#[derive(Serialize)]
pub(super) struct HeldReason {
    pub reason: Reason,
    pub message: String,
}

/// A machine and what IQR would show of it.
pub(super) struct Subject {
    pub claim: Claim,
    pub fields: Vec<RenderedField>,
    /// The template that a pass takes, and why, where another one was asked for.
    pub sent_by: Option<(TemplateKind, String)>,
}

/// The value that a pass evaluates. Where another template was asked for, its update is mapped again by that one.
pub(super) enum Claim {
    /// The slot names an asset.
    Asset(Box<Ready>),
    /// The slot names none.
    NoAsset(Box<Mapped>),
}

/// The asset as IQR has it, and what would be changed of it.
pub(super) struct Remote {
    pub asset: Asset,
    pub plan: Plan,
    pub notes: Vec<String>,
}

impl Preview {
    pub(super) fn load(evaluator: &Evaluator<'_>, typed: &str, template: Option<TemplateKind>) -> Result<Self> {
        let (id, mut clients) = find(evaluator, typed)?;
        let client_id = clients.remove(0);
        let (Evaluated { inventory_id, fingerprint, because, ledger_view, .. }, verdict) =
            evaluator.evaluate(client_id)?;
        let (mut held, mut unreadable) = (None, None);
        let claim = match verdict {
            Verdict::Gone => return Err(NotFound(format!("client {client_id} was just deleted in WipeOS")).into()),
            Verdict::Unreadable(rejection) => {
                unreadable = Some(rejection);
                None
            }
            Verdict::Held(rejection, mapped) => {
                held = Some(HeldReason::from(rejection));
                Some(match id.clone() {
                    Some(id) => Claim::Asset(Box::new(evaluator.ready(id, *mapped)?)),
                    None => Claim::NoAsset(mapped),
                })
            }
            Verdict::Same(_, ready) | Verdict::Ready(ready) => Some(Claim::Asset(ready)),
        };
        let held = held.or_else(|| held_by_iqr(ledger_view.problem.as_ref(), evaluator.config));
        Ok(Self {
            client_id,
            others: clients,
            typed: inventory_id,
            fingerprint,
            because,
            id,
            held,
            unreadable,
            subject: claim.map(|claim| Subject::new(claim, evaluator.config, template)),
            ledger_view,
            has_lookups: !evaluator.config.services().is_empty(),
            remote: None,
            now: clock::now(),
        })
    }

    /// Asks other services for the values of the machine that a pass would ask for; `None` where it would ask for none.
    pub(super) fn look_up(&self, config: &Config, ledger: Option<&Ledger>) -> Result<Option<Answers>> {
        let (Some(subject), Some(_)) = (&self.subject, &self.id) else { return Ok(None) };
        if config.looked_up().is_empty() {
            return Ok(None);
        }
        let limits = commands::limits(config);
        Ok(Some(lookup::ask(subject.machine(), config, ledger, &limits, clock::now())?))
    }

    /// Reads the asset and plans on it, as a pass would begin.
    pub(super) fn ask_iqr(&mut self, config: &Config, ledger: Option<&Ledger>) -> Result<()> {
        let Some(Subject { claim: Claim::Asset(ready), .. }) = &self.subject else { return Ok(()) };
        let asset = read_asset(config, &ready.id)?;
        let semantics = ledger.map(Ledger::comment_semantics).transpose()?.flatten();
        let (plan, mut notes) = attempt::first_plan(self.client_id, ready, &asset, semantics, config);
        let mismatch = attempt::serial_mismatch(ready, &asset);
        // What a pass found of the serial numbers is old news now.
        self.held = self.held.take().filter(|hold| hold.reason != Reason::SerialMismatch);
        match (config.sync.serial_check, mismatch) {
            (SerialCheck::Hold, Some(message)) => {
                let rejection = Rejection { reason: Reason::SerialMismatch, message };
                self.held.get_or_insert(rejection.into());
            }
            (SerialCheck::Warn, Some(message)) => notes.push(message),
            (SerialCheck::Off, _) | (SerialCheck::Hold | SerialCheck::Warn, None) => {}
        }
        self.remote = Some(Remote { asset, plan, notes });
        Ok(())
    }

    /// The values of the machine that other services have.
    pub(super) fn looked_up(&self) -> &[LookedUpValue] {
        self.subject.as_ref().map_or(&[], |subject| &subject.machine().looked_up)
    }

    /// Returns the looked-up fields that have no value because the settings changed since the asset was sent,
    /// or possibly so.
    pub(super) fn lost_to_settings(&self) -> BTreeSet<LookedUp> {
        let Some(Subject { claim: Claim::Asset(ready), .. }) = &self.subject else { return BTreeSet::new() };
        let named = ready.mapped.update.named.all();
        named.filter(|value| value.is_lost_to_settings(&ready.sent.printed)).map(|value| value.field).collect()
    }

    /// Whether the client failed before, nothing is new since, and its next attempt is not due yet.
    pub(super) fn is_waiting(&self) -> bool {
        self.ledger_view.problem.as_ref().is_some_and(|problem| {
            problem.fingerprint == self.fingerprint && problem.next_try.is_none_or(|next| next > self.now)
        })
    }

    /// The ID, or what was typed in its place.
    pub(super) fn inventory_id(&self) -> &str {
        let typed = || self.typed.as_deref().unwrap_or_default();
        self.id.as_ref().map_or_else(typed, InventoryId::as_str)
    }
}

/// Finds the ID that was typed and the clients that have it, newest first, at least one. A text that is no ID is
/// searched for too: it may be why a client is held.
fn find(evaluator: &Evaluator<'_>, typed: &str) -> Result<(Option<InventoryId>, Vec<ClientId>)> {
    let config = &evaluator.config.store;
    let slot = &config.inventory_id_slot;
    match InventoryId::parse(Some(typed), config.id_rule) {
        Ok(id) => {
            let clients = evaluator.clients_of(typed, &id)?;
            if clients.is_empty() {
                let similar = suggest::existing(evaluator.store, config, id.as_str())?;
                return Err(NotFound(not_found(&id, slot, &similar)).into());
            }
            Ok((Some(id), clients))
        }
        Err(error @ InventoryIdError::Blank) => Err(NotFound(error.to_string()).into()),
        Err(error @ InventoryIdError::Invalid { .. }) => {
            let mut clients = evaluator.store.claimants(slot, typed, typed.trim())?;
            clients.reverse();
            if clients.is_empty() {
                let similar = suggest::existing(evaluator.store, config, typed)?;
                return Err(NotFound(no_id(&error, slot, &similar)).into());
            }
            Ok((None, clients))
        }
    }
}

/// Says that no client has the ID in its slot; `similar` are similar IDs that some client has.
pub(in crate::commands) fn not_found(id: &InventoryId, slot: &str, similar: &[String]) -> String {
    format!("no client in WipeOS has inventory ID {id} in its slot `{slot}`{}", suggest::hint(similar))
}

/// Says that a text is no ID, and that no client has it in its slot all the same.
pub(in crate::commands) fn no_id(error: &InventoryIdError, slot: &str, similar: &[String]) -> String {
    format!("{error}, and no client in WipeOS has it in its slot `{slot}`{}", suggest::hint(similar))
}

/// The one reason to hold a client that is not seen without IQR: what the newest pass found there.
fn held_by_iqr(problem: Option<&Problem>, config: &Config) -> Option<HeldReason> {
    let problem = problem.filter(|problem| problem.reason.is(Reason::SerialMismatch))?;
    let is_checked = config.sync.serial_check == SerialCheck::Hold;
    is_checked.then(|| HeldReason { reason: Reason::SerialMismatch, message: problem.message.clone() })
}

/// Reads an asset in a session of its own, which is ended whatever the outcome.
fn read_asset(config: &Config, id: &InventoryId) -> Result<Asset> {
    let iqr = commands::connect(config, Access::ReadOnly)?;
    let asset = iqr.asset(id);
    commands::end_session(&iqr);
    Ok(asset?)
}

impl From<Rejection> for HeldReason {
    fn from(Rejection { reason, message }: Rejection) -> Self {
        Self { reason, message }
    }
}

impl Subject {
    fn new(mut claim: Claim, config: &Config, template: Option<TemplateKind>) -> Self {
        let rules = &config.rules;
        let mapped = match &mut claim {
            Claim::Asset(ready) => &mut ready.mapped,
            Claim::NoAsset(mapped) => mapped,
        };
        let mut sent_by = None;
        if let Some(kind) = template.filter(|asked| *asked != mapped.update.template) {
            let asked_for = mapping::map_with_template(&mapped.machine, rules, kind);
            let own = std::mem::replace(&mut mapped.update, asked_for);
            sent_by = Some((own.template, own.template_because));
        }
        let fields = mapping::explain(&mapped.machine, rules, &mapped.update);
        Self { claim, fields, sent_by }
    }

    pub(super) fn machine(&self) -> &Machine {
        &self.claim.mapped().machine
    }

    pub(super) fn update(&self) -> &AssetUpdate {
        &self.claim.mapped().update
    }

    /// The comment lines that were sent to the asset before.
    pub(super) fn sent_lines(&self) -> KnownLines {
        match &self.claim {
            Claim::Asset(ready) => ready.sent.known_lines(),
            Claim::NoAsset(_) => Sent::default().known_lines(),
        }
    }
}

impl Claim {
    fn mapped(&self) -> &Mapped {
        match self {
            Self::Asset(ready) => &ready.mapped,
            Self::NoAsset(mapped) => mapped,
        }
    }
}
