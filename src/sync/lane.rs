//! The lanes of a pass: each takes a client, does it, hands it in, and takes the next.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::apply::{Abort, Applier};
use super::ending::{Done, Ending, Step, Work};
use super::examine::{Examined, Gathered, Ready, Trouble};
use super::journey::Applied;
use super::plan::Change;
use super::queue::Queue;
use super::report::{Item, ItemOutcome, PassOutcome, Report};
use super::retry::{self, Cause};
use super::{Error, Outcome, Request, end, gather, is_stopped, left_behind, lock};
use crate::iqr::{self, BootTime, Iqr};
use crate::ledger::{self, PassId, Problem, RunLedger};
use crate::model::{InventoryId, Reason};
use crate::store::Store;

/// What all lanes share.
pub(super) struct Lanes<'a> {
    request: &'a Request<'a>,
    source: Mutex<Source>,
    pub(super) ledger: Mutex<RunLedger>,
    progress: Mutex<Progress>,
    /// Something that concerns every client ended the pass.
    is_aborted: AtomicBool,
    deadline: BootTime,
}

/// Where clients come from. It is locked before the ledger, and the ledger before the progress, where one is locked while
/// the other is.
struct Source {
    store: Store,
    queue: Queue,
    taken: u64,
}

/// What has been done.
struct Progress {
    report: Report,
    pass: Option<PassId>,
    aborted: Option<Error>,
    /// Clients whose requests were refused for now again and again.
    postponed: Vec<(Examined, iqr::Error)>,
}

impl<'a> Lanes<'a> {
    pub(super) fn new(
        request: &'a Request<'a>,
        store: Store,
        ledger: RunLedger,
        queue: Queue,
        deadline: BootTime,
    ) -> Self {
        let report = Report::begun(request.started_at, request.dry_run);
        Self {
            request,
            source: Mutex::new(Source { store, queue, taken: 0 }),
            ledger: Mutex::new(ledger),
            progress: Mutex::new(Progress { report, pass: None, aborted: None, postponed: Vec::new() }),
            is_aborted: AtomicBool::new(false),
            deadline,
        }
    }

    /// The first client that IQR is to be asked about; `None` when there is none.
    pub(super) fn first(&self) -> Option<Work> {
        self.next(None)
    }

    /// Does clients until there are none, the time is over, or the pass is ended.
    pub(super) fn run(&self, applier: &Applier<'_>, first: Option<Work>) {
        let mut work = first.or_else(|| self.next(None));
        while let Some(Work { examined, ready }) = work {
            let done = match applier.apply(examined.client_id, &ready) {
                Ok(end) => {
                    let ending = self.ending(&examined, &ready, end);
                    Some(self.done(examined, ending))
                }
                Err(abort) => {
                    self.give_up(&examined, abort);
                    None
                }
            };
            work = self.next(done);
        }
    }

    /// The pass cannot go on: a client that was taken already stays for the next.
    pub(super) fn put_back(&self, work: Option<&Work>, error: Error) {
        let message = error.to_string();
        self.abort(error);
        if let Some(work) = work {
            self.report(&self.item(&work.examined, ItemOutcome::Deferred, None, Some(message), Vec::new()));
        }
    }

    /// The pass cannot go on before its first client was asked about.
    pub(super) fn stop(&self, first: Option<&Work>, abort: Abort) {
        match (first, abort) {
            (Some(work), abort) => self.give_up(&work.examined, abort),
            // That is no fault, and every lane sees it.
            (None, Abort::Iqr(iqr::Error::Interrupted { .. } | iqr::Error::OutOfTime { .. })) => {}
            (None, abort) => self.abort(abort.into()),
        }
    }

    fn is_over(&self) -> bool {
        self.request.interrupted.load(Ordering::Relaxed)
            || self.deadline.left().is_zero()
            || self.is_aborted.load(Ordering::Relaxed)
    }

    /// Ends the pass for all lanes.
    pub(super) fn abort(&self, error: Error) {
        if !is_stopped(self.request, &error) {
            prefer(&mut lock(&self.progress).aborted, error);
        }
        self.is_aborted.store(true, Ordering::Relaxed);
    }

    /// Records how many requests at once the tenant was found to allow, for the next pass.
    pub(super) fn remember_in_flight(&self, found: u8) {
        let now = (self.request.clock)();
        if let Err(error) = lock(&self.ledger).set_in_flight(found, now) {
            self.abort(error.into());
        }
    }

    /// Decides about the clients whose requests were refused for now again and again. Where the tenant serves another asset
    /// at the end, the fault is theirs, and they fail; else it serves nobody, and they are left to the next pass.
    pub(super) fn settle_postponed(&self, iqr: &Iqr) {
        let postponed = mem::take(&mut lock(&self.progress).postponed);
        let Some((_, error)) = postponed.first() else { return };
        let serves_others = !self.is_over() && self.serves_another_asset(iqr, &postponed);
        if !serves_others && !self.is_over() {
            self.abort(error.clone().into());
        }
        for (examined, error) in postponed {
            if serves_others {
                let told = match &error {
                    iqr::Error::Throttled { cause } => cause.clone(),
                    other => other.to_string(),
                };
                let message = format!("{told}, again and again; other requests go well: look at it in IQR");
                let trouble = Trouble { reason: error.reason(), message };
                if let Err(error) = self.record_done(self.done(examined, Ending::Trouble(trouble, Cause::Client))) {
                    self.abort(error.into());
                }
            } else {
                self.report(&self.deferred_item(&examined, &error));
            }
        }
    }

    /// Reads an asset that was sent before and is none of these.
    fn serves_another_asset(&self, iqr: &Iqr, postponed: &[(Examined, iqr::Error)]) -> bool {
        let Ok(assets) = lock(&self.ledger).some_assets(postponed.len() + 1) else { return false };
        let is_other = |id: &String| postponed.iter().all(|(examined, _)| examined.inventory_id.as_ref() != Some(id));
        let Some(other) = assets.into_iter().find(is_other) else { return false };
        matches!(iqr.asset(&InventoryId::of_record(other)), Ok(_) | Err(iqr::Error::NotFound { .. }))
    }

    /// Takes in the client that is done, and finds the next one that IQR is to be asked about. Those that need no answer of
    /// IQR are done on the way.
    fn next(&self, mut done: Option<Done>) -> Option<Work> {
        loop {
            let (examined, verdict) = match self.exchange(done.take()) {
                Ok(loaded) => loaded?.judge(self.request.config),
                Err(error) => {
                    self.abort(error);
                    return None;
                }
            };
            match Step::from(verdict) {
                Step::Ask(ready) => return Some(Work { examined, ready }),
                Step::Record(ending) => done = Some(self.done(examined, *ending)),
            }
        }
    }

    /// Records a client that is done, and loads the next one.
    fn exchange(&self, done: Option<Done>) -> Result<Option<Gathered>, Error> {
        if let Some(done) = done {
            self.record_done(done)?;
        }
        let mut source = lock(&self.source);
        while !self.is_over() && self.request.limit.is_none_or(|limit| source.taken < limit) {
            let Source { store, queue, taken } = &mut *source;
            let mut ledger = lock(&self.ledger);
            let Some(candidate) = queue.next(store, &mut ledger)? else { break };
            if let Some(gathered) = gather::load(candidate, &mut queue.pending, store, &mut ledger, self.request)? {
                *taken += 1;
                return Ok(Some(gathered));
            }
        }
        Ok(None)
    }

    /// Records what became of a client, in one commit. It is reported also where it cannot be recorded.
    fn record_done(&self, Done { examined, ending, mut item }: Done) -> Result<(), ledger::Error> {
        if let Ending::Postponed(error) = ending {
            // It stays in hand, so that the watermark does not pass it.
            lock(&self.progress).postponed.push((examined, *error));
            return Ok(());
        }
        let recorded = {
            let mut source = lock(&self.source);
            let recorded = lock(&self.ledger).atomically(|ledger| {
                left_behind::record(&source.store, ledger, &examined, self.request)?;
                self.record(ledger, &examined, ending)
            });
            if recorded.is_ok() {
                source.queue.pending.settle(examined.client_id);
            }
            recorded
        };
        if let Some(item) = &mut item {
            item.is_old_trouble = *recorded.as_ref().unwrap_or(&false);
            self.report(item);
        }
        recorded.map(|_| ())
    }

    fn ending(&self, examined: &Examined, ready: &Ready, end: Applied) -> Ending {
        match end {
            Applied::Done { sent, changes, notes } => {
                let record = ready.record(examined, (self.request.clock)());
                Ending::Sent { record: Box::new(record), sent: Some(sent), changes, notes }
            }
            Applied::Held(trouble) => Ending::Trouble(trouble, Cause::HeldByIqr),
            Applied::Failed(trouble, cause) => Ending::Trouble(trouble, cause),
            Applied::Postponed(error) => Ending::Postponed(Box::new(error)),
        }
    }

    fn done(&self, examined: Examined, ending: Ending) -> Done {
        let item = match &ending {
            // A postponed client is reported once it is known what its refusals mean.
            Ending::Gone | Ending::Postponed(_) => None,
            Ending::Sent { changes, notes, .. } => {
                let outcome = if changes.is_empty() { ItemOutcome::Unchanged } else { ItemOutcome::Sent };
                let message = (!notes.is_empty()).then(|| notes.join("; "));
                let fields = changes.iter().map(|change| change.field).collect();
                Some(self.item(&examined, outcome, None, message, fields))
            }
            Ending::Trouble(trouble, cause) => Some(self.trouble_item(&examined, trouble, *cause)),
        };
        Done { examined, ending, item }
    }

    fn trouble_item(&self, examined: &Examined, trouble: &Trouble, cause: Cause) -> Item {
        let is_held = matches!(cause, Cause::Local | Cause::HeldByIqr);
        let outcome = if is_held { ItemOutcome::Held } else { ItemOutcome::Failed };
        self.item(examined, outcome, Some(trouble.reason), Some(trouble.message.clone()), Vec::new())
    }

    /// A client that stays due and is not to blame.
    fn deferred_item(&self, examined: &Examined, error: &iqr::Error) -> Item {
        let message = Some(error.to_string());
        self.item(examined, ItemOutcome::Deferred, Some(error.reason()), message, Vec::new())
    }

    /// Records what became of a client; whether an earlier pass came to the same trouble.
    fn record(&self, ledger: &mut RunLedger, examined: &Examined, ending: Ending) -> Result<bool, ledger::Error> {
        match ending {
            Ending::Gone => ledger.forget(examined.client_id)?,
            Ending::Trouble(trouble, cause) => return self.record_trouble(ledger, examined, &trouble, cause),
            Ending::Postponed(_) => {}
            Ending::Sent { record, sent, changes, .. } => {
                self.begin_pass(ledger)?;
                let changes: Vec<_> = changes.into_iter().map(Change::into_record).collect();
                ledger.record_sent(&record, sent.as_ref(), &changes)?;
            }
        }
        Ok(false)
    }

    /// Whether an earlier pass came to the same.
    fn record_trouble(
        &self,
        ledger: &mut RunLedger,
        examined: &Examined,
        trouble: &Trouble,
        cause: Cause,
    ) -> Result<bool, ledger::Error> {
        self.begin_pass(ledger)?;
        let known = ledger.problem(examined.client_id)?;
        let problem = self.problem(examined, trouble, cause, known);
        ledger.record_problem(&problem)?;
        Ok(problem.since < self.request.started_at)
    }

    /// What IQR said of the client itself before stays: it is a person's task, and what ended the pass is told with it.
    fn record_server_trouble(&self, examined: &Examined, trouble: &Trouble) -> Result<Item, ledger::Error> {
        let mut source = lock(&self.source);
        let mut ledger = lock(&self.ledger);
        let known = ledger.problem(examined.client_id)?;
        let mut item = self.trouble_item(examined, trouble, Cause::Server);
        let is_over =
            |known: &Problem| known.fingerprint != examined.fingerprint || known.reason == Reason::Unreachable.code();
        if known.as_ref().is_none_or(is_over) {
            item.is_old_trouble = ledger.atomically(|ledger| {
                left_behind::record(&source.store, ledger, examined, self.request)?;
                self.record_trouble(ledger, examined, trouble, Cause::Server)
            })?;
        }
        source.queue.pending.settle(examined.client_id);
        Ok(item)
    }

    /// The problem to be recorded: it goes on from the known one while the client has no news and the reason is the same.
    fn problem(&self, examined: &Examined, trouble: &Trouble, cause: Cause, known: Option<Problem>) -> Problem {
        let known = known.filter(|known| known.fingerprint == examined.fingerprint);
        let before = known.as_ref().map_or(0, |known| known.attempts);
        let attempts = if cause == Cause::Server { before } else { before.saturating_add(1) };
        let same = known.filter(|known| known.reason == trouble.reason.code());
        let longest = self.request.config.sync.retry_max_delay;
        Problem {
            client_id: examined.client_id,
            inventory_id: examined.inventory_id.clone(),
            held: matches!(cause, Cause::Local | Cause::HeldByIqr),
            reason: trouble.reason.code().to_owned(),
            message: trouble.message.clone(),
            attempts,
            since: same.map_or(self.request.started_at, |same| same.since),
            next_try: retry::next_try(cause, attempts, self.request.started_at, longest),
            fingerprint: examined.fingerprint,
        }
    }

    /// The pass cannot go on. A client that could not be asked about because of the server counts as failed, and nobody's
    /// delay grows; one that was stopped by the end of the pass stays for the next.
    fn give_up(&self, examined: &Examined, abort: Abort) {
        let trouble = |error: &iqr::Error| Trouble { reason: error.reason(), message: error.to_string() };
        match &abort {
            Abort::Iqr(error @ (iqr::Error::Interrupted { .. } | iqr::Error::OutOfTime { .. })) => {
                self.report(&self.deferred_item(examined, error));
                return;
            }
            // Nothing is wrong with the client: it stays due, and the pass says what is.
            Abort::Iqr(error @ iqr::Error::Throttled { .. }) => {
                self.abort(error.clone().into());
                self.report(&self.deferred_item(examined, error));
            }
            Abort::Iqr(error @ iqr::Error::KeyRefused { .. }) => {
                self.abort(error.clone().into());
                let Trouble { reason, message } = trouble(error);
                self.report(&self.item(examined, ItemOutcome::Failed, Some(reason), Some(message), Vec::new()));
            }
            Abort::Iqr(error) => {
                self.abort(error.clone().into());
                match self.record_server_trouble(examined, &trouble(error)) {
                    Ok(item) => self.report(&item),
                    Err(error) => self.abort(error.into()),
                }
            }
            Abort::Ledger(_) => {}
        }
        self.abort(abort.into());
    }

    /// The pass leaves a trace as soon as it has something to record.
    fn begin_pass(&self, ledger: &mut RunLedger) -> Result<(), ledger::Error> {
        let mut progress = lock(&self.progress);
        if progress.pass.is_none() {
            progress.pass = Some(ledger.start_pass(self.request.started_at)?);
        }
        Ok(())
    }

    fn item(
        &self,
        examined: &Examined,
        outcome: ItemOutcome,
        reason: Option<Reason>,
        message: Option<String>,
        changes: Vec<super::plan::Field>,
    ) -> Item {
        Item {
            client_id: examined.client_id,
            inventory_id: examined.inventory_id.clone(),
            outcome,
            reason,
            message,
            changes,
            // Another lane may have met with it by now.
            is_told_by_pass: reason.is_some() && self.is_aborted.load(Ordering::Relaxed),
            is_old_trouble: false,
            because: examined.because.clone(),
            took: BootTime::now().since(examined.taken_at),
        }
    }

    fn report(&self, item: &Item) {
        (self.request.progress)(item);
        lock(&self.progress).report.add(item);
    }

    /// Records how far the pass came, and what it did.
    ///
    /// What was done is told also when it cannot be recorded any more: then that is what ended the pass.
    pub(super) fn end(self, requests: u64) -> Outcome {
        let Source { store, queue, .. } = self.source.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut ledger = self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Progress { mut report, pass, mut aborted, .. } =
            self.progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        match queue.left(&store).map_err(Error::from) {
            Ok(left) => report.totals.deferred += left,
            Err(error) if is_stopped(self.request, &error) => {}
            Err(error) => prefer(&mut aborted, error),
        }
        report.totals.requests = requests;
        if aborted.is_some() || self.request.interrupted.load(Ordering::Relaxed) {
            report.outcome = PassOutcome::Aborted;
        }
        report.finished_at = (self.request.clock)();
        let is_out_of_time = report.totals.deferred > 0 && self.deadline.left().is_zero();
        let ended = end::Ended { pass, is_out_of_time, aborted: aborted.as_ref() };
        let recorded = end::record(self.request, &mut ledger, &queue, &ended, &report);
        if let Err(error) = recorded {
            report.outcome = PassOutcome::Aborted;
            prefer(&mut aborted, error.into());
        }
        end::close(self.request, &mut ledger, &report);
        Outcome { report, aborted }
    }
}

/// The first reason is the one that is told.
fn prefer(told: &mut Option<Error>, error: Error) {
    told.get_or_insert(error);
}
