//! Passes of 20 clients that are killed with SIGKILL at each system call that counts, one call after another: a
//! counting loop like SQLite's, at the border of the kernel.
//!
//! strace counts by thread and by system call. So the main thread, which opens the ledger and records how far the pass
//! came, is struck on its own; then every thread together, over a ledger that is made already, so that the calls of the
//! thread that talks to IQR are counted from its first one.
//!
//! A usual run strikes a sample. `tests/kill_at_every_call.sh` strikes every call.

use std::collections::BTreeMap;

use iqr_sandbox::Comments;
use iqr_sandbox::iqmetrix::Options;
use iqr_sandbox::store::Log;

use crate::bench::{Bench, FIRST, LATER, Seen, run};
use crate::traced_program::{Threads, has_strace, traced, wants_every_place};

/// System calls that leave a trace: in IQR, in the ledger, in the lock.
const CALLS: [&str; 11] = [
    "socket",
    "connect",
    "sendto",
    "recvfrom",
    "shutdown",
    "pwrite64",
    "write",
    "fdatasync",
    "fsync",
    "unlink",
    "ftruncate",
];

/// Upper bound for the calls of one kind in one thread.
const MAX_CALLS: u64 = 5000;

#[derive(Debug, Clone, Copy)]
struct World {
    clients: i64,
    comments: Comments,
    mode: &'static str,
    /// Whether the clients were sent before, and have news.
    has_news: bool,
    /// Whether dates of theirs are looked up.
    looks_up: bool,
}

impl World {
    fn bench(self) -> Bench {
        let bench = if self.looks_up {
            let bench = Bench::empty().and_iqmetrix(Options::default()).and_phones(self.clients);
            bench.with("templates", "description", "\"{Model} {IMEI Purchase Date}\"")
        } else {
            Bench::with_clients(self.clients)
        };
        let bench = bench.with("sync", "comments", self.mode).with("iqr", "connections", "1");
        bench.set_comment_semantics(self.comments);
        for id in FIRST..FIRST + self.clients {
            bench.sandbox.state().type_comment(id, "typed by Jo");
        }
        if self.has_news {
            bench.sync_well();
            self.write_news(&bench);
        }
        bench
    }

    fn write_news(self, bench: &Bench) {
        let store = bench.store();
        store.connection().execute_batch("BEGIN").unwrap();
        for client in 1..=self.clients {
            store.add_log(client, &Log::of(LATER, &[("Motherboard", "FAIL")])).unwrap();
            store.edit(client, "memory_bytes", &(32_i64 << 30).to_string(), LATER).unwrap();
        }
        store.connection().execute_batch("COMMIT").unwrap();
    }

    fn expected(self) -> Assets {
        let bench = self.bench();
        bench.sync_well();
        bench.all_seen()
    }
}

type Assets = BTreeMap<i64, Seen>;

/// Kills one pass at the `nth` call of a kind; returns whether it came so far.
fn strike(world: World, expected: &Assets, threads: Threads, call: &str, nth: u64) -> bool {
    let bench = world.bench();
    let context = format!("killed at {call} number {nth} of {threads:?}, {world:?}");
    let killed = run(traced(&bench, threads, (call, &format!("signal=KILL:when={nth}")), &[], &["sync", "--json"]));
    assert!(matches!(killed.code, None | Some(0)), "{context}: {killed:#?}");
    let clean = bench.sync();
    let left = clean.count("failed") + clean.count("deferred") + clean.count("held");
    assert_eq!((clean.code, left), (Some(0), 0), "{context}: {clean:#?}");
    assert_eq!(bench.all_seen(), *expected, "{context}");
    bench.assert_sound(&context);
    assert_eq!(bench.in_ledger::<String>("PRAGMA integrity_check"), "ok", "{context}");
    assert_eq!(bench.in_ledger::<i64>("SELECT count(*) FROM intent"), 0, "{context}: a write is still open");
    bench.assert_idle(&context);
    if world.looks_up {
        let asked = bench.iqmetrix().requests();
        let batches = asked.iter().filter(|request| request.target.contains("/imei?")).count();
        assert!((1..=2).contains(&batches), "{context}: asked {batches} times");
    }
    killed.code.is_none()
}

/// Strikes each call in turn until a pass ends unharmed; returns how many there were.
fn strike_all(world: World, threads: Threads) -> u64 {
    let expected = world.expected();
    let count = |call| (1..MAX_CALLS).take_while(|nth| strike(world, &expected, threads, call, *nth)).count() as u64;
    CALLS.into_iter().map(count).sum()
}

/// Strikes a few calls of each kind, ever further apart; returns how many passes were killed.
fn strike_some(world: World, threads: Threads) -> u64 {
    let expected = world.expected();
    let places =
        |call| [2, 5, 14, 41].into_iter().take_while(|nth| strike(world, &expected, threads, call, *nth)).count();
    ["sendto", "pwrite64", "recvfrom", "fsync", "unlink", "write"].into_iter().map(|call| places(call) as u64).sum()
}

fn strike_world(comments: Comments, mode: &'static str, has_news: bool, at_least: u64) {
    strike_worlds(World { clients: 0, comments, mode, has_news, looks_up: false }, at_least);
}

fn strike_worlds(world: World, at_least: u64) {
    if !has_strace() {
        return;
    }
    let every = wants_every_place();
    let world = World { clients: if every { 20 } else { 6 }, ..world };
    let strike = if every { strike_all } else { strike_some };
    let struck = strike(world, Threads::Main) + strike(world, Threads::All);
    assert!(struck >= at_least, "{world:?}: only {struck} passes were killed");
}

#[test]
fn converges_after_kill_at_any_call_of_the_first_pass() {
    strike_world(Comments::Adds, "\"changed\"", false, 8);
}

#[test]
fn converges_after_kill_at_any_call_of_a_pass_with_news() {
    strike_world(Comments::Adds, "\"changed\"", true, 8);
}

#[test]
fn converges_after_kill_at_any_call_if_iqr_replaces() {
    strike_world(Comments::Replaces, "\"changed\"", false, 8);
}

#[test]
fn repeats_one_question_at_most_after_a_kill() {
    let world = World { clients: 0, comments: Comments::Adds, mode: "\"changed\"", has_news: false, looks_up: true };
    strike_worlds(world, 8);
}
