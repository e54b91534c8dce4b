//! Who claims an inventory ID: the question from the slot's value back to the clients.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

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

impl Store {
    /// Clients whose slot of this name may hold the inventory ID `plain`, by key: it holds `typed`, or `plain` as text or
    /// number, with leading zeros or blanks around it. Those are the spellings that the index can find; the caller reads
    /// each client to be sure, and meets any other spelling when that client itself is looked at.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn claimants(&self, slot: &str, typed: &str, plain: &str) -> Result<Vec<ClientId>, Error> {
        let mut clients = Vec::new();
        for spelling in self.spellings(slot)? {
            clients.extend(self.claimants_by(&spelling, typed, plain)?);
        }
        clients.sort_unstable();
        clients.dedup();
        Ok(clients)
    }

    fn claimants_by(&self, spelling: &str, typed: &str, plain: &str) -> Result<Vec<ClientId>, Error> {
        let texts = SLIPS.iter().map(|(before, after)| format!("{before}{plain}{after}"));
        let mut values: Vec<Value> = texts.chain([typed.to_owned()]).map(Value::Text).collect();
        values.extend(plain.parse().ok().map(Value::Integer));
        let places = vec!["?"; values.len()].join(", ");
        let sql = format!("SELECT client_id FROM client_slot WHERE name = ? AND value IN ({places})");
        self.reading(|connection| {
            let parameters = [Value::Text(spelling.to_owned())].into_iter().chain(values.iter().cloned());
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(parameters), |row| row.get(0).map(ClientId))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The names under which the appliance has this slot: they match without regard to case and blanks at the ends.
    fn spellings(&self, slot: &str) -> Result<Vec<String>, Error> {
        let mut known = self.spellings.borrow_mut();
        if known.as_ref().is_none_or(|(name, _)| name != slot) {
            let mut names = self.raw_slot_names()?;
            names.retain(|name| name.trim().eq_ignore_ascii_case(slot.trim()));
            *known = Some((slot.to_owned(), names));
        }
        Ok(known.as_ref().map(|(_, names)| names.clone()).unwrap_or_default())
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
