//! Held clients: every reason with its code, nothing sent, and released when the cause is corrected.

use iqr_sandbox::samples::{self, DUPLICATE_ID, MISMATCH_ID, PLACEHOLDER_ID};
use iqr_sandbox::store::ID_SLOT;
use iqr_sandbox::{Asset, Fault, Field, Kind, When};

use crate::bench::{Bench, FIRST, LATER, client};

/// Creates a bench whose two machines of the screens are sent and whose others are held.
fn passed() -> Bench {
    let bench = Bench::with_screens();
    bench.sandbox.state().add_assets((FIRST..FIRST + 3).map(Asset::new));
    let report = bench.sync_well();
    assert_eq!((report.count("sent"), report.count("held"), report.count("due")), (2, 6, 8), "{report:#?}");
    bench
}

#[track_caller]
fn assert_sent(bench: &Bench, clients: &[i64]) {
    let report = bench.sync_with(&["--retry"]);
    for client in clients {
        assert_eq!(report.fate(*client), ("sent", None), "{report:#?}");
    }
    assert_eq!(report.count("sent"), clients.len() as u64, "{report:#?}");
    bench.assert_idle("what was released is sent");
}

#[test]
fn reports_every_held_client_by_code_and_sends_nothing() {
    let bench = Bench::with_screens();
    let report = bench.sync_well();
    for (client, reason) in samples::two_screens().held {
        assert_eq!(report.fate(client), ("held", Some(reason)), "{report:#?}");
        assert!(!report.message(client).is_empty(), "{reason} says what to do");
    }
    for id in [DUPLICATE_ID, MISMATCH_ID, PLACEHOLDER_ID] {
        assert_eq!(bench.writes(id), 0, "asset {id}");
    }
    let mut items: Vec<String> = bench.sandbox.state().items().iter().map(|item| item.item_number.clone()).collect();
    items.sort();
    assert_eq!(items, ["CF-33-1", "OPTIPLEX 9010", "TBD API"]);
    bench.assert_idle("held clients wait without a request");
    bench.assert_signed_out("held clients");
}

#[test]
fn releases_client_once_its_inventory_id_is_typed() {
    let bench = passed();
    bench.store().set_slot(3, ID_SLOT, &FIRST.to_string(), LATER).unwrap();
    let report = bench.sync_well();
    assert_eq!(report.fate(3), ("sent", None));
    bench.store().set_slot(4, ID_SLOT, &format!(" 0{} ", FIRST + 1), LATER).unwrap();
    assert_eq!(bench.sync_well().fate(4), ("sent", None));
    bench.assert_idle("both are sent");
}

/// The client whose slot is edited has news; the other one, which was not edited, is released by it.
#[test]
fn releases_duplicate_if_the_other_client_is_edited() {
    let bench = passed();
    bench.store().set_slot(6, ID_SLOT, &FIRST.to_string(), LATER).unwrap();
    let report = bench.sync_well();
    assert_eq!((report.fate(5), report.fate(6)), (("sent", None), ("sent", None)), "{report:#?}");
    bench.assert_idle("both are sent");
}

#[test]
fn releases_duplicate_if_the_other_client_is_deleted() {
    let bench = passed();
    bench.store().delete(6).unwrap();
    let report = bench.sync_well();
    assert_eq!(report.fate(5), ("sent", None), "{report:#?}");
    bench.assert_idle("it is sent");
}

#[test]
fn holds_client_that_claims_the_id_of_a_sent_one() {
    let bench = passed();
    let before = bench.seen(samples::DELL_ID);
    let thief = bench.store().add(&client(0).with_inventory_id(&format!(" {} ", samples::DELL_ID))).unwrap();
    let report = bench.sync_well();
    assert_eq!(report.fate(thief), ("held", Some("duplicate-inventory-id")), "{report:#?}");
    assert_eq!(bench.seen(samples::DELL_ID), before);
}

#[test]
fn sends_the_newest_record_of_one_machine() {
    let bench = Bench::with_clients(1);
    bench.sync_well();
    let again = bench.store().add(&iqr_sandbox::store::Client { memory_bytes: Some(4 << 30), ..client(0) }).unwrap();
    let report = bench.sync_well();
    assert_eq!(report.fate(again).0, "sent", "{report:#?}");
    assert!(bench.seen(FIRST).extended_description.contains("/4GB/"));
    // The older record is no rival, whatever is edited in it.
    bench.store().edit(1, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
    let report = bench.sync_well();
    assert_eq!(report.fate(1), ("held", Some("duplicate-inventory-id")), "{report:#?}");
    assert!(bench.seen(FIRST).extended_description.contains("/4GB/"));
    bench.assert_idle("the newest record stands");
    bench.assert_sound("the newest record stands");
}

#[test]
fn sends_older_record_once_the_newer_one_is_deleted() {
    let bench = Bench::with_clients(1);
    bench.sync_well();
    let again = bench.store().add(&iqr_sandbox::store::Client { memory_bytes: Some(4 << 30), ..client(0) }).unwrap();
    bench.sync_well();
    bench.store().delete(again).unwrap();
    assert_sent(&bench, &[1]);
    assert!(bench.seen(FIRST).extended_description.contains("/8GB/"));
}

#[test]
fn releases_serial_mismatch_corrected_in_iqr() {
    let bench = passed();
    bench.sandbox.state().edit(MISMATCH_ID, Field::SerialNumber, "mine0001");
    assert_sent(&bench, &[7]);
}

#[test]
fn releases_serial_mismatch_corrected_in_wipeos() {
    let bench = passed();
    bench.store().set_slot(7, ID_SLOT, &FIRST.to_string(), LATER).unwrap();
    assert_eq!(bench.sync_well().fate(7), ("sent", None));
    assert_eq!(bench.writes(MISMATCH_ID), 0);
}

#[test]
fn sends_serial_mismatch_if_the_config_allows() {
    for check in ["\"warn\"", "\"off\""] {
        let mut bench = passed();
        bench.set("sync", "serial_check", check);
        let report = bench.sync_well();
        assert_eq!(report.fate(7).0, "sent", "{check}: {report:#?}");
        assert_eq!(report.message(7).contains("THEIRS01"), check == "\"warn\"", "{report:#?}");
    }
}

#[test]
fn releases_placeholder_once_the_machine_has_a_name() {
    let bench = passed();
    bench.store().edit(8, "manufacturer", "Dell Inc.", LATER).unwrap();
    assert_eq!(bench.sync_well().fate(8), ("held", Some("placeholder-model")));
    bench.store().edit(8, "model", "OptiPlex 9010", "2024-05-01 09:00:01").unwrap();
    // The filler serial number of its firmware identifies no machine.
    assert_eq!(bench.sync_well().fate(8), ("sent", None));
}

#[test]
fn fails_only_client_of_missing_asset_until_it_is_received() {
    for miss in [
        iqr_sandbox::Miss::Null,
        iqr_sandbox::Miss::EmptyObject,
        iqr_sandbox::Miss::Text,
        iqr_sandbox::Miss::ObjectWithoutId,
        iqr_sandbox::Miss::NotFound,
    ] {
        let bench = Bench::with_clients(3);
        bench.sandbox.state().options.quirks.miss = miss;
        bench.sandbox.state().remove_asset(FIRST + 1);
        let report = bench.sync();
        assert_eq!((report.code, report.count("sent")), (Some(1), 2), "{miss:?}: {report:#?}");
        // A 404 with the service's own page means a wrong path in the config, unless the path has worked before.
        let is_first = miss == iqr_sandbox::Miss::NotFound && report.fate(2).1 == Some("refused");
        let reason = if is_first { "refused" } else { "not-in-iqr" };
        assert_eq!(report.fate(2), ("failed", Some(reason)), "{miss:?}: {report:#?}");
        bench.sandbox.state().add_asset(Asset::new(FIRST + 1));
        assert_sent(&bench, &[2]);
    }
}

#[test]
fn reports_unreadable_record_once_and_finds_it_by_id() {
    let bench = Bench::with_clients(2);
    let store = bench.store();
    let sql = "UPDATE diagnostics_log SET created_at = 'yesterday' WHERE client_id = 1";
    assert!(store.connection().execute(sql, []).unwrap() > 0);
    let report = bench.sync();
    assert_eq!((report.fate(1), report.fate(2)), (("failed", Some("bad-record")), ("sent", None)), "{report:#?}");
    assert_eq!(report.item(1)["inventory_id"], FIRST.to_string());
    assert_eq!(report.stderr.matches("client 1").count(), 1, "{report:#?}");
    assert!(report.message(1).contains("created_at") && report.message(1).contains("yesterday"), "{report:#?}");
    let status = bench.run(&["status", &FIRST.to_string(), "--json"]).json();
    assert_eq!(status["failing"][0]["inventory_id"], FIRST.to_string(), "{status:#}");
    let preview = bench.run(&["preview", &FIRST.to_string()]);
    assert!(preview.stdout.contains("yesterday"), "{preview:#?}");
}

#[test]
fn evaluates_clients_that_shared_an_id_by_key_once_each() {
    let bench = Bench::empty().with("iqr", "connections", "1").and_clients(5);
    for id in 1..=5 {
        bench.store().set_slot(id, ID_SLOT, &FIRST.to_string(), LATER).unwrap();
    }
    assert_eq!(bench.sync_well().count("held"), 5);
    for id in [4, 5] {
        bench.store().set_slot(id, ID_SLOT, &(FIRST + id).to_string(), "2024-06-01 09:00:00").unwrap();
    }
    bench.sandbox.state().add_asset(Asset::new(FIRST + 5));
    let report = bench.sync_well();
    let order: Vec<i64> = report.items().iter().map(|item| item["client_id"].as_i64().unwrap()).collect();
    let others: Vec<i64> = order.iter().copied().filter(|client| *client < 4).collect();
    assert_eq!((order.len(), others), (5, vec![1, 2, 3]), "{report:#?}");
}

/// A begun write is read first in the next pass; one that IQR refuses must not win that place by it.
#[test]
fn delays_client_whose_write_was_refused() {
    let bench = Bench::with_clients(2);
    let write = When::Path("Inventories/Update".to_owned());
    bench.sandbox.set_faults(vec![Fault::new(write, Kind::status(400)).and(When::Id(FIRST))]);
    let report = bench.sync();
    assert_eq!((report.fate(1).0, report.fate(2).0), ("failed", "sent"), "{report:#?}");
    // The first retry is the next pass, the second one four minutes later.
    assert_eq!(bench.sync().fate(1).0, "failed");
    bench.assert_idle("it waits");
    bench.sandbox.set_faults(Vec::new());
    bench.assert_idle("it still waits");
    assert_eq!(bench.sync_with(&["--retry"]).fate(1), ("sent", None));
    bench.assert_idle("all are sent");
}

#[test]
fn retries_failing_clients_after_fresh_ones_and_less_often() {
    let bench = Bench::empty().with("iqr", "connections", "1");
    let poison = 300;
    (0..poison).for_each(|number| _ = bench.store().add(&client(number)).unwrap());
    let report = bench.sync();
    assert_eq!((report.code, report.count("failed")), (Some(1), 300), "{}", report.stderr);
    // The next pass tries them again, but a fresh client comes first.
    let fresh = bench.add(&client(poison), Asset::new(FIRST + poison));
    let report = bench.sync();
    assert_eq!(report.items()[0]["client_id"], fresh);
    assert_eq!((report.fate(fresh), report.count("failed")), (("sent", None), 300));
    // From then on they wait, and delay no client.
    bench.assert_idle("they wait");
    let fresh = bench.add(&client(poison + 1), Asset::new(FIRST + poison + 1));
    let (report, requests) = bench.requests_of(|| bench.sync_well());
    assert_eq!((report.fate(fresh), report.count("failed")), (("sent", None), 0));
    assert!(requests.len() < 10, "{} requests", requests.len());
    // What was received in IQR at last is sent when it has news, at once.
    bench.sandbox.state().add_asset(Asset::new(FIRST));
    bench.store().edit(1, "memory_bytes", &(64_i64 << 30).to_string(), LATER).unwrap();
    let report = bench.sync_well();
    assert_eq!((report.fate(1), report.count("failed")), (("sent", None), 0));
}

/// Blanks in front of an ID, or any number of zeros, hide no client from the others.
#[test]
fn shares_no_asset_between_clients_in_flight() {
    let plain = FIRST.to_string();
    let odd = [format!("\n{plain}"), format!("   {plain}"), format!("\r\n \t000000000{plain}")];
    for connections in ["1", "8"] {
        for odd in &odd {
            let bench = Bench::empty().with("iqr", "connections", connections);
            bench.add(&client(0).with_inventory_id(odd), Asset::new(FIRST));
            bench.store().add(&client(5).with_inventory_id(&plain)).unwrap();
            let report = bench.sync();
            let held = ("held", Some("duplicate-inventory-id"));
            assert_eq!([report.fate(1), report.fate(2)], [held, held], "{odd:?}: {report:#?}");
            assert_eq!(bench.writes(FIRST), 0, "{odd:?}");
            bench.assert_idle("both are held");
        }
        let bench = Bench::empty().with("iqr", "connections", connections);
        bench.add(&client(0).with_inventory_id(&odd[0]), Asset::new(FIRST));
        bench.store().add(&client(5).with_inventory_id(&odd[1])).unwrap();
        let report = bench.sync();
        assert_eq!([report.count("sent"), report.count("held")], [0, 2], "{report:#?}");
    }
}

/// White space that is no plain blank is refused by its name: a client that has it could not be found by the ID.
#[test]
fn names_white_space_that_is_no_plain_blank() {
    let plain = FIRST.to_string();
    for (typed, name) in [
        (format!("\u{a0}{plain}"), "begins with a no-break space (U+00A0)"),
        (format!("{plain}\u{3000}"), "ends with an ideographic space (U+3000)"),
    ] {
        let bench = Bench::empty();
        bench.add(&client(0).with_inventory_id(&typed), Asset::new(FIRST));
        bench.store().add(&client(5).with_inventory_id(&plain)).unwrap();
        let report = bench.sync_well();
        assert_eq!(report.fate(1), ("held", Some("invalid-inventory-id")), "{report:#?}");
        assert!(report.message(1).contains(name), "{report:#?}");
        assert_eq!(report.fate(2), ("sent", None), "{report:#?}");
    }
}

/// Both are held in the first pass, for the index finds every accepted spelling.
#[test]
fn finds_the_other_client_however_its_id_is_typed() {
    for front in ["0", " ", " 0", "\t", "\n", "\r\n", " \t", "\0 ", "000000000", "\u{b}"] {
        for behind in ["", " ", "\r\n", "\0", "\u{c}"] {
            let bench = Bench::with_clients(1);
            bench.store().add(&client(5).with_inventory_id(&format!("{front}{FIRST}{behind}"))).unwrap();
            let report = bench.sync_well();
            let held = ("held", Some("duplicate-inventory-id"));
            assert_eq!([report.fate(1), report.fate(2)], [held, held], "{front:?} {behind:?}: {report:#?}");
            assert_eq!(bench.writes(FIRST), 0, "{front:?} {behind:?}");
        }
    }
}
