//! `init`: writes the commented config file, once, and asks nothing. With `--from-store` it first reads the WipeOS
//! database to find the slot that holds the inventory ID.

mod found;
mod slots;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Exit;
use crate::cli::{Global, InitArgs};
use crate::config::{self, ConfigError};
use crate::output;
use found::Found;

/// Writes the config file and names the next step.
///
/// # Errors
///
/// [`ConfigError::Exists`] and [`ConfigError::Unwritable`]; with `--from-store`, when the database cannot be used: then
/// nothing is written.
pub fn run(global: &Global, args: &InitArgs) -> anyhow::Result<Exit> {
    let named = global.config.as_deref().filter(|path| !path.as_os_str().is_empty());
    let path = named.unwrap_or(Path::new(config::LOCAL));
    let found = args.from_store.as_deref().map(Found::read).transpose()?;
    // The findings come first: they are of use also where a config exists already.
    output::print(&found.as_ref().map(Found::report).unwrap_or_default())?;
    write_config(path, &found.as_ref().map_or_else(|| config::EXAMPLE.to_owned(), Found::config))?;
    output::print(&next_steps(named, path, found.is_some()))?;
    Ok(Exit::Done)
}

fn write_config(path: &Path, text: &str) -> Result<(), ConfigError> {
    write_new(path, text).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => ConfigError::Exists(path.to_owned()),
        _ => ConfigError::Unwritable { path: path.to_owned(), source },
    })
}

/// Creates the file and the folders above it, and leaves nothing behind when that fails half-way. The group may read
/// it: it holds no secret, but it does say where they are.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o640).open(path)?;
    file.write_all(text.as_bytes()).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

fn next_steps(named: Option<&Path>, path: &Path, is_filled_in: bool) -> String {
    let path = path.display();
    let option = named.map(|_| format!(" --config '{path}'")).unwrap_or_default();
    let edit = if is_filled_in {
        "Check it: the slot that holds the inventory ID, and the asset creator."
    } else {
        "Edit it: the WipeOS database, the slot that holds the inventory ID, the asset\n     creator."
    };
    format!(
        "Wrote {path}. Three things are left to do:
  1. {edit}
  2. Put the API key of this appliance into /etc/wipeos-iqr/api-key, and
     make it readable by its owner only (chmod 600).
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
    fn writes_a_loadable_file_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.toml");
        write_config(&path, config::EXAMPLE).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o027, 0);
        config::Config::load(&path).unwrap();
    }

    #[test]
    fn overwrites_no_existing_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "# mine").unwrap();
        assert!(matches!(write_config(&path, "new"), Err(ConfigError::Exists(_))));
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        assert!(matches!(write_config(&folder.path().join("link"), "new"), Err(ConfigError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "# mine");
        assert!(!folder.path().join("nowhere").exists());
    }
}
