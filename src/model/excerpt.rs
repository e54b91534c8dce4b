//! The beginning of a text for a message.

use std::borrow::Cow;

/// The number of characters that a message quotes.
const MAX_CHARS: usize = 60;

/// Returns the text, or its first 60 characters and an ellipsis: a message is one line that a person reads.
#[must_use]
pub fn excerpt(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_a_long_text_and_keeps_one_that_just_fits() {
        let fits = "ä".repeat(MAX_CHARS);
        assert_eq!(excerpt(&fits), fits);
        assert_eq!(excerpt(&format!("{fits}x")), format!("{fits}…"));
    }
}
