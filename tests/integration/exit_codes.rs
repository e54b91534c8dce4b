//! Exit codes for obstacles: another pass, a broken config, files that cannot be used.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use iqr_sandbox::store::{Journal, Store};
use iqr_sandbox::{Fault, Kind, Options, When};
use rusqlite::Connection;
use rustix::process::Signal;

use crate::bench::{Bench, PATIENCE, Report, run};

fn until_it_asks(bench: &Bench) {
    let started = Instant::now();
    while bench.sandbox.counters().requests == 0 {
        assert!(started.elapsed() < PATIENCE, "the pass should ask");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Creates a bench whose pass hangs at its first request until the sandbox releases it.
fn hanging() -> Bench {
    let bench = Bench::with_options(Options::default()).and_clients(2);
    bench.sandbox.set_faults(vec![Fault::new(When::Nth(1), Kind::SilentHead(PATIENCE))]);
    bench
}

#[test]
fn ends_second_pass_at_once_with_code_75() {
    let bench = hanging();
    let first = bench.spawn(&["sync"]);
    until_it_asks(&bench);
    let started = Instant::now();
    let second = bench.sync();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!((second.code, second.outcome(), second.count("requests")), (Some(75), "skipped", 0), "{second:#?}");
    assert_eq!(bench.sandbox.counters().requests, 1);
    first.signal(Signal::KILL);
    first.finish();
    assert_eq!(bench.sync_well().count("sent"), 2, "the lock is free after a kill");
}

#[test]
fn allows_status_and_preview_during_a_pass() {
    let bench = hanging();
    let first = bench.spawn(&["sync"]);
    until_it_asks(&bench);
    let status = bench.run(&["status", "--json"]);
    assert_eq!(status.code, Some(0), "{status:#?}");
    let preview = bench.run(&["preview", "700001", "--json"]);
    assert_eq!(preview.code, Some(0), "{preview:#?}");
    drop(first);
}

#[track_caller]
fn assert_refused(report: &Report, code: i32, words: &str) {
    assert_eq!((report.code, report.outcome(), report.count("requests")), (Some(code), "aborted", 0), "{report:#?}");
    assert!(report.stderr.contains(words), "{words:?} should be reported: {report:#?}");
}

#[test]
fn ends_with_code_3_and_every_config_problem_by_line() {
    let bench = Bench::with_clients(1).with("sync", "comments", "\"most\"").with("iqr", "conections", "4");
    let report = bench.run(&["sync", "--json"]);
    assert_eq!(report.code, Some(3), "{report:#?}");
    for words in [":11:12: `sync.comments`", ":4:1: `iqr.conections`", "did you mean"] {
        assert!(report.stderr.contains(words), "{report:#?}");
    }
    let mut missing = bench.command(&["sync"]);
    missing.arg("--config").arg(bench.path("none.toml"));
    assert!(matches!(run(missing).code, Some(2 | 3)));
}

#[test]
fn ends_with_code_3_if_others_can_read_the_key_file() {
    let bench = Bench::with_clients(1);
    fs::set_permissions(bench.path("api-key"), Permissions::from_mode(0o644)).unwrap();
    let report = bench.sync();
    assert_eq!((report.code, report.count("requests")), (Some(3), 0), "{report:#?}");
    assert_eq!(report.stderr.matches("chmod 600").count(), 1, "reported once: {report:#?}");
    bench.write_key(&bench.sandbox.api_key());
    bench.sync_well();
    fs::remove_file(bench.path("api-key")).unwrap();
    bench.assert_idle("nothing is due, no key is needed");
}

#[test]
fn ends_with_code_6_if_the_store_cannot_be_used() {
    let bench = Bench::with_clients(1);
    let whole = fs::read(bench.database()).unwrap();
    let rows: [(&str, &[u8]); 3] = [
        ("empty", b""),
        ("not a usable SQLite database", b"This is a letter and no database at all, whatever its name says."),
        ("not a usable SQLite database", &[&b"x"[..], &whole[1..]].concat()),
    ];
    for (words, bytes) in rows {
        fs::write(bench.path("other.db"), bytes).unwrap();
        let bench = Bench::empty().with("store", "database", &crate::bench::quoted(&bench.path("other.db")));
        assert_refused(&bench.sync(), 6, words);
    }
    let gone = Bench::empty().with("store", "database", "\"/nowhere/wipeos.db\"");
    assert_refused(&gone.sync(), 6, "does not exist");
}

#[test]
fn names_the_table_that_the_store_lacks() {
    let bench = Bench::with_clients(1);
    bench.store().connection().execute_batch("DROP TABLE wipe").unwrap();
    assert_refused(&bench.sync(), 6, "wipe");
}

#[test]
fn leaves_a_locked_store_to_the_next_pass() {
    let bench = Bench::empty().with("sync", "time_budget", "\"1s\"");
    fs::remove_file(bench.database()).unwrap();
    let mut store = Store::create(&bench.database(), Journal::Delete).unwrap();
    store.add(&crate::bench::client(0)).unwrap();
    store.connection().execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_refused(&bench.sync(), 6, "locked");
    store.connection().execute_batch("COMMIT").unwrap();
    assert_eq!(bench.sync().count("due"), 1);
}

#[test]
fn waits_for_a_store_locked_for_a_moment() {
    let bench = Bench::empty();
    fs::remove_file(bench.database()).unwrap();
    let mut store = Store::create(&bench.database(), Journal::Delete).unwrap();
    store.add(&crate::bench::client(0)).unwrap();
    bench.sandbox.state().add_asset(iqr_sandbox::Asset::new(crate::bench::FIRST));
    store.connection().execute_batch("BEGIN EXCLUSIVE").unwrap();
    let pass = bench.spawn(&["sync", "--json"]);
    std::thread::sleep(Duration::from_millis(400));
    store.connection().execute_batch("COMMIT").unwrap();
    let report = Report::of(pass.finish());
    assert_eq!(report.count("sent"), 1, "{report:#?}");
}

#[test]
fn writes_nothing_to_the_store() {
    for journal in [Journal::Wal, Journal::Delete] {
        let bench = Bench::empty();
        fs::remove_file(bench.database()).unwrap();
        let mut store = Store::create(&bench.database(), journal).unwrap();
        for number in 0..3 {
            store.add(&crate::bench::client(number)).unwrap();
        }
        drop(store);
        bench.sandbox.state().add_assets((0..3).map(|number| iqr_sandbox::Asset::new(crate::bench::FIRST + number)));
        let before = fs::read(bench.database()).unwrap();
        bench.sync_well();
        assert!(fs::read(bench.database()).unwrap() == before, "{journal:?}: the store's file was changed");
    }
}

#[test]
fn ends_with_code_6_if_the_ledger_cannot_be_used() {
    let good = Bench::with_clients(1);
    good.sync_well();
    let spoil = |change: &dyn Fn(&std::path::Path)| {
        let bench = Bench::with_clients(1);
        drop(Connection::open(good.ledger()).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
        fs::copy(good.ledger(), bench.ledger()).unwrap();
        change(&bench.ledger());
        bench
    };
    let sql =
        |sql: &'static str| move |path: &std::path::Path| Connection::open(path).unwrap().execute_batch(sql).unwrap();
    let rows = [
        ("newer", "newer program", spoil(&sql("PRAGMA user_version = 99"))),
        ("foreign", "another program's", spoil(&sql("PRAGMA application_id = 7"))),
        ("no database", "damaged", spoil(&|path| fs::write(path, vec![b'x'; 8192]).unwrap())),
        (
            "corrupt",
            "damaged",
            spoil(&|path| {
                let mut bytes = fs::read(path).unwrap();
                bytes[4096..].fill(0xA5);
                fs::write(path, bytes).unwrap();
            }),
        ),
    ];
    for (name, words, bench) in rows {
        let report = bench.sync();
        assert_eq!(report.code, Some(6), "{name}: {report:#?}");
        assert!(report.stderr.contains(words), "{name}: {report:#?}");
        assert_eq!(bench.writes(crate::bench::FIRST), 0, "{name}");
    }
}

#[test]
fn sends_nothing_that_cannot_be_recorded() {
    if rustix::process::geteuid().is_root() {
        // Root may write anything: a folder where the file should be stands for a place that cannot be written.
        let bench = Bench::with_clients(1);
        fs::create_dir(bench.ledger()).unwrap();
        assert_refused(&bench.sync(), 6, "ledger");
        assert_eq!(bench.writes(crate::bench::FIRST), 0);
        return;
    }
    let bench = Bench::with_clients(1);
    bench.sync_well();
    fs::set_permissions(bench.ledger(), Permissions::from_mode(0o400)).unwrap();
    bench.store().edit(1, "memory_bytes", "1", crate::bench::LATER).unwrap();
    let writes = bench.writes(crate::bench::FIRST);
    assert_refused(&bench.sync(), 6, "cannot be written");
    assert_eq!(bench.writes(crate::bench::FIRST), writes);
}

#[test]
fn restricts_ledger_files_to_the_account_and_group() {
    let bench = hanging();
    let pass = bench.spawn(&["sync"]);
    until_it_asks(&bench);
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock"] {
        let mode = fs::metadata(bench.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o137, 0, "{name} has mode {mode:o}");
    }
    drop(pass);
}

#[test]
fn completes_the_pass_if_stdout_is_closed() {
    let bench = Bench::with_clients(3);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = bench.command(&["sync", "--json", "-v"]);
    let mut child = command.stdout(writer).stderr(std::process::Stdio::null()).spawn().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    bench.assert_idle("everything was sent");
}

/// A reader that went away is no error; a full disk is one, but not one of the pass.
#[test]
fn ends_with_code_74_if_stdout_cannot_be_written() {
    let bench = Bench::with_clients(3);
    let into_full = |arguments: &[&str]| {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = bench.command(arguments).stdout(full).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = into_full(&["sync", "--json"]);
    assert_eq!((code, said.lines().count()), (Some(74), 1), "{said}");
    assert!(said.contains("the pass is made and recorded") && said.contains("No space left"), "{said}");
    bench.assert_idle("everything was sent");
    for arguments in [&["status"][..], &["status", "--json"], &["preview", "700001"], &["preview", "700001", "--json"]]
    {
        let (code, said) = into_full(arguments);
        assert!(code == Some(74) && said.contains("stdout cannot be written"), "{arguments:?}: {code:?} {said}");
    }
    bench.sandbox.set_faults(vec![Fault::new(When::Id(crate::bench::FIRST), Kind::status(400))]);
    bench.store().edit(1, "memory_bytes", "1", crate::bench::LATER).unwrap();
    let (code, said) = into_full(&["sync", "--json"]);
    assert!(code == Some(1) && said.contains("stdout cannot be written"), "{code:?} {said}");
}

#[test]
fn prints_nothing_if_nothing_is_to_report() {
    let bench = Bench::with_clients(2);
    for _ in 0..2 {
        let run = bench.run(&["sync"]);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    }
}

#[test]
fn ends_with_code_2_on_a_usage_error() {
    let bench = Bench::empty();
    for arguments in [&["sink"][..], &["sync", "--limit", "none"], &["preview"]] {
        assert_eq!(bench.run(arguments).code, Some(2));
    }
}
