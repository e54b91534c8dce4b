//! A client that a pass evaluates, and the reason why.

use crate::model::ClientId;

/// The reason why a client is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The client may have news.
    News,
    /// The client failed or was held before.
    Retry,
    /// A sweep evaluates every client.
    Sweep,
    /// A person asked for the client.
    Request,
}

/// A client to be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The client.
    pub client_id: ClientId,
    /// The reason why it is evaluated.
    pub trigger: Trigger,
    /// Whether the values that it needs of other services were asked for in this pass.
    pub is_prepared: bool,
}

impl Candidate {
    /// Returns a client for whose values no service was asked yet.
    #[must_use]
    pub fn new(client_id: ClientId, trigger: Trigger) -> Self {
        Self { client_id, trigger, is_prepared: false }
    }
}
