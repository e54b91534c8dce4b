//! Which two records are one machine, and which fact speaks against it.

use super::{drive, machine, rules, text};
use crate::mapping::{Contradiction, Identity};
use crate::model::{Battery, Chassis, Drive, Machine};

fn latitude() -> Machine {
    Machine {
        manufacturer: text("Dell Inc."),
        model: text("Latitude 5400"),
        serial_number: text("7HX2KQ2"),
        chassis_type: Some(10),
        drives: vec![drive("S4EWNX0M801234", Vec::new())],
        ..machine()
    }
}

fn with_drives(serials: &[&str]) -> Machine {
    Machine { drives: serials.iter().map(|serial| drive(serial, Vec::new())).collect(), ..latitude() }
}

/// The contradiction, which both records find alike but for the order of their texts.
fn contradiction(one: &Machine, other: &Machine) -> Option<Contradiction> {
    let (one, other) = (Identity::of(one, &rules()), Identity::of(other, &rules()));
    let found = one.contradiction(&other);
    let kind = |found: &Option<Contradiction>| found.as_ref().map(std::mem::discriminant);
    assert_eq!(kind(&found), kind(&other.contradiction(&one)), "{found:?}");
    found
}

#[test]
fn takes_a_machine_recorded_twice_for_one() {
    let later = Machine {
        manufacturer: text("DELL INC."),
        model: text("LATITUDE  5400"),
        serial_number: text(" 7hx2kq2 "),
        chassis_type: Some(9),
        processor: text("another reading"),
        memory_bytes: Some(4 << 30),
        batteries: vec![Battery { position: 0, health_percent: Some(67), cycles: None }],
        technician: text("Bo"),
        ..latitude()
    };
    assert_eq!(contradiction(&latitude(), &later), None);
    assert_eq!(contradiction(&latitude(), &latitude()), None);
}

#[test]
fn names_the_fact_that_speaks_against_one_machine() {
    let other = |change: fn(&mut Machine)| {
        let mut other = latitude();
        change(&mut other);
        contradiction(&latitude(), &other).map(|fact| fact.to_string()).unwrap_or_default()
    };
    for (expected, change) in [
        ("no serial number in one of them", (|it| it.serial_number = None) as fn(&mut Machine)),
        ("no serial number in one of them", |it| it.serial_number = text("  ")),
        ("serial number SN-12345 identifies nothing", |it| it.serial_number = text("SN-12345")),
        ("other serial number (7HX2KQ2 and 7HX2KQ3)", |it| it.serial_number = text("7HX2KQ3")),
        ("other maker (DELL and LENOVO)", |it| it.manufacturer = text("LENOVO")),
        ("other maker (DELL and none)", |it| it.manufacturer = text("To Be Filled By O.E.M.")),
        ("other model (Latitude 5400 and Latitude 5410)", |it| it.model = text("Latitude 5410")),
        ("other model (Latitude 5400 and none)", |it| it.model = None),
        ("other kind of chassis (Laptop and Convertible)", |it| it.chassis_type = Some(31)),
        ("no drive in common (S4EWNX0M801234 and WD-WX11A", |it| {
            it.drives = vec![drive("WD-WX11A2345678", Vec::new())];
        }),
    ] {
        assert!(other(change).starts_with(expected), "{expected}: {}", other(change));
    }
}

#[test]
fn takes_no_filler_for_an_identity_of_equal_records() {
    for filler in ["SYS-1234567890", "OEM_Serial", "0123456789AB", "A1"] {
        let machine = Machine { serial_number: text(filler), ..latitude() };
        let expected = Contradiction::SerialIdentifiesNothing(filler.to_owned());
        assert_eq!(contradiction(&machine, &machine), Some(expected));
    }
    let machine = Machine { serial_number: None, ..latitude() };
    assert_eq!(contradiction(&machine, &machine), Some(Contradiction::NoSerial));
}

#[test]
fn contradicts_by_drives_only_where_both_have_others() {
    let filler = "0123456789";
    for (one, other, is_one) in [
        (&["K1", "K2"][..], &["k2 ", "K3"][..], true),
        (&["K1"], &["K1", "K2"], true),
        (&["K1"], &["K2"], false),
        (&["K1", "K2"], &["K3", "K4"], false),
        // Without drives, or with drives that tell no serial number, a record says nothing of them.
        (&["K1"], &[], true),
        (&[], &[], true),
        (&["K1"], &["", " "], true),
        (&["K1", ""], &["K2"], false),
        // A filler that both have is no drive in common, and none that differs.
        (&[filler], &[filler], true),
        (&["K1", filler], &[filler], true),
        (&["K1", filler], &["K2", filler], false),
        (&[filler], &["K2"], false),
        (&[filler], &["00000000"], false),
    ] {
        let found = contradiction(&with_drives(one), &with_drives(other));
        assert_eq!(found.is_none(), is_one, "{one:?} and {other:?}: {found:?}");
    }
}

#[test]
fn leaves_optical_drives_out_of_the_comparison() {
    let optical = |serial| Drive { media: text("DVDRW"), ..drive(serial, Vec::new()) };
    let one = Machine { drives: vec![drive("K1", Vec::new()), optical("R8QQ6GAF")], ..latitude() };
    let other = Machine { drives: vec![drive("K2", Vec::new()), optical("R8QQ6GAF")], ..latitude() };
    assert_eq!(contradiction(&one, &other), Some(Contradiction::Drives("k1".to_owned(), "k2".to_owned())));
    assert_eq!(contradiction(&one, &Machine { drives: vec![optical("KX1")], ..latitude() }), None);
}

#[test]
fn compares_names_as_the_mapping_understands_them() {
    let lenovo = |version: &str| Machine {
        manufacturer: text("LENOVO"),
        model: text("20L5S01V00"),
        version: text(version),
        chassis_type: Some(10),
        ..latitude()
    };
    let hp = |manufacturer: &str, model: &str| Machine {
        manufacturer: text(manufacturer),
        model: text(model),
        ..latitude()
    };
    assert_eq!(contradiction(&lenovo("ThinkPad T480"), &lenovo("Thinkpad T480")), None);
    assert!(matches!(
        contradiction(&lenovo("ThinkPad T480"), &lenovo("ThinkPad T480s")),
        Some(Contradiction::Model(..))
    ));
    assert_eq!(contradiction(&hp("Hewlett-Packard", "HP EliteBook 840 G3"), &hp("HP", "EliteBook 840 G3")), None);
    let (desktop, tower) = (Some(3), Some(7));
    let chassis = |chassis_type| Machine { chassis_type, ..hp("HP", "HP EliteDesk 800 G1") };
    assert_eq!(contradiction(&chassis(desktop), &chassis(tower)), None);
    assert_eq!(
        contradiction(&chassis(desktop), &chassis(Some(17))),
        Some(Contradiction::Chassis(Chassis::Desktop, Chassis::Server))
    );
}
