//! The two screens of the specification, and the fields that are not on them.

use super::*;
use crate::model::{Chassis, Slot, TemplateKind};

pub(super) fn optiplex() -> Machine {
    Machine {
        manufacturer: text("Dell Inc."),
        model: text("OptiPlex 9010"),
        chassis_type: Some(3),
        processor: text("Intel(R) Core(TM) i7-3770 CPU @ 3.40GHz"),
        processor_cores: Some(4),
        processor_count: Some(1),
        memory_bytes: Some(8 << 30),
        graphics: text("Intel Xeon E3-1200 v2/3rd Gen Core processor Graphics Controller"),
        optical_drive: text("DVDRW"),
        drives: vec![Drive { size_bytes: Some(250_059_350_016), media: text("HDD"), ..drive("S1", Vec::new()) }],
        ..machine()
    }
}

fn toughbook() -> Machine {
    Machine {
        manufacturer: text("Panasonic Corporation"),
        model: text("CF-33-1"),
        chassis_type: Some(30),
        processor: text("Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz"),
        processor_cores: Some(2),
        processor_count: Some(1),
        memory_bytes: Some(16 << 30),
        webcam: Some(true),
        screen_inches: Some(12.0),
        batteries: vec![battery(Some(67)), battery(Some(65))],
        drives: vec![Drive { size_bytes: Some(256_060_514_304), media: text("SSD"), ..drive("S2", Vec::new()) }],
        ..machine()
    }
}

fn rendered(source: &str, machine: &Machine) -> String {
    let rules = Rules { description: template(source), ..rules() };
    map(machine, &rules).description
}

#[test]
fn maps_the_dell_of_the_specification() {
    let update = map(&optiplex(), &rules());
    assert_eq!((update.manufacturer.as_str(), update.item_number.as_str()), ("DELL", "OPTIPLEX 9010"));
    assert_eq!(update.description, "OptiPlex 9010 Desktop");
    assert_eq!(
        update.extended_description,
        "Intel Core i7 3770 3.40 GHz 4 Cores/8GB/250GB, HDD/DVDRW/Intel Xeon E3-1200 v2/3rd Gen Core processor Graphics Controller"
    );
    assert_eq!((update.chassis, update.template), (Chassis::Desktop, TemplateKind::Desktop));
    assert_eq!((update.category.as_str(), update.item_description.as_str()), ("DESKTOP", "DELL OptiPlex 9010 Desktop"));
    assert_eq!(update.attributes[0].1, "Intel Core i7 3770 3.40 GHz 4 Cores");
    assert_eq!(unusable_identity(&optiplex(), &update), None);
}

#[test]
fn maps_the_panasonic_of_the_specification() {
    let update = map(&toughbook(), &rules());
    assert_eq!((update.manufacturer.as_str(), update.item_number.as_str()), ("PANASONIC", "CF-33-1"));
    assert_eq!(update.description, "CF-33-1 Tablet");
    assert_eq!(
        update.extended_description,
        "Intel Core i5 7300U 2.60 GHz 2 Cores/16GB/256GB, SSD/None/67%,65%/Yes/12.0\""
    );
}

#[test]
fn loses_whole_words_of_a_wide_model_in_its_item_number_only() {
    let model = "Surface Laptop Go 3 for Business";
    let update =
        map(&Machine { model: text(model), manufacturer: text("Microsoft Corporation"), ..optiplex() }, &rules());
    assert_eq!(update.item_number, "SURFACE LAPTOP GO 3 BUSINESS");
    assert_eq!(update.description, format!("{model} Desktop"));
}

#[test]
fn holds_a_model_that_cannot_be_shortened_and_says_why() {
    let machine =
        |maker| Machine { manufacturer: text(maker), model: text("ProLiant MicroServer Gen10 Plus"), ..optiplex() };
    let update = map(&machine("HPE"), &rules());
    assert_eq!(update.item_number, "");
    let because = unusable_identity(&machine("HPE"), &update).unwrap();
    let expected = "the model `PROLIANT MICROSERVER GEN10 PLUS` has 31 characters, an item number has 30, and";
    assert!(because.starts_with(expected) && because.contains("iqr.widths.item_number"), "{because}");
    let because = unusable_identity(&machine(" "), &map(&machine(" "), &rules())).unwrap();
    assert_eq!(because, "the firmware names no manufacturer (it is blank); correct it in WipeOS");
    let wide = Rules { widths: Widths { item_number: Width::from_chars(31), ..Widths::default() }, ..rules() };
    assert_eq!(unusable_identity(&machine("HPE"), &map(&machine("HPE"), &wide)), None);
}

#[test]
fn keeps_slashes_and_no_commas_of_an_empty_machine() {
    let update = map(&machine(), &rules());
    assert_eq!(update.extended_description, "//None/None///");
    assert_eq!(update.description, "");
    assert_eq!(update.comments, []);
    let because = unusable_identity(&machine(), &update).unwrap();
    assert!(because.contains("neither manufacturer (it is blank) nor model"), "{because}");
}

#[test]
fn prints_no_chassis_word_behind_a_model_that_says_it() {
    for (model, code, expected) in [
        ("Pavilion Laptop 15-cw1xxx", 10, "Pavilion Laptop 15-cw1xxx"),
        ("Surface Laptop 3", 9, "Surface Laptop 3"),
        ("ZenBook UX425", 10, "ZenBook UX425 Laptop"),
        ("Pavilion Notebook", 10, "Pavilion Notebook"),
        ("MacBookPro9,2", 9, "MacBookPro9,2"),
        ("iMac12,1", 13, "iMac12,1 All-in-One"),
        ("ProOne 600 G2 21.5-in Touch AiO", 13, "ProOne 600 G2 21.5-in Touch AiO"),
        ("ENVY x360 Convertible 15-dr1xxx", 31, "ENVY x360 Convertible 15-dr1xxx"),
        ("ThinkPad X220 Tablet", 10, "ThinkPad X220 Tablet"),
        ("Inspiron 5406 2n1", 31, "Inspiron 5406 2n1"),
        ("ThinkServer TS140", 17, "ThinkServer TS140"),
        ("PowerEdge R720", 23, "PowerEdge R720 Server"),
        ("Compaq 8200 Elite USDT", 3, "Compaq 8200 Elite USDT Desktop"),
    ] {
        let machine = Machine { model: text(model), chassis_type: Some(code), ..optiplex() };
        assert_eq!(map(&machine, &rules()).description, expected);
    }
    let laptop = Machine { model: text("Surface Laptop 3"), chassis_type: Some(9), ..optiplex() };
    for (source, expected) in [
        ("{Chassis}/{Model}", "Laptop/Surface Laptop 3"),
        ("{Model}/{Chassis}", "Surface Laptop 3/Laptop"),
        ("{Model}, {Chassis}", "Surface Laptop 3"),
    ] {
        assert_eq!(rendered(source, &laptop), expected, "{source}");
    }
    let rules = Rules { description: template("{Model} {Chassis}"), ..rules() };
    assert_eq!(
        explain(&laptop, &rules, &map(&laptop, &rules))[0].empty_fields,
        Vec::<String>::new(),
        "it is said, not missing"
    );
}

#[test]
fn says_why_a_text_is_no_model() {
    for (maker, model, expected) in [
        ("Dell Inc.", "To Be Filled By O.E.M.", "no model (`To Be Filled By O.E.M.` is a filler text)"),
        ("Dell Inc.", " ", "no model (it is blank)"),
        ("acme", "acme-pc", "no model (`acme-pc` is only the maker's name)"),
        ("LENOVO", "Lenovo", "no model (`Lenovo` is only the maker's name)"),
        ("Dell Inc.", "Dell Inc.", "no model (`Dell Inc.` is only the maker's name)"),
        ("IBM", "IBM CORPORATION", "no model (`IBM CORPORATION` is only the maker's name)"),
        ("ASUS", "ASUSTeK COMPUTER INC.", "no model (`ASUSTeK COMPUTER INC.` is only the maker's name)"),
        ("Hewlett-Packard", "HP Notebook", "no model (`HP Notebook` is only a kind of machine)"),
        ("Supermicro", "Super Server", "no model (`Super Server` is only a kind of machine)"),
        ("Acer", "V1.02", "no model (`V1.02` is a filler text)"),
        ("Notebook", "NP50D5", "no manufacturer (`Notebook` is only a kind of machine)"),
        ("OEM", "NP50D5", "no manufacturer (`OEM` is a filler text)"),
    ] {
        let machine = Machine { manufacturer: text(maker), model: text(model), ..optiplex() };
        let because = unusable_identity(&machine, &map(&machine, &rules())).unwrap();
        assert!(because.contains(expected), "{because}");
    }
}

#[test]
fn keeps_size_and_type_of_several_drives_in_place() {
    let ssd = Drive { size_bytes: Some(256_060_514_304), media: text("ssd"), ..drive("S2", Vec::new()) };
    let unknown = Drive { media: text("HDD"), ..drive("S3", Vec::new()) };
    let dvd = Drive { media: text("DVDRW"), ..drive("S4", Vec::new()) };
    let machine = Machine { drives: vec![unknown, ssd.clone(), dvd], ..machine() };
    let source = "{Drive Size}, {Drive Type}/{Drive Count}/{Optical Drive}";
    assert_eq!(rendered(source, &machine), "?,256GB, HDD,SSD/2/DVDRW");
    let machine = Machine { drives: vec![Drive { media: None, ..ssd }], ..machine };
    assert_eq!(rendered(source, &machine), "256GB/1/None");
}

#[test]
fn puts_separators_between_texts_only() {
    let machine = Machine { technician: text("Jo"), job: text("J1"), ..machine() };
    for (source, expected) in [
        ("{Job}, {Family}, {Technician}", "J1, Jo"),
        ("{Family}, {Job}, {SKU}", "J1"),
        ("{Job} {Family}, {Technician}", "J1, Jo"),
        ("{Job}, {Family}/{Technician}", "J1/Jo"),
        ("x {Family}, {Job}", "x J1"),
        ("{Job}, {Family|-}", "J1, -"),
        ("{Optical Drive|}{Family|}{Job|no}", "J1"),
        ("{{{Job}}} {{}}", "{J1} {}"),
        ("{ jOb }{TECHNICIAN}", "J1Jo"),
    ] {
        assert_eq!(rendered(source, &machine), expected, "{source}");
    }
}

#[test]
fn prints_what_is_known_in_other_fields() {
    let machine = Machine {
        serial_number: text("D09F6Y1"),
        asset_tag: text("No Asset Tag"),
        webcam: Some(false),
        screen_inches: Some(f64::NAN),
        batteries: vec![battery(None), battery(Some(65))],
        slots: vec![
            Slot { name: "Inventory ID".to_owned(), value: text("413800") },
            Slot { name: "Rack Place".to_owned(), value: text("{Model} 7") },
        ],
        ..machine()
    };
    for (source, expected) in [
        ("{Serial Number}/{Asset Tag}/{Webcam}/{Touchscreen}", "D09F6Y1//No/"),
        ("{Battery Health}/{Battery Count}/{Screen Size}", "?,65%/2/"),
        ("{inventoryid}/{RackPlace}/{Rack Place}", "413800/{Model} 7/{Model} 7"),
    ] {
        assert_eq!(rendered(source, &machine), expected, "{source}");
    }
}

#[test]
fn prints_an_optical_drive_listed_among_the_drives() {
    let dvd = || Drive { media: text("DVDRW"), ..drive("", Vec::new()) };
    let optical = |model| Drive { media: text("Optical"), model: text(model), ..drive("", Vec::new()) };
    for (shown, drives, expected) in [
        ("None", vec![dvd()], "DVDRW"),
        ("", vec![dvd()], "DVDRW"),
        ("BD-RE", vec![dvd()], "BD-RE"),
        ("", vec![optical("HL-DT-ST DVDRAM GU90N")], "DVDRAM"),
        ("None", vec![optical("TSSTcorp DVD+-RW TS-L633C")], "DVDRW"),
        ("None", vec![optical("MATSHITA UJ8HC")], "Optical"),
        ("N/A", vec![drive("S1", Vec::new())], "None"),
        ("HL-DT-ST DVDRAM GU90N, AMI Virtual CDROM0", Vec::new(), "HL-DT-ST DVDRAM GU90N"),
        ("AMI Virtual CDROM0,HL-DT-ST DVDRAM GU90N", Vec::new(), "HL-DT-ST DVDRAM GU90N"),
        ("DVDRW; iDRAC Virtual CD", Vec::new(), "DVDRW"),
        ("DVDRW; BD-RE", Vec::new(), "DVDRW; BD-RE"),
        ("iDRAC Virtual CD, Virtual Floppy", vec![dvd()], "DVDRW"),
        ("Linux File-CD Gadget", Vec::new(), "None"),
        ("Lenovo Composite Device-0", Vec::new(), "None"),
        ("SUN Remote ISO CDROM", Vec::new(), "None"),
        ("iLO", Vec::new(), "None"),
        ("Not Installed", Vec::new(), "None"),
        ("No optical drive", vec![dvd()], "DVDRW"),
    ] {
        let machine = Machine { optical_drive: text(shown), drives, ..machine() };
        assert_eq!(rendered("{Optical Drive}", &machine), expected, "{shown}");
    }
}

#[test]
fn takes_a_desktop_with_the_parts_of_a_laptop_for_one() {
    let parts = |model: &str, code, batteries: usize, inches, webcam| Machine {
        manufacturer: text("GOOGLE"),
        model: text(model),
        chassis_type: Some(code),
        batteries: vec![battery(Some(90)); batteries],
        screen_inches: inches,
        webcam,
        ..machine()
    };
    let chromebook = parts("Snappy", 3, 1, Some(11.6), Some(true));
    let update = map(&chromebook, &rules());
    assert_eq!((update.chassis, update.template), (Chassis::Laptop, TemplateKind::Laptop));
    assert!(update.template_because.contains("a battery, a built-in screen and a webcam"), "{update:?}");
    assert_eq!(map(&parts("Snappy", 0x83, 2, Some(14.0), Some(true)), &rules()).chassis, Chassis::Laptop);
    for desktop in [
        parts("Snappy", 3, 0, Some(11.6), Some(true)),
        parts("Snappy", 3, 1, None, Some(true)),
        parts("Snappy", 3, 1, Some(23.8), Some(true)),
        parts("Vostro 3668", 3, 1, Some(19.0), Some(true)),
        parts("D500SC", 3, 1, Some(19.5), Some(true)),
        Machine { batteries: vec![battery(Some(255))], ..parts("Snappy", 3, 0, Some(15.6), Some(true)) },
        Machine { batteries: vec![battery(None)], ..parts("Snappy", 3, 0, Some(15.6), Some(true)) },
        parts("Snappy", 3, 1, Some(11.6), Some(false)),
        parts("Snappy", 3, 1, Some(11.6), None),
        parts("Snappy", 7, 1, Some(11.6), Some(true)),
        parts("OptiPlex 7010", 3, 1, Some(19.0), Some(true)),
    ] {
        assert_eq!(map(&desktop, &rules()).chassis, Chassis::Desktop, "{desktop:?}");
    }
    assert_eq!(map(&parts("iMac12,1", 3, 1, Some(21.0), Some(true)), &rules()).chassis, Chassis::AllInOne);
}

#[test]
fn prints_only_percentages_of_batteries() {
    for (health, expected) in [
        ([Some(76), Some(255)], "76%,?"),
        ([Some(65_535), Some(0)], "?,0%"),
        ([Some(100), Some(104)], "100%,104%"),
        ([Some(110), Some(111)], "110%,?"),
        ([Some(255), None], ""),
    ] {
        let machine = Machine { batteries: health.map(battery).to_vec(), ..machine() };
        assert_eq!(rendered("{Battery Health}", &machine), expected);
        assert_eq!(rendered("{Battery Count}", &machine), "2");
    }
}

#[test]
fn sizes_drives_by_their_medium() {
    for (model, media, bytes, expected) in [
        ("Maxtor 6L250S0", "HDD", 251_000_193_024, "250GB"),
        ("Maxtor 6Y060L0", "HDD", 61_492_838_400, "60GB"),
        ("APPLE SSD AP0512M", "NVMe", 500_277_790_720, "512GB"),
        ("APPLE SSD AP0512M", "", 500_277_792_768, "512GB"),
        ("APPLE SSD SM064C", "SSD", 60_672_704_512, "64GB"),
        ("HGST HUH721212AL5200", "HDD", 11_756_399_230_976, "12TB"),
        ("HGST HUH721212AL5200", "", 11_756_399_230_976, "12TB"),
        ("WDC WD7500BPKT", "HDD", 750_156_374_016, "750GB"),
        ("X", "HDD", 9_223_372_036_854_775_807, ""),
    ] {
        let one = Drive { model: text(model), media: text(media), size_bytes: Some(bytes), ..drive("S1", Vec::new()) };
        assert_eq!(rendered("{Drive Size}", &Machine { drives: vec![one], ..machine() }), expected, "{model}");
    }
}

#[test]
fn counts_no_virtual_medium_as_fitted() {
    let lent = |model, media| Drive {
        model: text(model),
        media: text(media),
        size_bytes: Some(1_474_560_000),
        ..drive("", vec![wipe(1, "success", Some("10:00"))])
    };
    let fitted = Drive { size_bytes: Some(250_059_350_016), media: text("HDD"), ..drive("S1", Vec::new()) };
    let source = "{Drive Size}, {Drive Type}/{Drive Count}/{Drive Model}/{Optical Drive}";
    for (shown, drives, expected) in [
        ("iDRAC Virtual CD", vec![lent("iDRAC Virtual CD", "CD")], "None/0//None"),
        ("AMI Virtual CDROM0", vec![fitted.clone(), lent("Virtual Floppy", "")], "250GB, HDD/1//None"),
        ("", vec![lent("AMI Virtual HDISK0", "HDD"), fitted.clone()], "250GB, HDD/1//None"),
        (
            "None",
            vec![lent("Virtual CDROM", "CD"), Drive { media: text("DVDRW"), ..drive("", vec![]) }],
            "None/0//DVDRW",
        ),
        ("DVDRW", vec![lent("HP iLO Virtual USB", ""), lent("", "Virtual DVD")], "None/0//DVDRW"),
    ] {
        let machine = Machine { optical_drive: text(shown), drives, ..machine() };
        assert_eq!(rendered(source, &machine), expected, "{shown}");
        assert_eq!(lines(&machine, &rules()), Vec::<String>::new(), "{shown}");
    }
}

#[test]
fn refuses_a_malformed_template_with_its_place() {
    for (source, scope, offset) in [
        ("ab{Model", Scope::Machine, 2),
        ("ab}", Scope::Machine, 2),
        ("{Mo{del}", Scope::Machine, 0),
        ("ä{}", Scope::Machine, 2),
        ("{ |x}", Scope::Machine, 0),
        ("{Test} {Result|:}", Scope::Test, 0),
        (": {Result}", Scope::Test, 0),
    ] {
        let error = Template::parse(source, scope).unwrap_err();
        assert_eq!(error.offset, offset, "{source}: {error}");
    }
}

#[test]
fn refuses_a_comment_template_without_the_result() {
    for (source, scope, shown) in [
        ("Wipe - {Drive Serial}: {Wipe Method}", Scope::Wipe, "no `{Wipe Result}` behind the colon"),
        ("Wipe {Wipe Result}: {Wipe Method}", Scope::Wipe, "no `{Wipe Result}` behind the colon"),
        ("Wipe {Wipe Result}: {Wipe Result}", Scope::Wipe, "the result stands before the colon"),
        ("Wipe: PASS, {Wipe Result}", Scope::Wipe, "it says itself that all went well"),
        ("Wipe: {Wipe Result}, {Wipe Method|success}", Scope::Wipe, "it says itself that all went well"),
        ("{Test}: done", Scope::Test, "no `{Result}` behind the colon"),
        ("{Test} {Result}: {Result}", Scope::Test, "the result stands before the colon"),
        ("{Test}: {Result|PASS}", Scope::Test, "it says itself that all went well"),
        ("Test: {Result}", Scope::Test, "no `{Test}` before the colon"),
    ] {
        let error = Template::parse(source, scope).unwrap_err();
        assert!(error.message.contains(shown), "{source}: {error}");
    }
    for (source, scope) in [
        ("Wipe: {Wipe Result}", Scope::Wipe),
        ("Wipe {Wipe Date} - {Drive Serial|?}: by {Technician}, {wiperesult}", Scope::Wipe),
        ("{Test} test: {Result}, by {Technician}", Scope::Test),
    ] {
        assert!(Template::parse(source, scope).is_ok(), "{source}");
    }
}

#[test]
fn takes_unknown_fields_for_slots_and_hints_at_near_misses() {
    let template = template("{Procesor} {Total Ram} {Grade} {Drive Size 2} {Result}");
    let slots: Vec<_> = template.slot_references().map(|slot| (slot.name.as_str(), slot.offset, slot.hint)).collect();
    let expected =
        [("Procesor", 1, Some("Processor")), ("Grade", 24, None), ("Drive Size 2", 32, None), ("Result", 47, None)];
    assert_eq!(slots, expected);
    assert_eq!(Template::parse("{Test}: {Result}", Scope::Test).unwrap().slot_references().count(), 0);
}

#[test]
fn names_empty_fields_and_takes_another_template() {
    let machine = optiplex();
    let fields = explain(&machine, &rules(), &map_with_template(&machine, &rules(), TemplateKind::Laptop));
    let extended = fields.iter().find(|field| field.name == "extended description").unwrap();
    assert_eq!(extended.empty_fields, ["Battery Health", "Webcam", "Screen Size"]);
    let update = map_with_template(&machine, &rules(), TemplateKind::Laptop);
    assert_eq!((update.template, update.extended_description), (TemplateKind::Laptop, extended.text.clone()));
    assert!(
        explain(&machine, &rules(), &map(&machine, &rules()))
            .iter()
            .any(|field| field.attribute.as_deref() == Some("Processor_Name"))
    );
}
