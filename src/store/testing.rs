//! Records every statement that this thread runs, for the test that checks their plans.

use std::cell::RefCell;
use std::collections::BTreeSet;

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

thread_local! {
    static STATEMENTS: RefCell<BTreeSet<String>> = RefCell::default();
}

/// Records the statements of this connection from now on.
#[must_use]
pub fn overheard(mut connection: Connection) -> Connection {
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(write_down)).unwrap();
    connection
}

fn write_down(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(statement, _) = event {
        let sql = statement.sql().into_owned();
        STATEMENTS.with_borrow_mut(|statements| statements.insert(sql));
    }
}

/// The statements since the last call, each once.
pub fn take_statements() -> BTreeSet<String> {
    STATEMENTS.take()
}

/// Returns SQLite's plan for a statement, step by step; `None` when it is about another database.
pub fn plan(connection: &Connection, sql: &str) -> Option<Vec<String>> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).ok()?;
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get("detail").unwrap());
    }
    Some(steps)
}
