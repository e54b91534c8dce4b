//! Whether the place of the ledger takes what a pass has to record. A pass that cannot record says so where it runs;
//! what it leaves behind says nothing.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::Error;
use super::file_system::{free_bytes, is_read_only};
use super::lock::lock_path;
use crate::files;

/// The free space in which a ledger can be made and a pass recorded, in bytes.
const AMPLE_FREE_BYTES: u64 = 512 * 1024;

/// The least free space in which anything is recorded, in bytes.
const MIN_FREE_BYTES: u64 = 64 * 1024;

/// Returns why nothing can be recorded there; `None` where it can be, as far as the file system shows. Permissions are
/// not checked: the caller may run as another account than the one that makes the passes.
#[must_use]
pub fn why_not_writable(ledger: &Path) -> Option<String> {
    let own = [".lock", "-wal", "-shm"].map(|suffix| files::beside(ledger, suffix));
    if let Some(path) = own.into_iter().find(|path| path.metadata().is_ok_and(|metadata| !metadata.is_file())) {
        return Some(Error::NoFile(path).to_string());
    }
    if is_read_only(ledger) {
        return Some(format!("{}: {}", ledger.display(), Error::ReadOnlyFileSystem));
    }
    little_room(ledger, MIN_FREE_BYTES)
}

/// Returns the likely cause why no pass is made: files of another account, or little room.
#[must_use]
pub fn likely_cause(ledger: &Path) -> Option<String> {
    foreign(ledger).or_else(|| little_room(ledger, AMPLE_FREE_BYTES))
}

fn little_room(ledger: &Path, enough: u64) -> Option<String> {
    let room = free_bytes(ledger)?;
    (room < enough).then(|| {
        format!("the disk of {} has {} KiB left; make room, the next pass goes on", ledger.display(), room / 1024)
    })
}

/// The files of passes that root made are closed to the account of the others, whose folder it is.
fn foreign(ledger: &Path) -> Option<String> {
    let folder = files::folder_of(ledger);
    let owner = folder.metadata().ok()?.uid();
    let is_foreign = |path: &Path| path.metadata().is_ok_and(|metadata| metadata.uid() != owner);
    let path = [lock_path(ledger), ledger.to_owned()].into_iter().find(|path| owner != 0 && is_foreign(path))?;
    Some(format!(
        "{} belongs to another account than its folder, as after a pass made by root; give it back: chown --reference={} {}*",
        path.display(),
        folder.display(),
        ledger.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_why_a_ledger_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(why_not_writable(&folder.path().join("nowhere/ledger.db")), None);
        assert_eq!(why_not_writable(Path::new("ledger.db")), None);
        let never = why_not_writable(Path::new("/proc/ledger.db")).unwrap();
        assert!(never.contains("/proc/ledger.db has 0 KiB left"), "{never}");
        assert_eq!(likely_cause(&folder.path().join("nowhere/ledger.db")), None);
    }
}
