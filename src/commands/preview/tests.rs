use iqr_sandbox::{Field, samples};
use serde_json::Value;

use super::*;
use crate::commands::testing::{Bench, without_style};

fn gather(bench: &Bench, typed: &str, template: Option<TemplateKind>) -> Result<Preview> {
    let (store, ledger) = (bench.store(), bench.ledger());
    let examiner = Examiner { store: &store, ledger: ledger.as_ref(), config: &bench.config, ask_anyway: true };
    Preview::gather(&examiner, typed, template)
}

fn with_iqr(bench: &Bench, typed: &str) -> Preview {
    let mut preview = gather(bench, typed, None).unwrap();
    preview.ask_iqr(&bench.config, bench.ledger().as_ref()).unwrap();
    preview
}

fn json(preview: &Preview) -> Value {
    serde_json::to_value(json::Json::of(preview)).unwrap()
}

fn shown(bench: &Bench, preview: &Preview) -> String {
    without_style(&show::page(preview, &bench.config))
}

#[test]
fn scripts_get_what_the_interface_promises() {
    let bench = Bench::new();
    let json = json(&gather(&bench, "413800", None).unwrap());
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
fn with_iqr_the_changes_are_those_that_a_pass_then_makes() {
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
        let same = planned.as_array().unwrap().iter().find(|planned| planned["field"] == change.field).unwrap();
        assert_eq!((&same["from"], &same["to"]), (&change.before.into(), &change.after.into()));
    }
    assert_eq!(json(&with_iqr(&bench, "413800"))["changes"], serde_json::json!([]));
    assert_eq!(bench.sandbox.state().sessions_open(), 0);
}

#[test]
fn held_clients_are_shown_with_what_to_do_and_what_would_be_sent() {
    let bench = Bench::new();
    let rows =
        [("413900", "duplicate-inventory-id"), ("413960", "placeholder-model"), ("4138OO", "invalid-inventory-id")];
    for (typed, reason) in rows {
        let preview = gather(&bench, typed, None).unwrap();
        assert_eq!(json(&preview)["held"]["reason"], reason, "{typed}");
        assert!(json(&preview)["mapped"]["comments"][0].is_string(), "{typed}");
        assert!(shown(&bench, &preview).contains(reason));
    }
    let mismatch = with_iqr(&bench, &samples::MISMATCH_ID.to_string());
    assert_eq!(json(&mismatch)["held"]["reason"], "serial-mismatch");
    assert_eq!(json(&mismatch)["changes"], serde_json::json!([]));
    bench.pass();
    let offline = gather(&bench, &samples::MISMATCH_ID.to_string(), None).unwrap();
    assert_eq!(json(&offline)["held"]["reason"], "serial-mismatch", "a pass has found it out");
}

#[test]
fn the_page_shows_the_machine_the_templates_and_the_difference_word_by_word() {
    let bench = Bench::new();
    let first = shown(&bench, &gather(&bench, "413800", None).unwrap());
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
    let offline = shown(&bench, &gather(&bench, "413800", None).unwrap());
    assert!(offline.contains("= Memory: PASS"), "{offline}");
}

#[test]
fn a_client_that_failed_is_shown_with_its_next_try_and_not_as_due() {
    let bench = Bench::new();
    bench.sandbox.state().remove_asset(samples::DELL_ID);
    bench.pass();
    bench.pass();
    let page = shown(&bench, &gather(&bench, "413800", None).unwrap());
    for text in ["waits for its next try", "not-in-iqr", "2 tries; next try in", "receive the asset in IQR"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[test]
fn another_template_can_be_tried() {
    let bench = Bench::new();
    let preview = gather(&bench, "413800", Some(TemplateKind::Laptop)).unwrap();
    assert_eq!(json(&preview)["mapped"]["template"], "laptop");
    assert!(shown(&bench, &preview).contains("! nothing for Battery Health"));
}

#[test]
fn an_id_that_no_client_has_is_answered_with_those_near_it() {
    let bench = Bench::new();
    for typed in ["431800", "41380", "413801", "4138000"] {
        let error = gather(&bench, typed, None).err().unwrap();
        assert_eq!(Exit::of(&error), Exit::NotFound, "{typed}");
        assert!(error.to_string().contains("near it there is 413800"), "{error}");
    }
    for typed in ["99", "", "x"] {
        let error = gather(&bench, typed, None).err().unwrap();
        assert_eq!(Exit::of(&error), Exit::NotFound, "{typed}");
        assert!(!error.to_string().contains("near it"), "{error}");
    }
}

#[test]
fn a_preview_is_made_beside_a_running_pass() {
    let bench = Bench::new();
    let running = crate::ledger::RunLedger::open(&bench.config.ledger.path).unwrap();
    gather(&bench, "413800", None).unwrap();
    drop(running);
}

#[test]
fn what_iqr_does_not_have_is_an_error_of_its_own_code() {
    let bench = Bench::new();
    bench.sandbox.state().remove_asset(samples::DELL_ID);
    let mut preview = gather(&bench, "413800", None).unwrap();
    let error = preview.ask_iqr(&bench.config, None).unwrap_err();
    assert_eq!(Exit::of(&error), Exit::NotFound);
    assert_eq!(json(&preview)["mapped"]["manufacturer"], "DELL", "what is known without IQR is shown all the same");
}
