use serde_json::{Value, json};

use super::*;
use crate::commands::testing::{Bench, without_style};

fn status(bench: &Bench, id: Option<&str>) -> Result<Status> {
    let (store, ledger) = (bench.store(), bench.ledger());
    let mut status = Status::from_ledger(ledger.as_ref(), Timestamp::from_unix_millis(0))?;
    let args = StatusArgs { inventory_id: id.map(str::to_owned), json: false, html: None };
    status.add_store(&bench.config, &store, ledger.as_ref(), &args, clock::now())?;
    Ok(status)
}

fn as_json(status: &Status) -> Value {
    serde_json::to_value(json::Json::from_status(status, clock::now())).unwrap()
}

fn shown(status: &Status) -> String {
    without_style(&show::page(status, clock::now(), false))
}

#[test]
fn counts_every_client_as_due_before_the_first_pass() {
    let bench = Bench::new();
    let status = status(&bench, None).unwrap();
    assert_eq!(as_json(&status)["due"], 8);
    assert!(shown(&status).contains("no pass was made yet"));
}

#[test]
fn writes_json_as_the_interface_promises() {
    let bench = Bench::new();
    bench.pass();
    let status = as_json(&status(&bench, None).unwrap());
    assert_eq!(status["due"], 0);
    assert_eq!(status["failing"], json!([]));
    let held: Vec<&str> = status["held"].as_array().unwrap().iter().map(|it| it["reason"].as_str().unwrap()).collect();
    assert_eq!(held.len(), 6, "{held:?}");
    for key in ["client_id", "inventory_id", "reason", "message", "attempts", "since", "next_try"] {
        assert!(status["held"][0].get(key).is_some(), "{key}");
    }
    let pass = &status["passes"][0];
    assert_eq!((&pass["outcome"], &pass["sent"], &pass["held"]), (&json!("done"), &json!(2), &json!(6)));
    for key in ["started_at", "finished_at", "unchanged", "failed", "deferred", "requests"] {
        assert!(!pass[key].is_null(), "{key}");
    }
    assert!(!status["last_pass"].is_null());
}

#[test]
fn makes_a_client_due_by_each_criterion_only() {
    let bench = Bench::new();
    bench.pass();
    let store = iqr_sandbox::store::Store::open(&bench.database()).unwrap();
    let due = || as_json(&status(&bench, None).unwrap())["due"].clone();
    store.edit(1, "technician", "JW", "2026-01-01 10:00:00").unwrap();
    assert_eq!(due(), 1);
    store.add_log(2, &iqr_sandbox::store::Log::of("2026-01-01 11:00:00", &[("USB", "FAIL")])).unwrap();
    assert_eq!(due(), 2);
    bench.pass();
    assert_eq!(due(), 0);
}

#[test]
fn describes_a_healthy_appliance_in_six_lines() {
    let bench = Bench::new();
    let store = iqr_sandbox::store::Store::open(&bench.database()).unwrap();
    (3..=8).for_each(|client| store.delete(client).unwrap());
    bench.pass();
    bench.pass();
    let page = shown(&status(&bench, None).unwrap());
    assert_eq!(page.lines().count(), 6, "{page}");
    assert!(page.contains("2 sent"), "{page}");
}

#[test]
fn lists_held_clients_with_reason_and_advice() {
    let bench = Bench::new();
    bench.pass();
    let page = shown(&status(&bench, None).unwrap());
    for text in ["6 clients", "duplicate-inventory-id", "4138OO", "correct it in WipeOS"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[test]
fn lists_missing_indexes_with_the_statement_that_adds_them() {
    let bench = Bench::new();
    let store = iqr_sandbox::store::Store::open(&bench.database()).unwrap();
    let sql =
        "SELECT group_concat('DROP INDEX ' || name, ';') FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL";
    let drop: String = store.connection().query_row(sql, [], |row| row.get(0)).unwrap();
    store.connection().execute_batch(&drop).unwrap();
    let page = shown(&status(&bench, None).unwrap());
    assert!(page.contains("CREATE INDEX wipe_finished_at ON wipe(finished_at);"), "{page}");
}

#[test]
fn shows_what_was_sent_to_one_asset_and_when() {
    let bench = Bench::new();
    bench.pass();
    let one = status(&bench, Some("413800")).unwrap();
    assert_eq!(as_json(&one)["held"], json!([]));
    assert_eq!(as_json(&one)["asset"]["sent"][0]["client_id"], 1);
    let page = shown(&one);
    assert!(page.contains("{+OptiPlex 9010 Desktop+}"), "{page}");
    let error = status(&bench, Some("99")).err().unwrap();
    assert_eq!(Exit::from_error(&error), Exit::NotFound);
}

#[test]
fn shows_the_ledger_without_the_wipeos_database() {
    let bench = Bench::new();
    bench.pass();
    let status = Status::from_ledger(bench.ledger().as_ref(), Timestamp::from_unix_millis(0)).unwrap();
    assert_eq!(as_json(&status)["due"], Value::Null);
    assert!(shown(&status).contains("6 clients"));
}
