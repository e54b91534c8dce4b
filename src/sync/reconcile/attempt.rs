//! The state of one reconciliation attempt: what was read, what was written, and what follows from both.
//!
//! This module sends no request and writes nothing but a line in the log. [`Applier`](super::applier::Applier) drives
//! it, step by step.

use std::sync::MutexGuard;

use crate::config::Config;
use crate::ledger::CommentSemantics;
use crate::model::{Asset, ClientId, Cut, Limited, Reason, Sent, StoredLines, excerpt, is_serial_in_iqr, line_digests};
use crate::sync::evaluate::{Ready, Rejection};
use crate::sync::reconcile::comments::{self, Writing};
use crate::sync::reconcile::plan::{self, Change, Field, Plan, Policy};
use crate::sync::reconcile::semantics;
use crate::sync::retry::Cause;
use crate::web::{self, Outcome};

/// The outcome of a client whose asset was read.
#[derive(Debug)]
pub enum Applied {
    /// The asset shows its machine.
    Done {
        /// The texts to be recorded as sent.
        sent: Sent,
        /// The changes that were made.
        changes: Vec<Change>,
        /// Notes for people.
        notes: Vec<String>,
    },
    /// The client waits until a person decides.
    Held(Rejection),
    /// The client failed.
    Failed(Rejection, Cause),
    /// The tenant did not take its requests for now: the client is left to the next pass.
    Postponed(web::Error),
}

/// The comment lines that an attempt has sent. IQR may take them after the read-back: a read does not show what is
/// still to arrive, and lines that are sent again to a tenant that adds would stand twice forever.
pub(super) enum SentLines {
    /// No line was sent, or none reached IQR.
    None,
    /// Lines were sent, and IQR has answered.
    Answered,
    /// Lines were sent, and it is not known whether IQR takes them.
    Unanswered(web::Error),
}

impl SentLines {
    /// Classifies the lines by the answer to their write.
    pub fn from_answer(answer: &Result<(), web::Error>) -> Self {
        match answer {
            Ok(()) => Self::Answered,
            Err(error) if error.outcome() == Outcome::Unknown && !error.was_answered() => {
                Self::Unanswered(error.clone())
            }
            Err(_) => Self::None,
        }
    }
}

/// An attempt to reconcile one asset.
pub(super) struct Attempt<'a> {
    pub client: ClientId,
    pub ready: &'a Ready,
    pub asset: Asset,
    pub sent: Sent,
    /// The comments before the newest write of comments.
    pub before: Option<String>,
    /// The text that the newest write of comments sent.
    pub written: Option<String>,
    /// The changes of the last acknowledged write.
    pub acknowledged: Vec<Change>,
    pub changes: Vec<Change>,
    pub notes: Vec<String>,
    pub writes: u32,
    /// The number of writes that were refused for now (429): IQR did nothing.
    pub refused_writes: u32,
    /// The error of the newest write, if IQR may have taken it all the same.
    pub doubt: Option<web::Error>,
    /// The number of writes that failed in this way, except for an ended session.
    pub doubtful_writes: u32,
    /// Whether the plan puts back lines that a write cost.
    pub is_restoring: bool,
    /// Whether comments that an answer left out were read again.
    pub is_omission_believed: bool,
    /// Whether the master item was searched for once more because IQR refused the remembered one.
    pub is_item_asked_again: bool,
    /// The comment lines of all writes of this attempt.
    pub written_lines: Vec<String>,
    /// The outcome of the comment lines that this attempt has sent.
    pub sent_lines: SentLines,
    /// The semantics of writes to the comments that the plan is based on.
    pub planned_by: Option<CommentSemantics>,
    /// The lock that a write which shows the semantics holds until it is read back.
    pub lesson: Option<MutexGuard<'a, ()>>,
}

/// Returns the plan that a pass would begin with, and notes on it; `known` is the learned semantics of writes to the
/// comments. `preview` shows this pure function, and [`Applier`](super::applier::Applier) plans the same way.
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
    let plan = attempt.plan(Writing::from_semantics(known, config.sync.comments), config);
    attempt.note_left(&plan);
    (plan, attempt.notes)
}

/// Returns the next step when IQR knows the asset by another serial number than the machine's; `None` when it does not,
/// or when one of the two identifies nothing and so contradicts none.
#[must_use]
pub fn serial_mismatch(ready: &Ready, asset: &Asset) -> Option<String> {
    let theirs = asset.serial_number.as_str();
    let machine = &ready.mapped.machine;
    let ours = machine.identifying_serial()?;
    let differs = machine.own_names().is_identified_by(theirs) && !is_serial_in_iqr(ours, theirs);
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
    /// Begins an attempt with an asset that was read, and with what a killed pass may have done to it.
    pub fn begin(client: ClientId, ready: &'a Ready, asset: Asset) -> Self {
        let intent = ready.intent.as_ref();
        let sent = ready.sent.clone();
        Self {
            client,
            ready,
            sent: if let Some(intent) = intent { sent.or_intended(&intent.sent, &asset) } else { sent },
            asset,
            before: intent.map(|intent| intent.comments_before.clone()),
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

    /// Whether the comments of this plan have to wait for a later pass because lines were sent that may still arrive. A
    /// tenant that is known to replace the comments may be sent them again.
    pub fn has_lines_to_withhold(&self, plan: &Plan) -> bool {
        !matches!(self.sent_lines, SentLines::None)
            && plan.change(Field::Comments).is_some()
            && self.planned_by != Some(CommentSemantics::Replaces)
    }

    /// Plans on the asset as IQR shows it, with the lines that a replacing write cost put back.
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

    /// Returns what was sent before, with the lines that this attempt has written and that the asset shows.
    fn sent_by_now(&self) -> Sent {
        let mut sent = self.sent.clone();
        let shown = StoredLines::parse(&self.asset.comments);
        sent.lines.extend(self.written_lines.iter().filter(|line| shown.has(line)).flat_map(|line| line_digests(line)));
        sent
    }

    pub fn shown_semantics(&self) -> Option<CommentSemantics> {
        let before = self.before.as_deref()?;
        let ours = &self.ready.mapped.update.comments;
        semantics::shown(before, self.written.as_deref(), &self.asset.comments, ours, &self.sent)
    }

    /// Returns the lines of others that the newest write cost.
    fn lost_lines(&self) -> Vec<String> {
        let Some(before) = &self.before else { return Vec::new() };
        semantics::lost(before, &self.asset.comments, &self.ready.mapped.update.comments, &self.sent)
    }

    /// Fails an attempt that has no write left and still lacks all of this.
    pub fn stuck(&self, plan: &Plan) -> Applied {
        self.not_verified(&plan.changes.iter().collect::<Vec<_>>())
    }

    /// Fails an attempt because the asset does not show these changes.
    fn not_verified(&self, stuck: &[&Change]) -> Applied {
        let still_reads = |change: &&Change| format!("{} still reads {:?}", change.field, excerpt(&change.from));
        let message = format!(
            "IQR said yes to the update of asset {}, but {}; check that the API user may write it, or map the field elsewhere with iqr.fields",
            self.ready.id,
            stuck.iter().map(still_reads).collect::<Vec<_>>().join(", ")
        );
        Applied::Failed(Rejection { reason: Reason::NotVerified, message }, Cause::Client)
    }

    /// Fails an attempt after an acknowledged write if a field still has to be changed. A text that was cut to the
    /// width of its column counts as taken.
    pub fn judge(&mut self, plan: &Plan) -> Option<Applied> {
        let stuck: Vec<&Change> = plan
            .changes
            .iter()
            .filter(|change| self.acknowledged.iter().any(|done| done.field == change.field && !is_cut(done, change)))
            .collect();
        if !stuck.is_empty() {
            return Some(self.not_verified(&stuck));
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
            self.notes.push(format!("{left} was rewritten in IQR since it was sent and is left as it is"));
        }
        for spared in &plan.spared {
            self.notes.push(format!(
                "{spared} stays as it is in IQR: it shows a looked-up value that was sent under other settings or before the history file was lost, and there is none now; if it shall be replaced, clear the field in IQR"
            ));
        }
    }

    /// Notes texts that were cut, when they are sent and not with every read of the asset. A cut item number is only
    /// logged: people can shorten a template, but not the name of a model.
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

    /// Ends an attempt whose asset was read and shows the machine.
    pub fn done(&mut self, plan: &Plan) -> Applied {
        let sent = plan::sent_state(&self.ready.mapped.update, &self.asset, &plan.comment_lines, &self.sent);
        self.finish(plan, sent)
    }

    /// Ends an attempt by what was sent.
    pub fn finish(&mut self, plan: &Plan, sent: Sent) -> Applied {
        self.note_left(plan);
        self.note_cuts();
        Applied::Done { sent, changes: std::mem::take(&mut self.changes), notes: std::mem::take(&mut self.notes) }
    }

    /// Notes the changes of a plan; counts a field that was written twice once.
    pub fn note_changes(&mut self, plan: &Plan) {
        for change in &plan.changes {
            match self.changes.iter_mut().find(|other| other.field == change.field) {
                Some(other) => other.to.clone_from(&change.to),
                None => self.changes.push(change.clone()),
            }
        }
    }
}

/// Returns the field of the asset that a text goes into; the description of a new master item goes into none.
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
