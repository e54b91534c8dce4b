//! The limiter of a pass: how many requests are in flight, how long to wait, and when to give up. All workers share it.
//!
//! - *Window*: one request in flight until the first succeeds, so that an outage is found by one worker; then as
//!   many as the service allows ([`Window`]).
//! - *Hold*: where the server asks to wait (`Retry-After`), or refuses the only request in flight, every worker waits.
//! - *Refusals*: after [`MAX_REFUSALS`] in a row without any success the pass is over; so it is where a wait would
//!   outlast it.
//! - *Circuit breaker*: after [`Service::max_failures`] failures in a row, across workers, the pass is over.
//! - *Trial*: a service that failed before shows by one request whether it is back ([`Limiter::begin_trial`]).
//! - *Retry quota*: repeats cost more than successes bring in; a limping server is not asked twice as much as a healthy
//!   one.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::error::Error;
use super::limits::Limits;
use super::service::Service;
use super::wait::{MAX_SLEEP, When, full_jitter, sleep_until};
use crate::clock::BootTime;
use crate::web::window::{Refused, Window};

/// Heavy failures in a row after which the server counts as down, where that takes more failures than this.
const MAX_HEAVY_FAILURES: u32 = 3;

/// Refusals (429) in a row without any success after which the pass ends; for writes, without any write that was taken.
const MAX_REFUSALS: u32 = 10;

/// The window is not widened before so many times the wait has passed that its last refusal cost.
const PROBE_SPACING: u32 = 10;

/// The number of refusals for now of one request after which its client waits for the next pass: while others succeed,
/// and where this one alone was refused since. The second is below [`MAX_REFUSALS`], so that another client is tried
/// before the pass ends.
const MAX_OWN_REFUSALS: u32 = 20;
const MAX_OWN_REFUSALS_IN_A_ROW: u32 = 8;

/// The quota at the start, and its largest value; a repeat costs [`REPEAT_COST`], a success brings 1.
const MAX_QUOTA: u32 = 250;
const REPEAT_COST: u32 = 5;

/// The limiter of a pass.
#[derive(Debug)]
pub(crate) struct Limiter {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug)]
struct State {
    service: &'static Service,
    in_flight: usize,
    /// Workers that wait for a permit.
    waiting: usize,
    window: Window,
    /// No request may be sent before this.
    hold: Option<BootTime>,
    /// The answer that asked to wait as long as `hold`, where one did.
    asked_by: Option<String>,
    /// The window is not widened before this.
    may_widen_from: BootTime,
    /// The newest request that was refused for now.
    last_refusal: Option<String>,
    failures_in_a_row: u32,
    has_succeeded: bool,
    /// Until the first success, no read is repeated, and the first failure ends the pass.
    is_on_trial: bool,
    quota: u32,
    last_failure: Option<String>,
    /// Writes that failed, and those that were refused, without one that was taken in between: reads that go well do
    /// not forgive them.
    failed_writes: u32,
    refused_writes: u32,
    has_written: bool,
    /// The reason why the pass is over.
    stopped: Option<Error>,
}

/// A request that the server does not take now.
#[derive(Debug)]
pub(crate) struct Refusal<'a> {
    /// The generation that the request was sent in.
    pub generation: u64,
    /// The wait that the server asks for.
    pub asked: Option<Duration>,
    pub is_write: bool,
    /// The request and its answer, for messages.
    pub cause: &'a str,
}

/// The time at which a refused request may be made again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retry {
    pub until: BootTime,
    /// The server asked for this wait.
    is_asked: bool,
}

/// The right to have one request in flight.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    limiter: &'a Limiter,
    generation: u64,
}

impl Limiter {
    /// Allows `connections` requests in flight at most; begins with `start` where that is known.
    pub fn new(service: &'static Service, connections: u8, start: Option<u8>) -> Self {
        let state = State {
            service,
            in_flight: 0,
            waiting: 0,
            window: Window::new(usize::from(connections), start.map(usize::from)),
            hold: None,
            asked_by: None,
            may_widen_from: BootTime::now(),
            last_refusal: None,
            failures_in_a_row: 0,
            has_succeeded: false,
            is_on_trial: false,
            quota: MAX_QUOTA,
            last_failure: None,
            failed_writes: 0,
            refused_writes: 0,
            has_written: false,
            stopped: None,
        };
        Self { state: Mutex::new(state), freed: Condvar::new() }
    }

    /// Puts a service on trial that failed before: one request shows whether it is back. Until the first success no
    /// read is repeated, and the first request that fails or is refused for now ends the pass; then the limits of the
    /// service hold.
    pub fn begin_trial(&self) {
        self.lock().is_on_trial = true;
    }

    /// Returns the largest number of times that one read may be sent now; `None`: as the limiter allows.
    pub fn max_sends(&self) -> Option<u32> {
        let state = self.lock();
        if state.is_on_trial { Some(1) } else { state.service.max_sends }
    }

    /// Returns the number of failed requests in a row after which the service counts as down now.
    pub fn max_failures(&self) -> u32 {
        self.lock().max_failures()
    }

    /// Waits for the right to send `request`.
    pub fn enter(&self, limits: &Limits, when: When, request: &str) -> Result<Permit<'_>, Error> {
        let mut state = self.lock();
        loop {
            state.check()?;
            when.check(limits, request)?;
            let held = state.held_until();
            if let (Some(until), Some(cause)) = (held, &state.asked_by)
                && until >= when.until(limits)
            {
                let error = if limits.interrupted() { interrupted(request) } else { state.long_wait(cause, until) };
                return Err(state.stop(error));
            }
            if held.is_none() && state.in_flight < state.window.size() {
                state.in_flight += 1;
                return Ok(Permit { limiter: self, generation: state.window.generation() });
            }
            let wait = held.map_or(MAX_SLEEP, |until| until.left().min(MAX_SLEEP));
            state.waiting += 1;
            state = self.freed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
    }

    /// Records an answer of the kind that was asked for.
    pub fn succeeded(&self) {
        let mut state = self.lock();
        state.failures_in_a_row = 0;
        state.has_succeeded = true;
        state.is_on_trial = false;
        state.quota = (state.quota + 1).min(MAX_QUOTA);
        let may_widen = state.may_widen_from.left().is_zero();
        if state.window.succeeded(may_widen) {
            drop(state);
            self.freed.notify_all();
        }
    }

    /// Records an answer that concerns one record and shows that the server is well.
    pub fn answered(&self) {
        let mut state = self.lock();
        state.failures_in_a_row = 0;
        state.window.answered();
    }

    /// Records a failure that speaks of the server or the network.
    pub fn failed(&self, cause: &str) {
        self.lock().fail(cause, 1);
        self.freed.notify_all();
    }

    /// Records a failure that weighs more: one that used up the time of its request, or a silent server would get all
    /// of the pass, or one that every record would meet.
    pub fn failed_heavily(&self, cause: &str) {
        let mut state = self.lock();
        let weight = state.max_failures().div_ceil(MAX_HEAVY_FAILURES);
        state.fail(cause, weight);
        drop(state);
        self.freed.notify_all();
    }

    /// Records a write that failed in a way that speaks of the server or the network.
    pub fn write_failed(&self, cause: &str) {
        let mut state = self.lock();
        state.failed_writes += 1;
        if state.failed_writes >= state.max_failures() {
            state.stop_unreachable(format!("too many writes in a row failed, the last: {cause}"));
        }
    }

    /// Records a write that was taken.
    pub fn write_succeeded(&self) {
        let mut state = self.lock();
        state.failed_writes = 0;
        state.refused_writes = 0;
        state.has_written = true;
    }

    /// Returns the same as [`Self::only_failing`] for writes: reads that go well between them say nothing of writes.
    pub fn only_failing_write(&self, own: u32) -> bool {
        let state = self.lock();
        state.has_written && state.failed_writes <= own
    }

    /// Whether anything was answered as it should be in this pass.
    pub fn has_succeeded(&self) -> bool {
        self.lock().has_succeeded
    }

    /// Explains the end of the time, be it that of the pass or of one question: where no answer was ever good, the
    /// service cannot be reached.
    pub fn in_the_end(&self, error: Error) -> Error {
        let state = self.lock();
        if state.has_succeeded || !matches!(error, Error::OutOfTime { .. }) {
            return error;
        }
        let message = |last| format!("nothing was answered in the time for it, the last: {last}");
        match (&state.last_failure, &state.last_refusal) {
            (Some(failure), _) => state.unreachable(message(failure)),
            (None, Some(refusal)) => state.throttled(message(refusal), None),
            (None, None) => error,
        }
    }

    /// Returns the outage where no answer was good: then the server is to blame, not the single requests.
    pub fn outage(&self) -> Option<Error> {
        let state = self.lock();
        let is_outage = !state.has_succeeded && state.failures_in_a_row > 0;
        let failure = state.last_failure.as_ref().filter(|_| is_outage)?;
        Some(state.unreachable(format!("nothing was answered as it should be, the last: {failure}")))
    }

    /// Returns the number of requests in flight that the service was found to allow; `None` where it never refused one.
    pub fn found(&self) -> Option<u8> {
        self.lock().window.found().and_then(|size| u8::try_from(size).ok())
    }

    /// Returns the window of a request that is sent now, for [`Self::refused`].
    pub fn generation(&self) -> u64 {
        self.lock().window.generation()
    }

    /// Records that a request was refused for now (429, or 503 with `Retry-After`). Returns when it may be made again:
    /// exactly after `asked` where the server says so, else after a short random wait.
    pub fn refused(&self, refusal: &Refusal<'_>) -> Retry {
        let mut state = self.lock();
        let refused = state.window.refused(refusal.generation);
        // To ask at once is to be refused at once.
        let asked = refusal.asked.filter(|asked| !asked.is_zero());
        let until = BootTime::now() + asked.unwrap_or_else(|| full_jitter(refused.backoff));
        if let Some(asked) = asked {
            log::info!("{}; it asks to wait {} s", refusal.cause, asked.as_secs());
            state.may_widen_from = BootTime::now() + asked.saturating_mul(PROBE_SPACING);
        }
        if asked.is_some() || refused.concerns_all {
            state.hold(until, asked.map(|_| refusal.cause));
        }
        state.last_refusal = Some(refusal.cause.to_owned());
        state.count_refusal(refused, refusal);
        Retry { until, is_asked: asked.is_some() }
    }

    /// Waits until a refused request may be made again; an error where the pass is over, or the wait would outlast it.
    pub fn wait_out(&self, retry: Retry, limits: &Limits, when: When, request: &str, cause: &str) -> Result<(), Error> {
        self.lock().check()?;
        let end = when.until(limits);
        if retry.is_asked && retry.until >= end && !limits.interrupted() {
            let mut state = self.lock();
            let error = state.long_wait(cause, retry.until);
            return Err(state.stop(error));
        }
        if !sleep_until(retry.until.min(end), limits, when) {
            return Err(interrupted(request));
        }
        when.check(limits, request)
    }

    /// Whether a request that was refused `own` times is to be left to the next pass.
    pub fn is_stuck(&self, own: u32, is_write: bool) -> bool {
        let state = self.lock();
        let in_a_row = if is_write { state.refused_writes } else { state.window.refusals_in_a_row() };
        own >= MAX_OWN_REFUSALS || own.min(in_a_row) >= MAX_OWN_REFUSALS_IN_A_ROW
    }

    /// Takes the right to repeat a request from the quota.
    pub fn may_repeat(&self) -> bool {
        let mut state = self.lock();
        if state.stopped.is_some() || state.quota < REPEAT_COST {
            return false;
        }
        state.quota -= REPEAT_COST;
        true
    }

    /// Ends the pass for this reason, if it is not over yet. Returns the reason why it is over.
    pub fn stop(&self, error: Error) -> Error {
        let reason = self.lock().stop(error);
        self.freed.notify_all();
        reason
    }

    /// Returns the reason why the pass is over, if it is.
    pub fn stopped(&self) -> Option<Error> {
        self.lock().stopped.clone()
    }

    /// Whether the failures in a row are no more than `own`, and something went well before them.
    pub fn only_failing(&self, own: u32) -> bool {
        let state = self.lock();
        state.has_succeeded && state.failures_in_a_row <= own
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Returns the window of the request that is sent with it.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

impl State {
    fn max_failures(&self) -> u32 {
        if self.is_on_trial { 1 } else { self.service.max_failures }
    }

    fn check(&self) -> Result<(), Error> {
        self.stopped.as_ref().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Ends the pass; the first reason stays.
    fn stop(&mut self, error: Error) -> Error {
        self.stopped.get_or_insert(error).clone()
    }

    /// Returns the time until which every worker waits.
    fn held_until(&mut self) -> Option<BootTime> {
        self.hold = self.hold.filter(|until| !until.left().is_zero());
        self.hold
    }

    fn hold(&mut self, until: BootTime, asked_by: Option<&str>) {
        if self.hold.is_none_or(|held| held < until) {
            self.hold = Some(until);
            self.asked_by = asked_by.map(str::to_owned);
        }
    }

    /// Counts a refusal. A number of them in a row ends the pass, and the first one on trial.
    fn count_refusal(&mut self, refused: Refused, Refusal { is_write, cause, asked, .. }: &Refusal<'_>) {
        if self.is_on_trial {
            self.stop(self.throttled((*cause).to_owned(), *asked));
        }
        self.refused_writes += u32::from(refused.is_counted && *is_write);
        let kind = if refused.in_a_row >= MAX_REFUSALS { "requests" } else { "writes" };
        if refused.in_a_row >= MAX_REFUSALS || self.refused_writes >= MAX_REFUSALS {
            let cause = format!("{MAX_REFUSALS} {kind} in a row were refused, the last: {cause}");
            self.stop(self.throttled(cause, *asked));
        }
    }

    fn unreachable(&self, cause: String) -> Error {
        Error::Unreachable { service: self.service, cause }
    }

    fn throttled(&self, cause: String, wait: Option<Duration>) -> Error {
        Error::Throttled { service: self.service, cause, wait }
    }

    fn long_wait(&self, cause: &str, until: BootTime) -> Error {
        self.throttled(format!("it asks to wait for longer than there is time ({cause})"), Some(until.left()))
    }

    fn stop_unreachable(&mut self, cause: String) {
        self.stop(self.unreachable(cause));
    }

    fn fail(&mut self, cause: &str, weight: u32) {
        self.last_failure = Some(cause.to_owned());
        self.failures_in_a_row += weight;
        if self.failures_in_a_row >= self.max_failures() {
            self.stop_unreachable(format!("too many requests in a row failed, the last: {cause}"));
        }
    }
}

fn interrupted(request: &str) -> Error {
    Error::Interrupted { request: request.to_owned() }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.lock();
        state.in_flight -= 1;
        // A wake-up call costs the same where no worker waits.
        if state.waiting > 0 {
            drop(state);
            self.limiter.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
