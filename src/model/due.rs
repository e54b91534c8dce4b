//! The criteria by which a client is due.

use serde::Serialize;

/// The four criteria of the specification (step 5), in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DueBecause {
    /// 5a: never synced to IQR.
    NeverSynced,
    /// 5b: updated since the state that was last sent.
    Updated,
    /// 5c: a wipe of one of its drives finished since.
    WipeFinished,
    /// 5d: a newer diagnostics log exists.
    NewDiagnostics,
}

impl DueBecause {
    /// Returns the criterion in words for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NeverSynced => "never sent to IQR",
            Self::Updated => "edited in WipeOS",
            Self::WipeFinished => "a wipe finished",
            Self::NewDiagnostics => "new diagnostics",
        }
    }
}
