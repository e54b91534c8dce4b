//! Complaints: texts in a 2xx answer by which IQR says that it did not do what was asked.
//!
//! The only list of their words, for answers to reads and to writes alike. A word stands with one of the two alone
//! where it is a complaint to one and a fair answer to the other.

/// The request that a text answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Read,
    Write,
}

/// Words of a complaint, whatever was asked.
const COMPLAINTS: [&str; 13] = [
    "object reference",
    "specified cast",
    "exception",
    "error",
    "not valid",
    "invalid",
    "failed",
    "failure",
    "refused",
    "rejected",
    "denied",
    "not allowed",
    "unauthorized",
];

/// Words of a complaint about a read. A write may well be reported with "request completed", and where it timed out it
/// may have been done.
const COMPLAINTS_ABOUT_READS: [&str; 4] = ["timed out", "timeout", "session", "request"];

/// Words of a complaint about a write. A read that found nothing says so with them, and that is an answer.
const COMPLAINTS_ABOUT_WRITES: [&str; 9] =
    ["not found", "does not exist", "cannot", "can not", "could not", "unable", "unknown", "missing", "required"];

/// Phrases that hold a word of a complaint and report a success.
const HARMLESS_PHRASES: [&str; 5] = ["no errors", "no error", "0 errors", "without errors", "without error"];

/// Phrases by which a bare sentence says that a read found nothing.
const NOTHING_FOUND: [&str; 3] = ["not found", "no record", "does not exist"];

/// Returns whether a text in the answer to such a request is a complaint.
pub(super) fn is_complaint(text: &str, asked: Asked) -> bool {
    let lower = text.to_lowercase();
    let (text, others) = match asked {
        Asked::Read => (lower, &COMPLAINTS_ABOUT_READS[..]),
        Asked::Write => (without_harmless_phrases(&lower), &COMPLAINTS_ABOUT_WRITES[..]),
    };
    COMPLAINTS.iter().chain(others).any(|words| text.contains(words))
}

/// Returns whether a sentence says that a read found nothing, and complains of nothing.
pub(super) fn says_nothing_found(text: &str) -> bool {
    let lower = text.to_lowercase();
    NOTHING_FOUND.iter().any(|words| lower.contains(words)) && !is_complaint(text, Asked::Read)
}

/// Removes from a text in lower case the phrases that report a success.
pub(super) fn without_harmless_phrases(lower: &str) -> String {
    HARMLESS_PHRASES.iter().fold(lower.to_owned(), |rest, phrase| rest.replace(phrase, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_complaints_by_what_was_asked() {
        let texts = [
            ("Object reference not set to an instance of an object.", true, true),
            ("Access is not allowed", true, true),
            ("Login failure", true, true),
            ("Inventory not found", false, true),
            ("Could not find inventory 12", false, true),
            ("Request completed", true, false),
            ("Your session has ended", true, false),
            ("The operation timed out", true, false),
            ("Saved with no errors", true, false),
            ("Saved", false, false),
        ];
        for (text, about_read, about_write) in texts {
            assert_eq!(is_complaint(text, Asked::Read), about_read, "{text}");
            assert_eq!(is_complaint(text, Asked::Write), about_write, "{text}");
        }
    }

    #[test]
    fn tells_nothing_found_from_complaints() {
        assert!(says_nothing_found("Inventory NOT FOUND"));
        assert!(!says_nothing_found("Session not found"));
        assert!(!says_nothing_found("Saved"));
    }
}
