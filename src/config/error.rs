//! Errors of the config.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::problems::Problems;
use super::secrets::SecretSourceError;
use super::trust::Untrusted;
use crate::web::ProxyError;

/// The reason why the config cannot be used. All of them end the program with exit code 3.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is no config file.
    #[error("no config file at {}; `wipeos-iqr init` writes one", places(.0))]
    NotFound(Vec<PathBuf>),
    /// The file is there and cannot be read.
    #[error("cannot read the config {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// This account may not read the file, or look into its folder.
    #[error(
        "the config {} may not be read by this account; use the account that makes the passes (sudo -u wipeos-iqr), or root",
        .0.display()
    )]
    Closed(PathBuf),
    /// Another account decides on the file.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// The file was read, and something is wrong in it.
    #[error("{0}")]
    Invalid(Problems),
    /// No machine has the slot that the config names for the inventory ID; the sentence says which slots there are.
    #[error("{0}")]
    NoSuchSlot(String),
    /// There is no such secret, or none that may be used.
    #[error(transparent)]
    Secret(#[from] SecretSourceError),
    /// The config lacks the section of the service that is to be asked.
    #[error(
        "the config has no section [{0}], so the service is never asked; add the section (wipeos-iqr.toml(5) shows it)"
    )]
    NoSection(&'static str),
    /// The environment names a proxy that cannot be used.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// `init` found a file where it was to write one.
    #[error("{0} exists already and is left as it is")]
    Exists(PathBuf),
    /// `init` cannot write its file.
    #[error("cannot write the config {path}")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
}

fn places(places: &[PathBuf]) -> String {
    places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(" or ")
}
