//! Files that others read while they are written anew.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::Builder;

/// What is written is for other accounts: the web server's, the node exporter's.
const MODE: u32 = 0o644;

/// What a file is called until it is whole.
const PREFIX: &str = ".wipeos-iqr-";
const SUFFIX: &str = ".new";

/// Nobody writes for so long: whoever began it was killed.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);

/// Puts a file with this text in its place: a reader finds the old one or the new one, whole, and a full disk leaves the
/// old one. What is lost in a power cut is written again by the next pass.
///
/// # Errors
///
/// When the folder is not there or cannot be written, when something else than a file stands there, or the disk is full.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A link stays one: what it leads to is replaced.
    let found = path.canonicalize();
    let path = found.as_deref().unwrap_or(path);
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The collector takes every file whose name ends with `.prom`; this one's never does.
    let mut file = Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    // The umask of a service keeps others out of all other files, and rightly so.
    file.as_file().set_permissions(Permissions::from_mode(MODE))?;
    // By the clock of whoever keeps the folder.
    if let Ok(now) = file.as_file().metadata().and_then(|metadata| metadata.modified()) {
        sweep(folder, now);
    }
    file.persist(path)?;
    Ok(())
}

/// Takes away what was begun and never put in its place. What cannot be taken away harms nobody.
fn sweep(folder: &Path, now: SystemTime) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten().filter(|entry| is_ours(&entry.file_name())) {
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        if written.is_ok_and(|written| now.duration_since(written).is_ok_and(|age| age > LEFT_BEHIND)) {
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

    use super::*;

    #[test]
    fn what_a_killed_pass_left_is_swept_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let names = [".wipeos-iqr-old.new", ".wipeos-iqr-fresh.new", ".other.new", "x.html"];
        for name in names {
            let file = File::create(folder.path().join(name)).unwrap();
            let age = if name.contains("fresh") { Duration::ZERO } else { 2 * LEFT_BEHIND };
            file.set_modified(file.metadata().unwrap().modified().unwrap() - age).unwrap();
        }
        replace(&folder.path().join("x.prom"), "new").unwrap();
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".other.new", ".wipeos-iqr-fresh.new", "x.html", "x.prom"]);
    }

    #[test]
    fn a_file_that_others_may_read_takes_the_place_of_the_old_one_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.prom");
        fs::write(&path, "old").unwrap();
        replace(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        replace(folder.path(), "a folder stands there").unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let socket = folder.path().join("socket.prom");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        replace(&socket, "no file stands there").unwrap_err();
        fs::remove_file(&socket).unwrap();
        let link = folder.path().join("link.prom");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace(&link, "newer").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
        assert!(link.is_symlink());
    }
}
