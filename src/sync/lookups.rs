//! The look-ups of a pass: before clients are loaded, the keys that the ledger does not know are asked for, all
//! together.
//!
//! Where the keys of a page do not fill the requests, those of the pages that follow are asked for with them. Only
//! their keys are read: the clients are loaded in their turn.
//!
//! The workers wait meanwhile, all of them together for no longer than the budget. A service that fails is asked no
//! more in this pass, and rests for as long as its failure says; what it did not answer stays open, and no client fails
//! by it.
//!
//! What keeps a service from answering is a warning once, when it begins. The passes that find the same again log it
//! for `-v` only: each warning may be a mail of cron.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::candidate::{Candidate, Trigger};
use super::error::Error;
use super::evaluate::due::has_news;
use super::request::Request;
use super::shared::lock;
use crate::clock::BootTime;
use crate::config::Config;
use crate::escape::{in_full, one_line};
use crate::ledger::{Answer, Rest, RunLedger, ServiceRecord};
use crate::lookup::{self, Client, KeyPlace};
use crate::model::{InventoryId, LookupService, Timestamp};
use crate::store::{PAGE_CLIENTS, Store};
use crate::sync::queue::Queue;
use crate::web::{self, Limits};

/// The maximum number of pages that are read ahead to fill requests. It bounds the time to the first request to IQR and
/// the memory of the clients that wait.
const MAX_PAGES_AHEAD: u32 = 32;

/// The look-ups of one pass.
pub(super) struct Lookups {
    services: Vec<Asker>,
    /// The time that workers may still wait for look-ups.
    left: Duration,
    deadline: BootTime,
}

/// Takes over the settings of the services that a pass asks, and records whether it can read their secrets: `status`
/// may not see a systemd credential, which only the unit of the passes has.
///
/// # Errors
///
/// When the ledger cannot be read or written.
pub(super) fn settle_services(config: &Config, now: Timestamp, ledger: &mut RunLedger) -> Result<(), Error> {
    for service in lookup::services_in_use(config) {
        let Some(settings) = config.lookup_settings(service) else { continue };
        ledger.take_over_lookup_settings(service.name(), settings)?;
        let before = ledger.lookup_service(service.name(), settings)?;
        if before.rest.as_ref().is_some_and(|rest| rest.is_on(now)) {
            continue;
        }
        let no_secret = config.check_secrets(service).err().map(|error| in_full(&error));
        if let Some(why) = &no_secret {
            log::log!(level(before.no_secret == no_secret), "{service} is not asked in this pass: {why}");
        }
        if before.no_secret != no_secret {
            let rest = before.rest.filter(|_| no_secret.is_none());
            let record = ServiceRecord { rest, companies: before.companies, no_secret };
            ledger.record_lookup_service(service.name(), settings, &record)?;
        }
    }
    Ok(())
}

/// Returns the level of a message about a service.
fn level(is_known: bool) -> log::Level {
    if is_known { log::Level::Info } else { log::Level::Warn }
}

/// The keys of a question, and whether each has been open since an earlier one.
type Keys = BTreeMap<String, bool>;

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
        settle_services(config, request.started_at, ledger)?;
        let mut services = Vec::new();
        for service in lookup::services_in_use(config) {
            let Some(settings) = config.lookup_settings(service) else { continue };
            let limits = Limits { deadline, interrupted: Arc::clone(&request.interrupted) };
            let record = ledger.lookup_service(service.name(), settings)?;
            let rests = record.rest.as_ref().is_some_and(|rest| rest.is_on(request.started_at));
            // Why a secret cannot be read was reported above.
            let client = Client::for_service(service, config, limits, record.rest.is_some()).ok().flatten();
            let client = client.filter(|_| !rests);
            services.push(Asker { service, settings, client, record, has_answered: false, has_failed: false });
        }
        Ok(Self { services, left: config.lookup.budget, deadline })
    }

    /// Returns the number of requests for data that this pass has made, for each service that has a section.
    pub fn requests(&self, config: &Config) -> Vec<(LookupService, u64)> {
        let asked = |service| self.services.iter().find(|asker| asker.service == service)?.client.as_ref();
        let requests = |service| (service, asked(service).map_or(0, Client::requests));
        config.services().into_iter().map(requests).collect()
    }

    /// Returns the names of the services that may be asked any more in this pass.
    pub fn askable(&self) -> Vec<&'static str> {
        let has_time = !self.left.is_zero();
        self.services.iter().filter(|it| has_time && it.may_be_asked()).map(|it| it.service.name()).collect()
    }

    /// Asks for the keys of a dispatched client and of clients that wait behind it, as far as the ledger does not know
    /// them, and records the answers. The queue marks these clients: they are not asked for again.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be used; a failing service is no error.
    pub fn prepare(
        &mut self,
        dispatched: Candidate,
        queue: &mut Queue,
        store: &Store,
        ledger: &Mutex<RunLedger>,
        request: &Request<'_>,
    ) -> Result<(), Error> {
        if self.services.is_empty() {
            return Ok(());
        }
        let open = self.open_keys(dispatched, queue, store, &mut lock(ledger), request)?;
        for (asker, keys) in self.services.iter_mut().zip(open) {
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

    /// Returns the keys that need an answer by service, in the order of the services: those of the dispatched client
    /// and of the clients behind it, until they fill the requests of each service that gains by that; where none does,
    /// those of the page.
    fn open_keys(
        &self,
        dispatched: Candidate,
        queue: &mut Queue,
        store: &Store,
        ledger: &mut RunLedger,
        request: &Request<'_>,
    ) -> Result<Vec<Keys>, Error> {
        let reads_ahead = !self.left.is_zero() && self.services.iter().any(Asker::gains_by_reading_ahead);
        let mut pages = if reads_ahead { max_pages_ahead(request) } else { 0 };
        // A client may go before those that wait in the queue, and these may be prepared.
        let is_alone = queue.is_next_prepared();
        let mut open = vec![Keys::new(); self.services.len()];
        let mut next = Some(dispatched);
        while let Some(candidate) = next {
            for (asker, keys) in self.services.iter().zip(&mut open) {
                keys.extend(asker.open_key(candidate, store, ledger, request)?);
            }
            let is_far = pages <= MAX_PAGES_AHEAD / 2;
            let is_enough = |(asker, keys): (&Asker, &Keys)| {
                !asker.gains_by_reading_ahead() || asker.fills_requests(keys.len(), is_far)
            };
            if is_alone || reads_ahead && self.services.iter().zip(&open).all(is_enough) {
                break;
            }
            next = queue.prepare_next(store, ledger, &mut pages)?;
        }
        Ok(open)
    }
}

/// Returns the number of pages that may be read ahead: none behind the clients that the pass is limited to.
fn max_pages_ahead(request: &Request<'_>) -> u32 {
    let of_limit = request.limit.map(|limit| limit / PAGE_CLIENTS.unsigned_abs());
    of_limit.and_then(|pages| u32::try_from(pages).ok()).map_or(MAX_PAGES_AHEAD, |pages| pages.min(MAX_PAGES_AHEAD))
}

impl Asker {
    /// Whether a request may ask for the keys of several clients: where it asks for one, those of further pages fill
    /// none.
    fn gains_by_reading_ahead(&self) -> bool {
        self.may_be_asked() && self.client.as_ref().is_some_and(|client| client.batch() > 1)
    }

    /// Whether this number of keys fills a request on each connection; where the keys are rare (`is_far`), whole
    /// requests are enough.
    fn fills_requests(&self, keys: usize, is_far: bool) -> bool {
        let Some(client) = &self.client else { return true };
        let full = client.batch() * client.connections();
        keys >= full || is_far && keys > 0 && keys.is_multiple_of(client.batch())
    }

    /// Returns the key of a client with news if it needs an answer, and whether it is known to be open.
    fn open_key(
        &self,
        candidate: Candidate,
        store: &Store,
        ledger: &RunLedger,
        request: &Request<'_>,
    ) -> Result<Option<(String, bool)>, Error> {
        let Some(key) = self.key(candidate, store, ledger, request)? else { return Ok(None) };
        let record = ledger.looked_up(self.service.name(), &key)?;
        let needs_answer = lookup::needs_question(&record, request.started_at);
        Ok(needs_answer.then_some((key, record.open_since.is_some())))
    }

    /// Returns the key of a client that may be sent; `None` where it has no news or no inventory ID.
    fn key(
        &self,
        candidate: Candidate,
        store: &Store,
        ledger: &RunLedger,
        request: &Request<'_>,
    ) -> Result<Option<String>, Error> {
        let client = candidate.client_id;
        let config = request.config;
        if candidate.trigger == Trigger::News && !has_news(client, store, ledger)? {
            return Ok(None);
        }
        let Some(place) = lookup::key_place(self.service, config) else { return Ok(None) };
        let typed = match place {
            KeyPlace::Slot(name) => store.slot(client, name)?,
            KeyPlace::Technician => store.technician(client)?,
        };
        let Some(typed) = typed else { return Ok(None) };
        let Some(key) = lookup::parse_key(self.service, &typed) else {
            if !typed.trim().is_empty() {
                log::info!("`{}` in {place} cannot be looked up at {}", one_line(&typed), self.service);
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
        keys: &Keys,
        request: &Request<'_>,
        end: BootTime,
        is_end_of_pass: bool,
    ) -> Vec<(String, Answer)> {
        let now = request.started_at;
        if !self.may_be_asked() || end.left().is_zero() {
            return Vec::new();
        }
        let Some(client) = &self.client else { return Vec::new() };
        let names: Vec<String> = keys.keys().cloned().collect();
        let asked = client.ask(&names, &mut self.record, now, end);
        self.has_answered |= !asked.answers.is_empty();
        for (key, row) in &asked.unreadable {
            // The row of a key that an outage has left open is news.
            let was_read = self.record.rest.is_none() || self.has_failed_so(row);
            log::log!(level(was_read && keys.get(key) == Some(&true)), "{row}");
        }
        match (&asked.error, asked.unreadable.first()) {
            // Later passes wait before they repeat this question; this pass still asks about other devices.
            (None, Some((_, row))) if !self.has_answered => {
                let until = (request.clock)().plus(request.config.lookup.retry);
                self.record.rest = Some(Rest { until, why: row.clone() });
            }
            (None, _) => self.record.rest = None,
            // Some of the keys are at fault; the others were answered.
            (Some(error), _) if error.scope() == web::Scope::ThisRecord && !asked.answers.is_empty() => {
                let is_known = unanswered(keys, &asked.answers).all(|(_, is_open)| *is_open);
                log::log!(level(is_known), "{} did not answer about some keys: {error}", self.service);
                self.record.rest = None;
            }
            (Some(error), _) => self.fail(error, request, is_end_of_pass),
        }
        asked.answers.into_iter().map(|(key, values)| (key, Answer { values, at: now })).collect()
    }

    fn may_be_asked(&self) -> bool {
        self.client.is_some() && !self.has_failed
    }

    /// Whether the service rested for a failure of the kind that this reason names, and has not answered since.
    fn has_failed_so(&self, why: &str) -> bool {
        self.record.rest.as_ref().is_some_and(|rest| lookup::is_same_kind(self.service, &rest.why, why))
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
        log::log!(level(self.has_failed_so(&why)), "{} rests until {}: {why}", self.service, until.to_second());
        self.record.rest = Some(Rest { until, why });
    }

    /// Records the answers, the keys that are open, and the state of the service.
    fn record(
        &self,
        keys: &Keys,
        answers: &[(String, Answer)],
        ledger: &mut RunLedger,
        request: &Request<'_>,
    ) -> Result<(), Error> {
        let open: Vec<String> = unanswered(keys, answers).map(|(key, _)| key.clone()).collect();
        ledger.atomically(|ledger| {
            ledger.record_answers(self.service.name(), answers)?;
            ledger.note_open_keys(self.service.name(), &open, request.started_at)?;
            Ok::<_, Error>(ledger.record_lookup_service(self.service.name(), self.settings, &self.record)?)
        })
    }
}

/// Returns the keys without an answer.
fn unanswered<'a, T>(keys: &'a Keys, answers: &'a [(String, T)]) -> impl Iterator<Item = (&'a String, &'a bool)> {
    let answered: HashSet<&str> = answers.iter().map(|(key, _)| key.as_str()).collect();
    keys.iter().filter(move |(key, _)| !answered.contains(key.as_str()))
}
