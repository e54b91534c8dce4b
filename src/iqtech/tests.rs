//! The client against a server that answers as the vendor's document shows, and against one that misbehaves.

mod find;
mod samples;
mod writes;

use serde_json::{Value, json};
use time::{Date, Month};

use self::samples::{
    DONE, EMPLOYEES, FOUND, FREE, MACHINES, NOT_FOUND, RECALLED, REFUSALS, REPORT, RESENT, RESERVED, STATUS,
    TRANSACTIONS,
};
use super::testing::{CLIENT_SECRET, Clients, client};
use super::*;
use crate::secret::Secret;
use crate::web::testing::{Reply, SeenRequest, Server, answer, body, limits, status};
use crate::web::{Cause, Error, Failure};

const SERIAL: &str = "WTN42246643220217481";
const RESERVATION: &str = "e395e821-11d9-4a18-6b22-08dc49049684";

/// Returns the kind of an outcome, as a caller has to distinguish them.
fn kind<T>(result: &Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(Error::Refused { text, .. }) => format!("refused: {text}"),
        Err(Error::CredentialRefused { status, .. }) => format!("credentials {status}"),
        Err(Error::Maintenance { .. }) => "maintenance".to_owned(),
        Err(Error::Failed(Failure { cause: Cause::BadAnswer(_), .. })) => "not understood".to_owned(),
        Err(error) if error.is_refused_for_now() => "throttled".to_owned(),
        Err(Error::Failed(_)) => "failed".to_owned(),
        Err(Error::Unreachable { .. }) => "unreachable".to_owned(),
        Err(other) => format!("{other:?}"),
    }
}

fn date(day: u8) -> Date {
    Date::from_calendar_date(2022, Month::June, day).unwrap()
}

fn report_filter() -> ReportFilter {
    ReportFilter { serial: "WTN00000".to_owned(), from: date(21), to: date(22) }
}

/// Returns the pages of a list in one.
fn all<T>(pages: Pages<'_, Vec<T>>) -> Result<Vec<T>, Error> {
    pages.collect::<Result<Vec<_>, _>>().map(|pages| pages.into_iter().flatten().collect())
}

/// Runs a call against a server with this answer, and returns the request for data.
#[track_caller]
fn sent<T>(reply: &str, is_previous: bool, call: impl Fn(&Iqtech) -> Option<T>) -> (SeenRequest, T) {
    let server = Server::answering(vec![body(reply)]);
    let client = if is_previous { server.previous() } else { server.client() };
    let value = call(&client).expect("the answer of the document was not understood");
    assert_eq!(server.letters(), "TQ");
    let seen = server.seen().remove(1);
    assert_eq!(seen.credential(), "Bearer access-token-1");
    (seen, value)
}

/// Asserts method, path and body of a request.
#[track_caller]
fn assert_sent(seen: &SeenRequest, line: &str, body: Option<&Value>) {
    assert_eq!(format!("{} {}", seen.method, seen.path), line);
    if let Some(body) = body {
        assert_eq!(serde_json::from_str::<Value>(&seen.body).unwrap(), *body);
        assert_eq!(seen.header("content-type"), Some("application/json"));
    } else {
        let length = if seen.method == "GET" { None } else { Some("0") };
        assert_eq!((seen.body.as_str(), seen.header("content-length")), ("", length), "{}", seen.head);
    }
}

#[test]
fn obtains_token_by_client_credentials() {
    for (scope, form) in [
        ("", "grant_type=client_credentials&client_id=shop&client_secret=client-secret-1"),
        ("a b", "grant_type=client_credentials&client_id=shop&client_secret=client-secret-1&scope=a%20b"),
    ] {
        let server = Server::answering(vec![body(EMPLOYEES)]);
        let iqtech = client(IqtechSettings { scope: scope.to_owned(), ..server.settings() });
        iqtech.sign_in().unwrap();
        all(iqtech.employees()).unwrap();
        assert_eq!((server.letters().as_str(), iqtech.data_requests()), ("TQ", 1));
        let seen = &server.seen()[0];
        assert_eq!((seen.method.as_str(), seen.body.as_str()), ("POST", form));
        assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded"));
    }
}

#[test]
fn reads_employees() {
    let (seen, employees) = sent(EMPLOYEES, false, |iqtech| all(iqtech.employees()).ok());
    assert_sent(&seen, "GET /api/Employee?pageSize=100&page=1", None);
    let badges: Vec<_> = employees.iter().map(|employee| employee.badge.as_deref()).collect();
    assert_eq!(badges, [Some(""), None]);
    assert_eq!(employees[0].language, Some(Language::English));
    assert_eq!((employees[0].active, employees[1].department.as_deref()), (Some(false), Some("DEPT 2")));

    let filter = EmployeeFilter {
        first_name: Some("Hawk eye".to_owned()),
        badge: Some("42789".to_owned()),
        active: Some(true),
        ..EmployeeFilter::default()
    };
    let (seen, found) = sent(FOUND, false, |iqtech| iqtech.find_employees(&filter).ok());
    assert_sent(&seen, "GET /api/Employee/lookup?firstName=Hawk%20eye&badgeNumber=42789&active=true", None);
    assert_eq!(found[0].name(100).as_deref(), Some("Hawkeye Pierce"));
    assert_eq!((found[0].language.clone(), found[0].pin_option.as_deref()), (Some(Language::English), Some("7")));
    assert_eq!((found[0].email.as_deref(), found[0].manager_email.as_deref()), (Some("hpierce@mash4077.com"), None));

    let number = EmployeeFilter { number: Some("1000".to_owned()), ..EmployeeFilter::default() };
    let server = Server::answering(vec![answer(400, "", NOT_FOUND)]);
    assert_eq!(server.client().find_employees(&number), Ok(Vec::new()));
    assert_eq!(server.seen()[1].path, "/api/Employee/lookup?employeeNumber=1000");
}

#[test]
fn reads_lockers_of_either_revision() {
    for (is_previous, folder) in [(false, "/api/2.0/WillCall"), (true, "/api/WillCall")] {
        let (seen, reservations) =
            sent(STATUS[usize::from(is_previous)], is_previous, |iqtech| iqtech.reservations(SERIAL).ok());
        assert_sent(&seen, &format!("GET {folder}/GetReservationStatus/{SERIAL}"), None);
        assert_eq!(reservations[0].reservation.is_none(), is_previous);
        assert_eq!(reservations[0].selection.as_deref(), Some("164"));
        assert_eq!(reservations[0].status.as_deref(), Some("Drop Off Pending"));

        let (seen, free) = sent(FREE, is_previous, |iqtech| iqtech.free_selections(SERIAL).ok());
        assert_sent(&seen, &format!("GET {folder}/GetReservableSelections/{SERIAL}"), None);
        assert_eq!((free.len(), free[0].as_str()), (18, "162"));

        let (seen, pages) = sent(REPORT[usize::from(is_previous)], is_previous, |iqtech| {
            iqtech.locker_report(&report_filter()).collect::<Result<Vec<_>, _>>().ok()
        });
        let query = "serialNumber=WTN00000&fromDate=06-21-2022&toDate=06-22-2022&pageNumber=1&pageSize=100";
        assert_sent(&seen, &format!("GET {folder}/GetReservedLockerReport?{query}"), None);
        assert_eq!((pages.len(), pages[0].account.as_deref()), (1, Some("Mason Testing :)")));
        let row = &pages[0].rows[0];
        assert_eq!((row.machine.as_deref(), row.location.as_deref()), (Some("Test Example"), Some("Testing Machines")));
        assert_eq!((row.reservation_type.as_deref(), row.selection.as_deref()), (Some("Exchange"), Some("172")));
        assert_eq!(row.timestamp.as_deref(), Some("2023-12-14T00:00:00"));
        assert_eq!(row.local_time.as_deref(), Some("12/13/2023 06:00 PM"));
    }
}

#[test]
fn reads_machines_and_transactions() {
    let (seen, machine) = sent(MACHINES, false, |iqtech| iqtech.machine(SERIAL).ok());
    assert_sent(&seen, &format!("GET /api/Machine/GetMachinePlanogramDetails?serialNo={SERIAL}"), None);
    let machine = machine.unwrap();
    assert_eq!(machine.name.as_deref(), Some("Test Machine Waukee Touchscreen"));
    assert_eq!(machine.last_activity.as_deref(), Some("2024-04-24T16:06:57.6305139"));
    assert_eq!((machine.machine_type, machine.online), (Some(2), Some(true)));
    assert_eq!((machine.selections[0].count, machine.selections[0].level()), (Some(2), Level::Critical));
    let (_, other) = sent(MACHINES, false, |iqtech| iqtech.machine("WTN1").ok());
    assert_eq!(other, None);

    let last = MACHINES.replace("\"hasNextPage\":true", "\"hasNextPage\":false");
    let (seen, machines) = sent(&last, false, |iqtech| all(iqtech.machines()).ok());
    assert_sent(&seen, "GET /api/Machine/GetMachinePlanogramDetails?page=1&pageSize=100", None);
    assert_eq!(machines[1].selections[0].level(), Level::Unset);
    let (seen, first) = sent(MACHINES, false, |iqtech| iqtech.first_machine().ok());
    assert_sent(&seen, "GET /api/Machine/GetMachinePlanogramDetails?page=1&pageSize=1", None);
    assert!(first.is_some());

    let filter = TransactionFilter { from: Some(date(1)), to: None, serial: Some(SERIAL.to_owned()) };
    let (seen, rows) = sent(TRANSACTIONS, false, |iqtech| all(iqtech.transactions(&filter)).ok());
    let query = format!("page=1&FromDate=06-01-2022&serialNo={SERIAL}&pageSize=100");
    assert_sent(&seen, &format!("GET /api/Transaction?{query}"), None);
    let row = &rows[0];
    assert_eq!(
        (row.at.as_deref(), row.employee.as_deref()),
        (Some("2024-04-25T18:46:51.6717682"), Some("Murphy, Paul"))
    );
    assert_eq!((row.product_group.as_deref(), row.second_person.as_deref()), (Some("Phase Releases"), None));
    assert_eq!((row.batches[0].quantity, row.answers[0].response.as_deref()), (Some(1), Some("2")));
    assert_eq!((row.total, row.asset.as_deref(), row.quantity), (Some(0.0), None, Some(1)));
    assert_eq!(row.machine_name.as_deref(), Some("Test Machine Waukee Keypad-1"));
}

#[test]
fn repeats_reads_by_the_rules_of_web() {
    let page = |text: &str| answer(200, "", text);
    for (what, replies, expected, letters) in [
        ("nothing special", vec![page(EMPLOYEES)], "ok", "TQ"),
        ("500 once", vec![status(500), page(EMPLOYEES)], "ok", "TQQ"),
        ("500 forever", vec![status(500); 5], "failed", "TQQQ"),
        ("500 that refuses", vec![answer(REFUSALS[4].0, "", REFUSALS[4].1)], "refused: Invalid Selection", "TQ"),
        ("200 that refuses", vec![answer(REFUSALS[9].0, "", REFUSALS[9].1)], "refused: not today", "TQ"),
        ("400", vec![status(400)], "refused: Bad Request", "TQ"),
        ("401 once", vec![status(401), page(EMPLOYEES)], "ok", "TQTQ"),
        ("401 forever", vec![status(401); 5], "credentials 401", "TQTQ"),
        ("403", vec![answer(403, "", DONE)], "credentials 403", "TQ"),
        ("429 once", vec![status(429), page(EMPLOYEES)], "ok", "TQQ"),
        ("429 forever", vec![status(429); 5], "throttled", "TQQQ"),
        ("503", vec![status(503)], "maintenance", "TQ"),
        ("a redirect", vec![answer(302, "Location: /login\r\n", "")], "not understood", "TQ"),
        ("a web page", vec![body("<html>Log in</html>"); 3], "not understood", "TQQQ"),
        ("success that failed", vec![answer(500, "", DONE); 3], "not understood", "TQQQ"),
        ("a cut connection", vec![Reply::Cut, page(EMPLOYEES)], "ok", "TQQ"),
    ] {
        let server = Server::answering(replies);
        let result = all(server.client().employees());
        assert_eq!((kind(&result).as_str(), server.letters().as_str()), (expected, letters), "{what}: {result:?}");
    }
}

/// Returns page `number` of `count`, each with an employee of its own.
fn numbered_page(seen: &SeenRequest, name: &str, count: u32) -> Option<Reply> {
    let number: u32 =
        seen.path.split(['?', '&']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())?;
    let items =
        json!([{"employeeNumber": number, "machineDetails": {}, "transactionDetails": [{"itemNumber": number}]}]);
    let page =
        json!({"items": items, "metaData": {"hasNextPage": number < count, "lastItemOnPage": 12, "pageCount": 1}});
    let result = if seen.path.contains("Transaction") { json!({"transactionReport": page}) } else { page };
    let details = json!([{"reservationDetails": [{"selection": number}]}]);
    let whole = json!({"isSuccess": true, "result": result});
    let bare = json!({"hasNextPage": number < count, "totalPages": 1, "machineDetails": details});
    Some(body(&if seen.path.contains("WillCall") { bare } else { whole }.to_string()))
}

#[test]
fn asks_for_pages_as_long_as_there_is_a_next_one() {
    let server = Server::start(|seen| numbered_page(seen, "page", 3));
    let iqtech = server.client();
    let mut pages = iqtech.employees();
    assert!(pages.next().unwrap().is_ok());
    assert_eq!(server.letters(), "TQ", "a page is asked for when it is taken");
    let numbers: Vec<_> = pages.map(|page| page.unwrap()[0].number.clone().unwrap()).collect();
    assert_eq!((numbers, server.letters().as_str()), (vec!["2".to_owned(), "3".to_owned()], "TQQQ"));
    assert_eq!(iqtech.employees_of_page(2).unwrap()[0].number.as_deref(), Some("2"));
    let filter = TransactionFilter::default();
    let items: Vec<_> = all(iqtech.transactions(&filter)).unwrap().into_iter().map(|row| row.item_number).collect();
    assert_eq!(items, [Some("1".to_owned()), Some("2".to_owned()), Some("3".to_owned())]);

    let server = Server::start(|seen| numbered_page(seen, "pageNumber", 2));
    assert_eq!(server.client().locker_report(&report_filter()).flatten().count(), 2);
    assert!(server.seen()[2].path.contains("pageNumber=2"), "{}", server.seen()[2].path);
}

#[test]
fn ends_lists_that_have_no_end() {
    let endless = MACHINES.to_owned();
    let server = Server::start(move |seen| (!seen.is_token()).then(|| body(&endless)));
    let results: Vec<_> = server.client().machines().collect();
    assert_eq!(results.iter().map(kind).collect::<Vec<_>>(), ["ok", "not understood"]);
    assert_eq!(server.letters(), "TQQ");

    let server = Server::start(|seen| numbered_page(seen, "page", u32::MAX));
    let results: Vec<_> = server.client().employees().collect();
    assert_eq!((results.len(), kind(results.last().unwrap()).as_str()), (1001, "not understood"));
    let message = results.last().unwrap().as_ref().unwrap_err().to_string();
    assert!(
        message.contains("GET api/Employee?pageSize=&page= failed: the list has more than 1000 pages"),
        "{message}"
    );
    assert_eq!(server.letters().len(), 1001);

    let server =
        Server::start(
            |seen| if seen.path.contains("page=2") { Some(status(400)) } else { numbered_page(seen, "page", 9) },
        );
    let results: Vec<_> = server.client().employees().map(|page| kind(&page)).collect();
    assert_eq!(results, ["ok", "refused: Bad Request"]);
}

#[test]
fn asks_at_the_paths_and_in_the_dates_of_the_config() {
    let server = Server::start(|seen| numbered_page(seen, "page", 1));
    let path = "r?page={page}&from={from}&to={to}&s={serial}/WillCall";
    let paths = Paths::from_config(|operation| {
        let path = if operation == Operation::LockerReport { path } else { operation.usual_path(WillCall::Current) };
        crate::web::PathTemplate::parse(path, operation.placeholders()).unwrap()
    });
    let iqtech = client(IqtechSettings { paths, date_format: DateFormat::MonthDayYearSlashes, ..server.settings() });
    iqtech.locker_report(&report_filter()).next().unwrap().unwrap();
    assert_eq!(server.seen()[1].path, "/r?page=1&from=06%2F21%2F2022&to=06%2F22%2F2022&s=WTN00000/WillCall");
}

#[test]
fn quotes_no_answer_and_no_value_of_a_query() {
    let private = "hpierce@mash4077.com 828459";
    for reply in [body(private), answer(500, "", private), answer(403, "", private), answer(503, "", private)] {
        let server = Server::start(move |seen| (!seen.is_token()).then(|| reply.clone()));
        let filter = EmployeeFilter { badge: Some("42789".to_owned()), ..EmployeeFilter::default() };
        let error = server.client().find_employees(&filter).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("GET api/Employee/lookup?badgeNumber="), "{shown}");
        for word in ["hpierce", "828459", "42789"] {
            assert!(!shown.contains(word), "{shown}");
        }
    }
}

#[test]
fn refuses_answers_that_hold_a_secret_of_ours() {
    let text = FOUND.replace("Hawkeye", CLIENT_SECRET);
    let server = Server::answering(vec![body(&text); 3]);
    let filter = EmployeeFilter { badge: Some("42789".to_owned()), ..EmployeeFilter::default() };
    let result = server.client().find_employees(&filter);
    assert_eq!((kind(&result).as_str(), server.letters().as_str()), ("not understood", "TQ"));
    assert!(!format!("{result:?}").contains(CLIENT_SECRET), "{result:?}");
}

#[test]
fn tells_how_full_a_selection_is() {
    let selection = |count, critical, low| {
        let empty = json!({"isSuccess": true, "result": {"items": [{"machinePlanogram": [{"currentCount": count, "criticalLevel": critical, "lowLevel": low}]}]}});
        let server = Server::answering(vec![body(&empty.to_string())]);
        server.client().first_machine().unwrap().unwrap().selections[0].level().word()
    };
    for (count, critical, low, level) in [
        (json!(5), json!(5), json!(6), "critical"),
        (json!(6), json!(5), json!("6"), "low"),
        (json!("7"), json!(5), json!(6), "ok"),
        (json!(0), json!(0), json!(3), "low"),
        (json!(0), json!(0), json!(0), "unset"),
        (json!(31), json!(null), json!(null), "unset"),
        (json!(null), json!(5), json!(6), "unset"),
    ] {
        assert_eq!(selection(count.clone(), critical, low), level, "{count}");
    }
}
