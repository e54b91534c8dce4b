//! Finds the clients that claim an inventory ID, from the slot's value back to the clients.

use std::sync::{Arc, LazyLock};

use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};

use super::database::Store;
use super::error::Error;
use super::excess::MAX_ROWS;
use crate::model::{ClientId, InventoryId};

/// The first character that does not count as white space: after a number and all blanks, tabs and line ends behind it,
/// and before any longer number, come the values that begin with the number and this.
const FIRST_VISIBLE: &str = "!";

/// The most digits of an inventory ID, those in front that are zeros among them.
const MAX_DIGITS: usize = 18;

/// The number of kinds of white space that values of a slot may begin with; only a broken view has more, and no end of
/// them.
const MAX_FRONTS: usize = 64;

/// Whether any value of a slot begins with a zero: mostly none does, and then none has zeros in front.
const HAS_ZEROS: &str = "SELECT EXISTS (SELECT 1 FROM client_slot WHERE name = ?1 AND value >= '0' AND value < '1')";

/// The number of bytes that all names of slots may have.
const MAX_NAMES_BYTES: usize = 64 << 20;

/// The limit for a search through all names of slots.
const ALL_NAMES: u32 = u32::MAX;

/// Whether any value of a slot is a blob, which comes behind all texts.
const HAS_BLOBS: &str = "SELECT EXISTS (SELECT 1 FROM client_slot WHERE name = ?1 AND value >= x'')";

/// The first value that begins with white space or a control character, from a text on.
const NEXT_BLANK: &str =
    "SELECT value FROM client_slot WHERE name = ?1 AND value >= ?2 AND value < '!' ORDER BY value LIMIT 1";

/// The text with whatever white space is behind it, and the number.
static CLAIMANTS: LazyLock<String> = LazyLock::new(|| claimants_in(2));
/// The same, and the text as typed, where it is another text.
static CLAIMANTS_AND_TYPED: LazyLock<String> = LazyLock::new(|| claimants_in(3));
/// The text behind white space, or behind as many zeros as an ID can have.
static CLAIMANTS_BEHIND: LazyLock<String> = LazyLock::new(|| claimants_in(MAX_DIGITS));

/// Returns a statement with one search in the index for each of so many ranges of values, in one walk: SQLite would
/// make a table of a list of values first, every time, and would open the index anew for a search of its own for each.
fn claimants_in(ranges: usize) -> String {
    let ranges = (0..ranges).map(|range| format!("(?{}, ?{})", 2 * range + 2, 2 * range + 3));
    let ranges = ranges.collect::<Vec<_>>().join(", ");
    format!(
        "WITH range(first, last) AS (VALUES {ranges})
         SELECT s.client_id FROM range CROSS JOIN client_slot AS s
         WHERE s.name = ?1 AND s.value >= range.first AND s.value <= range.last"
    )
}

/// A search for the clients of one inventory ID, in one spelling of the slot's name.
struct Search<'a> {
    connection: &'a Connection,
    slot: &'a str,
    plain: &'a str,
    found: Vec<ClientId>,
    /// The number of clients beyond which the search ends.
    limit: usize,
}

impl Search<'_> {
    /// Searches for the text itself, its number, and the text as typed.
    fn plain(&mut self, typed: &str) -> rusqlite::Result<()> {
        let last = [self.plain, FIRST_VISIBLE].concat();
        let number: Option<i64> = self.plain.parse().ok();
        let plain = self.plain;
        let ranges: [&dyn ToSql; 6] = [&plain, &last, &number, &number, &typed, &typed];
        if typed == plain { self.ask(&CLAIMANTS, &ranges[..4]) } else { self.ask(&CLAIMANTS_AND_TYPED, &ranges) }
    }

    /// Searches for the text behind this, and behind this and zeros.
    fn behind(&mut self, front: &str) -> rusqlite::Result<()> {
        let texts = self.behind_zeros(front);
        let ranges: Vec<&dyn ToSql> = texts.as_flattened().iter().map(|value| value as _).collect();
        self.ask(&CLAIMANTS_BEHIND, &ranges)
    }

    /// Searches for the same, stored as blobs.
    fn blobs_behind(&mut self, front: &str) -> rusqlite::Result<()> {
        let blobs = self.behind_zeros(front).map(|range| range.map(String::into_bytes));
        let ranges: Vec<&dyn ToSql> = blobs.as_flattened().iter().map(|value| value as _).collect();
        self.ask(&CLAIMANTS_BEHIND, &ranges)
    }

    /// Returns a range of values for each number of zeros; where that would be too long an ID, one that was there
    /// before.
    fn behind_zeros(&self, front: &str) -> [[String; 2]; MAX_DIGITS] {
        std::array::from_fn(|zeros| {
            let zeros = if zeros + self.plain.len() > MAX_DIGITS { 0 } else { zeros };
            let first = [front, &"0".repeat(zeros), self.plain].concat();
            [first.clone(), [&first, FIRST_VISIBLE].concat()]
        })
    }

    fn ask(&mut self, sql: &str, ranges: &[&dyn ToSql]) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let parameters = [&self.slot as &dyn ToSql].into_iter().chain(ranges.iter().copied());
        let rows = statement.query_map(params_from_iter(parameters), |row| row.get(0).map(ClientId))?;
        for client in rows {
            let client = client?;
            if self.found.last() != Some(&client) {
                self.found.push(client);
            }
            if self.found.len() > self.limit {
                break;
            }
        }
        Ok(())
    }

    fn has(&self, sql: &str) -> rusqlite::Result<bool> {
        self.connection.prepare_cached(sql)?.query_row([self.slot], |row| row.get(0))
    }

    /// Returns the white space that values of the slot begin with, each kind once: mostly none. The search leaps
    /// through the index from one kind to the next, whatever the number of values.
    fn blank_fronts(&self) -> rusqlite::Result<Vec<String>> {
        let mut fronts: Vec<String> = Vec::new();
        let mut from = vec![0];
        let mut statement = self.connection.prepare_cached(NEXT_BLANK)?;
        loop {
            let text = String::from_utf8_lossy(&from);
            let next = statement.query_row([self.slot, &text], |row| Ok(row.get_ref(0)?.as_bytes()?.to_vec()));
            let Some(value) = next.optional()? else { break };
            let blanks = value.iter().take_while(|byte| InventoryId::is_stripped(char::from(**byte))).count();
            let front = &value[..blanks];
            // Values that go on visibly come behind those that go on with more white space.
            from = match value.get(blanks) {
                Some(b'!'..) => following(front),
                Some(_) => following(&value[..=blanks]),
                None => [front, b"\0"].concat(),
            };
            fronts.extend(String::from_utf8(front.to_vec()));
            if fronts.len() > MAX_FRONTS {
                break;
            }
        }
        fronts.dedup();
        Ok(fronts)
    }
}

/// The first text behind all that begin with this one, whose last byte is ASCII.
fn following(front: &[u8]) -> Vec<u8> {
    let mut next = front.to_vec();
    if let Some(last) = next.last_mut() {
        *last += 1;
    }
    next
}

impl Store {
    /// Returns the clients whose slot of this name may hold the inventory ID `plain`, by key: it holds `typed`, or
    /// `plain` as text or number, with zeros and white space before it and whatever white space behind it. Those are
    /// all the spellings that [`InventoryId::parse`] takes for this ID; the caller reads each client to be sure.
    ///
    /// # Errors
    ///
    /// When the database cannot be read; [`Error::TooMany`] when too many rows hold it to choose from.
    pub fn claimants(&self, slot: &str, typed: &str, plain: &str) -> Result<Vec<ClientId>, Error> {
        self.claimants_up_to(MAX_ROWS, slot, typed, plain)
    }

    /// Does the same as [`Self::claimants`], up to a limit.
    ///
    /// # Errors
    ///
    /// When the database cannot be read; [`Error::TooMany`] when more than `limit` are found. A client may be found in
    /// several ways, and counts for each.
    pub fn claimants_up_to(&self, limit: usize, slot: &str, typed: &str, plain: &str) -> Result<Vec<ClientId>, Error> {
        let spellings = self.spellings(slot)?;
        let (mut clients, is_complete) = self.reading(|connection| {
            let (mut found, mut is_complete) = (Vec::new(), true);
            for spelling in spellings.iter() {
                let mut search = Search { connection, slot: spelling, plain, found, limit };
                search.plain(typed)?;
                if search.has(HAS_ZEROS)? {
                    search.behind("")?;
                }
                let fronts = search.blank_fronts()?;
                is_complete &= fronts.len() <= MAX_FRONTS;
                for front in fronts {
                    search.behind(&front)?;
                }
                if search.has(HAS_BLOBS)? {
                    search.blobs_behind("")?;
                }
                found = search.found;
            }
            Ok((found, is_complete))
        })?;
        if clients.len() > limit || !is_complete {
            return Err(Error::TooMany { path: self.path.clone(), what: "rows of client_slot with one inventory ID" });
        }
        clients.sort_unstable();
        clients.dedup();
        Ok(clients)
    }

    /// Returns the names under which the appliance has this slot: they match without regard to case and blanks at the
    /// ends.
    fn spellings(&self, slot: &str) -> Result<Arc<[String]>, Error> {
        let mut known = self.spellings.borrow_mut();
        if known.as_ref().is_none_or(|(name, _)| name != slot) {
            let wanted = slot.trim();
            let (names, _) = self.names_of_slots(ALL_NAMES, |name| name.trim().eq_ignore_ascii_case(wanted))?;
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
        Ok(self.names_of_slots(ALL_NAMES, |_| true)?.0.iter().map(|name| name.trim().to_owned()).collect())
    }

    /// Whether a client has this slot; also where there are more than `limit` different names, too many to be sure.
    pub(super) fn may_have_slot(&self, slot: &str, limit: u32) -> Result<bool, Error> {
        let (names, number) = self.names_of_slots(limit, |name| name.trim().eq_ignore_ascii_case(slot.trim()))?;
        Ok(!names.is_empty() || number >= limit)
    }

    /// The names of those slots that are wanted, unchanged, and the number of names that were compared, at most
    /// `limit`. The search leaps from one name to the next in the index. One client with too many slots, or with a name
    /// that is no text, keeps no other client from being sent.
    fn names_of_slots(&self, limit: u32, is_wanted: impl Fn(&str) -> bool) -> Result<(Vec<String>, u32), Error> {
        let names = self.reading(|connection| {
            let mut statement = connection.prepare_cached(
                "WITH RECURSIVE slot(name) AS (
                     SELECT min(name) FROM client_slot
                     UNION ALL
                     SELECT (SELECT min(name) FROM client_slot WHERE name > slot.name) FROM slot WHERE slot.name IS NOT NULL)
                 SELECT name FROM slot WHERE name IS NOT NULL LIMIT ?1",
            )?;
            let mut rows = statement.query([limit])?;
            let (mut names, mut number, mut bytes) = (Vec::new(), 0, 0);
            while let Some(row) = rows.next()? {
                number += 1;
                let Ok(name) = row.get_ref(0)?.as_str() else { continue };
                if is_wanted(name) {
                    bytes += name.len();
                    names.push(name.to_owned());
                }
                if bytes > MAX_NAMES_BYTES {
                    return Ok(None);
                }
            }
            Ok(Some((names, number)))
        })?;
        names.ok_or_else(|| Error::TooMany { path: self.path.clone(), what: "names of slots in client_slot" })
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    fn search_of(values: &[&str], plain: &str) -> (Vec<String>, Vec<i64>) {
        let connection = Connection::open_in_memory().unwrap();
        let schema = "CREATE TABLE client_slot (client_id INTEGER, name TEXT, value TEXT);
                      CREATE INDEX by_value ON client_slot (name, value)";
        connection.execute_batch(schema).unwrap();
        for (client, value) in values.iter().enumerate() {
            let row = rusqlite::params![i64::try_from(client).unwrap(), value];
            connection.execute("INSERT INTO client_slot VALUES (?1, 'ID', ?2)", row).unwrap();
        }
        let mut search = Search { connection: &connection, slot: "ID", plain, found: Vec::new(), limit: MAX_ROWS };
        search.plain(plain).unwrap();
        search.behind("").unwrap();
        let fronts = search.blank_fronts().unwrap();
        for front in &fronts {
            search.behind(front).unwrap();
        }
        let mut found: Vec<i64> = search.found.iter().map(|client| client.0).collect();
        found.sort_unstable();
        found.dedup();
        (fronts, found)
    }

    #[test]
    fn leaps_from_one_kind_of_white_space_to_the_next() {
        let values = [
            "5001",
            "",
            " 1",
            " 2",
            " \t3",
            "\t",
            "\t4",
            "\t 5",
            "\u{1}6",
            "\u{1}7",
            "\0\u{7f}",
            "\n\u{10ffff}8",
            "\n\u{10ffff}9",
        ];
        assert_eq!(search_of(&values, "5001").0, ["\0", "", "\t", "\t ", "\t", "\n", " \t", " "]);
    }

    #[test]
    fn finds_every_spelling_that_is_taken_for_the_id() {
        let alike = [
            "5001",
            "05001",
            "000000000000005001",
            "  05001 ",
            "\t5001",
            "\r\n \t0005001\r\n",
            "\0 5001",
            "5001\0",
            "\u{b}5001\u{c}",
        ];
        let others = ["50010", "15001", " 5002", "5001x", "\t0500 1", ""];
        let values = [&alike[..], &others[..]].concat();
        assert_eq!(search_of(&values, "5001").1, (0..9).collect::<Vec<i64>>());
    }
}
