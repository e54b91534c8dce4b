use std::collections::BTreeSet;
use std::io;
use std::thread;
use std::time::Duration;

use iqr_sandbox::iqtech::{Echo, Encoding, Iqtech, Locker, Options, Pages, Place, Quirks, Reservation};
use iqr_sandbox::{Fault, Kind, When};
use serde_json::{Value, json};

use crate::client::Client;
use crate::iqtech::{Shop, form, keys, request_token, start};

fn with_quirks(quirks: Quirks) -> (Iqtech, Shop) {
    start(Options { quirks, ..Options::default() })
}

fn with_fault(text: &str) -> (Iqtech, Shop) {
    let (sandbox, shop) = start(Options::default());
    sandbox.set_faults(vec![text.parse().unwrap()]);
    (sandbox, shop)
}

const RECALL: &str = "/api/2.0/WillCall/RecallReservation?reservationLockerId=";

#[test]
fn breaks_answers_of_iqtech_in_every_way() {
    let mut statuses = Vec::new();
    for rule in ["status=401 times=1", "status=403", "retry-after=2", "status=503", "html", "truncated", "delay=5"] {
        let (_sandbox, mut shop) = with_fault(rule);
        let answer = shop.get("/api/Employee");
        let is_json = serde_json::from_slice::<Value>(&answer.body).is_ok();
        statuses.push((answer.status, is_json));
    }
    let no = |status| (status, false);
    assert_eq!(statuses, [no(401), no(403), no(429), no(503), no(200), no(200), (200, true)]);
    for rule in ["reset", "close", "cut"] {
        let (_sandbox, mut shop) = with_fault(rule);
        shop.ask("GET", "/api/Employee", "", b"");
        assert!(shop.client.answer().is_err(), "{rule}");
    }
    let (sandbox, mut shop) = with_fault("as-is");
    sandbox.set_faults(vec![Fault::new(When::Always, Kind::SilentHead(Duration::from_millis(50)))]);
    shop.ask("GET", "/api/Employee", "", b"");
    assert_eq!(shop.client.answer().err().unwrap().kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn takes_a_write_whose_answer_is_lost_or_leaves_it() {
    for (rule, count) in [("close after", 0), ("close", 1), ("as-is", 1), ("as-is after", 0)] {
        let (sandbox, mut shop) = with_fault(rule);
        let target = format!("{RECALL}{}", Reservation::ID);
        shop.ask("POST", &target, "Content-Type: application/json\r\n", b"{}");
        let answer = shop.client.answer();
        assert_eq!(answer.is_ok(), rule.starts_with("as-is"), "{rule}");
        assert_eq!(sandbox.state().reservations.len(), count, "{rule}");
    }
}

#[test]
fn leaves_every_write_that_does_not_take_effect() {
    let (sandbox, mut shop) = with_fault("as-is");
    let before = format!("{:?}", sandbox.state().employees);
    let employee = json!({ "department": "D", "firstName": "A", "lastName": "B", "employeeNumber": "7" });
    let pin = json!({ "employeeNumber": "1000", "oldPin": "1111", "pin": "2222" });
    let status = json!({ "employeeNumber": "1000", "active": false });
    let person = json!({ "assigneeType": "Employee", "userId": "1000" });
    let locker = json!({
        "selection": "162", "reservationType": "Release", "sendCode": "NONE", "serialNumber": Locker::SERIAL,
        "externalReserveLockerDetailList": [person],
    });
    for (method, target, body) in [
        ("POST", "/api/Employee", employee),
        ("PUT", "/api/Employee/1000", json!({ "firstName": "X" })),
        ("PUT", "/api/Employee/UpdateEmployeeStatus", status),
        ("POST", "/api/Employee/UpdateEmployeeSetPin", pin),
        ("POST", "/api/2.0/WillCall/AddReservation", locker),
    ] {
        assert_eq!(shop.send(method, target, &body).json()["isSuccess"], true, "{target}");
    }
    shop.ask("POST", &format!("/api/2.0/WillCall/SendNewCode/{}", Reservation::ID), "", b"");
    assert_eq!(shop.client.answer().unwrap().status, 200);
    assert_eq!(format!("{:?}", sandbox.state().employees), before);
    assert_eq!(sandbox.state().reservations, [Reservation::of_document()]);
    assert_eq!(sandbox.state().codes().len(), 2);
}

#[test]
fn answers_refusals_under_any_status() {
    let (sandbox, mut shop) = with_quirks(Quirks { refusal_status: Some(200), ..Quirks::default() });
    let answer = shop.get("/api/2.0/WillCall/GetReservationStatus/x");
    assert_eq!((answer.status, &answer.json()["isSuccess"]), (200, &json!(false)));
    sandbox.state().options.quirks.refusal_status = Some(500);
    assert_eq!(shop.get("/api/Employee/lookup?firstName=x").status, 500);
    sandbox.state().options.quirks.success_status = Some(400);
    let answer = shop.get("/api/Employee");
    assert_eq!((answer.status, &answer.json()["isSuccess"]), (400, &json!(true)));
}

#[test]
fn prints_the_comma_of_the_document_on_demand() {
    let (_sandbox, mut shop) = with_quirks(Quirks { prints_trailing_comma: true, ..Quirks::default() });
    let answer = shop.send("PUT", "/api/Employee/9", &json!({}));
    assert!(answer.text().ends_with(",}") && serde_json::from_slice::<Value>(&answer.body).is_err());
}

#[test]
fn gives_pages_of_every_list_twice_or_without_an_end() {
    for target in [
        "/api/Employee?pageSize=100&page=",
        "/api/Machine/GetMachinePlanogramDetails?pageSize=2&page=",
        "/api/Transaction?pageSize=100&page=",
        "/api/2.0/WillCall/GetReservedLockerReport?pageSize=100&pageNumber=",
    ] {
        let (sandbox, mut shop) = with_quirks(Quirks { pages: Pages::Twice, ..Quirks::default() });
        let mut rows = |page: u32| {
            let body = shop.get(&format!("{target}{page}")).json();
            let rows = ["/result/items", "/result/transactionReport/items", "/machineDetails"];
            let rows = rows.iter().find_map(|pointer| body.pointer(pointer)).unwrap().to_string();
            (rows, body.to_string().contains(r#""hasNextPage":true"#))
        };
        let [first, second, third] = [1, 2, 3].map(&mut rows);
        assert!(first == second && second.0 != third.0 && second.1, "{target}");
        sandbox.state().options.quirks.pages = Pages::Endless;
        assert!(rows(9_999).1 && rows(10_000).0 != rows(9_999).0, "{target}");
    }
}

#[test]
fn repeats_what_it_was_sent_in_every_place() {
    let secret = |sandbox: &Iqtech| sandbox.state().options.client_secret.clone();
    for (place, pointer) in [
        (Place::Error(400), "/error/message"),
        (Place::Exception(500), "/exception/message"),
        (Place::Problem, "/errors/echo/0"),
    ] {
        let echo = Echo { place, encoding: Encoding::Hex };
        let (sandbox, mut shop) = with_quirks(Quirks { echo: Some(echo), ..Quirks::default() });
        let body = json!({ "employeeNumber": "1000", "oldPin": "1111", "pin": "2468" });
        let answer = shop.send("POST", "/api/Employee/UpdateEmployeeSetPin", &body).json();
        let words = answer.pointer(pointer).unwrap().as_str().unwrap();
        let token = shop.credential.trim_start_matches("Bearer ").to_owned();
        for text in [&Encoding::Hex.encode("2468"), "2468", &Encoding::Hex.encode(&token), &token] {
            assert!(words.contains(text), "{place:?} {text}");
        }
        assert_eq!(sandbox.state().employee("1000").unwrap().pin, "1111");
    }
    let echo = Echo { place: Place::TokenError(400), encoding: Encoding::Plain };
    let sandbox =
        Iqtech::start(Options { quirks: Quirks { echo: Some(echo), ..Quirks::default() }, ..Options::default() });
    let answer = request_token(&mut Client::connect_to(sandbox.address()), &form(&sandbox)).json();
    assert!(answer["error_description"].as_str().unwrap().contains(&secret(&sandbox)));
}

#[test]
fn repeats_codes_and_requests_in_answers_that_are_done() {
    let echo = |place| Quirks { echo: Some(Echo { place, encoding: Encoding::Plain }), ..Quirks::default() };
    let (sandbox, mut shop) = with_quirks(echo(Place::Message));
    shop.ask("POST", &format!("/api/2.0/WillCall/SendNewCode/{}", Reservation::ID), "", b"");
    let answer = shop.client.answer().unwrap().json();
    let code = sandbox.state().codes().last().unwrap().clone();
    assert_eq!(answer["result"]["accessCodes"][0]["accessCodes"], code.as_str());
    assert!(answer["result"]["message"].as_str().unwrap().contains(&code));
    let (_sandbox, mut shop) = with_quirks(echo(Place::Names));
    let answer = shop.get("/api/Employee/lookup?badgeNumber=42789").json();
    let person = &answer["result"][0];
    assert!(person["firstName"].as_str().unwrap().contains(&shop.credential));
    assert_eq!(person["employeeNumber"], "1000");
}

#[test]
fn turns_away_one_call_of_iqtech_too_many() {
    let (sandbox, mut shop) = with_fault("silent nth=1");
    sandbox.state().options.max_in_flight = Some(1);
    shop.ask("GET", "/api/Employee", "", b"");
    while sandbox.counters().faults == 0 {
        thread::yield_now();
    }
    let mut other = Shop::of(&sandbox);
    assert_eq!(other.get("/api/Employee").status, 429);
    let counters = sandbox.counters();
    assert_eq!((counters.turned_away, counters.max_in_flight), (1, 2));
}

#[test]
fn makes_up_as_many_rows_as_the_options_say() {
    let options =
        Options { employees: 1, machines: 40, slots: 60, report_rows: 0, transactions: 0, ..Options::default() };
    let (sandbox, mut shop) = start(options);
    assert_eq!(sandbox.state().employees.len(), 5);
    assert_eq!(sandbox.state().report.len(), 1);
    let answer = shop.get("/api/Machine/GetMachinePlanogramDetails?page=1&pageSize=100").json();
    let machines = answer["result"]["items"].as_array().unwrap();
    assert_eq!(machines[2]["machinePlanogram"].as_array().unwrap().len(), 60);
    let serials: BTreeSet<String> =
        machines.iter().map(|item| item["machine"]["controlBoardSerialNo"].to_string()).collect();
    assert_eq!(serials.len(), 40);
    let report = shop.get("/api/Transaction?page=1&pageSize=100").json()["result"].take();
    assert_eq!(keys(&report), BTreeSet::from(["transactionReport"]));
    assert_eq!(report["transactionReport"]["items"], json!([]));
}
