//! Who claims an inventory ID: the question from the slot's value back to the clients.

use std::sync::{Arc, LazyLock};

use rusqlite::{ToSql, params_from_iter};

use super::limits::MAX_ROWS;
use super::{Error, Store};
use crate::model::ClientId;

/// What people and scanners put before a number by mistake, after nothing at all. What they put behind it is found by where
/// it stands in the index: right behind the number.
const SLIPS: [&str; 9] = ["0", "00", "000", "0000", "00000", "000000", " ", "  ", "\t"];

/// The first printable character: after a number and whatever blanks, tabs and ends of lines are behind it, and before any
/// longer number, come those that begin with the number and this.
const BEHIND_BLANKS: &str = "!";

/// Whether any value of a slot begins with a blank or the like, or with a zero: mostly none does, and then nobody has put
/// anything before any number.
const HAS_SLIPS: &str = "SELECT EXISTS (SELECT 1 FROM client_slot WHERE name = ?1 AND value > '' AND value < '!')
    OR EXISTS (SELECT 1 FROM client_slot WHERE name = ?1 AND value >= '0' AND value < '1')";

/// Most bytes of all names of slots.
const MAX_NAMES_BYTES: usize = 64 << 20;

/// The text with whatever is behind it, and the number.
static CLAIMANTS: LazyLock<String> = LazyLock::new(|| claimants_in(2));
/// Those, and what was typed, where it is another text.
static CLAIMANTS_AND_TYPED: LazyLock<String> = LazyLock::new(|| claimants_in(3));
/// Those, and the text with each of the slips before it.
static CLAIMANTS_WITH_SLIPS: LazyLock<String> = LazyLock::new(|| claimants_in(3 + SLIPS.len()));

/// One search in the index for each of so many ranges of values, in one walk: a list of values SQLite would make a table of
/// first, every time, and for a search of its own for each it would open the index anew.
fn claimants_in(ranges: usize) -> String {
    let ranges = (0..ranges).map(|range| format!("(?{}, ?{})", 2 * range + 2, 2 * range + 3));
    let ranges = ranges.collect::<Vec<_>>().join(", ");
    format!(
        "WITH range(first, last) AS (VALUES {ranges})
         SELECT s.client_id FROM range CROSS JOIN client_slot AS s
         WHERE s.name = ?1 AND s.value >= range.first AND s.value <= range.last LIMIT {}",
        MAX_ROWS + 1
    )
}

impl Store {
    /// Clients whose slot of this name may hold the inventory ID `plain`, by key: it holds `typed`, or `plain` as text or
    /// number, with leading zeros or blanks around it, or something near it. Those are the spellings that the index can
    /// find; the caller reads each client to be sure, and meets any other spelling when that client itself is looked at.
    ///
    /// # Errors
    ///
    /// When the database cannot be read; [`Error::TooMany`] when so many rows hold it that nobody can tell them apart.
    pub fn claimants(&self, slot: &str, typed: &str, plain: &str) -> Result<Vec<ClientId>, Error> {
        let spellings = self.spellings(slot)?;
        let number: Option<i64> = plain.parse().ok();
        let last = [plain, BEHIND_BLANKS].concat();
        let ranges: [&dyn ToSql; 6] = [&plain, &last, &number, &number, &typed, &typed];
        let mut clients: Vec<ClientId> = self.reading(|connection| {
            let mut found = Vec::new();
            for spelling in spellings.iter() {
                let has_slips = connection.prepare_cached(HAS_SLIPS)?.query_row([spelling], |row| row.get(0))?;
                let (sql, ranges, slips) = match has_slips {
                    true => (&*CLAIMANTS_WITH_SLIPS, &ranges[..], &SLIPS[..]),
                    false if typed == plain => (&*CLAIMANTS, &ranges[..4], &[][..]),
                    false => (&*CLAIMANTS_AND_TYPED, &ranges[..], &[][..]),
                };
                let slips: Vec<_> =
                    slips.iter().map(|slip| [[*slip, plain].concat(), [*slip, &last].concat()]).collect();
                let mut statement = connection.prepare_cached(sql)?;
                let parameters = [spelling as &dyn ToSql].into_iter().chain(ranges.iter().copied());
                let parameters = parameters.chain(slips.as_flattened().iter().map(|value| value as _));
                let rows = statement.query_map(params_from_iter(parameters), |row| row.get(0).map(ClientId))?;
                found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
            }
            Ok(found)
        })?;
        if clients.len() > MAX_ROWS {
            return Err(Error::TooMany { path: self.path.clone(), what: "rows of client_slot with one inventory ID" });
        }
        clients.sort_unstable();
        clients.dedup();
        Ok(clients)
    }

    /// The names under which the appliance has this slot: they match without regard to case and blanks at the ends.
    fn spellings(&self, slot: &str) -> Result<Arc<[String]>, Error> {
        let mut known = self.spellings.borrow_mut();
        if known.as_ref().is_none_or(|(name, _)| name != slot) {
            let wanted = slot.trim();
            let names = self.names_of_slots(|name| name.trim().eq_ignore_ascii_case(wanted))?;
            *known = Some((slot.to_owned(), names.into()));
        }
        Ok(known.as_ref().map(|(_, names)| Arc::clone(names)).unwrap_or_default())
    }

    /// The names of all slots of the inventory item menu.
    ///
    /// # Errors
    ///
    /// When the database cannot be read; [`Error::TooMany`] when the names are more than memory should hold.
    pub fn slot_names(&self) -> Result<Vec<String>, Error> {
        Ok(self.names_of_slots(|_| true)?.iter().map(|name| name.trim().to_owned()).collect())
    }

    /// The names of those slots that are wanted, unchanged, found by leaping from one name to the next in the index. One
    /// client with too many slots, or with a name that is no text, keeps no other client from being sent.
    fn names_of_slots(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, Error> {
        let names = self.reading(|connection| {
            let mut statement = connection.prepare_cached(
                "WITH RECURSIVE slot(name) AS (
                     SELECT min(name) FROM client_slot
                     UNION ALL
                     SELECT (SELECT min(name) FROM client_slot WHERE name > slot.name) FROM slot WHERE slot.name IS NOT NULL)
                 SELECT name FROM slot WHERE name IS NOT NULL",
            )?;
            let mut rows = statement.query([])?;
            let (mut names, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let Ok(name) = row.get_ref(0)?.as_str() else { continue };
                if is_wanted(name) {
                    bytes += name.len();
                    names.push(name.to_owned());
                }
                if bytes > MAX_NAMES_BYTES {
                    return Ok(None);
                }
            }
            Ok(Some(names))
        })?;
        names.ok_or_else(|| Error::TooMany { path: self.path.clone(), what: "names of slots in client_slot" })
    }
}
