//! `init`: writes the commented config file, once.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Exit;
use crate::cli::Global;
use crate::config::{self, ConfigError};
use crate::output;

/// Writes the config file and says what comes next.
///
/// # Errors
///
/// [`ConfigError::Exists`] and [`ConfigError::Unwritable`].
pub fn run(global: &Global) -> anyhow::Result<Exit> {
    output::print(&write_config(global.config.as_deref())?)?;
    Ok(Exit::Done)
}

/// Writes the config file to `named` (of `--config` or its variable) or here; returns what comes next.
fn write_config(named: Option<&Path>) -> Result<String, ConfigError> {
    let named = named.filter(|path| !path.as_os_str().is_empty());
    let path = named.unwrap_or(Path::new(config::LOCAL));
    write_new(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => ConfigError::Exists(path.to_owned()),
        _ => ConfigError::Unwritable { path: path.to_owned(), source },
    })?;
    Ok(next_steps(named, path))
}

/// Creates the file and the folders above it, and leaves nothing behind when that fails half-way. The group may read it:
/// it holds no secret, but it does say where they are.
fn write_new(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o640).open(path)?;
    file.write_all(config::EXAMPLE.as_bytes()).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

fn next_steps(named: Option<&Path>, path: &Path) -> String {
    let path = path.display();
    let option = named.map(|_| format!(" --config '{path}'")).unwrap_or_default();
    format!(
        "Wrote {path}. Three things are left to do:
  1. Edit it: the WipeOS database, the slot that holds the inventory ID, the asset creator.
  2. Put the API key of this appliance into /etc/wipeos-iqr/api-key, and let nobody else read it (chmod 600).
  3. Try it: wipeos-iqr{option} auth-test
     and then: wipeos-iqr{option} preview ID
"
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_file_that_is_written_is_closed_to_strangers_and_can_be_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.toml");
        let next = write_config(Some(&path)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o027, 0);
        assert!(next.contains("auth-test"));
        config::Config::load(&path).unwrap();
    }

    #[test]
    fn a_file_that_exists_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "# mine").unwrap();
        assert!(matches!(write_config(Some(&path)), Err(ConfigError::Exists(_))));
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        assert!(matches!(write_config(Some(&folder.path().join("link"))), Err(ConfigError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "# mine");
        assert!(!folder.path().join("nowhere").exists());
    }
}
