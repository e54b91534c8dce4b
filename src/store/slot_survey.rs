//! The slots that the newest clients have, to find out whether a slot that the config names exists.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use rusqlite::named_params;

use super::database::Store;
use super::error::Error;
use super::{schema, value};
use crate::clock::BootTime;
use crate::escape;
use crate::model::excerpt;

/// The number of newest clients whose slots are read.
const MAX_CLIENTS: u32 = 1000;

/// The number of rows that are read of all these clients.
const MAX_ROWS: u32 = 20_000;

/// The number of bytes that the names in these rows may have.
const MAX_BYTES: usize = 4 << 20;

/// The time after which no further row is read: a view may take long for each client.
const MAX_TIME: Duration = Duration::from_secs(2);

/// The number of different names of slots among which a slot of older clients is searched for.
const MAX_NAMES: u32 = 10_000;

/// The number of clients in a row without a slot from which on the slot counts as given up: a day of a small shop.
const MIN_CLIENTS_WITHOUT: usize = 50;

/// The number of slots in use that a message lists.
const MAX_LISTED: usize = 8;

/// Names and filling of the slots of the newest clients, found by the index on the client; the length of a value is
/// known without reading it.
const NEWEST: &str = "SELECT c.id, s.name, coalesce(octet_length(s.value), 0) > 0
     FROM (SELECT id FROM client ORDER BY id DESC LIMIT :clients) AS c
     CROSS JOIN client_slot AS s ON s.client_id = c.id ORDER BY c.id DESC LIMIT :rows";

/// The use of a slot by the newest clients.
#[derive(Debug)]
struct SlotUse {
    /// The name in the spelling of the newest client, without blanks at its ends.
    name: String,
    /// The number of clients, counted from the newest that has slots, that come before the first one with this slot.
    clients_before: usize,
    rows: usize,
    /// The number of rows whose value is not empty.
    filled: usize,
}

/// The slots of the newest clients, the most used first.
#[derive(Debug, Default)]
pub struct SlotSurvey {
    slots: Vec<SlotUse>,
    /// The number of clients that have slots.
    clients: usize,
}

/// The clients that lack a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// No client has the slot.
    All,
    /// So many of the newest clients that have slots have others.
    Newest(usize),
}

/// A slot that clients lack, though the config names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotGap {
    /// The name of the slot, as the config has it.
    pub slot: String,
    /// The clients that lack it.
    pub lacking: Lacking,
    /// Other slots that the newest clients have, the most used first; none where they have no slot.
    pub in_use: Vec<String>,
}

impl SlotSurvey {
    fn add(&mut self, places: &mut HashMap<String, usize>, name: &str, is_filled: bool) {
        let name = name.trim();
        let place = *places.entry(name.to_ascii_lowercase()).or_insert_with(|| {
            let clients_before = self.clients.saturating_sub(1);
            self.slots.push(SlotUse { name: name.to_owned(), clients_before, rows: 0, filled: 0 });
            self.slots.len() - 1
        });
        let slot = &mut self.slots[place];
        slot.rows += 1;
        slot.filled += usize::from(is_filled);
    }

    /// Returns the clients that lack the slot; `is_of_older` says whether an older client may have it.
    fn lacking<E>(&self, slot: &str, is_of_older: impl FnOnce() -> Result<bool, E>) -> Result<Option<Lacking>, E> {
        let before = self.slots.iter().find(|it| is_same(&it.name, slot)).map(|it| it.clients_before);
        if before.is_none() && !is_of_older()? {
            return Ok(Some(Lacking::All));
        }
        let without = before.unwrap_or(self.clients);
        Ok((without >= MIN_CLIENTS_WITHOUT).then_some(Lacking::Newest(without)))
    }
}

/// Whether two names are those of one slot, as [`slot_of`](crate::model::slot_of) finds it.
fn is_same(name: &str, other: &str) -> bool {
    name.trim().eq_ignore_ascii_case(other.trim())
}

impl Store {
    /// Returns the slots of the newest clients; `None` where a missing index or a view makes that too long a question,
    /// and where there is no client.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn slot_survey(&self) -> Result<Option<SlotSurvey>, Error> {
        let survey = self.reading(|connection| {
            if schema::missing_indexes(connection)?.iter().any(|index| index.is_of("client_slot")) {
                return Ok(None);
            }
            let mut statement = connection.prepare_cached(NEWEST)?;
            let mut rows = statement.query(named_params! {":clients": MAX_CLIENTS, ":rows": MAX_ROWS})?;
            let (mut survey, mut places) = (SlotSurvey::default(), HashMap::new());
            let (mut client, mut bytes, end) = (None, 0, BootTime::now() + MAX_TIME);
            while let Some(row) = rows.next()? {
                let Some(name) = value::text(row.get_ref(1)?) else { continue };
                bytes += name.len();
                if bytes > MAX_BYTES || end.left().is_zero() {
                    break;
                }
                let of_client = Some(row.get_ref(0)?.as_i64().unwrap_or_default());
                survey.clients += usize::from(of_client != client);
                client = of_client;
                survey.add(&mut places, &name, row.get(2)?);
            }
            let has_client =
                || connection.query_row("SELECT EXISTS (SELECT 1 FROM client)", [], |row| row.get::<_, bool>(0));
            if survey.clients == 0 && !has_client()? {
                return Ok(None);
            }
            survey.slots.sort_by(|a, b| (b.filled, b.rows, &a.name).cmp(&(a.filled, a.rows, &b.name)));
            Ok(Some(survey))
        });
        match survey {
            Err(Error::NoAnswer(_)) => Ok(None),
            survey => survey,
        }
    }

    /// Returns what is missing where clients lack this slot; `None` where they have it, or where that cannot be known.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn slot_gap(&self, survey: &SlotSurvey, slot: &str) -> Result<Option<SlotGap>, Error> {
        let lacking = match survey.lacking(slot, || self.may_have_slot(slot, MAX_NAMES)) {
            Err(Error::NoAnswer(_)) => return Ok(None),
            lacking => lacking?,
        };
        let others = survey.slots.iter().map(|it| &it.name).filter(|name| !is_same(name, slot));
        Ok(lacking.map(|lacking| SlotGap { slot: slot.to_owned(), lacking, in_use: others.cloned().collect() }))
    }
}

/// `no machine has a slot "Asset ID"; slots in use: "Inventory ID", "Job" and 12 more`, with backticks.
impl fmt::Display for SlotGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slot = quoted(&self.slot);
        match self.lacking {
            Lacking::All => write!(f, "no machine has a slot {slot}")?,
            Lacking::Newest(clients) => {
                write!(f, "none of the newest {clients} machines that have slots has a slot {slot}")?;
            }
        }
        if self.in_use.is_empty() {
            return f.write_str("; no slot is in use");
        }
        let listed: Vec<String> = self.in_use.iter().take(MAX_LISTED).map(|name| quoted(name)).collect();
        write!(f, "; slots in use: {}", listed.join(", "))?;
        match self.in_use.len().saturating_sub(MAX_LISTED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Returns a name in backticks in which a blank that is none, and a character that no reader sees, is escaped.
fn quoted(name: &str) -> String {
    let mut shown = String::new();
    for character in escape::one_line(&excerpt(name)).chars() {
        if character.is_whitespace() && character != ' ' {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    format!("`{shown}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the survey of clients with these slots, the newest first.
    fn survey(clients: &[&[&str]]) -> SlotSurvey {
        let (mut survey, mut places) = (SlotSurvey::default(), HashMap::new());
        for names in clients {
            survey.clients += 1;
            names.iter().for_each(|name| survey.add(&mut places, name, true));
        }
        survey
    }

    fn lacking(survey: &SlotSurvey, slot: &str, is_of_older: bool) -> Option<Lacking> {
        survey.lacking(slot, || Ok::<_, ()>(is_of_older)).unwrap()
    }

    #[test]
    fn finds_a_slot_whatever_its_case_and_outer_blanks() {
        let survey = survey(&[&["Job"], &[" INVENTORY id "]]);
        assert_eq!(lacking(&survey, "Inventory ID", false), None);
        assert_eq!(lacking(&survey, "Inventory  ID", false), Some(Lacking::All));
        assert_eq!(lacking(&survey, "Asset ID", true), None, "an older client has it, and few are newer");
    }

    #[test]
    fn misses_a_slot_that_the_newest_clients_do_not_have() {
        let few = vec![&["New ID"][..]; MIN_CLIENTS_WITHOUT - 1];
        let many = vec![&["New ID"][..]; MIN_CLIENTS_WITHOUT];
        let with_old = |newest: &[&'static [&'static str]]| survey(&[newest, &[&["Old ID"][..]]].concat());
        assert_eq!(lacking(&with_old(&few), "Old ID", false), None);
        assert_eq!(lacking(&with_old(&many), "Old ID", false), Some(Lacking::Newest(MIN_CLIENTS_WITHOUT)));
        assert_eq!(lacking(&survey(&many), "Old ID", true), Some(Lacking::Newest(MIN_CLIENTS_WITHOUT)));
    }

    #[test]
    fn lists_some_slots_and_escapes_their_names() {
        let in_use = (0..MAX_LISTED + 3).map(|number| format!("Slot\u{a0}{number}\u{1b}")).collect();
        let gap = SlotGap { slot: "Asset\u{202e}ID".to_owned(), lacking: Lacking::All, in_use };
        let told = gap.to_string();
        assert!(told.starts_with("no machine has a slot `Asset\\u{202e}ID`; slots in use: `Slot\\u{a0}0\\u{1b}`, "));
        assert!(told.ends_with(" and 3 more") && !told.contains(['\u{1b}', '\u{a0}', '\u{202e}']), "{told}");
    }
}
