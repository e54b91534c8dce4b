//! Symbolic links in place of files that the program writes: another account may have put them there, and nothing of
//! theirs is written.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use crate::bench::{Bench, FIRST};

const TEXT: &str = "a file that is no lock: it must keep its text and its mode\n";

fn with_target() -> Bench {
    let bench = Bench::with_clients(1);
    fs::write(bench.path("target"), TEXT).unwrap();
    fs::set_permissions(bench.path("target"), Permissions::from_mode(0o600)).unwrap();
    bench
}

#[track_caller]
fn assert_untouched(bench: &Bench) {
    assert_eq!(fs::read_to_string(bench.path("target")).unwrap(), TEXT);
    assert_eq!(fs::metadata(bench.path("target")).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn refuses_a_lock_file_that_is_a_link() {
    for (name, words) in [
        ("target", "ledger.db.lock is a link; remove it, the next pass makes a new one"),
        ("nowhere", "ledger.db.lock is a link; remove it"),
        ("twin", "ledger.db.lock has another name besides (a hard link); remove it"),
    ] {
        let bench = with_target();
        let lock = bench.path("ledger.db.lock");
        match name {
            "twin" => fs::hard_link(bench.path("target"), &lock).unwrap(),
            _ => symlink(bench.path(name), &lock).unwrap(),
        }
        let report = bench.sync();
        assert_eq!((report.code, report.count("requests")), (Some(6), 0), "{report:#?}");
        assert!(report.stderr.contains(words), "{report:#?}");
        assert_untouched(&bench);
        assert!(!bench.path("nowhere").exists(), "nothing is made behind a link");
        assert!(matches!(bench.run(&["status", "--json"]).code, Some(0)), "it can be read");
        fs::remove_file(bench.path("ledger.db.lock")).unwrap();
        bench.sync_well();
    }
}

#[test]
fn refuses_a_lock_file_of_a_stranger_where_all_may_write() {
    let bench = with_target();
    fs::write(bench.path("ledger.db.lock"), "").unwrap();
    if chown(bench.path("ledger.db.lock"), Some(54_321), None).is_err() {
        crate::traced_program::skipped("the right to give files away");
        return;
    }
    bench.sync_well();
    fs::set_permissions(bench.path(""), Permissions::from_mode(0o1777)).unwrap();
    let report = bench.sync();
    assert_eq!(report.code, Some(6), "{report:#?}");
    assert!(
        report.stderr.contains("belongs to another account (54321), in a folder where every account"),
        "{report:#?}"
    );
}

#[test]
fn writes_no_marker_through_a_link() {
    let mut bench = with_target();
    bench.set("metrics", "textfile", "\"x.prom\"");
    symlink(bench.path("nowhere"), bench.path("ledger.db.told")).unwrap();
    let run = bench.run(&["sync"]);
    assert_eq!((run.code, bench.writes(FIRST) > 0), (Some(0), true), "{run:#?}");
    assert!(run.stderr.contains("ledger.db.told is a link; remove it"), "{run:#?}");
    assert!(bench.path("x.prom").exists() && !bench.path("nowhere").exists());
}

#[test]
fn puts_metrics_behind_one_link_and_keeps_the_mode() {
    let mut bench = with_target();
    bench.set("metrics", "textfile", "\"x.prom\"");
    bench.set("report", "html", "\"x.html\"");
    symlink("target", bench.path("x.prom")).unwrap();
    symlink("x.prom", bench.path("x.html")).unwrap();
    let run = bench.run(&["sync"]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(run.stderr.contains("x.html cannot be written: it is a link to another link; name the file"), "{run:#?}");
    assert!(fs::read_to_string(bench.path("target")).unwrap().contains("wipeos_iqr_last_pass_success 1"));
    assert_eq!(fs::metadata(bench.path("target")).unwrap().mode() & 0o777, 0o600);
    assert!(bench.path("x.prom").is_symlink());
}

#[test]
fn follows_no_link_as_root_where_others_may_write() {
    if !rustix::process::geteuid().is_root() {
        crate::traced_program::skipped("root");
        return;
    }
    for mode in [0o777, 0o1777] {
        let mut bench = with_target();
        fs::create_dir(bench.path("shared")).unwrap();
        fs::set_permissions(bench.path("shared"), Permissions::from_mode(mode)).unwrap();
        symlink(bench.path("target"), bench.path("shared/x.prom")).unwrap();
        bench.set("metrics", "textfile", "\"shared/x.prom\"");
        let run = bench.run(&["sync"]);
        assert_eq!((run.code, bench.writes(FIRST) > 0), (Some(0), true), "{run:#?}");
        assert!(run.stderr.contains("which root does not follow; name the file itself"), "{run:#?}");
        assert_untouched(&bench);
        let told = bench.run(&["auth-test"]).stdout;
        assert!(told.contains("which root does not follow"), "{told}");
    }
}

#[test]
fn makes_no_ledger_as_root_behind_a_link_of_others() {
    if !rustix::process::geteuid().is_root() {
        crate::traced_program::skipped("root");
        return;
    }
    let bench = Bench::with_clients(1).with("ledger", "path", "\"shared/ledger.db\"");
    fs::create_dir(bench.path("shared")).unwrap();
    symlink(bench.path("nowhere"), bench.path("shared/ledger.db")).unwrap();
    fs::set_permissions(bench.path("shared"), Permissions::from_mode(0o1777)).unwrap();
    let report = bench.sync();
    assert_eq!((report.code, report.count("requests")), (Some(6), 0), "{report:#?}");
    assert!(report.stderr.contains("which root does not follow; set `ledger.path`"), "{report:#?}");
    assert!(!bench.path("nowhere").exists());
    fs::set_permissions(bench.path("shared"), Permissions::from_mode(0o755)).unwrap();
    assert_eq!(bench.sync().code, Some(0), "a link of root's own");
    assert!(bench.path("nowhere").exists());
}
