//! The pass, from the run lock to the end of the session.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::error::Error;
use super::lookups::{Lookups, settle_services};
use super::queue::{Queue, Stages, Wanted};
use super::reconcile::applier::Applier;
use super::reconcile::items::MasterItems;
use super::reconcile::recovery;
use super::report::Report;
use super::request::{Outcome, Request, Scope};
use super::shared::lock;
use super::worker::Workers;
use super::{evaluate, finish, tenancy};
use crate::clock::BootTime;
use crate::config::{Config, ConfigError};
use crate::iqr::Iqr;
use crate::ledger::{CommentSemantics, Durability, Intent, RunLedger};
use crate::model::InventoryId;
use crate::secret::Secret;
use crate::store::{Patience, Signature, Store};
use crate::web::{Access, Limits};

/// The next pass reuses the number of concurrent requests that the tenant allowed for this long.
const IN_FLIGHT_MEMORY_SECS: i64 = 3600;

/// Runs one pass.
///
/// # Errors
///
/// When it cannot begin: another pass is running ([`crate::ledger::Error::is_running`]), or the ledger, the appliance's
/// database or the config cannot be used. [`Outcome::aborted`] has the error that ended a pass that has begun.
pub fn run(request: &Request<'_>) -> Result<Outcome, Error> {
    let config = request.config;
    let ledger_path = &config.ledger.path;
    let mut ledger =
        if request.dry_run { RunLedger::open_for_trial(ledger_path)? } else { RunLedger::open(ledger_path)? };
    (request.begun)();
    // Before the first question, so that whatever is committed from now on makes a difference.
    let signature = Signature::read(&config.store.database);
    let key = (request.api_key)();
    let is_plain = matches!(request.scope, Scope::Due { retry: false, full: false })
        && tenancy::is_known(config, &ledger, key.as_ref().ok())?;
    if is_plain && evaluate::due::is_idle(&ledger, request.started_at, signature, config)? {
        log::info!(
            "WipeOS has written nothing since the last pass, the config is the same, and no client's next try is due"
        );
        settle_services(config, request.started_at, &mut ledger)?;
        let mut report = Report::begun(request.started_at, request.dry_run, config.services());
        report.finished_at = (request.clock)();
        ledger.leave_in_wal();
        finish::close(request, &mut ledger, &report);
        return Ok(Outcome { report, aborted: None });
    }
    let deadline = BootTime::now() + config.sync.time_budget;
    match begin(request, &mut ledger, key, deadline, signature) {
        Ok(begun) => Ok(pass(request, begun, ledger, deadline)),
        Err(error) if request.is_stopped_by(&error) => Ok(finish::stopped(request, ledger)?),
        Err(error) => {
            let is_of_pass = match error {
                Error::NoSuchAsset(_) => false,
                Error::Store(_) | Error::Ledger(_) | Error::Config(_) | Error::Iqr(_) => true,
            };
            let recorded = if is_of_pass { finish::record_failure(request, &mut ledger, &error) } else { Ok(()) };
            match recorded {
                // An error of the ledger that was there before says more than this one.
                Err(unwritten) if !matches!(error, Error::Ledger(_)) => return Err(unwritten.into()),
                Ok(()) | Err(_) => {}
            }
            finish::beat(request, &mut ledger, (request.clock)(), false);
            Err(error)
        }
    }
}

/// A pass that has begun.
struct Begun {
    store: Store,
    queue: Queue,
    lookups: Lookups,
    key: Result<Secret, ConfigError>,
    /// Writes that a killed pass began and did not record as ended.
    left: Vec<Intent>,
    /// The learned semantics of writes to the comments.
    semantics: Option<CommentSemantics>,
    /// The number of concurrent requests that the tenant was found to allow.
    in_flight: Option<u8>,
}

/// Opens the appliance's database and decides which clients this pass evaluates.
fn begin(
    request: &Request<'_>,
    ledger: &mut RunLedger,
    key: Result<Secret, ConfigError>,
    deadline: BootTime,
    signature: Option<Signature>,
) -> Result<Begun, Error> {
    let config = request.config;
    let patience = || patience(deadline, Arc::clone(&request.interrupted));
    let store = Store::open(&config.store.database, patience(), patience())?;
    // A missing table is reported before anything is sent, and not by the first client that needs it.
    store.check()?;
    check_slots(config, &store)?;
    let is_settled = tenancy::settle(request, ledger, key.as_ref().ok(), deadline)?;
    let key = if is_settled { key } else { Ok(key?) };
    let wanted = wanted(request, &store, ledger)?;
    let is_for_one = matches!(wanted, Wanted::Only(_));
    let stages = Stages::begin(&store, ledger, wanted, request.started_at, signature, &config.sync)?;
    let (queue, lookups) = (Queue::new(stages), Lookups::begin(request, ledger, deadline)?);
    // A dry run writes nothing, not even lines that an earlier write cost.
    let left = if is_for_one || request.dry_run { Vec::new() } else { ledger.open_intents()? };
    let in_flight =
        ledger.in_flight()?.filter(|(_, at)| request.started_at.seconds_since(*at).abs() < IN_FLIGHT_MEMORY_SECS);
    let in_flight = in_flight.map(|(found, _)| found);
    Ok(Begun { store, queue, lookups, key, left, semantics: ledger.comment_semantics()?, in_flight })
}

/// Returns the patience of the pass: it waits for the appliance's database, and for a writer that locks it, while it
/// has time.
fn patience(deadline: BootTime, interrupted: Arc<AtomicBool>) -> Patience {
    Box::new(move || !interrupted.load(Ordering::Relaxed) && !deadline.left().is_zero())
}

/// Checks the slots of the inventory item menu that templates name; only the database knows them.
///
/// # Errors
///
/// [`Error::Config`] when a template names a slot that is not there; [`Error::Store`] when the database cannot be read.
pub fn check_slots(config: &Config, store: &Store) -> Result<(), Error> {
    if !config.assumed_slots().is_empty() {
        config.check_slots(Some(&store.slot_names()?))?;
    }
    Ok(())
}

fn wanted(request: &Request<'_>, store: &Store, ledger: &RunLedger) -> Result<Wanted, Error> {
    let typed = match request.scope {
        Scope::Due { retry, full } => {
            // A client that was held under another config may not be held under this one.
            let retry = retry || !ledger.is_config(request.config.fingerprint)?;
            let full = full || ledger.owes_comparison()?;
            return Ok(Wanted::Due { retry, full });
        }
        Scope::Asset(typed) => typed,
    };
    let id = InventoryId::parse(Some(typed), request.config.store.id_rule)
        .map_err(|error| Error::NoSuchAsset(error.to_string()))?;
    let evaluator =
        evaluate::Evaluator { store, ledger: Some(ledger), config: request.config, answers: None, ask_anyway: true };
    let clients = evaluator.clients_of(typed, &id)?;
    if clients.is_empty() {
        let slot = &request.config.store.inventory_id_slot;
        return Err(Error::NoSuchAsset(format!("no client in WipeOS has inventory ID {id} in its slot `{slot}`")));
    }
    Ok(Wanted::Only(clients))
}

fn pass(request: &Request<'_>, begun: Begun, ledger: RunLedger, deadline: BootTime) -> Outcome {
    let config = request.config;
    let Begun { store, queue, lookups, key, left, semantics, in_flight } = begun;
    let workers = Workers::new(request, (store, queue, lookups), ledger, deadline);
    let limits = Limits { deadline, interrupted: Arc::clone(&request.interrupted) };
    let access = if request.dry_run { Access::ReadOnly } else { Access::ReadWrite };
    // Only a client that needs IQR needs the API key.
    let first = if left.is_empty() { workers.next(None) } else { None };
    if first.is_none() && left.is_empty() {
        return workers.finish(0);
    }
    let key = match key {
        Ok(key) => key,
        Err(error) => {
            workers.put_back(first.as_ref(), error.into());
            return workers.finish(0);
        }
    };
    let iqr = Iqr::new(config.iqr.clone(), &key, access, limits).with_in_flight(in_flight);
    let items = MasterItems::default();
    let applier = Applier {
        iqr: &iqr,
        ledger: &workers.recorder.ledger,
        semantics: Mutex::new(semantics),
        config,
        items: &items,
        durability: Durability::of_ledger(&lock(&workers.recorder.ledger)),
        started_at: request.started_at,
        dry_run: request.dry_run,
        lesson: Mutex::default(),
        has_seen_semantics: AtomicBool::new(false),
        assets_with_lines_in_flight: Mutex::default(),
    };
    let first = match recovery::settle(&applier, &left) {
        Ok(()) => first,
        Err(abort) => {
            workers.stop(first.as_ref(), abort);
            None
        }
    };
    thread::scope(|scope| {
        let first = Mutex::new(first);
        for _ in 0..config.iqr.connections {
            let take_first = || lock(&first).take();
            let (workers, applier, first) = (&workers, &applier, take_first());
            scope.spawn(move || workers.run(applier, first));
        }
    });
    wind_up(workers, &iqr)
}

/// Ends the session and keeps what the pass has learned about the tenant.
fn wind_up(workers: Workers<'_>, iqr: &Iqr) -> Outcome {
    workers.settle_postponed(iqr);
    if let Err(error) = iqr.finish() {
        log::warn!("the session at IQR could not be ended: {error}");
    }
    if let Some(found) = iqr.found_in_flight() {
        workers.remember_in_flight(found);
    }
    // An outage that hits few clients shows only when all of them have failed.
    if let Some(outage) = iqr.outage() {
        workers.recorder.abort(outage.into());
    }
    workers.finish(iqr.requests())
}
