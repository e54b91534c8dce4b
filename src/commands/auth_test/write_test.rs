//! `auth-test --write-test`: writes to each of the three fields of one TEST asset, reports the outcomes, and proposes
//! the lines of the config that follow from them.
//!
//! This is the one place besides a pass and `master-item --create` that writes to IQR. It writes to the asset that was
//! named twice and to no other, while it holds the run lock, one field at a time, reads each back, and puts back the
//! text from before. A line of comments cannot be taken away where IQR adds what it gets; then it says so.

mod trial;

use self::trial::{Finding, Trial};
use super::{FIELDS, Steps, Verdict};
use crate::config::{CommentMode, Config};
use crate::iqr::{Endpoint, Field, FieldNames, Format, Operation, Settings};
use crate::ledger::RunLedger;
use crate::model::InventoryId;
use crate::web::Method;

/// Fields that may stand in for a field that cannot be written.
const FALLBACKS: [&str; 5] = ["userdefined1", "userdefined2", "userdefined3", "userdefined4", "userdefined5"];

impl Steps {
    /// Tries every field; the person has confirmed the asset.
    pub(super) fn write_test(&mut self, config: &Config, id: &InventoryId) {
        // Held to the end: a pass must not write to this asset meanwhile.
        let _lock = match RunLedger::open(&config.ledger.path) {
            Ok(lock) => lock,
            Err(error) => return self.fail("write test", error),
        };
        if let Err(error) = self.try_fields(config, id) {
            self.fail("write test", error);
        }
    }

    fn try_fields(&mut self, config: &Config, id: &InventoryId) -> Result<(), anyhow::Error> {
        let mut settings = config.iqr.clone();
        let mut findings = self.with(config, &settings, id)?;
        if findings.iter().all(|finding| !finding.is_taken()) {
            let (other, line) = other_format(&settings);
            self.note("format", Verdict::Warning, "no field was taken; the other format is tried".to_owned());
            let others = self.with(config, &other, id)?;
            if others.iter().any(Finding::is_taken) {
                self.lines.push("[iqr.endpoints]".to_owned());
                self.lines.push(line);
                (settings, findings) = (other, others);
            }
        }
        self.fallbacks(config, settings, &findings, id)?;
        self.comments_mode(config, &findings);
        Ok(())
    }

    /// Tries all three fields once under these settings.
    fn with(&mut self, config: &Config, settings: &Settings, id: &InventoryId) -> Result<Vec<Finding>, anyhow::Error> {
        let trial = Trial::begin(config, settings, id)?;
        self.note("before", Verdict::Ok, format!("asset {id}: {}", trial.before()?));
        let mut findings = Vec::new();
        for (field, _) in FIELDS {
            let finding = trial.field(field)?;
            self.report(settings.fields.of(field), &finding);
            findings.push(finding);
        }
        trial.end();
        Ok(findings)
    }

    fn report(&mut self, name: &str, finding: &Finding) {
        let verdict = if finding.is_taken() && finding.is_restored() { Verdict::Ok } else { Verdict::Warning };
        self.note(&format!("write {name}"), verdict, finding.to_string());
    }

    /// Finds a user-defined field for each field that cannot be written.
    fn fallbacks(
        &mut self,
        config: &Config,
        mut settings: Settings,
        findings: &[Finding],
        id: &InventoryId,
    ) -> Result<(), anyhow::Error> {
        let mut lines = Vec::new();
        for ((field, key), finding) in FIELDS.into_iter().zip(findings) {
            // Comments have many lines; a column of 35 characters is too narrow for them.
            if finding.is_taken() || field == Field::Comments {
                continue;
            }
            if let Some(found) = self.fallback(config, &settings, field, id)? {
                lines.push(format!("{key} = \"{}\"    # 35 characters", found.fields.of(field)));
                settings = found;
            } else {
                self.note(key, Verdict::Warning, "no userdefined field is empty and can be written either".to_owned());
            }
        }
        if !lines.is_empty() {
            self.lines.push("[iqr.fields]".to_owned());
            self.lines.append(&mut lines);
        }
        Ok(())
    }

    /// Returns the settings under which another field is used in place of `field`.
    fn fallback(
        &mut self,
        config: &Config,
        settings: &Settings,
        field: Field,
        id: &InventoryId,
    ) -> Result<Option<Settings>, anyhow::Error> {
        for name in FALLBACKS {
            let Some(fields) = renamed(&settings.fields, field, name) else { continue };
            let settings = Settings { fields, ..settings.clone() };
            let trial = Trial::begin(config, &settings, id)?;
            // The text in it may belong to another use of the field.
            let finding = if trial.is_empty(field)? { Some(trial.field(field)?) } else { None };
            trial.end();
            if let Some(finding) = finding {
                self.report(name, &finding);
                if finding.is_taken() {
                    return Ok(Some(settings));
                }
            }
        }
        Ok(None)
    }

    fn comments_mode(&mut self, config: &Config, findings: &[Finding]) {
        let mode = findings.iter().find_map(Finding::comments);
        let (found, word) = match mode {
            Some(trial::Comments::Added) => (CommentMode::Changed, "changed"),
            Some(trial::Comments::Replaced) => (CommentMode::Full, "full"),
            None => return,
        };
        if config.sync.comments == found {
            self.note("comments mode", Verdict::Ok, format!("sync.comments = \"{word}\" fits"));
        } else {
            self.lines.push("[sync]".to_owned());
            self.lines.push(format!("comments = \"{word}\""));
        }
    }
}

/// The names with another one for `field`; `None` where that is the name of another field.
fn renamed(names: &FieldNames, field: Field, name: &str) -> Option<FieldNames> {
    let [description, extended, comments] =
        FIELDS.map(|(other, _)| if other == field { name } else { names.of(other) });
    FieldNames::new(description, extended, comments).ok()
}

/// The same service with writes in the other format, and the line of the config that says so.
fn other_format(settings: &Settings) -> (Settings, String) {
    let (format, word, path) = match settings.endpoints.get(Operation::InventoryUpdate).format() {
        Format::Xml => (Format::Json, "json", "Inventories/Update/JSON"),
        Format::Json => (Format::Xml, "xml", "Inventories/Update/XML"),
    };
    let mut settings = settings.clone();
    if let Ok(endpoint) = Endpoint::new(Operation::InventoryUpdate, Method::Post, path, format) {
        settings.endpoints.set(Operation::InventoryUpdate, endpoint);
    }
    (settings, format!("inventory_update = {{ method = \"POST\", path = \"{path}\", format = \"{word}\" }}"))
}
