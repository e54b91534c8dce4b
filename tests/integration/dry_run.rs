//! Commands that only read: `sync --dry-run` and `preview --remote` send GETs and session calls, and leave no trace.

use std::time::{Duration, Instant};

use iqr_sandbox::{Fault, Kind, Request, When, samples};

use crate::bench::{Bench, PATIENCE, Report};

/// Creates a bench with every kind of client: sent, held, failing, with a master item to create.
fn bench() -> Bench {
    let bench = Bench::with_screens();
    bench.store().add(&crate::bench::client(0)).unwrap();
    bench
}

fn is_harmless(request: &Request) -> bool {
    request.method == "GET" || request.is_session()
}

#[test]
fn predicts_the_pass_in_a_dry_run() {
    let bench = bench();
    let before = bench.all_seen();
    let (dry, requests) = bench.requests_of(|| bench.sync_with(&["--dry-run"]));
    assert!(requests.iter().all(is_harmless), "{requests:#?}");
    assert!(requests.iter().any(|request| request.method == "GET"), "{requests:#?}");
    assert_eq!(bench.all_seen(), before);
    assert_eq!(bench.sandbox.state().items().len(), 1);
    assert!(!bench.ledger().exists(), "a dry run leaves no ledger behind");
    bench.assert_signed_out("a dry run");

    let wet = bench.sync();
    assert_eq!(dry.items().len(), wet.items().len());
    for item in wet.items() {
        let client = item["client_id"].as_i64().unwrap();
        assert_eq!(dry.item(client)["changes"], item["changes"], "{dry:#?}");
        assert_eq!(dry.fate(client), wet.fate(client));
    }
}

#[test]
fn changes_nothing_in_the_ledger_in_a_dry_run() {
    let bench = bench();
    bench.sync();
    bench.store().edit(1, "memory_bytes", &(16_i64 << 30).to_string(), crate::bench::LATER).unwrap();
    let content = || bench.in_ledger::<String>("SELECT group_concat(client_id || hex(digest) || hex(seen)) FROM sent");
    let before = content();
    let passes = bench.in_ledger::<i64>("SELECT count(*) FROM pass");
    let (report, requests) = bench.requests_of(|| bench.sync_with(&["--dry-run"]));
    assert_eq!(report.fate(1), ("sent", None));
    assert!(requests.iter().all(is_harmless), "{requests:#?}");
    assert_eq!((content(), bench.in_ledger::<i64>("SELECT count(*) FROM pass")), (before, passes));
    assert_eq!(bench.sync().fate(1), ("sent", None));
}

#[test]
fn previews_with_reads_only_what_is_then_sent() {
    let bench = bench();
    let before = bench.all_seen();
    for id in [samples::DELL_ID, samples::PANASONIC_ID] {
        let id = id.to_string();
        let (run, requests) = bench.requests_of(|| bench.run(&["preview", &id, "--remote", "--json"]));
        assert!(requests.iter().all(is_harmless), "{requests:#?}");
        let preview = run.json();
        let fields: Vec<_> = preview["changes"].as_array().unwrap().iter().map(|change| &change["field"]).collect();
        let report = bench.sync_with(&["--dry-run", "--inventory-id", &id]);
        let client = preview["client_id"].as_i64().unwrap();
        assert_eq!(serde_json::json!(fields), report.item(client)["changes"], "{preview:#}");
    }
    assert_eq!(bench.all_seen(), before);
    bench.assert_signed_out("a preview");
}

#[test]
fn previews_without_any_request() {
    let bench = bench();
    let (run, requests) = bench.requests_of(|| bench.run(&["preview", "413800", "--json"]));
    assert_eq!((run.code, requests.len()), (Some(0), 0), "{run:#?}");
    assert_eq!(run.json()["mapped"]["item_number"], "OPTIPLEX 9010");
}

/// A dry run beside a pass, and a pass beside a dry run: neither waits for the other.
#[test]
fn runs_pass_and_dry_run_side_by_side() {
    for (first, second) in
        [(&["sync", "--dry-run"][..], &["sync", "--json"][..]), (&["sync"], &["sync", "--dry-run", "--json"])]
    {
        let bench = Bench::with_clients(2);
        bench.sync_well();
        bench.store().edit(1, "memory_bytes", &(16_i64 << 30).to_string(), crate::bench::LATER).unwrap();
        bench.sandbox.state().forget_requests();
        bench.sandbox.set_faults(vec![Fault::new(When::Nth(1), Kind::SilentHead(PATIENCE))]);
        let before = bench.sandbox.counters().requests;
        let hanging = bench.spawn(first);
        let started = Instant::now();
        while bench.sandbox.counters().requests == before {
            assert!(started.elapsed() < PATIENCE, "{first:?} should ask");
            std::thread::sleep(Duration::from_millis(1));
        }
        let report = Report::of(bench.run(second));
        assert_eq!((report.code, report.fate(1)), (Some(0), ("sent", None)), "{second:?}: {report:#?}");
        drop(hanging);
    }
}
