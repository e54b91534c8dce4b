//! Which two records are one machine, and which fact speaks against it.

use super::{drive, machine, rules, text};
use crate::mapping::{Contradiction, Identity, LenovoModel, Rules};
use crate::model::{Battery, Chassis, Drive, Machine};

fn latitude() -> Machine {
    Machine {
        manufacturer: text("Dell Inc."),
        model: text("Latitude 5400"),
        serial_number: text("7HX2KQ2"),
        chassis_type: Some(10),
        drives: vec![sized("S4EWNX0M801234")],
        ..machine()
    }
}

fn sized(serial: &str) -> Drive {
    Drive { size_bytes: Some(256_060_514_304), ..drive(serial, Vec::new()) }
}

fn with_drives(serials: &[&str]) -> Machine {
    Machine { drives: serials.iter().map(|serial| sized(serial)).collect(), ..latitude() }
}

/// The contradiction, which both records find alike but for the order of their texts.
fn contradiction(one: &Machine, other: &Machine) -> Option<Contradiction> {
    let (one, other) = (Identity::from_machine(one, &rules()), Identity::from_machine(other, &rules()));
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
        // Without drives, or with drives without serial numbers, a record says nothing of them.
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
    assert_eq!(contradiction(&one, &other), Some(Contradiction::Drives("K1".to_owned(), "K2".to_owned())));
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

#[test]
fn takes_no_reader_or_stick_for_a_common_drive() {
    let reader = |serial: &str| Drive {
        model: text("Generic- SD/MMC"),
        media: text("USB"),
        size_bytes: None,
        ..drive(serial, Vec::new())
    };
    let stick = |serial: &str| Drive { interface: text("USB 3.0"), ..sized(serial) };
    let constant = sized("058F63666485");
    let unsized_drive = drive("AA00011122233", Vec::new());
    for shared in [reader("20120926571200000"), stick("4C530001230808"), constant, unsized_drive] {
        let with = |serial: &str| Machine { drives: vec![sized(serial), shared.clone()], ..latitude() };
        let found = contradiction(&with("S2ABNX0H123456"), &with("S2ABNX0H987651"));
        assert!(matches!(found, Some(Contradiction::Drives(..))), "{shared:?}: {found:?}");
        assert_eq!(contradiction(&with("S2ABNX0H123456"), &with("S2ABNX0H123456")), None);
    }
    // Plugged into one of the records, they are no drives of it.
    for other in [reader("20120926571200000"), stick("4C530001230808"), sized("MSFT30A1B2C3")] {
        assert_eq!(contradiction(&latitude(), &Machine { drives: vec![other], ..latitude() }), None);
    }
}

#[test]
fn knows_one_drive_in_two_spellings() {
    for (one, other) in [
        ("0025_3858_91B0_1234.", "00253858 91B01234"),
        ("WD-WCC4E1093847", "WCC4E1093847"),
        ("S4EW\u{200b}NX0M80", "S4EWNX0M80"),
    ] {
        assert_eq!(contradiction(&with_drives(&[one, "K1"]), &with_drives(&[other, "K2"])), None, "{one}");
    }
}

#[test]
fn distinguishes_two_products_of_one_name() {
    let other = |base: &Machine, change: fn(&mut Machine)| {
        let mut other = base.clone();
        change(&mut other);
        contradiction(base, &other).map(|fact| fact.to_string()).unwrap_or_default()
    };
    let thinkpad = Machine {
        manufacturer: text("LENOVO"),
        model: text("20AWS0DS07"),
        version: text("ThinkPad T440p"),
        family: text("ThinkPad T440p"),
        sku: text("LENOVO_MT_20AW"),
        processor: text("Intel(R) Core(TM) i5-4300M CPU @ 2.60GHz"),
        ..latitude()
    };
    let compaq = Machine {
        manufacturer: text("Hewlett-Packard"),
        model: text("HP Compaq 6715b (GB836EA#ACB)"),
        version: text("F.0D"),
        sku: text("GB836EA#ACB"),
        family: text("103C_5336AN"),
        ..latitude()
    };
    let satellite = Machine { manufacturer: text("TOSHIBA"), version: text("PSKC8E-0DK00SG3"), ..latitude() };
    assert_eq!(other(&thinkpad, |it| it.model = text("20AWA1NAUK")), "other model (20AWS0DS07 and 20AWA1NAUK)");
    assert!(other(&thinkpad, |it| it.sku = text("LENOVO_MT_20AN")).starts_with("other SKU"));
    assert!(other(&thinkpad, |it| it.processor = text("Intel Core i7-4600M")).starts_with("other processor"));
    assert!(other(&compaq, |it| it.model = text("HP Compaq 6715b (GP690US#ABA)")).starts_with("other model"));
    assert!(other(&compaq, |it| it.sku = text("GP690US#ABA")).starts_with("other SKU"));
    assert!(other(&compaq, |it| it.family = text("103C_5335KV")).starts_with("other family"));
    assert!(other(&satellite, |it| it.version = text("PSKC8E-0DJ00SG3")).starts_with("other version"));
}

#[test]
fn takes_a_machine_with_an_updated_bios_for_one() {
    let aspire = Machine {
        manufacturer: text("Acer"),
        model: text("Aspire E5-575"),
        version: text("V1.22"),
        family: text("KBL"),
        sku: text("Aspire E5-575_115F_1.22"),
        processor: text("Intel(R) Core(TM) i5-7200U CPU @ 2.50GHz"),
        ..latitude()
    };
    for change in [
        (|it| it.sku = text("Aspire E5-575_115F_1.27")) as fn(&mut Machine),
        |it| it.version = text("V1.27"),
        |it| it.sku = None,
        |it| it.sku = text("To be filled by O.E.M."),
        |it| it.family = text("  kbl "),
        |it| it.family = text("Type1Family"),
        |it| it.model = text("ASPIRE E5-575"),
        |it| it.processor = text("Intel Core i5-7200U"),
        |it| it.processor = text("Unknown"),
        |it| it.drives = Vec::new(),
    ] {
        let mut later = aspire.clone();
        change(&mut later);
        assert_eq!(contradiction(&aspire, &later), None);
    }
}

#[test]
fn takes_no_name_in_the_record_for_a_serial() {
    let zotac = Machine {
        manufacturer: text("ZOTAC"),
        model: text("ZBOX-CI320NANO"),
        serial_number: text("ZBOX-CI320NANO"),
        ..latitude()
    };
    let found = contradiction(&zotac, &Machine { drives: Vec::new(), ..zotac.clone() });
    assert!(matches!(found, Some(Contradiction::SerialIdentifiesNothing(_))), "{found:?}");
    // The asset tag is none of the names: firmware copies the serial number into it.
    let tagged = Machine { asset_tag: text("7HX2KQ2"), ..latitude() };
    assert_eq!(contradiction(&tagged, &tagged), None);
}

#[test]
fn depends_on_no_setting_of_how_a_model_is_shown() {
    let one = Machine {
        manufacturer: text("LENOVO"),
        model: text("20AWS0DS07"),
        version: text("ThinkPad T440p"),
        ..latitude()
    };
    let other = Machine { version: text("ThinkPad T540p"), ..one.clone() };
    for lenovo in [LenovoModel::Name, LenovoModel::MachineType] {
        let rules = Rules { lenovo, ..rules() };
        let [one, other] = [&one, &other].map(|machine| Identity::from_machine(machine, &rules));
        assert!(one.contradiction(&other).is_some(), "{lenovo:?}");
    }
}
