//! One processor for all lanes.
//!
//! What a lane does between two answers takes a fraction of a millisecond, most of it under the locks that all of them
//! share and on the same few pages of both databases. On several processors lanes wake each other to hand a lock over, and
//! the pages follow them from cache to cache; on one they take turns, and find a lock free. That is a tenth less work for
//! the appliance, and the wire is as full as before.
//!
//! Where others keep that processor busy, the lanes are let go: the system knows where there is room.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

use crate::iqr::BootTime;

/// Work of a millisecond or two that takes longer than this, and so many times as long as it is at work, has to wait.
const LONG: Duration = Duration::from_millis(10);
const CROWDED: u32 = 4;

/// The processor that the lanes of a pass run on.
#[derive(Debug)]
pub(super) struct Processor {
    one: CpuSet,
    /// Where the pass may run.
    all: Option<CpuSet>,
    is_crowded: AtomicBool,
}

/// A thread that runs on that processor only.
#[derive(Debug)]
pub(super) struct Bound<'a> {
    processor: &'a Processor,
    is_bound: bool,
}

impl Processor {
    /// The one that the caller runs on.
    pub fn of_caller() -> Self {
        let mut one = CpuSet::new();
        one.set(sched_getcpu());
        Self { one, all: sched_getaffinity(None).ok(), is_crowded: AtomicBool::new(false) }
    }

    /// From now on the calling thread runs on this one. Where the system does not let it, it runs as well on any.
    pub fn bind(&self) -> Bound<'_> {
        let is_bound = self.all.is_some() && sched_setaffinity(None, &self.one).is_ok();
        Bound { processor: self, is_bound }
    }

    /// Does work that nothing but the processor should keep waiting, and notices whether others have it.
    pub fn watch<T>(&self, work: impl FnOnce() -> T) -> T {
        let (begun, busy) = (BootTime::now(), busy());
        let done = work();
        let (took, busy) = (BootTime::now().since(begun), self::busy().saturating_sub(busy));
        if took > LONG && took > busy * CROWDED {
            self.is_crowded.store(true, Ordering::Relaxed);
        }
        done
    }
}

impl Bound<'_> {
    /// Lets the calling thread run anywhere again, once others have the processor.
    pub fn ease(&mut self) {
        if self.is_bound && self.processor.is_crowded.load(Ordering::Relaxed) {
            self.is_bound = false;
            if let Some(Err(error)) = self.processor.all.map(|all| sched_setaffinity(None, &all)) {
                log::debug!("a lane stays on a processor that others keep busy: {error}");
            }
        }
    }
}

/// How long the calling thread has been at work.
fn busy() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn affinity() -> CpuSet {
        sched_getaffinity(None).unwrap()
    }

    #[test]
    fn a_lane_keeps_to_the_processor_until_others_have_it_and_nobody_else_is_bound() {
        let before = affinity();
        let processor = Processor::of_caller();
        let lane = || {
            let mut bound = processor.bind();
            bound.ease();
            assert_eq!(affinity(), processor.one);
            // Who waits is not at work.
            processor.watch(|| thread::sleep(2 * LONG));
            bound.ease();
            assert_eq!(affinity(), before);
        };
        thread::scope(|scope| scope.spawn(lane).join().unwrap());
        assert_eq!(affinity(), before);
    }
}
