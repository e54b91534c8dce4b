//! The config file: where it is looked for, and how it is read.

use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::trust::{self, Refusal, Untrusted};
use crate::files;

/// The name of the file in messages.
const CONFIG_LABEL: &str = "config";

/// The config file in the working directory, looked for when no other is named.
pub const LOCAL: &str = "./wipeos-iqr.toml";

/// The config file of the machine, looked for last.
pub const SYSTEM: &str = "/etc/wipeos-iqr/config.toml";

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
pub(super) fn read_at_once(path: &Path) -> Result<Vec<u8>, Refusal> {
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
