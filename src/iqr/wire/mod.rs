//! The wire format: what is sent, and what answers mean. Pure; no I/O.

mod complaint;
mod decode;
mod json;
mod verdict;
mod xml;

use std::borrow::Cow;

pub(super) use decode::{Bad, asset, categories, items, session_token};
pub(super) use json::session_body;
pub(super) use verdict::{Verdict, verdict};

use super::endpoint::Format;

/// The kinds of record that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    Inventory,
    Item,
}

impl Record {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Inventory => ("inventories", "inventory"),
            Self::Item => ("items", "item"),
        }
    }
}

/// The body that writes one record; IQR wants its elements in alphabetical order.
pub(super) fn body(format: Format, record: Record, mut fields: Vec<(&str, &str)>) -> String {
    fields.sort_unstable();
    match format {
        Format::Xml => xml::envelope(record, &fields),
        Format::Json => json::envelope(record, &fields),
    }
}

/// What IQR can hold of a text: it travels as XML, and XML 1.0 has no word for most control characters. What is sent in
/// either format is this, so compare with this when reading back.
fn sendable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_xml) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|character| is_xml(*character)).collect())
}

/// `Char` of XML 1.0, §2.2.
fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
