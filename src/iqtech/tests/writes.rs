//! Writes: each sent once, whatever the answer, and what becomes of it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::*;
use crate::clock::BootTime;
use crate::web::Limits;

/// A write and its name.
type Write = (&'static str, fn(&Iqtech) -> WriteOutcome<()>);

fn employee() -> EmployeeBody {
    EmployeeBody {
        department: Some("DEPT 1".to_owned()),
        first_name: Some("Hawkeye".to_owned()),
        last_name: Some("Pierce".to_owned()),
        employee_number: Some("1000".to_owned()),
        email: Some("hpierce@mash4077.com".to_owned()),
        language: Some(1),
        active: Some(true),
        ..EmployeeBody::default()
    }
}

fn pins() -> PinBody {
    PinBody {
        employee_number: Some("1000".to_owned()),
        old_pin: Some(Secret::new("1111")),
        pin: Some(Secret::new("2222")),
        ..PinBody::default()
    }
}

fn assignee(name: &str) -> Assignee {
    Assignee {
        assignee_type: Some(AssigneeType::Custom),
        contact_number: Some("5155550100".to_owned()),
        country_dial_code: Some("1".to_owned()),
        email: Some("drop@example.com".to_owned()),
        name: Some(name.to_owned()),
        send_bar_code: Some(true),
        description: Some("IQR 700001".to_owned()),
        ..Assignee::default()
    }
}

fn reservation() -> ReservationBody {
    ReservationBody {
        created_by: Some("paul".to_owned()),
        selection: Some("162".to_owned()),
        reservation_type: Some(ReservationType::DropOff),
        send_code: Some(SendCode::None),
        serial: Some(SERIAL.to_owned()),
        assignees: vec![assignee("a"), assignee("b")],
        ..ReservationBody::default()
    }
}

/// All writes; the last three also in the previous revision.
const WRITES: [Write; 7] = [
    ("add", |iqtech| iqtech.add_employee(&employee())),
    ("status", |iqtech| iqtech.set_employee_status("1000", false)),
    ("update", |iqtech| iqtech.update_employee("1000", &employee())),
    ("pin", |iqtech| iqtech.set_employee_pin(&pins())),
    ("reserve", |iqtech| iqtech.reserve(&reservation()).map(drop)),
    ("resend", |iqtech| iqtech.resend(RESERVATION).map(drop)),
    ("recall", |iqtech| iqtech.recall(RESERVATION, &assignee("a")).map(drop)),
];

fn outcome<T>(outcome: &WriteOutcome<T>) -> String {
    match outcome {
        WriteOutcome::Done(_) => "done".to_owned(),
        WriteOutcome::Refused(text) => format!("refused: {text}"),
        WriteOutcome::Unknown(_) => "unknown".to_owned(),
        WriteOutcome::NotDone(Error::CredentialRefused { status, .. }) => format!("credentials {status}"),
        WriteOutcome::NotDone(error) if error.is_refused_for_now() => "throttled".to_owned(),
        WriteOutcome::NotDone(_) => "not done".to_owned(),
    }
}

fn done<T>(outcome: WriteOutcome<T>) -> Option<T> {
    match outcome {
        WriteOutcome::Done(value) => Some(value),
        WriteOutcome::Refused(_) | WriteOutcome::Unknown(_) | WriteOutcome::NotDone(_) => None,
    }
}

#[test]
fn sends_changes_of_employees() {
    let body = json!({"department": "DEPT 1", "firstName": "Hawkeye", "lastName": "Pierce", "employeeNumber": "1000",
        "email": "hpierce@mash4077.com", "language": 1, "active": true});
    let (seen, ()) = sent(DONE, false, |iqtech| done(iqtech.add_employee(&employee())));
    assert_sent(&seen, "POST /api/Employee", Some(&body));
    let (seen, ()) = sent(DONE, false, |iqtech| done(iqtech.set_employee_status("1000", false)));
    let status = json!({"employeeNumber": "1000", "active": false});
    assert_sent(&seen, "PUT /api/Employee/UpdateEmployeeStatus", Some(&status));
    let (seen, ()) = sent(DONE, false, |iqtech| done(iqtech.update_employee("a/1", &employee())));
    let mut other = body;
    other["employeeNumber"] = json!("a/1");
    assert_sent(&seen, "PUT /api/Employee/a%2F1", Some(&other));
    let (seen, ()) = sent(DONE, false, |iqtech| done(iqtech.set_employee_pin(&pins())));
    let pins = json!({"employeeNumber": "1000", "oldPin": "1111", "pin": "2222"});
    assert_sent(&seen, "POST /api/Employee/UpdateEmployeeSetPin", Some(&pins));
}

#[test]
fn spells_every_field_of_employees_as_the_document_does() {
    let text = || Some("string".to_owned());
    let employee = EmployeeBody {
        department: text(),
        first_name: text(),
        last_name: text(),
        employee_number: text(),
        email: text(),
        badge: text(),
        language: Some(0),
        active: Some(true),
        is_vt_admin: Some(true),
        pin_option: text(),
        ignore_fingerprint: Some(true),
        manager_email: text(),
        clear_pin: Some(true),
        reset_pin: Some(true),
        old_pin: text().map(Secret::new),
        suspend_until: Some("2024-03-26T21:25:06.138Z".to_owned()),
        suspend_until_string: text(),
        is_suspended: Some(true),
    };
    let document = r#"{"department":"string","firstName":"string","lastName":"string","employeeNumber":"string","email":"string","badge":"string","language":0,"active":true,"isVTAdmin":true,"pinOption":"string","ignoreFingerPrint":true,"managerEmail":"string","clearPin":true,"resetPin":true,"oldPin":"string","suspendUntil":"2024-03-26T21:25:06.138Z","suspenduntilString":"string","isSuspended":true}"#;
    assert_eq!(serde_json::to_string(&employee).unwrap(), document);
    let pin = PinBody {
        account_id: text(),
        employee_number: text(),
        old_pin: text().map(Secret::new),
        pin: text().map(Secret::new),
        emplid: text(),
    };
    let document =
        r#"{"accountId":"string","employeeNumber":"string","oldPin":"string","pin":"string","emplid":"string"}"#;
    assert_eq!(serde_json::to_string(&pin).unwrap(), document);
}

#[test]
fn spells_every_field_of_lockers_as_the_document_does() {
    let text = || Some("string".to_owned());
    let assignee = Assignee {
        assignee_type: Some(AssigneeType::Employee),
        contact_number: text(),
        country_dial_code: text(),
        country_code: text(),
        email: text(),
        user_id: text(),
        name: text(),
        role: text(),
        send_bar_code: Some(true),
        description: text(),
    };
    let document = r#"{"assigneeType":"Employee","contactNumber":"string","countryDialCode":"string","countryCode":"string","email":"string","userId":"string","name":"string","role":"string","sendBarCode":true,"description":"string"}"#;
    assert_eq!(serde_json::to_string(&assignee).unwrap(), document);
    let reservation = ReservationBody {
        location: text(),
        product: text(),
        created_by: text(),
        assignees: Vec::new(),
        ..reservation()
    };
    let document = format!(
        r#"{{"createdbyUser":"string","selection":"162","reservationType":"DropOff","sendCode":"NONE","locationName":"string","serialNumber":"{SERIAL}","productName":"string","externalReserveLockerDetailList":[]}}"#
    );
    assert_eq!(serde_json::to_string(&reservation).unwrap(), document);
}

#[test]
fn sends_back_all_that_was_found_with_what_is_asked() {
    let server = Server::answering(vec![body(FOUND), body(DONE)]);
    let iqtech = server.client();
    let filter = EmployeeFilter { number: Some("1000".to_owned()), ..EmployeeFilter::default() };
    let found = iqtech.find_employees(&filter).unwrap().remove(0);
    let asked = EmployeeBody { department: Some("X".to_owned()), ..EmployeeBody::default() };
    assert!(done(iqtech.update_employee("1000", &EmployeeBody::from_found(&found).with(asked))).is_some());
    let expected = json!({"department": "X", "firstName": "Hawkeye", "lastName": "Pierce", "employeeNumber": "1000",
        "email": "hpierce@mash4077.com", "badge": "42789", "language": 0, "active": true, "isVTAdmin": true,
        "pinOption": "7", "ignoreFingerPrint": true});
    assert_eq!(server.letters(), "TQQ");
    assert_sent(&server.seen()[2], "PUT /api/Employee/1000", Some(&expected));
}

#[test]
fn sends_changes_of_lockers_in_either_revision() {
    for (is_previous, folder) in [(false, "/api/2.0/WillCall"), (true, "/api/WillCall")] {
        let person = |name: &str| {
            json!({"assigneeType": "Custom", "contactNumber": "5155550100", "countryDialCode": "1",
            "email": "drop@example.com", "name": name, "sendBarCode": true, "description": "IQR 700001"})
        };
        let body = json!({"createdbyUser": "paul", "selection": "162", "reservationType": "DropOff", "sendCode": "NONE",
            "serialNumber": SERIAL, "externalReserveLockerDetailList": [person("a"), person("b")]});
        let (seen, reserved) = sent(RESERVED, is_previous, |iqtech| done(iqtech.reserve(&reservation())));
        assert_sent(&seen, &format!("POST {folder}/AddReservation"), Some(&body));
        assert_eq!(reserved.reservation.as_deref(), Some(RESERVATION));
        let codes: Vec<_> = reserved.codes.iter().map(|it| it.code.as_ref().unwrap().expose()).collect();
        assert_eq!((codes, reserved.codes[1].role.as_deref()), (vec!["828459", "145811"], Some("Pickup")));
        assert!(reserved.codes[0].barcode_url.as_ref().unwrap().expose().ends_with("/828459.png"));
        assert_eq!(reserved.message.as_deref(), Some("Reservation added successfully"));
        let shown = format!("{reserved:?}");
        assert!(!shown.contains("828459") && !shown.contains("assets"), "{shown}");

        let (seen, resent) = sent(RESENT, is_previous, |iqtech| done(iqtech.resend(RESERVATION)));
        assert_sent(&seen, &format!("POST {folder}/SendNewCode/{RESERVATION}"), None);
        assert_eq!(resent.message.as_deref(), Some("New Access Code Generated Successfully"));

        let person = Assignee { country_code: Some("US".to_owned()), ..Assignee::default() };
        for (assignee, body) in [(Assignee::default(), json!({})), (person, json!({"countryCode": "US"}))] {
            let (seen, words) = sent(RECALLED, is_previous, |iqtech| done(iqtech.recall(RESERVATION, &assignee)));
            let line = format!("POST {folder}/RecallReservation?reservationLockerId={RESERVATION}");
            assert_sent(&seen, &line, Some(&body));
            assert_eq!(words.as_deref(), Some("Reservation Recalled Successfully"));
        }
    }
}

/// Runs each write against a server that gives these answers to data calls.
#[track_caller]
fn assert_each(replies: &[Reply], expected: &str, letters: &str) {
    for (name, write) in WRITES {
        for is_previous in [false, true] {
            let server = Server::answering(replies.to_vec());
            let mut settings = if is_previous { server.previous() } else { server.client() }.settings().clone();
            if matches!(replies, [Reply::Silence]) {
                settings.request_timeout = Duration::from_millis(300);
            }
            let result = write(&client(settings));
            assert_eq!(
                (outcome(&result).as_str(), server.letters().as_str()),
                (expected, letters),
                "{name}: {result:?}"
            );
        }
    }
}

#[test]
fn sends_writes_once_whatever_becomes_of_the_answer() {
    let gateway = r#"{"error":{"code":"x","message":"upstream"}}"#;
    for reply in [
        Reply::Cut,
        Reply::Silence,
        status(500),
        answer(502, "", "<html>Bad Gateway</html>"),
        status(503),
        answer(503, "Retry-After: 1\r\n", ""),
        answer(500, "", gateway),
        status(408),
        answer(302, "Location: /login\r\n", ""),
        status(200),
        status(204),
        body("<html>Log in</html>"),
        body("{}"),
        body("[]"),
        body("{\"isSuccess\":true,}"),
        body(r#"{"isSuccess":true,"result":[]  ,"error":{"message":"x"}}"#),
        answer(400, "", DONE),
        answer(500, "", DONE),
    ] {
        assert_each(&[reply], "unknown", "TQ");
    }
}

#[test]
fn reports_writes_that_were_not_done() {
    assert_each(&[status(401)], "credentials 401", "TQ");
    assert_each(&[answer(403, "", DONE)], "credentials 403", "TQ");
    assert_each(&[status(429)], "throttled", "TQ");
    assert_each(&[answer(429, "Retry-After: 3600\r\n", "")], "throttled", "TQ");
    assert_each(&[status(400)], "refused: Bad Request", "TQ");
    assert_each(&[answer(404, "", "<html>no</html>")], "refused: Not Found", "TQ");
    for (reply, expected, letters) in [
        (answer(400, "", r#"{"error":"invalid_client"}"#), "credentials 400", "T"),
        (status(401), "credentials 401", "T"),
        (status(404), "not done", "T"),
    ] {
        let server = Server::granting(vec![reply]);
        let result = server.client().reserve(&reservation());
        assert_eq!((outcome(&result).as_str(), server.letters().as_str()), (expected, letters));
    }
    let server = Server::answering(vec![]);
    let secret = Secret::new(CLIENT_SECRET);
    let over = Limits { deadline: BootTime::now(), ..limits() };
    let stopped = limits();
    stopped.interrupted.store(true, Ordering::Relaxed);
    for limits in [over, stopped] {
        let result = Iqtech::for_command(server.settings(), &secret, limits).resend(RESERVATION);
        assert_eq!((outcome(&result).as_str(), server.letters().as_str()), ("not done", ""), "{result:?}");
    }
    let late = Limits { deadline: BootTime::now() + Duration::from_secs(2), ..limits() };
    let silent = Server::answering(vec![Reply::Silence]);
    let result = Iqtech::for_command(silent.settings(), &secret, late).resend(RESERVATION);
    assert_eq!((outcome(&result).as_str(), silent.letters().as_str()), ("unknown", "TQ"), "{result:?}");
    let unreachable = IqtechSettings { url: "http://127.0.0.1:1".to_owned(), ..server.settings() };
    assert_eq!(outcome(&client(unreachable).resend(RESERVATION)), "not done");
}

#[test]
fn reports_every_refusal_of_the_document() {
    for (status, text, words) in REFUSALS {
        for (name, write) in WRITES {
            let server = Server::answering(vec![answer(status, "", text)]);
            let result = write(&server.client());
            let shown =
                if words.contains("'00000000'") { words.replace("00000000", "(number)") } else { words.to_owned() };
            assert_eq!(outcome(&result), format!("refused: {shown}"), "{name}");
            assert_eq!(server.letters(), "TQ", "{name}");
        }
        let server = Server::answering(vec![answer(status, "", text)]);
        assert!(kind(&server.client().reservations(SERIAL)).starts_with("refused: "), "{words}");
        assert_eq!(server.letters(), "TQ", "{words}");
    }
    let server = Server::answering(vec![answer(REFUSALS[6].0, "", REFUSALS[6].1)]);
    assert_eq!(outcome(&server.client().resend("00000000")), format!("refused: {}", REFUSALS[6].2));
}

#[test]
fn writes_nothing_in_a_pass() {
    for (name, write) in WRITES {
        let server = Server::answering(vec![body(DONE)]);
        let secret = Secret::new(CLIENT_SECRET);
        for iqtech in [
            Iqtech::for_pass(server.settings(), &secret, limits()),
            Iqtech::on_trial(server.settings(), &secret, limits()),
        ] {
            let result = write(&iqtech);
            assert!(matches!(result, WriteOutcome::NotDone(Error::ReadOnly { .. })), "{name}: {result:?}");
        }
        assert!(!server.letters().contains('Q'), "{name}");
    }
}

#[test]
fn keeps_pins_codes_and_contact_data_out_of_words() {
    let said = "PIN 1111 or 2222 of 1000, code 828459, +1 515-555-0100, drop@example.com, hpierce@mash4077.com, \
                https://api.iqtechportal.com/assets/1/828459.png";
    let refusal = json!({"isSuccess": false, "error": {"message": said}}).to_string();
    let success = json!({"isSuccess": true, "result": {"message": said, "accessCodes": [{"accessCodes": "abc", "barCode": "x"}]}});
    for reply in
        [answer(400, "", &refusal), answer(500, "", said), body(said), answer(403, "", said), answer(401, "", &refusal)]
    {
        for (name, write) in WRITES {
            let server = Server::answering(vec![reply.clone()]);
            let result = write(&server.client());
            let words = match &result {
                WriteOutcome::Done(()) => String::new(),
                WriteOutcome::Refused(text) => text.clone(),
                WriteOutcome::Unknown(error) | WriteOutcome::NotDone(error) => error.to_string(),
            };
            let shown = format!("{words} {result:?}");
            for private in ["1111", "2222", "828459", "555", "drop@", "hpierce", "assets"] {
                assert!(!shown.contains(private), "{name}: {shown}");
            }
        }
    }
    let of_own = json!({"isSuccess": false, "error": {"message": "1000 has no PIN 1111"}}).to_string();
    let server = Server::answering(vec![answer(400, "", &of_own)]);
    let words = outcome(&server.client().set_employee_pin(&pins()));
    assert_eq!(words, "refused: 1000 has no PIN (secret)");
    let server = Server::answering(vec![body(&success.to_string())]);
    let message = done(server.client().recall(RESERVATION, &assignee("a"))).unwrap().unwrap();
    for private in ["1111", "828459", "555", "drop@", "assets"] {
        assert!(!message.contains(private), "{message}");
    }
}
