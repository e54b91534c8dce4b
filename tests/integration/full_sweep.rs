//! `sync --full`: a sweep over every client, in one pass or in several.

use crate::bench::{Bench, client};

const CLIENTS: i64 = 10;

/// Runs a pass; returns the keys of the clients that it evaluated, and how many are left.
fn evaluated(bench: &Bench, arguments: &[&str]) -> (Vec<i64>, u64) {
    let report = bench.sync_with(arguments);
    assert_eq!((report.code, report.outcome()), (Some(0), "done"), "{report:#?}");
    let mut clients: Vec<i64> = report.items().iter().map(|item| item["client_id"].as_i64().unwrap()).collect();
    clients.sort_unstable();
    (clients, report.count("deferred"))
}

#[test]
fn reaches_every_client_with_limited_full_passes() {
    let bench = Bench::with_clients(CLIENTS);
    bench.sync_well();
    let limited = ["--full", "--limit", "4"];
    assert_eq!(evaluated(&bench, &limited), (vec![1, 2, 3, 4], 6));
    assert_eq!(evaluated(&bench, &limited), (vec![5, 6, 7, 8], 6), "round to where it began");
    assert_eq!(evaluated(&bench, &limited), (vec![1, 2, 9, 10], 6));
    assert_eq!(evaluated(&bench, &["--full"]), ((1..=CLIENTS).collect(), 0), "without a limit it is all of them");
    assert_eq!(evaluated(&bench, &limited), (vec![1, 2, 3, 4], 6), "and the next begins anew");
}

#[test]
fn sends_news_after_a_full_pass_cut_by_its_limit() {
    let bench = Bench::with_clients(CLIENTS);
    bench.sync_well();
    bench.add(&client(CLIENTS), iqr_sandbox::Asset::new(crate::bench::FIRST + CLIENTS));
    assert_eq!(evaluated(&bench, &["--full", "--limit", "1"]).0, [CLIENTS + 1], "news comes first");
    assert_eq!(evaluated(&bench, &["--full", "--limit", "3"]).0, [1, 2, 3]);
    bench.assert_idle("a plain pass has nothing to do");
}
