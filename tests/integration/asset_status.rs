//! `status ID`: why an asset is not in IQR, and what was sent when.

use iqr_sandbox::samples::{DELL_ID, MISMATCH_ID};
use iqr_sandbox::{Body, Fault, Kind, When};

use crate::bench::{Bench, FIRST, LATER, Run, client};

fn story(bench: &Bench, id: impl std::fmt::Display + Copy) -> Run {
    bench.run(&["status", &id.to_string()])
}

/// Returns the state of the newest client that has the ID, and the reason of its problem.
fn now(bench: &Bench, id: impl std::fmt::Display + Copy) -> (String, Option<String>) {
    let json = bench.run(&["status", &id.to_string(), "--json"]).json();
    let now = &json["asset"]["now"][0];
    (now["state"].as_str().unwrap().to_owned(), now["reason"].as_str().map(str::to_owned))
}

/// Joins the lines of a text, as its sentences are.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn explains_every_held_or_failing_asset_with_advice() {
    let bench = Bench::with_screens();
    bench.sandbox.state().remove_asset(DELL_ID);
    bench.sync();
    let problems = bench.run(&["status", "--json"]).json();
    let problems = ["held", "failing"].map(|kind| problems[kind].as_array().unwrap().clone()).concat();
    assert_eq!(problems.len(), 7);
    for problem in problems.iter().filter(|problem| !problem["inventory_id"].is_null()) {
        let id = problem["inventory_id"].as_str().unwrap();
        let run = story(&bench, id);
        assert_eq!(run.code, Some(0), "{run:#?}");
        let shown = flat(&run.stdout);
        assert!(shown.contains(problem["reason"].as_str().unwrap()), "{shown}");
        assert!(shown.contains(&flat(problem["message"].as_str().unwrap())), "{shown}");
        assert!(shown.contains("last sent never"), "{shown}");
    }
}

#[test]
fn shows_asset_status_from_due_to_sent_to_due_again() {
    let bench = Bench::with_clients(1);
    assert_eq!(now(&bench, FIRST), ("due".to_owned(), None));
    assert!(flat(&story(&bench, FIRST).stdout).contains("due with the next pass: never sent to IQR"));
    bench.sync_well();
    assert_eq!(now(&bench, FIRST), ("up-to-date".to_owned(), None));
    bench.store().edit(1, "memory_bytes", "17179869184", LATER).unwrap();
    assert_eq!(now(&bench, FIRST), ("due".to_owned(), None));
    let before = bench.seen(FIRST).extended_description;
    bench.sync_well();
    let json = bench.run(&["status", &FIRST.to_string(), "--json"]).json();
    let newest = &json["asset"]["changes"][0];
    assert_eq!(newest["field"], "extended_description");
    assert_eq!(
        (newest["from"].as_str(), newest["to"].as_str()),
        (Some(before.as_str()), Some(bench.seen(FIRST).extended_description.as_str()))
    );
    assert!(story(&bench, FIRST).stdout.contains("[-"), "the change is shown word by word");
}

#[test]
fn shows_how_to_send_an_asset_that_maps_differently_now() {
    let mut bench = Bench::with_clients(1);
    bench.sync_well();
    bench.set("templates", "description", "\"{Model}\"");
    assert_eq!(now(&bench, FIRST).0, "differs");
    assert!(flat(&story(&bench, FIRST).stdout).contains(&format!("`wipeos-iqr sync --inventory-id {FIRST}`")));
    bench.sync_with(&["--inventory-id", &FIRST.to_string()]);
    assert_eq!(now(&bench, FIRST).0, "up-to-date");
}

#[test]
fn reports_a_refused_write_in_the_words_of_iqr() {
    let bench = Bench::with_clients(1);
    let body = Body::Text("<string>Specified cast is not valid</string>".to_owned());
    let refusal = Kind::Status { code: 400, headers: Vec::new(), body };
    bench.sandbox.set_faults(vec![Fault::new(When::Path("Inventories/Update".to_owned()), refusal)]);
    bench.sync();
    assert_eq!(now(&bench, FIRST), ("failing".to_owned(), Some("refused".to_owned())));
    let shown = flat(&story(&bench, FIRST).stdout);
    assert!(shown.contains("Specified cast is not valid") && shown.contains("1 try"), "{shown}");
}

#[test]
fn shows_what_was_sent_if_no_client_has_the_id_now() {
    let bench = Bench::with_clients(1);
    bench.sync_well();
    bench.store().delete(1).unwrap();
    let shown = flat(&story(&bench, FIRST).stdout);
    assert!(
        shown.contains("none in WipeOS has this ID in its slot `Inventory ID` now") && shown.contains("last sent"),
        "{shown}"
    );
    assert_eq!(story(&bench, 99).code, Some(7));
}

#[test]
fn escapes_hostile_texts_in_asset_status() {
    let bench = Bench::empty();
    let hostile = iqr_sandbox::store::Client { model: Some("Opti\u{1b}[2JPlex\u{202e}".to_owned()), ..client(0) };
    bench.store().add(&hostile).unwrap();
    let run = story(&bench, FIRST);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(run.stdout.contains("Opti\\u{1b}[2JPlex") && !run.stdout.contains(['\u{1b}', '\u{202e}']), "{run:#?}");
    assert_eq!(story(&bench, MISMATCH_ID).code, Some(7));
}
