//! Where looked-up values and their services are shown: `preview`, `status`, the page, the metrics and `auth-test`; and
//! that no output has a word of them without the section.

use std::collections::BTreeSet;
use std::fs;

use iqr_sandbox::iqmetrix::{Device, Echo, Encoding, Maintenance, Options, Place, State};
use iqr_sandbox::{Fault, Kind, When};
use serde_json::{Value, json};

use crate::bench::{Bench, FIRST, Run, quoted};
use crate::bench_iqmetrix::imei_of;

const DESCRIPTION: &str = "\"{Model} bought {IMEI Purchase Date|?} back {IMEI Return Date|?}\"";

/// The inventory ID of the first client.
const ID: &str = "700001";

/// Clients with an IMEI, the first of which was bought and returned.
fn bench(phones: i64) -> Bench {
    let bench = Bench::empty().and_iqmetrix(Options::default()).and_phones(phones);
    let device = Device::new(&imei_of(0), State::COMPANY).bought("2016-04-17").returned("2017-05-18");
    bench.iqmetrix().state().set_device(device);
    bench.with("templates", "description", DESCRIPTION)
}

fn fail_always(bench: &Bench, kind: Kind) {
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, kind)]);
}

#[track_caller]
fn run_well(bench: &Bench, arguments: &[&str]) -> Run {
    let run = bench.run(arguments);
    assert_eq!(run.code, Some(0), "{run:#?}");
    run
}

/// Returns the values of `preview --json` as pairs of state and value.
fn values(json: &Value) -> Vec<(&str, Option<&str>)> {
    let values = json["lookups"].as_array().unwrap_or_else(|| panic!("{json:#}"));
    values.iter().map(|value| (value["state"].as_str().unwrap(), value["value"].as_str())).collect()
}

#[test]
fn previews_remotely_the_text_that_a_pass_sends() {
    let bench = bench(2);
    let offline = run_well(&bench, &["preview", ID, "--json"]).json();
    assert_eq!(values(&offline), [("open", None), ("open", None)]);
    let (remote, requests) = bench.lookups_of(|| run_well(&bench, &["preview", ID, "--remote", "--json"]).json());
    assert_eq!(values(&remote), [("known", Some("2016-04-17")), ("known", Some("2017-05-18"))]);
    assert_eq!(requests.iter().filter(|request| request.method == "GET").count(), 2, "{requests:#?}");
    let value = &remote["lookups"][0];
    assert_eq!((&value["field"], &value["service"]), (&json!("IMEI Purchase Date"), &json!("iqmetrix")));
    assert!(value["key"] == json!(imei_of(0)) && value["asked_at"].as_str().unwrap().ends_with('Z'), "{value}");
    assert!(!bench.ledger().exists(), "the answers are not kept");
    bench.sync_well();
    assert_eq!(remote["mapped"]["description"], json!(bench.seen(FIRST).description));
    let ((known, page), requests) = bench.lookups_of(|| {
        let known = run_well(&bench, &["preview", ID, "--json"]).json();
        (known, run_well(&bench, &["preview", ID, "--remote"]).stdout)
    });
    assert_eq!(known["mapped"], remote["mapped"]);
    assert_eq!(requests, [], "what the ledger has is fresh");
    assert!(page.contains("IMEI Purchase Date: 2016-04-17, asked just now"), "{page}");
}

#[test]
fn previews_remotely_with_one_warning_if_a_service_fails() {
    let bench = bench(1);
    fail_always(&bench, Kind::status(500));
    let run = run_well(&bench, &["preview", ID, "--remote", "--json"]);
    assert_eq!(values(&run.json()), [("open", None), ("open", None)]);
    assert_eq!(run.stderr.matches("iQmetrix gave no answer").count(), 1, "{run:#?}");
    let page = run_well(&bench, &["preview", ID]).stdout;
    assert!(page.contains("IMEI Return Date: not answered yet"), "{page}");
    bench.sync_well();
    assert_eq!(run.json()["mapped"]["description"], json!(bench.seen(FIRST).description));
    let (run, requests) = bench.lookups_of(|| run_well(&bench, &["preview", ID, "--remote"]));
    assert_eq!((requests, run.stderr.matches("rests until").count()), (vec![], 1), "{}", run.stderr);
}

#[test]
fn previews_absent_values_and_other_settings() {
    let mut bench = bench(1);
    bench.iqmetrix().state().remove_device(&imei_of(0));
    bench.sync_well();
    let json = run_well(&bench, &["preview", ID, "--json"]).json();
    assert_eq!(values(&json), [("absent", None), ("absent", None)]);
    let page = run_well(&bench, &["preview", ID]).stdout;
    assert!(page.contains("IMEI Purchase Date: absent, asked just now"), "{page}");
    bench.iqmetrix().state().set_device(Device::new(&imei_of(0), State::COMPANY).bought("2018-01-02"));
    bench.set("iqmetrix", "companies", "[14170]");
    let remote = run_well(&bench, &["preview", ID, "--remote", "--json"]).json();
    assert_eq!(values(&remote), [("known", Some("2018-01-02")), ("absent", None)]);
    assert_eq!(bench.sync_with(&["--inventory-id", ID]).count("sent"), 1);
    assert_eq!(remote["mapped"]["description"], json!(bench.seen(FIRST).description));
}

/// Returns the one service of `status --json`.
fn service(bench: &Bench) -> Value {
    let json = bench.run(&["status", "--json"]).json();
    assert_eq!(json["lookups"].as_array().map(Vec::len), Some(1), "{json:#}");
    json["lookups"][0].clone()
}

/// Returns the row of the service in `status`, on one line.
fn row(bench: &Bench) -> String {
    let page = bench.run(&["status"]).stdout;
    let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, row) = words.split_once(" iqmetrix ").unwrap_or_else(|| panic!("{page}"));
    row.to_owned()
}

#[test]
fn tells_the_state_of_a_service_and_who_waits() {
    let bench = bench(2);
    let html = bench.path("page.html");
    let bench = bench.with("report", "html", &quoted(&html));
    bench.iqmetrix().state().options.maintenance = Some(Maintenance { retry_after: Some("3600".to_owned()) });
    bench.sync_well();
    let rests = service(&bench);
    assert_eq!((&rests["service"], &rests["state"]), (&json!("iqmetrix"), &json!("rests")));
    assert!(rests["until"].as_str().unwrap().ends_with('Z') && rests["waiting"] == 2, "{rests}");
    assert!(rests["message"].as_str().unwrap().contains("503"), "{rests}");
    let told = row(&bench);
    assert!(told.starts_with("rests until 20") && told.contains("2 clients wait for a value"), "{told}");
    let written = fs::read_to_string(&html).unwrap();
    let asked_for = run_well(&bench, &["status", "--html", "-"]).stdout;
    for page in [written, asked_for] {
        assert!(page.contains("<td class=\"held\">rests until 20"), "{page}");
    }
    bench.iqmetrix().state().options.maintenance = None;
    bench.forget_ledger();
    bench.sync_well();
    assert_eq!(
        service(&bench),
        json!({"service": "iqmetrix", "state": "ok", "until": null, "message": null, "waiting": 0})
    );
    assert!(row(&bench).starts_with("ok"));
}

/// Between the end of a rest and the next pass, nothing says yet that the service is well.
#[test]
fn tells_of_a_rest_that_is_over() {
    let bench = bench(1).with("lookup", "retry", "\"1h\"");
    fail_always(&bench, Kind::status(500));
    bench.sync_well();
    assert_eq!(service(&bench)["state"], "rests");
    let past = "UPDATE lookup_service SET rests_until = rests_until - 3700000";
    rusqlite::Connection::open(bench.ledger()).unwrap().execute_batch(past).unwrap();
    let told = row(&bench);
    let words = "UTC; the next pass that needs a value asks again: ";
    assert!(told.starts_with("rested until 20") && told.contains(words) && told.contains("500"), "{told}");
    let rested = service(&bench);
    assert_eq!((&rested["state"], &rested["until"], &rested["waiting"]), (&json!("ok"), &Value::Null, &json!(1)));
    assert!(rested["message"].as_str().unwrap().starts_with("rested until 20"), "{rested}");
    bench.iqmetrix().set_faults(Vec::new());
    bench.sync_well();
    assert_eq!((row(&bench).starts_with("ok"), &service(&bench)["message"]), (true, &Value::Null));
}

/// The secrets may be credentials of the unit, which a command that a person runs does not see.
#[test]
fn shows_whether_passes_have_the_secrets() {
    let bench = bench(1);
    let credentials = bench.path("credentials");
    fs::create_dir(&credentials).unwrap();
    for name in ["iqmetrix-client-secret", "iqmetrix-password"] {
        fs::rename(bench.path(name), credentials.join(name)).unwrap();
    }
    let off = service(&bench);
    assert_eq!((&off["state"], &off["until"]), (&json!("off"), &Value::Null));
    let message = off["message"].as_str().unwrap();
    assert!(message.starts_with("no iQmetrix client secret") && message.contains("none was made"), "{off}");
    let sync_in_unit = || {
        let mut command = bench.command(&["sync"]);
        command.env("CREDENTIALS_DIRECTORY", &credentials);
        assert_eq!(crate::bench::run(command).code, Some(0));
    };
    sync_in_unit();
    assert_eq!((service(&bench)["state"].as_str(), row(&bench).starts_with("ok")), (Some("ok"), true));
    // A pass that has nothing to do finds out, too.
    bench.assert_idle("without the secrets");
    let off = service(&bench);
    assert_eq!((&off["state"], &off["until"]), (&json!("off"), &Value::Null));
    assert!(row(&bench).starts_with("off: no iQmetrix client secret") && !row(&bench).contains("none was made"));
    sync_in_unit();
    assert_eq!(service(&bench)["message"], Value::Null);
}

#[test]
fn says_so_if_no_text_names_a_value() {
    let bench = Bench::empty().and_iqmetrix(Options::default()).and_phones(1);
    bench.sync_well();
    assert!(row(&bench).starts_with("no text names one of its values"));
    assert_eq!(service(&bench)["state"], "off");
    assert_eq!(bench.run(&["preview", ID, "--json"]).json()["lookups"], json!([]));
}

#[test]
fn shows_the_values_of_an_asset_with_their_age() {
    let bench = bench(1);
    bench.sync_well();
    let page = run_well(&bench, &["status", ID]).stdout;
    assert!(page.contains("iQmetrix        IMEI Return Date: 2017-05-18, asked just now"), "{page}");
    let asset = run_well(&bench, &["status", ID, "--json"]).json()["asset"].clone();
    assert_eq!(values(&asset), [("known", Some("2016-04-17")), ("known", Some("2017-05-18"))]);
    assert!(asset["lookups"][0]["asked_at"].is_string(), "{asset:#}");
}

#[test]
fn writes_the_metrics_of_a_service() {
    let bench = bench(3);
    let file = bench.path("wipeos-iqr.prom");
    let bench = bench.with("metrics", "textfile", &quoted(&file)).with("lookup", "retry", "\"1h\"");
    let samples = || {
        let text = fs::read_to_string(&file).unwrap();
        let sample = |name: &str| {
            let start = format!("wipeos_iqr_lookup_{name}{{service=\"iqmetrix\"}} ");
            text.lines().find_map(|line| line.strip_prefix(&start)?.parse::<u64>().ok())
        };
        ["resting", "waiting_clients", "requests"].map(sample)
    };
    fail_always(&bench, Kind::status(500));
    bench.sync_well();
    assert_eq!(samples(), [Some(1), Some(3), Some(0)], "no token, so no data");
    bench.iqmetrix().set_faults(Vec::new());
    bench.forget_ledger();
    bench.sync_well();
    assert_eq!(samples(), [Some(0), Some(0), Some(2)]);
}

/// Returns the steps of `auth-test` to iQmetrix: name, verdict and message.
fn steps(json: &Value) -> Vec<(&str, &str, &str)> {
    let text = |value: &'_ Value| value.as_str().unwrap().to_owned().leak() as &str;
    let steps = json["steps"].as_array().unwrap();
    let steps = steps.iter().map(|step| (text(&step["step"]), text(&step["verdict"]), text(&step["message"])));
    steps.filter(|(name, ..)| name.starts_with("iqmetrix ")).collect()
}

#[track_caller]
fn assert_ends_at(bench: &Bench, code: i32, name: &str, words: &str) {
    let run = bench.run(&["auth-test", "--json"]);
    assert_eq!(run.code, Some(code), "{run:#?}");
    let json = run.json();
    assert_eq!(json["ok"], json!(false));
    let (step, verdict, message) = steps(&json).last().copied().unwrap();
    assert_eq!((step, verdict), (name, "failed"), "{message}");
    assert!(message.contains(words), "{message}");
    let secrets = bench.iqmetrix().state().secrets();
    let page = bench.run(&["auth-test"]);
    for secret in secrets {
        assert!(!format!("{run:?} {page:?}").contains(&secret), "{page:#?}");
    }
}

#[test]
fn tests_the_way_to_iqmetrix_step_by_step() {
    for bench in [bench(1), Bench::empty().and_iqmetrix_by_basic_token(Options::default())] {
        let run = run_well(&bench, &["auth-test", "--json"]);
        let json = run.json();
        let names: Vec<_> = steps(&json).iter().map(|(name, verdict, _)| (*name, *verdict)).collect();
        let expected = ["secrets", "host", "connection", "token", "read"].map(|name| format!("iqmetrix {name}"));
        assert_eq!(names, expected.each_ref().map(|name| (name.as_str(), "ok")), "{json:#}");
        assert!(steps(&json)[4].2.contains("1 company (14170)"), "{json:#}");
        let all = json["steps"].as_array().unwrap();
        assert!(all.last().unwrap()["step"] == "iqmetrix read", "they are behind those of IQR: {json:#}");
        let page = run_well(&bench, &["auth-test"]).stdout;
        let message_at = "ok       iqmetrix connection ".len();
        let is_in_column =
            |line: &str| line.as_bytes()[message_at - 1..=message_at].iter().map(|it| *it == b' ').eq([true, false]);
        assert!(page.lines().all(is_in_column), "{page}");
        bench.assert_iqmetrix_sound(4, "auth-test");
    }
}

#[test]
fn warns_of_companies_that_iqmetrix_does_not_list() {
    let bench = bench(1).with("iqmetrix", "companies", "[14170, 99999]");
    let json = run_well(&bench, &["auth-test", "--json"]).json();
    let (name, verdict, message) = steps(&json).last().copied().unwrap();
    assert_eq!((name, verdict), ("iqmetrix read", "warning"));
    assert!(message.contains("(99999)"), "{message}");
}

#[test]
fn ends_at_the_first_step_to_iqmetrix_that_fails() {
    let unavailable = bench(1);
    unavailable.iqmetrix().state().options.maintenance = Some(Maintenance { retry_after: None });
    unavailable.sync_well();
    assert_ends_at(&unavailable, 5, "iqmetrix read", "503");
    let refused = bench(1);
    refused.write_secret("iqmetrix-password", "Another-pass-4711");
    assert_ends_at(&refused, 4, "iqmetrix token", "iQmetrix refused the credentials");
    let missing = bench(1);
    fs::remove_file(missing.path("iqmetrix-client-secret")).unwrap();
    assert_ends_at(&missing, 3, "iqmetrix secrets", "no iQmetrix client secret");
    let closed = bench(1).with("iqmetrix", "url", "\"http://127.0.0.1:1\"");
    assert_ends_at(&closed, 5, "iqmetrix connection", "cannot be reached");
    let failing = bench(1);
    failing.iqmetrix().set_faults(vec![Fault::new(When::Method("GET".to_owned()), Kind::html_ok())]);
    assert_ends_at(&failing, 5, "iqmetrix read", "");
}

#[test]
fn shows_no_secret_that_iqmetrix_repeats() {
    let places = [Place::Message(503), Place::Text(403), Place::TokenError(400), Place::Rows, Place::Dates];
    for (number, place) in places.into_iter().enumerate() {
        for encoding in [Encoding::Plain, [Encoding::Base64, Encoding::PercentAll][number % 2]] {
            let bench = bench(1);
            let html = bench.path("page.html");
            let bench = bench.with("report", "html", &quoted(&html));
            bench.iqmetrix().state().options.quirks.echo = Some(Echo { place, encoding });
            let commands: [&[&str]; 6] = [
                &["preview", ID, "--remote", "-vv"],
                &["auth-test", "-vv"],
                &["sync", "-vv"],
                &["status"],
                &["status", ID, "--json"],
                &["preview", ID, "--json"],
            ];
            let mut shown: Vec<String> =
                commands.iter().map(|arguments| format!("{:?}", bench.run(arguments))).collect();
            shown.push(fs::read_to_string(&html).unwrap());
            shown.push(String::from_utf8_lossy(&fs::read(bench.ledger()).unwrap()).into_owned());
            shown.push(bench.seen(FIRST).description);
            for secret in bench.iqmetrix().state().secrets() {
                for form in [encoding.encode(&secret), secret] {
                    assert!(shown.iter().all(|text| !text.contains(&form)), "{place:?}, {encoding:?}: {shown:#?}");
                }
            }
        }
    }
}

#[test]
fn says_nothing_of_services_without_a_section() {
    let bench = Bench::with_clients(2);
    let (prom, html) = (bench.path("wipeos-iqr.prom"), bench.path("page.html"));
    let bench = bench.with("metrics", "textfile", &quoted(&prom)).with("report", "html", &quoted(&html));
    bench.sync_well();
    let outputs: [&[&str]; 9] = [
        &["status"],
        &["status", "--json"],
        &["status", ID],
        &["status", ID, "--json"],
        &["preview", ID],
        &["preview", ID, "--json"],
        &["preview", ID, "--remote", "--json"],
        &["auth-test"],
        &["auth-test", "--json"],
    ];
    let mut texts: Vec<String> = outputs.iter().map(|arguments| run_well(&bench, arguments).stdout).collect();
    texts.extend([&prom, &html].map(|file| fs::read_to_string(file).unwrap()));
    let words = ["lookup", "iqmetrix", "iqtech", "iq tech", "looked", "other services", "imei"];
    let found: BTreeSet<&str> =
        words.into_iter().filter(|word| texts.iter().any(|text| text.to_lowercase().contains(word))).collect();
    assert_eq!(found, BTreeSet::new(), "{texts:#?}");
}
