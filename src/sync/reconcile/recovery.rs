//! The recovery from a killed pass, before any client is evaluated.
//!
//! A write that was begun and whose end is not recorded may have cost comment lines of people, where IQR replaces the
//! field. The recovery puts them back whatever happened to the client since: its inventory ID may have been corrected,
//! it may be held, or be gone. Afterwards the asset is as if the write had never been begun, and a client that
//! claims it is evaluated as for any other.

use super::applier::Applier;
use crate::iqr;
use crate::ledger::{ChangeRecord, CommentSemantics, Intent};
use crate::model::{Asset, Sent};
use crate::sync::error::Error;
use crate::sync::reconcile::comments;
use crate::sync::reconcile::plan::Field;
use crate::sync::reconcile::semantics;
use crate::sync::shared::lock;
use crate::web::{self, Outcome, Scope};

/// The maximum number of writes of the lines in one pass, each after a read: one to see what IQR does with them, one
/// that suits it, and one repeat.
const MAX_WRITES: u32 = 3;

/// The recovery of an asset that refuses its lines for this long is left to people. The history of the asset has the
/// lines.
const MAX_RECOVERY_SECS: i64 = 86_400;

/// Puts back the lines that begun writes have cost.
///
/// # Errors
///
/// When an error concerns every client. A write that cannot be settled now is left to the next pass.
pub fn settle(applier: &Applier<'_>, left: &[Intent]) -> Result<(), Error> {
    left.iter().try_for_each(|intent| Recovery { applier, intent }.settle())
}

/// Puts back the lines that an earlier write to the asset of a client has cost, and returns the recovered asset.
///
/// # Errors
///
/// When the lines cannot be put back now.
pub(super) fn restored(applier: &Applier<'_>, intent: &Intent, asset: Asset) -> Result<Asset, Error> {
    let now = asset.clone();
    Ok(Recovery { applier, intent }.restored(asset)?.unwrap_or(now))
}

/// The recovery of one begun write.
struct Recovery<'a> {
    applier: &'a Applier<'a>,
    intent: &'a Intent,
}

impl Recovery<'_> {
    fn settle(&self) -> Result<(), Error> {
        let id = &self.intent.inventory_id;
        match self.restore() {
            Ok(()) => Ok(()),
            Err(Error::Iqr(error)) if error.scope() != Scope::Pass => self.put_off(&error),
            Err(abort) => {
                log::info!(
                    "asset {id}: the comment lines that an unfinished write may have cost wait for the next pass"
                );
                Err(abort)
            }
        }
    }

    /// Reads the asset, and puts back the missing lines.
    fn restore(&self) -> Result<(), Error> {
        let before = self.applier.iqr.asset(&self.intent.inventory_id)?;
        match self.restored(before.clone())? {
            Some(asset) => self.finish(&before, &asset),
            None => Ok(()),
        }
    }

    /// Writes the missing lines and reads again until no line is missing. Returns the recovered asset; `None`
    /// where the recovery was left to people.
    fn restored(&self, mut asset: Asset) -> Result<Option<Asset>, Error> {
        if !self.has_lost_lines(&asset)? {
            return Ok(Some(asset));
        }
        let (iqr, id) = (self.applier.iqr, &self.intent.inventory_id);
        let whole = comments::restored(&self.intent.comments_before, &asset.comments);
        let (mut writes, mut refusals) = (0, 0);
        loop {
            let missing = comments::lost_lines(&whole, &asset.comments);
            if missing.is_empty() {
                log::info!("asset {id}: comment lines that an unfinished write had cost were put back");
                return Ok(Some(asset));
            }
            self.check_arrival()?;
            if writes == MAX_WRITES {
                self.give_up(&asset, "IQR does not keep them")?;
                return Ok(None);
            }
            let text = self.text_of(&missing, &whole, &asset);
            match self.send(&text) {
                Ok(()) => writes += 1,
                Err(error) if error.is_refused_for_now() && !iqr.is_stuck(refusals) => refusals += 1,
                Err(error) if error.outcome() == Outcome::Unknown && self.is_known_to_replace() => writes += 1,
                Err(error) => return Err(error.into()),
            }
            let shown = iqr.read_back(id)?;
            self.learn(&asset, &text, &shown)?;
            asset = shown;
        }
    }

    fn send(&self, text: &str) -> Result<(), web::Error> {
        let id = &self.intent.inventory_id;
        let answer = self.applier.iqr.update(id, &[(iqr::Field::Comments, text)]);
        let may_arrive = |error: &web::Error| error.outcome() == Outcome::Unknown && !error.was_answered();
        if answer.as_ref().err().is_none_or(may_arrive) {
            lock(&self.applier.assets_with_lines_in_flight).insert(id.clone());
        }
        answer
    }

    /// Fails if lines that were sent in this pass may still arrive: only where IQR replaces the text can they be sent
    /// again before the next pass.
    fn check_arrival(&self) -> Result<(), web::Error> {
        let id = &self.intent.inventory_id;
        if self.is_known_to_replace() || !lock(&self.applier.assets_with_lines_in_flight).contains(id) {
            return Ok(());
        }
        let cause = web::Cause::BadAnswer("IQR does not show them yet, and they may still arrive".to_owned());
        let request = format!("putting comment lines of asset {id} back");
        Err(web::Failure { service: &iqr::SERVICE, request, cause, outcome: Outcome::Unknown, only_this: true }.into())
    }

    /// Returns the text that puts lines back. Where IQR was known to add, it has the missing lines alone: they appear
    /// once whatever IQR does by now, and the fate of the others shows what it does.
    fn text_of(&self, missing: &[String], whole: &str, asset: &Asset) -> String {
        match self.applier.semantics() {
            Some(CommentSemantics::Adds) => missing.join("\n"),
            Some(CommentSemantics::Replaces) | None => comments::restored(whole, &asset.comments),
        }
    }

    fn learn(&self, before: &Asset, written: &str, shown: &Asset) -> Result<(), Error> {
        let sent = self.sent(before)?;
        let shown = semantics::shown(&before.comments, Some(written), &shown.comments, &[], &sent);
        match shown.filter(|shown| Some(*shown) != self.applier.semantics()) {
            Some(shown) => Ok(self.applier.learn(shown)?),
            None => Ok(()),
        }
    }

    fn is_known_to_replace(&self) -> bool {
        self.applier.semantics() == Some(CommentSemantics::Replaces)
    }

    /// Whether the write cost lines of others. An observation overrides the learned semantics: a tenant that added may
    /// replace by now.
    fn has_lost_lines(&self, asset: &Asset) -> Result<bool, Error> {
        let sent = self.sent(asset)?;
        let (before, after) = (&self.intent.comments_before, &asset.comments);
        let is_replaced = self.is_known_to_replace() || semantics::was_replaced(before, after, &[], &sent);
        Ok(is_replaced && !semantics::lost(before, after, &[], &sent).is_empty())
    }

    /// Returns what is known of the asset's lines: the record of it, and the lines that the write was to send.
    fn sent(&self, asset: &Asset) -> Result<Sent, Error> {
        let recorded =
            self.applier.ledger().asset(&self.intent.inventory_id)?.map(|record| record.sent).unwrap_or_default();
        Ok(recorded.or_intended(&self.intent.sent, asset))
    }

    fn finish(&self, before: &Asset, asset: &Asset) -> Result<(), Error> {
        let change = (before.comments != asset.comments).then(|| comments_change(&before.comments, asset));
        let sent = self.sent(asset)?;
        Ok(self.applier.ledger().settle_intent(self.intent, Some(&sent), change.as_ref())?)
    }

    /// Leaves an asset that cannot be recovered now to the next pass, for a day.
    fn put_off(&self, error: &web::Error) -> Result<(), Error> {
        let waited = self.applier.started_at.seconds_since(self.intent.at).abs();
        // IQR has no asset to which lines could be put back.
        if error.is_not_found() {
            return Ok(self.applier.ledger().settle_intent(self.intent, None, None)?);
        }
        if !error.is_server_fault() && waited > MAX_RECOVERY_SECS {
            return self.give_up(&Asset::default(), &error.to_string());
        }
        log::warn!(
            "asset {}: comment lines that an unfinished write may have cost could not be put back ({error}); the next pass tries again",
            self.intent.inventory_id
        );
        Ok(())
    }

    /// Records the lost lines in the asset's history, where a person finds them, and ends the recovery.
    fn give_up(&self, asset: &Asset, why: &str) -> Result<(), Error> {
        let id = &self.intent.inventory_id;
        log::error!(
            "asset {id}: comment lines that an unfinished write had cost cannot be put back: {why}; `wipeos-iqr status {id}` shows what stood there, type it in again in IQR"
        );
        let change = comments_change(&self.intent.comments_before, asset);
        Ok(self.applier.ledger().settle_intent(self.intent, None, Some(&change))?)
    }
}

fn comments_change(before: &str, after: &Asset) -> ChangeRecord {
    ChangeRecord { field: Field::Comments.name().into(), before: before.to_owned(), after: after.comments.clone() }
}
