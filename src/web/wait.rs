//! Waiting within the time of a pass: deadline, interruption, pauses that grow, and randomness that spreads them.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use super::error::{Error, Outcome};
use super::limits::Limits;
use crate::clock::BootTime;

/// First and longest pause before a request that failed is repeated.
const MIN_PAUSE: Duration = Duration::from_millis(200);
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// Longest sleep without a look at the interruption flag.
pub(crate) const MAX_SLEEP: Duration = Duration::from_millis(50);

/// The time that is left after the deadline or an interruption: to learn the outcome of a write, and to sign out.
pub(crate) const GRACE_PERIOD: Duration = Duration::from_secs(5);

/// Whether a request may still be made when the pass should be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    InTime,
    /// As [`Self::InTime`], and before this too.
    By(BootTime),
    Grace,
}

impl When {
    /// The last moment for a request that is begun now.
    pub fn until(self, limits: &Limits) -> BootTime {
        match self {
            Self::InTime => limits.deadline,
            Self::By(end) => end.min(limits.deadline),
            Self::Grace if limits.interrupted() => (BootTime::now() + GRACE_PERIOD).min(limits.deadline + GRACE_PERIOD),
            Self::Grace => limits.deadline + GRACE_PERIOD,
        }
    }

    /// Whether a request may be begun now.
    pub fn check(self, limits: &Limits, request: &str) -> Result<(), Error> {
        if self != Self::Grace && limits.interrupted() {
            return Err(Error::Interrupted { request: request.to_owned() });
        }
        if self.until(limits).left().is_zero() {
            return Err(Error::OutOfTime { request: request.to_owned(), outcome: Outcome::NotSent });
        }
        Ok(())
    }
}

/// Waits before repeat number `repeat`; false when there is no time for it.
pub(crate) fn pause(repeat: u32, limits: &Limits, when: When) -> bool {
    let end = BootTime::now() + full_jitter(backoff(repeat));
    end < when.until(limits) && sleep_until(end, limits, when)
}

/// Sleeps until `end`; false when an interruption leaves no time for that.
pub(crate) fn sleep_until(end: BootTime, limits: &Limits, when: When) -> bool {
    loop {
        if limits.interrupted() && (when != When::Grace || end > when.until(limits)) {
            return false;
        }
        let left = end.left();
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(MAX_SLEEP));
    }
}

/// Longest pause before repeat number `repeat`, counted from 1.
pub(crate) fn backoff(repeat: u32) -> Duration {
    MIN_PAUSE.saturating_mul(1 << repeat.saturating_sub(1).min(8)).min(MAX_PAUSE)
}

/// Anything up to `longest`: workers that failed together do not come back together.
pub(crate) fn full_jitter(longest: Duration) -> Duration {
    let millis = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(random() % millis.saturating_add(1).max(1))
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

    #[test]
    fn grows_pauses_to_five_seconds_within_deadline() {
        assert_eq!(backoff(1), Duration::from_millis(200));
        assert_eq!(backoff(2), Duration::from_millis(400));
        assert_eq!(backoff(40), MAX_PAUSE);
        assert!((0..100).all(|_| full_jitter(MIN_PAUSE) <= MIN_PAUSE));
        let limits = Limits { deadline: BootTime::now(), interrupted: Arc::new(AtomicBool::new(false)) };
        assert!(!pause(1, &limits, When::InTime));
    }
}
