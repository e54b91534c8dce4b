//! The 5,000 real machines, from a store to IQR.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use iqr_sandbox::store::from_machines;

use crate::bench::Bench;

#[expect(clippy::print_stdout, reason = "whoever runs the tests shall know that one of them did nothing")]
fn machines() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/dmi-dev.jsonl");
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

#[test]
fn five_thousand_real_machines_are_sent_or_held_and_a_second_pass_asks_nothing() {
    let Some(path) = machines() else { return };
    let bench = Bench::empty();
    fs::remove_file(bench.database()).unwrap();
    let made = from_machines(&bench.database(), &path, 7).unwrap();
    bench.sandbox.state().options.keep_requests = false;
    bench.sandbox.state().add_assets(made.assets.iter().cloned());
    let report = bench.sync();
    let counts = ["sent", "unchanged", "held", "failed", "deferred"].map(|what| report.count(what));
    assert_eq!((report.code, counts[3], counts[4]), (Some(0), 0, 0), "{counts:?}, {}", report.stderr);
    assert_eq!(counts.iter().sum::<u64>(), made.clients, "{counts:?}");

    let fates: BTreeMap<i64, &str> = report
        .items()
        .iter()
        .map(|item| (item["client_id"].as_i64().unwrap(), item["reason"].as_str().unwrap_or_default()))
        .collect();
    for (client, reason) in &made.held {
        let told = fates[client];
        assert!(told == *reason || told == "placeholder-model", "client {client} is {told:?}, not {reason}");
    }
    let others = fates.iter().filter(|(client, _)| made.held.iter().all(|(held, _)| held != *client));
    assert!(others.into_iter().all(|(_, reason)| ["", "placeholder-model"].contains(reason)));

    bench.assert_sound("5,000 machines");
    bench.assert_signed_out("5,000 machines");
    assert_no_placeholder_items(&bench);
    let requests = bench.sandbox.counters().requests;
    let second = bench.sync_well();
    assert_eq!((second.count("due"), bench.sandbox.counters().requests), (0, requests), "{second:#?}");
}

fn assert_no_placeholder_items(bench: &Bench) {
    const FILLERS: [&str; 12] = [
        "filled by",
        "system manufacturer",
        "system product",
        "default string",
        "not specified",
        "not applicable",
        "all series",
        "invalid",
        "o.e.m",
        "product name",
        "01234567",
        "xxxx",
    ];
    let state = bench.sandbox.state();
    for item in state.items().iter().filter(|item| item.asset_creator != "person") {
        for text in [&item.item_number, &item.mfgr] {
            let folded = text.to_lowercase();
            assert!(!FILLERS.iter().any(|filler| folded.contains(filler)), "{item:?}");
            assert!(folded.chars().any(char::is_alphanumeric), "{item:?}");
            assert!(!["none", "unknown", "n/a", "sku", "oem", "null"].contains(&folded.as_str()), "{item:?}");
        }
    }
}
