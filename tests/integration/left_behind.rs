//! Inventory IDs that are changed after a send: the asset that its machine leaves is reported, with advice, until a
//! person dismisses the notice or another send makes it pointless.

use std::fs;
use std::time::{Duration, Instant};

use iqr_sandbox::store::{Client, Disk, ID_SLOT, Log, Wipe};
use iqr_sandbox::{Asset, Fault, Kind, When};
use rustix::process::Signal;
use serde_json::Value;

use crate::bench::{Bench, FIRST, LATER, PATIENCE, Run, client, quoted};
use crate::monitoring::samples;

/// Times after [`LATER`], all different.
pub const EDITS: [&str; 3] = ["2024-05-02 08:00:00", "2024-05-03 08:00:00", "2024-05-04 08:00:00"];

const UPDATE: &str = "Inventories/Update";

/// Inventory ID of an asset that no client has at first.
pub const FREE: i64 = FIRST + 50;

/// Creates a bench with so many clients that are sent, and some free assets.
pub fn sent(clients: i64) -> Bench {
    let bench = Bench::with_clients(clients);
    bench.sandbox.state().add_assets((FREE..FREE + 5).map(Asset::new));
    bench.sync_well();
    bench
}

impl Bench {
    pub fn retype(&self, client: i64, id: impl ToString + Copy, at: &str) {
        self.store().set_slot(client, ID_SLOT, &id.to_string(), at).unwrap();
    }

    pub fn notices(&self) -> Vec<Value> {
        self.run(&["status", "--json"]).json()["left_behind"].as_array().unwrap().clone()
    }

    /// Returns each notice: the asset, the ID that its machine has now, and whether it is an attention.
    pub fn left_behind(&self) -> Vec<(i64, Option<i64>, bool)> {
        let number = |value: &Value| value.as_str().map(|id| id.parse().unwrap());
        let notices = self.notices();
        let of = |it: &Value| (number(&it["inventory_id"]).unwrap(), number(&it["now"]), it["attention"] == true);
        let mut left: Vec<_> = notices.iter().map(of).collect();
        left.sort_unstable();
        left
    }

    pub fn dismiss(&self, id: impl ToString + Copy, reason: &str) -> Run {
        self.run(&["dismiss", &id.to_string(), "--reason", reason])
    }

    pub fn text_of(&self, arguments: &[&str]) -> String {
        flat(&self.run(arguments).stdout)
    }
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn today() -> String {
    wipeos_iqr::clock::now().date_text()
}

#[test]
fn names_the_asset_wherever_a_person_or_script_looks() {
    let bench = sent(2).with("report", "html", "\"page.html\"").with("metrics", "textfile", "\"x.prom\"");
    bench.retype(1, FREE, LATER);
    let writes = bench.writes(FIRST);
    bench.sync_well();
    let what =
        format!("asset {FIRST} still shows what machine SN000000 sent on {}; that machine is now {FREE}", today());
    let cure = format!("correct asset {FIRST} in IQR by hand, then `wipeos-iqr dismiss {FIRST} --reason TEXT`");
    let page = flat(&fs::read_to_string(bench.path("page.html")).unwrap());
    let texts = [bench.text_of(&["status"]), bench.text_of(&["status", &FIRST.to_string()])];
    for text in texts.into_iter().chain([bench.text_of(&["status", &FREE.to_string()]), page]) {
        assert!(text.contains(&what) && text.contains(&cure) && text.contains("attention"), "{what}: {text}");
    }
    let notices = bench.notices();
    let expected = serde_json::json!({"inventory_id": FIRST.to_string(), "client_id": 1, "now": FREE.to_string(),
        "serial_number": "SN000000", "attention": true});
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&notices[0][key], value, "{notices:#?}");
    }
    assert!(notices.len() == 1 && notices[0]["sent_at"].as_str().unwrap().ends_with('Z'), "{notices:#?}");
    let metrics = samples(&fs::read_to_string(bench.path("x.prom")).unwrap());
    assert_eq!(metrics["wipeos_iqr_left_behind_assets"], "1");
    assert_eq!(bench.writes(FIRST), writes, "nothing is written to the asset that was left");
    assert!(bench.notices()[0]["message"] == what.as_str());
    assert!(!bench.text_of(&["status", &(FIRST + 1).to_string()]).contains("still shows"), "another asset");
    bench.assert_idle("a notice asks nothing");
}

#[test]
fn says_when_a_left_asset_was_last_sent() {
    let bench = sent(1);
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    let told = bench.text_of(&["status", &FIRST.to_string()]);
    assert!(!told.contains("never") && told.contains("from client 1") && told.contains("master item"), "{told}");
    let json = bench.run(&["status", &FIRST.to_string(), "--json"]).json();
    assert_eq!(json["asset"]["sent"][0]["client_id"], 1, "{json:#}");
}

/// A change: its name, what happens before the ID is changed, and whether it is an attention.
type Change<'a> = (&'a str, &'a dyn Fn(&Bench), bool);

#[test]
fn distinguishes_typing_slip_from_machine_received_again() {
    let wipe = Wipe { result: Some("Success".to_owned()), finished_at: Some(LATER.to_owned()), ..Wipe::default() };
    let running = Wipe { started_at: Some(LATER.to_owned()), ..Wipe::default() };
    let changes: [Change; 5] = [
        ("nothing", &|_| {}, true),
        ("an edit", &|bench| bench.store().edit(1, "technician", "QX", EDITS[0]).unwrap(), true),
        ("a wipe that runs", &|bench| _ = bench.store().add_wipe(1, 0, &running).unwrap(), true),
        ("a wipe that ended", &|bench| _ = bench.store().add_wipe(1, 0, &wipe).unwrap(), false),
        ("a log", &|bench| _ = bench.store().add_log(1, &Log::of(LATER, &[("Keyboard", "FAIL")])).unwrap(), false),
    ];
    for (name, change, is_attention) in changes {
        let bench = sent(1);
        change(&bench);
        bench.retype(1, FREE, EDITS[1]);
        bench.sync_well();
        assert_eq!(bench.left_behind(), [(FIRST, Some(FREE), is_attention)], "{name}");
    }
}

/// A wipe from before the last send to the old asset is there: the machine was not received again.
#[test]
fn compares_with_what_was_last_sent() {
    let bench = sent(1);
    bench.store().add_log(1, &Log::of(LATER, &[("Keyboard", "FAIL")])).unwrap();
    bench.sync_well();
    bench.retype(1, FREE, EDITS[0]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST, Some(FREE), true)]);
}

#[test]
fn dismisses_with_a_reason_that_stays_in_the_history() {
    let bench = sent(1);
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    for (arguments, words) in [
        (vec!["dismiss", "700001"], "--reason"),
        (vec!["dismiss", "700001", "--reason", " \t "], "the reason is blank"),
        (vec!["dismiss", " ", "--reason", "x"], "the inventory ID is blank"),
    ] {
        let run = bench.run(&arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:#?}");
        assert!(run.stderr.contains(words), "{words}: {run:#?}");
    }
    assert_eq!(bench.left_behind().len(), 1, "nothing was dismissed");
    // Neither IQR nor WipeOS is asked.
    fs::rename(bench.database(), bench.path("away.db")).unwrap();
    let (run, requests) = bench.requests_of(|| bench.dismiss(&format!("0{FIRST}"), " Jo corrected\u{1b}[2J it "));
    assert_eq!((run.code, requests.len(), run.stderr.as_str()), (Some(0), 0, ""), "{run:#?}");
    fs::rename(bench.path("away.db"), bench.database()).unwrap();
    assert_eq!(bench.left_behind(), []);
    let told = bench.text_of(&["status", &FIRST.to_string()]);
    assert!(told.contains(&format!("{} ", today())) && told.contains("dismissed: Jo corrected\\u{1b}[2J it"), "{told}");
    assert!(told.contains("still shows what machine SN000000 sent"), "what was dismissed: {told}");
    let json = bench.run(&["status", &FIRST.to_string(), "--json"]).json();
    let newest = &json["asset"]["changes"][0];
    assert!(newest["field"] == "notice" && newest["to"].as_str().unwrap().starts_with("dismissed: Jo"), "{newest:#}");
    assert!(!bench.text_of(&["status"]).contains("did not come to its end"), "that was no pass");
    bench.store().edit(1, "memory_bytes", &(64_i64 << 30).to_string(), EDITS[0]).unwrap();
    bench.sync_with(&["--retry"]);
    assert_eq!(bench.left_behind(), [], "it stays dismissed");
}

/// The client is retried, and its asset was dismissed.
#[test]
fn stays_dismissed_while_the_client_fails() {
    let bench = sent(1);
    bench.retype(1, FREE + 40, LATER);
    assert_eq!(bench.sync().fate(1), ("failed", Some("not-in-iqr")));
    assert_eq!(bench.left_behind(), [(FIRST, Some(FREE + 40), true)]);
    assert_eq!(bench.dismiss(FIRST, "wiped by hand").code, Some(0));
    assert_eq!(bench.sync_with(&["--retry"]).fate(1), ("failed", Some("not-in-iqr")));
    bench.store().edit(1, "memory_bytes", &(64_i64 << 30).to_string(), EDITS[0]).unwrap();
    bench.sync();
    assert_eq!(bench.left_behind(), []);
}

#[test]
fn finds_no_notice_and_names_those_that_there_are() {
    let bench = Bench::with_clients(2);
    let run = bench.dismiss(FIRST, "x");
    assert_eq!((run.code, bench.ledger().exists()), (Some(7), false), "{run:#?}");
    let bench = sent(2);
    assert!(bench.dismiss(FIRST, "x").stderr.contains("there is none of any asset"));
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    for (typed, words) in
        [("700010", "did you mean 700001?"), ("7OOOO1", "did you mean 700001?"), ("5", "there are those of 700001")]
    {
        let run = bench.dismiss(typed, "x");
        assert_eq!((run.code, run.stderr.contains(words)), (Some(7), true), "{typed}, {words}: {run:#?}");
    }
    assert_eq!(bench.left_behind().len(), 1);
}

#[test]
fn waits_for_no_pass_that_runs() {
    let bench = sent(1);
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    let lock = fs::File::open(bench.path("ledger.db.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(bench.dismiss(FIRST, "corrected").code, Some(75));
    drop(lock);
    assert_eq!(bench.left_behind().len(), 1);
    assert_eq!(bench.dismiss(FIRST, "corrected").code, Some(0));
}

#[test]
fn ends_when_another_machine_is_sent_to_the_asset() {
    let bench = sent(2);
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    bench.retype(2, FIRST, EDITS[0]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST + 1, Some(FIRST), true)]);
}

#[test]
fn ends_when_the_id_is_changed_back() {
    let bench = sent(1);
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    bench.retype(1, FIRST, EDITS[0]);
    bench.sandbox.set_faults(vec![Fault::new(When::Id(FIRST), Kind::Truncated)]);
    bench.sync();
    assert_eq!(bench.left_behind(), [(FREE, Some(FIRST), true)], "it fails there, and it is there");
    bench.sandbox.set_faults(Vec::new());
    bench.sync_with(&["--retry"]);
    assert_eq!(bench.left_behind(), [(FREE, Some(FIRST), true)]);
}

#[test]
fn ends_when_iqr_has_the_asset_no_more() {
    let bench = sent(2);
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    bench.sandbox.state().remove_asset(FIRST);
    bench.retype(2, FIRST, EDITS[0]);
    assert_eq!(bench.sync().fate(2), ("failed", Some("not-in-iqr")));
    assert_eq!(bench.left_behind(), [(FIRST + 1, Some(FIRST), true)]);
    // Nor does an asset show anything that was gone before its machine left it.
    bench.retype(2, FREE + 1, EDITS[1]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST + 1, Some(FREE + 1), true)]);
}

#[test]
fn says_nothing_where_nothing_is_left_behind() {
    // Before anything was sent.
    let bench = Bench::with_clients(1);
    bench.sandbox.state().add_asset(Asset::new(FREE));
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [], "corrected in time");
    // Back again before a pass has seen it.
    bench.retype(1, FIRST, EDITS[0]);
    bench.retype(1, FREE, EDITS[1]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [], "corrected back");
    // The same ID in other words.
    bench.retype(1, &format!(" 00{FREE} "), EDITS[2]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [], "the same ID");
    bench.store().delete(1).unwrap();
    bench.sync_well();
    assert_eq!(bench.left_behind(), [], "the machine has left the shop");
    assert!(bench.text_of(&["status", &FREE.to_string()]).contains("from client 1"));
}

#[test]
fn says_nothing_of_two_machines_that_exchanged_their_ids() {
    for connections in ["1", "4"] {
        let bench = sent(2).with("iqr", "connections", connections);
        bench.retype(1, FIRST + 1, LATER);
        bench.retype(2, FIRST, LATER);
        bench.sync_well();
        assert_eq!(bench.left_behind(), [], "{connections} connections");
        bench.assert_idle("both are sent");
    }
}

/// The first half is seen by one pass, the second by the next one.
#[test]
fn says_nothing_once_an_exchange_is_complete() {
    let bench = sent(2);
    bench.retype(1, FIRST + 1, LATER);
    let report = bench.sync_well();
    assert_eq!(report.fate(1), ("held", Some("duplicate-inventory-id")));
    assert_eq!(bench.left_behind(), [(FIRST, Some(FIRST + 1), true)], "seen though it is held");
    bench.retype(2, FIRST, EDITS[0]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), []);
}

#[test]
fn follows_an_id_that_is_blank_malformed_or_changed_again() {
    let bench = sent(1);
    bench.retype(1, "", LATER);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST, None, true)]);
    assert!(bench.text_of(&["status"]).contains("that machine has no inventory ID now"));
    bench.retype(1, "7OOO51", EDITS[0]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST, None, true)]);
    assert!(bench.text_of(&["status", "7OOO51"]).contains(&format!("asset {FIRST} still shows")));
    bench.retype(1, FREE, EDITS[1]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST, Some(FREE), true)]);
    bench.retype(1, FREE + 1, EDITS[2]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST, Some(FREE + 1), true), (FREE, Some(FREE + 1), true)]);
    // What is dismissed is one of them.
    assert_eq!(bench.dismiss(FREE, "corrected").code, Some(0));
    assert_eq!(bench.left_behind(), [(FIRST, Some(FREE + 1), true)]);
}

#[test]
fn notices_a_client_whose_record_cannot_be_read() {
    let bench = sent(1);
    bench.retype(1, FREE, LATER);
    bench.store().connection().execute("UPDATE wipe SET finished_at = 'soon'", []).unwrap();
    assert_eq!(bench.sync().fate(1), ("failed", Some("bad-record")));
    let left = bench.left_behind();
    assert_eq!((left[0].0, left[0].1), (FIRST, Some(FREE)));
}

#[test]
fn keeps_an_attention_and_forgets_what_only_informs() {
    let bench = sent(3);
    bench.store().add_log(2, &Log::of(LATER, &[("Keyboard", "FAIL")])).unwrap();
    bench.retype(1, FREE, EDITS[0]);
    bench.retype(2, FREE + 1, EDITS[0]);
    bench.sync_well();
    let both = [(FIRST, Some(FREE), true), (FIRST + 1, Some(FREE + 1), false)];
    assert_eq!(bench.left_behind(), both);
    let age = |days: i64| {
        let connection = rusqlite::Connection::open(bench.ledger()).unwrap();
        connection.execute("UPDATE left_behind SET noticed_at = noticed_at - ?1", [days * 86_400_000]).unwrap();
    };
    age(89);
    assert_eq!(bench.left_behind(), both);
    age(2);
    assert_eq!(bench.left_behind(), both[..1], "ledger.keep is 90 days");
    assert_eq!(bench.dismiss(FIRST + 1, "x").code, Some(7), "there is none any more");
    bench.store().edit(3, "memory_bytes", &(64_i64 << 30).to_string(), EDITS[0]).unwrap();
    bench.sync_well();
    assert_eq!(bench.in_ledger::<i64>("SELECT count(*) FROM left_behind"), 1, "nor does the file keep it");
}

#[test]
fn warns_once_and_not_with_every_pass() {
    let bench = sent(1);
    bench.retype(1, FREE, LATER);
    let words = format!("asset {FIRST} still shows");
    let first = bench.run(&["sync"]);
    assert!(first.stderr.contains(&words) && first.stdout.is_empty(), "{first:#?}");
    bench.store().edit(1, "memory_bytes", &(64_i64 << 30).to_string(), EDITS[0]).unwrap();
    let second = bench.run(&["sync"]);
    assert!(!second.stderr.contains(&words), "{second:#?}");
}

#[test]
fn notices_only_what_a_limited_pass_has_recorded() {
    let bench = sent(3).with("iqr", "connections", "1");
    (1..=3).for_each(|client| bench.retype(client, FREE + client, LATER));
    let mut seen = Vec::new();
    for _ in 0..3 {
        bench.sync_with(&["--limit", "1"]);
        seen.push(bench.left_behind().len());
    }
    assert_eq!(seen, [1, 2, 3]);
    assert_eq!(bench.sync_with(&["--dry-run"]).count("due"), 0);
}

#[test]
fn leaves_no_trace_of_a_dry_run() {
    let bench = sent(1);
    bench.retype(1, FREE, LATER);
    bench.sync_with(&["--dry-run"]);
    assert_eq!(bench.left_behind(), []);
}

/// Kills a pass that writes to the first asset before it has IQR's answer.
fn kill_in_a_write(bench: &Bench) {
    let fault = Fault::new(When::Path(UPDATE.to_owned()), Kind::SilentHead(PATIENCE)).and(When::Id(FIRST));
    bench.sandbox.set_faults(vec![fault.after_commit()]);
    let mut pass = bench.spawn(&["sync"]);
    let started = Instant::now();
    while bench.writes(FIRST) == 0 {
        assert!(!pass.has_ended() && started.elapsed() < PATIENCE, "the pass should write");
        std::thread::sleep(Duration::from_millis(1));
    }
    pass.signal(Signal::KILL);
    pass.finish();
    bench.sandbox.set_faults(Vec::new());
}

#[test]
fn notices_what_a_killed_pass_has_sent() {
    let bench = Bench::with_clients(1);
    bench.sandbox.state().add_asset(Asset::new(FREE));
    kill_in_a_write(&bench);
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST, Some(FREE), true)]);
    assert!(bench.text_of(&["status"]).contains("what machine SN000000 sent"));
}

#[test]
fn says_nothing_of_a_killed_pass_whose_client_stays() {
    let bench = Bench::with_clients(1);
    kill_in_a_write(&bench);
    bench.sync_well();
    assert_eq!(bench.left_behind(), []);
    assert_eq!(bench.in_ledger::<i64>("SELECT count(*) FROM left_behind"), 0);
}

/// Two writes of a machine that failed where it was: one arrived, the other was refused.
#[test]
fn notices_what_arrived_of_a_write_that_failed() {
    let refusal = Fault::new(When::Path(UPDATE.to_owned()), Kind::status(400)).and(When::Id(FIRST));
    let loss =
        Fault::new(When::Path("Inventory/ChangeItemNumberMFGR".to_owned()), Kind::status(400)).and(When::Id(FIRST));
    for (fault, left) in [(refusal, vec![]), (loss, vec![(FIRST, Some(FREE), true)])] {
        let bench = Bench::with_clients(1);
        bench.sandbox.state().add_asset(Asset::new(FREE));
        bench.sandbox.set_faults(vec![fault]);
        assert_eq!(bench.sync().fate(1).0, "failed");
        bench.sandbox.set_faults(Vec::new());
        bench.retype(1, FREE, LATER);
        bench.sync_well();
        bench.sync_well();
        assert_eq!(bench.left_behind(), left, "{:#?}", bench.seen(FIRST));
    }
}

#[test]
fn shows_a_hostile_serial_number_harmless() {
    let bench = Bench::empty();
    let hostile = Client { serial_number: Some("X1\u{1b}[2J<b>\u{202e}77".to_owned()), ..client(0) };
    bench.add(&Client { disks: vec![Disk::default()], ..hostile }, Asset::new(FIRST));
    bench.sandbox.state().add_asset(Asset::new(FREE));
    bench.sync_well();
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    let page = bench.run(&["status", "--html", "-"]).stdout;
    let dismissed = bench.dismiss(FIRST, "x");
    for text in [bench.run(&["status", &FIRST.to_string()]).stdout, page, dismissed.stdout] {
        assert!(
            text.contains("still shows") && !text.contains(['\u{1b}', '\u{202e}']) && !text.contains("<b>\\u"),
            "{text}"
        );
    }
}

/// Notices of the same asset in two ledgers are independent.
#[test]
fn dismisses_in_the_ledger_of_the_config() {
    let mut bench = sent(1);
    bench.retype(1, FREE, LATER);
    bench.sync_well();
    let other = bench.path("other.db");
    bench.set("ledger", "path", &quoted(&other));
    assert_eq!((bench.dismiss(FIRST, "x").code, other.exists()), (Some(7), false));
}

/// The client has news that IQR did not take, and then another ID.
#[test]
fn notices_a_client_that_was_failing_where_it_was() {
    let bench = sent(1);
    bench.store().edit(1, "memory_bytes", &(64_i64 << 30).to_string(), LATER).unwrap();
    bench.sandbox.set_faults(vec![Fault::new(When::Id(FIRST), Kind::Truncated)]);
    assert_eq!(bench.sync().fate(1).0, "failed");
    bench.sandbox.set_faults(Vec::new());
    bench.retype(1, FREE, EDITS[0]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST, Some(FREE), true)]);
}
