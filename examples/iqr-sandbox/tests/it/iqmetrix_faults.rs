use std::io;
use std::thread;
use std::time::{Duration, Instant};

use iqr_sandbox::iqmetrix::{Iqmetrix, Options};
use iqr_sandbox::{Fault, Kind, Part, When};
use serde_json::json;

use crate::client::Client;
use crate::iqmetrix::{BOUGHT, Partner, RETURNED, UNKNOWN, form, imeis, request_token, start};

const LONG: Duration = Duration::from_secs(60);

fn with_fault(fault: Fault) -> (Iqmetrix, Partner) {
    let (sandbox, partner) = start(Options::default());
    sandbox.set_faults(vec![fault]);
    (sandbox, partner)
}

/// The body of a faulty answer, or the error of the connection.
fn body(kind: Kind) -> io::Result<Vec<u8>> {
    let (_sandbox, mut partner) = with_fault(Fault::new(When::Always, kind));
    partner.ask(&imeis(&[BOUGHT]));
    partner.client.answer().map(|answer| answer.body)
}

#[test]
fn sends_every_kind_of_body() {
    let whole = body(Kind::AsIs).unwrap();
    assert!(body(Kind::Empty).unwrap().is_empty());
    assert_eq!(body(Kind::Truncated).unwrap(), whole[..whole.len() / 2]);
    assert_eq!(body(Kind::WrongType).unwrap(), br#"{"unexpected":true}"#);
    assert_eq!(body(Kind::WrongLength(-5)).unwrap(), whole[..whole.len() - 5]);
    assert_eq!(body(Kind::Drip { every: Duration::from_micros(100), from: Part::Body }).unwrap(), whole);
    assert_eq!(body(Kind::Delay(Duration::from_millis(5))).unwrap(), whole);
    assert_eq!(body(Kind::Huge(3 << 20)).unwrap().len(), 3 << 20);
}

#[test]
fn breaks_the_connection_in_every_way() {
    let short = Duration::from_millis(50);
    for (kind, error) in [
        (Kind::Cut, io::ErrorKind::UnexpectedEof),
        (Kind::WrongLength(5), io::ErrorKind::UnexpectedEof),
        (Kind::Reset, io::ErrorKind::ConnectionReset),
        (Kind::Close, io::ErrorKind::UnexpectedEof),
        (Kind::SilentHead(short), io::ErrorKind::UnexpectedEof),
        (Kind::SilentBody(short), io::ErrorKind::UnexpectedEof),
    ] {
        assert_eq!(body(kind.clone()).err().unwrap().kind(), error, "{kind:?}");
    }
}

#[test]
fn sends_every_status() {
    for code in [302, 400, 401, 403, 404, 429, 500, 502, 503, 504] {
        let (_sandbox, mut partner) = with_fault(Fault::new(When::Always, Kind::status(code)));
        assert_eq!(partner.get("/partner/relationships").status, code);
    }
    let (_sandbox, mut partner) = with_fault(Fault::new(When::Always, Kind::retry_after(503, "7")));
    assert_eq!(partner.get("/partner/relationships").header("Retry-After"), Some("7"));
}

#[test]
fn answers_for_the_next_device_in_every_format() {
    let (_sandbox, mut partner) = with_fault(Fault::new(When::Always, Kind::OtherInventoryId));
    assert_eq!(partner.get(&imeis(&[BOUGHT])).json()[0]["IMEI"], RETURNED);
    let csv = partner.get(&format!("{}&Response=Csv", imeis(&[BOUGHT])));
    assert!(csv.text().contains(RETURNED) && !csv.text().contains(BOUGHT));
    let excel = partner.get(&format!("{}&Response=Excel", imeis(&[BOUGHT]))).body;
    assert!(excel.starts_with(b"PK") && excel.windows(15).any(|part| part == RETURNED.as_bytes()));
}

#[test]
fn strikes_by_path_device_number_and_count() {
    let (sandbox, mut partner) = with_fault(Fault::new(When::Path("partner/ingram".to_owned()), Kind::status(500)));
    assert_eq!(partner.get("/partner/relationships").status, 200);
    assert_eq!(partner.get(&imeis(&[BOUGHT])).status, 500);
    sandbox.set_faults(vec![Fault::new(When::Id(BOUGHT.parse().unwrap()), Kind::status(400))]);
    assert_eq!([&[UNKNOWN, BOUGHT], &[UNKNOWN, RETURNED]].map(|list| partner.get(&imeis(list)).status), [400, 200]);
    sandbox.set_faults(vec!["status=503 skip=1 times=2".parse().unwrap()]);
    assert_eq!([0; 4].map(|_| partner.get("/partner/relationships").status), [200, 503, 503, 200]);
    sandbox.set_faults(vec!["status=503 nth=2".parse().unwrap()]);
    assert_eq!([0; 3].map(|_| partner.get("/partner/relationships").status), [200, 503, 200]);
}

#[test]
fn issues_a_token_only_where_the_fault_lets_it() {
    for (text, live) in [("as-is path=v1/oauth2", 0), ("as-is path=v1/oauth2 after", 1)] {
        let sandbox = Iqmetrix::start(Options::default());
        sandbox.set_faults(vec![text.parse().unwrap()]);
        let answer = request_token(&mut Client::connect_to(sandbox.address()), &form(&sandbox));
        assert_eq!((answer.status, sandbox.state().tokens_live()), (200, live));
    }
}

#[test]
fn refuses_one_call_too_many_and_no_token() {
    let (sandbox, mut partner) = with_fault(Fault::new(When::Nth(1), Kind::SilentHead(LONG)));
    sandbox.state().options.max_in_flight = 2;
    sandbox.state().options.others_in_flight = 1;
    partner.ask("/partner/relationships");
    while sandbox.counters().faults == 0 {
        thread::yield_now();
    }
    let mut other = Partner::of(&sandbox);
    let busy = other.get(&imeis(&["1"]));
    let message = "Rate Limiting Applied. 2 active requests are already in progress.";
    assert_eq!((busy.status, busy.json()), (429, json!({ "Error": true, "Message": message })));
    let counters = sandbox.counters();
    assert_eq!((counters.turned_away, counters.max_in_flight, counters.token_requests), (1, 2, 2));
    assert_eq!(sandbox.violations().len(), 1, "an offense counts also where it is turned away");
}

#[test]
fn serves_as_many_calls_at_once_as_the_limit_says() {
    let (sandbox, _partner) = start(Options { rtt: Duration::from_millis(300), ..Options::default() });
    let mut partners: Vec<Partner> = (0..9).map(|_| Partner::of(&sandbox)).collect();
    for partner in &mut partners {
        partner.ask("/partner/relationships");
    }
    let statuses: Vec<u16> = partners.iter_mut().map(|partner| partner.client.answer().unwrap().status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 1, "{statuses:?}");
    assert_eq!(sandbox.counters().max_in_flight, 9);
}

#[test]
fn delays_every_answer_of_iqmetrix_by_the_round_trip() {
    let rtt = Duration::from_millis(20);
    let (_sandbox, mut partner) = start(Options { rtt, ..Options::default() });
    let before = Instant::now();
    partner.get("/partner/relationships");
    assert!(before.elapsed() >= rtt);
}
