//! The sweep: a comparison of every client, page by page.
//!
//! Two kinds exist. The periodic sweep finds clients whose fingerprint is not the recorded one: rows that came in with
//! an odd time, which the indexed queries do not find. The full sweep, which a person asks for (`sync --full`) or a new
//! tenant needs, maps every client anew. Both find clients that are gone, both come last among the stages for clients
//! seen before, and both resume where an earlier pass was cut short.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::pending::Pending;
use crate::ledger::{Ledger, RunLedger};
use crate::model::{ClientId, Timestamp};
use crate::store::{self, Fingerprint, PAGE_CLIENTS, Signature, Store, Watermark};
use crate::sync::error::Error;

/// The highest client key up to which a database counts as small. A small one is swept whenever it was touched: the
/// sweep takes some dozen milliseconds, and finds rows that an odd clock hides. The key is read anyway; a count of the
/// clients would cost a query that grows with their number.
pub(in crate::sync) const MAX_SMALL_STORE_KEY: i64 = 2_000;

/// Pages of clients that a periodic sweep reads in one pass: some seconds' work, during which clients that become due
/// wait.
const MAX_PAGES: u32 = 512;

/// The clock counts as set back when the last pass is dated more than this after the present one.
const CLOCK_TOLERANCE_SECS: i64 = 60;

const LOWEST_CLIENT: ClientId = ClientId(i64::MIN);

/// The progress of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) struct Sweep {
    /// Whether every client is mapped anew.
    pub is_full: bool,
    /// The client behind which the sweep began. A full sweep wraps around to it.
    start: ClientId,
    after: ClientId,
    has_wrapped: bool,
    pages_left: u32,
}

/// The next part of a sweep.
pub(super) enum Part {
    /// These clients are to be evaluated; more may follow.
    Clients(Vec<ClientId>),
    /// The rest is left to the next pass.
    Left,
    /// Every client was compared.
    End,
}

impl Sweep {
    /// Returns a full sweep that resumes where an earlier one was cut short.
    pub fn full(ledger: &Ledger) -> Result<Self, Error> {
        let start = ledger.full_sweep_cursor()?.unwrap_or(LOWEST_CLIENT);
        Ok(Self { is_full: true, start, after: start, has_wrapped: false, pages_left: u32::MAX })
    }

    /// Returns a periodic sweep that resumes where an earlier one was cut short.
    pub fn periodic(ledger: &Ledger) -> Result<Self, Error> {
        let start = ledger.periodic_sweep_cursor()?.unwrap_or(LOWEST_CLIENT);
        Ok(Self { is_full: false, start, after: start, has_wrapped: false, pages_left: MAX_PAGES })
    }

    /// Whether the sweep covers every client, and not only those that an earlier pass has left.
    pub fn is_whole(self) -> bool {
        self.is_full || self.start == LOWEST_CLIENT
    }

    /// Reads the next page: all of its clients, or those that differ from the ledger and those that are gone.
    pub(super) fn next_part(&mut self, store: &Store, ledger: &Ledger, pending: &Pending) -> Result<Part, Error> {
        if self.has_wrapped && self.after >= self.start {
            return Ok(Part::End);
        }
        let Some(pages_left) = self.pages_left.checked_sub(1) else { return Ok(Part::Left) };
        self.pages_left = pages_left;
        let after = behind_dispatched(self.after, store, ledger, pending)?;
        let page = store.fingerprints_after(after)?;
        let last = page.last().map(|(client, _)| *client);
        let recorded = known_between(ledger, after, last)?;
        let is_same = |client: ClientId, fingerprint: Fingerprint| {
            recorded
                .iter()
                .rev()
                .find(|(other, _)| *other == client)
                .is_some_and(|(_, then)| *then == Some(fingerprint))
        };
        let is_there = |client: &ClientId| page.binary_search_by_key(client, |(other, _)| *other).is_ok();
        let is_ahead = self.ahead();
        let mut clients: Vec<ClientId> = page
            .iter()
            .filter(|(id, fingerprint)| self.is_full || !is_same(*id, *fingerprint))
            .map(|(id, _)| *id)
            .collect();
        clients.extend(recorded.iter().map(|(client, _)| *client).filter(|client| !is_there(client)));
        clients.retain(|client| is_ahead.contains(&client.0));
        match last {
            Some(last) => self.after = last,
            None if self.is_full && !self.has_wrapped && self.start != LOWEST_CLIENT => {
                (self.after, self.has_wrapped) = (LOWEST_CLIENT, true);
            }
            None if clients.is_empty() => return Ok(Part::End),
            None => self.after = ClientId(i64::MAX),
        }
        Ok(Part::Clients(clients))
    }

    /// Returns the keys of the clients that are still to come: before the sweep wraps, or after it has.
    pub(super) fn ahead(self) -> RangeInclusive<i64> {
        let last = if self.has_wrapped { self.start.0 } else { i64::MAX };
        self.after.0.saturating_add(1)..=last
    }

    /// Counts the clients that are still to come.
    pub fn count_ahead(self, store: &Store) -> Result<u64, store::Error> {
        let ahead = store.count_after(self.after)?;
        if self.has_wrapped {
            return Ok(ahead.saturating_sub(store.count_after(self.start)?));
        }
        let before_start = if self.is_full {
            store.count_after(LOWEST_CLIENT)?.saturating_sub(store.count_after(self.start)?)
        } else {
            0
        };
        Ok(ahead + before_start)
    }

    /// Returns the client up to which the sweep has come and every outcome is recorded. Clients that are in flight for
    /// another reason may be far ahead of it.
    fn settled_up_to(self, pending: &Pending) -> ClientId {
        let unsettled = pending.queue.iter().map(|waiting| waiting.client_id).chain(pending.unrecorded());
        // The clients up to the start come last.
        let before = |client: ClientId| (client <= self.start, ClientId(client.0.saturating_sub(1)));
        unsettled.map(before).chain([(self.has_wrapped, self.after)]).min().map_or(self.after, |(_, client)| client)
    }

    /// Records where the next pass resumes: before the first client of the sweep whose outcome is not recorded.
    pub(super) fn save(self, ledger: &mut RunLedger, pending: &Pending) -> Result<(), Error> {
        let reached = self.settled_up_to(pending);
        if self.is_full {
            return Ok(ledger.set_full_sweep_cursor(Some(reached))?);
        }
        Ok(ledger.set_periodic_sweep_cursor(reached)?)
    }
}

/// Skips the clients that follow and were dispatched in this pass: after a backlog these are all.
fn behind_dispatched(after: ClientId, store: &Store, ledger: &Ledger, pending: &Pending) -> Result<ClientId, Error> {
    let mut after = after;
    loop {
        let recorded = ledger.known_after(after, 1)?.first().map(|(client, _)| *client);
        let next = store.first_after(after)?.into_iter().chain(recorded).min();
        match next.and_then(|next| pending.dispatched.stretch_end(next)) {
            Some(end) => after = end,
            None => return Ok(after),
        }
    }
}

/// Whether a periodic sweep is due: the interval is over, the database is small, or a clock or a key went back, so that
/// the indexed queries cannot be trusted. No sweep is due when the database was not touched since the last one.
pub(super) fn is_due(
    ledger: &RunLedger,
    start: &Watermark,
    now: &Watermark,
    clock: Timestamp,
    signature: Option<Signature>,
    every: Duration,
) -> Result<bool, Error> {
    if let Some(signature) = signature
        && ledger.is_compared(signature)?
    {
        return Ok(false);
    }
    let is_small = now.client_id <= MAX_SMALL_STORE_KEY;
    let went_back = now.client_id < start.client_id || now.wipe_id < start.wipe_id || now.log_id < start.log_id;
    let clock_went_back =
        ledger.heartbeat().is_some_and(|last| last.finished_at.seconds_since(clock) > CLOCK_TOLERANCE_SECS);
    let is_unfinished = ledger.periodic_sweep_cursor()?.is_some();
    let is_time = match ledger.swept_at()? {
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

/// Returns the recorded fingerprints of the clients after `after`, up to `last` or to the end.
fn known_between(
    ledger: &Ledger,
    after: ClientId,
    last: Option<ClientId>,
) -> Result<Vec<(ClientId, Option<Fingerprint>)>, Error> {
    let mut recorded = Vec::new();
    let mut from = after;
    loop {
        let page = ledger.known_after(from, 4 * PAGE_CLIENTS)?;
        let Some(&(end, _)) = page.last() else { return Ok(recorded) };
        let is_last = last.is_some_and(|last| end > last);
        recorded.extend(page.into_iter().filter(|(client, _)| last.is_none_or(|last| *client <= last)));
        if is_last {
            return Ok(recorded);
        }
        from = end;
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::candidate::Trigger;

    fn sweep(start: i64, after: i64, has_wrapped: bool) -> Sweep {
        let (start, after) = (ClientId(start), ClientId(after));
        Sweep { is_full: true, start, after, has_wrapped, pages_left: 1 }
    }

    #[test]
    fn resumes_before_the_first_client_that_is_not_settled() {
        let rows = [
            // Nothing was swept yet, and news of a later client are in flight.
            (sweep(i64::MIN, i64::MIN, false), 6, i64::MIN),
            (sweep(i64::MIN, 10, false), 6, 5),
            (sweep(i64::MIN, 10, false), 12, 10),
            // The clients up to the start follow when it has wrapped.
            (sweep(20, 20, false), 6, 20),
            (sweep(20, 30, false), 6, 30),
            (sweep(20, 30, false), 25, 24),
            (sweep(20, 10, true), 6, 5),
            (sweep(20, 10, true), 25, 24),
        ];
        for (sweep, in_flight, expected) in rows {
            let mut pending = Pending::default();
            pending.push([ClientId(in_flight)], Trigger::News);
            pending.dispatch().unwrap();
            assert_eq!(sweep.settled_up_to(&pending), ClientId(expected), "{sweep:?}, {in_flight} in flight");
        }
    }
}
