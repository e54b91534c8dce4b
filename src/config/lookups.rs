//! The tables of the values that are looked up at other services: `[iqmetrix]` and `[lookup]`.
//!
//! A service without a section is never asked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::flaw::Flaw;
use super::read;
use super::secret_name::SecretName;
use super::secrets::{SecretSourceError, SecretSources};
use super::section::Section;
use super::settings::LookupConfig;
use super::values;
use crate::iqmetrix::{Auth, Paths, Secrets, Settings};
use crate::model::{LookedUp, LookupService};
use crate::web::{PathError, PathTemplate};

const SECOND: Duration = Duration::from_secs(1);

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
pub(super) fn iqmetrix(section: &mut Section, folder: &Path) -> Option<(Settings, SecretFiles)> {
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
        imei_slot: section.parsed("imei_slot", "IMEI".to_owned(), imei_slot),
        batch: section.number("batch", 100, 1..=110),
        connections: section.number("connections", 4, 1..=8),
        request_timeout: section.duration("request_timeout", Duration::from_secs(10)),
        paths: section.section("paths", paths),
    };
    section.report.declare_service(LookupService::Iqmetrix);
    section.report.declare_slots(std::slice::from_ref(&settings.imei_slot));
    Some((settings, files))
}

fn imei_slot(text: &str) -> Result<String, Flaw> {
    let name = values::text(text)?;
    match LookedUp::from_name(&name) {
        Some(_) => Err("must be a slot that technicians fill in, and this is a field that is looked up by it".into()),
        None => Ok(name),
    }
}

/// Reads the way to the credential, and the two names that a password belongs to.
fn auth(section: &mut Section) -> Auth {
    let words = [("password", AuthWord::Password), ("basic", AuthWord::Basic)];
    let auth = section.word("auth", AuthWord::Password, &words);
    let mut name = |key| {
        let name = section.parsed(key, None, |text| values::optional_text(text).map(Some));
        let is_needed = auth == AuthWord::Password;
        if is_needed && name.as_deref() == Some("") {
            section.refuse_key(key, "must not be blank where `auth` is \"password\"".to_owned());
        } else if is_needed && !section.has(key) {
            section.refuse_self(&format!("has no `{key}`, which must be set where `auth` is \"password\""));
        }
        name.unwrap_or_default()
    };
    let (client_id, username) = (name("client_id"), name("username"));
    match auth {
        AuthWord::Password => Auth::Password { client_id, username },
        AuthWord::Basic => Auth::Basic,
    }
}

fn paths(section: &mut Section) -> Paths {
    let mut list = |key, built_in| path(section, key, built_in, Paths::OF_LISTS, &[]);
    Paths {
        companies: list("companies", "partner/relationships?Response={response}"),
        dealers: list("dealers", "partner/relationships/dealers?Response={response}"),
        imei: path(
            section,
            "imei",
            "partner/ingrammicro/imei?CompanyID={company}&IMEI={imeis}&Response={response}",
            Paths::OF_DEVICES,
            &["company", "imeis"],
        ),
    }
}

/// Reads a path that may have the placeholders of `known` and must have those of `needed`.
fn path(
    section: &mut Section,
    key: &'static str,
    built_in: &'static str,
    known: &'static [&'static str],
    needed: &[&str],
) -> PathTemplate {
    let parse = |text: &str| {
        let path = PathTemplate::parse(text, known).map_err(|error| path_flaw(&error, known))?;
        match needed.iter().find(|placeholder| !path.has(placeholder)) {
            Some(placeholder) => Err(format!("must hold {{{placeholder}}}").into()),
            None => Ok(Some(path)),
        }
    };
    // A path of ours; that they all parse is tested.
    let usual = || PathTemplate::parse(built_in, known).unwrap_or_else(|_| PathTemplate::new(built_in, None));
    section.parsed(key, None, parse).unwrap_or_else(usual)
}

/// The flaw of a path, without what was written.
fn path_flaw(error: &PathError, known: &[&str]) -> Flaw {
    match error {
        PathError::Bad => "must be a path relative to `iqmetrix.url`, of printable ASCII without blanks".into(),
        PathError::UnknownPlaceholder(_) => {
            let known: Vec<_> = known.iter().map(|name| format!("{{{name}}}")).collect();
            format!("holds a placeholder that cannot be filled in here; known here: {}", known.join(", ")).into()
        }
    }
}

/// Reads `[lookup]`.
pub(super) fn lookup(section: &mut Section) -> LookupConfig {
    let usual = LookupConfig::default();
    let budget = section.duration("budget", usual.budget);
    if !(SECOND..=60 * SECOND).contains(&budget) {
        section.refuse_key("budget", "must be from \"1s\" to \"60s\"".to_owned());
    }
    LookupConfig { budget, retry: section.duration("retry", usual.retry), wait: section.duration("wait", usual.wait) }
}
