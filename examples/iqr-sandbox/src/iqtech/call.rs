//! A request on its way to an answer.

use crate::wire::Incoming;

/// A revision of the Will Call operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revision {
    V1,
    V2,
}

/// A request to an operation.
pub(super) struct Call<'a> {
    pub(super) incoming: &'a Incoming,
    /// The text of the path behind the operation; empty where it has none.
    pub(super) argument: String,
    /// Names and values of the query, decoded; letters as sent.
    pub(super) query: Vec<(String, String)>,
    pub(super) revision: Revision,
    /// Whether the request takes effect; without, it is only answered as if it did.
    pub(super) commit: bool,
}

impl Call<'_> {
    /// Returns the value of a name of the query. Names were checked before: letters count only where they must.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
