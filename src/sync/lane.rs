//! The lanes of a pass: each takes a client, does it, records it, and takes the next.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::ahead::Ahead;
use super::apply::{Abort, Applier};
use super::examine::{Examined, Gathered, Ready, Trouble, Verdict};
use super::feed::Feed;
use super::journey::Applied;
use super::plan::Change;
use super::report::{Item, ItemOutcome, PassOutcome, Report};
use super::retry::{self, Cause};
use super::{Error, Outcome, Request, end, gather, lock};
use crate::iqr::{self, BootTime};
use crate::ledger::{self, ChangeRecord, PassId, Problem, RunLedger, SentRecord};
use crate::model::{Reason, Sent};
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
    feed: Feed,
    ahead: Ahead,
    taken: u64,
}

/// What has been done.
struct Progress {
    report: Report,
    pass: Option<PassId>,
    aborted: Option<Error>,
}

/// A client in hand that IQR is to be asked about.
pub(super) struct Work {
    examined: Examined,
    ready: Box<Ready>,
}

/// A client in hand that is done, and not recorded yet.
struct Done {
    examined: Examined,
    ending: Ending,
}

/// What became of a client.
enum Ending {
    /// It is no longer in the appliance's database.
    Gone,
    /// Its asset says what it shall say.
    Sent {
        record: Box<SentRecord>,
        /// What its asset was found or made to say, if IQR was asked.
        sent: Option<Sent>,
        changes: Vec<Change>,
        notes: Vec<String>,
    },
    /// It was not sent.
    Trouble(Trouble, Cause),
}

impl<'a> Lanes<'a> {
    pub(super) fn new(
        request: &'a Request<'a>,
        store: Store,
        ledger: RunLedger,
        feed: Feed,
        deadline: BootTime,
    ) -> Self {
        let report = Report::begun(request.started_at, request.dry_run);
        Self {
            request,
            source: Mutex::new(Source { store, feed, ahead: Ahead::default(), taken: 0 }),
            ledger: Mutex::new(ledger),
            progress: Mutex::new(Progress { report, pass: None, aborted: None }),
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
                Ok(end) => Some(self.done(examined, &ready, end)),
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
        prefer(&mut lock(&self.progress).aborted, error);
        self.is_aborted.store(true, Ordering::Relaxed);
    }

    /// Records the client that is done, and finds the next one that IQR is to be asked about. Those that need no answer of
    /// IQR are recorded on the way.
    fn next(&self, mut done: Option<Done>) -> Option<Work> {
        loop {
            match self.record_and_gather(done.take()) {
                Ok(gathered) => match sorted(gathered?.judge(self.request.config)) {
                    Sorted::Work(work) => return Some(work),
                    Sorted::Done(local) => done = Some(local),
                },
                Err(error) => {
                    self.abort(error);
                    return None;
                }
            }
        }
    }

    /// What both databases know of the next client, which is judged when they are free again for the other lanes.
    fn record_and_gather(&self, done: Option<Done>) -> Result<Option<Gathered>, Error> {
        let mut recorded = None;
        let gathered = self.gather_behind(done, &mut recorded);
        if let Some(item) = recorded {
            self.report(&item);
        }
        gathered
    }

    /// The ledger is locked once for what is recorded of one client and what is asked of the next.
    fn gather_behind(&self, done: Option<Done>, recorded: &mut Option<Item>) -> Result<Option<Gathered>, Error> {
        let mut source = lock(&self.source);
        let Source { store, feed, ahead, taken } = &mut *source;
        let mut ledger = lock(&self.ledger);
        if let Some(done) = done {
            let client = done.examined.client_id;
            *recorded = self.record(&mut ledger, done)?;
            feed.settled(client);
        }
        if self.request.limit.is_some_and(|limit| *taken >= limit) {
            return Ok(None);
        }
        while !self.is_over() {
            if let Some(gathered) = ahead.take(feed) {
                *taken += 1;
                return Ok(Some(gathered));
            }
            let Some(clients) = gather::next(feed, ahead.many(), store, &mut ledger, self.request)? else { break };
            if clients.is_empty() {
                // Those that write need it meanwhile.
                drop(ledger);
                ledger = lock(&self.ledger);
            }
            ahead.fill(clients);
        }
        Ok(None)
    }

    fn done(&self, examined: Examined, ready: &Ready, end: Applied) -> Done {
        let ending = match end {
            Applied::Done { sent, changes, notes } => {
                let record = ready.record(examined.client_id, examined.seen, (self.request.clock)());
                Ending::Sent { record: Box::new(record), sent: Some(sent), changes, notes }
            }
            Applied::Held(trouble) => Ending::Trouble(trouble, Cause::HeldByIqr),
            Applied::Failed(trouble, cause) => Ending::Trouble(trouble, cause),
        };
        Done { examined, ending }
    }

    /// What there is to report of it, once it is recorded.
    fn record(&self, ledger: &mut RunLedger, done: Done) -> Result<Option<Item>, ledger::Error> {
        let Done { examined, ending } = done;
        match ending {
            Ending::Gone => ledger.forget(examined.client_id).map(|()| None),
            Ending::Trouble(trouble, cause) => self.record_trouble(ledger, &examined, &trouble, cause).map(Some),
            Ending::Sent { record, sent, changes, notes } => {
                self.begin_pass(ledger)?;
                let outcome = if changes.is_empty() { ItemOutcome::Unchanged } else { ItemOutcome::Sent };
                let message = (!notes.is_empty()).then(|| notes.join("; "));
                let fields = changes.iter().map(|change| change.field).collect();
                let changes: Vec<ChangeRecord> = changes.into_iter().map(change_record).collect();
                ledger.record_sent(&record, sent.as_ref(), &changes)?;
                Ok(Some(self.item(&examined, outcome, None, message, fields)))
            }
        }
    }

    fn record_trouble(
        &self,
        ledger: &mut RunLedger,
        examined: &Examined,
        trouble: &Trouble,
        cause: Cause,
    ) -> Result<Item, ledger::Error> {
        self.begin_pass(ledger)?;
        let known = ledger.problem(examined.client_id)?;
        let problem = self.problem(examined, trouble, cause, known);
        ledger.record_problem(&problem)?;
        let is_held = matches!(cause, Cause::Local | Cause::HeldByIqr);
        let outcome = if is_held { ItemOutcome::Held } else { ItemOutcome::Failed };
        let item = self.item(examined, outcome, Some(trouble.reason), Some(trouble.message.clone()), Vec::new());
        Ok(Item { is_old_trouble: problem.since < self.request.started_at, ..item })
    }

    /// What IQR said of the client itself before stays: it is a person's task, and what ended the pass is told with it.
    fn record_server_trouble(&self, examined: &Examined, trouble: &Trouble) -> Result<Item, ledger::Error> {
        let mut source = lock(&self.source);
        let mut ledger = lock(&self.ledger);
        let known = ledger.problem(examined.client_id)?;
        let is_old = |known: &Problem| known.seen != examined.seen || known.reason == Reason::Unreachable.code();
        let item = if known.as_ref().is_none_or(is_old) {
            self.record_trouble(&mut ledger, examined, trouble, Cause::Server)?
        } else {
            self.item(examined, ItemOutcome::Failed, Some(trouble.reason), Some(trouble.message.clone()), Vec::new())
        };
        source.feed.settled(examined.client_id);
        Ok(item)
    }

    /// The problem to be recorded: it goes on from the known one while the client has no news and the reason is the same.
    fn problem(&self, examined: &Examined, trouble: &Trouble, cause: Cause, known: Option<Problem>) -> Problem {
        let known = known.filter(|known| known.seen == examined.seen);
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
            seen: examined.seen,
        }
    }

    /// The pass cannot go on. A client that could not be asked about because of the server counts as failed, and nobody's
    /// delay grows; one that was stopped by the end of the pass stays for the next.
    fn give_up(&self, examined: &Examined, abort: Abort) {
        let trouble = |error: &iqr::Error| Trouble { reason: error.reason(), message: error.to_string() };
        match &abort {
            Abort::Iqr(error @ (iqr::Error::Interrupted { .. } | iqr::Error::OutOfTime { .. })) => {
                let Trouble { message, .. } = trouble(error);
                self.report(&self.item(
                    examined,
                    ItemOutcome::Deferred,
                    Some(Reason::TimeBudget),
                    Some(message),
                    Vec::new(),
                ));
                return;
            }
            // Nothing is wrong with the client: it stays due, and the pass says what is.
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
        let Source { store, mut feed, mut ahead, .. } =
            self.source.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut ledger = self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Progress { mut report, pass, mut aborted } =
            self.progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        ahead.put_back(&mut feed);
        match feed.left(&store) {
            Ok(left) => report.totals.deferred += left,
            Err(error) => prefer(&mut aborted, error.into()),
        }
        report.totals.requests = requests;
        if aborted.is_some() || self.request.interrupted.load(Ordering::Relaxed) {
            report.outcome = PassOutcome::Aborted;
        }
        report.finished_at = (self.request.clock)();
        let is_out_of_time = report.totals.deferred > 0 && self.deadline.left().is_zero();
        let ended = end::Ended { pass, is_out_of_time, aborted: aborted.as_ref() };
        let recorded = end::record(self.request, &mut ledger, &feed, &ended, &report);
        if let Err(error) = recorded {
            report.outcome = PassOutcome::Aborted;
            prefer(&mut aborted, error.into());
        }
        end::close(self.request, &mut ledger, &report);
        Outcome { report, aborted }
    }
}

/// The first reason is the one that is told, unless it only followed from another.
fn prefer(told: &mut Option<Error>, error: Error) {
    let followed = |told: &Error| matches!(told, Error::Ledger(error) if error.is_undone());
    if told.as_ref().is_none_or(followed) {
        *told = Some(error);
    }
}

/// What there is left to do for a client that was judged: to ask IQR, or to record what became of it.
enum Sorted {
    Work(Work),
    Done(Done),
}

fn sorted(mut examined: Examined) -> Sorted {
    let ending = match mem::replace(&mut examined.verdict, Verdict::Gone) {
        Verdict::Ready(ready) => return Sorted::Work(Work { examined, ready }),
        Verdict::Gone => Ending::Gone,
        Verdict::Same(record) => Ending::Sent { record, sent: None, changes: Vec::new(), notes: Vec::new() },
        Verdict::Held(trouble) => Ending::Trouble(trouble, Cause::Local),
        Verdict::Unreadable(trouble) => Ending::Trouble(trouble, Cause::Client),
    };
    Sorted::Done(Done { examined, ending })
}

fn change_record(change: Change) -> ChangeRecord {
    ChangeRecord { field: change.field.name().into(), before: change.from, after: change.to }
}
