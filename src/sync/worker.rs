//! The workers of a pass: each takes a client, reconciles its asset, records the outcome, and takes the next client.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::error::Error;
use super::evaluate::{Evaluated, Loaded, Ready, Rejection, Verdict};
use super::lookups::Lookups;
use super::queue::Queue;
use super::reconcile::applier::Applier;
use super::reconcile::attempt::Applied;
use super::record::{Finished, Record, Work};
use super::recorder::{Postponed, Recorder};
use super::report::{ItemOutcome, PassOutcome};
use super::request::{Outcome, Request};
use super::retry::Cause;
use super::shared::lock;
use super::{finish, load};
use crate::clock::BootTime;
use crate::iqr::{self, Iqr};
use crate::ledger::RunLedger;
use crate::model::InventoryId;
use crate::store::Store;
use crate::web;

/// The state that all workers share.
pub(super) struct Workers<'a> {
    pub recorder: Recorder<'a>,
    /// The source is locked before the ledger, where both are locked.
    source: Mutex<Source>,
    deadline: BootTime,
}

/// The source of clients.
struct Source {
    store: Store,
    queue: Queue,
    lookups: Lookups,
    taken: u64,
}

impl<'a> Workers<'a> {
    pub fn new(
        request: &'a Request<'a>,
        (store, queue, lookups): (Store, Queue, Lookups),
        ledger: RunLedger,
        deadline: BootTime,
    ) -> Self {
        let source = Mutex::new(Source { store, queue, lookups, taken: 0 });
        Self { recorder: Recorder::new(request, ledger), source, deadline }
    }

    /// Runs until no client is left, the time is over, or the pass is aborted.
    pub fn run(&self, applier: &Applier<'_>, first: Option<Work>) {
        let mut work = first.or_else(|| self.next(None));
        while let Some(Work { evaluated, ready }) = work {
            let finished = match applier.apply(evaluated.client_id, &ready) {
                Ok(outcome) => {
                    let record = self.record_of(&evaluated, &ready, outcome);
                    Some(self.recorder.finished(evaluated, record))
                }
                Err(error) => {
                    self.give_up(&evaluated, error);
                    None
                }
            };
            work = self.next(finished);
        }
    }

    /// Aborts the pass; the next pass evaluates a client that was taken already.
    pub fn put_back(&self, work: Option<&Work>, error: Error) {
        let message = error.to_string();
        self.recorder.abort(error);
        if let Some(work) = work {
            let item = self.recorder.item(&work.evaluated, ItemOutcome::Deferred, None, Some(message), Vec::new());
            self.recorder.report(&item);
        }
    }

    /// Aborts the pass before a request for its first client was made.
    pub fn stop(&self, first: Option<&Work>, error: Error) {
        match (first, error) {
            (Some(work), error) => self.give_up(&work.evaluated, error),
            // This is no fault, and every worker detects it.
            (None, Error::Iqr(web::Error::Interrupted { .. } | web::Error::OutOfTime { .. })) => {}
            (None, error) => self.recorder.abort(error),
        }
    }

    fn is_over(&self) -> bool {
        self.recorder.request.interrupted.load(Ordering::Relaxed)
            || self.deadline.left().is_zero()
            || self.recorder.is_aborted()
    }

    /// Records the number of concurrent requests that the tenant was found to allow, for the next pass.
    pub fn remember_in_flight(&self, found: u8) {
        let now = (self.recorder.request.clock)();
        if let Err(error) = lock(&self.recorder.ledger).set_in_flight(found, now) {
            self.recorder.abort(error.into());
        }
    }

    /// Decides on the clients whose requests were refused for now again and again. If the tenant serves another asset
    /// at the end, the cause is theirs, and they fail; otherwise it serves none, and the next pass evaluates them.
    pub fn settle_postponed(&self, iqr: &Iqr) {
        let postponed = self.recorder.take_postponed();
        let Some((_, error)) = postponed.first() else { return };
        let serves_others = !self.is_over() && self.serves_another_asset(iqr, &postponed);
        if !serves_others && !self.is_over() {
            self.recorder.abort(error.clone().into());
        }
        for (evaluated, error) in postponed {
            if !serves_others {
                self.recorder.report(&self.recorder.deferred_item(&evaluated, &error));
                continue;
            }
            let cause = match &error {
                web::Error::Throttled { cause, .. } => cause.clone(),
                web::Error::NotFound { .. }
                | web::Error::Refused { .. }
                | web::Error::Failed(_)
                | web::Error::CredentialRefused { .. }
                | web::Error::Unreachable { .. }
                | web::Error::Maintenance { .. }
                | web::Error::Interrupted { .. }
                | web::Error::OutOfTime { .. }
                | web::Error::ReadOnly { .. } => error.to_string(),
            };
            let message = format!("{cause}, again and again; other requests go well: look at it in IQR");
            let record = Record::Rejected(Rejection { reason: iqr::reason(&error), message }, Cause::Client);
            if let Err(error) = self.record(self.recorder.finished(evaluated, record)) {
                self.recorder.abort(error);
            }
        }
    }

    /// Whether IQR answers a read of an asset that was sent before and is none of these.
    fn serves_another_asset(&self, iqr: &Iqr, postponed: &[Postponed]) -> bool {
        let Ok(assets) = lock(&self.recorder.ledger).some_assets(postponed.len() + 1) else { return false };
        let is_other = |id: &String| postponed.iter().all(|(client, _)| client.inventory_id.as_ref() != Some(id));
        let Some(other) = assets.into_iter().find(is_other) else { return false };
        iqr.asset(&InventoryId::from_record(other)).map_or_else(|error| error.is_not_found(), |_| true)
    }

    /// Records a finished client, and takes the next one that needs a request to IQR; returns `None` when there is
    /// none. Clients that need no request are recorded on the way.
    pub fn next(&self, mut finished: Option<Finished>) -> Option<Work> {
        loop {
            let recorded = finished.take().map_or(Ok(()), |finished| self.record(finished));
            let (evaluated, verdict) = match recorded.and_then(|()| self.load()) {
                Ok(loaded) => loaded?.judge(self.recorder.request.config),
                Err(error) => {
                    self.recorder.abort(error);
                    return None;
                }
            };
            let record = match verdict {
                Verdict::Ready(ready) => return Some(Work { evaluated, ready }),
                Verdict::Gone => Record::Gone,
                Verdict::Same(record, _) => Record::Sent { record, sent: None, changes: Vec::new(), notes: Vec::new() },
                Verdict::Held(rejection, _) => Record::Rejected(rejection, Cause::Local),
                Verdict::Unreadable(rejection) => Record::Rejected(rejection, Cause::Client),
            };
            finished = Some(self.recorder.finished(evaluated, record));
        }
    }

    fn record(&self, finished: Finished) -> Result<(), Error> {
        let client = finished.evaluated.client_id;
        let mut source = lock(&self.source);
        if self.recorder.record(&source.store, finished)? {
            source.queue.pending.settle(client);
        }
        Ok(())
    }

    /// Loads the next client; returns `None` when there is none.
    fn load(&self) -> Result<Option<Loaded>, Error> {
        let request = self.recorder.request;
        let mut source = lock(&self.source);
        while !self.is_over() && request.limit.is_none_or(|limit| source.taken < limit) {
            let Source { store, queue, lookups, taken } = &mut *source;
            queue.wake_waiting(lookups.askable());
            let Some(mut candidate) = queue.next(store, &mut lock(&self.recorder.ledger))? else { break };
            if !candidate.is_prepared {
                lookups.prepare(candidate, queue, store, &self.recorder.ledger, request)?;
                candidate.is_prepared = true;
            }
            let mut ledger = lock(&self.recorder.ledger);
            if let Some(loaded) = load::load(candidate, &mut queue.pending, store, &mut ledger, request)? {
                *taken += 1;
                return Ok(Some(loaded));
            }
        }
        Ok(None)
    }

    fn record_of(&self, evaluated: &Evaluated, ready: &Ready, applied: Applied) -> Record {
        match applied {
            Applied::Done { sent, changes, notes } => {
                let record = ready.record(evaluated, (self.recorder.request.clock)());
                Record::Sent { record: Box::new(record), sent: Some(Box::new(sent)), changes, notes }
            }
            Applied::Held(rejection) => Record::Rejected(rejection, Cause::HeldByIqr),
            Applied::Failed(rejection, cause) => Record::Rejected(rejection, cause),
            Applied::Postponed(error) => Record::Postponed(Box::new(error)),
        }
    }

    /// Aborts a pass because of an error at a client. The client fails where the server is at fault, without a longer
    /// delay for any client; it is left to the next pass where the end of the pass interrupted it.
    fn give_up(&self, evaluated: &Evaluated, error: Error) {
        let recorder = &self.recorder;
        let Error::Iqr(cause) = error else { return recorder.abort(error) };
        let rejection = Rejection { reason: iqr::reason(&cause), message: cause.to_string() };
        match cause {
            web::Error::Interrupted { .. } | web::Error::OutOfTime { .. } => {
                recorder.report(&recorder.deferred_item(evaluated, &cause));
            }
            // The client is not at fault: it stays due, and the pass reports the cause.
            web::Error::Throttled { .. } | web::Error::Maintenance { .. } => {
                recorder.abort(cause.clone().into());
                recorder.report(&recorder.deferred_item(evaluated, &cause));
            }
            web::Error::CredentialRefused { .. } => {
                recorder.abort(cause.into());
                recorder.report(&recorder.rejected_item(evaluated, &rejection));
            }
            web::Error::NotFound { .. }
            | web::Error::Refused { .. }
            | web::Error::Failed(_)
            | web::Error::Unreachable { .. }
            | web::Error::ReadOnly { .. } => {
                recorder.abort(cause.into());
                let mut source = lock(&self.source);
                match recorder.record_server_fault(&source.store, evaluated, &rejection) {
                    Ok(()) => source.queue.pending.settle(evaluated.client_id),
                    Err(error) => recorder.abort(error.into()),
                }
            }
        }
    }

    /// Records the progress and the outcome of the pass.
    ///
    /// The outcome is reported even where it cannot be recorded: then that error ended the pass.
    pub fn finish(self, requests: u64) -> Outcome {
        let request = self.recorder.request;
        let Source { store, queue, lookups, .. } = self.source.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (mut ledger, progress) = self.recorder.into_parts();
        let (mut report, mut aborted) = (progress.report, progress.aborted);
        match queue.left(&store) {
            Ok(left) => report.totals.deferred += left,
            Err(error) if request.is_stopped_by(&error) => {}
            Err(error) => _ = aborted.get_or_insert(error),
        }
        report.totals.requests = requests;
        report.lookup_requests = lookups.requests(request.config);
        if aborted.is_some() || request.interrupted.load(Ordering::Relaxed) {
            report.outcome = PassOutcome::Aborted;
        }
        report.finished_at = (request.clock)();
        let is_out_of_time = report.totals.deferred > 0 && self.deadline.left().is_zero();
        let ended = finish::Ended { pass: progress.pass, is_out_of_time, aborted: aborted.as_ref() };
        if let Err(error) = finish::record(request, &mut ledger, &queue, &ended, &report) {
            report.outcome = PassOutcome::Aborted;
            aborted.get_or_insert(error);
        }
        finish::close(request, &mut ledger, &report);
        Outcome { report, aborted }
    }
}
