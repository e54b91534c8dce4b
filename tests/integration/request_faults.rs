//! A counting loop over requests: for each kind of fault, the Nth request of a small pass fails, N = 1, 2, 3 … until no
//! request fails any more. After each, one clean pass makes both sides equal, and a further one sends no request.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use iqr_sandbox::store::Log;
use iqr_sandbox::{Body, Comments, Fault, Kind, When};

use crate::bench::{Bench, FIRST, LATER, PATIENCE, Seen};

const CLIENTS: i64 = 3;

/// Upper bound for the requests of a pass that only one fault hits.
const MAX_REQUESTS: u64 = 60;

/// Number of places that are struck at once: most of the time the program waits.
const PARALLEL_STRIKES: usize = 4;

/// The settings in which a server differs from the default one.
#[derive(Debug, Clone, Copy)]
struct Server {
    comments: Comments,
    mode: &'static str,
}

const ADDS: Server = Server { comments: Comments::Adds, mode: "\"changed\"" };
const REPLACES: Server = Server { comments: Comments::Replaces, mode: "\"full\"" };

fn bench(server: Server) -> Bench {
    let bench = Bench::with_clients(CLIENTS)
        .with("iqr", "connections", "1")
        .with("iqr", "request_timeout", "\"400ms\"")
        .with("sync", "comments", server.mode);
    bench.set_comment_semantics(server.comments);
    for id in FIRST..FIRST + CLIENTS {
        bench.sandbox.state().type_comment(id, "typed by Jo");
    }
    bench
}

/// Creates a bench whose clients were sent and have news: a failed test and another size of memory.
fn bench_with_news(server: Server) -> Bench {
    let bench = bench(server);
    bench.sync_well();
    let store = bench.store();
    for client in 1..=CLIENTS {
        store.add_log(client, &Log::of(LATER, &[("Motherboard", "FAIL")])).unwrap();
        store.edit(client, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
    }
    bench
}

type Assets = BTreeMap<i64, Seen>;

/// Returns the assets after a pass without a fault.
fn undisturbed(bench: &Bench) -> Assets {
    bench.sync_well();
    bench.all_seen()
}

/// The same assets are expected of both servers.
static EXPECTED: LazyLock<Assets> = LazyLock::new(|| undisturbed(&bench(ADDS)));

/// Strikes one place of one pass; returns whether there was such a place.
fn strike(server: Server, name: &str, fault: Fault) -> bool {
    let context = format!("{name}: {fault:?}, {server:?}");
    strike_at(&bench(server), &EXPECTED, &context, fault)
}

/// Strikes the next pass of this bench.
fn strike_at(bench: &Bench, expected: &Assets, context: &str, fault: Fault) -> bool {
    let before = bench.sandbox.counters();
    bench.sandbox.state().forget_requests();
    bench.sandbox.set_faults(vec![fault]);
    let first = bench.sync();
    let struck = bench.sandbox.counters().faults > before.faults;
    let hit_session = bench.sandbox.requests().iter().any(|request| request.faulted && request.is_session());
    bench.sandbox.set_faults(Vec::new());
    let second = bench.sync();
    let context = format!("{context}\nfirst {first:#?}\nsecond {second:#?}");
    let left = second.count("failed") + second.count("deferred");
    assert_eq!((second.code, left), (Some(0), 0), "one clean pass is enough: {context}");
    assert_eq!(bench.all_seen(), *expected, "{context}");
    bench.assert_sound(&context);
    bench.assert_idle(&context);
    // A sign-in whose answer was lost, a sign-out that only looked done: no client can end such a session.
    let counters = bench.sandbox.counters();
    let left = counters.sessions_opened - counters.sessions_closed;
    assert!(left <= u64::from(hit_session), "a session was left open: {context}");
    struck
}

/// Strikes the places from `first` on, several at a time, until there is none; returns how many there were.
fn each_place(server: Server, name: &str, first: u64, fault: impl Fn(u64) -> Fault + Sync) -> usize {
    let mut places = 0;
    for start in (first..MAX_REQUESTS).step_by(PARALLEL_STRIKES) {
        let struck = thread::scope(|scope| {
            let strike = |place| strike(server, name, fault(place));
            let threads: Vec<_> =
                (start..start + PARALLEL_STRIKES as u64).map(|place| scope.spawn(move || strike(place))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|struck| *struck).count()
        });
        places += struck;
        if struck < PARALLEL_STRIKES {
            return places;
        }
    }
    panic!("{name}: there is no end of it")
}

/// Lets every request in turn fail before it takes effect.
fn before(server: Server, name: &str, kind: &Kind) {
    let places = each_place(server, name, 1, |nth| Fault::new(When::Nth(nth), kind.clone()));
    assert!(places >= 15, "{name}: only {places} places were struck");
}

/// Lets every write in turn take effect and its answer fail.
fn after(server: Server, name: &str, kind: &Kind) {
    let write = |skip| Fault::new(When::Method("POST".to_owned()), kind.clone()).after_commit().times(1).skip(skip);
    let places = each_place(server, name, 0, write);
    assert!(places >= 7, "{name}: only {places} writes were struck");
}

fn count(name: &str, kind: &Kind) {
    before(ADDS, name, kind);
    after(ADDS, name, kind);
    after(REPLACES, name, kind);
}

/// Counts refusals, by which IQR says that it ignored the request: there is no "after".
fn count_refusals(name: &str, kind: &Kind) {
    before(ADDS, name, kind);
    before(REPLACES, name, kind);
}

macro_rules! counting_loop {
    ($count:ident; $($name:ident: $kind:expr;)*) => {$(
        #[test]
        fn $name() {
            $count(stringify!($name), &$kind);
        }
    )*};
}

counting_loop! {
    count;
    recovers_from_inner_error_500: Kind::status(500);
    recovers_from_bad_gateway_502: Kind::status(502);
    recovers_from_outage_503: Kind::status(503);
    recovers_from_too_many_requests_429: Kind::retry_after(429, "0");
    recovers_from_request_timeout_408: Kind::status(408);
    recovers_from_bad_request_400: Kind::status(400);
    recovers_from_redirect_to_login_page: Kind::redirect("/login");
    recovers_from_connection_reset: Kind::Reset;
    recovers_from_connection_close: Kind::Close;
    recovers_from_cut_body: Kind::Cut;
    recovers_from_half_body_that_looks_whole: Kind::Truncated;
    recovers_from_html_page_with_200: Kind::html_ok();
    recovers_from_empty_answer: Kind::Empty;
    recovers_from_no_content_204: Kind::no_content();
    recovers_from_wrong_content_type: Kind::WrongType;
    recovers_from_answer_for_another_asset: Kind::OtherInventoryId;
    recovers_from_error_text_with_200: Kind::error_text();
    recovers_from_leaked_exception_with_200: Kind::dotnet_text();
    recovers_from_empty_json_object: Kind::Status { code: 200, headers: Vec::new(), body: Body::Json("{}".to_owned()) };
    recovers_from_json_null: Kind::Status { code: 200, headers: Vec::new(), body: Body::Json("null".to_owned()) };
    recovers_from_silence: Kind::SilentHead(PATIENCE);
    recovers_from_silence_within_body: Kind::SilentBody(PATIENCE);
    recovers_from_write_that_only_looks_done: Kind::AsIs;
}

counting_loop! {
    count_refusals;
    recovers_from_unknown_session_401: Kind::status(401);
    recovers_from_forbidden_403: Kind::status(403);
    recovers_from_missing_page_404: Kind::status(404);
}

#[test]
fn reads_before_repeating_a_write_answered_401() {
    for status in [401, 403, 404] {
        after(ADDS, "a refusal that is none", &Kind::status(status));
    }
}

/// News of assets that were sent before: old and new lines must be distinguished, whatever fails.
#[test]
fn sends_news_of_sent_clients_whatever_request_fails() {
    let kinds =
        [Kind::Reset, Kind::status(503), Kind::Truncated, Kind::AsIs, Kind::status(400), Kind::OtherInventoryId];
    for server in [ADDS, REPLACES] {
        let expected = undisturbed(&bench_with_news(server));
        thread::scope(|scope| {
            for kind in &kinds {
                scope.spawn(|| count_news(server, &expected, kind));
            }
        });
    }
}

fn count_news(server: Server, expected: &Assets, kind: &Kind) {
    let strike = |fault: Fault| {
        let context = format!("news: {fault:?}, {server:?}");
        strike_at(&bench_with_news(server), expected, &context, fault)
    };
    let every = || Fault::new(When::Always, kind.clone());
    let write = || Fault::new(When::Method("POST".to_owned()), kind.clone()).after_commit();
    let once = (0..MAX_REQUESTS).take_while(|nth| strike(every().skip(*nth).times(1))).count();
    let writes = (0..MAX_REQUESTS).take_while(|nth| strike(write().skip(*nth).times(1))).count();
    let from_there_on = (0..MAX_REQUESTS).step_by(2).take_while(|nth| strike(every().skip(*nth))).count();
    assert!(once >= 11 && writes >= 4 && from_there_on >= 5, "{kind:?}: {once}, {writes}, {from_there_on}");
}

/// A wrong length leaves the connection unfit for the next request.
#[test]
fn recovers_from_wrong_content_length() {
    count("too long", &Kind::WrongLength(7));
    count("too short", &Kind::WrongLength(-7));
}

#[test]
fn renews_session_once_if_it_expires_at_any_request() {
    for status in [401, 404, 403] {
        // A session that is good for one call can never write: a write is not repeated before a read.
        for calls in (2..=16).step_by(if status == 401 { 1 } else { 3 }) {
            let bench = bench(ADDS);
            let mut state = bench.sandbox.state();
            state.options.session_calls = Some(calls);
            state.options.expired_status = status;
            drop(state);
            let report = bench.sync();
            assert_eq!(report.count("sent"), CLIENTS as u64, "{status} after {calls} calls: {report:#?}");
            assert_eq!(bench.all_seen(), *EXPECTED, "{status} after {calls} calls");
            bench.assert_sound("an expired session");
        }
    }
}

#[test]
fn waits_for_a_slow_server() {
    let bench = bench(ADDS);
    bench
        .sandbox
        .set_faults(vec![Fault::new(When::EveryNth(3), Kind::Delay(Duration::from_millis(100))).after_commit()]);
    bench.sync_well();
    assert_eq!(bench.all_seen(), *EXPECTED);
}
