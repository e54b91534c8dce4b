//! The ledger over the years: what is old goes, who is gone is forgotten, and an idle pass costs nothing.

use rusqlite::Connection;

use crate::bench::{Bench, FIRST};

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
fn history_is_kept_as_long_as_the_config_says_and_goes_with_an_idle_pass() {
    let bench = Bench::with_clients(2).with("ledger", "keep", "\"10d\"");
    bench.sync_well();
    let (passes, changes) = history(&bench);
    assert!(passes == 1 && changes >= 6, "{passes} passes, {changes} changes");
    age(&bench, 9);
    bench.assert_idle("not old yet");
    assert_eq!(history(&bench), (passes, changes));
    age(&bench, 2);
    bench.assert_idle("old");
    assert_eq!(history(&bench), (0, 0));
    assert_eq!(bench.in_ledger::<i64>("SELECT count(*) FROM sent"), 2, "what was sent is still known");
    bench.assert_idle("after that");
}

#[test]
fn an_idle_pass_leaves_the_ledger_as_it_is() {
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
fn a_client_that_vanished_is_forgotten_with_the_next_pass() {
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
    bench.assert_idle("nobody is missed");
}
