//! One processor for all lanes.
//!
//! What a lane does between two answers takes a fraction of a millisecond, most of it under the locks that all of them
//! share and on the same few pages of both databases. On several processors lanes wake each other to hand a lock over, and
//! the pages follow them from cache to cache; on one they take turns, and find a lock free. That is a sixth less work for
//! the appliance, and the wire is as full as before.

use rustix::thread::{CpuSet, sched_getcpu, sched_setaffinity};

/// The processor that the lanes of a pass run on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Processor(CpuSet);

impl Processor {
    /// The one that the caller runs on.
    pub fn of_caller() -> Self {
        let mut one = CpuSet::new();
        one.set(sched_getcpu());
        Self(one)
    }

    /// From now on the calling thread runs on this one. Where the system does not let it, it runs as well on any.
    pub fn take(&self) {
        if let Err(error) = sched_setaffinity(None, &self.0) {
            log::debug!("the lanes of this pass run on several processors: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use rustix::thread::sched_getaffinity;

    use super::*;

    #[test]
    fn lanes_share_the_processor_and_nobody_else_is_bound_to_it() {
        let before = sched_getaffinity(None).unwrap();
        let processor = Processor::of_caller();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    processor.take();
                    assert_eq!(sched_getaffinity(None).unwrap(), processor.0);
                });
            }
        });
        assert_eq!(sched_getaffinity(None).unwrap(), before);
    }
}
