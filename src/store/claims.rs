//! Who claims an inventory ID: the question from the slot's value back to the clients.

use std::sync::Arc;

use rusqlite::{Params, Statement};

use super::{Error, Store};
use crate::model::ClientId;

/// What people and scanners put around a number by mistake.
const SLIPS: [(&str, &str); 17] = [
    ("", ""),
    ("0", ""),
    ("00", ""),
    ("000", ""),
    ("0000", ""),
    ("00000", ""),
    ("000000", ""),
    (" ", ""),
    ("", " "),
    (" ", " "),
    ("\t", ""),
    ("", "\t"),
    ("", "\n"),
    ("", "\r\n"),
    ("", "\r"),
    ("  ", ""),
    ("", "  "),
];

/// Asked for one value at a time: for a list of them SQLite would make a table first, every time.
const CLAIMANTS: &str = "SELECT client_id FROM client_slot WHERE name = ?1 AND value = ?2";

impl Store {
    /// Clients whose slot of this name may hold the inventory ID `plain`, by key: it holds `typed`, or `plain` as text or
    /// number, with leading zeros or blanks around it. Those are the spellings that the index can find; the caller reads
    /// each client to be sure, and meets any other spelling when that client itself is looked at.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn claimants(&self, slot: &str, typed: &str, plain: &str) -> Result<Vec<ClientId>, Error> {
        let spellings = self.spellings(slot)?;
        let mut clients = self.reading(|connection| {
            let mut statement = connection.prepare_cached(CLAIMANTS)?;
            let mut found = Vec::new();
            for spelling in spellings.iter() {
                for (before, after) in SLIPS {
                    add(&mut found, &mut statement, (spelling, format!("{before}{plain}{after}")))?;
                }
                add(&mut found, &mut statement, (spelling, typed))?;
                if let Ok(number) = plain.parse::<i64>() {
                    add(&mut found, &mut statement, (spelling, number))?;
                }
            }
            Ok(found)
        })?;
        clients.sort_unstable();
        clients.dedup();
        Ok(clients)
    }

    /// The names under which the appliance has this slot: they match without regard to case and blanks at the ends.
    fn spellings(&self, slot: &str) -> Result<Arc<[String]>, Error> {
        let mut known = self.spellings.borrow_mut();
        if known.as_ref().is_none_or(|(name, _)| name != slot) {
            let mut names = self.raw_slot_names()?;
            names.retain(|name| name.trim().eq_ignore_ascii_case(slot.trim()));
            *known = Some((slot.to_owned(), names.into()));
        }
        Ok(known.as_ref().map(|(_, names)| Arc::clone(names)).unwrap_or_default())
    }

    /// The names of all slots of the inventory item menu.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn slot_names(&self) -> Result<Vec<String>, Error> {
        Ok(self.raw_slot_names()?.iter().map(|name| name.trim().to_owned()).collect())
    }

    /// The names as they are, found by leaping from one name to the next in the index.
    fn raw_slot_names(&self) -> Result<Vec<String>, Error> {
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(
                "WITH RECURSIVE slot(name) AS (
                     SELECT min(name) FROM client_slot
                     UNION ALL
                     SELECT (SELECT min(name) FROM client_slot WHERE name > slot.name) FROM slot WHERE slot.name IS NOT NULL)
                 SELECT name FROM slot WHERE name IS NOT NULL",
            )?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn add(found: &mut Vec<ClientId>, statement: &mut Statement<'_>, parameters: impl Params) -> rusqlite::Result<()> {
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        found.push(ClientId(row.get(0)?));
    }
    Ok(())
}
