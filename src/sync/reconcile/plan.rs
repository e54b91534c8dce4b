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
use crate::model::{Asset, AssetUpdate, CommentLine, Sent, SentText, TextMark, is_stored, line_digests};
use crate::sync::reconcile::comments::{self, LineFate, Writing};

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
    let [description, extended_description] =
        [sent.description, sent.extended_description].map(|last| SentTexts { last, earlier: &sent.earlier });
    let lacking = update.lacking;
    let text = |ours, is_lacking| OurText { ours, is_lacking };
    plan.text(Field::Description, text(&update.description, lacking.description), &asset.description, description);
    plan.text(
        Field::ExtendedDescription,
        text(&update.extended_description, lacking.extended_description),
        &asset.extended_description,
        extended_description,
    );
    plan.comments(update, asset, sent, policy.writing);
    plan
}

/// Returns what was sent, for the ledger: `shown` is how IQR shows it, or would, and `before` the record before.
#[must_use]
pub fn sent_state(update: &AssetUpdate, shown: &Asset, plan_lines: &[LineFate], before: &Sent) -> Sent {
    let text = |ours: &str, theirs: &str, is_lacking: bool, before: SentText| {
        let is_ours = ours.starts_with(theirs) || is_stored(theirs, ours);
        if is_lacking && !is_ours && before.landed.is_none() {
            return before;
        }
        SentText::from_texts(ours, if is_ours { theirs } else { ours })
    };
    let lacking = update.lacking;
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
        description: text(&update.description, &shown.description, lacking.description, before.description),
        extended_description: text(
            &update.extended_description,
            &shown.extended_description,
            lacking.extended_description,
            before.extended_description,
        ),
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
        match merge_text(ours, theirs, sent) {
            TextFate::Kept | TextFate::Waiting => {}
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

/// The fate of a text field.
#[derive(Debug, PartialEq, Eq)]
enum TextFate {
    /// The field needs no change.
    Kept,
    /// A person rewrote the field since we sent it.
    Left,
    /// The text lacks a value that was never known, and the field has another one that may have it.
    Waiting,
    /// The field gets this text.
    Set(String),
}

/// A text that a field shall have.
#[derive(Debug, Clone, Copy)]
struct OurText<'a> {
    ours: &'a str,
    /// Whether it lacks a looked-up value.
    is_lacking: bool,
}

/// The texts that were sent to a field.
#[derive(Debug, Clone, Copy)]
struct SentTexts<'a> {
    last: SentText,
    /// The texts before the last one, of both fields.
    earlier: &'a [TextMark],
}

/// Merges three texts: ours, the one in IQR, and the one that we sent before. A person's addition behind our text is
/// kept, a person's own text is left alone. A field that we never wrote is written (specification, step 8e).
///
/// A text that lacks a looked-up value replaces no text that is not known as ours: the ledger may have been lost.
fn merge_text(OurText { ours, is_lacking }: OurText<'_>, theirs: &str, sent: SentTexts<'_>) -> TextFate {
    let last = sent.last;
    if ours.is_empty() || is_stored(theirs, ours) {
        return TextFate::Kept;
    }
    let has_news = !last.meant.is_some_and(|meant| meant.is(ours));
    let Some(landed) = last.landed.filter(|_| !theirs.is_empty()) else {
        let added = theirs.strip_prefix(ours).is_some_and(is_addition);
        return match (added, is_lacking && !theirs.is_empty()) {
            (true, _) => TextFate::Kept,
            (false, true) => TextFate::Waiting,
            (false, false) => TextFate::Set(ours.to_owned()),
        };
    };
    match landed.rest_of(theirs) {
        Some(added) if is_addition(added) && has_news => TextFate::Set(format!("{ours}{added}")),
        Some(added) if is_addition(added) => TextFate::Kept,
        Some(_) | None => {
            // A write that was given up has arrived late, or the record of a newer one is lost.
            let behind = |mark: &TextMark| mark.rest_of(theirs).filter(|added| is_addition(added));
            let added = sent.earlier.iter().filter_map(behind).min_by_key(|added| added.len());
            added.map_or(TextFate::Left, |added| TextFate::Set(format!("{ours}{added}")))
        }
    }
}

/// Whether this is an addition behind our text, and not the rest of a longer word.
fn is_addition(rest: &str) -> bool {
    rest.chars().next().is_none_or(|first| !first.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lacking;

    const NEVER_SENT: SentText = SentText { meant: None, landed: None };

    #[test]
    fn merges_each_case_of_a_text() {
        let set = |text: &str| TextFate::Set(text.to_owned());
        let rows = [
            ("8GB/SSD", "", NEVER_SENT, set("8GB/SSD")),
            ("8GB/SSD", "8GB/SSD", NEVER_SENT, TextFate::Kept),
            ("", "typed", NEVER_SENT, TextFate::Kept),
            ("8GB/SSD", "as received", NEVER_SENT, set("8GB/SSD")),
            // Screen B of the specification: a person typed behind what was sent.
            ("12.0\"", "12.0\"/2650/SCREEN PROTECTOR", NEVER_SENT, TextFate::Kept),
            ("12.0\"", "12.0\"/2650", SentText::from_texts("12.0\"", "12.0\""), TextFate::Kept),
            ("13.3\"", "12.0\"/2650", SentText::from_texts("12.0\"", "12.0\""), set("13.3\"/2650")),
            ("16GB", "8GB", SentText::from_texts("8GB", "8GB"), set("16GB")),
            // A longer word is no addition.
            ("CF-33", "CF-331 Tablet", NEVER_SENT, set("CF-33")),
            // A person rewrote the text: it is theirs, whether or not we have news.
            ("8GB", "none fitted", SentText::from_texts("8GB", "8GB"), TextFate::Left),
            ("16GB", "none fitted", SentText::from_texts("8GB", "8GB"), TextFate::Left),
            // A person blanked the text: it is sent again.
            ("8GB", "", SentText::from_texts("8GB", "8GB"), set("8GB")),
            // IQR cut the text to its column: it must not be sent in every pass.
            (
                "OptiPlex 9010 Desktop",
                "OptiPlex 9010",
                SentText::from_texts("OptiPlex 9010 Desktop", "OptiPlex 9010"),
                TextFate::Kept,
            ),
            (
                "OptiPlex 9020 Desktop",
                "OptiPlex 9010",
                SentText::from_texts("OptiPlex 9010 Desktop", "OptiPlex 9010"),
                set("OptiPlex 9020 Desktop"),
            ),
        ];
        for (ours, theirs, last, fate) in rows {
            assert_eq!(
                merge_text(OurText { ours, is_lacking: false }, theirs, SentTexts { last, earlier: &[] }),
                fate,
                "ours {ours:?}, theirs {theirs:?}"
            );
        }
    }

    #[test]
    fn renews_texts_that_were_rendered_earlier() {
        let set = |text: &str| TextFate::Set(text.to_owned());
        let earlier = ["8GB", "16GB"].map(TextMark::from_text);
        let rows = [
            ("32GB", "16GB", set("32GB")),
            ("32GB", "8GB, lid cracked", set("32GB, lid cracked")),
            ("32GB", "16GB2", TextFate::Left),
            ("32GB", "4GB", TextFate::Left),
            ("32GB", "32GB", TextFate::Kept),
            ("24GB", "16GB", set("24GB")),
        ];
        for (ours, theirs, fate) in rows {
            let texts = SentTexts { last: SentText::from_texts("32GB", "32GB"), earlier: &earlier };
            assert_eq!(
                merge_text(OurText { ours, is_lacking: false }, theirs, texts),
                fate,
                "ours {ours:?}, theirs {theirs:?}"
            );
        }
    }

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
            lacking: Lacking::default(),
        }
    }

    /// The ledger was lost, and the service does not answer.
    #[test]
    fn replaces_no_unknown_text_by_one_that_lacks_a_value() {
        let none = SentTexts { last: SentText::default(), earlier: &[] };
        let ours =
            SentTexts { last: SentText::from_texts("Bought 2016-04-17; 8GB", "Bought 2016-04-17; 8GB"), earlier: &[] };
        let set = || TextFate::Set("Bought ; 16GB".to_owned());
        let rows = [
            (true, "Bought 2016-04-17; 8GB", none, TextFate::Waiting),
            (true, "", none, set()),
            (true, "Bought 2016-04-17; 8GB", ours, set()),
            (false, "Bought 2016-04-17; 8GB", none, set()),
        ];
        for (is_lacking, theirs, sent, fate) in rows {
            assert_eq!(merge_text(OurText { ours: "Bought ; 16GB", is_lacking }, theirs, sent), fate, "{theirs:?}");
        }
        let lacking = Lacking { description: true, ..Lacking::default() };
        let update = AssetUpdate { description: "Bought ; 16GB".into(), lacking, ..update() };
        let asset = Asset { description: "Bought 2016-04-17; 8GB".into(), ..Asset::default() };
        assert_eq!(sent_state(&update, &asset, &[], &Sent::default()).description, SentText::default());
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
