//! Consequences of each fault of the server, a row each: how the pass ends, what it reports, how many requests it
//! makes, which clients it delays, and that the next pass sends everything. Each row is tried on all reads and on all
//! writes.

use std::thread;
use std::time::{Duration, Instant};

use crate::bench::{Bench, FIRST, Report};
use crate::fault_proxy::{Asked, FaultProxy, Reply, http, reach, reach_sandbox};

const CLIENTS: i64 = 12;

/// Scope of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The pass ends with code 5, and no client's delay grows.
    EveryClient,
    /// Each client fails by itself, with code 1, and waits ever longer.
    OneClient,
}

use Scope::{EveryClient, OneClient};

/// A permanent answer, its scope as the answer to a read and to a write, and the words that report it.
struct Row(&'static str, Vec<u8>, Scope, Scope, &'static str);

fn rows() -> Vec<Row> {
    let status = |status, words| Row("a status", http(status, "", "no"), EveryClient, EveryClient, words);
    let refusal = |status, words| Row("a refusal", http(status, "", "no"), OneClient, OneClient, words);
    let answer = |name, body, words| Row(name, http(200, "", body), EveryClient, EveryClient, words);
    // A write may well be answered by a sentence of regret.
    let regret = |name, body, words| Row(name, http(200, "", body), EveryClient, OneClient, words);
    vec![
        status(408, "408"),
        Row("429, no wait", http(429, "Retry-After: 0\r\n", ""), EveryClient, EveryClient, "429"),
        Row("503, no wait", http(503, "Retry-After: 0\r\n", ""), EveryClient, EveryClient, "503"),
        status(500, "500"),
        status(502, "502"),
        status(503, "503"),
        status(504, "504"),
        status(599, "599"),
        Row("to a login page", http(302, "Location: /login\r\n", "<html>"), EveryClient, EveryClient, "302"),
        Row("moved", http(308, "Location: /x\r\n", ""), EveryClient, EveryClient, "308"),
        Row("not modified", b"HTTP/1.1 304 X\r\n\r\n".to_vec(), EveryClient, EveryClient, "304"),
        answer("a page", "<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        answer("half an object", "{\"inventoryid\":7000", "no whole JSON"),
        regret("an error text", "\"Error: the inventory could not be processed.\"", "could not be processed"),
        regret("a leaked text", "\"Specified cast is not valid.\"", "Specified cast"),
        regret("an error object", "{\"Message\":\"An error has occurred.\"}", "An error has occurred"),
        refusal(400, "400"),
        refusal(409, "409"),
        refusal(422, "422"),
    ]
}

/// Creates a bench whose requests go through a proxy with these manners.
fn behind(clients: i64, manners: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> (Bench, FaultProxy) {
    let mut bench = Bench::with_clients(clients).with("iqr", "request_timeout", "\"5s\"");
    let proxy = FaultProxy::start(bench.sandbox.address(), manners);
    reach(&mut bench, &proxy.url());
    (bench, proxy)
}

fn arrived(bench: &Bench, clients: i64) -> i64 {
    let there = |id: &i64| bench.seen(*id).item_number != "TBD API";
    i64::try_from((FIRST..FIRST + clients).filter(there).count()).unwrap()
}

/// Asserts that the next pass, straight to the sandbox, sends everything once.
#[track_caller]
fn assert_recovers(bench: &mut Bench, clients: i64, context: &str) {
    reach_sandbox(bench);
    let next = bench.sync_well();
    assert_eq!(arrived(bench, clients), clients, "{context}: {next:#?}");
    bench.assert_sound(context);
    bench.assert_idle(context);
}

#[track_caller]
fn assert_consequence(bench: &Bench, report: &Report, concerns: Scope, words: &str, context: &str) {
    let delayed: i64 = bench.in_ledger("SELECT count(*) FROM problem WHERE attempts > 0");
    let told: String = match concerns {
        EveryClient => bench.in_ledger("SELECT message FROM pass ORDER BY id DESC LIMIT 1"),
        OneClient => bench.in_ledger("SELECT message FROM problem LIMIT 1"),
    };
    assert!(told.contains(words), "{context}: `{told}` does not say {words:?}");
    let expected = match concerns {
        EveryClient => (Some(5), "aborted", 0),
        OneClient => (Some(1), "done", CLIENTS),
    };
    assert_eq!((report.code, report.outcome(), delayed), expected, "{context}: {report:#?}");
    let most = if concerns == EveryClient { 14 } else { 4 * CLIENTS as u64 };
    assert!(report.count("requests") <= most, "{context}: {} requests", report.count("requests"));
    assert_eq!(report.count("sent"), 0, "{context}: nothing was taken");
}

fn at_every_read(Row(name, answer, concerns, _, words): &Row) {
    for clients in [CLIENTS, 1] {
        if clients == 1 && *concerns == OneClient {
            continue;
        }
        let sick = answer.clone();
        let (mut bench, _proxy) =
            behind(clients, move |asked| Reply::Keep(if asked.is_session() { asked.answer() } else { sick.clone() }));
        let context = format!("{name} ({words}) for {clients} clients' reads");
        let report = bench.sync();
        assert_consequence(&bench, &report, *concerns, words, &context);
        bench.assert_signed_out(&context);
        assert_recovers(&mut bench, clients, &context);
    }
}

#[test]
fn maps_each_faulty_read_answer_to_its_consequence() {
    thread::scope(|scope| {
        for row in rows() {
            scope.spawn(move || at_every_read(&row));
        }
    });
}

/// Answers every write so, taken or not; reads succeed.
fn at_every_write(Row(name, answer, _, concerns, words): &Row, is_taken: bool) {
    let sick = answer.clone();
    let (mut bench, _proxy) = behind(CLIENTS, move |asked| {
        if !asked.is_write() {
            return Reply::Keep(asked.answer());
        }
        if is_taken {
            asked.answer();
        }
        Reply::Keep(sick.clone())
    });
    let context = format!("{name} ({words}) to all writes, taken: {is_taken}");
    let report = bench.sync();
    let delayed: i64 = bench.in_ledger("SELECT count(*) FROM problem WHERE attempts > 0");
    match concerns {
        // What was taken is found by reading.
        EveryClient if is_taken => assert_eq!(delayed, 0, "{context}: {report:#?}"),
        EveryClient => {
            assert_eq!((report.code, report.outcome(), delayed), (Some(5), "aborted", 0), "{context}: {report:#?}");
            let posts = bench.sandbox.requests().iter().filter(|request| request.is_write()).count();
            assert!(posts <= 24, "{context}: {posts} writes");
        }
        OneClient => assert_eq!(report.code, Some(1), "{context}: {report:#?}"),
    }
    assert_recovers(&mut bench, CLIENTS, &context);
}

#[test]
fn maps_each_faulty_write_answer_to_its_consequence() {
    thread::scope(|scope| {
        for row in rows() {
            scope.spawn(move || [false, true].map(|is_taken| at_every_write(&row, is_taken)));
        }
    });
}

/// Seven failures in a row are bad luck, eight are an outage.
#[test]
fn ends_pass_after_eight_failures_and_not_after_seven() {
    for (failures, code, outcome) in [(7, 1, "done"), (8, 5, "aborted")] {
        let (bench, _proxy) = behind(CLIENTS, move |asked| match asked.number {
            // The sign-in and the first client go well.
            20.. if asked.number < 20 + failures => Reply::Keep(http(503, "", "")),
            _ => Reply::Keep(asked.answer()),
        });
        let mut bench = bench.with("iqr", "connections", "1");
        let report = bench.sync();
        let context = format!("{failures} failures");
        assert_eq!((report.code, report.outcome()), (Some(code), outcome), "{context}: {report:#?}");
        assert_recovers(&mut bench, CLIENTS, &context);
    }
}

/// A request that is never answered costs its whole time: eight of them would be most of a pass.
#[test]
fn stops_requests_after_three_silent_ones() {
    let (bench, proxy) = behind(CLIENTS, |asked| match asked.number {
        ..20 => Reply::Keep(asked.answer()),
        _ => Reply::Silence,
    });
    let mut bench = bench.with("iqr", "connections", "1").with("iqr", "request_timeout", "\"500ms\"");
    let started = Instant::now();
    let report = bench.sync();
    assert_eq!((report.code, report.outcome()), (Some(5), "aborted"), "{report:#?}");
    assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
    // The tries to sign out come on top.
    assert!(proxy.requests() <= 20 + 3 + 2, "{} requests", proxy.requests());
    assert_recovers(&mut bench, CLIENTS, "silence");
}

/// `Retry-After` in both forms: the pass waits so long, and no longer, and does its work.
#[test]
fn respects_retry_after_in_seconds_and_as_a_date() {
    let day = "Sun, 06 Nov 1994 08:49";
    let rows = [
        "Retry-After: 2\r\n".to_owned(),
        format!("Date: {day}:37 GMT\r\nRetry-After: {day}:39 GMT\r\n"),
        format!("Retry-After: {day}:39 GMT\r\nDate: {day}:37 GMT\r\n"),
    ];
    for headers in rows {
        for status in [429, 503] {
            let (sick, context) = (http(status, &headers, ""), format!("{status} with {headers}"));
            let (bench, proxy) = behind(3, move |asked| match asked.number {
                4 => Reply::Keep(sick.clone()),
                _ => Reply::Keep(asked.answer()),
            });
            let started = Instant::now();
            let report = bench.sync_well();
            let took = started.elapsed();
            assert_eq!(report.count("sent"), 3, "{context}: {report:#?}");
            assert!(took > Duration::from_millis(1900) && took < Duration::from_secs(15), "{context}: {took:?}");
            assert!(proxy.requests() < 40, "{context}: {} requests", proxy.requests());
            bench.assert_sound(&context);
        }
    }
}

/// An endless answer: its beginning, and the rest.
struct Endless {
    name: &'static str,
    head: &'static str,
    rest: fn() -> Reply,
}

const ENDLESS: [Endless; 4] = [
    Endless {
        name: "a byte at a time",
        head: "HTTP/1.1 200 OK\r\n",
        rest: || Reply::Drip(vec![b'x'; 4000], Duration::from_millis(40)),
    },
    Endless {
        name: "a gigabyte",
        head: "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
        rest: || Reply::Flood(vec![b' '; 64 * 1024], 16 * 1024),
    },
    Endless {
        name: "chunks for ever",
        head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        rest: || Reply::Flood(b"1\r\n \r\n".to_vec(), 1 << 24),
    },
    Endless {
        name: "headers for ever",
        head: "HTTP/1.1 200 OK\r\n",
        rest: || Reply::Flood(b"X-Many: headers\r\n".to_vec(), 1 << 24),
    },
];

/// The sign-in, a read or a write is answered so: the deadline of the request does not move.
#[test]
fn limits_a_dripping_or_flooding_answer_to_one_request() {
    thread::scope(|scope| {
        for endless in &ENDLESS {
            scope.spawn(move || [1, 2, 4].map(|nth| meet_endless(endless, nth)));
        }
    });
}

fn meet_endless(Endless { name, head, rest }: &'static Endless, nth: u64) {
    let context = format!("{name} at request {nth}");
    let (bench, _proxy) = behind(3, move |asked| {
        if asked.number == nth {
            return Reply::Begin(head.as_bytes().to_vec(), Box::new(rest()));
        }
        Reply::Keep(asked.answer())
    });
    let mut bench = bench.with("iqr", "request_timeout", "\"800ms\"");
    let started = Instant::now();
    let report = bench.sync();
    assert!(started.elapsed() < Duration::from_secs(15), "{context}: {:?}", started.elapsed());
    assert!(report.code == Some(0) || report.code == Some(1), "{context}: {report:#?}");
    bench.set("iqr", "request_timeout", "\"30s\"");
    assert_recovers(&mut bench, 3, &context);
}
