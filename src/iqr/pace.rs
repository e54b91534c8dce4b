//! How fast to ask, and when to stop asking: one pace for all lanes of a pass.
//!
//! - *Slow start*: one request in flight until the first has gone well, so that an outage is found out by one lane.
//! - *Hold*: after a 429 all lanes wait as long as IQR asks, then fewer go on; their number grows again with success.
//! - *Breaker*: so many failures in a row, across lanes, and the pass is over.
//! - *Quota*: repeats cost more than successes bring in; a limping server is not asked twice as much as a healthy one.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::BootTime;
use super::error::{Error, Outcome};
use super::settings::Limits;

/// Failures in a row after which the server counts as down.
const BREAKER: u32 = 8;

/// How many failures a heavy one counts for.
const HEAVY: u32 = 3;

/// What the quota begins with and never exceeds; a repeat costs [`REPEAT_COST`], a success brings 1.
const QUOTA: u32 = 250;
const REPEAT_COST: u32 = 5;

/// First and longest pause before a repeat.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Longest sleep without a look at the interruption flag.
const SLICE: Duration = Duration::from_millis(50);

/// What is still allowed after the deadline or an interruption: to learn what became of a write, and to sign out.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// Whether a request may still be made when the pass should be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    InTime,
    Grace,
}

impl When {
    /// The last moment for a request that is begun now.
    pub fn until(self, limits: &Limits) -> BootTime {
        match self {
            Self::InTime => limits.deadline,
            Self::Grace => (BootTime::now() + GRACE).min(limits.deadline + GRACE),
        }
    }

    /// Whether a request may be begun now.
    pub fn check(self, limits: &Limits, request: &str) -> Result<(), Error> {
        if self == Self::InTime && limits.interrupted() {
            return Err(Error::Interrupted { request: request.to_owned() });
        }
        if self.until(limits).left().is_zero() {
            return Err(Error::OutOfTime { request: request.to_owned(), outcome: Outcome::NotSent });
        }
        Ok(())
    }
}

/// The pace of a pass.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
    freed: Condvar,
    most: usize,
}

#[derive(Debug)]
struct State {
    in_flight: usize,
    /// Lanes that wait for a permit.
    waiting: usize,
    allowed: usize,
    /// Successes since `allowed` last changed.
    credit: usize,
    hold_until: Option<BootTime>,
    /// Grows with every hold, so that lanes that were told at once slow down once.
    hold: u64,
    /// Holds without a success in between.
    strikes: u32,
    failures_in_a_row: u32,
    any_success: bool,
    quota: u32,
    last_failure: Option<String>,
    /// Writes that failed without one that was taken in between: reads that go well do not forgive them.
    failed_writes: u32,
    any_write: bool,
    /// Why the pass is over.
    open: Option<String>,
}

/// The right to have one request in flight.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    pace: &'a Pace,
    hold: u64,
}

impl Pace {
    pub fn new(connections: u8) -> Self {
        let state = State {
            in_flight: 0,
            waiting: 0,
            allowed: 1,
            credit: 0,
            hold_until: None,
            hold: 0,
            strikes: 0,
            failures_in_a_row: 0,
            any_success: false,
            quota: QUOTA,
            last_failure: None,
            failed_writes: 0,
            any_write: false,
            open: None,
        };
        Self { state: Mutex::new(state), freed: Condvar::new(), most: usize::from(connections.max(1)) }
    }

    /// Waits for the right to send `request`.
    pub fn enter(&self, limits: &Limits, when: When, request: &str) -> Result<Permit<'_>, Error> {
        let mut state = self.lock();
        loop {
            state.check()?;
            when.check(limits, request)?;
            let held = state.held();
            if held.is_some_and(|until| until >= when.until(limits)) {
                return Err(Error::Unreachable {
                    cause: "IQR asks to wait for longer than this pass may last".to_owned(),
                });
            }
            if held.is_none() && state.in_flight < state.allowed {
                state.in_flight += 1;
                return Ok(Permit { pace: self, hold: state.hold });
            }
            let wait = held.map_or(SLICE, |until| until.left().min(SLICE));
            state.waiting += 1;
            state = self.freed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
    }

    /// An answer of the kind that was asked for.
    pub fn succeeded(&self) {
        let mut state = self.lock();
        state.failures_in_a_row = 0;
        state.strikes = 0;
        state.quota = (state.quota + 1).min(QUOTA);
        state.credit += 1;
        if !state.any_success {
            state.any_success = true;
            state.allowed = self.most;
        } else if state.allowed < self.most && state.credit >= state.allowed {
            state.allowed += 1;
            state.credit = 0;
        } else {
            return;
        }
        drop(state);
        self.freed.notify_all();
    }

    /// An answer that concerns one asset and shows that the server is well.
    pub fn answered(&self) {
        self.lock().failures_in_a_row = 0;
    }

    /// A failure that speaks of the server or the network.
    pub fn failed(&self, cause: &str) {
        self.lock().fail(cause, 1);
        self.freed.notify_all();
    }

    /// A failure that weighs more: one that used up the time of its request, or a silent server would get all of the
    /// pass, or one that every asset would meet.
    pub fn failed_heavily(&self, cause: &str) {
        self.lock().fail(cause, HEAVY);
        self.freed.notify_all();
    }

    /// A write failed in a way that speaks of the server or the network.
    pub fn write_failed(&self, cause: &str) {
        let mut state = self.lock();
        state.failed_writes += 1;
        if state.failed_writes >= BREAKER && state.open.is_none() {
            state.open = Some(format!("too many writes in a row failed, the last: {cause}"));
        }
    }

    /// A write was taken.
    pub fn write_succeeded(&self) {
        let mut state = self.lock();
        state.failed_writes = 0;
        state.any_write = true;
    }

    /// As [`Self::only_failing`], for writes: reads that go well between them say nothing of writes.
    pub fn only_failing_write(&self, own: u32) -> bool {
        let state = self.lock();
        state.any_write && state.failed_writes <= own
    }

    /// Whether anything was answered as it should be in this pass.
    pub fn has_succeeded(&self) -> bool {
        self.lock().any_success
    }

    /// What the end of the pass's time means: where nothing was ever answered well, that IQR cannot be reached.
    pub fn in_the_end(&self, error: Error) -> Error {
        let state = self.lock();
        match (&error, &state.last_failure) {
            (Error::OutOfTime { .. }, Some(failure)) if !state.any_success => Error::Unreachable {
                cause: format!("nothing was answered in the time of the pass, the last: {failure}"),
            },
            _ => error,
        }
    }

    /// What the failures mean where nothing was answered as it should be: the server is to blame, not those that asked.
    pub fn outage(&self) -> Option<Error> {
        let state = self.lock();
        let is_outage = !state.any_success && state.failures_in_a_row > 0;
        let failure = state.last_failure.as_ref().filter(|_| is_outage)?;
        Some(Error::Unreachable { cause: format!("nothing was answered as it should be, the last: {failure}") })
    }

    /// The server asks to slow down; `permit` is that of the request that was told.
    pub fn throttled(&self, permit: &Permit<'_>, asked: Option<Duration>, cause: &str) {
        let mut state = self.lock();
        if permit.hold == state.hold {
            state.hold += 1;
            state.strikes += 1;
            state.allowed = (state.allowed / 2).max(1);
            state.credit = 0;
            state.fail(cause, 1);
        }
        let wait = asked.unwrap_or_else(|| half_jitter(backoff(state.strikes + 1)));
        let until = BootTime::now() + wait;
        state.hold_until = Some(state.hold_until.map_or(until, |held| held.max(until)));
    }

    /// Takes the right to repeat a request from the quota.
    pub fn may_repeat(&self) -> bool {
        let mut state = self.lock();
        if state.open.is_some() || state.quota < REPEAT_COST {
            return false;
        }
        state.quota -= REPEAT_COST;
        true
    }

    /// Why the pass is over, if it is.
    pub fn stopped(&self) -> Option<Error> {
        self.lock().check().err()
    }

    /// Whether the failures in a row are no more than `own`, and something went well before them.
    pub fn only_failing(&self, own: u32) -> bool {
        let state = self.lock();
        state.any_success && state.failures_in_a_row <= own
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn check(&self) -> Result<(), Error> {
        self.open.as_ref().map_or(Ok(()), |cause| Err(Error::Unreachable { cause: cause.clone() }))
    }

    /// Until when everybody waits.
    fn held(&mut self) -> Option<BootTime> {
        self.hold_until = self.hold_until.filter(|until| !until.left().is_zero());
        self.hold_until
    }

    fn fail(&mut self, cause: &str, weight: u32) {
        self.last_failure = Some(cause.to_owned());
        self.failures_in_a_row += weight;
        if self.failures_in_a_row >= BREAKER && self.open.is_none() {
            self.open = Some(format!("too many requests in a row failed, the last: {cause}"));
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.lock();
        state.in_flight -= 1;
        // To wake nobody costs as much as to wake somebody.
        if state.waiting > 0 {
            drop(state);
            self.pace.freed.notify_one();
        }
    }
}

/// Waits before repeat number `repeat`; false when there is no time for it.
pub(super) fn pause(repeat: u32, limits: &Limits, when: When) -> bool {
    let end = BootTime::now() + full_jitter(backoff(repeat));
    end < when.until(limits) && sleep_until(end, limits, when)
}

/// Sleeps until `end`; false when interrupted before.
pub(super) fn sleep_until(end: BootTime, limits: &Limits, when: When) -> bool {
    loop {
        if when == When::InTime && limits.interrupted() {
            return false;
        }
        let left = end.left();
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(SLICE));
    }
}

/// Longest pause before repeat number `repeat`, counted from 1.
pub(super) fn backoff(repeat: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << repeat.saturating_sub(1).min(8)).min(LONGEST_PAUSE)
}

/// Anything up to `longest`: lanes that failed together do not come back together.
pub(super) fn full_jitter(longest: Duration) -> Duration {
    let millis = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(random() % millis.saturating_add(1).max(1))
}

/// At least half of `longest`.
fn half_jitter(longest: Duration) -> Duration {
    longest / 2 + full_jitter(longest / 2)
}

/// A number that differs between calls and processes; good enough to spread waits.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    fn limits(seconds: u64) -> Limits {
        let deadline = BootTime::now() + Duration::from_secs(seconds);
        Limits { deadline, interrupted: Arc::new(AtomicBool::new(false)) }
    }

    fn enter<'a>(pace: &'a Pace, limits: &Limits) -> Result<Permit<'a>, Error> {
        pace.enter(limits, When::InTime, "GET x")
    }

    /// How many permits are given before the next would wait.
    fn free_permits(pace: &Pace) -> usize {
        let state = pace.lock();
        state.allowed - state.in_flight
    }

    #[test]
    fn one_request_is_in_flight_until_the_first_success_then_all() {
        let (pace, limits) = (Pace::new(4), limits(60));
        let permit = enter(&pace, &limits).unwrap();
        assert_eq!(free_permits(&pace), 0);
        pace.succeeded();
        assert_eq!(free_permits(&pace), 3);
        drop(permit);
        assert_eq!(free_permits(&pace), 4);
    }

    #[test]
    fn eight_failures_in_a_row_end_the_pass_and_a_success_in_between_forgives() {
        let (pace, limits) = (Pace::new(4), limits(60));
        (0..7).for_each(|_| pace.failed("x"));
        pace.succeeded();
        (0..7).for_each(|_| pace.failed("x"));
        pace.answered();
        assert!(enter(&pace, &limits).is_ok());
        (0..8).for_each(|_| pace.failed("the server answered 503"));
        let error = enter(&pace, &limits).unwrap_err();
        assert!(matches!(&error, Error::Unreachable { cause } if cause.contains("503")), "{error}");
        assert!(!pace.may_repeat());
    }

    #[test]
    fn failures_are_an_outage_until_anything_is_answered() {
        let pace = Pace::new(1);
        assert_eq!(pace.outage(), None);
        pace.failed("the server answered 503");
        assert!(matches!(pace.outage(), Some(Error::Unreachable { cause }) if cause.contains("503")));
        pace.answered();
        assert_eq!(pace.outage(), None);
        pace.succeeded();
        pace.failed("x");
        assert_eq!(pace.outage(), None);
    }

    #[test]
    fn lanes_that_are_told_at_once_slow_down_once_and_speed_up_with_success() {
        let (pace, limits) = (Pace::new(8), limits(60));
        pace.succeeded();
        let permits: Vec<_> = (0..8).map(|_| enter(&pace, &limits).unwrap()).collect();
        for permit in &permits {
            pace.throttled(permit, Some(Duration::ZERO), "429");
        }
        drop(permits);
        assert_eq!((free_permits(&pace), pace.lock().failures_in_a_row), (4, 1));
        (0..4 + 5 + 6 + 7).for_each(|_| pace.succeeded());
        assert_eq!(free_permits(&pace), 8);
    }

    #[test]
    fn a_wait_beyond_the_deadline_ends_the_pass_instead_of_sleeping() {
        let (pace, limits) = (Pace::new(1), limits(10));
        let permit = enter(&pace, &limits).unwrap();
        pace.throttled(&permit, Some(Duration::from_secs(3600)), "429");
        drop(permit);
        assert!(matches!(enter(&pace, &limits), Err(Error::Unreachable { .. })));
    }

    #[test]
    fn repeats_run_out_and_successes_bring_them_back() {
        let pace = Pace::new(1);
        assert_eq!((0..100).filter(|_| pace.may_repeat()).count(), 50);
        (0..REPEAT_COST).for_each(|_| pace.succeeded());
        assert!(pace.may_repeat() && !pace.may_repeat());
    }

    #[test]
    fn pauses_grow_to_five_seconds_and_stay_within_the_deadline() {
        assert_eq!(backoff(1), Duration::from_millis(200));
        assert_eq!(backoff(2), Duration::from_millis(400));
        assert_eq!(backoff(40), LONGEST_PAUSE);
        assert!((0..100).all(|_| full_jitter(FIRST_PAUSE) <= FIRST_PAUSE));
        assert!(!pause(1, &limits(0), When::InTime));
    }

    #[test]
    fn an_interruption_and_the_deadline_stop_what_waits_but_not_the_grace() {
        let (pace, over) = (Pace::new(1), limits(0));
        assert!(matches!(enter(&pace, &over), Err(Error::OutOfTime { outcome: Outcome::NotSent, .. })));
        assert!(pace.enter(&over, When::Grace, "GET x").is_ok());
        let limits = limits(60);
        limits.interrupted.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(matches!(enter(&pace, &limits), Err(Error::Interrupted { .. })));
        assert!(pace.enter(&limits, When::Grace, "GET x").is_ok());
    }
}
