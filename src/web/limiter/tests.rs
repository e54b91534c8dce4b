//! The limiter alone: what it lets through, when it waits, and when it ends a pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::error::Outcome;
use super::super::service::TEST_SERVICE;
use super::*;

fn limits(seconds: u64) -> Limits {
    let deadline = BootTime::now() + Duration::from_secs(seconds);
    Limits { deadline, interrupted: Arc::new(AtomicBool::new(false)) }
}

fn enter<'a>(limiter: &'a Limiter, limits: &Limits) -> Result<Permit<'a>, Error> {
    limiter.enter(limits, When::InTime, "GET x")
}

fn refused(limiter: &Limiter, generation: u64, asked: Option<Duration>, is_write: bool) -> Retry {
    limiter.refused(&Refusal { generation, asked, is_write, cause: "GET x: the server answered 429" })
}

/// Returns the number of permits that are given before the next would wait.
fn free_permits(limiter: &Limiter) -> usize {
    let state = limiter.lock();
    state.window.size() - state.in_flight
}

#[test]
fn keeps_one_request_in_flight_until_first_success() {
    let (limiter, limits) = (Limiter::new(&TEST_SERVICE, 4, None), limits(60));
    let permit = enter(&limiter, &limits).unwrap();
    assert_eq!(free_permits(&limiter), 0);
    limiter.succeeded();
    assert_eq!(free_permits(&limiter), 3);
    drop(permit);
    assert_eq!(free_permits(&limiter), 4);
}

#[test]
fn stops_after_eight_failures_in_a_row() {
    let (limiter, limits) = (Limiter::new(&TEST_SERVICE, 4, None), limits(60));
    (0..7).for_each(|_| limiter.failed("x"));
    limiter.succeeded();
    (0..7).for_each(|_| limiter.failed("x"));
    limiter.answered();
    assert!(enter(&limiter, &limits).is_ok());
    (0..8).for_each(|_| limiter.failed("the server answered 503"));
    let error = enter(&limiter, &limits).unwrap_err();
    assert!(matches!(&error, Error::Unreachable { cause, .. } if cause.contains("503")), "{error}");
    assert!(!limiter.may_repeat());
}

#[test]
fn reports_outage_until_anything_is_answered() {
    let limiter = Limiter::new(&TEST_SERVICE, 1, None);
    assert_eq!(limiter.outage(), None);
    limiter.failed("the server answered 503");
    assert!(matches!(limiter.outage(), Some(Error::Unreachable { cause, .. }) if cause.contains("503")));
    limiter.answered();
    assert_eq!(limiter.outage(), None);
    limiter.succeeded();
    limiter.failed("x");
    assert_eq!(limiter.outage(), None);
}

#[test]
fn narrows_once_for_refusals_of_one_window() {
    let (limiter, limits) = (Limiter::new(&TEST_SERVICE, 8, None), limits(60));
    limiter.succeeded();
    let permits: Vec<_> = (0..8).map(|_| enter(&limiter, &limits).unwrap()).collect();
    for permit in &permits {
        refused(&limiter, permit.generation(), None, false);
    }
    drop(permits);
    assert_eq!((free_permits(&limiter), limiter.stopped(), limiter.outage()), (1, None, None));
}

#[test]
fn holds_all_for_retry_after_and_for_the_last_request() {
    let limits = limits(60);
    for (size, asked) in [(4, Some(Duration::from_millis(70))), (1, None)] {
        let limiter = Limiter::new(&TEST_SERVICE, size, None);
        limiter.succeeded();
        let permit = enter(&limiter, &limits).unwrap();
        let until = refused(&limiter, permit.generation(), asked, false).until;
        drop(permit);
        drop(enter(&limiter, &limits).unwrap());
        assert!(until.left().is_zero(), "{size} {asked:?}");
    }
    let limiter = Limiter::new(&TEST_SERVICE, 4, None);
    limiter.succeeded();
    let permit = enter(&limiter, &limits).unwrap();
    refused(&limiter, permit.generation(), None, false);
    assert_eq!(limiter.lock().hold, None, "others are served");
}

#[test]
fn stops_after_ten_refusals_in_a_row_and_not_after_nine() {
    let (limiter, limits) = (Limiter::new(&TEST_SERVICE, 1, None), limits(60));
    let refuse = || refused(&limiter, limiter.generation(), Some(Duration::ZERO), false);
    (0..9).for_each(|_| _ = refuse());
    limiter.succeeded();
    (0..9).for_each(|_| _ = refuse());
    assert!(enter(&limiter, &limits).is_ok());
    refuse();
    let error = enter(&limiter, &limits).unwrap_err();
    assert!(matches!(&error, Error::Throttled { cause, .. } if cause.contains("429")), "{error}");
}

#[test]
fn stops_after_ten_refused_writes_though_reads_succeed() {
    let limiter = Limiter::new(&TEST_SERVICE, 1, None);
    for _ in 0..10 {
        assert_eq!(limiter.stopped(), None);
        refused(&limiter, limiter.generation(), Some(Duration::ZERO), true);
        limiter.succeeded();
    }
    assert!(matches!(limiter.stopped(), Some(Error::Throttled { .. })));
}

#[test]
fn ends_pass_instead_of_sleeping_past_deadline() {
    let limits = limits(10);
    let limiter = Limiter::new(&TEST_SERVICE, 1, None);
    let permit = enter(&limiter, &limits).unwrap();
    let retry = refused(&limiter, permit.generation(), Some(Duration::from_secs(3600)), false);
    drop(permit);
    assert!(matches!(enter(&limiter, &limits), Err(Error::Throttled { .. })));
    for when in [When::InTime, When::Grace] {
        let limiter = Limiter::new(&TEST_SERVICE, 4, None);
        let waited = limiter.wait_out(retry, &limits, when, "GET x", "429");
        assert!(matches!(waited, Err(Error::Throttled { .. })), "{when:?}");
        assert!(limiter.stopped().is_some());
    }
}

/// A read of the outcome of a write waits like any other as long as the pass has time.
#[test]
fn waits_in_grace_for_longer_than_grace_while_there_is_time() {
    let (limiter, limits) = (Limiter::new(&TEST_SERVICE, 1, None), limits(60));
    let until = BootTime::now() + Duration::from_secs(20);
    limiter.lock().hold(until, Some("429"));
    let interrupt = Arc::clone(&limits.interrupted);
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| limiter.enter(&limits, When::Grace, "GET x").map(drop));
        interrupt.store(true, Ordering::Relaxed);
        waiting.join().unwrap()
    });
    assert!(matches!(waiting, Err(Error::Interrupted { .. })), "{waiting:?}");
    assert!(!until.left().is_zero(), "an interruption ends the wait");
}

#[test]
fn ends_pass_at_first_setback_of_a_trial() {
    let limiter = || {
        let limiter = Limiter::new(&TEST_SERVICE, 4, None);
        limiter.begin_trial();
        limiter
    };
    let failing = limiter();
    assert_eq!((failing.max_sends(), failing.max_failures()), (Some(1), 1));
    failing.failed("x");
    assert!(matches!(failing.stopped(), Some(Error::Unreachable { .. })));
    let (throttled, asked) = (limiter(), Some(Duration::from_secs(7)));
    refused(&throttled, throttled.generation(), asked, false);
    assert!(matches!(throttled.stopped(), Some(Error::Throttled { wait, .. }) if wait == asked));
    let back = limiter();
    back.answered();
    assert_eq!(back.max_sends(), Some(1), "a token alone, or a refusal, is no success");
    back.succeeded();
    assert_eq!((back.max_sends(), back.max_failures()), (None, 8));
}

#[test]
fn runs_out_of_repeats_until_successes() {
    let limiter = Limiter::new(&TEST_SERVICE, 1, None);
    assert_eq!((0..100).filter(|_| limiter.may_repeat()).count(), 50);
    (0..REPEAT_COST).for_each(|_| limiter.succeeded());
    assert!(limiter.may_repeat() && !limiter.may_repeat());
}

#[test]
fn stops_waiting_at_deadline_and_interruption_but_not_in_grace() {
    let (limiter, over) = (Limiter::new(&TEST_SERVICE, 1, None), limits(0));
    assert!(matches!(enter(&limiter, &over), Err(Error::OutOfTime { outcome: Outcome::NotSent, .. })));
    assert!(limiter.enter(&over, When::Grace, "GET x").is_ok());
    let limits = limits(60);
    limits.interrupted.store(true, Ordering::Relaxed);
    assert!(matches!(enter(&limiter, &limits), Err(Error::Interrupted { .. })));
    assert!(limiter.enter(&limits, When::Grace, "GET x").is_ok());
}
