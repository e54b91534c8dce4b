//! One commit for several lanes.
//!
//! What is about to be sent has to be recorded for good first, and a commit costs about the same for one record as for
//! eight: they stand on the same pages.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::lock;
use crate::ledger::{Error, Intent, RunLedger, Written};

/// How often the lane that commits lets others go first which are about to record something.
const MOST_YIELDS: u32 = 16;

/// Where lanes that write at the same time meet.
#[derive(Debug, Default)]
pub struct Commits {
    /// Held by the lane that commits: what the last one made last.
    turn: Mutex<Option<Written>>,
    /// How many lanes are about to record something.
    arriving: AtomicUsize,
}

impl Commits {
    /// Records that a write is about to be sent, for good: by a commit of its own, or by one of another lane.
    ///
    /// # Errors
    ///
    /// When it cannot be recorded; then it must not be sent.
    pub fn begin_write(&self, ledger: &Mutex<RunLedger>, intent: &Intent) -> Result<(), Error> {
        self.arriving.fetch_add(1, Ordering::Relaxed);
        let written = lock(ledger).begin_write(intent);
        self.arriving.fetch_sub(1, Ordering::Relaxed);
        let written = written?;
        let mut made_last = lock(&self.turn);
        // The ledger is not asked about what stood in the same commit: others need it meanwhile.
        if *made_last == Some(written) {
            return Ok(());
        }
        for _ in 0..MOST_YIELDS {
            if self.arriving.load(Ordering::Relaxed) == 0 {
                break;
            }
            thread::yield_now();
        }
        lock(ledger).make_last(written)?;
        *made_last = Some(written);
        Ok(())
    }
}
