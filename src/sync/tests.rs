//! What SQLite does in a pass with nothing due, read off the statements that such a pass runs.

use std::collections::BTreeSet;

use iqr_sandbox::store as sample;
use rusqlite::{Connection, OpenFlags};

use crate::commands::testing::Bench;
use crate::store::testing::{plan, take_statements};

/// What may be read from end to end: lists that SQLite makes itself, and a table that has a row only for a write whose end
/// is not known.
const HARMLESS: [&str; 5] = ["pragma_table_xinfo", "(subquery", "CONSTANT", "slot", "intent"];

/// The statements of a pass after a commit that brought no news.
fn statements(bench: &Bench) -> BTreeSet<String> {
    bench.pass();
    let appliance = sample::Store::open(&bench.database()).unwrap();
    appliance.connection().execute_batch("CREATE TABLE other (at); INSERT INTO other VALUES (1);").unwrap();
    take_statements();
    bench.pass();
    take_statements()
}

/// How SQLite answers each of them.
fn plans(bench: &Bench, statements: &BTreeSet<String>) -> Vec<(String, Vec<String>)> {
    let open = |path| Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let databases = [open(bench.database()), open(bench.config.ledger.path.clone())];
    let is_search = |sql: &String| ["SELECT", "WITH", "DELETE", "UPDATE"].iter().any(|word| sql.starts_with(word));
    let plan_of = |sql: &String| databases.iter().find_map(|database| plan(database, sql));
    statements.iter().filter(|sql| is_search(sql)).filter_map(|sql| Some((sql.clone(), plan_of(sql)?))).collect()
}

/// The steps that read something from its first row to its last, but for what the plan itself makes on its way.
fn scans(steps: &[String]) -> Vec<&String> {
    let is_made = |name: &str| {
        steps.iter().any(|step| [format!("CO-ROUTINE {name}"), format!("MATERIALIZE {name}")].contains(step))
    };
    let is_scan = |step: &&String| {
        let scanned = step.strip_prefix("SCAN ");
        scanned.is_some_and(|what| !is_made(what) && !HARMLESS.iter().any(|harmless| what.starts_with(harmless)))
    };
    steps.iter().filter(is_scan).collect()
}

#[test]
fn no_statement_of_a_pass_with_nothing_due_reads_a_table_from_end_to_end() {
    let bench = Bench::new();
    let plans = plans(&bench, &statements(&bench));
    for table in ["client", "wipe", "diagnostics_log", "problem", "sent"] {
        let is_asked = plans.iter().any(|(sql, _)| sql.contains(&format!("FROM {table}")));
        assert!(is_asked, "no statement asks {table}: {plans:#?}");
    }
    for (sql, steps) in &plans {
        assert_eq!(scans(steps), <[&String; 0]>::default(), "{sql}\n{steps:#?}");
    }
}

#[test]
fn without_an_index_the_plans_tell_a_scan() {
    let bench = Bench::new();
    let statements = statements(&bench);
    let appliance = sample::Store::open(&bench.database()).unwrap();
    appliance.connection().execute_batch("DROP INDEX wipe_finished_at").unwrap();
    let plans = plans(&bench, &statements);
    assert!(plans.iter().any(|(_, steps)| !scans(steps).is_empty()), "{plans:#?}");
}
