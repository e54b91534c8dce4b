//! Passes that outlast a session of IQR: ten minutes, or here a second.

use std::time::{Duration, Instant};

use iqr_sandbox::Options;

use crate::bench::{Bench, Report, Run};

fn bench(clients: i64, lifetime: Duration, rtt: Duration) -> Bench {
    let options = Options { session_lifetime: lifetime, rtt, ..Options::default() };
    Bench::with_options(options).and_clients(clients).with("iqr", "connections", "2")
}

/// Returns how often a request was made with a session that had ended.
fn refused(bench: &Bench) -> usize {
    bench.sandbox.requests().iter().filter(|request| request.status == Some(401)).count()
}

/// Asserts that everything arrived in one pass, over several sessions, and that each was ended.
#[track_caller]
fn assert_renewed(bench: &Bench, report: &Report, clients: i64, took: Duration, lifetime: Duration) {
    assert_eq!((report.code, report.count("sent")), (Some(0), clients.unsigned_abs()), "{report:#?}");
    assert!(took > lifetime, "the pass was shorter than a session: {took:?}");
    let counters = bench.sandbox.counters();
    let most = 2 + 2 * took.as_millis() / lifetime.as_millis();
    let opened = u128::from(counters.sessions_opened);
    assert!(opened >= 2 && opened <= most, "{opened} sessions in {took:?}");
    bench.assert_sound("a long pass");
    bench.assert_idle("a long pass");
}

/// The tenant's sessions last longer than the config says, so that no request of a busy machine comes after their end.
#[test]
fn renews_the_session_of_a_long_pass_before_it_expires() {
    let configured = Duration::from_secs(3);
    let bench =
        bench(48, Duration::from_secs(60), Duration::from_millis(100)).with("iqr", "session_lifetime", "\"3s\"");
    let started = Instant::now();
    let report = bench.sync();
    let took = started.elapsed();
    assert_eq!(refused(&bench), 0, "it should be renewed before it ends");
    assert_renewed(&bench, &report, 48, took, configured);
    bench.assert_signed_out("a long pass");
}

/// The tenant's sessions are shorter than the config says.
#[test]
fn renews_a_session_each_time_it_ends_early() {
    let lifetime = Duration::from_secs(1);
    let bench = bench(24, lifetime, Duration::from_millis(50));
    let started = Instant::now();
    let report = bench.sync();
    let took = started.elapsed();
    assert!(refused(&bench) >= 1, "a session should have ended in mid-pass");
    assert_renewed(&bench, &report, 24, took, lifetime);
}

/// A real session of IQR and the defaults of the config: the test takes twelve minutes. Run it with `cargo test --test
/// integration -- --ignored longer_than_ten_minutes`.
#[test]
#[ignore = "takes twelve minutes"]
fn completes_a_pass_longer_than_ten_minutes() {
    let (clients, lifetime) = (170, Duration::from_secs(600));
    let bench = bench(clients, lifetime, Duration::from_secs(2));
    let bench = bench.with("sync", "time_budget", "\"30m\"");
    let started = Instant::now();
    let output = bench.command(&["sync", "--json"]).output().unwrap();
    let took = started.elapsed();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let report =
        Report::of(Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) });
    assert_eq!(refused(&bench), 0, "it should be renewed before it ends");
    assert_renewed(&bench, &report, clients, took, lifetime);
    bench.assert_signed_out("a pass of more than ten minutes");
}
