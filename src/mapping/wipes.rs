//! What is known of a drive's wipes, and which of them its line tells of.
//!
//! Saying "wiped" of a drive that is not is the worst thing that this program can do: whatever is in doubt here is
//! decided against the pass. What WipeOS says in so many words is not in doubt.
//!
//! The rule: of all wipes that ended, those that may be the latest are compared, and the gravest of them is told. The
//! latest with a true end may be it; one with an earlier end is not. A wipe without a true end (it has none, or one that
//! cannot be true) may be it unless it is known to be older: its key is lower than that of the latest, and its start,
//! where that can be true, lies before the latest one's end. So a pass without a true end is told only of a drive that has
//! nothing worse to tell, and a failure without one is hidden by no pass that it may have come after.

use std::borrow::Cow;

use super::clean::one_line;
use super::wipe_methods::demanding_source;
use super::words::{self, Outcome};
use crate::model::{Timestamp, Wipe};

/// A time that is further ahead of the clock than this cannot be true. Clocks of two machines differ, by a time zone too.
const MAX_AHEAD_SECS: i64 = 24 * 60 * 60;
/// The end of 1970: a clock that was never set says a time before it. Milliseconds.
const UNSET_CLOCK_UNTIL_MILLIS: i64 = 365 * 24 * 60 * 60 * 1000;

/// How the wipe that counts has ended.
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
    /// The appliance has none.
    Missing,
    /// What it has cannot be true: before the start, of a clock that was never set, or far in the future.
    Untrue,
    /// It ended then.
    At(Timestamp),
}

impl WipeEnd {
    /// Judges the end of a wipe that was read at `now`.
    #[must_use]
    pub fn of(wipe: &Wipe, now: Option<Timestamp>) -> Self {
        let Some(end) = wipe.finished_at else { return Self::Missing };
        // To the second, as most times are written.
        let is_before_start = wipe.started_at.is_some_and(|start| end.seconds_since(start) < 0);
        if is_before_start || !is_credible(end, now) { Self::Untrue } else { Self::At(end) }
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

/// Whether a clock that is set can have said this time by now.
fn is_credible(time: Timestamp, now: Option<Timestamp>) -> bool {
    let is_ahead = now.is_some_and(|now| time.seconds_since(now) > MAX_AHEAD_SECS);
    time.unix_millis() >= UNSET_CLOCK_UNTIL_MILLIS && !is_ahead
}

/// What two results weigh where either may be the newest.
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
    /// When it began, if that can be true.
    start: Option<Timestamp>,
}

impl<'a> Ended<'a> {
    /// `None` when it still runs or was never run.
    fn judge(wipe: &'a Wipe, now: Option<Timestamp>) -> Option<Self> {
        let (gravity, result): (_, Cow<'a, str>) = match words::of_wipe(wipe.result.as_deref()) {
            // A wipe that was broken off may never get a time, and it has ended all the same.
            Outcome::Failed => (Gravity::Failed, words::FAIL.into()),
            _ if wipe.finished_at.is_none() => return None,
            Outcome::NotRun => return None,
            Outcome::Blank => (Gravity::Unclear, words::UNKNOWN.into()),
            Outcome::Passed if lacks_verification(wipe) => (Gravity::Unclear, words::NOT_VERIFIED.into()),
            Outcome::Passed => (Gravity::Passed, words::PASS.into()),
            Outcome::Other(text) => (Gravity::Unclear, words::unknown_word(text)),
        };
        let start = wipe.started_at.filter(|start| is_credible(*start, now));
        Some(Self { wipe, gravity, result, end: WipeEnd::of(wipe, now), start })
    }

    /// Whether this may have ended after `latest`, the latest of those with a true end.
    fn may_follow(&self, latest: (Timestamp, i64)) -> bool {
        let (time, key) = latest;
        match self.end {
            WipeEnd::At(end) => (end, self.wipe.id) >= latest,
            WipeEnd::Missing | WipeEnd::Untrue => self.wipe.id > key || self.start.is_some_and(|start| start >= time),
        }
    }
}

/// The wipe that counts, by the rule in the head of this file.
fn counted(wipes: &[Wipe], now: Option<Timestamp>) -> Option<Ended<'_>> {
    let judge = |wipe| Ended::judge(wipe, now);
    let ended: Vec<Ended<'_>> = by_age(wipes, now).into_iter().filter_map(judge).collect();
    let latest = ended.iter().filter_map(|ended| Some((ended.end.date()?, ended.wipe.id))).max();
    let may_be_latest = ended.into_iter().filter(|ended| latest.is_none_or(|latest| ended.may_follow(latest)));
    // Of those that weigh the same the newest is told; an end that cannot be true makes none the newest.
    may_be_latest.max_by_key(|ended| (ended.gravity, ended.end != WipeEnd::Untrue))
}

/// How the wipe that counts has ended; `None` when none has.
pub(super) fn told(wipes: &[Wipe], now: Option<Timestamp>) -> Option<WipeFacts<'_>> {
    counted(wipes, now).map(|ended| {
        let method = one_line(ended.wipe.method.as_deref().unwrap_or_default());
        WipeFacts { result: ended.result, method, end: ended.end }
    })
}

/// Whether the wipe is known not to be verified though its method demands it.
///
/// Only an explicit no contradicts the word `success`: it is WipeOS itself that says it, of the whole wipe and so of the
/// verification that belongs to the method. A `verified` that is NULL says nothing (a view over another schema may have
/// nothing to put there), and is no reason to deny what WipeOS said.
fn lacks_verification(wipe: &Wipe) -> bool {
    missing_verification(wipe).is_some()
}

/// Returns who demands the verification that this wipe is known not to have had.
#[must_use]
pub fn missing_verification(wipe: &Wipe) -> Option<&'static str> {
    let is_unverified = wipe.verified == Some(false);
    is_unverified.then(|| demanding_source(wipe.method.as_deref().unwrap_or_default())).flatten()
}

/// The wipes of a drive, for people who ask why its line says what it says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WipeStory<'a> {
    /// The one that its line tells of.
    pub told: Option<&'a Wipe>,
    /// How many others there are that it outranks.
    pub before: usize,
    /// Those that may have come after it, and that no line tells of: they run, were never ended, or were not run. Newest
    /// first.
    pub after: Vec<&'a Wipe>,
    /// Those that may have come after it and ended, and have no end that can be true. They weigh no more than the one that
    /// is told. Newest first.
    pub undated: Vec<&'a Wipe>,
}

impl<'a> WipeStory<'a> {
    /// The story of these wipes, which were read at `now`.
    #[must_use]
    pub fn of(wipes: &'a [Wipe], now: Option<Timestamp>) -> Self {
        let told = counted(wipes, now).map(|ended| ended.wipe);
        let mut others = by_age(wipes, now);
        let place = told.and_then(|told| others.iter().position(|wipe| wipe.id == told.id));
        let mut after = others.split_off(place.map_or(0, |place| place + 1));
        after.reverse();
        let is_ended = |wipe: &&Wipe| Ended::judge(wipe, now).is_some();
        let (undated, after) = after.into_iter().partition(is_ended);
        Self { told, before: place.unwrap_or_default(), after, undated }
    }
}

/// Oldest first, by end and then by key. A wipe without a true end counts as ended when it began, and not before those of
/// lower keys.
fn by_age(wipes: &[Wipe], now: Option<Timestamp>) -> Vec<&Wipe> {
    let mut by_key: Vec<&Wipe> = wipes.iter().collect();
    by_key.sort_by_key(|wipe| wipe.id);
    let mut newest = None;
    let mut dated: Vec<(Option<Timestamp>, &Wipe)> = Vec::with_capacity(wipes.len());
    for wipe in by_key {
        let start = wipe.started_at.filter(|start| is_credible(*start, now));
        let time = WipeEnd::of(wipe, now).date().or_else(|| newest.max(start));
        newest = newest.max(time);
        dated.push((time, wipe));
    }
    // The sort is stable: within one time the order of the keys stays.
    dated.sort_by_key(|(time, _)| *time);
    dated.into_iter().map(|(_, wipe)| wipe).collect()
}
