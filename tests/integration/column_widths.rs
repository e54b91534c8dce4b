//! Texts that are wider than their columns in IQR, which cuts them or refuses them.

use iqr_sandbox::store::Client;
use iqr_sandbox::{Asset, Field, Options, Overlong, Quirks, samples};

use crate::bench::Bench;

/// A model of 32 characters, most of them of several bytes, and one word that an item number can omit.
const MODEL: &str = "Ünïcödé Näme ä PC Löng Mödél ÄÖÜ";

fn wide(overlong: Overlong) -> Bench {
    let bench = Bench::with_options(Options { quirks: Quirks { overlong, ..Quirks::default() }, ..Options::default() });
    let client = Client { model: Some(MODEL.to_owned()), ..samples::dell() };
    bench.add(&client, Asset::new(samples::DELL_ID).with(Field::SerialNumber, "D09F6Y1"));
    bench
}

#[test]
fn shortens_wide_texts_that_iqr_refuses_and_logs_it_once() {
    let bench = wide(Overlong::Refuse).with("iqr.fields", "description", "\"userdefined1\"");
    let report = bench.sync_well();
    assert_eq!(report.count("sent"), 1, "{report:#?}");
    let item = bench.seen(samples::DELL_ID).item_number;
    let user_defined = bench.sandbox.state().asset(samples::DELL_ID).unwrap().text(Field::UserDefined1).to_owned();
    assert_eq!(item, "ÜNÏCÖDÉ NÄME Ä LÖNG MÖDÉL ÄÖÜ");
    assert_eq!(user_defined, "Ünïcödé Näme ä PC Löng Mödél ÄÖÜ De");
    let told = "description is cut to 35 characters, `sktop` is left out (iqr.widths.description)";
    assert!(report.message(1).contains(told) && report.stderr.contains(told), "{report:#?}");
    bench.assert_idle("it was cut");
    let full = bench.sync_with(&["--full"]);
    assert_eq!((full.count("unchanged"), full.stderr.as_str()), (1, ""), "{full:#?}");
}

#[test]
fn converges_if_a_column_is_narrower_than_configured() {
    let bench = wide(Overlong::Truncate).with("iqr.fields", "description", "\"userdefined1\"").with(
        "iqr.widths",
        "description",
        "0",
    );
    let report = bench.sync_well();
    assert_eq!(report.count("sent"), 1, "{report:#?}");
    assert!(report.message(1).contains("IQR keeps only the first 35 characters of description"), "{report:#?}");
    bench.assert_idle("IQR cut it");
}

#[test]
fn previews_the_cut_text_that_the_pass_sends() {
    let bench = wide(Overlong::Refuse).with("iqr.widths", "extended_description", "20");
    let page = bench.run(&["preview", &samples::DELL_ID.to_string()]).stdout;
    for mark in ["! item_number is cut to 30 characters, `PC` is left out", "(iqr.widths.extended_description)"] {
        assert!(page.contains(mark), "{mark}: {page}");
    }
    let json = bench.run(&["preview", &samples::DELL_ID.to_string(), "--json"]).json();
    let mapped = &json["mapped"];
    assert_eq!(mapped["extended_description"], "Intel Core i7 3770 3");
    assert_eq!(mapped["cuts"][0], serde_json::json!({"field": "item_number", "width": 30, "lost": "PC"}));
    bench.sync_well();
    let seen = bench.seen(samples::DELL_ID);
    assert_eq!(mapped["extended_description"], seen.extended_description.as_str());
    assert_eq!(mapped["item_number"], seen.item_number.as_str());
}
