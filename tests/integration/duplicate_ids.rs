//! Two clients with one inventory ID: one machine that was recorded twice, or two machines.

use iqr_sandbox::store::{Client, Disk, ID_SLOT};
use iqr_sandbox::{Asset, Field};

use crate::bench::{Bench, FIRST, LATER, client};

const HELD: (&str, Option<&str>) = ("held", Some("duplicate-inventory-id"));

#[expect(clippy::unnecessary_wraps, reason = "the fields that it fills are options")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Creates a laptop with a serial number that identifies it, and a drive.
fn laptop() -> Client {
    Client {
        manufacturer: text("Dell Inc."),
        model: text("Latitude 5400"),
        serial_number: text("7HX2KQ2"),
        chassis_type: Some(10),
        disks: vec![disk("S4EWNX0M801234")],
        ..client(0)
    }
}

fn disk(serial: &str) -> Disk {
    Disk { serial_number: text(serial), media: text("SSD"), ..Disk::default() }
}

/// Creates a bench with two clients that have one inventory ID.
fn twice(older: &Client, newer: &Client) -> Bench {
    let bench = Bench::empty();
    bench.add(older, Asset::new(FIRST));
    bench.store().add(newer).unwrap();
    bench
}

/// Asserts that both are held, nothing is written, and each message names the fact and the way out.
#[track_caller]
fn assert_held_for(bench: &Bench, fact: &str) {
    let report = bench.sync_well();
    for id in [1, 2] {
        assert_eq!(report.fate(id), HELD, "{report:#?}");
        let message = report.message(id);
        assert!(message.contains(fact), "{fact}: {message}");
        assert!(message.contains("clear the ID of the older record, client 1"), "{message}");
    }
    assert_eq!(bench.writes(FIRST), 0, "{fact}");
    bench.assert_idle("both wait without a request");
}

#[test]
fn sends_a_machine_recorded_twice_once() {
    for newer in [
        laptop(),
        Client { disks: Vec::new(), ..laptop() },
        Client { disks: vec![disk("s4ewnx0m801234"), disk("WD-WX11A2345678")], ..laptop() },
        Client { disks: vec![disk("")], manufacturer: text("DELL INC."), chassis_type: Some(9), ..laptop() },
    ] {
        let bench = twice(&laptop(), &newer);
        let report = bench.sync_well();
        assert_eq!((report.fate(1), report.fate(2)), (HELD, ("sent", None)), "{report:#?}");
        assert!(report.message(1).contains("client 2 is a newer record of this machine"), "{report:#?}");
        bench.assert_idle("the newer record stands");
        bench.assert_sound("the newer record stands");
    }
}

#[test]
fn holds_both_for_a_serial_that_identifies_nothing() {
    for filler in ["SYS-1234567890", "OEM_Serial", "Default string", "0123456789AB", "SN-0000000", "XXXXXXX", "A1"] {
        let client = Client { serial_number: text(filler), disks: Vec::new(), ..laptop() };
        assert_held_for(&twice(&client, &client), "identifies nothing");
    }
    let client = Client { serial_number: None, ..laptop() };
    assert_held_for(&twice(&client, &client), "no serial number");
}

#[test]
fn holds_both_for_the_fact_that_tells_them_apart() {
    let other = |change: fn(&mut Client)| {
        let mut other = laptop();
        change(&mut other);
        other
    };
    for (fact, newer) in [
        ("other serial number (7HX2KQ2 and 8HX2KQ2)", other(|it| it.serial_number = text("8HX2KQ2"))),
        ("other maker (DELL and HP)", other(|it| it.manufacturer = text("HP"))),
        ("other model (Latitude 5400 and Latitude 5410)", other(|it| it.model = text("Latitude 5410"))),
        ("other model (Latitude 5400 and none)", other(|it| it.model = None)),
        ("other kind of chassis (Laptop and Convertible)", other(|it| it.chassis_type = Some(31))),
        ("no drive in common (S4EWNX0M801234 and WD-WX", other(|it| it.disks = vec![disk("WD-WX11A2345678")])),
    ] {
        assert_held_for(&twice(&laptop(), &newer), fact);
        assert_held_for(&twice(&newer, &laptop()), fact.split(" (").next().unwrap());
    }
}

#[test]
fn releases_the_newer_record_when_the_older_one_is_cleared() {
    let bench = twice(&laptop(), &Client { disks: vec![disk("WD-WX11A2345678")], ..laptop() });
    bench.sync_well();
    bench.store().set_slot(1, ID_SLOT, "", LATER).unwrap();
    let report = bench.sync_well();
    assert_eq!((report.fate(1), report.fate(2)), (("held", Some("blank-inventory-id")), ("sent", None)), "{report:#?}");
    bench.assert_idle("the newer record is sent");
    bench.assert_sound("the newer record is sent");
}

#[test]
fn releases_the_newer_record_when_the_older_one_is_corrected() {
    let bench = twice(&Client { model: text("Latitude 540O"), ..laptop() }, &laptop());
    bench.sync_well();
    bench.store().edit(1, "model", "Latitude 5400", LATER).unwrap();
    let report = bench.sync_well();
    assert_eq!((report.fate(1), report.fate(2)), (HELD, ("sent", None)), "{report:#?}");
    assert!(report.message(1).contains("newer record of this machine"), "{report:#?}");
    bench.assert_idle("the newer record is sent");
}

#[test]
fn holds_a_sent_machine_when_another_one_claims_its_asset() {
    let bench = Bench::empty();
    bench.add(&laptop(), Asset::new(FIRST));
    bench.sync_well();
    let before = bench.seen(FIRST);
    bench.store().add(&Client { model: text("Latitude 5410"), ..laptop() }).unwrap();
    let report = bench.sync_well();
    assert_eq!((report.fate(1), report.fate(2)), (HELD, HELD), "{report:#?}");
    assert_eq!(bench.seen(FIRST), before);
}

/// The third record has no drives: it agrees with both of the others, which do not agree with each other.
#[test]
fn holds_a_record_that_may_be_either_of_two_machines() {
    let bench = twice(&laptop(), &Client { disks: vec![disk("WD-WX11A2345678")], ..laptop() });
    bench.store().add(&Client { disks: Vec::new(), ..laptop() }).unwrap();
    let report = bench.sync_well();
    for id in [1, 2, 3] {
        assert_eq!(report.fate(id), HELD, "{report:#?}");
        assert!(report.message(id).contains("no drive in common"), "{report:#?}");
    }
    assert!(report.message(3).contains("as client 3 has"), "{report:#?}");
    assert_eq!(bench.writes(FIRST), 0);
    // The two that agree are left, and the newer of them is sent.
    bench.store().set_slot(1, ID_SLOT, "", LATER).unwrap();
    let report = bench.sync_well();
    assert_eq!((report.fate(2), report.fate(3)), (HELD, ("sent", None)), "{report:#?}");
}

#[test]
fn holds_a_machine_beside_a_record_it_cannot_understand() {
    let bench = twice(&laptop(), &laptop());
    let sql = "UPDATE diagnostics_log SET created_at = 'yesterday' WHERE client_id = 1";
    assert!(bench.store().connection().execute(sql, []).unwrap() > 0);
    let report = bench.sync();
    assert_eq!(report.fate(2), HELD, "{report:#?}");
    assert!(report.message(2).contains("the record of client 1 cannot be understood"), "{report:#?}");
}

#[test]
fn finds_no_mismatch_where_a_serial_identifies_nothing() {
    for (ours, label) in [
        ("7HX2KQ2", "SYS-1234567890"),
        ("7HX2KQ2", "No Serial Number"),
        ("7HX2KQ2", "To be filled by O.E.M. To be"),
        ("7HX2KQ2", ""),
        ("SN-1234567890", "8HX2KQ2"),
        ("System Serial Number", "8HX2KQ2"),
    ] {
        let bench = Bench::empty();
        let client = Client { serial_number: text(ours), ..laptop() };
        bench.add(&client, Asset::new(FIRST).with(Field::SerialNumber, label));
        let report = bench.sync_well();
        assert_eq!(report.fate(1), ("sent", None), "{ours} and {label}: {report:#?}");
    }
}

#[test]
fn compares_a_serial_with_what_iqr_has_cut_off() {
    let long = "NXM8XEG0012345678ABCDEFGHIJ";
    for (label, outcome) in [(&long[..25], "sent"), (&long[..24], "held")] {
        let bench = Bench::empty();
        let client = Client { serial_number: text(long), ..laptop() };
        bench.add(&client, Asset::new(FIRST).with(Field::SerialNumber, label));
        assert_eq!(bench.sync_well().fate(1).0, outcome, "{label}");
    }
    // Of two records of WipeOS none is cut.
    let client = |serial| Client { serial_number: text(serial), ..laptop() };
    assert_held_for(&twice(&client(long), &client(&long[..25])), "other serial number");
}

#[test]
fn finds_no_mismatch_in_a_label_cut_behind_a_blank() {
    let long = "VMware-56 4d 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7";
    for (label, outcome) in
        [(&long[..25], "sent"), ("  VMware-56 4d 1a 2b 3c 4", "sent"), ("VMware-56 4d 1a 2b 3c 4e ", "held")]
    {
        let bench = Bench::empty();
        let client = Client { serial_number: text(long), ..laptop() };
        bench.add(&client, Asset::new(FIRST).with(Field::SerialNumber, label));
        assert_eq!(bench.sync_well().fate(1).0, outcome, "{label}");
    }
}

#[test]
fn takes_no_name_of_a_machine_for_its_serial() {
    let zbox = |disks| Client {
        manufacturer: text("ZOTAC"),
        model: text("ZBOX-CI320NANO"),
        serial_number: text("ZBOX-CI320NANO"),
        chassis_type: Some(3),
        disks,
        ..client(0)
    };
    assert_held_for(&twice(&zbox(Vec::new()), &zbox(vec![disk("S2ABNX0H123456")])), "identifies nothing");
    // Neither here nor in IQR does it contradict another serial number.
    for (ours, label) in [("ZBOX-CI320NANO", "G1650123"), ("G1650123", "Zbox CI320nano")] {
        let bench = Bench::empty();
        let client = Client { serial_number: text(ours), ..zbox(Vec::new()) };
        bench.add(&client, Asset::new(FIRST).with(Field::SerialNumber, label));
        assert_eq!(bench.sync_well().fate(1), ("sent", None), "{ours} and {label}");
    }
}

#[test]
fn holds_both_for_a_shared_card_reader() {
    let reader = Disk {
        model: text("Generic- SD/MMC"),
        media: text("USB"),
        size_bytes: Some(0),
        serial_number: text("20120926571200000"),
        ..Disk::default()
    };
    let with = |serial| Client { disks: vec![disk(serial), reader.clone()], ..laptop() };
    assert_held_for(&twice(&with("S2ABNX0H123456"), &with("S2ABNX0H987651")), "no drive in common (S2ABNX0H123456");
}

#[test]
fn reports_both_as_two_machines_once_one_is_edited() {
    let bench = twice(&laptop(), &laptop());
    let report = bench.sync_well();
    assert_eq!((report.fate(1), report.fate(2)), (HELD, ("sent", None)), "{report:#?}");
    bench.store().edit(2, "model", "Latitude 5410", LATER).unwrap();
    let report = bench.sync_well();
    for id in [1, 2] {
        assert_eq!(report.fate(id), HELD, "{report:#?}");
        assert!(report.message(id).contains("other model (Latitude 5400 and Latitude 5410)"), "{report:#?}");
    }
    bench.assert_idle("both say the same");
    // Corrected, the newer one goes on as before, and the older one says so.
    bench.store().edit(2, "model", "Latitude 5400", "2024-05-01 09:00:09").unwrap();
    let report = bench.sync_well();
    assert_eq!((report.fate(1), report.fate(2)), (HELD, ("unchanged", None)), "{report:#?}");
    assert!(report.message(1).contains("newer record of this machine"), "{report:#?}");
    bench.assert_idle("the newer record stands");
}

/// A view that yields a machine again and again: each of its records would be compared with all others.
#[test]
fn compares_no_crowd_of_clients_of_one_id() {
    let bench = Bench::with_clients(2);
    let crowd = "WITH RECURSIVE c(x) AS (SELECT 100 UNION ALL SELECT x + 1 FROM c LIMIT 1500)
                 INSERT INTO client (id, manufacturer, model, serial_number, updated_at)
                 SELECT x, 'Dell Inc.', 'OptiPlex 9010', 'CROWD7X', '2024-05-01 09:00:00' FROM c;
                 WITH RECURSIVE c(x) AS (SELECT 100 UNION ALL SELECT x + 1 FROM c LIMIT 1500)
                 INSERT INTO client_slot SELECT x, 'Inventory ID', '700009' FROM c;";
    bench.store().connection().execute_batch(crowd).unwrap();
    let began = std::time::Instant::now();
    let report = bench.sync();
    let took = began.elapsed();
    assert_eq!((report.code, report.count("sent"), report.count("held")), (Some(0), 2, 1500), "{}", report.stderr);
    assert_eq!(report.fate(100), ("held", Some("duplicate-inventory-id")));
    assert!(report.message(100).contains("which too many other clients have"), "{}", report.message(100));
    assert!(took < crate::bench::PATIENCE / 2, "{took:?}");
    bench.assert_idle("a crowd");
}
