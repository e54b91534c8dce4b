//! The outcomes of clients and of begun writes. Each is one commit over several tables.

use std::slice;

use super::error::Error;
use super::history::{self, ChangeRecord};
use super::intent::{self, Intent};
use super::problems::{self, Problem};
use super::run_ledger::RunLedger;
use super::sent::{self, SentRecord};
use super::{left_behind, lookups};
use crate::model::{ClientId, Reason, Sent};

impl RunLedger {
    /// Records that a client is sent: its problem and the begun write to its asset are over. `sent` is what its asset
    /// was found or made to say, if IQR was asked.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn record_sent(
        &mut self,
        record: &SentRecord,
        sent: Option<&Sent>,
        changes: &[ChangeRecord],
    ) -> Result<(), Error> {
        self.write(|transaction| {
            history::insert(transaction, changes, (&record.inventory_id, record.client_id, record.at))?;
            if let Some(sent) = sent {
                sent::insert_asset(transaction, (&record.inventory_id, record.client_id, record.at), sent)?;
                intent::delete(transaction, &record.inventory_id)?;
            }
            sent::insert(transaction, record)?;
            // Whatever it showed before of another machine is overwritten.
            left_behind::delete(transaction, &record.inventory_id)?;
            problems::delete(transaction, record.client_id)?;
            intent::reopen(transaction, record.client_id, Some(&record.inventory_id))
        })
    }

    /// Forgets a client that is no longer in the appliance's database. The history of its asset stays.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn forget(&mut self, client: ClientId) -> Result<(), Error> {
        self.write(|transaction| {
            sent::delete(transaction, client)?;
            problems::delete(transaction, client)?;
            lookups::delete_waiting(transaction, client)?;
            intent::reopen(transaction, client, None)
        })
    }

    /// Records why a client was not sent, in place of what was recorded before.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn record_problem(&mut self, problem: &Problem) -> Result<(), Error> {
        self.write(|transaction| {
            problems::insert(transaction, problem)?;
            // It is evaluated again for its own reason.
            lookups::delete_waiting(transaction, problem.client_id)?;
            if problem.reason.is(Reason::NotInIqr)
                && let Some(gone) = &problem.inventory_id
            {
                left_behind::delete(transaction, gone)?;
            }
            let asset = problem.inventory_id.as_deref().filter(|_| !problem.reason.is_held());
            if let Some(asset) = asset {
                intent::close(transaction, problem.client_id, asset)?;
            }
            intent::reopen(transaction, problem.client_id, asset)
        })
    }

    /// Records that a begun write is settled: what the asset says now, and what was changed to bring it there.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn settle_intent(
        &mut self,
        intent: &Intent,
        sent: Option<&Sent>,
        change: Option<&ChangeRecord>,
    ) -> Result<(), Error> {
        let key = (intent.inventory_id.as_str(), intent.client_id, intent.at);
        let recorded = self.asset(&intent.inventory_id)?;
        self.write(|transaction| {
            // What was given up may have arrived or not.
            if sent.is_some() || change.is_none() {
                left_behind::settle(transaction, intent, recorded.as_ref(), sent)?;
            }
            history::insert(transaction, change.map_or(&[][..], slice::from_ref), key)?;
            if let Some(sent) = sent {
                sent::insert_asset(transaction, key, sent)?;
            }
            intent::delete(transaction, intent.inventory_id.as_str())
        })
    }
}
