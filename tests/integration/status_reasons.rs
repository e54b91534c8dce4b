//! Every reason why an asset is not in IQR, caused for real, and its text in `status`, `status ID`, `status --json` and
//! the page.

use std::fs;
use std::time::Duration;

use iqr_sandbox::samples::{DUPLICATE_ID, MISMATCH_ID, PLACEHOLDER_ID};
use iqr_sandbox::store::ID_SLOT;
use iqr_sandbox::{Asset, Fault, Kind, Options, When};
use serde_json::Value;

use crate::bench::{Bench, FIRST, LATER, PATIENCE, Run, client};

const CREATE: &str = "MI/Create";
const READ: &str = "Inventory/JSON/GetInventoryById";
const UPDATE: &str = "Inventories/Update";

/// Creates a fault of one asset alone.
fn fault(path: &str, id: i64, kind: Kind) -> Fault {
    Fault::new(When::Path(path.to_owned()), kind).and(When::Id(id))
}

/// Creates an answer of a failing IQR that asks for no wait.
fn busy() -> Kind {
    Kind::retry_after(503, "0")
}

/// Creates an appliance with every problem that a client can have, after its pass.
fn troubled() -> Bench {
    let bench = Bench::with_screens().with("iqr", "connections", "1");
    for number in 0..6 {
        bench.add(&client(number), Asset::new(FIRST + number));
    }
    bench.sandbox.state().remove_asset(FIRST);
    let unheard_of = iqr_sandbox::store::Client { model: Some("Latitude E6440".to_owned()), ..client(6) };
    bench.add(&unheard_of, Asset::new(FIRST + 6));
    let sql = "UPDATE diagnostics_log SET created_at = 'yesterday' WHERE client_id = 10";
    assert!(bench.store().connection().execute(sql, []).unwrap() > 0);
    bench.sandbox.set_faults(vec![
        fault(UPDATE, FIRST + 2, Kind::status(400)),
        fault(UPDATE, FIRST + 3, Kind::AsIs),
        fault(READ, FIRST + 4, Kind::Truncated),
        fault(READ, FIRST + 5, busy()),
        Fault::new(When::Path(CREATE.to_owned()), Kind::status(400)).skip(2),
    ]);
    bench.sync();
    bench
}

/// Output of the four places that report a problem.
struct Outputs {
    status: String,
    json: Value,
    page: String,
}

impl Outputs {
    fn of(bench: &Bench) -> Self {
        bench.run(&["status", "--html", "page.html"]);
        let page = fs::read_to_string(bench.path("page.html")).unwrap();
        Self { status: flat(&bench.run(&["status"]).stdout), json: bench.run(&["status", "--json"]).json(), page }
    }

    /// Returns the problem of a client for scripts: the code, and the sentence with the advice.
    fn problem(&self, client: i64) -> (String, String) {
        let problems = ["failing", "held"].map(|kind| self.json[kind].as_array().unwrap().clone()).concat();
        let problem = problems.into_iter().find(|problem| problem["client_id"] == client).unwrap();
        let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
        (text("reason"), text("message") + &text("advice"))
    }
}

/// Joins the lines of a text, as its sentences are.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Escapes a text as the page does.
fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('"', "&#34;").replace('<', "&#60;").replace('>', "&#62;").replace('\'', "&#39;")
}

/// Returns the rows: client, argument of `status`, reason, and words of the advice that are in each of the four.
fn rows() -> Vec<(i64, String, &'static str, &'static str)> {
    let row = |client, id: i64, reason, cure| (client, id.to_string(), reason, cure);
    vec![
        (4, "4138OO".to_owned(), "invalid-inventory-id", "type the IQR inventory ID of this machine (Dell Inc."),
        row(5, DUPLICATE_ID, "duplicate-inventory-id", "correct it in WipeOS in one of them"),
        row(7, MISMATCH_ID, "serial-mismatch", "correct the inventory ID in WipeOS or the serial number in IQR"),
        row(8, PLACEHOLDER_ID, "placeholder-model", "correct them in WipeOS"),
        row(9, FIRST, "not-in-iqr", "receive the asset in IQR"),
        row(10, FIRST + 1, "bad-record", "correct it in WipeOS"),
        row(11, FIRST + 2, "refused", "look at what the API user may do"),
        row(12, FIRST + 3, "not-verified", "map the field elsewhere with iqr.fields"),
        row(13, FIRST + 4, "bad-answer", "auth-test --probe ID"),
        row(14, FIRST + 5, "unreachable", "look at it in IQR"),
        row(15, FIRST + 6, "no-master-item", "master_item.category"),
    ]
}

#[test]
fn names_every_reason_with_advice_in_every_output() {
    let bench = troubled();
    let told = Outputs::of(&bench);
    for (client, id, reason, cure) in rows() {
        let story = flat(&bench.run(&["status", &id]).stdout);
        for shown in [&told.status, &story] {
            assert!(shown.contains(reason) && shown.contains(cure), "{reason}: {cure}\n{shown}");
        }
        let (code, sentence) = told.problem(client);
        assert!(code == reason && sentence.contains(cure), "{code}: {sentence}");
        let now = &bench.run(&["status", &id, "--json"]).json()["asset"]["now"];
        assert!(now.as_array().unwrap().iter().any(|now| now["reason"] == reason), "{now:#}");
        let row = format!("data-label=\"client\">{client}</td><td class=\"t\" data-label=\"reason\">{reason}</td>");
        let (_, row) = told.page.split_once(&row).unwrap_or_else(|| panic!("{reason} of {client}\n{}", told.page));
        let (row, _) = row.split_once("</tr>").unwrap();
        assert!(row.contains(&escaped(cure)), "{reason}: {row}");
    }
    assert!(
        !told.status.contains("0 tries") && told.status.contains("tried again with the next pass"),
        "{}",
        told.status
    );
}

/// The client has no ID to look it up by.
#[test]
fn suggests_machine_without_id_for_an_unknown_id() {
    let bench = troubled();
    let told = Outputs::of(&bench);
    let cure = "type the IQR inventory ID of this machine (Dell Inc. OptiPlex 9010, serial number";
    assert_eq!(told.problem(3).0, "blank-inventory-id");
    assert!(told.problem(3).1.contains(cure) && told.status.contains(cure), "{}", told.status);
    assert!(told.page.contains(cure) && told.page.contains(">blank-inventory-id<"), "{}", told.page);
    let Run { code, stderr, .. } = bench.run(&["status", &(FIRST + 7).to_string()]);
    assert_eq!(code, Some(7), "{stderr}");
    for words in
        ["in its slot `Inventory ID`", "did you mean one of 700001", "1 client has no ID at all (blank-inventory-id)"]
    {
        assert!(stderr.contains(words), "{words}\n{stderr}");
    }
}

/// Creates a bench with more clients than the time of a pass is enough for.
fn hurried() -> Bench {
    let options = Options { rtt: Duration::from_millis(300), ..Options::default() };
    let bench = Bench::with_options(options).and_clients(8).with("iqr", "connections", "1");
    bench.with("sync", "time_budget", "\"1s\"")
}

#[test]
fn names_deferred_clients_with_advice_in_every_output() {
    let mut bench = hurried();
    let report = bench.sync();
    assert_eq!((report.code, report.outcome()), (Some(0), "done"), "{report:#?}");
    let left = report.count("deferred");
    assert!(left > 0, "{report:#?}");
    let told = Outputs::of(&bench);
    let story = flat(&bench.run(&["status", &(FIRST + 7).to_string()]).stdout);
    let sentence = format!("ran out of time and left {left} clients for the next one");
    for shown in [&told.status, &story, &told.page] {
        for words in ["time-budget", &sentence, "raise sync.time_budget or iqr.connections"] {
            assert!(shown.contains(words), "{words}\n{shown}");
        }
    }
    assert!(story.contains("due with the next pass: never sent to IQR"), "{story}");
    assert!(told.page.contains(&format!(">time-budget</td><td class=\"left\">left</td><td class=\"n\">{left}<")));
    let now = &bench.run(&["status", &(FIRST + 7).to_string(), "--json"]).json()["asset"]["now"][0];
    for script in [&told.json["passes"][0], now] {
        assert_eq!(script["reason"], "time-budget", "{script:#}");
        assert!(script["advice"].as_str().unwrap().contains("sync.time_budget"), "{script:#}");
    }
    // What a pass of the usual length leaves is forgotten with it.
    bench.set("sync", "time_budget", "\"110s\"");
    bench.sync_well();
    let told = Outputs::of(&bench);
    assert!(!told.status.contains("time-budget") && !told.page.contains("time-budget"), "{}", told.status);
}

#[test]
fn explains_due_asset_by_the_end_of_the_last_pass() {
    let bench = Bench::empty().with("iqr", "connections", "1").and_clients(5);
    let story = || flat(&bench.run(&["status", &(FIRST + 4).to_string()]).stdout);
    assert!(story().contains("not sent yet no pass was made yet"), "{}", story());
    bench.write_key("another+key");
    assert_eq!(bench.sync().code, Some(4));
    assert!(story().contains("): IQR refused the API key"), "{}", story());
    let now = &bench.run(&["status", &(FIRST + 4).to_string(), "--json"]).json()["asset"]["now"][0];
    assert!(now["state"] == "due" && now["message"].as_str().unwrap().contains("refused the API key"), "{now:#}");
    bench.write_key(&bench.sandbox.api_key());
    bench.sandbox.set_faults(vec![Fault::new(When::Always, busy())]);
    assert_eq!(bench.sync().code, Some(5));
    assert!(story().contains("): IQR cannot be reached"), "{}", story());
    bench.sandbox.set_faults(Vec::new());
    bench.sync_well();
    assert!(!story().contains("not sent yet"), "{}", story());
}

/// A pass that was made while the clock was ahead does not count as the last good one: the end of the next ones is
/// reported.
#[test]
fn shows_trouble_despite_a_good_pass_dated_after_now() {
    let bench =
        Bench::with_clients(1).with("metrics", "textfile", "\"m.prom\"").with("report", "html", "\"page.html\"");
    bench.sync_well();
    let lock = bench.path("ledger.db.lock");
    let now: i64 = std::fs::read_to_string(&lock).unwrap().split(' ').next().unwrap().parse().unwrap();
    std::fs::write(&lock, format!("{now} {now} {}\n", now + 400 * 86_400_000)).unwrap();
    bench.store().edit(1, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
    bench.write_key("another+key");
    assert_eq!(bench.sync().code, Some(4));
    let told = Outputs::of(&bench);
    for text in [&told.status, &told.page, &flat(&bench.run(&["status", &FIRST.to_string()]).stdout)] {
        assert!(text.contains("ended early") && text.contains("refused the API key"), "{text}");
    }
    let metrics = std::fs::read_to_string(bench.path("m.prom")).unwrap();
    let good = metrics.lines().find_map(|line| line.strip_prefix("wipeos_iqr_last_success_timestamp_seconds "));
    assert!(
        good.is_none_or(|good| good.split('.').next().unwrap().parse::<i64>().unwrap() < now / 1000 + 3600),
        "{metrics}"
    );
}

/// A running pass is no alarm; a killed one is.
#[test]
fn distinguishes_running_pass_from_killed_one() {
    let bench = Bench::with_clients(1);
    bench.sync_well();
    // As if that had been a minute ago.
    let lock = bench.path("ledger.db.lock");
    let times = fs::read_to_string(&lock).unwrap();
    let earlier = times.split_whitespace().map(|time| (time.parse::<i64>().unwrap() - 60_000).to_string());
    fs::write(&lock, earlier.collect::<Vec<_>>().join(" ")).unwrap();
    bench.store().edit(1, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
    bench.sandbox.set_faults(vec![Fault::new(When::Always, Kind::SilentHead(std::time::Duration::from_secs(60)))]);
    let seen = bench.sandbox.requests().len();
    let pass = bench.spawn(&["sync"]);
    let started = std::time::Instant::now();
    while bench.sandbox.requests().len() == seen {
        assert!(started.elapsed() < PATIENCE, "the pass should ask IQR");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let told = Outputs::of(&bench);
    let are_locks_told = std::path::Path::new("/proc/locks").exists();
    assert!(told.status.contains("a pass is running"), "{}", told.status);
    assert!(!told.page.contains("Needs attention"), "{}", told.page);
    pass.signal(rustix::process::Signal::KILL);
    assert_eq!(pass.finish().code, None);
    let told = Outputs::of(&bench);
    assert!(!are_locks_told || told.status.contains("did not come to its end: it was killed"), "{}", told.status);
    assert!(!are_locks_told || told.page.contains("Needs attention: a pass that began"), "{}", told.page);
    bench.sandbox.set_faults(Vec::new());
    bench.sync_well();
    assert!(!Outputs::of(&bench).status.contains("attention"), "the next pass ends it");
}

/// The timer is not to blame then.
#[test]
fn names_the_holder_of_the_run_lock() {
    let bench = Bench::with_clients(1);
    bench.sync_well();
    bench.store().edit(1, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
    let lock = std::fs::File::open(bench.path("ledger.db.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(bench.run(&["sync"]).code, Some(75));
    let is_listed = std::fs::read_to_string("/proc/locks").is_ok_and(|locks| locks.contains("FLOCK"));
    let holder = format!("(process {}) holds the run lock", std::process::id());
    for command in [&["status"][..], &["status", &FIRST.to_string()]] {
        let told = flat(&bench.run(command).stdout);
        assert!(told.contains(&holder) || !is_listed, "{told}");
    }
    drop(lock);
    assert!(!bench.run(&["status"]).stdout.contains("holds the run lock"));
}

/// A database that opens and cannot be read is as good as none: the ledger knows what was sent.
#[test]
fn shows_asset_status_from_ledger_if_a_table_is_missing() {
    let bench = Bench::with_clients(1);
    bench.sync_well();
    bench.store().connection().execute_batch("DROP TABLE wipe").unwrap();
    let told = bench.run(&["status", &FIRST.to_string()]);
    assert_eq!((told.code, told.stderr.contains("lacks table wipe")), (Some(6), true), "{told:#?}");
    let text = flat(&told.stdout);
    assert!(text.contains(&format!("Asset {FIRST} clients not known")) && text.contains("last sent"), "{text}");
}

/// The problem of the asset may be over; the cause that ends the passes now is not.
#[test]
fn explains_failing_asset_also_by_the_end_of_last_pass() {
    let bench = Bench::with_clients(1);
    let id = FIRST.to_string();
    let story = || flat(&bench.run(&["status", &id]).stdout);
    bench.sandbox.set_faults(vec![fault(READ, FIRST, Kind::status(404))]);
    bench.sync();
    assert!(story().contains("not-in-iqr") && !story().contains("not sent yet"), "{}", story());
    for (prepare, code, words) in [
        (&(|| std::fs::remove_file(bench.path("api-key")).unwrap()) as &dyn Fn(), 3, "no API key"),
        (&|| bench.write_key("another+key"), 4, "IQR refused the API key"),
        (&|| bench.sandbox.set_faults(vec![Fault::new(When::Always, busy())]), 5, "IQR cannot be reached"),
    ] {
        prepare();
        assert_eq!(bench.sync_with(&["--retry"]).code, Some(code));
        let told = story();
        assert!(told.contains("failing: not-in-iqr") && told.contains("receive the asset in IQR"), "{told}");
        assert!(told.contains("ended early (") && told.contains(words), "{words}: {told}");
        let now = &bench.run(&["status", &id, "--json"]).json()["asset"]["now"][0];
        assert_eq!(now["reason"], "not-in-iqr");
        assert!(now["obstacle"].as_str().unwrap().contains(words), "{now:#}");
        bench.write_key(&bench.sandbox.api_key());
    }
    bench.sandbox.set_faults(Vec::new());
    assert_eq!(bench.sync_with(&["--retry"]).fate(1), ("sent", None));
}

#[test]
fn shows_ledger_status_if_wipeos_cannot_be_read() {
    let bench = troubled();
    std::fs::rename(bench.database(), bench.path("away.db")).unwrap();
    let id = (FIRST + 5).to_string();
    let run = bench.run(&["status", &id]);
    let story = flat(&run.stdout);
    assert!(story.starts_with(&format!("Asset {id}")) && story.contains("failing: unreachable"), "{run:#?}");
    assert_eq!(run.code, Some(6));
    let json = bench.run(&["status", &id, "--json"]).json();
    assert_eq!(json["asset"]["now"][0]["reason"], "unreachable");
}

#[test]
fn finds_a_mistyped_id_before_the_first_pass() {
    let bench = Bench::with_clients(1);
    bench.store().set_slot(1, ID_SLOT, "7OO000", LATER).unwrap();
    let run = bench.run(&["status", "7OO000"]);
    assert!(flat(&run.stdout).contains("held: invalid-inventory-id"), "{run:#?}");
    assert_eq!(bench.run(&["status", " "]).code, Some(2));
}
