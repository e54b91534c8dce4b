//! Functions shared by the modules that open files.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{Uid, User};
use rustix::fs::OFlags;
use rustix::io::Errno;
use thiserror::Error;

const BY_GROUP: u32 = 0o020;
const BY_OTHERS: u32 = 0o002;

/// The length, in bytes, that no lock or marker file of ours exceeds.
const MAX_MARKER_LENGTH: u64 = 4096;

/// The file that stands beside another: one of its name with something behind it.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Returns options that open a file at once, where a pipe would keep its reader or writer waiting for another one.
pub fn at_once() -> OpenOptions {
    let mut options = File::options();
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    options
}

/// Returns the size of a file in bytes; `None` when it is not there. A size that the system does not report counts as
/// larger than any other.
pub fn size(path: &Path) -> Option<u64> {
    match path.metadata() {
        Ok(metadata) => Some(metadata.size()),
        Err(error) => (error.kind() != io::ErrorKind::NotFound).then_some(u64::MAX),
    }
}

/// The reason why a file is not taken for a lock or a marker of ours.
#[derive(Debug, Error)]
pub enum MarkerError {
    /// The file is a link, and its target would be written.
    #[error("is a link")]
    Link,
    /// The file has another name besides, by which it may be any file.
    #[error("has another name besides (a hard link)")]
    OtherName,
    /// The file stands where every account may put one.
    #[error("belongs to another account ({0}), in a folder where every account may write")]
    Stranger(u32),
    /// The file is a folder, a pipe or the like.
    #[error("is no regular file")]
    NoFile,
    /// The system does not open it.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Opens a lock or marker file for writing, or makes one of this mode. No link is followed: another account may have
/// put one there that leads to a file which it may not write itself.
pub fn open_marker(path: &Path, mode: u32) -> Result<File, MarkerError> {
    open_checked(path, File::options().create(true).truncate(false).read(true).write(true).mode(mode))
}

/// Opens a file of ours to be appended to and read, or makes one of this mode, as [`open_marker`] does.
pub fn open_appended(path: &Path, mode: u32) -> Result<File, MarkerError> {
    open_checked(path, File::options().create(true).read(true).append(true).mode(mode))
}

/// Opens a file of ours to be read, as [`open_marker`] does; `None` where there is none.
pub fn open_own(path: &Path) -> Result<Option<File>, MarkerError> {
    match open_checked(path, File::options().read(true)) {
        Err(MarkerError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

fn open_checked(path: &Path, options: &mut OpenOptions) -> Result<File, MarkerError> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let opened = options.custom_flags(flags.bits().cast_signed()).open(path);
    let file = opened.map_err(|error| match error.raw_os_error() {
        Some(code) if code == Errno::LOOP.raw_os_error() => MarkerError::Link,
        _ => error.into(),
    })?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(MarkerError::NoFile);
    }
    if metadata.nlink() != 1 {
        return Err(MarkerError::OtherName);
    }
    let folder = fs::metadata(folder_of(path))?;
    let known = [0, rustix::process::geteuid().as_raw(), folder.uid()];
    if folder.mode() & BY_OTHERS != 0 && !known.contains(&metadata.uid()) {
        return Err(MarkerError::Stranger(metadata.uid()));
    }
    Ok(file)
}

/// Whether a path is a link that root must not follow: another account may have put it there, and lead it to any file.
pub fn is_link_of_strangers(path: &Path) -> bool {
    let is_shared = || folder_of(path).metadata().is_ok_and(|folder| is_shared(&folder));
    rustix::process::geteuid().is_root() && path.is_symlink() && is_shared()
}

/// Whether other accounts than root may put files into a folder.
fn is_shared(folder: &Metadata) -> bool {
    folder.uid() != 0 || chmod_against_others(folder).is_some()
}

/// Returns the text of a lock or marker file, read without following a link; `None` where there is none.
pub fn read_marker(path: &Path) -> Option<String> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let file = File::options().read(true).custom_flags(flags.bits().cast_signed()).open(path).ok()?;
    let mut text = String::new();
    let is_read = file.metadata().is_ok_and(|metadata| metadata.is_file())
        && file.take(MAX_MARKER_LENGTH).read_to_string(&mut text).is_ok();
    is_read.then_some(text)
}

/// The folder in which a file stands, also of one that is named without its folder.
pub fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().unwrap_or(path);
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// Returns the argument of `chmod` that takes from others the right to write a file or a folder; `None` where they have
/// none. Its owner and root are no others, nor is a group that is root's or the owner's primary one: where the umask
/// lets that group write, the group is the owner's alone.
pub fn chmod_against_others(metadata: &Metadata) -> Option<&'static str> {
    let mode = metadata.mode();
    let by_group = mode & BY_GROUP != 0 && !is_private(metadata.gid(), metadata.uid());
    match (by_group, mode & BY_OTHERS != 0) {
        (false, false) => None,
        (true, false) => Some("g-w"),
        (false, true) => Some("o-w"),
        (true, true) => Some("go-w"),
    }
}

/// Whether a group is its owner's alone. An owner without a name has a group of the same number.
fn is_private(group: u32, owner: u32) -> bool {
    let primary = || User::from_uid(Uid::from_raw(owner)).ok().flatten().map_or(owner, |user| user.gid.as_raw());
    group == 0 || group == primary()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn opens_markers_of_its_own_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("target"), "text of another").unwrap();
        symlink(path("target"), path("link")).unwrap();
        symlink(path("nowhere"), path("dangling")).unwrap();
        fs::hard_link(path("target"), path("twin")).unwrap();
        assert!(matches!(open_marker(&path("link"), 0o640), Err(MarkerError::Link)));
        assert!(matches!(open_marker(&path("dangling"), 0o640), Err(MarkerError::Link)));
        assert!(matches!(open_marker(&path("twin"), 0o640), Err(MarkerError::OtherName)));
        assert!(!path("nowhere").exists() && fs::read_to_string(path("target")).unwrap() == "text of another");
        assert_eq!((read_marker(&path("link")), read_marker(&path("nowhere"))), (None, None));
        open_marker(&path("own"), 0o640).unwrap();
        open_marker(&path("own"), 0o640).unwrap();
        assert_eq!(read_marker(&path("own")).as_deref(), Some(""));
    }
}
