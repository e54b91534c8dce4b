//! The record of a pass: each client's outcome in the ledger, and the report.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::error::Error;
use super::evaluate::{Evaluated, Rejection};
use super::left_behind;
use super::reconcile::plan::{Change, Field};
use super::record::{Finished, Record};
use super::report::{Item, ItemOutcome, Report};
use super::request::Request;
use super::retry::{self, Cause};
use super::shared::lock;
use crate::clock::BootTime;
use crate::iqr;
use crate::ledger::{self, PassId, Problem, RunLedger};
use crate::lookup;
use crate::model::Reason;
use crate::store::Store;
use crate::web;

/// Records outcomes for all workers.
pub(super) struct Recorder<'a> {
    pub request: &'a Request<'a>,
    /// The ledger is locked before the progress, where both are locked.
    pub ledger: Mutex<RunLedger>,
    progress: Mutex<Progress>,
    /// Whether an error that concerns every client ended the pass.
    is_aborted: AtomicBool,
}

/// A client whose requests were refused for now again and again.
pub(super) type Postponed = (Evaluated, web::Error);

/// The progress of a pass.
pub(super) struct Progress {
    pub report: Report,
    pub pass: Option<PassId>,
    pub aborted: Option<Error>,
    postponed: Vec<Postponed>,
}

impl<'a> Recorder<'a> {
    pub fn new(request: &'a Request<'a>, ledger: RunLedger) -> Self {
        let report = Report::begun(request.started_at, request.dry_run, request.config.services());
        let progress = Progress { report, pass: None, aborted: None, postponed: Vec::new() };
        Self { request, ledger: Mutex::new(ledger), progress: Mutex::new(progress), is_aborted: AtomicBool::new(false) }
    }

    /// Ends the pass for all workers. The first error is the one that is reported.
    pub fn abort(&self, error: Error) {
        if !self.request.is_stopped_by(&error) {
            lock(&self.progress).aborted.get_or_insert(error);
        }
        self.is_aborted.store(true, Ordering::Relaxed);
    }

    pub fn is_aborted(&self) -> bool {
        self.is_aborted.load(Ordering::Relaxed)
    }

    /// Returns the ledger and the progress.
    pub fn into_parts(self) -> (RunLedger, Progress) {
        let ledger = self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner);
        (ledger, self.progress.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the clients that were postponed.
    pub fn take_postponed(&self) -> Vec<Postponed> {
        mem::take(&mut lock(&self.progress).postponed)
    }

    /// Reports a client.
    pub fn report(&self, item: &Item) {
        (self.request.progress)(item);
        lock(&self.progress).report.add(item);
    }

    /// Records the outcome of a client in one commit, and returns whether the client is settled. The client is reported
    /// even where its outcome cannot be recorded.
    pub fn record(&self, store: &Store, finished: Finished) -> Result<bool, ledger::Error> {
        let Finished { evaluated, record, mut item } = finished;
        if let Record::Postponed(error) = record {
            // The client stays in flight, so that the watermark does not pass it.
            lock(&self.progress).postponed.push((evaluated, *error));
            return Ok(false);
        }
        let recorded = lock(&self.ledger).atomically(|ledger| {
            left_behind::record(store, ledger, &evaluated, self.request)?;
            self.record_outcome(ledger, &evaluated, record)
        });
        if let Some(item) = &mut item {
            item.is_old_rejection = *recorded.as_ref().unwrap_or(&false);
            self.report(item);
        }
        recorded.map(|_| true)
    }

    /// Records the outcome of a client; returns whether an earlier pass recorded the same rejection.
    fn record_outcome(
        &self,
        ledger: &mut RunLedger,
        evaluated: &Evaluated,
        record: Record,
    ) -> Result<bool, ledger::Error> {
        match record {
            Record::Gone => ledger.forget(evaluated.client_id)?,
            Record::Rejected(rejection, cause) => return self.record_rejection(ledger, evaluated, &rejection, cause),
            Record::Postponed(_) => {}
            Record::Sent { record, sent, changes, .. } => {
                self.begin_pass(ledger)?;
                let changes: Vec<_> = changes.into_iter().map(Change::into_record).collect();
                ledger.record_sent(&record, sent.as_deref(), &changes)?;
                self.record_waiting(ledger, evaluated)?;
            }
        }
        Ok(false)
    }

    /// Records which services the client waits for: it was sent without their values.
    fn record_waiting(&self, ledger: &mut RunLedger, evaluated: &Evaluated) -> Result<(), ledger::Error> {
        for service in lookup::services_in_use(self.request.config) {
            ledger.set_waiting(evaluated.client_id, service.name(), evaluated.waits_for.contains(&service))?;
        }
        Ok(())
    }

    /// Records a rejection; returns whether an earlier pass recorded the same.
    fn record_rejection(
        &self,
        ledger: &mut RunLedger,
        evaluated: &Evaluated,
        rejection: &Rejection,
        cause: Cause,
    ) -> Result<bool, ledger::Error> {
        self.begin_pass(ledger)?;
        let recorded = ledger.problem(evaluated.client_id)?;
        let problem = self.problem(evaluated, rejection, cause, recorded);
        ledger.record_problem(&problem)?;
        Ok(problem.since < self.request.started_at)
    }

    /// Records and reports that the server kept a client from being sent. Keeps a problem that is recorded already: a
    /// server fault must not replace one that needs a person.
    pub fn record_server_fault(
        &self,
        store: &Store,
        evaluated: &Evaluated,
        rejection: &Rejection,
    ) -> Result<(), ledger::Error> {
        let mut item = self.rejected_item(evaluated, rejection);
        let mut ledger = lock(&self.ledger);
        let recorded = ledger.problem(evaluated.client_id)?;
        let is_over = |recorded: &Problem| {
            recorded.fingerprint != evaluated.fingerprint || recorded.reason.is(Reason::Unreachable)
        };
        if recorded.as_ref().is_none_or(is_over) {
            item.is_old_rejection = ledger.atomically(|ledger| {
                left_behind::record(store, ledger, evaluated, self.request)?;
                self.record_rejection(ledger, evaluated, rejection, Cause::Server)
            })?;
        }
        drop(ledger);
        self.report(&item);
        Ok(())
    }

    /// Returns the problem to be recorded. The problem continues the recorded one while the client has no news and the
    /// reason is the same.
    fn problem(
        &self,
        evaluated: &Evaluated,
        rejection: &Rejection,
        cause: Cause,
        recorded: Option<Problem>,
    ) -> Problem {
        let recorded = recorded.filter(|recorded| recorded.fingerprint == evaluated.fingerprint);
        let before = recorded.as_ref().map_or(0, |recorded| recorded.attempts);
        let attempts = if cause == Cause::Server { before } else { before.saturating_add(1) };
        let same = recorded.filter(|recorded| recorded.reason.is(rejection.reason));
        let max_delay = self.request.config.sync.retry_max_delay;
        Problem {
            client_id: evaluated.client_id,
            inventory_id: evaluated.inventory_id.clone(),
            reason: rejection.reason.into(),
            message: rejection.message.clone(),
            attempts,
            since: same.map_or(self.request.started_at, |same| same.since),
            next_try: retry::next_try(cause, attempts, self.request.started_at, max_delay),
            fingerprint: evaluated.fingerprint,
        }
    }

    /// Records the pass once there is something to record of it.
    fn begin_pass(&self, ledger: &mut RunLedger) -> Result<(), ledger::Error> {
        let mut progress = lock(&self.progress);
        if progress.pass.is_none() {
            progress.pass = Some(ledger.start_pass(self.request.started_at)?);
        }
        Ok(())
    }

    /// Prepares the outcome of a client to be recorded and reported.
    pub fn finished(&self, evaluated: Evaluated, record: Record) -> Finished {
        let item = match &record {
            // A postponed client is reported once the cause of its refusals is known.
            Record::Gone | Record::Postponed(_) => None,
            Record::Sent { changes, notes, .. } => {
                let outcome = if changes.is_empty() { ItemOutcome::Unchanged } else { ItemOutcome::Sent };
                let message = (!notes.is_empty()).then(|| notes.join("; "));
                let fields = changes.iter().map(|change| change.field).collect();
                Some(self.item(&evaluated, outcome, None, message, fields))
            }
            Record::Rejected(rejection, _) => Some(self.rejected_item(&evaluated, rejection)),
        };
        Finished { evaluated, record, item }
    }

    pub fn rejected_item(&self, evaluated: &Evaluated, rejection: &Rejection) -> Item {
        let outcome = if rejection.reason.is_held() { ItemOutcome::Held } else { ItemOutcome::Failed };
        self.item(evaluated, outcome, Some(rejection.reason), Some(rejection.message.clone()), Vec::new())
    }

    /// Returns the item of a client that stays due through no fault of its own.
    pub fn deferred_item(&self, evaluated: &Evaluated, error: &web::Error) -> Item {
        let message = Some(error.to_string());
        self.item(evaluated, ItemOutcome::Deferred, Some(iqr::reason(error)), message, Vec::new())
    }

    pub fn item(
        &self,
        evaluated: &Evaluated,
        outcome: ItemOutcome,
        reason: Option<Reason>,
        message: Option<String>,
        changes: Vec<Field>,
    ) -> Item {
        Item {
            client_id: evaluated.client_id,
            inventory_id: evaluated.inventory_id.clone(),
            outcome,
            reason,
            message,
            changes,
            // Another worker may have aborted the pass for the same cause by now.
            is_reported_by_pass: reason.is_some() && self.is_aborted(),
            is_old_rejection: false,
            because: evaluated.because.clone(),
            took: BootTime::now().since(evaluated.loaded_at),
        }
    }
}
