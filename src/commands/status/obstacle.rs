//! Reasons why the last pass did not send what is due: they are not among the problems of a client, because they
//! concern the pass as a whole.

use super::advice::advice;
use super::asset_status::{Standing, State};
use super::state::Status;
use crate::commands::page::{ago, minute};
use crate::model::{Reason, Timestamp};
use crate::{escape, output};

/// The seconds without a good pass after which something is wrong: a pass is made every two minutes.
const MAX_SILENCE_SECS: i64 = 1800;

/// An obstacle to all that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// The ledger cannot be read, for this reason.
    Blind(String),
    /// The ledger's folder cannot be written, for this reason.
    Place(String),
    /// Another program holds the run lock; its name and process.
    Held(String, u32),
    /// A pass that began long ago still runs; its process, and since when.
    Hangs(u32, Timestamp),
    /// The last pass is dated after now.
    Ahead(Timestamp),
    /// A pass that began at `at` did not report its end; the last good pass ended at `good`.
    Lost { at: Timestamp, good: Option<Timestamp> },
    /// A problem that concerns every client ended the last pass; `silence` is the likely cause where none was made for
    /// long since.
    EndedEarly { at: Timestamp, why: String, silence: Option<String> },
    /// No pass was made yet, with the likely cause.
    NoPass(Option<String>),
    /// No pass over all clients came to a good end yet, with the likely cause.
    NoneGood(Option<String>),
    /// The last good pass was long ago, with the likely cause.
    Late { good: Timestamp, cause: Option<String> },
    /// The time of the last pass was over before it came to the end.
    OutOfTime { at: Timestamp, left: u64 },
    /// A pass runs; its process, where the system reports it, and its beginning, where that is known.
    Runs(Option<u32>, Option<Timestamp>),
}

impl Obstacle {
    /// Finds the gravest obstacle; `None` while the passes are well.
    pub(super) fn find(status: &Status, now: Timestamp) -> Option<Self> {
        if let Some(failure) = &status.failure {
            return Some(Self::ended_early(failure.at, &failure.why, None));
        }
        if let Some(why) = &status.blindness {
            return Some(Self::Blind(why.clone()));
        }
        if let Some(why) = &status.ledger_place {
            return Some(Self::Place(why.clone()));
        }
        Self::find_at_lock(status, now)
            .or_else(|| Self::find_in_passes(status, now))
            .or_else(|| Self::find_running_pass(status))
    }

    /// Finds the process that keeps all passes away.
    fn find_at_lock(status: &Status, now: Timestamp) -> Option<Self> {
        let holder = status.holder.as_ref()?;
        if !holder.is_pass() {
            return Some(Self::Held(holder.program.clone(), holder.process));
        }
        let since = status.begun.filter(|begun| now.seconds_since(*begun) > MAX_SILENCE_SECS)?;
        Some(Self::Hangs(holder.process, since))
    }

    fn find_in_passes(status: &Status, now: Timestamp) -> Option<Self> {
        if let Some(ahead) =
            status.heartbeat.map(|beat| beat.started_at).filter(|at| at.seconds_since(now) > MAX_SILENCE_SECS)
        {
            return Some(Self::Ahead(ahead));
        }
        let last_good = status.heartbeat.and_then(|beat| beat.last_good(now));
        if let Some(at) = status.begun.filter(|_| status.are_locks_reported && status.holder.is_none()) {
            return Some(Self::Lost { at, good: last_good });
        }
        let newest = status.newest_record(now);
        if let Some(pass) = newest.filter(|pass| pass.is_aborted()) {
            let why = pass.message.as_deref().unwrap_or("no reason is known");
            let is_silent = now.seconds_since(pass.started_at) > MAX_SILENCE_SECS;
            return Some(Self::ended_early(
                pass.started_at,
                why,
                is_silent.then(|| absence(status.likely_cause.clone())),
            ));
        }
        match last_good {
            _ if status.holder.is_some() => {}
            None if status.heartbeat.is_none() && status.passes.is_empty() => {
                return Some(Self::NoPass(status.likely_cause.clone()));
            }
            None => return Some(Self::NoneGood(status.likely_cause.clone())),
            Some(good) if now.seconds_since(good) > MAX_SILENCE_SECS => {
                return Some(Self::Late { good, cause: status.likely_cause.clone() });
            }
            Some(_) => {}
        }
        let pass = newest.filter(|pass| pass.ran_out_of_time())?;
        Some(Self::OutOfTime { at: pass.started_at, left: pass.totals.deferred })
    }

    fn find_running_pass(status: &Status) -> Option<Self> {
        let process = status.holder.as_ref().map(|holder| holder.process);
        (process.is_some() || status.begun.is_some()).then_some(Self::Runs(process, status.begun))
    }

    fn ended_early(at: Timestamp, why: &str, silence: Option<String>) -> Self {
        // The problems of a config have a line each.
        let lines: Vec<&str> = why.lines().map(str::trim).collect();
        Self::EndedEarly { at, why: lines.join(" ").trim_end_matches('.').to_owned(), silence }
    }

    /// Returns the code for scripts, where the obstacle has one of those of clients.
    pub(super) fn reason(&self) -> Option<Reason> {
        match self {
            Self::OutOfTime { .. } => Some(Reason::TimeBudget),
            Self::Blind(_)
            | Self::Place(_)
            | Self::Held(..)
            | Self::Hangs(..)
            | Self::Ahead(_)
            | Self::Lost { .. }
            | Self::EndedEarly { .. }
            | Self::NoPass(_)
            | Self::NoneGood(_)
            | Self::Late { .. }
            | Self::Runs(..) => None,
        }
    }

    /// Whether the line of the last pass says it, too.
    pub(super) fn is_reported_by_pass(&self) -> bool {
        match self {
            Self::EndedEarly { silence, .. } => silence.is_none(),
            Self::Blind(_)
            | Self::Place(_)
            | Self::Held(..)
            | Self::Hangs(..)
            | Self::Ahead(_)
            | Self::Lost { .. }
            | Self::NoPass(_)
            | Self::NoneGood(_)
            | Self::Late { .. }
            | Self::OutOfTime { .. }
            | Self::Runs(..) => false,
        }
    }

    /// Whether no pass was made yet.
    pub(super) fn is_before_first_pass(&self) -> bool {
        match self {
            Self::NoPass(_) => true,
            Self::Blind(_)
            | Self::Place(_)
            | Self::Held(..)
            | Self::Hangs(..)
            | Self::Ahead(_)
            | Self::Lost { .. }
            | Self::EndedEarly { .. }
            | Self::NoneGood(_)
            | Self::Late { .. }
            | Self::OutOfTime { .. }
            | Self::Runs(..) => false,
        }
    }

    /// Whether a person has to do something: a backlog gets shorter, and a pass ends, by itself.
    pub(super) fn is_grave(&self) -> bool {
        match self {
            Self::OutOfTime { .. } | Self::Runs(..) => false,
            Self::Blind(_)
            | Self::Place(_)
            | Self::Held(..)
            | Self::Hangs(..)
            | Self::Ahead(_)
            | Self::Lost { .. }
            | Self::EndedEarly { .. }
            | Self::NoPass(_)
            | Self::NoneGood(_)
            | Self::Late { .. } => true,
        }
    }

    /// Whether it keeps a client from being sent, and the problem of the client does not say so already.
    pub(super) fn keeps(&self, client: &Standing) -> bool {
        let State::Failing { reason, .. } = &client.state else { return client.state.is_due() };
        match self {
            Self::OutOfTime { .. } | Self::Runs(..) => false,
            Self::EndedEarly { at, .. } => !(reason.is(Reason::Unreachable) && was_tried_by_pass(client, *at)),
            Self::Blind(_)
            | Self::Place(_)
            | Self::Held(..)
            | Self::Hangs(..)
            | Self::Ahead(_)
            | Self::Lost { .. }
            | Self::NoPass(_)
            | Self::NoneGood(_)
            | Self::Late { .. } => true,
        }
    }

    /// Returns the sentence behind its code, for a line that says nothing else.
    pub(super) fn message(&self, now: Timestamp) -> String {
        let code = self.reason().map(|reason| format!("{reason}: ")).unwrap_or_default();
        code + &self.sentence(now)
    }

    /// Returns the obstacle as a sentence that says what to do.
    pub(super) fn sentence(&self, now: Timestamp) -> String {
        match self {
            Self::Blind(why) => why.clone(),
            Self::Place(why) => format!("no pass can record what it does: {why}"),
            Self::Held(program, process) => format!(
                "`{}` (process {process}) holds the run lock, and passes end with 75 until it ends; look at that process",
                escape::one_line(program)
            ),
            Self::Hangs(process, since) => format!(
                "the pass that began {} hangs, and others end with 75 until it ends; end it (kill {process}), the next \
                 one goes on",
                ago(*since, now)
            ),
            Self::Ahead(at) => format!(
                "the last pass is dated {}, which is still to come; look at this machine's clock (timedatectl), the next \
                 pass puts it right",
                minute(*at)
            ),
            Self::Lost { at, good } => {
                let good = good.map(|good| format!("; the last good one was {}", ago(good, now)));
                format!(
                    "a pass that began {} did not come to its end: it was killed, or could not record why it ended; \
                     look into the system's log (journalctl){}",
                    ago(*at, now),
                    good.unwrap_or_default()
                )
            }
            Self::EndedEarly { at, why, silence } => {
                let silence = silence.as_ref().map(|why| format!("; no pass was made since: {why}"));
                format!("the last pass was ended early ({}): {why}{}", minute(*at), silence.unwrap_or_default())
            }
            Self::NoPass(None) => "no pass was made yet; switch the timer, or the cron line, on".to_owned(),
            Self::NoneGood(cause) => {
                format!("no pass for all clients has come to a good end yet; {}", absence(cause.clone()))
            }
            Self::NoPass(Some(cause)) => format!("no pass was made yet: {cause}"),
            Self::Late { good, cause } => {
                format!("the last good pass was {}; {}", ago(*good, now), absence(cause.clone()))
            }
            Self::OutOfTime { at, left } => {
                let left = output::count(*left, "client", "clients");
                let advice = advice(Reason::TimeBudget).unwrap_or_default();
                format!("the last pass ({}) ran out of time and left {left} for the next one; {advice}", minute(*at))
            }
            Self::Runs(process, since) => {
                let process = process.map(|process| format!(" (process {process})")).unwrap_or_default();
                let since = since.map(|since| format!("; it began {}", ago(since, now))).unwrap_or_default();
                format!("a pass is running{process}{since}")
            }
        }
    }
}

/// Whether the pass of that time recorded the problem of a client that the next pass tries again, whenever it begins.
fn was_tried_by_pass(client: &Standing, began_at: Timestamp) -> bool {
    client.problem.as_ref().is_some_and(|problem| problem.next_try == Some(began_at))
}

/// Says why no pass is made.
fn absence(cause: Option<String>) -> String {
    cause.unwrap_or_else(|| "look whether the timer, or cron, runs".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Heartbeat, Holder, Pass, PassTotals, Problem};
    use crate::model::ClientId;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_millis(1_700_000_000_000).plus_seconds(seconds)
    }

    /// Returns the status after a pass that ended at second 0, with nothing else known.
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
    fn reports_a_pass_out_of_time_until_the_next_one() {
        let status = after(pass("done", Some("it ran out of time")), 0);
        let found = Obstacle::find(&status, at(60)).unwrap();
        assert_eq!(
            (found.clone(), found.reason()),
            (Obstacle::OutOfTime { at: at(0), left: 3 }, Some(Reason::TimeBudget))
        );
        assert!(found.sentence(at(60)).contains("left 3 clients for the next one; "), "{}", found.sentence(at(60)));
        let beat = Heartbeat { started_at: at(120), finished_at: at(120), last_good: Some(at(120)) };
        assert_eq!(Obstacle::find(&Status { heartbeat: Some(beat), ..status }, at(130)), None);
    }

    #[test]
    fn sees_no_obstacle_in_what_a_limit_left() {
        assert_eq!(Obstacle::find(&after(pass("done", None), 0), at(60)), None);
    }

    #[test]
    fn sees_an_obstacle_in_failing_missing_or_endless_passes() {
        let early = after(pass("aborted", Some("IQR cannot be reached.")), -120);
        let found = Obstacle::find(&early, at(60)).unwrap().sentence(at(60));
        assert!(found.ends_with("): IQR cannot be reached"), "{found}");
        let silent = Obstacle::find(&early, at(MAX_SILENCE_SECS + 1)).unwrap().sentence(at(MAX_SILENCE_SECS + 1));
        assert!(silent.ends_with("cannot be reached; no pass was made since: look whether the timer, or cron, runs"));
        let late = Obstacle::find(&after(pass("done", None), 0), at(MAX_SILENCE_SECS + 1));
        assert_eq!(late, Some(Obstacle::Late { good: at(0), cause: None }));
        let killed = || Status { begun: Some(at(120)), ..after(pass("done", None), 0) };
        let lost = Some(Obstacle::Lost { at: at(120), good: Some(at(0)) });
        assert_eq!(Obstacle::find(&Status { are_locks_reported: true, ..killed() }, at(180)), lost);
        assert_eq!(
            Obstacle::find(&killed(), at(180)),
            Some(Obstacle::Runs(None, Some(at(120)))),
            "the holder is not known"
        );
        let held_by = |program: &str| Holder { process: 7, program: program.to_owned() };
        let running = || Status { are_locks_reported: true, holder: Some(held_by("wipeos-iqr")), ..killed() };
        assert_eq!(Obstacle::find(&running(), at(180)), Some(Obstacle::Runs(Some(7), Some(at(120)))));
        assert_eq!(Obstacle::find(&running(), at(121 + MAX_SILENCE_SECS)), Some(Obstacle::Hangs(7, at(120))));
        let held = Status { holder: Some(held_by("flock")), ..running() };
        assert_eq!(Obstacle::find(&held, at(180)), Some(Obstacle::Held("flock".to_owned(), 7)));
        assert_eq!(Obstacle::find(&Status::default(), at(0)), Some(Obstacle::NoPass(None)));
        let full = || Some("the disk is full".to_owned());
        let found = Obstacle::find(&Status { ledger_place: full(), ..Status::default() }, at(0)).unwrap();
        assert_eq!(found.sentence(at(0)), "no pass can record what it does: the disk is full");
        let ahead = Obstacle::find(&after(pass("done", None), 0), at(-MAX_SILENCE_SECS - 1)).unwrap();
        assert!(ahead.sentence(at(-MAX_SILENCE_SECS - 1)).contains("which is still to come"));
    }

    #[test]
    fn spares_a_failing_client_the_end_that_is_its_own_problem() {
        let early = Obstacle::find(&after(pass("aborted", Some("IQR cannot be reached")), -120), at(60)).unwrap();
        let client = |reason: Reason, tried: i64| {
            let problem = Problem {
                client_id: ClientId(1),
                inventory_id: None,
                reason: reason.into(),
                message: String::new(),
                attempts: 0,
                since: at(tried),
                next_try: Some(at(tried)),
                fingerprint: None,
            };
            Standing::from_problem(problem)
        };
        assert!(!early.keeps(&client(Reason::Unreachable, 0)));
        assert!(early.keeps(&client(Reason::Unreachable, -120)), "an earlier pass could not reach IQR either");
        assert!(early.keeps(&client(Reason::Refused, 0)), "its own problem is another one");
        assert!(!early.keeps(&client(Reason::SerialMismatch, 0)), "a held client waits for a person");
    }
}
