//! What the result words of tests and wipes mean, and the few words that are printed for them.
//!
//! The lists are short on purpose: a word that is not in them is printed unchanged, and never becomes `PASS` nor begins
//! with it. Other programs read these lines.

use std::borrow::Cow;

use super::clean::one_line;

pub(super) const PASS: &str = "PASS";
pub(super) const FAIL: &str = "FAIL";
/// A wipe that ended well by a method that demands verification, and was not verified.
pub(super) const NOT_VERIFIED: &str = "NOT VERIFIED";
/// A wipe that ended without saying how, or a result that is no known word and could be taken for a pass.
pub(super) const UNKNOWN: &str = "UNKNOWN";

const PASSED: &[&str] = &["pass", "passed", "ok", "success", "successful"];
const FAILED: &[&str] = &["fail", "failed", "failure", "error"];
const NOT_RUN: &[&str] = &["not tested", "not performed", "not run", "skipped", "n/a", "not available"];
/// Further words of wipes that ran and did not end well.
const BROKEN_OFF: &[&str] = &[
    "aborted",
    "abort",
    "canceled",
    "cancelled",
    "interrupted",
    "stopped",
    "terminated",
    "errors",
    "with errors",
    "verified with errors",
    "completed with errors",
    "verification failed",
    "verify failed",
    "wipe failed",
    "unsuccessful",
];

/// What a result text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome<'a> {
    /// Nothing was written.
    Blank,
    /// It was not run.
    NotRun,
    /// It ended well.
    Passed,
    /// It did not.
    Failed,
    /// A text that is in no list.
    Other(&'a str),
}

/// The outcome of a diagnostics test.
pub(super) fn of_test(result: Option<&str>) -> Outcome<'_> {
    let Some(text) = result.map(str::trim).filter(|text| !text.is_empty()) else { return Outcome::Blank };
    let word = folded(text);
    match word.as_str() {
        word if PASSED.contains(&word) => Outcome::Passed,
        word if FAILED.contains(&word) => Outcome::Failed,
        word if NOT_RUN.contains(&word) => Outcome::NotRun,
        _ if one_line(text).is_empty() => Outcome::Blank,
        _ => Outcome::Other(text),
    }
}

/// The outcome of a wipe: as that of a test, and one that was broken off has failed.
pub(super) fn of_wipe(result: Option<&str>) -> Outcome<'_> {
    match of_test(result) {
        Outcome::Other(text) if BROKEN_OFF.contains(&folded(text).as_str()) => Outcome::Failed,
        outcome => outcome,
    }
}

/// `not_tested` and `Not-Tested` are the word `not tested`.
fn folded(text: &str) -> String {
    let text = text.trim();
    let mut folded = String::with_capacity(text.len());
    folded.extend(text.chars().map(|character| match character {
        '_' | '-' => ' ',
        character => character.to_ascii_lowercase(),
    }));
    folded
}

/// Returns a text of no list as it is printed: unchanged, unless another program could take it for a pass. Then it stands
/// behind [`UNKNOWN`], in parentheses (`UNKNOWN (Pass - HPA not removed)`).
pub(super) fn unknown_word(text: &str) -> Cow<'_, str> {
    let line = one_line(text);
    if is_pass_word(&line) {
        return UNKNOWN.into();
    }
    let first = line.split([',', ';']).next().unwrap_or_default();
    if begins_like_pass(&line) || is_pass_word(first) { format!("{UNKNOWN} ({line})").into() } else { line }
}

fn is_pass_word(text: &str) -> bool {
    PASSED.contains(&folded(text).as_str())
}

/// Whether a text begins with `PASS`, as a word or within one, for a reader that skips what it cannot see or what stands
/// around a word: blanks, quotes, brackets, other punctuation, and characters without a shape of their own.
pub(super) fn begins_like_pass(text: &str) -> bool {
    let letters = text.trim_start_matches(|character: char| !character.is_alphanumeric()).chars().map(in_ascii);
    let letters = letters.filter(|character| character.is_alphanumeric() || *character == ' ');
    letters.take(PASS.len()).map(|character| character.to_ascii_uppercase()).eq(PASS.chars())
}

/// The ASCII character that a full-width one stands for; columns with one byte per character keep that one of the two.
fn in_ascii(character: char) -> char {
    const FULL_WIDTH_OFFSET: u32 = 0xFEE0;
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - FULL_WIDTH_OFFSET).unwrap_or(character),
        other => other,
    }
}

/// Whether one of the words of a text is one for a pass.
pub(super) fn says_pass(text: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric()).any(is_pass_word)
}

/// Whether the value of a comment line is one that this module writes: nothing, a result word, or a result word with
/// the details of a wipe behind it. A person's text is none, even where it begins with such a word.
#[must_use]
pub fn is_result_value(value: &str) -> bool {
    let value = value.trim();
    value.is_empty()
        || [PASS, FAIL, NOT_VERIFIED, UNKNOWN]
            .iter()
            .any(|word| value.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(", ")))
}

/// Whether a result word of ours stands anywhere in a value, as a word: a template may put it behind other text.
#[must_use]
pub fn has_result_word(value: &str) -> bool {
    let is_word = |before: &str, after: &str| {
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    };
    [PASS, FAIL, NOT_VERIFIED, UNKNOWN]
        .iter()
        .any(|word| value.match_indices(word).any(|(at, _)| is_word(&value[..at], &value[at + word.len()..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_are_known_in_any_case() {
        for word in ["PASS", "passed", "Ok", "success", " Successful "] {
            assert_eq!(of_test(Some(word)), Outcome::Passed, "{word}");
        }
        for word in ["FAIL", "Failed", "failure", "ERROR"] {
            assert_eq!(of_test(Some(word)), Outcome::Failed, "{word}");
        }
        for word in ["not tested", "NOT_PERFORMED", "Skipped", "N/A", "not-available"] {
            assert_eq!(of_test(Some(word)), Outcome::NotRun, "{word}");
        }
        for blank in [None, Some(""), Some(" "), Some("\u{0}")] {
            assert_eq!(of_test(blank), Outcome::Blank, "{blank:?}");
        }
        assert_eq!(of_wipe(Some("Aborted")), Outcome::Failed);
        assert_eq!(of_test(Some("Aborted")), Outcome::Other("Aborted"));
    }

    #[test]
    fn never_prints_an_unknown_word_like_a_pass() {
        for (text, printed) in [
            ("Completed", "Completed"),
            ("Bypassed", "Bypassed"),
            ("2 of 3 passed", "2 of 3 passed"),
            ("PASS\u{fffe}", "UNKNOWN"),
            ("\u{1}Passed", "UNKNOWN"),
            ("Passed with warnings", "UNKNOWN (Passed with warnings)"),
            ("PASS?", "UNKNOWN (PASS?)"),
            ("pass?", "UNKNOWN (pass?)"),
            ("PASS FAILED", "UNKNOWN (PASS FAILED)"),
            ("PASS (2 bad sectors)", "UNKNOWN (PASS (2 bad sectors))"),
            ("Pass - HPA not removed", "UNKNOWN (Pass - HPA not removed)"),
            ("PASS, 3 bad sectors", "UNKNOWN (PASS, 3 bad sectors)"),
            ("OK; 3 bad sectors", "UNKNOWN (OK; 3 bad sectors)"),
            ("\"PASS\"", "UNKNOWN (\"PASS\")"),
            ("'pass", "UNKNOWN ('pass)"),
            ("[PASS]", "UNKNOWN ([PASS])"),
            ("\u{feff}PASS", "UNKNOWN (\u{feff}PASS)"),
            ("\u{200b}PASS\u{200b}", "UNKNOWN (\u{200b}PASS\u{200b})"),
            ("P\u{200d}ASS", "UNKNOWN (P\u{200d}ASS)"),
            ("P.A.S.S.", "UNKNOWN (P.A.S.S.)"),
            ("\u{ff30}\u{ff21}\u{ff33}\u{ff33}", "UNKNOWN (\u{ff30}\u{ff21}\u{ff33}\u{ff33})"),
            ("PASSIVE", "UNKNOWN (PASSIVE)"),
        ] {
            assert!(matches!(of_wipe(Some(text)), Outcome::Other(_)), "{text}");
            assert_eq!(unknown_word(text), printed);
            assert!(!begins_like_pass(printed), "{printed}");
        }
    }

    #[test]
    fn a_result_word_is_found_wherever_a_template_puts_it() {
        for value in ["PASS", "result FAIL", "NIST Clear, NOT VERIFIED", "(PASS)"] {
            assert!(has_result_word(value), "{value}");
        }
        for value in ["", "PASSED", "BYPASS valve", "pass", "by Jo"] {
            assert!(!has_result_word(value), "{value}");
        }
    }

    #[test]
    fn our_own_values_are_told_from_a_persons() {
        for ours in
            ["", " ", "PASS", "FAIL", "NOT VERIFIED", "UNKNOWN, Secure Erase", "PASS, NIST SP 800-88 Clear, 2026-01-02"]
        {
            assert!(is_result_value(ours), "{ours}");
        }
        for theirs in
            ["PASS (replaced)", "2x8 by Jo", "MISSING", "pass", "PASSED", "PASS,", "FAIL - cracked", "FAILED, x"]
        {
            assert!(!is_result_value(theirs), "{theirs}");
        }
    }
}
