//! The lines of "Inventory Comments": one a test, one a drive whose wipe has ended.
//!
//! Which of them IQR still lacks is not decided here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::clean::{folded, one_line};
use super::drives::DriveFacts;
use super::fields::{Facts, Subject};
use super::look_alikes;
use super::words::{self, Outcome};
use super::{Rules, TestName, Untested};
use crate::escape::is_invisible;
use crate::model::{CommentLine, DiagnosticsLog, Machine, Timestamp};

/// The word of the order that stands for the wipe lines.
const WIPE: &str = "wipe";

/// All lines, in the order in which new ones are added, no two of one name.
pub(super) fn lines(facts: &Facts<'_>, rules: &Rules) -> Vec<CommentLine> {
    let mut names = Names::default();
    // Lines of wipes get their names first: none of them may give way to a test that is called like it.
    let mut wipes = wipe_lines(facts, rules, &mut names);
    let mut tests = Tests::from_machine(facts.machine);
    let mut lines = Vec::new();
    for name in &rules.order {
        if name.key == WIPE {
            lines.append(&mut wipes);
        } else if let Some(test) = tests.take(name, rules.untested) {
            lines.extend(test_line(&test, facts, rules, &mut names));
        }
    }
    for test in tests.met.into_iter().flatten() {
        lines.extend(test_line(&test, facts, rules, &mut names));
    }
    lines.append(&mut wipes);
    lines
}

fn wipe_lines(facts: &Facts<'_>, rules: &Rules, names: &mut Names) -> Vec<CommentLine> {
    let line = |drive: &DriveFacts<'_>| {
        let wipe = drive.wipe.as_ref()?;
        let subject = Subject { facts, drive: Some(drive), test: None };
        let (name, value) = rules.wipe_line.render_line(&subject);
        Some(CommentLine { name: names.claim(&name), value: guarded(&value, &wipe.result), at: wipe.end.date() })
    };
    facts.drives.iter().filter_map(line).collect()
}

/// Returns the line of a test; `None` for a test without a result where such lines are left out.
fn test_line(test: &Test, facts: &Facts<'_>, rules: &Rules, names: &mut Names) -> Option<CommentLine> {
    if test.result.is_empty() && rules.untested == Untested::Omit {
        return None;
    }
    let subject = Subject { facts, drive: None, test: Some((&test.name, &test.result)) };
    let (name, value) = rules.diagnostics_line.render_line(&subject);
    // A test called like the wipe lines must not claim a wipe.
    let name = if is_like_a_wipe(&name) { format!("{name} test") } else { name };
    let value = if test.result.is_empty() { String::new() } else { guarded(&value, &test.result) };
    Some(CommentLine { name: names.claim(&name), value, at: test.at })
}

/// The value as one line. A template may put other text in front of the result (a method called `Pass 7`): a value
/// begins like a pass only if the result is one. A result without letters (`-`) is no word to put in front of it.
fn guarded(value: &str, result: &str) -> String {
    let value = one_line(value);
    let value = if value.chars().any(is_invisible) { look_alikes::escaped(&value).into() } else { value };
    if result != words::PASS && words::looks_like_pass(&value) {
        let led = format!("{result} ({value})");
        return if words::looks_like_pass(&led) { format!("{} ({value})", words::UNKNOWN) } else { led };
    }
    value.into_owned()
}

/// Whether a name is `Wipe`, or looks like it, or begins so and goes on with something else than a letter, as those of drives do.
fn is_like_a_wipe(name: &str) -> bool {
    let mut seen = look_alikes::seen(name).skip_while(|character| matches!(character, '.' | ' '));
    let is_wipe = WIPE.chars().all(|letter| seen.next() == Some(letter.to_ascii_uppercase()));
    is_wipe && seen.next().is_none_or(|next| matches!(next, '.' | ' '))
}

/// A test and the result that counts.
#[derive(Debug)]
struct Test {
    name: String,
    /// The printed form; empty when no log has a result.
    result: String,
    severity: Severity,
    at: Option<Timestamp>,
}

/// The weight of a result: of two results of one test in one log the graver one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    None,
    Passed,
    Unknown,
    Failed,
}

/// Sorts the logs, oldest first, by time and then by key. A log without a time counts as made right after those of
/// lower keys.
fn by_age(logs: &[DiagnosticsLog]) -> Vec<&DiagnosticsLog> {
    let mut by_key: Vec<&DiagnosticsLog> = logs.iter().collect();
    by_key.sort_by_key(|log| log.id);
    let mut newest = None;
    let mut dated: Vec<(Option<Timestamp>, &DiagnosticsLog)> = Vec::with_capacity(logs.len());
    for log in by_key {
        let time = log.created_at.or(newest);
        newest = newest.max(time);
        dated.push((time, log));
    }
    // The sort is stable: within one time the order of the keys stays.
    dated.sort_by_key(|(time, _)| *time);
    dated.into_iter().map(|(_, log)| log).collect()
}

/// The tests of all logs, by name, in the order in which they were met.
struct Tests {
    met: Vec<Option<Test>>,
    places: BTreeMap<String, usize>,
}

impl Tests {
    fn from_machine(machine: &Machine) -> Self {
        let mut tests = Self { met: Vec::new(), places: BTreeMap::new() };
        for log in by_age(&machine.diagnostics) {
            tests.add(log);
        }
        tests
    }

    /// Takes up a log that is newer than those before. A test without a result changes nothing.
    fn add(&mut self, log: &DiagnosticsLog) {
        let mut in_this_log = BTreeSet::new();
        for test in &log.tests {
            let place = self.place(&test.name);
            let Some(known) = self.met.get_mut(place).and_then(Option::as_mut) else { continue };
            let (severity, result) = judged(test.result.as_deref());
            if severity == Severity::None || (in_this_log.contains(&place) && severity <= known.severity) {
                continue;
            }
            in_this_log.insert(place);
            *known = Test { name: std::mem::take(&mut known.name), result, severity, at: log.created_at };
        }
    }

    fn place(&mut self, name: &str) -> usize {
        let next = self.met.len();
        let place = *self.places.entry(folded(name)).or_insert(next);
        if place == next {
            self.met.push(Some(Test::without_result(name)));
        }
        place
    }

    /// Removes and returns the test of this name, called by this name. A test that was not run is returned only if it
    /// shall be shown.
    fn take(&mut self, name: &TestName, untested: Untested) -> Option<Test> {
        let place = self.places.get(&name.key).copied();
        match place {
            Some(place) => self.met[place].take().map(|test| Test { name: name.name.clone(), ..test }),
            None if untested == Untested::Blank => {
                let place = self.place(&name.name);
                self.met[place].take()
            }
            None => None,
        }
    }
}

impl Test {
    fn without_result(name: &str) -> Self {
        let name = match one_line(name) {
            name if name.is_empty() => "Unnamed test".to_owned(),
            name => name.into_owned(),
        };
        Self { name, result: String::new(), severity: Severity::None, at: None }
    }
}

fn judged(result: Option<&str>) -> (Severity, String) {
    match words::parse_test(result) {
        Outcome::Blank | Outcome::NotRun => (Severity::None, String::new()),
        Outcome::Passed => (Severity::Passed, words::PASS.to_owned()),
        Outcome::Failed => (Severity::Failed, words::FAIL.to_owned()),
        Outcome::Other(text) => (Severity::Unknown, words::unknown_word(text).into_owned()),
    }
}

/// A name that cannot be taken for another one: without a colon or what looks like one, and with the numbers of characters
/// that are hidden or look like letters.
fn plain_name(name: &str) -> String {
    look_alikes::escaped_name(&name.replace(look_alikes::is_like_a_colon, "-"))
}

/// The names given so far. A line is found again in IQR by its name, so no two may have the same.
#[derive(Default)]
struct Names {
    taken: BTreeSet<String>,
    /// The number that was last put behind a name: all below it are taken.
    numbers: BTreeMap<String, u64>,
}

impl Names {
    /// The name as a line may have it: one line, no colon, and with a number behind it where it is taken.
    fn claim(&mut self, name: &str) -> String {
        let is_plain = name.is_ascii() && !name.contains(':');
        let name: Cow<'_, str> = if is_plain { name.into() } else { plain_name(name).into() };
        let name = match one_line(&name) {
            name if name.is_empty() => "Unnamed".into(),
            name => name,
        };
        let key = folded(&name);
        if self.taken.insert(key.clone()) {
            return name.into_owned();
        }
        let number = self.numbers.entry(key).or_insert(1);
        loop {
            *number += 1;
            let claimed = format!("{name} {number}");
            if self.taken.insert(folded(&claimed)) {
                return claimed;
            }
        }
    }
}
