use std::collections::BTreeSet;
use std::time::Duration;

use iqr_sandbox::iqtech::{DateFormat, Employee, Encoding, Iqtech, Machine, Offense, Options, Transaction, Update};
use serde_json::{Value, json};

use crate::client::{Client, Response};

/// A client with a token.
pub struct Shop {
    pub client: Client,
    pub credential: String,
}

impl Shop {
    pub fn of(sandbox: &Iqtech) -> Self {
        let mut client = Client::connect_to(sandbox.address());
        let token = request_token(&mut client, &form(sandbox)).json()["access_token"].as_str().unwrap().to_owned();
        Self { client, credential: format!("Bearer {token}") }
    }

    pub fn get(&mut self, target: &str) -> Response {
        self.ask("GET", target, "", b"");
        self.client.answer().unwrap()
    }

    pub fn send(&mut self, method: &str, target: &str, body: &Value) -> Response {
        self.ask(method, target, "Content-Type: application/json\r\n", body.to_string().as_bytes());
        self.client.answer().unwrap()
    }

    /// Sends a request and does not wait for the answer.
    pub fn ask(&mut self, method: &str, target: &str, headers: &str, body: &[u8]) {
        let headers = format!("Authorization: {}\r\n{headers}", self.credential);
        self.client.write(method, target, &headers, body).unwrap();
    }
}

/// The form of a good token request.
pub fn form(sandbox: &Iqtech) -> String {
    let options = sandbox.state().options.clone();
    let encode = |text: &str| Encoding::Form.encode(text);
    let (id, secret) = (encode(&options.client_id), encode(&options.client_secret));
    format!("grant_type=client_credentials&client_id={id}&client_secret={secret}")
}

pub fn request_token(client: &mut Client, form: &str) -> Response {
    let headers = "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: Bearer null\r\n";
    client.send("POST", "/connect/token", headers, form.as_bytes()).unwrap()
}

pub fn start(options: Options) -> (Iqtech, Shop) {
    let sandbox = Iqtech::start(options);
    let shop = Shop::of(&sandbox);
    (sandbox, shop)
}

pub fn offenses(sandbox: &Iqtech) -> Vec<Offense> {
    sandbox.violations().into_iter().map(|violation| violation.offense).collect()
}

pub fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn names(text: &str) -> BTreeSet<&str> {
    text.split(' ').collect()
}

#[test]
fn issues_a_token_to_its_client_only() {
    let (sandbox, mut shop) = start(Options { expires_in: Some(90), ..Options::default() });
    let good = form(&sandbox);
    let answer = request_token(&mut shop.client, &good);
    assert_eq!((answer.status, answer.json()["expires_in"].as_u64()), (200, Some(90)));
    for (from, to, error) in [
        ("grant_type=client_credentials", "grant_type=password", "unsupported_grant_type"),
        ("client_id=", "client_id=x", "invalid_client"),
        ("client_secret=", "client_secret=x", "invalid_client"),
        ("client_secret=", "username=x&client_secret=", "invalid_request"),
    ] {
        let answer = request_token(&mut shop.client, &good.replacen(from, to, 1));
        assert_eq!((answer.status, answer.json()), (400, json!({ "error": error })), "{to}");
    }
    assert_eq!(sandbox.counters().token_requests_refused, 4);
    assert_eq!(offenses(&sandbox), [Offense::FormField("username".to_owned())]);
}

#[test]
fn accepts_the_scope_of_its_options_or_none() {
    let (sandbox, mut shop) = start(Options { scope: Some("api".to_owned()), ..Options::default() });
    for (scope, status) in [("", 200), ("&scope=api", 200), ("&scope=other", 400)] {
        assert_eq!(request_token(&mut shop.client, &(form(&sandbox) + scope)).status, status, "{scope}");
    }
}

#[test]
fn refuses_a_token_that_has_expired_or_was_never_issued() {
    let (sandbox, mut shop) = start(Options { token_calls: Some(1), ..Options::default() });
    assert_eq!([0; 2].map(|_| shop.get("/api/Employee").status), [200, 401]);
    "Bearer x".clone_into(&mut shop.credential);
    assert_eq!(shop.get("/api/Employee").status, 401);
    shop = Shop::of(&sandbox);
    sandbox.state().options.token_lifetime = Duration::ZERO;
    assert_eq!((shop.get("/api/Employee").status, sandbox.counters().unauthorized), (401, 3));
}

#[test]
fn lists_employees_with_the_figures_of_the_document() {
    let (_sandbox, mut shop) = start(Options::default());
    let answer = shop.get("/api/Employee?pageSize=20&page=1").json();
    assert_eq!(keys(&answer), names("result isSuccess errors error exception"));
    let first = json!({
        "firstName": "Brydan", "lastName": "France", "employeeNumber": "2332345", "badge": "", "language": "English",
        "active": false, "department": "DEPT 1",
    });
    let items = answer["result"]["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0], &items[1]["badge"]), (20, &first, &Value::Null));
    let printed = json!({
        "firstItemOnPage": 1, "hasNextPage": true, "hasPreviousPage": false, "isFirstPage": true, "isLastPage": false,
        "lastItemOnPage": 12, "pageCount": 12, "pageNumber": 1, "pageSize": 20, "totalItemCount": 233,
        "thisPageItemCount": 20, "itemStart": 1, "itemEnd": 20,
    });
    assert_eq!(answer["result"]["metaData"], printed);
}

#[test]
fn gives_every_employee_once_in_three_long_pages() {
    let (sandbox, mut shop) = start(Options::default());
    let mut numbers = BTreeSet::new();
    for page in 1..=3 {
        let answer = shop.get(&format!("/api/Employee?page={page}&pageSize=100")).json();
        assert_eq!(answer["result"]["metaData"]["hasNextPage"], page < 3);
        assert_eq!(answer["result"]["metaData"]["pageCount"], 12, "a figure that contradicts the pages");
        let items = answer["result"]["items"].as_array().unwrap();
        numbers.extend(items.iter().map(|item| item["employeeNumber"].to_string()));
    }
    assert_eq!((numbers.len(), offenses(&sandbox)), (233, vec![]));
}

#[test]
fn looks_up_employees_with_a_number_for_the_language() {
    let (sandbox, mut shop) = start(Options::default());
    let answer = shop.get("/api/Employee/lookup?badgeNumber=42789&department=no+restrictions").json();
    assert_eq!(keys(&answer), names("result isSuccess errorStatusVal success errors error exception"));
    let item = &answer["result"][0];
    assert_eq!((&item["lastName"], &item["language"], &item["pinOption"]), (&json!("Pierce"), &json!(0), &json!("7")));
    let shared = shop.get(&format!("/api/Employee/lookup?badgeNumber={}", Employee::SHARED_BADGE)).json();
    let active: Vec<&Value> = shared["result"].as_array().unwrap().iter().map(|item| &item["active"]).collect();
    assert_eq!(active, [false, true]);
    let none = shop.get("/api/Employee/lookup?employeeNumber=0");
    assert_eq!((none.status, none.json()["errorStatusVal"].as_u64()), (400, Some(0)));
    assert_eq!(none.json()["error"]["message"], "No employees found matching the query.");
    assert_eq!(shop.get("/api/Employee/lookup").json()["title"], "One or more validation errors occurred.");
    assert_eq!(offenses(&sandbox), [Offense::NoFilter]);
}

#[test]
fn adds_an_employee_once() {
    let (sandbox, mut shop) = start(Options::default());
    let body = json!({
        "department": "D", "firstName": "A", "lastName": "B", "employeeNumber": "7", "language": 2, "active": true,
    });
    assert_eq!(
        keys(&shop.send("POST", "/api/Employee", &body).json()),
        names("isSuccess success errors error exception")
    );
    assert_eq!(sandbox.state().employee("7").unwrap().language_word(), "French");
    let again = shop.send("POST", "/api/Employee", &body);
    let error = json!({ "errorId": 500, "message": "Employee number already exists!" });
    assert_eq!((again.status, &again.json()["error"]), (500, &error));
    assert_eq!(keys(&again.json()), names("isSuccess success errors error"));
    assert_eq!(offenses(&sandbox), []);
}

#[test]
fn refuses_a_body_that_is_not_of_the_document() {
    let (sandbox, mut shop) = start(Options::default());
    let good = json!({ "department": "D", "firstName": "A", "lastName": "B", "employeeNumber": "7" });
    for (field, value) in [
        ("language", json!("English")),
        ("active", json!("yes")),
        ("badgeNumber", json!("1")),
        ("suspendUntil", json!("2024-03-26")),
        ("lastName", json!("")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = shop.send("POST", "/api/Employee", &body);
        assert_eq!((answer.status, keys(&answer.json()["errors"])), (400, names(field)));
        assert_eq!(offenses(&sandbox).last(), Some(&Offense::Body(field.to_owned())));
    }
    assert_eq!(shop.send("POST", "/api/Employee", &json!([])).status, 400);
    assert_eq!(offenses(&sandbox).last(), Some(&Offense::NoJson));
    assert_eq!(sandbox.state().employee("7"), None);
}

#[test]
fn updates_an_employee_by_the_switch() {
    for (update, department) in [(Update::Merges, "No Restrictions"), (Update::Replaces, "")] {
        let (sandbox, mut shop) = start(Options::default());
        sandbox.state().options.quirks.update = update;
        let answer = shop.send("PUT", "/api/Employee/1000", &json!({ "employeeNumber": "1000", "firstName": "H" }));
        assert_eq!(answer.status, 200);
        let employee = sandbox.state().employee("1000").unwrap().clone();
        assert_eq!((employee.first_name.as_str(), employee.department.as_str()), ("H", department));
        let unknown = shop.send("PUT", "/api/Employee/9", &json!({}));
        let error = json!({ "errorId": 500, "message": "Invalid employee number" });
        assert_eq!((unknown.status, &unknown.json()["error"]), (400, &error));
    }
}

#[test]
fn sets_status_and_pin_of_a_known_employee() {
    let (sandbox, mut shop) = start(Options::default());
    let status = |number: &str| json!({ "employeeNumber": number, "active": false });
    assert_eq!(shop.send("PUT", "/api/Employee/UpdateEmployeeStatus", &status("1000")).status, 200);
    let unknown = shop.send("PUT", "/api/Employee/UpdateEmployeeStatus", &status("9"));
    let error = json!({ "errorId": 400, "message": "Invalid Employee Number" });
    assert_eq!((unknown.status, &unknown.json()["error"]), (400, &error));
    let pin = |old: &str| json!({ "employeeNumber": "1000", "oldPin": old, "pin": "2222" });
    let wrong = shop.send("POST", "/api/Employee/UpdateEmployeeSetPin", &pin("9999"));
    let error = json!({ "errorId": 500, "message": "Invalid Old Pin" });
    assert_eq!((wrong.status, &wrong.json()["error"], keys(&wrong.json()).len()), (400, &error, 5));
    assert_eq!(shop.send("POST", "/api/Employee/UpdateEmployeeSetPin", &pin(Employee::PIN)).status, 200);
    let employee = sandbox.state().employee("1000").unwrap().clone();
    assert_eq!((employee.is_active, employee.pin.as_str()), (false, "2222"));
}

#[test]
fn answers_two_machines_and_a_next_page_for_one() {
    let (sandbox, mut shop) = start(Options::default());
    let path = "/api/Machine/GetMachinePlanogramDetails";
    let answer = shop.get(&format!("{path}?serialNo={}", Machine::SERIALS[1])).json();
    assert_eq!(keys(&answer), names("result isSuccess success errors error exception"));
    let items = answer["result"]["items"].as_array().unwrap();
    let serials: Vec<&Value> = items.iter().map(|item| &item["machine"]["controlBoardSerialNo"]).collect();
    assert_eq!(serials, [Machine::SERIALS[1], Machine::SERIALS[0]]);
    assert_eq!(items[1]["machine"]["machineName"], " Test Machine Waukee Touchscreen");
    assert_eq!(answer["result"]["metaData"]["hasNextPage"], true);
    assert_eq!(shop.get(&format!("{path}?serialNo=x&page=2")).status, 400);
    assert_eq!(offenses(&sandbox), [Offense::Query("page".to_owned())]);
    let all = shop.get(&format!("{path}?page=1&pageSize=20")).json();
    let meta_data = &all["result"]["metaData"];
    let figures = ["lastItemOnPage", "pageCount", "totalItemCount", "itemEnd"].map(|name| meta_data[name].as_u64());
    assert_eq!((figures, &meta_data["hasNextPage"]), ([Some(1), Some(1), Some(13), Some(13)], &json!(false)));
}

#[test]
fn filters_transactions_by_day_and_machine() {
    let (sandbox, mut shop) = start(Options { transactions: 100_000, ..Options::default() });
    let mut added = Transaction { asset: Some("700001".to_owned()), ..Transaction::of_document() };
    "2024-04-01T00:00:00".clone_into(&mut added.at);
    sandbox.state().transactions.push(added);
    let mut report = |query: &str| {
        let mut answer = shop.get(&format!("/api/Transaction?{query}")).json();
        answer["result"]["transactionReport"].take()
    };
    let all = report("page=1&pageSize=100");
    assert_eq!((all["items"].as_array().unwrap().len(), all["metaData"]["pageCount"].as_u64()), (100, Some(100_001)));
    assert_eq!(all["items"][0]["transactionDetails"][0]["assetNumber"], "700001");
    assert_eq!(all["items"][1]["transactionDetails"][0]["transactionDateAndTime"], "2024-04-25T18:46:51.6717682");
    let last = report("page=1001&pageSize=100");
    assert_eq!((last["items"].as_array().unwrap().len(), &last["metaData"]["hasNextPage"]), (1, &json!(false)));
    let day = report("page=1&pageSize=100&FromDate=04-01-2024&ToDate=04-01-2024&serialNo=WTN42246641120164005");
    let is_of_day = |item: &Value| {
        let at = item["transactionDetails"][0]["transactionDateAndTime"].as_str().unwrap();
        at.starts_with("2024-04-01") && item["machineDetails"]["serialNo"] == "WTN42246641120164005"
    };
    let items = day["items"].as_array().unwrap();
    assert!(items.len() > 40 && items.iter().all(is_of_day), "{}", items.len());
}

#[test]
fn groups_transactions_of_a_machine_on_demand() {
    let (sandbox, mut shop) = start(Options::default());
    sandbox.state().options.quirks.groups_transactions = true;
    let items = shop.get("/api/Transaction?page=1&pageSize=100").json()["result"]["transactionReport"]["items"].take();
    let details: Vec<usize> =
        items.as_array().unwrap().iter().map(|item| item["transactionDetails"].as_array().unwrap().len()).collect();
    assert_eq!(details, [34, 33, 33]);
}

#[test]
fn reads_dates_in_the_format_of_its_options_only() {
    let (sandbox, mut shop) = start(Options::default());
    assert_eq!(shop.get("/api/Transaction?FromDate=2024-04-01").status, 400);
    assert_eq!(offenses(&sandbox), [Offense::Query("FromDate".to_owned())]);
    sandbox.state().options.quirks.date_format = DateFormat::YearMonthDay;
    assert_eq!(shop.get("/api/Transaction?FromDate=2024-04-01").status, 200);
}

#[test]
fn reports_paths_verbs_names_and_bodies_of_no_operation() {
    let (sandbox, mut shop) = start(Options::default());
    assert_eq!(shop.get("/api/2.0/WillCall/GetReservableSelesctions/WTN0000000000").status, 404);
    assert_eq!(shop.get("/api/Employee/UpdateEmployeeStatus").status, 405);
    assert_eq!(shop.send("POST", "/api/Employee/lookup?active=true", &json!({})).status, 405);
    assert_eq!(shop.get("/api/Employee?Page=1").status, 400);
    assert_eq!(shop.get("/api/Employee?page=1&page=2").status, 400);
    assert_eq!(shop.get("/api/Employee?page=0").status, 400);
    assert_eq!(shop.get("/api/Employee?pageSize=101").json()["result"]["items"].as_array().unwrap().len(), 100);
    shop.ask("GET", "/api/Employee", "Cookie: a=b\r\n", b"{}");
    assert_eq!(shop.client.answer().unwrap().status, 400);
    let secret = Encoding::Percent.encode(&sandbox.state().options.client_secret);
    shop.get(&format!("/api/Employee/lookup?firstName={secret}"));
    let query = |name: &str| Offense::Query(name.to_owned());
    let expected = [
        Offense::Path("/api/2.0/WillCall/GetReservableSelesctions/WTN0000000000".to_owned()),
        Offense::Method("GET".to_owned()),
        Offense::Method("POST".to_owned()),
        query("Page"),
        query("page"),
        query("page"),
        Offense::PageSize(101),
        Offense::Cookie,
        Offense::NeedlessBody,
        Offense::SecretInUrl,
    ];
    assert_eq!(offenses(&sandbox), expected);
    sandbox.state().options.quirks.has_listed_names = true;
    assert_eq!(shop.get("/api/Employee?Page=1&PageSize=20").status, 200);
}

#[test]
fn records_the_requests_of_iqtech() {
    let (sandbox, mut shop) = start(Options::default());
    sandbox.forget_requests();
    shop.send("PUT", "/api/Employee/1000?x=1", &json!({ "firstName": "H" }));
    let requests = sandbox.requests();
    assert_eq!((requests.len(), requests[0].status, requests[0].number), (1, Some(400), 2));
    assert_eq!((requests[0].method.as_str(), requests[0].target.as_str()), ("PUT", "/api/Employee/1000?x=1"));
    assert_eq!(
        (requests[0].body.as_str(), requests[0].header("authorization")),
        (r#"{"firstName":"H"}"#, Some(shop.credential.as_str()))
    );
    let counters = sandbox.counters();
    assert_eq!((counters.token_requests, counters.data_requests, counters.connections), (1, 1, 1));
}
