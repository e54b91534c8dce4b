//! Tenants that take few requests at once, or none for a while (429): no client fails, nothing is lost or doubled.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use iqr_sandbox::{Asset, Comments, Options};

use crate::bench::{Bench, FIRST, Report, client};
use crate::fault_proxy::{Asked, FaultProxy, Reply, http, reach, reach_sandbox};

const RTT: Duration = Duration::from_millis(5);

fn limited(limit: usize, clients: i64, connections: usize) -> Bench {
    let options = Options { rtt: RTT, max_in_flight: Some(limit), ..Options::default() };
    Bench::with_options(options).and_clients(clients).with("iqr", "connections", &connections.to_string())
}

fn behind(clients: i64, manners: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> (Bench, FaultProxy) {
    let mut bench = Bench::with_clients(clients);
    let proxy = FaultProxy::start(bench.sandbox.address(), manners);
    reach(&mut bench, &proxy.url());
    (bench, proxy)
}

fn refusal() -> Reply {
    Reply::Keep(http(429, "", "Too many requests"))
}

/// Asserts that everything arrived with this pass, once, and that the session is ended.
#[track_caller]
fn assert_all_sent(bench: &Bench, report: &Report, clients: i64, context: &str) {
    let told = (report.code, report.outcome(), report.count("sent"), report.count("failed"), report.count("deferred"));
    assert_eq!(told, (Some(0), "done", clients.cast_unsigned(), 0, 0), "{context}: {report:#?}");
    bench.assert_signed_out(context);
    bench.assert_sound(context);
}

#[test]
fn sends_all_within_any_limit_of_the_tenant() {
    const CLIENTS: i64 = 60;
    for limit in [1, 2, 3, 6] {
        for connections in [4, 16] {
            let bench = limited(limit, CLIENTS, connections);
            let report = bench.sync();
            let context = format!("limit {limit}, {connections} connections");
            assert_all_sent(&bench, &report, CLIENTS, &context);
            let (refused, all) = (bench.sandbox.counters().turned_away, bench.sandbox.counters().requests);
            assert!(refused > 0 || connections <= limit, "{context}: the limit was never met");
            assert!(refused <= all / 4, "{context}: {refused} of {all} requests were refused");
            bench.sandbox.state().options.max_in_flight = None;
            bench.assert_idle(&context);
        }
    }
}

/// A tenant that refuses at once and counts those only that it serves.
#[test]
fn sends_all_where_the_tenant_counts_served_requests_only() {
    for limit in [1, 2, 5] {
        let busy = Arc::new(AtomicUsize::new(0));
        let (bench, _proxy) = behind(30, move |asked| {
            let deed = if busy.fetch_add(1, Ordering::SeqCst) < limit {
                thread::sleep(RTT);
                Reply::Keep(asked.answer())
            } else {
                refusal()
            };
            busy.fetch_sub(1, Ordering::SeqCst);
            deed
        });
        let bench = bench.with("iqr", "connections", "8");
        assert_all_sent(&bench, &bench.sync(), 30, &format!("limit {limit}"));
    }
}

#[test]
fn shares_a_limit_among_many_appliances() {
    const CLIENTS: i64 = 10;
    let first = limited(8, CLIENTS, 4);
    let url = format!("{:?}", first.sandbox.url());
    let mut benches = vec![first];
    for appliance in 1..8 {
        let bench = Bench::empty().with("iqr", "signin_url", &url).with("iqr", "api_url", &url);
        for number in appliance * CLIENTS..(appliance + 1) * CLIENTS {
            benches[0].sandbox.state().add_asset(Asset::new(FIRST + number));
            bench.store().add(&client(number)).unwrap();
        }
        bench.write_key(&benches[0].sandbox.api_key());
        benches.push(bench);
    }
    // Two that create one item at the same moment make twins: IQR has no way to rule that out.
    for (item_number, maker) in [("OPTIPLEX 9010", "DELL"), ("CF-33-1", "PANASONIC")] {
        benches[0].sandbox.state().add_item(item_number, maker, "COMPUTER");
    }
    thread::scope(|scope| {
        let passes: Vec<_> = benches.iter().map(|bench| scope.spawn(|| bench.sync())).collect();
        for (number, pass) in passes.into_iter().enumerate() {
            let report = pass.join().unwrap();
            let told = (report.code, report.count("sent"), report.count("failed"));
            assert_eq!(told, (Some(0), CLIENTS.cast_unsigned(), 0), "appliance {number}: {report:#?}");
        }
    });
    assert!(benches[0].sandbox.counters().turned_away > 0, "the limit was never met");
    benches[0].assert_signed_out("many appliances");
    benches[0].assert_sound("many appliances");
}

#[test]
fn follows_a_limit_that_changes_in_mid_pass() {
    let busy = Arc::new(AtomicUsize::new(0));
    let (bench, _proxy) = behind(40, move |asked| {
        let limit = [8, 1, 4, 2][usize::try_from(asked.number / 40).unwrap() % 4];
        let deed = if busy.fetch_add(1, Ordering::SeqCst) < limit { Reply::Keep(asked.answer()) } else { refusal() };
        busy.fetch_sub(1, Ordering::SeqCst);
        deed
    });
    let bench = bench.with("iqr", "connections", "8");
    assert_all_sent(&bench, &bench.sync(), 40, "a limit that changes");
}

fn assert_ends_without_failures(served: u64, connections: u64) {
    const CLIENTS: i64 = 20;
    let (bench, proxy) = behind(CLIENTS, move |asked| {
        if asked.number <= served || asked.method == "DELETE" { Reply::Keep(asked.answer()) } else { refusal() }
    });
    let mut bench = bench.with("iqr", "connections", &connections.to_string());
    let report = bench.sync();
    let context = format!("all but {served} refused, {connections} connections");
    let told = (report.code, report.outcome(), report.count("failed"));
    assert_eq!(told, (Some(5), "aborted", 0), "{context}: {report:#?}");
    let most = served + 10 + 2 * connections + 1;
    assert!(proxy.requests() <= most, "{context}: {} requests", proxy.requests());
    assert_eq!(bench.in_ledger::<i64>("SELECT count(*) FROM problem"), 0, "{context}: no client is blamed");
    let status = bench.run(&["status"]);
    assert!(status.stdout.contains("takes no more requests for now"), "{context}: {status:#?}");
    reach_sandbox(&mut bench);
    let rest = bench.sync_well();
    let all = report.count("sent") + rest.count("sent") + rest.count("unchanged");
    assert_eq!(all, CLIENTS.cast_unsigned(), "{context}: {rest:#?}");
    bench.assert_sound(&context);
}

/// From the first request on, from the first after the sign-in, and in the middle of a pass.
#[test]
fn ends_pass_without_failures_where_all_is_refused() {
    thread::scope(|scope| {
        for (served, connections) in [(0, 4), (1, 1), (1, 4), (30, 1), (30, 4), (30, 16)] {
            scope.spawn(move || assert_ends_without_failures(served, connections));
        }
    });
}

#[test]
fn ends_pass_without_failures_where_writes_are_refused() {
    let (bench, _proxy) = behind(20, |asked| if asked.is_write() { refusal() } else { Reply::Keep(asked.answer()) });
    let mut bench = bench;
    let report = bench.sync();
    let told = (report.code, report.outcome(), report.count("failed"), report.count("sent"));
    assert_eq!(told, (Some(5), "aborted", 0, 0), "{report:#?}");
    reach_sandbox(&mut bench);
    assert_eq!(bench.sync_well().count("sent"), 20);
    bench.assert_sound("writes were refused");
}

/// Two in five requests are refused, some of them writes that were carried out nevertheless.
#[test]
fn doubles_nothing_if_a_refused_write_was_taken() {
    for (comments, mode) in [(Comments::Adds, "\"changed\""), (Comments::Replaces, "\"full\"")] {
        let (bench, _proxy) = behind(20, |asked| match asked.number % 5 {
            1 => refusal(),
            3 if asked.is_write() => {
                asked.answer();
                refusal()
            }
            _ => Reply::Keep(asked.answer()),
        });
        bench.set_comment_semantics(comments);
        let bench = bench.with("sync", "comments", mode);
        let report = bench.sync();
        assert_eq!((report.code, report.count("failed")), (Some(0), 0), "{comments:?}: {report:#?}");
        bench.assert_sound(&format!("{comments:?}"));
    }
}

#[test]
fn fails_only_the_asset_that_is_always_refused() {
    const POISONED: i64 = FIRST + 3;
    for connections in ["1", "4"] {
        let is_poisoned = |asked: &Asked| asked.target.contains(&POISONED.to_string());
        let (bench, proxy) =
            behind(8, move |asked| if is_poisoned(asked) { refusal() } else { Reply::Keep(asked.answer()) });
        let mut bench = bench.with("iqr", "connections", connections);
        let report = bench.sync();
        let told = (report.code, report.outcome(), report.count("sent"), report.count("failed"));
        assert_eq!(told, (Some(1), "done", 7, 1), "{connections}: {report:#?}");
        assert_eq!(report.fate(4), ("failed", Some("unreachable")), "{connections}: {report:#?}");
        assert!(report.message(4).contains("other requests go well"), "{report:#?}");
        assert!(proxy.requests() < 80, "{connections}: {} requests", proxy.requests());
        // If it is due alone, it is still distinguished from a fault of the tenant.
        let again = bench.sync_with(&["--retry"]);
        assert_eq!((again.code, again.count("failed")), (Some(1), 1), "{connections}: {again:#?}");
        reach_sandbox(&mut bench);
        assert_eq!(bench.sync_with(&["--retry"]).count("sent"), 1);
    }
}

/// Every refusal has a `Retry-After`: it is respected, and repeated only until the limit is learned.
#[test]
fn learns_and_keeps_limits_with_retry_after() {
    thread::scope(|scope| {
        for (limit, connections, headers) in [
            (1, "16", "Retry-After: 0\r\n"),
            (3, "8", "Retry-After: 0\r\n"),
            (1, "8", "Retry-After: 1\r\n"),
            (3, "16", "Retry-After: 1\r\n"),
            (2, "4", "Retry-After: 6\r\n"),
        ] {
            scope.spawn(move || {
                let busy = AtomicUsize::new(0);
                let refused = Arc::new(AtomicUsize::new(0));
                let count = Arc::clone(&refused);
                let (bench, _proxy) = behind(30, move |asked| {
                    let is_served = busy.fetch_add(1, Ordering::SeqCst) < limit || asked.method == "DELETE";
                    let deed = if is_served {
                        thread::sleep(RTT);
                        Reply::Keep(asked.answer())
                    } else {
                        count.fetch_add(1, Ordering::SeqCst);
                        Reply::Keep(http(429, headers, ""))
                    };
                    busy.fetch_sub(1, Ordering::SeqCst);
                    deed
                });
                let bench = bench.with("iqr", "connections", connections);
                let context = format!("limit {limit}, {connections} connections, {headers}");
                assert_all_sent(&bench, &bench.sync(), 30, &context);
                let refused = refused.load(Ordering::SeqCst);
                assert!(refused <= 40, "{context}: {refused} refused");
            });
        }
    });
}

/// A single wait longer than the grace period, around a read that determines the outcome of a write.
#[test]
fn waits_for_read_back_as_long_as_the_pass_has_time() {
    for status in [429, 503] {
        let (bench, _proxy) = behind(3, move |asked| match asked.number {
            8 => Reply::Keep(http(status, "Retry-After: 6\r\n", "")),
            _ => Reply::Keep(asked.answer()),
        });
        let bench = bench.with("iqr", "connections", "1");
        assert_all_sent(&bench, &bench.sync(), 3, &format!("{status}"));
    }
}

/// A pass makes few requests of any kind, whatever the tenant refuses.
#[test]
fn retries_a_refused_sign_out_a_few_times() {
    for headers in ["", "Retry-After: 0\r\n", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"] {
        let sign_outs = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sign_outs);
        let (bench, _proxy) = behind(2, move |asked| {
            if asked.method == "DELETE" {
                count.fetch_add(1, Ordering::SeqCst);
                return Reply::Keep(http(429, headers, ""));
            }
            Reply::Keep(asked.answer())
        });
        assert_eq!(bench.sync().count("sent"), 2);
        assert!(sign_outs.load(Ordering::SeqCst) <= 4, "{headers:?}: {sign_outs:?}");
    }
}

#[test]
fn retries_refused_session_calls() {
    let refused = AtomicUsize::new(0);
    let (bench, _proxy) = behind(3, move |asked| {
        if asked.is_session() && refused.fetch_add(1, Ordering::SeqCst) % 4 < 3 {
            refusal()
        } else {
            Reply::Keep(asked.answer())
        }
    });
    assert_all_sent(&bench, &bench.sync(), 3, "three in four session calls are refused");
}

/// A limit that a pass found is the start of the next one, for an hour.
#[test]
fn remembers_the_found_limit_for_an_hour() {
    const CLIENTS: i64 = 40;
    let bench = limited(2, CLIENTS, 16);
    bench.sync_well();
    let known: i64 = bench.in_ledger("SELECT value FROM setting WHERE name = 'requests in flight'");
    assert!((1..=3).contains(&known), "{known}");
    let refused_by = |context: &str| {
        let before = bench.sandbox.counters().turned_away;
        let later = format!("2024-05-0{}", context.len());
        bench.store().connection().execute("UPDATE client SET memory_bytes = memory_bytes + (1 << 30)", []).unwrap();
        bench.store().connection().execute("UPDATE client SET updated_at = ?1", [later]).unwrap();
        assert_eq!(bench.sync_well().count("sent"), CLIENTS.cast_unsigned(), "{context}");
        bench.sandbox.counters().turned_away - before
    };
    let soon = refused_by("soon");
    let ledger = rusqlite::Connection::open(bench.ledger()).unwrap();
    let earlier = "UPDATE setting SET value = value - 3600000 WHERE name = 'requests in flight found at'";
    assert_eq!(ledger.execute(earlier, []).unwrap(), 1);
    drop(ledger);
    // Fifteen of the first sixteen are refused again.
    let later = refused_by("later");
    assert!(later > soon && later >= 8, "{soon} soon after, {later} later");
}
