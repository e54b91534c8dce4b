//! Configs and keys that lead to another tenant of IQR: a send to one says nothing of the other.

use std::os::unix::fs::{MetadataExt, chown};
use std::process::Command;
use std::time::Duration;
use std::{fs, mem, thread};

use iqr_sandbox::store::Log;
use iqr_sandbox::{Asset, Fault, Field, Kind, Options, Sandbox, When};

use rustix::process::Signal;

use crate::bench::{Bench, FIRST, LATER, Report, run};
use crate::traced_program::{Threads, has_strace, skipped, traced, wants_every_place};

const CLIENTS: i64 = 8;

/// An appliance that was sent to one tenant, and a second tenant that has the same assets.
struct Moving {
    bench: Bench,
    other: Sandbox,
}

impl Moving {
    fn new() -> Self {
        Self::with_other(&Options::default().api_key)
    }

    /// Creates both; the second tenant has this key.
    fn with_other(key: &str) -> Self {
        let other = Sandbox::start(Options { api_key: key.to_owned(), ..Options::default() });
        other.state().add_assets((FIRST..FIRST + CLIENTS).map(Asset::new));
        let bench = Bench::with_clients(CLIENTS);
        assert_eq!(bench.sync_well().count("sent"), CLIENTS.cast_unsigned());
        Self { bench, other }
    }

    /// Lets the config name the other tenant, with the same key file.
    fn turn(&mut self) {
        mem::swap(&mut self.bench.sandbox, &mut self.other);
        let url = format!("{:?}", self.bench.sandbox.url());
        self.bench.set("iqr", "signin_url", &url);
        self.bench.set("iqr", "api_url", &url);
    }

    /// Writes the key of the tenant that the config names to the key file.
    fn use_its_key(&self) {
        self.bench.write_key(&self.bench.sandbox.api_key());
    }

    /// Lets the other tenant answer under the same URLs, and only to its own key.
    fn turn_in_place(&mut self) {
        let (mut ours, mut theirs) = (self.bench.sandbox.state(), self.other.state());
        mem::swap(&mut *ours, &mut *theirs);
        drop((ours, theirs));
        self.use_its_key();
    }

    fn aside(&self) -> Vec<String> {
        let folder = self.bench.path("ledger.db").parent().unwrap().read_dir().unwrap();
        let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("ledger.db.tenant-")).collect()
    }

    fn edit(&self, client: i64) {
        let store = self.bench.store();
        store.edit(client, "memory_bytes", &(64_i64 << 30).to_string(), LATER).unwrap();
        store.add_log(client, &Log::of(LATER, &[("Display", "PASS")])).unwrap();
    }

    fn tenant(&self) -> String {
        self.bench.run(&["status", "--json"]).json()["tenant"].as_str().unwrap().to_owned()
    }
}

fn warnings(report: &Report) -> usize {
    report.stderr.matches("every machine is compared").count()
}

#[test]
fn sends_everything_to_a_tenant_never_met() {
    let mut moving = Moving::new();
    moving.turn();
    moving.edit(CLIENTS);
    let status = moving.bench.run(&["status"]).stdout;
    assert!(status.contains("the last pass worked with") && status.contains(&moving.bench.sandbox.url()), "{status}");
    assert_eq!(moving.bench.run(&["status", "--json"]).json()["due"], CLIENTS);

    let first = moving.bench.sync_with(&["--limit", "3"]);
    assert_eq!((first.count("sent"), warnings(&first)), (3, 1), "{first:#?}");
    assert_eq!(first.fate(CLIENTS), ("sent", None), "what is new goes first");
    assert_eq!(moving.tenant(), moving.bench.sandbox.url());
    let second = moving.bench.sync_well();
    assert_eq!((second.count("sent"), warnings(&second)), (5, 0), "{second:#?}");
    moving.bench.assert_sound("a tenant never met");
    moving.bench.assert_idle("a tenant never met");
    let expected: Vec<_> = (FIRST..FIRST + CLIENTS - 1).map(|id| moving.bench.seen(id)).collect();
    moving.turn();
    assert_eq!(expected, (FIRST..FIRST + CLIENTS - 1).map(|id| moving.bench.seen(id)).collect::<Vec<_>>());
}

#[test]
fn knows_a_tenant_again_that_it_comes_back_to() {
    let mut moving = Moving::new();
    let before = moving.tenant();
    moving.turn();
    moving.bench.sync_well();
    assert_eq!(moving.aside().len(), 1);
    moving.edit(1);
    moving.bench.sync_well();
    moving.turn();
    let back = moving.bench.sync_well();
    assert_eq!((back.count("sent"), back.count("unchanged"), back.items().len()), (1, 0, 1), "{back:#?}");
    let seen = moving.bench.seen(FIRST);
    assert!(seen.extended_description.contains("64"), "the text was known for ours: {seen:#?}");
    assert_eq!((moving.tenant(), moving.aside().len()), (before, 1));
    moving.bench.assert_sound("back");
    moving.bench.assert_idle("back");
}

#[test]
fn takes_urls_for_the_same_however_they_are_written() {
    let mut bench = Bench::with_clients(2);
    let port = bench.sandbox.address().port();
    for (host, end) in [("localhost", ""), ("LocalHost", "/"), ("LOCALHOST", "//")] {
        for key in ["signin_url", "api_url"] {
            bench.set("iqr", key, &format!("\"http://{host}:{port}{end}\""));
        }
        let report = bench.sync_well();
        assert_eq!(report.count("sent"), if end.is_empty() { 2 } else { 0 }, "{host}{end}: {report:#?}");
        assert_eq!(report.stderr, "", "{host}{end}");
    }
}

#[test]
fn takes_a_new_key_of_the_same_tenant_for_one() {
    let moving = Moving::new();
    moving.bench.sandbox.state().edit(FIRST, Field::Description, "typed by Jo");
    moving.bench.sandbox.state().options.api_key = "a-new-key-of-the-same-tenant".to_owned();
    moving.use_its_key();
    let (report, requests) = moving.bench.requests_of(|| moving.bench.sync_well());
    assert_eq!((report.count("sent"), report.items().len()), (0, 0), "{report:#?}");
    let reads = requests.iter().filter(|request| request.target.contains(&FIRST.to_string()[..4])).count();
    assert_eq!(reads as u64, CLIENTS.cast_unsigned(), "{requests:#?}");
    assert_eq!(moving.aside(), [""; 0]);
    moving.bench.assert_idle("a new key");
}

#[test]
fn finds_another_tenant_behind_the_same_urls() {
    let mut moving = Moving::with_other("the-key-of-the-other-tenant");
    moving.turn_in_place();
    let report = moving.bench.sync_well();
    assert_eq!((report.count("sent"), warnings(&report)), (CLIENTS.cast_unsigned(), 1), "{report:#?}");
    moving.bench.assert_idle("another tenant");
    moving.turn_in_place();
    let back = moving.bench.sync_well();
    assert_eq!((back.count("sent"), warnings(&back)), (0, 0), "{back:#?}");
    moving.bench.assert_sound("back");
    moving.bench.assert_idle("back");
}

#[test]
fn asks_which_tenant_it_is_with_the_next_pass_if_iqr_is_down() {
    let mut moving = Moving::with_other("the-key-of-the-other-tenant");
    moving.turn_in_place();
    let url = moving.bench.sandbox.url();
    moving.bench.sandbox.set_faults(vec![Fault::new(When::Always, Kind::status(503))]);
    let down = moving.bench.sync();
    assert_eq!(down.code, Some(5), "{down:#?}");
    moving.bench.sandbox.set_faults(Vec::new());
    assert_eq!(moving.bench.sync_well().count("sent"), CLIENTS.cast_unsigned());
    assert_eq!(moving.tenant(), url);
}

#[test]
fn changes_no_tenant_without_a_key() {
    let mut moving = Moving::new();
    moving.turn();
    std::fs::remove_file(moving.bench.path("api-key")).unwrap();
    let report = moving.bench.sync();
    assert_eq!(report.code, Some(3), "{report:#?}");
    assert_eq!(moving.aside(), [""; 0]);
    moving.use_its_key();
    assert_eq!(moving.bench.sync_well().count("sent"), CLIENTS.cast_unsigned());
}

#[test]
fn leaves_no_trace_of_a_dry_run_at_another_tenant() {
    let mut moving = Moving::new();
    moving.turn();
    let dry = moving.bench.sync_with(&["--dry-run"]);
    assert_eq!((dry.count("sent"), moving.aside().len()), (CLIENTS.cast_unsigned(), 0), "{dry:#?}");
    let preview = moving.bench.run(&["preview", &FIRST.to_string(), "--json"]).json();
    assert_eq!(preview["sent_at"], serde_json::Value::Null, "{preview:#}");
    moving.turn();
    moving.bench.assert_idle("nothing was changed");
}

/// The tenant of such a ledger is known only by a digest of its data host and the fields.
#[test]
fn asks_an_older_ledger_for_nothing_more_than_its_newest_assets() {
    let mut moving = Moving::new();
    let sql = "DELETE FROM setting WHERE name IN ('tenant', 'api key digest', 'api key salt')";
    let forget = |moving: &Moving| rusqlite::Connection::open(moving.bench.ledger()).unwrap().execute(sql, []).unwrap();
    forget(&moving);
    moving.bench.sync_well();
    moving.bench.assert_idle("the same config");
    forget(&moving);
    moving.bench.set("iqr.fields", "description", "\"userdefined1\"");
    let report = moving.bench.sync_well();
    assert_eq!((report.items().len(), moving.aside().len()), (0, 0), "other fields, the same tenant: {report:#?}");
    forget(&moving);
    moving.turn();
    assert_eq!(moving.bench.sync_well().count("sent"), CLIENTS.cast_unsigned());
    assert_eq!(moving.aside().len(), 1);
}

/// Passes are killed while they change from one ledger to the other.
#[test]
fn survives_a_kill_at_any_call_of_a_change() {
    if !has_strace() {
        return;
    }
    let places: Vec<u64> = if wants_every_place() { (1..200).collect() } else { vec![1, 2, 3, 5, 9, 20] };
    for call in ["rename", "unlink", "fsync", "fdatasync", "pwrite64", "openat"] {
        for nth in &places {
            let context = format!("{call} number {nth}");
            let mut moving = Moving::new();
            moving.turn();
            moving.bench.sync_well();
            moving.edit(1);
            moving.turn();
            let how = format!("signal=KILL:when={nth}");
            let killed = run(traced(&moving.bench, Threads::Main, (call, &how), &[], &["sync"]));
            let back = moving.bench.sync_well();
            assert!(back.items().len() <= 1, "{context}: {back:#?}");
            assert!(moving.bench.seen(FIRST).extended_description.contains("64"), "{context}");
            moving.bench.assert_sound(&context);
            moving.bench.assert_idle(&context);
            moving.turn();
            let there = moving.bench.sync_well();
            assert!(there.items().len() <= 1, "{context}: {there:#?}");
            moving.bench.assert_sound(&context);
            if killed.code.is_some() {
                break;
            }
        }
    }
}

#[test]
fn passes_over_what_is_no_ledger_of_another_tenant() {
    for (kind, cause) in [("pipe", "no regular file"), ("folder", "no regular file"), ("text", "no SQLite database")] {
        let mut moving = Moving::new();
        let path = moving.bench.path("ledger.db.tenant-00");
        match kind {
            "pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
            "folder" => fs::create_dir(path).unwrap(),
            _ => fs::write(path, "no ledger".repeat(200)).unwrap(),
        }
        moving.turn();
        let report = Report::of(moving.bench.spawn(&["sync", "--json"]).finish());
        assert_eq!((report.code, report.count("sent")), (Some(0), CLIENTS.cast_unsigned()), "{kind}: {report:#?}");
        assert!(report.stderr.contains(cause), "{kind}: {report:#?}");
    }
}

/// A pass that gets no further than the change leaves no ledger that would be taken for that of the other tenant.
#[test]
fn knows_what_was_sent_where_the_disk_is_full_in_a_change() {
    if !has_strace() {
        return;
    }
    // A commit is two writes at least.
    for nth in (1..).step_by(2) {
        let mut moving = Moving::new();
        moving.turn();
        let log = moving.bench.path("ledger.db-wal");
        let how = format!("error=ENOSPC:when={nth}+");
        let failed = run(traced(&moving.bench, Threads::Main, ("pwrite64", &how), &[&log], &["sync"]));
        moving.turn();
        let back = moving.bench.sync_well();
        assert_eq!(back.items().len(), 0, "write number {nth}: {failed:#?}\n{back:#?}");
        assert!(!moving.aside().iter().any(|name| name.contains(".new")), "write number {nth}");
        if failed.code == Some(0) {
            return;
        }
        assert!(!failed.stderr.contains("was undone"), "write number {nth} hides its cause: {failed:#?}");
    }
}

#[test]
fn stops_in_order_while_it_asks_which_tenant_it_is() {
    let mut moving = Moving::with_other("the-key-of-the-other-tenant");
    moving.turn_in_place();
    let slow = Fault::new(When::Method("GET".to_owned()), Kind::Delay(Duration::from_millis(500)));
    moving.bench.sandbox.set_faults(vec![slow]);
    moving.bench.sandbox.state().forget_requests();
    let pass = moving.bench.spawn(&["sync", "--json"]);
    while !moving.bench.sandbox.requests().iter().any(|request| request.target.contains("GetInventoryById")) {
        thread::sleep(Duration::from_millis(5));
    }
    pass.signal(Signal::TERM);
    let stopped = Report::of(pass.finish());
    assert_eq!((stopped.code, stopped.outcome()), (Some(0), "aborted"), "{stopped:#?}");
    moving.bench.sandbox.set_faults(Vec::new());
    assert_eq!(moving.bench.sync_well().count("sent"), CLIENTS.cast_unsigned());
}

#[test]
fn names_the_sign_in_host_where_only_that_was_changed() {
    let mut moving = Moving::new();
    let (before, now) = (moving.bench.sandbox.url(), moving.other.url());
    moving.bench.set("iqr", "signin_url", &format!("{now:?}"));
    let status = moving.bench.run(&["status"]).stdout;
    assert!(status.contains(&format!("the last pass worked with {before}")) && status.contains(&now), "{status}");
    let report = moving.bench.sync();
    let told = format!("IQR is {now} now, and was {before} in the last pass");
    assert!(report.stderr.contains(&told), "{report:#?}");
}

#[test]
fn leaves_what_it_puts_aside_to_the_account_of_the_ledger() {
    let mut moving = Moving::new();
    if !rustix::process::geteuid().is_root() {
        skipped("root");
        return;
    }
    chown(moving.bench.ledger(), Some(65_534), Some(65_534)).unwrap();
    moving.turn();
    moving.bench.sync_well();
    let aside = moving.bench.path(&moving.aside()[0]).metadata().unwrap();
    assert_eq!((aside.uid(), aside.gid(), aside.mode() & 0o777), (65_534, 65_534, 0o640));
}

#[test]
fn takes_no_damaged_ledger_into_use() {
    for page in [3, 7, 12, 16] {
        let mut moving = Moving::new();
        moving.turn();
        moving.bench.sync_well();
        let aside = moving.bench.path(&moving.aside()[0]);
        let mut bytes = fs::read(&aside).unwrap();
        bytes[page * 4096..(page + 1) * 4096].fill(0x5a);
        fs::write(&aside, bytes).unwrap();
        moving.turn();
        let back = moving.bench.sync_well();
        assert_eq!((back.count("unchanged"), warnings(&back)), (CLIENTS.cast_unsigned(), 1), "page {page}: {back:#?}");
        assert!(back.stderr.contains("is damaged") && aside.exists(), "page {page}: {back:#?}");
        moving.bench.assert_idle(&format!("page {page}"));
    }
}

#[test]
fn takes_no_tenant_for_another_while_most_reads_fail() {
    let moving = Moving::new();
    moving.bench.sandbox.state().options.api_key = "a-new-key-of-the-same-tenant".to_owned();
    moving.use_its_key();
    for gone in [0, 3] {
        moving.bench.sandbox.state().remove_asset(FIRST + gone);
    }
    let sick = [1, 2, 4, 5, 7].map(|number| Fault::new(When::Id(FIRST + number), Kind::status(500)));
    moving.bench.sandbox.set_faults(sick.into());
    let report = moving.bench.sync();
    assert_eq!((report.code, moving.aside().len()), (Some(5), 0), "{report:#?}");
    moving.bench.sandbox.set_faults(Vec::new());
    let well = moving.bench.sync_well();
    assert_eq!((well.items().len(), moving.aside().len()), (0, 0), "{well:#?}");
}
