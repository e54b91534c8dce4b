//! The reason why a single value of the config file is refused.

use std::borrow::Cow;

/// The reason why a value is refused: the end of a sentence that begins with the key (`must be longer than zero`).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) message: Cow<'static, str>,
    /// The place in the value, in bytes of its text; `None` for the value as a whole.
    pub(super) offset: Option<usize>,
}

impl From<&'static str> for Flaw {
    fn from(message: &'static str) -> Self {
        Self { message: message.into(), offset: None }
    }
}

impl From<String> for Flaw {
    fn from(message: String) -> Self {
        Self { message: message.into(), offset: None }
    }
}
