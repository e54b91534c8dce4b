//! The look-ups of a pass: before the clients of a page are loaded, the keys that the ledger does not know are asked for,
//! all together.
//!
//! The workers wait meanwhile, all of them together for no longer than the budget. A service that fails is asked no more
//! in this pass, and rests for as long as its failure says; what it did not answer stays open, and no client fails by it.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::candidate::{Candidate, Trigger};
use super::error::Error;
use super::evaluate::due::has_news;
use super::request::Request;
use super::shared::lock;
use crate::clock::BootTime;
use crate::escape::one_line;
use crate::ledger::{Answer, Rest, RunLedger, ServiceRecord};
use crate::lookup::{self, Client};
use crate::model::{ClientId, InventoryId, LookupService};
use crate::store::Store;
use crate::web::{self, Limits};

/// The look-ups of one pass.
pub(super) struct Lookups {
    services: Vec<Asker>,
    /// The time that workers may still wait for look-ups.
    left: Duration,
    deadline: BootTime,
    /// The clients whose keys were asked for, as far as the queue has shown them.
    prepared: HashSet<ClientId>,
}

/// A service that this pass asks.
struct Asker {
    service: LookupService,
    settings: [u8; 16],
    /// `None` where the service rests, or its secrets cannot be read.
    client: Option<Client>,
    record: ServiceRecord,
    /// The service has answered in this pass.
    has_answered: bool,
    /// The service has failed in this pass, and is asked no more.
    has_failed: bool,
}

impl Lookups {
    /// Returns the look-ups of a pass: none where the texts name no looked-up field.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read or written.
    pub fn begin(request: &Request<'_>, ledger: &mut RunLedger, deadline: BootTime) -> Result<Self, Error> {
        let config = request.config;
        let mut services = Vec::new();
        for service in lookup::services_in_use(config) {
            let Some(settings) = config.lookup_settings(service) else { continue };
            ledger.take_over_lookup_settings(service.name(), settings)?;
            let limits = Limits { deadline, interrupted: Arc::clone(&request.interrupted) };
            let record = ledger.lookup_service(service.name(), settings)?;
            let client = Client::for_service(service, config, limits, record.rest.is_some())
                .inspect_err(|error| log::warn!("{service} is not asked in this pass: {error}"));
            let rests = record.rest.as_ref().is_some_and(|rest| rest.is_on(request.started_at));
            let client = client.ok().flatten().filter(|_| !rests);
            services.push(Asker { service, settings, client, record, has_answered: false, has_failed: false });
        }
        Ok(Self { services, left: config.lookup.budget, deadline, prepared: HashSet::new() })
    }

    /// Returns the number of requests for data that this pass has made.
    pub fn requests(&self) -> u64 {
        self.services.iter().filter_map(|asker| asker.client.as_ref()).map(Client::requests).sum()
    }

    /// Whether any service may be asked any more in this pass.
    pub fn may_ask(&self) -> bool {
        !self.left.is_zero() && self.services.iter().any(Asker::may_be_asked)
    }

    /// Whether the keys of a client were asked for, or need not be.
    pub fn is_prepared(&self, client: ClientId) -> bool {
        self.services.is_empty() || self.prepared.contains(&client)
    }

    /// Asks for the keys of these clients that the ledger does not know, and records the answers.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be used; a failing service is no error.
    pub fn prepare(
        &mut self,
        clients: &[Candidate],
        store: &Store,
        ledger: &Mutex<RunLedger>,
        request: &Request<'_>,
    ) -> Result<(), Error> {
        self.prepared = clients.iter().map(|candidate| candidate.client_id).collect();
        for asker in &mut self.services {
            let keys = asker.open_keys(clients, store, &lock(ledger), request)?;
            if keys.is_empty() {
                continue;
            }
            let begun = BootTime::now();
            let end = (begun + self.left).min(self.deadline);
            let answered = asker.ask(&keys, request, end, end == self.deadline);
            self.left = self.left.saturating_sub(BootTime::now().since(begun));
            asker.record(&keys, &answered, &mut lock(ledger), request)?;
        }
        Ok(())
    }
}

impl Asker {
    /// Returns the keys of clients with news that need an answer, each once.
    fn open_keys(
        &self,
        clients: &[Candidate],
        store: &Store,
        ledger: &RunLedger,
        request: &Request<'_>,
    ) -> Result<Vec<String>, Error> {
        let mut keys = BTreeSet::new();
        for candidate in clients {
            let Some(key) = self.key(candidate, store, ledger, request)? else { continue };
            let record = ledger.looked_up(self.service.name(), &key)?;
            if lookup::needs_question(&record, request.started_at) {
                keys.insert(key);
            }
        }
        Ok(keys.into_iter().collect())
    }

    /// Returns the key of a client that may be sent; `None` where it has no news or no inventory ID.
    fn key(
        &self,
        candidate: &Candidate,
        store: &Store,
        ledger: &RunLedger,
        request: &Request<'_>,
    ) -> Result<Option<String>, Error> {
        let client = candidate.client_id;
        let config = request.config;
        if candidate.trigger == Trigger::News && !has_news(client, store, ledger)? {
            return Ok(None);
        }
        let Some(slot) = lookup::key_slot(self.service, config) else { return Ok(None) };
        let Some(typed) = store.slot(client, slot)? else { return Ok(None) };
        let Some(key) = lookup::parse_key(self.service, &typed) else {
            if !typed.trim().is_empty() {
                log::info!("`{}` in slot `{slot}` cannot be looked up at {}", one_line(&typed), self.service);
            }
            return Ok(None);
        };
        let typed = store.slot(client, &config.store.inventory_id_slot)?;
        let has_id = InventoryId::parse(typed.as_deref(), config.store.id_rule).is_ok();
        Ok(Some(key).filter(|_| has_id))
    }

    /// Asks the service, unless it rests or has failed in this pass; returns the answers.
    ///
    /// `is_end_of_pass`: the pass has no more time than this question.
    fn ask(
        &mut self,
        keys: &[String],
        request: &Request<'_>,
        end: BootTime,
        is_end_of_pass: bool,
    ) -> Vec<(String, Answer)> {
        let now = request.started_at;
        if !self.may_be_asked() || end.left().is_zero() {
            return Vec::new();
        }
        let Some(client) = &self.client else { return Vec::new() };
        let asked = client.ask(keys, &mut self.record, now, end);
        self.has_answered |= !asked.answers.is_empty();
        for row in &asked.unreadable {
            log::warn!("{row}");
        }
        match (&asked.error, asked.unreadable.first()) {
            // Later passes wait before they repeat this question; this pass still asks about other devices.
            (None, Some(row)) if !self.has_answered => {
                let until = (request.clock)().plus(request.config.lookup.retry);
                self.record.rest = Some(Rest { until, why: row.clone() });
            }
            (None, _) => self.record.rest = None,
            // Some of the keys are at fault; the others were answered.
            (Some(error), _) if error.scope() == web::Scope::ThisRecord && !asked.answers.is_empty() => {
                log::warn!("{} did not answer about some devices: {error}", self.service);
                self.record.rest = None;
            }
            (Some(error), _) => self.fail(error, request, is_end_of_pass),
        }
        asked.answers.into_iter().map(|(key, values)| (key, Answer { values, at: now })).collect()
    }

    fn may_be_asked(&self) -> bool {
        self.client.is_some() && !self.has_failed
    }

    fn fail(&mut self, error: &web::Error, request: &Request<'_>, is_end_of_pass: bool) {
        let now = (request.clock)();
        // A service that used up the time without an answer is as good as down, unless the pass was stopped meanwhile.
        let is_late = matches!(error, web::Error::OutOfTime { .. });
        let is_silent = is_late && !self.has_answered && !is_end_of_pass;
        let retry = request.config.lookup.retry;
        let until = if is_silent { Some(now.plus(retry)) } else { lookup::rest_after(error, now, retry) };
        let Some(until) = until else { return };
        self.has_failed = true;
        let why = error.to_string();
        log::warn!("{} rests until {until}: {why}", self.service.name());
        self.record.rest = Some(Rest { until, why });
    }

    /// Records the answers, the keys that are open, and the state of the service.
    fn record(
        &self,
        keys: &[String],
        answers: &[(String, Answer)],
        ledger: &mut RunLedger,
        request: &Request<'_>,
    ) -> Result<(), Error> {
        let answered: HashSet<&str> = answers.iter().map(|(key, _)| key.as_str()).collect();
        let open: Vec<String> = keys.iter().filter(|key| !answered.contains(key.as_str())).cloned().collect();
        ledger.atomically(|ledger| {
            ledger.record_answers(self.service.name(), answers)?;
            ledger.note_open_keys(self.service.name(), &open, request.started_at)?;
            Ok::<_, Error>(ledger.record_lookup_service(self.service.name(), self.settings, &self.record)?)
        })
    }
}
