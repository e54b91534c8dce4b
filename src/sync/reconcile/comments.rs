//! The merge of our lines into the inventory comments of an asset.
//!
//! People and other tools share the field. A line is `Name: VALUE`, known by the text before its first colon. A line
//! counts as ours when we sent it before, or when its value is one of the words that we write; every other line belongs
//! to others, whatever its name, and is never touched. The merge never removes a line, never blanks a value, and never
//! adds a line that is there already.

use std::borrow::{Borrow, Cow};
use std::collections::HashMap;
use std::hash::Hash;

use crate::config::CommentMode;
use crate::ledger::CommentSemantics;
use crate::mapping::{has_result_word, is_result_value};
use crate::model::{CommentLine, KnownLines, Sent, is_stored, lines_of, stored_form};
use crate::sync::reconcile::line_index::{LineIndex, NameSet};

/// The effect of a write to the comments field, so far as that is known or configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// IQR adds what is sent: only new and changed lines are sent.
    Adds,
    /// IQR replaces the field: the existing text with the changes in place is sent.
    Replaces,
}

impl Writing {
    /// Returns what writes have shown or, as long as none has, what the config says.
    #[must_use]
    pub fn from_semantics(known: Option<CommentSemantics>, mode: CommentMode) -> Self {
        match (known, mode) {
            (Some(CommentSemantics::Adds), _) | (None, CommentMode::Changed) => Self::Adds,
            (Some(CommentSemantics::Replaces), _) | (None, CommentMode::Full) => Self::Replaces,
        }
    }
}

/// The fate of one of our lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineFate {
    /// The line stays: it is there already, or a person changed it since we sent it.
    Kept(String),
    /// The line is new: no line of this name is there.
    New(String),
    /// The line changes: the line of this name says something else.
    Changed {
        /// The line that is there.
        from: String,
        /// The line to be sent.
        to: String,
    },
}

/// The outcome of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The fate of each of our lines, in our order.
    pub lines: Vec<LineFate>,
    /// The whole text after the write.
    pub text: String,
    /// The text to be sent; empty when nothing has to be sent.
    pub write: String,
}

/// Merges `ours` into the `existing` text; a pure function.
#[must_use]
pub fn merge(existing: &str, ours: &[CommentLine], sent: &Sent, writing: Writing) -> Merge {
    let (mut text, sent) = (Text::parse(existing), sent.known_lines());
    let forms: Vec<_> = ours.iter().map(|line| stored_form(&line.name)).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for form in &forms {
        *counts.entry(form.as_ref()).or_default() += 1;
    }
    // A column that cannot hold every letter may give two names one form: then only its own letters identify each.
    let is_alone = |form: &str| counts.get(form) == Some(&1);
    let place = |(line, form)| text.place(Ours { line, is_alone: is_alone(form) }, &sent, writing);
    let lines: Vec<LineFate> = ours.iter().zip(forms.iter().map(AsRef::as_ref)).map(place).collect();
    let news: Vec<&str> = lines.iter().filter_map(LineFate::news).collect();
    let write = match writing {
        Writing::Adds | Writing::Replaces if news.is_empty() => String::new(),
        Writing::Adds => news.join("\n"),
        Writing::Replaces => text.to_string(),
    };
    Merge { write, text: text.to_string(), lines }
}

/// Returns the lines of `before` that are missing in `after`, with repeats.
#[must_use]
pub fn lost_lines(before: &str, after: &str) -> Vec<String> {
    let mut left: HashMap<&str, usize> = HashMap::new();
    lines_of(after).for_each(|line| *left.entry(line).or_default() += 1);
    // Equal lines go first: a `?` may be the form that a column gave to another line, and is also equal to itself.
    let changed: Vec<&str> = lines_of(before).filter(|line| !take(&mut left, line)).collect();
    let mut forms: HashMap<Cow<'_, str>, usize> = HashMap::new();
    for (line, count) in left.into_iter().filter(|(line, _)| line.is_ascii()) {
        *forms.entry(stored_form(line)).or_default() += count;
    }
    changed.into_iter().filter(|line| !take(&mut forms, stored_form(line).as_ref())).map(str::to_owned).collect()
}

/// Takes one of the counted lines; returns false when there is none.
fn take<K: Borrow<str> + Eq + Hash>(counts: &mut HashMap<K, usize>, line: &str) -> bool {
    let Some(count) = counts.get_mut(line).filter(|count| **count > 0) else { return false };
    *count -= 1;
    true
}

/// Returns the lines of `text` that this program made: known ones, and those with the name of one of `ours` that pass
/// for ours.
pub(in crate::sync) fn lines_of_ours<'a>(
    text: &'a str,
    ours: &'a [CommentLine],
    sent: &Sent,
) -> impl Iterator<Item = &'a str> {
    let (names, sent) = (NameSet::new(ours), sent.known_lines());
    let has_name = move |line: &str| line.split_once(':').is_some_and(|(name, _)| names.has(name.trim()));
    lines_of(text).filter(move |line| is_known(line, &sent) || (has_name(line) && is_machine_made(line, &sent)))
}

/// Returns the text that has all lines of `before` again, followed by those that only `now` has.
#[must_use]
pub fn restored(before: &str, now: &str) -> String {
    let mut text = Text::parse(before);
    for line in lost_lines(now, before) {
        text.add(line);
    }
    text.to_string()
}

impl LineFate {
    /// Returns the line to be sent, if one is.
    #[must_use]
    pub fn news(&self) -> Option<&str> {
        match self {
            Self::Kept(_) => None,
            Self::New(line) | Self::Changed { to: line, .. } => Some(line),
        }
    }
}

/// A line of ours that is to be found in a text.
#[derive(Clone, Copy)]
struct Ours<'a> {
    line: &'a CommentLine,
    /// Whether no other line of ours may come back under the same name.
    is_alone: bool,
}

impl Ours<'_> {
    fn has_name(self, shown: &str) -> bool {
        shown.trim() == self.line.name || (self.is_alone && is_stored(shown.trim(), &self.line.name))
    }
}

/// A text of lines, each with its line end, so that lines of others stay unchanged to the byte.
struct Text {
    lines: Vec<Line>,
    index: LineIndex,
}

struct Line {
    text: String,
    end: &'static str,
}

impl Text {
    fn parse(text: &str) -> Self {
        let mut made = Self { lines: Vec::new(), index: LineIndex::default() };
        let mut rest = text;
        while let Some(at) = rest.find(['\n', '\r']) {
            let end = ["\r\n", "\n", "\r"].into_iter().find(|end| rest[at..].starts_with(end)).unwrap_or("\n");
            made.push(rest[..at].to_owned(), end);
            rest = &rest[at + end.len()..];
        }
        if !rest.is_empty() {
            made.push(rest.to_owned(), "");
        }
        made
    }

    fn push(&mut self, text: String, end: &'static str) {
        self.lines.push(Line { text, end });
        self.enter(self.lines.len() - 1);
    }

    /// Enters a line into the index.
    fn enter(&mut self, at: usize) {
        let line = self.lines[at].text.trim_end();
        self.index.add(at, line, without_date(line));
    }

    /// Decides the fate of one of our lines, and changes this text accordingly.
    fn place(&mut self, ours: Ours<'_>, sent: &KnownLines, writing: Writing) -> LineFate {
        let wanted = ours.line.text();
        let is_theirs = (ours.line.value.is_empty() || self.is_edited(&wanted, sent)) && self.has_strangers(ours, sent);
        let Some(at) = self.newest_of(ours, sent) else {
            if is_theirs {
                return LineFate::Kept(wanted);
            }
            self.add(wanted.clone());
            return LineFate::New(wanted);
        };
        let there = self.lines[at].text.trim_end().to_owned();
        let stands = says(&there, &wanted);
        let is_outdated = stands && !sent.has_line(&wanted) && self.has_result_behind(at, ours);
        if (stands && !is_outdated) || ours.line.value.is_empty() || is_theirs {
            return LineFate::Kept(there);
        }
        let to = self.distinct(ours.line, wanted);
        match writing {
            Writing::Replaces if !is_outdated => {
                self.lines[at].text.clone_from(&to);
                self.enter(at);
            }
            Writing::Adds | Writing::Replaces => self.add(to.clone()),
        }
        LineFate::Changed { from: there, to }
    }

    /// Whether a result that is not known to be ours follows our newest line: where nothing shows who wrote it, it may
    /// be ours, and would pass for the newest.
    fn has_result_behind(&self, at: usize, ours: Ours<'_>) -> bool {
        self.named(ours).any(|(place, _, value)| place > at && has_result_word(value))
    }

    /// Returns the last line that is ours and has this name: where the server only adds, the last one counts.
    fn newest_of(&self, ours: Ours<'_>, sent: &KnownLines) -> Option<usize> {
        let is_ours = |text, value| says(value, &ours.line.value) || is_machine_made(text, sent);
        self.named(ours).filter(|(_, text, value)| is_ours(text, value)).map(|(place, ..)| place).max()
    }

    /// Whether the wanted line was sent and is gone. Where it is there, followed by a line of ours that says otherwise,
    /// that line comes from a write whose end is not recorded, and the wanted line is sent again.
    fn is_edited(&self, wanted: &str, sent: &KnownLines) -> bool {
        sent.has_line(wanted) && !self.index.saying(wanted).any(|at| says(self.lines[at].text.trim_end(), wanted))
    }

    /// Whether a line of this name is not ours.
    fn has_strangers(&self, ours: Ours<'_>, sent: &KnownLines) -> bool {
        self.named(ours).any(|(_, text, value)| !says(value, &ours.line.value) && !is_machine_made(text, sent))
    }

    /// Returns the lines with the name of ours, in no order, each with its place and its value.
    fn named<'a>(&'a self, ours: Ours<'a>) -> impl Iterator<Item = (usize, &'a str, &'a str)> {
        self.index.named(&ours.line.name, ours.is_alone).filter_map(move |place| {
            let text = self.lines[place].text.trim_end();
            let (name, value) = text.split_once(':')?;
            ours.has_name(name).then(|| (place, text, value.trim()))
        })
    }

    /// Returns `wanted`, with its time behind it where the very same line is there already (PASS, then FAIL, then PASS
    /// again).
    fn distinct(&self, ours: &CommentLine, wanted: String) -> String {
        if !self.has_line(&wanted) {
            return wanted;
        }
        let time = ours.at.map_or_else(|| "again".to_owned(), |at| at.to_store_text()[..16].to_owned());
        let dated = format!("{wanted} ({time})");
        if !self.has_line(&dated) {
            return dated;
        }
        (2..1000).map(|count| format!("{wanted} ({time}, {count})")).find(|line| !self.has_line(line)).unwrap_or(dated)
    }

    fn has_line(&self, text: &str) -> bool {
        self.index.saying(text).any(|at| is_stored(self.lines[at].text.trim_end(), text))
    }

    /// Adds a line at the end, with the kind of line end that the text uses.
    fn add(&mut self, text: String) {
        let end = self.lines.iter().map(|line| line.end).find(|end| !end.is_empty()).unwrap_or("\n");
        if let Some(last) = self.lines.last_mut().filter(|last| last.end.is_empty()) {
            last.end = end;
        }
        self.push(text, "");
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.lines.iter().try_for_each(|line| write!(f, "{}{}", line.text, line.end))
    }
}

/// Whether this program wrote a line: it is known to have been sent. Only where no line of the asset is known, a bare
/// word of those that the mapping writes passes for ours; a person may have written anything longer.
pub(super) fn is_machine_made(line: &str, sent: &KnownLines) -> bool {
    let value = line.split_once(':').map_or(line, |(_, value)| without_date(value.trim()));
    let is_bare_word = || !value.contains(", ") && is_result_value(value);
    is_known(line, sent) || (sent.is_empty() && is_bare_word())
}

/// Whether a line is known to have been sent. The ledger remembers a line with its time behind it as the mapping has
/// it, once it was kept.
fn is_known(line: &str, sent: &KnownLines) -> bool {
    sent.made_line(line) || sent.made_line(without_date(line))
}

/// Whether a line or value says what is wanted, with a time behind it or without. The wanted text may itself end in a
/// time: the words of WipeOS are taken unchanged.
fn says(there: &str, wanted: &str) -> bool {
    is_stored(there, wanted) || is_stored(without_date(there), wanted)
}

/// Returns a line or value without the time that [`Text::distinct`] may have put behind it.
fn without_date(text: &str) -> &str {
    let Some((value, date)) = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) else { return text };
    let is_date = |text: &str| {
        text.len() >= 16
            && text
                .bytes()
                .take(16)
                .zip(*b"0000-00-00 00:00")
                .all(|(byte, form)| if form == b'0' { byte.is_ascii_digit() } else { byte == form })
    };
    if is_date(date) || date == "again" || date.starts_with("again, ") { value } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest;

    fn line(text: &str) -> CommentLine {
        let (name, value) = text.split_once(':').unwrap();
        CommentLine { name: name.to_owned(), value: value.trim().to_owned(), at: "2026-11-22 16:04:59".parse().ok() }
    }

    fn ours(lines: &[&str]) -> Vec<CommentLine> {
        lines.iter().map(|text| line(text)).collect()
    }

    /// Returns the record of these lines; a `- ` in front stands for a line that was not sent last.
    fn sent(lines: &[&str]) -> Sent {
        let digests = |lines: Vec<&str>| lines.iter().map(|line| digest::short(line.as_bytes())).collect();
        let (others, last): (Vec<&str>, Vec<&str>) = lines.iter().copied().partition(|line| line.starts_with("- "));
        let others = others.iter().map(|line| &line[2..]).collect();
        Sent { lines: digests(last), other_lines: digests(others), ..Sent::default() }
    }

    /// A row: the existing text, our lines, the lines that we sent before, the text sent when IQR adds, and the text
    /// sent when it replaces.
    type Row = (&'static str, &'static [&'static str], &'static [&'static str], &'static str, &'static str);

    const MERGES: &[Row] = &[
        ("", &["Memory: PASS"], &[], "Memory: PASS", "Memory: PASS"),
        ("Memory: PASS", &["Memory: PASS"], &[], "", ""),
        ("Memory: PASS  \r\n", &["Memory: PASS"], &[], "", ""),
        ("Memory:", &["Memory: PASS"], &[], "Memory: PASS", "Memory: PASS"),
        ("Memory: PASS", &["Memory:"], &[], "", ""),
        ("lid cracked", &["USB: PASS"], &[], "USB: PASS", "lid cracked\nUSB: PASS"),
        ("a\r\nb", &["USB: PASS"], &[], "USB: PASS", "a\r\nb\r\nUSB: PASS"),
        ("USB: FAIL\nlid", &["USB: PASS"], &[], "USB: PASS", "USB: PASS\nlid"),
        // A text that a person typed under one of our names stays.
        ("Memory: 2x8 by Jo", &["Memory: PASS"], &[], "Memory: PASS", "Memory: 2x8 by Jo\nMemory: PASS"),
        ("MEMORY: PASS", &["Memory: PASS"], &[], "Memory: PASS", "MEMORY: PASS\nMemory: PASS"),
        // A person edited the line that we sent, and we have no news of it.
        ("Memory: PASS, Jo", &["Memory: PASS"], &["Memory: PASS"], "", ""),
        ("Memory: FAIL", &["Memory: PASS"], &["Memory: PASS"], "", ""),
        // We have news.
        ("Memory: PASS, Jo", &["Memory: FAIL"], &["Memory: PASS"], "Memory: FAIL", "Memory: PASS, Jo\nMemory: FAIL"),
        // Our line is gone: it is sent again.
        ("lid", &["Memory: PASS"], &["Memory: PASS"], "Memory: PASS", "lid\nMemory: PASS"),
        // An unknown word that we sent before is ours.
        ("Fan: LOUD", &["Fan: PASS"], &["Fan: LOUD"], "Fan: PASS", "Fan: PASS"),
        // PASS, FAIL, and PASS again, where IQR only adds: the last line must count, and none is there twice.
        (
            "USB: PASS\nUSB: FAIL",
            &["USB: PASS"],
            &["USB: FAIL"],
            "USB: PASS (2026-11-22 16:04)",
            "USB: PASS\nUSB: PASS (2026-11-22 16:04)",
        ),
        ("USB: PASS\nUSB: FAIL\nUSB: PASS (2026-11-22 16:04)", &["USB: PASS"], &[], "", ""),
        // A wipe with details, sent with its time and kept since: the line is ours, and no newest PASS may outlive a
        // FAIL.
        (
            "W: PASS, N\nW: FAIL, N\nW: PASS, N (2026-11-22 16:04)",
            &["W: FAIL, N"],
            &["W: PASS, N"],
            "W: FAIL, N (2026-11-22 16:04)",
            "W: PASS, N\nW: FAIL, N\nW: FAIL, N (2026-11-22 16:04)",
        ),
        // Our line lost its result, or was removed: an older line of ours does not stand for it.
        ("USB: FAIL", &["USB: PASS"], &["USB: PASS", "- USB: FAIL"], "USB: PASS", "USB: PASS"),
        // A person edited the newest of our lines, not the older one.
        ("USB: FAIL\nUSB: PASS, Jo", &["USB: PASS"], &["USB: PASS", "- USB: FAIL"], "", ""),
        // A write that was never recorded said FAIL; the machine passes now. A false FAIL, or PASS, must not stay.
        (
            "USB: PASS\nUSB: FAIL",
            &["USB: PASS"],
            &["USB: PASS", "- USB: FAIL"],
            "USB: PASS (2026-11-22 16:04)",
            "USB: PASS\nUSB: PASS (2026-11-22 16:04)",
        ),
        // The ledger is lost, so the author of the newest line is unknown: no line that is there is sent again, except
        // where it says otherwise.
        ("USB: PASS\nUSB: by Jo", &["USB: PASS"], &[], "", ""),
        (
            "W: PASS, N\nW: NOT VERIFIED, N",
            &["W: PASS, N"],
            &[],
            "W: PASS, N (2026-11-22 16:04)",
            "W: PASS, N\nW: NOT VERIFIED, N\nW: PASS, N (2026-11-22 16:04)",
        ),
        // A result whose own words look like our time.
        ("Fan: LOUD (again)", &["Fan: LOUD (again)"], &[], "", ""),
        ("Fan: PASS (2026-11-22 16:04)", &["Fan: PASS (2026-11-22 16:04)"], &[], "", ""),
    ];

    #[test]
    fn merges_each_case_of_comment_lines() {
        for (existing, lines, before, added, replaced) in MERGES {
            let merged = merge(existing, &ours(lines), &sent(before), Writing::Adds);
            assert_eq!(merged.write, *added, "adding to {existing:?}");
            let merged = merge(existing, &ours(lines), &sent(before), Writing::Replaces);
            assert_eq!(merged.write, *replaced, "replacing {existing:?}");
        }
    }

    #[test]
    fn changes_nothing_when_its_own_outcome_is_merged() {
        let existing = "Memory: FAIL\r\nlid: cracked\r\nUSB:";
        let ours = ours(&["Memory: PASS", "USB: PASS", "Keyboard:"]);
        for writing in [Writing::Adds, Writing::Replaces] {
            let merged = merge(existing, &ours, &Sent::default(), writing);
            assert_eq!(merge(&merged.text, &ours, &Sent::default(), writing).write, "", "{writing:?}");
        }
    }

    #[test]
    fn restores_dropped_lines_in_front_of_newer_ones() {
        let before = "lid cracked\nMemory: PASS\n";
        let now = "Memory: PASS\nUSB: PASS";
        assert_eq!(lost_lines(before, now), ["lid cracked"]);
        assert_eq!(restored(before, now), "lid cracked\nMemory: PASS\nUSB: PASS");
        assert!(lost_lines(before, &restored(before, now)).is_empty());
        assert_eq!(lost_lines("a\na", "a"), ["a"]);
    }

    #[test]
    fn keeps_a_line_that_is_there_to_the_letter() {
        for (before, after, lost) in [
            ("®\n?", "®\n?", &[][..]),
            ("®\n𑘀\n?", "?\n®\n𑘀", &[]),
            ("Größe", "Gr??e", &[]),
            ("®\n®", "?", &["®"]),
            ("A\nA", "A", &["A"]),
        ] {
            assert_eq!(lost_lines(before, after), lost, "{before:?}");
        }
    }
}
