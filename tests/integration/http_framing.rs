//! Answers that break HTTP or JSON themselves, and answers that were meant for another request. After each, the next
//! pass makes both sides equal, without a duplicate.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use iqr_sandbox::Comments;

use crate::bench::{Bench, FIRST};
use crate::fault_proxy::{Asked, FaultProxy, Reply, http, reach, reach_sandbox};

const CLIENTS: i64 = 6;

/// A way to spoil a body.
type Spoil = fn(&str) -> Reply;

fn keep(head: &str, body: &str) -> Reply {
    Reply::Keep(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").into_bytes())
}

fn with_headers(headers: &str, body: &str) -> Reply {
    Reply::Keep(http(200, headers, body))
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn raw(body: &[u8]) -> Reply {
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    Reply::Keep(answer)
}

fn rows() -> Vec<(&'static str, Spoil)> {
    vec![
        ("a length that is too small", |body| keep(&format!("Content-Length: {}", body.len() / 2), body)),
        ("a negative length", |body| keep("Content-Length: -5", body)),
        ("a length beyond all numbers", |body| keep("Content-Length: 99999999999999999999999", body)),
        ("two lengths", |body| with_headers("Content-Length: 2\r\n", body)),
        ("a length and chunks", |body| {
            keep("Content-Length: 3\r\nTransfer-Encoding: chunked", &format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()))
        }),
        ("chunks that are none", |body| keep("Transfer-Encoding: chunked", &format!("zz\r\n{body}"))),
        ("a chunk without its end", |body| {
            keep("Transfer-Encoding: chunked", &format!("{:x}\r\n{body}0\r\n\r\n", body.len()))
        }),
        ("the last chunk missing", |body| {
            Reply::Close(
                format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n", body.len())
                    .into_bytes(),
            )
        }),
        ("thousands of headers", |body| with_headers(&"X-Many: y\r\n".repeat(5000), body)),
        ("a header of a megabyte", |body| with_headers(&format!("X-Big: {}\r\n", "y".repeat(1 << 20)), body)),
        ("a header without a colon", |body| with_headers("nonsense\r\n", body)),
        ("a header with a NUL", |body| with_headers("X: \0\r\n", body)),
        ("HTTP/1.0 without a length, cut", |body| {
            Reply::Close(format!("HTTP/1.0 200 OK\r\n\r\n{}", &body[..body.len() / 2]).into_bytes())
        }),
        ("no HTTP at all", |body| Reply::Close(body.as_bytes().to_vec())),
        ("hundreds of interim answers", |body| {
            let mut answer = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(300);
            answer.extend(http(200, "", body));
            Reply::Keep(answer)
        }),
        ("another protocol", |body| Reply::Keep(http(101, "Upgrade: x\r\n", body))),
        ("a status beyond all statuses", |body| Reply::Keep(http(1000, "", body))),
        ("UTF-16", |body| raw(&utf16(body))),
        ("not UTF-8", |body| raw(&[body.as_bytes(), b"\xff\xfe"].concat())),
        ("compressed, it says", |body| with_headers("Content-Encoding: gzip\r\n", body)),
        ("depth", |_| raw(&[b"[".repeat(100_000), b"]".repeat(100_000)].concat())),
        ("the answer twice", |body| Reply::Keep([http(200, "", body), http(200, "", body)].concat())),
    ]
}

fn bench(comments: Comments) -> Bench {
    let mode = if comments == Comments::Replaces { "\"full\"" } else { "\"changed\"" };
    let bench = Bench::with_clients(CLIENTS).with("sync", "comments", mode);
    bench.set_comment_semantics(comments);
    for id in FIRST..FIRST + CLIENTS {
        bench.sandbox.state().type_comment(id, "typed by Jo");
    }
    bench.with("iqr", "request_timeout", "\"1s\"")
}

/// Asserts that one pass through a proxy with these manners, then one without, make both sides equal.
fn assert_survived(comments: Comments, context: &str, manners: impl Fn(&Asked) -> Reply + Send + Sync + 'static) {
    let mut bench = bench(comments);
    let context = format!("{context}, {comments:?}");
    let proxy = FaultProxy::start(bench.sandbox.address(), manners);
    reach(&mut bench, &proxy.url());
    let report = bench.sync();
    assert!(matches!(report.code, Some(0 | 1 | 5)), "{context}: {report:#?}");
    assert!(!report.stderr.contains("panicked"), "{context}: {report:#?}");
    bench.assert_sound(&context);
    reach_sandbox(&mut bench);
    bench.set("iqr", "request_timeout", "\"30s\"");
    let next = bench.sync_well();
    for id in FIRST..FIRST + CLIENTS {
        assert_ne!(bench.seen(id).item_number, "TBD API", "{context}: {next:#?}");
        assert!(bench.lines(id).contains(&"typed by Jo".to_owned()), "{context}: {:#?}", bench.lines(id));
    }
    bench.assert_sound(&context);
    bench.assert_idle(&context);
}

fn body_of(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer).split_once("\r\n\r\n").unwrap().1.to_owned()
}

fn spoiled(context: &str, spoil: Spoil) {
    for comments in [Comments::Adds, Comments::Replaces] {
        assert_survived(comments, &format!("{context} at every third request"), move |asked| {
            let answer = asked.answer();
            if asked.number % 3 == 0 { spoil(&body_of(&answer)) } else { Reply::Keep(answer) }
        });
        assert_survived(comments, &format!("{context} at every write"), move |asked| {
            let answer = asked.answer();
            if asked.is_write() { spoil(&body_of(&answer)) } else { Reply::Keep(answer) }
        });
    }
}

#[test]
fn survives_answers_that_break_http_or_json() {
    thread::scope(|scope| {
        for (name, spoil) in rows() {
            scope.spawn(move || spoiled(name, spoil));
        }
    });
}

/// On one connection, or from a proxy that mixes answers up: some requests get the answer to the one before.
#[test]
fn refuses_an_answer_meant_for_another_request() {
    for comments in [Comments::Adds, Comments::Replaces] {
        for every in [2, 3, 5, 7] {
            let before = Mutex::new((String::new(), Vec::new()));
            assert_survived(comments, &format!("every {every}th answer is another's"), move |asked| {
                let answer = asked.answer();
                let mut before = before.lock().unwrap();
                let (target, stale) = std::mem::replace(&mut *before, (asked.target.clone(), answer.clone()));
                let is_swapped = asked.number % every == 0 && !stale.is_empty() && target != asked.target;
                Reply::Keep(if is_swapped { stale } else { answer })
            });
        }
    }
}

/// The server ends an idle connection just when the client sends the next request on it: a write is neither lost nor made
/// twice.
#[test]
fn survives_a_connection_that_ends_on_reuse() {
    for comments in [Comments::Adds, Comments::Replaces] {
        for micros in [0, 200, 1000] {
            assert_survived(comments, &format!("closed after {micros} µs"), move |asked| {
                let answer = asked.answer();
                if asked.number % 3 == 0 {
                    Reply::Linger(answer, Duration::from_micros(micros))
                } else {
                    Reply::Keep(answer)
                }
            });
        }
    }
}
