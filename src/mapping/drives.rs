//! The drives of a machine, and what is known of each one's wipe.
//!
//! Saying "wiped" of a drive that is not is the worst thing that this program can do: whatever is in doubt here is
//! decided against the pass. What WipeOS says in so many words is not in doubt.

use std::borrow::Cow;

use super::capacity;
use super::clean::{begins_with, one_line};
use super::placeholder::real;
use super::wipe_methods::demands_verification;
use super::words::{self, Outcome};
use crate::model::{Drive, Machine, Timestamp, Wipe, is_filler_serial};

/// One drive, as text.
pub(super) struct DriveFacts<'a> {
    /// What its wipe line is called by: its serial number, or its model and place.
    pub label: String,
    pub place: i64,
    pub serial: Cow<'a, str>,
    pub model: Cow<'a, str>,
    pub size: Cow<'a, str>,
    pub media: Cow<'a, str>,
    pub interface: Cow<'a, str>,
    pub health: Cow<'a, str>,
    /// `None` when no wipe of it has ended.
    pub wipe: Option<WipeFacts<'a>>,
}

/// How the newest wipe that ended has ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WipeFacts<'a> {
    pub result: Cow<'a, str>,
    pub method: Cow<'a, str>,
    pub finished_at: Option<Timestamp>,
}

impl WipeFacts<'_> {
    /// The day on which it finished; empty when that is not known.
    pub(super) fn date<'b>(&self) -> Cow<'b, str> {
        self.finished_at.map(Timestamp::date_text).unwrap_or_default().into()
    }
}

/// The drives that store data, in the machine's order. An optical drive is one of them only if it was wiped.
pub(super) fn storing(machine: &Machine) -> impl Iterator<Item = &Drive> {
    machine.drives.iter().filter(|drive| !drive.is_optical() || !drive.wipes.is_empty())
}

/// What is known of each drive that stores data.
pub(super) fn facts(machine: &Machine) -> Vec<DriveFacts<'_>> {
    let mut drives: Vec<DriveFacts<'_>> = storing(machine).map(fact).collect();
    let labels: Vec<String> = drives.iter().map(|drive| label(&drives, drive)).collect();
    for (drive, label) in drives.iter_mut().zip(labels) {
        drive.label = label;
    }
    drives
}

fn fact(drive: &Drive) -> DriveFacts<'_> {
    let serial = one_line(drive.serial_number.as_deref().unwrap_or_default());
    DriveFacts {
        label: String::new(),
        place: drive.position,
        serial: if is_filler_serial(&serial) { Cow::Borrowed("") } else { serial },
        model: real(drive.model.as_deref()),
        size: drive.size_bytes.filter(|bytes| *bytes > 0).map(capacity::drive_size_text).unwrap_or_default().into(),
        media: media(drive),
        interface: real(drive.interface.as_deref()),
        health: real(drive.health.as_deref()),
        wipe: newest_ended(&drive.wipes),
    }
}

/// The serial number alone, if no other drive has the same; else what there is, with the drive's place behind it.
///
/// A line is found again in IQR by this name, so it must not change with the drives beside it: a drive without a serial
/// number is always named by its place, also where it is the only one of its model.
fn label(drives: &[DriveFacts<'_>], drive: &DriveFacts<'_>) -> String {
    let place = drive.place;
    match (drive.serial.as_ref(), drive.model.as_ref()) {
        ("", "") => format!("drive {place}"),
        ("", model) => format!("{model} drive {place}"),
        (serial, _) if is_alone(drives, serial) => serial.to_owned(),
        (serial, _) => format!("{serial} drive {place}"),
    }
}

fn is_alone(drives: &[DriveFacts<'_>], serial: &str) -> bool {
    drives.iter().filter(|drive| drive.serial.eq_ignore_ascii_case(serial)).count() == 1
}

/// `HDD`, `SSD`, ... in the usual letters; what is not known is printed as it is.
fn media(drive: &Drive) -> Cow<'_, str> {
    let media = real(drive.media.as_deref());
    let usual = ["HDD", "SSD", "NVMe", "eMMC", "SSHD"].into_iter().find(|usual| usual.eq_ignore_ascii_case(&media));
    usual.map_or(media, Cow::Borrowed)
}

/// The machine's optical drive, also where the appliance lists it among the drives only (and says `None` beside it).
pub(super) fn optical_drive(machine: &Machine) -> Cow<'_, str> {
    let told = real(machine.optical_drive.as_deref());
    if told.is_empty() {
        machine.drives.iter().find(|drive| drive.is_optical()).map(disc).unwrap_or_default()
    } else {
        told
    }
}

/// Which discs a drive takes: by its medium, or where that is only `Optical` by its model (`HL-DT-ST DVDRAM GU90N`).
fn disc(drive: &Drive) -> Cow<'_, str> {
    const DISCS: [&str; 3] = ["DVD", "BD", "CD"];
    let (media, model) = (real(drive.media.as_deref()), real(drive.model.as_deref()));
    if !begins_with(&media, "optical") {
        return media;
    }
    let words = || model.split([' ', '_']);
    let named = DISCS.iter().find_map(|disc| words().find(|word| begins_with(word, disc)));
    named.map_or(media, |word| word.replace(['+', '-', '/', '\u{b1}'], "").into())
}

fn newest_ended(wipes: &[Wipe]) -> Option<WipeFacts<'_>> {
    wipes_by_age(wipes).into_iter().rev().find_map(ended)
}

fn wipes_by_age(wipes: &[Wipe]) -> Vec<&Wipe> {
    by_age(wipes, |wipe| wipe.id, |wipe| wipe.finished_at, |wipe| wipe.started_at)
}

/// The wipes of a drive, for people who ask why its line says what it says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WipeStory<'a> {
    /// The newest that ended: the one that its line tells of.
    pub told: Option<&'a Wipe>,
    /// How many there are before that one.
    pub before: usize,
    /// Those after it, newest first: they run, were never ended, or were not run. No line tells of them.
    pub after: Vec<&'a Wipe>,
}

impl<'a> WipeStory<'a> {
    /// The story of these wipes.
    #[must_use]
    pub fn of(wipes: &'a [Wipe]) -> Self {
        let mut before = wipes_by_age(wipes);
        let end = before.iter().rposition(|wipe| ended(wipe).is_some()).map_or(0, |place| place + 1);
        let mut after = before.split_off(end);
        after.reverse();
        Self { told: before.pop(), before: before.len(), after }
    }
}

/// How a wipe ended; `None` when it still runs or was never run.
fn ended(wipe: &Wipe) -> Option<WipeFacts<'_>> {
    let outcome = words::of_wipe(wipe.result.as_deref());
    let result = match outcome {
        // A wipe that was broken off may never get a time, and it has ended all the same.
        Outcome::Failed => words::FAIL.into(),
        _ if wipe.finished_at.is_none() => return None,
        Outcome::NotRun => return None,
        Outcome::Blank => words::UNKNOWN.into(),
        Outcome::Passed if lacks_verification(wipe) => words::NOT_VERIFIED.into(),
        Outcome::Passed => words::PASS.into(),
        Outcome::Other(text) => words::unknown_word(text),
    };
    let method = one_line(wipe.method.as_deref().unwrap_or_default());
    Some(WipeFacts { result, method, finished_at: wipe.finished_at })
}

/// Whether the wipe is known not to be verified though its method demands it.
///
/// Only an explicit no contradicts the word `success`: it is WipeOS itself that says it, of the whole wipe and so of the
/// verification that belongs to the method. A `verified` that is NULL says nothing (a view over another schema may have
/// nothing to put there), and is no reason to deny what WipeOS said. A method without a name may be any, so it counts as
/// demanding.
fn lacks_verification(wipe: &Wipe) -> bool {
    wipe.verified == Some(false) && demands_verification(wipe.method.as_deref().unwrap_or_default())
}

/// Oldest first, by `time` and then by `key`. One without a time counts as made at `earliest`, and not before those of
/// lower keys: an aborted wipe never hides behind the pass that it came after.
pub(super) fn by_age<T>(
    items: &[T],
    key: fn(&T) -> i64,
    time: fn(&T) -> Option<Timestamp>,
    earliest: fn(&T) -> Option<Timestamp>,
) -> Vec<&T> {
    let mut by_key: Vec<&T> = items.iter().collect();
    by_key.sort_by_key(|item| key(item));
    let mut newest = None;
    let mut dated: Vec<(Option<Timestamp>, &T)> = Vec::with_capacity(items.len());
    for item in by_key {
        let time = time(item).or_else(|| newest.max(earliest(item)));
        newest = newest.max(time);
        dated.push((time, item));
    }
    // The sort is stable: within one time the order of the keys stays.
    dated.sort_by_key(|(time, _)| *time);
    dated.into_iter().map(|(_, item)| item).collect()
}
