//! The slots of the inventory item menu: what they are called, and what technicians type into them.

use std::collections::BTreeMap;

use rusqlite::named_params;

use super::database::Store;
use super::error::Error;
use super::value;

/// The number of slots that are read of all these clients.
const MAX_SAMPLED_ROWS: u32 = 200_000;

/// The number of bytes that their names and values may have.
const MAX_SAMPLED_BYTES: usize = 64 << 20;

/// The values that technicians typed into one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotSample {
    /// The slot's name, without blanks at its ends.
    pub name: String,
    /// The values that are not blank, of the newest client first.
    pub values: Vec<String>,
}

impl Store {
    /// Returns the values of each slot of the newest `clients` clients: one entry for each slot, by name, also for
    /// slots that are always blank.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn slot_samples(&self, clients: u32) -> Result<Vec<SlotSample>, Error> {
        let mut slots: BTreeMap<String, Vec<String>> =
            self.slot_names()?.into_iter().map(|name| (name, Vec::new())).collect();
        for (name, typed) in self.typed(clients)? {
            slots.entry(name).or_default().push(typed);
        }
        Ok(slots.into_iter().map(|(name, values)| SlotSample { name, values }).collect())
    }

    /// Names and values of the filled slots of the newest clients.
    fn typed(&self, clients: u32) -> Result<Vec<(String, String)>, Error> {
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT s.name, s.value FROM (SELECT id FROM client ORDER BY id DESC LIMIT :clients) AS c
                 CROSS JOIN client_slot AS s ON s.client_id = c.id ORDER BY c.id DESC LIMIT :rows",
            )?;
            let mut rows = statement.query(named_params! {":clients": clients, ":rows": MAX_SAMPLED_ROWS})?;
            let (mut typed, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let Some((name, value)) = value::text(row.get_ref("name")?).zip(value::text(row.get_ref("value")?))
                else {
                    continue;
                };
                bytes += name.len() + value.len();
                if bytes > MAX_SAMPLED_BYTES {
                    break;
                }
                typed.push((name, value));
            }
            Ok(typed)
        })
    }
}
