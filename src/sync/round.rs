//! A comparison of every client that was asked for (`sync --full`). It goes on where the one before was cut short, and
//! round to there: with a limit, or with too little time, one run after the other reaches every client.

use std::ops::RangeInclusive;

use crate::model::ClientId;
use crate::store::{self, Store};

const FIRST: ClientId = ClientId(i64::MIN);

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Round {
    /// It began behind this client, and ends with it.
    start: ClientId,
    /// The last client of the page before, and of the newest one.
    pub before: ClientId,
    pub after: ClientId,
    has_turned: bool,
}

impl Round {
    /// One that begins behind `reached`.
    pub fn behind(reached: Option<ClientId>) -> Self {
        let start = reached.unwrap_or(FIRST);
        Self { start, before: start, after: start, has_turned: false }
    }

    /// A page further.
    pub fn advanced(self, last: ClientId) -> Self {
        Self { before: self.after, after: last, ..self }
    }

    /// From the first client on, up to where it began; `None` when that is where it is.
    pub fn turned(self) -> Option<Self> {
        let is_whole = self.has_turned || self.start == FIRST;
        (!is_whole).then_some(Self { before: FIRST, after: FIRST, has_turned: true, ..self })
    }

    /// Whether a client is still to come before the turn, or after it.
    pub fn is_ahead(self, client: ClientId) -> bool {
        client > self.after && !(self.has_turned && client > self.start)
    }

    /// The keys of which clients are still to come before the turn, or after it.
    pub fn ahead(self) -> RangeInclusive<i64> {
        let last = if self.has_turned { self.start.0 } else { i64::MAX };
        self.after.0.saturating_add(1)..=last
    }

    /// How many clients are still to come.
    pub fn count_ahead(self, store: &Store) -> Result<u64, store::Error> {
        let ahead = store.count_after(self.after)?;
        if self.has_turned {
            return Ok(ahead.saturating_sub(store.count_after(self.start)?));
        }
        let beyond_turn = store.count_after(FIRST)?.saturating_sub(store.count_after(self.start)?);
        Ok(ahead + beyond_turn)
    }
}
