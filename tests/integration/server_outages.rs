//! Servers that stay down: the pass ends in time, makes few requests, reports why, and the next one sends everything.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use iqr_sandbox::{Fault, Kind, Part, When};

use crate::bench::{Bench, PATIENCE, Report};

const CLIENTS: i64 = 6;

fn bench() -> Bench {
    Bench::with_clients(CLIENTS)
}

/// Asserts that the pass was aborted for the given reason, that `status` shows it, and that nothing is lost.
#[track_caller]
fn assert_reported_and_recovered(bench: &Bench, report: &Report, code: i32, words: &str) {
    assert_eq!((report.code, report.outcome()), (Some(code), "aborted"), "{report:#?}");
    assert!(report.stderr.contains(words), "{words:?} should be reported: {report:#?}");
    let (outcome, message): (String, String) = (
        bench.in_ledger("SELECT outcome FROM pass ORDER BY id DESC LIMIT 1"),
        bench.in_ledger("SELECT message FROM pass ORDER BY id DESC LIMIT 1"),
    );
    assert_eq!(outcome, "aborted");
    assert!(message.contains(words), "{message}");
    bench.sandbox.set_faults(Vec::new());
    let next = bench.sync_well();
    let all = report.count("sent") + next.count("sent") + next.count("unchanged");
    assert_eq!(all, CLIENTS as u64, "{next:#?}");
    bench.assert_sound("after the outage");
    bench.assert_idle("after the outage");
}

#[test]
fn reports_refused_connection_in_one_line_and_ends_pass() {
    let mut bench = bench();
    let url = bench.sandbox.url();
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    bench.set("iqr", "signin_url", &format!("\"http://{dead}\""));
    let report = bench.sync();
    assert_eq!(report.stderr.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{report:#?}");
    bench.set("iqr", "signin_url", &format!("{url:?}"));
    assert_reported_and_recovered(&bench, &report, 5, "cannot be reached");
}

#[test]
fn reports_a_host_that_does_not_resolve() {
    let mut bench = bench();
    let url = bench.sandbox.url();
    bench.set("iqr", "api_url", "\"https://no-such-host.invalid\"");
    let report = bench.sync();
    bench.set("iqr", "api_url", &format!("{url:?}"));
    assert_reported_and_recovered(&bench, &report, 5, "no-such-host.invalid");
}

#[test]
fn asks_a_server_that_is_down_about_ten_times() {
    let bench = bench();
    bench.sandbox.set_faults(vec![Fault::new(When::Always, Kind::status(503))]);
    let (report, requests) = bench.requests_of(|| bench.sync());
    assert!(requests.len() <= 10, "{} requests", requests.len());
    assert_reported_and_recovered(&bench, &report, 5, "503");
}

#[test]
fn asks_a_server_that_only_signs_in_about_ten_times() {
    for kind in [Kind::status(503), Kind::Reset, Kind::Truncated, Kind::html_ok(), Kind::redirect("/login")] {
        let bench = bench();
        bench.sandbox.set_faults(vec![Fault::new(When::Path("webapi.svc".to_owned()), kind.clone())]);
        let (report, requests) = bench.requests_of(|| bench.sync());
        let data = requests.iter().filter(|request| !request.is_session()).count();
        assert!(data <= 10, "{kind:?}: {data} requests");
        bench.assert_signed_out(&format!("{kind:?}"));
        assert_reported_and_recovered(&bench, &report, 5, "in a row failed");
    }
}

#[test]
fn ends_pass_if_the_server_wants_a_longer_wait() {
    let bench = bench();
    let read = When::Path("webapi.svc".to_owned());
    bench.sandbox.set_faults(vec![Fault::new(read, Kind::retry_after(429, "3600"))]);
    let started = Instant::now();
    let (report, requests) = bench.requests_of(|| bench.sync());
    assert!(requests.len() <= 8 && started.elapsed() < Duration::from_secs(10), "{report:#?}");
    assert_reported_and_recovered(&bench, &report, 5, "wait");
}

#[test]
fn tries_a_dead_key_once() {
    let bench = bench();
    bench.write_key("a-key-that-was-revoked");
    let (report, requests) = bench.requests_of(|| bench.sync());
    assert_eq!(requests.len(), 1, "{requests:#?}");
    assert!(!format!("{report:?}").contains("a-key-that-was-revoked"));
    bench.write_key(&bench.sandbox.api_key());
    assert_reported_and_recovered(&bench, &report, 4, "refused the API key");
}

#[test]
fn ends_pass_whose_key_is_revoked_after_one_more_sign_in() {
    let bench = bench().with("iqr", "connections", "1");
    bench.sandbox.set_faults(vec![Fault::new(When::Path("webapi.svc".to_owned()), Kind::status(401)).skip(6)]);
    let report = bench.sync();
    assert!(bench.sandbox.counters().sign_ins <= 2, "{report:#?}");
    assert_reported_and_recovered(&bench, &report, 4, "refused the API key");
}

/// Gives an endless answer to every request, then to the data only: the pass ends within its budget and a grace period.
fn endless(kind: &Kind) {
    for path in ["", "webapi.svc"] {
        let bench = bench().with("sync", "time_budget", "\"2s\"").with("iqr", "request_timeout", "\"700ms\"");
        bench.sandbox.set_faults(vec![Fault::new(When::Path(path.to_owned()), kind.clone())]);
        let started = Instant::now();
        let report = bench.sync();
        let took = started.elapsed();
        assert!(took < Duration::from_secs(9), "{kind:?} at {path:?}: {took:?}");
        assert_eq!((report.code, report.outcome()), (Some(5), "aborted"), "{kind:?} at {path:?}: {report:#?}");
        bench.sandbox.set_faults(Vec::new());
        bench.restore_time_budget();
    }
}

impl Bench {
    /// Restores the budget and timeout of a usual pass; everything must arrive.
    fn restore_time_budget(self) {
        let bench = self.with("sync", "time_budget", "\"110s\"").with("iqr", "request_timeout", "\"30s\"");
        let next = bench.sync_well();
        assert_eq!(next.count("sent") + next.count("unchanged"), CLIENTS as u64, "{next:#?}");
        bench.assert_sound("after the silence");
    }
}

#[test]
fn ends_silence_with_the_time_budget() {
    endless(&Kind::SilentHead(PATIENCE));
}

#[test]
fn ends_silence_within_a_body_with_the_time_budget() {
    endless(&Kind::SilentBody(PATIENCE));
}

#[test]
fn extends_no_deadline_for_trickling_bytes() {
    let every = Duration::from_millis(100);
    endless(&Kind::Drip { every, from: Part::Head });
    endless(&Kind::Drip { every, from: Part::Body });
}

#[test]
fn stops_reading_an_answer_of_a_gigabyte() {
    endless(&Kind::Huge(1 << 30));
}

#[test]
fn reports_forbidden_writes_for_each_client() {
    for code in [403, 404] {
        let bench = bench().with("iqr", "connections", "4");
        let writes = When::Method("POST".to_owned());
        let fault = Fault::new(writes, Kind::status(code));
        bench
            .sandbox
            .set_faults(vec![Fault { at: [fault.at, vec![When::Path("webapi.svc".to_owned())]].concat(), ..fault }]);
        let report = bench.sync();
        assert_eq!(
            (report.code, report.outcome(), report.count("failed")),
            (Some(1), "done", CLIENTS as u64),
            "{report:#?}"
        );
        let sign_ins = bench.sandbox.counters().sign_ins;
        assert!(sign_ins <= 3, "{code}: {sign_ins} sign-ins");
        bench.assert_signed_out(&format!("{code}"));
        bench.sandbox.set_faults(Vec::new());
        assert_eq!(bench.sync_with(&["--retry"]).count("sent"), CLIENTS as u64);
        bench.assert_sound("after the ban");
    }
}
