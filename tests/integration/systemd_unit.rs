//! A pass under the system call filter of the shipped systemd unit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::bench::{Bench, run};
use crate::traced_program::{has_strace, wrapped};

const UNIT: &str = include_str!("../../contrib/systemd/wipeos-iqr.service");

/// Sets of system calls that the unit names, as `systemd-analyze syscall-filter` prints them (systemd 252).
const SETS: &str = include_str!("../data/system_call_sets.txt");

/// Returns the system calls that the unit allows: its `SystemCallFilter=` lines, in their order.
fn allowed_calls() -> BTreeSet<&'static str> {
    let sets: BTreeMap<&str, Vec<&str>> =
        SETS.lines().map(|line| line.split_once(": ").unwrap()).map(|(set, calls)| (set, words(calls))).collect();
    let mut allowed = BTreeSet::new();
    for names in UNIT.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")) {
        let (is_denied, names) = names.strip_prefix('~').map_or((false, names), |names| (true, names));
        for call in words(names).into_iter().flat_map(|name| expanded(name, &sets)) {
            if is_denied {
                allowed.remove(call);
            } else {
                allowed.insert(call);
            }
        }
    }
    allowed
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn expanded<'a>(name: &'a str, sets: &BTreeMap<&str, Vec<&'a str>>) -> Vec<&'a str> {
    match sets.get(name) {
        Some(names) => names.iter().flat_map(|name| expanded(name, sets)).collect(),
        None => vec![name],
    }
}

/// Returns the system calls in a log of `strace -f`, each line `PID call(...`.
fn calls_in(log: &Path) -> BTreeSet<String> {
    let log = fs::read_to_string(log).unwrap();
    let call = |line: &str| {
        let call = line.split_once(' ')?.1.trim_start();
        let call = call.strip_prefix("<... ").unwrap_or(call);
        let end = call.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?;
        (end > 0).then(|| call[..end].to_owned())
    };
    log.lines().filter_map(call).collect()
}

#[test]
fn makes_no_system_call_that_the_unit_refuses() {
    if !has_strace() {
        return;
    }
    let allowed = allowed_calls();
    assert!(allowed.contains("recvfrom") && !allowed.contains("sched_setaffinity") && !allowed.contains("setuid"));
    let bench = Bench::with_clients(40);
    let log = bench.path("calls");
    let wrapper = ["strace", "-f", "-qq", "-o", log.to_str().unwrap(), "--"];
    let pass = run(wrapped(&bench, &wrapper, &["sync", "--json"]));
    assert_eq!(pass.code, Some(0), "{pass:#?}");
    assert!(pass.stdout.contains("\"sent\":40"), "{pass:#?}");
    let calls = calls_in(&log);
    assert!(calls.contains("sendto") || calls.contains("write"), "{calls:?}");
    let refused: Vec<&String> = calls.iter().filter(|call| !allowed.contains(call.as_str())).collect();
    assert_eq!(refused, [""; 0], "the unit's SystemCallFilter= refuses them");
}

/// A refused call fails like any other; without this line the kernel kills the pass.
#[test]
fn returns_an_error_for_a_system_call_the_unit_refuses() {
    assert!(UNIT.lines().any(|line| line == "SystemCallErrorNumber=EPERM"));
}
