//! The sources of the API key.
//!
//! The key never comes from an argument, which every user of the machine can read in the process list, and never from
//! the config file, which is shown to people who ask for help. No error holds any part of it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::exposed::looks_like_a_key;
use super::trust::{self, Refusal, Untrusted};
use crate::files;
use crate::secret::{MAX_SECRET_BYTES, Secret, SecretError};

const VARIABLE: &str = "WIPEOS_IQR_API_KEY";
const CREDENTIAL: &str = "iqr-api-key";
/// The number of bytes that are read of a key's file: one more than a key may have, which bounds the harm of a wrong
/// path (`/dev/zero`).
const MAX_READ: u64 = MAX_SECRET_BYTES as u64 + 1;

/// Parts of the names that people give to the file of a key.
const NAMES_OF_KEYS: [&str; 7] = ["key", "iqr", "secret", "token", "cred", "pass", ".txt"];

/// The reason why there is no API key.
#[derive(Debug, Error)]
pub enum ApiKeyError {
    /// No source has a key.
    #[error(
        "no API key: write it to {} (mode 0600), set ${VARIABLE}, or give the systemd credential {CREDENTIAL}",
        shown(file)
    )]
    Missing {
        /// The file that was looked for.
        file: PathBuf,
    },
    /// The file may be read by others than its owner.
    #[error("the API key file {path} can be read by others (mode {mode:04o}); run: chmod 600 {path}")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Another account decides on the file.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// The file is a folder, a pipe or the like.
    #[error("the API key file {path} is no regular file; put a file with the key in its place (mode 0600)")]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// The setting holds what looks like a key and no path. It is not repeated.
    #[error(
        "no API key: `iqr.api_key_file` names no file that is there, and what it holds looks like a key; write the key to a file of its own (mode 0600), name that file here, and let IQR make a new key, for this one stood in the config"
    )]
    KeyForPath,
    /// The file is there and cannot be read.
    #[error("cannot read the API key from {}", shown(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The text in the file cannot be a key.
    #[error(transparent)]
    Malformed(#[from] SecretError),
}

/// The places of this process where a key may be, in the order in which they are asked. Not `Debug`: it may hold the
/// key.
pub(super) struct KeySources<'a> {
    pub(super) variable: Option<OsString>,
    pub(super) file: &'a Path,
    pub(super) credentials: Option<PathBuf>,
}

impl<'a> KeySources<'a> {
    /// Returns the sources of this process's environment.
    pub(super) fn from_environment(file: &'a Path) -> Self {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self { variable: std::env::var_os(VARIABLE), file, credentials }
    }

    /// The key of the first source that has one.
    ///
    /// A service does not see the administrator's file but a copy that systemd made of it; so a file that is missing or
    /// closed to this user is passed over where there is such a copy. A file that is open to *others* is not: whoever
    /// reads that message should close it.
    pub(super) fn read(&self) -> Result<Secret, ApiKeyError> {
        if let Some(variable) = &self.variable {
            return parsed(variable.as_bytes(), || format!("${VARIABLE}"));
        }
        match private_file(self.file) {
            Err(error @ (ApiKeyError::Missing { .. } | ApiKeyError::KeyForPath | ApiKeyError::Unreadable { .. })) => {
                self.credential().unwrap_or(Err(error))
            }
            decided => decided,
        }
    }

    /// Returns the key of the first source that has one, whoever may read it and clean or not: to search for it, not to
    /// use it.
    pub(super) fn peek(&self) -> Option<Secret> {
        if let Some(variable) = &self.variable {
            return Some(Secret::guess(variable.as_bytes()));
        }
        let file = regular(self.file).or_else(|| regular(&self.of_credential()?))?;
        Some(Secret::guess(&std::fs::read(file).ok()?))
    }

    /// Whether the path of the key's file holds the key: then it is a name, and no secret.
    pub(super) fn is_named_by(&self, key: &Secret) -> bool {
        self.file.to_string_lossy().contains(key.expose())
    }

    fn of_credential(&self) -> Option<PathBuf> {
        Some(self.credentials.as_ref()?.join(CREDENTIAL))
    }

    /// The name of the source that the key is read from, if there is one.
    pub(super) fn origin(&self) -> String {
        if self.variable.is_some() {
            return format!("${VARIABLE}");
        }
        let copy = self.of_credential().filter(|path| path.exists() && File::open(self.file).is_err());
        copy.as_deref().unwrap_or(self.file).display().to_string()
    }

    fn credential(&self) -> Option<Result<Secret, ApiKeyError>> {
        let path = self.of_credential()?;
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            opened => Some(contents(opened, &path)),
        }
    }
}

/// Returns the path if it names a regular file: a pipe would be waited for, and a device has no end.
fn regular(path: &Path) -> Option<PathBuf> {
    path.metadata().is_ok_and(|file| file.is_file() && file.len() < MAX_READ).then(|| path.to_owned())
}

fn private_file(path: &Path) -> Result<Secret, ApiKeyError> {
    let unreadable = |source| ApiKeyError::Unreadable { path: path.into(), source };
    let file = match files::at_once().read(true).open(path) {
        Err(_) if is_a_key(path) => return Err(ApiKeyError::KeyForPath),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ApiKeyError::Missing { file: path.into() });
        }
        opened => opened.map_err(unreadable)?,
    };
    let metadata = file.metadata().map_err(unreadable)?;
    match metadata.permissions().mode() & 0o777 {
        mode if mode & 0o077 != 0 => Err(ApiKeyError::Exposed { path: path.into(), mode }),
        _ if !metadata.is_file() => Err(ApiKeyError::NoFile { path: path.into() }),
        _ => match trust::check_opened("API key file", path, &metadata) {
            Ok(()) => contents(Ok(file), path),
            Err(Refusal::Untrusted(untrusted)) => Err(untrusted.into()),
            Err(Refusal::Unknown(source)) => Err(unreadable(source)),
        },
    }
}

/// Whether the key itself was written where its file belongs. The folder is the config's, where none was named.
fn is_a_key(path: &Path) -> bool {
    looks_like_a_key(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// Returns the path of a missing file for a message. A name that says nothing of a key might be a key that was typed
/// there.
fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if NAMES_OF_KEYS.iter().any(|word| name.contains(word)) && !is_a_key(path) {
        path.display().to_string()
    } else {
        "the file that `iqr.api_key_file` names".to_owned()
    }
}

fn contents(opened: io::Result<File>, path: &Path) -> Result<Secret, ApiKeyError> {
    let mut bytes = Vec::new();
    opened
        .and_then(|file| file.take(MAX_READ).read_to_end(&mut bytes))
        .map_err(|source| ApiKeyError::Unreadable { path: path.into(), source })?;
    parsed(&bytes, || path.display().to_string())
}

fn parsed(bytes: &[u8], origin: impl FnOnce() -> String) -> Result<Secret, ApiKeyError> {
    Ok(Secret::parse("API key", bytes, origin)?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    struct Places {
        folder: tempfile::TempDir,
        variable: Option<&'static str>,
    }

    impl Places {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().unwrap(), variable: None }
        }

        fn write(&self, name: &str, mode: u32, text: &[u8]) -> &Self {
            let path = self.folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            self
        }

        fn read(&self) -> Result<String, ApiKeyError> {
            let file = self.folder.path().join("file");
            let sources = KeySources {
                variable: self.variable.map(OsString::from),
                file: &file,
                credentials: Some(self.folder.path().to_owned()),
            };
            sources.read().map(|secret| secret.expose().to_owned())
        }
    }

    #[test]
    fn repeats_no_key_in_the_place_of_its_file() {
        let short = private_file(Path::new("/nowhere/Zx:{Kq.LmP")).map(|_| ()).unwrap_err().to_string();
        assert!(!short.contains("Zx:") && short.contains("iqr.api_key_file"), "{short}");
        let typed = Path::new("/nowhere/Zx9Kq2LmP0aBcD3eFgH4");
        assert!(!private_file(typed).map(|_| ()).unwrap_err().to_string().contains("Zx9K"));
    }

    #[test]
    fn prefers_the_variable_to_the_file_to_the_credential() {
        let mut places = Places::new();
        assert!(matches!(places.read(), Err(ApiKeyError::Missing { .. })));
        places.write(CREDENTIAL, 0o440, b"from-credential\n");
        assert_eq!(places.read().unwrap(), "from-credential");
        places.write("file", 0o600, b"  from-file\r\n");
        assert_eq!(places.read().unwrap(), "from-file");
        places.variable = Some(" from-variable ");
        assert_eq!(places.read().unwrap(), "from-variable");
    }

    #[test]
    fn refuses_a_key_file_open_to_others_and_names_the_chmod() {
        for mode in [0o644, 0o640, 0o604, 0o620, 0o602, 0o601, 0o777] {
            let places = Places::new();
            places.write("file", mode, b"the-key").write(CREDENTIAL, 0o400, b"other");
            let message = places.read().unwrap_err().to_string();
            assert!(message.contains("chmod 600") && message.contains(&format!("{mode:04o}")), "{message}");
        }
        for mode in [0o600, 0o400] {
            assert_eq!(Places::new().write("file", mode, b"the-key").read().unwrap(), "the-key");
        }
    }

    #[test]
    fn refuses_what_is_no_key_without_repeating_it() {
        for text in [&b""[..], b" \n", b"s3cret\nline", b"s3cret key", b"s3cret\xff", b"s3cret\0"] {
            let error = Places::new().write("file", 0o600, text).read().unwrap_err();
            assert!(matches!(error, ApiKeyError::Malformed(_)), "{error}");
            assert!(!format!("{error:#} {error:?}").contains("s3cret"));
        }
        let mut places = Places::new();
        places.variable = Some("s3cret\u{200b}");
        assert_eq!(
            places.read().unwrap_err().to_string(),
            "the API key in $WIPEOS_IQR_API_KEY has a zero-width space (U+200B) at character 7; remove all that is not \
             part of it, or copy it again"
        );
        places.variable = Some("");
        assert_eq!(
            places.write("file", 0o600, b"key").read().unwrap_err().to_string(),
            "the API key in $WIPEOS_IQR_API_KEY is blank"
        );
    }
}
