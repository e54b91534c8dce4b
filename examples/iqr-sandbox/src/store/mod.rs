//! WipeOS databases by the contract of `contrib/store.sql`: written by hand, by seed ([`generate`]), or out of real
//! machines ([`from_machines`]). Also the edits that WipeOS makes while it runs, for tests that need a live appliance.

mod generate;
mod machines;
mod rows;
mod words;

use std::path::Path;

use rusqlite::{Connection, params};
use thiserror::Error;

pub use generate::{FIRST_ID, Mix, Summary, generate, touch};
pub use machines::{Machines, from_machines};
pub use rows::{Battery, Client, Disk, Log, Wipe};

use crate::asset::{Asset, Field};

pub(crate) use rows::text;

/// The tables and indexes of the contract.
pub const SCHEMA: &str = include_str!("../../../../contrib/store.sql");

/// The slot of the inventory item menu that holds the inventory ID in every store made here.
pub const ID_SLOT: &str = "Inventory ID";

/// The slot that holds the IMEI where a store has any.
pub const IMEI_SLOT: &str = "IMEI";

/// The time of rows that name none.
pub const SAMPLE_TIME: &str = "2023-03-24 14:02:00";

/// A store could not be made or changed.
#[derive(Debug, Error)]
pub enum Error {
    /// The database refused.
    #[error("the sample store failed in SQLite")]
    Sqlite(#[from] rusqlite::Error),
    /// A file could not be read.
    #[error("the list of machines could not be read")]
    Io(#[from] std::io::Error),
    /// A line is no machine.
    #[error("line {line} of the list of machines is no machine")]
    Machine {
        /// Counted from 1.
        line: usize,
        /// What the parser says.
        source: serde_json::Error,
    },
}

/// The journal mode that a store is left in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Journal {
    /// Write-ahead log.
    #[default]
    Wal,
    /// A rollback journal, deleted after each transaction.
    Delete,
}

/// A WipeOS database opened for writing, as WipeOS itself has it open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
}

impl Store {
    /// Makes a new store.
    ///
    /// # Errors
    ///
    /// When the file cannot be made, or has tables already.
    pub fn create(path: &Path, journal: Journal) -> Result<Self, Error> {
        let store = Self::of(Connection::open(path)?)?;
        store.set_journal(journal)?;
        store.connection.execute_batch(&format!("BEGIN; {SCHEMA} COMMIT"))?;
        Ok(store)
    }

    /// Opens a store that is there.
    ///
    /// # Errors
    ///
    /// When it is not there or is no database.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        Self::of(connection)
    }

    /// Nobody mourns a sample store after a power cut, and tests write many.
    fn of(connection: Connection) -> Result<Self, Error> {
        connection.pragma_update(None, "synchronous", "off")?;
        Ok(Self { connection })
    }

    fn set_journal(&self, journal: Journal) -> Result<(), Error> {
        let mode = if journal == Journal::Wal { "wal" } else { "delete" };
        self.connection.pragma_update(None, "journal_mode", mode)?;
        Ok(())
    }

    /// The connection, for what is not offered here.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Adds a client with everything that hangs on it, in one transaction; returns its key.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn add(&mut self, client: &Client) -> Result<i64, Error> {
        let transaction = self.connection.transaction()?;
        let id = insert_client(&transaction, client)?;
        transaction.commit()?;
        Ok(id)
    }

    /// Adds a wipe to a client's disk (by position, from 0) without touching the client's own row.
    ///
    /// # Errors
    ///
    /// When the database refuses or there is no such disk.
    pub fn add_wipe(&self, client_id: i64, position: i64, wipe: &Wipe) -> Result<i64, Error> {
        let disk = "SELECT id FROM disk WHERE client_id = ?1 AND position = ?2";
        let disk_id = self.connection.query_row(disk, params![client_id, position], |row| row.get(0))?;
        insert_wipe(&self.connection, disk_id, wipe)
    }

    /// Adds a diagnostics log without touching the client's own row.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn add_log(&self, client_id: i64, log: &Log) -> Result<i64, Error> {
        insert_log(&self.connection, client_id, log)
    }

    /// Sets a column of the client's row and, as WipeOS does, its `updated_at`.
    ///
    /// # Errors
    ///
    /// When the database refuses, for instance for a column that is not there.
    pub fn edit(&self, client_id: i64, column: &str, value: &str, at: &str) -> Result<(), Error> {
        let sql = format!("UPDATE client SET {column} = ?2, updated_at = ?3 WHERE id = ?1");
        self.connection.execute(&sql, params![client_id, value, at])?;
        Ok(())
    }

    /// Sets the value of a slot and, as WipeOS does, the client's `updated_at`.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn set_slot(&self, client_id: i64, name: &str, value: &str, at: &str) -> Result<(), Error> {
        let sql = "UPDATE client_slot SET value = ?3 WHERE client_id = ?1 AND name = ?2";
        self.connection.execute(sql, params![client_id, name, value])?;
        self.connection.execute("UPDATE client SET updated_at = ?2 WHERE id = ?1", params![client_id, at])?;
        Ok(())
    }

    /// Removes a client's row and leaves what hung on it.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub fn delete(&self, client_id: i64) -> Result<(), Error> {
        self.connection.execute("DELETE FROM client WHERE id = ?1", [client_id])?;
        Ok(())
    }
}

/// An asset for every valid (all digits) inventory ID that the store names in `slot`, waiting under the placeholder
/// item, with the serial number of the first client that claims it.
///
/// # Errors
///
/// When the store cannot be read.
pub fn assets_of(path: &Path, slot: &str) -> Result<Vec<Asset>, Error> {
    let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare(
        "SELECT CAST(TRIM(value) AS INTEGER), serial_number, MIN(client.id) \
         FROM client_slot JOIN client ON client.id = client_id \
         WHERE name = ?1 AND TRIM(value) <> '' AND TRIM(value) NOT GLOB '*[^0-9]*' AND LENGTH(TRIM(value)) <= 18 \
         GROUP BY 1",
    )?;
    let assets = statement.query_map([slot], |row| {
        let serial: Option<String> = row.get(1)?;
        Ok(Asset::new(row.get(0)?).with(Field::SerialNumber, serial.unwrap_or_default()))
    })?;
    Ok(assets.collect::<Result<_, _>>()?)
}

/// The texts in a slot that are not blank, by client.
///
/// # Errors
///
/// When the store cannot be read.
pub fn slot_values(path: &Path, slot: &str) -> Result<Vec<String>, Error> {
    let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "SELECT value FROM client_slot WHERE name = ?1 AND TRIM(value) <> '' ORDER BY client_id";
    let mut statement = connection.prepare(sql)?;
    let values = statement.query_map([slot], |row| row.get(0))?;
    Ok(values.collect::<Result<_, _>>()?)
}

/// Builds a store in bulk: one transaction, no journal, the indexes last.
pub(crate) fn bulk(
    path: &Path,
    journal: Journal,
    fill: impl FnOnce(&Connection) -> Result<(), Error>,
) -> Result<(), Error> {
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")?;
    let (tables, indexes) = SCHEMA.split_at(SCHEMA.find("CREATE INDEX").unwrap_or(SCHEMA.len()));
    connection.execute_batch("BEGIN")?;
    connection.execute_batch(tables)?;
    fill(&connection)?;
    connection.execute_batch(indexes)?;
    connection.execute_batch("COMMIT")?;
    Store { connection }.set_journal(journal)
}

/// Inserts a client and all that hangs on it; the caller holds the transaction.
pub(crate) fn insert_client(connection: &Connection, client: &Client) -> Result<i64, Error> {
    let id = insert_client_row(connection, client)?;
    let mut slot = connection.prepare_cached("INSERT INTO client_slot VALUES (?1, ?2, ?3)")?;
    for (name, value) in &client.slots {
        slot.execute(params![id, name, value])?;
    }
    let mut battery = connection.prepare_cached("INSERT INTO battery VALUES (?1, ?2, ?3, ?4)")?;
    for (position, row) in (0_i64..).zip(&client.batteries) {
        battery.execute(params![id, position, row.health_percent, row.cycles])?;
    }
    for (position, disk) in (0_i64..).zip(&client.disks) {
        insert_disk(connection, id, position, disk)?;
    }
    for log in &client.logs {
        insert_log(connection, id, log)?;
    }
    Ok(id)
}

fn insert_client_row(connection: &Connection, client: &Client) -> Result<i64, Error> {
    let sql = "INSERT INTO client VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
               ?17, ?18, ?19, ?20, ?21, ?22, ?23)";
    connection.prepare_cached(sql)?.execute(params![
        client.manufacturer,
        client.model,
        client.version,
        client.family,
        client.sku,
        client.serial_number,
        client.asset_tag,
        client.chassis_type,
        client.processor,
        client.processor_cores,
        client.processor_count,
        client.memory_bytes,
        client.memory_type,
        client.graphics,
        client.optical_drive,
        client.webcam,
        client.touchscreen,
        client.screen_inches,
        client.screen_resolution,
        client.technician,
        client.job,
        client.created_at,
        time(&client.updated_at),
    ])?;
    Ok(connection.last_insert_rowid())
}

fn insert_disk(connection: &Connection, client_id: i64, position: i64, disk: &Disk) -> Result<(), Error> {
    let sql = "INSERT INTO disk VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let (model, serial) = (&disk.model, &disk.serial_number);
    let (size, media, interface, health) = (disk.size_bytes, &disk.media, &disk.interface, &disk.health);
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![client_id, position, model, serial, size, media, interface, health])?;
    let disk_id = connection.last_insert_rowid();
    disk.wipes.iter().try_for_each(|wipe| insert_wipe(connection, disk_id, wipe).map(drop))
}

fn insert_wipe(connection: &Connection, disk_id: i64, wipe: &Wipe) -> Result<i64, Error> {
    let mut statement = connection.prepare_cached("INSERT INTO wipe VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)")?;
    statement.execute(params![disk_id, wipe.method, wipe.result, wipe.verified, wipe.started_at, wipe.finished_at])?;
    Ok(connection.last_insert_rowid())
}

fn insert_log(connection: &Connection, client_id: i64, log: &Log) -> Result<i64, Error> {
    let mut statement = connection.prepare_cached("INSERT INTO diagnostics_log VALUES (NULL, ?1, ?2, ?3)")?;
    statement.execute(params![client_id, time(&log.created_at), log.technician])?;
    let log_id = connection.last_insert_rowid();
    let mut test = connection.prepare_cached("INSERT INTO diagnostics_test VALUES (?1, ?2, ?3, ?4)")?;
    for (position, (name, result)) in (0_i64..).zip(&log.tests) {
        test.execute(params![log_id, position, name, result])?;
    }
    Ok(log_id)
}

fn time(time: &str) -> &str {
    if time.is_empty() { SAMPLE_TIME } else { time }
}
