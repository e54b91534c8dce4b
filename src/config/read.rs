//! Functions that read one table of the file each: its keys, their defaults, what they may be.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::flaw::Flaw;
use super::section::Section;
use super::settings::{CommentMode, LedgerConfig, Reassign, SerialCheck, StoreConfig, SyncConfig, WatchConfig};
use super::values;
use crate::iqr::{
    self, Endpoint, EndpointError, Endpoints, Field, FieldNames, Format, Operation, Settings, SettingsError,
};
use crate::mapping::{Width, Widths};
use crate::model::IdRule;
use crate::secret::Secret;
use crate::web::Method;

const DAY: Duration = Duration::from_secs(24 * 3600);

pub(super) fn store(section: &mut Section, folder: &Path) -> StoreConfig {
    let rules = [("digits", IdRule::Digits), ("alphanumeric", IdRule::Alphanumeric)];
    let store = StoreConfig {
        database: file(section, "database", "/var/lib/wipeos/wipeos.db", folder),
        inventory_id_slot: section.text("inventory_id_slot", "Inventory ID"),
        id_rule: section.word("inventory_id", IdRule::Digits, &rules),
    };
    let slots = section.texts("slots", Vec::new());
    section.report.declare_slots(&slots);
    section.report.declare_slots(std::slice::from_ref(&store.inventory_id_slot));
    store
}

/// Reads `[ledger]`; `store` is the file that the ledger must not be: it is never written to.
pub(super) fn ledger(section: &mut Section, folder: &Path, store: &Path) -> LedgerConfig {
    let path = file(section, "path", "/var/lib/wipeos-iqr/ledger.db", folder);
    if path == store {
        section.refuse_key("path", "must not be the WipeOS database".to_owned());
    }
    let keep = section.duration("keep", 90 * DAY);
    if keep < DAY {
        section.refuse_key("keep", "must be at least \"1d\"".to_owned());
    }
    LedgerConfig { path, keep }
}

/// The settings of `[iqr]`.
pub(super) struct Service {
    pub(super) settings: Settings,
    pub(super) api_key_file: PathBuf,
    pub(super) widths: Widths,
}

pub(super) fn iqr(section: &mut Section, folder: &Path) -> Service {
    let settings = Settings {
        signin_url: section.parsed("signin_url", "https://signin.iqreseller.com".to_owned(), values::service_url),
        api_url: section.parsed("api_url", "https://api.iqreseller.com".to_owned(), values::service_url),
        connections: section.number("connections", 4, 1..=16),
        request_timeout: section.duration("request_timeout", Duration::from_secs(30)),
        session_lifetime: section.duration("session_lifetime", Duration::from_secs(600)),
        headers: section.section("headers", |headers| headers.entries(header)).unwrap_or_default(),
        endpoints: section.section("endpoints", endpoints),
        fields: section.section("fields", fields),
        asset_creator: section.text("asset_creator", "WOS"),
    };
    let api_key_file = file(section, "api_key_file", "/etc/wipeos-iqr/api-key", folder);
    let widths = section.section("widths", |section| widths(section, &settings.fields));
    Service { settings, api_key_file, widths }
}

/// The width of the one column whose text is looked for again.
const ITEM_NUMBER_WIDTH: u16 = 30;

const TOO_WIDE: &str = "is more than the 30 characters that IQR is known to keep of an item number: a master item whose \
    number IQR cuts is not found again, and may be made again with every try; make sure that this tenant keeps more";

/// Reads the widths of the columns, by default the vendor's; an unknown width is no limit. A user-defined field is
/// narrower than the field that it stands for.
fn widths(section: &mut Section, fields: &FieldNames) -> Widths {
    let item_number = section.number("item_number", ITEM_NUMBER_WIDTH, 0..=u16::MAX);
    if item_number == 0 || item_number > ITEM_NUMBER_WIDTH {
        section.warn_key("item_number", TOO_WIDE);
    }
    let mut width = |key, default| Width::from_chars(section.number(key, default, 0..=u16::MAX));
    let of_field = |field, usual| if fields.of(field).starts_with("userdefined") { 35 } else { usual };
    Widths {
        item_number: Width::from_chars(item_number),
        manufacturer: width("manufacturer", 0),
        item_description: width("item_description", 60),
        description: width("description", of_field(Field::Description, 60)),
        extended_description: width("extended_description", of_field(Field::ExtendedDescription, 0)),
    }
}

fn header(name: &str, value: &str) -> Result<String, Flaw> {
    match iqr::check_header(name, value) {
        Ok(()) => Ok(value.to_owned()),
        Err(SettingsError::HeaderValue(_)) => Err("holds a character that no header can hold".into()),
        Err(SettingsError::HeaderName(_) | SettingsError::FieldName(_) | SettingsError::SameFieldName(_)) => {
            Err("cannot be set: it is no name of a header, or the program sets that header itself".into())
        }
    }
}

fn endpoints(section: &mut Section) -> Endpoints {
    let mut endpoints = Endpoints::default();
    for operation in Operation::ALL {
        let changed =
            section.section(operation.name(), |section| endpoint(section, operation, endpoints.get(operation)));
        if let Some(endpoint) = changed {
            endpoints.set(operation, endpoint);
        }
    }
    endpoints
}

/// An endpoint of which the file changes the method, the path or the format.
fn endpoint(section: &mut Section, operation: Operation, built_in: &Endpoint) -> Option<Endpoint> {
    if section.is_absent() {
        return None;
    }
    let method = section.parsed("method", built_in.method(), |text| {
        Method::parse(text).ok_or_else(|| "must be \"GET\", \"POST\", \"PUT\", \"PATCH\" or \"DELETE\"".into())
    });
    let path = section.parsed("path", built_in.path_template(), |text| Ok(text.to_owned()));
    let format = section.parsed("format", built_in.format(), |text| {
        Format::parse(text).map_err(|_| "must be \"xml\" or \"json\"".into())
    });
    match Endpoint::new(operation, method, &path, format) {
        Ok(endpoint) => Some(endpoint),
        Err(error) => {
            let (key, message) = endpoint_flaw(&error);
            section.refuse_key(key, message);
            None
        }
    }
}

/// The key at fault, and what is wrong with it, without what was written.
fn endpoint_flaw(error: &EndpointError) -> (&'static str, String) {
    match error {
        EndpointError::UnknownFormat(_) => ("format", "is not a format".to_owned()),
        EndpointError::WrongMethod { method, hint, .. } => ("method", format!("cannot be {method}: {hint}")),
        EndpointError::JsonOnly(_) => ("format", "must be \"json\" for this operation".to_owned()),
        EndpointError::BadPath(_) => {
            ("path", "must be a path relative to the API's base, of printable ASCII without blanks".to_owned())
        }
        EndpointError::UnknownPlaceholder { known, .. } => {
            ("path", format!("holds a placeholder that cannot be filled in here; known here: {known}"))
        }
        EndpointError::MissingPlaceholder { placeholder, .. } => ("path", format!("must hold {{{placeholder}}}")),
    }
}

/// Warns that the column is too narrow: comments of two tests are wider than the vendor's width.
const TOO_NARROW: &str = "is a field of 35 characters: most comments do not fit into it, and their clients will fail as \
    not-verified; use \"inventorycomments\" and have the API user allowed to write it, or shorten templates.comments";

fn fields(section: &mut Section) -> FieldNames {
    let built_in = FieldNames::default();
    let [description, extended_description, comments] = [
        ("description", Field::Description),
        ("extended_description", Field::ExtendedDescription),
        ("comments", Field::Comments),
    ]
    .map(|(key, field)| section.parsed(key, built_in.of(field).to_owned(), field_name));
    if comments.starts_with("userdefined") {
        section.warn_key("comments", TOO_NARROW);
    }
    FieldNames::new(&description, &extended_description, &comments).unwrap_or_else(|_| {
        section.refuse_self("names one field twice: the texts would overwrite each other");
        built_in
    })
}

fn field_name(text: &str) -> Result<String, Flaw> {
    if iqr::is_field_name(text) {
        return Ok(text.to_owned());
    }
    Err("must be the name of a field in IQR that has no other meaning, in lower case, such as \"userdefined1\"".into())
}

/// Reads `[sync]`; `decided` is what `[master_item]` says about moving assets.
pub(super) fn sync(section: &mut Section, decided: (Reassign, Vec<String>)) -> SyncConfig {
    use {CommentMode as Comments, SerialCheck as Serial};
    let (reassign, placeholders) = decided;
    SyncConfig {
        time_budget: section.duration("time_budget", Duration::from_secs(110)),
        full_comparison_every: section.duration("full_comparison_every", Duration::from_secs(3600)),
        retry_max_delay: section.duration("retry_max_delay", Duration::from_secs(3600)),
        serial_check: section.word(
            "serial_check",
            Serial::Hold,
            &[("hold", Serial::Hold), ("warn", Serial::Warn), ("off", Serial::Off)],
        ),
        verify_writes: section.flag("verify_writes", true),
        comments: section.word(
            "comments",
            Comments::Changed,
            &[("changed", Comments::Changed), ("full", Comments::Full)],
        ),
        reassign,
        placeholders,
    }
}

/// The two keys of `[master_item]` that say when an asset is moved, rather than what an item is like.
pub(super) fn reassignment(section: &mut Section) -> (Reassign, Vec<String>) {
    let words = [("always", Reassign::Always), ("placeholder", Reassign::Placeholder), ("never", Reassign::Never)];
    let reassign = section.word("reassign", Reassign::Always, &words);
    (reassign, section.texts("placeholders", vec!["TBD API".to_owned(), "TBD".to_owned()]))
}

/// Reads the three tables that say to whom each pass is reported; a blank setting reports to none.
pub(super) fn watch(root: &mut Section, folder: &Path) -> WatchConfig {
    WatchConfig {
        textfile: root.section("metrics", |section| written_file(section, "textfile", ".prom", folder)),
        ping_url: root.section("monitor", |section| section.parsed("ping_url", None, ping_url)),
        html: root.section("report", |section| written_file(section, "html", ".html", folder)),
    }
}

/// Reads the URL of the monitor; a blank one is none.
fn ping_url(text: &str) -> Result<Option<Secret>, Flaw> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    values::monitor_url(text.trim()).map(|url| Some(Secret::new(url)))
}

/// The path of a file that each pass writes anew; a blank one is none. Its ending keeps a slip of the pen from costing
/// a file of another kind, such as a database.
fn written_file(section: &mut Section, key: &'static str, ending: &str, folder: &Path) -> Option<PathBuf> {
    section.parsed(key, None, |text| match text.trim() {
        "" => Ok(None),
        path if path.ends_with(ending) => values::text(path).map(|path| Some(folder.join(path))),
        _ => Err(format!("must be the path of a file whose name ends with \"{ending}\"").into()),
    })
}

/// A path; a relative one starts at the folder of the config file, whatever folder cron starts the program in.
pub(super) fn file(section: &mut Section, key: &'static str, default: &str, folder: &Path) -> PathBuf {
    folder.join(section.text(key, default))
}
