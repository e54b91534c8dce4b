use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use iqr_sandbox::{Body, Fault, Field, Kind, Options, Part, Sandbox, When};

use crate::client::{Client, Response, start};

const READ: &str = "Inventory/JSON/GetInventoryById?Id=41";
const LONG: Duration = Duration::from_secs(60);
/// Time in which to see that nothing comes.
const SHORT: Duration = Duration::from_millis(50);

fn with_fault(kind: Kind) -> (Sandbox, Client) {
    let (sandbox, client) = start(Options::default());
    sandbox.set_faults(vec![Fault::new(When::Always, kind)]);
    (sandbox, client)
}

fn answer(kind: Kind) -> Response {
    with_fault(kind).1.get(READ)
}

fn error(kind: Kind) -> io::ErrorKind {
    with_fault(kind).1.try_get(READ).err().unwrap().kind()
}

fn whole_answer() -> Vec<u8> {
    answer(Kind::AsIs).body
}

#[test]
fn sends_every_status_with_its_page_and_keeps_connection() {
    for code in [400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504] {
        let (_sandbox, mut client) = with_fault(Kind::status(code));
        assert_eq!([client.get(READ).status, client.get(READ).status], [code, code]);
        assert!(client.get(READ).text().contains("<html"));
    }
}

#[test]
fn sends_statuses_with_chosen_headers_and_bodies() {
    let busy = answer(Kind::retry_after(429, "Sun, 06 Nov 1994 08:49:37 GMT"));
    assert_eq!((busy.status, busy.header("Retry-After")), (429, Some("Sun, 06 Nov 1994 08:49:37 GMT")));
    let login = answer(Kind::redirect("https://login.example/"));
    assert_eq!((login.status, login.header("Location")), (302, Some("https://login.example/")));
    let body = Body::Json("{\"Message\":\"no\"}".to_owned());
    assert_eq!(answer(Kind::Status { code: 500, headers: Vec::new(), body }).json()["Message"], "no");
}

#[test]
fn sends_a_page_a_sentence_or_an_exception_with_200() {
    assert_eq!(answer(Kind::html_ok()).header("Content-Type"), Some("text/html; charset=UTF-8"));
    assert!(answer(Kind::error_text()).json().as_str().unwrap().starts_with("Error: "));
    assert!(answer(Kind::dotnet_text()).json().as_str().unwrap().starts_with("Object reference"));
}

#[test]
fn sends_bodies_missing_halved_or_of_another_type() {
    let whole = whole_answer();
    let none = answer(Kind::no_content());
    assert_eq!((none.status, none.header("Content-Length"), none.body.len()), (204, None, 0));
    assert_eq!((answer(Kind::Empty).status, answer(Kind::Empty).body.len()), (200, 0));
    assert_eq!(answer(Kind::Truncated).body, whole[..whole.len() / 2]);
    assert!(answer(Kind::WrongType).json().is_array());
}

#[test]
fn sends_an_answer_about_the_next_asset() {
    let other = answer(Kind::OtherInventoryId).json();
    assert_eq!((other["inventoryid"].as_i64(), other["itemid"].as_i64()), (Some(42), Some(1)));
}

#[test]
fn sends_wrong_lengths_and_cut_bodies() {
    assert_eq!(error(Kind::Cut), io::ErrorKind::UnexpectedEof);
    assert_eq!(error(Kind::WrongLength(10)), io::ErrorKind::UnexpectedEof);
    assert_eq!(answer(Kind::WrongLength(-10)).body.len(), whole_answer().len() - 10);
}

#[test]
fn resets_or_closes_a_connection_without_an_answer() {
    assert_eq!(error(Kind::Reset), io::ErrorKind::ConnectionReset);
    assert_eq!(error(Kind::Close), io::ErrorKind::UnexpectedEof);
}

#[test]
fn ends_a_silence_with_its_bound() {
    assert_eq!(error(Kind::SilentHead(SHORT)), io::ErrorKind::UnexpectedEof);
    assert_eq!(error(Kind::SilentBody(SHORT)), io::ErrorKind::UnexpectedEof);
}

#[test]
fn sends_nothing_or_half_the_body_before_a_silence() {
    let (_sandbox, mut client) = with_fault(Kind::SilentHead(LONG));
    client.ask(READ).unwrap();
    assert_eq!(client.drain(SHORT), (Vec::new(), false));
    let (_sandbox, mut client) = with_fault(Kind::SilentBody(LONG));
    client.ask(READ).unwrap();
    assert!(client.head().unwrap().starts_with("HTTP/1.1 200"));
    let (half, ended) = client.drain(SHORT);
    assert!(!ended && half == whole_answer()[..half.len()] && half.len() == whole_answer().len() / 2);
}

#[test]
fn stops_at_once_in_the_middle_of_a_silence() {
    let (sandbox, mut client) = with_fault(Kind::SilentHead(LONG));
    client.ask(READ).unwrap();
    while sandbox.counters().faults == 0 {
        thread::yield_now();
    }
    let before = Instant::now();
    drop(sandbox);
    assert!(before.elapsed() < Duration::from_secs(1));
    assert!(client.answer().is_err());
}

#[test]
fn sends_a_whole_answer_byte_by_byte() {
    let every = Duration::from_micros(100);
    for from in [Part::Head, Part::Body] {
        let before = Instant::now();
        let dripped = answer(Kind::Drip { every, from }).body;
        assert!(dripped == whole_answer() && before.elapsed() >= every * u32::try_from(dripped.len()).unwrap());
    }
}

#[test]
fn sends_a_huge_body_as_long_as_announced() {
    let huge = answer(Kind::Huge(3 << 20));
    assert_eq!(huge.body.len(), 3 << 20);
    assert!(huge.json()["item"].as_str().unwrap().starts_with("aaaa"));
}

#[test]
fn stops_a_huge_body_when_the_client_hangs_up() {
    let (sandbox, mut client) = with_fault(Kind::Huge(1 << 30));
    client.ask(READ).unwrap();
    assert!(client.read(1 << 16) > 0);
    drop(client);
    drop(sandbox);
}

#[test]
fn applies_or_ignores_a_write_whose_answer_goes_wrong() {
    for (after, location) in [(true, "A1"), (false, "")] {
        let (sandbox, mut client) = start(Options::default());
        let fault = Fault::new(When::Method("POST".to_owned()), Kind::Reset);
        sandbox.set_faults(vec![if after { fault.after_commit() } else { fault }]);
        let body = "<request><inventories><inventory><inventoryid>41</inventoryid><location>A1</location></inventory>\
                    </inventories></request>";
        assert!(client.try_post("Inventories/Update/XML", body).is_err());
        assert_eq!(sandbox.state().asset(41).unwrap().text(Field::Location), location);
        let last = sandbox.requests().pop().unwrap();
        assert_eq!((last.status, last.faulted), (None, true));
    }
}

#[test]
fn acknowledges_a_write_without_applying_it() {
    let (sandbox, mut client) = with_fault(Kind::AsIs);
    assert_eq!(client.update(41, "<location>A1</location>").status, 200);
    assert_eq!(sandbox.state().asset(41).unwrap().text(Field::Location), "");
}

#[test]
fn applies_the_first_rule_that_matches() {
    let (sandbox, mut client) = start(Options::default());
    sandbox.set_faults(vec![
        Fault::new(When::Id(41), Kind::status(500)).times(1),
        Fault::new(When::Path("inventory/".to_owned()), Kind::status(503)),
    ]);
    let statuses = [client.get(READ).status, client.get(READ).status, client.get("MI/JSON/GetItems").status];
    assert_eq!(statuses, [500, 503, 200]);
}

#[test]
fn delays_answers_by_the_round_trip() {
    let rtt = Duration::from_millis(20);
    let (_sandbox, mut client) = start(Options { rtt, ..Options::default() });
    let before = Instant::now();
    client.get(READ);
    assert!(before.elapsed() >= rtt);
}

#[test]
fn refuses_one_request_too_many() {
    let (sandbox, mut client) = start(Options::default());
    sandbox.state().options.max_in_flight = Some(1);
    sandbox.set_faults(vec![Fault::new(When::Nth(1), Kind::SilentHead(LONG))]);
    client.ask(READ).unwrap();
    while sandbox.counters().faults == 0 {
        thread::yield_now();
    }
    assert_eq!(Client::connect(&sandbox).sign_in("any").status, 429);
    let counters = sandbox.counters();
    assert_eq!((counters.turned_away, counters.max_in_flight), (1, 2));
}

#[test]
fn counts_sequential_requests_as_one_at_a_time() {
    let (sandbox, _client) = start(Options::default());
    let mut first = Client::signed_in(&sandbox);
    let mut second = Client::signed_in(&sandbox);
    for _ in 0..500 {
        first.get(READ);
        second.get(READ);
    }
    assert_eq!(sandbox.counters().max_in_flight, 1);
}

#[test]
fn answers_what_is_no_http_and_hangs_up() {
    let (_sandbox, mut client) = start(Options::default());
    client.write_raw(b"\x16\x03\x01\x02\x00 no http\r\n\r\n");
    assert_eq!(client.answer().unwrap().status, 400);
    assert!(client.answer().is_err());
}

#[test]
fn serves_many_connections_at_once() {
    let (sandbox, _client) = start(Options::default());
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..8 {
            let (send, sandbox) = (send.clone(), &sandbox);
            scope.spawn(move || {
                let mut client = Client::signed_in(sandbox);
                send.send((0..50).filter(|_| client.get(READ).status == 200).count()).unwrap();
            });
        }
    });
    assert_eq!(receive.try_iter().sum::<usize>(), 400);
    assert_eq!(sandbox.counters().connections, 9);
}
