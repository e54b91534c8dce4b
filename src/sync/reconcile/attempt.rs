//! One asset on its way to what its machine says: what was read, what was written, and what follows from both.
//!
//! Pure but for a line in the log: it asks and writes nothing. [`Applier`](super::applier::Applier) does, step by step.

use std::sync::MutexGuard;

use crate::config::Config;
use crate::iqr::{self, Outcome};
use crate::ledger::CommentSemantics;
use crate::model::{
    Asset, ClientId, Cut, Limited, OwnNames, Reason, Sent, StoredLines, excerpt, is_serial_in_iqr, line_digests,
};
use crate::sync::evaluate::{Ready, Rejection};
use crate::sync::reconcile::comments::{self, Writing};
use crate::sync::reconcile::plan::{self, Change, Field, Plan, Policy};
use crate::sync::reconcile::semantics;
use crate::sync::retry::Cause;

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
    Held(Rejection),
    /// Something went wrong.
    Failed(Rejection, Cause),
    /// The tenant did not take its requests for now: it is left to the next pass.
    Postponed(iqr::Error),
}

/// Comment lines that were sent in an attempt. IQR may take them after it was read: a read shows what has arrived, not what
/// is still to come, and lines that are sent again to a tenant that adds would stand twice for ever.
pub(super) enum SentLines {
    /// None was sent, or none reached IQR.
    None,
    /// They were sent, and IQR has answered.
    Answered,
    /// They were sent, and it is not known whether IQR takes them.
    Unanswered(iqr::Error),
}

impl SentLines {
    /// As the answer to the write of them shows.
    pub fn of(answer: &Result<(), iqr::Error>) -> Self {
        match answer {
            Ok(()) => Self::Answered,
            Err(error) if error.outcome() == Outcome::Unknown && !error.was_answered() => {
                Self::Unanswered(error.clone())
            }
            Err(_) => Self::None,
        }
    }
}

/// One asset on its way.
pub(super) struct Attempt<'a> {
    pub client: ClientId,
    pub ready: &'a Ready,
    pub asset: Asset,
    pub sent: Sent,
    /// The comments before the newest write of comments.
    pub before: Option<String>,
    /// What was sent of them.
    pub written: Option<String>,
    /// What the newest write that IQR said yes to was to change.
    pub acknowledged: Vec<Change>,
    pub changes: Vec<Change>,
    pub notes: Vec<String>,
    pub writes: u32,
    /// How many of them were refused for now (429): IQR did nothing.
    pub refused_writes: u32,
    /// How the newest write failed, if it may have been taken nevertheless.
    pub doubt: Option<iqr::Error>,
    /// How many writes failed so, for another reason than an ended session.
    pub doubtful_writes: u32,
    /// Whether the plan is to put lines back that a write had cost.
    pub is_restoring: bool,
    /// Whether comments that an answer left out were read again.
    pub is_omission_believed: bool,
    /// Whether its master item was looked up once more because IQR refused the remembered one.
    pub is_item_asked_again: bool,
    /// The comment lines of all writes of this attempt.
    pub written_lines: Vec<String>,
    /// What became of the comment lines that this attempt has sent.
    pub sent_lines: SentLines,
    /// What was known of writes to the comments when the plan was made.
    pub planned_by: Option<CommentSemantics>,
    /// Held from a write that teaches until it is read back.
    pub lesson: Option<MutexGuard<'a, ()>>,
}

/// The plan that a pass would begin with, and what is worth knowing of it; `known` is what the ledger knows of writes to
/// the comments. Pure: `preview` shows it, and it is made the way [`Applier`](super::applier::Applier) makes it.
#[must_use]
pub fn first_plan(
    client: ClientId,
    ready: &Ready,
    asset: &Asset,
    known: Option<CommentSemantics>,
    config: &Config,
) -> (Plan, Vec<String>) {
    let mut attempt = Attempt::begin(client, ready, asset.clone());
    let known = known.or_else(|| attempt.shown_semantics());
    let plan = attempt.plan(Writing::of(known, config.sync.comments), config);
    attempt.note_left(&plan);
    (plan, attempt.notes)
}

/// What to do when IQR knows the asset by another serial number than the machine's; `None` when it does not, or when one
/// of the two identifies nothing and so contradicts none.
#[must_use]
pub fn serial_mismatch(ready: &Ready, asset: &Asset) -> Option<String> {
    let theirs = asset.serial_number.as_str();
    let machine = &ready.mapped.machine;
    let ours = machine.identifying_serial()?;
    let differs = OwnNames::from_machine(machine).is_identified_by(theirs) && !is_serial_in_iqr(ours, theirs);
    differs.then(|| {
        format!(
            "IQR knows asset {} by serial number {}, this machine's is {}; correct the inventory ID in WipeOS or the serial number in IQR",
            ready.id,
            excerpt(theirs.trim()),
            excerpt(ours)
        )
    })
}

impl<'a> Attempt<'a> {
    /// An asset as it was read, and what a killed pass may have done to it.
    pub fn begin(client: ClientId, ready: &'a Ready, asset: Asset) -> Self {
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
            acknowledged: Vec::new(),
            changes: Vec::new(),
            notes: Vec::new(),
            writes: 0,
            refused_writes: 0,
            doubt: None,
            doubtful_writes: 0,
            is_restoring: false,
            is_omission_believed: false,
            is_item_asked_again: false,
            written_lines: Vec::new(),
            sent_lines: SentLines::None,
            planned_by: None,
            lesson: None,
        }
    }

    /// Whether the comments of this plan have to wait for a later pass: lines were sent, and may still arrive. A tenant that
    /// is known to replace the comments may be sent them again.
    pub fn has_lines_to_withhold(&self, plan: &Plan) -> bool {
        !matches!(self.sent_lines, SentLines::None)
            && plan.change(Field::Comments).is_some()
            && self.planned_by != Some(CommentSemantics::Replaces)
    }

    /// Plans on what IQR shows, and on the lines that a replacing write cost, which come back.
    pub fn plan(&mut self, writing: Writing, config: &Config) -> Plan {
        let policy = Policy {
            writing,
            reassign: config.sync.reassign,
            placeholders: &config.sync.placeholders,
            aliases: &config.rules.aliases,
        };
        let lost = match writing {
            Writing::Adds => Vec::new(),
            Writing::Replaces => self.lost_lines(),
        };
        self.is_restoring = !lost.is_empty();
        let sent = self.sent_by_now();
        if !self.is_restoring {
            return plan::plan(&self.ready.mapped.update, &self.asset, &sent, &policy);
        }
        let shown = self.asset.comments.clone();
        self.asset.comments = comments::restored(self.before.as_deref().unwrap_or_default(), &shown);
        let mut plan = plan::plan(&self.ready.mapped.update, &self.asset, &sent, &policy);
        plan.restore_comments(&shown, &self.asset.comments);
        self.acknowledged.retain(|change| change.field != Field::Comments);
        self.notes.push(format!("{} comment lines that a write had cost were put back", lost.len()));
        plan
    }

    /// What was sent before, and the lines that this attempt has written and that the asset shows.
    fn sent_by_now(&self) -> Sent {
        let mut sent = self.sent.clone();
        let shown = StoredLines::parse(&self.asset.comments);
        sent.lines.extend(self.written_lines.iter().filter(|line| shown.has(line)).flat_map(|line| line_digests(line)));
        sent
    }

    pub fn shown_semantics(&self) -> Option<CommentSemantics> {
        let before = self.before.as_deref()?;
        let ours: Vec<String> = self.ready.mapped.update.comments.iter().map(|line| line.name.clone()).collect();
        semantics::shown(before, self.written.as_deref(), &self.asset.comments, &ours, &self.sent)
    }

    /// Lines of others that the newest write cost.
    fn lost_lines(&self) -> Vec<String> {
        let Some(before) = &self.before else { return Vec::new() };
        let names: Vec<String> = self.ready.mapped.update.comments.iter().map(|line| line.name.clone()).collect();
        semantics::lost(before, &self.asset.comments, &names, &self.sent)
    }

    /// It was written as often as may be, and still lacks all of this.
    pub fn stuck(&self, plan: &Plan) -> Applied {
        let stuck: Vec<&Change> = plan.changes.iter().collect();
        Applied::Failed(not_verified(&self.ready.id.to_string(), &stuck), Cause::Client)
    }

    /// After a write that IQR said yes to: fields that still have to be changed did not take. A text that was cut to the
    /// width of its column has.
    pub fn judge(&mut self, plan: &Plan) -> Option<Applied> {
        let stuck: Vec<&Change> = plan
            .changes
            .iter()
            .filter(|change| self.acknowledged.iter().any(|done| done.field == change.field && !is_cut(done, change)))
            .collect();
        if !stuck.is_empty() {
            return Some(Applied::Failed(not_verified(&self.ready.id.to_string(), &stuck), Cause::Client));
        }
        let cut: Vec<&Change> =
            plan.changes.iter().filter(|change| self.acknowledged.iter().any(|done| is_cut(done, change))).collect();
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

    /// What was sent of a text is not all of it; told when it is sent, and not with every look at the asset. Of a template
    /// somebody can make less, of the name of a model nobody can: that is no warning.
    fn note_cuts(&mut self) {
        let is_sent = |cut: &&Cut| self.changes.iter().any(|change| Some(change.field) == field_of(cut.text));
        for cut in self.ready.mapped.update.cuts.iter().filter(is_sent) {
            if field_of(cut.text) == Some(Field::MasterItem) {
                log::info!("client {} (asset {}): {cut}", self.client, self.ready.id);
            } else {
                self.notes.push(cut.to_string());
            }
        }
    }

    /// The asset, as it was read, says what it shall say.
    pub fn done(&mut self, plan: &Plan) -> Applied {
        let sent = plan::sent_state(&self.ready.mapped.update, (&self.asset).into(), &plan.comment_lines, &self.sent);
        self.end(plan, sent)
    }

    /// It says so by what was sent.
    pub fn end(&mut self, plan: &Plan, sent: Sent) -> Applied {
        self.note_left(plan);
        self.note_cuts();
        Applied::Done { sent, changes: std::mem::take(&mut self.changes), notes: std::mem::take(&mut self.notes) }
    }

    /// A field that was written twice counts once.
    pub fn note_changes(&mut self, plan: &Plan) {
        for change in &plan.changes {
            match self.changes.iter_mut().find(|other| other.field == change.field) {
                Some(other) => other.to.clone_from(&change.to),
                None => self.changes.push(change.clone()),
            }
        }
    }
}

/// The field of the asset that a text goes into; the description of a new master item goes into none.
fn field_of(text: Limited) -> Option<Field> {
    match text {
        Limited::ItemNumber | Limited::Manufacturer => Some(Field::MasterItem),
        Limited::Description => Some(Field::Description),
        Limited::ExtendedDescription => Some(Field::ExtendedDescription),
        Limited::ItemDescription => None,
    }
}

/// Whether IQR shows the beginning of what was written: its column is narrower.
fn is_cut(written: &Change, now: &Change) -> bool {
    let shown = now.from.trim_end();
    let is_text = matches!(written.field, Field::Description | Field::ExtendedDescription);
    is_text && written.field == now.field && !shown.is_empty() && written.write.starts_with(shown)
}

fn not_verified(id: &str, stuck: &[&Change]) -> Rejection {
    let fields: Vec<String> =
        stuck.iter().map(|change| format!("{} still reads {:?}", change.field, excerpt(&change.from))).collect();
    Rejection {
        reason: Reason::NotVerified,
        message: format!(
            "IQR said yes to the update of asset {id}, but {}; check that the API user may write it, or map the field elsewhere with iqr.fields",
            fields.join(", ")
        ),
    }
}
