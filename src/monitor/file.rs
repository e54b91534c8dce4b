//! Files that others read while they are written anew.

use std::ffi::OsStr;
use std::fs::{self, Metadata, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::Builder;

use crate::files;

/// The mode of a new file, which other accounts read: the web server's, the node exporter's.
const MODE: u32 = 0o644;

/// The beginning of a file's name until it is whole.
const PREFIX: &str = ".wipeos-iqr-";
const SUFFIX: &str = ".new";

/// The age from which on an unfinished file was left by a killed process: no write takes so long.
const MAX_WRITE_TIME: Duration = Duration::from_secs(3600);

/// The place of a file that is to be written.
pub struct Place {
    path: PathBuf,
    /// The mode of the file that is there, if there is one: it is kept.
    mode: u32,
}

impl Place {
    /// Finds the place of a file of this name: its own, or that which a link of this name leads to. One link is
    /// followed, and none by root in a folder where others may write: they could have put it there, and lead it to any
    /// file.
    ///
    /// # Errors
    ///
    /// When something else than a file stands there, or a link that is not followed.
    pub fn find(path: &Path) -> io::Result<Self> {
        let refused = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        let Some(found) = metadata_of(path)? else { return Ok(Self { path: path.to_owned(), mode: MODE }) };
        if !found.is_symlink() {
            return Self::at(path.to_owned(), Some(&found));
        }
        let folder = files::folder_of(path);
        if files::is_link_of_strangers(path) {
            return refused(
                "it is a link in a folder where others may write, which root does not follow; name the file itself",
            );
        }
        let target = folder.join(path.read_link()?);
        match metadata_of(&target)? {
            Some(found) if found.is_symlink() => refused("it is a link to another link; name the file itself"),
            found => Self::at(target, found.as_ref()),
        }
    }

    fn at(path: PathBuf, found: Option<&Metadata>) -> io::Result<Self> {
        if found.is_some_and(|metadata| !metadata.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let mode = found.map_or(MODE, |metadata| metadata.permissions().mode() & 0o777);
        Ok(Self { path, mode })
    }

    /// The folder in which the file stands, or will.
    #[must_use]
    pub fn folder(&self) -> &Path {
        files::folder_of(&self.path)
    }
}

/// Reads the metadata of a path, links not followed.
fn metadata_of(path: &Path) -> io::Result<Option<Metadata>> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts a file with these contents in its place: a reader finds the old one or the new one, whole, and a full disk leaves
/// the old one. A file that is lost in a power cut is written again by the next pass. Nothing is written through a
/// link; see [`Place::find`].
///
/// # Errors
///
/// When the folder is not there or cannot be written, when something else than a file stands there, or the disk is full.
pub fn replace(path: &Path, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let place = Place::find(path)?;
    let folder = place.folder();
    // The collector takes every file whose name ends with `.prom`; this one's never does.
    let mut file = Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder)?;
    file.write_all(contents.as_ref())?;
    // The umask of a service keeps others out of all other files, and rightly so.
    file.as_file().set_permissions(Permissions::from_mode(place.mode))?;
    // By the clock of whoever keeps the folder.
    if let Ok(now) = file.as_file().metadata().and_then(|metadata| metadata.modified()) {
        sweep(folder, now);
    }
    file.persist(&place.path)?;
    Ok(())
}

/// Removes files that were begun and never put in their place. A file that cannot be removed does no harm.
fn sweep(folder: &Path, now: SystemTime) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten().filter(|entry| is_ours(&entry.file_name())) {
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        if written.is_ok_and(|written| now.duration_since(written).is_ok_and(|age| age > MAX_WRITE_TIME)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_ours(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn sweeps_only_what_a_killed_pass_left() {
        let folder = tempfile::tempdir().unwrap();
        let names = [".wipeos-iqr-old.new", ".wipeos-iqr-fresh.new", ".other.new", "x.html"];
        for name in names {
            let file = File::create(folder.path().join(name)).unwrap();
            let age = if name.contains("fresh") { Duration::ZERO } else { 2 * MAX_WRITE_TIME };
            file.set_modified(file.metadata().unwrap().modified().unwrap() - age).unwrap();
        }
        replace(&folder.path().join("x.prom"), "new").unwrap();
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".other.new", ".wipeos-iqr-fresh.new", "x.html", "x.prom"]);
    }

    #[test]
    fn replaces_a_file_readable_to_others_and_leaves_no_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.prom");
        replace(&path, "old").unwrap();
        replace(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        replace(folder.path(), "a folder stands there").unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let socket = folder.path().join("socket.prom");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        replace(&socket, "no file stands there").unwrap_err();
        fs::remove_file(&socket).unwrap();
    }

    #[test]
    fn follows_one_link_and_keeps_the_mode_of_its_target() {
        let folder = tempfile::tempdir().unwrap();
        let [link, twice, target] = ["link.prom", "twice.prom", "target"].map(|name| folder.path().join(name));
        symlink("target", &link).unwrap();
        symlink(&link, &twice).unwrap();
        replace(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new", "it leads nowhere yet");
        fs::set_permissions(&target, Permissions::from_mode(0o600)).unwrap();
        replace(&link, "newer").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "newer");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(link.is_symlink());
        let error = replace(&twice, "newest").unwrap_err().to_string();
        assert!(error.contains("a link to another link"), "{error}");
        assert_eq!(fs::read_to_string(&target).unwrap(), "newer");
    }

    #[test]
    fn follows_no_link_for_root_in_shared_folders() {
        for mode in [0o777, 0o1777, 0o773] {
            let folder = tempfile::tempdir().unwrap();
            let [link, target] = ["link.prom", "target"].map(|name| folder.path().join(name));
            fs::write(&target, "old").unwrap();
            symlink(&target, &link).unwrap();
            fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
            let replaced = replace(&link, "new");
            if rustix::process::geteuid().is_root() {
                assert!(replaced.unwrap_err().to_string().contains("which root does not follow"), "{mode:o}");
                assert_eq!(fs::read_to_string(&target).unwrap(), "old", "{mode:o}");
            }
            replace(&target, "newest").unwrap();
        }
    }
}
