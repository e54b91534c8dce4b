//! Keeps the file small over years: old history goes, and with it the records of assets to which no client is sent any
//! more. A few rows at a time, so that no pass gets long by it, and nothing is written where there is nothing to do.
//!
//! The records that go are not needed: an asset that is forgotten is compared with IQR as on the first day.
//! The caller says which age is old enough.

use rusqlite::named_params;

use super::error::Error;
use super::run_ledger::RunLedger;
use crate::model::Timestamp;

/// The largest number of rows of one table that one call reads or deletes.
const MAX_STEP_ROWS: i64 = 256;

/// The number of empty pages (of 4 KiB) that are left for the next records rather than given back.
const SPARE_PAGES: i64 = 256;

/// The tables of the history, with the column that says when. Their rows were made one after the other.
const HISTORY: [(&str, &str); 2] = [("pass", "started_at"), ("change", "at")];

/// Setting: the asset that [`RunLedger::forget_lone_assets`] came to.
const CURSOR: &str = "upkeep reached asset";

impl RunLedger {
    /// Takes away history from before `cutoff`, as of `now`, some hundred rows at most; the next calls go on. Pages
    /// that became empty are given back to the file system in steps, too.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read or written.
    pub fn prune(&mut self, cutoff: Timestamp, now: Timestamp) -> Result<(), Error> {
        for (table, time) in HISTORY {
            if let Some(surely) = self.oldest_before(table, time, (cutoff, now))? {
                self.delete_older(table, time, (cutoff, surely))?;
            }
        }
        self.give_back()
    }

    /// The key up to which rows surely are old; `None` when there is nothing to take away.
    ///
    /// The first row is the oldest. One that is dated after now was made while the clock was ahead, and must not keep
    /// the others forever: then the row in the middle tells, and all before it are older.
    fn oldest_before(
        &self,
        table: &str,
        time: &str,
        (cutoff, now): (Timestamp, Timestamp),
    ) -> Result<Option<i64>, Error> {
        let row = |sql: &str| self.row(sql, [], |row| Ok((row.get(0)?, Timestamp::from_unix_millis(row.get(1)?))));
        let first = row(&format!("SELECT id, {time} FROM {table} WHERE id = (SELECT min(id) FROM {table})"))?;
        let newest_old = match first {
            Some((_, at)) if at > now => row(&format!(
                "SELECT id, {time} FROM {table}
                 WHERE id >= ((SELECT min(id) FROM {table}) + (SELECT max(id) FROM {table})) / 2 ORDER BY id LIMIT 1"
            ))?,
            first => first,
        };
        Ok(newest_old.filter(|(_, at)| *at < cutoff).map(|(id, _)| id))
    }

    fn delete_older(&mut self, table: &str, time: &str, (cutoff, surely): (Timestamp, i64)) -> Result<usize, Error> {
        let sql = format!(
            "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} ORDER BY id LIMIT ?1) AND ({time} < ?2 OR id <= ?3)"
        );
        self.execute(&sql, (MAX_STEP_ROWS, cutoff.unix_millis(), surely))
    }

    /// Gives some empty pages back once they are a quarter of the file: fewer are filled again by what comes. A file of
    /// an older version has no map of its pages, and keeps them for reuse.
    fn give_back(&mut self) -> Result<(), Error> {
        let number = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let pages = || -> rusqlite::Result<_> { Ok((number("freelist_count")?, number("page_count")?)) };
        let (free, all) = pages().map_err(|source| self.at(source))?;
        if free <= SPARE_PAGES || free * 4 <= all {
            return Ok(());
        }
        // Each row of the answer is a page that was given back.
        self.connection.pragma(None, "incremental_vacuum", MAX_STEP_ROWS, |_| Ok(())).map_err(|source| self.at(source))
    }

    /// Forgets assets that no client is sent to any more and that nothing was sent to since `cutoff`: looks at some
    /// hundred of them, and remembers where to go on.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read or written.
    pub fn forget_lone_assets(&mut self, cutoff: Timestamp) -> Result<(), Error> {
        self.atomically(|ledger| {
            let after = ledger.setting::<String>(CURSOR)?.unwrap_or_default();
            // The last of this step; none at the end, and then it begins anew.
            let sql = "SELECT inventory_id FROM asset WHERE inventory_id > ?1 ORDER BY inventory_id LIMIT 1 OFFSET ?2";
            let last: Option<String> = ledger.row(sql, (&after, MAX_STEP_ROWS - 1), |row| row.get(0))?;
            // No text comes after a blob, and with an upper end the search has one.
            let sql =
                "DELETE FROM asset WHERE inventory_id > :after AND inventory_id <= ifnull(:last, x'') AND at < :cutoff
                       AND NOT EXISTS (SELECT 1 FROM sent WHERE sent.inventory_id = asset.inventory_id)
                       AND NOT EXISTS (SELECT 1 FROM intent WHERE intent.inventory_id = asset.inventory_id)
                       AND NOT EXISTS (SELECT 1 FROM left_behind WHERE left_behind.inventory_id = asset.inventory_id)";
            let values = named_params! {":after": after, ":last": last, ":cutoff": cutoff.unix_millis()};
            ledger.execute(sql, values)?;
            let reached = last.unwrap_or_default();
            if reached == after { Ok(()) } else { ledger.set(&[(CURSOR, &reached)]) }
        })
    }
}
