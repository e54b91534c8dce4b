//! Whether the place of the ledger takes what a pass has to record. A pass that cannot record says so where it runs; what
//! it leaves behind says nothing.

use std::path::Path;

use rustix::fs::{StatVfsMountFlags, statvfs};

/// A ledger is made, and a pass recorded, in less: bytes.
const ROOM: u64 = 512 * 1024;

/// Why nothing can be recorded there; `None` where it can be, as far as the file system tells. Who may write there is
/// not asked: who looks may be another account than the one that makes the passes.
pub fn takes_nothing(ledger: &Path) -> Option<String> {
    let place = ledger.ancestors().map(or_here).find(|place| place.exists())?;
    let told = statvfs(place).ok()?;
    if told.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Some(format!("the file system of {} is read-only; mount it writable", ledger.display()));
    }
    let room = told.f_bavail.saturating_mul(told.f_frsize);
    (room < ROOM).then(|| {
        format!("the disk of {} has {} KiB left; make room, the next pass goes on", ledger.display(), room / 1024)
    })
}

/// The path without any part is the working directory.
pub fn or_here(place: &Path) -> &Path {
    if place.as_os_str().is_empty() { Path::new(".") } else { place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_with_room_is_told_from_one_that_takes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(takes_nothing(&folder.path().join("nowhere/ledger.db")), None);
        assert_eq!(takes_nothing(Path::new("ledger.db")), None);
        let never = takes_nothing(Path::new("/proc/ledger.db")).unwrap();
        assert!(never.contains("/proc/ledger.db has 0 KiB left"), "{never}");
    }
}
