//! The sources of secrets: of the API key, and of what other services want.
//!
//! A secret never comes from an argument, which every user of the machine can read in the process list, and never from
//! the config file, which is shown to people who ask for help. No error holds any part of it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::key_shape::looks_like_a_key;
use super::secret_name::SecretName;
use super::trust::{self, Refusal, Untrusted};
use crate::files;
use crate::secret::{MAX_SECRET_BYTES, Secret, SecretError};

/// The number of bytes that are read of a secret's file: one more than a secret may have, which bounds the harm of a
/// wrong path (`/dev/zero`).
const MAX_READ: u64 = MAX_SECRET_BYTES as u64 + 1;

/// The reason why there is no such secret.
#[derive(Debug, Error)]
pub enum SecretSourceError {
    /// No source has the secret.
    #[error(
        "no {secret}: write it to {} (mode 0600), set ${}, or give the systemd credential {}",
        shown(*secret, file), secret.variable(), secret.credential()
    )]
    Missing {
        /// The secret.
        secret: SecretName,
        /// The file that was looked for.
        file: PathBuf,
    },
    /// The file may be read by others than its owner.
    #[error("the {secret} file {path} can be read by others (mode {mode:04o}); run: chmod 600 {path}")]
    Exposed {
        /// The secret.
        secret: SecretName,
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Another account decides on the file.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// The file is a folder, a pipe or the like.
    #[error(
        "the {secret} file {path} is no regular file; put a file with the {} in its place (mode 0600)",
        secret.noun()
    )]
    NoFile {
        /// The secret.
        secret: SecretName,
        /// The path.
        path: PathBuf,
    },
    /// The setting holds what looks like a secret and no path. It is not repeated.
    #[error(
        "no {0}: `{setting}` names no file that is there, and what it holds looks like a {noun}; write the {noun} to a file of its own (mode 0600), name that file here, and {renewal}, for this one stood in the config",
        setting = .0.setting(), noun = .0.noun(), renewal = .0.renewal()
    )]
    SecretForPath(SecretName),
    /// The file is there and cannot be read.
    #[error("cannot read the {secret} from {}", shown(*secret, path))]
    Unreadable {
        /// The secret.
        secret: SecretName,
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The text in the file cannot be such a secret.
    #[error(transparent)]
    Malformed(#[from] SecretError),
}

/// The places of this process where a secret may be, in the order in which they are asked. Not `Debug`: it may hold the
/// secret.
pub(super) struct SecretSources<'a> {
    pub(super) secret: SecretName,
    pub(super) variable: Option<OsString>,
    pub(super) file: &'a Path,
    pub(super) credentials: Option<PathBuf>,
}

impl<'a> SecretSources<'a> {
    /// Returns the sources of this process's environment.
    pub(super) fn from_environment(secret: SecretName, file: &'a Path) -> Self {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self { secret, variable: std::env::var_os(secret.variable()), file, credentials }
    }

    /// The secret of the first source that has one.
    ///
    /// A service does not see the administrator's file but a copy that systemd made of it; so a file that is missing or
    /// closed to this user is passed over where there is such a copy. A file that is open to *others* is not: whoever
    /// reads that message should close it.
    pub(super) fn read(&self) -> Result<Secret, SecretSourceError> {
        use SecretSourceError::{Missing, SecretForPath, Unreadable};
        if let Some(variable) = &self.variable {
            return parsed(self.secret, variable.as_bytes(), || format!("${}", self.secret.variable()));
        }
        match private_file(self.secret, self.file) {
            Err(error @ (Missing { .. } | SecretForPath(_) | Unreadable { .. })) => {
                self.credential().unwrap_or(Err(error))
            }
            decided => decided,
        }
    }

    /// Returns the secret of the first source that has one, whoever may read it and clean or not: to search for it, not
    /// to use it.
    pub(super) fn peek(&self) -> Option<Secret> {
        let guess = |bytes: &[u8]| Secret::guess(self.secret.form(), bytes);
        if let Some(variable) = &self.variable {
            return Some(guess(variable.as_bytes()));
        }
        let file = regular(self.file).or_else(|| regular(&self.of_credential()?))?;
        Some(guess(&std::fs::read(file).ok()?))
    }

    /// Whether the path of the secret's file holds the secret: then it is a name, and no secret.
    pub(super) fn is_named_by(&self, secret: &Secret) -> bool {
        self.file.to_string_lossy().contains(secret.expose())
    }

    fn of_credential(&self) -> Option<PathBuf> {
        Some(self.credentials.as_ref()?.join(self.secret.credential()))
    }

    /// The name of the source that the secret is read from, if there is one.
    pub(super) fn origin(&self) -> String {
        if self.variable.is_some() {
            return format!("${}", self.secret.variable());
        }
        let copy = self.of_credential().filter(|path| path.exists() && File::open(self.file).is_err());
        copy.as_deref().unwrap_or(self.file).display().to_string()
    }

    fn credential(&self) -> Option<Result<Secret, SecretSourceError>> {
        let path = self.of_credential()?;
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            opened => Some(contents(self.secret, opened, &path)),
        }
    }
}

/// Returns the path if it names a regular file: a pipe would be waited for, and a device has no end.
fn regular(path: &Path) -> Option<PathBuf> {
    path.metadata().is_ok_and(|file| file.is_file() && file.len() < MAX_READ).then(|| path.to_owned())
}

fn private_file(secret: SecretName, path: &Path) -> Result<Secret, SecretSourceError> {
    let unreadable = |source| SecretSourceError::Unreadable { secret, path: path.into(), source };
    let file = match files::at_once().read(true).open(path) {
        Err(_) if is_a_secret(path) => return Err(SecretSourceError::SecretForPath(secret)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(SecretSourceError::Missing { secret, file: path.into() });
        }
        opened => opened.map_err(unreadable)?,
    };
    let metadata = file.metadata().map_err(unreadable)?;
    match metadata.permissions().mode() & 0o777 {
        mode if mode & 0o077 != 0 => Err(SecretSourceError::Exposed { secret, path: path.into(), mode }),
        _ if !metadata.is_file() => Err(SecretSourceError::NoFile { secret, path: path.into() }),
        _ => match trust::check_opened(secret.file_label(), path, &metadata) {
            Ok(()) => contents(secret, Ok(file), path),
            Err(Refusal::Untrusted(untrusted)) => Err(untrusted.into()),
            Err(Refusal::Unknown(source)) => Err(unreadable(source)),
        },
    }
}

/// Whether the secret itself was written where its file belongs. The folder is the config's, where none was named.
fn is_a_secret(path: &Path) -> bool {
    looks_like_a_key(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// Returns the path of a missing file for a message. A name that says nothing of a secret might be a secret that was
/// typed there.
fn shown(secret: SecretName, path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if secret.names_of_files().iter().any(|word| name.contains(word)) && !is_a_secret(path) {
        path.display().to_string()
    } else {
        format!("the file that `{}` names", secret.setting())
    }
}

fn contents(secret: SecretName, opened: io::Result<File>, path: &Path) -> Result<Secret, SecretSourceError> {
    let mut bytes = Vec::new();
    opened
        .and_then(|file| file.take(MAX_READ).read_to_end(&mut bytes))
        .map_err(|source| SecretSourceError::Unreadable { secret, path: path.into(), source })?;
    parsed(secret, &bytes, || path.display().to_string())
}

fn parsed(secret: SecretName, bytes: &[u8], origin: impl FnOnce() -> String) -> Result<Secret, SecretSourceError> {
    Ok(Secret::parse(secret.label(), secret.form(), bytes, origin)?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ALL: [SecretName; 5] = [
        SecretName::ApiKey,
        SecretName::IqmetrixClientSecret,
        SecretName::IqmetrixPassword,
        SecretName::IqmetrixBasicToken,
        SecretName::IqtechClientSecret,
    ];

    struct Places {
        secret: SecretName,
        folder: tempfile::TempDir,
        variable: Option<&'static str>,
    }

    impl Places {
        fn new(secret: SecretName) -> Self {
            Self { secret, folder: tempfile::tempdir().unwrap(), variable: None }
        }

        fn write(&self, name: &str, mode: u32, text: &[u8]) -> &Self {
            let path = self.folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            self
        }

        fn read(&self) -> Result<String, SecretSourceError> {
            let file = self.folder.path().join("file");
            let sources = SecretSources {
                secret: self.secret,
                variable: self.variable.map(OsString::from),
                file: &file,
                credentials: Some(self.folder.path().to_owned()),
            };
            sources.read().map(|secret| secret.expose().to_owned())
        }
    }

    fn missing(secret: SecretName, path: &str) -> String {
        private_file(secret, Path::new(path)).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn repeats_no_secret_in_the_place_of_its_file() {
        for secret in ALL {
            let short = missing(secret, "/nowhere/Zx:{Kq.LmP");
            assert!(!short.contains("Zx:") && short.contains(secret.setting()), "{short}");
            assert!(!missing(secret, "/nowhere/Zx9Kq2LmP0aBcD3eFgH4").contains("Zx9K"));
        }
        let password = missing(SecretName::IqmetrixPassword, "/etc/wipeos-iqr/MyPass1");
        assert!(!password.contains("MyPass1"), "{password}");
    }

    #[test]
    fn says_where_a_missing_secret_belongs() {
        for (secret, file, expected) in [
            (
                SecretName::ApiKey,
                "/nowhere/api-key",
                "no API key: write it to /nowhere/api-key (mode 0600), set $WIPEOS_IQR_API_KEY, or give the systemd \
                 credential iqr-api-key",
            ),
            (
                SecretName::IqmetrixPassword,
                "/nowhere/iqmetrix-password",
                "no iQmetrix password: write it to /nowhere/iqmetrix-password (mode 0600), set \
                 $WIPEOS_IQR_IQMETRIX_PASSWORD, or give the systemd credential iqmetrix-password",
            ),
            (
                SecretName::IqtechClientSecret,
                "/nowhere/iqtech-client-secret",
                "no iQ Tech client secret: write it to /nowhere/iqtech-client-secret (mode 0600), set \
                 $WIPEOS_IQR_IQTECH_CLIENT_SECRET, or give the systemd credential iqtech-client-secret",
            ),
            (
                SecretName::IqmetrixBasicToken,
                "/nowhere/q7Zr81mWxT0bLpV4nYcE9sKd",
                "no iQmetrix basic token: `iqmetrix.basic_token_file` names no file that is there, and what it holds looks \
                 like a token; write the token to a file of its own (mode 0600), name that file here, and change the \
                 password that the token was made from, for this one stood in the config",
            ),
            (
                SecretName::ApiKey,
                "/nowhere/q7Zr81mWxT0bLpV4nYcE9sKd",
                "no API key: `iqr.api_key_file` names no file that is there, and what it holds looks like a key; write the \
                 key to a file of its own (mode 0600), name that file here, and let IQR make a new key, for this one stood \
                 in the config",
            ),
        ] {
            assert_eq!(missing(secret, file), expected);
        }
    }

    #[test]
    fn prefers_the_variable_to_the_file_to_the_credential() {
        for secret in ALL {
            let mut places = Places::new(secret);
            assert!(matches!(places.read(), Err(SecretSourceError::Missing { .. })));
            places.write(secret.credential(), 0o440, b"from-credential\n");
            assert_eq!(places.read().unwrap(), "from-credential");
            places.write("file", 0o600, b"from-file\r\n");
            assert_eq!(places.read().unwrap(), "from-file");
            places.variable = Some("from-variable");
            assert_eq!(places.read().unwrap(), "from-variable");
        }
    }

    #[test]
    fn strips_blanks_around_all_but_a_password() {
        for secret in ALL {
            let mut places = Places::new(secret);
            let is_password = secret == SecretName::IqmetrixPassword;
            places.write("file", 0o600, b"  from-file \r\n");
            assert_eq!(places.read().unwrap(), if is_password { "  from-file " } else { "from-file" });
            places.variable = Some(" from-variable ");
            assert_eq!(places.read().unwrap(), if is_password { " from-variable " } else { "from-variable" });
        }
    }

    #[test]
    fn refuses_a_secret_file_open_to_others_and_names_the_chmod() {
        for secret in ALL {
            for mode in [0o644, 0o640, 0o604, 0o620, 0o602, 0o601, 0o777] {
                let places = Places::new(secret);
                places.write("file", mode, b"the-key").write(secret.credential(), 0o400, b"other");
                let message = places.read().unwrap_err().to_string();
                let start = format!("the {} file /", secret.label());
                assert!(message.starts_with(&start) && message.contains(&format!("{mode:04o}")), "{message}");
                assert!(message.contains("chmod 600"), "{message}");
            }
            for mode in [0o600, 0o400] {
                assert_eq!(Places::new(secret).write("file", mode, b"the-key").read().unwrap(), "the-key");
            }
        }
    }

    #[test]
    fn refuses_what_is_no_secret_without_repeating_it() {
        let texts = [&b""[..], b" \n", b"s3cret\nline", b"s3cret\tkey", b"s3cret\xff", b"s3cret\0"];
        for (secret, text) in ALL.into_iter().flat_map(|secret| texts.map(|text| (secret, text))) {
            let error = Places::new(secret).write("file", 0o600, text).read().unwrap_err();
            assert!(matches!(error, SecretSourceError::Malformed(_)), "{error}");
            assert!(error.to_string().starts_with(&format!("the {} in ", secret.label())), "{error}");
            assert!(!format!("{error:#} {error:?}").contains("s3cret"));
        }
        let blank = |secret| Places::new(secret).write("file", 0o600, b"a b").read();
        assert!(blank(SecretName::ApiKey).is_err() && blank(SecretName::IqmetrixClientSecret).is_err());
        assert_eq!(blank(SecretName::IqmetrixPassword).unwrap(), "a b");
    }

    #[test]
    fn names_the_variable_of_an_unclean_secret() {
        let mut places = Places::new(SecretName::ApiKey);
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
        let mut places = Places::new(SecretName::IqmetrixPassword);
        places.variable = Some("one\ntwo");
        let message = places.read().unwrap_err().to_string();
        let expected =
            "the iQmetrix password in $WIPEOS_IQR_IQMETRIX_PASSWORD has a line end (U+000A) at character 4; ";
        assert!(message.starts_with(expected), "{message}");
    }
}
