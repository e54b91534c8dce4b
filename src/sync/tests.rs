//! Tests of the query plans of a pass with nothing due, and of the cost of a merge.

use std::collections::BTreeSet;
use std::time::Duration;

use iqr_sandbox::store as sample;
use rusqlite::{Connection, OpenFlags};

use crate::clock::testing::{cpu_time, cpu_time_since};
use crate::commands::testing::Bench;
use crate::model::{CommentLine, Sent, line_digests, lines_of};
use crate::store::testing::{plan, take_statements};
use crate::sync::reconcile::comments::{self, Writing};
use crate::sync::reconcile::semantics;

/// Sources that a plan may scan: lists that SQLite makes itself, and a table that has a row only for a write whose end
/// is not known.
const ALLOWED_SCANS: [&str; 5] = ["pragma_table_xinfo", "(subquery", "CONSTANT", "slot", "intent"];

/// Returns the statements of a pass after a commit that brought no news.
fn statements(bench: &Bench) -> BTreeSet<String> {
    bench.pass();
    let appliance = sample::Store::open(&bench.database()).unwrap();
    appliance.connection().execute_batch("CREATE TABLE other (at); INSERT INTO other VALUES (1);").unwrap();
    take_statements();
    bench.pass();
    take_statements()
}

/// Returns the query plan of each statement.
fn plans(bench: &Bench, statements: &BTreeSet<String>) -> Vec<(String, Vec<String>)> {
    let open = |path| Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let databases = [open(bench.database()), open(bench.config.ledger.path.clone())];
    let is_search = |sql: &String| ["SELECT", "WITH", "DELETE", "UPDATE"].iter().any(|word| sql.starts_with(word));
    let plan_of = |sql: &String| databases.iter().find_map(|database| plan(database, sql));
    statements.iter().filter(|sql| is_search(sql)).filter_map(|sql| Some((sql.clone(), plan_of(sql)?))).collect()
}

/// Returns the steps that scan a whole table, except for tables that the plan itself makes.
fn scans(steps: &[String]) -> Vec<&String> {
    let is_made = |name: &str| {
        steps.iter().any(|step| [format!("CO-ROUTINE {name}"), format!("MATERIALIZE {name}")].contains(step))
    };
    let is_scan = |step: &&String| {
        let scanned = step.strip_prefix("SCAN ");
        scanned.is_some_and(|what| !is_made(what) && !ALLOWED_SCANS.iter().any(|allowed| what.starts_with(allowed)))
    };
    steps.iter().filter(is_scan).collect()
}

#[test]
fn searches_every_table_by_index_in_an_idle_pass() {
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
fn detects_a_scan_where_an_index_is_missing() {
    let bench = Bench::new();
    let statements = statements(&bench);
    let appliance = sample::Store::open(&bench.database()).unwrap();
    appliance.connection().execute_batch("DROP INDEX wipe_finished_at").unwrap();
    let plans = plans(&bench, &statements);
    assert!(plans.iter().any(|(_, steps)| !scans(steps).is_empty()), "{plans:#?}");
}

/// Merges the most lines that IQR and a client may have: a merge of quadratic cost would take minutes.
#[test]
fn merges_many_lines_without_quadratic_cost() {
    const LINES: usize = 5_000;
    let line = |name: String, value: &str| CommentLine { name, value: value.to_owned(), at: None };
    let existing = |line: &dyn Fn(usize) -> String| (0..LINES).map(|number| line(number) + "\r\n").collect::<String>();
    let texts = [
        existing(&|number| format!("Test {number}: FAIL")),
        existing(&|number| format!("Test  {number}: PASS (2026-11-22 16:04)")),
        existing(&|number| format!("Größe {number}: by Jo")),
        existing(&|_| "Test 1: FAIL".to_owned()),
        existing(&|_| "??: ?".to_owned()),
    ];
    let lines = [
        (0..LINES).map(|number| line(format!("Test {number}"), "PASS")).collect::<Vec<_>>(),
        (0..LINES).map(|number| line("Ж".repeat(number % 150 + 1) + &"?".repeat(number / 150), "PASS")).collect(),
    ];
    let sent = |text: &str| Sent { lines: lines_of(text).flat_map(line_digests).collect(), ..Sent::default() };
    for text in &texts {
        for (ours, sent) in lines.iter().zip([Sent::default(), sent(text)]) {
            let started = cpu_time();
            for writing in [Writing::Adds, Writing::Replaces] {
                let merged = comments::merge(text, ours, &sent, writing);
                assert!(semantics::lost(text, &merged.text, ours, &sent).is_empty());
                drop(comments::restored(&merged.text, text));
                comments::lines_of_ours(&merged.text, ours, &sent).for_each(drop);
                _ = semantics::shown(text, Some(&merged.write), &merged.text, ours, &sent);
            }
            let took = cpu_time_since(started);
            assert!(took < Duration::from_secs(8), "{:?}: {took:?}", text.lines().next());
        }
    }
}
