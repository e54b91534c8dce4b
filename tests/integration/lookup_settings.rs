//! Changes of `[iqmetrix]` after dates were sent: none of them takes a date from IQR. What a technician changes, does.

use iqr_sandbox::iqmetrix::{Company, Device, Options, State};
use iqr_sandbox::{Asset, Fault, Field, Kind, When};

use crate::bench::{Bench, FIRST, LATER, client};
use crate::bench_iqmetrix::{imei_of, phone};

const DESCRIPTION: &str = "\"{Model} bought {IMEI Purchase Date|?} back {IMEI Return Date|?}\"";

/// Times of further edits, after [`LATER`].
const EDITS: [&str; 4] = ["2024-05-02 09:00:00", "2024-05-03 09:00:00", "2024-05-04 09:00:00", "2024-05-05 09:00:00"];

fn bench() -> Bench {
    Bench::empty().with("templates", "description", DESCRIPTION).with("lookup", "retry", "\"1s\"")
}

/// Adds the client of a number with further slots.
fn add(bench: &Bench, number: i64, client: iqr_sandbox::store::Client, slots: &[(&str, &str)]) {
    let mut client = client;
    client.slots.extend(slots.iter().map(|(name, typed)| ((*name).to_owned(), Some((*typed).to_owned()))));
    bench.add(&client, Asset::new(FIRST + number));
}

fn know(bench: &Bench, number: i64, bought: &str) {
    bench
        .iqmetrix()
        .state()
        .set_device(Device::new(&imei_of(number), State::COMPANY).bought(bought).returned("2017-05-18"));
}

/// A phone with the dates of its IMEI in IQR, and a second slot for an IMEI.
fn sent_phone(second_imei: &str) -> Bench {
    let bench = bench().and_iqmetrix(Options::default());
    add(&bench, 0, phone(0), &[("IMEI 2", second_imei), ("IMEI Purchase Date", ""), ("IMEI Return Date", "")]);
    know(&bench, 0, "2016-04-17");
    bench.sync_well();
    assert_shows(&bench, 0, "bought 2016-04-17 back 2017-05-18");
    bench
}

#[track_caller]
fn assert_shows(bench: &Bench, number: i64, end: &str) {
    let description = bench.seen(FIRST + number).description;
    assert!(description.ends_with(end), "{description}");
}

/// Asserts that the text stays through a full comparison, through news and through an idle pass, and that `preview`
/// says so.
#[track_caller]
fn assert_stays(bench: &Bench, number: i64, end: &str) {
    let before = bench.seen(FIRST + number).description;
    bench.sync_with(&["--full"]);
    assert_shows(bench, number, end);
    bench.store().edit(number + 1, "model", "Latitude 7490", LATER).unwrap();
    bench.sync_well();
    assert_eq!(bench.seen(FIRST + number).description, before, "the text is not cut into parts");
    let notes = notes(bench, number);
    assert!(notes.contains("description stays as it is in IQR"), "{notes}");
    let page = bench.run(&["preview", &(FIRST + number).to_string()]).stdout;
    assert!(page.contains("IMEI Purchase Date: it was sent under other settings"), "{page}");
    bench.assert_idle("the text stays");
}

fn notes(bench: &Bench, number: i64) -> String {
    bench.run(&["preview", &(FIRST + number).to_string(), "--remote", "--json"]).json()["notes"].to_string()
}

#[test]
fn keeps_dates_where_the_new_imei_slot_is_blank() {
    for typed in ["", "no IMEI"] {
        let mut bench = sent_phone(typed);
        bench.set("iqmetrix", "imei_slot", "\"IMEI 2\"");
        assert_stays(&bench, 0, "bought 2016-04-17 back 2017-05-18");
        bench.store().set_slot(1, "IMEI 2", &imei_of(0), EDITS[0]).unwrap();
        assert_eq!(bench.sync_well().count("sent"), 1);
        assert_shows(&bench, 0, "Latitude 7490 bought 2016-04-17 back 2017-05-18");
    }
}

#[test]
fn keeps_dates_until_the_imei_of_a_new_slot_is_answered() {
    let mut bench = sent_phone(&imei_of(7));
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
    bench.set("iqmetrix", "imei_slot", "\"IMEI 2\"");
    assert_stays_open(&bench);
    bench.iqmetrix().set_faults(Vec::new());
    know(&bench, 7, "2019-09-09");
    assert!((0..1000).any(|_| bench.sync_well().count("sent") == 1));
    assert_shows(&bench, 0, "Latitude 7490 bought 2019-09-09 back 2017-05-18");
}

/// A client that waits for an answer is no idle one.
#[track_caller]
fn assert_stays_open(bench: &Bench) {
    bench.sync_with(&["--full"]);
    bench.store().edit(1, "model", "Latitude 7490", LATER).unwrap();
    bench.sync_well();
    assert_shows(bench, 0, "bought 2016-04-17 back 2017-05-18");
}

#[test]
fn keeps_dates_where_the_imei_of_a_new_slot_has_none() {
    let mut bench = sent_phone(&imei_of(7));
    bench.set("iqmetrix", "imei_slot", "\"IMEI 2\"");
    assert_stays(&bench, 0, "bought 2016-04-17 back 2017-05-18");
}

#[test]
fn keeps_typed_dates_where_the_section_is_new() {
    let bench = bench();
    let typed = [("IMEI Purchase Date", "May 2016"), ("IMEI Return Date", "June 2017")];
    add(&bench, 0, phone(0), &typed);
    add(&bench, 1, client(1), &typed);
    bench.sync_well();
    let bench = bench.and_iqmetrix(Options::default());
    assert_stays(&bench, 0, "bought May 2016 back June 2017");
    // Without an IMEI, the slots of these names are printed as before.
    bench.store().edit(2, "model", "CF-33", LATER).unwrap();
    bench.sync_well();
    assert_shows(&bench, 1, "CF-33 bought May 2016 back June 2017");
    assert_eq!(notes(&bench, 1), "[]");
    know(&bench, 0, "2016-05-05");
    bench.store().edit(1, "model", "Latitude 7400", EDITS[0]).unwrap();
    expire_answers(&bench);
    bench.sync_well();
    assert_shows(&bench, 0, "Latitude 7400 bought 2016-05-05 back 2017-05-18");
}

#[test]
fn keeps_dates_where_the_section_is_removed() {
    let bench = sent_phone("").without_section("iqmetrix");
    assert_stays(&bench, 0, "bought 2016-04-17 back 2017-05-18");
    bench.store().set_slot(1, "IMEI Purchase Date", "April 2016", EDITS[0]).unwrap();
    bench.store().set_slot(1, "IMEI Return Date", "May 2017", EDITS[1]).unwrap();
    bench.sync_well();
    assert_shows(&bench, 0, "Latitude 7490 bought April 2016 back May 2017");
}

#[test]
fn keeps_dates_that_other_companies_lack() {
    let mut bench = sent_phone("");
    let other = Company { id: 14_171, name: "OTHER".to_owned(), doing_business_as: "Other Corp".to_owned() };
    bench.iqmetrix().state().companies.push(other);
    bench.set("iqmetrix", "companies", "[14171]");
    expire_answers(&bench);
    assert_stays(&bench, 0, "bought 2016-04-17 back 2017-05-18");
    let lookups = bench.run(&["preview", &FIRST.to_string(), "--json"]).json()["lookups"].clone();
    assert_eq!(lookups[0]["state"], "absent", "{lookups}");
    bench.set("iqmetrix", "companies", "[14170]");
    expire_answers(&bench);
    bench.store().edit(1, "model", "Latitude 7400", EDITS[0]).unwrap();
    bench.sync_well();
    assert_shows(&bench, 0, "Latitude 7400 bought 2016-04-17 back 2017-05-18");
}

#[test]
fn replaces_a_kept_text_that_a_person_clears() {
    let mut bench = sent_phone("");
    bench.set("iqmetrix", "imei_slot", "\"IMEI 2\"");
    assert_stays(&bench, 0, "bought 2016-04-17 back 2017-05-18");
    bench.sandbox.state().edit(FIRST, Field::Description, "");
    bench.sync_with(&["--inventory-id", &FIRST.to_string()]);
    assert_shows(&bench, 0, "Latitude 7490 bought ? back ?");
    assert_eq!(notes(&bench, 0), "[]");
    assert!(!bench.run(&["preview", &FIRST.to_string()]).stdout.contains("other settings"));
}

#[test]
fn sends_machines_without_imei_under_any_settings() {
    let bench = bench().and_iqmetrix(Options::default());
    add(&bench, 0, client(0), &[("IMEI", ""), ("IMEI 2", "")]);
    bench.sandbox.state().edit(FIRST, Field::Description, "as received 2023-01-02");
    bench.sync_well();
    assert_shows(&bench, 0, "bought ? back ?");
    let mut bench = bench;
    bench.set("iqmetrix", "imei_slot", "\"IMEI 2\"");
    bench.set("iqmetrix", "companies", "[14171]");
    bench.store().edit(1, "model", "Latitude 7490", LATER).unwrap();
    bench.sync_well();
    assert_shows(&bench, 0, "Latitude 7490 bought ? back ?");
    let bench =
        bench.without_section("iqmetrix").with("store", "slots", "[\"IMEI Purchase Date\", \"IMEI Return Date\"]");
    bench.store().edit(1, "model", "Latitude 7400", EDITS[0]).unwrap();
    bench.sync_well();
    assert_shows(&bench, 0, "Latitude 7400 bought ? back ?");
}

/// Changes of the section that leave a machine without dates.
fn changes() -> [fn(Bench) -> Bench; 3] {
    [
        |mut bench| {
            bench.set("iqmetrix", "imei_slot", "\"IMEI 2\"");
            bench
        },
        |mut bench| {
            let other = Company { id: 14_171, name: "OTHER".to_owned(), doing_business_as: "Other Corp".to_owned() };
            bench.iqmetrix().state().companies.push(other);
            bench.set("iqmetrix", "companies", "[14171]");
            expire_answers(&bench);
            bench
        },
        |bench| bench.without_section("iqmetrix"),
    ]
}

#[test]
fn keeps_dates_where_ledger_and_section_change_at_once() {
    for (number, change) in changes().into_iter().enumerate() {
        let bench = change(sent_phone(""));
        bench.forget_ledger();
        assert_stays(&bench, 0, "bought 2016-04-17 back 2017-05-18");
        bench.sandbox.state().edit(FIRST, Field::Description, "");
        bench.sync_with(&["--inventory-id", &FIRST.to_string()]);
        assert_shows(&bench, 0, "Latitude 7490 bought ? back ?");
        assert_eq!(notes(&bench, 0), "[]", "change {number}");
    }
}

#[test]
fn keeps_dates_where_ledger_goes_after_the_section_changed() {
    for change in changes() {
        let bench = change(sent_phone(""));
        assert_stays(&bench, 0, "bought 2016-04-17 back 2017-05-18");
        let kept = bench.seen(FIRST).description;
        bench.store().edit(1, "model", &kept[..kept.find(" bought").unwrap()], EDITS[0]).unwrap();
        bench.forget_ledger();
        assert_stays(&bench, 0, "bought 2016-04-17 back 2017-05-18");
    }
}

#[test]
fn sends_dates_again_after_ledger_and_section_changed() {
    let mut bench = sent_phone("");
    bench.set("iqmetrix", "imei_slot", "\"IMEI 2\"");
    bench.forget_ledger();
    assert_stays(&bench, 0, "bought 2016-04-17 back 2017-05-18");
    know(&bench, 0, "2016-05-05");
    bench.set("iqmetrix", "imei_slot", "\"IMEI\"");
    bench.store().edit(1, "model", "Latitude 7400", EDITS[0]).unwrap();
    bench.sync_well();
    assert_shows(&bench, 0, "Latitude 7400 bought 2016-05-05 back 2017-05-18");
    bench.store().set_slot(1, "IMEI", "", EDITS[1]).unwrap();
    bench.sync_well();
    assert_shows(&bench, 0, "bought ? back ?");
}

/// Also where settings have changed since the dates were sent: the slot is the same.
#[test]
fn renders_anew_what_a_technician_corrects() {
    for changes_companies in [false, true] {
        let mut bench = sent_phone("");
        if changes_companies {
            bench.set("iqmetrix", "companies", "[14171]");
        }
        bench.store().set_slot(1, "IMEI", "", LATER).unwrap();
        assert_eq!(bench.sync_well().count("sent"), 1);
        assert_shows(&bench, 0, "bought ? back ?");
        bench.set("iqmetrix", "companies", "[14170]");
        bench.store().set_slot(1, "IMEI", &imei_of(0), EDITS[0]).unwrap();
        bench.sync_well();
        assert_shows(&bench, 0, "bought 2016-04-17 back 2017-05-18");
        bench.store().set_slot(1, "IMEI", &imei_of(7), EDITS[1]).unwrap();
        bench.sync_well();
        assert_shows(&bench, 0, "bought ? back ?");
        know(&bench, 7, "2019-09-09");
        expire_answers(&bench);
        bench.store().edit(1, "technician", "JW", EDITS[2]).unwrap();
        bench.sync_well();
        assert_shows(&bench, 0, "bought 2019-09-09 back 2017-05-18");
        bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
        bench.store().set_slot(1, "IMEI", &imei_of(8), EDITS[3]).unwrap();
        bench.sync_well();
        assert_shows(&bench, 0, "bought ? back ?");
    }
}

/// A machine that was compared under new settings has them as its own.
#[test]
fn renders_anew_what_is_cleared_after_a_changed_slot() {
    let mut bench = sent_phone(&imei_of(0));
    bench.set("iqmetrix", "imei_slot", "\"IMEI 2\"");
    bench.sync_with(&["--full"]);
    assert_shows(&bench, 0, "bought 2016-04-17 back 2017-05-18");
    bench.store().set_slot(1, "IMEI 2", "", LATER).unwrap();
    bench.sync_well();
    assert_shows(&bench, 0, "bought ? back ?");
}

#[test]
fn believes_an_absent_value_under_unchanged_settings() {
    let bench = sent_phone("");
    bench.iqmetrix().state().remove_device(&imei_of(0));
    expire_answers(&bench);
    bench.store().edit(1, "model", "Latitude 7490", LATER).unwrap();
    bench.sync_well();
    assert_shows(&bench, 0, "Latitude 7490 bought ? back ?");
}

#[test]
fn loses_no_value_to_the_number_of_requests() {
    let mut bench = sent_phone("");
    bench.set("iqmetrix", "batch", "50");
    bench.set("iqmetrix", "connections", "1");
    assert_eq!(bench.sync_with(&["--full"]).count("sent"), 0, "nothing is written");
    assert_shows(&bench, 0, "bought 2016-04-17 back 2017-05-18");
    bench.iqmetrix().state().remove_device(&imei_of(0));
    expire_answers(&bench);
    bench.store().edit(1, "model", "Latitude 7490", LATER).unwrap();
    bench.sync_well();
    assert_shows(&bench, 0, "Latitude 7490 bought ? back ?");
}

/// Makes each answer in the ledger one that is asked for again.
fn expire_answers(bench: &Bench) {
    let connection = rusqlite::Connection::open(bench.ledger()).unwrap();
    connection.execute_batch("UPDATE looked_up SET asked_at = 0").unwrap();
}
