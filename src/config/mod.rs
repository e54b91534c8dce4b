//! The config file, read and checked.
//!
//! Every value of a [`Config`] is checked, and none is left out: the rest of the program asks no more questions. A file
//! with anything wrong in it is refused as a whole, with all that is wrong, each with its line ([`Problems`]).
//!
//! Not here: the meaning of a template (`mapping`), the form of a request (`iqr`).

mod checked;
mod error;
mod exposed;
mod file;
mod fingerprint;
mod flaw;
mod iqmetrix;
mod iqtech;
mod key_shape;
mod lookups;
mod partial;
mod problems;
mod read;
mod report;
mod secret_name;
mod secrets;
mod section;
mod settings;
mod templates;
#[cfg(test)]
mod tests;
mod trust;
mod values;

pub use self::checked::Config;
pub use self::error::ConfigError;
pub use self::file::{LOCAL, SYSTEM, check_trust, locate};
pub use self::partial::PartialConfig;
pub use self::problems::{Problem, Problems};
pub use self::report::AssumedSlot;
pub use self::secret_name::SecretName;
pub use self::secrets::SecretSourceError;
pub use self::settings::{
    CommentMode, LedgerConfig, LookupConfig, Reassign, SerialCheck, StoreConfig, SyncConfig, WatchConfig,
};
pub use self::trust::Untrusted;

/// The commented file that `init` writes: every setting with its built-in default.
pub const EXAMPLE: &str = include_str!("../../examples/config.toml");
