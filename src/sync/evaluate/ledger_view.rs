//! The records of a client in the ledger.

use crate::ledger::{self, Ledger, Problem, SentRecord};
use crate::model::{ClientId, Reason};
use crate::store::Fingerprint;

/// The effect of a changed inventory ID: the asset that the client leaves behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Departure {
    /// The record of what was sent to the asset whose ID the client had until now.
    pub left: Option<Box<SentRecord>>,
    /// Whether writes to other assets may have been begun and never recorded as ended.
    pub may_have_begun: bool,
}

/// The records of a client in the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerView {
    /// The record of what was last sent.
    pub sent: Option<SentRecord>,
    /// The reason why the client is held or failing.
    pub problem: Option<Problem>,
}

impl LedgerView {
    /// Reads the records of a client.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn read(client: ClientId, ledger: &Ledger) -> Result<Self, ledger::Error> {
        Ok(Self { sent: ledger.sent(client)?, problem: ledger.problem(client)? })
    }

    /// Returns the fingerprint of the state that was last evaluated; `None` when the client must be evaluated in any
    /// case.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.problem {
            Some(problem) => problem.fingerprint,
            None => self.sent.as_ref()?.fingerprint,
        }
    }

    /// Returns what the client leaves behind if this is its inventory ID now; `None` where the last record has the same
    /// one. An asset that IQR does not have shows nothing, and an asset that the client left earlier was noticed then.
    #[must_use]
    pub fn departure(&self, now: Option<&str>) -> Option<Departure> {
        let sent = self.sent.as_ref();
        let last = match &self.problem {
            Some(problem) => problem.inventory_id.as_deref(),
            None => sent.map(|record| record.inventory_id.as_str()),
        };
        let is_known = sent.is_some() || self.problem.is_some();
        if is_known && last == now {
            return None;
        }
        let is_gone = self.problem.as_ref().is_some_and(|problem| problem.reason.is(Reason::NotInIqr));
        let left = sent.filter(|record| last == Some(record.inventory_id.as_str()) && !is_gone);
        Some(Departure { left: left.cloned().map(Box::new), may_have_begun: self.problem.is_some() })
    }

    /// Returns the inventory IDs under which the client was sent, and is held or failing.
    pub fn inventory_ids(&self) -> impl Iterator<Item = &str> {
        let sent = self.sent.as_ref().map(|record| record.inventory_id.as_str());
        let problem = self.problem.as_ref().and_then(|problem| problem.inventory_id.as_deref());
        sent.into_iter().chain(problem)
    }
}
