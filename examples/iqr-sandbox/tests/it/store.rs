use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use iqr_sandbox::store::{
    FIRST_ID, ID_SLOT, IMEI_SLOT, Journal, Log, Mix, SCHEMA, Store, Wipe, assets_of, from_machines, generate,
    slot_values, touch,
};
use iqr_sandbox::{Field, samples};
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wipeos.db");
    (folder, path)
}

fn number(path: &Path, sql: &str) -> i64 {
    Store::open(path).unwrap().connection().query_row(sql, [], |row| row.get(0)).unwrap()
}

fn digest(path: &Path) -> String {
    let sql = "SELECT group_concat(manufacturer || serial_number || updated_at || value) FROM client \
               JOIN client_slot ON client_id = client.id";
    Store::open(path).unwrap().connection().query_row(sql, [], |row| row.get(0)).unwrap()
}

const MIX: Mix =
    Mix { blank: 50, invalid: 50, duplicate: 50, placeholder: 50, unknown: 50, imei: 0, journal: Journal::Delete };

#[test]
fn has_exactly_the_tables_and_indexes_of_the_contract() {
    let (_folder, path) = folder();
    Store::create(&path, Journal::Wal).unwrap();
    let objects = |kind| number(&path, &format!("SELECT count(*) FROM sqlite_schema WHERE type = '{kind}'"));
    assert_eq!((objects("table"), objects("index"), objects("view")), (7, 10, 0));
    assert!(SCHEMA.contains("-- CREATE VIEW client AS"));
}

#[test]
fn generates_a_store_of_the_given_size_and_mix() {
    let (_folder, path) = folder();
    let summary = generate(&path, 7, 4000, &MIX).unwrap();
    let counted = ["client", "disk", "wipe"].map(|table| number(&path, &format!("SELECT count(*) FROM {table}")));
    assert_eq!(counted.map(i64::unsigned_abs), [summary.clients, summary.disks, summary.wipes]);
    assert_eq!((summary.disks, summary.wipes, summary.last_id), (6000, 12_000, FIRST_ID + 3999));
    let blank = "SELECT count(*) FROM client_slot WHERE name = 'Inventory ID' AND value IS NULL";
    assert!((150..250).contains(&number(&path, blank)));
    let twice = "SELECT count(*) FROM (SELECT 1 FROM client_slot WHERE name = 'Inventory ID' AND value IS NOT NULL \
                 GROUP BY value HAVING count(*) > 1)";
    assert!((100..250).contains(&number(&path, twice)));
    let unknown = format!("SELECT count(*) FROM client_slot WHERE CAST(value AS INTEGER) > {}", summary.last_id);
    assert_eq!(number(&path, &unknown).unsigned_abs(), summary.unknown);
}

#[test]
fn generates_the_same_store_from_the_same_seed() {
    let digests = [1, 1, 2].map(|seed| {
        let (_folder, path) = folder();
        generate(&path, seed, 200, &MIX).unwrap();
        digest(&path)
    });
    assert!(digests[0] == digests[1] && digests[1] != digests[2]);
}

#[test]
fn gives_an_imei_to_a_share_of_clients_and_changes_no_other() {
    let digests = [0, 250].map(|share| {
        let (_folder, path) = folder();
        generate(&path, 1, 1000, &Mix { imei: share, ..MIX }).unwrap();
        let imeis = slot_values(&path, IMEI_SLOT).unwrap();
        let all: BTreeSet<&String> = imeis.iter().collect();
        assert_eq!(all.len(), imeis.len(), "an IMEI stands twice");
        assert_eq!(imeis.is_empty(), share == 0);
        assert!((150..350).contains(&imeis.len()) || share == 0, "{}", imeis.len());
        let slots = "SELECT count(*) FROM client_slot WHERE name = 'IMEI'";
        assert_eq!(number(&path, slots), if share == 0 { 0 } else { 1000 });
        Store::open(&path).unwrap().connection().execute("DELETE FROM client_slot WHERE name = 'IMEI'", []).unwrap();
        digest(&path)
    });
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn leaves_the_journal_as_requested() {
    for (journal, word) in [(Journal::Wal, "wal"), (Journal::Delete, "delete")] {
        let (_folder, path) = folder();
        generate(&path, 1, 10, &Mix { journal, ..MIX }).unwrap();
        let store = Store::open(&path).unwrap();
        let mode: String = store.connection().query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        assert_eq!(mode, word);
    }
}

#[test]
fn makes_a_share_of_a_store_due_again() {
    let (_folder, path) = folder();
    generate(&path, 1, 1000, &Mix::default()).unwrap();
    let touched = touch(&path, 2, 100, "2030-01-01 00:00:00").unwrap();
    let newer = number(&path, "SELECT count(*) FROM client WHERE updated_at = '2030-01-01 00:00:00'");
    assert!((60..150).contains(&touched) && newer.unsigned_abs() == touched);
}

#[test]
fn edits_a_live_store_as_wipeos_does() {
    let (_folder, path) = folder();
    let mut store = Store::create(&path, Journal::Wal).unwrap();
    let id = store.add(&samples::dell()).unwrap();
    store.set_slot(id, ID_SLOT, "99", "2024-01-01 00:00:00").unwrap();
    store.add_wipe(id, 0, &Wipe::default()).unwrap();
    store.add_log(id, &Log::of("2024-01-02 00:00:00", &[("USB", "PASS")])).unwrap();
    assert_eq!(number(&path, "SELECT count(*) FROM client WHERE updated_at = '2024-01-01 00:00:00'"), 1);
    assert_eq!(number(&path, "SELECT CAST(value AS INTEGER) FROM client_slot"), 99);
    assert_eq!(number(&path, "SELECT count(*) FROM wipe WHERE finished_at IS NULL"), 1);
    assert_eq!(number(&path, "SELECT count(*) FROM diagnostics_log"), 2);
    store.edit(id, "model", "OptiPlex 9020", "2024-01-03 00:00:00").unwrap();
    assert_eq!(number(&path, "SELECT count(*) FROM client WHERE model = 'OptiPlex 9020'"), 1);
    store.delete(id).unwrap();
    assert_eq!(number(&path, "SELECT count(*) FROM client"), 0);
}

#[test]
fn lists_assets_of_a_store_with_a_valid_id() {
    let (_folder, path) = folder();
    samples::two_screens().write(&path).unwrap();
    let assets = assets_of(&path, ID_SLOT).unwrap();
    let ids: Vec<i64> = assets.iter().map(|asset| asset.inventory_id).collect();
    assert_eq!(ids, [413_800, 413_900, 413_950, 413_960, 421_905]);
    assert_eq!((assets[0].text(Field::SerialNumber), assets[1].text(Field::SerialNumber)), ("D09F6Y1", "TWICE001"));
}

const MACHINES: &str = r#"
{"manufacturer":"Dell Inc.","product":"Inspiron 3521","version":"A12","sku":null,"family":"103C","chassis_type":"Portable","cpus":[{"version":"Intel(R) Core(TM) i3-3217U CPU @ 1.80GHz","cores":"2"}],"memory":[{"size":"4096 MB","type":"DDR3"},{"size":"4 GB","type":"DDR3"},{"size":"16 MB","type":"Flash"}],"batteries":[{}]}
{"manufacturer":null,"product":null,"version":null,"sku":null,"family":null,"chassis_type":null,"cpus":[],"memory":[],"batteries":[]}
"#;

#[test]
fn keeps_firmware_values_of_real_machines() {
    let (folder, path) = folder();
    let list = folder.path().join("machines.jsonl");
    std::fs::write(&list, MACHINES).unwrap();
    let machines = from_machines(&path, &list, 3).unwrap();
    assert_eq!(machines.clients, 2);
    let first = "SELECT count(*) FROM client WHERE id = 1 AND model = 'Inspiron 3521' AND chassis_type = 8 \
                 AND processor_cores = 2 AND memory_bytes = 8589934592 AND memory_type = 'DDR3'";
    let second = "SELECT count(*) FROM client WHERE id = 2 AND manufacturer IS NULL AND chassis_type IS NULL \
                  AND memory_bytes IS NULL AND processor IS NULL";
    assert_eq!((number(&path, first), number(&path, second)), (1, 1));
    assert_eq!(number(&path, "SELECT count(DISTINCT serial_number) FROM client"), 2);
}

#[test]
fn reports_a_malformed_list_with_its_line() {
    let (folder, path) = folder();
    let list = folder.path().join("machines.jsonl");
    std::fs::write(&list, "\nnothing\n").unwrap();
    let error = from_machines(&path, &list, 3).unwrap_err();
    assert_eq!(error.to_string(), "line 2 of the list of machines is no machine");
}

#[test]
fn lists_held_machines_and_gives_others_their_asset() {
    let (folder, path) = folder();
    let list = folder.path().join("machines.jsonl");
    let dell = MACHINES.lines().nth(1).unwrap();
    std::fs::write(&list, vec![dell; 2000].join("\n")).unwrap();
    let machines = from_machines(&path, &list, 3).unwrap();
    let kinds = |reason| machines.held.iter().filter(|(_, held)| *held == reason).count();
    let reasons = ["blank-inventory-id", "invalid-inventory-id", "duplicate-inventory-id", "serial-mismatch"];
    assert!(reasons.map(kinds).iter().all(|&count| count > 5), "{:?}", reasons.map(kinds));
    let keys: BTreeSet<i64> = machines.held.iter().map(|&(key, _)| key).collect();
    assert_eq!(keys.len(), machines.held.len(), "no client is held twice");
    // Of each pair of duplicates one has an asset.
    let without = kinds(reasons[0]) + kinds(reasons[1]) + kinds(reasons[2]) / 2;
    assert_eq!(machines.assets.len(), 2000 - without);
    assert!(machines.assets.iter().any(|asset| asset.comment_lines().len() == 2));
}
