//! Bringing one asset to what the plan says: read, plan, write, read back.
//!
//! It is one loop. After every write whose end is not certain the asset is read again and planned anew, so that a lost
//! answer, a verification and a repair are the same step: what is there is not sent, what is missing is. A write is never
//! repeated without a read in between.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::comments::{self, Writing};
use super::examine::{Ready, Trouble};
use super::items::{self, MasterItems};
use super::plan::{self, Change, Field, Plan, Policy};
use super::retry::Cause;
use super::semantics;
use crate::config::{Config, SerialCheck, SyncConfig};
use crate::iqr::{self, Iqr, Scope};
use crate::ledger::{self, CommentSemantics, Intent, RunLedger};
use crate::model::{Asset, ClientId, Reason, Sent, Timestamp, is_placeholder_serial, is_same_serial};

/// How often an asset is written at most in one pass: the write, one repair, and what lost answers cost.
const MOST_WRITES: u32 = 4;

/// How often a write whose end is not known is made at most: one that failed is repeated once, after a read.
const MOST_DOUBTFUL_WRITES: u32 = 2;

/// What became of a client whose asset was read.
#[derive(Debug)]
pub enum Applied {
    /// The asset says what it shall say.
    Done {
        /// What is remembered of it.
        sent: Sent,
        /// What was changed.
        changes: Vec<Change>,
        /// What is worth knowing.
        notes: Vec<String>,
    },
    /// A person has to look at it first.
    Held(Trouble),
    /// Something went wrong.
    Failed(Trouble, Cause),
}

/// What ends the pass for everybody.
#[derive(Debug, thiserror::Error)]
pub enum Abort {
    /// IQR.
    #[error(transparent)]
    Iqr(#[from] iqr::Error),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

/// Applies plans; shared by all connections.
pub struct Applier<'a> {
    /// IQR.
    pub iqr: &'a Iqr,
    /// The ledger.
    pub ledger: &'a Mutex<RunLedger>,
    /// The rules.
    pub config: &'a Config,
    /// The master items of this pass.
    pub items: &'a MasterItems,
    /// When this pass began.
    pub started_at: Timestamp,
    /// Plan only.
    pub dry_run: bool,
    /// Held by the client whose write will show what writes to the comments do: one is enough to find it out.
    pub lesson: Mutex<()>,
}

/// One asset on its way.
struct Journey<'a> {
    client: ClientId,
    ready: &'a Ready,
    asset: Asset,
    sent: Sent,
    /// The comments before the newest write of comments.
    before: Option<String>,
    /// What was sent of them.
    written: Option<String>,
    /// What the newest write that IQR said yes to was to change.
    answered: Vec<Change>,
    changes: Vec<Change>,
    notes: Vec<String>,
    writes: u32,
    /// How the newest write failed, if it may have been taken nevertheless.
    doubt: Option<iqr::Error>,
    /// How many writes failed so, for another reason than an ended session.
    doubtful_writes: u32,
    /// Held from a write that teaches until it is read back.
    lesson: Option<MutexGuard<'a, ()>>,
}

/// What follows from one write.
enum Step {
    /// Read and plan again.
    Again,
    /// Nothing more to do.
    Finished,
    /// It cannot be done.
    Ended(Applied),
}

impl<'a> Applier<'a> {
    /// Brings the asset of a client to what its machine says.
    ///
    /// # Errors
    ///
    /// What concerns every client. What concerns this one alone is told by [`Applied`].
    pub fn apply(&'a self, client: ClientId, ready: &'a Ready) -> Result<Applied, Abort> {
        let asset = match self.iqr.asset(&ready.id) {
            Ok(asset) => asset,
            Err(error) => return Self::failed(error),
        };
        let mut journey = Journey::begin(client, ready, asset);
        if let Some(applied) = self.check_serial(&mut journey) {
            return Ok(applied);
        }
        loop {
            let writing = self.writing(&mut journey)?;
            let plan = journey.plan(writing, &self.config.sync);
            if let Some(ended) = journey.judge(&plan) {
                return Ok(ended);
            }
            if plan.is_empty() {
                return Ok(journey.done(&plan));
            }
            if self.dry_run {
                journey.changes.clone_from(&plan.changes);
                return Ok(journey.done(&plan));
            }
            let is_last = journey.writes == MOST_WRITES;
            if let Some(doubt) = journey.doubt.take_if(|_| is_last || journey.doubtful_writes == MOST_DOUBTFUL_WRITES) {
                return Self::failed(doubt);
            }
            if is_last {
                let stuck: Vec<&Change> = plan.changes.iter().collect();
                return Ok(Applied::Failed(not_verified(&ready.id.to_string(), &stuck), Cause::Client));
            }
            match self.write(&mut journey, &plan, writing)? {
                Step::Again => {}
                Step::Finished => return Ok(journey.done(&plan)),
                Step::Ended(applied) => return Ok(applied),
            }
            match self.iqr.read_back(&ready.id) {
                Ok(asset) => journey.asset = asset,
                Err(error) => return Self::failed(error),
            }
        }
    }

    fn ledger(&self) -> MutexGuard<'_, RunLedger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An error of this asset fails this client; any other ends the pass.
    fn failed(error: iqr::Error) -> Result<Applied, Abort> {
        if error.scope() == Scope::Pass {
            return Err(error.into());
        }
        let cause = if error.is_server_fault() { Cause::Server } else { Cause::Client };
        let hint = match error {
            iqr::Error::NotFound { .. } => "; check the inventory ID in WipeOS, or receive the asset in IQR",
            _ => "",
        };
        Ok(Applied::Failed(Trouble { reason: error.reason(), message: format!("{error}{hint}") }, cause))
    }

    /// The serial number tells whether this is the right asset.
    fn check_serial(&self, journey: &mut Journey<'_>) -> Option<Applied> {
        let message = serial_mismatch(journey.ready, &journey.asset)?;
        match self.config.sync.serial_check {
            SerialCheck::Hold => Some(Applied::Held(Trouble { reason: Reason::SerialMismatch, message })),
            SerialCheck::Warn => {
                log::warn!("client {}: {message}", journey.client);
                journey.notes.push(message);
                None
            }
            SerialCheck::Off => None,
        }
    }

    /// How the comments are written: as the newest write or an earlier one has shown, else as the config says. Learns
    /// from the newest write.
    fn writing(&self, journey: &mut Journey<'_>) -> Result<Writing, Abort> {
        let mut known = self.ledger().comment_semantics()?;
        if known.is_none()
            && let Some(shown) = journey.shown_semantics()
        {
            // What a killed pass seems to have done is enough to put lines back, not to decide for all assets.
            if journey.written.is_some() {
                self.ledger().set_comment_semantics(shown)?;
            }
            known = Some(shown);
            // It was written in the belief of the config: what it did to other lines is no refusal.
            journey.answered.retain(|change| change.field != Field::Comments);
            journey.notes.extend(semantics::advice(shown, self.config.sync.comments));
        }
        journey.lesson = None;
        Ok(Writing::of(known, self.config.sync.comments))
    }

    fn write(&'a self, journey: &mut Journey<'a>, plan: &Plan, writing: Writing) -> Result<Step, Abort> {
        journey.writes += 1;
        let spelling = if plan.change(Field::MasterItem).is_some() {
            match self.items.ensure(self.iqr, self.ledger, &journey.ready.update) {
                // The comments are read again just before they are replaced.
                Ok((_, true)) if writing == Writing::Replaces && journey.writes == 1 => return Ok(Step::Again),
                Ok((spelling, _)) => Some(spelling),
                Err(error) => return Self::no_master_item(error).map(Step::Ended),
            }
        } else {
            None
        };
        if self.teaches(&journey.asset.comments, plan)? {
            journey.lesson = Some(self.lesson.lock().unwrap_or_else(PoisonError::into_inner));
            if !self.teaches(&journey.asset.comments, plan)? {
                // Another client's write has shown it in the meantime: plan by that.
                return Ok(Step::Again);
            }
        }
        self.begin_write(journey, plan)?;
        let answer = self.send(journey, plan, spelling.as_ref());
        journey.note_changes(plan);
        match answer {
            Ok(()) => {
                journey.answered.clone_from(&plan.changes);
                journey.doubt = None;
                let is_over = !self.config.sync.verify_writes && journey.lesson.is_none();
                if is_over {
                    journey.assume(plan);
                }
                Ok(if is_over { Step::Finished } else { Step::Again })
            }
            Err(error) if error.asks_for_a_read() => {
                log::info!("client {}: {error}; asset {} is read again", journey.client, journey.ready.id);
                journey.doubtful_writes += u32::from(!error.was_answered());
                journey.doubt = Some(error);
                Ok(Step::Again)
            }
            Err(error) => {
                if spelling.is_some() && matches!(error, iqr::Error::Refused { .. }) {
                    self.items.forget(self.ledger, &journey.ready.update)?;
                }
                Self::failed(error).map(Step::Ended)
            }
        }
    }

    fn no_master_item(error: items::Error) -> Result<Applied, Abort> {
        match error {
            items::Error::Refused(message) => {
                Ok(Applied::Failed(Trouble { reason: Reason::NoMasterItem, message }, Cause::Client))
            }
            items::Error::Iqr(error) => Self::failed(error),
            items::Error::Ledger(error) => Err(error.into()),
        }
    }

    /// What cannot be recorded is not sent.
    fn begin_write(&self, journey: &mut Journey<'_>, plan: &Plan) -> Result<(), Abort> {
        // Comments that are not written need no putting back.
        let change = plan.change(Field::Comments);
        let before = change.map(|_| journey.asset.comments.clone());
        let mut after = journey.asset.clone();
        plan.apply_to(&mut after);
        let intent = Intent {
            inventory_id: journey.ready.id.clone(),
            client_id: journey.client,
            comments_before: before.clone().unwrap_or_default(),
            sent: plan::sent_state(&journey.ready.update, &after, &plan.comment_lines, &journey.sent),
            at: self.started_at,
        };
        let mut ledger = self.ledger();
        let is_risky = before.as_deref().is_some_and(|before| !before.trim().is_empty())
            && ledger.comment_semantics()? != Some(CommentSemantics::Adds);
        ledger.begin_write(&intent, is_risky)?;
        journey.written = change.map(|change| change.write.clone());
        journey.before = before;
        Ok(())
    }

    fn send(&self, journey: &Journey<'_>, plan: &Plan, item: Option<&items::Spelling>) -> Result<(), iqr::Error> {
        let id = &journey.ready.id;
        let fields: Vec<(iqr::Field, &str)> =
            plan.changes.iter().filter_map(|change| Some((wire_field(change.field)?, change.write.as_str()))).collect();
        if !fields.is_empty() {
            self.iqr.update(id, &fields)?;
        }
        match item {
            Some(item) => self.iqr.change_item(id, &item.item_number, &item.manufacturer),
            None => Ok(()),
        }
    }

    /// Whether a write will show what writes to the comments do, which is not known yet: then it is read back whatever
    /// the config says.
    fn teaches(&self, before: &str, plan: &Plan) -> Result<bool, Abort> {
        let is_telling = plan.change(Field::Comments).is_some() && !before.trim().is_empty();
        Ok(is_telling && self.ledger().comment_semantics()?.is_none())
    }
}

fn wire_field(field: Field) -> Option<iqr::Field> {
    match field {
        Field::MasterItem => None,
        Field::Description => Some(iqr::Field::Description),
        Field::ExtendedDescription => Some(iqr::Field::ExtendedDescription),
        Field::Comments => Some(iqr::Field::Comments),
    }
}

/// The plan that a pass would begin with, and what is worth knowing of it; `known` is what the ledger knows of writes to
/// the comments. Pure: `preview` shows it, and it is made the way [`Applier::apply`] makes it.
#[must_use]
pub fn first_plan(
    client: ClientId,
    ready: &Ready,
    asset: &Asset,
    known: Option<CommentSemantics>,
    config: &SyncConfig,
) -> (Plan, Vec<String>) {
    let mut journey = Journey::begin(client, ready, asset.clone());
    let known = known.or_else(|| journey.shown_semantics());
    let plan = journey.plan(Writing::of(known, config.comments), config);
    journey.note_left(&plan);
    (plan, journey.notes)
}

/// What to do when IQR knows the asset by another serial number than the machine's; `None` when it does not, or when one
/// of the two is no real one.
#[must_use]
pub fn serial_mismatch(ready: &Ready, asset: &Asset) -> Option<String> {
    let theirs = asset.serial_number.trim();
    let ours = ready.machine.real_serial()?;
    let differs = !is_placeholder_serial(theirs) && !is_same_serial(ours, theirs);
    differs.then(|| {
        format!(
            "IQR knows asset {} by serial number {theirs}, this machine's is {ours}; correct the inventory ID in WipeOS or the serial number in IQR",
            ready.id
        )
    })
}

impl<'a> Journey<'a> {
    fn begin(client: ClientId, ready: &'a Ready, asset: Asset) -> Self {
        let (sent, before) = match &ready.intent {
            Some(intent) => {
                let sent = ready.sent.clone().or_intended(&intent.sent, &asset);
                (sent, Some(intent.comments_before.clone()))
            }
            None => (ready.sent.clone(), None),
        };
        Self {
            client,
            ready,
            asset,
            sent,
            before,
            written: None,
            answered: Vec::new(),
            changes: Vec::new(),
            notes: Vec::new(),
            writes: 0,
            doubt: None,
            doubtful_writes: 0,
            lesson: None,
        }
    }

    /// Plans on what IQR shows, and on the lines that a replacing write cost, which come back.
    fn plan(&mut self, writing: Writing, config: &SyncConfig) -> Plan {
        let policy = Policy { writing, reassign: config.reassign, placeholders: &config.placeholders };
        let lost = match writing {
            Writing::Adds => Vec::new(),
            Writing::Replaces => self.lost_lines(),
        };
        if lost.is_empty() {
            return plan::plan(&self.ready.update, &self.asset, &self.sent, &policy);
        }
        let shown = self.asset.comments.clone();
        self.asset.comments = comments::restored(self.before.as_deref().unwrap_or_default(), &shown);
        let mut plan = plan::plan(&self.ready.update, &self.asset, &self.sent, &policy);
        plan.restore_comments(&shown, &self.asset.comments);
        self.answered.retain(|change| change.field != Field::Comments);
        self.notes.push(format!("{} comment lines that a write had cost were put back", lost.len()));
        plan
    }

    fn shown_semantics(&self) -> Option<CommentSemantics> {
        let ours: Vec<String> = self.ready.update.comments.iter().map(|line| line.name.clone()).collect();
        semantics::shown(self.before.as_deref()?, self.written.as_deref(), &self.asset.comments, &ours, &self.sent)
    }

    /// Lines of others that the newest write cost.
    fn lost_lines(&self) -> Vec<String> {
        let Some(before) = &self.before else { return Vec::new() };
        let names: Vec<String> = self.ready.update.comments.iter().map(|line| line.name.clone()).collect();
        semantics::lost(before, &self.asset.comments, &names, &self.sent)
    }

    /// After a write that IQR said yes to: fields that still have to be changed did not take. A text that was cut to the
    /// width of its column has.
    fn judge(&mut self, plan: &Plan) -> Option<Applied> {
        let stuck: Vec<&Change> = plan
            .changes
            .iter()
            .filter(|change| self.answered.iter().any(|done| done.field == change.field && !is_cut(done, change)))
            .collect();
        if !stuck.is_empty() {
            return Some(Applied::Failed(not_verified(&self.ready.id.to_string(), &stuck), Cause::Client));
        }
        let cut: Vec<&Change> =
            plan.changes.iter().filter(|change| self.answered.iter().any(|done| is_cut(done, change))).collect();
        if cut.is_empty() || cut.len() < plan.changes.len() {
            return None;
        }
        for change in cut {
            let shown = change.from.trim_end().chars().count();
            self.notes.push(format!("IQR keeps only the first {shown} characters of {}", change.field));
        }
        Some(self.done(plan))
    }

    fn note_left(&mut self, plan: &Plan) {
        for left in &plan.left {
            self.notes.push(format!("{} was rewritten in IQR since it was sent and is left as it is", left.field));
        }
    }

    fn done(&mut self, plan: &Plan) -> Applied {
        self.note_left(plan);
        let sent = plan::sent_state(&self.ready.update, &self.asset, &plan.comment_lines, &self.sent);
        Applied::Done { sent, changes: std::mem::take(&mut self.changes), notes: std::mem::take(&mut self.notes) }
    }

    /// A field that was written twice counts once.
    fn note_changes(&mut self, plan: &Plan) {
        for change in &plan.changes {
            match self.changes.iter_mut().find(|other| other.field == change.field) {
                Some(other) => other.to.clone_from(&change.to),
                None => self.changes.push(change.clone()),
            }
        }
    }

    /// Without a read-back, IQR is taken at its word.
    fn assume(&mut self, plan: &Plan) {
        plan.apply_to(&mut self.asset);
    }
}

/// Whether IQR shows the beginning of what was written: its column is narrower.
fn is_cut(written: &Change, now: &Change) -> bool {
    let shown = now.from.trim_end();
    let is_text = matches!(written.field, Field::Description | Field::ExtendedDescription);
    is_text && written.field == now.field && !shown.is_empty() && written.write.starts_with(shown)
}

fn not_verified(id: &str, stuck: &[&Change]) -> Trouble {
    let fields: Vec<String> =
        stuck.iter().map(|change| format!("{} still reads {:?}", change.field, excerpt(&change.from))).collect();
    Trouble {
        reason: Reason::NotVerified,
        message: format!(
            "IQR said yes to the update of asset {id}, but {}; check that the API user may write it, or map the field elsewhere with iqr.fields",
            fields.join(", ")
        ),
    }
}

fn excerpt(text: &str) -> String {
    let mut excerpt: String = text.chars().take(60).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    excerpt
}
