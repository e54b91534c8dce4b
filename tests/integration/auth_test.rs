//! `auth-test`: every step is reported, a probe only reads, and nothing is written unless the asset is named twice.

use std::fs;
use std::net::TcpListener;

use iqr_sandbox::{Asset, Comments, Fault, Field, Kind, Request, When};
use serde_json::Value;

use crate::bench::{Bench, FIRST, Run};

const ID: &str = "700001";

fn bench() -> Bench {
    let bench = Bench::with_clients(1);
    bench.sandbox.state().edit(FIRST, Field::InventoryComments, "Scratch on lid\nHinge loose");
    bench
}

/// Returns verdict and message of the first step with this name.
fn step<'a>(json: &'a Value, name: &str) -> (&'a str, &'a str) {
    let steps = json["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["step"] == name).unwrap_or_else(|| panic!("no {name} in {json:#}"));
    (step["verdict"].as_str().unwrap(), step["message"].as_str().unwrap())
}

fn lines(json: &Value) -> Vec<&str> {
    json["config"].as_array().map(|lines| lines.iter().map(|line| line.as_str().unwrap()).collect()).unwrap_or_default()
}

fn write_test(bench: &Bench) -> Run {
    bench.run(&["auth-test", "--probe", ID, "--write-test", "--yes-write-to", ID, "--json"])
}

/// Returns whether a request is neither a session call nor a read.
fn is_write(request: &Request) -> bool {
    request.is_write() && !request.is_session()
}

#[test]
fn reports_every_step_from_config_to_clock() {
    let mut bench = bench();
    bench.set("metrics", "textfile", "\"nowhere/x.prom\"");
    bench.sync_well();
    let run = bench.run(&["auth-test", "--json"]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    let json = run.json();
    for name in ["config", "indexes", "connection", "sign-in", "read", "sign-out", "clock"] {
        assert_eq!(step(&json, name).0, "ok", "{name}: {json:#}");
    }
    assert!(step(&json, "WipeOS database").1.contains("newest client 1"), "{json:#}");
    assert!(step(&json, "ledger").1.contains("last good pass"), "{json:#}");
    assert!(step(&json, "API key").1.ends_with("api-key"), "{json:#}");
    assert!(step(&json, "host").1.contains("127.0.0.1"), "{json:#}");
    assert_eq!(step(&json, "metrics").0, "warning", "its folder is not there: {json:#}");
}

#[test]
fn ends_with_exit_code_of_first_failed_step() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let urls = [(format!("http://{closed}"), "connection"), ("https://iqr.invalid".to_owned(), "host")];
    for (url, failing) in urls {
        let bench = bench().with("iqr", "signin_url", &format!("{url:?}"));
        let run = bench.run(&["auth-test", "--json"]);
        assert_eq!(run.code, Some(5), "{run:#?}");
        assert_eq!(step(&run.json(), failing).0, "failed");
        assert!(!run.stdout.contains("sign-in\""), "{run:#?}");
    }
    let bench = bench();
    bench.write_key("another+key");
    assert_eq!(bench.run(&["auth-test"]).code, Some(4));
}

#[test]
fn probes_the_api_with_reads_only() {
    let bench = bench();
    let (run, requests) = bench.requests_of(|| bench.run(&["auth-test", "--probe", ID, "--json"]));
    assert_eq!(run.code, Some(0), "{run:#?}");
    let json = run.json();
    for name in ["inventory_get", "item_search", "item_get", "category_list", "missing asset", "inventorycomments"] {
        assert_eq!(step(&json, name).0, "ok", "{name}: {json:#}");
    }
    assert!(step(&json, "inventory_get").1.contains("200, application/json"), "{json:#}");
    assert!(step(&json, "missing asset").1.contains("JSON null"), "{json:#}");
    assert!(step(&json, "inventorycomments").1.contains("Scratch on lid"), "{json:#}");
    assert!(requests.iter().all(|request| !is_write(request)), "{requests:#?}");
    assert!(!bench.ledger().exists(), "it makes no ledger");
}

#[test]
fn reports_missing_fields_and_endpoints_in_a_probe() {
    let mut bench = bench().with("iqr.fields", "description", "\"shortdesc\"");
    bench.set("iqr.endpoints", "category_list", "{ method = \"GET\", path = \"No/JSON/Such\" }");
    let json = bench.run(&["auth-test", "--probe", ID, "--json"]).json();
    let (verdict, message) = step(&json, "shortdesc");
    assert_eq!(verdict, "warning");
    assert!(message.contains("it has") && message.contains("description"), "{message}");
    let (verdict, message) = step(&json, "category_list");
    assert_eq!((verdict, message.contains("404")), ("warning", true), "{message}");
    let unknown = bench.run(&["auth-test", "--probe", "999", "--json"]);
    assert_eq!((unknown.code, step(&unknown.json(), "asset").0), (Some(7), "failed"));
}

#[test]
fn refuses_write_test_unless_asset_is_named_twice() {
    let bench = bench();
    for arguments in [
        &["--write-test"][..],
        &["--probe", ID, "--write-test"],
        &["--probe", ID, "--write-test", "--yes-write-to", "700002"],
        &["--probe", ID, "--yes-write-to", ID],
        &["--write-test", "--yes-write-to", ID],
    ] {
        let arguments = [&["auth-test"], arguments].concat();
        let (run, requests) = bench.requests_of(|| bench.run(&arguments));
        assert_eq!((run.code, requests.len()), (Some(2), 0), "{arguments:?}: {run:#?}");
        assert!(run.stderr.contains("--"), "it says which option is missing: {run:#?}");
    }
}

#[test]
fn writes_three_fields_in_write_test_and_restores_them() {
    for (comments, mode) in [(Comments::Adds, "changed"), (Comments::Replaces, "full")] {
        let bench = bench();
        bench.sandbox.state().add_asset(Asset::new(FIRST + 1));
        bench.set_comment_semantics(comments);
        let (before, other) = (bench.seen(FIRST), bench.seen(FIRST + 1));
        let (run, requests) = bench.requests_of(|| write_test(&bench));
        assert_eq!(run.code, Some(0), "{run:#?}");
        let writes: Vec<&Request> = requests.iter().filter(|request| is_write(request)).collect();
        assert!(writes.iter().all(|write| write.targets("Inventories/Update")), "{writes:#?}");
        assert_eq!((bench.seen(FIRST + 1), bench.writes(FIRST + 1)), (other, 0));
        let after = bench.seen(FIRST);
        assert_eq!(
            (&after.description, &after.extended_description),
            (&before.description, &before.extended_description)
        );
        let json = run.json();
        assert_eq!(step(&json, "write description").0, "ok", "{json:#}");
        if comments == Comments::Replaces {
            assert_eq!(after, before);
            assert_eq!(lines(&json), ["[sync]", "comments = \"full\""]);
        } else {
            assert_eq!(after.comments.replace("\r\n", "\n"), format!("{}\nwipeos-iqr test", before.comments));
            assert!(step(&json, "write inventorycomments").1.contains("remove them by hand"), "{json:#}");
            assert_eq!(step(&json, "comments mode").0, "ok", "{mode}: {json:#}");
        }
        bench.assert_signed_out(mode);
    }
}

#[test]
fn detects_comment_semantics_even_without_comments() {
    for (comments, words) in [(Comments::Adds, "added to the lines"), (Comments::Replaces, "in place of the lines")] {
        let bench = Bench::with_clients(1);
        bench.set_comment_semantics(comments);
        let json = write_test(&bench).json();
        assert!(step(&json, "write inventorycomments").1.contains(words), "{json:#}");
    }
}

#[test]
fn suggests_an_empty_field_for_one_iqr_does_not_store() {
    let bench = bench();
    bench.sandbox.state().options.quirks.dropped_fields.insert("extendeddescription".to_owned());
    bench.sandbox.state().edit(FIRST, Field::UserDefined1, "Pallet 7");
    let json = write_test(&bench).json();
    let (verdict, message) = step(&json, "write extendeddescription");
    assert_eq!((verdict, message.contains("does not change")), ("warning", true), "{message}");
    assert_eq!(lines(&json)[..1], ["[iqr.fields]"]);
    assert!(lines(&json)[1].starts_with("extended_description = \"userdefined2\""), "{json:#}");
    let state = bench.sandbox.state();
    assert_eq!(state.asset(FIRST).unwrap().text(Field::UserDefined1), "Pallet 7", "that one is in use");
}

/// The printed lines are valid lines of a config.
#[test]
fn prints_config_lines_for_a_tenant_that_writes_json_only() {
    let mut bench = bench();
    let xml = When::Path("Inventories/Update/XML".to_owned());
    bench.sandbox.set_faults(vec![Fault::new(xml, Kind::status(400))]);
    let run = write_test(&bench);
    let json = run.json();
    assert!(lines(&json).contains(&"[iqr.endpoints]"), "{json:#}");
    let line = lines(&json).into_iter().find(|line| line.starts_with("inventory_update")).unwrap();
    bench.set("iqr.endpoints", "inventory_update", line.split_once(" = ").unwrap().1);
    bench.sync_well();
}

/// The sign-in of the write test is another one than that of the steps before it.
#[test]
fn exits_by_the_failure_within_a_write_test() {
    for (status, code) in [(401, 4), (503, 5)] {
        let bench = bench();
        let signin = When::Path("/api/IntegrationAPI/Session".to_owned());
        bench
            .sandbox
            .set_faults(vec![Fault::new(signin, Kind::status(status)).and(When::Method("POST".to_owned())).skip(1)]);
        let run = write_test(&bench);
        assert_eq!(run.code, Some(code), "{run:#?}");
    }
}

#[test]
fn locks_out_passes_during_a_write_test() {
    let bench = bench();
    let lock = fs::File::create(bench.path("ledger.db.lock")).unwrap();
    lock.lock().unwrap();
    let (run, requests) = bench.requests_of(|| write_test(&bench));
    assert_eq!(run.code, Some(75), "{run:#?}");
    assert!(requests.iter().all(|request| !is_write(request)), "{requests:#?}");
}
