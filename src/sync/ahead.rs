//! Clients that are looked at together, a few ahead of the lanes.
//!
//! A step that is made for several clients in a row costs a good part less than one that is made for one client after
//! another by several lanes: both databases are opened for all of them at once, and the processor has at hand what the
//! step needs. They are as many as the lanes take in a moment, so that what is sent of a client is as fresh as before,
//! within the time of one request.

use std::collections::VecDeque;
use std::mem;
use std::time::Duration;

use super::examine::Examined;
use super::feed::{Candidate, Feed};
use crate::iqr::BootTime;

/// A client that was looked at longer ago is looked at again.
const FRESH: Duration = Duration::from_millis(100);

/// Most that are looked at together.
const MOST: usize = 8;

/// Clients that were looked at and that no lane has taken yet.
#[derive(Debug)]
pub(super) struct Ahead {
    waiting: VecDeque<(Candidate, Examined)>,
    /// None of them has been taken yet.
    is_whole: bool,
    /// How many were looked at together.
    many: usize,
    fresh_until: BootTime,
}

impl Default for Ahead {
    /// The first look is at one client.
    fn default() -> Self {
        Self { waiting: VecDeque::new(), is_whole: false, many: 1, fresh_until: BootTime::now() }
    }
}

impl Ahead {
    /// The next of them, if there is one that is still fresh; those that are not are given back. The first one is taken
    /// however old it is: one that takes long to look at would else never be done.
    pub fn take(&mut self, feed: &mut Feed) -> Option<Examined> {
        if !mem::take(&mut self.is_whole) && self.fresh_until.left().is_zero() {
            self.give_back(feed);
        }
        let (_, examined) = self.waiting.pop_front()?;
        Some(Examined { taken_at: BootTime::now(), ..examined })
    }

    /// Gives those that wait back to the feed.
    pub fn give_back(&mut self, feed: &mut Feed) {
        while let Some((candidate, _)) = self.waiting.pop_back() {
            feed.put_back(candidate);
        }
    }

    /// A look begins: how many are to be looked at together. More than the last time, when those were soon looked at and
    /// soon taken.
    pub fn begin(&mut self) -> usize {
        let was_quick = self.fresh_until.left() > FRESH / 2;
        self.many = if was_quick { MOST.min(2 * self.many) } else { 1.max(self.many / 2) };
        self.fresh_until = BootTime::now() + FRESH;
        self.many
    }

    /// These were looked at.
    pub fn fill(&mut self, clients: impl Iterator<Item = (Candidate, Examined)>) {
        self.waiting.extend(clients);
        self.is_whole = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Bench;
    use crate::ledger::RunLedger;
    use crate::model::{ClientId, Timestamp};
    use crate::store::Store;
    use crate::sync::examine::Verdict;
    use crate::sync::feed::Wanted;

    const CLIENTS: i64 = 100;
    const HOUR: Duration = Duration::from_secs(3600);

    fn examined(client_id: ClientId) -> Examined {
        let (inventory_id, seen, because) = (None, None, Vec::new());
        let (registration, departure, taken_at) = (None, None, BootTime::now());
        Examined { client_id, inventory_id, seen, registration, departure, because, taken_at, verdict: Verdict::Gone }
    }

    /// A feed of clients, and what looks at those that are next.
    struct Looked {
        feed: Feed,
        store: Store,
        ledger: RunLedger,
        ahead: Ahead,
    }

    impl Looked {
        fn begin() -> Self {
            let bench = Bench::new();
            let store = Store::open(&bench.database(), Box::new(|| false), Box::new(|| true)).unwrap();
            let ledger = RunLedger::open(&bench.config.ledger.path).unwrap();
            let wanted = Wanted::Only((1..=CLIENTS).map(ClientId).collect());
            let now = Timestamp::from_unix_millis(0);
            let feed = Feed::begin(&store, &ledger, wanted, now, None, &bench.config.sync).unwrap();
            Self { feed, store, ledger, ahead: Ahead::default() }
        }

        fn look(&mut self) -> usize {
            let many = self.ahead.begin();
            let first = self.feed.next(&self.store, &mut self.ledger).unwrap().unwrap();
            let candidates = [vec![first], self.feed.more(many - 1)].concat();
            self.ahead.fill(candidates.into_iter().map(|candidate| (candidate, examined(candidate.client_id))));
            many
        }

        fn take(&mut self) -> Option<i64> {
            self.ahead.take(&mut self.feed).map(|examined| examined.client_id.0)
        }

        /// So long is left until what was looked at is old.
        fn left(&mut self, left: Duration) {
            self.ahead.fresh_until = BootTime::now() + left;
        }
    }

    #[test]
    fn those_that_waited_for_long_are_looked_at_again_in_their_order_and_the_first_one_is_taken_however_old() {
        let mut looked = Looked::begin();
        looked.ahead.many = 8;
        looked.look();
        looked.left(Duration::ZERO);
        assert_eq!(looked.take(), Some(1));
        assert_eq!(looked.take(), None);
        looked.look();
        looked.left(HOUR);
        assert_eq!([looked.take(), looked.take()], [Some(2), Some(3)]);
    }

    #[test]
    fn more_are_looked_at_while_they_are_soon_taken_and_fewer_when_they_wait() {
        let mut looked = Looked::begin();
        let mut many = Vec::new();
        for left in [HOUR; 5].into_iter().chain([Duration::ZERO; 4]) {
            looked.left(left);
            many.push(looked.look());
        }
        assert_eq!(many, [2, 4, 8, MOST, MOST, 4, 2, 1, 1]);
    }

    #[test]
    fn those_that_are_given_back_count_as_left() {
        let mut looked = Looked::begin();
        looked.left(HOUR);
        looked.look();
        looked.left(HOUR);
        assert_eq!(looked.take(), Some(1));
        looked.ahead.give_back(&mut looked.feed);
        assert_eq!(looked.feed.left(&looked.store).unwrap(), CLIENTS.unsigned_abs() - 1);
    }
}
