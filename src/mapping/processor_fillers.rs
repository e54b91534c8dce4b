//! Texts of firmware that name no processor.

use super::placeholder::is_placeholder;

/// Words that name no processor: makers and their CPUID signatures, architectures, words for any processor and for its
/// place, and what firmware says where there is none. Sorted.
const NO_NAMES: &[&str] = &[
    "32-bit",
    "64-bit",
    "aarch64",
    "absent",
    "amd",
    "amd64",
    "apple",
    "arm",
    "arm64",
    "armv7",
    "armv7l",
    "armv8",
    "armv8l",
    "armv9",
    "authenticamd",
    "available",
    "bad",
    "bga",
    "bit",
    "centaurhauls",
    "central",
    "corporation",
    "cpu",
    "cyrixinstead",
    "damaged",
    "defective",
    "detected",
    "disabled",
    "em64t",
    "empty",
    "eng",
    "engineering",
    "error",
    "fail",
    "failed",
    "failure",
    "family",
    "found",
    "genuineintel",
    "genuinetmx86",
    "hygongenuine",
    "i386",
    "i486",
    "i586",
    "i686",
    "ia32",
    "ia64",
    "installed",
    "intel",
    "intel64",
    "is",
    "kvmkvmkvm",
    "level",
    "lga",
    "mips",
    "mips64",
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
    "of",
    "other",
    "package",
    "pga",
    "populated",
    "ppc64",
    "ppc64le",
    "present",
    "proc",
    "processor",
    "recognized",
    "removed",
    "reserved",
    "rev",
    "revision",
    "riscv64",
    "s390x",
    "sample",
    "samplenology",
    "shanghai",
    "slot",
    "socket",
    "specified",
    "stepping",
    "supported",
    "tcgtcgtcg",
    "technology",
    "transmetacpu",
    "type",
    "unavailable",
    "undefined",
    "uninstalled",
    "unpopulated",
    "unspecified",
    "unsupported",
    "vacant",
    "version",
    "via",
    "vmwarevmware",
    "x64",
    "x86",
    "x86-64",
];

/// Words that a denial stands before: `Not Installed`, `No CPU detected`. Sorted.
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
    if words.iter().any(|word| is_emulated_board(word)) {
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
    let has_place = words.iter().any(|word| PLACES.contains(&word.as_str()));
    let names_nothing = |word: &String| is_no_name(word) || is_socket(word) || (has_place && is_place(word));
    letters >= 3 && !words.iter().all(names_nothing) && !is_placeholder(&text)
}

/// Whether the words deny what they are about: `not` or `no` somewhere before such a word.
pub(super) fn is_denied(words: &[String]) -> bool {
    let denial = words.iter().position(|word| matches!(word.as_str(), "no" | "not" | "non"));
    denial.is_some_and(|at| words[at..].iter().any(|word| DENIED.binary_search(&word.as_str()).is_ok()))
}

/// Words behind which a number or a letter names a socket or a revision, not a processor: `Socket 1151`, `Intel64 Family 6
/// Model 142 Stepping 10`.
const PLACES: &[&str] = &["bga", "family", "lga", "model", "pga", "slot", "socket", "stepping"];

fn is_place(word: &str) -> bool {
    word.len() == 1 || word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name of a socket: `lga1151`, `fclga1200`, `am4`, `fm2+`, `strx4`.
fn is_socket(word: &str) -> bool {
    const GRIDS: &[&str] = &["lga", "fclga", "bga", "fcbga", "pga", "rpga", "fcpga", "upga", "mpga"];
    const SERIES: &[&str] = &["am", "fm", "fp", "fs", "ft", "fl", "sp", "tr", "str", "strx", "swrx"];
    let letters = word.trim_end_matches(|character: char| !character.is_ascii_alphabetic());
    let number = &word[letters.len()..];
    let is_grid = |word: &str| GRIDS.iter().any(|grid| word.strip_prefix(grid).is_some_and(is_pin_count));
    is_grid(word) || (SERIES.contains(&letters) && (1..=2).contains(&number.len()))
}

/// `1151` or `988b`.
fn is_pin_count(text: &str) -> bool {
    let digits = text.trim_end_matches(|character: char| character.is_ascii_lowercase());
    (3..=4).contains(&digits.len())
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A machine type of an emulator: `pc-q35-6.2`, `pc-i440fx-2.8`, `virt-7.0`.
fn is_emulated_board(word: &str) -> bool {
    let mut parts = word.split('-');
    let (kind, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_version = |text: &str| text.starts_with(|first: char| first.is_ascii_digit()) && text.contains('.');
    [kind, rest].iter().any(|part| matches!(*part, "q35" | "i440fx"))
        || (matches!(kind, "pc" | "virt" | "pseries") && is_version(rest))
}

/// A word of the list, also with the number of a socket behind it (`CPU1`), or such a number alone.
fn is_no_name(word: &str) -> bool {
    let unnumbered = word.trim_end_matches(|character: char| character.is_ascii_digit());
    let is_whole = NO_NAMES.binary_search(&word).is_ok();
    is_whole
        || word.len() - unnumbered.len() <= 2 && (unnumbered.is_empty() || NO_NAMES.binary_search(&unnumbered).is_ok())
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
    fn distinguishes_fillers_from_names() {
        let names = |text: &str| names_a_processor(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        for filler in [
            "Not Installed",
            "Xeon not installed",
            "Socket 1",
            "No CPU0 detected",
            "Unknown",
            "not_installed",
            "NotInstalled",
            "GenuineIntel",
            "AuthenticAMD",
            "CentaurHauls",
            "aarch64",
            "x86_64",
            "ARMv8 rev 4",
            "LGA1151",
            "SOCKET LGA1151",
            "LGA 1151",
            "Socket AM4",
            "FM2+",
            "Socket 478",
            "Socket F",
            "rPGA988B",
            "Type of CPU",
            "failed",
            "Vacant",
            "pc-q35-6.2",
            "pc-i440fx-2.8",
            "virt-7.0",
            "Intel64 6 Model 142\u{2026}",
            "Intel64 6 Model 142 Stepping 10, GenuineIntel",
            "AMD64 23 Model 113 Stepping 0, AuthenticAMD",
        ] {
            assert!(!names(filler), "{filler}");
        }
        for name in [
            "Intel Core i5 7300U",
            "VIA Nano U3500",
            "Intel Xeon E5-2620 v2",
            "AMD Sempron 2650",
            "Apple M1",
            "AMD FX-8350",
            "Intel N100",
            "AMD Athlon 64 X2",
            "Intel Core Solo U1300",
            "AMD Athlon Model 4",
            "Microsoft SQ1",
            "AMD A10-8700P",
        ] {
            assert!(names(name), "{name}");
        }
    }
}
