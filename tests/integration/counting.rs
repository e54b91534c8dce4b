//! The counting loop: for each kind of fault, let the Nth request of a small pass fail, N = 1, 2, 3 … until nothing fails
//! any more. Whatever failed, one clean pass later both sides are equal, and a further one asks nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use iqr_sandbox::{Body, Comments, Fault, Kind, When};

use crate::bench::{Bench, FIRST, PATIENCE, Seen};

const CLIENTS: i64 = 4;

/// Most requests of a pass that only one fault hits.
const MOST_REQUESTS: u64 = 60;

/// How a world differs from the default one.
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
        .with("iqr", "request_timeout", "\"1s\"")
        .with("sync", "comments", server.mode);
    bench.set_comment_semantics(server.comments);
    for id in FIRST..FIRST + CLIENTS {
        bench.sandbox.state().type_comment(id, "typed by Jo");
    }
    bench
}

type Assets = BTreeMap<i64, Seen>;

/// How the assets stand after a pass without a fault: it is the same for both servers.
static EXPECTED: LazyLock<Assets> = LazyLock::new(|| {
    let bench = bench(ADDS);
    bench.sync_well();
    bench.all_seen()
});

/// One fault at one place of one pass; says whether there was such a place.
fn strike(server: Server, name: &str, fault: Fault) -> bool {
    let context = format!("{name}: {fault:?}, {server:?}");
    let bench = bench(server);
    bench.sandbox.set_faults(vec![fault]);
    let first = bench.sync();
    let struck = bench.sandbox.counters().faults > 0;
    let hit_session = bench.sandbox.requests().iter().any(|request| request.faulted && request.is_session());
    bench.sandbox.set_faults(Vec::new());
    let second = bench.sync();
    let context = format!("{context}\nfirst {first:#?}\nsecond {second:#?}");
    let left = second.count("failed") + second.count("deferred");
    assert_eq!((second.code, left), (Some(0), 0), "one clean pass is enough: {context}");
    assert_eq!(bench.all_seen(), *EXPECTED, "{context}");
    bench.assert_sound(&context);
    bench.assert_idle(&context);
    // A sign-in whose answer was lost, a sign-out that only looked done: nobody can end such a session.
    let counters = bench.sandbox.counters();
    let left = counters.sessions_opened - counters.sessions_closed;
    assert!(left <= u64::from(hit_session), "a session was left open: {context}");
    struck
}

/// Every place in turn, before the request takes effect and after.
fn count(name: &str, kind: &Kind) {
    for server in [ADDS, REPLACES] {
        let places = (1..MOST_REQUESTS)
            .take_while(|nth| strike(server, name, Fault::new(When::Nth(*nth), kind.clone())))
            .count();
        assert!(places >= 17, "{name}: only {places} places were struck");
        // A read has no effect: only writes can go wrong after it.
        let write = || Fault::new(When::Method("POST".to_owned()), kind.clone()).after_commit().times(1);
        let places = (0..MOST_REQUESTS).take_while(|nth| strike(server, name, write().skip(*nth))).count();
        assert!(places >= 9, "{name}: only {places} writes were struck");
    }
}

macro_rules! counting_loop {
    ($($name:ident: $kind:expr;)*) => {$(
        #[test]
        fn $name() {
            count(stringify!($name), &$kind);
        }
    )*};
}

counting_loop! {
    an_inner_error_500: Kind::status(500);
    a_bad_gateway_502: Kind::status(502);
    an_outage_503: Kind::status(503);
    too_many_requests_429: Kind::retry_after(429, "0");
    a_request_timeout_408: Kind::status(408);
    a_bad_request_400: Kind::status(400);
    an_unknown_session_401: Kind::status(401);
    a_forbidden_403: Kind::status(403);
    a_missing_page_404: Kind::status(404);
    a_redirect_to_a_login_page: Kind::redirect("/login");
    a_reset: Kind::Reset;
    a_close: Kind::Close;
    a_body_that_is_cut: Kind::Cut;
    half_a_body_as_if_it_were_whole: Kind::Truncated;
    an_html_page_with_200: Kind::html_ok();
    an_empty_answer: Kind::Empty;
    no_content_204: Kind::no_content();
    an_answer_of_another_type: Kind::WrongType;
    another_asset_s_answer: Kind::OtherInventoryId;
    an_error_text_with_200: Kind::error_text();
    a_leaked_exception_with_200: Kind::dotnet_text();
    an_object_of_nothing: Kind::Status { code: 200, headers: Vec::new(), body: Body::Json("{}".to_owned()) };
    a_null: Kind::Status { code: 200, headers: Vec::new(), body: Body::Json("null".to_owned()) };
    silence: Kind::SilentHead(PATIENCE);
    silence_within_the_body: Kind::SilentBody(PATIENCE);
    a_write_that_looks_done_and_is_not: Kind::AsIs;
}

/// A wrong length leaves the connection unfit for the next request.
#[test]
fn a_wrong_content_length() {
    count("too long", &Kind::WrongLength(7));
    count("too short", &Kind::WrongLength(-7));
}

#[test]
fn a_session_that_expires_at_any_request_is_renewed_once_and_nothing_is_lost() {
    for status in [401, 404, 403] {
        for calls in 1..=18 {
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
fn a_slow_server_is_waited_for() {
    let bench = bench(ADDS);
    bench.sandbox.set_faults(vec![Fault::new(When::EveryNth(3), Kind::Delay(Duration::from_millis(100)))]);
    bench.sync_well();
    assert_eq!(bench.all_seen(), *EXPECTED);
}
