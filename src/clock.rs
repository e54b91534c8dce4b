//! The time of day: read here and nowhere else.

use time::OffsetDateTime;

use crate::model::Timestamp;

/// Now, UTC.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place where the clock is read")]
pub fn now() -> Timestamp {
    OffsetDateTime::now_utc().into()
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
