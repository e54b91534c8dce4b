//! The queue that the workers share, and the record of its progress.
//!
//! The watermark, up to which the appliance's history was read, moves only past clients whose outcome is recorded, so
//! that a pass may be cut short or killed at any point.

use super::pending::Pending;
use super::stages::Stages;
use crate::ledger::RunLedger;
use crate::model::{ClientId, Timestamp};
use crate::store::{Store, Watermark};
use crate::sync::candidate::{Candidate, Trigger};
use crate::sync::error::Error;

/// The clients that a pass evaluates, each once.
pub struct Queue {
    /// The clients that wait and those in flight.
    pub pending: Pending,
    stages: Stages,
}

impl Queue {
    /// Begins with the stages of a pass.
    #[must_use]
    pub fn new(stages: Stages) -> Self {
        Self { pending: Pending::default(), stages }
    }

    /// Wakes clients that wait for values of these services, and no others.
    pub fn wake_waiting(&mut self, services: Vec<&'static str>) {
        self.stages.askable = services;
    }

    /// Dispatches the next client; returns `None` when there is none, or none until others are recorded.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be used.
    pub fn next(&mut self, store: &Store, ledger: &mut RunLedger) -> Result<Option<Candidate>, Error> {
        loop {
            if let Some(candidate) = self.pending.dispatch() {
                return Ok(Some(candidate));
            }
            if self.stages.is_over() {
                return Ok(None);
            }
            if self.stages.is_at_new() {
                self.save_reached(ledger)?;
            }
            self.stages.refill(store, ledger, &mut self.pending)?;
        }
    }

    /// Marks the next client that waits for a worker and is not prepared, and returns it; `None` where there is none.
    /// Behind the clients that wait, this reads at most `pages` more pages of the stage, and counts them down.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be used.
    pub fn prepare_next(
        &mut self,
        store: &Store,
        ledger: &mut RunLedger,
        pages: &mut u32,
    ) -> Result<Option<Candidate>, Error> {
        loop {
            let next = self.pending.prepare_next();
            if next.is_some() || *pages == 0 {
                return Ok(next);
            }
            *pages -= 1;
            if self.stages.is_at_new() {
                self.save_reached(ledger)?;
            }
            if !self.stages.read_ahead(store, ledger, &mut self.pending)? {
                return Ok(None);
            }
        }
    }

    /// Whether the next client that waits for a worker is prepared.
    #[must_use]
    pub fn is_next_prepared(&self) -> bool {
        self.pending.is_next_prepared()
    }

    /// Moves the recorded watermark past the new clients whose outcome is recorded.
    fn save_reached(&self, ledger: &mut RunLedger) -> Result<(), Error> {
        Ok(ledger.set_watermark(&Watermark { client_id: self.settled_up_to(), ..self.stages.start.clone() })?)
    }

    /// Returns the last new client up to which every one is recorded. New clients are queued by key, and no other
    /// client is queued with them.
    fn settled_up_to(&self) -> i64 {
        let reached = self.stages.reached;
        let beyond_start = ClientId(self.stages.start.client_id.saturating_add(1));
        let unrecorded = self.pending.unrecorded().range(beyond_start..).next().copied();
        let waiting = self.pending.queue.iter().next().filter(|_| self.stages.is_at_new());
        let first = unrecorded.into_iter().chain(waiting.map(|waiting| waiting.client_id)).min();
        first.map_or(reached, |first| first.0.saturating_sub(1).min(reached))
    }

    /// Records the progress of a pass. The pass is complete only if every stage came to its end and every dispatched
    /// client is settled.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn finish(&self, ledger: &mut RunLedger, finished_at: Timestamp, config: [u8; 16]) -> Result<(), Error> {
        if self.stages.is_requested() {
            return Ok(());
        }
        let is_complete = self.is_exhausted() && self.pending.is_settled();
        let client_id = self.settled_up_to();
        let watermark = if self.is_news_settled() {
            Watermark { client_id, ..self.stages.now.clone().not_after(self.stages.clock) }
        } else {
            Watermark { client_id, ..self.stages.start.clone() }
        };
        ledger.set_watermark(&watermark)?;
        if self.is_news_settled() {
            self.stages.overlap.save(ledger, self.stages.clock)?;
        }
        self.finish_sweep(ledger, finished_at, is_complete)?;
        if is_complete {
            ledger.set_evaluated(self.stages.signature, config)?;
        } else if self.stages.is_over() && self.pending.is_empty() && self.pending.is_settled() {
            // Only the sweep is left: the held clients were evaluated under this config.
            ledger.set_evaluated(None, config)?;
        }
        Ok(())
    }

    fn finish_sweep(&self, ledger: &mut RunLedger, finished_at: Timestamp, is_complete: bool) -> Result<(), Error> {
        let Some(sweep) = self.stages.sweep else { return Ok(()) };
        if self.is_full_sweep_done() {
            ledger.set_full_sweep_cursor(None)?;
            ledger.settle_owed_comparison()?;
        } else if sweep.is_full && self.stages.has_passed_new() {
            sweep.save(ledger, &self.pending)?;
        }
        if is_complete {
            // The signature of this pass does not cover the clients that an earlier pass compared.
            ledger.finish_sweep(finished_at, self.stages.signature.filter(|_| sweep.is_whole()))?;
        }
        Ok(())
    }

    /// Whether the full sweep has compared every client, and each outcome is recorded.
    fn is_full_sweep_done(&self) -> bool {
        let is_waiting = self.pending.queue.iter().any(|waiting| waiting.trigger == Trigger::Sweep);
        self.stages.has_passed_full_sweep() && !is_waiting && self.pending.is_settled()
    }

    /// Whether all news of clients seen before is recorded.
    fn is_news_settled(&self) -> bool {
        let is_known = |client: &ClientId| client.0 <= self.stages.start.client_id;
        self.stages.has_passed_news() && !self.pending.unrecorded().iter().any(is_known)
    }

    /// Returns the number of clients that this pass leaves to the next one, at least.
    ///
    /// # Errors
    ///
    /// When the appliance's database cannot be read.
    pub fn left(&self, store: &Store) -> Result<u64, Error> {
        if self.is_exhausted() {
            return Ok(0);
        }
        let beyond = match self.stages.sweep {
            Some(_) | None if !self.stages.has_passed_new() => store.count_after(ClientId(self.stages.reached))?,
            Some(sweep) if sweep.is_full && !self.stages.has_passed_full_sweep() => {
                let done = self.pending.dispatched.count_within(&sweep.ahead());
                sweep.count_ahead(store)?.saturating_sub(done)
            }
            Some(_) | None => 0,
        };
        Ok(self.pending.count() + beyond)
    }

    fn is_exhausted(&self) -> bool {
        self.stages.is_complete() && self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use iqr_sandbox::{samples, store as sample};

    use super::*;
    use crate::commands::testing::Bench;
    use crate::sync::queue::Wanted;

    #[test]
    fn reads_ahead_without_progress_nor_another_order() {
        let bench = Bench::new();
        let mut appliance = sample::Store::open(&bench.database()).unwrap();
        let last = (0..300).map(|_| appliance.add(&samples::dell()).unwrap()).last().unwrap();
        let (store, config) = (bench.store(), &bench.config);
        let mut ledger = RunLedger::open(&config.ledger.path).unwrap();
        let (wanted, now) = (Wanted::Due { retry: false, full: false }, crate::clock::now());
        let stages = Stages::begin(&store, &ledger, wanted, now, None, &config.sync).unwrap();
        let mut queue = Queue::new(stages);
        let first = queue.next(&store, &mut ledger).unwrap().unwrap();
        let mut pages = 32;
        let ahead: Vec<Candidate> =
            std::iter::from_fn(|| queue.prepare_next(&store, &mut ledger, &mut pages).unwrap()).collect();
        assert_eq!((ahead.last().unwrap().client_id.0, pages), (last, 30), "a page, and a look for another");
        queue.finish(&mut ledger, now, config.fingerprint).unwrap();
        assert_eq!(ledger.watermark().unwrap().unwrap().client_id, first.client_id.0 - 1, "nothing is recorded yet");
        let mut then = vec![first.client_id];
        queue.pending.settle(first.client_id);
        while let Some(next) = queue.next(&store, &mut ledger).unwrap() {
            assert!(next.is_prepared, "{next:?} is asked for twice");
            queue.pending.settle(next.client_id);
            then.push(next.client_id);
        }
        assert!(then.is_sorted() && then[1..].iter().eq(ahead.iter().map(|candidate| &candidate.client_id)));
        queue.finish(&mut ledger, now, config.fingerprint).unwrap();
        assert_eq!(ledger.watermark().unwrap().unwrap().client_id, last);
    }

    #[test]
    fn waits_for_another_client_in_flight_of_the_same_asset() {
        let bench = Bench::new();
        let store = bench.store();
        let mut ledger = RunLedger::open(&bench.config.ledger.path).unwrap();
        let wanted = Wanted::Only((1..=3).map(ClientId).collect());
        let now = crate::clock::now();
        let stages = Stages::begin(&store, &ledger, wanted, now, None, &bench.config.sync).unwrap();
        let mut queue = Queue::new(stages);
        let mut next = |queue: &mut Queue| queue.next(&store, &mut ledger).unwrap();
        let [one, two, three] = [(); 3].map(|()| next(&mut queue).unwrap());
        assert!(queue.pending.try_claim(one, Some("700001")));
        assert!(!queue.pending.try_claim(two, Some("700001")));
        assert!(queue.pending.try_claim(three, Some("700002")));
        assert_eq!((next(&mut queue), queue.left(&store).unwrap()), (None, 1));
        queue.pending.settle(one.client_id);
        assert_eq!(next(&mut queue), Some(two));
        assert!(queue.pending.try_claim(two, Some("700001")));
        assert_eq!((next(&mut queue), queue.left(&store).unwrap()), (None, 0));
    }
}
