//! What firmware says where it names no processor.

use super::placeholder::is_placeholder;

/// Words that name no processor: makers, words for any processor and for its place, and what firmware says where there
/// is none. Sorted.
const NO_NAMES: &[&str] = &[
    "absent",
    "amd",
    "apple",
    "arm",
    "available",
    "bad",
    "central",
    "corporation",
    "cpu",
    "detected",
    "disabled",
    "empty",
    "eng",
    "engineering",
    "error",
    "found",
    "installed",
    "intel",
    "is",
    "missing",
    "model",
    "new",
    "no",
    "none",
    "not",
    "notinstalled",
    "notpopulated",
    "notpresent",
    "null",
    "other",
    "populated",
    "present",
    "proc",
    "processor",
    "recognized",
    "removed",
    "reserved",
    "sample",
    "samplenology",
    "slot",
    "socket",
    "specified",
    "supported",
    "technology",
    "type",
    "unavailable",
    "undefined",
    "uninstalled",
    "unpopulated",
    "unspecified",
    "unsupported",
    "version",
    "via",
];

/// What a denial denies: `Not Installed`, `No CPU detected`. Sorted.
const DENIED: &[&str] =
    &["applicable", "available", "detected", "found", "installed", "populated", "present", "recognized", "specified"];

/// Whether words are left that name more than the maker, and none of them says that there is no processor.
pub(super) fn names_a_processor(words: &[String]) -> bool {
    let parts = words.iter().flat_map(|word| word.split('_'));
    let words: Vec<String> = parts.map(bare).filter(|word| !word.is_empty()).collect();
    // `AMD Eng Sample: 100-000000163-37_52/34_N`.
    if words.windows(2).any(|pair| matches!(pair[0].as_str(), "eng" | "engineering") && pair[1] == "sample") {
        return false;
    }
    // An engineering sample: `Genuine Intel(R) CPU 0000`.
    if words.last().is_none_or(|last| last.bytes().all(|byte| byte == b'0'))
        || words.iter().any(|word| word == "unknown")
        || is_denied(&words)
    {
        return false;
    }
    let text = words.join(" ");
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    letters >= 3 && !words.iter().all(|word| is_no_name(word)) && !is_placeholder(&text)
}

/// Whether the words deny what they are about: `not` or `no` somewhere before such a word.
fn is_denied(words: &[String]) -> bool {
    let denial = words.iter().position(|word| matches!(word.as_str(), "no" | "not" | "non"));
    denial.is_some_and(|at| words[at..].iter().any(|word| DENIED.binary_search(&word.as_str()).is_ok()))
}

/// A word of the list, also with the number of a socket behind it (`CPU1`), or such a number alone.
fn is_no_name(word: &str) -> bool {
    let unnumbered = word.trim_end_matches(|character: char| character.is_ascii_digit());
    word.len() - unnumbered.len() <= 2 && (unnumbered.is_empty() || NO_NAMES.binary_search(&unnumbered).is_ok())
}

/// Lower case, without signs around it: `version` of `Version.....`, `0000` of `0000%`.
fn bare(word: &str) -> String {
    word.trim_matches(|character: char| !character.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_the_words_that_name_no_processor() {
        assert!(NO_NAMES.is_sorted() && DENIED.is_sorted());
    }

    #[test]
    fn tells_fillers_from_names() {
        let names = |text: &str| names_a_processor(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        for filler in [
            "Not Installed",
            "Xeon not installed",
            "Socket 1",
            "No CPU0 detected",
            "Unknown",
            "not_installed",
            "NotInstalled",
        ] {
            assert!(!names(filler), "{filler}");
        }
        for name in ["Intel Core i5 7300U", "VIA Nano U3500", "Intel Xeon E5-2620 v2", "AMD Sempron 2650", "Apple M1"] {
            assert!(names(name), "{name}");
        }
    }
}
