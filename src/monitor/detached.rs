//! Work that the program can end without: done by a thread of its own, which is waited for a moment.
//!
//! A folder on a server that went away, or on a disk that died, answers no call, and a call that is not answered cannot
//! be given up by the thread that made it. So another thread makes it, and the program ends without it. Where the
//! kernel does not let go of that thread either, the process stays until it does: then [`Turn`] keeps the later ones
//! from ending up beside it.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use crate::files::{self, MarkerError};

/// Runs `work`, and waits for its end, but not beyond `end`. Returns whether it ended in time.
#[must_use]
pub fn attempt(work: impl FnOnce() + Send + 'static, end: Instant) -> bool {
    let (at_end, done) = mpsc::channel::<()>();
    let spawned = thread::Builder::new().name("detached".to_owned()).spawn(move || {
        // Dropped with the thread's end, however it comes.
        let _at_end = at_end;
        work();
    });
    if let Err(error) = spawned {
        log::info!("the system gives no thread: {error}");
        return false;
    }
    done.recv_timeout(end.saturating_duration_since(Instant::now())) != Err(RecvTimeoutError::Timeout)
}

/// The right to write, for one process at a time.
#[derive(Debug)]
pub struct Turn {
    _file: Option<File>,
}

impl Turn {
    /// Waits for the turn, forever: the caller is a thread whose end the program does not wait for. Where the file
    /// cannot be made, there are no turns.
    #[must_use]
    pub fn take(ledger: &Path) -> Self {
        let path = files::beside(ledger, ".told");
        let file = match files::open_marker(&path, 0o640) {
            Ok(file) => Some(file),
            Err(MarkerError::Io(_)) => None,
            Err(flaw) => {
                log::warn!("{} {flaw}; remove it, the next pass makes a new one", path.display());
                None
            }
        };
        Self { _file: file.filter(|file| file.lock().is_ok()) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn waits_for_work_but_not_for_endless_work() {
        let (keeps_it_busy, never) = mpsc::channel::<()>();
        let end = Instant::now() + Duration::from_millis(20);
        assert!(!attempt(move || _ = never.recv(), end));
        assert!(Instant::now() >= end);
        let (sender, heard) = mpsc::channel();
        assert!(attempt(move || sender.send(1).unwrap(), Instant::now() + Duration::from_secs(60)));
        assert_eq!(heard.recv(), Ok(1));
        drop(keeps_it_busy);
    }

    #[test]
    fn gives_a_turn_to_one_process_and_skips_a_missing_place() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.db");
        let turn = Turn::take(&ledger);
        let other = File::options().write(true).open(folder.path().join("ledger.db.told")).unwrap();
        other.try_lock().unwrap_err();
        drop(turn);
        other.try_lock().unwrap();
        drop(Turn::take(&folder.path().join("nowhere/ledger.db")));
    }
}
