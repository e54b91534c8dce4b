//! The client against a server that misbehaves: what it does, what must follow, and by how many requests.

mod refusals;

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::testing::{IqrRequest, KEY, Reply, SeenRequest, Server, answer, body, client, limits, settings, status};
use super::*;
use crate::clock::BootTime;
use crate::model::{IdRule, InventoryId};
use crate::secret::Secret;
use crate::web::{Access, Error, Method, Outcome, Scope};

fn id(number: u32) -> InventoryId {
    InventoryId::parse(Some(&number.to_string()), IdRule::Digits).unwrap()
}

fn reason<T>(result: Result<T, Error>) -> &'static str {
    result.map_or_else(|error| super::reason(&error).code(), |_| "ok")
}

/// S sign-in, G read, W write, D end of a session; what comes before D was seen when the call came back.
#[test]
fn maps_every_read_answer_to_its_consequence() {
    const HTML: &str = "<html><body>Please log in</body></html>";
    let missing = "<html><head><title>Service</title></head><body><p>Endpoint not found.</p></body></html>";
    let table = [
        ("nothing special", vec![], "ok", "SG"),
        ("a miss by null", vec![body("null")], "not-in-iqr", "SG"),
        ("a miss by a sentence", vec![body("\"No such asset\"")], "not-in-iqr", "SG"),
        ("a miss by 404 on a new session", vec![status(404)], "not-in-iqr", "SG"),
        ("no such path is not a miss", vec![answer(404, "", missing)], "refused", "SG"),
        ("a bad request", vec![answer(400, "", "no")], "refused", "SG"),
        ("forbidden on a new session", vec![status(403)], "refused", "SG"),
        ("500 once", vec![status(500)], "ok", "SGG"),
        ("502 twice", vec![status(502), status(502)], "ok", "SGGG"),
        ("504 forever", vec![status(504), status(504), status(504)], "unreachable", "SGGG"),
        ("408 once", vec![status(408)], "ok", "SGG"),
        ("429 with seconds", vec![answer(429, "Retry-After: 0\r\n", "")], "ok", "SGG"),
        ("429 with a date", vec![answer(429, "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "")], "ok", "SGG"),
        ("429 for longer than the pass", vec![answer(429, "Retry-After: 3600\r\n", "")], "unreachable", "SG"),
        ("503 for longer than the pass", vec![answer(503, "Retry-After: 3600\r\n", "")], "unreachable", "SG"),
        ("another asset's data once", vec![body("{\"inventoryid\":8}")], "ok", "SGG"),
        ("another asset's data forever", vec![body("{\"inventoryid\":8}"); 3], "bad-answer", "SGGG"),
        ("half a JSON", vec![body("{\"inventoryid\":7")], "ok", "SGG"),
        ("a web page", vec![body(HTML)], "ok", "SGG"),
        ("a leaked .NET text", vec![body("\"Object reference not set\"")], "ok", "SGG"),
        ("nothing at all", vec![status(204), body("")], "ok", "SGGG"),
        ("a list", vec![body("[]"); 3], "bad-answer", "SGGG"),
        ("a login page on a new session", vec![answer(302, "Location: /login\r\n", "")], "bad-answer", "SG"),
        ("a cut connection", vec![Reply::Cut], "ok", "SGG"),
        ("a cut body", vec![Reply::Half("{\"inventoryid\"")], "ok", "SGG"),
        ("401 once", vec![status(401)], "ok", "SGSDG"),
        ("401 forever", vec![status(401); 5], "refused", "SGSDG"),
    ];
    for (what, replies, expected, letters) in table {
        let server = Server::answering(replies);
        let iqr = server.client();
        let result = iqr.asset(&id(7));
        assert_eq!((reason(result), server.letters().as_str()), (expected, letters), "{what}");
        iqr.finish().unwrap();
        assert_eq!(server.letters(), format!("{letters}D"), "{what}");
        assert_eq!(iqr.requests(), letters.len() as u64 + 1, "{what}");
        drop(iqr);
        assert_eq!(server.letters(), format!("{letters}D"), "{what}: ended once");
    }
}

#[test]
fn sends_write_once_and_reports_its_outcome() {
    let table = [
        ("nothing special", status(200), None, "ok"),
        ("no content", status(204), None, "ok"),
        ("a text", body("<string>1 row</string>"), None, "ok"),
        ("an error in a success", body("<r><Error>Unknown field</Error></r>"), Some(Outcome::Refused), "refused"),
        ("a bad request", answer(400, "", "<p>Request Error</p>"), Some(Outcome::Refused), "refused"),
        ("a conflict", status(409), Some(Outcome::Refused), "refused"),
        ("not found on a new session", status(404), Some(Outcome::Refused), "refused"),
        ("a web page", body("<html>"), Some(Outcome::Unknown), "bad-answer"),
        ("half an XML", body("<string>x"), Some(Outcome::Unknown), "bad-answer"),
        ("a redirect", answer(302, "Location: /\r\n", ""), Some(Outcome::Unknown), "bad-answer"),
        ("500", status(500), Some(Outcome::Unknown), "unreachable"),
        ("503", status(503), Some(Outcome::Unknown), "unreachable"),
        ("429", status(429), Some(Outcome::NotSent), "unreachable"),
        ("a cut connection", Reply::Cut, Some(Outcome::Unknown), "unreachable"),
        ("a cut body", Reply::Half("<str"), Some(Outcome::Unknown), "unreachable"),
    ];
    for (what, reply, outcome, expected) in table {
        let server = Server::answering(vec![reply]);
        let iqr = server.client();
        let result = iqr.update(&id(7), &[(Field::Description, "x")]);
        let reported = result.as_ref().err().map(Error::outcome);
        assert_eq!((reported, reason(result), server.letters().as_str()), (outcome, expected, "SW"), "{what}");
    }
}

#[test]
fn leaves_write_of_ended_session_to_caller_until_read() {
    for refusal in [401, 403, 404] {
        let server = Server::answering(vec![body("{\"inventoryid\":7}"), status(refusal)]);
        let iqr = server.client();
        iqr.asset(&id(7)).unwrap();
        let error = iqr.update(&id(7), &[(Field::Comments, "x")]).unwrap_err();
        assert_eq!((error.scope(), error.outcome()), (Scope::ThisRecord, Outcome::Unknown), "{refusal}");
        assert_eq!(server.letters(), "SGWSD", "{refusal}");
        iqr.update(&id(7), &[(Field::Comments, "x")]).unwrap();
        let seen = server.seen();
        assert_eq!((seen[2].token(), seen[5].token()), ("token-1", "token-2"));
        assert_eq!(seen[4].header("authorization"), Some("Bearer token-1"));
    }
}

#[test]
fn sends_what_the_vendor_documents() {
    let server = Server::answering(vec![]);
    let mut settings = server.settings();
    settings.headers.push(("X-Shop".to_owned(), "1".to_owned()));
    let iqr = client(settings);
    iqr.update(&id(7), &[(Field::ExtendedDescription, "a&b"), (Field::Comments, "c\nd")]).unwrap();
    iqr.change_item(&id(7), "A/1", "DELL").unwrap();
    let item = NewItem { item_number: "A/1", manufacturer: "DELL", description: "d", category: "COMPUTER" };
    iqr.create_item(&item).unwrap();
    let seen = server.seen();
    assert_eq!(
        (seen[0].body.as_str(), seen[0].header("content-type")),
        (r#"{"APIToken":"key+/secret=="}"#, Some("application/json"))
    );
    let bodies: Vec<_> = seen[1..].iter().map(|seen| (seen.path.as_str(), seen.body.as_str())).collect();
    let expected = [
        (
            "/webapi.svc/Inventories/Update/XML",
            "<request><inventories><inventory><extendeddescription>a&amp;b</extendeddescription><inventorycomments>c\nd</inventorycomments><inventoryid>7</inventoryid></inventory></inventories></request>",
        ),
        (
            "/webapi.svc/Inventory/ChangeItemNumberMFGR/XML",
            "<request><inventories><inventory><inventoryid>7</inventoryid><itemnumber>A/1</itemnumber><mfgr>DELL</mfgr></inventory></inventories></request>",
        ),
        (
            "/webapi.svc/MI/Create/XML",
            "<request><items><item><assetcreator>WOS</assetcreator><category>COMPUTER</category><description>d</description><itemnumber>A/1</itemnumber><mfgr>DELL</mfgr></item></items></request>",
        ),
    ];
    assert_eq!(bodies, expected);
    let head = &seen[1];
    assert_eq!(
        (head.token(), head.header("content-type"), head.header("x-shop")),
        ("token-1", Some("application/xml"), Some("1"))
    );
    assert_eq!(
        (head.header("content-encoding"), head.header("expect"), head.header("authorization")),
        (None, None, None)
    );
    assert!(head.header("user-agent").unwrap().starts_with("wipeos-iqr/"));
    assert_eq!(server.connections(), 1, "both hosts are one here, and the connection is kept alive");
}

#[test]
fn uses_endpoints_formats_and_fields_of_config() {
    let server = Server::answering(vec![]);
    let mut settings = server.settings();
    let endpoint = Endpoint::new(Operation::InventoryUpdate, Method::Put, "I/{id}/JSON", Format::Json).unwrap();
    settings.endpoints.set(Operation::InventoryUpdate, endpoint);
    settings.fields = FieldNames::new("userdefined1", "userdefined2", "inventorycomments").unwrap();
    client(settings).update(&id(7), &[(Field::Description, "x")]).unwrap();
    let seen = &server.seen()[1];
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("PUT", "/webapi.svc/I/7/JSON"));
    assert_eq!(seen.body, r#"{"inventories":[{"inventoryid":7,"userdefined1":"x"}]}"#);
}

#[test]
fn sends_nothing_that_could_write_if_read_only() {
    let server = Server::answering(vec![]);
    let iqr = Iqr::new(server.settings(), &Secret::new(KEY), Access::ReadOnly, limits(Duration::from_secs(30)));
    iqr.asset(&id(7)).unwrap();
    assert!(matches!(iqr.update(&id(7), &[(Field::Comments, "x")]), Err(Error::ReadOnly { .. })));
    assert!(matches!(iqr.change_item(&id(7), "a", "b"), Err(Error::ReadOnly { .. })));
    let item = NewItem { item_number: "a", manufacturer: "b", description: "c", category: "d" };
    assert!(matches!(iqr.create_item(&item), Err(Error::ReadOnly { .. })));
    assert_eq!((server.letters().as_str(), iqr.requests()), ("SG", 2));
}

#[test]
fn tries_dead_key_once() {
    for dead in [401, 403] {
        let server = Server::start(move |_| Some(status(dead)));
        let iqr = server.client();
        for _ in 0..3 {
            assert!(matches!(iqr.asset(&id(7)), Err(Error::CredentialRefused { .. })));
        }
        assert!(matches!(iqr.sign_in(), Err(Error::CredentialRefused { .. })));
        iqr.finish().unwrap();
        assert_eq!(server.letters(), "S");
    }
}

#[test]
fn ends_pass_on_refused_sign_in_only() {
    let table = [
        ("an outage", vec![status(503), status(503), status(503)], "SSS", false),
        ("a stumble", vec![status(500), Reply::Cut], "SSSG", true),
        ("no token", vec![body("{}"), body("{\"Data\":\"\"}"), body("{\"Data\":null}")], "SSS", false),
        ("a wrong address", vec![status(404)], "S", false),
        ("a redirect", vec![answer(302, "Location: /login\r\n", "")], "S", false),
    ];
    for (what, replies, letters, works) in table {
        let queue = std::sync::Mutex::new(std::collections::VecDeque::from(replies));
        let server = Server::start(move |_| queue.lock().unwrap().pop_front());
        let iqr = server.client();
        let result = iqr.asset(&id(7));
        assert_eq!(result.is_ok(), works, "{what}: {result:?}");
        if !works {
            assert!(matches!(iqr.asset(&id(8)), Err(Error::Unreachable { .. })), "{what}");
        }
        assert_eq!(server.letters(), letters, "{what}");
        assert!(server.seen().iter().all(|seen| seen.is_session() || !seen.token().is_empty()), "{what}");
    }
}

#[test]
fn renews_session_before_it_is_too_old() {
    let server = Server::answering(vec![]);
    let mut settings = server.settings();
    settings.session_lifetime = Duration::ZERO;
    let iqr = client(settings);
    iqr.asset(&id(7)).unwrap();
    iqr.asset(&id(8)).unwrap();
    iqr.finish().unwrap();
    assert_eq!(server.letters(), "SGSDGD");
}

#[test]
fn renews_ended_session_once_for_several_workers() {
    let server = Server::start(|seen| {
        (!seen.is_session() && seen.token() == "token-1" && seen.id() != "1").then(|| status(401))
    });
    let iqr = server.client();
    iqr.asset(&id(1)).unwrap();
    std::thread::scope(|scope| {
        for number in 2..6 {
            let iqr = &iqr;
            scope.spawn(move || iqr.asset(&id(number)).unwrap());
        }
    });
    iqr.finish().unwrap();
    let letters = server.letters();
    assert_eq!(letters.matches('S').count(), 2, "{letters}");
    assert_eq!(letters.matches('D').count(), 2, "{letters}");
}

#[test]
fn doubts_404_three_times_in_a_pass() {
    let server = Server::start(|seen| (!seen.is_session() && seen.id().starts_with('9')).then(|| status(404)));
    let iqr = server.client();
    for number in 1..=5 {
        iqr.asset(&id(number)).unwrap();
        assert!(matches!(iqr.asset(&id(90 + number)), Err(Error::NotFound { .. })));
    }
    assert_eq!(server.letters(), ["SG", &"GSDGG".repeat(3), "GG", "G"].concat());
}

#[test]
fn sends_about_ten_requests_in_outage_with_any_workers() {
    for lanes in [1, 16] {
        let server = Server::start(|seen| (!seen.is_session()).then(|| status(503)));
        let mut settings = server.settings();
        settings.connections = lanes;
        let iqr = client(settings);
        std::thread::scope(|scope| {
            for lane in 0..u32::from(lanes) {
                let iqr = &iqr;
                scope.spawn(move || {
                    for number in 1..20 {
                        let error = iqr.asset(&id(100 * (lane + 1) + number)).unwrap_err();
                        assert!(error.is_server_fault(), "{error}");
                    }
                });
            }
        });
        assert!(matches!(iqr.asset(&id(7)), Err(Error::Unreachable { .. })));
        iqr.finish().unwrap();
        assert_eq!(server.letters(), "SGGGGGGGGD", "{lanes} lanes");
    }
}

#[test]
fn ends_pass_at_once_if_no_server_listens() {
    let url = "http://127.0.0.1:1";
    let iqr = client(settings(url));
    let error = iqr.asset(&id(7)).unwrap_err();
    assert_eq!((error.scope(), super::reason(&error).code()), (Scope::Pass, "unreachable"));
    assert!(error.to_string().contains("refused") && error.to_string().contains(url), "{error}");
    assert_eq!(iqr.requests(), 3);
    let iqr = client(settings("http://no-such-host.invalid"));
    let error = iqr.asset(&id(7)).unwrap_err().to_string();
    assert!(error.contains("cannot be looked up"), "{error}");
}

#[test]
fn distinguishes_poisoned_asset_from_sick_server() {
    let server = Server::start(|seen| (seen.id() == "13").then(|| status(500)));
    let iqr = server.client();
    assert!(iqr.asset(&id(13)).unwrap_err().is_server_fault(), "nothing has gone well yet");
    iqr.asset(&id(1)).unwrap();
    let error = iqr.asset(&id(13)).unwrap_err();
    assert!(!error.is_server_fault());
    assert_eq!((error.scope(), super::reason(&error).code()), (Scope::ThisRecord, "unreachable"));
    assert!(error.to_string().contains("look at it in IQR"), "{error}");
    iqr.asset(&id(2)).unwrap();
}

#[test]
fn bounds_trickling_silent_and_endless_answers() {
    for reply in [Reply::Trickle, Reply::Silence, Reply::Endless] {
        let server = Server::answering(vec![body("null"), reply.clone()]);
        let mut settings = server.settings();
        settings.request_timeout = Duration::from_millis(300);
        let iqr = client(settings);
        let _ = iqr.asset(&id(1));
        let begun = BootTime::now();
        let error = iqr.update(&id(7), &[(Field::Comments, "x")]).unwrap_err();
        assert!(begun.left().is_zero() && BootTime::now().since(begun) < Duration::from_secs(5), "{reply:?}");
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
        iqr.asset(&id(8)).unwrap();
    }
}

#[test]
fn cuts_request_at_pass_end_and_leaves_time_to_read_outcome() {
    let server = Server::start(|seen| (seen.method == "POST" && !seen.is_session()).then_some(Reply::Silence));
    let iqr = Iqr::new(server.settings(), &Secret::new(KEY), Access::ReadWrite, limits(Duration::from_millis(400)));
    let error = iqr.update(&id(7), &[(Field::Comments, "x")]).unwrap_err();
    assert!(matches!(error, Error::OutOfTime { outcome: Outcome::Unknown, .. }), "{error}");
    assert!(matches!(iqr.asset(&id(7)), Err(Error::OutOfTime { outcome: Outcome::NotSent, .. })));
    iqr.read_back(&id(7)).unwrap();
    iqr.finish().unwrap();
    assert_eq!(server.letters(), "SWGD");
}

#[test]
fn stops_requests_on_signal_and_ends_session() {
    let server = Server::answering(vec![]);
    let limits = limits(Duration::from_secs(30));
    let iqr = Iqr::new(server.settings(), &Secret::new(KEY), Access::ReadWrite, limits.clone());
    iqr.asset(&id(7)).unwrap();
    limits.interrupted.store(true, Ordering::Relaxed);
    assert!(matches!(iqr.asset(&id(8)), Err(Error::Interrupted { .. })));
    iqr.read_back(&id(7)).unwrap();
    drop(iqr);
    assert_eq!(server.letters(), "SGGD");
}

#[test]
fn tries_sign_out_twice() {
    let failing = AtomicUsize::new(1);
    let fails = move |seen: &SeenRequest| seen.method == "DELETE" && failing.fetch_sub(1, Ordering::SeqCst) == 1;
    let server = Server::start(move |seen| fails(seen).then(|| status(500)));
    let iqr = server.client();
    iqr.sign_in().unwrap();
    iqr.finish().unwrap();
    assert_eq!(server.letters(), "SDD");
}

#[test]
fn shares_session_and_limits_connections() {
    let server = Server::start(|_| None);
    let iqr = server.client();
    std::thread::scope(|scope| {
        for lane in 0..4 {
            let iqr = &iqr;
            scope.spawn(move || (1..100).for_each(|n| drop(iqr.asset(&id(1000 * (lane + 1) + n)).unwrap())));
        }
    });
    iqr.finish().unwrap();
    assert!(server.connections() <= 4 && server.most_in_flight() <= 4);
    assert_eq!(iqr.requests(), 2 + 4 * 99);
}

#[test]
fn gets_all_requests_through_a_server_that_takes_two() {
    let busy = AtomicUsize::new(0);
    // Each asset is refused once at most: how long a thread of this test is held up is no matter of the client.
    let refused = Mutex::new(HashSet::new());
    let server = Server::start(move |seen| {
        if seen.is_session() {
            return None;
        }
        let crowded = busy.fetch_add(1, Ordering::SeqCst) >= 2;
        std::thread::yield_now();
        busy.fetch_sub(1, Ordering::SeqCst);
        let is_refused = crowded && refused.lock().unwrap().insert(seen.path.clone());
        is_refused.then(|| answer(429, "Retry-After: 0\r\n", ""))
    });
    let mut settings = server.settings();
    settings.connections = 8;
    let iqr = client(settings);
    std::thread::scope(|scope| {
        for lane in 0..8 {
            let iqr = &iqr;
            scope.spawn(move || (1..20).for_each(|n| drop(iqr.asset(&id(1000 * (lane + 1) + n)).unwrap())));
        }
    });
}

#[test]
fn keeps_key_and_token_out_of_messages() {
    let echo = |seen: &SeenRequest| if seen.is_session() { None } else { Some(answer(400, "", "no\u{1b}[2J\r\nway")) };
    let server = Server::start(echo);
    let iqr = server.client();
    let error = iqr.update(&id(7), &[(Field::Comments, "x")]).unwrap_err();
    assert_eq!(error.to_string(), "POST Inventories/Update/XML was refused (400): no\\u{1b}[2J way");
    let shown = format!("{iqr:?} {error:?}");
    assert!(!shown.contains("key+") && !shown.contains("token-1"), "{shown}");
}

#[test]
fn compares_server_clock_with_ours() {
    let server = Server::answering(vec![answer(200, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "null")]);
    let iqr = server.client();
    assert_eq!(iqr.clock_skew_seconds(), None);
    let _ = iqr.asset(&id(7));
    assert!(iqr.clock_skew_seconds().unwrap() < -900_000_000);
}

#[test]
fn requests_items_and_categories_by_their_paths() {
    let items = r#"[{"itemid":5,"itemnumber":"A/1B   ","mfgr":"DELL"},{"itemnumber":"a/1   ","mfgr":"Dell "}]"#;
    let server = Server::answering(vec![body(items), body("[{\"category\":\"COMPUTER  \"}]"), status(404)]);
    let iqr = server.client();
    let found = iqr.search_items("A/1", "DELL").unwrap();
    let found: Vec<_> = found.iter().map(|item| (item.item_number.as_str(), item.manufacturer.as_str())).collect();
    assert_eq!(found, [("A/1B", "DELL"), ("a/1", "Dell")]);
    assert_eq!(iqr.categories().unwrap(), ["COMPUTER"]);
    assert_eq!(server.seen()[1].path, "/webapi.svc/MI/JSON/GetItemsByItemNumber?ItemNumber=A%2F1");
}
