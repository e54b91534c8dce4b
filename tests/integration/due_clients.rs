//! Due clients: the four criteria of the specification, each alone, and news that no clock shows.

use iqr_sandbox::samples;
use iqr_sandbox::store::{Log, SAMPLE_TIME, Wipe};
use iqr_sandbox::{Asset, Field};

use crate::bench::{Bench, FIRST, LATER, client};

/// Creates a bench with three clients that are sent and have no news.
fn settled() -> Bench {
    let bench = Bench::with_clients(3);
    assert_eq!(bench.sync_well().count("sent"), 3);
    bench.assert_idle("all three are sent");
    bench
}

/// Asserts that the next pass evaluates the first client only and sends its news.
#[track_caller]
fn assert_first_is_sent(bench: &Bench, changes: &[&str]) {
    let report = bench.sync_well();
    assert_eq!((report.count("due"), report.fate(1)), (1, ("sent", None)), "{report:#?}");
    assert_eq!(report.item(1)["changes"], serde_json::json!(changes));
    bench.assert_idle("the news is sent");
    bench.assert_sound("the news is sent");
}

/// Bytes that are no UTF-8 sort after every text, and are no time.
#[test]
fn fails_only_the_client_whose_time_is_no_text() {
    for (table, column) in [("client", "updated_at"), ("wipe", "finished_at"), ("diagnostics_log", "created_at")] {
        for value in ["x'ff'", "CAST(x'ff' AS TEXT)", "CAST(x'323032362d31312d3232ff' AS TEXT)"] {
            for is_new in [true, false] {
                let bench = if is_new { Bench::with_clients(3) } else { settled() };
                let context = format!("{table}.{column} = {value}, new: {is_new}");
                let set = format!("UPDATE {table} SET {column} = {value} WHERE id = (SELECT min(id) FROM {table})");
                assert_eq!(bench.store().connection().execute(&set, []).unwrap(), 1, "{context}");
                // When a client was updated says nothing of the machine.
                let failed = u64::from(table != "client");
                let report = bench.sync();
                assert_eq!(report.count("failed"), failed, "{context}: {report:#?}");
                assert_eq!(bench.sync_with(&["--full"]).count("failed"), failed, "{context}");
                let reason: Option<String> = bench.in_ledger("SELECT max(reason) FROM problem");
                assert_eq!(reason.as_deref(), (failed > 0).then_some("bad-record"), "{context}");
                let heal = format!("UPDATE {table} SET {column} = ?1 WHERE id = (SELECT min(id) FROM {table})");
                bench.store().connection().execute(&heal, [LATER]).unwrap();
                assert_ne!(bench.sync_with(&["--retry"]).fate(1).0, "failed", "{context}");
            }
        }
    }
}

fn failed_wipe(at: &str) -> Wipe {
    Wipe {
        method: Some("NIST SP 800-88 Clear".to_owned()),
        result: Some("Failed".to_owned()),
        verified: Some(false),
        started_at: Some(at.to_owned()),
        finished_at: Some(at.to_owned()),
    }
}

#[test]
fn selects_client_never_synced() {
    let bench = settled();
    bench.add(&client(3), Asset::new(FIRST + 3));
    let report = bench.sync_well();
    assert_eq!((report.count("due"), report.fate(4)), (1, ("sent", None)));
    bench.assert_idle("the new one is sent");
}

#[test]
fn selects_client_updated_since() {
    let bench = settled();
    bench.store().edit(1, "memory_bytes", &(16_i64 << 30).to_string(), LATER).unwrap();
    assert_first_is_sent(&bench, &["extended_description"]);
    assert!(bench.seen(FIRST).extended_description.contains("/16GB/"));
}

#[test]
fn selects_client_with_finished_wipe() {
    let bench = settled();
    bench.store().add_wipe(1, 0, &failed_wipe(LATER)).unwrap();
    assert_first_is_sent(&bench, &["comments"]);
    let newest = bench.lines(FIRST).pop().unwrap();
    assert!(newest.starts_with("Wipe - Z2AX7K1B: FAIL"), "{newest}");
}

#[test]
fn selects_client_with_new_diagnostics() {
    let bench = settled();
    bench.store().add_log(1, &Log::of(LATER, &[("Ethernet", "FAIL")])).unwrap();
    assert_first_is_sent(&bench, &["comments"]);
    assert_eq!(bench.lines(FIRST).pop().unwrap(), "Ethernet: FAIL");
}

#[test]
fn ignores_a_running_wipe_until_it_ends() {
    let bench = settled();
    let store = bench.store();
    let running = Wipe { finished_at: None, result: None, ..failed_wipe(LATER) };
    let wipe = store.add_wipe(1, 0, &running).unwrap();
    let before = bench.seen(FIRST);
    bench.assert_idle("a wipe began");
    assert_eq!(bench.seen(FIRST), before);
    let sql = "UPDATE wipe SET finished_at = ?1, result = 'Aborted' WHERE id = ?2";
    store.connection().execute(sql, rusqlite::params![LATER, wipe]).unwrap();
    assert_first_is_sent(&bench, &["comments"]);
}

#[test]
fn sends_no_request_for_a_change_that_alters_nothing_sent() {
    let bench = settled();
    let before = bench.all_seen();
    bench.store().edit(1, "asset_tag", "77-1", LATER).unwrap();
    bench.store().add_log(2, &Log::of(LATER, &[("Webcam", "PASS")])).unwrap();
    let (report, requests) = bench.requests_of(|| bench.sync_well());
    assert_eq!((report.count("due"), report.count("unchanged")), (2, 2), "{report:#?}");
    assert_eq!(requests, []);
    assert_eq!(bench.all_seen(), before);
    bench.assert_idle("both were evaluated");
}

#[test]
fn writes_no_asset_that_is_up_to_date() {
    let bench = settled();
    bench.forget_ledger();
    let writes: Vec<u64> = (0..3).map(|number| bench.writes(FIRST + number)).collect();
    let (report, requests) = bench.requests_of(|| bench.sync_well());
    assert_eq!((report.count("unchanged"), report.count("sent")), (3, 0));
    assert!(requests.iter().all(|request| !request.is_write() || request.is_session()), "{requests:#?}");
    assert_eq!(writes, (0..3).map(|number| bench.writes(FIRST + number)).collect::<Vec<_>>());
}

/// Two logs in one clock tick: the second has the time of the first.
#[test]
fn detects_second_log_within_the_same_second() {
    let bench = settled();
    bench.store().add_log(1, &Log::of(LATER, &[("Ethernet", "FAIL")])).unwrap();
    assert_first_is_sent(&bench, &["comments"]);
    bench.store().add_log(1, &Log::of(LATER, &[("Memory", "FAIL")])).unwrap();
    assert_first_is_sent(&bench, &["comments"]);
}

#[test]
fn detects_news_older_than_the_last_pass() {
    let bench = settled();
    bench.store().add_log(1, &Log::of("2019-01-01 00:00:00", &[("Touchpad", "PASS")])).unwrap();
    assert_first_is_sent(&bench, &["comments"]);
    bench.store().edit(1, "memory_bytes", &(4_i64 << 30).to_string(), "2019-01-01 00:00:00").unwrap();
    assert_first_is_sent(&bench, &["extended_description"]);
}

/// WipeOS's clock ticks in seconds: the edit leaves `updated_at` as it was when the client was sent.
#[test]
fn sends_edit_within_the_same_second_by_the_next_sweep() {
    let bench = settled().with("sync", "full_comparison_every", "\"1ms\"");
    bench.sync_well();
    bench.store().edit(1, "memory_bytes", &(16_i64 << 30).to_string(), SAMPLE_TIME).unwrap();
    assert_first_is_sent(&bench, &["extended_description"]);
}

#[test]
fn sends_all_to_new_asset_after_inventory_id_correction() {
    let bench = settled();
    bench.sandbox.state().add_asset(Asset::new(800_000).with(Field::InventoryComments, "lid cracked"));
    let old = bench.seen(FIRST);
    bench.store().set_slot(1, "Inventory ID", "800000", LATER).unwrap();
    assert_first_is_sent(&bench, &["master_item", "description", "extended_description", "comments"]);
    assert_eq!(bench.seen(FIRST), old);
    let new = bench.seen(800_000);
    assert_eq!((new.item_number, new.description), (old.item_number, old.description));
    assert_eq!(new.comments, format!("lid cracked\n{}", old.comments));
}

#[test]
fn ignores_client_deleted_while_due() {
    let bench = settled();
    bench.store().edit(1, "memory_bytes", &(16_i64 << 30).to_string(), LATER).unwrap();
    bench.store().delete(1).unwrap();
    bench.add(&samples::dell(), Asset::new(samples::DELL_ID));
    let report = bench.sync_well();
    assert_eq!(report.count("sent"), 1, "{report:#?}");
    bench.assert_idle("it is gone");
}
