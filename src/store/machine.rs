//! Reads one client whole: its row, slots, batteries, drives with their wipes, and diagnostics. The fingerprint of its
//! state is taken from the same rows.

use std::ops::Range;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{CachedStatement, Connection};

use super::candidates::PAGE_CLIENTS;
use super::columns::{Columns, at, question};
use super::database::Store;
use super::error::{Error, Failure, UnreadableRecord};
use super::fingerprint::{Contents, Fingerprint};
use super::limits::{Place, Taken};
use super::value::{confirmed, deciding_time, flag, integer, measure, percent, text, time, typed, unsigned};
use crate::clock;
use crate::model::{
    Battery, ClientId, DiagnosticsLog, DiagnosticsTest, Drive, Machine, Registration, Slot, Wipe, slot_of,
};

question!(CLIENT, C: [
    "id", "updated_at", "manufacturer", "model", "version", "family", "sku", "serial_number", "asset_tag", "chassis_type",
    "processor", "processor_cores", "processor_count", "memory_bytes", "memory_type", "graphics", "optical_drive",
    "webcam", "touchscreen", "screen_inches", "screen_resolution", "technician", "job", "created_at",
] "FROM client WHERE id = ?1 LIMIT 1");
question!(TECHNICIAN, H: ["technician"] "FROM client WHERE id = ?1 LIMIT 1");
question!(FOLLOWING, F: ["id"] "FROM client WHERE id > ?1 ORDER BY id LIMIT ?2");
// Each stops one row behind `MAX_ROWS`. A LIMIT behind the ORDER BY would have SQLite open a table for the sorted rows,
// and it moves a LIMIT from within to there unless it has an OFFSET.
question!(SLOTS, S: ["name", "value"] "FROM client_slot WHERE client_id = ?1 LIMIT 20001");
question!(BATTERIES, B: ["position", "health_percent", "cycles"] "FROM battery WHERE client_id = ?1 LIMIT 20001 OFFSET 0" sorted by "position");
question!(DRIVES, D: ["id", "position", "model", "serial_number", "size_bytes", "media", "interface", "health"]
    "FROM disk WHERE client_id = ?1 LIMIT 20001 OFFSET 0" sorted by "position, id");
question!(WIPES, W: ["id", "method", "result", "verified", "finished_at", "started_at"]
    "FROM wipe WHERE disk_id = ?1 ORDER BY id LIMIT 20001");
question!(LOGS, L: ["id", "created_at", "technician"]
    "FROM diagnostics_log WHERE client_id = ?1 LIMIT 20001 OFFSET 0" sorted by "created_at, id");
question!(TESTS, T: ["name", "result", "position"] "FROM diagnostics_test WHERE log_id = ?1 LIMIT 20001 OFFSET 0" sorted by "position");

/// A client and the fingerprint of its state, out of one and the same read.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The client.
    pub machine: Machine,
    /// The fingerprint of the state that was read.
    pub fingerprint: Fingerprint,
}

/// The columns of a wipe in the fingerprint: a new start is no news.
const FINGERPRINT_OF_WIPE: Range<usize> = 0..at!(W, "started_at");
/// The columns of a log in the fingerprint: a new technician is no news.
const FINGERPRINT_OF_LOG: Range<usize> = 0..at!(L, "technician");

/// The result of reading a client.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientState {
    /// There is no such client.
    Gone,
    /// The client's fingerprint is the known one.
    Unchanged,
    /// The client was read.
    Read(Box<Snapshot>),
}

impl Store {
    /// Reads a client whole, in one consistent read; `None` when there is no such client.
    ///
    /// # Errors
    ///
    /// [`Error::Record`] when a value that decides something cannot be understood; otherwise when the database cannot
    /// be read.
    pub fn client(&self, id: ClientId) -> Result<Option<Snapshot>, Error> {
        match self.client_if_changed(id, None)? {
            ClientState::Read(snapshot) => Ok(Some(*snapshot)),
            ClientState::Gone | ClientState::Unchanged => Ok(None),
        }
    }

    /// Reads a client whole, unless its fingerprint is the `known` one.
    ///
    /// # Errors
    ///
    /// As [`Self::client`].
    pub fn client_if_changed(&self, id: ClientId, known: Option<Fingerprint>) -> Result<ClientState, Error> {
        self.reading(|connection| {
            let mut machine = Machine::default();
            let Some((fingerprint, problem)) = Reader::new(connection)?.read(id, Some(&mut machine))? else {
                return Ok(ClientState::Gone);
            };
            match problem {
                _ if known == Some(fingerprint) => Ok(ClientState::Unchanged),
                Some(problem) => Err(Failure::Record(problem)),
                None => Ok(ClientState::Read(Box::new(Snapshot { machine, fingerprint }))),
            }
        })
    }

    /// Returns the fingerprint of one client; `None` when there is no such client.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn fingerprint(&self, id: ClientId) -> Result<Option<Fingerprint>, Error> {
        self.reading(|connection| Ok(Reader::new(connection)?.read(id, None)?.map(|(fingerprint, _)| fingerprint)))
    }

    /// Reads which machine a client is, also where its record cannot be understood; `None` when there is no such
    /// client.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn registration(&self, id: ClientId) -> Result<Option<Registration>, Error> {
        self.reading(|connection| {
            let mut machine = Machine::default();
            let is_there = Reader::new(connection)?.client(id, Some(&mut machine))?;
            Ok(is_there.then(|| Registration::from_machine(&machine)))
        })
    }

    /// Returns the fingerprints of the next clients after `after`, in the order of their keys: at most
    /// [`PAGE_CLIENTS`], none at the end.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn fingerprints_after(&self, after: ClientId) -> Result<Vec<(ClientId, Fingerprint)>, Error> {
        self.reading(|connection| {
            let mut reader = Reader::new(connection)?;
            let mut page = Vec::new();
            for id in following(connection, after)? {
                page.extend(reader.read(id, None)?.map(|(fingerprint, _)| (id, fingerprint)));
            }
            Ok(page)
        })
    }

    /// Returns the text in a slot of the inventory item menu, also where the client's record cannot be understood;
    /// `None` also where the client has too many slots.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn slot(&self, id: ClientId, name: &str) -> Result<Option<String>, Error> {
        let place = Place { client_id: id, table: "client_slot" };
        let slots = self.rows(place, SLOTS, &S, slot)?;
        Ok(slot_of(&slots, name).map(str::to_owned))
    }

    /// Returns the technician who worked on a client, also where the client's record cannot be understood.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn technician(&self, id: ClientId) -> Result<Option<String>, Error> {
        let place = Place { client_id: id, table: "client" };
        let technicians = self.rows(place, TECHNICIAN, &H, |row| text(row[at!(H, "technician")]))?;
        Ok(technicians.into_iter().next().flatten())
    }

    /// Reads the rows of a client's answer; none where there is too much.
    fn rows<T, const N: usize>(
        &self,
        place: Place,
        question: &str,
        columns: &Columns<N>,
        read: impl Fn(&[ValueRef<'_>; N]) -> T,
    ) -> Result<Vec<T>, Error> {
        self.reading(|connection| {
            let mut rows = Vec::new();
            let mut statement = connection.prepare_cached(question)?;
            let all = Taken::default().each(place, &mut statement, columns, place.client_id.0, |row| {
                rows.push(read(row));
                Ok(())
            });
            match all {
                Ok(()) => Ok(rows),
                Err(Failure::Record(_)) => Ok(Vec::new()),
                Err(error) => Err(error),
            }
        })
    }
}

fn following(connection: &Connection, after: ClientId) -> rusqlite::Result<Vec<ClientId>> {
    let mut statement = connection.prepare_cached(FOLLOWING)?;
    statement.query_map([after.0, PAGE_CLIENTS], |row| row.get(at!(F, "id")).map(ClientId))?.collect()
}

/// Reads one client after another.
struct Reader<'a> {
    client: CachedStatement<'a>,
    slots: CachedStatement<'a>,
    batteries: CachedStatement<'a>,
    drives: CachedStatement<'a>,
    wipes: CachedStatement<'a>,
    logs: CachedStatement<'a>,
    tests: CachedStatement<'a>,
    contents: Contents,
    taken: Taken,
}

/// The part of a client that cannot be understood, though it decides something.
type Problem = Option<UnreadableRecord>;

impl<'a> Reader<'a> {
    fn new(connection: &'a Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            client: connection.prepare_cached(CLIENT)?,
            slots: connection.prepare_cached(SLOTS)?,
            batteries: connection.prepare_cached(BATTERIES)?,
            drives: connection.prepare_cached(DRIVES)?,
            wipes: connection.prepare_cached(WIPES)?,
            logs: connection.prepare_cached(LOGS)?,
            tests: connection.prepare_cached(TESTS)?,
            contents: Contents::new(),
            taken: Taken::default(),
        })
    }

    /// Reads the fingerprint of a client, `None` when there is no such client, and into `machine`, where there is one,
    /// the client whole, as far as it can be understood.
    fn read(&mut self, id: ClientId, machine: Option<&mut Machine>) -> Result<Option<(Fingerprint, Problem)>, Failure> {
        self.contents.clear();
        self.taken = Taken::default();
        let problem = match self.read_tables(id, machine) {
            Ok(None) => return Ok(None),
            Ok(Some(problem)) => problem,
            // The rows read until then make its fingerprint, which no readable client can have.
            Err(Failure::Record(problem)) => {
                self.contents.updated.begin(b'+');
                Some(problem)
            }
            Err(error) => return Err(error),
        };
        Ok(Some((self.contents.fingerprint(), problem)))
    }

    /// Reads the tables of a client: whether there is such a client, and what of it cannot be understood; an error
    /// where it has too much.
    fn read_tables(&mut self, id: ClientId, mut machine: Option<&mut Machine>) -> Result<Option<Problem>, Failure> {
        if !self.client(id, machine.as_deref_mut())? {
            return Ok(None);
        }
        self.slots(id, machine.as_deref_mut())?;
        self.batteries(id, machine.as_deref_mut())?;
        let of_wipes = self.drives(id, machine.as_deref_mut())?;
        let of_logs = self.diagnostics(id, machine)?;
        Ok(Some(of_wipes.or(of_logs)))
    }

    /// Reads the row of the client; returns whether there is one.
    fn client(&mut self, id: ClientId, mut machine: Option<&mut Machine>) -> Result<bool, Failure> {
        let mut is_there = false;
        let place = Place { client_id: id, table: "client" };
        self.taken.each(place, &mut self.client, &C, id.0, |row| {
            self.contents.updated.add(row);
            is_there = true;
            if let Some(machine) = machine.as_deref_mut() {
                *machine = client(row, id);
            }
            Ok(())
        })?;
        Ok(is_there)
    }

    fn slots(&mut self, id: ClientId, mut machine: Option<&mut Machine>) -> Result<(), Failure> {
        self.contents.updated.begin(b's');
        let place = Place { client_id: id, table: "client_slot" };
        self.taken.each(place, &mut self.slots, &S, id.0, |row| {
            self.contents.updated.add(row);
            if let Some(machine) = machine.as_deref_mut() {
                machine.slots.push(slot(row));
            }
            Ok(())
        })
    }

    fn batteries(&mut self, id: ClientId, mut machine: Option<&mut Machine>) -> Result<(), Failure> {
        self.contents.updated.begin(b'b');
        let place = Place { client_id: id, table: "battery" };
        self.taken.each(place, &mut self.batteries, &B, id.0, |row| {
            self.contents.updated.add(row);
            if let Some(machine) = machine.as_deref_mut() {
                machine.batteries.push(battery(row));
            }
            Ok(())
        })
    }

    /// Reads the drives and their wipes.
    fn drives(&mut self, id: ClientId, mut machine: Option<&mut Machine>) -> Result<Problem, Failure> {
        let mut keys: Vec<Value> = Vec::new();
        self.contents.updated.begin(b'd');
        let place = Place { client_id: id, table: "disk" };
        self.taken.each(place, &mut self.drives, &D, id.0, |row| {
            self.contents.updated.add(row);
            keys.push(row[at!(D, "id")].try_into()?);
            if let Some(machine) = machine.as_deref_mut() {
                machine.drives.push(drive(row)?);
            }
            Ok(())
        })?;
        let mut problem = None;
        let place = Place { client_id: id, table: "wipe" };
        for (number, key) in keys.into_iter().enumerate() {
            self.contents.wipes.begin(b'w');
            self.taken.each(place, &mut self.wipes, &W, key, |row| {
                if has_ended(row) {
                    self.contents.wipes.add(&row[FINGERPRINT_OF_WIPE]);
                }
                let Some(machine) = machine.as_deref_mut() else { return Ok(()) };
                match wipe(row, id)? {
                    Ok(wipe) => machine.drives[number].wipes.push(wipe),
                    Err(unreadable) => _ = problem.get_or_insert(unreadable),
                }
                Ok(())
            })?;
        }
        Ok(problem)
    }

    /// Reads the logs and their tests.
    fn diagnostics(&mut self, id: ClientId, machine: Option<&mut Machine>) -> Result<Problem, Failure> {
        let mut keys: Vec<Value> = Vec::new();
        let mut problem = None;
        let mut logs = Vec::new();
        let place = Place { client_id: id, table: "diagnostics_log" };
        self.taken.each(place, &mut self.logs, &L, id.0, |row| {
            self.contents.logs.add(&row[FINGERPRINT_OF_LOG]);
            keys.push(row[at!(L, "id")].try_into()?);
            if machine.is_some() {
                match log(row, id)? {
                    Ok(log) => logs.push(log),
                    Err(unreadable) => _ = problem.get_or_insert(unreadable),
                }
            }
            Ok(())
        })?;
        let place = Place { client_id: id, table: "diagnostics_test" };
        for (number, key) in keys.into_iter().enumerate() {
            self.contents.logs.begin(b't');
            self.taken.each(place, &mut self.tests, &T, key, |row| {
                self.contents.logs.add(row);
                if let Some(log) = logs.get_mut(number) {
                    log.tests.push(test(row));
                }
                Ok(())
            })?;
        }
        logs.sort_by_key(|log| (log.created_at, log.id));
        if let Some(machine) = machine {
            machine.diagnostics = logs;
        }
        Ok(problem)
    }
}

/// Whether a wipe has ended: only then is it news.
fn has_ended(row: &[ValueRef<'_>; W.0.len()]) -> bool {
    [at!(W, "finished_at"), at!(W, "result")].iter().any(|column| row[*column] != ValueRef::Null)
}

fn client(row: &[ValueRef<'_>; C.0.len()], client_id: ClientId) -> Machine {
    Machine {
        client_id,
        read_at: clock::now(),
        manufacturer: text(row[at!(C, "manufacturer")]),
        model: text(row[at!(C, "model")]),
        version: text(row[at!(C, "version")]),
        family: text(row[at!(C, "family")]),
        sku: text(row[at!(C, "sku")]),
        serial_number: text(row[at!(C, "serial_number")]),
        asset_tag: text(row[at!(C, "asset_tag")]),
        chassis_type: integer(row[at!(C, "chassis_type")]),
        processor: text(row[at!(C, "processor")]),
        processor_cores: unsigned(row[at!(C, "processor_cores")]),
        processor_count: unsigned(row[at!(C, "processor_count")]),
        memory_bytes: unsigned(row[at!(C, "memory_bytes")]),
        memory_type: text(row[at!(C, "memory_type")]),
        graphics: text(row[at!(C, "graphics")]),
        optical_drive: text(row[at!(C, "optical_drive")]),
        webcam: flag(row[at!(C, "webcam")]),
        touchscreen: flag(row[at!(C, "touchscreen")]),
        screen_inches: measure(row[at!(C, "screen_inches")]),
        screen_resolution: text(row[at!(C, "screen_resolution")]),
        technician: text(row[at!(C, "technician")]),
        job: text(row[at!(C, "job")]),
        created_at: time(row[at!(C, "created_at")]),
        updated_at: time(row[at!(C, "updated_at")]),
        slots: Vec::new(),
        looked_up: Vec::new(),
        lookup_origins: Vec::new(),
        batteries: Vec::new(),
        drives: Vec::new(),
        diagnostics: Vec::new(),
    }
}

fn slot(row: &[ValueRef<'_>; S.0.len()]) -> Slot {
    Slot { name: text(row[at!(S, "name")]).unwrap_or_default(), value: typed(row[at!(S, "value")]) }
}

fn battery(row: &[ValueRef<'_>; B.0.len()]) -> Battery {
    Battery {
        position: integer(row[at!(B, "position")]).unwrap_or_default(),
        health_percent: percent(row[at!(B, "health_percent")]),
        cycles: unsigned(row[at!(B, "cycles")]),
    }
}

fn drive(row: &[ValueRef<'_>; D.0.len()]) -> rusqlite::Result<Drive> {
    Ok(Drive {
        id: row[at!(D, "id")].as_i64()?,
        position: integer(row[at!(D, "position")]).unwrap_or_default(),
        model: text(row[at!(D, "model")]),
        serial_number: text(row[at!(D, "serial_number")]),
        size_bytes: unsigned(row[at!(D, "size_bytes")]).filter(|size| *size > 0),
        media: text(row[at!(D, "media")]),
        interface: text(row[at!(D, "interface")]),
        health: text(row[at!(D, "health")]),
        wipes: Vec::new(),
    })
}

/// Reads a wipe, or why its end cannot be understood.
fn wipe(row: &[ValueRef<'_>; W.0.len()], client_id: ClientId) -> rusqlite::Result<Result<Wipe, UnreadableRecord>> {
    let id = row[at!(W, "id")].as_i64()?;
    let finished_at = deciding_time(row[at!(W, "finished_at")], "finished_at", client_id, || format!("wipe {id}"));
    Ok(finished_at.map(|finished_at| Wipe {
        id,
        method: text(row[at!(W, "method")]),
        result: text(row[at!(W, "result")]),
        verified: confirmed(row[at!(W, "verified")]),
        started_at: time(row[at!(W, "started_at")]),
        finished_at,
    }))
}

/// Reads a log without its tests, or why its time cannot be understood.
fn log(
    row: &[ValueRef<'_>; L.0.len()],
    client_id: ClientId,
) -> rusqlite::Result<Result<DiagnosticsLog, UnreadableRecord>> {
    let id = row[at!(L, "id")].as_i64()?;
    let created_at =
        deciding_time(row[at!(L, "created_at")], "created_at", client_id, || format!("diagnostics log {id}"));
    let technician = text(row[at!(L, "technician")]);
    Ok(created_at.map(|created_at| DiagnosticsLog { id, created_at, technician, tests: Vec::new() }))
}

fn test(row: &[ValueRef<'_>; T.0.len()]) -> DiagnosticsTest {
    DiagnosticsTest { name: text(row[at!(T, "name")]).unwrap_or_default(), result: text(row[at!(T, "result")]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::excess::MAX_ROWS;

    #[test]
    fn reads_one_row_more_than_a_client_may_have() {
        for statement in [SLOTS, BATTERIES, DRIVES, WIPES, LOGS, TESTS] {
            assert!(statement.contains(&format!(" LIMIT {}", MAX_ROWS + 1)), "{statement}");
        }
    }
}
