//! The lanes of a pass: each takes a client, does it, records it, and takes the next.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::apply::{Abort, Applier};
use super::examine::{Examined, Gathered, Ready, Trouble, Verdict};
use super::feed::Feed;
use super::journey::Applied;
use super::plan::Change;
use super::report::{Item, ItemOutcome, PassOutcome, Report};
use super::retry::{self, Cause};
use super::{Error, Outcome, Request, close, examine, gather, in_full, lock};
use crate::iqr::{self, BootTime};
use crate::ledger::{self, ChangeRecord, End, PassId, Problem, RunLedger, SentRecord};
use crate::model::{ClientId, Reason, Sent};
use crate::store::Store;

/// What all lanes share.
pub(super) struct Lanes<'a> {
    request: &'a Request<'a>,
    source: Mutex<Source>,
    pub(super) ledger: Mutex<RunLedger>,
    progress: Mutex<Progress>,
    /// Something that concerns every client ended the pass.
    is_aborted: AtomicBool,
    /// Clients whose outcome is recorded, which the feed is not told yet: another lane has it in hand for longer.
    settled: Mutex<Vec<ClientId>>,
    deadline: BootTime,
}

/// Where clients come from. Locked before the ledger, never after it.
struct Source {
    store: Store,
    feed: Feed,
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
            source: Mutex::new(Source { store, feed, taken: 0 }),
            ledger: Mutex::new(ledger),
            progress: Mutex::new(Progress { report, pass: None, aborted: None }),
            is_aborted: AtomicBool::new(false),
            settled: Mutex::default(),
            deadline,
        }
    }

    /// The first client that IQR is to be asked about; `None` when there is none.
    pub(super) fn first(&self) -> Option<Work> {
        self.next()
    }

    /// Does clients until there are none, the time is over, or the pass is ended.
    pub(super) fn run(&self, applier: &Applier<'_>, first: Option<Work>) {
        let mut work = first.or_else(|| self.next());
        while let Some(Work { examined, ready }) = work {
            match applier.apply(examined.client_id, &ready) {
                Ok(end) => self.record(&examined, &ready, end),
                Err(abort) => self.give_up(&examined, abort),
            }
            work = self.next();
        }
    }

    /// The pass cannot go on: a client that was taken already stays for the next.
    pub(super) fn put_back(&self, work: Option<&Work>, error: Error) {
        let message = error.to_string();
        self.abort(error);
        if let Some(work) = work {
            self.report(item(&work.examined, ItemOutcome::Deferred, None, Some(message), Vec::new()));
        }
    }

    /// The pass cannot go on before its first client was asked about.
    pub(super) fn stop(&self, first: Option<&Work>, abort: Abort) {
        match first {
            Some(work) => self.give_up(&work.examined, abort),
            None => self.abort(abort.into()),
        }
    }

    fn is_over(&self) -> bool {
        self.request.interrupted.load(Ordering::Relaxed)
            || self.deadline.left().is_zero()
            || self.is_aborted.load(Ordering::Relaxed)
    }

    /// Ends the pass for all lanes; the first reason is the one that is told.
    pub(super) fn abort(&self, error: Error) {
        lock(&self.progress).aborted.get_or_insert(error);
        self.is_aborted.store(true, Ordering::Relaxed);
    }

    /// The next client that IQR is to be asked about. Those that need no answer of IQR are settled on the way.
    fn next(&self) -> Option<Work> {
        while !self.is_over() {
            match self.look_at_next() {
                Ok(Some(mut examined)) => match mem::replace(&mut examined.verdict, Verdict::Gone) {
                    Verdict::Ready(ready) => return Some(Work { examined, ready }),
                    verdict => self.settle_locally(&Examined { verdict, ..examined }),
                },
                Ok(None) => return None,
                Err(error) => {
                    self.abort(error);
                    return None;
                }
            }
        }
        None
    }

    fn look_at_next(&self) -> Result<Option<Examined>, Error> {
        Ok(self.gather_next()?.map(|gathered| gathered.judge(self.request.config)))
    }

    /// What both databases know of the next client; the mapping is for when they are free again for the other lanes.
    fn gather_next(&self) -> Result<Option<Gathered>, Error> {
        let mut source = lock(&self.source);
        let Source { store, feed, taken } = &mut *source;
        feed.settled(mem::take(&mut *lock(&self.settled)));
        if self.request.limit.is_some_and(|limit| *taken >= limit) {
            return Ok(None);
        }
        let gathered = gather::next(feed, store, &self.ledger, self.request, || self.is_over())?;
        *taken += u64::from(gathered.is_some());
        Ok(gathered)
    }

    /// Records a client that IQR need not be asked about.
    fn settle_locally(&self, examined: &Examined) {
        let recorded = match &examined.verdict {
            Verdict::Gone => lock(&self.ledger).forget(examined.client_id),
            Verdict::Same(record) => self.record_sent(examined, record, None, &[], &[]),
            Verdict::Held(trouble) => self.record_trouble(examined, trouble, Cause::Local),
            Verdict::Unreadable(trouble) => self.record_trouble(examined, trouble, Cause::Client),
            Verdict::Ready(_) => Ok(()),
        };
        self.settled(examined.client_id, recorded);
    }

    fn record(&self, examined: &Examined, ready: &Ready, end: Applied) {
        let recorded = match end {
            Applied::Done { sent, changes, notes } => self.record_done(examined, ready, &sent, &changes, &notes),
            Applied::Held(trouble) => self.record_trouble(examined, &trouble, Cause::HeldByIqr),
            Applied::Failed(trouble, cause) => self.record_trouble(examined, &trouble, cause),
        };
        self.settled(examined.client_id, recorded);
    }

    /// What is recorded is settled; what cannot be recorded ends the pass.
    fn settled(&self, client: ClientId, recorded: Result<(), ledger::Error>) {
        match recorded {
            Ok(()) => lock(&self.settled).push(client),
            Err(error) => self.abort(error.into()),
        }
    }

    fn record_done(
        &self,
        examined: &Examined,
        ready: &Ready,
        sent: &Sent,
        changes: &[Change],
        notes: &[String],
    ) -> Result<(), ledger::Error> {
        let record = ready.record(examined.client_id, examined.seen, (self.request.clock)());
        self.record_sent(examined, &record, Some(sent), changes, notes)
    }

    fn record_sent(
        &self,
        examined: &Examined,
        record: &SentRecord,
        sent: Option<&Sent>,
        changes: &[Change],
        notes: &[String],
    ) -> Result<(), ledger::Error> {
        let history: Vec<ChangeRecord> = changes
            .iter()
            .map(|change| ChangeRecord {
                field: change.field.name().to_owned(),
                before: change.from.clone(),
                after: change.to.clone(),
            })
            .collect();
        self.begin_pass()?;
        lock(&self.ledger).record_sent(record, sent, &history)?;
        let outcome = if changes.is_empty() { ItemOutcome::Unchanged } else { ItemOutcome::Sent };
        let message = (!notes.is_empty()).then(|| notes.join("; "));
        let changes = changes.iter().map(|change| change.field).collect();
        self.report(item(examined, outcome, None, message, changes));
        Ok(())
    }

    fn record_trouble(&self, examined: &Examined, trouble: &Trouble, cause: Cause) -> Result<(), ledger::Error> {
        self.begin_pass()?;
        let mut ledger = lock(&self.ledger);
        let known = ledger.problem(examined.client_id)?;
        let problem = self.problem(examined, trouble, cause, known);
        ledger.record_problem(&problem)?;
        drop(ledger);
        let is_held = matches!(cause, Cause::Local | Cause::HeldByIqr);
        let outcome = if is_held { ItemOutcome::Held } else { ItemOutcome::Failed };
        let item = item(examined, outcome, Some(trouble.reason), Some(trouble.message.clone()), Vec::new());
        self.report(Item { is_old_trouble: problem.since < self.request.started_at, ..item });
        Ok(())
    }

    /// What IQR said of the client itself before stays: it is a person's task, and what ended the pass is told with it.
    fn record_server_trouble(&self, examined: &Examined, trouble: &Trouble) -> Result<(), ledger::Error> {
        let known = lock(&self.ledger).problem(examined.client_id)?;
        let is_old = |known: &Problem| known.seen != examined.seen || known.reason == Reason::Unreachable.code();
        if known.as_ref().is_none_or(is_old) {
            return self.record_trouble(examined, trouble, Cause::Server);
        }
        let message = Some(trouble.message.clone());
        self.report(item(examined, ItemOutcome::Failed, Some(trouble.reason), message, Vec::new()));
        Ok(())
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
                self.report(item(examined, ItemOutcome::Deferred, Some(Reason::TimeBudget), Some(message), Vec::new()));
                return;
            }
            // Nothing is wrong with the client: it stays due, and the pass says what is.
            Abort::Iqr(error @ iqr::Error::KeyRefused { .. }) => {
                self.abort(error.clone().into());
                let Trouble { reason, message } = trouble(error);
                self.report(item(examined, ItemOutcome::Failed, Some(reason), Some(message), Vec::new()));
            }
            Abort::Iqr(error) => {
                self.abort(error.clone().into());
                let recorded = self.record_server_trouble(examined, &trouble(error));
                self.settled(examined.client_id, recorded);
            }
            Abort::Ledger(_) => {}
        }
        self.abort(abort.into());
    }

    /// The pass leaves a trace as soon as it has something to record.
    fn begin_pass(&self) -> Result<(), ledger::Error> {
        let mut progress = lock(&self.progress);
        if progress.pass.is_none() {
            progress.pass = Some(lock(&self.ledger).start_pass(self.request.started_at)?);
        }
        Ok(())
    }

    fn report(&self, item: Item) {
        let is_told_by_pass = item.reason.is_some() && self.is_aborted.load(Ordering::Relaxed);
        let item = Item { is_told_by_pass, ..item };
        (self.request.progress)(&item);
        lock(&self.progress).report.add(&item);
    }

    /// Records how far the pass came, and what it did.
    ///
    /// What was done is told also when it cannot be recorded any more: then that is what ended the pass.
    pub(super) fn end(self, requests: u64) -> Outcome {
        let Source { store, mut feed, .. } = self.source.into_inner().unwrap_or_else(PoisonError::into_inner);
        feed.settled(self.settled.into_inner().unwrap_or_else(PoisonError::into_inner));
        let mut ledger = self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Progress { mut report, pass, mut aborted } =
            self.progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        match feed.left(&store) {
            Ok(left) => report.totals.deferred += left,
            Err(error) => drop(aborted.get_or_insert(error.into())),
        }
        report.totals.requests = requests;
        if aborted.is_some() || self.request.interrupted.load(Ordering::Relaxed) {
            report.outcome = PassOutcome::Aborted;
        }
        report.finished_at = (self.request.clock)();
        let is_out_of_time = report.totals.deferred > 0 && self.deadline.left().is_zero();
        let ended = Ended { pass, is_out_of_time, aborted: aborted.as_ref() };
        let recorded = record_end(self.request, &mut ledger, &feed, &ended, &report);
        if let Err(error) = recorded {
            report.outcome = PassOutcome::Aborted;
            aborted.get_or_insert(error.into());
        }
        close(self.request, &mut ledger, &report);
        Outcome { report, aborted }
    }
}

/// What there is to record of the end of a pass beside its report.
struct Ended<'a> {
    pass: Option<PassId>,
    is_out_of_time: bool,
    aborted: Option<&'a Error>,
}

/// How far the pass came, then what it did: once it counts as done, how far it came must not be lost.
fn record_end(
    request: &Request<'_>,
    ledger: &mut RunLedger,
    feed: &Feed,
    ended: &Ended<'_>,
    report: &Report,
) -> Result<(), examine::Error> {
    let &Ended { pass, is_out_of_time, aborted } = ended;
    feed.finish(ledger, report.finished_at, request.config.fingerprint)?;
    let pass = match pass {
        // One that asked IQR, or had no time to, and came to the end of nothing is what `status` is asked about, too.
        None if aborted.is_some() || is_out_of_time || report.totals.requests > 0 => {
            Some(ledger.start_pass(request.started_at)?)
        }
        pass => pass,
    };
    let Some(pass) = pass else {
        ledger.leave_in_wal();
        return Ok(());
    };
    // Where nothing was done nothing has to go either.
    ledger.forget_lone_assets(super::oldest_lone(request, report.finished_at))?;
    let by_signal = || (report.outcome == PassOutcome::Aborted).then(|| "stopped by a signal".to_owned());
    let why = aborted.map(|error| in_full(error)).or_else(by_signal);
    let end = match &why {
        Some(why) => End::Aborted(why),
        None if is_out_of_time => End::OutOfTime,
        None => End::Done,
    };
    Ok(ledger.finish_pass(pass, report.finished_at, end, report.totals)?)
}

fn item(
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
        is_told_by_pass: false,
        is_old_trouble: false,
        because: examined.because.clone(),
        took: BootTime::now().since(examined.looked_at),
    }
}
