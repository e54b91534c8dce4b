//! Values that a pass looks up at iQmetrix: they reach their assets, and no failure of the service reaches anything
//! else.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use iqr_sandbox::iqmetrix::{Device, Maintenance, Options, State};
use iqr_sandbox::{Asset, Fault, Kind, When};
use rustix::process::Signal;

use crate::bench::{Bench, FIRST, LATER, PATIENCE, Report, Running, client};
use crate::bench_iqmetrix::{imei_of, phone};

const DESCRIPTION: &str = "\"{Model} bought {IMEI Purchase Date|?} back {IMEI Return Date|?}\"";

fn bench(phones: i64) -> Bench {
    let bench = Bench::empty().and_iqmetrix(Options::default()).and_phones(phones);
    bench.with("templates", "description", DESCRIPTION)
}

/// Names a device of this number that was bought in one year and returned in the next.
fn know(bench: &Bench, number: i64) {
    let device = Device::new(&imei_of(number), State::COMPANY).bought("2016-04-17").returned("2017-05-18");
    bench.iqmetrix().state().set_device(device);
}

fn shows_dates(bench: &Bench, id: i64) -> bool {
    bench.seen(id).description.ends_with("bought 2016-04-17 back 2017-05-18")
}

#[track_caller]
fn assert_unknown(bench: &Bench, id: i64) {
    let description = bench.seen(id).description;
    assert!(description.ends_with("bought ? back ?"), "{description}");
}

/// Data requests among those that iQmetrix got.
fn data(requests: &[iqr_sandbox::Request]) -> usize {
    requests.iter().filter(|request| request.method == "GET").count()
}

/// IMEIs in the data requests among those that iQmetrix got.
fn devices(requests: &[iqr_sandbox::Request]) -> usize {
    let of_devices = requests.iter().filter_map(|request| request.target.split_once("IMEI="));
    of_devices.map(|(_, imeis)| 1 + imeis.matches(',').count()).sum()
}

#[test]
fn brings_dates_into_the_texts_by_one_request() {
    let bench = bench(20);
    (0..20).for_each(|number| know(&bench, number));
    let (report, requests) = bench.lookups_of(|| bench.sync_well());
    assert_eq!((report.count("sent"), report.lookup_requests()), (20, Some(2)), "companies and devices");
    assert_eq!((requests.len(), data(&requests)), (3, 2), "one token: {requests:#?}");
    assert!((0..20).all(|number| shows_dates(&bench, FIRST + number)));
    bench.assert_iqmetrix_sound(4, "all known");
    let ((), requests) = bench.lookups_of(|| bench.assert_idle("all known"));
    assert_eq!(requests, [], "a second pass asks nothing");
    bench.assert_sound("all known");
}

#[test]
fn asks_for_the_devices_of_a_page_in_batches() {
    let bench = bench(210).with("iqmetrix", "companies", "[14170]");
    (0..210).for_each(|number| know(&bench, number));
    let (_, requests) = bench.lookups_of(|| bench.sync_well());
    assert_eq!((requests.len(), data(&requests)), (4, 3));
    assert!((0..210).all(|number| shows_dates(&bench, FIRST + number)));
}

/// Of the clients of a page too few are phones for a request. The keys of later pages fill it, and these clients are
/// asked for no more.
#[test]
fn asks_for_rare_devices_of_many_pages_together() {
    let number_of = |phone: i64| 20 * phone;
    let bench = bench(0).with("iqmetrix", "companies", "[14170]");
    for number in 0..540 {
        let client = if number % 20 == 0 { phone(number) } else { client(number) };
        bench.add(&client, Asset::new(FIRST + number));
    }
    (0..27).for_each(|phone| know(&bench, number_of(phone)));
    let (report, requests) = bench.lookups_of(|| bench.sync_well());
    assert_eq!((report.count("sent"), data(&requests)), (540, 1), "{requests:#?}");
    assert!((0..27).all(|phone| shows_dates(&bench, FIRST + number_of(phone))));
    bench.assert_idle("all known");
    // A comparison of every client asks anew once the answers are old.
    let old = "UPDATE looked_up SET asked_at = 0";
    rusqlite::Connection::open(bench.ledger()).unwrap().execute_batch(old).unwrap();
    let (_, requests) = bench.lookups_of(|| bench.sync_with(&["--full"]));
    assert_eq!(data(&requests), 1, "{requests:#?}");
    // A pass for few clients asks for none behind them.
    bench.forget_ledger();
    let (_, requests) = bench.lookups_of(|| bench.sync_with(&["--limit", "5"]));
    assert_eq!((data(&requests), devices(&requests)), (1, 13), "{requests:#?}");
}

#[test]
fn prints_the_fallback_where_the_service_has_no_value() {
    let bench = bench(2);
    bench.iqmetrix().state().remove_device(&imei_of(0));
    bench.iqmetrix().state().set_device(Device::new(&imei_of(1), State::COMPANY).bought("2016-04-17"));
    bench.sync_well();
    assert_unknown(&bench, FIRST);
    assert!(bench.seen(FIRST + 1).description.ends_with("bought 2016-04-17 back ?"));
    bench.assert_idle("a device without dates");
}

#[test]
fn sends_every_client_where_the_service_is_down() {
    let faults = [
        ("500", vec![Fault::new(When::Always, Kind::status(500))]),
        ("a web page", vec![Fault::new(When::Always, Kind::html_ok())]),
        ("data 403", vec![Fault::new(When::Method("GET".to_owned()), Kind::status(403))]),
        ("token 401", vec![Fault::new(When::Method("POST".to_owned()), Kind::status(401))]),
        ("token 429", vec![Fault::new(When::Method("POST".to_owned()), Kind::status(429))]),
        ("a redirect", vec![Fault::new(When::Method("GET".to_owned()), Kind::redirect("/elsewhere"))]),
        ("404", vec![Fault::new(When::Method("GET".to_owned()), Kind::status(404))]),
    ];
    for (name, faults) in faults {
        let bench = bench(3).with("lookup", "retry", "\"1h\"");
        (0..3).for_each(|number| know(&bench, number));
        bench.iqmetrix().set_faults(faults);
        let (report, requests) = bench.lookups_of(|| bench.sync());
        assert_eq!((report.code, report.count("sent")), (Some(0), 3), "{name}: {report:#?}");
        assert!(requests.len() <= 6, "{name}: {requests:#?}");
        assert_unknown(&bench, FIRST);
        // The service rests: it is not asked, and no client is due.
        bench.iqmetrix().set_faults(Vec::new());
        let ((), requests) = bench.lookups_of(|| bench.assert_idle(name));
        assert_eq!(requests, [], "{name}");
    }
}

/// Names a device of this number whose date of purchase is none.
fn garble(bench: &Bench, number: i64) {
    let device = Device::new(&imei_of(number), State::COMPANY).returned("2017-05-18");
    bench.iqmetrix().state().set_device(Device { purchase_date: Some("17.04.2016".to_owned()), ..device });
}

#[test]
fn sends_all_dates_but_those_of_an_unreadable_row() {
    let bench = bench(20).with("lookup", "retry", "\"1h\"");
    (0..20).for_each(|number| know(&bench, number));
    garble(&bench, 7);
    let (report, requests) = bench.lookups_of(|| bench.sync_well());
    assert_eq!((report.count("sent"), data(&requests)), (20, 2), "the row is no failed request: {requests:#?}");
    assert!((0..20).all(|number| number == 7 || shows_dates(&bench, FIRST + number)));
    assert_unknown(&bench, FIRST + 7);
    let words = format!("row of IMEI {} cannot be read: PurchaseDate in the answer is `17.04.2016`", imei_of(7));
    assert!(report.stderr.contains(&words) && !report.stderr.contains("rests until"), "{report:#?}");
    // Alone it is asked for once more, and then not before the next retry.
    let (report, requests) = bench.lookups_of(|| bench.sync_well());
    assert_eq!((data(&requests), report.stderr.as_str()), (1, ""), "warned of once: {requests:#?}");
    let ((), requests) = bench.lookups_of(|| bench.assert_idle("a row that stays unreadable"));
    assert_eq!(requests, []);
    // The row of another device is news.
    garble(&bench, 8);
    bench.store().edit(9, "model", "Latitude 7490", LATER).unwrap();
    let old = "UPDATE looked_up SET asked_at = 0";
    rusqlite::Connection::open(bench.ledger()).unwrap().execute_batch(old).unwrap();
    end_rest(&bench);
    let report = bench.sync_well();
    assert!(report.stderr.contains(&imei_of(8)) && !report.stderr.contains(&imei_of(7)), "{report:#?}");
    bench.assert_sound("an unreadable row");
}

/// Machines with news come before new ones, and are looked up by themselves.
#[test]
fn asks_on_in_the_pass_after_an_unreadable_row() {
    let bench = bench(1).with("iqmetrix", "companies", "[14170]");
    know(&bench, 0);
    bench.sync_well();
    garble(&bench, 5);
    bench.store().set_slot(1, "IMEI", &imei_of(5), LATER).unwrap();
    bench.add(&phone(1), Asset::new(FIRST + 1));
    know(&bench, 1);
    let (report, requests) = bench.lookups_of(|| bench.sync_well());
    let asked: Vec<bool> = requests.iter().map(|request| request.target.contains(&imei_of(5))).collect();
    assert_eq!((report.count("sent"), asked), (2, vec![false, true, false]), "{requests:#?}");
    assert!(shows_dates(&bench, FIRST + 1));
    let rests = "SELECT rests_until IS NOT NULL FROM lookup_service";
    assert!(!bench.in_ledger::<bool>(rests), "it has answered about another device");
}

#[test]
fn sends_date_of_a_row_that_becomes_readable() {
    let bench = bench(1).with("lookup", "retry", "\"1s\"");
    garble(&bench, 0);
    assert_eq!(bench.sync_well().count("sent"), 1);
    assert_unknown(&bench, FIRST);
    know(&bench, 0);
    let sent = (0..1000).map(|_| bench.sync_well().count("sent")).find(|sent| *sent > 0);
    assert_eq!(sent, Some(1));
    assert!(shows_dates(&bench, FIRST));
    bench.assert_idle("the row can be read");
}

#[test]
fn sends_late_dates_by_one_update_without_news_from_wipeos() {
    let bench = bench(3).with("lookup", "retry", "\"1s\"");
    (0..3).for_each(|number| know(&bench, number));
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
    bench.sync_well();
    assert_unknown(&bench, FIRST);
    bench.iqmetrix().set_faults(Vec::new());
    // The service may be asked again in a second; passes until then find nothing to do.
    let sent = (0..1000).map(|_| bench.sync_well().count("sent")).find(|sent| *sent > 0);
    assert_eq!(sent, Some(3));
    assert!((0..3).all(|number| shows_dates(&bench, FIRST + number)));
    bench.assert_idle("the dates are there");
}

#[test]
fn tries_a_service_that_has_rested_once() {
    for (name, fault) in [("token", "POST"), ("data", "GET")] {
        let bench = bench(3).with("lookup", "retry", "\"1s\"");
        bench.iqmetrix().set_faults(vec![Fault::new(When::Method(fault.to_owned()), Kind::status(500))]);
        let failed = |requests: &[iqr_sandbox::Request]| requests.iter().filter(|it| it.method == fault).count();
        let (_, requests) = bench.lookups_of(|| bench.sync_well());
        assert_eq!(failed(&requests), 3, "{name}: {requests:#?}");
        let passes = (0..1000).map(|_| bench.lookups_of(|| bench.sync_well()).1);
        let requests = passes.into_iter().find(|requests| !requests.is_empty()).unwrap();
        assert_eq!(failed(&requests), 1, "{name}: {requests:#?}");
    }
}

/// All wait while the service takes no more, and its limit is never exceeded by much.
#[test]
fn learns_every_value_from_a_service_that_takes_few_requests() {
    let bench = bench(60).with("iqmetrix", "companies", "[14170]").with("iqmetrix", "batch", "5");
    let bench = bench.with("iqmetrix", "connections", "8").with("lookup", "budget", "\"60s\"");
    (0..60).for_each(|number| know(&bench, number));
    let mut state = bench.iqmetrix().state();
    (state.options.max_in_flight, state.options.rtt) = (2, Duration::from_millis(20));
    drop(state);
    let (report, requests) = bench.lookups_of(|| bench.sync_well());
    assert_eq!(report.count("sent"), 60);
    let known = |bench: &Bench| (0..60).filter(|number| shows_dates(bench, FIRST + number)).count();
    let mut passes = 0;
    while known(&bench) < 60 && passes < 20 {
        bench.sync_well();
        passes += 1;
    }
    assert_eq!(known(&bench), 60, "after {passes} more passes: {requests:#?}");
    for batch in requests.chunk_by(|one, other| one.target == other.target) {
        assert!(batch.len() <= 3, "{batch:#?}");
    }
}

#[test]
fn blanks_no_date_in_iqr_after_the_ledger_is_lost() {
    let bench = bench(2);
    (0..2).for_each(|number| know(&bench, number));
    bench.sync_well();
    bench.forget_ledger();
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
    bench.sync_well();
    assert!((0..2).all(|number| shows_dates(&bench, FIRST + number)));
    // Nor where WipeOS has news of the machine, which change the text.
    bench.store().edit(1, "model", "Latitude 7490", LATER).unwrap();
    bench.sync_well();
    assert!(shows_dates(&bench, FIRST));
}

#[test]
fn prints_what_was_known_through_an_outage() {
    let bench = bench(2);
    (0..2).for_each(|number| know(&bench, number));
    bench.sync_well();
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
    bench.store().edit(1, "model", "Latitude 7490", LATER).unwrap();
    assert_eq!(bench.sync_well().count("sent"), 1);
    assert!(shows_dates(&bench, FIRST));
    assert!(bench.seen(FIRST).description.contains("7490"));
}

#[test]
fn asks_nothing_in_maintenance_until_it_may_be_over() {
    let bench = bench(2);
    bench.iqmetrix().state().options.maintenance = Some(Maintenance { retry_after: Some("3600".to_owned()) });
    let (_, requests) = bench.lookups_of(|| bench.sync_well());
    assert_eq!(data(&requests), 1, "{requests:#?}");
    let ((), requests) = bench.lookups_of(|| bench.assert_idle("maintenance"));
    assert_eq!(requests, []);
}

#[test]
fn waits_for_a_silent_service_no_longer_than_the_budget() {
    let bench = bench(3).with("lookup", "budget", "\"1s\"");
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::SilentHead(Duration::from_secs(60)))]);
    let started = std::time::Instant::now();
    let report = bench.sync_well();
    assert_eq!(report.count("sent"), 3);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_unknown(&bench, FIRST);
    let ((), requests) = bench.lookups_of(|| bench.assert_idle("a silent service"));
    assert_eq!(requests, [], "it rests");
}

/// Ends the rest of the service, as its time would.
fn end_rest(bench: &Bench) {
    let past = "UPDATE lookup_service SET rests_until = 1 WHERE rests_until IS NOT NULL";
    rusqlite::Connection::open(bench.ledger()).unwrap().execute_batch(past).unwrap();
}

#[test]
fn warns_once_when_a_service_begins_to_rest() {
    let bench = bench(1).with("lookup", "retry", "\"1h\"");
    let warnings = |arguments: &[&str]| {
        let report = bench.sync_with(arguments);
        report.stderr.lines().filter(|line| line.contains("rests until")).map(str::to_owned).collect::<Vec<_>>()
    };
    let fail_with = |method: &str, status| {
        bench.iqmetrix().set_faults(vec![Fault::new(When::Method(method.to_owned()), Kind::status(status))]);
    };
    fail_with("GET", 500);
    let first = warnings(&[]);
    let (_, until) = first[0].split_once("iQmetrix rests until ").unwrap();
    let (time, why) = until.split_at("2026-11-22T16:04:59Z: ".len());
    assert!(first.len() == 1 && time.ends_with("Z: ") && why.contains("500"), "{first:?}");
    // The outage lasts, and shows in another way.
    for method in ["GET", "POST"] {
        end_rest(&bench);
        fail_with(method, 502);
        assert_eq!(warnings(&[]), [""; 0], "{method}");
    }
    end_rest(&bench);
    assert_eq!(warnings(&["-v"]).len(), 1);
    // A refusal needs a person.
    end_rest(&bench);
    fail_with("POST", 401);
    assert_eq!(warnings(&[]).len(), 1);
    // After an answer, the next rest is another one.
    end_rest(&bench);
    bench.iqmetrix().set_faults(Vec::new());
    assert_eq!(warnings(&[]), [""; 0]);
    bench.add(&phone(1), Asset::new(FIRST + 1));
    fail_with("GET", 500);
    assert_eq!(warnings(&[]).len(), 1);
}

#[test]
fn warns_once_of_a_secret_that_cannot_be_read() {
    let bench = bench(1);
    let secret = bench.path("iqmetrix-password");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut number = 0;
    let mut pass = |arguments: &[&str]| {
        number += 1;
        bench.add(&phone(number), Asset::new(FIRST + number));
        bench.sync_with(arguments).stderr.matches("iQmetrix is not asked in this pass").count()
    };
    assert_eq!([pass(&[]), pass(&[]), pass(&["-v"]), pass(&[])], [1, 0, 1, 0]);
    std::fs::remove_file(&secret).unwrap();
    assert_eq!([pass(&[]), pass(&[])], [1, 0], "for another reason");
}

/// Starts a pass, and returns it once it waits for the service.
fn begin_lookup(bench: &Bench) -> Running {
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::SilentHead(PATIENCE))]);
    bench.iqmetrix().forget_requests();
    let mut pass = bench.spawn(&["sync", "--json"]);
    let started = Instant::now();
    while bench.iqmetrix().requests().is_empty() {
        assert!(!pass.has_ended() && started.elapsed() < PATIENCE, "the pass should ask the service");
        std::thread::sleep(Duration::from_millis(1));
    }
    pass
}

#[test]
fn records_a_pass_that_ends_during_a_lookup() {
    let bench = bench(2).with("lookup", "budget", "\"60s\"").with("iqmetrix", "request_timeout", "\"50s\"");
    let pass = begin_lookup(&bench);
    pass.signal(Signal::TERM);
    let report = Report::of(pass.finish());
    assert_eq!((report.outcome(), report.count("requests")), ("aborted", 0), "{report:#?}");
    let newest = "SELECT outcome || ': ' || message FROM pass ORDER BY id DESC LIMIT 1";
    assert_eq!(bench.in_ledger::<String>(newest), "aborted: stopped by a signal");
    let bench = bench.with("sync", "time_budget", "\"1s\"");
    let report = bench.sync();
    assert_eq!((report.count("requests"), report.count("deferred")), (0, 2), "{report:#?}");
    assert!(bench.in_ledger::<String>(newest).starts_with("done: "), "it was out of time");
    assert_eq!(bench.in_ledger::<i64>("SELECT count(*) FROM pass"), 2);
}

#[test]
fn counts_lookups_of_a_skipped_pass() {
    let bench = bench(1).with("lookup", "budget", "\"60s\"").with("iqmetrix", "request_timeout", "\"50s\"");
    let pass = begin_lookup(&bench);
    let skipped = bench.sync();
    assert_eq!((skipped.code, skipped.outcome(), skipped.lookup_requests()), (Some(75), "skipped", Some(0)));
    pass.signal(Signal::TERM);
    pass.finish();
}

#[test]
fn forgets_a_rest_when_the_section_is_changed() {
    for (key, value) in [("companies", "[14170]"), ("batch", "50"), ("connections", "1"), ("request_timeout", "\"9s\"")]
    {
        forgets_a_rest_when_changed(key, value);
    }
}

#[track_caller]
fn forgets_a_rest_when_changed(key: &'static str, value: &str) {
    let mut bench = bench(2);
    (0..2).for_each(|number| know(&bench, number));
    bench.iqmetrix().set_faults(vec![Fault::new(When::Method("POST".to_owned()), Kind::status(401))]);
    bench.sync_well();
    assert_unknown(&bench, FIRST);
    bench.iqmetrix().set_faults(Vec::new());
    bench.set("iqmetrix", key, value);
    assert_eq!(bench.sync_well().count("sent"), 2, "{key}");
    assert!((0..2).all(|number| shows_dates(&bench, FIRST + number)));
}

fn waiting(bench: &Bench) -> i64 {
    bench.in_ledger("SELECT count(*) FROM lookup_waiting")
}

/// Makes the service fail until a pass has sent the values as absent: longer than `lookup.wait`.
fn outlast_wait(bench: &Bench) {
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
    bench.sync_well();
    assert_eq!(waiting(bench), 2);
    let is_absent = || bench.run(&["preview", "700001", "--json"]).json()["lookups"][0]["state"] == "absent";
    assert!((0..1000).any(|_| is_absent()));
    let asks = |_| !bench.lookups_of(|| bench.sync_well()).1.is_empty();
    assert!((0..1000).any(asks), "the service is asked on");
}

/// After `lookup.wait` the value counts as absent; whatever stands in IQR stays all the same.
#[test]
fn blanks_no_date_in_iqr_after_the_wait() {
    let bench = bench(2).with("lookup", "retry", "\"1s\"").with("lookup", "wait", "\"1s\"");
    (0..2).for_each(|number| know(&bench, number));
    bench.sync_well();
    bench.forget_ledger();
    outlast_wait(&bench);
    assert!((0..2).all(|number| shows_dates(&bench, FIRST + number)));
}

#[test]
fn sends_dates_by_one_update_after_the_wait() {
    let bench = bench(2).with("lookup", "retry", "\"1s\"").with("lookup", "wait", "\"1s\"");
    (0..2).for_each(|number| know(&bench, number));
    outlast_wait(&bench);
    assert_unknown(&bench, FIRST);
    assert_eq!(waiting(&bench), 2, "a value that counts as absent is waited for");
    bench.iqmetrix().set_faults(Vec::new());
    let writes = bench.writes(FIRST);
    let sent = (0..1000).map(|_| bench.sync_well().count("sent")).find(|sent| *sent > 0);
    assert_eq!((sent, waiting(&bench)), (Some(2), 0));
    assert!((0..2).all(|number| shows_dates(&bench, FIRST + number)));
    assert_eq!(bench.writes(FIRST), writes + 1);
    let ((), requests) = bench.lookups_of(|| bench.assert_idle("the dates are there"));
    assert_eq!(requests, []);
}

/// A client that waits for a service costs a pass nothing while only the other service may be asked.
#[test]
fn wakes_no_client_for_a_service_that_rests() {
    let bench = bench(2).and_iqtech(iqr_sandbox::iqtech::Options::default()).with("lookup", "retry", "\"1h\"");
    let bench = bench.with("iqtech", "technician", "\"badge\"");
    let bench = bench.with("templates", "description", "\"{IMEI Purchase Date|?} {Technician Name|?}\"");
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
    bench.sync_well();
    assert_eq!(waiting(&bench), 2);
    bench.add(&phone(5), Asset::new(FIRST + 5));
    let report = bench.sync_well();
    assert_eq!((report.count("due"), waiting(&bench)), (1, 3), "{report:#?}");
}

#[test]
fn waits_for_no_value_of_a_held_client() {
    let bench = bench(1).with("lookup", "retry", "\"1s\"");
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
    bench.sync_well();
    bench.store().set_slot(1, "Inventory ID", "", LATER).unwrap();
    assert_eq!(bench.sync_well().count("held"), 1);
    assert_eq!(bench.in_ledger::<i64>("SELECT count(*) FROM lookup_waiting"), 0);
}

#[test]
fn waits_for_no_service_whose_secret_cannot_be_read() {
    let bench = bench(3);
    (0..3).for_each(|number| know(&bench, number));
    let secret = bench.path("iqmetrix-password");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    let report = bench.sync_well();
    assert_eq!(report.count("sent"), 3);
    assert!(report.stderr.contains("chmod 600"), "{report:#?}");
    let ((), requests) = bench.lookups_of(|| bench.assert_idle("no secret"));
    assert_eq!(requests, []);
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(bench.sync_well().count("sent"), 3, "the secret is readable again");
    assert!((0..3).all(|number| shows_dates(&bench, FIRST + number)));
}

#[test]
fn rests_where_the_service_lists_no_company() {
    let bench = bench(2);
    let mut state = bench.iqmetrix().state();
    (state.companies, state.dealers) = (Vec::new(), Vec::new());
    drop(state);
    let (_, requests) = bench.lookups_of(|| bench.sync_well());
    assert_eq!(data(&requests), 2, "companies, then dealers: {requests:#?}");
    let ((), requests) = bench.lookups_of(|| bench.assert_idle("no company"));
    assert_eq!(requests, []);
}

#[test]
fn ends_a_rest_that_a_clock_set_back_made_longer() {
    let bench = bench(2);
    (0..2).for_each(|number| know(&bench, number));
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
    bench.sync_well();
    bench.iqmetrix().set_faults(Vec::new());
    let years = "UPDATE lookup_service SET rests_until = rests_until + 90000000000";
    rusqlite::Connection::open(bench.ledger()).unwrap().execute_batch(years).unwrap();
    assert_eq!(bench.sync_well().count("sent"), 2);
    assert!((0..2).all(|number| shows_dates(&bench, FIRST + number)));
}

#[test]
fn keeps_nothing_of_a_dry_run() {
    let bench = bench(2);
    (0..2).for_each(|number| know(&bench, number));
    let (_, requests) = bench.lookups_of(|| bench.run(&["sync", "--dry-run", "--json"]));
    assert_eq!(data(&requests), 2);
    let (_, requests) = bench.lookups_of(|| bench.sync_well());
    assert_eq!(data(&requests), 2, "the pass asks again");
}

#[test]
fn sends_no_text_that_is_no_imei_to_the_service() {
    let bench = bench(1);
    bench.add(&client(5).with_imei("490154203237519"), Asset::new(FIRST + 5));
    let (_, requests) = bench.lookups_of(|| bench.sync_well());
    assert!(requests.iter().all(|request| !request.target.contains("490154203237519")), "{requests:#?}");
    assert_unknown(&bench, FIRST + 5);
    bench.assert_idle("no IMEI");
}
