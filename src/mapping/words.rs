//! The meaning of the result words of tests and wipes, and the few words that are printed for them.
//!
//! The lists are short on purpose: a word that is not in them is printed unchanged, and never becomes `PASS` nor begins
//! with it. Other programs read these lines.

use std::borrow::Cow;

use super::clean::{one_line, words};
use super::look_alikes;
use crate::escape::is_invisible;

pub(super) const PASS: &str = "PASS";
pub(super) const FAIL: &str = "FAIL";
/// A wipe that ended well by a method that demands verification, and was not verified.
pub(super) const NOT_VERIFIED: &str = "NOT VERIFIED";
/// A wipe that ended without saying how, or a result that is no known word and could be taken for a pass.
pub(super) const UNKNOWN: &str = "UNKNOWN";
/// The result words of ours.
const RESULTS: [&str; 4] = [PASS, FAIL, NOT_VERIFIED, UNKNOWN];

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
/// Words of wipes that have not ended yet; a percentage behind them does not count.
const RUNNING: &[&str] = &[
    "active",
    "erasing",
    "in progress",
    "in queue",
    "not started",
    "ongoing",
    "pending",
    "processing",
    "queued",
    "running",
    "scheduled",
    "started",
    "starting",
    "verifying",
    "waiting",
    "wiping",
];

/// The meaning of a result text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome<'a> {
    /// The text is blank.
    Blank,
    /// The test or wipe was not run.
    NotRun,
    /// The test or wipe ended well.
    Passed,
    /// The test or wipe ended badly.
    Failed,
    /// A text that is in no list.
    Other(&'a str),
}

/// Returns the outcome of a diagnostics test.
pub(super) fn parse_test(result: Option<&str>) -> Outcome<'_> {
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

/// Returns the outcome of a wipe: as that of a test, and one that was broken off has failed.
pub(super) fn parse_wipe(result: Option<&str>) -> Outcome<'_> {
    match parse_test(result) {
        Outcome::Other(text) if BROKEN_OFF.contains(&folded(text).as_str()) => Outcome::Failed,
        outcome @ (Outcome::Blank | Outcome::NotRun | Outcome::Passed | Outcome::Failed | Outcome::Other(_)) => outcome,
    }
}

/// Whether the result of a wipe says no more than that it has not ended: it is blank, or a word for that, or only how
/// far it has come.
pub(super) fn is_running(result: Option<&str>) -> bool {
    let text = folded(result.unwrap_or_default());
    let is_behind = |character: char| matches!(character, '.' | '%' | ' ' | '\u{2026}') || character.is_ascii_digit();
    let word = text.trim_end_matches(is_behind);
    word.is_empty() && (text.is_empty() || text.ends_with('%')) || RUNNING.contains(&word)
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

/// Returns a text of no list in its printed form: unchanged, unless a person or another program could take it for a
/// pass. Then it stands behind [`UNKNOWN`], in parentheses (`UNKNOWN (Pass - HPA not removed)`), with the numbers of
/// those characters that only look like letters, or like nothing (`UNKNOWN (\u{3a1}ASS)`).
pub(super) fn unknown_word(text: &str) -> Cow<'_, str> {
    let line = one_line(text);
    if is_pass_word(&line) {
        return UNKNOWN.into();
    }
    let is_disguised = || line.chars().any(is_invisible);
    if is_disguised() || looks_like_pass(&line) {
        format!("{UNKNOWN} ({})", look_alikes::escaped(&line)).into()
    } else {
        line
    }
}

fn is_pass_word(text: &str) -> bool {
    PASSED.contains(&folded(text).as_str())
}

/// Whether a text begins with a word for a pass, for a reader that skips what it cannot see or what stands around a
/// word (blanks, quotes, brackets, other punctuation), and that takes letters for those which they look like. Of `PASS`
/// and `SUCCESS` the beginning of a word is enough, and so is most of it where signs stand for the other letters: no
/// list of characters that look like a letter is complete.
pub(super) fn looks_like_pass(text: &str) -> bool {
    let whole: String = look_alikes::seen(text).take(MAX_SEEN).collect();
    let seen = whole.trim_start_matches(['.', ' ']);
    let is_whole = |rest: &str| !rest.starts_with(|character: char| !matches!(character, '.' | ' '));
    let letters = seen.replace('.', "");
    [PASS, "SUCCESS"].iter().any(|word| [&whole, seen, &letters].iter().any(|text| begins_like(text, word)))
        || [seen, &letters].iter().any(|text| text.strip_prefix("OK").is_some_and(is_whole))
}

/// Whether a text, as [`look_alikes::seen`] has it, begins with most letters of a word, and has signs in the places of
/// the others.
fn begins_like(seen: &str, word: &str) -> bool {
    let is_sign = |character| matches!(character, '.' | char::REPLACEMENT_CHARACTER);
    let mut pairs = seen.chars().zip(word.chars());
    let agreeing = pairs.clone().filter(|(one, other)| one == other).count();
    let is_long_enough = pairs.clone().count() == word.len();
    is_long_enough && 2 * agreeing > word.len() && pairs.all(|(one, other)| one == other || is_sign(one))
}

/// The number of characters that decide whether a text begins like a pass; with more punctuation between its letters it
/// does not.
const MAX_SEEN: usize = 64;

/// Whether one of the words of a text is one for a pass.
pub(super) fn says_pass(text: &str) -> bool {
    words(text).any(is_pass_word)
}

/// Whether the value of a comment line is one that this module writes: nothing, a result word, or a result word with
/// the details of a wipe behind it. A person's text is none, even where it begins with such a word.
#[must_use]
pub fn is_result_value(value: &str) -> bool {
    let value = value.trim();
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(", ");
    value.is_empty() || RESULTS.iter().any(|word| value.strip_prefix(word).is_some_and(is_end))
}

/// Whether a result word of ours stands anywhere in a value, as a word: a template may put it behind other text.
#[must_use]
pub fn has_result_word(value: &str) -> bool {
    let is_word = |before: &str, after: &str| {
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    };
    RESULTS.iter().any(|word| value.match_indices(word).any(|(at, _)| is_word(&value[..at], &value[at + word.len()..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_words_in_any_case() {
        for word in ["PASS", "passed", "Ok", "success", " Successful "] {
            assert_eq!(parse_test(Some(word)), Outcome::Passed, "{word}");
        }
        for word in ["FAIL", "Failed", "failure", "ERROR"] {
            assert_eq!(parse_test(Some(word)), Outcome::Failed, "{word}");
        }
        for word in ["not tested", "NOT_PERFORMED", "Skipped", "N/A", "not-available"] {
            assert_eq!(parse_test(Some(word)), Outcome::NotRun, "{word}");
        }
        for blank in [None, Some(""), Some(" "), Some("\u{0}")] {
            assert_eq!(parse_test(blank), Outcome::Blank, "{blank:?}");
        }
        assert_eq!(parse_wipe(Some("Aborted")), Outcome::Failed);
        assert_eq!(parse_test(Some("Aborted")), Outcome::Other("Aborted"));
    }

    #[test]
    fn prints_no_unknown_word_like_a_pass() {
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
            ("\u{feff}PASS", "UNKNOWN (\\u{feff}PASS)"),
            ("\u{200b}PASS\u{200b}", "UNKNOWN (\\u{200b}PASS\\u{200b})"),
            ("P\u{200d}ASS", "UNKNOWN (P\\u{200d}ASS)"),
            ("P.A.S.S.", "UNKNOWN (P.A.S.S.)"),
            ("\u{ff30}\u{ff21}\u{ff33}\u{ff33}", "UNKNOWN (\\u{ff30}\\u{ff21}\\u{ff33}\\u{ff33})"),
            ("\u{3a1}ASS", "UNKNOWN (\\u{3a1}ASS)"),
            ("PA\u{405}S", "UNKNOWN (PA\\u{405}S)"),
            ("P\u{430}ssed", "UNKNOWN (P\\u{430}ssed)"),
            ("PA\u{301}SS", "UNKNOWN (PA\u{301}SS)"),
            ("P\u{c1}SS", "UNKNOWN (P\u{c1}SS)"),
            ("\u{1d40f}\u{1d400}\u{1d412}\u{1d412}", "UNKNOWN (\\u{1d40f}\\u{1d400}\\u{1d412}\\u{1d412})"),
            ("\u{1d6b8}ASS", "UNKNOWN (\\u{1d6b8}ASS)"),
            ("\u{24c5}\u{24d0}\u{24e2}\u{24e2}", "UNKNOWN (\\u{24c5}\\u{24d0}\\u{24e2}\\u{24e2})"),
            ("\u{13e2}\u{13aa}\u{13da}\u{13da}", "UNKNOWN (\\u{13e2}\\u{13aa}\\u{13da}\\u{13da})"),
            ("\u{1d18}\u{1d00}\u{a731}\u{a731}", "UNKNOWN (\\u{1d18}\\u{1d00}\\u{a731}\\u{a731})"),
            ("PA55", "UNKNOWN (PA55)"),
            ("\u{41e}K", "UNKNOWN (\\u{41e}K)"),
            ("O\u{212a}", "UNKNOWN (O\\u{212a})"),
            ("ok!", "UNKNOWN (ok!)"),
            ("Success\u{ad}ful", "UNKNOWN (Success\\u{ad}ful)"),
            ("\u{202e}SSAP", "UNKNOWN (\\u{202e}SSAP)"),
            ("\u{200b}", "UNKNOWN (\\u{200b})"),
            ("OKAY", "OKAY"),
            ("2 Fans", "2 Fans"),
            ("\u{43e}\u{448}\u{438}\u{431}\u{43a}\u{430}", "\u{43e}\u{448}\u{438}\u{431}\u{43a}\u{430}"),
            ("\u{901a}\u{8fc7} PASS", "\u{901a}\u{8fc7} PASS"),
            ("PASSIVE", "UNKNOWN (PASSIVE)"),
        ] {
            assert!(matches!(parse_wipe(Some(text)), Outcome::Other(_)), "{text}");
            assert_eq!(unknown_word(text), printed);
            assert!(!looks_like_pass(printed), "{printed}");
        }
    }

    #[test]
    fn takes_signs_in_the_place_of_letters_for_a_pass() {
        for text in [
            "P4SS",
            "P^SS",
            "P\u{394}SS",
            "P\u{2227}SS",
            "\u{2117}ASS",
            "\u{5c38}ASS",
            "PA\u{df}S",
            "P\u{c6}SS",
            "P\u{23a}SS",
            "\u{1a4}ASS",
            "\u{2c63}ASS",
            "PA\u{23f}\u{23f}",
            "\u{146d}\u{15e9}\u{1515}\u{1515}",
            "\u{20b1}\u{20b3}\u{20b4}\u{20b4}",
            "\u{abb2}\u{ab7a}\u{abaa}\u{abaa}",
            "SU\u{2284}\u{2284}ESS",
        ] {
            let printed = unknown_word(text);
            assert!(printed.starts_with("UNKNOWN (") && !looks_like_pass(&printed), "{text}: {printed}");
        }
        for other in ["P", "P123", "4855 errors", "Partial", "Bass", "PAUSED", "\u{5408}\u{683c}", "-", "S.M.A.R.T."] {
            assert_eq!(unknown_word(other), other);
        }
    }

    #[test]
    fn takes_for_running_only_what_says_so() {
        for running in [None, Some(""), Some("Running"), Some("in_progress"), Some("Wiping 45 %..."), Some("7%")] {
            assert!(is_running(running), "{running:?}");
        }
        for other in ["PASS", "Timeout", "45", "running late", "\u{200b}", "r\u{fc}nning", "unable to run", "?"] {
            assert!(!is_running(Some(other)), "{other}");
        }
    }

    #[test]
    fn finds_a_result_word_wherever_a_template_puts_it() {
        for value in ["PASS", "result FAIL", "NIST Clear, NOT VERIFIED", "(PASS)"] {
            assert!(has_result_word(value), "{value}");
        }
        for value in ["", "PASSED", "BYPASS valve", "pass", "by Jo"] {
            assert!(!has_result_word(value), "{value}");
        }
    }

    #[test]
    fn distinguishes_our_values_from_a_persons() {
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
