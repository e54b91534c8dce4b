//! The retry delay of a client that was not sent.

use std::time::Duration;

use crate::model::Timestamp;

/// Cron starts a pass this often (specification, step 5).
const PASS_INTERVAL_SECS: i64 = 120;

/// Passes do not start to the second: a retry that is due this much later belongs to this pass.
const PASS_START_SLACK_SECS: i64 = 30;

/// The cause that kept a client from being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The client itself or the config: only a change of either can help.
    Local,
    /// The asset in IQR: a person has to decide.
    HeldByIqr,
    /// A failure of this client alone.
    Client,
    /// The server, the network or the end of the pass: no client waits longer because of it.
    Server,
}

/// Returns the time of the next attempt; `None` if it needs news. `attempts` counts this attempt, and the pass began at
/// `started_at`.
///
/// The next pass retries a failing client, then it waits 4, 8, ... minutes, at most `longest`; with a longest delay of
/// two minutes every pass retries it. A client that waits for a decision of a person begins with two minutes.
#[must_use]
pub fn next_try(cause: Cause, attempts: u32, started_at: Timestamp, longest: Duration) -> Option<Timestamp> {
    let longest = i64::try_from(longest.as_secs()).unwrap_or(i64::MAX);
    let delay = PASS_INTERVAL_SECS.saturating_mul(1 << attempts.saturating_sub(1).min(20)).min(longest);
    match cause {
        Cause::Local => None,
        Cause::Server => Some(started_at),
        Cause::Client if attempts <= 1 || delay <= PASS_INTERVAL_SECS => Some(started_at),
        Cause::Client | Cause::HeldByIqr => Some(started_at.plus_seconds((delay - PASS_START_SLACK_SECS).max(0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_a_failing_client_at_growing_intervals() {
        let start: Timestamp = "2026-11-22 16:00:00".parse().unwrap();
        let hour = Duration::from_secs(3600);
        let minutes = |cause, attempts, longest| {
            next_try(cause, attempts, start, longest).map(|at| (at.seconds_since(start) + PASS_START_SLACK_SECS) / 60)
        };
        let delays: Vec<_> = (1..=8).map(|attempts| minutes(Cause::Client, attempts, hour)).collect();
        assert_eq!(delays, [0, 4, 8, 16, 32, 60, 60, 60].map(Some));
        assert_eq!(minutes(Cause::HeldByIqr, 1, hour), Some(2));
        assert_eq!(minutes(Cause::HeldByIqr, u32::MAX, hour), Some(60));
        assert_eq!(minutes(Cause::Local, 1, hour), None);
        for attempts in 1..9 {
            assert_eq!(next_try(Cause::Server, attempts, start, hour), Some(start));
            assert_eq!(next_try(Cause::Client, attempts, start, Duration::from_secs(120)), Some(start));
        }
    }
}
