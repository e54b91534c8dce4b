//! The names of technicians, which a pass looks up at iQ Tech by their badge or employee number.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use iqr_sandbox::iqtech::{Echo, Employee, Encoding, Options, Place};
use iqr_sandbox::store::Client;
use iqr_sandbox::{Asset, Body, Fault, Kind, Request, When, iqmetrix};
use serde_json::{Value, json};

use crate::bench::{Bench, FIRST, LATER, Run, client, quoted};

const DESCRIPTION: &str = "\"{Model} by {Technician Name|?} ({Technician})\"";

/// The badge of Hawkeye Pierce.
const BADGE: &str = "42789";

/// Creates a bench with a client for each of these technicians, who are looked up by their badges.
fn bench(technicians: &[&str]) -> Bench {
    let bench = Bench::empty().and_iqtech(Options::default()).with("iqtech", "technician", "\"badge\"");
    add(&bench, technicians);
    bench.with("templates", "description", DESCRIPTION)
}

/// Adds a client for each of these technicians.
fn add(bench: &Bench, technicians: &[&str]) {
    for (number, technician) in (0..).zip(technicians) {
        bench.add(&of_technician(number, technician), Asset::new(FIRST + number));
    }
}

fn of_technician(number: i64, technician: &str) -> Client {
    Client { technician: Some(technician.to_owned()), ..client(number) }
}

/// Adds a slot of the inventory item menu.
fn with_slot(mut client: Client, name: &str, typed: &str) -> Client {
    client.slots.push((name.to_owned(), Some(typed.to_owned())));
    client
}

/// Returns the requests for data that iQ Tech has got since the last call.
fn asked(bench: &Bench) -> Vec<Request> {
    let requests = bench.iqtech().requests();
    bench.iqtech().forget_requests();
    requests.into_iter().filter(|request| request.method == "GET").collect()
}

#[track_caller]
fn assert_shows(bench: &Bench, id: i64, end: &str) {
    let description = bench.seen(id).description;
    assert!(description.ends_with(&format!(" by {end}")), "{description}");
}

#[track_caller]
fn run_well(bench: &Bench, arguments: &[&str]) -> Run {
    let run = bench.run(arguments);
    assert_eq!(run.code, Some(0), "{run:#?}");
    run
}

/// Returns state and text of the one value of `preview --json`.
fn value(json: &Value) -> (&str, Option<&str>) {
    let values = json["lookups"].as_array().unwrap();
    assert_eq!(values.len(), 1, "{json:#}");
    (values[0]["state"].as_str().unwrap(), values[0]["value"].as_str())
}

#[test]
fn asks_one_question_for_fifty_clients_with_one_badge() {
    let bench = bench(&[BADGE; 50]);
    let report = bench.sync_well();
    assert_eq!((report.count("sent"), report.lookup_requests()), (50, Some(1)));
    let requests = asked(&bench);
    assert_eq!(requests.len(), 1, "{requests:#?}");
    assert!(requests[0].target.ends_with("/api/Employee/lookup?badgeNumber=42789"), "{requests:#?}");
    (0..50).for_each(|number| assert_shows(&bench, FIRST + number, "Hawkeye Pierce (42789)"));
    bench.assert_idle("all known");
    bench.store().edit(1, "model", "Latitude 7490", LATER).unwrap();
    assert_eq!(bench.sync_well().count("sent"), 1);
    assert_eq!(asked(&bench), [], "the answer still holds");
    assert_shows(&bench, FIRST, "Hawkeye Pierce (42789)");
    bench.assert_iqtech_sound(2, "one badge");
    bench.assert_sound("one badge");
}

#[test]
fn asks_for_each_badge_once_within_its_connections() {
    let badges: Vec<String> = (0..30).map(|number| (number % 15 + 50_000).to_string()).collect();
    let bench = bench(&badges.iter().map(String::as_str).collect::<Vec<_>>());
    bench.iqtech().state().options.rtt = Duration::from_millis(5);
    assert_eq!(bench.sync_well().lookup_requests(), Some(15));
    let keys: BTreeSet<String> = asked(&bench).into_iter().map(|request| request.target).collect();
    assert_eq!(keys.len(), 15, "{keys:?}");
    bench.assert_iqtech_sound(2, "fifteen badges");
    bench.assert_idle("all absent");
    assert_eq!(asked(&bench), [], "a second pass asks nothing");
}

#[test]
fn takes_the_active_one_of_employees_with_one_badge() {
    let bench = bench(&[Employee::SHARED_BADGE, "77777"]);
    let twins = ["3001", "3002"].map(|number| Employee::new(number, "Twin", number).with_badge("77777"));
    bench.iqtech().state().employees.extend(twins);
    let run = run_well(&bench, &["sync"]);
    assert_shows(&bench, FIRST, &format!("Margaret Houlihan ({})", Employee::SHARED_BADGE));
    assert_shows(&bench, FIRST + 1, "? (77777)");
    assert_eq!(run.stderr.matches("2 employees").count(), 1, "{}", run.stderr);
    assert_eq!(value(&run_well(&bench, &["preview", "700002", "--json"]).json()), ("absent", None));
    bench.assert_idle("an ambiguous badge");
}

#[test]
fn looks_up_the_number_in_the_slot_that_is_named() {
    let bench = Bench::empty().and_iqtech(Options::default()).with("iqtech", "technician", "\"number\"");
    let bench = bench.with("iqtech", "technician_slot", "\"Badge\"").with("templates", "description", DESCRIPTION);
    let typed = [" 1000 ", "1000", "", "  ", "9 9", "1002"];
    for (number, typed) in (0..).zip(typed) {
        bench.add(&with_slot(of_technician(number, "JW"), "badge", typed), Asset::new(FIRST + number));
    }
    bench.sync_well();
    let targets: Vec<String> = asked(&bench).into_iter().map(|request| request.target).collect();
    let mut keys: Vec<&str> = targets.iter().map(|target| target.split_once('=').unwrap().1).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["1000", "1002", "9%209"], "{targets:?}");
    assert!(targets.iter().all(|target| target.ends_with("?employeeNumber=1000") || !target.contains("1000")));
    let names = ["Hawkeye Pierce", "Hawkeye Pierce", "?", "?", "?", "Margaret Houlihan"];
    for (number, name) in (0..).zip(names) {
        assert_shows(&bench, FIRST + number, &format!("{name} (JW)"));
    }
}

#[test]
fn takes_a_refused_key_for_absent() {
    let bench = bench(&[BADGE; 3]);
    let problem = json!({"type": "x", "title": "One or more validation errors occurred.", "status": 400,
        "errors": {"badgeNumber": ["The value is not valid."]}});
    let refusals = [(400, Body::Json(problem.to_string())), (404, Body::Text("no such path".to_owned()))];
    for (code, body) in refusals {
        bench.forget_ledger();
        asked(&bench);
        bench.iqtech().set_faults(vec![Fault::new(
            When::Path("/api/Employee/lookup".to_owned()),
            Kind::Status { code, headers: Vec::new(), body },
        )]);
        let run = run_well(&bench, &["sync", "--full"]);
        assert_eq!(asked(&bench).len(), 1, "{code}");
        assert_eq!(run.stderr.matches("key 42789").count(), 1, "{code}: {}", run.stderr);
        assert_eq!(value(&run_well(&bench, &["preview", "700001", "--json"]).json()), ("absent", None), "{code}");
        assert_eq!(run_well(&bench, &["status", "--json"]).json()["lookups"][0]["state"], "ok", "{code}");
        bench.assert_idle("a refused key");
        assert_eq!(asked(&bench), [], "{code}: the answer holds");
    }
}

#[test]
fn sends_every_client_where_iqtech_is_down() {
    for (name, at, kind) in [
        ("500", When::Always, Kind::status(500)),
        ("a web page", When::Always, Kind::html_ok()),
        ("data 403", When::Method("GET".to_owned()), Kind::status(403)),
        ("token 401", When::Method("POST".to_owned()), Kind::status(401)),
        ("reset", When::Always, Kind::Reset),
    ] {
        let bench = bench(&[BADGE, "12345"]).with("lookup", "retry", "\"1h\"");
        bench.iqtech().set_faults(vec![Fault::new(at, kind)]);
        assert_eq!(bench.sync_well().count("sent"), 2, "{name}");
        assert!(bench.iqtech().requests().len() <= 6, "{name}: {:#?}", bench.iqtech().requests());
        assert_shows(&bench, FIRST, "? (42789)");
        let service = run_well(&bench, &["status", "--json"]).json()["lookups"][0].clone();
        assert_eq!((&service["service"], &service["state"]), (&json!("iqtech"), &json!("rests")), "{name}: {service}");
        assert_eq!(service["waiting"], 2, "{name}");
        bench.iqtech().set_faults(Vec::new());
        asked(&bench);
        bench.assert_idle(name);
        assert_eq!(asked(&bench), [], "{name}: it rests");
    }
}

#[test]
fn sends_late_names_by_one_update_without_news_from_wipeos() {
    let bench = bench(&[BADGE; 3]).with("lookup", "retry", "\"1s\"");
    bench.iqtech().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
    bench.sync_well();
    assert_shows(&bench, FIRST, "? (42789)");
    bench.iqtech().set_faults(Vec::new());
    // The service may be asked again in a second; passes until then find nothing to do.
    let sent = (0..1000).map(|_| bench.sync_well().count("sent")).find(|sent| *sent > 0);
    assert_eq!(sent, Some(3));
    (0..3).for_each(|number| assert_shows(&bench, FIRST + number, "Hawkeye Pierce (42789)"));
    bench.assert_idle("the names are there");
}

#[test]
fn tries_iqtech_that_has_rested_once() {
    for (name, fault) in [("token", "POST"), ("data", "GET")] {
        let bench = bench(&[BADGE; 3]).with("lookup", "retry", "\"1s\"");
        bench.iqtech().set_faults(vec![Fault::new(When::Method(fault.to_owned()), Kind::status(500))]);
        let failed = |requests: &[Request]| requests.iter().filter(|it| it.method == fault).count();
        let (_, requests) = bench.iqtech_requests_of(|| bench.sync_well());
        assert_eq!(failed(&requests), 3, "{name}: {requests:#?}");
        let passes = (0..1000).map(|_| bench.iqtech_requests_of(|| bench.sync_well()).1);
        let requests = passes.into_iter().find(|requests| !requests.is_empty()).unwrap();
        assert_eq!(failed(&requests), 1, "{name}: {requests:#?}");
    }
}

#[test]
fn waits_one_budget_for_two_silent_services() {
    let bench = Bench::empty().and_iqmetrix(iqmetrix::Options::default()).and_phones(3);
    let bench = bench.and_iqtech(Options::default()).with("iqtech", "technician", "\"badge\"");
    let bench = bench.with("templates", "description", "\"{Model} {IMEI Purchase Date|?} {Technician Name|?}\"");
    let bench = bench.with("lookup", "budget", "\"2s\"");
    let silence = || vec![Fault::new(When::Always, Kind::SilentHead(Duration::from_secs(120)))];
    bench.iqmetrix().set_faults(silence());
    bench.iqtech().set_faults(silence());
    let started = Instant::now();
    let run = run_well(&bench, &["sync", "-vv"]);
    let taken = started.elapsed();
    assert!(taken >= Duration::from_secs(2) && taken < Duration::from_secs(30), "{taken:?}");
    assert!((0..3).all(|number| bench.seen(FIRST + number).description.ends_with(" ? ?")));
    let services = run_well(&bench, &["status", "--json"]).json()["lookups"].clone();
    let states: Vec<_> = services.as_array().unwrap().iter().map(|it| (&it["service"], &it["waiting"])).collect();
    assert_eq!(states, [(&json!("iqmetrix"), &json!(3)), (&json!("iqtech"), &json!(3))], "{services:#}");
    assert_eq!(bench.iqtech().requests(), [], "the first service has used the time: {}", run.stderr);
}

#[test]
fn asks_each_service_for_its_own_values_alone() {
    let bench = Bench::empty().and_iqmetrix(iqmetrix::Options::default()).and_phones(3);
    let bench = bench.and_iqtech(Options::default()).with("iqtech", "technician", "\"badge\"");
    let bench = bench.with("templates", "description", "\"{IMEI Purchase Date|?} {Technician Name|?}\"");
    let prom = bench.path("wipeos-iqr.prom");
    let bench = bench.with("metrics", "textfile", &quoted(&prom));
    (1..=3).for_each(|client| bench.store().edit(client, "technician", BADGE, LATER).unwrap());
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(500))]);
    bench.sync_well();
    assert!(bench.seen(FIRST).description.ends_with("? Hawkeye Pierce"), "{:?}", bench.seen(FIRST));
    assert_eq!(samples(&prom, "resting"), [("iqmetrix", 1), ("iqtech", 0)].map(sample).into());
    assert_eq!(samples(&prom, "waiting_clients"), [("iqmetrix", 3), ("iqtech", 0)].map(sample).into());
    bench.iqmetrix().set_faults(Vec::new());
    bench.forget_ledger();
    bench.sync_well();
    assert!(!bench.seen(FIRST).description.contains('?'), "{:?}", bench.seen(FIRST));
    assert_eq!(samples(&prom, "requests"), [("iqmetrix", 2), ("iqtech", 1)].map(sample).into());
}

fn sample((service, number): (&str, u64)) -> (String, u64) {
    (service.to_owned(), number)
}

/// Returns the samples of a metric of look-ups, by service.
fn samples(prom: &Path, name: &str) -> BTreeMap<String, u64> {
    let text = fs::read_to_string(prom).unwrap();
    let start = format!("wipeos_iqr_lookup_{name}{{service=\"");
    let samples = text.lines().filter_map(|line| line.strip_prefix(&start)?.split_once("\"} "));
    samples.map(|(service, number)| (service.to_owned(), number.parse().unwrap())).collect()
}

#[test]
fn keeps_names_where_the_new_slot_is_blank() {
    let mut bench = bench(&[BADGE; 2]);
    bench.sync_well();
    bench.set("iqtech", "technician_slot", "\"Badge\"");
    bench.sync_well();
    (0..2).for_each(|number| assert_shows(&bench, FIRST + number, "Hawkeye Pierce (42789)"));
    bench.forget_ledger();
    bench.sync_well();
    (0..2).for_each(|number| assert_shows(&bench, FIRST + number, "Hawkeye Pierce (42789)"));
    bench.set("iqtech", "technician_slot", "\"\"");
    bench.sync_with(&["--full"]);
    bench.store().edit(1, "technician", "1", LATER).unwrap();
    bench.sync_well();
    assert_shows(&bench, FIRST, "? (1)");
}

#[test]
fn sends_iqtech_only_questions_and_requests_for_tokens() {
    let bench = Bench::empty().and_iqmetrix(iqmetrix::Options::default()).and_phones(4);
    let bench = bench.and_iqtech(Options::default()).with("iqtech", "technician", "\"badge\"");
    let bench = bench.with("templates", "description", "\"{IMEI Purchase Date|?} {Technician Name|?}\"");
    for pass in 0..5 {
        bench.store().edit(pass % 4 + 1, "technician", &format!("4278{pass}"), LATER).unwrap();
        bench.sync_well();
    }
    let requests = bench.iqtech().requests();
    let is_read = |it: &&Request| it.method == "GET" && it.target.contains("/api/Employee/lookup?badgeNumber=");
    let is_token = |it: &&Request| it.method == "POST" && it.target.ends_with("/connect/token");
    let counts = (requests.iter().filter(is_read).count(), requests.iter().filter(is_token).count());
    assert!(counts.0 >= 5 && counts.0 + counts.1 == requests.len(), "{requests:#?}");
    assert!(bench.iqmetrix().requests().iter().all(|it| it.method == "GET" || it.target.contains("token")));
    bench.assert_iqtech_sound(2, "five passes");
    bench.assert_iqmetrix_sound(4, "five passes");
}

#[test]
fn previews_the_name_that_a_pass_sends() {
    let bench = bench(&[BADGE]);
    let offline = run_well(&bench, &["preview", "700001", "--json"]).json();
    assert_eq!((value(&offline), asked(&bench).len()), (("open", None), 0));
    let remote = run_well(&bench, &["preview", "700001", "--remote", "--json"]).json();
    assert_eq!((value(&remote), asked(&bench).len()), (("known", Some("Hawkeye Pierce")), 1));
    let shown = &remote["lookups"][0];
    let expected = (&json!("Technician Name"), &json!("iqtech"), &json!(BADGE));
    assert_eq!((&shown["field"], &shown["service"], &shown["key"]), expected);
    assert!(!bench.ledger().exists(), "the answer is not kept");
    bench.sync_well();
    assert_eq!(remote["mapped"]["description"], json!(bench.seen(FIRST).description));
    asked(&bench);
    let known = run_well(&bench, &["preview", "700001", "--remote", "--json"]).json();
    assert!(known["lookups"][0]["asked_at"].is_string() && known["mapped"] == remote["mapped"], "{known:#}");
    assert_eq!(asked(&bench), [], "what the ledger has is fresh");
    let page = run_well(&bench, &["preview", "700001"]).stdout;
    assert!(page.contains("Technician Name: Hawkeye Pierce, asked just now"), "{page}");
    let status = run_well(&bench, &["status", "700001"]).stdout;
    assert!(status.contains("Technician Name: Hawkeye Pierce, asked just now"), "{status}");
}

/// Returns the steps of `auth-test` to iQ Tech: name, verdict and message.
fn steps(json: &Value) -> Vec<[String; 3]> {
    let steps = json["steps"].as_array().unwrap().iter();
    let steps = steps.map(|step| ["step", "verdict", "message"].map(|key| step[key].as_str().unwrap().to_owned()));
    steps.filter(|[name, ..]| name.starts_with("iqtech ")).collect()
}

#[test]
fn tests_the_way_to_iqtech_step_by_step() {
    let bench = Bench::empty().and_iqmetrix(iqmetrix::Options::default()).and_iqtech(Options::default());
    let json = run_well(&bench, &["auth-test", "--json"]).json();
    let names: Vec<_> = steps(&json).into_iter().map(|[name, verdict, _]| (name, verdict)).collect();
    let expected = ["secrets", "host", "connection", "token", "read"].map(|name| format!("iqtech {name}"));
    assert_eq!(names, expected.map(|name| (name, "ok".to_owned())), "{json:#}");
    let all: Vec<&str> = json["steps"].as_array().unwrap().iter().map(|it| it["step"].as_str().unwrap()).collect();
    assert!(
        all.ends_with(&[
            "iqmetrix read",
            "iqtech secrets",
            "iqtech host",
            "iqtech connection",
            "iqtech token",
            "iqtech read"
        ]),
        "{all:?}"
    );
    let requests = asked(&bench);
    let read = requests.last().unwrap();
    assert!(read.target.ends_with("GetMachinePlanogramDetails?page=1&pageSize=1"), "{requests:#?}");
    bench.assert_iqtech_sound(1, "auth-test");
}

#[track_caller]
fn assert_ends_at(bench: &Bench, code: i32, name: &str, words: &str) {
    let run = bench.run(&["auth-test", "--json"]);
    assert_eq!(run.code, Some(code), "{run:#?}");
    let steps = steps(&run.json());
    let [step, verdict, message] = steps.last().unwrap();
    assert_eq!((step.as_str(), verdict.as_str()), (name, "failed"), "{message}");
    assert!(message.contains(words), "{message}");
}

#[test]
fn ends_at_the_first_step_to_iqtech_that_fails() {
    let new = || Bench::empty().and_iqtech(Options::default());
    let refused = new();
    refused.write_secret("iqtech-client-secret", "Another-secret-4711");
    assert_ends_at(&refused, 4, "iqtech token", "iQ Tech refused the credentials");
    let missing = new();
    fs::remove_file(missing.path("iqtech-client-secret")).unwrap();
    assert_ends_at(&missing, 3, "iqtech secrets", "no iQ Tech client secret");
    let closed = new().with("iqtech", "url", "\"http://127.0.0.1:1\"");
    assert_ends_at(&closed, 5, "iqtech connection", "cannot be reached");
    let failing = new();
    failing.iqtech().set_faults(vec![Fault::new(When::Method("GET".to_owned()), Kind::html_ok())]);
    assert_ends_at(&failing, 5, "iqtech read", "");
}

#[test]
fn asks_iqtech_nothing_where_no_text_names_it() {
    let bench = Bench::empty().and_iqtech(Options::default()).with("iqtech", "technician", "\"badge\"");
    add(&bench, &[BADGE; 3]);
    assert_eq!(bench.sync_well().count("sent"), 3);
    bench.assert_idle("no field");
    assert_eq!(bench.iqtech().requests(), []);
    let page = run_well(&bench, &["status"]).stdout;
    let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(" iqtech no text names one of its values"), "{page}");
}

#[test]
fn asks_iqtech_nothing_with_a_secret_that_others_can_read() {
    let bench = bench(&[BADGE; 2]);
    let file = bench.path("iqtech-client-secret");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(bench.sync_well().count("sent"), 2);
    assert_eq!(bench.iqtech().requests(), []);
    let service = run_well(&bench, &["status", "--json"]).json()["lookups"][0].clone();
    let message = service["message"].as_str().unwrap();
    assert!(service["state"] == "off" && message.contains("chmod 600"), "{service}");
    assert_ends_at(&bench, 3, "iqtech secrets", "iqtech-client-secret can be read by others");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(bench.sync_well().count("sent"), 2, "the names follow");
    assert_shows(&bench, FIRST, "Hawkeye Pierce (42789)");
}

#[test]
fn shows_no_secret_that_iqtech_repeats() {
    let places = [
        Place::Error(500),
        Place::Exception(400),
        Place::Problem,
        Place::Text(403),
        Place::TokenError(400),
        Place::Names,
    ];
    for (number, place) in places.into_iter().enumerate() {
        for encoding in [Encoding::Plain, [Encoding::Base64, Encoding::PercentAll][number % 2]] {
            let bench = bench(&[BADGE]);
            let html = bench.path("page.html");
            let bench = bench.with("report", "html", &quoted(&html));
            bench.iqtech().state().options.quirks.echo = Some(Echo { place, encoding });
            let commands: [&[&str]; 6] = [
                &["preview", "700001", "--remote", "-vv"],
                &["auth-test", "-vv"],
                &["sync", "-vv"],
                &["status"],
                &["status", "700001", "--json"],
                &["preview", "700001", "--json"],
            ];
            let mut shown: Vec<String> =
                commands.iter().map(|arguments| format!("{:?}", bench.run(arguments))).collect();
            shown.push(fs::read_to_string(&html).unwrap());
            shown.push(String::from_utf8_lossy(&fs::read(bench.ledger()).unwrap()).into_owned());
            shown.push(bench.seen(FIRST).description);
            for secret in bench.iqtech().state().secrets() {
                for form in [encoding.encode(&secret), secret] {
                    assert!(shown.iter().all(|text| !text.contains(&form)), "{place:?}, {encoding:?}: {shown:#?}");
                }
            }
        }
    }
}

#[test]
fn needs_the_section_for_the_name_of_a_technician() {
    let bench = Bench::with_clients(1).with("templates", "description", DESCRIPTION);
    let run = bench.run(&["sync"]);
    assert_eq!(run.code, Some(3), "{run:#?}");
    assert!(run.stderr.contains("`{Technician Name}`") && run.stderr.contains("[iqtech]"), "{}", run.stderr);
    bench.add(&with_slot(client(1), "Technician Name", "B.J. Hunnicutt"), Asset::new(FIRST + 1));
    bench.sync_well();
    assert!(bench.seen(FIRST + 1).description.contains(" by B.J. Hunnicutt ("), "{:?}", bench.seen(FIRST + 1));
}
