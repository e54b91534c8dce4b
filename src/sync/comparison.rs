//! The periodic comparison of every client with what was last looked at: it finds what came in with an odd time, which the
//! fast questions do not see.
//!
//! It is a pass's last errand, and a large one is done in parts, one with each pass: what becomes due must not wait for it.

use std::time::Duration;

use super::examine::Error;
use crate::ledger::RunLedger;
use crate::model::{ClientId, Timestamp};
use crate::store::{Horizon, PAGE, Seen, Signature};

/// Up to this many clients, every client is compared whenever the database was touched: it takes some dozen milliseconds
/// and finds also what an odd clock hides.
pub(super) const SMALL: i64 = 2_000;

/// Most pages of clients that the periodic comparison reads in one pass: some seconds' work. While it runs, what becomes
/// due has to wait.
pub(super) const MOST_PAGES: u32 = 512;

/// Whether every client is to be compared in this pass: the time has come, or the database is small, or a clock or a key
/// went back, so that the fast questions cannot be trusted. Never when the database was not touched since the last time.
pub(super) fn is_due(
    ledger: &RunLedger,
    start: &Horizon,
    now: &Horizon,
    clock: Timestamp,
    signature: Option<Signature>,
    every: Duration,
) -> Result<bool, Error> {
    if let Some(signature) = signature
        && ledger.is_compared(signature)?
    {
        return Ok(false);
    }
    let is_small = now.client_id <= SMALL;
    let went_back = now.client_id < start.client_id || now.wipe_id < start.wipe_id || now.log_id < start.log_id;
    let clock_went_back = ledger.heartbeat().is_some_and(|last| last.finished_at.seconds_since(clock) > 60);
    let is_unfinished = ledger.full_comparison_cursor()?.is_some();
    let is_time = match ledger.full_comparison_at()? {
        Some(last) => clock.seconds_since(last) >= seconds(every) || clock.seconds_since(last) < 0,
        // The first pass reads every client anyway.
        None => start.client_id > i64::MIN,
    };
    let reasons = [
        (went_back, "a key of the WipeOS database went back"),
        (clock_went_back, "the clock was set back"),
        (is_unfinished, "the last comparison is not finished"),
        (is_time, "it is time for it"),
        (is_small, "they are few"),
    ];
    let reason = reasons.into_iter().find(|(is_so, _)| *is_so).map(|(_, words)| words);
    if let Some(reason) = reason {
        log::info!("every client is compared in this pass: {reason}");
    }
    Ok(reason.is_some())
}

/// What the ledger knows of the clients after `after`, up to `last` or to the end.
pub(super) fn known_between(
    ledger: &RunLedger,
    after: ClientId,
    last: Option<ClientId>,
) -> Result<Vec<(ClientId, Option<Seen>)>, Error> {
    let mut known = Vec::new();
    let mut from = after;
    loop {
        let page = ledger.known_after(from, 4 * PAGE)?;
        let Some(&(end, _)) = page.last() else { return Ok(known) };
        let is_last = last.is_some_and(|last| end > last);
        known.extend(page.into_iter().filter(|(client, _)| last.is_none_or(|last| *client <= last)));
        if is_last {
            return Ok(known);
        }
        from = end;
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
