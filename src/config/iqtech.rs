//! The table `[iqtech]`.

use std::path::{Path, PathBuf};

use super::lookups::{self, ServicePath};
use super::read;
use super::secret_name::SecretName;
use super::secrets::SecretSources;
use super::section::Section;
use super::settings::LedgerConfig;
use super::values;
use crate::iqtech::{DateFormat, IqtechSettings, Paths, Technician, WillCall};
use crate::model::LookupService;

/// The file of the one secret of `[iqtech]`.
#[derive(Debug)]
pub(super) struct SecretFile(PathBuf);

impl SecretFile {
    /// Returns the places of the secret.
    pub(super) fn sources(&self) -> SecretSources<'_> {
        SecretSources::from_environment(SecretName::IqtechClientSecret, &self.0)
    }
}

/// The databases that the custody record must not be.
pub(super) struct Databases<'a> {
    pub(super) store: &'a Path,
    pub(super) ledger: &'a LedgerConfig,
}

/// Reads `[iqtech]`; `None` where the file has no such table.
pub(super) fn read_iqtech(
    section: &mut Section,
    folder: &Path,
    databases: &Databases<'_>,
) -> Option<(IqtechSettings, SecretFile)> {
    if section.is_absent() {
        return None;
    }
    let usual = IqtechSettings::default();
    let will_call = section.word("will_call", WillCall::default(), &WillCall::WORDS);
    let settings = IqtechSettings {
        url: section.parsed("url", usual.url, values::service_url),
        token_url: section.parsed("token_url", usual.token_url, values::endpoint_url),
        client_id: lookups::needed_text(section, "client_id", ""),
        scope: section.parsed("scope", usual.scope, values::optional_text),
        will_call,
        date_format: section.word("date_format", DateFormat::default(), &DateFormat::WORDS),
        page_size: section.number("page_size", usual.page_size, 1..=100),
        connections: section.number("connections", usual.connections, 1..=8),
        request_timeout: section.duration("request_timeout", usual.request_timeout),
        machine: section.parsed("machine", usual.machine, values::optional_text),
        technician: section.word("technician", Technician::default(), &Technician::WORDS),
        technician_slot: section.parsed("technician_slot", usual.technician_slot, |text| {
            if text.trim().is_empty() { Ok(String::new()) } else { lookups::key_slot(text) }
        }),
        custody: custody(section, folder, &usual.custody, databases),
        paths: section.section("paths", |section| paths(section, will_call)),
    };
    section.report.declare_service(LookupService::Iqtech);
    if settings.technician == Technician::Off {
        section
            .report
            .declare_off(LookupService::Iqtech, "`iqtech.technician` is \"off\"; set it to \"badge\" or \"number\"");
    }
    if !settings.technician_slot.is_empty() {
        section.report.declare_slots(std::slice::from_ref(&settings.technician_slot));
    }
    let file = read::file(section, "client_secret_file", "/etc/wipeos-iqr/iqtech-client-secret", folder);
    Some((settings, SecretFile(file)))
}

/// Reads the file of the custody record: lines are appended to it.
fn custody(section: &mut Section, folder: &Path, usual: &Path, databases: &Databases<'_>) -> PathBuf {
    let custody = read::file(section, "custody", &usual.to_string_lossy(), folder);
    if custody == databases.store || custody == databases.ledger.path {
        section.refuse_key("custody", "must be a file of its own, and this is a database".to_owned());
    }
    custody
}

fn paths(section: &mut Section, will_call: WillCall) -> Paths {
    Paths::from_config(|operation| {
        let path = ServicePath {
            base: "iqtech.url",
            usual: operation.usual_path(will_call),
            known: operation.placeholders(),
            needed: operation.needed_placeholders(),
        };
        path.read(section, operation.key())
    })
}
