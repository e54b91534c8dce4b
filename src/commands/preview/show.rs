//! A preview for people: one page.

use super::hardware;
use super::load::{Preview, Remote, Subject};
use crate::commands::page::{Page, Span, ago, minute};
use crate::commands::{diff, lookups};
use crate::config::Config;
use crate::mapping::{RenderedField, Rules};
use crate::model::{Cut, DueBecause, KnownLines, Limited, Timestamp};
use crate::output::{self, BAD, DIM, GOOD, STRONG, WARN};
use crate::sync::reconcile::comments::LineFate;
use crate::sync::reconcile::plan::{Change, Field};

pub(super) fn page(preview: &Preview, config: &Config) -> String {
    let mut page = Page::default();
    head(&mut page, preview, config);
    if let Some(subject) = &preview.subject {
        hardware::machine(&mut page, subject, preview.now);
        looked_up(&mut page, preview, config);
        mapped(&mut page, subject);
        comments(&mut page, subject, preview.remote.as_ref(), &config.rules);
        if let Some(remote) = &preview.remote {
            difference(&mut page, preview, remote);
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
    if let Some(rejection) = &preview.unreadable {
        page.styled_row("failing", BAD, format!("{}: {}", rejection.reason, rejection.message));
    }
    failing(page, preview);
}

/// Writes the values that other services have of the machine, and those that were sent and that it lacks now;
/// nothing where no text names one.
fn looked_up(page: &mut Page, preview: &Preview, config: &Config) {
    let lost = preview.lost_to_settings();
    if config.looked_up().is_empty() && lost.is_empty() {
        return;
    }
    page.section("Values that other services have");
    lookups::rows(page, preview.looked_up(), preview.now);
    if preview.looked_up().is_empty() && lost.is_empty() {
        page.item(&[Span::new(DIM, "none: the machine has no text that they could be asked for")]);
    }
    for field in lost {
        let name = field.name();
        let stays = format!(
            "{name}: it was sent under other settings, or before the history file was lost; a text in IQR that shows it stays as it is"
        );
        page.item(&[Span::new(WARN, stays)]);
    }
}

/// Returns the slot and its text, where that is not the ID itself.
fn slot(preview: &Preview, config: &Config) -> String {
    let slot = &config.store.inventory_id_slot;
    let typed = preview.subject.as_ref().and_then(|subject| subject.machine().slot(slot));
    match typed.filter(|typed| *typed != preview.inventory_id()) {
        Some(typed) => format!("slot `{slot}` of the inventory item menu, typed as `{typed}`"),
        None => format!("slot `{slot}` of the inventory item menu"),
    }
}

/// Returns the state of the client in a few words.
fn state(preview: &Preview) -> (anstyle::Style, &'static str) {
    if preview.held.is_some() {
        return (WARN, "held, a person has to change something first");
    }
    if preview.unreadable.is_some() {
        return (BAD, "its record in WipeOS cannot be understood");
    }
    if preview.subject.as_ref().is_some_and(|subject| subject.sent_by.is_some()) {
        return (WARN, "by a template that was asked for, and not as it is sent");
    }
    let is_due = !preview.because.is_empty() || preview.ledger_view.problem.is_some();
    match &preview.remote {
        _ if preview.is_waiting() => (WARN, "failed before, and waits for its next try"),
        Some(remote) if remote.plan.is_empty() && !remote.plan.spared.is_empty() => {
            (WARN, "nothing to send, IQR keeps a text that differs")
        }
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
    let sent = preview.ledger_view.sent.as_ref();
    let since = |at: Timestamp| format!("{} ({})", minute(at), ago(at, preview.now));
    let reasons: Vec<&str> = preview.because.iter().copied().map(DueBecause::words).collect();
    match (reasons.is_empty(), sent) {
        (true, Some(sent)) => format!("no: nothing is new since it was sent, {}", since(sent.at)),
        (true, None) => "no: nothing is new since it was looked at".to_owned(),
        (false, Some(sent)) => format!("yes: {}; last sent {}", reasons.join(", "), since(sent.at)),
        (false, None) => format!("yes: {}", reasons.join(", ")),
    }
}

/// Writes the outcome of the passes before.
fn failing(page: &mut Page, preview: &Preview) {
    let Some(problem) = &preview.ledger_view.problem else { return };
    let tries = output::count(problem.attempts.into(), "try", "tries");
    let since = format!("since {}, {tries}", minute(problem.since));
    let next = match problem.next_try {
        Some(at) if at > preview.now => format!("; next try {}", ago(at, preview.now)),
        Some(_) => "; next try with the next pass".to_owned(),
        None => "; next try when the client or the config changes".to_owned(),
    };
    if problem.reason.is_held() {
        page.row("", format!("{}held {since}{next}", if preview.held.is_some() { "" } else { "was " }));
    } else {
        page.styled_row("failing", BAD, format!("{}: {}", problem.reason.code(), problem.message));
        page.row("", format!("{since}{next}"));
    }
}

fn mapped(page: &mut Page, subject: &Subject) {
    let update = subject.update();
    page.section("What IQR shall say");
    let text = |text: &str| if text.is_empty() { "?".to_owned() } else { text.to_owned() };
    page.styled_row("master item", STRONG, format!("{} / {}", text(&update.item_number), text(&update.manufacturer)));
    for cut in update.cuts.iter().filter(|cut| matches!(cut.text, Limited::ItemNumber | Limited::Manufacturer)) {
        cut_row(page, cut);
    }
    for field in subject.fields.iter().filter(|field| field.attribute.is_none() && field.name != "item description") {
        rendered(page, short_name(field.name), field, STRONG);
    }
    for field in subject.fields.iter().filter(|field| field.name == "item description") {
        rendered(page, "if item is new", field, STRONG);
        page.row("", format!("in category {}", text(&update.category)));
    }
}

fn short_name(name: &str) -> &str {
    if name == "extended description" { "extended descr." } else { name }
}

/// Writes a field, the template that made it, and the template's fields that the machine has no value for.
fn rendered(page: &mut Page, label: &str, field: &RenderedField, style: anstyle::Style) {
    page.styled_row(label, style, if field.text.is_empty() { "(empty)" } else { &field.text });
    let template = if field.template.is_empty() { "an empty template" } else { &field.template };
    page.styled_row("", DIM, format!("from {template}"));
    if let Some(cut) = &field.cut {
        cut_row(page, cut);
    }
    if !field.empty_fields.is_empty() {
        page.styled_row("", WARN, format!("! nothing for {}", field.empty_fields.join(", ")));
    }
}

fn cut_row(page: &mut Page, cut: &Cut) {
    page.styled_row("", WARN, format!("! {cut}"));
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

/// Writes the outcome of each line. Without IQR it is known only which lines were sent before.
fn comments(page: &mut Page, subject: &Subject, remote: Option<&Remote>, rules: &Rules) {
    let sent = subject.sent_lines();
    let lines: Vec<Vec<Span>> = match remote {
        Some(remote) => remote.plan.comment_lines.iter().map(fate_spans).collect(),
        None => subject.update().comments.iter().map(|line| offline_spans(&line.to_string(), &sent)).collect(),
    };
    page.section(match remote {
        Some(_) => "Comment lines (+ new, ~ changed, = kept)",
        None => "Comment lines (+ not sent yet, = sent before)",
    });
    page.columns(&lines);
    if lines.is_empty() {
        return page.item(&[Span::plain("none: no test has a result and no wipe has ended")]);
    }
    for warning in hardware::overtaken(subject.machine()) {
        page.item(&[Span::new(WARN, warning)]);
    }
    for template in [&rules.diagnostics_line, &rules.wipe_line] {
        page.item(&[Span::new(DIM, format!("from {}", template.source()))]);
    }
}

fn offline_spans(line: &str, sent: &KnownLines) -> Vec<Span> {
    let (style, mark) = if sent.has_line(line) { (DIM, '=') } else { (GOOD, '+') };
    vec![Span::new(style, format!("{mark} {line}"))]
}

fn difference(page: &mut Page, preview: &Preview, remote: &Remote) {
    let is_asked_for = preview.subject.as_ref().is_some_and(|subject| subject.sent_by.is_some());
    page.section(match preview.held {
        Some(_) => "Difference to IQR (not sent while it is held)",
        None if is_asked_for => "Difference to IQR by the template that was asked for (not sent)",
        None => "Difference to IQR ([-goes-] {+comes+})",
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

/// Returns the spans of a change, except for comments, which are shown line by line above.
fn change_spans(change: &Change) -> Vec<Span> {
    if change.field == Field::Comments {
        let lines = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count() as u64;
        let (from, to) = (lines(&change.from), lines(&change.to));
        return vec![Span::plain(format!("{} now, {to} then; see above", output::count(from, "line", "lines")))];
    }
    diff::words(&change.from, &change.to)
}
