//! The ledger over the years: old history is pruned, vanished clients are forgotten, and an idle pass costs nothing.

use std::time::{Duration, Instant};

use iqr_sandbox::Options;
use rusqlite::Connection;

use crate::bench::{Bench, FIRST, LATER, PATIENCE};

const DAY: i64 = 24 * 3600 * 1000;

/// Makes the history as old as this many days.
fn age(bench: &Bench, days: i64) {
    let connection = Connection::open(bench.ledger()).unwrap();
    connection.execute("UPDATE pass SET started_at = started_at - ?1", [days * DAY]).unwrap();
    connection.execute("UPDATE change SET at = at - ?1", [days * DAY]).unwrap();
}

fn history(bench: &Bench) -> (i64, i64) {
    (bench.in_ledger("SELECT count(*) FROM pass"), bench.in_ledger("SELECT count(*) FROM change"))
}

#[test]
fn keeps_history_as_configured_and_prunes_it_when_idle() {
    let bench = Bench::with_clients(2).with("ledger", "keep", "\"10d\"");
    bench.sync_well();
    assert_eq!(history(&bench), (1, 2), "one row of each client");
    age(&bench, 9);
    bench.assert_idle("not old yet");
    assert_eq!(history(&bench), (1, 2));
    age(&bench, 2);
    bench.assert_idle("old");
    assert_eq!(history(&bench), (0, 0));
    assert_eq!(bench.in_ledger::<i64>("SELECT count(*) FROM sent"), 2, "what was sent is still known");
    bench.assert_idle("after that");
}

#[test]
fn leaves_the_ledger_unchanged_in_an_idle_pass() {
    let bench = Bench::with_clients(2);
    bench.sync_well();
    bench.assert_idle("settles");
    let before = std::fs::read(bench.ledger()).unwrap();
    let modified = || std::fs::metadata(bench.ledger()).unwrap().modified().unwrap();
    let written_at = modified();
    bench.assert_idle("idle");
    assert_eq!((std::fs::read(bench.ledger()).unwrap() == before, modified()), (true, written_at));
}

#[test]
fn forgets_a_vanished_client_with_the_next_pass() {
    let bench = Bench::with_clients(3);
    bench.sandbox.state().remove_asset(FIRST + 1);
    bench.sync();
    let known = |bench: &Bench| -> (i64, i64) {
        (bench.in_ledger("SELECT count(*) FROM sent"), bench.in_ledger("SELECT count(*) FROM problem"))
    };
    assert_eq!(known(&bench), (2, 1), "two were sent, one failed");
    bench.store().delete(1).unwrap();
    bench.store().delete(2).unwrap();
    bench.sync_well();
    assert_eq!(known(&bench), (1, 0));
    assert!(bench.in_ledger::<i64>("SELECT count(*) FROM change") > 0, "its history stays for a while");
    bench.assert_idle("no client is missed");
}

/// Files of the ledger, each of which may be deleted in haste.
const PARTS: [&[&str]; 5] = [
    &["ledger.db"],
    &["ledger.db-wal"],
    &["ledger.db-shm"],
    &["ledger.db.lock"],
    &["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock"],
];

fn delete(bench: &Bench, parts: &[&str]) {
    for name in parts {
        _ = std::fs::remove_file(bench.path(name));
    }
}

#[test]
fn repeats_nothing_after_any_ledger_file_is_deleted() {
    for parts in PARTS {
        let bench = Bench::with_clients(4);
        bench.sandbox.state().type_comment(FIRST, "typed by Jo");
        bench.sync_well();
        bench.store().edit(1, "memory_bytes", "17179869184", LATER).unwrap();
        // What an idle pass writes stays in the WAL, beside the file.
        bench.sync_well();
        bench.assert_idle("settles");
        let (before, writes) = (bench.all_seen(), bench.writes(FIRST));
        delete(&bench, parts);
        bench.sync_well();
        assert_eq!((bench.all_seen(), bench.writes(FIRST)), (before, writes), "{parts:?}");
        bench.assert_idle("it is known again");
        bench.assert_sound("a part is deleted");
    }
}

#[test]
fn changes_nothing_in_iqr_if_ledger_goes_in_mid_pass() {
    for (parts, requests) in PARTS.into_iter().flat_map(|parts| [(parts, 8), (parts, 25)]) {
        let options = Options { rtt: Duration::from_millis(5), ..Options::default() };
        let bench = Bench::with_options(options).and_clients(12).with("iqr", "connections", "2");
        let pass = bench.spawn(&["sync"]);
        let begun = Instant::now();
        while bench.sandbox.requests().len() < requests {
            assert!(begun.elapsed() < PATIENCE);
            std::thread::yield_now();
        }
        delete(&bench, parts);
        pass.finish();
        // A part of it may be damaged by what was deleted: then it is reported, and the person deletes the rest.
        if bench.run(&["sync"]).code != Some(0) {
            delete(&bench, PARTS[4]);
        }
        bench.sync_well();
        bench.assert_sound(&format!("{parts:?} after {requests} requests"));
        assert!(bench.all_seen().values().all(|seen| seen.item_number != "TBD API"), "{parts:?}");
        bench.assert_idle("all are sent");
    }
}

/// Every pass reads the whole WAL before anything else: the remains of idle passes must not add up.
#[test]
fn keeps_the_wal_small_over_idle_passes() {
    let bench = Bench::with_clients(2);
    bench.sync_well();
    let size = || std::fs::metadata(bench.path("ledger.db-wal")).map_or(0, |metadata| metadata.len());
    let mut largest = 0;
    for round in 0..200 {
        // No news, but a commit.
        bench.store().connection().execute_batch(&format!("PRAGMA user_version = {}", round + 1)).unwrap();
        assert_eq!(bench.sync().code, Some(0));
        largest = largest.max(size());
    }
    assert!(largest > 0, "they leave something");
    assert!(largest < 400 * 1024, "{largest} bytes");
}
