//! Writes that IQR carries out after the program gave up on them: a write in flight is not sent again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use iqr_sandbox::{Comments, Fault, Kind, When};

use crate::bench::{Bench, FIRST, PATIENCE, Report};
use crate::fault_proxy::{Asked, FaultProxy, Reply, http, reach};

const CLIENTS: i64 = 6;

/// A fault of the first answer to a write; the write itself takes effect later.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Silence,
    Status(u16),
    Page,
    Yes,
    Cut,
}

/// A proxy that holds the first `late` writes of comments back until it is released.
struct Late {
    bench: Bench,
    _proxy: FaultProxy,
    release: mpsc::Sender<()>,
    arrived: mpsc::Receiver<()>,
}

impl Late {
    fn start(comments: Comments, answer: Answer, late: usize) -> Self {
        let mut bench = Bench::with_clients(CLIENTS).with("iqr", "request_timeout", "\"700ms\"");
        bench.set_comment_semantics(comments);
        for id in FIRST..FIRST + CLIENTS {
            bench.sandbox.state().type_comment(id, "typed by Jo");
        }
        let (kept, keep) = mpsc::channel::<Asked>();
        let (release, released) = mpsc::channel::<()>();
        let (arrive, arrived) = mpsc::channel();
        thread::spawn(move || {
            _ = released.recv();
            for asked in keep.try_iter() {
                asked.answer();
            }
            _ = arrive.send(());
        });
        let seen = Arc::new(AtomicUsize::new(0));
        let proxy = FaultProxy::start(bench.sandbox.address(), move |asked| {
            let is_late = asked.has_comments() && seen.fetch_add(1, Ordering::SeqCst) < late;
            if !is_late {
                return Reply::Keep(asked.answer());
            }
            kept.send(asked.clone()).unwrap();
            match answer {
                Answer::Silence => Reply::Silence,
                Answer::Status(status) => Reply::Keep(http(status, "", "busy")),
                Answer::Page => Reply::Keep(http(200, "", "<html>Sign in</html>")),
                Answer::Yes => Reply::Keep(http(200, "", "<string>1 row</string>")),
                Answer::Cut => Reply::Cut(Vec::new()),
            }
        });
        reach(&mut bench, &proxy.url());
        Self { bench, _proxy: proxy, release, arrived }
    }

    fn let_through(&self) {
        self.release.send(()).unwrap();
        self.arrived.recv_timeout(PATIENCE).unwrap();
    }
}

#[track_caller]
fn assert_left_for_later(report: &Report, late: u64, reasons: &[&str], context: &str) {
    let told = (report.code, report.outcome(), report.count("failed"));
    assert_eq!(told, (Some(1), "done", late), "{context}: {report:#?}");
    let failed = report.items().iter().filter(|item| item["outcome"] == "failed");
    for item in failed {
        assert!(reasons.contains(&item["reason"].as_str().unwrap()), "{context}: {item:#?}");
    }
}

#[test]
fn sends_lines_once_though_their_write_is_taken_late() {
    let rows: [(Answer, &[&str]); 7] = [
        (Answer::Silence, &["unreachable"]),
        (Answer::Cut, &["unreachable"]),
        (Answer::Status(408), &["unreachable"]),
        (Answer::Status(500), &["unreachable"]),
        (Answer::Status(504), &["unreachable"]),
        (Answer::Page, &["bad-answer"]),
        (Answer::Yes, &["not-verified"]),
    ];
    thread::scope(|scope| {
        for (answer, reasons) in rows {
            scope.spawn(move || {
                let late = Late::start(Comments::Adds, answer, 2);
                let context = format!("{answer:?}");
                let report = late.bench.sync();
                assert_left_for_later(&report, 2, reasons, &context);
                assert_eq!(late.bench.in_ledger::<i64>("SELECT count(*) FROM intent"), 2, "{context}: stays begun");
                late.let_through();
                late.bench.assert_sound(&context);
                late.bench.sync_well();
                late.bench.assert_sound(&context);
                late.bench.assert_idle(&context);
                for id in FIRST..FIRST + CLIENTS {
                    let lines = late.bench.lines(id);
                    assert!(lines.contains(&"typed by Jo".to_owned()), "{context}: {lines:#?}");
                    assert!(lines.iter().any(|line| line.starts_with("Wipe - ")), "{context}: {lines:#?}");
                }
            });
        }
    });
}

/// If the write never arrives, the next pass sends the lines.
#[test]
fn sends_lines_with_the_next_pass_where_they_never_arrived() {
    let late = Late::start(Comments::Adds, Answer::Status(503), 2);
    assert_left_for_later(&late.bench.sync(), 2, &["unreachable"], "never");
    assert_eq!(late.bench.sync_well().count("sent"), 2);
    late.bench.assert_sound("never");
    late.bench.assert_idle("never");
}

/// A text that is set, not appended, may be sent again at once after a read.
#[test]
fn sets_texts_again_though_lines_have_to_wait() {
    let late = Late::start(Comments::Adds, Answer::Status(500), 1);
    let report = late.bench.sync();
    assert_left_for_later(&report, 1, &["unreachable"], "texts");
    let described = |id: i64| !late.bench.seen(id).description.is_empty();
    assert!((FIRST..FIRST + CLIENTS).all(described), "{report:#?}");
    let with_lines = (FIRST..FIRST + CLIENTS).filter(|id| late.bench.lines(*id).len() > 1).count();
    assert_eq!(with_lines, 5);
}

/// A tenant that is known to replace the comments gets the whole text again: it cannot be there twice.
#[test]
fn repeats_the_text_to_a_tenant_that_replaces() {
    let mut late = Late::start(Comments::Replaces, Answer::Status(500), 1);
    late.bench.set("sync", "comments", "\"full\"");
    assert_eq!(late.bench.sync_with(&["--inventory-id", "1"]).code, Some(7));
    let ledger = rusqlite::Connection::open(late.bench.ledger()).unwrap();
    let known = "INSERT INTO setting (name, value) VALUES ('comment semantics', 'replaces')";
    ledger.execute(known, []).unwrap();
    drop(ledger);
    assert_eq!(late.bench.sync_well().count("sent"), CLIENTS.cast_unsigned());
    late.let_through();
    late.bench.assert_sound("replaces");
    late.bench.assert_idle("replaces");
}

/// A write that was refused unread was not carried out: the lines are sent in the same pass.
#[test]
fn repeats_lines_that_were_refused_unread() {
    let bench = Bench::with_clients(3);
    let refused = Fault::new(When::Path("Inventories".to_owned()), Kind::status(429)).times(2);
    bench.sandbox.set_faults(vec![refused]);
    assert_eq!(bench.sync_well().count("sent"), 3);
    bench.assert_sound("refused before it was read");
}
