//! Who claims an inventory ID: the question from the slot's value back to the clients.

use rusqlite::named_params;

use super::value::text;
use super::{Error, Store};
use crate::model::ClientId;

/// A client whose inventory ID slot may hold a given ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The client.
    pub client_id: ClientId,
    /// Its serial number.
    pub serial_number: Option<String>,
}

impl Store {
    /// The clients whose slot `slot` holds `typed`, or `plain` with leading zeros or a blank beside it, by key. Those are
    /// the slips that the index can find; any other spelling is found when its own client is looked at.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn claims(&self, slot: &str, typed: &str, plain: &str) -> Result<Vec<Claim>, Error> {
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT s.client_id, c.serial_number FROM client_slot AS s CROSS JOIN client AS c ON c.id = s.client_id
                 WHERE s.name = :slot AND s.value IN (:typed, :plain, '0' || :plain, '00' || :plain, '000' || :plain,
                                                        ' ' || :plain, :plain || ' ')
                 ORDER BY s.client_id",
            )?;
            let parameters = named_params! {":slot": slot, ":typed": typed, ":plain": plain};
            let rows = statement.query_map(parameters, |row| {
                Ok(Claim { client_id: ClientId(row.get("client_id")?), serial_number: text(row, "serial_number")? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The names of all slots of the inventory item menu, found by leaping from one name to the next in the index.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn slot_names(&self) -> Result<Vec<String>, Error> {
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(
                "WITH RECURSIVE slot(name) AS (
                     SELECT min(name) FROM client_slot
                     UNION ALL
                     SELECT (SELECT min(name) FROM client_slot WHERE name > slot.name) FROM slot WHERE slot.name IS NOT NULL)
                 SELECT name FROM slot WHERE name IS NOT NULL",
            )?;
            let rows = statement.query_map([], |row| Ok(text(row, "name")?.unwrap_or_default()))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
