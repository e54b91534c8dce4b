//! Clients that are looked at together, a few ahead of the lanes.
//!
//! To open and end a read of the appliance's database takes as long as a fair part of what is read of one client. So
//! several are read at once, as many as the lanes take in a moment: what is sent of a client is as fresh as before, within
//! the time of one request.

use std::collections::VecDeque;
use std::time::Duration;

use super::examine::Gathered;
use super::feed::{Candidate, Feed};
use crate::iqr::BootTime;

/// A client that was looked at longer ago is looked at again.
const FRESH: Duration = Duration::from_millis(100);

/// Most that are looked at together: as many as there are lanes, mostly.
const MOST: usize = 8;

/// Clients that were looked at and that no lane has taken yet.
#[derive(Debug)]
pub(super) struct Ahead {
    waiting: VecDeque<(Candidate, Gathered)>,
    /// How many were looked at together.
    many: usize,
    looked_at: BootTime,
}

impl Default for Ahead {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), many: 1, looked_at: BootTime::now() }
    }
}

impl Ahead {
    /// The next of them, if there is one that is still fresh.
    pub fn take(&mut self, feed: &mut Feed) -> Option<Gathered> {
        if self.age() > FRESH {
            self.put_back(feed);
        }
        self.waiting.pop_front().map(|(_, gathered)| gathered)
    }

    /// Gives those that wait back to the feed.
    pub fn put_back(&mut self, feed: &mut Feed) {
        while let Some((candidate, _)) = self.waiting.pop_back() {
            feed.put_back(candidate);
        }
    }

    /// How many are to be looked at together now that none waits: more when the last ones were soon taken.
    pub fn many(&mut self) -> usize {
        self.many = if self.age() < FRESH / 2 { MOST.min(2 * self.many) } else { 1.max(self.many / 2) };
        self.many
    }

    /// These were looked at just now.
    pub fn fill(&mut self, clients: Vec<(Candidate, Gathered)>) {
        self.looked_at = BootTime::now();
        self.waiting.extend(clients);
    }

    fn age(&self) -> Duration {
        BootTime::now().since(self.looked_at)
    }
}
