//! `iqtech employee`, `machine` and `transactions`: what they ask, print and end with.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use iqr_sandbox::iqtech::{Employee, Machine, Options, Pages, Slot, Transaction, Update};
use iqr_sandbox::{Fault, Kind, Request, When};
use rustix::process::Pid;
use serde_json::{Value, json};

use crate::bench::{Bench, Run};
use crate::bench_iqtech::data_requests;
use crate::endless_store::most_bytes;

fn bench() -> Bench {
    Bench::empty().and_iqtech(Options::default())
}

/// Returns what a successful command with `--json` printed.
#[track_caller]
pub fn json_of(bench: &Bench, arguments: &[&str]) -> Value {
    let run = bench.run(&[arguments, &["--json"]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:#?}");
    run.json()
}

/// Runs a command that must end with this code and this text on stderr, and print nothing.
#[track_caller]
pub fn assert_fails(bench: &Bench, arguments: &[&str], code: i32, words: &str) {
    let run = bench.run(arguments);
    assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{arguments:?}: {run:#?}");
    assert!(run.stderr.contains(words), "{arguments:?} should report {words:?}: {run:#?}");
}

pub fn with_stdin(bench: &Bench, arguments: &[&str], input: &str) -> Run {
    let mut command = bench.command(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn targets(requests: &[Request]) -> Vec<String> {
    data_requests(requests).into_iter().map(|request| format!("{} {}", request.method, request.target)).collect()
}

fn body(request: &Request) -> Value {
    serde_json::from_str(&request.body).unwrap()
}

#[test]
fn ends_with_code_3_where_iqtech_cannot_be_asked() {
    for arguments in [
        &["employee", "list"][..],
        &["locker", "custody"],
        &["locker", "free"],
        &["machine", "show", "WTN1"],
        &["transactions"],
    ] {
        assert_fails(&Bench::empty(), &[&["iqtech"], arguments].concat(), 3, "[iqtech]");
    }
    let bench = bench();
    fs::remove_file(bench.path("iqtech-client-secret")).unwrap();
    assert_fails(&bench, &["iqtech", "employee", "list"], 3, "iqtech");
    assert_eq!(bench.iqtech().counters().connections, 0);
}

#[test]
fn asks_nothing_on_a_usage_error() {
    let bench = bench();
    for arguments in [
        &["iqtech"][..],
        &["iqtech", "employee"],
        &["iqtech", "employee", "lookup"],
        &["iqtech", "employee", "lookup", "--badge", " "],
        &["iqtech", "employee", "add", "--number", "7", "--first", "A", "--last", "B"],
        &["iqtech", "employee", "update", "1000"],
        &["iqtech", "employee", "update", "1000", "--department", "X"],
        &["iqtech", "employee", "status", "1000", "away"],
        &["iqtech", "employee", "pin", "1000"],
        &["iqtech", "locker", "report", "--from", "06-21-2022", "--to", "2022-06-21"],
        &["iqtech", "locker", "report", "--from", "2022-06-22", "--to", "2022-06-21"],
        &["iqtech", "transactions", "--from", "2022-02-30"],
        &["iqtech", "transactions", "--from", "2022-06-22", "--to", "2022-06-21"],
    ] {
        let run = bench.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {run:#?}");
    }
    let bench = bench.with("iqtech", "machine", "\"\"");
    assert_fails(&bench, &["iqtech", "locker", "free"], 2, "--machine");
    assert_eq!(bench.iqtech().counters().connections, 0);
}

#[test]
fn lists_employees_of_all_pages_or_of_one() {
    let bench = bench();
    let (found, requests) = bench.iqtech_requests_of(|| json_of(&bench, &["iqtech", "employee", "list"]));
    let employees = found["employees"].as_array().unwrap();
    assert_eq!(employees.len(), 233);
    let pages = (1..=3).map(|page| format!("GET /api/Employee?pageSize=100&page={page}"));
    assert!(targets(&requests).into_iter().eq(pages), "{requests:#?}");
    let first = json!({"number": "2332345", "first_name": "Brydan", "last_name": "France", "badge": null,
        "language": "English", "active": false, "department": "DEPT 1", "email": null});
    assert_eq!(employees[0], first);
    let page = json_of(&bench, &["iqtech", "employee", "list", "--page", "3"]);
    assert_eq!(page["employees"].as_array().unwrap()[..], employees[200..]);
    let run = bench.run(&["iqtech", "employee", "list"]);
    assert_eq!((run.code, run.stdout.lines().count(), run.stderr.as_str()), (Some(0), 234, ""));
    assert!(run.stdout.starts_with("number "), "{}", run.stdout);
    assert_fails(&bench, &["iqtech", "employee", "list", "--page", "9"], 7, "no employee");
    bench.assert_iqtech_sound(1, "employees");
}

#[test]
fn ends_with_code_5_on_pages_that_never_end() {
    let bench = bench();
    for pages in [Pages::Twice, Pages::Endless] {
        bench.iqtech().state().options.quirks.pages = pages;
        let run = bench.run(&["iqtech", "machine", "list", "--json"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(5), ""), "nothing half is printed: {run:#?}");
    }
}

#[test]
fn looks_employees_up_by_every_filter_typed() {
    let bench = bench();
    let lookup = ["iqtech", "employee", "lookup"];
    let (found, requests) =
        bench.iqtech_requests_of(|| json_of(&bench, &[&lookup[..], &["--badge", "42789", "--active", "yes"]].concat()));
    let hawkeye = json!({"number": "1000", "first_name": "Hawkeye", "last_name": "Pierce", "badge": "42789",
        "language": "English", "active": true, "department": "No Restrictions", "email": "hpierce@mash4077.com"});
    assert_eq!(found, json!({"employees": [hawkeye]}));
    assert_eq!(targets(&requests), ["GET /api/Employee/lookup?badgeNumber=42789&active=true"]);
    let run = bench.run(&[&lookup[..], &["--badge", "0"]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(7), ""), "{run:#?}");
    let run = bench.run(&[&lookup[..], &["--last", "Nobody", "--json"]].concat());
    assert_eq!((run.code, run.json()), (Some(7), json!({"employees": []})), "{run:#?}");
    bench.assert_iqtech_sound(1, "lookup");
}

#[test]
fn adds_an_employee_with_the_fields_typed_and_no_other() {
    let bench = bench();
    let add = ["iqtech", "employee", "add", "--number", "7", "--first", "A", "--last", "B", "--department", "C"];
    let more = ["--language", "french", "--active", "no", "--suspend-until", "2026-03-01T00:00:00Z"];
    let (found, requests) = bench.iqtech_requests_of(|| json_of(&bench, &[&add[..], &more].concat()));
    assert_eq!(found, json!({"done": true, "number": "7"}));
    let data = data_requests(&requests);
    assert_eq!(targets(&requests), ["POST /api/Employee"]);
    let sent = json!({"department": "C", "firstName": "A", "lastName": "B", "employeeNumber": "7", "language": 2,
        "active": false, "suspendUntil": "2026-03-01T00:00:00Z"});
    assert_eq!(body(data[0]), sent);
    let (run, requests) = bench.iqtech_requests_of(|| bench.run(&add));
    assert_eq!((run.code, targets(&requests).len()), (Some(1), 1), "{run:#?}");
    assert!(run.stderr.contains("Employee number already exists!"), "{run:#?}");
    bench.assert_iqtech_sound(1, "add");
}

#[test]
fn updates_an_employee_with_every_value_it_had() {
    let bench = bench();
    bench.iqtech().state().options.quirks.update = Update::Replaces;
    let before = bench.iqtech().state().employee("1000").unwrap().clone();
    let update = ["iqtech", "employee", "update", "1000", "--department", "X", "--yes"];
    let (run, requests) = bench.iqtech_requests_of(|| bench.run(&[&update[..], &["--json"]].concat()));
    let change = json!({"field": "department", "from": "No Restrictions", "to": "X"});
    assert_eq!((run.code, run.json()), (Some(0), json!({"done": true, "number": "1000", "changes": [change]})));
    assert!(run.stderr.contains("may end a suspension"), "{run:#?}");
    assert!(!run.stderr.contains("No Restrictions"), "the JSON object has the difference: {run:#?}");
    assert_eq!(targets(&requests), ["GET /api/Employee/lookup?employeeNumber=1000", "PUT /api/Employee/1000"]);
    let sent = body(data_requests(&requests)[1]);
    for absent in ["clearPin", "resetPin", "oldPin", "suspendUntil", "isSuspended"] {
        assert_eq!(sent.get(absent), None, "{sent}");
    }
    let after = Employee { department: "X".to_owned(), ..before };
    assert_eq!(*bench.iqtech().state().employee("1000").unwrap(), after);
    let (run, requests) = bench.iqtech_requests_of(|| bench.run(&update));
    assert_eq!((run.code, targets(&requests).len()), (Some(0), 1), "nothing is to change: {run:#?}");
    let (run, requests) =
        bench.iqtech_requests_of(|| bench.run(&["iqtech", "employee", "update", "4", "--yes", "--badge", "1"]));
    assert_eq!((run.code, targets(&requests).len()), (Some(7), 1), "{run:#?}");
    bench.assert_iqtech_sound(1, "update");
}

#[test]
fn shows_the_difference_of_an_update() {
    let bench = bench();
    let update = ["iqtech", "employee", "update", "1000", "--badge", "5", "--clear-pin", "--suspended", "yes", "--yes"];
    let run = bench.run(&update);
    let shown = "field      from     to\nbadge      \"42789\"  \"5\"\nclear_pin  null     true\nsuspended  null     true\n\
                 employee 1000 is changed\n";
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), shown), "{run:#?}");
    let state = bench.iqtech().state();
    let employee = state.employee("1000").unwrap();
    assert!(employee.is_suspended && employee.pin.is_empty());
}

#[test]
fn sets_the_status_of_an_employee() {
    let bench = bench();
    let (found, requests) =
        bench.iqtech_requests_of(|| json_of(&bench, &["iqtech", "employee", "status", "1000", "inactive"]));
    assert_eq!(found, json!({"done": true, "number": "1000"}));
    assert_eq!(targets(&requests), ["PUT /api/Employee/UpdateEmployeeStatus"]);
    assert_eq!(body(data_requests(&requests)[0]), json!({"employeeNumber": "1000", "active": false}));
    assert!(!bench.iqtech().state().employee("1000").unwrap().is_active);
    assert_fails(&bench, &["iqtech", "employee", "status", "9", "active"], 1, "Invalid Employee Number");
}

#[test]
fn changes_a_pin_that_is_read_from_stdin() {
    let bench = bench();
    let pin = ["iqtech", "employee", "pin", "1000", "--account-id", "7", "-vv"];
    let (run, requests) = bench.iqtech_requests_of(|| with_stdin(&bench, &pin, "1111\r\n273846\r\n"));
    assert_eq!(run.code, Some(0), "{run:#?}");
    let sent = json!({"accountId": "7", "employeeNumber": "1000", "oldPin": "1111", "pin": "273846"});
    assert_eq!(body(data_requests(&requests)[0]), sent);
    assert_eq!(bench.iqtech().state().employee("1000").unwrap().pin, "273846");
    let refused = with_stdin(&bench, &pin, "9473\n5821\n");
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    assert!(refused.stderr.contains("Invalid Old Pin"), "{refused:#?}");
    for (run, pins) in [(&run, ["1111", "273846"]), (&refused, ["9473", "5821"])] {
        for pin in pins {
            assert!(!run.stdout.contains(pin) && !run.stderr.contains(pin), "{pin}: {run:#?}");
        }
    }
    for input in ["", "1111\n", "1111\n\n", "1111\n2\n3\n"] {
        let (run, requests) = bench.iqtech_requests_of(|| with_stdin(&bench, &pin, input));
        assert_eq!((run.code, requests.len()), (Some(2), 0), "{input:?}: {run:#?}");
    }
}

#[test]
fn shows_the_one_machine_asked_for_in_one_request() {
    let bench = bench();
    let serial = Machine::SERIALS[0];
    let (found, requests) = bench.iqtech_requests_of(|| json_of(&bench, &["iqtech", "machine", "show", serial]));
    assert_eq!(targets(&requests), [format!("GET /api/Machine/GetMachinePlanogramDetails?serialNo={serial}")]);
    let selection = json!({"selection": "100", "product": "Binder clips- Medium", "item_number": "5678", "count": 2,
        "low": 6, "critical": 5, "par": 0, "max": 15, "price": "0.00", "level": "critical"});
    let machine = json!({"serial": serial, "name": "Test Machine Waukee Touchscreen", "location": "Waukee Test Office",
        "type": 2, "online": true, "last_activity": "2024-04-24T16:06:57.6305139", "selections": [selection]});
    assert_eq!(found, json!({"machines": [machine]}));
    assert_fails(&bench, &["iqtech", "machine", "show", "WTN7"], 7, "no machine WTN7");
}

#[test]
fn ends_with_code_10_if_something_is_low() {
    let bench = bench();
    bench.iqtech().state().machines.truncate(2);
    let run = bench.run(&["iqtech", "machine", "list", "--low", "--json"]);
    assert_eq!(run.code, Some(10), "{run:#?}");
    let machines = run.json()["machines"].as_array().unwrap().clone();
    assert_eq!((machines.len(), &machines[0]["selections"][0]["level"]), (1, &json!("critical")));
    let run = bench.run(&["iqtech", "machine", "list", "--low"]);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(10), 2), "{run:#?}");
    let all = json_of(&bench, &["iqtech", "machine", "list"]);
    assert_eq!(all["machines"][1]["selections"][0]["level"], "unset");
    bench.iqtech().state().machines[0].slots = vec![Slot::new("100", 7, [5, 6, 0, 15])];
    assert_eq!(json_of(&bench, &["iqtech", "machine", "list", "--low"]), json!({"machines": []}));
}

#[test]
fn filters_transactions_by_asset_and_query() {
    let bench = bench();
    {
        let mut state = bench.iqtech().state();
        state.options.transactions = 150;
        state.transactions.push(Transaction { asset: Some("413800".to_owned()), ..Transaction::of_document() });
        let answer = ("Asset?".to_owned(), " 413800 ".to_owned());
        state.transactions.push(Transaction { answers: vec![answer], ..Transaction::of_document() });
    }
    let found = json_of(&bench, &["iqtech", "transactions", "--asset", "413800"]);
    let found = found["transactions"].as_array().unwrap().clone();
    assert_eq!(found.len(), 2, "{found:#?}");
    let row = json!({"at": "2024-04-25T18:46:51.6717682", "machine": "WTN42246641120164005",
        "machine_name": "Test Machine Waukee Keypad-1", "employee": "Murphy, Paul", "employee_number": "12354",
        "product": "Phase 6", "item_number": "66", "selection": "100", "quantity": 1, "offline": "No",
        "asset": "413800", "answers": [{"question": "TESTING", "answer": "2"}], "department": "Service"});
    let mut first = found[0].clone();
    assert!(first.as_object_mut().unwrap().remove("total").is_some());
    assert_eq!(first, row);
    let serial = Machine::SERIALS[0];
    let arguments = ["iqtech", "transactions", "--from", "2024-04-01", "--to", "2024-04-25", "--machine", serial];
    let (_, requests) = bench.iqtech_requests_of(|| json_of(&bench, &arguments));
    let expected =
        format!("GET /api/Transaction?page=1&ToDate=04-25-2024&FromDate=04-01-2024&serialNo={serial}&pageSize=100");
    assert_eq!(targets(&requests)[0], expected);
    bench.assert_iqtech_sound(1, "transactions");
}

#[test]
fn lists_100000_transactions_in_32_mib() {
    let bench = Bench::empty().and_iqtech(Options { keep_requests: false, ..Options::default() });
    // A list has 1,000 pages at most.
    bench.iqtech().state().options.transactions = 100_000;
    let mut command = bench.command(&["iqtech", "transactions", "--json"]);
    let out = fs::File::create(bench.path("out")).unwrap();
    let mut child = command.stdout(out).stderr(Stdio::inherit()).spawn().unwrap();
    let mut most = 0;
    let code = loop {
        most = most.max(most_bytes(Pid::from_child(&child)));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(code, Some(0));
    assert_eq!(fs::read_to_string(bench.path("out")).unwrap().matches("{\"at\":").count(), 100_000);
    assert!((1 << 20..=32 << 20).contains(&most), "{most} bytes");
}

#[test]
fn tells_refused_credentials_from_an_outage() {
    let rows = [
        (401, 4, "refused the credentials"),
        (403, 4, "refused the credentials"),
        (429, 5, "429"),
        (500, 5, "500"),
        (302, 5, ""),
    ];
    for (status, code, words) in rows {
        for arguments in [&["iqtech", "employee", "lookup", "--number", "1"][..], &["iqtech", "locker", "free"]] {
            let bench = bench();
            bench.iqtech().set_faults(vec![Fault::new(When::Path("api".to_owned()), Kind::status(status))]);
            let run = bench.run(arguments);
            assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{status}: {run:#?}");
            assert!(run.stderr.contains(words), "{status}: {run:#?}");
        }
    }
    let bench = bench().with("iqtech", "url", "\"http://127.0.0.1:1\"");
    assert_fails(&bench, &["iqtech", "machine", "list"], 5, "the connection was refused");
}
