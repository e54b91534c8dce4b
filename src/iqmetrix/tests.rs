//! The client against a server that misbehaves: what it does, and by how many requests.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::testing::{BASIC_TOKEN, CLIENT_SECRET, Clients, PASSWORD, client, imei, secrets};
use super::*;
use crate::clock::BootTime;
use crate::secret::Secret;
use crate::web::testing::{Reply, Server, answer, body, end, limits, status};
use crate::web::{Cause, Error, Failure};

/// `[{"CompanyID":21090}]`
const COMPRESSED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x8b\xae\x56\x72\xce\xcf\x2d\x48\xcc\xab\xf4\x74\x51\xb2\x32\x32\x34\xb0\x34\xa8\x8d\x05\x00\x45\xbb\xd4\x75\x15\x00\x00\x00";

const MAINTENANCE: &str = r#"{"Error":true,"Message":"try again after 12:00PM UTC"}"#;

/// Returns the kind of an outcome, as a caller has to distinguish them.
fn kind<T>(result: &Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(Error::Refused { status, .. }) => format!("refused {status}"),
        Err(Error::CredentialRefused { status, .. }) => format!("credentials {status}"),
        Err(Error::Maintenance { wait, .. }) => format!("maintenance {:?}", wait.map(|wait| wait.as_secs())),
        Err(Error::Failed(Failure { cause: Cause::BadAnswer(_), .. })) => "not understood".to_owned(),
        Err(error) if error.is_refused_for_now() => "throttled".to_owned(),
        Err(Error::Throttled { .. }) => "throttled".to_owned(),
        Err(Error::Failed(_)) => "failed".to_owned(),
        Err(Error::Unreachable { .. }) => "unreachable".to_owned(),
        Err(other) => format!("{other:?}"),
    }
}

#[test]
fn distinguishes_every_answer_to_a_data_call() {
    let limit = r#"{"Error":true,"Message":"Rate Limiting Applied. 8 active requests are already in progress."}"#;
    let gzip = Reply::Answer(200, "Content-Encoding: gzip\r\n", COMPRESSED.to_vec());
    for (what, replies, expected, letters) in [
        ("nothing special", vec![], "ok", "TQ"),
        ("gzip", vec![gzip], "ok", "TQ"),
        ("400", vec![answer(400, "", "Bad Request")], "refused 400", "TQ"),
        ("404", vec![status(404)], "refused 404", "TQ"),
        ("401 once", vec![answer(401, "", "Token is invalid")], "ok", "TQTQ"),
        ("401 forever", vec![status(401); 5], "credentials 401", "TQTQ"),
        ("403", vec![status(403)], "credentials 403", "TQ"),
        ("403 after 401", vec![status(401), status(403)], "credentials 403", "TQTQ"),
        ("500 once", vec![answer(500, "", MAINTENANCE)], "ok", "TQQ"),
        ("500 forever", vec![status(500); 5], "failed", "TQQQ"),
        ("502, then 401", vec![status(502), status(401)], "ok", "TQQTQ"),
        ("503", vec![answer(503, "", MAINTENANCE)], "maintenance None", "TQ"),
        ("503 with a wait", vec![answer(503, "Retry-After: 1\r\n", "")], "maintenance Some(1)", "TQ"),
        ("503 for long", vec![answer(503, "Retry-After: 86400\r\n", "")], "maintenance Some(86400)", "TQ"),
        ("429 once", vec![answer(429, "", limit)], "ok", "TQQ"),
        ("429 forever", vec![answer(429, "", limit); 9], "throttled", "TQQQ"),
        ("429 for longer than the pass", vec![answer(429, "Retry-After: 3600\r\n", "")], "throttled", "TQ"),
        ("429, 500 and 429", vec![status(429), status(500), status(429)], "throttled", "TQQQ"),
        ("a redirect", vec![answer(302, "Location: /login\r\n", "")], "not understood", "TQ"),
        ("a web page", vec![body("<html>Log in</html>"); 3], "not understood", "TQQQ"),
        ("an error under 200", vec![body(MAINTENANCE); 3], "not understood", "TQQQ"),
        ("nothing at all", vec![body(""), status(204)], "ok", "TQQQ"),
        ("half a JSON", vec![body("[{\"CompanyID\":1")], "ok", "TQQ"),
        ("a cut connection", vec![Reply::Cut; 3], "failed", "TQQQ"),
    ] {
        let server = Server::answering(replies);
        let iqmetrix = server.client();
        let result = iqmetrix.companies(end());
        assert_eq!((kind(&result).as_str(), server.letters().as_str()), (expected, letters), "{what}: {result:?}");
        assert_eq!(iqmetrix.data_requests(), letters.matches('Q').count() as u64, "{what}");
    }
}

#[test]
fn distinguishes_every_answer_to_a_token_request() {
    let refused = |code: &str| answer(400, "", &format!("{{\"error\":\"{code}\"}}"));
    for (what, replies, expected, letters) in [
        ("invalid_grant", vec![refused("invalid_grant")], "credentials 400", "T"),
        ("invalid_client", vec![refused("invalid_client")], "credentials 400", "T"),
        ("unsupported_grant_type", vec![refused("unsupported_grant_type")], "credentials 400", "T"),
        ("401", vec![status(401)], "credentials 401", "T"),
        ("403", vec![status(403)], "credentials 403", "T"),
        ("another 400", vec![status(400); 5], "unreachable", "TTT"),
        ("another 400 once", vec![status(400)], "ok", "TTQ"),
        ("404", vec![status(404)], "unreachable", "T"),
        ("a redirect", vec![answer(302, "Location: /login\r\n", "")], "unreachable", "T"),
        ("500 twice", vec![status(500), status(500)], "ok", "TTTQ"),
        ("500 forever", vec![status(500); 5], "unreachable", "TTT"),
        ("503", vec![answer(503, "Retry-After: 7\r\n", "")], "maintenance Some(7)", "T"),
        ("429 once", vec![status(429)], "ok", "TTQ"),
        ("429 with a wait", vec![answer(429, "Retry-After: 1\r\n", "")], "ok", "TTQ"),
        ("429 forever", vec![status(429); 9], "throttled", "TTT"),
        ("429 for longer than the pass", vec![answer(429, "Retry-After: 3600\r\n", "")], "throttled", "T"),
        ("429 and 500", vec![status(429), status(500), status(429)], "throttled", "TTT"),
        ("500 and 429", vec![status(429), status(429), status(500)], "unreachable", "TTT"),
        ("no token", vec![body("{}"), body("<html>"), body("{\"access_token\":\"a b\"}")], "unreachable", "TTT"),
        ("a cut connection", vec![Reply::Cut], "ok", "TTQ"),
    ] {
        let server = Server::granting(replies);
        let iqmetrix = server.client();
        let result = iqmetrix.companies(end());
        assert_eq!((kind(&result).as_str(), server.letters().as_str()), (expected, letters), "{what}: {result:?}");
        if result.is_err() {
            assert_eq!(kind(&iqmetrix.companies(end())), expected, "{what}: the same for the rest of the pass");
            assert_eq!(server.letters(), letters, "{what}: nothing more is asked");
        }
    }
}

/// The rest lasts at least as long as the service asks for.
#[test]
fn names_wait_that_a_throttled_service_asks_for() {
    let last = || vec![status(429), status(429), answer(429, "Retry-After: 45\r\n", "")];
    for (replies, asked) in [(vec![answer(429, "Retry-After: 3600\r\n", "")], 3600), (last(), 45)] {
        let server = Server::granting(replies);
        let error = server.client().companies(end()).unwrap_err();
        let Error::Throttled { wait: Some(wait), .. } = &error else { panic!("{error:?}") };
        // The time that the answer took to arrive may have passed already.
        assert!((asked - 30..=asked).contains(&wait.as_secs()), "{wait:?}");
    }
}

#[test]
fn ends_trial_with_first_success() {
    for (what, second) in [("500", status(500)), ("429", status(429)), ("a cut connection", Reply::Cut)] {
        let server = Server::answering(vec![body("[]"), second.clone(), second]);
        let iqmetrix = server.client_on_trial();
        iqmetrix.companies(end()).unwrap();
        assert_eq!(kind(&iqmetrix.dealers(end())), "ok", "{what}");
        assert_eq!(server.letters(), "TQQQQ", "{what}");
    }
}

#[test]
fn sends_one_request_on_trial_to_a_service_that_is_not_back() {
    // A worker that did not send the request learns that the service is down.
    let down = ["failed", "unreachable"];
    for (reply, expected) in [(status(500), &down[..]), (Reply::Cut, &down), (status(429), &["throttled"])] {
        for (is_token, letters) in [(false, "TQ"), (true, "T")] {
            let reply = reply.clone();
            let server = Server::start(move |seen| (seen.is_token() == is_token).then(|| reply.clone()));
            let found = server.client_on_trial().find(&[1], &[imei(1), imei(2), imei(3)], end(), &|_| {});
            let kind = kind(&found.error.map_or(Ok(()), Err));
            assert!(expected.contains(&kind.as_str()), "{kind} and not {expected:?}");
            assert_eq!((server.letters().as_str(), found.absent), (letters, vec![]), "{expected:?}");
        }
    }
}

#[test]
fn ends_with_an_outage_although_an_imei_was_refused_before() {
    let (refused, unknown) = (imei(1), imei(2));
    // The requests of one connection: a refused device, one that is not known, and an outage.
    let replies = vec![status(400), body("[]"), status(500), status(500), status(500)];
    let server = Server::answering(replies);
    let client = client(Settings { batch: 1, connections: 1, ..server.settings() });
    let devices = [refused, unknown.clone(), imei(3), imei(4)];
    let found = client.find(&[1], &devices, end(), &|_| {});
    assert_eq!((kind(&found.error.map_or(Ok(()), Err)).as_str(), server.letters().as_str()), ("unreachable", "TQQQQQ"));
    assert_eq!(found.absent, [unknown], "it was asked for");
    let found = client.find(&[1, 2], &devices, end(), &|_| {});
    assert_eq!((found.absent.len(), server.letters().as_str()), (0, "TQQQQQ"), "nobody is asked any more");
}

#[test]
fn tells_steps_of_each_company() {
    let server = Server::start(|seen| (!seen.is_token()).then(|| body("[]")));
    let client = client(Settings { batch: 2, ..server.settings() });
    let (begun, asked) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let imeis: Vec<Imei> = (0..5).map(imei).collect();
    client.find(&[1, 2], &imeis, end(), &|step| match step {
        Step::Begun { batches } => _ = begun.fetch_add(batches, Ordering::SeqCst),
        Step::Asked => _ = asked.fetch_add(1, Ordering::SeqCst),
    });
    assert_eq!((begun.into_inner(), asked.into_inner()), (6, 6));
}

#[test]
fn ends_with_an_outage_that_the_last_batch_shows() {
    let server = Server::answering(vec![body("[]"), status(500), status(500), status(500)]);
    let client = client(Settings { batch: 1, connections: 1, ..server.settings() });
    let found = client.find(&[1, 2], &[imei(1), imei(2)], end(), &|_| {});
    assert_eq!((kind(&found.error.map_or(Ok(()), Err)).as_str(), server.letters().as_str()), ("unreachable", "TQQQQ"));
    assert_eq!(found.absent, [], "the next company is not asked");
}

#[test]
fn finds_all_but_the_device_of_an_unreadable_row() {
    let row = |imei: &Imei, date: &str| format!(r#"{{"IMEI":"{imei}","PurchaseDate":"{date}"}}"#);
    let (good, bad, unknown) = (imei(1), imei(2), imei(3));
    let server = Server::answering(vec![body(&format!("[{},{}]", row(&good, "2016-04-17"), row(&bad, "soon\u{7f}")))]);
    let iqmetrix = server.client();
    let found = iqmetrix.find(&[1, 2], &[good.clone(), bad.clone(), unknown.clone()], end(), &|_| {});
    assert_eq!(found.error, None);
    assert_eq!(found.devices.iter().map(|(_, device)| &device.imei).collect::<Vec<_>>(), [&good]);
    assert_eq!(found.absent.iter().collect::<Vec<_>>(), [&unknown]);
    let shown: Vec<String> = found.unreadable.iter().map(ToString::to_string).collect();
    let why = format!(r"iQmetrix's row of IMEI {bad} cannot be read: PurchaseDate in the answer is `soon\u{{7f}}`");
    assert_eq!(shown, [why]);
    assert!(server.seen()[2].path.ends_with(&format!("IMEI={unknown}")), "the next company is not asked for it");
    assert_eq!(server.letters(), "TQQ", "the answer is no failed request");
}

#[test]
fn sends_what_the_vendor_documents() {
    let server = Server::answering(vec![]);
    let iqmetrix = server.client();
    iqmetrix.companies(end()).unwrap();
    iqmetrix.dealers(end()).unwrap();
    iqmetrix.devices(14170, &[imei(1), imei(2)], end()).unwrap();
    let seen = server.seen();
    let form = "grant_type=password&username=user%40shop&password=pass%2B%2Fword%3D%3D&client_id=shop&client_secret=client-secret-1";
    assert!(seen[0].head.starts_with("POST /oauth2/token HTTP/1.1\r\n"), "{}", seen[0].head);
    assert_eq!(
        (seen[0].body.as_str(), seen[0].header("content-type"), seen[0].header("authorization")),
        (form, Some("application/x-www-form-urlencoded"), None)
    );
    let paths: Vec<&str> = seen[1..].iter().map(|seen| seen.path.as_str()).collect();
    let devices = format!("/partner/ingrammicro/imei?CompanyID=14170&IMEI={},{}", imei(1), imei(2));
    assert_eq!(paths, ["/partner/relationships", "/partner/relationships/dealers", &devices]);
    for request in &seen[1..] {
        assert!(request.head.starts_with("GET "), "{}", request.head);
        assert_eq!((request.credential(), request.body.as_str()), ("Bearer access-token-1", ""));
        assert_eq!(request.header("accept-encoding"), Some("gzip"));
        assert!(!request.path.contains("Auth="), "{}", request.path);
    }
}

#[test]
fn shows_names_of_the_query_only() {
    let settings = Server::answering(vec![]).settings();
    let imeis: Vec<Imei> = (0..100).map(imei).collect();
    let call = Call::Devices { company: 14170, imeis: &imeis };
    let request = call.request(&settings, Format::Json);
    assert_eq!(request.shown, "GET partner/ingrammicro/imei?CompanyID=&IMEI=(100)");
    assert!(request.url.len() < 2048 - "https://dataconnect.iqmetrix.net".len(), "{}", request.url.len());
    assert_eq!(
        call.request(&settings, Format::Csv).shown,
        "GET partner/ingrammicro/imei?CompanyID=&IMEI=(100)&Response="
    );
    assert_eq!(Call::Companies.request(&settings, Format::Json).shown, "GET partner/relationships");
}

#[test]
fn asks_for_each_format_by_its_name_and_keeps_the_bytes() {
    for (format, query, text) in [
        (Format::Json, "", " [ ] "),
        (Format::JsonDataTable, "?Response=JsonDataTable", "{\"Records\":[], \"Schema\":[]}"),
        (Format::Xml, "?Response=Xml", "\u{feff}<Table/>"),
        (Format::XmlDataTable, "?Response=XmlDataTable", "<Table>\r\n</Table>"),
        (Format::Csv, "?Response=Csv", "CompanyID,CompanyName\r\n1,=x\r\n"),
        (Format::Excel, "?Response=Excel", "PK\u{3}\u{4}\u{0}"),
    ] {
        let server = Server::answering(vec![body(text)]);
        assert_eq!(server.client().raw(Call::Companies, format).unwrap(), text.as_bytes(), "{format:?}");
        assert_eq!(server.seen()[1].path, format!("/partner/relationships{query}"));
    }
    let server = Server::answering(vec![body("no workbook"); 3]);
    assert_eq!(kind(&server.client().raw(Call::Dealers, Format::Excel)), "not understood");
}

#[test]
fn uses_issued_token_without_asking_for_one() {
    for (replies, expected, count) in [(vec![], "ok", 1), (vec![status(401); 3], "credentials 401", 1)] {
        let server = Server::answering(replies);
        let settings = Settings { auth: Auth::Basic, ..server.settings() };
        let secrets = Secrets::Basic(Secret::new(BASIC_TOKEN));
        let iqmetrix = Iqmetrix::new(settings, &secrets, limits(), MAX_ANSWER_OF_PASS);
        assert_eq!(kind(&iqmetrix.companies(end())), expected);
        if expected != "ok" {
            assert_eq!(kind(&iqmetrix.dealers(end())), expected);
        }
        assert_eq!(server.letters(), "Q".repeat(count));
        assert_eq!(server.seen()[0].credential(), format!("Basic {BASIC_TOKEN}"));
    }
}

#[test]
fn obtains_new_token_before_the_old_one_expires() {
    let token = |life: &str| body(&format!("{{\"access_token\":\"short\",\"expires_in\":{life}}}"));
    for (life, letters) in [("60.5", "TQQ"), ("0", "TQQ"), ("3600", "TQQ"), ("1", "TQTQ")] {
        let server = Server::granting(vec![token(life)]);
        let iqmetrix = server.client();
        iqmetrix.companies(end()).unwrap();
        if letters == "TQTQ" {
            std::thread::sleep(Duration::from_millis(600));
        }
        iqmetrix.companies(end()).unwrap();
        assert_eq!(server.letters(), letters, "{life}");
    }
}

#[test]
fn renews_refused_token_once_for_several_workers() {
    let server = Server::start(|seen| {
        let is_old = !seen.is_token() && seen.credential().ends_with("token-1") && !seen.path.ends_with("dealers");
        is_old.then(|| status(401))
    });
    let iqmetrix = server.client();
    iqmetrix.dealers(end()).unwrap();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let iqmetrix = &iqmetrix;
            scope.spawn(move || iqmetrix.devices(1, &[imei(number)], end()).unwrap());
        }
    });
    assert_eq!(server.letters().matches('T').count(), 2, "{}", server.letters());
}

#[test]
fn asks_for_no_third_token_if_the_second_is_refused() {
    // The second token is good for one call, and then no more.
    let calls = AtomicUsize::new(0);
    let server =
        Server::start(move |seen| (!seen.is_token() && calls.fetch_add(1, Ordering::SeqCst) != 1).then(|| status(401)));
    let iqmetrix = server.client();
    iqmetrix.companies(end()).unwrap();
    for _ in 0..3 {
        assert_eq!(kind(&iqmetrix.companies(end())), "credentials 401");
    }
    assert_eq!(server.letters(), "TQTQQ");
}

#[test]
fn sends_three_requests_into_an_outage_with_any_workers() {
    for (connections, reply) in [(1, status(500)), (8, status(500)), (8, Reply::Cut), (8, Reply::Silence)] {
        let server = Server::start(move |seen| (!seen.is_token()).then(|| reply.clone()));
        let settings = Settings { connections, request_timeout: Duration::from_millis(200), ..server.settings() };
        let iqmetrix = client(settings);
        std::thread::scope(|scope| {
            for worker in 0..u32::from(connections) {
                let iqmetrix = &iqmetrix;
                scope.spawn(move || {
                    for number in 0..5 {
                        let result = iqmetrix.devices(1, &[imei(10 * worker + number)], end());
                        assert!(["failed", "unreachable"].contains(&kind(&result).as_str()), "{result:?}");
                    }
                });
            }
        });
        assert_eq!(server.letters(), "TQQQ", "{connections} connections");
    }
}

#[test]
fn bounds_silent_and_endless_answers() {
    for (reply, words) in [(Reply::Silence, "no whole answer in time"), (Reply::Endless, "larger than 2 MiB")] {
        let server = Server::start(move |seen| (!seen.is_token()).then(|| reply.clone()));
        let settings = Settings { request_timeout: Duration::from_millis(500), ..server.settings() };
        let begun = BootTime::now();
        let error = client(settings).companies(end()).unwrap_err().to_string();
        assert!(error.contains(words) || error.contains("in time"), "{error}");
        assert!(BootTime::now().since(begun) < Duration::from_secs(5), "{words}");
    }
}

#[test]
fn ends_requests_in_flight_at_the_given_time() {
    let server = Server::start(|seen| (!seen.is_token()).then_some(Reply::Silence));
    let iqmetrix = server.client();
    let begun = BootTime::now();
    let error = iqmetrix.companies(begun + Duration::from_millis(300)).unwrap_err();
    assert!(BootTime::now().since(begun) < Duration::from_secs(2), "{error}");
    let start =
        "iQmetrix cannot be reached: nothing was answered in the time for it, the last: GET partner/relationships";
    assert!(error.to_string().starts_with(start), "not the pass's time: {error}");
    let late = server.client().companies(BootTime::now()).unwrap_err().to_string();
    assert!(late.starts_with("the time was over before an answer to GET "), "{late}");
    let error = iqmetrix.companies(BootTime::now()).unwrap_err();
    assert!(matches!(error, Error::OutOfTime { .. } | Error::Unreachable { .. }), "{error:?}");
    assert_eq!(server.letters(), "TQ");
}

#[test]
fn stops_requests_on_signal() {
    let server = Server::answering(vec![]);
    let limits = limits();
    let iqmetrix = Iqmetrix::new(server.settings(), &secrets(), limits.clone(), MAX_ANSWER_OF_PASS);
    iqmetrix.companies(end()).unwrap();
    limits.interrupted.store(true, Ordering::Relaxed);
    assert!(matches!(iqmetrix.companies(end()), Err(Error::Interrupted { .. })));
    assert_eq!(server.letters(), "TQ");
}

#[test]
fn gets_all_batches_through_a_service_that_takes_two() {
    let busy = AtomicUsize::new(0);
    // Each batch is refused once at most: how long a thread of this test is held up is no matter of the client.
    let refused = Mutex::new(HashSet::new());
    let server = Server::start(move |seen| {
        if seen.is_token() {
            return None;
        }
        let is_crowded = busy.fetch_add(1, Ordering::SeqCst) >= 2;
        std::thread::sleep(Duration::from_millis(2));
        busy.fetch_sub(1, Ordering::SeqCst);
        (is_crowded && refused.lock().unwrap().insert(seen.path.clone())).then(|| status(429))
    });
    let iqmetrix = client(Settings { connections: 8, ..server.settings() });
    std::thread::scope(|scope| {
        for worker in 0..8 {
            let iqmetrix = &iqmetrix;
            scope.spawn(move || {
                (0..10).for_each(|n| drop(iqmetrix.devices(1, &[imei(100 * worker + n)], end()).unwrap()));
            });
        }
    });
    assert!(server.most_in_flight() <= 8);
}

#[test]
fn keeps_secrets_out_of_messages() {
    let said = format!("no {PASSWORD} {CLIENT_SECRET} access-token-1\u{1b}[2J\r\nway");
    let server = Server::answering(vec![answer(400, "", &said)]);
    let iqmetrix = server.client();
    let error = iqmetrix.companies(end()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET partner/relationships was refused (400): no (secret) (secret) (secret)\\u{1b}[2J way"
    );
    let server = Server::granting(vec![answer(400, "", &format!("invalid_grant: {PASSWORD} {CLIENT_SECRET}"))]);
    let echoing = server.client();
    let refused = echoing.companies(end()).unwrap_err();
    let shown = format!("{iqmetrix:?} {error:?} {echoing:?} {refused:?} {refused}");
    for secret in [PASSWORD, CLIENT_SECRET, "access-token-1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn says_what_is_refused_and_what_to_do() {
    let server = Server::granting(vec![answer(400, "", r#"{"error":"invalid_grant"}"#)]);
    let error = server.client().companies(end()).unwrap_err().to_string();
    assert!(error.starts_with("iQmetrix refused the credentials (POST http://127.0.0.1:"), "{error}");
    assert!(error.contains("/oauth2/token answered 400: invalid_grant); check the user"), "{error}");
    let server = Server::answering(vec![answer(503, "Retry-After: 60\r\n", MAINTENANCE)]);
    assert_eq!(
        server.client().companies(end()).unwrap_err().to_string(),
        "iQmetrix is in maintenance (GET partner/relationships answered 503: try again after 12:00PM UTC); it asks to wait 60 s"
    );
}

#[test]
fn finds_companies_in_relationships_or_else_by_dealers() {
    let dealers = r#"[{"CompanyID":14146,"LocationEntityID":1},{"CompanyID":14146},{"CompanyID":7},{}]"#;
    for (replies, expected, letters) in [
        (vec![body("[]"), body(dealers)], vec![14146, 7], "TQQ"),
        (vec![body(r#"[{"CompanyID":21090}]"#)], vec![21090], "TQ"),
        (vec![body("[]"), body("[]")], vec![], "TQQ"),
    ] {
        let server = Server::answering(replies);
        assert_eq!(server.client().company_ids(end()).unwrap(), expected);
        assert_eq!(server.letters(), letters);
    }
    let server = Server::answering(vec![]);
    let settings = Settings { companies: vec![2, 1, 2], ..server.settings() };
    assert_eq!(client(settings).company_ids(end()).unwrap(), [2, 1]);
    assert_eq!(server.letters(), "");
}
