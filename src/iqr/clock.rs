//! The clock of deadlines and session ages: it goes on while the machine sleeps.
//!
//! `std::time::Instant` stands still during a suspend on Linux, and IQR's ten minutes do not. Not for telling the time
//! of day.

use std::ops::Add;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A point on the clock that counts from the machine's start, sleep included (`CLOCK_BOOTTIME`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BootTime(Duration);

impl BootTime {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        Self(read(ClockId::Boottime))
    }

    /// How long ago `earlier` was; zero if it is yet to come.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// How long it is from now to this point; zero when it is past.
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
pub(super) fn unix_seconds() -> i64 {
    i64::try_from(read(ClockId::Realtime).as_secs()).unwrap_or(i64::MAX)
}

fn read(clock: ClockId) -> Duration {
    Duration::try_from(clock_gettime(clock)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_that_is_past_has_nothing_left() {
        let now = BootTime::now();
        assert_eq!(now.left(), Duration::ZERO);
        assert_eq!((now + Duration::from_secs(5)).since(now), Duration::from_secs(5));
        assert!((now + Duration::from_secs(60)).left() > Duration::from_secs(50));
    }
}
