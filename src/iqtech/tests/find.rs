//! Technicians: several at once, and what each answer says of a key.

use super::*;
use crate::web::testing::end;

/// A client of a pass that looks technicians up by this key.
fn of_pass(server: &Server, technician: Technician, connections: u8) -> Iqtech {
    let settings = IqtechSettings { connections, technician, ..server.settings() };
    Iqtech::for_pass(settings, &Secret::new(CLIENT_SECRET), limits())
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// An answer with an employee for each first name, and whether they are active.
fn people(badge: &str, people: &[(&str, bool)]) -> Reply {
    let row = |(name, active): &(&str, bool)| json!({"firstName": name, "lastName": "Pierce", "badge": badge, "active": active});
    body(&json!({"isSuccess": true, "result": people.iter().map(row).collect::<Vec<_>>()}).to_string())
}

#[test]
fn finds_each_technician_by_one_request() {
    let server = Server::start(|seen| {
        let badge = seen.path.strip_prefix("/api/Employee/lookup?badgeNumber=")?.to_owned();
        Some(match badge.as_str() {
            "1" => people(&badge, &[("Hawkeye", true)]),
            "2" => people(&badge, &[(" Hawkeye \t J.", false)]),
            "3" => people(&badge, &[("A", false), ("B", true), ("C", false)]),
            "4" => people(&badge, &[("A", true), ("B", true)]),
            "5" => people(&badge, &[("A", false), ("B", false)]),
            "6" => answer(400, "", NOT_FOUND),
            "7" => answer(404, "", "gone"),
            "8" => answer(REFUSALS[6].0, "", REFUSALS[6].1),
            "9" => people("99", &[("Not the one", true)]),
            "10" => people(" 10 ", &[(&"é".repeat(120), true)]),
            "11" => people(&badge, &[]),
            _ => status(400),
        })
    });
    let asked = keys(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]);
    let mut found = of_pass(&server, Technician::Badge, 3).find_technicians(&asked, end());
    found.names.sort();
    found.absent.sort();
    let long = "é".repeat(100);
    let names = [("1", "Hawkeye Pierce"), ("10", long.as_str()), ("2", "Hawkeye J. Pierce"), ("3", "B Pierce")];
    assert_eq!(found.names, names.map(|(key, name)| (key.to_owned(), name.to_owned())));
    assert_eq!(found.absent, ["11", "12", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(found.error, None);
    assert_eq!(server.letters().matches('Q').count(), 12);
    assert!(server.most_in_flight() <= 3);
}

#[test]
fn finds_technicians_by_the_key_of_the_config() {
    let server = Server::start(|seen| (!seen.is_token()).then(|| body(FOUND)));
    let found = of_pass(&server, Technician::Number, 2).find_technicians(&keys(&["1000"]), end());
    assert_eq!(found.names, [("1000".to_owned(), "Hawkeye Pierce".to_owned())]);
    assert_eq!(server.seen()[1].path, "/api/Employee/lookup?employeeNumber=1000");
    let found = of_pass(&server, Technician::Off, 2).find_technicians(&keys(&["1000"]), end());
    assert!(found.names.is_empty() && found.absent.is_empty() && found.error.is_none());
    assert_eq!(server.letters(), "TQ");
    let found = of_pass(&server, Technician::Badge, 2).find_technicians(&[], end());
    assert!(found.names.is_empty() && found.absent.is_empty());
    assert_eq!(server.letters(), "TQ");
}

#[test]
fn leaves_keys_open_that_the_service_cannot_answer() {
    for (reply, letters, expected) in [
        (status(500), "TQQQ", "unreachable"),
        (status(403), "TQ", "credentials 403"),
        (status(503), "TQ", "maintenance"),
    ] {
        let server = Server::start(move |seen| (!seen.is_token()).then(|| reply.clone()));
        let found = of_pass(&server, Technician::Badge, 1).find_technicians(&keys(&["1", "2", "3"]), end());
        assert!(found.names.is_empty() && found.absent.is_empty(), "{found:?}");
        assert_eq!((kind(&found.error.map_or(Ok(()), Err)).as_str(), server.letters().as_str()), (expected, letters));
    }
    let server = Server::answering(vec![status(500)]);
    let settings = IqtechSettings { technician: Technician::Badge, ..server.settings() };
    let found =
        Iqtech::on_trial(settings, &Secret::new(CLIENT_SECRET), limits()).find_technicians(&keys(&["1"]), end());
    assert_eq!((found.error.is_some(), server.letters().as_str()), (true, "TQ"));
}
