//! Tests with as much as the store lets through: nothing may cost the square of it.

use std::time::Duration;

use super::*;
use crate::clock::testing::{cpu_time, cpu_time_since};
use crate::model::Slot;

/// The number of rows of one table that a client may have.
const MAX_ROWS: i64 = 20_000;

/// The time that a test may take. The tests are not optimized, and share the machine with others; an algorithm that
/// costs the square takes minutes.
const MAX_TIME: Duration = Duration::from_secs(10);

/// The length of a long value, in bytes: a good part of the longest one.
const LONG_VALUE_BYTES: usize = 1 << 17;

fn map_in_time(machine: &Machine, what: &str) -> crate::model::AssetUpdate {
    let started = cpu_time();
    let update = map(machine, &rules());
    let took = cpu_time_since(started);
    assert!(took < MAX_TIME, "{what}: {took:?}");
    update
}

#[test]
fn maps_many_rows_of_each_table_in_a_moment() {
    let many = || 0..MAX_ROWS;
    let wipes = |result: &str| many().map(|id| wipe(id, result, None)).collect::<Vec<_>>();
    let tests: Vec<(String, &str)> = many().map(|number| (format!("Test {number}"), "pass")).collect();
    let tests: Vec<(&str, &str)> = tests.iter().map(|(name, result)| (name.as_str(), *result)).collect();
    let same: Vec<(&str, &str)> = many().map(|_| ("Fan: a", "loud")).collect();
    let logs = many().map(|id| log(id, "09:00", &[("Memory", "pass")])).collect();
    let machines = [
        (
            "drives",
            Machine {
                drives: many().map(|id| drive(&format!("S{id}"), vec![wipe(id, "pass", None)])).collect(),
                ..machine()
            },
        ),
        (
            "equal drives",
            Machine { drives: many().map(|_| drive("S1", vec![wipe(1, "fail", None)])).collect(), ..machine() },
        ),
        ("wipes", Machine { drives: vec![drive("S1", wipes("fail"))], ..machine() }),
        ("tests", Machine { diagnostics: vec![log(1, "09:00", &tests)], ..machine() }),
        ("equal tests", Machine { diagnostics: vec![log(1, "09:00", &same)], ..machine() }),
        ("logs", Machine { diagnostics: logs, ..machine() }),
        (
            "slots",
            Machine {
                slots: many().map(|number| Slot { name: format!("slot {number}"), value: text("x") }).collect(),
                ..machine()
            },
        ),
        (
            "batteries",
            Machine {
                batteries: many()
                    .map(|position| Battery { position, health_percent: Some(80), cycles: None })
                    .collect(),
                ..machine()
            },
        ),
    ];
    for (what, machine) in machines {
        map_in_time(&machine, what);
        let started = cpu_time();
        for drive in machine.drives.iter().take(3) {
            drop(WipeHistory::from_wipes(&drive.wipes, &machine));
        }
        let identity = || Identity::from_machine(&machine, &rules());
        drop(identity().contradiction(&identity()));
        assert!(cpu_time_since(started) < MAX_TIME, "{what}");
    }
}

#[test]
fn numbers_many_lines_of_one_name_in_a_row() {
    let drives = (0..MAX_ROWS).map(|_| drive("S1", vec![wipe(1, "fail", None)])).collect();
    let lines = map_in_time(&Machine { drives, ..machine() }, "equal drives").comments;
    let names: std::collections::HashSet<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names.len(), usize::try_from(MAX_ROWS).unwrap());
    assert_eq!((lines[0].name.as_str(), lines[1].name.as_str()), ("Wipe - S1 drive 0", "Wipe - S1 drive 0 2"));
    assert_eq!(lines.last().unwrap().name, format!("Wipe - S1 drive 0 {MAX_ROWS}"));
}

#[test]
fn maps_the_longest_values_in_a_moment() {
    for part in ["A ", "((", "1.", "\u{200b}", "Intel(R) ", "pass "] {
        let machine = super::hostile::filled_with(&part.repeat(LONG_VALUE_BYTES / part.len()));
        map_in_time(&machine, part);
    }
}
