//! A client that a pass evaluates, and the reason why.

use crate::model::ClientId;

/// Why a client is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// It may have news.
    News,
    /// It failed or was held before.
    Retry,
    /// Every client is mapped anew.
    Sweep,
    /// A person asked for it.
    Request,
}

/// A client to be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The client.
    pub client_id: ClientId,
    /// Why it is evaluated.
    pub trigger: Trigger,
}
