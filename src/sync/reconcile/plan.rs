//! The plan for one asset, as a pure function of the update, the asset and what was sent: each field that changes, from
//! what and to what.
//!
//! `preview` prints this value and `sync` applies it, so the two cannot differ.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;

use crate::config::Reassign;
use crate::ledger::ChangeRecord;
use crate::mapping::{Aliases, fold_key};
use crate::model::{Asset, AssetUpdate, CommentLine, NamedInText, Sent, line_digests};
use crate::sync::reconcile::comments::{self, LineFate, Writing};
use crate::sync::reconcile::text::{self, OurText, SentTexts, TextFate};

/// The rules of the config that a plan depends on.
#[derive(Debug, Clone)]
pub struct Policy<'a> {
    /// The way in which the comments are written.
    pub writing: Writing,
    /// The rule for moving an asset to its master item.
    pub reassign: Reassign,
    /// Item numbers that stand for "not known yet".
    pub placeholders: &'a [String],
    /// The names that stand for one maker.
    pub aliases: &'a Aliases,
}

/// A field that may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The asset's master item: item number and manufacturer.
    MasterItem,
    /// "Description".
    Description,
    /// "Extended Description".
    ExtendedDescription,
    /// "Inventory Comments".
    Comments,
}

impl Field {
    /// Returns the name in the JSON output and in the ledger.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MasterItem => "master_item",
            Self::Description => "description",
            Self::ExtendedDescription => "extended_description",
            Self::Comments => "comments",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A field to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The field.
    pub field: Field,
    /// The text that IQR has.
    pub from: String,
    /// The text that IQR shall have.
    pub to: String,
    /// The text that is sent, where that is not `to` itself.
    #[serde(skip)]
    pub write: String,
}

impl Change {
    /// Returns a change whose new text is sent as it is.
    fn whole(field: Field, from: &str, to: String) -> Self {
        Self { field, from: from.to_owned(), write: to.clone(), to }
    }

    /// Converts the change into a record for the history of its asset.
    #[must_use]
    pub fn into_record(self) -> ChangeRecord {
        ChangeRecord { field: self.field.name().into(), before: self.from, after: self.to }
    }
}

/// The changes to one asset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The fields to be changed, the master item first.
    pub changes: Vec<Change>,
    /// The fate of each comment line.
    pub comment_lines: Vec<LineFate>,
    /// The fields that are left to the person who rewrote them since we sent them.
    pub left: Vec<Field>,
    /// The fields that keep a looked-up value which ours lost to a change of the settings, or possibly so.
    pub spared: Vec<Field>,
}

impl Plan {
    /// Whether nothing is to be changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns the change of one field, if the plan has one.
    #[must_use]
    pub fn change(&self, field: Field) -> Option<&Change> {
        self.changes.iter().find(|change| change.field == field)
    }

    /// Returns the plan with the change of one field alone.
    #[must_use]
    pub(super) fn only(mut self, field: Field) -> Self {
        self.changes.retain(|change| change.field == field);
        self
    }

    /// Returns the plan without the change of one field, and a plan with that change alone.
    #[must_use]
    pub(super) fn split(mut self, field: Field) -> (Self, Option<Self>) {
        let split_off = self.clone().only(field);
        self.changes.retain(|change| change.field != field);
        (self, Some(split_off))
    }

    /// Makes the plan put back a text of the comments that a write cost; `shown` is the text that IQR has.
    pub(super) fn restore_comments(&mut self, shown: &str, restored: &str) {
        match self.changes.iter_mut().find(|change| change.field == Field::Comments) {
            Some(change) => shown.clone_into(&mut change.from),
            None => self.changes.push(Change::whole(Field::Comments, shown, restored.to_owned())),
        }
    }

    /// Returns an asset as it is after all changes of its texts are made.
    pub(super) fn outcome(&self, asset: &Asset) -> Asset {
        let to = |field, now: &String| self.change(field).map_or(now, |change| &change.to).clone();
        Asset {
            description: to(Field::Description, &asset.description),
            extended_description: to(Field::ExtendedDescription, &asset.extended_description),
            comments: to(Field::Comments, &asset.comments),
            ..asset.clone()
        }
    }
}

/// Plans the changes to `asset` so that it shows `update`; a pure function.
#[must_use]
pub fn plan(update: &AssetUpdate, asset: &Asset, sent: &Sent, policy: &Policy<'_>) -> Plan {
    let mut plan = Plan::default();
    plan.changes.extend(item_change(update, asset, policy));
    for (field, ours, theirs, sent) in texts(update, asset, sent) {
        plan.text(field, ours, theirs, sent);
    }
    plan.comments(update, asset, sent, policy.writing);
    plan
}

/// Returns what was sent, for the ledger: `shown` is how IQR shows it, or would, and `before` the record before.
#[must_use]
pub fn sent_state(update: &AssetUpdate, shown: &Asset, plan_lines: &[LineFate], before: &Sent) -> Sent {
    let [description, extended_description] =
        texts(update, shown, before).map(|(_, ours, theirs, sent)| text::sent_text(ours, theirs, sent));
    let mapped: Vec<String> = update.comments.iter().map(CommentLine::text).collect();
    let is_mapped: HashSet<&str> = mapped.iter().map(String::as_str).collect();
    let as_written = plan_lines.iter().filter_map(|fate| match fate {
        // A line that is there in another form (with its time behind it) is ours in that form, too.
        LineFate::Changed { to: line, .. } | LineFate::Kept(line) => {
            Some(line).filter(|line| !is_mapped.contains(line.as_str()))
        }
        LineFate::New(_) => None,
    });
    let mut lines: Vec<u64> = mapped.iter().chain(as_written).flat_map(|line| line_digests(line)).collect();
    lines.sort_unstable();
    lines.dedup();
    let mut sent = Sent {
        description: description.text,
        extended_description: extended_description.text,
        printed: text::printed(&description, &extended_description),
        other_lines: comments::lines_of_ours(&shown.comments, &update.comments, before)
            .flat_map(line_digests)
            .filter(|line| lines.binary_search(line).is_err())
            .collect(),
        lines,
        earlier: Vec::new(),
    };
    sent.remember(before);
    sent
}

/// Returns the texts of an update, each with the one that an asset shows and those that were sent.
fn texts<'a>(
    update: &'a AssetUpdate,
    asset: &'a Asset,
    sent: &'a Sent,
) -> [(Field, OurText<'a>, &'a str, SentTexts<'a>); 2] {
    let ours = |text, named: &'a NamedInText| OurText { text, named: &named.values, gapped: &named.gapped };
    let sent_texts = |last| SentTexts { last, earlier: &sent.earlier, printed: &sent.printed };
    [
        (
            Field::Description,
            ours(&update.description, &update.named.description),
            &asset.description,
            sent_texts(sent.description),
        ),
        (
            Field::ExtendedDescription,
            ours(&update.extended_description, &update.named.extended_description),
            &asset.extended_description,
            sent_texts(sent.extended_description),
        ),
    ]
}

fn item_change(update: &AssetUpdate, asset: &Asset, policy: &Policy<'_>) -> Option<Change> {
    let is_there = fold_key(&asset.item_number) == fold_key(&update.item_number)
        && policy.aliases.is_maker(&asset.manufacturer, &update.manufacturer);
    let is_wanted = match policy.reassign {
        Reassign::Always => true,
        Reassign::Placeholder => is_placeholder_item(&asset.item_number, policy.placeholders),
        Reassign::Never => false,
    };
    (is_wanted && !is_there).then(|| {
        let from = item_text(&asset.item_number, &asset.manufacturer);
        Change::whole(Field::MasterItem, &from, item_text(&update.item_number, &update.manufacturer))
    })
}

/// Whether an asset waits for its master item: it has a placeholder item, or a blank one.
fn is_placeholder_item(item_number: &str, placeholders: &[String]) -> bool {
    let item_number = item_number.trim();
    item_number.is_empty() || placeholders.iter().any(|other| other.trim().eq_ignore_ascii_case(item_number))
}

fn item_text(item_number: &str, manufacturer: &str) -> String {
    if item_number.is_empty() && manufacturer.is_empty() {
        String::new()
    } else {
        format!("{item_number} / {manufacturer}")
    }
}

impl Plan {
    fn text(&mut self, field: Field, ours: OurText<'_>, theirs: &str, sent: SentTexts<'_>) {
        match text::merge(ours, theirs, sent) {
            TextFate::Kept | TextFate::Waiting => {}
            TextFate::Spared => self.spared.push(field),
            TextFate::Left => self.left.push(field),
            TextFate::Set(to) => self.changes.push(Change::whole(field, theirs, to)),
        }
    }

    fn comments(&mut self, update: &AssetUpdate, asset: &Asset, sent: &Sent, writing: Writing) {
        let merged = comments::merge(&asset.comments, &update.comments, sent, writing);
        self.comment_lines = merged.lines;
        if !merged.write.is_empty() {
            let from = asset.comments.clone();
            self.changes.push(Change { field: Field::Comments, from, to: merged.text, write: merged.write });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NamedValues;

    fn update() -> AssetUpdate {
        AssetUpdate {
            manufacturer: "DELL".into(),
            item_number: "OPTIPLEX 9010".into(),
            chassis: crate::model::Chassis::Desktop,
            template: crate::model::TemplateKind::Desktop,
            template_because: String::new(),
            category: "COMPUTER".into(),
            item_description: String::new(),
            description: String::new(),
            extended_description: String::new(),
            comments: Vec::new(),
            attributes: Vec::new(),
            cuts: Vec::new(),
            named: NamedValues::default(),
        }
    }

    #[test]
    fn serializes_each_field_as_its_name() {
        for field in [Field::MasterItem, Field::Description, Field::ExtendedDescription, Field::Comments] {
            assert_eq!(serde_json::to_value(field).unwrap(), field.name());
        }
    }

    #[test]
    fn moves_an_asset_to_its_master_item_as_configured() {
        let placeholders = ["TBD API".to_owned()];
        let moved = |item: &str, manufacturer: &str, reassign| {
            let asset = Asset { item_number: item.into(), manufacturer: manufacturer.into(), ..Asset::default() };
            let aliases = Aliases::default();
            let policy = Policy { writing: Writing::Adds, reassign, placeholders: &placeholders, aliases: &aliases };
            plan(&update(), &asset, &Sent::default(), &policy).change(Field::MasterItem).is_some()
        };
        assert!(moved("TBD API", "TBD", Reassign::Always));
        assert!(moved("TBD API", "TBD", Reassign::Placeholder));
        assert!(!moved("TBD API", "TBD", Reassign::Never));
        assert!(moved("LATITUDE", "DELL", Reassign::Always));
        assert!(!moved("LATITUDE", "DELL", Reassign::Placeholder));
        // Case, blanks and punctuation make no other item.
        assert!(!moved("OptiPlex-9010 ", "Dell", Reassign::Always));
        assert!(!moved("OPTIPLEX 9010", "Dell Inc.", Reassign::Always));
    }
}
