//! The overlap: the stretch just before the watermark, in which a writer that commits late may still put rows.
//!
//! Every pass reads the overlap again. A row that was there before, with the same time, is old news unless the pass
//! that read it began within the same moment: the same row may have changed since.

use std::collections::HashSet;

use crate::ledger::{OverlapRows, RunLedger};
use crate::model::{ClientId, Timestamp};
use crate::store::{OverlapRow, Source, Store, Watermark};
use crate::sync::error::Error;

/// Rows older than this can no longer be committed late.
const LATE_COMMIT_WINDOW_SECS: i64 = 60;

/// The rows by the query that finds them.
type Rows = Vec<(Source, Vec<OverlapRow>)>;

/// The overlap as the last pass read it, and its present rows.
pub(super) struct Overlap {
    then: OverlapRows,
    now: Rows,
}

/// Reads the rows just before a watermark.
pub(super) fn rows(store: &Store, watermark: &Watermark) -> Result<Rows, Error> {
    Source::NEWS.into_iter().map(|source| Ok((source, store.overlap(source, watermark)?))).collect()
}

impl Overlap {
    pub fn new(then: OverlapRows, now: Rows) -> Self {
        Self { then, now }
    }

    /// Returns the clients that have rows in the stretch before `start` which may be news. History goes to `now`.
    pub fn unknown(
        &self,
        source: Source,
        store: &Store,
        start: &Watermark,
        now: &Watermark,
    ) -> Result<Vec<ClientId>, Error> {
        let is_same_stretch = source.start(start) == source.start(now);
        let known = self.now.iter().find(|(other, _)| is_same_stretch && *other == source);
        let rows = match known {
            Some((_, rows)) => rows.clone(),
            None => store.overlap(source, start)?,
        };
        Ok(rows.iter().filter(|row| !self.is_old(row)).map(|row| row.client_id).collect())
    }

    fn is_old(&self, row: &OverlapRow) -> bool {
        let is_over = |time: Timestamp| self.then.at.seconds_since(time) > LATE_COMMIT_WINDOW_SECS;
        row.time.is_some_and(is_over) && self.then.marks.contains(&row.mark)
    }

    /// Records that a pass that began at `clock` evaluated every row of the overlap.
    pub fn save(&self, ledger: &mut RunLedger, clock: Timestamp) -> Result<(), Error> {
        let rows = || self.now.iter().flat_map(|(_, rows)| rows);
        let marks: HashSet<u64> = rows().map(|row| row.mark).collect();
        // An idle pass must not write.
        if marks != self.then.marks || !rows().all(|row| self.is_old(row)) {
            ledger.set_overlap_rows(&OverlapRows { at: clock, marks })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn row(mark: u64, time: &str) -> OverlapRow {
        OverlapRow { client_id: ClientId(1), mark, time: time.parse().ok() }
    }

    fn overlap_of(rows: &[OverlapRow]) -> Overlap {
        let then = OverlapRows { at: at("2026-11-22 12:00:00"), marks: HashSet::from([1, 2, 3]) };
        Overlap::new(then, vec![(Source::Updated, rows.to_vec())])
    }

    #[test]
    fn treats_a_row_as_old_only_if_read_after_its_time() {
        let rows = [
            (row(1, "2026-11-22 11:58:59"), true),
            // A later change may have the same time.
            (row(1, "2026-11-22 11:59:30"), false),
            (row(1, "2026-11-22 12:00:30"), false),
            // This row was committed late: the last pass did not read it.
            (row(9, "2026-11-22 11:58:59"), false),
            (row(1, "no time"), false),
        ];
        for (row, is_old) in rows {
            assert_eq!(overlap_of(&[row]).is_old(&row), is_old, "{row:?}");
        }
    }

    #[test]
    fn saves_the_overlap_until_its_rows_are_old() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = RunLedger::open(&folder.path().join("ledger.db")).unwrap();
        let rows = vec![(Source::Wiped, vec![row(7, "2026-11-22 12:01:30")])];
        // The row is fresh at the first save, old at the second, and leaves nothing to write at the third.
        for (clock, remembered) in [("12:02:00", "12:02:00"), ("12:04:00", "12:04:00"), ("12:06:00", "12:04:00")] {
            let overlap = Overlap::new(ledger.overlap_rows().unwrap(), rows.clone());
            overlap.save(&mut ledger, at(&format!("2026-11-22 {clock}"))).unwrap();
            let now = ledger.overlap_rows().unwrap();
            assert_eq!((now.at, now.marks), (at(&format!("2026-11-22 {remembered}")), HashSet::from([7])), "{clock}");
        }
    }
}
