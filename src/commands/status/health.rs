//! The state of the appliance in one sentence.

use std::collections::BTreeMap;

use super::Status;
use crate::commands::page::ago;
use crate::ledger::{Pass, Problem};
use crate::model::Timestamp;
use crate::output;

/// A pass is made every two minutes: after so many seconds without a good one something is wrong.
const LATE: i64 = 1800;

/// Whether somebody has to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Nobody.
    Well,
    /// Whoever corrects records in WipeOS or IQR.
    Waiting,
    /// Whoever looks after the appliance.
    Attention,
}

/// How things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Health {
    pub level: Level,
    pub sentence: String,
}

impl Health {
    pub(super) fn of(status: &Status, now: Timestamp) -> Self {
        if let Some(sentence) = trouble(status, now) {
            return Self { level: Level::Attention, sentence: format!("Needs attention: {sentence}.") };
        }
        match status.held().count() as u64 {
            0 => Self { level: Level::Well, sentence: "All is well.".to_owned() },
            number => {
                let held = output::count(number, "machine waits", "machines wait");
                Self { level: Level::Waiting, sentence: format!("The passes are well; {held} for a person.") }
            }
        }
    }
}

/// What is wrong, the worst first.
fn trouble(status: &Status, now: Timestamp) -> Option<String> {
    let last_good = status.heartbeat.and_then(|beat| beat.last_good);
    if status.heartbeat.is_none() && status.passes.is_empty() {
        return Some("no pass was made yet".to_owned());
    }
    if let Some(pass) = status.passes.first().filter(|pass| is_newest_failure(pass, last_good)) {
        let why = pass.message.as_deref().unwrap_or("no reason is known");
        return Some(format!("the last pass was ended early: {}", why.trim_end_matches('.')));
    }
    if let Some(good) = last_good.filter(|good| now.seconds_since(*good) > LATE) {
        return Some(format!("the last good pass was {}", ago(good, now)));
    }
    if status.store.is_none() {
        return Some("the WipeOS database cannot be read".to_owned());
    }
    let failing: Vec<&Problem> = status.failing().collect();
    (!failing.is_empty()).then(|| {
        let number = output::count(failing.len() as u64, "machine fails", "machines fail");
        format!("{number}: {}", by_reason(&failing))
    })
}

/// No good pass came after it: also one that had nothing to do is one.
fn is_newest_failure(pass: &Pass, last_good: Option<Timestamp>) -> bool {
    let is_early = pass.finished_at.is_some() && pass.outcome.as_deref() != Some("done");
    is_early && last_good.is_none_or(|good| good < pass.started_at)
}

fn by_reason(problems: &[&Problem]) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for problem in problems {
        *counts.entry(&problem.reason).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(reason, number)| format!("{number} {reason}")).collect();
    counts.join(", ")
}
