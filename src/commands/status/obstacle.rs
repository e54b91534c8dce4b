//! Why what is due was not sent by the last pass: what has no place among the problems of a client, because it is the
//! pass's.

use super::Status;
use super::advice::advice;
use crate::commands::page::{ago, minute};
use crate::ledger::Pass;
use crate::model::{Reason, Timestamp};
use crate::output;

/// A pass is made every two minutes: after so many seconds without a good one something is wrong.
const LATE: i64 = 1800;

/// What stands in the way of all that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// The ledger's place takes nothing: this is why.
    Place(String),
    /// The last pass is dated after now.
    Ahead(Timestamp),
    /// No pass was made yet; why that may be.
    NoPass(Option<String>),
    /// Something that concerns every client ended the last pass; where none was made for long since, why that may be.
    EndedEarly { at: Timestamp, why: String, silence: Option<String> },
    /// The last good pass was long ago; why that may be, and when a pass began that has not ended.
    Late { good: Timestamp, cause: Option<String>, begun: Option<Timestamp> },
    /// The run lock is held, by no pass that is known; by whom.
    Held(String),
    /// The time of the last pass was over before it came to the end.
    OutOfTime { at: Timestamp, left: u64 },
    /// The last pass that had something to do has not come to its end, or was killed.
    Unfinished(Timestamp),
}

impl Obstacle {
    /// The gravest one; `None` while the passes are well.
    pub(super) fn of(status: &Status, now: Timestamp) -> Option<Self> {
        if let Some(failure) = &status.failure {
            return Some(Self::ended_early(failure.at, &failure.why, None));
        }
        if let Some(why) = &status.ledger_place {
            return Some(Self::Place(why.clone()));
        }
        if let Some(ahead) = newest_time(status).filter(|at| at.seconds_since(now) > LATE) {
            return Some(Self::Ahead(ahead));
        }
        let cause = || status.holder.clone().or_else(|| status.suspicion.clone());
        let last_good = status.heartbeat.and_then(|beat| beat.last_good(now));
        if status.heartbeat.is_none() && status.passes.is_empty() {
            return Some(Self::NoPass(cause()));
        }
        let newest = status.passes.first();
        if let Some(pass) = newest.filter(|pass| pass.is_aborted() && last_good.is_none_or(|at| at < pass.started_at)) {
            let why = pass.message.as_deref().unwrap_or("no reason is known");
            let is_silent = newest_time(status).is_some_and(|newest| now.seconds_since(newest) > LATE);
            return Some(Self::ended_early(pass.started_at, why, is_silent.then(|| absence(cause()))));
        }
        let newest = newest.filter(|pass| is_newest(pass, status));
        if let Some(good) = last_good.filter(|good| now.seconds_since(*good) > LATE) {
            let begun = newest.filter(|pass| pass.finished_at.is_none()).map(|pass| pass.started_at);
            return Some(Self::Late { good, cause: cause(), begun });
        }
        newest.and_then(Self::of_pass).or_else(|| status.holder.clone().map(Self::Held))
    }

    fn ended_early(at: Timestamp, why: &str, silence: Option<String>) -> Self {
        // What is wrong in a config has a line for each.
        let lines: Vec<&str> = why.lines().map(str::trim).collect();
        Self::EndedEarly { at, why: lines.join(" ").trim_end_matches('.').to_owned(), silence }
    }

    fn of_pass(pass: &Pass) -> Option<Self> {
        match pass {
            Pass { finished_at: None, started_at, .. } => Some(Self::Unfinished(*started_at)),
            pass if pass.ran_out_of_time() => Some(Self::OutOfTime { at: pass.started_at, left: pass.totals.deferred }),
            _ => None,
        }
    }

    /// The code for scripts, where it is one of those of clients.
    pub(super) fn reason(&self) -> Option<Reason> {
        matches!(self, Self::OutOfTime { .. }).then_some(Reason::TimeBudget)
    }

    /// The line of the last pass says it, too.
    pub(super) fn is_told_by_pass(&self) -> bool {
        matches!(self, Self::EndedEarly { silence: None, .. } | Self::Unfinished(_))
    }

    /// The sentence behind its code, for a line that says nothing else.
    pub(super) fn told(&self, now: Timestamp) -> String {
        let code = self.reason().map(|reason| format!("{reason}: ")).unwrap_or_default();
        code + &self.sentence(now)
    }

    /// What to tell of it, with what to do.
    pub(super) fn sentence(&self, now: Timestamp) -> String {
        match self {
            Self::Place(why) => format!("no pass can record what it does: {why}"),
            Self::Ahead(at) => format!(
                "the last pass is dated {}, which is still to come; look at this machine's clock (timedatectl), the next \
                 pass puts it right",
                minute(*at)
            ),
            Self::NoPass(None) => "no pass was made yet; switch the timer, or the cron line, on".to_owned(),
            Self::NoPass(Some(cause)) => format!("no pass was made yet: {cause}"),
            Self::Held(who) => who.clone(),
            Self::EndedEarly { at, why, silence } => {
                let silence = silence.as_ref().map(|why| format!("; no pass was made since: {why}"));
                format!("the last pass was ended early ({}): {why}{}", minute(*at), silence.unwrap_or_default())
            }
            Self::Late { good, cause, begun } => {
                let why = match (cause, begun) {
                    (None, Some(begun)) => format!(
                        "one that began at {} has not come to its end; look into the system's log for what ends it \
                         (journalctl)",
                        minute(*begun)
                    ),
                    (cause, _) => absence(cause.clone()),
                };
                format!("the last good pass was {}; {why}", ago(*good, now))
            }
            Self::OutOfTime { at, left } => {
                let left = output::count(*left, "client", "clients");
                let advice = advice(Reason::TimeBudget.code()).unwrap_or_default();
                format!("the last pass ({}) ran out of time and left {left} for the next one; {advice}", minute(*at))
            }
            Self::Unfinished(at) => format!("a pass that began at {} is running, or was killed", minute(*at)),
        }
    }
}

/// Why no pass is made.
fn absence(cause: Option<String>) -> String {
    cause.unwrap_or_else(|| "look whether the timer, or cron, runs".to_owned())
}

fn newest_time(status: &Status) -> Option<Timestamp> {
    let beat = status.heartbeat.map(|beat| beat.started_at);
    beat.into_iter().chain(status.passes.first().map(|pass| pass.started_at)).max()
}

/// No pass came after it, not even one that had nothing to do.
fn is_newest(pass: &Pass, status: &Status) -> bool {
    status.heartbeat.is_none_or(|beat| beat.started_at <= pass.started_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Heartbeat, PassTotals};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_millis(1_700_000_000_000).plus_seconds(seconds)
    }

    /// After a pass that ended at second 0, with nothing said of it but this.
    fn after(pass: Pass, last_good: i64) -> Status {
        let beat = Heartbeat { started_at: at(0), finished_at: at(0), last_good: Some(at(last_good)) };
        Status { heartbeat: Some(beat), passes: vec![pass], ..Status::default() }
    }

    fn pass(outcome: &str, message: Option<&str>) -> Pass {
        Pass {
            started_at: at(0),
            finished_at: Some(at(0)),
            outcome: Some(outcome.to_owned()),
            message: message.map(str::to_owned),
            totals: PassTotals { deferred: 3, ..PassTotals::default() },
        }
    }

    #[test]
    fn a_pass_that_ran_out_of_time_is_told_until_the_next_one_is_made() {
        let status = after(pass("done", Some("it ran out of time")), 0);
        let told = Obstacle::of(&status, at(60)).unwrap();
        assert_eq!(
            (told.clone(), told.reason()),
            (Obstacle::OutOfTime { at: at(0), left: 3 }, Some(Reason::TimeBudget))
        );
        assert!(told.sentence(at(60)).contains("left 3 clients for the next one; "), "{}", told.sentence(at(60)));
        let beat = Heartbeat { started_at: at(120), finished_at: at(120), last_good: Some(at(120)) };
        assert_eq!(Obstacle::of(&Status { heartbeat: Some(beat), ..status }, at(130)), None);
    }

    #[test]
    fn what_a_limit_left_for_the_next_pass_is_in_nobody_s_way() {
        assert_eq!(Obstacle::of(&after(pass("done", None), 0), at(60)), None);
    }

    #[test]
    fn passes_that_fail_stay_away_or_do_not_end_are_in_the_way() {
        let early = after(pass("aborted", Some("IQR cannot be reached.")), -120);
        let told = Obstacle::of(&early, at(60)).unwrap().sentence(at(60));
        assert!(told.ends_with("): IQR cannot be reached"), "{told}");
        let silent = Obstacle::of(&early, at(LATE + 1)).unwrap().sentence(at(LATE + 1));
        assert!(silent.ends_with("cannot be reached; no pass was made since: look whether the timer, or cron, runs"));
        let late = Obstacle::of(&after(pass("done", None), 0), at(LATE + 1));
        assert_eq!(late, Some(Obstacle::Late { good: at(0), cause: None, begun: None }));
        let killed = Pass { finished_at: None, outcome: None, ..pass("", None) };
        assert_eq!(Obstacle::of(&after(killed, 0), at(60)), Some(Obstacle::Unfinished(at(0))));
        assert_eq!(Obstacle::of(&Status::default(), at(0)), Some(Obstacle::NoPass(None)));
        let full = || Some("the disk is full".to_owned());
        let told = Obstacle::of(&Status { ledger_place: full(), ..Status::default() }, at(0)).unwrap();
        assert_eq!(told.sentence(at(0)), "no pass can record what it does: the disk is full");
        let ahead = Obstacle::of(&after(pass("done", None), 0), at(-LATE - 1)).unwrap();
        assert!(ahead.sentence(at(-LATE - 1)).contains("which is still to come"));
    }
}
