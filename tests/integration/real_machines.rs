//! Machines with real firmware values, from a store to IQR.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use iqr_sandbox::rng::Rng;
use iqr_sandbox::store::from_machines;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::bench::Bench;

/// Returns the path of the list that `DMI_MACHINES` names, or of the one that comes with the sources.
fn machines() -> PathBuf {
    let ours = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/labelled_machines.jsonl");
    env::var_os("DMI_MACHINES").map_or_else(ours, PathBuf::from)
}

#[test]
fn sends_or_holds_real_machines_and_asks_nothing_again() {
    let bench = Bench::empty();
    fs::remove_file(bench.database()).unwrap();
    let made = from_machines(&bench.database(), &machines(), 7).unwrap();
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

    bench.assert_sound("real machines");
    bench.assert_signed_out("real machines");
    assert_no_placeholder_items(&bench);
    let requests = bench.sandbox.counters().requests;
    let second = bench.sync_well();
    assert_eq!((second.count("due"), bench.sandbox.counters().requests), (0, requests), "{second:#?}");
}

/// Spellings that firmware uses elsewhere: makers, and products with every character that occurs in one.
const SPELLINGS: [&str; 10] = [
    "LENOVO.",
    ".ell Inc.",
    " dell inc",
    "HP-Pavilion",
    "Hewlett Packard Enterprise",
    "Micro-Star International, Co., Ltd",
    "Gigabyte Tecohnology Co., Ltd.",
    "Default string",
    "O.E.M.",
    "XXXXXX",
];
const PRODUCTS: [&str; 8] = [
    "ThinkSystem SR650 -[7X06CTO1WW]-",
    "X9DRi-LN4+/X9DR3-LN4+",
    "a & b <c> \"d\" 'e' #f, [g]?",
    "]]>&amp;%41",
    "Größe Ω 日本",
    "System Product Name",
    "VivoBook_ASUSLaptop X515JAB_X515JA",
    "Mac14,2",
];

/// Generates machines whose fields come from different machines of the excerpt: none is real, and each could be.
fn recombined(rng: &mut Rng, count: usize) -> String {
    let rows: Vec<Value> =
        include_str!("../data/machines.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rows: Vec<&Value> = rows.iter().collect();
    let mut lines = String::new();
    for _ in 0..count {
        let mut row = rows[0].clone();
        for (name, value) in row.as_object_mut().unwrap() {
            *value = rng.pick(&rows)[name].clone();
        }
        if rng.chance(300) {
            row["manufacturer"] = rng.pick(&SPELLINGS).into();
        }
        if rng.chance(300) {
            row["product"] = rng.pick(&PRODUCTS).into();
        }
        writeln!(lines, "{row}").unwrap();
    }
    lines
}

#[test]
fn sends_unknown_machines_exactly_as_previewed() {
    for (seed, format) in [(1, "xml"), (2, "json")] {
        let path = format!("{{ path = \"Inventories/Update/{}\", format = \"{format}\" }}", format.to_uppercase());
        let bench = Bench::empty().with("iqr.endpoints", "inventory_update", &path);
        fs::remove_file(bench.database()).unwrap();
        let list = bench.path("machines.jsonl");
        fs::write(&list, recombined(&mut Rng::new(seed), 150)).unwrap();
        let made = from_machines(&bench.database(), &list, seed).unwrap();
        bench.sandbox.state().add_assets(made.assets.iter().cloned());
        let report = bench.sync_well();
        assert_eq!(report.count("sent") + report.count("held"), made.clients, "{report:#?}");
        bench.assert_sound(format);
        assert_no_placeholder_items(&bench);
        let ids = made.assets.iter().map(|asset| asset.inventory_id);
        for id in ids.filter(|id| bench.sandbox.state().asset(*id).unwrap().writes > 0).take(25) {
            let preview = bench.run(&["preview", &id.to_string(), "--json"]).json();
            let (seen, mapped) = (bench.seen(id), &preview["mapped"]);
            assert_eq!(mapped["description"], seen.description.as_str(), "{format}");
            assert_eq!(mapped["extended_description"], seen.extended_description.as_str(), "{format}");
            assert_clean(mapped["attributes"]["Processor_Name"].as_str().unwrap());
        }
    }
}

#[test]
fn fits_a_complete_preview_of_any_machine_on_its_page() {
    let bench = Bench::empty();
    fs::remove_file(bench.database()).unwrap();
    let list = bench.path("machines.jsonl");
    fs::write(&list, recombined(&mut Rng::new(5), 60)).unwrap();
    let made = from_machines(&bench.database(), &list, 5).unwrap();
    bench.sandbox.state().add_assets(made.assets.iter().cloned());
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    for id in made.assets.iter().map(|asset| asset.inventory_id.to_string()).take(50) {
        let page = bench.run(&["preview", &id, "--remote"]).stdout;
        assert!(page.lines().all(|line| line.width() <= 80 && !line.contains('\u{1b}')), "{page}");
        let (json, shown) = (bench.run(&["preview", &id, "--json"]).json(), bare(&page));
        let (mapped, drives) = (&json["mapped"], &json["machine"]["drives"]);
        let lines = mapped["comments"].as_array().unwrap().iter();
        for text in lines.chain(["item_number", "description", "extended_description"].map(|key| &mapped[key])) {
            assert!(shown.contains(&bare(text.as_str().unwrap())), "{text}\n{page}");
        }
        let is_unfinished = |wipe: &Value| wipe["finished_at"].is_null() && wipe["result"].is_null();
        let all = |drive: &Value| drive["wipes"].as_array().unwrap().last().cloned();
        let unfinished = drives.as_array().unwrap().iter().filter_map(all).filter(is_unfinished).count();
        assert_eq!(
            page.matches("has not ended:").count() + page.matches("no wipe has ended;").count(),
            unfinished,
            "{page}"
        );
        let never = drives.as_array().unwrap().iter().filter(|drive| drive["wipes"].as_array().unwrap().is_empty());
        assert_eq!(page.matches("! never wiped").count(), never.count(), "{page}");
    }
}

fn assert_clean(processor: &str) {
    let is_dirty = ["(R)", "(TM)", "@", "  "].iter().any(|dirt| processor.contains(dirt)) || processor.ends_with("GH");
    assert!(!is_dirty, "{processor}");
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
