//! One processor for all lanes.
//!
//! What a lane does between two answers takes a fraction of a millisecond, most of it under the locks that all of them
//! share and on the same few pages of both databases. On several processors lanes wake each other to hand a lock over, and
//! the pages follow them from cache to cache; on one they take turns, and find a lock free. That is a tenth less work for
//! the appliance, and the wire is as full as before.
//!
//! A lane that finds others on that processor goes wherever there is room.

use std::fs;
use std::time::Duration;

use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

use crate::iqr::{self, BootTime};

/// So often a lane looks whether it has to wait for the processor.
const WATCH: Duration = Duration::from_millis(100);

/// The processor that the lanes of a pass run on.
#[derive(Debug)]
pub(super) struct Processor {
    one: CpuSet,
    /// Where the pass may run.
    all: CpuSet,
}

/// A thread that runs on that processor only, until it is crowded.
#[derive(Debug)]
pub(super) struct Bound<'a> {
    /// `None` once the thread may run anywhere.
    to: Option<&'a Processor>,
    since: BootTime,
    times: Times,
}

/// What a thread and its process had of the processors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Times {
    /// How long the thread could have run and did not.
    waited: Duration,
    /// How long any thread of the process ran.
    busy: Duration,
}

impl Processor {
    /// The one that the caller runs on; `None` where the system does not tell where it may run.
    pub fn of_caller() -> Option<Self> {
        let mut one = CpuSet::new();
        one.set(sched_getcpu());
        Some(Self { one, all: sched_getaffinity(None).ok()? })
    }
}

impl<'a> Bound<'a> {
    /// From now on the calling thread runs on this processor. Where the system does not let it, it runs as well on any.
    pub fn to(processor: Option<&'a Processor>) -> Self {
        let to = processor.filter(|processor| sched_setaffinity(None, &processor.one).is_ok());
        Self { to, since: BootTime::now(), times: to.map_or_else(Times::default, |_| Times::now()) }
    }

    /// Lets the calling thread, which is the one that was bound, run anywhere once others keep the processor busy.
    pub fn ease(&mut self) {
        let Some(processor) = self.to else { return };
        let took = BootTime::now().since(self.since);
        if took < WATCH {
            return;
        }
        let times = Times::now();
        if times.is_crowded(self.times, took) {
            self.let_go(processor);
        }
        (self.since, self.times) = (BootTime::now(), times);
    }

    fn let_go(&mut self, processor: &Processor) {
        self.to = None;
        if let Err(error) = sched_setaffinity(None, &processor.all) {
            log::debug!("a lane stays on a processor that others keep busy: {error}");
        }
    }
}

impl Times {
    fn now() -> Self {
        Self { waited: waited().unwrap_or_default(), busy: iqr::busy() }
    }

    /// Whether the thread waited for others than its fellows: longer than all of them ran, and not just a little.
    fn is_crowded(self, before: Self, took: Duration) -> bool {
        let waited = self.waited.saturating_sub(before.waited);
        waited > took / 16 && waited > self.busy.saturating_sub(before.busy)
    }
}

/// How long the calling thread could have run and did not, as the system tells: `busy waited turns`, in nanoseconds.
fn waited() -> Option<Duration> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().nth(1)?.parse().ok().map(Duration::from_nanos)
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
        let processor = Processor::of_caller().unwrap();
        let lane = || {
            let mut bound = Bound::to(Some(&processor));
            bound.ease();
            assert_eq!(affinity(), processor.one);
            bound.let_go(&processor);
            assert_eq!(affinity(), before);
            bound.ease();
            assert_eq!(affinity(), before);
        };
        thread::scope(|scope| scope.spawn(lane).join().unwrap());
        assert_eq!(affinity(), before);
    }

    #[test]
    fn who_waits_for_its_fellows_or_for_nobody_is_not_crowded() {
        let is_crowded = |waited, busy| {
            let [waited, busy] = [waited, busy].map(Duration::from_millis);
            Times { waited, busy }.is_crowded(Times::default(), Duration::from_millis(100))
        };
        assert!(is_crowded(15, 10));
        assert!(!is_crowded(80, 95), "the processor is its fellows'");
        assert!(!is_crowded(3, 2), "it waits for answers");
    }
}
