//! What a killed pass has left half done, before anything else is looked at.
//!
//! A write that was begun and whose end is not recorded may have cost comment lines of people, where IQR replaces the
//! field. They are put back whatever has become of the client that it was made for: its inventory ID may have been
//! corrected, it may be held, or be gone. Then the asset is as if the write had never been begun, and clients come to it
//! as to any other.

use super::apply::{Abort, Applier};
use super::comments;
use super::plan::Field;
use super::semantics;
use crate::iqr::{self, Outcome, Scope};
use crate::ledger::{ChangeRecord, CommentSemantics, Intent};
use crate::model::{Asset, Sent};

/// How often the lines are written at most in one pass, each time after a read.
const MOST_WRITES: u32 = 2;

/// An asset that refuses its lines for this long (seconds) is left to people. What stood there is in its history.
const PATIENCE: i64 = 86_400;

/// Puts back what begun writes have cost.
///
/// # Errors
///
/// What concerns every client. A write that cannot be settled now is left for the next pass.
pub(super) fn settle(applier: &Applier<'_>, left: &[Intent]) -> Result<(), Abort> {
    left.iter().try_for_each(|intent| Salvage { applier, intent }.settle())
}

/// One begun write, and what it takes to settle it.
struct Salvage<'a> {
    applier: &'a Applier<'a>,
    intent: &'a Intent,
}

impl Salvage<'_> {
    fn settle(&self) -> Result<(), Abort> {
        let id = &self.intent.inventory_id;
        match self.restore() {
            Ok(()) => Ok(()),
            Err(Abort::Iqr(error)) if error.scope() != Scope::Pass => self.put_off(&error),
            Err(abort) => {
                log::info!(
                    "asset {id}: the comment lines that an unfinished write may have cost wait for the next pass"
                );
                Err(abort)
            }
        }
    }

    /// Reads, writes what is missing, and reads again, until nothing is missing.
    fn restore(&self) -> Result<(), Abort> {
        let (iqr, id) = (self.applier.iqr, &self.intent.inventory_id);
        let before = iqr.asset(id)?;
        let mut asset = before.clone();
        let (mut writes, mut refusals) = (0, 0);
        loop {
            let lost = self.lost_lines(&asset)?;
            if lost.is_empty() {
                break;
            }
            let text = comments::restored(&self.intent.comments_before, &asset.comments);
            match iqr.update(id, &[(iqr::Field::Comments, &text)]) {
                Ok(()) => {
                    writes += 1;
                    log::info!(
                        "asset {id}: {} comment lines that an unfinished write had cost were put back",
                        lost.len()
                    );
                }
                Err(error) if error.is_refused_for_now() && !iqr.is_stuck(refusals) => refusals += 1,
                Err(error) if error.outcome() == Outcome::Unknown && writes + 1 < MOST_WRITES => writes += 1,
                Err(error) => return Err(error.into()),
            }
            asset = iqr.read_back(id)?;
            if writes == MOST_WRITES && !self.lost_lines(&asset)?.is_empty() {
                return self.give_up(&asset, "IQR does not keep them");
            }
        }
        self.end(&before, &asset)
    }

    /// Lines of others that the write cost, where writes replace the field.
    fn lost_lines(&self, asset: &Asset) -> Result<Vec<String>, Abort> {
        let sent = self.sent(asset)?;
        let (before, after) = (&self.intent.comments_before, &asset.comments);
        let replaces = match self.applier.semantics() {
            Some(known) => known == CommentSemantics::Replaces,
            None => semantics::was_replaced(before, after, &[], &sent),
        };
        Ok(if replaces { semantics::lost(before, after, &[], &sent) } else { Vec::new() })
    }

    /// What is known of the asset's lines: what was recorded, and what the write was to send.
    fn sent(&self, asset: &Asset) -> Result<Sent, Abort> {
        let known =
            self.applier.ledger().asset(&self.intent.inventory_id)?.map(|record| record.sent).unwrap_or_default();
        Ok(known.or_intended(&self.intent.sent, asset))
    }

    fn end(&self, before: &Asset, asset: &Asset) -> Result<(), Abort> {
        let change = (before.comments != asset.comments).then(|| ChangeRecord {
            field: Field::Comments.name().into(),
            before: before.comments.clone(),
            after: asset.comments.clone(),
        });
        let sent = self.sent(asset)?;
        Ok(self.applier.ledger().settle_intent(self.intent, Some(&sent), change.as_ref())?)
    }

    /// This asset alone cannot be brought back now: the next pass tries again, for a day.
    fn put_off(&self, error: &iqr::Error) -> Result<(), Abort> {
        let waited = self.applier.started_at.seconds_since(self.intent.at).abs();
        match error {
            // There is nothing that could be put back.
            iqr::Error::NotFound { .. } => Ok(self.applier.ledger().settle_intent(self.intent, None, None)?),
            error if !error.is_server_fault() && waited > PATIENCE => {
                self.give_up(&Asset::default(), &error.to_string())
            }
            error => {
                log::warn!(
                    "asset {}: comment lines that an unfinished write may have cost could not be put back ({error}); the next pass tries again",
                    self.intent.inventory_id
                );
                Ok(())
            }
        }
    }

    /// What stood there goes into the asset's history, where a person finds it.
    fn give_up(&self, asset: &Asset, why: &str) -> Result<(), Abort> {
        let id = &self.intent.inventory_id;
        log::error!(
            "asset {id}: comment lines that an unfinished write had cost cannot be put back: {why}; `wipeos-iqr status {id}` shows what stood there, type it in again in IQR"
        );
        let change = ChangeRecord {
            field: Field::Comments.name().into(),
            before: self.intent.comments_before.clone(),
            after: asset.comments.clone(),
        };
        Ok(self.applier.ledger().settle_intent(self.intent, None, Some(&change))?)
    }
}
