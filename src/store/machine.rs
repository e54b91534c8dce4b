//! One client, read whole: its row, slots, batteries, drives with their wipes, and diagnostics.

use rusqlite::{Connection, Row};

use super::value::{deciding_time, flag, integer, measure, text, time, unsigned};
use super::{Error, Failure, Seen, Snapshot, Store, UnreadableRecord, seen};
use crate::model::{Battery, ClientId, DiagnosticsLog, DiagnosticsTest, Drive, Machine, Slot, Wipe, slot_of};

const SLOTS: &str = "SELECT name, value FROM client_slot WHERE client_id = ?1";
const BATTERIES: &str = "SELECT position, health_percent, cycles FROM battery WHERE client_id = ?1 ORDER BY position";
const DRIVES: &str = "SELECT id, position, model, serial_number, size_bytes, media, interface, health FROM disk \
    WHERE client_id = ?1 ORDER BY position, id";
const WIPES: &str =
    "SELECT id, method, result, verified, started_at, finished_at FROM wipe WHERE disk_id = ?1 ORDER BY id";
const LOGS: &str =
    "SELECT id, created_at, technician FROM diagnostics_log WHERE client_id = ?1 ORDER BY created_at, id";
const TESTS: &str = "SELECT name, result FROM diagnostics_test WHERE log_id = ?1 ORDER BY position";

/// The number of a column of the client itself.
macro_rules! column {
    ($name:literal) => {
        const { seen::CLIENT.at($name) }
    };
}

/// A client that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// There is no such client.
    Gone,
    /// Its marks are the known ones; it was not read whole.
    AsKnown,
    /// It was read.
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
        match self.look(id, None)? {
            Look::Read(snapshot) => Ok(Some(*snapshot)),
            Look::Gone | Look::AsKnown => Ok(None),
        }
    }

    /// Reads a client whole unless its marks are the `known` ones.
    ///
    /// # Errors
    ///
    /// As [`Self::client`].
    pub fn look(&self, id: ClientId, known: Option<Seen>) -> Result<Look, Error> {
        self.reading(|connection| {
            let row = seen::row_of(connection, id, |row| {
                let seen = seen::of_row(row)?;
                let is_known = known == Some(seen);
                Ok((!is_known).then(|| client(row, id)).transpose()?.map(|machine| Snapshot { machine, seen }))
            })?;
            match row {
                None => Ok(Look::Gone),
                Some(None) => Ok(Look::AsKnown),
                Some(Some(mut snapshot)) => {
                    add_parts(connection, &mut snapshot.machine)?;
                    Ok(Look::Read(Box::new(snapshot)))
                }
            }
        })
    }

    /// What a slot of the inventory item menu holds, told also where the client's record cannot be understood.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn slot(&self, id: ClientId, name: &str) -> Result<Option<String>, Error> {
        self.reading(|connection| Ok(slot_of(&slots(connection, id)?, name).map(str::to_owned)))
    }
}

fn add_parts(connection: &Connection, machine: &mut Machine) -> Result<(), Failure> {
    let id = machine.client_id;
    machine.slots = slots(connection, id)?;
    machine.batteries = batteries(connection, id)?;
    machine.drives = drives(connection, id)?;
    machine.diagnostics = diagnostics(connection, id)?;
    Ok(())
}

fn client(row: &Row<'_>, client_id: ClientId) -> rusqlite::Result<Machine> {
    Ok(Machine {
        client_id,
        manufacturer: text(row, column!("manufacturer"))?,
        model: text(row, column!("model"))?,
        version: text(row, column!("version"))?,
        family: text(row, column!("family"))?,
        sku: text(row, column!("sku"))?,
        serial_number: text(row, column!("serial_number"))?,
        asset_tag: text(row, column!("asset_tag"))?,
        chassis_type: integer(row, column!("chassis_type"))?,
        processor: text(row, column!("processor"))?,
        processor_cores: unsigned(row, column!("processor_cores"))?,
        processor_count: unsigned(row, column!("processor_count"))?,
        memory_bytes: unsigned(row, column!("memory_bytes"))?,
        memory_type: text(row, column!("memory_type"))?,
        graphics: text(row, column!("graphics"))?,
        optical_drive: text(row, column!("optical_drive"))?,
        webcam: flag(row, column!("webcam"))?,
        touchscreen: flag(row, column!("touchscreen"))?,
        screen_inches: measure(row, column!("screen_inches"))?,
        screen_resolution: text(row, column!("screen_resolution"))?,
        technician: text(row, column!("technician"))?,
        job: text(row, column!("job"))?,
        created_at: time(row, column!("created_at"))?,
        updated_at: time(row, column!("updated_at"))?,
        slots: Vec::new(),
        batteries: Vec::new(),
        drives: Vec::new(),
        diagnostics: Vec::new(),
    })
}

fn slots(connection: &Connection, id: ClientId) -> rusqlite::Result<Vec<Slot>> {
    let mut statement = connection.prepare_cached(SLOTS)?;
    let rows = statement.query_map([id.0], |row| {
        Ok(Slot { name: text(row, "name")?.unwrap_or_default(), value: text(row, "value")? })
    })?;
    rows.collect()
}

fn batteries(connection: &Connection, id: ClientId) -> rusqlite::Result<Vec<Battery>> {
    let mut statement = connection.prepare_cached(BATTERIES)?;
    let rows = statement.query_map([id.0], |row| {
        Ok(Battery {
            position: integer(row, "position")?.unwrap_or_default(),
            health_percent: unsigned(row, "health_percent")?,
            cycles: unsigned(row, "cycles")?,
        })
    })?;
    rows.collect()
}

fn drives(connection: &Connection, id: ClientId) -> Result<Vec<Drive>, Failure> {
    let mut statement = connection.prepare_cached(DRIVES)?;
    let rows = statement.query_map([id.0], |row| {
        Ok(Drive {
            id: row.get("id")?,
            position: integer(row, "position")?.unwrap_or_default(),
            model: text(row, "model")?,
            serial_number: text(row, "serial_number")?,
            size_bytes: unsigned(row, "size_bytes")?.filter(|size| *size > 0),
            media: text(row, "media")?,
            interface: text(row, "interface")?,
            health: text(row, "health")?,
            wipes: Vec::new(),
        })
    })?;
    let mut drives = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    for drive in &mut drives {
        drive.wipes = wipes(connection, id, drive.id)?;
    }
    Ok(drives)
}

fn wipes(connection: &Connection, client_id: ClientId, disk_id: i64) -> Result<Vec<Wipe>, Failure> {
    let mut statement = connection.prepare_cached(WIPES)?;
    let rows = statement.query_map([disk_id], |row| wipe(row, client_id))?;
    let mut wipes = Vec::new();
    for wipe in rows {
        wipes.push(wipe??);
    }
    Ok(wipes)
}

fn wipe(row: &Row<'_>, client_id: ClientId) -> rusqlite::Result<Result<Wipe, UnreadableRecord>> {
    let id: i64 = row.get("id")?;
    let finished_at = match deciding_time(row, "finished_at", client_id, || format!("wipe {id}"))? {
        Ok(finished_at) => finished_at,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(Ok(Wipe {
        id,
        method: text(row, "method")?,
        result: text(row, "result")?,
        verified: flag(row, "verified")?,
        started_at: time(row, "started_at")?,
        finished_at,
    }))
}

fn diagnostics(connection: &Connection, id: ClientId) -> Result<Vec<DiagnosticsLog>, Failure> {
    let mut statement = connection.prepare_cached(LOGS)?;
    let rows = statement.query_map([id.0], |row| log(row, id))?;
    let mut logs = Vec::new();
    for log in rows {
        let mut log = log??;
        log.tests = tests(connection, log.id)?;
        logs.push(log);
    }
    logs.sort_by_key(|log| (log.created_at, log.id));
    Ok(logs)
}

fn log(row: &Row<'_>, client_id: ClientId) -> rusqlite::Result<Result<DiagnosticsLog, UnreadableRecord>> {
    let id: i64 = row.get("id")?;
    let created_at = match deciding_time(row, "created_at", client_id, || format!("diagnostics log {id}"))? {
        Ok(created_at) => created_at,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(Ok(DiagnosticsLog { id, created_at, technician: text(row, "technician")?, tests: Vec::new() }))
}

fn tests(connection: &Connection, log_id: i64) -> rusqlite::Result<Vec<DiagnosticsTest>> {
    let mut statement = connection.prepare_cached(TESTS)?;
    let rows = statement.query_map([log_id], |row| {
        Ok(DiagnosticsTest { name: text(row, "name")?.unwrap_or_default(), result: text(row, "result")? })
    })?;
    rows.collect()
}
