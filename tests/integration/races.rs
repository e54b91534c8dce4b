//! Changes during a pass: of WipeOS's database, of a client, of the clock, and of the process itself.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use iqr_sandbox::store::{Journal, Log, Store, Wipe};
use iqr_sandbox::{Asset, Comments, Fault, Kind, Options, When};
use rustix::process::Signal;

use crate::bench::{Bench, FIRST, LATER, PATIENCE, Report, Running, client, run};
use crate::traced_program::skipped;

const JOURNALS: [Journal; 2] = [Journal::Wal, Journal::Delete];

/// Creates a bench whose IQR is slow and whose store is in the given journal mode.
fn bench(journal: Journal, clients: i64, rtt: Duration) -> Bench {
    let bench = Bench::with_options(Options { rtt, ..Options::default() });
    fs::remove_file(bench.database()).unwrap();
    drop(Store::create(&bench.database(), journal).unwrap());
    bench.and_clients(clients)
}

/// Sets a size of memory that counts the changes.
fn set_memory(store: &Store, client: i64, gigabytes: i64) {
    store.edit(client, "memory_bytes", &(gigabytes << 30).to_string(), LATER).unwrap();
}

#[track_caller]
fn assert_memory(bench: &Bench, number: i64, gigabytes: i64, context: &str) {
    let seen = bench.seen(FIRST + number);
    assert!(seen.extended_description.contains(&format!("/{gigabytes}GB/")), "{context}: {gigabytes} in {seen:#?}");
}

fn until(pass: &mut Running, what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(!pass.has_ended() && started.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Writes without a pause until stopped; returns how often each client was changed, and the longest wait.
fn write_without_pause(database: &Path, clients: i64, stop: &AtomicBool) -> (i64, Duration) {
    let store = Store::open(database).unwrap();
    let (mut round, mut longest) = (0, Duration::ZERO);
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        for client in 1..=clients {
            let started = Instant::now();
            set_memory(&store, client, round);
            longest = longest.max(started.elapsed());
        }
    }
    (round, longest)
}

#[test]
fn runs_beside_a_store_writer_that_never_pauses() {
    for journal in JOURNALS {
        let bench = bench(journal, 6, Duration::ZERO);
        let (stop, database) = (AtomicBool::new(false), bench.database());
        let (rounds, longest) = thread::scope(|scope| {
            let writer = scope.spawn(|| write_without_pause(&database, 6, &stop));
            for _ in 0..4 {
                let report = bench.sync();
                assert_eq!((report.code, report.count("failed")), (Some(0), 0), "{journal:?}: {report:#?}");
            }
            stop.store(true, Ordering::Relaxed);
            writer.join().unwrap()
        });
        assert!(longest < Duration::from_secs(3), "{journal:?}: WipeOS waited for {longest:?}");
        bench.sync_well();
        let context = format!("{journal:?} after {rounds} rounds");
        (0..6).for_each(|number| assert_memory(&bench, number, rounds, &context));
        bench.assert_sound(&context);
        bench.assert_idle(&context);
    }
}

#[test]
fn waits_for_a_writer_that_locks_the_store_for_a_second() {
    for journal in JOURNALS {
        let bench = bench(journal, 12, Duration::from_millis(15)).with("iqr", "connections", "2");
        let store = bench.store();
        let mut pass = bench.spawn(&["sync", "--json"]);
        until(&mut pass, "an asset should be written", || bench.writes(FIRST) > 0);
        store.connection().busy_timeout(PATIENCE).unwrap();
        store.connection().execute_batch("BEGIN EXCLUSIVE").unwrap();
        thread::sleep(Duration::from_secs(1));
        store.connection().execute_batch("COMMIT").unwrap();
        let report = Report::of(pass.finish());
        assert_eq!((report.code, report.count("sent")), (Some(0), 12), "{journal:?}: {report:#?}");
        bench.assert_idle("the lock is gone");
    }
}

#[test]
fn sends_news_that_arrives_in_mid_request_by_next_pass() {
    for journal in JOURNALS {
        for ask in ["GET", "POST"] {
            let bench = bench(journal, 1, Duration::ZERO);
            let slow = Fault::new(When::Method(ask.to_owned()), Kind::Delay(Duration::from_millis(150)));
            bench.sandbox.set_faults(vec![slow.and(When::Path("webapi.svc".to_owned())).after_commit()]);
            let mut pass = bench.spawn(&["sync", "--json"]);
            let asked = || bench.sandbox.requests().iter().any(|it| it.targets("webapi.svc") && it.method == ask);
            until(&mut pass, "IQR should be asked", asked);
            set_memory(&bench.store(), 1, 77);
            bench.store().add_log(1, &Log::of("2019-01-01 00:00:00", &[("Touchpad", "FAIL")])).unwrap();
            let report = Report::of(pass.finish());
            assert_eq!(report.count("sent"), 1, "{journal:?}, {ask}: {report:#?}");
            bench.sandbox.set_faults(Vec::new());
            assert_eq!(bench.sync_well().count("sent"), 1, "{journal:?}, {ask}");
            assert_memory(&bench, 0, 77, ask);
            assert!(bench.lines(FIRST).contains(&"Touchpad: FAIL".to_owned()));
            bench.assert_idle("the news is sent");
        }
    }
}

#[test]
fn leaves_nothing_of_a_client_that_moves_in_mid_request() {
    let bench = bench(Journal::Wal, 2, Duration::from_millis(100));
    bench.sandbox.state().add_asset(Asset::new(FIRST + 50));
    let mut pass = bench.spawn(&["sync", "--json"]);
    until(&mut pass, "IQR should be asked", || bench.sandbox.requests().iter().any(|it| it.targets("webapi.svc")));
    bench.store().set_slot(1, "Inventory ID", &(FIRST + 50).to_string(), LATER).unwrap();
    bench.store().delete(2).unwrap();
    let report = Report::of(pass.finish());
    assert_eq!(report.code, Some(0), "{report:#?}");
    bench.sync_well();
    assert_eq!(bench.seen(FIRST + 50).description, bench.seen(FIRST).description);
    assert_ne!(bench.seen(FIRST + 50).description, "");
    bench.assert_sound("an ID that was corrected in mid-pass");
    bench.assert_idle("an ID that was corrected in mid-pass");
}

/// A client that had to wait for a slow IQR is evaluated again before it is sent.
#[test]
fn sends_waiting_client_to_its_new_asset_only() {
    let bench = bench(Journal::Wal, 3, Duration::from_millis(250)).with("iqr", "connections", "1");
    bench.sandbox.state().add_asset(Asset::new(FIRST + 50));
    let mut pass = bench.spawn(&["sync", "--json"]);
    until(&mut pass, "IQR should be asked", || bench.sandbox.requests().iter().any(|it| it.targets("webapi.svc")));
    bench.store().set_slot(2, "Inventory ID", &(FIRST + 50).to_string(), LATER).unwrap();
    let report = Report::of(pass.finish());
    assert_eq!((report.code, report.count("sent")), (Some(0), 3), "{report:#?}");
    assert_ne!(bench.seen(FIRST + 50).description, "");
    assert_eq!(bench.writes(FIRST + 1), 0, "no client has the first asset any more");
    bench.assert_sound("an ID that was corrected before its client's turn");
}

/// An unreadable client is reported, and those before it are sent.
#[test]
fn sends_clients_before_one_that_cannot_be_read() {
    let bench = bench(Journal::Wal, 4, Duration::ZERO).with("iqr", "connections", "1");
    let unreadable = "ALTER TABLE battery RENAME TO cell;
        CREATE VIEW battery AS SELECT client_id, position, health_percent,
            CASE client_id WHEN 3 THEN json('{') ELSE cycles END AS cycles FROM cell;
        INSERT INTO cell (client_id, position) SELECT 3, 99;";
    bench.store().connection().execute_batch(unreadable).unwrap();
    let report = bench.sync();
    assert_eq!((report.code, report.count("sent")), (Some(6), 2), "{report:#?}");
    assert!(bench.writes(FIRST + 1) > 0 && bench.writes(FIRST + 2) == 0);
}

/// Wiped several times in a day, by one method: the lines differ in nothing but their result.
#[test]
fn shows_newest_drive_result_last_within_one_day() {
    let bench = Bench::with_clients(1);
    bench.sync_well();
    for (hour, result) in (9..).zip(["Success", "Failed", "Success", "Failed", "Success", "Failed"]) {
        let at = format!("2024-05-01 {hour:02}:00:00");
        let wipe = Wipe {
            method: Some("NIST SP 800-88 Clear".to_owned()),
            result: Some(result.to_owned()),
            verified: Some(true),
            started_at: Some(at.clone()),
            finished_at: Some(at.clone()),
        };
        bench.store().add_wipe(1, 0, &wipe).unwrap();
        bench.sync_well();
        // News of something else: the line of the wipe is unchanged.
        set_memory(&bench.store(), 1, hour);
        bench.sync_well();
        let newest = bench.lines(FIRST).into_iter().rfind(|line| line.starts_with("Wipe - ")).unwrap();
        let word = if result == "Success" { ": PASS, " } else { ": FAIL, " };
        assert!(newest.contains(word), "{at}: {result}, but {newest:?} is last: {:#?}", bench.lines(FIRST));
        bench.assert_sound(&at);
    }
}

const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// Returns whether the program can be given another clock here.
fn has_faketime() -> bool {
    Path::new(FAKETIME).exists() || skipped("libfaketime (apt-get install faketime)")
}

/// Runs the program with its clock set by `time`, as faketime reads it; other clocks are unchanged.
fn at_time(bench: &Bench, time: &str, arguments: &[&str]) -> Report {
    let mut command = bench.command(&[&["sync", "--json"], arguments].concat());
    command.env("LD_PRELOAD", FAKETIME).env("FAKETIME", time).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    Report::of(run(command))
}

/// The clock jumps by hours, either way, between passes, and with it the times of what WipeOS writes.
#[test]
fn sends_news_once_whatever_the_clock_shows() {
    if !has_faketime() {
        return;
    }
    let bench = Bench::with_clients(3);
    let clocks = ["+0h", "-9h", "+7h", "-2d", "-2d", "+400d", "-30d", "+0h", "+1h"];
    for (gigabytes, clock) in (100..).zip(clocks) {
        set_memory(&bench.store(), 1, gigabytes);
        let day = gigabytes - 99;
        let log = Log::of(&format!("2019-01-{day:02} 00:00:00"), &[(&format!("Test {day}"), "PASS")]);
        bench.store().add_log(2, &log).unwrap();
        let report = at_time(&bench, clock, &[]);
        assert_eq!((report.code, report.count("failed")), (Some(0), 0), "{clock}: {report:#?}");
        assert_memory(&bench, 0, gigabytes, clock);
        assert!(bench.lines(FIRST + 1).contains(&format!("Test {day}: PASS")), "{clock}");
        bench.assert_sound(clock);
        let (again, requests) = bench.requests_of(|| at_time(&bench, clock, &[]));
        assert_eq!((again.code, requests.len()), (Some(0), 0), "{clock}: {again:#?}");
    }
    bench.assert_idle("the clock is right again");
}

/// A client fails while the clock is hours ahead: when the clock is right again it does not wait for those hours.
#[test]
fn retries_failures_once_a_fast_clock_is_corrected() {
    if !has_faketime() {
        return;
    }
    for kind in [Kind::status(503), Kind::status(500), Kind::status(400)] {
        let bench = Bench::with_clients(2).with("iqr", "connections", "1");
        bench.sandbox.set_faults(vec![Fault::new(When::Id(FIRST), kind.clone())]);
        for _ in 0..3 {
            let report = at_time(&bench, "+8h", &["--retry"]);
            assert!(matches!(report.code, Some(1 | 5)), "{report:#?}");
        }
        bench.sandbox.set_faults(Vec::new());
        let report = bench.sync();
        assert_eq!(report.code, Some(0), "{kind:?}: {report:#?}");
        assert_eq!(bench.seen(FIRST).item_number, "OPTIPLEX 9010", "{kind:?}: {report:#?}");
        bench.assert_idle("sent");
    }
}

#[test]
fn completes_a_pass_while_the_clock_jumps() {
    if !has_faketime() {
        return;
    }
    for (before, after) in [("+0h", "-5h"), ("+0h", "+5h"), ("+30d", "+0h")] {
        let bench = bench(Journal::Wal, 6, Duration::from_millis(20)).with("iqr", "connections", "1");
        let clock = bench.path("clock");
        fs::write(&clock, before).unwrap();
        let mut command = bench.command(&["sync", "--json"]);
        command.env("LD_PRELOAD", FAKETIME).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        command.env("FAKETIME_TIMESTAMP_FILE", &clock).env("FAKETIME_NO_CACHE", "1");
        let report = thread::scope(|scope| {
            let pass = scope.spawn(|| Report::of(run(command)));
            let started = Instant::now();
            while bench.writes(FIRST) == 0 {
                assert!(started.elapsed() < PATIENCE, "an asset should be written");
                thread::sleep(Duration::from_millis(1));
            }
            fs::write(&clock, after).unwrap();
            pass.join().unwrap()
        });
        assert_eq!((report.code, report.count("sent")), (Some(0), 6), "{before}, then {after}: {report:#?}");
        bench.assert_idle("all was sent");
        set_memory(&bench.store(), 3, 55);
        bench.sync_well();
        assert_memory(&bench, 2, 55, before);
        bench.assert_idle("the news was sent");
    }
}

/// Suspends a pass for longer than a second as soon as it has written.
fn stopped_for_a_while(bench: &Bench) -> Report {
    let mut pass = bench.spawn(&["sync", "--json"]);
    until(&mut pass, "an asset should be written", || bench.writes(FIRST) > 0);
    pass.signal(Signal::STOP);
    thread::sleep(Duration::from_millis(1300));
    pass.signal(Signal::CONT);
    Report::of(pass.finish())
}

/// The pass is suspended for longer than a session lives, whether the program knows that lifetime or not.
#[test]
fn renews_session_after_a_pass_was_suspended() {
    for lifetime in ["\"1s\"", "\"10m\""] {
        let options = Options { session_lifetime: Duration::from_secs(1), ..Options::default() };
        let bench = Bench::with_options(options).and_clients(8).with("iqr", "connections", "2");
        bench.sandbox.state().options.rtt = Duration::from_millis(10);
        let bench = bench.with("iqr", "session_lifetime", lifetime);
        let report = stopped_for_a_while(&bench);
        assert_eq!((report.code, report.count("sent")), (Some(0), 8), "{lifetime}: {report:#?}");
        let counters = bench.sandbox.counters();
        assert!((2..=3).contains(&counters.sign_ins), "{lifetime}: {counters:?}");
        bench.assert_sound("after a suspend");
        bench.assert_idle("after a suspend");
    }
}

/// The time of the suspension counts: the pass starts no client after its budget.
#[test]
fn ends_pass_suspended_beyond_its_time_budget() {
    let bench = bench(Journal::Wal, 8, Duration::from_millis(10)).with("iqr", "connections", "1");
    let bench = bench.with("sync", "time_budget", "\"1s\"");
    let report = stopped_for_a_while(&bench);
    assert!(report.count("deferred") >= 1 && report.count("failed") == 0, "{report:#?}");
    bench.assert_signed_out("a pass that was stopped");
    let next = bench.with("sync", "time_budget", "\"110s\"");
    next.sync_well();
    assert!((0..8).all(|number| next.seen(FIRST + number).item_number != "TBD API"));
    next.assert_sound("a pass that was stopped");
    next.assert_idle("a pass that was stopped");
}

/// A machine is put into the store with an old key and old times, after newer ones were sent.
#[test]
fn sends_client_with_older_key_and_older_times() {
    let bench = Bench::empty();
    let mut store = bench.store();
    for number in [0, 1] {
        bench.sandbox.state().add_asset(Asset::new(FIRST + number));
        let key = store.add(&client(number)).unwrap();
        store.connection().execute("UPDATE client SET id = id + 1000 WHERE id = ?1", [key]).unwrap();
        store.connection().execute("UPDATE disk SET client_id = client_id + 1000 WHERE client_id = ?1", [key]).unwrap();
        let slots = "UPDATE client_slot SET client_id = client_id + 1000 WHERE client_id = ?1";
        store.connection().execute(slots, [key]).unwrap();
    }
    assert_eq!(bench.sync_well().count("sent"), 2);
    bench.sandbox.state().add_asset(Asset::new(FIRST + 2));
    let key = store.add(&client(2)).unwrap();
    for table in ["client", "disk", "client_slot"] {
        let column = if table == "client" { "id" } else { "client_id" };
        store.connection().execute(&format!("UPDATE {table} SET {column} = 7 WHERE {column} = ?1"), [key]).unwrap();
    }
    store.connection().execute("UPDATE client SET updated_at = '2001-01-01 00:00:00' WHERE id = 7", []).unwrap();
    assert_eq!(bench.sync_well().count("sent"), 1);
    assert_ne!(bench.seen(FIRST + 2).item_number, "TBD API");
    bench.assert_idle("the old one is sent");
}

/// A change of a store, with its name.
type Way<'a> = (&'static str, &'a dyn Fn(&mut Store));

/// The lines of people are gone from IQR with a killed pass, and before the next one its client has another ID, or is
/// gone itself.
#[test]
fn restores_lines_on_an_asset_that_the_client_left() {
    let moved = |store: &mut Store| store.set_slot(1, "Inventory ID", &(FIRST + 1).to_string(), LATER).unwrap();
    let deleted = |store: &mut Store| store.delete(1).unwrap();
    let untyped = |store: &mut Store| store.set_slot(1, "Inventory ID", "", LATER).unwrap();
    let taken = |store: &mut Store| {
        moved(store);
        let id = store.add(&client(7)).unwrap();
        store.set_slot(id, "Inventory ID", &FIRST.to_string(), LATER).unwrap();
    };
    // Its lines have other names by then than those that were written.
    let tested_otherwise = |store: &mut Store| {
        store.connection().execute("DELETE FROM wipe", []).unwrap();
        store.connection().execute("UPDATE disk SET serial_number = 'ANOTHER'", []).unwrap();
    };
    let ways: [Way<'_>; 5] = [
        ("moved", &moved),
        ("deleted", &deleted),
        ("without an ID", &untyped),
        ("taken by another client", &taken),
        ("with another drive", &tested_otherwise),
    ];
    for (context, leave) in ways {
        let bench = bench(Journal::Wal, 1, Duration::ZERO).with("iqr", "request_timeout", "\"20s\"");
        bench.set_comment_semantics(Comments::Replaces);
        bench.sandbox.state().add_asset(Asset::new(FIRST + 1));
        bench.sandbox.state().type_comment(FIRST, "typed by Jo");
        let update = When::Path("Inventories/Update".to_owned());
        bench.sandbox.set_faults(vec![Fault::new(update, Kind::SilentHead(PATIENCE)).after_commit().times(1)]);
        let mut pass = bench.spawn(&["sync"]);
        until(&mut pass, "an asset should be written", || bench.writes(FIRST) > 0);
        pass.signal(Signal::KILL);
        pass.finish();
        assert!(!bench.lines(FIRST).contains(&"typed by Jo".to_owned()), "{context}: the line is gone for now");
        leave(&mut bench.store());
        bench.sync_well();
        assert!(bench.lines(FIRST).contains(&"typed by Jo".to_owned()), "{context}: {:#?}", bench.lines(FIRST));
        bench.assert_sound(context);
        bench.assert_idle(context);
    }
}
