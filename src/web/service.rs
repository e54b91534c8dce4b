//! The words in which one service differs from another.

use std::fmt;

/// A web service, as messages name it and its settings.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// The name in messages.
    pub name: &'static str,
    /// The thing that a caller proves its right with: `the API key`.
    pub credential: &'static str,
    /// The next step where the credential is refused.
    pub credential_advice: &'static str,
    /// The next step where a request is refused that this caller may not make (403).
    pub permission_advice: &'static str,
    /// The next step where the service takes few requests at once (429).
    pub load_advice: &'static str,
    /// The place to look at a record that alone makes requests fail.
    pub record_advice: &'static str,
    /// The words, in lower case, of a 404 that means "no such path" and not "no such record"; `None` where no words do.
    pub missing_path: Option<&'static str>,
    /// The setting that holds the paths.
    pub paths_setting: &'static str,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl Service {
    /// Whether the service says that it has no such path, which is the config's fault and not the record's.
    pub(crate) fn is_missing_path(&self, text: &str) -> bool {
        self.missing_path.is_some_and(|words| text.to_lowercase().contains(words))
    }
}

/// A service without advice, for tests.
#[cfg(test)]
pub(crate) static TEST_SERVICE: Service = Service {
    name: "the service",
    credential: "the token",
    credential_advice: "",
    permission_advice: "",
    load_advice: "",
    record_advice: "",
    missing_path: None,
    paths_setting: "[paths]",
};
