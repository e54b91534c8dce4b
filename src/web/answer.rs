//! Judgments on answers, as the wire formats pass them.

/// An answer that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bad {
    /// The answer is something else, and may be another one next time.
    Passing(String),
    /// The same answer would come again: it holds a secret.
    Lasting(String),
}

impl std::fmt::Display for Bad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Passing(text) | Self::Lasting(text) => f.write_str(text),
        }
    }
}

/// The outcome of a write by its 2xx answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing in the answer speaks against it.
    Taken,
    /// The service says that it did not do it.
    Refused(String),
    /// The answer is not one of this API; the outcome of the write is unknown.
    Unreadable(String),
}

/// An answer as the decoder of a service reads it, of whatever status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading<T> {
    /// The answer to what was asked.
    Done(T),
    /// The service says that it did not do it, in words that are fit for a message.
    Refused(String),
    /// Nothing in the body counts: the status says it all.
    ByStatus,
    /// The answer is not one of this API.
    Unreadable(Bad),
}
