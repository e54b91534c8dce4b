//! What the ledger knows of a client.

use crate::ledger::{self, Ledger, Problem, SentRecord};
use crate::model::{ClientId, Reason};
use crate::store::Fingerprint;

/// What the change of a client's inventory ID leaves behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Departure {
    /// What was sent to the asset whose ID the client had until now.
    pub left: Option<Box<SentRecord>>,
    /// Whether writes to other assets may have been begun and never recorded as ended.
    pub may_have_begun: bool,
}

/// What the ledger knows of a client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerView {
    /// What was last sent of it.
    pub sent: Option<SentRecord>,
    /// Why it is held or failing.
    pub problem: Option<Problem>,
}

impl LedgerView {
    /// Of this client.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn read(client: ClientId, ledger: &Ledger) -> Result<Self, ledger::Error> {
        Ok(Self { sent: ledger.sent(client)?, problem: ledger.problem(client)? })
    }

    /// The fingerprint of the state that was last evaluated; `None` when it is to be evaluated whatever it is.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.problem {
            Some(problem) => problem.fingerprint,
            None => self.sent.as_ref()?.fingerprint,
        }
    }

    /// Returns what the client leaves behind if it has this inventory ID now; `None` where that is the one that was last
    /// recorded of it. An asset that IQR does not have shows nothing, and one that the client left before was noticed then.
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
        let is_gone = self.problem.as_ref().is_some_and(|problem| problem.reason == Reason::NotInIqr.code());
        let left = sent.filter(|record| last == Some(record.inventory_id.as_str()) && !is_gone);
        Some(Departure { left: left.cloned().map(Box::new), may_have_begun: self.problem.is_some() })
    }

    /// The inventory IDs under which it was sent, and held or failing.
    pub fn inventory_ids(&self) -> impl Iterator<Item = &str> {
        let sent = self.sent.as_ref().map(|record| record.inventory_id.as_str());
        let problem = self.problem.as_ref().and_then(|problem| problem.inventory_id.as_deref());
        sent.into_iter().chain(problem)
    }
}
