//! Shares one sync of the disk among several workers.
//!
//! A begun write has to be durable before its request leaves, and a sync takes as long for eight commits as for one. A
//! worker whose commit came before the sync of another one need not make its own.

use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::error::Error;
use super::run_ledger::RunLedger;

/// Makes commits of a ledger durable.
#[derive(Debug)]
pub struct Durability {
    /// `None` in a dry run, which records nothing.
    wal: Option<PathBuf>,
    committed: AtomicU64,
    /// The number of the newest commit that is durable. Held by the worker that syncs.
    durable: Mutex<u64>,
}

/// The number of a commit, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommitNumber(u64);

impl Durability {
    /// Returns what makes commits of this ledger durable.
    #[must_use]
    pub fn of_ledger(ledger: &RunLedger) -> Self {
        let wal = ledger.lock.is_some().then(|| ledger.wal_path());
        Self { wal, committed: AtomicU64::new(0), durable: Mutex::new(0) }
    }

    /// Numbers a commit that was just made.
    pub fn note_commit(&self) -> CommitNumber {
        CommitNumber(self.committed.fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// Waits until a commit survives a power cut, together with all commits before it.
    ///
    /// # Errors
    ///
    /// When the disk does not take it.
    pub fn ensure(&self, commit: CommitNumber) -> Result<(), Error> {
        let mut durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        if *durable >= commit.0 {
            return Ok(());
        }
        let newest = self.committed.load(Ordering::SeqCst);
        if let Some(wal) = &self.wal {
            // A checkpoint may have brought the commit into the main file meanwhile; SQLite has synced that one then.
            let synced = File::open(wal).and_then(|file| file.sync_data());
            synced.map_err(|source| Error::Io { path: wal.clone(), source })?;
        }
        *durable = newest;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    #[test]
    fn syncs_once_for_commits_that_wait_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let ledger = RunLedger::open(&path).unwrap();
        let durability = Durability::of_ledger(&ledger);
        let [first, second] = [(); 2].map(|()| durability.note_commit());
        durability.ensure(first).unwrap();
        drop(ledger);
        let wal = files::beside(&path, "-wal");
        assert!(!wal.exists());
        durability.ensure(second).unwrap();
        let third = durability.note_commit();
        assert!(durability.ensure(third).is_err(), "there is nothing that could be synced");
    }
}
