//! The characters that XML 1.0 can carry.

use std::borrow::Cow;

/// Returns the characters of a text that IQR can hold: it travels as XML, and XML 1.0 has no form for most control
/// characters. The text sent in either format is this, so compare with this when reading back.
pub(super) fn sendable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_xml) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|character| is_xml(*character)).collect())
}

/// `Char` of XML 1.0, §2.2.
pub(super) fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
