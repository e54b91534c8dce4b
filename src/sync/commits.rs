//! One sync of the disk for several lanes.
//!
//! What is about to be sent has to be on the disk first, and a sync takes as long for eight records as for one. So lanes
//! that wait for the sync of another one wait together, and the first of them records what all of them have.

use std::mem;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use super::lock;
use crate::ledger::{Error, Intent, RunLedger};

/// How often the lane that records lets others go first.
const MOST_YIELDS: u32 = 16;

/// Where lanes that write at the same time meet.
#[derive(Debug, Default)]
pub struct Commits {
    waiting: Mutex<Batch>,
    /// Held by the lane that records.
    turn: Mutex<()>,
}

/// What is recorded together.
#[derive(Debug, Default)]
struct Batch {
    intents: Vec<Intent>,
    /// Whether it was recorded, once that is known.
    is_recorded: Arc<OnceLock<bool>>,
}

impl Commits {
    /// Records that a write is about to be sent, for good: by a commit of its own, or by one of another lane.
    ///
    /// # Errors
    ///
    /// When it cannot be recorded; then it must not be sent.
    pub fn begin_write(&self, ledger: &Mutex<RunLedger>, intent: Intent) -> Result<(), Error> {
        let mut waiting = lock(&self.waiting);
        let is_first = waiting.intents.is_empty();
        waiting.intents.push(intent);
        let is_recorded = Arc::clone(&waiting.is_recorded);
        drop(waiting);
        if is_first {
            return self.record(ledger);
        }
        if *is_recorded.wait() { Ok(()) } else { Err(lock(ledger).undone()) }
    }

    /// Records all that waits.
    fn record(&self, ledger: &Mutex<RunLedger>) -> Result<(), Error> {
        let _turn = lock(&self.turn);
        let batch = self.all_that_wait();
        lock(ledger).begin_writes(&batch.intents)?;
        _ = batch.is_recorded.set(true);
        Ok(())
    }

    /// Others may be about to join: they are let go first as long as one does.
    fn all_that_wait(&self) -> Batch {
        let mut joined = 0;
        for _ in 0..MOST_YIELDS {
            let now = lock(&self.waiting).intents.len();
            if now == joined {
                break;
            }
            joined = now;
            thread::yield_now();
        }
        mem::take(&mut *lock(&self.waiting))
    }
}

impl Drop for Batch {
    /// What was not recorded, for whatever reason, must not be waited for any longer.
    fn drop(&mut self) {
        _ = self.is_recorded.set(false);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::thread;

    use rusqlite::Connection;

    use super::*;
    use crate::ledger::Ledger;
    use crate::model::{ClientId, IdRule, InventoryId, Sent, Timestamp};

    const LANES: i64 = 8;
    const WRITES: i64 = 60;

    fn id(client: i64) -> InventoryId {
        InventoryId::parse(Some(&(700_000 + client).to_string()), IdRule::Digits).unwrap()
    }

    fn intent(client: i64) -> Intent {
        Intent {
            inventory_id: id(client),
            client_id: ClientId(client),
            comments_before: String::new(),
            sent: Sent::default(),
            at: Timestamp::from_unix_millis(0),
        }
    }

    /// The clients that were told yes, each of which another reader of the file finds at that moment, and those told no.
    fn lane(lane: i64, commits: &Commits, ledger: &Mutex<RunLedger>, path: &Path) -> (Vec<i64>, Vec<i64>) {
        let reader = Ledger::open(path).unwrap().unwrap();
        let mine = (0..WRITES).map(|write| lane * WRITES + write);
        mine.partition(|client| {
            let recorded = commits.begin_write(ledger, intent(*client)).is_ok();
            assert!(!recorded || reader.intent(&id(*client)).unwrap().is_some(), "{client}");
            recorded
        })
    }

    /// One cannot be recorded: its lane is told so, and every lane whose record was lost with it or would come after it.
    #[test]
    fn a_lane_that_is_told_yes_finds_its_write_recorded_and_one_that_is_told_no_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let ledger = Mutex::new(RunLedger::open(&path).unwrap());
        let refusal = "CREATE TRIGGER refusal BEFORE INSERT ON intent WHEN NEW.client_id = 250
                       BEGIN SELECT RAISE(ABORT, 'refused'); END";
        Connection::open(&path).unwrap().execute_batch(refusal).unwrap();
        let commits = Commits::default();
        let told = thread::scope(|scope| {
            let lanes: Vec<_> = (0..LANES)
                .map(|number| {
                    scope.spawn({
                        let (commits, ledger, path) = (&commits, &ledger, &path);
                        move || lane(number, commits, ledger, path)
                    })
                })
                .collect();
            lanes.into_iter().map(|lane| lane.join().unwrap()).collect::<Vec<_>>()
        });
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for (told_yes, told_no) in told {
            yes.extend(told_yes);
            no.extend(told_no);
        }
        assert!(no.contains(&250));
        assert!(yes.len() >= 10, "those of its lane before it were recorded");
        let open: Vec<i64> = lock(&ledger).open_intents().unwrap().iter().map(|intent| intent.client_id.0).collect();
        yes.sort_unstable();
        assert_eq!(open, yes);
    }
}
