//! A preview for people: one page.

use super::{Preview, Remote, Subject};
use crate::commands::diff;
use crate::commands::page::{Page, Span, ago, minute};
use crate::config::Config;
use crate::mapping::RenderedField;
use crate::model::{AssetUpdate, DiagnosticsLog, Drive, DueBecause, Machine, Timestamp, Wipe};
use crate::output::{self, BAD, DIM, GOOD, STRONG, WARN};
use crate::sync::comments::LineFate;
use crate::sync::plan::{Change, Field};

pub(super) fn page(preview: &Preview, config: &Config) -> String {
    let mut page = Page::default();
    head(&mut page, preview, config);
    if let Some(subject) = &preview.subject {
        machine(&mut page, &subject.machine, &subject.update);
        mapped(&mut page, subject);
        match &preview.remote {
            Some(remote) => difference(&mut page, preview, remote),
            None => comments_offline(&mut page, subject),
        }
        attributes(&mut page, subject);
    }
    page.into_text()
}

fn head(page: &mut Page, preview: &Preview, config: &Config) {
    let (style, state) = state(preview);
    let id = Span::new(STRONG, format!("Asset {}", preview.inventory_id()));
    page.title(&[id, Span::plain(": "), Span::new(style, state)]);
    page.row("client", client(preview));
    page.row("ID from", slot(preview, config));
    page.row("due", due(preview));
    if let Some(hold) = &preview.held {
        page.styled_row("held", WARN, format!("{}: {}", hold.reason, hold.message));
    }
    if let Some(trouble) = &preview.unreadable {
        page.styled_row("failing", BAD, format!("{}: {}", trouble.reason, trouble.message));
    }
    failing(page, preview);
}

/// The slot and what was typed into it, where that is not the ID itself.
fn slot(preview: &Preview, config: &Config) -> String {
    let slot = &config.store.inventory_id_slot;
    let typed = preview.subject.as_ref().and_then(|subject| subject.machine.slot(slot));
    match typed.filter(|typed| *typed != preview.inventory_id()) {
        Some(typed) => format!("slot `{slot}` of the inventory item menu, typed as `{typed}`"),
        None => format!("slot `{slot}` of the inventory item menu"),
    }
}

/// The one thing to know.
fn state(preview: &Preview) -> (anstyle::Style, &'static str) {
    if preview.held.is_some() {
        return (WARN, "held, a person has to change something first");
    }
    if preview.unreadable.is_some() {
        return (BAD, "its record in WipeOS cannot be understood");
    }
    let is_due = !preview.examined.because.is_empty() || preview.problem.is_some();
    match &preview.remote {
        _ if preview.is_waiting() => (WARN, "failed before, and waits for its next try"),
        Some(remote) if remote.plan.is_empty() => (GOOD, "IQR has it all, nothing to send"),
        Some(_) if is_due => (GOOD, "will be sent with the next pass"),
        Some(_) => (WARN, "differs from IQR, and is not due"),
        None if is_due => (GOOD, "due with the next pass"),
        None => (DIM, "not due"),
    }
}

fn client(preview: &Preview) -> String {
    let others: Vec<String> = preview.others.iter().map(ToString::to_string).collect();
    if others.is_empty() {
        return preview.client_id.to_string();
    }
    format!("{}, the newest with this ID; older: {}", preview.client_id, others.join(", "))
}

fn due(preview: &Preview) -> String {
    let sent = preview.last_sent.as_ref();
    let since = |at: Timestamp| format!("{} ({})", minute(at), ago(at, preview.now));
    let reasons: Vec<&str> = preview.examined.because.iter().copied().map(DueBecause::words).collect();
    match (reasons.is_empty(), sent) {
        (true, Some(sent)) => format!("no: nothing is new since it was sent, {}", since(sent.at)),
        (true, None) => "no: nothing is new since it was looked at".to_owned(),
        (false, Some(sent)) => format!("yes: {}; last sent {}", reasons.join(", "), since(sent.at)),
        (false, None) => format!("yes: {}", reasons.join(", ")),
    }
}

/// What the passes before came to.
fn failing(page: &mut Page, preview: &Preview) {
    let Some(problem) = &preview.problem else { return };
    let tries = output::count(problem.attempts.into(), "try", "tries");
    let since = format!("since {}, {tries}", minute(problem.since));
    let next = match problem.next_try {
        Some(at) if at > preview.now => format!("; next try {}", ago(at, preview.now)),
        Some(_) => "; next try with the next pass".to_owned(),
        None => "; next try when the client or the config changes".to_owned(),
    };
    if problem.held {
        page.row("", format!("{}held {since}{next}", if preview.held.is_some() { "" } else { "was " }));
    } else {
        page.styled_row("failing", BAD, format!("{}: {}", problem.reason, problem.message));
        page.row("", format!("{since}{next}"));
    }
}

fn machine(page: &mut Page, machine: &Machine, update: &AssetUpdate) {
    page.section("Machine, as WipeOS has it");
    let firmware = [&machine.manufacturer, &machine.model, &machine.version].map(|text| text.as_deref());
    page.row("maker, model", firmware.into_iter().flatten().collect::<Vec<_>>().join(" | "));
    page.row("serial number", machine.serial_number.as_deref().unwrap_or("none"));
    let word = if update.chassis.to_string().is_empty() { "no word".to_owned() } else { update.chassis.to_string() };
    page.row("chassis", format!("{word}; template {}: {}", update.template, update.template_because));
    page.row("processor", processor(machine));
    page.row("memory", memory(machine));
    page.row("graphics", machine.graphics.as_deref().unwrap_or_default());
    page.row("screen", screen(machine));
    page.row("optical drive", machine.optical_drive.as_deref().unwrap_or_default());
    for (place, drive) in machine.drives.iter().enumerate() {
        page.row(&format!("drive {}", place + 1), drive_text(drive));
    }
    page.row("batteries", batteries(machine));
    logs(page, &machine.diagnostics);
    let job = [("job", &machine.job), ("technician", &machine.technician)];
    let job = job.iter().filter_map(|(name, text)| text.as_ref().map(|text| format!("{name} {text}")));
    page.row("work", job.collect::<Vec<_>>().join(", "));
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

fn drive_text(drive: &Drive) -> String {
    let size = drive.size_bytes.map(|bytes| format!("{} MB", grouped(bytes / 1_000_000)));
    let serial = drive.serial_number.as_ref().map(|serial| format!("S/N {serial}"));
    let what = [drive.media.clone(), size, drive.interface.clone(), drive.model.clone(), serial, drive.health.clone()];
    let newest = drive.wipes.iter().max_by_key(|wipe| (wipe.finished_at.or(wipe.started_at), wipe.id));
    let wipe = newest.map_or_else(|| "never wiped".to_owned(), wipe_text);
    let more = drive.wipes.len().saturating_sub(1) as u64;
    let more = if more > 0 { format!("; {} before", output::count(more, "wipe", "wipes")) } else { String::new() };
    format!("{}; {wipe}{more}", joined(what))
}

/// In WipeOS's own words: what they are worth is told by the comment line below.
fn wipe_text(wipe: &Wipe) -> String {
    let result = wipe.result.as_ref().map(|result| format!("`{result}`"));
    let verified = wipe.verified.map(|verified| if verified { "verified" } else { "not verified" }.to_owned());
    let when = match (wipe.finished_at, wipe.started_at) {
        (Some(at), _) => Some(format!("finished {}", minute(at))),
        (None, Some(at)) => Some(format!("begun {}, not finished", minute(at))),
        (None, None) => Some("not finished".to_owned()),
    };
    format!("newest wipe: {}", joined([result, wipe.method.clone(), verified, when]))
}

fn batteries(machine: &Machine) -> String {
    let battery = machine.batteries.iter().map(|battery| {
        let health = battery.health_percent.map_or_else(|| "?".to_owned(), |percent| format!("{percent}%"));
        battery.cycles.map_or(health.clone(), |cycles| format!("{health} after {cycles} cycles"))
    });
    battery.collect::<Vec<_>>().join(", ")
}

/// The newest logs; older ones are counted.
fn logs(page: &mut Page, logs: &[DiagnosticsLog]) {
    const MOST: usize = 2;
    for (place, log) in logs.iter().rev().take(MOST).enumerate() {
        let tests = log.tests.iter().map(|test| format!("{} {}", test.name, test.result.as_deref().unwrap_or("-")));
        let tests = tests.collect::<Vec<_>>().join(", ");
        let when = log.created_at.map_or_else(|| "no time".to_owned(), minute);
        page.row(if place == 0 { "tests" } else { "" }, format!("{when}: {tests}"));
    }
    let older = logs.len().saturating_sub(MOST) as u64;
    if older > 0 {
        page.row("", format!("and {}", output::count(older, "older log", "older logs")));
    }
}

fn mapped(page: &mut Page, subject: &Subject) {
    let update = &subject.update;
    page.section("What IQR shall say");
    let text = |text: &str| if text.is_empty() { "?".to_owned() } else { text.to_owned() };
    page.styled_row("master item", STRONG, format!("{} / {}", text(&update.item_number), text(&update.manufacturer)));
    for field in subject.fields.iter().filter(|field| field.attribute.is_none() && field.name != "item description") {
        rendered(page, short_name(field.name), field, STRONG);
    }
    for field in subject.fields.iter().filter(|field| field.name == "item description") {
        rendered(page, "if item is new", field, STRONG);
        page.row("", format!("category {}", update.category));
    }
}

fn short_name(name: &str) -> &str {
    if name == "extended description" { "extended descr." } else { name }
}

/// A field, the template that made it, and what the machine had nothing for.
fn rendered(page: &mut Page, label: &str, field: &RenderedField, style: anstyle::Style) {
    page.styled_row(label, style, if field.text.is_empty() { "(empty)" } else { &field.text });
    page.styled_row("", DIM, format!("from {}", field.template));
    if !field.empty_fields.is_empty() {
        page.styled_row("", WARN, format!("! nothing for {}", field.empty_fields.join(", ")));
    }
}

fn attributes(page: &mut Page, subject: &Subject) {
    let mut attributes = subject.fields.iter().filter(|field| field.attribute.is_some()).peekable();
    if attributes.peek().is_some() {
        page.section("Attributes (shown here only, never sent)");
    }
    for field in attributes {
        rendered(page, field.attribute.as_deref().unwrap_or_default(), field, STRONG);
    }
}

/// Without IQR it is known only which lines were sent before.
fn comments_offline(page: &mut Page, subject: &Subject) {
    page.section("Comment lines (+ not sent yet, = sent before)");
    for line in subject.update.comments.iter().map(ToString::to_string) {
        if subject.sent.has_line(&line) {
            page.item(&[Span::new(DIM, format!("= {line}"))]);
        } else {
            page.item(&[Span::new(GOOD, format!("+ {line}"))]);
        }
    }
    if subject.update.comments.is_empty() {
        page.item(&[Span::plain("none: no test was run and no wipe has ended")]);
    }
}

fn difference(page: &mut Page, preview: &Preview, remote: &Remote) {
    page.section("Comment lines (+ new, ~ changed, = kept)");
    for fate in &remote.plan.comment_lines {
        page.item(&fate_spans(fate));
    }
    if remote.plan.comment_lines.is_empty() {
        page.item(&[Span::plain("none: no test was run and no wipe has ended")]);
    }
    let is_held = preview.held.is_some();
    page.section(if is_held {
        "Difference to IQR (not sent while it is held)"
    } else {
        "Difference to IQR ([-goes-] {+comes+})"
    });
    for change in &remote.plan.changes {
        page.spans_row(field_name(change.field), &change_spans(change));
    }
    if remote.plan.changes.is_empty() {
        page.item(&[Span::new(GOOD, "none")]);
    }
    for note in &remote.notes {
        page.styled_row("note", WARN, note);
    }
}

fn fate_spans(fate: &LineFate) -> Vec<Span> {
    match fate {
        LineFate::Kept(line) => vec![Span::new(DIM, format!("= {line}"))],
        LineFate::New(line) => vec![Span::new(GOOD, format!("+ {line}"))],
        LineFate::Changed { from, to } => {
            let mut spans = vec![Span::new(WARN, "~ ")];
            spans.extend(diff::words(from, to));
            spans
        }
    }
}

fn field_name(field: Field) -> &'static str {
    match field {
        Field::MasterItem => "master item",
        Field::Description => "description",
        Field::ExtendedDescription => "extended descr.",
        Field::Comments => "comments",
    }
}

/// The comments are shown line by line above.
fn change_spans(change: &Change) -> Vec<Span> {
    if change.field == Field::Comments {
        let lines = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count() as u64;
        let (from, to) = (lines(&change.from), lines(&change.to));
        return vec![Span::plain(format!("{} now, {to} then; see above", output::count(from, "line", "lines")))];
    }
    diff::words(&change.from, &change.to)
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
