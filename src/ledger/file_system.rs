//! The file system on which a ledger stands, or would stand.

use std::path::Path;

use rustix::fs::{StatVfs, StatVfsMountFlags, statvfs};

/// Whether the file system at `path` is mounted read-only.
pub(super) fn is_read_only(path: &Path) -> bool {
    file_system(path).is_some_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Returns the bytes that are free there for accounts other than root; `None` where the system does not say.
pub(super) fn free_bytes(path: &Path) -> Option<u64> {
    file_system(path).map(|found| found.f_bavail.saturating_mul(found.f_frsize))
}

/// Returns the file system of the nearest folder that exists.
fn file_system(path: &Path) -> Option<StatVfs> {
    statvfs(path.ancestors().map(or_here).find(|place| place.exists())?).ok()
}

/// Returns the path itself, or the working directory for a path without any part.
#[must_use]
pub fn or_here(place: &Path) -> &Path {
    if place.as_os_str().is_empty() { Path::new(".") } else { place }
}
