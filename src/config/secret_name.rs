//! The secrets of the program, and where each may be.

use std::fmt;

use crate::secret::SecretForm;

/// A secret of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretName {
    /// The API key of IQR.
    ApiKey,
    /// The secret of the client that iQmetrix's onboarding package names.
    IqmetrixClientSecret,
    /// The password of the user at iQmetrix.
    IqmetrixPassword,
    /// The basic token that iQmetrix issued.
    IqmetrixBasicToken,
    /// The secret of the client that iQ Tech has registered.
    IqtechClientSecret,
}

impl SecretName {
    /// Returns its name in messages.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ApiKey => "API key",
            Self::IqmetrixClientSecret => "iQmetrix client secret",
            Self::IqmetrixPassword => "iQmetrix password",
            Self::IqmetrixBasicToken => "iQmetrix basic token",
            Self::IqtechClientSecret => "iQ Tech client secret",
        }
    }

    /// Returns the name of its file in messages.
    pub(super) fn file_label(self) -> &'static str {
        match self {
            Self::ApiKey => "API key file",
            Self::IqmetrixClientSecret => "iQmetrix client secret file",
            Self::IqmetrixPassword => "iQmetrix password file",
            Self::IqmetrixBasicToken => "iQmetrix basic token file",
            Self::IqtechClientSecret => "iQ Tech client secret file",
        }
    }

    /// Returns the word for it once it has been named.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::ApiKey => "key",
            Self::IqmetrixClientSecret | Self::IqtechClientSecret => "secret",
            Self::IqmetrixPassword => "password",
            Self::IqmetrixBasicToken => "token",
        }
    }

    /// Returns the environment variable that may hold it.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::ApiKey => "WIPEOS_IQR_API_KEY",
            Self::IqmetrixClientSecret => "WIPEOS_IQR_IQMETRIX_CLIENT_SECRET",
            Self::IqmetrixPassword => "WIPEOS_IQR_IQMETRIX_PASSWORD",
            Self::IqmetrixBasicToken => "WIPEOS_IQR_IQMETRIX_BASIC_TOKEN",
            Self::IqtechClientSecret => "WIPEOS_IQR_IQTECH_CLIENT_SECRET",
        }
    }

    /// Returns the setting that names its file.
    #[must_use]
    pub fn setting(self) -> &'static str {
        match self {
            Self::ApiKey => "iqr.api_key_file",
            Self::IqmetrixClientSecret => "iqmetrix.client_secret_file",
            Self::IqmetrixPassword => "iqmetrix.password_file",
            Self::IqmetrixBasicToken => "iqmetrix.basic_token_file",
            Self::IqtechClientSecret => "iqtech.client_secret_file",
        }
    }

    /// Returns the name of the systemd credential that may hold it.
    #[must_use]
    pub fn credential(self) -> &'static str {
        match self {
            Self::ApiKey => "iqr-api-key",
            Self::IqmetrixClientSecret => "iqmetrix-client-secret",
            Self::IqmetrixPassword => "iqmetrix-password",
            Self::IqmetrixBasicToken => "iqmetrix-basic-token",
            Self::IqtechClientSecret => "iqtech-client-secret",
        }
    }

    /// Returns what to do about one that others have read.
    pub(super) fn renewal(self) -> &'static str {
        match self {
            Self::ApiKey => "let IQR make a new key",
            Self::IqmetrixClientSecret => "have iQmetrix issue a new secret",
            Self::IqmetrixPassword => "change the password",
            Self::IqmetrixBasicToken => "change the password that the token was made from",
            Self::IqtechClientSecret => "have iQ Tech issue a new secret",
        }
    }

    /// Returns the characters that it may have.
    pub(super) fn form(self) -> SecretForm {
        match self {
            Self::ApiKey | Self::IqmetrixClientSecret | Self::IqmetrixBasicToken | Self::IqtechClientSecret => {
                SecretForm::Token
            }
            Self::IqmetrixPassword => SecretForm::Password,
        }
    }

    /// Returns parts of the names that people give to its file. A password has words in it more often than a key has:
    /// its file must say more to be taken for one.
    pub(super) fn names_of_files(self) -> &'static [&'static str] {
        match self {
            Self::ApiKey => &["key", "iqr", "secret", "token", "cred", "pass", ".txt"],
            Self::IqmetrixClientSecret | Self::IqmetrixBasicToken => {
                &["key", "iqr", "secret", "token", "cred", "pass", ".txt", "iqmetrix"]
            }
            Self::IqtechClientSecret => &["key", "iqr", "secret", "token", "cred", "pass", ".txt", "iqtech"],
            Self::IqmetrixPassword => &["iqmetrix-", "iqmetrix_", ".txt"],
        }
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}
