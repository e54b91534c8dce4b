//! One commit for several lanes.
//!
//! What is about to be sent has to be recorded for good first, and a commit costs about the same for one record as for
//! eight: they stand on the same pages. So a lane that has something to record waits for its turn, and records what all
//! others have meanwhile, too.

use std::mem;
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::thread;

use super::lock;
use crate::ledger::{Error, Intent, RunLedger};

/// How often the lane that records lets others go first.
const MOST_YIELDS: u32 = 16;

/// Where lanes that write at the same time meet. Each of them draws a number.
#[derive(Debug, Default)]
pub struct Commits {
    waiting: Mutex<Waiting>,
    /// Held by the lane that records.
    turn: Mutex<Turn>,
}

/// What waits to be recorded.
#[derive(Debug, Default)]
struct Waiting {
    intents: Vec<Intent>,
    /// The number of the last of them.
    last: u64,
}

/// What became of what was waiting.
#[derive(Debug, Default)]
struct Turn {
    /// The number up to which nothing waits any more.
    last: u64,
    /// The numbers of those that could not be recorded, or are being recorded.
    lost: Vec<RangeInclusive<u64>>,
}

impl Commits {
    /// Records that a write is about to be sent, for good: by a commit of its own, or by one of another lane.
    ///
    /// # Errors
    ///
    /// When it cannot be recorded; then it must not be sent.
    pub fn begin_write(&self, ledger: &Mutex<RunLedger>, intent: Intent) -> Result<(), Error> {
        let number = lock(&self.waiting).join(intent);
        let mut turn = lock(&self.turn);
        if number <= turn.last {
            let is_lost = turn.lost.iter().any(|lost| lost.contains(&number));
            return if is_lost { Err(lock(ledger).undone()) } else { Ok(()) };
        }
        let (intents, last) = self.all_that_wait();
        let first = mem::replace(&mut turn.last, last) + 1;
        // Lost until it is known not to be, whatever happens to this lane meanwhile.
        turn.lost.push(first..=last);
        lock(ledger).begin_writes(&intents)?;
        turn.lost.pop();
        Ok(())
    }

    /// Others may be about to join: they are let go first as long as one does.
    fn all_that_wait(&self) -> (Vec<Intent>, u64) {
        let mut last = 0;
        for _ in 0..MOST_YIELDS {
            let waiting = lock(&self.waiting).last;
            if waiting == last {
                break;
            }
            last = waiting;
            thread::yield_now();
        }
        lock(&self.waiting).take()
    }
}

impl Waiting {
    /// The number of this one.
    fn join(&mut self, intent: Intent) -> u64 {
        self.intents.push(intent);
        self.last += 1;
        self.last
    }

    /// All that waits, and the number of the last one.
    fn take(&mut self) -> (Vec<Intent>, u64) {
        (mem::take(&mut self.intents), self.last)
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

    /// One in a hundred cannot be recorded: its lane is told so, and every lane whose record was lost with it.
    #[test]
    fn a_lane_that_is_told_yes_finds_its_write_recorded_and_one_that_is_told_no_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let ledger = Mutex::new(RunLedger::open(&path).unwrap());
        let refusal = "CREATE TRIGGER refusal BEFORE INSERT ON intent WHEN NEW.client_id % 100 = 50
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
        assert!((0..LANES * WRITES).filter(|client| client % 100 == 50).all(|client| no.contains(&client)));
        assert!(yes.len() > no.len(), "{} were recorded, {} were not", yes.len(), no.len());
        let open: Vec<i64> = lock(&ledger).open_intents().unwrap().iter().map(|intent| intent.client_id.0).collect();
        yes.sort_unstable();
        assert_eq!(open, yes);
    }
}
