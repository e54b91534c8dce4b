//! The outcome of a write.

use crate::web::{Error, Outcome};

/// The outcome of a write, which is sent once at most.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum WriteOutcome<T> {
    /// The service did it.
    Done(T),
    /// The service did not do it, for this reason: on one line, without codes, PINs and contact data.
    Refused(String),
    /// It was sent, and whether it was done is unknown: the answer was lost, late or not understood, or the service
    /// failed.
    Unknown(Error),
    /// Nothing was done: the credentials were refused ([`Error::CredentialRefused`]), the service takes no requests for
    /// now, cannot be reached, or there was no time.
    NotDone(Error),
}

impl<T> WriteOutcome<T> {
    pub(super) fn from_result(result: Result<T, Error>) -> Self {
        match result {
            Ok(value) => Self::Done(value),
            Err(Error::Refused { text, .. }) => Self::Refused(text),
            Err(error) => match error.outcome() {
                Outcome::Unknown => Self::Unknown(error),
                Outcome::NotSent | Outcome::Refused => Self::NotDone(error),
            },
        }
    }

    /// Returns the same with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> WriteOutcome<U> {
        match self {
            Self::Done(value) => WriteOutcome::Done(change(value)),
            Self::Refused(text) => WriteOutcome::Refused(text),
            Self::Unknown(error) => WriteOutcome::Unknown(error),
            Self::NotDone(error) => WriteOutcome::NotDone(error),
        }
    }
}
