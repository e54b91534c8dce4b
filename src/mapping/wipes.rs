//! The wipes of a drive, and the choice of the one that its line shows.
//!
//! Saying "wiped" of a drive that is not is the worst thing that this program can do: any doubt here is decided against
//! the pass. A plain statement of WipeOS is not in doubt.
//!
//! The rule: a wipe hides one with a graver result only if it is certain that it came later. That is certain where its
//! end can be true, its key is higher, and no start and no end that is known of the two contradicts the keys. Whatever
//! contradicts them, a clock was wrong, and either of the two may be the newest: the graver result is shown.
//!
//! An end that is ahead of the read by more than a day cannot be true, and makes no wipe the newest. When that day
//! comes, it does so only where keys, starts and ends agree: a graver result that they contradict stays at any time.
//!
//! A wipe without an end runs, or waits, while it has no result or a word for that: no line shows it. With any other
//! word it counts as one that ended, and not as a pass.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::clean::one_line;
use super::wipe_methods::demanding_source;
use super::words::{self, Outcome};
use crate::model::{Machine, Timestamp, Wipe};

const DAY_SECS: i64 = 24 * 60 * 60;
/// The time by which an end may be ahead of the read and still be printed. Clocks of two machines differ, by a time
/// zone too.
const MAX_AHEAD_SECS: i64 = DAY_SECS;
/// The longest time that a wipe takes: 35 overwrites of the drives that are wiped so take three weeks.
const MAX_WIPE_SECS: i64 = 30 * DAY_SECS;
/// The beginning of 2005, in milliseconds. Clocks whose battery was empty begin in 1970, 1980 or 1999 to 2002; the methods
/// that are in use were published later.
const EARLIEST_MILLIS: i64 = 1_104_537_600_000;
/// The time between the end of a wipe and the making of the record of its machine before it, or the record's newest
/// edit after it, beyond which the end cannot be true. Later reset times (2009, 2015) and wrong years are found by
/// that; records that were taken over from another database keep their dates.
const MAX_FROM_CLIENT_SECS: i64 = 5 * 365 * DAY_SECS;

/// The outcome of the wipe that counts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WipeFacts<'a> {
    pub result: Cow<'a, str>,
    pub method: Cow<'a, str>,
    pub end: WipeEnd,
}

impl WipeFacts<'_> {
    /// The day on which it ended; empty when the appliance has none.
    pub(super) fn date<'b>(&self) -> Cow<'b, str> {
        match self.end {
            WipeEnd::At(time) => time.date_text().into(),
            WipeEnd::Untrue => "date unknown".into(),
            WipeEnd::Missing => "".into(),
        }
    }
}

/// The end of a wipe, judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WipeEnd {
    /// The appliance has no end.
    Missing,
    /// The appliance's end cannot be true: it contradicts the start or the client, is of a clock that was never set, or
    /// lies in the future.
    Untrue,
    /// The wipe ended then.
    At(Timestamp),
}

impl WipeEnd {
    /// Judges the end of a wipe of this machine, as of the time when the machine was read.
    #[must_use]
    pub fn judge(wipe: &Wipe, machine: &Machine) -> Self {
        if wipe.finished_at.is_none() {
            return Self::Missing;
        }
        let is_ahead = |end: &Timestamp| end.seconds_since(machine.read_at) > MAX_AHEAD_SECS;
        consistent_end(wipe, machine).filter(|end| !is_ahead(end)).map_or(Self::Untrue, Self::At)
    }

    /// The time, if it can be true.
    #[must_use]
    pub fn date(self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Missing | Self::Untrue => None,
        }
    }
}

/// The end of a wipe, unless the rows of the machine contradict it.
fn consistent_end(wipe: &Wipe, machine: &Machine) -> Option<Timestamp> {
    let end = wipe.finished_at.filter(is_of_set_clock)?;
    // To the second, as most times are written.
    let has_length = credible_start(wipe).is_none_or(|start| (0..=MAX_WIPE_SECS).contains(&end.seconds_since(start)));
    let is_near = |one: Option<Timestamp>, other: Option<Timestamp>| {
        one.zip(other).is_none_or(|(one, other)| other.seconds_since(one) <= MAX_FROM_CLIENT_SECS)
    };
    let edited = machine.created_at.max(machine.updated_at);
    (has_length && is_near(Some(end), machine.created_at) && is_near(edited, Some(end))).then_some(end)
}

/// The start of a wipe, unless it is of a clock that was not set yet.
fn credible_start(wipe: &Wipe) -> Option<Timestamp> {
    wipe.started_at.filter(is_of_set_clock)
}

fn is_of_set_clock(time: &Timestamp) -> bool {
    time.unix_millis() >= EARLIEST_MILLIS
}

/// The weight of two results where either may be the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gravity {
    Passed,
    Unclear,
    Failed,
}

/// A wipe that ended.
struct Ended<'a> {
    wipe: &'a Wipe,
    gravity: Gravity,
    result: Cow<'a, str>,
    end: WipeEnd,
}

impl<'a> Ended<'a> {
    /// Judges a wipe; `None` when it still runs or was never run.
    fn judge(wipe: &'a Wipe, machine: &Machine) -> Option<Self> {
        let (gravity, result): (_, Cow<'a, str>) = match words::parse_wipe(wipe.result.as_deref()) {
            // A wipe that was broken off may never get a time, and it has ended all the same.
            Outcome::Failed => (Gravity::Failed, words::FAIL.into()),
            Outcome::NotRun => return None,
            Outcome::Passed | Outcome::Blank | Outcome::Other(_)
                if wipe.finished_at.is_none() && words::is_running(wipe.result.as_deref()) =>
            {
                return None;
            }
            // WipeOS says what it came to and not that it ended: it is no pass, and hides the one before it.
            Outcome::Passed if wipe.finished_at.is_none() => (Gravity::Unclear, words::UNKNOWN.into()),
            Outcome::Blank => (Gravity::Unclear, words::UNKNOWN.into()),
            Outcome::Passed if missing_verification(wipe).is_some() => (Gravity::Unclear, words::NOT_VERIFIED.into()),
            Outcome::Passed => (Gravity::Passed, words::PASS.into()),
            Outcome::Other(text) => (Gravity::Unclear, words::unknown_word(text)),
        };
        Some(Self { wipe, gravity, result, end: WipeEnd::judge(wipe, machine) })
    }
}

/// The highest key and the latest times of some wipes.
#[derive(Debug, Default, Clone, Copy)]
struct Latest {
    id: Option<i64>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

impl Latest {
    fn with(self, wipe: &Wipe) -> Self {
        Self {
            id: self.id.max(Some(wipe.id)),
            start: self.start.max(credible_start(wipe)),
            end: self.end.max(wipe.finished_at),
        }
    }

    /// Whether all these wipes came before this one, by their keys and by every time that is known.
    fn is_before(&self, wipe: &Wipe) -> bool {
        let agrees =
            |one: Option<Timestamp>, other: Option<Timestamp>| one.zip(other).is_none_or(|(one, other)| one <= other);
        let start = credible_start(wipe);
        self.id < Some(wipe.id)
            && agrees(self.start, start)
            && agrees(self.end, wipe.finished_at)
            && agrees(self.start, wipe.finished_at)
    }
}

/// The wipe that counts, by the rule in the head of this file: the lightest result that every graver one is certain to
/// have come before.
fn counted<'a>(wipes: &'a [Wipe], machine: &Machine) -> Option<Ended<'a>> {
    let mut ended: Vec<Ended<'_>> = wipes.iter().filter_map(|wipe| Ended::judge(wipe, machine)).collect();
    let graver_than = |gravity: Gravity| {
        let graver = ended.iter().filter(|other| other.gravity > gravity);
        graver.fold(Latest::default(), |latest, other| latest.with(other.wipe))
    };
    let graver = [Gravity::Passed, Gravity::Unclear, Gravity::Failed].map(|gravity| (gravity, graver_than(gravity)));
    ended.retain(|one| {
        let mut graver = graver.iter().filter(|(gravity, _)| *gravity == one.gravity);
        graver.all(|(_, graver)| graver.id.is_none() || (one.end.date().is_some() && graver.is_before(one.wipe)))
    });
    // Of those that weigh the same the newest is shown; an end that cannot be true makes none the newest.
    ended.into_iter().min_by_key(|one| (one.gravity, one.end == WipeEnd::Untrue, Reverse(one.wipe.id)))
}

/// Returns the outcome of the wipe that counts; `None` when none has ended.
pub(super) fn counted_facts<'a>(wipes: &'a [Wipe], machine: &Machine) -> Option<WipeFacts<'a>> {
    counted(wipes, machine).map(|ended| {
        let method = one_line(ended.wipe.method.as_deref().unwrap_or_default());
        WipeFacts { result: ended.result, method, end: ended.end }
    })
}

/// Returns who demands the verification that this wipe is known not to have had.
///
/// Only an explicit no contradicts the word `success`: it is WipeOS itself that says it, of the whole wipe and so of the
/// verification that belongs to the method. A `verified` that is NULL says nothing (a view over another schema may have
/// nothing to put there), and is no reason to deny what WipeOS said.
#[must_use]
pub fn missing_verification(wipe: &Wipe) -> Option<&'static str> {
    let is_unverified = wipe.verified == Some(false);
    is_unverified.then(|| demanding_source(wipe.method.as_deref().unwrap_or_default())).flatten()
}

/// The wipes of a drive, for people who ask why its line says what it says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WipeHistory<'a> {
    /// The wipe that the line shows.
    pub shown: Option<&'a Wipe>,
    /// The number of others that came before it.
    pub before: usize,
    /// Wipes that may have come after it, and that no line shows: they run, were never ended, or were not run. Newest
    /// first.
    pub after: Vec<&'a Wipe>,
    /// Wipes that ended and may have come after it: their keys and times contradict each other, or their end cannot be
    /// true. They weigh no more than the one that is shown. Newest first.
    pub uncertain: Vec<&'a Wipe>,
}

impl<'a> WipeHistory<'a> {
    /// Sorts the wipes of a drive of this machine.
    #[must_use]
    pub fn from_wipes(wipes: &'a [Wipe], machine: &Machine) -> Self {
        let shown = counted(wipes, machine).map(|ended| ended.wipe);
        let mut others: Vec<&Wipe> =
            wipes.iter().filter(|wipe| shown.is_none_or(|shown| shown.id != wipe.id)).collect();
        others.sort_by_key(|wipe| Reverse(wipe.id));
        let all = others.len();
        others.retain(|wipe| shown.is_none_or(|shown| !Latest::default().with(wipe).is_before(shown)));
        let before = all - others.len();
        let is_ended = |wipe: &&Wipe| Ended::judge(wipe, machine).is_some();
        let (uncertain, after) = others.into_iter().partition(is_ended);
        Self { shown, before, after, uncertain }
    }
}
