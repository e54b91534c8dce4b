//! Transient faults: of 200 due assets at most 5 are left for a later pass. If IQR appends to the comments, or is not
//! known to replace them, the clients whose write was struck are left besides: their lines may still arrive.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use iqr_sandbox::store::{Journal, Store};
use iqr_sandbox::{Comments, Options};

use crate::bench::{Bench, FIRST, Report};
use crate::fault_proxy::{Asked, FaultProxy, Reply, http, reach, reach_sandbox};

const CLIENTS: i64 = 200;
const MAX_LEFT: i64 = 5;

fn arrived(bench: &Bench) -> i64 {
    let there = |id: &i64| bench.seen(*id).item_number != "TBD API";
    i64::try_from((FIRST..FIRST + CLIENTS).filter(there).count()).unwrap()
}

impl Bench {
    /// Sets the semantics of comments of the tenant and in the ledger.
    fn knowing(self, comments: Comments) -> Self {
        let (mode, known) = match comments {
            Comments::Adds => ("\"changed\"", "adds"),
            Comments::Replaces => ("\"full\"", "replaces"),
        };
        self.set_comment_semantics(comments);
        let bench = self.with("sync", "comments", mode);
        // It meets the tenant, and asks it nothing.
        assert_eq!(bench.sync_with(&["--inventory-id", "1"]).code, Some(7));
        let ledger = rusqlite::Connection::open(bench.ledger()).unwrap();
        let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES ('comment semantics', ?1)";
        ledger.execute(sql, [known]).unwrap();
        bench
    }
}

/// Asserts that nearly all arrive by a pass with the fault, all by one without, nothing twice, and no client is
/// delayed.
#[track_caller]
fn assert_few_are_left(mut bench: Bench, report: &Report, most: i64, context: &str) {
    let done = i64::try_from(report.count("sent") + report.count("unchanged")).unwrap();
    assert!(done >= CLIENTS - most, "{context}: only {done} of {CLIENTS}: {}", report.stderr);
    assert!(arrived(&bench) >= done, "{context}: more was reported than is there");
    reach_sandbox(&mut bench);
    bench.sync_well();
    assert_eq!(arrived(&bench), CLIENTS, "{context}");
    bench.assert_sound(context);
    bench.assert_idle(context);
}

fn behind(manners: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> (Bench, FaultProxy) {
    let mut bench = Bench::with_clients(CLIENTS);
    let proxy = FaultProxy::start(bench.sandbox.address(), manners);
    reach(&mut bench, &proxy.url());
    (bench, proxy)
}

/// Strikes one request in twenty, on both kinds of tenant. The request takes effect if `is_taken` says so.
fn one_in_twenty(context: &str, is_taken: bool, bad: impl Fn(Vec<u8>) -> Reply + Copy + Send + Sync + 'static) {
    for comments in [Comments::Replaces, Comments::Adds] {
        one_in_twenty_at(comments, &format!("{context}, {comments:?}"), is_taken, bad);
    }
}

fn one_in_twenty_at(
    comments: Comments,
    context: &str,
    is_taken: bool,
    bad: impl Fn(Vec<u8>) -> Reply + Send + Sync + 'static,
) {
    let unsettled = Arc::new(AtomicI64::new(0));
    let struck = Arc::clone(&unsettled);
    let (bench, proxy) = behind(move |asked| {
        let is_struck = asked.number % 20 == 7;
        let may_arrive = comments == Comments::Adds && asked.target.contains("Inventories/Update");
        struck.fetch_add(i64::from(is_struck && !is_taken && may_arrive), Ordering::SeqCst);
        let answer = if is_taken || !is_struck { asked.answer() } else { http(200, "", "{\"inventoryid\":") };
        if is_struck { bad(answer) } else { Reply::Keep(answer) }
    });
    let bench = bench.knowing(comments);
    let report = bench.sync();
    assert!(proxy.requests() > 800, "{context}: {} requests", proxy.requests());
    assert_few_are_left(bench, &report, MAX_LEFT + unsettled.load(Ordering::SeqCst), context);
}

fn half(mut answer: Vec<u8>) -> Vec<u8> {
    answer.truncate(answer.len() / 2);
    answer
}

#[test]
fn leaves_few_after_one_bad_status_in_twenty() {
    for (status, headers) in [(500, ""), (502, ""), (503, ""), (429, "Retry-After: 0\r\n"), (408, "")] {
        one_in_twenty(&format!("{status} and not taken"), false, move |_| Reply::Keep(http(status, headers, "")));
    }
    one_in_twenty("500 though it was taken", true, |_| Reply::Keep(http(500, "", "")));
}

#[test]
fn leaves_few_after_one_invalid_answer_in_twenty() {
    one_in_twenty("a page", false, |_| Reply::Keep(http(200, "", "<html>Sign in</html>")));
    one_in_twenty("half an object", false, Reply::Keep);
    one_in_twenty("half an answer", true, |answer| Reply::Close(half(answer)));
    one_in_twenty("a login page", false, |_| Reply::Keep(http(302, "Location: /login\r\n", "")));
}

#[test]
fn leaves_few_after_one_closed_connection_in_twenty() {
    one_in_twenty("closed before", false, |_| Reply::Close(Vec::new()));
    one_in_twenty("closed after", true, |_| Reply::Close(Vec::new()));
    // The client learns of it only when it uses the connection again.
    one_in_twenty("closed behind a good answer", true, Reply::Close);
}

#[test]
fn leaves_none_if_the_server_closes_after_every_answer() {
    let (bench, _proxy) = behind(|asked| Reply::Close(asked.answer()));
    let report = bench.sync();
    assert_few_are_left(bench, &report, MAX_LEFT, "closed behind every answer");
}

#[test]
fn leaves_few_after_sessions_that_end_in_mid_pass() {
    for status in [401, 403, 404] {
        let options = Options { session_calls: Some(90), expired_status: status, ..Options::default() };
        let bench = Bench::with_options(options).and_clients(CLIENTS);
        let report = bench.sync();
        bench.sandbox.state().options.session_calls = None;
        assert_few_are_left(bench, &report, MAX_LEFT, &format!("a session ends after 90 calls with {status}"));
    }
}

/// WipeOS locks its database again and again, each time for less than the pass may last.
#[test]
fn leaves_few_while_the_store_is_locked() {
    for (journal, begin) in [(Journal::Delete, "BEGIN EXCLUSIVE"), (Journal::Wal, "BEGIN IMMEDIATE")] {
        let bench = Bench::with_clients(CLIENTS);
        bench.store().connection().pragma_update(None, "journal_mode", name(journal)).unwrap();
        let writer = Store::open(&bench.database()).unwrap();
        let (done, is_done) = mpsc::channel::<()>();
        let report = std::thread::scope(|scope| {
            scope.spawn(move || {
                let again = || is_done.recv_timeout(Duration::from_millis(20)) == Err(mpsc::RecvTimeoutError::Timeout);
                while again() {
                    writer.connection().execute_batch(begin).unwrap();
                    _ = is_done.recv_timeout(Duration::from_millis(300));
                    writer.connection().execute_batch("COMMIT").unwrap();
                }
            });
            let report = bench.sync();
            drop(done);
            report
        });
        assert_few_are_left(bench, &report, MAX_LEFT, begin);
    }
}

fn name(journal: Journal) -> &'static str {
    match journal {
        Journal::Wal => "wal",
        Journal::Delete => "delete",
    }
}
