//! Collects what is wrong with a config file, and where.
//!
//! The sentences are ours, made of the key's path and what is expected there. What was *written* is never repeated: a
//! key or a password put in the wrong place must not travel on into a mail of cron. For the same reason the TOML
//! crate's own `Display`, which prints the offending line, is not used anywhere.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::problems::{Problem, Problems};
use super::values::{folded, nearest};
use crate::mapping::SlotRef;
use crate::model::{LookedUp, LookupService};

/// A template field that is none of the built-in ones. It is taken for a slot of the inventory item menu; whether such
/// a slot exists is known to the WipeOS database only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedSlot {
    /// The name as the template has it.
    pub name: String,
    /// Path of the template's key.
    pub key: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    lifetime: Lifetime,
}

/// How long a text stays that a template makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// A changed text replaces it: it may lack a value that is looked up, and get it later.
    Replaced,
    /// It stays as it was first written.
    Kept,
}

impl AssumedSlot {
    /// Returns the problem to report when no such slot exists.
    pub(super) fn problem(&self, existing: &[String], services: &[LookupService]) -> Problem {
        let (key, name) = (&self.key, &self.name);
        let looked_up: Vec<_> = LookedUp::ALL.into_iter().filter(|_| self.lifetime == Lifetime::Replaced).collect();
        let known = looked_up.iter().filter(|field| services.contains(&field.service())).map(|field| field.name());
        let advice = match nearest(name, existing.iter().map(String::as_str).chain(known)) {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None => "a slot that is yet to be used can be listed in `store.slots`".to_owned(),
        };
        let of_service = LookedUp::from_name(name).filter(|field| looked_up.contains(field)).map(|field| {
            let service = field.service();
            format!("; a field that {service} has needs the section [{}]", service.name())
        });
        let message = format!(
            "`{key}` has the field `{{{name}}}`, which is neither built in nor a slot of WipeOS; {advice}{}",
            of_service.unwrap_or_default()
        );
        Problem { line: self.line, column: self.column, message }
    }
}

/// Collects what a reading of the file finds.
pub(super) struct Report<'a> {
    source: &'a str,
    /// Byte offset and sentence.
    problems: Vec<(usize, String)>,
    slots: Vec<AssumedSlot>,
    /// Slots that the file itself says exist, folded.
    declared: Vec<String>,
    /// The services that have a section.
    services: Vec<LookupService>,
    /// The services whose section says that no value is looked up, each with the words for it.
    off: Vec<(LookupService, &'static str)>,
    /// Lines that are no TOML: what was parsed of them is not judged.
    garbled: Vec<usize>,
    /// Warnings of values that can be used and are hardly meant.
    warnings: Vec<Problem>,
}

impl<'a> Report<'a> {
    /// Parses the file as far as it can be parsed. Every error of syntax is noted.
    pub(super) fn parse(source: &'a str) -> (Spanned<DeTable<'a>>, Self) {
        let (table, errors) = DeTable::parse_recoverable(source);
        let mut report = Self {
            source,
            problems: vec![],
            slots: vec![],
            declared: vec![],
            services: vec![],
            off: vec![],
            garbled: vec![],
            warnings: vec![],
        };
        for error in errors {
            let offset = error.span().map_or(0, |span| span.start);
            let line = position(source, offset).0;
            if !report.garbled.contains(&line) {
                report.garbled.push(line);
                report.problems.push((offset, format!("this is not TOML: {}", error.message())));
            }
        }
        (table, report)
    }

    /// Notes a problem at a byte offset, unless its line could not be read to begin with.
    pub(super) fn refuse(&mut self, offset: usize, message: String) {
        if self.can_be_read(offset) {
            self.problems.push((offset, message));
        }
    }

    /// Whether the line of a byte offset is TOML: what was parsed of another line is not judged.
    pub(super) fn can_be_read(&self, offset: usize) -> bool {
        self.garbled.is_empty() || !self.garbled.contains(&position(self.source, offset).0)
    }

    /// Whether the whole file is TOML.
    pub(super) fn is_toml(&self) -> bool {
        self.garbled.is_empty()
    }

    /// Records a warning of a value that can be used and is hardly meant.
    pub(super) fn warn(&mut self, offset: usize, message: String) {
        self.warnings.push(problem(self.source, offset, message));
    }

    /// Declares that these are slots of the inventory item menu.
    pub(super) fn declare_slots(&mut self, names: &[String]) {
        self.declared.extend(names.iter().map(|name| folded(name)));
    }

    /// Declares that the fields of this service are looked up.
    pub(super) fn declare_service(&mut self, service: LookupService) {
        self.services.push(service);
    }

    /// Declares that no value is looked up at this service; `why` is the end of the sentence that says so.
    pub(super) fn declare_off(&mut self, service: LookupService, why: &'static str) {
        self.off.push((service, why));
    }

    /// Notes a template field that is not built in: a looked-up field, a declared slot, a slip of the pen, or a slot to
    /// be checked later.
    pub(super) fn name_slot(&mut self, offset: usize, key: String, slot: &SlotRef, lifetime: Lifetime) {
        let (name, hint) = (slot.name.as_str(), slot.hint);
        if let Some(field) = LookedUp::from_name(name).filter(|field| self.services.contains(&field.service())) {
            let off = self.off.iter().find(|(service, _)| *service == field.service()).map(|(_, why)| *why);
            match (lifetime, off) {
                (Lifetime::Kept, _) => self.refuse(offset, kept(&key, name, field.service())),
                (Lifetime::Replaced, Some(why)) => {
                    self.refuse(offset, format!("`{key}` has the field `{{{name}}}`, and {why}"));
                }
                (Lifetime::Replaced, None) => {}
            }
            return;
        }
        if self.declared.contains(&folded(name)) {
            return;
        }
        let Some(hint) = hint else {
            let (line, column) = position(self.source, offset);
            self.slots.push(AssumedSlot { name: name.to_owned(), key, line, column, lifetime });
            return;
        };
        let message = format!(
            "`{key}` has the unknown field `{{{name}}}`; did you mean `{{{hint}}}`? (a slot of that name would have to be \
             listed in `store.slots`)"
        );
        self.refuse(offset, message);
    }

    /// The offset in the file of byte `within` of the text of a string. A text with escapes differs from what is
    /// written; then it is the value's own beginning.
    pub(super) fn offset_in_text(&self, value: &Spanned<DeValue<'_>>, within: usize) -> usize {
        let span = value.span();
        let written = self.source.get(span.clone()).unwrap_or_default();
        let text = value.get_ref().as_str().unwrap_or_default();
        written.find(text).map_or(span.start, |start| span.start + start + within)
    }

    /// Ends the reading: returns the slots that remain to be checked and the warnings, or all that is wrong.
    pub(super) fn finish(mut self, path: &Path) -> Result<(Vec<AssumedSlot>, Vec<Problem>), ConfigError> {
        if self.problems.is_empty() {
            return Ok((self.slots, self.warnings));
        }
        self.problems.sort_by_key(|(offset, _)| *offset);
        let list = self.problems.into_iter().map(|(offset, message)| problem(self.source, offset, message)).collect();
        Err(ConfigError::Invalid(Problems { path: path.to_owned(), list }))
    }
}

/// The problem of a looked-up field in a text that stays.
fn kept(key: &str, name: &str, service: LookupService) -> String {
    format!(
        "`{key}` has the field `{{{name}}}`, which {service} may answer later, and what is written there cannot be taken \
         back; the field can stand in `templates.description`, `templates.extended_description` and \
         `templates.attributes`"
    )
}

/// A file that is not UTF-8 from byte `valid` on.
pub(super) fn not_text(bytes: &[u8], valid: usize, path: &Path) -> ConfigError {
    let before = String::from_utf8_lossy(&bytes[..valid]);
    let list = vec![problem(&before, valid, "this is not UTF-8 text".to_owned())];
    ConfigError::Invalid(Problems { path: path.to_owned(), list })
}

fn problem(source: &str, offset: usize, message: String) -> Problem {
    let (line, column) = position(source, offset);
    Problem { line, column, message }
}

fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset).unwrap_or(source);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
