//! Two appliances on one asset: each knows only its own store and ledger.

use std::thread;

use iqr_sandbox::store::Log;
use iqr_sandbox::{Asset, Comments};

use crate::bench::{Bench, FIRST, client};

/// Creates two benches on the sandbox of the first; the second knows other tests of the same machine.
fn appliances(semantics: Comments, mode: &str, tests: [&[(&str, &str)]; 2]) -> [Bench; 2] {
    let here = Bench::empty().with("sync", "comments", mode);
    here.set_comment_semantics(semantics);
    let url = format!("{:?}", here.sandbox.url());
    let there =
        Bench::empty().with("sync", "comments", mode).with("iqr", "signin_url", &url).with("iqr", "api_url", &url);
    here.sandbox.state().add_asset(Asset::new(FIRST));
    here.sandbox.state().type_comment(FIRST, "typed by Jo");
    for (bench, tests) in [&here, &there].into_iter().zip(tests) {
        let machine = iqr_sandbox::store::Client { logs: vec![Log::of("2023-03-24 14:00:00", tests)], ..client(0) };
        bench.store().add(&machine).unwrap();
    }
    [here, there]
}

const WORLDS: [(Comments, &str); 2] = [(Comments::Adds, "\"changed\""), (Comments::Replaces, "\"full\"")];

#[test]
fn keeps_lines_of_two_appliances_once() {
    for (semantics, mode) in WORLDS {
        let tests: [&[_]; 2] = [&[("Memory", "PASS"), ("USB", "PASS")], &[("Ethernet", "PASS"), ("USB", "PASS")]];
        let [here, there] = appliances(semantics, mode, tests);
        for _ in 0..3 {
            here.sync_well();
            there.sync_well();
        }
        for line in ["typed by Jo", "Memory: PASS", "Ethernet: PASS", "USB: PASS"] {
            assert!(here.lines(FIRST).contains(&line.to_owned()), "{semantics:?}: {line}: {:#?}", here.lines(FIRST));
        }
        here.assert_sound("both have passed");
        let writes = here.writes(FIRST);
        for bench in [&here, &there] {
            bench.sync_with(&["--inventory-id", &FIRST.to_string()]);
        }
        assert_eq!(here.writes(FIRST), writes, "{semantics:?}: no ping-pong");
    }
}

#[test]
fn settles_two_appliances_that_disagree_on_a_test() {
    for (semantics, mode) in WORLDS {
        let [here, there] = appliances(semantics, mode, [&[("Memory", "PASS")], &[("Memory", "FAIL")]]);
        here.sync_well();
        there.sync_well();
        let (lines, writes) = (here.lines(FIRST), here.writes(FIRST));
        for _ in 0..3 {
            for bench in [&here, &there] {
                bench.sync_with(&["--inventory-id", &FIRST.to_string()]);
            }
        }
        assert_eq!((here.lines(FIRST), here.writes(FIRST)), (lines, writes), "{semantics:?}");
    }
}

#[test]
fn loses_no_line_to_simultaneous_passes_if_iqr_appends() {
    for _ in 0..5 {
        let tests: [&[_]; 2] = [&[("Memory", "PASS")], &[("Ethernet", "PASS")]];
        let [here, there] = appliances(Comments::Adds, "\"changed\"", tests);
        thread::scope(|scope| {
            for bench in [&here, &there] {
                scope.spawn(|| bench.sync());
            }
        });
        for bench in [&here, &there] {
            bench.sync_with(&["--retry"]);
        }
        for line in ["typed by Jo", "Memory: PASS", "Ethernet: PASS"] {
            assert!(here.lines(FIRST).contains(&line.to_owned()), "{line}: {:#?}", here.lines(FIRST));
        }
    }
}
