//! A memory of what was sent: enough to distinguish our own text in IQR from what a person made of it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Asset, PrintedValue, lines_of, stored_form};
use crate::digest;

/// A mark that stands for a text that IQR showed after we sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextMark {
    length: u32,
    digest: u64,
}

impl TextMark {
    /// The length of [`Self::to_bytes`].
    pub const BYTES: usize = 12;

    /// Returns the mark of a text.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self { length: u32::try_from(text.len()).unwrap_or(u32::MAX), digest: digest::short(text.as_bytes()) }
    }

    /// Whether `text` is the marked one.
    #[must_use]
    pub fn is(self, text: &str) -> bool {
        self == Self::from_text(text)
    }

    /// Returns the rest of `text` after the marked text, if `text` begins with it.
    #[must_use]
    pub fn rest_of(self, text: &str) -> Option<&str> {
        let (start, rest) = text.split_at_checked(self.length as usize)?;
        self.is(start).then_some(rest)
    }

    /// Returns the mark as bytes for the ledger.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..4].copy_from_slice(&self.length.to_le_bytes());
        bytes[4..].copy_from_slice(&self.digest.to_le_bytes());
        bytes
    }

    /// Parses the bytes of the ledger; `None` when these are no such bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, digest) = bytes.split_at_checked(4)?;
        Some(Self {
            length: u32::from_le_bytes(length.try_into().ok()?),
            digest: u64::from_le_bytes(digest.try_into().ok()?),
        })
    }
}

/// The texts that were last sent to an asset, and how IQR showed them afterwards. Empty when nothing is known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// The description that was sent.
    pub description: SentText,
    /// The extended description that was sent.
    pub extended_description: SentText,
    /// Digests of the comment lines that were sent.
    pub lines: Vec<u64>,
    /// Digests of other lines of our making that IQR shows: those that newer ones stand for, where it only adds, and
    /// those of a write whose end is not recorded. They say whose a line is, not what was last sent.
    pub other_lines: Vec<u64>,
    /// Texts of both fields that this program rendered before those above, the newest last, and only so many. A write
    /// that was given up may bring one of them to IQR late: it is ours all the same.
    pub earlier: Vec<TextMark>,
    /// The looked-up fields that either text has with a value, each once.
    pub printed: Vec<PrintedValue>,
}

/// The number of earlier texts that are remembered of an asset.
const MAX_EARLIER_TEXTS: usize = 8;

/// A text field: what we meant, and what IQR made of it (it may cut to its column width).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SentText {
    /// The mapped text.
    pub meant: Option<TextMark>,
    /// The text that IQR held when the client counted as sent.
    pub landed: Option<TextMark>,
}

impl SentText {
    /// Returns the marks of the mapped text and of what IQR holds.
    #[must_use]
    pub fn from_texts(meant: &str, landed: &str) -> Self {
        Self { meant: Some(TextMark::from_text(meant)), landed: Some(TextMark::from_text(landed)) }
    }
}

impl Sent {
    /// Merges in the texts and lines of a write whose end is not recorded (`intended`), where `asset` shows them. A
    /// text that it does not show may never have arrived: to take it for sent would keep news from ever being sent.
    #[must_use]
    pub fn or_intended(mut self, intended: &Self, asset: &Asset) -> Self {
        let texts = |sent: &Self| (sent.description, sent.extended_description);
        let before = texts(&self);
        let shows = |text: SentText, shown: &str| text.landed.is_some_and(|landed| landed.rest_of(shown).is_some());
        if shows(intended.description, &asset.description) {
            self.description = intended.description;
        }
        if shows(intended.extended_description, &asset.extended_description) {
            self.extended_description = intended.extended_description;
        }
        // A value that the write took away may still stand in a text that it did not reach.
        if texts(&self) == texts(intended) {
            self.printed.clone_from(&intended.printed);
        } else if texts(&self) != before {
            let is_known = |value: &PrintedValue| self.printed.iter().any(|known| known.field == value.field);
            let news: Vec<_> = intended.printed.iter().filter(|value| !is_known(value)).copied().collect();
            self.printed.extend(news);
        }
        let lines = intended.known_lines();
        let begun = lines_of(&asset.comments).filter(|line| lines.made_line(line));
        self.other_lines.extend(begun.map(|line| digest::short(line.as_bytes())));
        self.remember(intended);
        self
    }

    /// Whether an asset shows at least half of the texts and lines that were sent; `None` where none is remembered.
    #[must_use]
    pub fn is_shown_by(&self, asset: &Asset) -> Option<bool> {
        let blank = TextMark::from_text("");
        let texts = [(self.description, &asset.description), (self.extended_description, &asset.extended_description)];
        let texts: Vec<bool> = texts
            .into_iter()
            .filter_map(|(sent, shown)| Some((sent.landed.filter(|landed| *landed != blank)?, shown)))
            .map(|(landed, shown)| landed.rest_of(shown).is_some())
            .collect();
        let lines: HashSet<u64> = lines_of(&asset.comments).flat_map(line_digests).collect();
        let shown = texts.iter().filter(|is_shown| **is_shown).count()
            + self.lines.iter().filter(|line| lines.contains(line)).count();
        let sent = texts.len() + self.lines.len();
        (sent > 0).then_some(2 * shown >= sent)
    }

    /// Whether an asset shows the same by both, whatever was rendered earlier.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        let said = |sent: &Self| (sent.description, sent.extended_description);
        said(self) == said(other) && self.lines == other.lines && self.other_lines == other.other_lines
    }

    /// Remembers the texts of another state as ones that this program rendered earlier.
    pub fn remember(&mut self, other: &Self) {
        let now = self.texts();
        let others = other.earlier.iter().copied().chain(other.texts().into_iter().flatten());
        for mark in others.filter(|mark| !now.contains(&Some(*mark))) {
            self.earlier.retain(|known| *known != mark);
            self.earlier.push(mark);
        }
        self.earlier.drain(..self.earlier.len().saturating_sub(MAX_EARLIER_TEXTS));
    }

    fn texts(&self) -> [Option<TextMark>; 4] {
        let [description, extended] = [self.description, self.extended_description];
        [description.meant, description.landed, extended.meant, extended.landed]
    }

    /// Returns the comment lines, to be asked about as many others as there are.
    #[must_use]
    pub fn known_lines(&self) -> KnownLines {
        let sorted = |mut digests: Vec<u64>| {
            digests.sort_unstable();
            digests
        };
        KnownLines {
            last: sorted(self.lines.clone()),
            made: sorted(self.lines.iter().chain(&self.other_lines).copied().collect()),
        }
    }
}

/// The comment lines of a [`Sent`].
#[derive(Debug, Clone)]
pub struct KnownLines {
    /// The digests of the lines that were last sent, in order.
    last: Vec<u64>,
    /// The digests of all lines of our making, in order.
    made: Vec<u64>,
}

impl KnownLines {
    /// Whether no line was last sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last.is_empty()
    }

    /// Whether this comment line was among those last sent.
    #[must_use]
    pub fn has_line(&self, line: &str) -> bool {
        has(&self.last, line)
    }

    /// Whether this comment line is known to be of our making.
    #[must_use]
    pub fn made_line(&self, line: &str) -> bool {
        has(&self.made, line)
    }
}

/// Returns the digests by which a line that is sent is recognized, also where a column cannot hold its letters.
#[must_use]
pub fn line_digests(line: &str) -> Vec<u64> {
    let form = stored_form(line);
    let mut digests = vec![digest::short(line.as_bytes())];
    if form != line {
        digests.push(digest::short(form.as_bytes()));
    }
    digests
}

fn has(digests: &[u64], line: &str) -> bool {
    if digests.is_empty() {
        return false;
    }
    let has = |text: &str| digests.binary_search(&digest::short(text.as_bytes())).is_ok();
    has(line) || (line.is_ascii() && matches!(stored_form(line), Cow::Owned(form) if has(&form)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LookedUp, LookupOrigin};

    #[test]
    fn merges_the_origins_of_a_write_whose_end_is_unknown() {
        let printed = |field, settings| {
            vec![PrintedValue { field, origin: LookupOrigin { settings, ..LookupOrigin::default() } }]
        };
        let state = |one: &str, other: &str, printed| Sent {
            description: SentText::from_texts(one, one),
            extended_description: SentText::from_texts(other, other),
            printed,
            ..Sent::default()
        };
        let before = state("a", "b", printed(LookedUp::ImeiPurchaseDate, 1));
        for (description, extended_description, intended, merged) in [
            ("c", "d", printed(LookedUp::ImeiPurchaseDate, 2), printed(LookedUp::ImeiPurchaseDate, 2)),
            ("c", "d", Vec::new(), Vec::new()),
            // It did not arrive, or only one text did: the other may have the value of before.
            ("a", "b", printed(LookedUp::ImeiPurchaseDate, 2), printed(LookedUp::ImeiPurchaseDate, 1)),
            ("c", "b", Vec::new(), printed(LookedUp::ImeiPurchaseDate, 1)),
            (
                "c",
                "b",
                printed(LookedUp::ImeiReturnDate, 2),
                [printed(LookedUp::ImeiPurchaseDate, 1), printed(LookedUp::ImeiReturnDate, 2)].concat(),
            ),
        ] {
            let [description, extended_description] = [description, extended_description].map(str::to_owned);
            let asset = Asset { description, extended_description, ..Asset::default() };
            let now = before.clone().or_intended(&state("c", "d", intended), &asset);
            assert_eq!(now.printed, merged, "{asset:?}");
        }
    }

    #[test]
    fn finds_what_a_person_added_behind_our_text() {
        let mark = TextMark::from_text("CF-33-1 Tablet");
        assert_eq!(mark.rest_of("CF-33-1 Tablet, cracked"), Some(", cracked"));
        assert_eq!(mark.rest_of("CF-33-1 Tablet"), Some(""));
        assert_eq!(mark.rest_of("CF-33-2 Tablet"), None);
        assert_eq!(mark.rest_of("CF"), None);
        assert_eq!(TextMark::from_text("äöü").rest_of("äö€"), None);
        assert_eq!(TextMark::from_bytes(&mark.to_bytes()), Some(mark));
    }
}
