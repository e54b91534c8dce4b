//! Processor time of one client: its mapping, the merge of its comments, the XML of its update.
//!
//! ```text
//! cargo bench --bench micro
//! ```

use std::path::Path;

use divan::{Bencher, black_box};
use iqr_sandbox::store::{self, Mix};
use wipeos_iqr::config::Config;
use wipeos_iqr::iqr::{Field, update_body};
use wipeos_iqr::mapping;
use wipeos_iqr::model::{AssetUpdate, ClientId, IdRule, InventoryId, Machine, Sent};
use wipeos_iqr::store::Store;
use wipeos_iqr::sync::reconcile::comments::{self, Writing};

fn main() {
    divan::main();
}

/// A sample machine: two drives, six wipes, four tests, and all of the DMI.
struct Sample {
    config: Config,
    machine: Machine,
    update: AssetUpdate,
}

impl Sample {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("wipeos.db");
        store::generate(&path, 1, 2, &Mix::default()).expect("a generated store");
        let store = Store::open(&path, Box::new(|| true), Box::new(|| true)).expect("the store just made");
        let machine = store.client(ClientId(2)).expect("a readable store").expect("the second client").machine;
        let config = Config::parse("", Path::new("wipeos-iqr.toml")).expect("the defaults");
        let update = mapping::map(&machine, &config.rules);
        Self { config, machine, update }
    }
}

#[divan::bench]
fn mapping_of_one_machine(bencher: Bencher<'_, '_>) {
    let sample = Sample::new();
    bencher.bench_local(|| mapping::map(black_box(&sample.machine), &sample.config.rules));
}

/// Merges comments below so many lines of people, as some assets have after years.
#[divan::bench(args = [0, 10, 100])]
fn merge_of_the_comments(bencher: Bencher<'_, '_>, lines: u32) {
    let ours = Sample::new().update.comments;
    let lines: Vec<String> = (0..lines).map(|line| format!("Shelf {line}: moved by hand\r\n")).collect();
    let existing = lines.concat();
    let sent = Sent::default();
    bencher.bench_local(|| comments::merge(black_box(&existing), &ours, &sent, Writing::Replaces));
}

#[divan::bench]
fn xml_of_one_update(bencher: Bencher<'_, '_>) {
    let Sample { config, update, .. } = Sample::new();
    let lines: Vec<String> = update.comments.iter().map(ToString::to_string).collect();
    let comments = lines.join("\n");
    let id = InventoryId::parse(Some("413800"), IdRule::Digits).expect("an inventory ID");
    let fields = [
        (Field::Description, update.description.as_str()),
        (Field::ExtendedDescription, update.extended_description.as_str()),
        (Field::Comments, comments.as_str()),
    ];
    bencher.bench_local(|| update_body(&config.iqr, &id, black_box(&fields)));
}
