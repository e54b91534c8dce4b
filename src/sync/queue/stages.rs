//! The stages of a pass: the sources of its clients, in the order of evaluation.

use std::time::Duration;

use super::overlap::{self, Overlap};
use super::pending::Pending;
use super::sweep::{self, Part, Sweep};
use crate::config::SyncConfig;
use crate::ledger::RunLedger;
use crate::model::{ClientId, Timestamp};
use crate::store::{Cursor, PAGE_CLIENTS, Signature, Source, Store, Watermark};
use crate::sync::candidate::Trigger;
use crate::sync::error::Error;

/// The maximum number of failing clients that one pass retries.
const MAX_RETRIES: i64 = 10_000;

/// The clients that a pass evaluates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The clients that are due.
    Due {
        /// Whether held and failing clients are evaluated before their delay is over.
        retry: bool,
        /// Whether every other client is mapped anew, too.
        full: bool,
    },
    /// These clients, due or not.
    Only(Vec<ClientId>),
}

/// The stage that is next.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// The clients that a person asked for.
    Requested,
    /// News of clients seen before, one query after the other.
    News(usize, Option<Cursor>),
    /// Clients never seen before.
    New(Cursor),
    /// The clients that a sweep finds.
    Sweep,
    /// Every held or failing client.
    Held(ClientId),
    /// Failing clients whose time has come.
    Retries,
    /// Clients that wait for a value of a service that may be asked again.
    Waiting(ClientId),
    /// The pass is over, and the rest of the sweep is left to the next one.
    Left,
    End,
}

/// The stages of one pass.
pub struct Stages {
    stage: Stage,
    wanted: Wanted,
    pub(super) overlap: Overlap,
    /// The position up to which earlier passes had read history when this pass began.
    pub(super) start: Watermark,
    /// The end of history when this pass began.
    pub(super) now: Watermark,
    /// The time of day when this pass began.
    pub(super) clock: Timestamp,
    /// The state of the database file when this pass began.
    pub(super) signature: Option<Signature>,
    max_delay: Duration,
    /// The services that may be asked for values: no client is woken for those of another.
    pub(super) askable: Vec<&'static str>,
    pub(super) sweep: Option<Sweep>,
    /// The last client never seen before that was queued.
    pub(super) reached: i64,
}

impl Stages {
    /// Begins a pass: reads the end of history, and the position that the last pass reached.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be read.
    pub fn begin(
        store: &Store,
        ledger: &RunLedger,
        wanted: Wanted,
        clock: Timestamp,
        signature: Option<Signature>,
        config: &SyncConfig,
    ) -> Result<Self, Error> {
        let known = ledger.watermark()?;
        let (now, rows) = store.consistently(|| -> Result<_, Error> {
            let now = store.watermark()?;
            let rows = overlap::rows(store, &now)?;
            Ok((now, rows))
        })?;
        let overlap = Overlap::new(ledger.overlap_rows()?, rows);
        let start = known.unwrap_or_else(|| Watermark {
            // Before the first pass every client is new: its history is read together with it.
            client_id: i64::MIN,
            ..now.clone().not_after(clock)
        });
        let every = config.full_comparison_every;
        let (stage, sweep) = match wanted {
            Wanted::Only(_) => (Stage::Requested, None),
            Wanted::Due { full: true, .. } => (Stage::News(0, None), Some(Sweep::full(ledger)?)),
            Wanted::Due { full: false, .. } => {
                let is_due = sweep::is_due(ledger, &start, &now, clock, signature, every)?;
                (Stage::News(0, None), if is_due { Some(Sweep::periodic(ledger)?) } else { None })
            }
        };
        let (reached, max_delay) = (start.client_id, config.retry_max_delay);
        Ok(Self {
            stage,
            wanted,
            overlap,
            start,
            now,
            clock,
            signature,
            max_delay,
            askable: Vec::new(),
            sweep,
            reached,
        })
    }

    /// Whether no stage queues any more clients in this pass.
    pub(super) fn is_over(&self) -> bool {
        match self.stage {
            Stage::Left | Stage::End => true,
            Stage::Requested
            | Stage::News(..)
            | Stage::New(_)
            | Stage::Sweep
            | Stage::Held(_)
            | Stage::Retries
            | Stage::Waiting(_) => false,
        }
    }

    /// Whether every stage came to its end.
    pub(super) fn is_complete(&self) -> bool {
        self.stage == Stage::End
    }

    /// Whether the news of all clients seen before are queued.
    pub(super) fn has_passed_news(&self) -> bool {
        match self.stage {
            Stage::Requested | Stage::News(..) => false,
            Stage::New(_)
            | Stage::Sweep
            | Stage::Held(_)
            | Stage::Retries
            | Stage::Waiting(_)
            | Stage::Left
            | Stage::End => true,
        }
    }

    /// Whether the clients never seen before are queued.
    pub(super) fn has_passed_new(&self) -> bool {
        self.has_passed_news() && !self.is_at_new()
    }

    /// Whether the clients that wait are clients never seen before.
    pub(super) fn is_at_new(&self) -> bool {
        matches!(self.stage, Stage::New(_))
    }

    /// Whether the full sweep, if there is one, has queued every client.
    pub(super) fn has_passed_full_sweep(&self) -> bool {
        let is_behind = match self.stage {
            Stage::Held(_) | Stage::Retries | Stage::Waiting(_) | Stage::End => true,
            Stage::Requested | Stage::News(..) | Stage::New(_) | Stage::Sweep | Stage::Left => false,
        };
        is_behind && self.sweep.is_some_and(|sweep| sweep.is_full)
    }

    /// Whether the pass is for certain clients.
    pub(super) fn is_requested(&self) -> bool {
        matches!(self.wanted, Wanted::Only(_))
    }

    /// Runs the next query of the stage while clients of it wait; returns false where they have to be dispatched first.
    pub(super) fn read_ahead(
        &mut self,
        store: &Store,
        ledger: &mut RunLedger,
        pending: &mut Pending,
    ) -> Result<bool, Error> {
        let is_paged = match self.stage {
            Stage::News(..) | Stage::New(_) | Stage::Held(_) => true,
            Stage::Sweep => self.sweep.is_some_and(|sweep| sweep.is_full),
            // Clients wait for a service as long as it rests, so the outcome of a page decides on the next one.
            Stage::Requested | Stage::Retries | Stage::Waiting(_) | Stage::Left | Stage::End => false,
        };
        if !is_paged {
            return Ok(false);
        }
        let before = self.stage.clone();
        self.refill(store, ledger, pending)?;
        let is_same = std::mem::discriminant(&before) == std::mem::discriminant(&self.stage);
        if !is_same {
            // A stage counts as passed only when its clients are dispatched.
            self.stage = before;
        }
        Ok(is_same)
    }

    /// Runs the next query of the stage, or moves on to the next stage.
    pub(super) fn refill(&mut self, store: &Store, ledger: &mut RunLedger, pending: &mut Pending) -> Result<(), Error> {
        match self.stage.clone() {
            Stage::Requested => {
                if let Wanted::Only(clients) = &self.wanted {
                    pending.push(clients.iter().copied(), Trigger::Request);
                }
                self.stage = Stage::End;
            }
            Stage::News(index, cursor) => self.refill_news(store, pending, index, cursor)?,
            Stage::New(cursor) => self.refill_new(store, pending, cursor)?,
            Stage::Sweep => self.refill_sweep(store, ledger, pending)?,
            Stage::Held(after) => {
                let page = ledger.problems_after(after, PAGE_CLIENTS)?;
                self.stage = page.last().map_or(Stage::Retries, |last| Stage::Held(*last));
                pending.push(page, Trigger::Retry);
            }
            Stage::Retries => {
                let retries = ledger.retries(self.clock, self.max_delay, MAX_RETRIES)?;
                pending.push(retries, Trigger::Retry);
                self.stage = Stage::Waiting(ClientId(i64::MIN));
            }
            Stage::Waiting(after) => {
                // A service that does not answer about the first page rests: then no client is behind it.
                let page = ledger.waiting_after(after, &self.askable, PAGE_CLIENTS)?;
                let has_sweep = self.sweep.is_some_and(|sweep| !sweep.is_full);
                self.stage = match page.last() {
                    Some(last) => Stage::Waiting(*last),
                    None if has_sweep => Stage::Sweep,
                    None => Stage::End,
                };
                pending.push(page, Trigger::Retry);
            }
            Stage::End | Stage::Left => {}
        }
        Ok(())
    }

    /// Queues the clients seen before that may have news. New clients have a stage of their own, which reads them
    /// fresh.
    fn refill_news(
        &mut self,
        store: &Store,
        pending: &mut Pending,
        index: usize,
        cursor: Option<Cursor>,
    ) -> Result<(), Error> {
        let Some(&source) = Source::NEWS.get(index) else {
            self.stage = Stage::New(Source::New.start(&self.start));
            return Ok(());
        };
        let known = |client: &ClientId| client.0 <= self.start.client_id;
        let Some(mut cursor) = cursor else {
            let rows = self.overlap.unknown(source, store, &self.start, &self.now)?;
            pending.push(rows.into_iter().filter(known), Trigger::News);
            self.stage = if source.has_more(&self.start, &self.now) {
                Stage::News(index, Some(source.start(&self.start)))
            } else {
                Stage::News(index + 1, None)
            };
            return Ok(());
        };
        self.stage = match store.candidates(source, &mut cursor)? {
            Some(page) => {
                pending.push(page.into_iter().filter(known), Trigger::News);
                Stage::News(index, Some(cursor))
            }
            None => Stage::News(index + 1, None),
        };
        Ok(())
    }

    fn refill_new(&mut self, store: &Store, pending: &mut Pending, mut cursor: Cursor) -> Result<(), Error> {
        let has_more = Source::New.has_more(&self.start, &self.now);
        self.stage = match has_more.then(|| store.candidates(Source::New, &mut cursor)).transpose()?.flatten() {
            Some(page) => {
                self.reached = page.last().map_or(self.reached, |client| client.0);
                pending.push(page, Trigger::News);
                Stage::New(cursor)
            }
            None => match self.wanted {
                Wanted::Due { full: true, .. } => Stage::Sweep,
                Wanted::Due { retry: true, .. } => Stage::Held(ClientId(i64::MIN)),
                Wanted::Due { .. } | Wanted::Only(_) => Stage::Retries,
            },
        };
        Ok(())
    }

    fn refill_sweep(&mut self, store: &Store, ledger: &mut RunLedger, pending: &mut Pending) -> Result<(), Error> {
        let Some(sweep) = &mut self.sweep else {
            self.stage = Stage::End;
            return Ok(());
        };
        sweep.save(ledger, pending)?;
        let trigger = if sweep.is_full { Trigger::Sweep } else { Trigger::News };
        match sweep.next_part(store, ledger, pending)? {
            Part::Clients(clients) => pending.push(clients, trigger),
            Part::Left => self.stage = Stage::Left,
            Part::End if sweep.is_full => self.stage = Stage::Held(ClientId(i64::MIN)),
            Part::End => self.stage = Stage::End,
        }
        Ok(())
    }
}
