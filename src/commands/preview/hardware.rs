//! The machine as WipeOS has it: its own words, so that what is said of it can be checked.

use anstyle::Style;

use super::load::Subject;
use crate::commands::page::{Page, ago, minute};
use crate::mapping::{WipeEnd, WipeHistory, missing_verification};
use crate::model::{DiagnosticsLog, Drive, Machine, Timestamp, Wipe};
use crate::output::{self, WARN};

pub(super) fn machine(page: &mut Page, subject: &Subject, now: Timestamp) {
    let machine = subject.machine();
    page.section("Machine, as WipeOS has it");
    let firmware = [&machine.manufacturer, &machine.model, &machine.version].map(|text| text.as_deref());
    page.row("maker, model", or_unknown(firmware.into_iter().flatten().collect::<Vec<_>>().join(" | ")));
    page.row("serial number", machine.serial_number.as_deref().unwrap_or("none"));
    page.row("chassis", chassis(subject));
    page.row("processor", or_unknown(processor(machine)));
    page.row("memory", or_unknown(memory(machine)));
    page.row("graphics", machine.graphics.as_deref().unwrap_or_default());
    page.row("screen, webcam", screen(machine));
    page.row("optical drive", machine.optical_drive.as_deref().unwrap_or_default());
    if machine.drives.is_empty() {
        page.row("drives", "none");
    }
    for drive in &machine.drives {
        drive_rows(page, drive, machine, now);
    }
    page.row("batteries", batteries(machine));
    logs(page, &machine.diagnostics);
    let job = [("job", &machine.job), ("technician", &machine.technician)];
    let job = job.iter().filter_map(|(name, text)| text.as_ref().map(|text| format!("{name} {text}")));
    page.row("work", job.collect::<Vec<_>>().join(", "));
}

/// Returns drives whose comment line describes a wipe that a later wipe followed, which was begun and has no end: the
/// line holds until the later wipe ends, and whoever sells the machine has to know.
pub(super) fn overtaken(machine: &Machine) -> impl Iterator<Item = String> {
    machine.drives.iter().filter(|drive| !drive.is_virtual()).filter_map(|drive| {
        let history = WipeHistory::from_wipes(&drive.wipes, machine);
        let is_overtaken = history.shown.is_some() && history.after.iter().any(|wipe| wipe.finished_at.is_none());
        is_overtaken.then(|| {
            format!("! drive {}: a newer wipe has not ended; its line tells of the one that has", drive.position)
        })
    })
}

fn or_unknown(text: String) -> String {
    if text.trim().is_empty() { "not known".to_owned() } else { text }
}

fn chassis(subject: &Subject) -> String {
    let update = subject.update();
    let word = update.chassis.to_string();
    let word = if word.is_empty() { "no word".to_owned() } else { word };
    match &subject.sent_by {
        Some((own, because)) => {
            format!("{word}; template {} was asked for; it is sent by {own}: {because}", update.template)
        }
        None => format!("{word}; template {}: {}", update.template, update.template_because),
    }
}

fn processor(machine: &Machine) -> String {
    let cores = machine.processor_cores.map(|cores| output::count(cores.into(), "core", "cores"));
    let packages = machine.processor_count.filter(|count| *count > 1).map(|count| format!("{count} packages"));
    joined([machine.processor.clone(), cores, packages])
}

fn memory(machine: &Machine) -> String {
    let size = machine.memory_bytes.map(|bytes| format!("{} MiB", grouped(bytes >> 20)));
    joined([size, machine.memory_type.clone()])
}

fn screen(machine: &Machine) -> String {
    let size = machine.screen_inches.map(|inches| format!("{inches}\""));
    let touch = machine.touchscreen.filter(|touch| *touch).map(|_| "touch".to_owned());
    let webcam = machine.webcam.map(|there| if there { "webcam" } else { "no webcam" }.to_owned());
    joined([size, machine.screen_resolution.clone(), touch, webcam])
}

/// The drive, called by the number that its comment line has, and below it what is known of its wipes.
fn drive_rows(page: &mut Page, drive: &Drive, machine: &Machine, now: Timestamp) {
    let size = drive.size_bytes.map(|bytes| format!("{} MB", grouped(bytes / 1_000_000)));
    let serial = drive.serial_number.as_ref().map_or_else(|| "no S/N".to_owned(), |serial| format!("S/N {serial}"));
    let what =
        [drive.media.clone(), size, drive.interface.clone(), drive.model.clone(), Some(serial), drive.health.clone()];
    page.row(&format!("drive {}", drive.position), joined(what));
    if drive.is_virtual() {
        page.row("", "virtual, so not fitted; it has no part in the texts and no comment line");
        return;
    }
    for (style, text) in wipe_rows(drive, machine, now) {
        page.styled_row("", style, text);
    }
}

fn wipe_rows(drive: &Drive, machine: &Machine, now: Timestamp) -> Vec<(Style, String)> {
    let history = WipeHistory::from_wipes(&drive.wipes, machine);
    let text = |wipe| wipe_text(wipe, machine, now);
    let shown = history.shown.map(|wipe| {
        // One that was broken off may have none.
        let end = if wipe.finished_at.is_none() { ", no end recorded" } else { "" };
        format!("wipe: {}{end}{}", text(wipe), earlier(history.before))
    });
    let unverified = history.shown.and_then(missing_verification).map(|source| format!("! not verified: {source}"));
    let uncertain = history
        .uncertain
        .first()
        .map(|newest| format!("! one that may be newer: {}{}", text(newest), earlier(history.uncertain.len() - 1)));
    let after = history.after.first().map(|newest| {
        let what = match (&shown, newest.finished_at) {
            (None, None) => "no wipe has ended; the newest",
            (None, Some(_)) => "no wipe was run; the newest",
            (Some(_), None) => "a newer wipe has not ended",
            (Some(_), Some(_)) => "a newer wipe was not run",
        };
        format!("! {what}: {}{}", text(newest), earlier(history.after.len() - 1))
    });
    // Discs are not wiped.
    let never = (drive.wipes.is_empty() && !drive.is_optical()).then(|| "! never wiped".to_owned());
    let warnings = unverified.into_iter().chain(uncertain).chain(after).chain(never).map(|text| (WARN, text));
    shown.map(|text| (Style::new(), text)).into_iter().chain(warnings).collect()
}

fn earlier(count: usize) -> String {
    match count {
        0 => String::new(),
        count => format!("; {} before", output::count(count as u64, "wipe", "wipes")),
    }
}

/// Describes a wipe in WipeOS's own words; the comment line below says what they are worth.
fn wipe_text(wipe: &Wipe, machine: &Machine, now: Timestamp) -> String {
    let result = wipe.result.as_ref().map_or_else(|| "no result".to_owned(), |result| format!("`{result}`"));
    let verified = wipe.verified.map(|verified| if verified { "verified" } else { "not verified" }.to_owned());
    let when = match (wipe.finished_at, wipe.started_at) {
        (Some(at), _) => {
            let doubt = if WipeEnd::judge(wipe, machine) == WipeEnd::Untrue { ", which cannot be true" } else { "" };
            format!("finished {}{doubt}", minute(at))
        }
        (None, Some(at)) => format!("begun {} ({})", minute(at), ago(at, now)),
        (None, None) => "no time".to_owned(),
    };
    let method = wipe.method.clone().unwrap_or_else(|| "no method".to_owned());
    joined([Some(result), Some(method), verified, Some(when)])
}

fn batteries(machine: &Machine) -> String {
    let battery = machine.batteries.iter().map(|battery| {
        let health = battery.health_percent.map_or_else(|| "?".to_owned(), |percent| format!("{percent}%"));
        battery.cycles.map_or(health.clone(), |cycles| format!("{health} after {cycles} cycles"))
    });
    battery.collect::<Vec<_>>().join(", ")
}

/// Writes the newest logs; older ones are counted.
fn logs(page: &mut Page, logs: &[DiagnosticsLog]) {
    const MAX_LOGS: usize = 3;
    if logs.is_empty() {
        page.row("tests", "none");
    }
    for (place, log) in logs.iter().rev().take(MAX_LOGS).enumerate() {
        let when = log.created_at.map_or_else(|| "no time".to_owned(), minute);
        page.row(if place == 0 { "tests" } else { "" }, format!("{when}  {}", tests(log)));
    }
    let older = logs.len().saturating_sub(MAX_LOGS) as u64;
    if older > 0 {
        page.row("", format!("and {}", output::count(older, "older log", "older logs")));
    }
}

/// The tests of a log by their results, in WipeOS's own words: `PASS: Memory, Display; no result: Webcam`.
fn tests(log: &DiagnosticsLog) -> String {
    let mut by_result: Vec<(&str, Vec<&str>)> = Vec::new();
    for test in &log.tests {
        let result = test.result.as_deref().unwrap_or("no result");
        match by_result.iter_mut().find(|(other, _)| *other == result) {
            Some((_, names)) => names.push(&test.name),
            None => by_result.push((result, vec![&test.name])),
        }
    }
    let groups = by_result.iter().map(|(result, names)| format!("{result}: {}", names.join(", ")));
    if by_result.is_empty() { "no test".to_owned() } else { groups.collect::<Vec<_>>().join("; ") }
}

fn joined(parts: impl IntoIterator<Item = Option<String>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `8,062`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
