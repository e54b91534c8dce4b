//! The table `[lookup]`, and what the sections of the services have in common.
//!
//! A service without a section is never asked.

use std::time::Duration;

use super::flaw::Flaw;
use super::section::Section;
use super::settings::LookupConfig;
use super::values;
use crate::model::LookedUp;
use crate::web::{PathError, PathTemplate};

const SECOND: Duration = Duration::from_secs(1);

/// Reads `[lookup]`.
pub(super) fn lookup(section: &mut Section) -> LookupConfig {
    let usual = LookupConfig::default();
    let budget = section.duration("budget", usual.budget);
    if !(SECOND..=60 * SECOND).contains(&budget) {
        section.refuse_key("budget", "must be from \"1s\" to \"60s\"".to_owned());
    }
    LookupConfig { budget, retry: section.duration("retry", usual.retry), wait: section.duration("wait", usual.wait) }
}

/// Reads a text that the section must have; `why` is the end of the sentence that says so, blank for always.
pub(super) fn needed_text(section: &mut Section, key: &'static str, why: &str) -> String {
    let text = section.parsed(key, None, |text| values::optional_text(text).map(Some));
    if text.as_deref() == Some("") {
        section.refuse_key(key, format!("must not be blank{why}"));
    } else if !section.has(key) {
        section.refuse_self(&format!("has no `{key}`, which must be set{why}"));
    }
    text.unwrap_or_default()
}

/// Reads the name of the slot that holds the key of a machine.
pub(super) fn key_slot(text: &str) -> Result<String, Flaw> {
    let name = values::text(text)?;
    match LookedUp::from_name(&name) {
        Some(_) => Err("must be a slot that technicians fill in, and this is a field that is looked up by it".into()),
        None => Ok(name),
    }
}

/// A path of a service that the config may replace.
pub(super) struct ServicePath {
    /// The setting that the path is relative to.
    pub base: &'static str,
    /// The path that the program has for it; tests show that these all parse.
    pub usual: &'static str,
    /// The placeholders that the path may have.
    pub known: &'static [&'static str],
    /// The placeholders that the path must have.
    pub needed: &'static [&'static str],
}

impl ServicePath {
    /// Reads the path at `key`.
    pub(super) fn read(&self, section: &mut Section, key: &'static str) -> PathTemplate {
        let usual =
            || PathTemplate::parse(self.usual, self.known).unwrap_or_else(|_| PathTemplate::new(self.usual, None));
        section.parsed(key, None, |text| self.parse(text).map(Some)).unwrap_or_else(usual)
    }

    fn parse(&self, text: &str) -> Result<PathTemplate, Flaw> {
        let path = PathTemplate::parse(text, self.known).map_err(|error| self.flaw(&error))?;
        match self.needed.iter().find(|placeholder| !path.has(placeholder)) {
            Some(placeholder) => Err(format!("must hold {{{placeholder}}}").into()),
            None => Ok(path),
        }
    }

    /// Returns the flaw of a path, without what was written.
    fn flaw(&self, error: &PathError) -> Flaw {
        match error {
            PathError::Bad => {
                format!("must be a path relative to `{}`, of printable ASCII without blanks", self.base).into()
            }
            PathError::UnknownPlaceholder(_) if self.known.is_empty() => {
                "holds a placeholder, and none can be filled in here".into()
            }
            PathError::UnknownPlaceholder(_) => {
                let known: Vec<_> = self.known.iter().map(|name| format!("{{{name}}}")).collect();
                format!("holds a placeholder that cannot be filled in here; known here: {}", known.join(", ")).into()
            }
        }
    }
}
