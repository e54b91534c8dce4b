//! WipeOS databases that are written anew as a whole: with their own rows, which is no event, or with those of other
//! machines.

use std::fs;

use iqr_sandbox::Asset;
use iqr_sandbox::store::{Client, Journal, Store};
use serde_json::Value;

use crate::bench::{Bench, FIRST, LATER, client};
use crate::left_behind::{EDITS, FREE, sent, today};
use crate::monitoring::samples;

/// Creates the store of a bench anew and renames it over the old one.
fn replace_store(bench: &Bench, clients: &[Client]) {
    let path = bench.path("new.db");
    let mut store = Store::create(&path, Journal::Delete).unwrap();
    for client in clients {
        store.add(client).unwrap();
    }
    drop(store);
    for end in ["-wal", "-shm"] {
        _ = fs::remove_file(bench.path(&format!("wipeos.db{end}")));
    }
    fs::rename(path, bench.database()).unwrap();
}

#[test]
fn says_nothing_of_a_store_that_is_written_anew_with_its_rows() {
    let bench = sent(4);
    for _ in 0..2 {
        replace_store(&bench, &(0..4).map(client).collect::<Vec<_>>());
        bench.sync_well();
        assert_eq!(bench.left_behind(), []);
    }
    let moved = client(1).with_inventory_id(&FREE.to_string());
    replace_store(&bench, &[client(0), moved, client(2), client(3)]);
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST + 1, Some(FREE), true)], "a correction is one in any file");
}

#[test]
fn raises_one_notice_for_a_store_that_was_replaced() {
    let bench = sent(5).with("metrics", "textfile", "\"x.prom\"");
    bench.sandbox.state().add_assets((FIRST + 5..FIRST + 12).map(Asset::new));
    // Other machines of the same keys; the first of them gets an ID that a machine of the old store had.
    let mut clients: Vec<Client> = (6..11).map(client).collect();
    clients[0] = client(6).with_inventory_id(&(FIRST + 3).to_string());
    replace_store(&bench, &clients);
    let report = bench.sync_well();
    assert_eq!(report.count("sent"), 5, "{report:#?}");
    let notices = bench.notices();
    assert_eq!(notices.len(), 1, "{notices:#?}");
    assert_eq!((&notices[0]["attention"], &notices[0]["assets"]), (&Value::Bool(false), &Value::from(4)));
    let what =
        format!("the WipeOS database was replaced on {}: 4 assets show what machines of the old one sent", today());
    assert!(bench.text_of(&["status"]).contains(&what), "{}", bench.text_of(&["status"]));
    assert!(bench.text_of(&["status", &(FIRST + 4).to_string()]).contains(&what));
    assert!(!bench.text_of(&["status", &(FIRST + 3).to_string()]).contains("replaced"), "it was sent since");
    let metrics = samples(&fs::read_to_string(bench.path("x.prom")).unwrap());
    assert_eq!(metrics["wipeos_iqr_left_behind_assets"], "1");
    bench.assert_idle("it asks nothing");
    // A correction in the new store is a notice of its own.
    bench.retype(5, FIRST + 11, EDITS[0]);
    bench.sync_well();
    let expected = [(FIRST, None, false), (FIRST + 10, Some(FIRST + 11), true)];
    assert_eq!(bench.left_behind(), expected);
    assert_eq!(bench.dismiss(FIRST + 4, "all of them are sold").code, Some(0));
    assert_eq!(bench.left_behind(), expected[1..]);
}

#[test]
fn counts_a_replaced_store_once_over_several_passes() {
    let bench = sent(4).with("iqr", "connections", "1");
    bench.sandbox.state().add_assets((FIRST + 5..FIRST + 12).map(Asset::new));
    replace_store(&bench, &(6..10).map(client).collect::<Vec<_>>());
    for _ in 0..4 {
        bench.sync_with(&["--limit", "1"]);
        assert_eq!(bench.notices().len(), 1);
    }
    assert_eq!(bench.notices()[0]["assets"], 4);
}

/// The key of a deleted client may be given to the next one.
#[test]
fn says_nothing_of_a_key_that_was_given_anew() {
    let bench = sent(3);
    let store = bench.store();
    for table in ["client_slot", "battery", "disk", "diagnostics_log"] {
        store.connection().execute(&format!("DELETE FROM {table} WHERE client_id = 3"), []).unwrap();
    }
    store.delete(3).unwrap();
    let new = bench.store().add(&client(7).with_inventory_id(&FREE.to_string())).unwrap();
    assert_eq!(new, 3);
    let report = bench.sync_well();
    assert_eq!((report.fate(3), bench.left_behind()), (("sent", None), vec![]));
}

/// A ledger of an older version knows machines by their keys alone.
#[test]
fn follows_by_its_key_what_an_older_version_has_sent() {
    let bench = sent(1);
    let connection = rusqlite::Connection::open(bench.ledger()).unwrap();
    let older = "ALTER TABLE asset DROP COLUMN printed; ALTER TABLE intent DROP COLUMN printed;
                 DROP TABLE left_behind; ALTER TABLE sent DROP COLUMN created_at;
                 ALTER TABLE sent DROP COLUMN serial_number; PRAGMA user_version = 7;";
    connection.execute_batch(older).unwrap();
    drop(connection);
    bench.retype(1, FREE, LATER);
    bench.store().edit(1, "serial_number", "CHANGED77", EDITS[0]).unwrap();
    bench.sync_well();
    assert_eq!(bench.left_behind(), [(FIRST, Some(FREE), true)]);
}
