//! Refuses files of other accounts. Where the API key goes is decided by root and by the account that runs.
//!
//! A config names the host that the key is sent to. So a file of another account, or one that another account can change,
//! is not used, however it was found. Checked are the file, each link that leads to it, and the folder in which each of them
//! stands. Folders further up are not: who can rename one of those can only put another folder in its place that passes the
//! same check.

use std::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::{Uid, User};
use thiserror::Error;

use crate::files;

/// The system itself follows no more links.
const MAX_LINKS: usize = 40;

/// The bit of a folder in which only its owner and a file's owner may rename or delete the file.
const STICKY: u32 = 0o1000;

/// A file that another account decides on.
#[derive(Debug, Error)]
#[error("the {what} {path} is not used: {flaw}")]
pub struct Untrusted {
    what: &'static str,
    path: PathBuf,
    flaw: Flaw,
}

/// The flaw of a file or its folder, and the command that mends it.
#[derive(Debug)]
struct Flaw {
    /// `it` or `its folder`.
    subject: &'static str,
    place: PathBuf,
    kind: FlawKind,
}

#[derive(Debug)]
enum FlawKind {
    /// The file belongs to this account.
    Owner(u32),
    /// Others may write it; `who` is their part of the argument of `chmod`.
    Writable { mode: u32, who: &'static str },
}

/// The reason why a file is not trusted.
#[derive(Debug)]
pub(super) enum Refusal {
    Untrusted(Untrusted),
    /// The system does not report the owner or the mode.
    Unknown(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Unknown(error)
    }
}

/// Checks that no account but root and this one decides on a file. `what` names its kind: `config`.
pub(super) fn check(what: &'static str, path: &Path) -> Result<Metadata, Refusal> {
    let account = rustix::process::geteuid().as_raw();
    let untrusted = |flaw| Refusal::Untrusted(Untrusted { what, path: path.to_owned(), flaw });
    let mut place = path.to_owned();
    for _ in 0..MAX_LINKS {
        let folder = files::folder_of(&place).to_owned();
        if let Some(kind) = flaw_of_folder(&fs::metadata(&folder)?, account) {
            return Err(untrusted(Flaw { subject: "its folder", place: folder, kind }));
        }
        let metadata = fs::symlink_metadata(&place)?;
        if let Some(kind) = flaw_of_file(&metadata, account) {
            return Err(untrusted(Flaw { subject: "it", place, kind }));
        }
        if !metadata.is_symlink() {
            return Ok(metadata);
        }
        place = folder.join(fs::read_link(&place)?);
    }
    Err(Refusal::Unknown(io::Error::other("too many links lead to it")))
}

/// Checks a file that was opened by this path, as [`check()`] does, and that no other one has taken its place since.
pub(super) fn check_opened(what: &'static str, path: &Path, opened: &Metadata) -> Result<(), Refusal> {
    let checked = check(what, path)?;
    if (checked.dev(), checked.ino()) == (opened.dev(), opened.ino()) {
        return Ok(());
    }
    Err(Refusal::Unknown(io::Error::other("it was replaced while it was read")))
}

fn flaw_of_file(metadata: &Metadata, account: u32) -> Option<FlawKind> {
    // The mode of a link or a device says nothing of what is read there.
    flaw_of_owner(metadata, account).or_else(|| flaw_of_mode(metadata).filter(|_| metadata.is_file()))
}

fn flaw_of_folder(metadata: &Metadata, account: u32) -> Option<FlawKind> {
    flaw_of_owner(metadata, account).or_else(|| flaw_of_mode(metadata).filter(|_| metadata.mode() & STICKY == 0))
}

fn flaw_of_owner(metadata: &Metadata, account: u32) -> Option<FlawKind> {
    let owner = metadata.uid();
    (owner != 0 && owner != account).then_some(FlawKind::Owner(owner))
}

fn flaw_of_mode(metadata: &Metadata) -> Option<FlawKind> {
    let mode = metadata.mode() & 0o7777;
    files::chmod_against_others(metadata).map(|who| FlawKind::Writable { mode, who })
}

/// The name of an account, or its number where it has none.
fn name_of(account: u32) -> String {
    let user = User::from_uid(Uid::from_raw(account)).ok().flatten();
    user.map_or_else(|| account.to_string(), |user| user.name)
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subject, path) = (self.subject, quoted(&self.place));
        match self.kind {
            FlawKind::Owner(owner) => {
                let (owner, account) = (name_of(owner), name_of(rustix::process::geteuid().as_raw()));
                write!(
                    f,
                    "{subject} belongs to another account ({owner}); run this command as that account, or make it yours: \
                     chown {account} {path}"
                )
            }
            FlawKind::Writable { mode, who } => {
                write!(f, "{subject} can be written by others (mode {mode:04o}); run: chmod {who} {path}")
            }
        }
    }
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@%,:=".contains(&byte);
    if text.bytes().all(is_plain) && !text.starts_with('-') {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::*;

    fn place(folder_mode: u32, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(folder_mode)).unwrap();
        (folder, path)
    }

    fn flaw(path: &Path) -> String {
        match check("config", path) {
            Ok(_) => String::new(),
            Err(Refusal::Untrusted(untrusted)) => untrusted.to_string(),
            Err(Refusal::Unknown(error)) => error.to_string(),
        }
    }

    #[test]
    fn trusts_what_only_its_owner_may_write() {
        for (folder, file) in [(0o700, 0o600), (0o755, 0o644), (0o1777, 0o644), (0o1755, 0o640), (0o755, 0o444)] {
            let (_folder, path) = place(folder, file);
            assert_eq!(flaw(&path), "", "{folder:o} {file:o}");
        }
    }

    #[test]
    fn trusts_what_the_group_of_the_owner_may_write() {
        let (folder, path) = place(0o775, 0o664);
        assert_eq!(flaw(&path), "", "a group of the owner's own");
        if chown(&path, None, Some(54_321)).is_ok() {
            assert!(flaw(&path).ends_with(&format!("(mode 0664); run: chmod g-w {}", path.display())));
            fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
            chown(folder.path(), None, Some(54_321)).unwrap();
            assert!(flaw(&path).ends_with(&format!("run: chmod g-w {}", folder.path().display())), "{}", flaw(&path));
        }
    }

    #[test]
    fn names_the_chmod_that_makes_a_file_trusted() {
        let (folder, path) = place(0o755, 0o646);
        let expected = format!(
            "the config {0} is not used: it can be written by others (mode 0646); run: chmod o-w {0}",
            path.display()
        );
        assert_eq!(flaw(&path), expected);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o757)).unwrap();
        let expected =
            format!("its folder can be written by others (mode 0757); run: chmod o-w {}", folder.path().display());
        assert!(flaw(&path).ends_with(&expected), "{}", flaw(&path));
        let link = folder
            .path()
            .parent()
            .unwrap()
            .join(format!("{}.link", folder.path().file_name().unwrap().to_str().unwrap()));
        symlink(&path, &link).unwrap();
        assert!(flaw(&link).ends_with(&expected), "behind a link");
        fs::remove_file(&link).unwrap();
    }

    #[test]
    fn names_the_owner_of_a_file_of_another_account() {
        let (folder, path) = place(0o1777, 0o644);
        if chown(&path, Some(54_321), None).is_err() {
            return;
        }
        assert!(flaw(&path).contains("belongs to another account (54321)"), "{}", flaw(&path));
        assert!(flaw(&path).ends_with(&format!("chown root {}", path.display())), "{}", flaw(&path));
        let good = folder.path().join("good");
        fs::write(&good, "").unwrap();
        let link = folder.path().join("link.toml");
        symlink(&good, &link).unwrap();
        assert_eq!(flaw(&link), "", "a link of our own to a file of our own");
        std::os::unix::fs::lchown(&link, Some(54_321), None).unwrap();
        assert!(flaw(&link).contains("belongs to another account"), "another account's link to a file of our own");
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        chown(folder.path(), Some(54_321), None).unwrap();
        assert!(flaw(&path).contains("its folder belongs to another account"), "{}", flaw(&path));
    }

    #[test]
    fn ends_where_links_lead_in_a_circle() {
        let (folder, _) = place(0o700, 0o600);
        symlink(folder.path().join("b"), folder.path().join("a")).unwrap();
        symlink("a", folder.path().join("b")).unwrap();
        assert_eq!(flaw(&folder.path().join("a")), "too many links lead to it");
    }

    #[test]
    fn quotes_what_a_shell_would_split() {
        assert_eq!(quoted(Path::new("/etc/wipeos-iqr/config.toml")), "/etc/wipeos-iqr/config.toml");
        assert_eq!(quoted(Path::new("/a b/it's;x")), "'/a b/it'\\''s;x'");
    }
}
