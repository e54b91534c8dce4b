//! The state of the appliance in one sentence.

use std::collections::BTreeMap;

use super::obstacle::Obstacle;
use super::state::Status;
use crate::ledger::Problem;
use crate::model::Timestamp;
use crate::output;

/// Whether a person has to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// No person has to do anything.
    Well,
    /// Whoever corrects records in WipeOS or IQR has to act.
    Waiting,
    /// Whoever looks after the appliance has to act.
    Attention,
}

/// The state of the appliance and the sentence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Health {
    pub level: Level,
    pub sentence: String,
}

impl Health {
    pub(super) fn evaluate(status: &Status, now: Timestamp) -> Self {
        match (attention(status, now), backlog(status, now)) {
            (Some(attention), None) => Self { level: Level::Attention, sentence: attention },
            (Some(attention), Some(backlog)) => {
                Self { level: Level::Attention, sentence: format!("{attention} {backlog}") }
            }
            (None, Some(backlog)) => Self { level: Level::Waiting, sentence: backlog },
            (None, None) => Self::from_waiting(status),
        }
    }

    /// Reports machines that are held, and assets that show what another machine sent: they wait for a person.
    fn from_waiting(status: &Status) -> Self {
        let attentions = status.left_behind.iter().filter(|notice| notice.is_attention).count() as u64;
        let waiting = [(status.held().count() as u64, "machine", "machines"), (attentions, "asset", "assets")];
        let waiting: Vec<String> = waiting
            .into_iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, one, many)| output::count(number, &format!("{one} waits"), &format!("{many} wait")))
            .collect();
        if waiting.is_empty() {
            return Self { level: Level::Well, sentence: "All is well.".to_owned() };
        }
        let sentence = format!("The passes are well; {} for a person.", waiting.join(" and "));
        Self { level: Level::Waiting, sentence }
    }
}

/// Returns the gravest problem.
fn attention(status: &Status, now: Timestamp) -> Option<String> {
    let obstacle = Obstacle::find(status, now);
    let grave = obstacle.filter(Obstacle::is_grave);
    let what = match grave {
        Some(obstacle) => obstacle.sentence(now),
        None if status.store.is_none() => "the WipeOS database cannot be read".to_owned(),
        None => status.missing_slot().map(str::to_owned).or_else(|| failing(status))?,
    };
    let end = if what.ends_with('?') { "" } else { "." };
    Some(format!("Needs attention: {what}{end}"))
}

fn failing(status: &Status) -> Option<String> {
    let failing: Vec<&Problem> = status.failing().collect();
    let number = output::count(failing.len() as u64, "machine fails", "machines fail");
    (!failing.is_empty()).then(|| format!("{number}: {}", by_reason(&failing)))
}

/// Reports passes that are well and have more to do than they have time for.
fn backlog(status: &Status, now: Timestamp) -> Option<String> {
    let obstacle = Obstacle::find(status, now)?;
    let reason = obstacle.reason()?;
    Some(format!("There is a backlog ({reason}): {}.", obstacle.sentence(now)))
}

fn by_reason(problems: &[&Problem]) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for problem in problems {
        *counts.entry(problem.reason.code()).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(reason, number)| format!("{number} {reason}")).collect();
    counts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::status::state::StoreStatus;
    use crate::ledger::{Heartbeat, Pass, PassTotals};
    use crate::model::{ClientId, RecordedReason};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_millis(1_700_000_000_000).plus_seconds(seconds)
    }

    /// Returns the status of an appliance whose newest pass ended well at second 0.
    fn well() -> Status {
        Status {
            has_ledger: true,
            heartbeat: Some(Heartbeat { started_at: at(0), finished_at: at(0), last_good: Some(at(0)) }),
            store: Some(StoreStatus { due: 0, missing_indexes: Vec::new(), slot: None }),
            ..Status::default()
        }
    }

    fn problem(held: bool, reason: &str) -> Problem {
        Problem {
            client_id: ClientId(1),
            inventory_id: None,
            reason: RecordedReason::from_code(reason.to_owned(), held),
            message: String::new(),
            attempts: 1,
            since: at(0),
            next_try: None,
            fingerprint: None,
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
        Health::evaluate(status, at(seconds)).sentence
    }

    #[test]
    fn calls_an_appliance_well_while_its_passes_are() {
        assert_eq!(sentence(&well(), 120), "All is well.");
        let failing = Status { problems: vec![problem(false, "refused"), problem(true, "x")], ..well() };
        assert_eq!(sentence(&failing, 120), "Needs attention: 1 machine fails: 1 refused.");
    }

    #[test]
    fn raises_no_alarm_for_held_machines() {
        let status = Status { problems: vec![problem(true, "serial-mismatch")], ..well() };
        let health = Health::evaluate(&status, at(120));
        assert_eq!(health.level, Level::Waiting);
        assert_eq!(health.sentence, "The passes are well; 1 machine waits for a person.");
    }

    #[test]
    fn forgives_an_early_end_after_the_next_good_pass() {
        let before = Status { passes: vec![ended_early(-120)], ..well() };
        assert_eq!(sentence(&before, 120), "All is well.");
        let after = Status { passes: vec![ended_early(120)], ..well() };
        let shown = sentence(&after, 130);
        assert_eq!(shown, "Needs attention: the last pass was ended early (2023-11-14 22:15): IQR cannot be reached.");
    }

    #[test]
    fn demands_attention_where_passes_stay_away() {
        assert_eq!(
            sentence(&well(), 31 * 60),
            "Needs attention: the last good pass was 31 min ago; look whether the timer, or cron, runs."
        );
        assert_eq!(
            sentence(&Status::default(), 0),
            "Needs attention: no pass was made yet; switch the timer, or the cron line, on."
        );
        let blind = Status { store: None, ..well() };
        assert_eq!(sentence(&blind, 60), "Needs attention: the WipeOS database cannot be read.");
    }
}
