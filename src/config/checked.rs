//! The whole config, every value checked.

use std::io;
use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::file::read_at_once;
use super::fingerprint::{self, decisions, shape};
use super::iqmetrix::{SecretFiles, read_iqmetrix};
use super::iqtech::{Databases, SecretFile, read_iqtech};
use super::problems::{Problem, Problems};
use super::read::{self, Service};
use super::report::{self, AssumedSlot, Report};
use super::secret_name::SecretName;
use super::secrets::SecretSources;
use super::section::Section;
use super::settings::{LedgerConfig, LookupConfig, StoreConfig, SyncConfig, WatchConfig};
use super::templates::{self, Mapping};
use super::trust::Refusal;
use super::{exposed, lookups, values};
use crate::digest;
use crate::iqmetrix;
use crate::iqr;
use crate::iqtech::IqtechSettings;
use crate::mapping::Rules;
use crate::model::{LookedUp, LookupService};
use crate::secret::Secret;

/// The settings, all of them checked.
#[derive(Debug)]
pub struct Config {
    /// The file that it was read from.
    pub path: PathBuf,
    /// `[store]`
    pub store: StoreConfig,
    /// `[ledger]`
    pub ledger: LedgerConfig,
    /// `[iqr]`
    pub iqr: iqr::Settings,
    /// `[sync]`, and the part of `[master_item]` that says when an asset is moved.
    pub sync: SyncConfig,
    /// `[templates]`, `[manufacturers]`, `[models]` and the rest of `[master_item]`.
    pub rules: Rules,
    /// `[iqmetrix]`; `None` where the file has no such section: then nothing of it is ever asked.
    pub iqmetrix: Option<iqmetrix::Settings>,
    /// `[iqtech]`; `None` where the file has no such section: then nothing of it is ever asked.
    pub iqtech: Option<IqtechSettings>,
    /// `[lookup]`
    pub lookup: LookupConfig,
    /// `[metrics]`, `[monitor]` and `[report]`: to whom each pass is reported.
    pub watch: WatchConfig,
    /// Digest of all settings that change what is sent or held, so that a changed config is noticed. It differs between
    /// versions of the program too: they may map differently.
    pub fingerprint: [u8; 16],
    /// Digest of the data host and of the fields that are written: what was learned of others need not hold for these.
    pub wire: [u8; 16],
    /// The looked-up fields that the texts name and whose service has a section.
    looked_up: Vec<LookedUp>,
    pub(super) api_key_file: PathBuf,
    /// `None` without `[iqmetrix]`: then no secret of it is looked for.
    iqmetrix_files: Option<SecretFiles>,
    /// `None` without `[iqtech]`: then its secret is not looked for.
    iqtech_file: Option<SecretFile>,
    pub(super) slots: Vec<AssumedSlot>,
    warnings: Vec<Problem>,
}

impl Config {
    /// Reads and checks a config file.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NotFound`] and [`ConfigError::Unreadable`] for the file, [`ConfigError::Untrusted`] where another
    /// account decides on it, [`ConfigError::Invalid`] for all that is wrong in it.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let bytes = read_at_once(path).map_err(|refusal| match refusal {
            Refusal::Untrusted(untrusted) => ConfigError::Untrusted(untrusted),
            Refusal::Unknown(source) => match source.kind() {
                io::ErrorKind::NotFound => ConfigError::NotFound(vec![path.to_owned()]),
                io::ErrorKind::PermissionDenied => ConfigError::Closed(path.to_owned()),
                _ => ConfigError::Unreadable { path: path.to_owned(), source },
            },
        })?;
        match std::str::from_utf8(&bytes) {
            Ok(source) => Self::parse(source, path),
            Err(error) => Err(report::not_text(&bytes, error.valid_up_to(), path)),
        }
    }

    /// Checks the text of a config file that stands, or would stand, at `path`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] with all that is wrong.
    pub fn parse(source: &str, path: &Path) -> Result<Self, ConfigError> {
        let (table, mut report) = Report::parse(source);
        let config = Section::read_root(table.get_ref(), &mut report, |root| Self::read(root, path));
        for sources in config.secret_sources() {
            if let Some(secret) = sources.peek().filter(|secret| !sources.is_named_by(secret)) {
                exposed::refuse(table.get_ref(), sources.secret, &secret, &mut report);
            }
        }
        let (slots, warnings) = report.finish(path)?;
        Ok(Self { slots, warnings, ..config })
    }

    /// Returns the places of every secret that the program may send.
    fn secret_sources(&self) -> impl Iterator<Item = SecretSources<'_>> {
        let of_iqmetrix = self.iqmetrix_files.iter().flat_map(SecretFiles::sources);
        let of_iqtech = self.iqtech_file.iter().map(SecretFile::sources);
        std::iter::once(self.api_key_sources()).chain(of_iqmetrix).chain(of_iqtech)
    }

    fn api_key_sources(&self) -> SecretSources<'_> {
        SecretSources::from_environment(SecretName::ApiKey, &self.api_key_file)
    }

    pub(super) fn read(root: &mut Section, path: &Path) -> Self {
        let folder = path.parent().unwrap_or(Path::new(""));
        let store = root.section("store", |section| read::store(section, folder));
        let ledger = root.section("ledger", |section| read::ledger(section, folder, &store.database));
        let Service { settings: iqr, api_key_file, widths } = root.section("iqr", |section| read::iqr(section, folder));
        let iqmetrix = root.section("iqmetrix", |section| read_iqmetrix(section, folder));
        let (iqmetrix, iqmetrix_files) = iqmetrix.unzip();
        let databases = Databases { store: &store.database, ledger: &ledger };
        let iqtech = root.section("iqtech", |section| read_iqtech(section, folder, &databases));
        let (iqtech, iqtech_file) = iqtech.unzip();
        let lookup = root.section("lookup", lookups::lookup);
        let mapping = templates::mapping(root, store.inventory_id_slot.clone(), widths);
        let Mapping { rules, manufacturers, reassignment } = mapping;
        let sync = root.section("sync", |section| read::sync(section, reassignment));
        let watch = read::watch(root, folder);
        let looked_up = looked_up(&rules, iqmetrix.as_ref(), iqtech.as_ref());
        let lookups = fingerprint::lookups(&looked_up, iqmetrix.as_ref(), iqtech.as_ref());
        let fingerprint = digest::of(
            [
                env!("CARGO_PKG_VERSION").as_bytes(),
                decisions(&store, &iqr, &sync).as_bytes(),
                shape(&rules, &manufacturers).as_bytes(),
            ]
            .into_iter()
            .chain(lookups.as_deref().map(str::as_bytes)),
        );
        let wire = digest::of([format!("{:?}", (&iqr.api_url, &iqr.fields)).as_bytes()]);
        let path = path.to_owned();
        Self {
            path,
            store,
            ledger,
            iqr,
            sync,
            rules,
            iqmetrix,
            iqtech,
            lookup,
            watch,
            fingerprint,
            wire,
            api_key_file,
            iqmetrix_files,
            iqtech_file,
            looked_up,
            slots: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Refuses the templates that name a slot which does not exist. `existing` are the slots that the WipeOS database
    /// has, none if it cannot be asked: then a name that only a slot could have is refused too. Names match without
    /// regard to case and blanks.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] with all such fields.
    pub fn check_slots(&self, existing: Option<&[String]>) -> Result<(), ConfigError> {
        let existing = existing.unwrap_or_default();
        let services = self.services();
        let known: Vec<_> = existing.iter().map(|name| values::folded(name)).collect();
        let list: Vec<_> = self
            .slots
            .iter()
            .filter(|slot| !known.contains(&values::folded(&slot.name)))
            .map(|slot| slot.problem(existing, &services))
            .collect();
        if list.is_empty() { Ok(()) } else { Err(ConfigError::Invalid(Problems { path: self.path.clone(), list })) }
    }

    /// Returns the template fields that [`Config::check_slots`] has to look up; mostly there are none, and no need to
    /// ask.
    #[must_use]
    pub fn assumed_slots(&self) -> &[AssumedSlot] {
        &self.slots
    }

    /// Returns the looked-up fields that the descriptions and the attributes name and whose service has a section;
    /// where there is none of a service, a pass never asks it.
    #[must_use]
    pub fn looked_up(&self) -> &[LookedUp] {
        &self.looked_up
    }

    /// Returns a digest of all that a pass takes from the section of a service; `None` without the section. Where it
    /// changes, an answer that the service did not have counts no more, nor does a refusal.
    #[must_use]
    pub fn lookup_settings(&self, service: LookupService) -> Option<[u8; 16]> {
        match service {
            LookupService::Iqmetrix => {
                self.iqmetrix_section().ok().map(|(settings, files)| fingerprint::of_iqmetrix(settings, files))
            }
            LookupService::Iqtech => {
                self.iqtech_section().ok().map(|(settings, file)| fingerprint::of_iqtech(settings, file))
            }
        }
    }

    /// Returns a digest of what a pass asks a service, and as whom: the origin of its values. How many requests it
    /// makes at once, and what bounds them, are no part of it. `None` without the section.
    #[must_use]
    pub fn lookup_origin(&self, service: LookupService) -> Option<[u8; 16]> {
        match service {
            LookupService::Iqmetrix => self.iqmetrix.as_ref().map(fingerprint::of_iqmetrix_values),
            LookupService::Iqtech => self.iqtech.as_ref().map(IqtechSettings::lookup_fingerprint),
        }
    }

    /// Checks that the secrets of a service can be read: without them it is not asked, and no client waits for it.
    ///
    /// # Errors
    ///
    /// Those of [`Self::iqmetrix_secrets`] and [`Self::iqtech_secret`].
    pub fn check_secrets(&self, service: LookupService) -> Result<(), ConfigError> {
        match service {
            LookupService::Iqmetrix => self.iqmetrix_secrets().map(drop),
            LookupService::Iqtech => self.iqtech_secret().map(drop),
        }
    }

    /// Returns warnings of settings that can be used and are hardly meant, each as a sentence with its place in the
    /// file.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let place = |at: &Problem| format!("{}:{}:{}: {}", self.path.display(), at.line, at.column, at.message);
        self.warnings.iter().map(place)
    }

    /// Returns the API key: of `$WIPEOS_IQR_API_KEY`, of `iqr.api_key_file`, or the systemd credential `iqr-api-key`.
    /// Callers ask for it when they open a session, not before: a pass with nothing to do needs none. It is not handed
    /// out where the environment wants another way to IQR.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Secret`] and [`ConfigError::Proxy`]; neither holds any part of the key or of another secret.
    pub fn api_key(&self) -> Result<Secret, ConfigError> {
        crate::web::check_proxy(&[&self.iqr.signin_url, &self.iqr.api_url])?;
        Ok(self.api_key_sources().read()?)
    }

    /// Returns the place where [`Self::api_key`] finds it: the name of a variable or the path of a file.
    #[must_use]
    pub fn api_key_origin(&self) -> String {
        self.api_key_sources().origin()
    }

    /// Returns the secrets that `iqmetrix.auth` needs, each by the rules of [`Self::api_key`]: of its variable
    /// ([`SecretName::variable`]), of the file that the section names, or of its systemd credential. They are not
    /// handed out where the environment wants another way to iQmetrix.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoSection`] without the section, [`ConfigError::Secret`] and [`ConfigError::Proxy`]; none holds
    /// any part of a secret.
    pub fn iqmetrix_secrets(&self) -> Result<iqmetrix::Secrets, ConfigError> {
        let (settings, files) = self.iqmetrix_section()?;
        crate::web::check_proxy(&[&settings.url, &settings.token_url])?;
        Ok(files.read(&settings.auth)?)
    }

    /// Returns the places where [`Self::iqmetrix_secrets`] finds them: names of variables or paths of files, one a
    /// secret.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoSection`] without the section.
    pub fn iqmetrix_secret_origins(&self) -> Result<Vec<String>, ConfigError> {
        let (settings, files) = self.iqmetrix_section()?;
        Ok(files.needed(&settings.auth).iter().map(SecretSources::origin).collect())
    }

    fn iqmetrix_section(&self) -> Result<(&iqmetrix::Settings, &SecretFiles), ConfigError> {
        self.iqmetrix.as_ref().zip(self.iqmetrix_files.as_ref()).ok_or(ConfigError::NoSection("iqmetrix"))
    }

    /// Returns the client's secret for iQ Tech by the rules of [`Self::api_key`]: of
    /// `$WIPEOS_IQR_IQTECH_CLIENT_SECRET`, of `iqtech.client_secret_file`, or the systemd credential
    /// `iqtech-client-secret`. It is not handed out where the environment wants another way to iQ Tech.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoSection`] without the section, [`ConfigError::Secret`] and [`ConfigError::Proxy`]; none holds
    /// any part of a secret.
    pub fn iqtech_secret(&self) -> Result<Secret, ConfigError> {
        let (settings, file) = self.iqtech_section()?;
        crate::web::check_proxy(&[&settings.url, &settings.token_url])?;
        Ok(file.sources().read()?)
    }

    /// Returns the place where [`Self::iqtech_secret`] finds it: the name of a variable or the path of a file.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoSection`] without the section.
    pub fn iqtech_secret_origin(&self) -> Result<String, ConfigError> {
        Ok(self.iqtech_section()?.1.sources().origin())
    }

    fn iqtech_section(&self) -> Result<(&IqtechSettings, &SecretFile), ConfigError> {
        self.iqtech.as_ref().zip(self.iqtech_file.as_ref()).ok_or(ConfigError::NoSection("iqtech"))
    }

    /// Returns the services that have a section.
    #[must_use]
    pub fn services(&self) -> Vec<LookupService> {
        services(self.iqmetrix.as_ref(), self.iqtech.as_ref())
    }
}

/// The services that have a section.
fn services(iqmetrix: Option<&iqmetrix::Settings>, iqtech: Option<&IqtechSettings>) -> Vec<LookupService> {
    let has_section = |service: &LookupService| match service {
        LookupService::Iqmetrix => iqmetrix.is_some(),
        LookupService::Iqtech => iqtech.is_some(),
    };
    LookupService::ALL.into_iter().filter(has_section).collect()
}

/// The looked-up fields that the rules name and whose service has a section.
fn looked_up(rules: &Rules, iqmetrix: Option<&iqmetrix::Settings>, iqtech: Option<&IqtechSettings>) -> Vec<LookedUp> {
    let services = services(iqmetrix, iqtech);
    if services.is_empty() {
        return Vec::new();
    }
    rules.looked_up().into_iter().filter(|field| services.contains(&field.service())).collect()
}
