//! The contract with the appliance: its tables or views, their columns, and the indexes that make them fast.

use std::fmt;

use rusqlite::{Connection, Result};

/// Every table or view that is read, with its columns.
const CONTRACT: &[(&str, &str)] = &[
    (
        "client",
        "id, manufacturer, model, version, family, sku, serial_number, asset_tag, chassis_type, processor, \
         processor_cores, processor_count, memory_bytes, memory_type, graphics, optical_drive, webcam, touchscreen, \
         screen_inches, screen_resolution, technician, job, created_at, updated_at",
    ),
    ("client_slot", "client_id, name, value"),
    ("battery", "client_id, position, health_percent, cycles"),
    ("disk", "id, client_id, position, model, serial_number, size_bytes, media, interface, health"),
    ("wipe", "id, disk_id, method, result, verified, started_at, finished_at"),
    ("diagnostics_log", "id, client_id, created_at, technician"),
    ("diagnostics_test", "log_id, position, name, result"),
];

/// The indexes that the contract expects: table, columns.
const INDEXES: &[(&str, &[&str])] = &[
    ("client", &["updated_at"]),
    ("client_slot", &["client_id"]),
    ("client_slot", &["name", "value"]),
    ("battery", &["client_id"]),
    ("disk", &["client_id"]),
    ("wipe", &["disk_id"]),
    ("wipe", &["finished_at"]),
    ("diagnostics_log", &["client_id"]),
    ("diagnostics_log", &["created_at"]),
    ("diagnostics_test", &["log_id"]),
];

/// An index of the contract that the database lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingIndex {
    table: &'static str,
    columns: &'static [&'static str],
}

impl MissingIndex {
    /// Whether the index belongs to this table.
    pub(super) fn is_of(&self, table: &str) -> bool {
        self.table == table
    }

    /// The statement that an administrator of the appliance can run to mend it. We never write there.
    #[must_use]
    pub fn statement(&self) -> String {
        let (table, columns) = (self.table, self.columns);
        format!("CREATE INDEX {table}_{} ON {table}({});", columns.join("_"), columns.join(", "))
    }
}

impl fmt::Display for MissingIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.table, self.columns.join(", "))
    }
}

/// All that the contract names and the database lacks, in words.
pub(super) fn missing(connection: &Connection) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    for (table, columns) in CONTRACT {
        let present = columns_of(connection, table)?;
        if present.is_empty() {
            missing.push(format!("table {table}({columns})"));
            continue;
        }
        let absent = columns.split(", ").filter(|column| !present.iter().any(|name| name.eq_ignore_ascii_case(column)));
        missing.extend(absent.map(|column| format!("column {table}.{column}")));
    }
    Ok(missing)
}

fn columns_of(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM pragma_table_xinfo(?1)")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

/// The contract's indexes for which no index begins with these columns. A primary key counts; a view has none to miss.
pub(super) fn missing_indexes(connection: &Connection) -> Result<Vec<MissingIndex>> {
    let mut missing = Vec::new();
    for &(table, columns) in INDEXES {
        if is_table(connection, table)? && !is_indexed(connection, table, columns)? {
            missing.push(MissingIndex { table, columns });
        }
    }
    Ok(missing)
}

fn is_table(connection: &Connection, name: &str) -> Result<bool> {
    let mut statement = connection
        .prepare_cached("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE")?;
    statement.query_row([name], |row| row.get(0))
}

fn is_indexed(connection: &Connection, table: &str, columns: &[&str]) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT (SELECT group_concat(c.name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) AS c)
         FROM pragma_index_list(?1) AS i WHERE NOT i.partial",
    )?;
    let wanted = columns.join(",");
    let indexes = statement.query_map([table], |row| row.get::<_, Option<String>>(0))?;
    for columns in indexes {
        let columns = columns?.unwrap_or_default().to_lowercase();
        if columns == wanted || columns.starts_with(&format!("{wanted},")) {
            return Ok(true);
        }
    }
    Ok(false)
}
