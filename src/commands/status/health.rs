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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::status::StoreStatus;
    use crate::ledger::{Heartbeat, PassTotals};
    use crate::model::ClientId;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_millis(1_700_000_000_000).plus_seconds(seconds)
    }

    /// An appliance whose newest pass ended well at second 0.
    fn well() -> Status {
        Status {
            has_ledger: true,
            heartbeat: Some(Heartbeat { started_at: at(0), finished_at: at(0), last_good: Some(at(0)) }),
            store: Some(StoreStatus { due: 0, missing_indexes: Vec::new() }),
            ..Status::default()
        }
    }

    fn problem(held: bool, reason: &str) -> Problem {
        Problem {
            client_id: ClientId(1),
            inventory_id: None,
            held,
            reason: reason.to_owned(),
            message: String::new(),
            attempts: 1,
            since: at(0),
            next_try: None,
            seen: None,
        }
    }

    fn ended_early(seconds: i64) -> Pass {
        Pass {
            started_at: at(seconds),
            finished_at: Some(at(seconds)),
            outcome: Some("aborted".to_owned()),
            message: Some("IQR cannot be reached".to_owned()),
            totals: PassTotals::default(),
        }
    }

    fn sentence(status: &Status, seconds: i64) -> String {
        Health::of(status, at(seconds)).sentence
    }

    #[test]
    fn an_appliance_is_well_while_its_passes_are_and_nobody_fails() {
        assert_eq!(sentence(&well(), 120), "All is well.");
        let failing = Status { problems: vec![problem(false, "refused"), problem(true, "x")], ..well() };
        assert_eq!(sentence(&failing, 120), "Needs attention: 1 machine fails: 1 refused.");
    }

    #[test]
    fn held_machines_wait_for_a_person_and_are_no_alarm() {
        let status = Status { problems: vec![problem(true, "serial-mismatch")], ..well() };
        let health = Health::of(&status, at(120));
        assert_eq!(health.level, Level::Waiting);
        assert_eq!(health.sentence, "The passes are well; 1 machine waits for a person.");
    }

    #[test]
    fn a_pass_that_was_ended_early_is_forgiven_by_the_next_good_one() {
        let before = Status { passes: vec![ended_early(-120)], ..well() };
        assert_eq!(sentence(&before, 120), "All is well.");
        let after = Status { passes: vec![ended_early(120)], ..well() };
        let told = sentence(&after, 130);
        assert_eq!(told, "Needs attention: the last pass was ended early: IQR cannot be reached.");
    }

    #[test]
    fn an_appliance_whose_passes_stay_away_needs_attention() {
        assert_eq!(sentence(&well(), LATE + 60), "Needs attention: the last good pass was 31 min ago.");
        assert_eq!(sentence(&Status::default(), 0), "Needs attention: no pass was made yet.");
        let blind = Status { store: None, ..well() };
        assert_eq!(sentence(&blind, 60), "Needs attention: the WipeOS database cannot be read.");
    }
}
