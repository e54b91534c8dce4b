//! The application of a plan to one asset: read, plan, write, read back.
//!
//! A single loop does all of it. After every write whose result is not certain the loop reads the asset again and plans
//! anew, so that a lost answer, a verification and a repair are the same step: text that is there is not sent, text
//! that is missing is. A write is never repeated without a read in between.

use std::sync::atomic::Ordering;

use super::applier::Applier;
use super::{recovery, semantics};
use crate::config::SerialCheck;
use crate::iqr;
use crate::ledger::{CommentSemantics, Intent};
use crate::model::{Asset, ClientId, InventoryId, Reason, Sent};
use crate::sync::error::Error;
use crate::sync::evaluate::{Ready, Rejection};
use crate::sync::reconcile::attempt::{Applied, Attempt, SentLines, serial_mismatch};
use crate::sync::reconcile::comments::{LineFate, Writing};
use crate::sync::reconcile::item_search::Spelling;
use crate::sync::reconcile::items;
use crate::sync::reconcile::plan::{self, Field, Plan};
use crate::sync::retry::Cause;
use crate::sync::shared::lock;
use crate::web::{self, Scope};

/// The maximum number of writes to one asset in one pass: the write, one repair, and the repeats after lost answers.
const MAX_WRITES: u32 = 4;

/// The maximum number of writes whose result is not known: a write that failed is repeated once, after a read.
const MAX_DOUBTFUL_WRITES: u32 = 2;

/// The step that follows a write.
enum Step {
    /// The asset is read and planned again.
    Again,
    /// The attempt is finished, and this was sent.
    Finished(Sent),
    /// The attempt has failed.
    Ended(Applied),
}

impl<'a> Applier<'a> {
    /// Reconciles the asset of a client with its machine.
    ///
    /// # Errors
    ///
    /// When an error concerns every client. [`Applied`] reports an error of this client alone.
    pub fn apply(&'a self, client: ClientId, ready: &'a Ready) -> Result<Applied, Error> {
        let asset = match believed(!ready.sent.lines.is_empty(), || self.iqr.asset(&ready.id)) {
            Ok(asset) => asset,
            Err(error) => return Self::failed(error),
        };
        let asset = match self.with_lost_lines(ready, asset) {
            Ok(asset) => asset,
            Err(Error::Iqr(error)) => return Self::failed(error),
            Err(abort) => return Err(abort),
        };
        let mut attempt = Attempt::begin(client, ready, asset);
        if let Some(applied) = self.check_serial(&mut attempt) {
            return Ok(applied);
        }
        loop {
            let writing = self.writing(&mut attempt)?;
            let plan = match attempt.plan(writing, self.config) {
                // People's lines come first: no other field of the asset must keep them away.
                plan if attempt.is_restoring => plan.only(Field::Comments),
                plan => plan,
            };
            if let Some(ended) = attempt.judge(&plan) {
                return Ok(ended);
            }
            let withholds = attempt.has_lines_to_withhold(&plan);
            let (plan, withheld) = if withholds { plan.split(Field::Comments) } else { (plan, None) };
            if let Some(lines) = withheld.filter(|_| plan.is_empty()) {
                return match std::mem::replace(&mut attempt.sent_lines, SentLines::None) {
                    SentLines::Unanswered(error) => Self::unsettled(error, &ready.id),
                    SentLines::Answered | SentLines::None => Ok(attempt.stuck(&lines)),
                };
            }
            if plan.is_empty() || self.dry_run {
                attempt.note_changes(&plan);
                return Ok(attempt.done(&plan));
            }
            let is_stuck = attempt.refused_writes > 0 && self.iqr.is_stuck(attempt.refused_writes);
            let is_last = is_stuck || attempt.writes - attempt.refused_writes == MAX_WRITES;
            if let Some(doubt) = attempt.doubt.take_if(|_| is_last || attempt.doubtful_writes == MAX_DOUBTFUL_WRITES) {
                return Self::failed(doubt);
            }
            if is_last {
                return Ok(attempt.stuck(&plan));
            }
            match self.write(&mut attempt, &plan, writing)? {
                Step::Again => {}
                Step::Finished(sent) => return Ok(attempt.finish(&plan, sent)),
                Step::Ended(applied) => return Ok(applied),
            }
            match believed(attempt.written.is_some(), || self.iqr.read_back(&ready.id)) {
                Ok(asset) => attempt.asset = asset,
                Err(error) => return Self::failed(error),
            }
        }
    }

    /// Puts back the lines that an unfinished write to this asset has cost.
    fn with_lost_lines(&self, ready: &Ready, asset: Asset) -> Result<Asset, Error> {
        match ready.intent.as_ref().filter(|_| !self.dry_run) {
            Some(intent) => recovery::restored(self, intent, asset),
            None => Ok(asset),
        }
    }

    /// Fails this client for an error of its asset; returns any other error, which ends the pass.
    fn failed(error: web::Error) -> Result<Applied, Error> {
        if error.scope() == Scope::Pass {
            return Err(error.into());
        }
        if let (true, web::Error::Failed(web::Failure { request, cause, .. })) = (error.is_refused_for_now(), &error) {
            return Ok(Applied::Postponed(web::Error::Throttled {
                service: &iqr::SERVICE,
                cause: format!("{request}: {cause}"),
                wait: None,
            }));
        }
        let cause = if error.is_server_fault() { Cause::Server } else { Cause::Client };
        let hint =
            if error.is_not_found() { "; check the inventory ID in WipeOS, or receive the asset in IQR" } else { "" };
        Ok(Applied::Failed(Rejection { reason: iqr::reason(&error), message: format!("{error}{hint}") }, cause))
    }

    /// Fails a client whose comment lines may still arrive.
    fn unsettled(error: web::Error, id: &InventoryId) -> Result<Applied, Error> {
        let failure = match &error {
            web::Error::Failed(web::Failure { request, cause, .. }) => format!("{request} failed: {cause}"),
            web::Error::NotFound { .. }
            | web::Error::Refused { .. }
            | web::Error::Throttled { .. }
            | web::Error::CredentialRefused { .. }
            | web::Error::Unreachable { .. }
            | web::Error::Maintenance { .. }
            | web::Error::Interrupted { .. }
            | web::Error::OutOfTime { .. }
            | web::Error::ReadOnly { .. } => error.to_string(),
        };
        let message = format!(
            "{failure}; the comment lines may still arrive, so the next pass reads asset {id} before it sends them again"
        );
        Ok(match Self::failed(error)? {
            Applied::Failed(rejection, cause) => Applied::Failed(Rejection { message, ..rejection }, cause),
            applied @ (Applied::Done { .. } | Applied::Held(_) | Applied::Postponed(_)) => applied,
        })
    }

    /// Holds the client, or warns, if the serial number shows that this is another asset.
    fn check_serial(&self, attempt: &mut Attempt<'_>) -> Option<Applied> {
        let message = serial_mismatch(attempt.ready, &attempt.asset)?;
        match self.config.sync.serial_check {
            SerialCheck::Hold => Some(Applied::Held(Rejection { reason: Reason::SerialMismatch, message })),
            SerialCheck::Warn => {
                log::warn!("client {}: {message}", attempt.client);
                attempt.notes.push(message);
                None
            }
            SerialCheck::Off => None,
        }
    }

    /// Returns how the comments are written: as the newest write or an earlier one has shown, otherwise as the config
    /// says. Learns from the newest write.
    fn writing(&self, attempt: &mut Attempt<'_>) -> Result<Writing, Error> {
        attempt.planned_by = self.semantics();
        let mut known = attempt.planned_by;
        // An observation overrides the learned semantics: the tenant or the field may have changed.
        if (known.is_none() || attempt.written.is_some())
            && let Some(shown) = attempt.shown_semantics()
            && known != Some(shown)
        {
            // The apparent effect of a killed pass is enough to put lines back, but not to decide for all assets.
            if attempt.written.is_some() {
                self.learn(shown)?;
                attempt.planned_by = Some(shown);
            }
            known = Some(shown);
            // The write followed the config: a different effect on other lines is no refusal.
            attempt.acknowledged.retain(|change| change.field != Field::Comments);
            attempt.notes.extend(semantics::advice(shown, self.config.sync.comments));
        }
        if attempt.lesson.take().is_some() && attempt.shown_semantics().is_some() {
            self.has_seen_semantics.store(true, Ordering::Relaxed);
        }
        Ok(Writing::from_semantics(known, self.config.sync.comments))
    }

    fn write(&'a self, attempt: &mut Attempt<'a>, plan: &Plan, writing: Writing) -> Result<Step, Error> {
        attempt.writes += 1;
        let mut item = None;
        if plan.change(Field::MasterItem).is_some() {
            match self.items.ensure(self.iqr, self.ledger, &self.config.rules.aliases, &attempt.ready.mapped.update) {
                // The search took time: the comments are read again just before they are replaced.
                Ok((_, true)) if writing == Writing::Replaces && attempt.writes == 1 => return Ok(Step::Again),
                Ok((spelling, _)) => item = Some(spelling),
                Err(error) => return Self::no_master_item(error).map(Step::Ended),
            }
        }
        if self.teaches(&attempt.asset.comments, plan) {
            attempt.lesson = Some(lock(&self.lesson)).filter(|_| self.teaches(&attempt.asset.comments, plan));
        }
        // Another client's write may have shown the semantics since: then this plan is outdated.
        if attempt.planned_by != self.semantics() {
            return Ok(Step::Again);
        }
        if self.is_blank_by_omission(attempt, plan) {
            attempt.is_omission_believed = true;
            return Ok(Step::Again);
        }
        let sent = self.begin_write(attempt, plan)?;
        let answer = self.send(attempt, plan, item.as_ref());
        attempt.note_changes(plan);
        match answer {
            Ok(()) => Ok(self.after_yes(attempt, plan, sent)),
            Err(error) => self.after_error(attempt, error, item.is_some()),
        }
    }

    /// Returns the step after an acknowledged write: the read-back or, without verification, the end.
    fn after_yes(&self, attempt: &mut Attempt<'_>, plan: &Plan, sent: Sent) -> Step {
        attempt.doubt = None;
        let is_unsettled = matches!(attempt.sent_lines, SentLines::Unanswered(_));
        if !self.config.sync.verify_writes && attempt.lesson.is_none() && !is_unsettled {
            return Step::Finished(sent);
        }
        attempt.acknowledged.clone_from(&plan.changes);
        Step::Again
    }

    /// Returns the step after a failed write: a read if IQR may have taken it or it did not arrive, the end if IQR
    /// refused it.
    fn after_error(&self, attempt: &mut Attempt<'_>, error: web::Error, with_item: bool) -> Result<Step, Error> {
        if error.asks_for_a_read() {
            log::info!("client {}: {error}; asset {} is read again", attempt.client, attempt.ready.id);
            if error.is_refused_for_now() {
                attempt.refused_writes += 1;
            } else {
                attempt.doubtful_writes += u32::from(!error.was_answered());
            }
            attempt.doubt = Some(error);
            return Ok(Step::Again);
        }
        if with_item && error.is_refusal() {
            // The remembered master item may be wrong: it is searched for once more.
            self.items.forget(self.ledger, &attempt.ready.mapped.update)?;
            if !std::mem::replace(&mut attempt.is_item_asked_again, true) {
                return Ok(Step::Again);
            }
        }
        Self::failed(error).map(Step::Ended)
    }

    fn no_master_item(error: items::Error) -> Result<Applied, Error> {
        match error {
            items::Error::Refused(message) => {
                Ok(Applied::Failed(Rejection { reason: Reason::NoMasterItem, message }, Cause::Client))
            }
            items::Error::Iqr(error) => Self::failed(error),
            items::Error::Ledger(error) => Err(error.into()),
        }
    }

    /// Records a write before it is sent, and returns what it sends. A write that cannot be recorded is not sent.
    fn begin_write(&self, attempt: &mut Attempt<'_>, plan: &Plan) -> Result<Sent, Error> {
        // Comments that are not written need not be put back.
        let change = plan.change(Field::Comments);
        let before = change.map(|_| attempt.asset.comments.clone());
        let after = plan.outcome(&attempt.asset);
        let intent = Intent {
            inventory_id: attempt.ready.id.clone(),
            client_id: attempt.client,
            comments_before: before.as_ref().or(attempt.before.as_ref()).cloned().unwrap_or_default(),
            sent: plan::sent_state(&attempt.ready.mapped.update, &after, &plan.comment_lines, &attempt.sent),
            at: self.started_at,
        };
        let sent = intent.sent.clone();
        let commit = {
            let mut ledger = self.ledger();
            ledger.begin_write(&intent)?;
            self.durability.note_commit()
        };
        self.durability.ensure(commit)?;
        if let Some(change) = change {
            attempt.written = Some(change.write.clone());
            attempt.before = before;
        }
        Ok(sent)
    }

    /// Whether the plan writes comments that the answer left out altogether. Where a write replaces them, or may, they
    /// are read again before they pass for blank.
    fn is_blank_by_omission(&self, attempt: &Attempt<'_>, plan: &Plan) -> bool {
        let is_risky = plan.change(Field::Comments).is_some() && attempt.planned_by != Some(CommentSemantics::Adds);
        is_risky && attempt.asset.lacks_comments && !attempt.is_omission_believed && !self.dry_run
    }

    fn send(&self, attempt: &mut Attempt<'_>, plan: &Plan, item: Option<&Spelling>) -> Result<(), web::Error> {
        let id = &attempt.ready.id;
        let fields: Vec<(iqr::Field, &str)> =
            plan.changes.iter().filter_map(|change| Some((wire_field(change.field)?, change.write.as_str()))).collect();
        if !fields.is_empty() {
            let answer = self.iqr.update(id, &fields);
            if plan.change(Field::Comments).is_some() {
                attempt.sent_lines = SentLines::from_answer(&answer);
                attempt.written_lines.extend(plan.comment_lines.iter().filter_map(LineFate::news).map(str::to_owned));
            }
            answer?;
        }
        match item {
            Some(item) => self.iqr.change_item(id, &item.item_number, &item.manufacturer),
            None => Ok(()),
        }
    }

    /// Whether a write has to show what writes to the comments do, and is therefore read back whatever the config says:
    /// the semantics are not known yet, or no write of this pass has confirmed them, and the tenant may have changed.
    fn teaches(&self, before: &str, plan: &Plan) -> bool {
        let is_telling = plan.change(Field::Comments).is_some() && !before.trim().is_empty();
        let is_read_back = self.config.sync.verify_writes || self.has_seen_semantics.load(Ordering::Relaxed);
        is_telling && (self.semantics().is_none() || !is_read_back)
    }
}

/// Reads an asset; reads it once more before it believes that the comments are blank where lines of ours should be. An
/// answer that left the comments out would otherwise let a write cost what people typed.
fn believed(has_lines: bool, read: impl Fn() -> Result<Asset, web::Error>) -> Result<Asset, web::Error> {
    let asset = read()?;
    if has_lines && asset.comments.trim().is_empty() { read() } else { Ok(asset) }
}

fn wire_field(field: Field) -> Option<iqr::Field> {
    match field {
        Field::MasterItem => None,
        Field::Description => Some(iqr::Field::Description),
        Field::ExtendedDescription => Some(iqr::Field::ExtendedDescription),
        Field::Comments => Some(iqr::Field::Comments),
    }
}
