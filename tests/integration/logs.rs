//! Lines of the log at each level, and their form for journald.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use iqr_sandbox::samples::MISMATCH_ID;
use iqr_sandbox::store::ID_SLOT;

use crate::bench::{Bench, FIRST, LATER, Run, quoted};

fn lines<'a>(run: &'a Run, beginning: &str) -> Vec<&'a str> {
    run.stderr.lines().filter(|line| line.starts_with(beginning)).collect()
}

#[test]
fn logs_each_changed_client_with_id_change_and_duration() {
    let bench = Bench::with_clients(2);
    let run = bench.run(&["sync", "-v"]);
    let sent = lines(&run, "info: client");
    assert_eq!(sent.len(), 2, "{run:#?}");
    for line in sent {
        assert!(line.contains("(asset 70000") && line.contains("sent master_item, description,"), "{line}");
        assert!(line.contains("(never sent to IQR; ") && line.ends_with(" ms)"), "{line}");
    }
    bench.store().edit(1, "technician", "JW", LATER).unwrap();
    let run = bench.run(&["sync", "-v"]);
    assert_eq!(lines(&run, "info: client 1 (asset 700001): nothing to send (edited in WipeOS; ").len(), 1, "{run:#?}");
    let idle = bench.run(&["sync", "-v"]);
    assert_eq!(lines(&idle, "info: WipeOS has written nothing").len(), 1, "{idle:#?}");
}

#[test]
fn warns_of_held_client_once_per_reason() {
    let bench = Bench::with_screens();
    let first = bench.run(&["sync"]);
    assert_eq!(lines(&first, "warning: client").len(), 6, "{first:#?}");
    let second = bench.run(&["sync"]);
    assert_eq!(second.stderr, "", "no client is reported twice");
    let retried = bench.run(&["sync", "--retry"]);
    assert_eq!(retried.stderr, "", "also not when it is tried again");
    let told = bench.run(&["sync", "--retry", "-v"]);
    assert_eq!(lines(&told, "info: client").len(), 6, "{told:#?}");
    bench.store().set_slot(3, ID_SLOT, &MISMATCH_ID.to_string(), LATER).unwrap();
    let changed = bench.run(&["sync"]);
    assert!(!lines(&changed, "warning: client 3 ").is_empty(), "{changed:#?}");
}

#[test]
fn logs_every_request_with_listed_headers_and_no_secret() {
    let mut bench = Bench::with_clients(1);
    bench.set("iqr.headers", "X-Tenant", "\"shop-secret\"");
    let run = bench.run(&["sync", "-vv"]);
    let requests = lines(&run, "debug: ");
    let get = requests.iter().find(|line| line.contains("GetInventoryById?Id=700001: 200, ")).unwrap();
    assert!(
        get.contains(" ms, ") && get.contains(" bytes") && get.contains(", content-type: application/json"),
        "{get}"
    );
    assert!(!run.stderr.contains("shop-secret") && !run.stderr.contains(&bench.sandbox.api_key()), "{run:#?}");
    assert!(!run.stderr.to_lowercase().contains("session-token"), "{run:#?}");
}

/// Runs a pass with this file as stderr; returns its content. `stream` is what the service manager would set.
fn logged(bench: &Bench, arguments: &[&str], stream: impl Fn(&File) -> String) -> String {
    let path = bench.path("stderr");
    let file = File::create(&path).unwrap();
    let mut command = bench.command(arguments);
    command.env("JOURNAL_STREAM", stream(&file)).stdout(Stdio::null()).stderr(file);
    command.status().unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn prefixes_priority_for_journald_only() {
    let its = |file: &File| format!("{}:{}", file.metadata().unwrap().dev(), file.metadata().unwrap().ino());
    let bench = Bench::with_screens();
    let told = logged(&bench, &["sync", "-v"], its);
    assert!(told.lines().all(|line| line.starts_with("<4>client") || line.starts_with("<6>")), "{told}");
    assert!(told.contains("<4>client 3: held: "), "{told}");
    let bench = Bench::with_clients(1).with("store", "databse", "\"x\"").with("sync", "comments", "\"no\"");
    let failed = logged(&bench, &["sync"], its);
    assert_eq!(failed.lines().count(), 3, "{failed}");
    assert!(failed.lines().all(|line| line.starts_with("<3>")), "{failed}");
    assert!(failed.starts_with("<3>error: the config"), "{failed}");
    let bench = Bench::with_clients(1).with("ledger", "path", &quoted(std::path::Path::new("/proc/no/ledger.db")));
    let elsewhere = logged(&bench, &["sync"], |_| "1:1".to_owned());
    assert!(elsewhere.starts_with("error: "), "stderr leads to a file: {elsewhere}");
    assert_eq!(bench.writes(FIRST), 0);
}

#[test]
fn logs_each_client_of_a_dry_run_once() {
    let bench = Bench::with_screens();
    let dry = bench.run(&["sync", "--dry-run"]);
    assert_eq!((dry.stderr.as_str(), dry.stdout.matches("4138OO").count()), ("", 2), "{dry:#?}");
    let one = bench.run(&["sync", "-v", "--inventory-id", &iqr_sandbox::samples::DELL_ID.to_string()]);
    assert!(!one.stderr.contains("every client is compared"), "{one:#?}");
}
