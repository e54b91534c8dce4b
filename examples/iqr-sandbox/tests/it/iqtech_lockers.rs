use std::collections::BTreeSet;

use iqr_sandbox::iqtech::{Iqtech, Locker, Offense, Options, Reservation};
use serde_json::{Value, json};

use crate::iqtech::{Shop, keys, offenses, start};

const V1: &str = "/api/WillCall";
const V2: &str = "/api/2.0/WillCall";

fn lockers() -> (Iqtech, Shop) {
    start(Options::default())
}

/// The body of a reservation for so many persons.
fn reservation(kind: &str, persons: usize) -> Value {
    let person = |number| json!({ "assigneeType": "Custom", "name": format!("person {number}"), "sendBarCode": false });
    json!({
        "createdbyUser": "support",
        "selection": "162",
        "reservationType": kind,
        "sendCode": "NONE",
        "serialNumber": Locker::SERIAL,
        "externalReserveLockerDetailList": (0..persons).map(person).collect::<Vec<Value>>(),
    })
}

fn reserve(shop: &mut Shop, body: &Value) -> (u16, Value) {
    let answer = shop.send("POST", &format!("{V2}/AddReservation"), body);
    (answer.status, answer.json())
}

fn free(shop: &mut Shop, revision: &str) -> Value {
    shop.get(&format!("{revision}/GetReservableSelections/{}", Locker::SERIAL)).json()
}

fn reserved(shop: &mut Shop, revision: &str) -> Value {
    shop.get(&format!("{revision}/GetReservationStatus/{}", Locker::SERIAL)).json()
}

#[test]
fn lists_free_and_reserved_selections_without_an_envelope() {
    let (_sandbox, mut shop) = lockers();
    let printed = json!([162, 166, 170, 172, 174, 176, 180, 182, 184, 186, 190, 192, 194, 196, 200, 202, 204, 206]);
    for revision in [V1, V2] {
        assert_eq!(free(&mut shop, revision), printed);
        for operation in ["GetReservableSelections", "GetReservationStatus"] {
            let unknown = shop.get(&format!("{revision}/{operation}/WTN1"));
            assert_eq!((unknown.status, &unknown.json()["error"]["message"]), (400, &json!("Invalid Serial Number")));
            assert_eq!(keys(&unknown.json()).len(), 6);
        }
    }
    let item = json!({ "reserveLockerId": Reservation::ID, "selection": "164", "currentStatus": "Drop Off Pending" });
    assert_eq!(reserved(&mut shop, V2), json!([item]));
    assert_eq!(reserved(&mut shop, V1), json!([{ "selection": "164", "currentStatus": "Drop Off Pending" }]));
}

#[test]
fn reserves_a_selection_and_gives_each_person_a_code() {
    let (sandbox, mut shop) = lockers();
    let (status, answer) = reserve(&mut shop, &reservation("DropOff", 2));
    assert_eq!((status, &answer["result"]["message"]), (200, &json!("Reservation added successfully")));
    let codes = answer["result"]["accessCodes"].as_array().unwrap();
    assert_eq!((&codes[0]["role"], &codes[1]["role"]), (&json!("DropOff"), &json!("Pickup")));
    assert_eq!(codes[1]["userName"], "person 1");
    for code in codes {
        let digits = code["accessCodes"].as_str().unwrap();
        assert!(code["barCode"].as_str().unwrap().ends_with(&format!("/{digits}.png")));
        assert!(digits.len() == 6 && sandbox.state().codes().iter().any(|known| known == digits));
    }
    let id = answer["result"]["reserveLockerId"].as_str().unwrap().to_owned();
    assert_eq!(sandbox.state().reservation(&id).unwrap().created_by, "support");
    assert!(!free(&mut shop, V2).as_array().unwrap().contains(&json!(162)));
    assert_eq!(reserved(&mut shop, V2)[1]["reserveLockerId"], id.as_str());
    let (status, again) = reserve(&mut shop, &reservation("DropOff", 2));
    let exception = &again["exception"];
    assert_eq!((status, &again["error"], &exception["message"]), (500, &Value::Null, &json!("Invalid Selection")));
    assert_eq!(offenses(&sandbox), []);
}

#[test]
fn counts_persons_by_type_in_the_second_revision_only() {
    let (sandbox, mut shop) = lockers();
    for (kind, persons) in [("Release", 1), ("Pickup", 2), ("DropOff", 2), ("Exchange", 3)] {
        for count in 0..=4 {
            sandbox.state().reservations.clear();
            let (status, _) = reserve(&mut shop, &reservation(kind, count));
            assert_eq!(status == 200, count == persons, "{kind} {count}");
            sandbox.state().reservations.clear();
            let answer = shop.send("POST", &format!("{V1}/AddReservation"), &reservation(kind, count));
            assert_eq!(answer.status == 200, (1..=3).contains(&count), "{kind} {count}");
        }
    }
}

#[test]
fn refuses_fields_of_a_reservation_by_name_type_and_word() {
    let (sandbox, mut shop) = lockers();
    for (field, value) in [
        ("selection", json!(162)),
        ("reservationType", json!("drop-off")),
        ("sendCode", json!("none")),
        ("createdByUser", json!("x")),
        ("serialNumber", json!("")),
    ] {
        let mut body = reservation("Release", 1);
        body[field] = value;
        let (status, answer) = reserve(&mut shop, &body);
        assert_eq!((status, keys(&answer["errors"])), (400, BTreeSet::from([field])));
        assert_eq!(offenses(&sandbox).last(), Some(&Offense::Body(field.to_owned())));
    }
    let mut body = reservation("Release", 1);
    body["externalReserveLockerDetailList"][0]["countryCode"] = json!("US");
    assert_eq!(reserve(&mut shop, &body).0, 400);
}

#[test]
fn refuses_selections_by_the_switches() {
    let (sandbox, mut shop) = lockers();
    sandbox.state().options.quirks.refused_selections.insert(162);
    sandbox.state().options.quirks.contested_selections.insert(166);
    let mut body = reservation("Release", 1);
    for selection in ["162", "166", "166", "172 "] {
        body["selection"] = json!(selection);
        assert_eq!(reserve(&mut shop, &body).1["exception"]["message"], "Invalid Selection");
    }
    let free = free(&mut shop, V2);
    assert!(free[0] == 162 && free[1] == 170, "162 stays free, and another client took 166: {free}");
    assert_eq!(sandbox.state().reservations.len(), 2);
}

#[test]
fn sends_a_new_code_for_the_first_role() {
    let (sandbox, mut shop) = lockers();
    for revision in [V1, V2] {
        let before = sandbox.state().reservation(Reservation::ID).unwrap().codes.clone();
        shop.ask("POST", &format!("{revision}/SendNewCode/{}", Reservation::ID), "", b"");
        let answer = shop.client.answer().unwrap().json();
        assert_eq!(answer["result"]["message"], "New Access Code Generated Successfully");
        let codes = sandbox.state().reservation(Reservation::ID).unwrap().codes.clone();
        assert_eq!(answer["result"]["accessCodes"].as_array().unwrap().len(), 1);
        assert_eq!(answer["result"]["accessCodes"][0]["accessCodes"], codes[0].code.as_str());
        assert!(codes[0].code != before[0].code && codes[1] == before[1]);
        shop.ask("POST", &format!("{revision}/SendNewCode/00000000"), "", b"");
        let malformed = shop.client.answer().unwrap();
        let message = json!(["The value '00000000' is not valid."]);
        assert_eq!((malformed.status, &malformed.json()["errors"]["reservationLockerId"]), (400, &message));
    }
    assert_eq!(offenses(&sandbox), []);
}

#[test]
fn wants_the_length_of_a_body_that_is_empty() {
    let (sandbox, mut shop) = lockers();
    let head = format!("POST {V2}/SendNewCode/{} HTTP/1.1\r\n", Reservation::ID);
    shop.client.write_raw(format!("{head}Host: x\r\nAuthorization: {}\r\n\r\n", shop.credential).as_bytes());
    assert_eq!(shop.client.answer().unwrap().status, 411);
    assert_eq!(offenses(&sandbox), [Offense::NoLength]);
}

#[test]
fn recalls_a_reservation_once_and_refuses_by_revision() {
    for (revision, status, shape) in [(V1, 500, "exception"), (V2, 404, "error")] {
        let (sandbox, mut shop) = lockers();
        let target = format!("{revision}/RecallReservation?reservationLockerId={}", Reservation::ID);
        let recalled = shop.send("POST", &target, &json!({}));
        assert_eq!(recalled.json()["result"], json!({ "message": "Reservation Recalled Successfully" }));
        assert!(free(&mut shop, revision).as_array().unwrap().contains(&json!(164)));
        let again = shop.send("POST", &target, &json!({}));
        assert_eq!((again.status, &again.json()[shape]["message"]), (status, &json!("Invalid Operation!")));
        assert!(!keys(&again.json()).contains("result"));
        let country = shop.send("POST", &target, &json!({ "countryCode": "US" })).status;
        assert_eq!(country == 400, revision == V2, "only the first revision has a country code");
        assert_eq!(sandbox.state().report.last().unwrap().activity, "Recalled");
    }
}

#[test]
fn reports_lockers_by_day_in_the_shape_of_each_revision() {
    let (sandbox, mut shop) = lockers();
    let serial = format!("serialNumber={}", Locker::SERIAL);
    let target = format!("GetReservedLockerReport?{serial}&fromDate=12-14-2023&toDate=12-14-2023");
    let row = json!({
        "type": "Exchange", "selection": "172", "productName": "Binder clips- Medium", "activity": "Stock Pending",
        "timestamp": "2023-12-14T00:00:00", "reservedUser": "Zendesk Webhook: Mason Joblinske", "role": "Drop Off",
        "assignee": "drop", "assigneeType": "Employee", "dateString": "12/13/2023 06:00 PM",
    });
    let machine = json!({
        "machineName": "Test Example", "locationName": "Testing Machines", "reservationDetails": [row],
    });
    let mut flat = machine.clone();
    let mut nested = json!({ "machineDetails": [machine] });
    for report in [&mut flat, &mut nested] {
        report["accountName"] = json!("Mason Testing :)");
        report["hasNextPage"] = json!(false);
        report["totalPages"] = json!(1);
    }
    assert_eq!(shop.get(&format!("{V1}/{target}&pageNumber=1&pageSize=20")).json(), flat);
    assert_eq!(shop.get(&format!("{V2}/{target}&pageNumber=1&pageSize=20")).json(), nested);
    let unknown = shop.get(&format!("{V1}/GetReservedLockerReport?serialNumber=x"));
    assert_eq!((unknown.status, keys(&unknown.json()).len()), (400, 6));
    assert_eq!(offenses(&sandbox), []);
}

#[test]
fn pages_the_locker_report_by_the_name_of_the_example() {
    let (sandbox, mut shop) = lockers();
    let day = "fromDate=06-21-2022&toDate=06-21-2022&pageSize=100";
    let mut rows = |name: &str, page: u32| {
        let answer = shop.get(&format!("{V2}/GetReservedLockerReport?{day}&{name}={page}"));
        let body = answer.json();
        let details = body["machineDetails"][0]["reservationDetails"].as_array().map(Vec::len);
        (answer.status, details, body["hasNextPage"].as_bool())
    };
    assert_eq!(
        [1, 2].map(|page| rows("pageNumber", page)),
        [(200, Some(100), Some(true)), (200, Some(30), Some(false))]
    );
    assert_eq!(rows("page", 1).0, 400);
    sandbox.state().options.quirks.has_listed_names = true;
    assert_eq!((rows("page", 2), rows("pageNumber", 1).0), ((200, Some(30), Some(false)), 400));
}
