use iqr_sandbox::store::{Battery, Client, Disk, Log, Store as Appliance, Wipe};
use iqr_sandbox::{Field, samples};
use serde_json::Value;

use super::*;
use crate::commands::testing::{Bench, without_style};
use crate::model::TemplateKind;

fn load(bench: &Bench, typed: &str, template: Option<TemplateKind>) -> Result<Preview> {
    let (store, ledger) = (bench.store(), bench.ledger());
    let evaluator =
        Evaluator { store: &store, ledger: ledger.as_ref(), config: &bench.config, answers: None, ask_anyway: true };
    Preview::load(&evaluator, typed, template)
}

fn with_iqr(bench: &Bench, typed: &str) -> Preview {
    let mut preview = load(bench, typed, None).unwrap();
    preview.ask_iqr(&bench.config, bench.ledger().as_ref()).unwrap();
    preview
}

fn json(preview: &Preview) -> Value {
    serde_json::to_value(json::Json::from_preview(preview)).unwrap()
}

/// Returns the page of a machine that is added to the store under an ID of its own.
fn page_of(bench: &Bench, client: Client) -> String {
    Appliance::open(&bench.database()).unwrap().add(&client.with_inventory_id("700000")).unwrap();
    shown(bench, &load(bench, "700000", None).unwrap())
}

fn drive(serial: &str, wipes: Vec<Wipe>) -> Disk {
    Disk { serial_number: Some(serial.to_owned()), media: Some("SSD".to_owned()), wipes, ..Disk::default() }
}

/// Returns a wipe that began on this day at ten and, if it has a result, ended an hour later.
fn wipe(day: &str, result: Option<&str>) -> Wipe {
    let at = |hour: u8| Some(format!("{day} {hour}:00:00"));
    let finished_at = if result.is_some() { at(11) } else { None };
    Wipe { result: result.map(str::to_owned), started_at: at(10), finished_at, ..Wipe::default() }
}

fn shown(bench: &Bench, preview: &Preview) -> String {
    without_style(&show::page(preview, &bench.config))
}

#[test]
fn writes_json_as_the_interface_promises() {
    let bench = Bench::new();
    let json = json(&load(&bench, "413800", None).unwrap());
    assert_eq!(json["client_id"], 1);
    assert_eq!(json["inventory_id"], "413800");
    assert_eq!(json["due_because"], serde_json::json!(["never-synced"]));
    assert_eq!(json["held"], Value::Null);
    assert_eq!(json["machine"]["serial_number"], "D09F6Y1");
    let mapped = &json["mapped"];
    assert_eq!((&mapped["manufacturer"], &mapped["item_number"]), (&"DELL".into(), &"OPTIPLEX 9010".into()));
    assert_eq!((&mapped["chassis"], &mapped["template"]), (&"Desktop".into(), &"desktop".into()));
    assert_eq!((&mapped["category"], &mapped["description"]), (&"COMPUTER".into(), &"OptiPlex 9010 Desktop".into()));
    assert_eq!(mapped["comments"][0], "Memory: PASS");
    assert!(mapped["attributes"]["Processor_Name"].is_string(), "attributes are an object");
    assert_eq!((&json["iqr"], &json["changes"]), (&Value::Null, &serde_json::json!([])));
}

#[test]
fn previews_the_changes_that_a_pass_then_makes() {
    let bench = Bench::new();
    let before = bench.sandbox.state().asset(samples::DELL_ID).unwrap().clone();
    let preview = json(&with_iqr(&bench, "413800"));
    assert_eq!(preview["iqr"]["inventory_id"], "413800");
    assert_eq!(&before, bench.sandbox.state().asset(samples::DELL_ID).unwrap(), "a preview writes nothing");
    let planned = preview["changes"].clone();
    bench.pass();
    let made = bench.ledger().unwrap().changes("413800").unwrap();
    assert_eq!(planned.as_array().unwrap().len(), made.len());
    for (_, change) in made {
        let same = planned.as_array().unwrap().iter().find(|planned| planned["field"] == *change.field).unwrap();
        assert_eq!((&same["from"], &same["to"]), (&change.before.into(), &change.after.into()));
    }
    assert_eq!(json(&with_iqr(&bench, "413800"))["changes"], serde_json::json!([]));
    assert_eq!(bench.sandbox.state().sessions_open(), 0);
}

#[test]
fn shows_held_clients_with_advice_and_texts() {
    let bench = Bench::new();
    let rows =
        [("413900", "duplicate-inventory-id"), ("413960", "placeholder-model"), ("4138OO", "invalid-inventory-id")];
    for (typed, reason) in rows {
        let preview = load(&bench, typed, None).unwrap();
        assert_eq!(json(&preview)["held"]["reason"], reason, "{typed}");
        assert!(json(&preview)["mapped"]["comments"][0].is_string(), "{typed}");
        assert!(shown(&bench, &preview).contains(reason));
    }
    let mismatch = with_iqr(&bench, &samples::MISMATCH_ID.to_string());
    assert_eq!(json(&mismatch)["held"]["reason"], "serial-mismatch");
    assert_eq!(json(&mismatch)["changes"], serde_json::json!([]));
    bench.pass();
    let offline = load(&bench, &samples::MISMATCH_ID.to_string(), None).unwrap();
    assert_eq!(json(&offline)["held"]["reason"], "serial-mismatch", "a pass has found it out");
}

#[test]
fn shows_machine_templates_and_word_difference() {
    let bench = Bench::new();
    let first = shown(&bench, &load(&bench, "413800", None).unwrap());
    for text in ["due with the next pass", "slot `Inventory ID`", "template desktop", "Z2AX7K1B", "+ Memory: PASS"] {
        assert!(first.contains(text), "{text}\n{first}");
    }
    bench.pass();
    let dell = samples::DELL_ID;
    bench.sandbox.state().edit(dell, Field::Description, "");
    let store = iqr_sandbox::store::Store::open(&bench.database()).unwrap();
    store.edit(1, "memory_bytes", &(16_u64 << 30).to_string(), "2026-01-01 10:00:00").unwrap();
    let then = shown(&bench, &with_iqr(&bench, "413800"));
    for text in ["edited in WipeOS", "[-8GB-]{+16GB+}", "= Memory: PASS", "{+OptiPlex 9010 Desktop+}"] {
        assert!(then.contains(text), "{text}\n{then}");
    }
    let offline = shown(&bench, &load(&bench, "413800", None).unwrap());
    assert!(offline.contains("= Memory: PASS"), "{offline}");
}

#[test]
fn shows_a_failing_client_with_its_next_try_and_not_as_due() {
    let bench = Bench::new();
    bench.sandbox.state().remove_asset(samples::DELL_ID);
    bench.pass();
    bench.pass();
    let page = shown(&bench, &load(&bench, "413800", None).unwrap());
    for text in ["waits for its next try", "not-in-iqr", "2 tries; next try in", "receive the asset in IQR"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[test]
fn tries_another_template() {
    let bench = Bench::new();
    let preview = load(&bench, "413800", Some(TemplateKind::Laptop)).unwrap();
    assert_eq!(json(&preview)["mapped"]["template"], "laptop");
    let page = shown(&bench, &preview);
    let texts =
        ["as it is sent", "template laptop was asked for; it is sent by", "desktop:", "! nothing for Battery Health"];
    for text in texts {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let own = load(&bench, "413800", Some(TemplateKind::Desktop)).unwrap();
    assert!(shown(&bench, &own).contains("due with the next pass"), "the machine's own template is what is sent");
}

#[test]
fn shows_no_difference_by_another_template_as_sent() {
    let bench = Bench::new();
    bench.pass();
    let mut preview = load(&bench, "413800", Some(TemplateKind::Laptop)).unwrap();
    preview.ask_iqr(&bench.config, bench.ledger().as_ref()).unwrap();
    let page = shown(&bench, &preview);
    assert!(page.contains("by the template that was asked for (not sent)"), "{page}");
    assert!(!page.contains("differs from IQR"), "{page}");
}

#[test]
fn shows_an_unfinished_wipe_beside_the_one_that_counts() {
    let bench = Bench::new();
    let rewiped = vec![wipe("2026-01-01", Some("Success")), wipe("2026-01-02", None)];
    let disks = vec![
        drive("AGAIN001", rewiped),
        drive("FIRST001", vec![wipe("2026-01-03", None)]),
        drive("NEVER001", vec![]),
        Disk { media: Some("DVDRW".to_owned()), ..Disk::default() },
    ];
    let page = page_of(&bench, Client { disks, ..samples::dell() });
    // Wherever the lines end.
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "wipe: `Success`, no method, finished 2026-01-01 11:00",
        "! a newer wipe has not ended: no result, no method, begun 2026-01-02 10:00 (",
        "+ Wipe - AGAIN001: PASS, 2026-01-01",
        "! drive 0: a newer wipe has not ended; its line tells of the one that has",
        "! no wipe has ended; the newest: no result, no method, begun 2026-01-03 10:00 (",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    assert_eq!(page.matches("! never wiped").count(), 1, "a disc drive stores nothing\n{page}");
    assert_eq!(page.matches("+ Wipe").count(), 1, "{page}");
}

#[test]
fn numbers_drives_as_their_comment_lines() {
    let bench = Bench::new();
    let unnamed = Disk { serial_number: None, ..drive("", vec![wipe("2026-01-01", Some("Success"))]) };
    let client = Client { disks: vec![drive("S1", vec![]), unnamed], ..samples::dell() };
    Appliance::open(&bench.database()).unwrap().add(&client.with_inventory_id("700000")).unwrap();
    let store = Appliance::open(&bench.database()).unwrap();
    store.connection().execute("DELETE FROM disk WHERE serial_number = 'S1'", []).unwrap();
    let page = shown(&bench, &load(&bench, "700000", None).unwrap());
    for text in ["drive 1         SSD, no S/N", "+ Wipe - drive 1: PASS"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[test]
fn says_what_wipeos_does_not_know_of_a_machine() {
    let page = page_of(&Bench::new(), Client::default());
    for label in ["maker, model    not known", "processor       not known", "memory          not known"] {
        assert!(page.contains(label), "{label}\n{page}");
    }
    for label in ["serial number   none", "drives          none", "tests           none", "chassis         no word"] {
        assert!(page.contains(label), "{label}\n{page}");
    }
}

#[test]
fn keeps_every_line_of_any_machine_within_the_page() {
    for text in ["x".repeat(300), "日本".repeat(100), "❤\u{fe0f}".repeat(90), "long words / and {braces} ".repeat(20)]
    {
        let some = || Some(text.clone());
        let wipe = Wipe { method: some(), result: some(), ..wipe("2026-01-01", Some("Success")) };
        let disk = Disk { model: some(), interface: some(), health: some(), ..drive(&text, vec![wipe]) };
        let client = Client {
            manufacturer: some(),
            model: some(),
            serial_number: some(),
            processor: some(),
            graphics: some(),
            technician: some(),
            batteries: vec![Battery { health_percent: Some(4_000_000_000), cycles: Some(4_000_000_000) }; 20],
            disks: vec![disk; 3],
            logs: vec![Log::of("2026-01-01 12:00:00", &[(&text, &text), ("USB", &text), (&text, "PASS")])],
            ..samples::dell()
        };
        // It is checked where the style is taken away.
        assert!(page_of(&Bench::new(), client).contains("Comment lines"));
    }
}

#[test]
fn suggests_similar_ids_for_an_unknown_one() {
    let bench = Bench::new();
    for typed in ["431800", "41380", "413801", "4138000", "413-800", "4I38o0", "41e800"] {
        let error = load(&bench, typed, None).err().unwrap();
        assert_eq!(Exit::from_error(&error), Exit::NotFound, "{typed}");
        assert!(error.to_string().contains("did you mean 413800?"), "{error}");
    }
    Appliance::open(&bench.database()).unwrap().add(&samples::dell().with_inventory_id("7OO123")).unwrap();
    let error = load(&bench, "700123", None).err().unwrap();
    assert!(error.to_string().contains("did you mean 7OO123?"), "a held client is found: {error}");
    for typed in ["99", "", "x"] {
        let error = load(&bench, typed, None).err().unwrap();
        assert_eq!(Exit::from_error(&error), Exit::NotFound, "{typed}");
        assert!(!error.to_string().contains("near it"), "{error}");
    }
}

#[test]
fn makes_a_preview_beside_a_running_pass() {
    let bench = Bench::new();
    let running = crate::ledger::RunLedger::open(&bench.config.ledger.path).unwrap();
    load(&bench, "413800", None).unwrap();
    drop(running);
}

#[test]
fn reports_a_missing_asset_by_its_own_exit_code() {
    let bench = Bench::new();
    bench.sandbox.state().remove_asset(samples::DELL_ID);
    let mut preview = load(&bench, "413800", None).unwrap();
    let error = preview.ask_iqr(&bench.config, None).unwrap_err();
    assert_eq!(Exit::from_error(&error), Exit::NotFound);
    assert_eq!(json(&preview)["mapped"]["manufacturer"], "DELL", "what is known without IQR is shown all the same");
}
