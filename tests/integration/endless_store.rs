//! A WipeOS database that never ends: views without an end, and clients with more rows than any machine has.

use std::fs;
use std::io::Read;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use iqr_sandbox::Asset;
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::{Bench, FIRST, LATER, PATIENCE, Report, Run, client};

const TABLES: [&str; 7] = ["client", "client_slot", "battery", "disk", "wipe", "diagnostics_log", "diagnostics_test"];

/// A query of numbers without an end.
const NUMBERS: &str = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)";

/// Upper bound for the memory of the program, which needs a tenth of it.
const MAX_BYTES: u64 = 100 << 20;

/// Upper bound for the time of a pass of a second.
const MAX_TIME: Duration = Duration::from_secs(15);

/// A run and the most memory that it had.
struct Measured {
    run: Run,
    bytes: u64,
    took: Duration,
}

/// Runs the program to its end; sends it a signal after a while, if there is one.
fn measured(bench: &Bench, arguments: &[&str], signal: Option<Duration>) -> Measured {
    let started = Instant::now();
    let mut command = bench.command(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = Pid::from_child(&child);
    let (out, err) = (read_all(child.stdout.take().unwrap()), read_all(child.stderr.take().unwrap()));
    let mut bytes = 0;
    let mut signal = signal;
    let status = loop {
        bytes = bytes.max(most_bytes(pid));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if signal.take_if(|after| started.elapsed() > *after).is_some() {
            _ = kill_process(pid, Signal::TERM);
        }
        if started.elapsed() > PATIENCE {
            _ = kill_process(pid, Signal::KILL);
        }
        thread::sleep(Duration::from_millis(5));
    };
    let run = Run { code: status.code(), stdout: out.join().unwrap(), stderr: err.join().unwrap() };
    Measured { run, bytes, took: started.elapsed() }
}

fn read_all(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    })
}

/// Returns the most memory that a process has had so far; `wait4` would begin with that of the test itself.
pub fn most_bytes(pid: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    most.unwrap_or(0) * 1024
}

/// Returns the columns of a table, each with its text in a view.
fn columns(connection: &Connection, table: &str) -> String {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
    let names = statement.query_map([table], |row| row.get::<_, String>(0)).unwrap();
    let column = |name: String| match name.as_str() {
        "id" | "position" => format!("x AS {name}"),
        "client_id" | "disk_id" | "log_id" => format!("x % 2 + 1 AS {name}"),
        "name" => "'Inventory ID' AS name".to_owned(),
        "value" => "'700001' AS value".to_owned(),
        "updated_at" | "finished_at" | "created_at" => format!("'{LATER}' AS {name}"),
        _ => format!("NULL AS {name}"),
    };
    names.map(|name| column(name.unwrap())).collect::<Vec<_>>().join(", ")
}

/// Creates a bench with an endless view in place of a table.
fn with_endless(table: &str, condition: &str) -> Bench {
    let bench = Bench::with_clients(2);
    let store = bench.store();
    let columns = columns(store.connection(), table);
    let view = format!(
        "PRAGMA legacy_alter_table = ON; ALTER TABLE {table} RENAME TO {table}_rows;
         CREATE VIEW {table} AS {NUMBERS} SELECT {columns} FROM c {condition}"
    );
    store.connection().execute_batch(&view).unwrap();
    drop(store);
    bench
}

#[track_caller]
fn assert_bounded(measured: &Measured, context: &str) {
    assert!(measured.took < MAX_TIME, "{context}: {:?}, {:#?}", measured.took, measured.run);
    assert!(measured.bytes < MAX_BYTES, "{context}: {} bytes, {:#?}", measured.bytes, measured.run);
}

#[test]
fn ends_a_pass_over_an_endless_view_in_its_time() {
    for table in TABLES {
        for condition in ["", "WHERE x < 0"] {
            // The rows of one client are seen to be too many where no query asks for those of all.
            let is_of_one = ["client_slot", "battery", "diagnostics_test"].contains(&table);
            let is_too_much = is_of_one && condition.is_empty();
            let budget = if is_too_much { "\"10s\"" } else { "\"1s\"" };
            let bench = with_endless(table, condition).with("sync", "time_budget", budget);
            let pass = measured(&bench, &["sync", "--json"], None);
            let context = format!("{table} {condition}");
            assert_bounded(&pass, &context);
            let report = Report::of(pass.run);
            if is_too_much {
                assert_eq!(report.code, Some(1), "{context}: {report:#?}");
                assert_eq!(report.fate(1), ("failed", Some("bad-record")), "{context}: {report:#?}");
                continue;
            }
            assert_eq!((report.code, report.outcome()), (Some(6), "aborted"), "{context}: {report:#?}");
            assert!(report.stderr.contains("gave no answer in time"), "{context}: {report:#?}");
        }
    }
}

#[test]
fn stops_for_a_signal_while_a_view_does_not_end() {
    for table in TABLES {
        let bench = with_endless(table, "WHERE x < 0");
        let pass = measured(&bench, &["sync", "--json"], Some(Duration::from_millis(1500)));
        assert_bounded(&pass, table);
        let report = Report::of(pass.run);
        assert_eq!((report.code, report.outcome()), (Some(0), "aborted"), "{table}: {report:#?}");
        let others = "SELECT count(*) FROM pass WHERE message IS NOT 'stopped by a signal'";
        assert_eq!(bench.in_ledger::<i64>(others), 0, "{table}");
    }
}

#[test]
fn goes_on_once_a_view_has_an_end_again() {
    let bench = with_endless("wipe", "").with("sync", "time_budget", "\"1s\"");
    assert_eq!(bench.sync().code, Some(6));
    let mend = "DROP VIEW wipe; ALTER TABLE wipe_rows RENAME TO wipe";
    bench.store().connection().execute_batch(mend).unwrap();
    assert_eq!(bench.sync_well().count("sent"), 2);
    bench.assert_idle("the view is a table again");
}

#[test]
fn ends_commands_that_show_things_with_code_6() {
    const PREVIEW: [&str; 2] = ["preview", "700001"];
    let new = |bench: &Bench| bench.path("new.toml").to_str().unwrap().to_owned();
    let runs: Vec<_> =
        [("client_slot", &PREVIEW[..]), ("wipe", &PREVIEW), ("client", &["status"]), ("wipe", &["auth-test"])]
            .into_iter()
            .map(|(table, arguments)| {
                thread::spawn(move || {
                    let bench = with_endless(table, "");
                    (table, measured(&bench, arguments, None))
                })
            })
            .collect();
    let bench = with_endless("client_slot", "");
    let mut init = bench.command(&["init", "--from-store"]);
    init.arg(bench.database()).arg("--config").arg(new(&bench));
    let init = crate::bench::run(init);
    assert_eq!(init.code, Some(6), "{init:#?}");
    for run in runs {
        let (table, measured) = run.join().unwrap();
        assert_eq!(measured.run.code, Some(6), "{table}: {:#?}", measured.run);
        let told = [measured.run.stdout.as_str(), &measured.run.stderr].concat();
        assert!(told.split_whitespace().collect::<Vec<_>>().join(" ").contains("gave no answer in time"), "{told}");
        assert!(measured.bytes < MAX_BYTES && measured.took < PATIENCE, "{table}: {:?}", measured.took);
    }
}

/// Rows that are added for the first of three clients, and the words of the report.
const TOO_MUCH: [(&str, &str); 10] = [
    ("INSERT INTO battery SELECT 1, x, 80, 1 FROM c", "table battery has more than 20000 rows"),
    ("INSERT INTO client_slot SELECT 1, 'slot ' || x, x FROM c", "table client_slot has more than 20000 rows"),
    ("INSERT INTO disk (client_id, position) SELECT 1, x FROM c", "table disk has more than 20000 rows"),
    (
        "INSERT INTO wipe (disk_id, result) SELECT (SELECT min(id) FROM disk WHERE client_id = 1), 'pass' FROM c",
        "table wipe has more than 20000 rows",
    ),
    (
        "INSERT INTO diagnostics_log (client_id, created_at) SELECT 1, '2024-01-01 00:00:00' FROM c",
        "table diagnostics_log has more than 20000 rows",
    ),
    (
        "INSERT INTO diagnostics_test (log_id, position, name, result)
         SELECT (SELECT min(id) FROM diagnostics_log WHERE client_id = 1), x, 'test ' || x, 'pass' FROM c",
        "table diagnostics_test has more than 20000 rows",
    ),
    ("UPDATE client SET graphics = printf('%.*c', 1048577, 'g') WHERE id = 1", "client.graphics has 1048577 bytes"),
    (
        "UPDATE disk SET model = zeroblob(200000000) WHERE client_id = 1",
        "more than 64 MiB of text, counted up to table disk",
    ),
    ("UPDATE client SET updated_at = printf('%.*c', 3000000, '9') WHERE id = 1", "client.updated_at has 3000000 bytes"),
    (
        "INSERT INTO client_slot SELECT 1, 'slot ' || x, printf('%.*c', 1000000, 'v') FROM c LIMIT 70",
        "more than 64 MiB of text, counted up to table client_slot",
    ),
];

#[test]
fn fails_only_the_client_that_has_too_much() {
    for (sql, told) in TOO_MUCH {
        let bench = Bench::with_clients(3);
        let numbers = "WITH RECURSIVE c(x) AS (SELECT 100 UNION ALL SELECT x + 1 FROM c LIMIT 20001)";
        let sql = format!("PRAGMA foreign_keys = OFF; {numbers} {sql}");
        bench.store().connection().execute_batch(&sql.replace("c LIMIT 70", "c WHERE x < 170")).unwrap();
        let pass = measured(&bench, &["sync", "--json"], None);
        assert!(pass.bytes < 4 * MAX_BYTES, "{told}: {} bytes", pass.bytes);
        let report = Report::of(pass.run);
        assert_eq!((report.code, report.count("sent")), (Some(1), 2), "{report:#?}");
        assert_eq!(report.fate(1), ("failed", Some("bad-record")), "{report:#?}");
        assert!(report.message(1).contains(told), "{told}: {report:#?}");
        bench.store().edit(2, "memory_bytes", &(64_i64 << 30).to_string(), LATER).unwrap();
        let next = bench.sync();
        assert_eq!((next.count("sent"), next.fate(2).0), (1, "sent"), "{told}: {next:#?}");
    }
}

#[test]
fn sends_a_client_that_has_as_much_as_may_be() {
    let bench = Bench::empty();
    bench.add(&client(0), Asset::new(FIRST));
    let numbers = "WITH RECURSIVE c(x) AS (SELECT 100 UNION ALL SELECT x + 1 FROM c LIMIT 19990)";
    for (sql, _) in TOO_MUCH.iter().take(6) {
        bench.store().connection().execute_batch(&format!("{numbers} {sql}")).unwrap();
    }
    let longest = "UPDATE client SET graphics = printf('%.*c', 1048576, 'g') WHERE id = 1";
    bench.store().connection().execute_batch(longest).unwrap();
    let pass = measured(&bench, &["sync", "--json"], None);
    let report = Report::of(pass.run);
    assert_eq!(report.count("sent"), 1, "{:#?}", report.message(1));
    assert!(pass.took < PATIENCE / 2, "{:?}", pass.took);
    assert!(bench.lines(FIRST).iter().any(|line| line == "test 20089: PASS"));
    bench.assert_idle("as much as may be");
}
