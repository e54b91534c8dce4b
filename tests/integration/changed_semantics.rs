//! A tenant that appended to the comments and replaces them by now: an observation overrides what was learned.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use iqr_sandbox::Comments;
use iqr_sandbox::store::Log;
use rustix::process::Signal;

use crate::bench::{Bench, FIRST, LATER, PATIENCE};
use crate::fault_proxy::{Asked, FaultProxy, Reply, http, reach};

const CLIENTS: i64 = 8;
const TYPED: [&str; 3] = ["lid cracked", "Rack: 7", "sold to Jo, call first"];

/// Creates a bench whose ledger knows that the tenant appends; people have typed lines, and each client has news of its
/// tests.
fn bench() -> Bench {
    let bench = Bench::with_clients(CLIENTS).with("iqr", "connections", "4");
    for id in FIRST..FIRST + CLIENTS {
        bench.sandbox.state().type_comment(id, TYPED[0]);
    }
    bench.sync_well();
    assert_eq!(
        bench.in_ledger::<String>("SELECT value FROM setting WHERE name = 'comment semantics'"),
        "adds".to_owned()
    );
    for id in FIRST..FIRST + CLIENTS {
        TYPED[1..].iter().for_each(|line| bench.sandbox.state().type_comment(id, line));
    }
    for client in 1..=CLIENTS {
        bench.store().add_log(client, &Log::of(LATER, &[("Fan", "PASS")])).unwrap();
    }
    bench
}

#[track_caller]
fn assert_all_lines(bench: &Bench, context: &str) {
    bench.assert_sound(context);
    for id in FIRST..FIRST + CLIENTS {
        let lines = bench.lines(id);
        for line in TYPED.iter().chain(&["Fan: PASS"]) {
            assert!(lines.iter().any(|there| there == line), "{context}: {id} lacks {line:?}: {lines:#?}");
        }
    }
}

#[test]
fn keeps_lines_of_people_also_without_verification() {
    for verify in ["false", "true"] {
        let bench = bench().with("sync", "verify_writes", verify);
        bench.set_comment_semantics(Comments::Replaces);
        bench.sync_well();
        assert_all_lines(&bench, &format!("verify_writes = {verify}"));
    }
}

/// Kills a pass that knows that the tenant appends once its first write of comments is taken.
fn kill_in_a_write(bench: &mut Bench, proxy: &FaultProxy, is_taken: &mpsc::Receiver<()>) {
    // The ledger knows the tenant by its address.
    reach(bench, &proxy.url());
    let known = "INSERT OR REPLACE INTO setting (name, value) VALUES ('comment semantics', 'adds')";
    assert_eq!(bench.sync_with(&["--inventory-id", "1"]).code, Some(7));
    rusqlite::Connection::open(bench.ledger()).unwrap().execute(known, []).unwrap();
    let pass = bench.spawn(&["sync"]);
    is_taken.recv_timeout(PATIENCE).unwrap();
    pass.signal(Signal::KILL);
    pass.finish();
}

/// The write is taken, and the pass is killed before it has the answer.
#[test]
fn puts_lines_of_people_back_after_a_kill() {
    for after_kill in [Comments::Replaces, Comments::Adds] {
        let mut bench = bench();
        bench.set_comment_semantics(Comments::Replaces);
        let (taken, is_taken) = mpsc::channel();
        let is_first = Arc::new(AtomicBool::new(true));
        let proxy = FaultProxy::start(bench.sandbox.address(), move |asked| {
            let answer = asked.answer();
            if asked.has_comments() && is_first.swap(false, Ordering::SeqCst) {
                _ = taken.send(());
                return Reply::Silence;
            }
            Reply::Keep(answer)
        });
        kill_in_a_write(&mut bench, &proxy, &is_taken);
        // Back to adding, or not: the lines stand there once.
        bench.set_comment_semantics(after_kill);
        let context = format!("killed, then {after_kill:?}");
        bench.sync();
        bench.sync_well();
        assert_all_lines(&bench, &context);
        bench.assert_idle(&context);
    }
}

/// The tenant appends again, and takes the restored lines of the next pass late; until then it answers yes, or that it
/// cannot.
#[test]
fn puts_lines_back_once_though_they_are_taken_late() {
    for status in [200, 500] {
        let mut bench = bench().with("iqr", "connections", "1");
        bench.set_comment_semantics(Comments::Replaces);
        let (taken, is_taken) = mpsc::channel();
        let is_first = AtomicBool::new(true);
        let late = Arc::new(Mutex::new(Some(Vec::<Asked>::new())));
        let keep = Arc::clone(&late);
        let proxy = FaultProxy::start(bench.sandbox.address(), move |asked| {
            if asked.has_comments() && is_first.swap(false, Ordering::SeqCst) {
                asked.answer();
                _ = taken.send(());
                return Reply::Silence;
            }
            match keep.lock().unwrap().as_mut().filter(|_| asked.holds(TYPED[1])) {
                Some(kept) => {
                    kept.push(asked.clone());
                    Reply::Keep(http(status, "", "<string>1 row</string>"))
                }
                None => Reply::Keep(asked.answer()),
            }
        });
        kill_in_a_write(&mut bench, &proxy, &is_taken);
        bench.set_comment_semantics(Comments::Adds);
        let report = bench.sync();
        let kept = late.lock().unwrap().take().unwrap();
        assert_eq!((report.code, kept.len()), (Some(1), 1), "{status}: {report:#?}");
        for asked in kept {
            asked.answer();
        }
        let context = format!("answered {status}");
        bench.sync_well();
        assert_all_lines(&bench, &context);
        bench.assert_idle(&context);
    }
}
