//! What the rooms that open files have in common.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// The file that stands beside another: one of its name with something behind it.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Opens at once what would else keep its reader or writer waiting for another one: a pipe.
pub fn at_once() -> OpenOptions {
    let mut options = File::options();
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    options
}

/// The size of a file, bytes; `None` when it is not there. What cannot be told is taken for more than anything.
pub fn size(path: &Path) -> Option<u64> {
    match path.metadata() {
        Ok(metadata) => Some(metadata.size()),
        Err(error) => (error.kind() != io::ErrorKind::NotFound).then_some(u64::MAX),
    }
}
