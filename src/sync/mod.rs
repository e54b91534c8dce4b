//! The pass: select, examine, plan, apply, record.
//!
//! ```text
//! Feed ──candidate──▶ Examiner ──ready──▶ Applier ──done──▶ ledger
//!  ▲                     │ held, unreadable, same               │
//!  └──────── settled ────┴──────────────────────────────────────┘
//! ```
//!
//! Several lanes do this at once, each with one request in flight and one client in hand. Each client's outcome is a commit
//! of its own. No two clients in hand claim one asset. What concerns one client fails that client; what concerns all ends the pass.

pub mod apply;
pub mod candidate;
pub mod comments;
pub mod due;
mod end;
mod ending;
pub mod examine;
mod gather;
mod half_done;
pub mod item_search;
pub mod items;
pub mod journey;
pub mod known;
mod lane;
pub mod left_behind;
mod line_index;
pub mod plan;
pub mod queue;
pub mod report;
pub mod retry;
mod rivals;
mod semantics;
pub mod tenancy;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::config::{Config, ConfigError};
use crate::iqr::{self, Access, BootTime, Iqr, Limits};
use crate::ledger::{self, CommentSemantics, Durability, Intent, RunLedger};
use crate::model::{ClientId, Timestamp, excerpt};
use crate::secret::Secret;
use crate::store::{self, Patience, Signature, Store};

use apply::{Abort, Applier};
use items::MasterItems;
use lane::Lanes;
use queue::{Queue, Wanted};
pub use report::{Item, ItemOutcome, PassOutcome, Report};

/// For so long the next pass begins with as many requests at once as the tenant was found to allow.
const IN_FLIGHT_MEMORY_SECS: i64 = 3600;

/// What a pass is asked to do.
pub struct Request<'a> {
    /// The rules.
    pub config: &'a Config,
    /// The API key, asked for when a session is to be opened.
    pub api_key: &'a (dyn Fn() -> Result<Secret, ConfigError> + Sync),
    /// Which clients.
    pub scope: Scope<'a>,
    /// At most this many clients.
    pub limit: Option<u64>,
    /// Write nothing, anywhere.
    pub dry_run: bool,
    /// The time of day when the pass begins.
    pub started_at: Timestamp,
    /// Tells the time of day.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Set by a signal.
    pub interrupted: Arc<AtomicBool>,
    /// Told when the run lock is held, before anything is done.
    pub begun: &'a (dyn Fn() + Sync),
    /// Told of every client that is done.
    pub progress: &'a (dyn Fn(&Item) + Sync),
}

/// Which clients a pass is for.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// What is due.
    Due {
        /// Also every held or failing client, whatever its delay.
        retry: bool,
        /// Compare every client with what was sent.
        full: bool,
    },
    /// The clients of this inventory ID, due or not.
    Asset(&'a str),
}

/// Why a pass could not be made, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The appliance's database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The ledger, or another pass that holds it.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The config, or the API key.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// IQR.
    #[error(transparent)]
    Iqr(#[from] iqr::Error),
    /// What was typed is no inventory ID, or no client has it.
    #[error("{0}")]
    NoSuchAsset(String),
}

impl From<examine::Error> for Error {
    fn from(error: examine::Error) -> Self {
        match error {
            examine::Error::Store(error) => Self::Store(error),
            examine::Error::Ledger(error) => Self::Ledger(error),
        }
    }
}

impl From<Abort> for Error {
    fn from(abort: Abort) -> Self {
        match abort {
            Abort::Iqr(error) => Self::Iqr(error),
            Abort::Ledger(error) => Self::Ledger(error),
        }
    }
}

/// What a pass did, and what ended it early if anything did.
#[derive(Debug)]
pub struct Outcome {
    /// What it did.
    pub report: Report,
    /// What ended it.
    pub aborted: Option<Error>,
}

/// Makes one pass.
///
/// # Errors
///
/// When it cannot begin: another pass is running ([`ledger::Error::is_running`]), or the ledger, the appliance's database
/// or the config cannot be used. What ends a pass that has begun is told by [`Outcome::aborted`].
pub fn run(request: &Request<'_>) -> Result<Outcome, Error> {
    let config = request.config;
    let ledger_path = &config.ledger.path;
    let mut ledger =
        if request.dry_run { RunLedger::open_for_trial(ledger_path)? } else { RunLedger::open(ledger_path)? };
    (request.begun)();
    // Before the first question, so that whatever is committed from now on makes a difference.
    let signature = Signature::of(&config.store.database);
    let is_plain = matches!(request.scope, Scope::Due { retry: false, full: false });
    let is_plain = is_plain && tenancy::is_known(request, &ledger)?;
    if is_plain && due::is_idle(&ledger, request.started_at, signature, config)? {
        log::info!(
            "WipeOS has written nothing since the last pass, the config is the same, and nobody's next try is due"
        );
        let mut report = Report::begun(request.started_at, request.dry_run);
        report.finished_at = (request.clock)();
        ledger.leave_in_wal();
        end::close(request, &mut ledger, &report);
        return Ok(Outcome { report, aborted: None });
    }
    let deadline = BootTime::now() + config.sync.time_budget;
    match begin(request, &mut ledger, deadline, signature) {
        Ok(begun) => Ok(pass(request, begun, ledger, deadline)),
        Err(error) if is_stopped(request, &error) => Ok(end::stopped(request, ledger)?),
        Err(error) => {
            let is_of_pass = !matches!(error, Error::NoSuchAsset(_));
            let recorded = if is_of_pass { end::record_failure(request, &mut ledger, &error) } else { Ok(()) };
            match recorded {
                // What could not be written before tells more.
                Err(untold) if !matches!(error, Error::Ledger(_)) => return Err(untold.into()),
                Ok(()) | Err(_) => {}
            }
            end::beat(request, &mut ledger, (request.clock)(), false);
            Err(error)
        }
    }
}

/// A pass that has begun.
struct Begun {
    store: Store,
    queue: Queue,
    /// Writes that a killed pass has begun and not recorded the end of.
    left: Vec<Intent>,
    /// What is known of writes to the comments.
    semantics: Option<CommentSemantics>,
    /// How many requests at once the tenant was found to allow.
    in_flight: Option<u8>,
}

/// Opens the appliance's database and finds out what this pass is to look at.
fn begin(
    request: &Request<'_>,
    ledger: &mut RunLedger,
    deadline: BootTime,
    signature: Option<Signature>,
) -> Result<Begun, Error> {
    let config = request.config;
    let patience = || patience(deadline, Arc::clone(&request.interrupted));
    let store = Store::open(&config.store.database, patience(), patience())?;
    // Before anything is sent: what is missing would else be found by the first client that needs it.
    store.check()?;
    check_slots(config, &store)?;
    tenancy::settle(request, ledger, deadline)?;
    let wanted = wanted(request, &store, ledger)?;
    let is_for_one = matches!(wanted, Wanted::Only(_));
    let queue = Queue::begin(&store, ledger, wanted, request.started_at, signature, &config.sync)?;
    // A dry run writes nothing, not even what was there before.
    let left = if is_for_one || request.dry_run { Vec::new() } else { ledger.open_intents()? };
    let in_flight =
        ledger.in_flight()?.filter(|(_, at)| request.started_at.seconds_since(*at).abs() < IN_FLIGHT_MEMORY_SECS);
    let in_flight = in_flight.map(|(found, _)| found);
    Ok(Begun { store, queue, left, semantics: ledger.comment_semantics()?, in_flight })
}

/// An error with its causes.
pub(crate) fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Whether an error says no more than that a signal stopped the pass while the appliance's database or IQR was asked.
fn is_stopped(request: &Request<'_>, error: &Error) -> bool {
    let is_no_answer =
        matches!(error, Error::Store(store::Error::NoAnswer { .. }) | Error::Iqr(iqr::Error::Interrupted { .. }));
    is_no_answer && request.interrupted.load(Ordering::Relaxed)
}

/// Waits for the appliance's database, and for a writer that holds it, as long as the pass has time.
fn patience(deadline: BootTime, interrupted: Arc<AtomicBool>) -> Patience {
    Box::new(move || !interrupted.load(Ordering::Relaxed) && !deadline.left().is_zero())
}

/// Templates may name slots of the inventory item menu, which only the database knows.
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
            // What was held under another config may not be any more.
            let retry = retry || !ledger.is_config(request.config.fingerprint)?;
            let full = full || ledger.owes_comparison()?;
            return Ok(Wanted::Due { retry, full });
        }
        Scope::Asset(typed) => typed,
    };
    let id = examine::parse_id(typed, request.config.store.id_rule)
        .map_err(|error| Error::NoSuchAsset(error.to_string()))?;
    let examiner = examine::Examiner { store, ledger: Some(ledger), config: request.config, ask_anyway: true };
    let clients = examiner.clients_of(typed, &id)?;
    if clients.is_empty() {
        let slot = &request.config.store.inventory_id_slot;
        return Err(Error::NoSuchAsset(format!("no client in WipeOS has inventory ID {id} in its slot `{slot}`")));
    }
    Ok(Wanted::Only(clients))
}

fn pass(request: &Request<'_>, begun: Begun, ledger: RunLedger, deadline: BootTime) -> Outcome {
    let config = request.config;
    let Begun { store, queue, left, semantics, in_flight } = begun;
    let lanes = Lanes::new(request, store, ledger, queue, deadline);
    let limits = Limits { deadline, interrupted: Arc::clone(&request.interrupted) };
    let access = if request.dry_run { Access::ReadOnly } else { Access::ReadWrite };
    // The first client that needs IQR shows whether the key is needed at all.
    let first = if left.is_empty() { lanes.first() } else { None };
    if first.is_none() && left.is_empty() {
        return lanes.end(0);
    }
    let key = match (request.api_key)() {
        Ok(key) => key,
        Err(error) => {
            lanes.put_back(first.as_ref(), error.into());
            return lanes.end(0);
        }
    };
    let iqr = Iqr::new(config.iqr.clone(), &key, access, limits).with_in_flight(in_flight);
    let items = MasterItems::default();
    let applier = Applier {
        iqr: &iqr,
        ledger: &lanes.ledger,
        semantics: Mutex::new(semantics),
        config,
        items: &items,
        durability: Durability::of_ledger(&lock(&lanes.ledger)),
        started_at: request.started_at,
        dry_run: request.dry_run,
        lesson: Mutex::default(),
        has_seen_semantics: AtomicBool::new(false),
        assets_with_lines_under_way: Mutex::default(),
    };
    let first = match half_done::settle(&applier, &left) {
        Ok(()) => first,
        Err(abort) => {
            lanes.stop(first.as_ref(), abort);
            None
        }
    };
    thread::scope(|scope| {
        let first = Mutex::new(first);
        for _ in 0..config.iqr.connections {
            let take_first = || lock(&first).take();
            let (lanes, applier, first) = (&lanes, &applier, take_first());
            scope.spawn(move || lanes.run(applier, first));
        }
    });
    wind_up(lanes, &iqr)
}

/// Ends the session, and what a pass has learned is kept.
fn wind_up(lanes: Lanes<'_>, iqr: &Iqr) -> Outcome {
    lanes.settle_postponed(iqr);
    if let Err(error) = iqr.finish() {
        log::warn!("the session at IQR could not be ended: {error}");
    }
    if let Some(found) = iqr.found_in_flight() {
        lanes.remember_in_flight(found);
    }
    // Too few clients to be sure while they were asked about: at the end it is plain.
    if let Some(outage) = iqr.outage() {
        lanes.abort(outage.into());
    }
    lanes.end(iqr.requests())
}

/// Clients of this pass by key, for messages.
#[must_use]
pub fn name_of(client: ClientId, inventory_id: Option<&str>) -> String {
    match inventory_id {
        Some(id) => format!("client {client} (asset {})", excerpt(id)),
        None => format!("client {client}"),
    }
}

/// What a lane that panicked has left is as good as before: every change of it is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
