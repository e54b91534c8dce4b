//! The end of a pass: the record of it, and the time of it where `status` reads it.

use std::time::Duration;

use super::error::Error;
use super::request::{Outcome, Request, Scope};
use crate::escape::in_full;
use crate::ledger::{self, Heartbeat, PassEnd, PassId, PassTotals, RunLedger};
use crate::model::Timestamp;
use crate::sync::queue::Queue;
use crate::sync::report::{PassOutcome, Report};

/// The recorded cause of a pass that a signal stopped.
const STOPPED_BY_SIGNAL: &str = "stopped by a signal";

/// The record of an asset without a client is kept for at least this long, because it separates our lines from those of
/// people if the machine comes back.
const MIN_LONE_ASSET_AGE: Duration = Duration::from_secs(365 * 24 * 3600);

/// The end of a pass, as far as the report does not carry it.
pub(super) struct Ended<'a> {
    /// The pass as the ledger has it; `None` while nothing was recorded of it.
    pub pass: Option<PassId>,
    pub is_out_of_time: bool,
    pub aborted: Option<&'a Error>,
}

/// Records the progress of the pass first and its totals second: a pass must not count as done while its progress can
/// still be lost.
pub(super) fn record(
    request: &Request<'_>,
    ledger: &mut RunLedger,
    queue: &Queue,
    ended: &Ended<'_>,
    report: &Report,
) -> Result<(), Error> {
    let &Ended { pass, is_out_of_time, aborted } = ended;
    queue.finish(ledger, report.finished_at, request.config.fingerprint)?;
    let pass = match pass {
        // `status` also reports a pass that asked IQR, or was ended before it could, and finished no client.
        None if report.outcome == PassOutcome::Aborted || is_out_of_time || report.totals.requests > 0 => {
            Some(ledger.start_pass(request.started_at)?)
        }
        pass => pass,
    };
    let Some(pass) = pass else {
        ledger.leave_in_wal();
        return Ok(());
    };
    // A pass that did nothing returned above: nothing can have expired by it.
    let kept = request.config.ledger.keep.max(MIN_LONE_ASSET_AGE);
    ledger.forget_lone_assets(report.finished_at.minus(kept))?;
    if let Some(before) = ledger.heartbeat() {
        ledger.expire_notices(request.config.ledger.oldest_kept(before.finished_at.min(report.finished_at)))?;
    }
    let by_signal = || (report.outcome == PassOutcome::Aborted).then(|| STOPPED_BY_SIGNAL.to_owned());
    let why = aborted.map(|error| in_full(error)).or_else(by_signal);
    let end = match &why {
        Some(why) => PassEnd::Aborted(why),
        None if is_out_of_time => PassEnd::OutOfTime,
        None => PassEnd::Done,
    };
    Ok(ledger.finish_pass(pass, report.finished_at, end, report.totals)?)
}

/// Records a pass that could not begin: `status` reports it.
pub(super) fn record_failure(
    request: &Request<'_>,
    ledger: &mut RunLedger,
    error: &Error,
) -> Result<(), ledger::Error> {
    let pass = ledger.start_pass(request.started_at)?;
    ledger.finish_pass(pass, (request.clock)(), PassEnd::Aborted(&in_full(error)), PassTotals::default())
}

/// Ends a pass that a signal stopped before its clients were known.
pub(super) fn stopped(request: &Request<'_>, mut ledger: RunLedger) -> Result<Outcome, ledger::Error> {
    let mut report = Report::begun(request.started_at, request.dry_run, request.config.services());
    report.outcome = PassOutcome::Aborted;
    report.finished_at = (request.clock)();
    let pass = ledger.start_pass(request.started_at)?;
    ledger.finish_pass(pass, report.finished_at, PassEnd::Aborted(STOPPED_BY_SIGNAL), PassTotals::default())?;
    beat(request, &mut ledger, report.finished_at, false);
    Ok(Outcome { report, aborted: None })
}

/// Closes a pass: writes the time where `status` reads it, and prunes old history.
pub(super) fn close(request: &Request<'_>, ledger: &mut RunLedger, report: &Report) {
    if request.dry_run {
        return;
    }
    let finished_at = report.finished_at;
    let before = ledger.heartbeat();
    // A clock that jumped must not cost history: a row is old only if it is old by the last pass's time, too.
    let known = before.map(|before| before.finished_at.min(finished_at));
    // Pruning can wait, so a pass does not fail because of it.
    if let Some(Err(error)) = known.map(|known| ledger.prune(request.config.ledger.oldest_kept(known), finished_at)) {
        log::warn!("old history could not be taken away: {}", in_full(&error));
    }
    // A pass for one asset proves nothing about the others.
    let is_good = report.outcome == PassOutcome::Done && matches!(request.scope, Scope::Due { .. });
    beat(request, ledger, finished_at, is_good);
}

/// Writes the end of the pass to the lock file.
pub(super) fn beat(request: &Request<'_>, ledger: &mut RunLedger, finished_at: Timestamp, is_good: bool) {
    let before = || ledger.heartbeat().and_then(|before| before.last_good(finished_at));
    let last_good = if is_good { Some(finished_at) } else { before() };
    ledger.beat(&Heartbeat { started_at: request.started_at, finished_at, last_good });
}
