//! The clocks, read here and nowhere else: the time of day, and the clock of deadlines and session ages, which goes on while
//! the machine sleeps.
//!
//! `std::time::Instant` stands still during a suspend on Linux, and IQR's ten minutes do not.

use std::ops::Add;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use time::OffsetDateTime;

use crate::model::Timestamp;

/// Returns the present time of day, in UTC.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place where the clock is read")]
pub fn now() -> Timestamp {
    OffsetDateTime::now_utc().into()
}

/// A point on the clock that counts from the machine's start, sleep included (`CLOCK_BOOTTIME`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BootTime(Duration);

impl BootTime {
    /// Returns the present point on this clock.
    #[must_use]
    pub fn now() -> Self {
        Self(read(ClockId::Boottime))
    }

    /// Returns the time since `earlier`; zero if that is yet to come.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the time from now to this point; zero when it is past.
    #[must_use]
    pub fn left(self) -> Duration {
        self.since(Self::now())
    }
}

impl Add<Duration> for BootTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

/// Seconds since 1970 by this machine's clock, to be compared with the server's.
pub(crate) fn unix_seconds() -> i64 {
    i64::try_from(read(ClockId::Realtime).as_secs()).unwrap_or(i64::MAX)
}

fn read(clock: ClockId) -> Duration {
    Duration::try_from(clock_gettime(clock)).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod testing {
    use std::time::Duration;

    use rustix::time::{ClockId, clock_gettime};

    /// The processor time of this thread: what other processes do at the same time does not count.
    pub fn cpu_time() -> Duration {
        Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
    }

    /// Returns the processor time that was used since.
    pub fn cpu_time_since(earlier: Duration) -> Duration {
        cpu_time().saturating_sub(earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_nothing_left_of_a_point_that_is_past() {
        let now = BootTime::now();
        assert_eq!(now.left(), Duration::ZERO);
        assert_eq!((now + Duration::from_secs(5)).since(now), Duration::from_secs(5));
        assert!((now + Duration::from_secs(60)).left() > Duration::from_secs(50));
    }
}
