//! `iqmetrix companies`, `dealers` and `imei`: what they ask, print and end with.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use iqr_sandbox::iqmetrix::{
    Company, Dealer, Device, Echo, Encoding, Iqmetrix, Maintenance, Options, Place, State, imei,
};
use iqr_sandbox::{Body, Fault, Kind, When};
use serde_json::{Value, json};

use crate::bench::{Bench, PATIENCE, Run};

fn bench() -> Bench {
    Bench::empty().and_iqmetrix(Options::default())
}

fn known(number: u64) -> Device {
    Device::new(&imei(number), State::COMPANY).bought("2016-04-17").returned("2016-12-30")
}

/// Returns what a successful command with `--json` printed.
#[track_caller]
fn json_of(bench: &Bench, arguments: &[&str]) -> Value {
    let run = bench.run(&[arguments, &["--json"]].concat());
    assert_eq!(run.code, Some(0), "{run:#?}");
    run.json()
}

fn with_stdin(bench: &Bench, arguments: &[&str], input: &str) -> Run {
    let mut command = bench.command(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Returns the targets of the data calls, in order.
fn targets(iqmetrix: &Iqmetrix) -> Vec<String> {
    let data = iqmetrix.requests().into_iter().filter(|request| request.method == "GET");
    data.map(|request| request.target).collect()
}

#[test]
fn lists_companies_as_table_and_json() {
    let bench = bench();
    let run = bench.run(&["iqmetrix", "companies"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:#?}");
    assert_eq!(run.stdout, "company  name    doing business as\n14170    KENTEL  Kentel Corp\n");
    let company = json!({"company_id": 14170, "name": "KENTEL", "doing_business_as": "Kentel Corp"});
    assert_eq!(json_of(&bench, &["iqmetrix", "companies"]), json!({"companies": [company], "source": "relationships"}));
    assert_eq!(bench.sandbox.counters().connections, 0, "IQR is not asked");
    bench.assert_iqmetrix_sound(1, "lists");
}

#[test]
fn lists_companies_of_dealers_if_there_are_no_relationships() {
    let bench = bench();
    bench.iqmetrix().state().options.quirks.no_relationships = true;
    let company = json!({"company_id": 14170, "name": "KENTEL", "doing_business_as": null});
    let found = json_of(&bench, &["iqmetrix", "companies"]);
    assert_eq!(found, json!({"companies": [company], "source": "dealers"}), "each company once");
    let run = bench.run(&["iqmetrix", "companies"]);
    assert!(run.stdout.starts_with("iQmetrix lists no partner relationships; these are"), "{run:#?}");
    bench.iqmetrix().state().dealers.clear();
    for (command, list) in [("companies", "companies"), ("dealers", "dealers")] {
        let run = bench.run(&["iqmetrix", command, "--json"]);
        assert_eq!((run.code, run.json()[list].clone()), (Some(7), json!([])), "{run:#?}");
    }
}

#[test]
fn lists_dealers_as_table_and_json() {
    let bench = bench();
    let dealer = Dealer { company: 7, company_name: "a\u{1b}[2J\nb".to_owned(), ..Dealer::default() };
    bench.iqmetrix().state().dealers.push(dealer);
    let run = bench.run(&["iqmetrix", "dealers"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!((run.code, lines.len()), (Some(0), 4), "{run:#?}");
    assert!(lines[1].starts_with("14170") && lines[1].ends_with("14192     Region A"), "{run:#?}");
    assert!(lines[3].contains("a\\u{1b}[2J b"), "{run:#?}");
    let found = json_of(&bench, &["iqmetrix", "dealers"]);
    let first = json!({"company_id": 14170, "name": "KENTEL", "location_id": 14192, "location": "Region A"});
    assert_eq!(found["dealers"][0], first);
}

#[test]
fn looks_up_devices_that_are_known_and_not() {
    let bench = bench();
    bench.iqmetrix().state().set_device(known(0));
    bench.iqmetrix().state().set_device(Device::new(&imei(2), State::COMPANY));
    let (known, unknown, dateless) = (imei(0), imei(1), imei(2));
    let found = json_of(&bench, &["iqmetrix", "imei", &known, &unknown, &known, &dateless, "ABC"]);
    let client = known_client();
    assert_eq!(
        found,
        json!({
            "imeis": [
                {"imei": known, "found": true, "purchase_date": "2016-04-17", "return_date": "2016-12-30",
                 "client_id": client, "company_id": 14170},
                {"imei": unknown, "found": false, "purchase_date": null, "return_date": null, "client_id": null,
                 "company_id": null},
                {"imei": dateless, "found": true, "purchase_date": null, "return_date": null, "client_id": client,
                 "company_id": 14170},
            ],
            "not_asked": [{"typed": "ABC", "why": "it has other characters than digits"}],
        })
    );
    let run = bench.run(&["iqmetrix", "imei", &known, &unknown, "ABC"]);
    let expected = format!(
        "IMEI             found  purchased   returned    company\n{known}  yes    2016-04-17  2016-12-30  14170\n\
         {unknown}  no\n\nnot asked for  because\nABC            it has other characters than digits\n"
    );
    assert_eq!((run.code, run.stdout), (Some(0), expected));
    assert_eq!(bench.run(&["iqmetrix", "imei", &unknown]).code, Some(7));
    bench.assert_iqmetrix_sound(1, "devices");
}

#[test]
fn prints_all_but_the_device_of_an_unreadable_row() {
    let bench = bench();
    let secret = bench.iqmetrix().state().options.password.clone();
    let row = |number, date: &str| Device { purchase_date: Some(date.to_owned()), ..known(number) };
    let mut state = bench.iqmetrix().state();
    state.set_device(known(0));
    state.set_device(row(1, "17.04.2016"));
    state.set_device(row(2, "so\u{7f}on"));
    drop(state);
    let (good, bad, other) = (imei(0), imei(1), imei(2));
    let run = bench.run(&["iqmetrix", "imei", &bad, &good, &other, "--json"]);
    assert_eq!(run.code, Some(5), "{run:#?}");
    let found: Vec<Value> = run.json()["imeis"].as_array().unwrap().iter().map(|row| row["imei"].clone()).collect();
    assert_eq!(found, [good.as_str()], "{run:#?}");
    let words = |imei: &str, value: &str| {
        format!("iQmetrix's row of IMEI {imei} cannot be read: PurchaseDate in the answer is `{value}`")
    };
    assert!(run.stderr.contains(&words(&bad, "17.04.2016")), "{run:#?}");
    assert!(run.stderr.contains(&words(&other, r"so\u{7f}on")), "{run:#?}");
    assert_eq!(targets(bench.iqmetrix()).len(), 2, "companies and devices, each once");
    // A secret makes the whole answer a bad one, and is not printed.
    bench.iqmetrix().state().set_device(row(1, &secret));
    let run = bench.run(&["iqmetrix", "imei", &bad, &good]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(5), ""), "{run:#?}");
    assert!(!run.stderr.contains(&secret), "{run:#?}");
}

fn known_client() -> String {
    known(0).client_id
}

#[test]
fn asks_only_for_valid_imeis_of_stdin_or_a_file() {
    let bench = bench();
    bench.iqmetrix().state().set_device(known(0));
    let input = format!("IMEI\r\n{}\r\nABC;{}\n\n", imei(0), imei(1));
    fs::write(bench.path("box.txt"), &input).unwrap();
    let file = bench.run(&["iqmetrix", "imei", "--from", "box.txt", "--json"]);
    let stdin = with_stdin(&bench, &["iqmetrix", "imei", "--from", "-", "--json"], &input);
    assert_eq!((file.code, &file.stdout), (Some(0), &stdin.stdout), "{file:#?} {stdin:#?}");
    let not_asked: Vec<Value> =
        file.json()["not_asked"].as_array().unwrap().iter().map(|other| other["typed"].clone()).collect();
    assert_eq!(not_asked, ["IMEI", "ABC"]);
    let requests = bench.iqmetrix().counters().requests;
    for arguments in [&["imei", "ABC"][..], &["imei", "--from", "none.txt"], &["imei", "--from", "."]] {
        let run = bench.run(&[&["iqmetrix"], arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:#?}");
    }
    assert_eq!(with_stdin(&bench, &["iqmetrix", "imei", "--from", "-"], "ABC\n").code, Some(2));
    assert_eq!(bench.iqmetrix().counters().requests, requests, "nothing was asked");
    bench.assert_iqmetrix_sound(1, "typed");
}

#[test]
fn asks_companies_in_order_for_what_those_before_lack() {
    let bench = bench().with("iqmetrix", "companies", "[2, 1]");
    {
        let mut state = bench.iqmetrix().state();
        state.companies = [1, 2].map(|id| Company { id, ..Company::default() }).to_vec();
        state.set_device(Device::new(&imei(0), 1));
        state.set_device(Device::new(&imei(1), 2));
    }
    let (first, second) = (imei(0), imei(1));
    let found = json_of(&bench, &["iqmetrix", "imei", &first, &second]);
    let companies: Vec<&Value> = (0..2).map(|at| &found["imeis"][at]["company_id"]).collect();
    assert_eq!(companies, [1, 2]);
    let path = "/partner/ingrammicro/imei?CompanyID=";
    assert_eq!(targets(bench.iqmetrix()), [format!("{path}2&IMEI={first},{second}"), format!("{path}1&IMEI={first}")]);
    let (run, requests) = bench.lookups_of(|| bench.run(&["iqmetrix", "imei", &first, "--company", "2"]));
    assert_eq!((run.code, requests.len()), (Some(7), 2), "{run:#?}");
}

#[test]
fn asks_in_batches_and_halves_a_refused_one_once() {
    let bench = bench().with("iqmetrix", "companies", "[14170]");
    bench.iqmetrix().state().add_on_demand(State::COMPANY);
    let imeis: Vec<String> = (0..210).map(imei).collect();
    let input = imeis.join("\n");
    let arguments = ["iqmetrix", "imei", "--from", "-", "--json"];
    let (run, requests) = bench.lookups_of(|| with_stdin(&bench, &arguments, &input));
    assert_eq!((run.code, requests.len()), (Some(0), 4), "a token and three batches: {}", run.stderr);
    let found = run.json()["imeis"].as_array().unwrap().clone();
    assert!(found.iter().map(|row| row["imei"].as_str().unwrap()).eq(imeis.iter().map(String::as_str)), "in order");
    assert!(found.iter().all(|row| row["found"] == true));
    bench.iqmetrix().state().options.max_query = 1500;
    let input = imeis[..100].join(",");
    let (run, requests) = bench.lookups_of(|| with_stdin(&bench, &arguments, &input));
    assert_eq!((run.code, requests.len()), (Some(0), 4), "a token, the batch and its halves: {}", run.stderr);
    bench.iqmetrix().state().options.max_query = 500;
    let (run, requests) = bench.lookups_of(|| with_stdin(&bench, &arguments, &input));
    assert_eq!((run.code, requests.len()), (Some(1), 4), "a token, the batch and its halves: {}", run.stderr);
    bench.assert_iqmetrix_sound(4, "batches");
}

#[test]
fn prints_what_was_answered_and_names_what_was_not() {
    let bench = bench().with("iqmetrix", "companies", "[14170]").with("iqmetrix", "batch", "4").with(
        "iqmetrix",
        "connections",
        "1",
    );
    bench.iqmetrix().state().add_on_demand(State::COMPANY);
    let imeis: Vec<String> = (0..12).map(imei).collect();
    let arguments: Vec<&str> = ["iqmetrix", "imei"].into_iter().chain(imeis.iter().map(String::as_str)).collect();
    let refuse = |number: usize, code| {
        bench.iqmetrix().set_faults(vec![Fault::new(When::Id(imeis[number].parse().unwrap()), Kind::status(code))]);
    };
    for (number, code, exit, open) in [(5, 400, 1, 4..6), (9, 500, 5, 8..12)] {
        refuse(number, code);
        let run = bench.run(&[&arguments[..], &["--json"]].concat());
        let report = run.json();
        let printed: Vec<&str> =
            report["imeis"].as_array().unwrap().iter().map(|row| row["imei"].as_str().unwrap()).collect();
        let answered: Vec<&str> = (0..12).filter(|it| !open.contains(it)).map(|it| imeis[it].as_str()).collect();
        assert_eq!((run.code, printed), (Some(exit), answered), "{run:#?}");
        assert!(report["imeis"].as_array().unwrap().iter().all(|row| row["found"] == true), "{run:#?}");
        let names = format!("no answer about {} IMEIs: {}: ", open.len(), imeis[open.clone()].join(", "));
        assert!(run.stderr.contains(&names) && run.stderr.contains(&code.to_string()), "{run:#?}");
        let run = bench.run(&arguments);
        assert_eq!(run.code, Some(exit), "{run:#?}");
        assert!(run.stdout.ends_with(&format!("\n\nnot answered\n{}\n", imeis[open].join("\n"))), "{run:#?}");
    }
    // Where nothing was answered there is no report, which might replace a file that has one.
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::status(403))]);
    let run = bench.run(&arguments);
    assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "{run:#?}");
    assert!(run.stderr.contains(" and 2 more: iQmetrix refused the credentials"), "{run:#?}");
}

#[test]
fn writes_the_bytes_of_the_service_in_each_format() {
    let bench = bench().with("iqmetrix", "companies", "[14170]");
    bench.iqmetrix().state().set_device(known(0));
    let imei = imei(0);
    for (format, response, begin) in [
        ("json", "", "[{"),
        ("json-datatable", "JsonDataTable", "{\"Records\""),
        ("xml", "Xml", "<"),
        ("xml-datatable", "XmlDataTable", "<"),
        ("csv", "Csv", "IMEI,PurchaseDate,ReturnDate,ClientID"),
        ("excel", "Excel", "PK"),
    ] {
        let arguments = ["iqmetrix", "imei", &imei, "--format", format, "--out", "answer"];
        let (run, requests) = bench.lookups_of(|| bench.run(&arguments));
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""), "{run:#?}");
        let answer = fs::read(bench.path("answer")).unwrap();
        assert!(answer.starts_with(begin.as_bytes()), "{format}: {:?}", String::from_utf8_lossy(&answer));
        let target = &requests.last().unwrap().target;
        let query = if response.is_empty() { String::new() } else { format!("&Response={response}") };
        assert!(target.ends_with(&format!("IMEI={imei}{query}")), "{target}");
        if format != "excel" {
            let run = bench.run(&arguments[..5]);
            assert_eq!((run.code, run.stdout.as_bytes()), (Some(0), &*answer), "{format}");
        }
    }
    for list in ["companies", "dealers"] {
        let run = bench.run(&["iqmetrix", list, "--format", "csv"]);
        assert!(run.code == Some(0) && run.stdout.contains("CompanyID"), "{run:#?}");
    }
    bench.assert_iqmetrix_sound(1, "formats");
}

#[test]
fn refuses_formats_that_need_more_without_a_request() {
    let bench = bench();
    let imeis: Vec<String> = (0..101).map(imei).collect();
    let mut many = vec!["iqmetrix", "imei", "--format", "csv", "--company", "14170"];
    many.extend(imeis.iter().map(String::as_str));
    for arguments in [
        &["iqmetrix", "companies", "--format", "excel"][..],
        &["iqmetrix", "imei", &imeis[0], "--company", "1", "--format", "excel", "--out", "-"],
        &["iqmetrix", "imei", &imeis[0], "--format", "csv"],
        &many,
        &["iqmetrix", "companies", "--json", "--format", "csv"],
        &["iqmetrix", "imei"],
        &["iqmetrix"],
    ] {
        let run = bench.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {run:#?}");
    }
    assert_eq!(bench.iqmetrix().counters().connections, 0);
}

#[test]
fn replaces_file_in_one_step_or_leaves_it() {
    let bench = bench();
    let out = bench.path("companies");
    fs::write(&out, "before").unwrap();
    bench.iqmetrix().set_faults(vec![Fault::new(When::Path("partner".to_owned()), Kind::html_ok())]);
    for format in ["csv", "excel", "xml"] {
        let run = bench.run(&["iqmetrix", "companies", "--format", format, "--out", "companies"]);
        assert_eq!((run.code, fs::read_to_string(&out).unwrap().as_str()), (Some(5), "before"), "{run:#?}");
        assert!(run.stderr.contains("web page"), "{run:#?}");
    }
    bench.iqmetrix().set_faults(Vec::new());
    assert_eq!(bench.run(&["iqmetrix", "companies", "--out", "companies"]).code, Some(0));
    assert!(fs::read_to_string(&out).unwrap().starts_with("company  name"), "without styles");
    assert_eq!(bench.run(&["iqmetrix", "companies", "--json", "--out", "companies"]).code, Some(0));
    assert!(fs::read_to_string(&out).unwrap().starts_with("{\"companies\""));
    let run = bench.run(&["iqmetrix", "companies", "--out", "/nowhere/x"]);
    assert!(run.code == Some(74) && run.stderr.contains("/nowhere/x cannot be written"), "{run:#?}");
}

#[test]
fn ends_with_code_3_without_section_or_secret() {
    let bench = Bench::empty();
    let imei = imei(0);
    for arguments in [&["iqmetrix", "companies"][..], &["iqmetrix", "dealers"], &["iqmetrix", "imei", &imei]] {
        let run = bench.run(arguments);
        assert!(run.code == Some(3) && run.stderr.contains("[iqmetrix]"), "{run:#?}");
    }
    let bench = self::bench();
    fs::remove_file(bench.path("iqmetrix-password")).unwrap();
    let run = bench.run(&["iqmetrix", "companies"]);
    assert!(run.code == Some(3) && run.stderr.contains("iqmetrix-password"), "{run:#?}");
    assert_eq!(bench.iqmetrix().counters().connections, 0);
}

#[test]
fn ends_with_the_code_of_each_refusal_and_failure() {
    let data = || When::Path("partner".to_owned());
    let status = |code| Fault::new(data(), Kind::status(code));
    let message = |code, text: &str| {
        let body = Body::Json(json!({"Error": true, "Message": text}).to_string());
        Fault::new(data(), Kind::Status { code, headers: Vec::new(), body })
    };
    for (fault, code, words, requests) in [
        (message(400, "Bad\nCompany"), 1, "was refused (400): Bad Company", 1),
        (status(404), 1, "was refused (404)", 1),
        (status(401), 4, "refused the credentials", 2),
        (status(403), 4, "answered 403", 1),
        (message(429, "Rate Limiting Applied."), 5, "429: Rate Limiting Applied.", 3),
        (message(500, "See log"), 5, "500: See log", 3),
        (message(200, "Not today"), 5, "it answered `Not today`", 3),
        (status(503), 5, "in maintenance", 1),
        (Fault::new(data(), Kind::redirect("/login")), 5, "302", 1),
        (Fault::new(data(), Kind::WrongType), 5, "no list of rows", 3),
        (Fault::new(data(), Kind::Empty), 5, "the answer is empty", 3),
        (Fault::new(data(), Kind::Reset), 5, "cut", 3),
    ] {
        let bench = bench();
        bench.iqmetrix().set_faults(vec![fault]);
        let run = bench.run(&["iqmetrix", "companies"]);
        assert_eq!(
            (run.code, run.stdout.as_str(), run.stderr.lines().count()),
            (Some(code), "", 1),
            "{words}: {run:#?}"
        );
        assert!(run.stderr.contains(words), "{words}: {run:#?}");
        assert_eq!(bench.iqmetrix().counters().data_requests, requests, "{words}");
    }
}

#[test]
fn asks_once_for_a_token_that_is_refused() {
    let bench = bench();
    bench.write_secret("iqmetrix-password", "another-password");
    let run = bench.run(&["iqmetrix", "companies"]);
    assert!(run.code == Some(4) && run.stderr.contains("invalid_grant"), "{run:#?}");
    let counters = bench.iqmetrix().counters();
    assert_eq!((counters.token_requests, counters.data_requests), (1, 0));
    let token_url = || When::Path("v1/oauth2".to_owned());
    for (kind, code) in [(Kind::status(401), 4), (Kind::retry_after(503, "9"), 5), (Kind::status(500), 5)] {
        bench.iqmetrix().set_faults(vec![Fault::new(token_url(), kind)]);
        assert_eq!(bench.run(&["iqmetrix", "companies"]).code, Some(code));
    }
}

#[test]
fn tells_when_maintenance_may_be_over() {
    let options =
        Options { maintenance: Some(Maintenance { retry_after: Some("7".to_owned()) }), ..Options::default() };
    let bench = Bench::empty().and_iqmetrix(options);
    let run = bench.run(&["iqmetrix", "dealers"]);
    assert!(run.code == Some(5) && run.stderr.contains("it asks to wait 7 s"), "{run:#?}");
    assert_eq!(bench.iqmetrix().counters().data_requests, 1);
}

#[test]
fn bounds_silent_slow_and_huge_answers() {
    for (kind, words) in [
        (Kind::SilentHead(PATIENCE), "no whole answer in time"),
        (Kind::SilentBody(PATIENCE), "no whole answer in time"),
        (Kind::Huge(40 * 1024 * 1024), "larger than 32 MiB"),
    ] {
        let timeout = if words.contains("in time") { "\"1s\"" } else { "\"10s\"" };
        let bench = bench().with("iqmetrix", "request_timeout", timeout);
        bench.iqmetrix().set_faults(vec![Fault::new(When::Path("partner".to_owned()), kind)]);
        let run = bench.run(&["iqmetrix", "companies"]);
        assert!(run.code == Some(5) && run.stderr.contains(words), "{run:#?}");
    }
}

#[test]
fn signs_in_by_basic_token() {
    let bench = Bench::empty().and_iqmetrix_by_basic_token(Options::default());
    assert_eq!(bench.run(&["iqmetrix", "companies"]).code, Some(0));
    assert_eq!(bench.iqmetrix().counters().token_requests, 0);
    bench.iqmetrix().state().options.basic_token = "another-token".to_owned();
    assert_eq!(bench.run(&["iqmetrix", "companies"]).code, Some(4));
    assert_eq!(bench.iqmetrix().counters().data_requests, 2);
}

#[test]
fn shows_no_secret_in_any_output() {
    let encodings = [Encoding::Plain, Encoding::Percent, Encoding::Base64, Encoding::Hex, Encoding::JsonEscapes];
    let places = [Place::Message(400), Place::Text(500), Place::TokenError(400), Place::Rows, Place::Dates];
    let imei = imei(0);
    for (encoding, place) in encodings.iter().flat_map(|encoding| places.map(|place| (*encoding, place))) {
        let bench = bench();
        bench.iqmetrix().state().options.quirks.echo = Some(Echo { place, encoding });
        bench.iqmetrix().state().set_device(known(0));
        for arguments in
            [&["companies"][..], &["dealers", "--json"], &["imei", &imei], &["companies", "--format", "csv"]]
        {
            let run = bench.run(&[&["iqmetrix"], arguments, &["-vv"]].concat());
            for secret in bench.iqmetrix().state().secrets() {
                let output = format!("{}{}", run.stdout, run.stderr);
                assert!(!output.contains(&secret), "{place:?} {encoding:?} {arguments:?}: {run:#?}");
                assert!(!output.contains(&encoding.encode(&secret)), "{place:?} {encoding:?} {arguments:?}: {run:#?}");
            }
            assert!(!run.stderr.contains("Auth="), "{run:#?}");
        }
    }
}

#[test]
fn logs_names_of_the_query_only() {
    let bench = bench();
    bench.iqmetrix().state().set_device(known(0));
    let (first, second) = (imei(0), imei(1));
    let run = bench.run(&["iqmetrix", "imei", &first, &second, "--company", "14170", "-vv"]);
    assert!(run.stderr.contains("GET partner/ingrammicro/imei?CompanyID=&IMEI=(2): 200"), "{run:#?}");
    assert!(!run.stderr.contains(&first) && !run.stderr.contains("14170"), "{run:#?}");
}

#[test]
fn ends_on_signal_while_a_request_is_in_flight() {
    let bench = bench();
    bench.iqmetrix().set_faults(vec![Fault::new(When::Always, Kind::SilentHead(Duration::from_secs(3)))]);
    let running = bench.spawn(&["iqmetrix", "companies"]);
    while bench.iqmetrix().counters().requests == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.signal(rustix::process::Signal::TERM);
    let run = running.finish();
    assert_eq!(run.code, Some(5), "{run:#?}");
    assert_eq!(bench.iqmetrix().counters().requests, 1);
}

#[test]
fn writes_through_a_link_of_its_own_account() {
    let bench = bench();
    let (link, target) = (bench.path("link"), bench.path("target"));
    fs::write(&target, "before").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let run = bench.run(&["iqmetrix", "companies", "--json", "--out", "link"]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(fs::read_to_string(&target).unwrap().starts_with('{') && Path::new(&link).is_symlink());
}
