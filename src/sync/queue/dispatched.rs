//! The clients that a pass has dispatched. A backlog of a million clients is dispatched by key, so the set keeps ranges
//! of keys: mostly there is one.

use std::ops::RangeInclusive;

use rangemap::RangeInclusiveSet;

use crate::model::ClientId;

/// A set of clients.
#[derive(Default)]
pub struct Dispatched(RangeInclusiveSet<i64>);

impl Dispatched {
    /// Adds a client; returns false when it is in the set already.
    pub fn insert(&mut self, client: ClientId) -> bool {
        let is_new = !self.contains(client);
        self.0.insert(client.0..=client.0);
        is_new
    }

    /// Removes a client.
    pub fn remove(&mut self, client: ClientId) {
        self.0.remove(client.0..=client.0);
    }

    /// Whether a client was dispatched.
    pub fn contains(&self, client: ClientId) -> bool {
        self.0.contains(&client.0)
    }

    /// Returns the last client of the range that contains this one; `None` when no range does.
    pub fn stretch_end(&self, client: ClientId) -> Option<ClientId> {
        self.0.get(&client.0).map(|stretch| ClientId(*stretch.end()))
    }

    /// Counts the clients whose keys are in this range.
    pub fn count_within(&self, keys: &RangeInclusive<i64>) -> u64 {
        if keys.is_empty() {
            return 0;
        }
        let within = |found: &RangeInclusive<i64>| *found.start().max(keys.start())..=*found.end().min(keys.end());
        self.0.overlapping(keys).map(within).map(|found| found.end().abs_diff(*found.start()) + 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_backlog_as_one_range_and_counts_each_client_once() {
        let mut dispatched = Dispatched::default();
        assert!((1..=1000).all(|key| dispatched.insert(ClientId(key))));
        assert!(!dispatched.insert(ClientId(500)));
        assert_eq!(dispatched.0.iter().count(), 1);
        dispatched.remove(ClientId(500));
        assert!(!dispatched.contains(ClientId(500)) && dispatched.contains(ClientId(501)));
        assert_eq!(dispatched.stretch_end(ClientId(7)), Some(ClientId(499)));
        assert_eq!(dispatched.stretch_end(ClientId(500)), None);
        assert_eq!(dispatched.count_within(&(i64::MIN..=i64::MAX)), 999);
        assert_eq!(dispatched.count_within(&(499..=501)), 2);
        assert_eq!(dispatched.count_within(&RangeInclusive::new(501, 499)), 0);
        assert!(dispatched.insert(ClientId(500)));
        assert_eq!(dispatched.0.iter().count(), 1);
    }
}
