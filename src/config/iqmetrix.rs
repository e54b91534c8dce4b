//! The table `[iqmetrix]`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lookups::{self, ServicePath};
use super::read;
use super::secret_name::SecretName;
use super::secrets::{SecretSourceError, SecretSources};
use super::section::Section;
use super::values;
use crate::iqmetrix::{Auth, Paths, Secrets, Settings};
use crate::model::LookupService;

/// The setting that the paths are relative to.
const BASE: &str = "iqmetrix.url";

/// The words of `iqmetrix.auth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AuthWord {
    Password,
    Basic,
}

/// The files of the secrets of `[iqmetrix]`.
#[derive(Debug)]
pub(super) struct SecretFiles {
    client_secret: PathBuf,
    password: PathBuf,
    basic_token: PathBuf,
}

impl SecretFiles {
    /// Returns the places of each secret that the environment and these files may hold.
    pub(super) fn sources(&self) -> [SecretSources<'_>; 3] {
        [self.client_secret(), self.password(), self.basic_token()]
    }

    /// Returns the places of the secrets that this way to the credential needs.
    pub(super) fn needed(&self, auth: &Auth) -> Vec<SecretSources<'_>> {
        match auth {
            Auth::Password { .. } => vec![self.client_secret(), self.password()],
            Auth::Basic => vec![self.basic_token()],
        }
    }

    /// Reads the secrets that this way to the credential needs.
    pub(super) fn read(&self, auth: &Auth) -> Result<Secrets, SecretSourceError> {
        match auth {
            Auth::Password { .. } => {
                Ok(Secrets::Password { client_secret: self.client_secret().read()?, password: self.password().read()? })
            }
            Auth::Basic => Ok(Secrets::Basic(self.basic_token().read()?)),
        }
    }

    fn client_secret(&self) -> SecretSources<'_> {
        SecretSources::from_environment(SecretName::IqmetrixClientSecret, &self.client_secret)
    }

    fn password(&self) -> SecretSources<'_> {
        SecretSources::from_environment(SecretName::IqmetrixPassword, &self.password)
    }

    fn basic_token(&self) -> SecretSources<'_> {
        SecretSources::from_environment(SecretName::IqmetrixBasicToken, &self.basic_token)
    }
}

/// Reads `[iqmetrix]`; `None` where the file has no such table.
pub(super) fn read_iqmetrix(section: &mut Section, folder: &Path) -> Option<(Settings, SecretFiles)> {
    if section.is_absent() {
        return None;
    }
    let mut file = |key, default| read::file(section, key, default, folder);
    let files = SecretFiles {
        client_secret: file("client_secret_file", "/etc/wipeos-iqr/iqmetrix-client-secret"),
        password: file("password_file", "/etc/wipeos-iqr/iqmetrix-password"),
        basic_token: file("basic_token_file", "/etc/wipeos-iqr/iqmetrix-basic-token"),
    };
    let settings = Settings {
        url: section.parsed("url", "https://dataconnect.iqmetrix.net".to_owned(), values::service_url),
        token_url: section.parsed(
            "token_url",
            "https://accounts.iqmetrix.net/v1/oauth2/token".to_owned(),
            values::endpoint_url,
        ),
        auth: auth(section),
        companies: section.numbers("companies"),
        imei_slot: section.parsed("imei_slot", "IMEI".to_owned(), lookups::key_slot),
        batch: section.number("batch", 100, 1..=110),
        connections: section.number("connections", 4, 1..=8),
        request_timeout: section.duration("request_timeout", Duration::from_secs(10)),
        paths: section.section("paths", paths),
    };
    section.report.declare_service(LookupService::Iqmetrix);
    section.report.declare_slots(std::slice::from_ref(&settings.imei_slot));
    Some((settings, files))
}

/// Reads the way to the credential, and the two names that a password belongs to.
fn auth(section: &mut Section) -> Auth {
    let words = [("password", AuthWord::Password), ("basic", AuthWord::Basic)];
    match section.word("auth", AuthWord::Password, &words) {
        AuthWord::Password => {
            let mut name = |key| lookups::needed_text(section, key, " where `auth` is \"password\"");
            Auth::Password { client_id: name("client_id"), username: name("username") }
        }
        AuthWord::Basic => {
            for key in ["client_id", "username"] {
                section.parsed(key, String::new(), values::optional_text);
            }
            Auth::Basic
        }
    }
}

fn paths(section: &mut Section) -> Paths {
    let mut list = |key, usual| {
        let path = ServicePath { base: BASE, usual, known: Paths::OF_LISTS, needed: &[] };
        path.read(section, key)
    };
    Paths {
        companies: list("companies", "partner/relationships?Response={response}"),
        dealers: list("dealers", "partner/relationships/dealers?Response={response}"),
        imei: ServicePath {
            base: BASE,
            usual: "partner/ingrammicro/imei?CompanyID={company}&IMEI={imeis}&Response={response}",
            known: Paths::OF_DEVICES,
            needed: &["company", "imeis"],
        }
        .read(section, "imei"),
    }
}
