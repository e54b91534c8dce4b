//! What the ledger knows of a client.

use crate::ledger::{self, Ledger, Problem, SentRecord};
use crate::model::ClientId;
use crate::store::Seen;

/// What the ledger knows of a client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// What was last sent of it.
    pub sent: Option<SentRecord>,
    /// Why it is held or failing.
    pub problem: Option<Problem>,
}

impl Known {
    /// Of this client.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn of(client: ClientId, ledger: &Ledger) -> Result<Self, ledger::Error> {
        Ok(Self { sent: ledger.sent(client)?, problem: ledger.problem(client)? })
    }

    /// The marks of the state that was last looked at; `None` when it is to be looked at whatever its marks are.
    #[must_use]
    pub fn seen(&self) -> Option<Seen> {
        match &self.problem {
            Some(problem) => problem.seen,
            None => self.sent.as_ref()?.seen,
        }
    }

    /// The inventory IDs under which it was sent, and held or failing.
    pub fn inventory_ids(&self) -> impl Iterator<Item = &str> {
        let sent = self.sent.as_ref().map(|record| record.inventory_id.as_str());
        let problem = self.problem.as_ref().and_then(|problem| problem.inventory_id.as_deref());
        sent.into_iter().chain(problem)
    }
}
