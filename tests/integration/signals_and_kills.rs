//! Passes that are ended from outside: by SIGINT and SIGTERM, and by SIGKILL at any moment.

use std::time::{Duration, Instant};

use iqr_sandbox::rng::Rng;
use iqr_sandbox::store::{Client, Log};
use iqr_sandbox::{Asset, Comments, Options};
use rustix::process::Signal;

use crate::bench::{Bench, FIRST, PATIENCE, Report, Running, client};

const CLIENTS: i64 = 12;

/// Waits until the pass has sent its first clients.
fn until_some_are_sent(bench: &Bench, pass: &mut Running) {
    let started = Instant::now();
    let sent = || bench.all_seen().values().filter(|seen| seen.item_number != "TBD API").count();
    while sent() < 2 {
        assert!(!pass.has_ended() && started.elapsed() < PATIENCE, "the pass should be at work");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn ends_pass_in_order_on_sigint_and_sigterm() {
    for signal in [Signal::TERM, Signal::INT] {
        let options = Options { rtt: Duration::from_millis(30), ..Options::default() };
        let bench = Bench::with_options(options).and_clients(CLIENTS).with("iqr", "connections", "2");
        let mut pass = bench.spawn(&["sync", "--json"]);
        until_some_are_sent(&bench, &mut pass);
        pass.signal(signal);
        let report = Report::of(pass.finish());
        let context = format!("{signal:?}: {report:#?}");
        assert_eq!((report.code, report.outcome()), (Some(0), "aborted"), "{context}");
        let told: (String, String) = (
            bench.in_ledger("SELECT outcome FROM pass ORDER BY id DESC LIMIT 1"),
            bench.in_ledger("SELECT message FROM pass ORDER BY id DESC LIMIT 1"),
        );
        assert_eq!(told, ("aborted".to_owned(), "stopped by a signal".to_owned()), "{context}");
        assert!(report.count("sent") >= 1 && report.count("sent") < CLIENTS as u64, "{context}");
        bench.assert_signed_out(&context);

        bench.sandbox.state().options.rtt = Duration::ZERO;
        let next = bench.sync_well();
        let (sent, rest) = (report.count("sent"), next.count("sent") + next.count("unchanged"));
        assert_eq!(sent + rest, CLIENTS as u64, "{context}, then {next:#?}");
        bench.assert_sound(&context);
        bench.assert_signed_out(&context);
        bench.assert_idle(&context);
    }
}

/// The signal comes while the pass reads the begun writes of a killed one: that is no fault either.
#[test]
fn reports_no_failure_on_signal_during_recovery() {
    let options = Options { rtt: Duration::from_millis(30), ..Options::default() };
    let bench = Bench::with_options(options).and_clients(CLIENTS).with("iqr", "connections", "8");
    let mut pass = bench.spawn(&["sync"]);
    until_some_are_sent(&bench, &mut pass);
    pass.signal(Signal::KILL);
    pass.finish();
    assert!(bench.in_ledger::<i64>("SELECT count(*) FROM intent WHERE is_open") > 0);

    bench.sandbox.state().options.rtt = Duration::from_millis(300);
    // Requests of the killed pass may still come in.
    let sessions = bench.sandbox.counters().sessions_opened;
    let mut pass = bench.spawn(&["sync", "--json"]);
    let started = Instant::now();
    while bench.sandbox.counters().sessions_opened == sessions {
        assert!(!pass.has_ended() && started.elapsed() < PATIENCE, "the pass should open a session");
        std::thread::sleep(Duration::from_millis(1));
    }
    pass.signal(Signal::TERM);
    let report = Report::of(pass.finish());
    assert_eq!((report.code, report.outcome()), (Some(0), "aborted"), "{report:#?}");

    bench.sandbox.state().options.rtt = Duration::ZERO;
    bench.sync_well();
    bench.assert_sound("stopped while begun writes were settled");
    bench.assert_idle("stopped while begun writes were settled");
}

/// Edits the machines for a round: every round has news for every client, and every fourth a new machine.
fn news(bench: &Bench, round: i64) {
    let store = bench.store();
    let result = if round % 2 == 0 { "PASS" } else { "FAIL" };
    for client_id in 1..=4 {
        let at = format!("2024-05-{:02} {:02}:{client_id:02}:00", round / 24 + 1, round % 24);
        store.edit(client_id, "memory_bytes", &((round + 1) << 30).to_string(), &at).unwrap();
        store.add_log(client_id, &Log::of(&at, &[("Memory", result), ("Ethernet", "PASS")])).unwrap();
    }
    if round % 4 == 0 {
        let new = Client { model: Some(format!("OptiPlex {round}")), ..client(round + 10) };
        bench.add(&new, Asset::new(FIRST + round + 10));
    }
}

/// Asserts that every asset shows all news of a round.
fn assert_arrived(bench: &Bench, round: i64, context: &str) {
    let result = if round % 2 == 0 { "PASS" } else { "FAIL" };
    for id in FIRST..FIRST + 4 {
        let seen = bench.seen(id);
        assert!(seen.extended_description.contains(&format!("/{}GB/", round + 1)), "{context}: {seen:#?}");
        let memory = seen.comments.lines().rev().find(|line| line.starts_with("Memory: ")).unwrap();
        assert!(memory.starts_with(&format!("Memory: {result}")), "{context}: {seen:#?}");
        assert!(seen.comments.starts_with("typed by Jo\n"), "{context}: {seen:#?}");
        assert_ne!(seen.item_number, "TBD API", "{context}");
    }
    if round % 4 == 0 {
        assert_eq!(bench.seen(FIRST + round + 10).item_number, format!("OPTIPLEX {round}"), "{context}");
    }
}

/// Returns the number of rounds, from `$WIPEOS_TEST_KILLS`; the seed of each is in the message of a failure.
fn rounds() -> i64 {
    std::env::var("WIPEOS_TEST_KILLS").map_or(25, |text| text.parse().unwrap())
}

fn kill_at_random_moments(semantics: Comments, mode: &str, seed: u64) {
    let bench = Bench::with_clients(4).with("sync", "comments", mode);
    bench.set_comment_semantics(semantics);
    for id in FIRST..FIRST + 4 {
        bench.sandbox.state().type_comment(id, "typed by Jo");
    }
    let mut rng = Rng::new(seed);
    let mut usual = Duration::from_millis(60);
    for round in 0..rounds() {
        news(&bench, round);
        let micros = u64::try_from(usual.as_micros()).unwrap();
        let moment = Duration::from_micros(rng.below(micros + micros / 4));
        let pass = bench.spawn(&["sync"]);
        std::thread::sleep(moment);
        pass.signal(Signal::KILL);
        pass.finish();

        let context = format!("{semantics:?}, seed {seed}, round {round}, killed after {moment:?}");
        let started = Instant::now();
        let report = bench.sync();
        usual = (usual + started.elapsed()) / 2;
        assert_eq!(
            (report.code, report.count("held"), report.count("deferred")),
            (Some(0), 0, 0),
            "{context}: {report:#?}"
        );
        assert_arrived(&bench, round, &context);
        bench.assert_sound(&context);
        bench.assert_idle(&context);
    }
}

#[test]
fn converges_after_kill_at_any_moment_if_iqr_appends() {
    kill_at_random_moments(Comments::Adds, "\"changed\"", 0xADD5);
}

#[test]
fn converges_after_kill_at_any_moment_if_iqr_replaces() {
    kill_at_random_moments(Comments::Replaces, "\"full\"", 0x5EB1);
}

/// The worst place: the lines of people are gone from IQR, and the pass that removed them is dead.
#[test]
fn restores_lines_lost_by_a_killed_pass() {
    let bench = Bench::with_clients(1).with("iqr", "request_timeout", "\"20s\"");
    bench.set_comment_semantics(Comments::Replaces);
    bench.sandbox.state().type_comment(FIRST, "typed by Jo");
    let update = iqr_sandbox::When::Path("Inventories/Update".to_owned());
    let silence = iqr_sandbox::Kind::SilentHead(PATIENCE);
    bench.sandbox.set_faults(vec![iqr_sandbox::Fault::new(update, silence).after_commit().times(1)]);
    let pass = bench.spawn(&["sync"]);
    let started = Instant::now();
    while bench.writes(FIRST) == 0 {
        assert!(started.elapsed() < PATIENCE, "the pass should write");
        std::thread::sleep(Duration::from_millis(1));
    }
    pass.signal(Signal::KILL);
    pass.finish();
    assert!(!bench.lines(FIRST).contains(&"typed by Jo".to_owned()), "the lines are gone for now");
    bench.sync_well();
    assert!(bench.lines(FIRST).contains(&"typed by Jo".to_owned()), "{:#?}", bench.lines(FIRST));
    bench.assert_sound("after the restoration");
    bench.assert_idle("after the restoration");
}
