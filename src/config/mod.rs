//! The config file, read and checked.
//!
//! Every value of a [`Config`] is checked, and none is left out: the rest of the program asks no more questions. A file
//! with anything wrong in it is refused as a whole, with all that is wrong, each with its line ([`Problems`]).
//!
//! Not here: the meaning of a template (`mapping`), the form of a request (`iqr`).

mod api_key;
mod error;
mod exposed;
mod flaw;
mod partial;
mod read;
mod report;
mod section;
mod templates;
#[cfg(test)]
mod tests;
mod trust;
mod values;

use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::api_key::ApiKeyError;
pub use self::error::ConfigError;
pub use self::partial::PartialConfig;
use self::read::Service;
pub use self::report::{AssumedSlot, Problem, Problems};
use self::report::{Leftovers, Report};
use self::section::Section;
use self::templates::Mapping;
use self::trust::Refusal;
pub use self::trust::Untrusted;
use crate::digest;
use crate::files;
use crate::iqr;
use crate::mapping::Rules;
use crate::model::{IdRule, Timestamp};
use crate::secret::Secret;

/// The commented file that `init` writes: every setting with its built-in default.
pub const EXAMPLE: &str = include_str!("../../examples/config.toml");

/// The name of the file in messages.
const CONFIG_LABEL: &str = "config";

/// The config file in the working directory, looked for when no other is named.
pub const LOCAL: &str = "./wipeos-iqr.toml";

/// The config file of the machine, looked for last.
pub const SYSTEM: &str = "/etc/wipeos-iqr/config.toml";

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
    /// `[metrics]`, `[monitor]` and `[report]`: to whom each pass is reported.
    pub watch: WatchConfig,
    /// Digest of all settings that change what is sent or held, so that a changed config is noticed. It differs between
    /// versions of the program too: they may map differently.
    pub fingerprint: [u8; 16],
    /// Digest of the data host and of the fields that are written: what was learned of others need not hold for these.
    pub wire: [u8; 16],
    api_key_file: PathBuf,
    slots: Vec<AssumedSlot>,
    warnings: Vec<Problem>,
}

/// `[store]`: the WipeOS database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// The SQLite file. A relative path of the config file starts at the config file's folder.
    pub database: PathBuf,
    /// The slot of the inventory item menu that holds the inventory ID.
    pub inventory_id_slot: String,
    /// The rule for valid inventory IDs.
    pub id_rule: IdRule,
}

/// `[ledger]`: our own database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerConfig {
    /// The SQLite file; made on first use. Never the file of the store.
    pub path: PathBuf,
    /// The time for which the history of passes and changes is kept: at least a day.
    pub keep: Duration,
}

impl LedgerConfig {
    /// Returns the time before which history is not kept, at `now`.
    #[must_use]
    pub fn oldest_kept(&self, now: Timestamp) -> Timestamp {
        now.plus_seconds(i64::try_from(self.keep.as_secs()).unwrap_or(i64::MAX).saturating_neg())
    }
}

/// `[metrics]`, `[monitor]` and `[report]`: to whom each pass is reported. None of it changes what a pass does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchConfig {
    /// The file for the textfile collector of Prometheus' node exporter.
    pub textfile: Option<PathBuf>,
    /// The URL at which a monitor waits for signs of life. Secret: who knows it can give them, too.
    pub ping_url: Option<Secret>,
    /// The page for people.
    pub html: Option<PathBuf>,
}

/// `[sync]`: how a pass is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncConfig {
    /// The time after which no new client is started.
    pub time_budget: Duration,
    /// The interval at which every client is compared, whatever its times say.
    pub full_comparison_every: Duration,
    /// The longest time between two tries of a client that itself fails.
    pub retry_max_delay: Duration,
    /// The reaction to a serial number in IQR that differs from the machine's.
    pub serial_check: SerialCheck,
    /// Whether every write is read back and compared.
    pub verify_writes: bool,
    /// The part of the comments that is sent.
    pub comments: CommentMode,
    /// The rule for moving an asset to its master item.
    pub reassign: Reassign,
    /// Item numbers and manufacturers of assets that wait for their true master item.
    pub placeholders: Vec<String>,
}

/// The reaction to a serial number in IQR that differs from the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SerialCheck {
    /// The asset is not sent until a person has checked it.
    Hold,
    /// The asset is sent, and the log warns.
    Warn,
    /// The asset is sent.
    Off,
}

/// The part of the comments that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentMode {
    /// New and changed lines: the server adds what it gets.
    Changed,
    /// The existing text with the changes in it: the server replaces what it has.
    Full,
}

/// The rule for moving an asset to its master item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reassign {
    /// An asset is moved whenever it is under another.
    Always,
    /// An asset is moved only from one of the placeholders.
    Placeholder,
    /// An asset is never moved.
    Never,
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
        let sources = api_key::KeySources::from_environment(&config.api_key_file);
        if let Some(key) = sources.peek().filter(|key| !sources.is_named_by(key)) {
            exposed::refuse(table.get_ref(), &key, &mut report);
        }
        let Leftovers { slots, warnings } = report.finish(path)?;
        Ok(Self { slots, warnings, ..config })
    }

    fn read(root: &mut Section, path: &Path) -> Self {
        let folder = path.parent().unwrap_or(Path::new(""));
        let store = root.section("store", |section| read::store(section, folder));
        let ledger = root.section("ledger", |section| read::ledger(section, folder, &store.database));
        let Service { settings: iqr, api_key_file, widths } = root.section("iqr", |section| read::iqr(section, folder));
        let mapping = templates::mapping(root, store.inventory_id_slot.clone());
        let Mapping { rules, manufacturers, reassignment } = mapping;
        let rules = Rules { widths, ..rules };
        let sync = root.section("sync", |section| read::sync(section, reassignment));
        let watch = read::watch(root, folder);
        let fingerprint = digest::of([
            env!("CARGO_PKG_VERSION").as_bytes(),
            decisions(&store, &iqr, &sync).as_bytes(),
            shape(&rules, &manufacturers).as_bytes(),
        ]);
        let wire = digest::of([format!("{:?}", (&iqr.api_url, &iqr.fields)).as_bytes()]);
        let path = path.to_owned();
        Self {
            path,
            store,
            ledger,
            iqr,
            sync,
            rules,
            watch,
            fingerprint,
            wire,
            api_key_file,
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
        let known: Vec<_> = existing.iter().map(|name| values::folded(name)).collect();
        let list: Vec<_> = self
            .slots
            .iter()
            .filter(|slot| !known.contains(&values::folded(&slot.name)))
            .map(|slot| slot.problem(existing))
            .collect();
        if list.is_empty() { Ok(()) } else { Err(ConfigError::Invalid(Problems { path: self.path.clone(), list })) }
    }

    /// Returns the template fields that [`Config::check_slots`] has to look up; mostly there are none, and no need to
    /// ask.
    #[must_use]
    pub fn assumed_slots(&self) -> &[AssumedSlot] {
        &self.slots
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
    /// [`ConfigError::ApiKey`] and [`ConfigError::Proxy`]; neither holds any part of the key or of another secret.
    pub fn api_key(&self) -> Result<Secret, ConfigError> {
        iqr::check_proxy(&[&self.iqr.signin_url, &self.iqr.api_url])?;
        Ok(api_key::KeySources::from_environment(&self.api_key_file).read()?)
    }

    /// Returns the place where [`Self::api_key`] finds it: the name of a variable or the path of a file.
    #[must_use]
    pub fn api_key_origin(&self) -> String {
        api_key::KeySources::from_environment(&self.api_key_file).origin()
    }
}

/// Returns the file to load: the one that is named (`--config`, `$WIPEOS_IQR_CONFIG`; blank is none), or else the first
/// of [`LOCAL`] and [`SYSTEM`] that is usable.
///
/// # Errors
///
/// [`ConfigError::NotFound`] when none is named and none is usable.
pub fn locate(named: Option<&Path>, is_usable: impl Fn(&Path) -> bool) -> Result<PathBuf, ConfigError> {
    let usual = || [LOCAL, SYSTEM].map(PathBuf::from);
    match named.filter(|path| !path.as_os_str().is_empty()) {
        Some(path) => Ok(path.to_owned()),
        None => usual().into_iter().find(|path| is_usable(path)).ok_or_else(|| ConfigError::NotFound(usual().to_vec())),
    }
}

/// Checks that no other account decides on a config. A file that cannot be examined passes: reading it reports why.
///
/// # Errors
///
/// [`Untrusted`], with the command that mends it.
pub fn check_trust(path: &Path) -> Result<(), Untrusted> {
    match trust::check(CONFIG_LABEL, path) {
        Err(Refusal::Untrusted(untrusted)) => Err(untrusted),
        Ok(_) | Err(Refusal::Unknown(_)) => Ok(()),
    }
}

/// Reads a file without waiting: a pipe without a writer would keep every pass waiting, one more every two minutes.
fn read_at_once(path: &Path) -> Result<Vec<u8>, Refusal> {
    let mut file = files::at_once().read(true).open(path)?;
    let metadata = file.metadata()?;
    if metadata.file_type().is_fifo() {
        return Err(io::Error::other("it is a pipe; name a file").into());
    }
    trust::check_opened(CONFIG_LABEL, path, &metadata)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the settings that decide what is held, and what is written where. The `Debug` form distinguishes all values,
/// which is all that a digest needs; no person reads it.
fn decisions(store: &StoreConfig, iqr: &iqr::Settings, sync: &SyncConfig) -> String {
    let service = (&iqr.api_url, &iqr.fields, &iqr.asset_creator);
    let sync = (sync.serial_check, sync.comments, sync.reassign, &sync.placeholders);
    format!("{:?}", (&store.inventory_id_slot, store.id_rule, service, sync))
}

/// Returns the settings that decide how a machine is shown. The rules are taken apart, so that a new rule cannot be
/// forgotten here; the aliases go in as they were written, because how they are kept may have no order.
fn shape(rules: &Rules, manufacturers: &[(String, String)]) -> String {
    let Rules {
        description,
        extended_description,
        diagnostics_line,
        wipe_line,
        order,
        untested,
        attributes,
        item_description,
        category,
        aliases: _,
        lenovo,
        inventory_id_slot: _,
        widths,
    } = rules;
    let shown = (description, extended_description, diagnostics_line, wipe_line, order, untested, attributes);
    format!("{:?}", (shown, item_description, category, manufacturers, lenovo, widths))
}
