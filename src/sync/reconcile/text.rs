//! The merge of a text of ours with the one in IQR and those that were sent before. Pure.

use crate::model::{
    GappedText, LookedUp, LookupOrigin, NamedValue, PrintedValue, SentText, TextMark, is_addition, is_stored,
};

/// The fate of a text field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TextFate {
    /// The field needs no change.
    Kept,
    /// A person rewrote the field since we sent it.
    Left,
    /// The text lacks a value that was never known, and the field has another one that may have it.
    Waiting,
    /// The field has a value that the text lacks only because the settings changed, or the ledger has no record of it.
    Spared,
    /// The field gets this text.
    Set(String),
}

/// A text that a field shall have.
#[derive(Debug, Clone, Copy)]
pub(super) struct OurText<'a> {
    pub text: &'a str,
    /// The looked-up fields that it names.
    pub named: &'a [NamedValue],
    /// The text with gaps for values that it lacks.
    pub gapped: &'a [GappedText],
}

/// The texts that were sent to a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct SentTexts<'a> {
    pub last: SentText,
    /// The texts before the last one, of both fields.
    pub earlier: &'a [TextMark],
    /// The looked-up fields that were sent with a value.
    pub printed: &'a [PrintedValue],
}

impl OurText<'_> {
    /// Whether it lacks a value that a service has not answered.
    fn is_lacking(self) -> bool {
        self.named.iter().any(|value| value.is_lacking)
    }

    /// Whether it lacks a value that was sent before, and only because the settings changed.
    fn is_lost_to_settings(self, sent: SentTexts<'_>) -> bool {
        self.named.iter().any(|value| value.is_lost_to_settings(sent.printed))
    }

    /// Whether a field shows it with something behind it.
    fn is_extended_in(self, theirs: &str) -> bool {
        theirs.strip_prefix(self.text).is_some_and(is_addition)
    }

    /// Returns the fields whose values it lacks, and that have one in a text which is ours but not recorded as sent.
    fn unrecorded(self, theirs: &str, sent: SentTexts<'_>) -> Vec<LookedUp> {
        let is_ours = is_stored(theirs, self.text) || self.is_extended_in(theirs);
        if sent.last.landed.is_some() || self.text.is_empty() || is_ours {
            return Vec::new();
        }
        self.gapped.iter().map(|text| text.values_in(theirs)).find(|fields| !fields.is_empty()).unwrap_or_default()
    }
}

/// Merges three texts: ours, the one in IQR, and the one that we sent before. A person's addition behind our text is
/// kept, a person's own text is left alone. A field that we never wrote is written (specification, step 8e).
///
/// A text that lacks a looked-up value replaces no text that is not known as ours: the ledger may have been lost. A
/// text that lacks one because the settings changed replaces no text but a blank one. Nor does it replace a text that
/// would be ours with values in place of those that it lacks, where the ledger has no record of what was sent.
pub(super) fn merge(ours: OurText<'_>, theirs: &str, sent: SentTexts<'_>) -> TextFate {
    let (text, last) = (ours.text, sent.last);
    if text.is_empty() || is_stored(theirs, text) {
        return TextFate::Kept;
    }
    let has_news = !last.meant.is_some_and(|meant| meant.is(text));
    let is_lost = ours.is_lost_to_settings(sent);
    let extended = |added: &str| if is_lost { TextFate::Spared } else { TextFate::Set(format!("{text}{added}")) };
    let Some(landed) = last.landed.filter(|_| !theirs.is_empty()) else {
        return match ours.is_extended_in(theirs) {
            true => TextFate::Kept,
            false if theirs.is_empty() => TextFate::Set(text.to_owned()),
            false if ours.is_lacking() => TextFate::Waiting,
            false if !ours.unrecorded(theirs, sent).is_empty() => TextFate::Spared,
            false => extended(""),
        };
    };
    match landed.rest_of(theirs) {
        Some(added) if is_addition(added) && has_news => extended(added),
        Some(added) if is_addition(added) => TextFate::Kept,
        Some(_) | None => {
            // A write that was given up has arrived late, or the record of a newer one is lost.
            let behind = |mark: &TextMark| mark.rest_of(theirs).filter(|added| is_addition(added));
            let added = sent.earlier.iter().filter_map(behind).min_by_key(|added| added.len());
            added.map_or(TextFate::Left, extended)
        }
    }
}

/// The record of a text for the ledger.
#[derive(Debug)]
pub(super) struct SentState {
    pub text: SentText,
    /// Whether the record before counts on, because the field keeps a text that may have more values than ours.
    is_kept: bool,
    printed: Vec<PrintedValue>,
}

/// Returns what was sent of a text, for the ledger: `theirs` is how IQR shows it, or would.
pub(super) fn sent_text(ours: OurText<'_>, theirs: &str, before: SentTexts<'_>) -> SentState {
    let is_ours = ours.text.starts_with(theirs) || is_stored(theirs, ours.text);
    let is_unknown = ours.is_lacking() && before.last.landed.is_none();
    let unrecorded = ours.unrecorded(theirs, before);
    if !is_ours && (is_unknown || ours.is_lost_to_settings(before) || !unrecorded.is_empty()) {
        let is_named = |value: &&PrintedValue| ours.named.iter().any(|named| named.field == value.field);
        let mut printed: Vec<PrintedValue> = before.printed.iter().filter(is_named).copied().collect();
        // Later news of the machine change the other parts of the text, and it would not be known as ours.
        for field in unrecorded {
            if printed.iter().all(|known| known.field != field) {
                printed.push(PrintedValue { field, origin: LookupOrigin::UNKNOWN });
            }
        }
        return SentState { text: before.last, is_kept: true, printed };
    }
    let printed = ours.named.iter().filter(|value| value.is_printed);
    let printed = printed.map(|&NamedValue { field, origin, .. }| PrintedValue { field, origin }).collect();
    SentState {
        text: SentText::from_texts(ours.text, if is_ours { theirs } else { ours.text }),
        is_kept: false,
        printed,
    }
}

/// Returns the values that two texts of an asset have, each once. Where one of them was kept, its origin counts.
pub(super) fn printed(one: &SentState, other: &SentState) -> Vec<PrintedValue> {
    let (first, second) = if other.is_kept { (other, one) } else { (one, other) };
    let mut printed = first.printed.clone();
    let is_new = |value: &&PrintedValue| first.printed.iter().all(|known| known.field != value.field);
    printed.extend(second.printed.iter().filter(is_new));
    printed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Gap;

    const NEVER_SENT: SentText = SentText { meant: None, landed: None };

    fn merge_plain(ours: &str, theirs: &str, last: SentText, earlier: &[TextMark]) -> TextFate {
        merge(OurText { text: ours, named: &[], gapped: &[] }, theirs, SentTexts { last, earlier, printed: &[] })
    }

    fn set(text: &str) -> TextFate {
        TextFate::Set(text.to_owned())
    }

    #[test]
    fn merges_each_case_of_a_text() {
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
            assert_eq!(merge_plain(ours, theirs, last, &[]), fate, "ours {ours:?}, theirs {theirs:?}");
        }
    }

    #[test]
    fn renews_texts_that_were_rendered_earlier() {
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
            let last = SentText::from_texts("32GB", "32GB");
            assert_eq!(merge_plain(ours, theirs, last, &earlier), fate, "ours {ours:?}, theirs {theirs:?}");
        }
    }

    /// The fields of a text without a date, and those that were sent with one, under the first settings.
    fn named(settings: u64, is_lacking: bool) -> ([NamedValue; 1], [PrintedValue; 1]) {
        let (field, origin) = (LookedUp::ImeiPurchaseDate, |settings| LookupOrigin { slot: 1, key: 7, settings });
        let now = NamedValue { field, origin: origin(settings), is_printed: false, is_lacking };
        ([now], [PrintedValue { field, origin: origin(1) }])
    }

    /// The ledger was lost, and the service does not answer.
    #[test]
    fn replaces_no_unknown_text_by_one_that_lacks_a_value() {
        let ours = SentText::from_texts("Bought 2016-04-17; 8GB", "Bought 2016-04-17; 8GB");
        let rows = [
            (true, "Bought 2016-04-17; 8GB", NEVER_SENT, TextFate::Waiting),
            (true, "", NEVER_SENT, set("Bought ; 16GB")),
            (true, "Bought 2016-04-17; 8GB", ours, set("Bought ; 16GB")),
            (false, "Bought 2016-04-17; 8GB", NEVER_SENT, set("Bought ; 16GB")),
        ];
        for (is_lacking, theirs, last, fate) in rows {
            let (named, _) = named(1, is_lacking);
            let (ours, sent) = (
                OurText { text: "Bought ; 16GB", named: &named, gapped: &[] },
                SentTexts { last, earlier: &[], printed: &[] },
            );
            assert_eq!(merge(ours, theirs, sent), fate, "{theirs:?}");
            if fate == TextFate::Waiting {
                assert_eq!(sent_text(ours, theirs, sent).text, NEVER_SENT, "the text is not taken for ours");
            }
        }
    }

    #[test]
    fn spares_a_text_whose_value_is_lost_to_settings() {
        let dated = "Bought 2016-04-17; 8GB";
        let last = SentText::from_texts(dated, dated);
        let rows = [
            (2, dated, TextFate::Spared),
            (2, "Bought 2016-04-17; 8GB, lid cracked", TextFate::Spared),
            (2, "Bought ; 8GB", TextFate::Spared),
            (2, "none fitted", TextFate::Left),
            (2, "", set("Bought ; 16GB")),
            (1, dated, set("Bought ; 16GB")),
        ];
        for (settings, theirs, fate) in rows {
            let (named, printed) = named(settings, false);
            let earlier = [TextMark::from_text("Bought ; 8GB")];
            let (ours, sent) = (
                OurText { text: "Bought ; 16GB", named: &named, gapped: &[] },
                SentTexts { last, earlier: &earlier, printed: &printed },
            );
            assert_eq!(merge(ours, theirs, sent), fate, "{theirs:?}");
            let state = sent_text(ours, theirs, sent);
            let is_spared = fate == TextFate::Spared;
            assert_eq!(state.printed == printed, settings == 2 && !theirs.is_empty(), "{theirs:?}");
            assert!(!is_spared || state.text == last, "{theirs:?}: the text goes on being known as ours");
        }
    }

    /// The ledger was lost, and the machine has no value under the present settings.
    #[test]
    fn spares_an_unrecorded_text_that_has_the_values_we_lack() {
        let gap = Gap { field: LookedUp::ImeiPurchaseDate, fallback: String::new() };
        let gapped = [GappedText::new("Bought \u{1}; 8GB".to_owned(), vec![gap], None).unwrap()];
        let dated = "Bought 2016-04-17; 8GB";
        let recorded = SentText::from_texts(dated, dated);
        for (theirs, last, fate) in [
            (dated, NEVER_SENT, TextFate::Spared),
            ("Bought 2016-04-17; 8GB, lid cracked", NEVER_SENT, TextFate::Spared),
            ("Bought 2016-04-17; 16GB", NEVER_SENT, set("Bought ; 8GB")),
            ("Bought ; 8GB, lid cracked", NEVER_SENT, TextFate::Kept),
            ("as received 2016-04-17", NEVER_SENT, set("Bought ; 8GB")),
            ("", NEVER_SENT, set("Bought ; 8GB")),
            (dated, recorded, set("Bought ; 8GB")),
        ] {
            let (named, _) = named(1, false);
            let ours = OurText { text: "Bought ; 8GB", named: &named, gapped: &gapped };
            let before = SentTexts { last, earlier: &[], printed: &[] };
            assert_eq!(merge(ours, theirs, before), fate, "{theirs:?}");
            if fate != TextFate::Spared {
                continue;
            }
            let state = sent_text(ours, theirs, before);
            assert_eq!(state.text, NEVER_SENT, "{theirs:?}");
            let after = SentTexts { last, earlier: &[], printed: &state.printed };
            assert_eq!(merge(OurText { text: "Bought ; 32GB", gapped: &[], ..ours }, theirs, after), TextFate::Spared);
            assert_eq!(sent_text(ours, theirs, after).printed, state.printed, "{theirs:?}");
        }
    }

    #[test]
    fn records_the_origin_of_a_text_that_was_kept() {
        let (_, [old]) = named(1, false);
        let new = PrintedValue { origin: LookupOrigin { settings: 2, ..old.origin }, ..old };
        let state = |is_kept, value| SentState { text: NEVER_SENT, is_kept, printed: vec![value] };
        assert_eq!(printed(&state(true, old), &state(false, new)), [old]);
        assert_eq!(printed(&state(false, new), &state(true, old)), [old]);
        assert_eq!(printed(&state(false, new), &state(false, new)), [new]);
    }
}
