//! Faults of the ledger's disk: every write of the ledger in turn, a full disk, a read-only file system, a file that is
//! gone or held. A change that cannot be recorded is not sent, and the next pass on a sound disk converges.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use iqr_sandbox::store::Client;
use iqr_sandbox::{Asset, Comments};
use rusqlite::Connection;
use rustix::fs::{FileType, Mode};

use crate::bench::{Bench, FIRST, LATER, PATIENCE, Report, Run, Seen, client, quoted, run};
use crate::traced_program::{Threads, has_mounts, has_strace, traced, wants_every_place, wrapped};

const CLIENTS: i64 = 4;

/// Upper bound for the calls of one kind in one thread.
const MAX_CALLS: u64 = 2000;

/// Faults of a disk, each at the calls where it shows.
const FAULTS: [(&str, &str); 5] =
    [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fsync", "EIO"), ("ftruncate", "EIO"), ("pread64", "EIO")];

fn bench(comments: Comments) -> Bench {
    let bench = Bench::with_clients(CLIENTS).with("iqr", "connections", "1");
    bench.set_comment_semantics(comments);
    for id in FIRST..FIRST + CLIENTS {
        bench.sandbox.state().type_comment(id, "typed by Jo");
    }
    bench
}

/// Creates a bench whose ledger knows every client, with news of each.
fn bench_with_news(comments: Comments) -> Bench {
    let bench = bench(comments);
    bench.sync_well();
    for client in 1..=CLIENTS {
        bench.store().edit(client, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
    }
    bench
}

type Assets = BTreeMap<i64, Seen>;

fn ledger_files(bench: &Bench) -> Vec<PathBuf> {
    ["", "-wal", "-shm", "-journal"].iter().map(|suffix| bench.path(&format!("ledger.db{suffix}"))).collect()
}

/// Returns the assets that the ledger has as written or as begun.
fn recorded(bench: &Bench) -> BTreeSet<i64> {
    let sql = "SELECT inventory_id FROM intent UNION SELECT inventory_id FROM asset";
    let read = || -> rusqlite::Result<BTreeSet<i64>> {
        let connection = Connection::open(bench.ledger())?;
        let mut statement = connection.prepare(sql)?;
        let ids = statement.query_map([], |row| row.get::<_, String>(0))?;
        ids.map(|id| Ok(id?.parse().unwrap())).collect()
    };
    // Without its tables nothing is recorded.
    read().unwrap_or_default()
}

/// Lets the disk fail during one pass, from the `nth` call on or at that call alone; returns whether there was such a
/// call.
fn strike(bench: &Bench, expected: &Assets, threads: Threads, (call, error): (&str, &str), when: &str) -> bool {
    let context = format!("{error} at {call} {when} of {threads:?}");
    let files = ledger_files(bench);
    let only: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    let how = format!("error={error}:when={when}");
    let writes: Vec<u64> = (FIRST..FIRST + CLIENTS).map(|id| bench.writes(id)).collect();
    let struck = run(traced(bench, threads, (call, &how), &only, &["sync", "--json"]));
    assert!(matches!(struck.code, Some(0 | 6)), "{context}: {struck:#?}");
    assert!(!struck.stderr.contains("panicked"), "{context}: {struck:#?}");
    let recorded = recorded(bench);
    for (id, before) in (FIRST..).zip(writes) {
        let is_sent = bench.writes(id) > before;
        assert!(!is_sent || recorded.contains(&id), "{context}: {id} was sent and not recorded: {struck:#?}");
    }
    if struck.code == Some(6) {
        assert_eq!(Report::of(struck).outcome(), "aborted", "{context}");
        assert_converges(bench, expected, &context);
        return true;
    }
    assert_eq!(bench.all_seen(), *expected, "{context}: {struck:#?}");
    assert_converges(bench, expected, &context);
    false
}

fn assert_converges(bench: &Bench, expected: &Assets, context: &str) {
    let clean = bench.sync();
    let left = clean.count("failed") + clean.count("deferred") + clean.count("held");
    assert_eq!((clean.code, left), (Some(0), 0), "{context}: {clean:#?}");
    assert_eq!(bench.all_seen(), *expected, "{context}");
    bench.assert_sound(context);
    bench.assert_signed_out(context);
    assert_eq!(bench.in_ledger::<String>("PRAGMA integrity_check"), "ok", "{context}");
    bench.assert_idle(context);
}

/// Returns the numbers of the calls that fail: all as long as it matters, or a sample.
fn places() -> Vec<u64> {
    if wants_every_place() { (1..MAX_CALLS).collect() } else { vec![1, 2, 3, 6, 11, 23] }
}

/// Number of harmless calls in a row after which a run ends. A failed checkpoint, for one, is harmless.
const MAX_HARMLESS_CALLS: u32 = 12;

fn count(make: fn(Comments) -> Bench, comments: Comments, fault: (&str, &str), only_this: bool) -> usize {
    let expected = {
        let bench = make(comments);
        bench.sync_well();
        bench.all_seen()
    };
    let mut struck = 0;
    for threads in [Threads::Main, Threads::All] {
        let mut harmless = 0;
        for nth in places() {
            let when = if only_this { nth.to_string() } else { format!("{nth}+") };
            let hit = strike(&make(comments), &expected, threads, fault, &when);
            harmless = if hit { 0 } else { harmless + 1 };
            struck += usize::from(hit);
            if harmless == MAX_HARMLESS_CALLS {
                break;
            }
        }
    }
    struck
}

#[test]
fn survives_full_disk_from_any_write_of_first_pass() {
    if has_strace() {
        let struck = count(bench, Comments::Adds, FAULTS[0], false);
        assert!(struck >= 6, "only {struck}");
    }
}

#[test]
fn survives_full_disk_from_any_write_of_pass_with_news() {
    if has_strace() {
        let struck = count(bench_with_news, Comments::Replaces, FAULTS[0], false);
        assert!(struck >= 3, "only {struck}");
    }
}

#[test]
fn survives_one_disk_failure_at_any_call() {
    if !has_strace() {
        return;
    }
    let faults = if wants_every_place() { &FAULTS[..] } else { &FAULTS[1..3] };
    for fault in faults {
        let struck = count(bench, Comments::Replaces, *fault, true);
        assert!(struck >= 1, "{fault:?}: {struck}");
    }
}

/// Runs the program where `prepare` (shell, with the folder of the ledger in `$0`) has mounted something.
fn mounted(bench: &Bench, prepare: &str, command: &[&str]) -> Run {
    let script = format!("{prepare}\nexec \"$@\"");
    let folder = bench.path("ledger");
    run(wrapped(bench, &["unshare", "-m", "sh", "-ec", &script, folder.to_str().unwrap()], command))
}

/// Creates a bench whose ledger has a folder of its own.
fn bench_with_folder(clients: i64) -> Bench {
    let bench = Bench::with_clients(clients);
    fs::create_dir(bench.path("ledger")).unwrap();
    let path = quoted(&bench.path("ledger/ledger.db"));
    bench.with("ledger", "path", &path)
}

const READ_ONLY: &str = "mount --bind \"$0\" \"$0\"; mount -o remount,bind,ro \"$0\"";

/// People ask just then why nothing arrives. The records of a killed pass in the WAL are part of the answer.
#[test]
fn reports_read_only_file_system_of_the_ledger() {
    if !has_mounts() {
        return;
    }
    let bench = bench_with_folder(2);
    bench.sync_well();
    bench.store().edit(1, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
    let killed = Connection::open(bench.path("ledger/ledger.db")).unwrap();
    killed.execute("UPDATE pass SET message = 'the newest record', outcome = 'aborted'", []).unwrap();
    let copy = bench.path("copy");
    fs::create_dir(&copy).unwrap();
    for suffix in ["", "-wal", ".lock"] {
        fs::copy(bench.path(&format!("ledger/ledger.db{suffix}")), copy.join(format!("ledger.db{suffix}"))).unwrap();
    }
    let bench = bench.with("ledger", "path", &quoted(&copy.join("ledger.db")));
    for has_wal in [true, false] {
        let look = |command: &[&str]| mounted(&bench, &READ_ONLY.replace("$0", "$0/../copy"), command);
        let told = look(&["status"]);
        assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""), "{told:#?}");
        let text = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("attention no pass can record what it does: "), "{text}");
        assert!(text.contains("its file system is read-only; mount it writable"), "{text}");
        assert_eq!(text.contains("ended early: the newest record"), has_wal, "{text}");
        let story = look(&["status", &FIRST.to_string()]);
        assert!(story.stdout.contains("not sent yet"), "{story:#?}");
        let page = look(&["status", "--html", "-"]);
        assert!(page.stdout.contains("Needs attention: no pass can record what it does"), "{page:#?}");
        _ = fs::remove_file(copy.join("ledger.db-wal"));
    }
}

#[test]
fn sends_nothing_with_ledger_on_read_only_file_system() {
    if !has_mounts() {
        return;
    }
    let bench = bench_with_folder(2);
    for known in [false, true] {
        let before = bench.all_seen();
        let report = Report::of(mounted(&bench, READ_ONLY, &["sync", "--json"]));
        assert_eq!((report.code, report.count("requests")), (Some(6), 0), "{report:#?}");
        assert!(report.stderr.contains("its file system is read-only; mount it writable"), "{report:#?}");
        assert_eq!(bench.all_seen(), before);
        if !known {
            bench.sync_well();
            bench.store().edit(1, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
        }
    }
    assert_eq!(bench.sync_well().count("sent"), 1);
    bench.assert_idle("the file system may be written again");
}

#[test]
fn sends_only_what_a_full_disk_can_record() {
    if !has_mounts() {
        return;
    }
    let bench = bench_with_folder(40);
    let passes = "mount -t tmpfs -o size=256k none \"$0\"
        \"$@\" >first || test $? = 6
        mount -o remount,size=64m \"$0\"";
    let second = Report::of(mounted(&bench, passes, &["sync", "--json"]));
    let first: serde_json::Value = serde_json::from_slice(&fs::read(bench.path("first")).unwrap()).unwrap();
    assert_eq!(first["outcome"], "aborted", "{first:#}");
    assert_eq!((second.code, second.count("failed")), (Some(0), 0), "{second:#?}");
    let first_sent = first["sent"].as_u64().unwrap();
    assert!(first_sent + second.count("sent") <= 40, "{first:#}, then {second:#?}");
    // Some clients may be written whose outcome found no room, or waited for the commit that failed: eight that were
    // evaluated together and one of each of the four connections, twice. Their begun writes are recorded.
    let counted = first_sent + second.count("sent") + second.count("unchanged");
    assert!((40..=64).contains(&counted), "{first:#}, then {second:#?}");
    bench.assert_sound("a full disk");
    bench.assert_signed_out("a full disk");
    // The disk is gone with its namespace, and the ledger with it.
    assert_eq!(bench.sync_well().count("unchanged"), 40);
    bench.assert_idle("a new ledger");
}

#[test]
fn recreates_deleted_ledger_without_a_write() {
    for comments in [Comments::Adds, Comments::Replaces] {
        let bench = bench(comments);
        bench.sync_well();
        let writes = |bench: &Bench| (FIRST..FIRST + CLIENTS).map(|id| bench.writes(id)).sum::<u64>();
        let (seen, before) = (bench.all_seen(), writes(&bench));
        for gone in [&["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock"][..], &["ledger.db"]] {
            for name in gone {
                _ = fs::remove_file(bench.path(name));
            }
            assert_eq!(bench.sync_well().count("unchanged"), CLIENTS as u64, "{gone:?}");
            assert_eq!((bench.all_seen(), writes(&bench)), (seen.clone(), before), "{gone:?}");
            bench.assert_idle("a new ledger");
        }
    }
}

/// The pass continues with a file that has no name any more; all that it recorded is lost with it.
#[test]
fn repeats_no_write_if_ledger_is_deleted_in_mid_pass() {
    let options = || iqr_sandbox::Options { rtt: Duration::from_millis(10), ..Default::default() };
    for gone in [&["ledger.db", "ledger.db-wal", "ledger.db-shm"][..], &["ledger.db"]] {
        let bench = Bench::with_options(options()).and_clients(8).with("iqr", "connections", "1");
        let pass = bench.spawn(&["sync", "--json"]);
        let started = Instant::now();
        while bench.writes(FIRST + 1) == 0 {
            assert!(started.elapsed() < PATIENCE, "the second asset should be written");
            std::thread::sleep(Duration::from_millis(1));
        }
        for name in gone {
            _ = fs::remove_file(bench.path(name));
        }
        let first = pass.finish();
        assert!(matches!(first.code, Some(0 | 6)), "{gone:?}: {first:#?}");
        bench.sync_well();
        let (seen, writes) = (bench.all_seen(), (FIRST..FIRST + 8).map(|id| bench.writes(id)).collect::<Vec<_>>());
        bench.assert_sound("a ledger that was deleted in mid-pass");
        bench.forget_ledger();
        assert_eq!(bench.sync_well().count("unchanged"), 8, "{gone:?}");
        assert_eq!(bench.all_seen(), seen, "{gone:?}");
        assert_eq!((FIRST..FIRST + 8).map(|id| bench.writes(id)).collect::<Vec<_>>(), writes, "{gone:?}");
        bench.assert_idle("a new ledger");
    }
}

/// The lock goes with its file: the pass that held it must not continue beside the next one.
#[test]
fn ends_pass_whose_lock_file_is_deleted() {
    let options = iqr_sandbox::Options { rtt: Duration::from_millis(10), ..Default::default() };
    let bench = Bench::with_options(options).and_clients(12).with("iqr", "connections", "2");
    let pass = bench.spawn(&["sync", "--json"]);
    let started = Instant::now();
    while bench.writes(FIRST + 1) == 0 {
        assert!(started.elapsed() < PATIENCE, "the second asset should be written");
        std::thread::sleep(Duration::from_millis(1));
    }
    fs::remove_file(bench.path("ledger.db.lock")).unwrap();
    bench.forget_ledger();
    bench.sync_well();
    let first = pass.finish();
    assert_eq!(first.code, Some(6), "{first:#?}");
    assert!(first.stderr.contains("ledger.db.lock was deleted or replaced while this pass ran"), "{}", first.stderr);
    bench.assert_sound("a lock that was deleted in mid-pass");
    bench.assert_idle("a lock that was deleted in mid-pass");
    let writes: Vec<u64> = (FIRST..FIRST + 12).map(|id| bench.writes(id)).collect();
    // The last one is of the second pass alone.
    assert_eq!(writes, [writes[11]; 12], "no asset is written twice");
}

/// First of the keys that are too many for a sweep within one pass.
const MANY: i64 = 2500;

/// Lets the ledger refuse the begun write of these clients, by their key.
fn refuse(bench: &Bench, table: &str, which: &str) -> Connection {
    let ledger = Connection::open(bench.ledger()).unwrap();
    let refusal = format!(
        "CREATE TRIGGER refusal BEFORE INSERT ON {table} WHEN {which} BEGIN SELECT RAISE(ABORT, 'no such luck'); END"
    );
    ledger.execute_batch(&refusal).unwrap();
    ledger
}

/// A record that fails ends the pass. Earlier ones stay, and the next pass continues with its client.
#[test]
fn goes_on_with_the_client_whose_record_failed() {
    let bench = Bench::empty().with("iqr", "connections", "1");
    let first = "INSERT INTO client (id, updated_at) VALUES (?1, '2024-01-01 00:00:00')";
    bench.store().connection().execute(first, [MANY]).unwrap();
    bench.add(&client(0), Asset::new(FIRST));
    bench.sync_with(&["--full"]);
    let ledger = refuse(&bench, "problem", &format!("NEW.client_id = {}", MANY + 4));
    let add = |number, client: &Client| assert_eq!(bench.add(client, Asset::new(FIRST + number)), MANY + 1 + number);
    add(1, &client(1));
    add(2, &client(2).with_inventory_id("typed wrong"));
    add(3, &client(3).with_inventory_id("999999"));
    add(4, &client(4));
    add(5, &client(5));
    let struck = bench.sync();
    assert_eq!((struck.code, struck.outcome()), (Some(6), "aborted"), "{struck:#?}");
    assert!(struck.stderr.contains("no such luck"), "{struck:#?}");

    ledger.execute_batch("DROP TRIGGER refusal").unwrap();
    let next = bench.sync();
    assert_eq!(next.fate(MANY + 4).0, "failed", "{next:#?}");
    assert_eq!(next.count("sent") + next.count("unchanged"), 2, "{next:#?}");
    assert_eq!(bench.in_ledger::<i64>("SELECT count(*) FROM problem"), 3, "two held, one failing");
    assert_eq!(bench.in_ledger::<i64>("SELECT count(*) FROM sent"), 4);
    bench.assert_sound("a record that failed");
}

/// Only the pass itself and its end can be recorded.
#[test]
fn records_a_pass_whose_first_record_fails() {
    let bench = Bench::empty();
    bench.sync_well();
    let bench = bench.and_clients(3);
    let refusal = "CREATE TRIGGER refusal BEFORE INSERT ON sent BEGIN SELECT RAISE(ABORT, 'no such luck'); END";
    Connection::open(bench.ledger()).unwrap().execute_batch(refusal).unwrap();
    assert_eq!(bench.sync().code, Some(6));
    let told: String = bench.in_ledger("SELECT message FROM pass ORDER BY id DESC LIMIT 1");
    assert!(told.contains("no such luck"), "{told}");
    assert!(bench.in_ledger::<i64>("SELECT count(*) FROM pass WHERE started_at <= finished_at") >= 1);
}

/// The failure is reported whichever of the eight workers meets it.
#[test]
fn reports_ledger_failure_of_any_worker() {
    for round in 0..6 {
        let options = iqr_sandbox::Options { rtt: Duration::from_millis(3), ..Default::default() };
        let bench = Bench::with_options(options).with("iqr", "connections", "8");
        bench.sync_well();
        let bench = bench.and_clients(40);
        refuse(&bench, "intent", &format!("NEW.client_id = {}", 17 + round));
        let struck = bench.sync();
        assert_eq!(struck.code, Some(6), "{struck:#?}");
        assert!(struck.stderr.contains("no such luck") && !struck.stderr.contains("undone"), "{}", struck.stderr);
        bench.assert_sound("eight workers");
    }
}

/// A pipe would keep a pass waiting for ever.
#[test]
fn names_a_pipe_in_place_of_a_file_at_once() {
    for name in ["ledger.db", "ledger.db.lock", "ledger.db-shm", "api-key"] {
        let bench = Bench::with_clients(1);
        let path = bench.path(name);
        _ = fs::remove_file(&path);
        rustix::fs::mknodat(rustix::fs::CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        for command in [&["sync"][..], &["sync", "--dry-run"], &["status"]] {
            let run = bench.run(command);
            // A dry run takes no lock.
            let is_needed = command == ["sync"]
                || name == "ledger.db"
                || name == "ledger.db-shm"
                || (name == "api-key" && command[0] == "sync");
            assert_eq!(run.stderr.contains(&format!("{name} is no regular file")), is_needed, "{name}: {run:#?}");
        }
    }
}

/// A power cut leaves such a ledger: the newest commits were never synced.
#[test]
fn sends_nothing_twice_after_ledger_lost_newest_records() {
    if !has_strace() {
        return;
    }
    let bench = bench_with_news(Comments::Adds);
    let before: Vec<u64> = (FIRST..FIRST + CLIENTS).map(|id| bench.writes(id)).collect();
    // Killed at the end, when the records are to be brought from the log into the file itself.
    let file = bench.ledger();
    let killed = run(traced(&bench, Threads::Main, ("pwrite64", "signal=KILL:when=1"), &[&file], &["sync"]));
    assert_eq!(killed.code, None, "{killed:#?}");
    assert!((FIRST..).zip(before).all(|(id, before)| bench.writes(id) > before), "all news was sent");
    for name in ["ledger.db-wal", "ledger.db-shm"] {
        _ = fs::remove_file(bench.path(name));
    }
    let seen = bench.all_seen();
    assert_eq!(bench.sync_well().count("unchanged"), CLIENTS as u64);
    assert_eq!(bench.all_seen(), seen);
    bench.assert_sound("after a power cut");
    bench.assert_idle("after a power cut");
}

#[test]
fn waits_for_a_locked_ledger_and_then_sends_nothing() {
    let bench = bench(Comments::Adds);
    bench.sync_well();
    bench.store().edit(1, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
    let writes = bench.writes(FIRST);
    let other = Connection::open(bench.ledger()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let report = bench.sync();
    assert_eq!((report.code, report.outcome()), (Some(6), "aborted"), "{report:#?}");
    assert!(report.stderr.contains("locked"), "{report:#?}");
    assert_eq!(bench.writes(FIRST), writes);
    bench.assert_signed_out("a ledger that is held");
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(bench.sync_well().count("sent"), 1);
    bench.assert_idle("the ledger is free again");
}
