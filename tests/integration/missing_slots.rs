//! Slots that the config names and machines lack: `auth-test` and `status` say so, and name the slots that there are.

use iqr_sandbox::iqmetrix;
use iqr_sandbox::iqtech;
use iqr_sandbox::store::{Client, ID_SLOT};
use serde_json::Value;

use crate::bench::{Bench, FIRST, LATER, client};

const NO_SLOT: &str = "no machine has a slot `Asset ID`; slots in use: `Inventory ID`";

/// Returns a bench with sample machines whose config names another slot than the one that they have.
fn with_wrong_slot(count: i64) -> Bench {
    Bench::with_clients(count).with("store", "inventory_id_slot", "\"Asset ID\"")
}

/// Joins the lines of a text, as its sentences are.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn status(bench: &Bench) -> String {
    let run = bench.run(&["status"]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    flat(&run.stdout)
}

/// Returns the exit code of `auth-test`, and verdict and message of each of its steps on the WipeOS database.
fn auth_test(bench: &Bench) -> (Option<i32>, Vec<(String, String)>) {
    let run = bench.run(&["auth-test", "--json"]);
    let json = run.json();
    let text = |step: &Value, key: &str| step[key].as_str().unwrap().to_owned();
    let steps = json["steps"].as_array().unwrap().iter();
    let steps = steps.filter(|step| ["WipeOS database", "slot"].contains(&step["step"].as_str().unwrap()));
    (run.code, steps.map(|step| (text(step, "verdict"), text(step, "message"))).collect())
}

/// Asserts that `auth-test` succeeds and warns of slots in these words.
#[track_caller]
fn assert_warned(bench: &Bench, words: &[&str]) {
    let (code, steps) = auth_test(bench);
    assert_eq!((code, steps.len()), (Some(0), words.len() + 1), "{steps:#?}");
    for ((verdict, message), words) in steps[1..].iter().zip(words) {
        assert!(verdict == "warning" && message.contains(words), "{words}: {steps:#?}");
    }
}

#[test]
fn fails_auth_test_for_a_slot_that_no_machine_has() {
    let bench = with_wrong_slot(2);
    let (code, steps) = auth_test(&bench);
    assert_eq!((code, steps.len(), steps[0].0.as_str()), (Some(3), 1, "failed"), "{steps:#?}");
    assert!(steps[0].1.starts_with(NO_SLOT) && steps[0].1.contains("set store.inventory_id_slot"), "{steps:#?}");
    let run = bench.run(&["auth-test"]);
    assert!(flat(&run.stdout).contains(NO_SLOT) && run.code == Some(3), "{run:#?}");
}

#[test]
fn names_a_missing_slot_once_and_in_each_sentence() {
    let bench = with_wrong_slot(3);
    let before = status(&bench);
    assert_eq!(before.matches(NO_SLOT).count(), 1, "before the first pass: {before}");
    bench.sync();
    let told = status(&bench);
    assert_eq!(told.matches(NO_SLOT).count(), 1, "{told}");
    let own = "this machine has no slot `Asset ID`, but `Inventory ID`; type the IQR inventory ID of this machine (";
    assert_eq!(told.matches(own).count(), 3, "{told}");
    bench.run(&["status", "--html", "page.html"]);
    let page = std::fs::read_to_string(bench.path("page.html")).unwrap();
    assert!(page.contains("Needs attention: no machine has a slot `Asset ID`"), "{page}");
}

#[test]
fn shows_sent_machines_also_under_a_wrong_slot() {
    let mut bench = Bench::with_clients(2);
    bench.sync_well();
    bench.set("store", "inventory_id_slot", "\"Asset ID\"");
    for is_after_news in [false, true] {
        if is_after_news {
            bench.store().edit(1, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
            bench.sync();
        }
        let told = status(&bench);
        assert!(
            told.contains(NO_SLOT) && told.contains("2 machines that were sent stay as in IQR until then"),
            "{told}"
        );
        let run = bench.run(&["status", &FIRST.to_string()]);
        let story = flat(&run.stdout);
        for words in
            ["none in WipeOS has this ID in its slot `Asset ID` now", "client 1", "has no slot `Asset ID`, but"]
        {
            assert!(run.code == Some(0) && story.contains(words), "{words}: {run:#?}");
        }
        let json = bench.run(&["status", &FIRST.to_string(), "--json"]).json();
        assert_eq!(json["asset"]["now"][0]["reason"], "blank-inventory-id", "{json:#}");
    }
    bench.set("store", "inventory_id_slot", "\"Inventory ID\"");
    bench.sync_well();
    let told = status(&bench);
    assert!(!told.contains("attention") && told.contains("held nothing"), "{told}");
}

#[test]
fn finds_a_slot_whatever_its_case_and_outer_blanks() {
    let bench = Bench::with_clients(1).with("store", "inventory_id_slot", "\" INVENTORY id \"");
    assert_warned(&bench, &[]);
    bench.sync_well();
    assert!(!status(&bench).contains("attention"));
    let bench = bench.with("store", "inventory_id_slot", "\"Inventory  ID\"");
    assert!(status(&bench).contains("no machine has a slot `Inventory ID`; slots in use: `Inventory ID`"));
    assert_eq!(auth_test(&bench).0, Some(3), "a blank within the name counts");
}

#[test]
fn says_nothing_of_slots_while_there_is_no_machine() {
    let bench = Bench::empty().with("store", "inventory_id_slot", "\"Asset ID\"");
    assert_warned(&bench, &[]);
    assert!(!status(&bench).contains("slot"));
}

#[test]
fn warns_while_no_machine_has_any_slot() {
    let bench = Bench::empty();
    bench.store().add(&Client { slots: Vec::new(), ..client(0) }).unwrap();
    assert_warned(&bench, &["no machine has a slot `Inventory ID`; no slot is in use"]);
    bench.sync();
    let told = status(&bench);
    assert!(!told.contains("attention") && told.contains("the slot `Inventory ID` is blank; type"), "{told}");
}

#[test]
fn notices_a_slot_that_was_renamed_in_wipeos() {
    let bench = Bench::with_clients(52);
    bench.sync_well();
    let rename = |first: i64| {
        let sql = format!("UPDATE client_slot SET name = 'Asset ID' WHERE client_id >= {first}");
        bench.store().connection().execute_batch(&sql).unwrap();
    };
    rename(4);
    assert_warned(&bench, &[]);
    assert!(!status(&bench).contains("attention"), "49 machines may lack an ID that was not typed yet");
    rename(3);
    let words = "none of the newest 50 machines that have slots has a slot `Inventory ID`; slots in use: `Asset ID`";
    assert_warned(&bench, &[words]);
    let told = status(&bench);
    assert!(told.contains(words) && told.contains("if it was renamed in WipeOS"), "{told}");
}

#[test]
fn lists_some_of_many_slots_and_escapes_their_names() {
    let bench = with_wrong_slot(3);
    let store = bench.store();
    let insert = "INSERT INTO client_slot (client_id, name, value) VALUES (?1, ?2, 'x')";
    let odd = (0..40).map(|number| (1, format!("Odd\u{1b}[2J\u{202e}{number:02}")));
    for (client, name) in odd.chain([(2, "Job".to_owned()), (3, "Job".to_owned())]) {
        store.connection().execute(insert, (client, name)).unwrap();
    }
    let told = status(&bench);
    let words = "slots in use: `Inventory ID`, `Job`, `Odd\\u{1b}[2J\\u{202e}00`, ";
    assert!(told.contains(words) && told.contains("`Odd\\u{1b}[2J\\u{202e}05` and 34 more; set"), "{told}");
    let run = bench.run(&["auth-test"]);
    assert!(run.stdout.contains(words) && !run.stdout.contains(['\u{1b}', '\u{202e}']), "{run:#?}");
}

#[test]
fn warns_of_a_key_slot_that_no_machine_has() {
    let template = "\"{Model} {IMEI Purchase Date}\"";
    let bench = Bench::empty().and_iqmetrix(iqmetrix::Options::default()).with("templates", "description", template);
    let bench = bench.and_phones(1);
    assert_warned(&bench, &[]);
    let bench = bench.with("iqmetrix", "imei_slot", "\"Phone Number\"");
    assert_warned(
        &bench,
        &["no machine has a slot `Phone Number`; slots in use: `IMEI`, `Inventory ID`; nothing is looked"],
    );
    assert!(!status(&bench).contains("Phone Number"), "a shop without phones needs no attention");
}

#[test]
fn names_the_slot_of_an_id_that_is_none() {
    let bench = Bench::with_clients(1);
    for command in ["preview", "status"] {
        let run = bench.run(&[command, "7OO"]);
        let words = "`7OO` is not an inventory ID: it may hold digits only, and no client in WipeOS has it in its slot `Inventory ID`";
        assert!(run.code == Some(7) && run.stderr.contains(words), "{run:#?}");
    }
    bench.store().set_slot(1, ID_SLOT, "7OO", LATER).unwrap();
    let report = bench.sync();
    assert!(
        report.message(1).contains("it may hold digits only, and is in the slot `Inventory ID`; type"),
        "{report:#?}"
    );
}

#[test]
fn warns_of_a_technician_slot_that_no_machine_has() {
    let bench = Bench::with_clients(1).and_iqtech(iqtech::Options::default());
    let bench = bench.with("iqtech", "technician", "\"badge\"");
    let bench = bench.with("templates", "description", "\"{Model} {Technician Name}\"");
    assert_warned(&bench, &[]);
    let bench = bench.with("iqtech", "technician_slot", "\"Badge\"");
    assert_warned(
        &bench,
        &["nothing is looked up at iQ Tech until one has it, or iqtech.technician_slot names another"],
    );
}
