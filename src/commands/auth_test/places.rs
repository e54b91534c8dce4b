//! Whether this account may write where a pass writes, found out without writing.

use std::path::Path;

use rustix::fs::{Access, access};

use crate::ledger::{lock_path, or_here, why_not_writable};
use crate::monitor::file::Place;

/// Whether a file can be put in the place of the one at `path`, if there is one; otherwise why not.
pub(super) fn can_be_replaced(path: &Path) -> Result<(), String> {
    let place = Place::find(path).map_err(|error| error.to_string())?;
    let folder = place.folder();
    if !folder.is_dir() {
        return Err(format!("there is no folder {}", folder.display()));
    }
    may_write(folder)
}

/// Whether the ledger at `path`, and what stands beside it, can be made or written; otherwise why not. A pass makes
/// folders that are not there.
pub(super) fn can_be_made(path: &Path) -> Result<(), String> {
    if let Some(why) = why_not_writable(path) {
        return Err(why);
    }
    for own in [path.to_owned(), lock_path(path)] {
        if own.exists() {
            may_write(&own)?;
        }
    }
    path.ancestors().skip(1).map(or_here).find(|folder| folder.exists()).map_or(Ok(()), may_write)
}

fn may_write(path: &Path) -> Result<(), String> {
    access(path, Access::WRITE_OK).map_err(|error| format!("{} may not be written ({error})", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn says_why_a_place_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(can_be_replaced(&folder.path().join("x.prom")), Ok(()));
        assert_eq!(can_be_replaced(folder.path()).unwrap_err(), "it is not a regular file");
        let lost = folder.path().join("nowhere/x.prom");
        assert!(can_be_replaced(&lost).unwrap_err().starts_with("there is no folder "));
        assert_eq!(can_be_made(&lost), Ok(()), "a pass makes the folder");
        let here = can_be_replaced(Path::new("x.prom"));
        assert!(here.err().is_none_or(|why| why.contains(". may not be written")), "the working directory is a folder");
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o500)).unwrap();
        let is_root = rustix::process::geteuid().is_root();
        for found in [can_be_made(&lost), can_be_replaced(&folder.path().join("x.prom"))] {
            // Root may write anywhere.
            assert!(is_root || found.unwrap_err().contains("may not be written"));
        }
    }
}
