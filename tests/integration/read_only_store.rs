//! The WipeOS database as a hardened service sees it: in a folder that may not be written. In WAL mode SQLite wants a
//! file beside it, which WipeOS has made, or not, or is just taking away.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use iqr_sandbox::store::{Journal, Store};
use iqr_sandbox::{Fault, Kind, When};

use crate::bench::{Bench, FIRST, LATER, Report, Run, quoted, run};
use crate::traced_program::{has_mounts, wrapped};

/// Creates a bench whose database has a folder of its own.
fn bench(journal: Journal) -> Bench {
    let bench = Bench::with_clients(3);
    let folder = bench.path("wipe os");
    fs::create_dir(&folder).unwrap();
    fs::copy(bench.database(), folder.join("wipeos.db")).unwrap();
    let store = Store::open(&folder.join("wipeos.db")).unwrap();
    let mode = if journal == Journal::Wal { "wal" } else { "delete" };
    store.connection().pragma_update(None, "journal_mode", mode).unwrap();
    drop(store);
    let path = quoted(&folder.join("wipeos.db"));
    bench.with("store", "database", &path)
}

fn database(bench: &Bench) -> PathBuf {
    bench.path("wipe os/wipeos.db")
}

/// Runs the program with that folder mounted read-only, as `ProtectSystem=strict` does it.
fn read_only(bench: &Bench, arguments: &[&str]) -> Run {
    let folder = bench.path("wipe os");
    let script = "mount --bind \"$0\" \"$0\"; mount -o remount,bind,ro \"$0\"; exec \"$@\"";
    run(wrapped(bench, &["unshare", "-m", "sh", "-ec", script, folder.to_str().unwrap()], arguments))
}

#[track_caller]
fn assert_sends(bench: &Bench, count: u64, context: &str) {
    let report = Report::of(read_only(bench, &["sync", "--json"]));
    assert_eq!((report.code, report.count("sent")), (Some(0), count), "{context}: {report:#?}");
}

fn beside(bench: &Bench) -> Vec<String> {
    let names = fs::read_dir(bench.path("wipe os")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn reads_store_in_read_only_dir() {
    if !has_mounts() {
        return;
    }
    for journal in [Journal::Wal, Journal::Delete] {
        let bench = bench(journal);
        assert_eq!(beside(&bench), ["wipeos.db"]);
        assert_sends(&bench, 3, &format!("{journal:?}, closed"));
        let wipeos = Store::open(&database(&bench)).unwrap();
        wipeos.edit(1, "memory_bytes", &(64_i64 << 30).to_string(), LATER).unwrap();
        assert_sends(&bench, 1, &format!("{journal:?}, open, with a commit that is not in the file"));
        wipeos.edit(2, "memory_bytes", &(64_i64 << 30).to_string(), LATER).unwrap();
        drop(wipeos);
        assert_eq!(beside(&bench), ["wipeos.db"]);
        assert_sends(&bench, 1, &format!("{journal:?}, closed again"));
        assert_eq!(beside(&bench), ["wipeos.db"], "nothing is left beside it");
    }
}

/// WipeOS was killed: its commits are in a `-wal`, and no process holds the `-shm`.
#[test]
fn skips_no_commits_left_by_a_killed_wipeos() {
    if !has_mounts() {
        return;
    }
    let bench = bench(Journal::Wal);
    assert_sends(&bench, 3, "closed");
    let wipeos = Store::open(&database(&bench)).unwrap();
    wipeos.edit(1, "memory_bytes", &(64_i64 << 30).to_string(), LATER).unwrap();
    let killed = bench.path("killed");
    fs::create_dir(&killed).unwrap();
    for name in beside(&bench) {
        fs::copy(bench.path("wipe os").join(&name), killed.join(&name)).unwrap();
    }
    drop(wipeos);
    fs::remove_dir_all(bench.path("wipe os")).unwrap();
    fs::rename(killed, bench.path("wipe os")).unwrap();
    fs::remove_file(bench.path("wipe os/wipeos.db-shm")).unwrap();
    let report = Report::of(read_only(&bench, &["sync", "--json"]));
    assert_eq!((report.code, report.outcome()), (Some(6), "aborted"), "{report:#?}");
    assert!(report.stderr.contains("start WipeOS"), "{report:#?}");
    // WipeOS starts again.
    let count = "SELECT count(*) FROM client";
    Store::open(&database(&bench)).unwrap().connection().query_row(count, [], |_| Ok(())).unwrap();
    assert_sends(&bench, 1, "brought in");
}

#[test]
fn reopens_a_closed_store_that_wipeos_opens_meanwhile() {
    if !has_mounts() {
        return;
    }
    // One connection: the second client is read after the first is sent.
    let bench = bench(Journal::Wal).with("iqr", "connections", "1");
    bench.sandbox.set_faults(vec![Fault::new(When::Nth(1), Kind::Delay(Duration::from_millis(500)))]);
    let report = thread::scope(|scope| {
        let pass = scope.spawn(|| Report::of(read_only(&bench, &["sync", "--json"])));
        while bench.sandbox.counters().requests == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        let wipeos = Store::open(&database(&bench)).unwrap();
        wipeos.edit(3, "memory_bytes", &(64_i64 << 30).to_string(), LATER).unwrap();
        let report = pass.join().unwrap();
        drop(wipeos);
        report
    });
    assert_eq!((report.code, report.count("sent")), (Some(0), 3), "{report:#?}");
    assert!(bench.seen(FIRST + 2).extended_description.contains("64GB"), "{:#?}", bench.seen(FIRST + 2));
    assert_sends(&bench, 0, "closed again");
}

/// The program runs as root here, who could create one.
#[test]
fn creates_no_file_beside_a_closed_store() {
    let bench = bench(Journal::Wal);
    assert_eq!(bench.sync_well().count("sent"), 3);
    for arguments in [&["preview", "700001"][..], &["status"], &["auth-test"]] {
        assert_eq!(bench.run(arguments).code, Some(0), "{arguments:?}");
    }
    assert_eq!(beside(&bench), ["wipeos.db"]);
}
