//! Master items: created once, reused whatever their spelling, never duplicated.

use iqr_sandbox::{Asset, Fault, Item, Kind, Options, Refusal, Search, When};

use crate::bench::{Bench, FIRST, Report};

fn created(bench: &Bench) -> Vec<String> {
    let state = bench.sandbox.state();
    state.items().iter().filter(|item| item.asset_creator != "person").map(|item| item.item_number.clone()).collect()
}

fn requests_to(bench: &Bench, path: &str) -> usize {
    bench.sandbox.requests().iter().filter(|request| request.targets(path)).count()
}

#[test]
fn creates_master_item_for_a_hundred_clients_once() {
    // Long enough for all workers to want it while the first one makes it.
    let options = Options { rtt: std::time::Duration::from_millis(2), ..Options::default() };
    let bench = Bench::with_options(options).and_clients(100).with("iqr", "connections", "16");
    let report = bench.sync_well();
    assert_eq!(report.count("sent"), 100, "{report:#?}");
    let mut names = created(&bench);
    names.sort();
    assert_eq!(names, ["CF-33-1", "OPTIPLEX 9010"]);
    // One search a master item, and two in a ledger's life to learn how IQR searches.
    assert_eq!((requests_to(&bench, "MI/Create"), requests_to(&bench, "GetItemsByItemNumber")), (2, 2 + 2));
    bench.assert_sound("a hundred clients");
    bench.assert_signed_out("a hundred clients");
}

#[test]
fn logs_change_from_placeholder_to_item_in_iqr() {
    let bench = Bench::with_clients(1);
    bench.sync_well();
    let state = bench.sandbox.state();
    let log = &state.asset(FIRST).unwrap().system_comments;
    assert_eq!(log.len(), 1, "{log:#?}");
    assert!(log[0].starts_with("ItemNumber changed from TBD API to OPTIPLEX 9010"), "{log:#?}");
}

#[test]
fn fails_clients_of_a_refused_category_and_names_it() {
    for refusal in [Refusal::BadRequest, Refusal::ErrorElement, Refusal::Text] {
        let bench = Bench::with_clients(6).with("master_item.category", "desktop", "\"BOXES\"");
        bench.sandbox.state().options.quirks.refusal = refusal;
        let (report, _) = bench.requests_of(|| bench.sync());
        assert_eq!(report.code, Some(1), "{report:#?}");
        for (dell, panasonic) in [(1, 2), (3, 4), (5, 6)] {
            assert_eq!(report.fate(dell), ("failed", Some("no-master-item")), "{refusal:?}: {report:#?}");
            assert!(report.message(dell).contains("BOXES"), "{report:#?}");
            assert_eq!(report.fate(panasonic), ("sent", None), "{refusal:?}: {report:#?}");
        }
        assert_eq!(requests_to(&bench, "MI/Create"), 2, "asked once for all three");
        bench.sandbox.state().categories.push("BOXES".to_owned());
        let report = bench.sync();
        assert_eq!((report.code, report.count("sent")), (Some(0), 3), "{refusal:?}: {report:#?}");
    }
}

/// Syncs one Dell under an item with `reassign`; returns its item afterwards.
fn item_after(reassign: &str, under: &str) -> (String, Report) {
    let bench = Bench::empty().with("master_item", "reassign", &format!("{reassign:?}"));
    let mut asset = Asset::new(FIRST);
    asset.item_id = match under {
        "TBD API" => Item::PLACEHOLDER_ID,
        other => bench.sandbox.state().add_item(other, "DELL", "COMPUTER"),
    };
    bench.add(&crate::bench::client(0), asset);
    let report = bench.sync_well();
    bench.assert_idle(reassign);
    (bench.seen(FIRST).item_number, report)
}

#[test]
fn moves_asset_to_its_master_item_as_configured() {
    let rows = [
        ("always", "TBD API", "OPTIPLEX 9010"),
        ("always", "LATITUDE", "OPTIPLEX 9010"),
        ("placeholder", "TBD API", "OPTIPLEX 9010"),
        ("placeholder", "LATITUDE", "LATITUDE"),
        ("never", "TBD API", "TBD API"),
        ("never", "LATITUDE", "LATITUDE"),
    ];
    for (reassign, under, expected) in rows {
        let (item, report) = item_after(reassign, under);
        assert_eq!(item, expected, "{reassign} from {under}: {report:#?}");
    }
}

#[test]
fn reuses_item_that_differs_in_case_blanks_or_punctuation() {
    let spellings =
        ["OptiPlex 9010", "optiplex 9010   ", "OPTIPLEX-9010", "OptiPlex  9010", "OPTIPLEX9010", "OptiPlex_9010."];
    for (spelling, search) in spellings.into_iter().flat_map(|text| [(text, Search::Prefix), (text, Search::Contains)])
    {
        let context = format!("{spelling}, {search:?}");
        let bench = Bench::with_clients(1);
        bench.sandbox.state().options.quirks.search = search;
        bench.sandbox.state().add_item("OPTIPLEX 9010 SFF", "DELL", "COMPUTER");
        bench.sandbox.state().add_item("OPTIPLEX 901", "DELL", "COMPUTER");
        let item_id = bench.sandbox.state().add_item(spelling, "Dell", "COMPUTER");
        bench.sync_well();
        assert_eq!(created(&bench), [""; 0], "{context}");
        assert_eq!(bench.sandbox.state().asset(FIRST).unwrap().item_id, item_id, "{context}");
        bench.assert_idle(&context);
    }
}

/// Blanks within words that others write as one, and between letters and digits.
#[test]
fn reuses_item_with_blanks_elsewhere() {
    for (model, spelling) in [
        ("Vostro1710", "VOSTRO 1710"),
        ("Vostro 1710", "VOSTRO1710"),
        ("15-dr1xxx", "15 DR1XXX"),
        ("NV570P", "NV-570P"),
        ("MacBookPro11,1", "MacBook Pro 11,1"),
        ("MacBook Pro 11,1", "MACBOOKPRO11,1"),
    ] {
        let bench = Bench::with_clients(1);
        let update = "UPDATE client SET model = ?1, version = NULL";
        bench.store().connection().execute(update, [model]).unwrap();
        let item_id = bench.sandbox.state().add_item(spelling, "Dell", "COMPUTER");
        bench.sync_well();
        assert_eq!(created(&bench), [""; 0], "{model}");
        assert_eq!(bench.sandbox.state().asset(FIRST).unwrap().item_id, item_id, "{model}");
    }
}

/// Runs a pass over one machine with these firmware texts.
fn pass_over(maker: &str, model: &str, version: &str) -> (Bench, Report) {
    let bench = Bench::with_clients(1);
    let update = "UPDATE client SET manufacturer = ?1, model = ?2, version = ?3";
    bench.store().connection().execute(update, [maker, model, version]).unwrap();
    let report = bench.sync_well();
    (bench, report)
}

#[test]
fn holds_a_model_rather_than_merge_it_with_another() {
    for (maker, model, version, told) in [
        ("HPE", "ProLiant MicroServer Gen10 Plus", "", "has 31 characters, an item number has 30"),
        ("Dell Inc.", "Latitude 7230 Rugged Extreme Tablet", "", "could be taken for another model"),
        ("Dell Inc.", "Dell Inc.", "", "`Dell Inc.` is only the maker's name"),
        ("IBM", "IBM CORPORATION", "IBM CORPORATION", "`IBM CORPORATION` is only the maker's name"),
        ("ASUSTeK COMPUTER INC.", "ASUSTeK COMPUTER INC.", "", "is only the maker's name"),
    ] {
        let (bench, report) = pass_over(maker, model, version);
        assert_eq!(report.fate(1), ("held", Some("placeholder-model")), "{model}: {report:#?}");
        assert!(report.message(1).contains(told), "{model}: {report:#?}");
        assert_eq!((bench.writes(FIRST), created(&bench)), (0, Vec::new()), "{model}");
        bench.assert_idle(model);
    }
}

#[test]
fn creates_items_that_keep_every_word_that_counts() {
    for (maker, model, version, expected) in [
        ("Microsoft Corporation", "Surface Laptop Go 3 for Business", "", "SURFACE LAPTOP GO 3 BUSINESS"),
        ("HPE", "HPE ProLiant DL360 Gen10", "", "PROLIANT DL360 GEN10"),
        ("IBM", "-[848038X]-", "IBM CORPORATION", "848038X"),
        ("Framework", "Laptop 13 (AMD Ryzen 7040Series)", "A7", "LAPTOP 13 (RYZEN 7040SERIES)"),
    ] {
        let (bench, report) = pass_over(maker, model, version);
        assert_eq!(report.fate(1), ("sent", None), "{model}: {report:#?}");
        assert_eq!(created(&bench), [expected], "{model}");
        bench.assert_idle(model);
    }
}

#[test]
fn reuses_item_under_another_maker_name() {
    let bench = Bench::with_clients(1);
    let item_id = bench.sandbox.state().add_item("OPTIPLEX 9010", "Dell Inc.", "COMPUTER");
    bench.sync_well();
    assert_eq!(created(&bench), [""; 0]);
    assert_eq!(bench.sandbox.state().asset(FIRST).unwrap().item_id, item_id);
    bench.assert_idle("another name of the maker");
}

#[test]
fn creates_no_twin_if_search_finds_whole_numbers_only() {
    let bench = Bench::with_clients(6);
    bench.sandbox.state().options.quirks.search = Search::Whole;
    let item_id = bench.sandbox.state().add_item("Optiplex 9010", "DELL", "COMPUTER");
    bench.sync_well();
    assert_eq!(created(&bench), ["CF-33-1"]);
    assert_eq!(bench.sandbox.state().asset(FIRST).unwrap().item_id, item_id);
    bench.assert_idle("whole numbers");
}

/// An answer with so many rows may be cut off: it does not prove that the item is missing.
#[test]
fn finds_item_hidden_behind_a_large_family() {
    let bench = Bench::with_clients(1);
    for number in 0..200 {
        bench.sandbox.state().add_item(&format!("OPTIPLEX {number}"), "DELL", "COMPUTER");
    }
    let item_id = bench.sandbox.state().add_item("OPTIPLEX 9010", "DELL", "COMPUTER");
    for most in [10, 25, 100] {
        bench.sandbox.state().options.quirks.most_found = Some(most);
        bench.forget_ledger();
        bench.sync_well();
        assert_eq!(created(&bench), [""; 0], "{most}");
        assert_eq!(bench.sandbox.state().asset(FIRST).unwrap().item_id, item_id, "{most}");
    }
}

#[test]
fn ignores_item_of_another_maker() {
    let bench = Bench::with_clients(1);
    bench.sandbox.state().add_item("OPTIPLEX 9010", "HP", "COMPUTER");
    bench.sandbox.state().add_item("OPTIPLEX 9010 SFF", "DELL", "COMPUTER");
    bench.sync_well();
    assert_eq!(created(&bench), ["OPTIPLEX 9010"]);
    assert_eq!(bench.seen(FIRST).mfgr, "DELL");
}

#[test]
fn creates_no_twin_if_the_creation_answer_is_lost() {
    for kind in [Kind::Reset, Kind::Close, Kind::status(503), Kind::Empty, Kind::Cut, Kind::html_ok()] {
        let bench = Bench::with_clients(4);
        let create = When::Path("MI/Create".to_owned());
        bench.sandbox.set_faults(vec![Fault::new(create, kind.clone()).after_commit().times(1)]);
        bench.sync();
        bench.sandbox.set_faults(Vec::new());
        bench.sync_with(&["--retry"]);
        bench.assert_sound(&format!("{kind:?}"));
        assert_eq!(created(&bench).len(), 2, "{kind:?}");
        assert_eq!(bench.seen(FIRST).item_number, "OPTIPLEX 9010", "{kind:?}");
        bench.assert_idle(&format!("{kind:?}"));
    }
}

#[test]
fn recreates_known_item_deleted_in_iqr() {
    let bench = Bench::with_clients(2);
    bench.sync_well();
    // The same IQR without its master items: what the ledger knows of them is wrong.
    let other = Bench::with_clients(4);
    std::fs::copy(bench.ledger(), other.ledger()).unwrap();
    let report = other.sync_with(&["--full"]);
    assert_eq!(report.count("failed"), 0, "{report:#?}");
    for id in [FIRST + 2, FIRST + 3] {
        assert_ne!(other.seen(id).item_number, "TBD API");
    }
    other.assert_sound("items made again");
}

#[test]
fn repeats_creation_that_iqr_accepted_but_did_not_store() {
    let bench = Bench::with_clients(4);
    let create = When::Path("MI/Create".to_owned());
    bench.sandbox.set_faults(vec![Fault::new(create, Kind::AsIs).times(1)]);
    let report = bench.sync_well();
    assert_eq!(report.count("sent"), 4, "{report:#?}");
    assert_eq!(created(&bench).len(), 2);
    bench.assert_sound("made at the second try");
    bench.assert_idle("made at the second try");
}
