//! Where due clients come from, in the order in which they are done.
//!
//! First clients with news, then clients never looked at, then those
//! that failed before and whose time has come, and last, now and then, a comparison of every client. All of it streams:
//! a backlog of a million costs no more memory than a page.
//!
//! How far the appliance's history has been looked at (the horizon) moves only past clients whose outcome is recorded,
//! so that a pass may be cut short or killed at any point.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::comparison;
use super::examine::Error;
use super::handled::Handled;
use super::in_hand::InHand;
use super::recent::{self, Recent};
use super::round::Round;
use crate::config::SyncConfig;
use crate::ledger::RunLedger;
use crate::model::{ClientId, Timestamp};
use crate::store::{Cursor, Horizon, PAGE, Signature, Source, Store};

/// Most clients that failed before and are tried again in one pass.
const MOST_RETRIES: i64 = 10_000;

/// What a pass looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// What is due.
    Due {
        /// Also every held or failing client, whatever its delay.
        retry: bool,
        /// Also a comparison of every client with what was sent.
        full: bool,
    },
    /// These clients, due or not.
    Only(Vec<ClientId>),
}

/// Why a client is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// It may have news.
    News,
    /// It failed or was held before.
    Again,
    /// Every client is compared.
    Full,
    /// It was asked for.
    Anyway,
}

/// A client to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The client.
    pub client_id: ClientId,
    /// Why.
    pub errand: Errand,
}

/// Where the feed is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    Only,
    News(usize, Option<Cursor>),
    New(Cursor),
    Every(Round),
    Held(ClientId),
    Retries,
    Compare(ClientId),
    /// The rest of the full comparison is the next pass's.
    Enough,
    End,
}

/// The stream of clients to be looked at.
pub struct Feed {
    stage: Stage,
    queue: VecDeque<Candidate>,
    /// Clients that the news of another one concerns: they go first.
    concerned: BTreeSet<ClientId>,
    wanted: Wanted,
    /// What was looked at just before the horizon, and what is there now.
    recent: Recent,
    /// Where this pass began.
    start: Horizon,
    /// How far the appliance's history went when this pass began.
    now: Horizon,
    clock: Timestamp,
    is_compare_due: bool,
    longest_delay: Duration,
    signature: Option<Signature>,
    is_news_done: bool,
    /// Handed out in this pass.
    handled: Handled,
    /// A comparison that an earlier pass began goes on.
    is_compare_resumed: bool,
    /// How many pages of the full comparison this pass may still read.
    pages_left: u32,
    /// Handed out and not recorded yet; those that wait for one of them go first when they need not any more.
    in_hand: InHand,
    /// The last client never looked at that was handed out.
    reached: i64,
}

impl Feed {
    /// Begins a pass: reads how far history goes, and where the last pass came to.
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
        let known = ledger.horizon()?;
        if let Some(known) = &known {
            store.sweep(known)?;
        }
        let (now, rows) = store.consistently(|| -> Result<_, Error> {
            let now = store.horizon()?;
            let rows = recent::rows(store, &now)?;
            Ok((now, rows))
        })?;
        let recent = Recent::new(ledger.recent_rows()?, rows);
        let start = known.unwrap_or_else(|| Horizon {
            // Before the first pass every client is new: what happened to it is read with it.
            client_id: i64::MIN,
            ..now.clone().not_after(clock)
        });
        let is_only = matches!(wanted, Wanted::Only(_));
        let stage = if is_only { Stage::Only } else { Stage::News(0, None) };
        let pages_left =
            if matches!(wanted, Wanted::Due { full: true, .. }) { u32::MAX } else { comparison::MOST_PAGES };
        let is_compare_due =
            !is_only && comparison::is_due(ledger, &start, &now, clock, signature, config.full_comparison_every)?;
        Ok(Self {
            stage,
            queue: VecDeque::new(),
            concerned: BTreeSet::new(),
            wanted,
            recent,
            reached: start.client_id,
            start,
            now,
            clock,
            is_compare_due,
            is_compare_resumed: ledger.full_comparison_cursor()?.is_some(),
            longest_delay: config.retry_max_delay,
            signature,
            is_news_done: false,
            handled: Handled::default(),
            pages_left,
            in_hand: InHand::default(),
        })
    }

    /// The next client to be looked at, each once; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the appliance's database or the ledger cannot be used.
    pub fn next(&mut self, store: &Store, ledger: &mut RunLedger) -> Result<Option<Candidate>, Error> {
        loop {
            if let Some(candidate) = self.waiting() {
                if self.hand_out(candidate) {
                    return Ok(Some(candidate));
                }
            } else if matches!(self.stage, Stage::End | Stage::Enough) {
                return Ok(None);
            } else {
                self.refill(store, ledger)?;
            }
        }
    }

    fn waiting(&mut self) -> Option<Candidate> {
        if let Some(released) = self.in_hand.released() {
            return Some(released);
        }
        let concerned = self.concerned.pop_first();
        let again = concerned.map(|client_id| Candidate { client_id, errand: Errand::Again });
        again.or_else(|| self.queue.pop_front())
    }

    /// Whether it was not handed out before.
    fn hand_out(&mut self, candidate: Candidate) -> bool {
        let is_new = self.handled.insert(candidate.client_id);
        if is_new {
            self.in_hand.add(candidate.client_id);
        }
        is_new
    }

    /// This client was handed out and claims this asset.
    pub fn claim(&mut self, client: ClientId, asset: Option<&str>) {
        self.in_hand.claim(client, asset);
    }

    /// The same, if no other client in hand claims it; else this one is set aside until that one is recorded.
    pub fn claim_alone(&mut self, candidate: Candidate, asset: Option<&str>) -> bool {
        let client = candidate.client_id;
        if let Some(asset) = asset.filter(|asset| self.in_hand.is_claimed(asset, client)) {
            self.in_hand.set_aside(asset, candidate);
            self.handled.remove(client);
            return false;
        }
        self.claim(client, asset);
        true
    }

    /// Puts clients in front that the news of another one concerns, by key, each once.
    pub fn also(&mut self, clients: impl IntoIterator<Item = ClientId>) {
        self.concerned.extend(clients.into_iter().filter(|client| !self.handled.contains(*client)));
    }

    /// The outcome of this client is recorded.
    pub fn settled(&mut self, client: ClientId) {
        self.in_hand.remove(client);
    }

    /// This client has no news; it may still be handed out for another reason.
    pub fn passed_over(&mut self, client: ClientId) {
        self.in_hand.remove(client);
        self.handled.remove(client);
    }

    /// Asks the next question of this stage, or moves on to the next stage.
    fn refill(&mut self, store: &Store, ledger: &mut RunLedger) -> Result<(), Error> {
        match self.stage.clone() {
            Stage::Only => self.refill_only(),
            Stage::News(index, cursor) => self.refill_news(store, index, cursor)?,
            Stage::New(cursor) => self.refill_new(store, ledger, cursor)?,
            Stage::Every(round) => self.refill_every(store, round)?,
            Stage::Held(after) => self.refill_held(ledger, after)?,
            Stage::Retries => {
                self.push(ledger.retries(self.clock, self.longest_delay, MOST_RETRIES)?, Errand::Again);
                self.stage = self.last_stage(ledger)?;
            }
            Stage::Compare(after) => self.refill_compare(store, ledger, after)?,
            Stage::End | Stage::Enough => {}
        }
        Ok(())
    }

    fn push(&mut self, clients: impl IntoIterator<Item = ClientId>, errand: Errand) {
        self.queue.extend(clients.into_iter().map(|client_id| Candidate { client_id, errand }));
    }

    fn refill_only(&mut self) {
        if let Wanted::Only(clients) = &self.wanted {
            let clients = clients.clone();
            self.push(clients, Errand::Anyway);
        }
        self.stage = Stage::End;
    }

    /// News of clients that were looked at before. The others are reached in their own turn, and read fresh.
    fn refill_news(&mut self, store: &Store, index: usize, cursor: Option<Cursor>) -> Result<(), Error> {
        let Some(&source) = Source::NEWS.get(index) else {
            self.is_news_done = true;
            self.stage = Stage::New(Source::New.start(&self.start));
            return Ok(());
        };
        let known = |client: &ClientId| client.0 <= self.start.client_id;
        let Some(mut cursor) = cursor else {
            let recent = self.recent.unknown(source, store, &self.start, &self.now)?;
            self.push(recent.into_iter().filter(known).collect::<Vec<_>>(), Errand::News);
            self.stage = if source.has_more(&self.start, &self.now) {
                Stage::News(index, Some(source.start(&self.start)))
            } else {
                Stage::News(index + 1, None)
            };
            return Ok(());
        };
        match store.candidates(source, &mut cursor)? {
            Some(page) => {
                self.push(page.into_iter().filter(known).collect::<Vec<_>>(), Errand::News);
                self.stage = Stage::News(index, Some(cursor));
            }
            None => self.stage = Stage::News(index + 1, None),
        }
        Ok(())
    }

    fn refill_new(&mut self, store: &Store, ledger: &mut RunLedger, mut cursor: Cursor) -> Result<(), Error> {
        self.save_reached(ledger)?;
        let has_more = Source::New.has_more(&self.start, &self.now);
        match has_more.then(|| store.candidates(Source::New, &mut cursor)).transpose()?.flatten() {
            Some(page) => {
                self.reached = page.last().map_or(self.reached, |client| client.0);
                self.push(page, Errand::News);
                self.stage = Stage::New(cursor);
            }
            None => self.stage = self.stage_after_new(ledger)?,
        }
        Ok(())
    }

    fn stage_after_new(&self, ledger: &RunLedger) -> Result<Stage, Error> {
        Ok(match self.wanted {
            Wanted::Due { full: true, .. } => Stage::Every(Round::behind(ledger.round_cursor()?)),
            Wanted::Due { retry: true, .. } => Stage::Held(ClientId(i64::MIN)),
            _ => Stage::Retries,
        })
    }

    /// Every client that was looked at before, to be mapped anew and compared with what was sent.
    fn refill_every(&mut self, store: &Store, round: Round) -> Result<(), Error> {
        let mut page: Vec<ClientId> = store.seen_after(round.after)?.into_iter().map(|(client, _)| client).collect();
        page.retain(|client| round.is_ahead(*client));
        self.stage = match page.last() {
            Some(&last) => Stage::Every(round.advanced(last)),
            None => round.turned().map_or(Stage::Held(ClientId(i64::MIN)), Stage::Every),
        };
        self.push(page, Errand::Full);
        Ok(())
    }

    /// Where the next comparison goes on: behind the last client whose outcome is recorded.
    fn save_round(&self, ledger: &mut RunLedger) -> Result<(), Error> {
        let reached = match self.stage {
            Stage::Only | Stage::News(..) | Stage::New(_) => return Ok(()),
            Stage::Every(round) if self.in_hand.is_empty() => {
                let waiting = self.queue.iter().find(|waiting| waiting.errand == Errand::Full);
                Some(waiting.map_or(round.after, |waiting| ClientId(waiting.client_id.0.saturating_sub(1))))
            }
            Stage::Every(round) => Some(round.before),
            _ => None,
        };
        Ok(ledger.set_round_cursor(reached)?)
    }

    fn refill_held(&mut self, ledger: &RunLedger, after: ClientId) -> Result<(), Error> {
        let page = ledger.problems_after(after, PAGE)?;
        match page.last() {
            Some(&last) => {
                self.push(page, Errand::Again);
                self.stage = Stage::Held(last);
            }
            None => self.stage = Stage::Retries,
        }
        Ok(())
    }

    fn last_stage(&self, ledger: &RunLedger) -> Result<Stage, Error> {
        let is_full = matches!(self.wanted, Wanted::Due { full: true, .. });
        if !is_full && !self.is_compare_due {
            return Ok(Stage::End);
        }
        Ok(Stage::Compare(ledger.full_comparison_cursor()?.unwrap_or(ClientId(i64::MIN))))
    }

    /// One page of the full comparison: clients whose marks are not those that were last looked at, and clients that are
    /// gone.
    fn refill_compare(&mut self, store: &Store, ledger: &mut RunLedger, after: ClientId) -> Result<(), Error> {
        if self.in_hand.is_empty() {
            ledger.set_full_comparison_cursor(after)?;
        }
        let Some(pages_left) = self.pages_left.checked_sub(1) else {
            self.stage = Stage::Enough;
            return Ok(());
        };
        self.pages_left = pages_left;
        let after = self.behind_handled(store, ledger, after)?;
        let page = store.seen_after(after)?;
        let last = page.last().map(|(client, _)| *client);
        let known = comparison::known_between(ledger, after, last)?;
        let mut clients: Vec<ClientId> = Vec::new();
        for (client, seen) in &page {
            let is_known =
                known.iter().rev().find(|(other, _)| other == client).is_some_and(|(_, then)| *then == Some(*seen));
            if !is_known {
                clients.push(*client);
            }
        }
        let is_there = |client: &ClientId| page.binary_search_by_key(client, |(other, _)| *other).is_ok();
        clients.extend(known.iter().map(|(client, _)| *client).filter(|client| !is_there(client)));
        self.push(clients, Errand::News);
        self.stage = last.map_or(Stage::End, Stage::Compare);
        Ok(())
    }

    /// Passes over the clients that follow and were looked at in this pass: after a backlog these are all.
    fn behind_handled(&self, store: &Store, ledger: &RunLedger, after: ClientId) -> Result<ClientId, Error> {
        let mut after = after;
        loop {
            let known = ledger.known_after(after, 1)?.first().map(|(client, _)| *client);
            let next = store.first_after(after)?.into_iter().chain(known).min();
            match next.and_then(|next| self.handled.stretch_end(next)) {
                Some(end) => after = end,
                None => return Ok(after),
            }
        }
    }

    /// Moves the recorded horizon past the new clients whose outcome is recorded.
    fn save_reached(&self, ledger: &mut RunLedger) -> Result<(), Error> {
        Ok(ledger.set_horizon(&Horizon { client_id: self.settled_up_to(), ..self.start.clone() })?)
    }

    /// Every new client up to this one is recorded. They are queued by key, and nothing else is queued with them.
    fn settled_up_to(&self) -> i64 {
        let beyond_start = ClientId(self.start.client_id.saturating_add(1));
        let unrecorded = self.in_hand.unrecorded().range(beyond_start..).next().copied();
        let waiting = self.queue.front().filter(|_| matches!(self.stage, Stage::New(_)));
        let first = unrecorded.into_iter().chain(waiting.map(|waiting| waiting.client_id)).min();
        first.map_or(self.reached, |first| first.0.saturating_sub(1).min(self.reached))
    }

    /// Ends a pass: records how far it came. Everything was looked at only when the feed came to its end and every client
    /// that it handed out is settled.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn finish(&self, ledger: &mut RunLedger, finished_at: Timestamp, config: [u8; 16]) -> Result<(), Error> {
        if matches!(self.wanted, Wanted::Only(_)) {
            return Ok(());
        }
        let is_complete = self.is_exhausted() && self.in_hand.is_empty();
        let client_id = self.settled_up_to();
        let horizon = if self.is_news_settled() {
            Horizon { client_id, ..self.now.clone().not_after(self.clock) }
        } else {
            Horizon { client_id, ..self.start.clone() }
        };
        ledger.set_horizon(&horizon)?;
        if self.is_news_settled() {
            self.recent.save(ledger, self.clock)?;
        }
        let is_full = matches!(self.wanted, Wanted::Due { full: true, .. });
        if is_full {
            self.save_round(ledger)?;
            if self.is_round_done() {
                ledger.settle_owed_comparison()?;
            }
        }
        let was_compared = self.is_compare_due || is_full;
        if is_complete && was_compared {
            // Of what was compared by an earlier pass, this pass's mark says nothing.
            let signature = self.signature.filter(|_| !self.is_compare_resumed);
            ledger.finish_full_comparison(finished_at, signature)?;
        }
        if is_complete {
            ledger.set_looked_at(self.signature, config)?;
        } else if self.stage == Stage::Enough && self.in_hand.is_empty() {
            // All but the comparison is done: what is held was looked at under this config.
            ledger.set_looked_at(None, config)?;
        }
        Ok(())
    }

    /// Whether every client that was looked at before has been compared, and its outcome is recorded.
    fn is_round_done(&self) -> bool {
        let is_waiting = self.queue.iter().any(|waiting| waiting.errand == Errand::Full);
        let is_behind = match self.stage {
            Stage::Only | Stage::News(..) | Stage::New(_) | Stage::Every(_) => false,
            Stage::Held(_) | Stage::Retries | Stage::Compare(_) | Stage::Enough | Stage::End => true,
        };
        is_behind && !is_waiting && self.in_hand.is_empty()
    }

    /// Whether all news of clients that were looked at before is recorded.
    fn is_news_settled(&self) -> bool {
        let is_known = |client: &ClientId| client.0 <= self.start.client_id;
        self.is_news_done && !self.in_hand.unrecorded().iter().any(is_known)
    }

    /// How many clients this pass leaves for the next one, at least.
    ///
    /// # Errors
    ///
    /// When the appliance's database cannot be read.
    pub fn left(&self, store: &Store) -> Result<u64, Error> {
        if self.is_exhausted() {
            return Ok(0);
        }
        let queued = self.queue.iter().map(|waiting| waiting.client_id).chain(self.in_hand.aside());
        let queued = queued.chain(self.concerned.iter().copied());
        let waiting = queued.filter(|client| !self.handled.contains(*client)).count() as u64;
        let beyond = match self.stage {
            Stage::News(..) | Stage::New(_) => store.count_after(ClientId(self.reached))?,
            Stage::Every(round) => {
                let done = self.handled.count_within(&round.ahead());
                round.count_ahead(store)?.saturating_sub(done)
            }
            _ => 0,
        };
        Ok(waiting + beyond)
    }

    fn is_exhausted(&self) -> bool {
        self.stage == Stage::End
            && self.queue.is_empty()
            && self.concerned.is_empty()
            && self.in_hand.aside().next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Bench;

    #[test]
    fn who_claims_the_asset_of_another_one_in_hand_waits_until_that_one_is_recorded() {
        let bench = Bench::new();
        let store = bench.store();
        let mut ledger = RunLedger::open(&bench.config.ledger.path).unwrap();
        let wanted = Wanted::Only((1..=3).map(ClientId).collect());
        let now = crate::clock::now();
        let mut feed = Feed::begin(&store, &ledger, wanted, now, None, &bench.config.sync).unwrap();
        let mut next = |feed: &mut Feed| feed.next(&store, &mut ledger).unwrap();
        let [one, two, three] = [(); 3].map(|()| next(&mut feed).unwrap());
        assert!(feed.claim_alone(one, Some("700001")));
        assert!(!feed.claim_alone(two, Some("700001")));
        assert!(feed.claim_alone(three, Some("700002")));
        assert_eq!((next(&mut feed), feed.left(&store).unwrap()), (None, 1));
        feed.settled(one.client_id);
        assert_eq!(next(&mut feed), Some(two));
        assert!(feed.claim_alone(two, Some("700001")));
        assert_eq!((next(&mut feed), feed.left(&store).unwrap()), (None, 0));
    }
}
