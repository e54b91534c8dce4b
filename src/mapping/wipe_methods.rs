//! The published methods of wiping that end with a verification, or are not complete without one.
//!
//! Data, one row per publication. A method is found by words of its name, without regard to case, punctuation, accents,
//! the width of letters and revision: `DoD 5220.22-M (ECE)`, `dod522022m` and `US DoD 5220.22-M E` are one. Where sources
//! differ on a method, its row demands verification. A name that matches no row (zeros, random bytes, Gutmann, Schneier,
//! and whatever is not known) demands none, unless it says so itself.

use super::letters;

/// A published method of wiping that demands verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WipeMethod {
    /// Names of it, in lower case, a blank between words. One of them is enough. A name behind `=` is a word of its own,
    /// and parts of a name that are joined by `&` may stand anywhere.
    pub names: &'static [&'static str],
    /// The publication and its section.
    pub source: &'static str,
}

const fn demands(names: &'static [&'static str], source: &'static str) -> WipeMethod {
    WipeMethod { names, source }
}

/// The table.
pub(super) const WIPE_METHODS: &[WipeMethod] = &[
    demands(
        &["nist", "800 88", "institute of standards"],
        "NIST SP 800-88 Rev. 1 (2014) section 4.7, verify methods; kept by Rev. 2 (2025)",
    ),
    demands(
        &["ieee", "2883", "electronics engineers"],
        "IEEE 2883-2022: verification belongs to clear, purge and destruct",
    ),
    demands(&["27040"], "ISO/IEC 27040:2015 annex A and 2024: as NIST SP 800-88 and IEEE 2883, verification included"),
    demands(
        &[
            "dod",
            "5220 22",
            "5200 28",
            "nispom",
            "nispomsup",
            "of defense",
            "defense dep",
            "defense department",
            "industrial security",
            "la defense",
            "de defensa",
            "da defesa",
            "della difesa",
            "verteidigungs",
            "обороны",
        ],
        "DoD 5220.22-M (1995) section 8-306, matrix item d, and supplement 1 chapter 8: three overwrites, then verify",
    ),
    demands(
        &["rcmp", "tssit", "ops ii", "ops 2", "royal canadian", "mounted police", "gendarmerie royale"],
        "RCMP TSSIT, appendix OPS-II: media sanitation; G2-003: seven overwrites, then verify",
    ),
    demands(
        &["navso", "navos", "5239", "5329 26", "opnav", "us navy", "navy", "naval"],
        "NAVSO P-5239-26 (1993), disk media, MFM and RLL: step d verifies; OPNAVINST 5239.1A: likewise",
    ),
    demands(
        &["380 19", "us army", "army"],
        "US Army AR 380-19 (1998) appendix F: sources differ on the verification after three overwrites",
    ),
    demands(
        &["afssi", "ssi 5020", "af 5020", "usaf", "air force", "airforce"],
        "US Air Force AFSSI 5020 (1996), replaced by AFSSI 8580 (2008): overwrites, then verify",
    ),
    demands(&["tg 025", "ncsc", "national computer security"], "NCSC-TG-025 (1991): three overwrites, each verified"),
    demands(
        &["nsa", "css 9 12", "national security agency"],
        "NSA Manual 130-1 and 130-2: overwrites, then verify; NSA/CSS Policy Manual 9-12: verified sanitization",
    ),
    demands(
        &[
            "nap 14",
            "nnsa",
            "205 1",
            "=doe",
            "usdoe",
            "of energy",
            "energy dep",
            "energy department",
            "nuclear security",
        ],
        "NNSA NAP-14.1-C chapter XVI-8 and DOE M 205.1-2: three overwrites, then verify",
    ),
    demands(
        &["hmg", "hmgis 5", "is 5", "infosec", "cesg", "=cpa", "product assurance", "majesty", "of defence"],
        "HMG Infosec Standard 5, baseline and enhanced, and CESG CPA: overwrites, then verify",
    ),
    demands(
        &["csec", "itsg", "itsp 40 006", "communications security establishment"],
        "CSEC ITSG-06 (2006) and ITSP.40.006: three overwrites, the last is verified",
    ),
    demands(
        &["gost", "50739", "gostech", "гост", "гостехкомисс"],
        "GOST R 50739-95: sources differ on the verification after two overwrites",
    ),
    demands(
        &["bsi", "vsitr", "vs itr", "03423", "bundesamt", "verschlusssachen", "office for information security"],
        "BSI VSITR, BSI-2011-VS, BSI-GS and BSI-GSE, TL-03423: the last overwrite is verified",
    ),
    demands(
        &["=ism", "acsi 33", "asd ism", "dsd ism", "australia", "australian", "information security manual"],
        "Australian ISM (earlier ACSI 33): one overwrite, then verify",
    ),
    demands(&["nzsit", "nzism", "new zealand"], "NZSIT 402 and NZISM: overwrite, then verify"),
    demands(&["adisa"], "ADISA Product Assurance and Standard 8.0: every sanitization is verified"),
    demands(&["irig", "irec", "irex", "range commanders"], "IRIG 106 chapter 10, section 10.8: erase and read back"),
    demands(&["blancco&ssd"], "Blancco SSD Erasure: several steps, then full verification"),
];

/// Beginnings of words by which a name says itself that the result is read back, in the languages of those who name
/// methods; folded like the names of methods.
const SAYS_VERIFICATION: &[&str] = &[
    "verif",
    "weryf",
    "pruf",
    "pruef",
    "readback",
    "validat",
    "validier",
    "comprob",
    "controle",
    "controll",
    "kontroll",
    "kontrol",
    "overen",
    "sprawdz",
    "tarkist",
    "dogrula",
    "провер",
    "перевір",
    "верифик",
    "веріфік",
    "верифік",
    "検証",
    "ベリファイ",
    "验证",
    "驗證",
    "校验",
    "校驗",
    "검증",
    "確認",
];

/// Returns the source that calls a method incomplete without a verification; `None` where there is none. A method
/// without a name may be any, so it counts as one of those.
pub(super) fn demanding_source(method: &str) -> Option<&'static str> {
    let name = Words::parse(method);
    if name.letters.is_empty() {
        return Some("a wipe without a method may be any");
    }
    let row = WIPE_METHODS.iter().find(|row| row.names.iter().any(|words| name.has_all(words)));
    let says_so = || SAYS_VERIFICATION.iter().any(|word| name.letters.contains(word));
    row.map(|row| row.source).or_else(|| says_so().then_some("the method's name says so"))
}

/// A name in the form in which names are compared: its letters and digits, folded, and where its words begin and end. A
/// word also ends between a letter and a digit (`AR380-19`, `800-88r2`).
struct Words {
    letters: String,
    /// Offsets in `letters`, ascending.
    bounds: Vec<usize>,
}

impl Words {
    fn parse(text: &str) -> Self {
        let (mut letters, mut bounds) = (String::with_capacity(text.len()), vec![0]);
        let mut before = ' ';
        for character in letters::folded(text).chars() {
            let is_bound = !before.is_alphanumeric() || before.is_numeric() != character.is_numeric();
            if character.is_alphanumeric() {
                if is_bound {
                    bounds.push(letters.len());
                }
                letters.push(character);
            } else {
                bounds.push(letters.len());
            }
            before = character;
        }
        bounds.push(letters.len());
        Self { letters, bounds }
    }

    /// Whether each part of one of the table's names stands in this one.
    fn has_all(&self, name: &str) -> bool {
        name.split('&').all(|words| self.has(words))
    }

    /// Whether these words stand in the name, run together or not. One word of letters may also be the beginning or the
    /// end of a longer one (`dodshort`, `usdod`); with digits or several words, both ends must be those of words.
    fn has(&self, words: &str) -> bool {
        let is_stem = words.chars().all(char::is_alphabetic);
        let wanted: String = words.trim_start_matches('=').split(' ').collect();
        self.letters.match_indices(&wanted).any(|(at, _)| {
            let ends = [at, at + wanted.len()].map(|end| self.bounds.contains(&end));
            if is_stem { ends[0] || ends[1] } else { ends[0] && ends[1] }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn demands_verification(method: &str) -> bool {
        demanding_source(method).is_some()
    }

    const SPELLINGS: &[&str] = &[
        "DoD 5220.22-M (ECE)",
        "dod5220.22m",
        "US DoD 5220.22-M E",
        "DoD 5220.22-M(8-306./E, C and E)",
        "dod522022m",
        "dodshort",
        "5220.22",
        "NIST 800-88 Rev. 1 Clear",
        "NIST SP800-88r2 Purge",
        "SP 800 88 Purge",
        "nistclear",
        "RCMP TSSIT OPS-II",
        "OPS2",
        "Canadian OPS-II",
        "NAVSO P-5239-26 MFM",
        "NAVSO P5239/26 (RLL)",
        "U.S. Navy NAVSO P-5329-26",
        "AR 380-19",
        "AR380-19",
        "US Army",
        "AFSSI 5020",
        "AFSSI-5020",
        "USAF 5020",
        "Air Force System Security Instruction 5020",
        "NCSC-TG-025",
        "HMG IS5 Baseline",
        "HMGIS5 enhanced",
        "HMG Infosec Standard 5, Higher",
        "CSEC ITSG-06",
        "GOST R 50739-95",
        "gost_p50739-95",
        "VSITR",
        "BSI-2011-VS",
        "BSI GSI",
        "BSI-GS/E",
        "NSA 130-1",
        "NSA/CSS 9-12",
        "IREX 106",
        "IEEE 2883-2022 Purge",
        "ADISA",
        "ISM 6.2.92",
        "NZSIT 402",
        "NAP-14.1-C",
        "ISO/IEC 27040",
        "Zero fill and verify",
        "Overwrite + Verification",
        "Department of Defense 3 pass",
        "US Dept. of Defense short",
        "U.S. Defense Department",
        "D\u{e9}partement de la D\u{e9}fense",
        "Royal Canadian Mounted Police",
        "Australian Government ISM",
        "ISM-0354",
        "CPA Higher",
        "OPNAV 5239",
        "DOE 205.1-2",
        "US Department of Energy",
        "Blancco Erasure - SSD",
        "Blancco SSD Erasure",
        "\u{ff2e}\u{ff29}\u{ff33}\u{ff34} \u{ff18}\u{ff10}\u{ff10}-\u{ff18}\u{ff18}",
        "Z\u{e9}ros avec v\u{e9}rification",
        "Z\u{e9}ros avec ve\u{301}rification",
        "Nullen mit \u{dc}berpr\u{fc}fung",
        "Nullen mit Ueberpruefung",
        "Zero fill + read-back",
        "Нули с проверкой",
        "Zerowanie z weryfikacj\u{105}",
        "ゼロ消去（検証あり）",
    ];

    #[test]
    fn finds_published_methods_in_any_spelling() {
        for method in SPELLINGS {
            for spelling in [(*method).to_owned(), method.to_uppercase(), method.to_lowercase()] {
                assert!(demands_verification(&spelling), "{spelling}");
            }
        }
        for nameless in ["", " ", "--", "\u{200b}"] {
            assert!(demands_verification(nameless), "{nameless:?}");
        }
    }

    #[test]
    fn demands_nothing_of_overwrites_and_unknown_methods() {
        for method in [
            "Gutmann",
            "Peter Gutmann 35 passes",
            "Bruce Schneier's Algorithm",
            "Pfitzner 33",
            "One pass of zeros",
            "Random",
            "PRNG stream",
            "ATA Secure Erase",
            "NVMe Format",
            "This 5 pass wipe",
            "Overwrite 5020 MB",
            "WipeTool v9.12",
            "Clear",
            "Mechanism 3",
            "Prism",
            "Does it all",
            "SSD Secure Erase",
            "Proof 1",
        ] {
            assert!(!demands_verification(method), "{method}");
        }
    }

    #[test]
    fn names_each_row_in_words_that_can_be_found() {
        for row in WIPE_METHODS {
            assert!(!row.source.is_empty() && !row.names.is_empty(), "{row:?}");
            for name in row.names {
                assert!(Words::parse(name).has_all(name) && demands_verification(name), "{name}");
            }
        }
    }

    /// The names of the list before the table, in the letters and digits of a method.
    const EARLIER_NAMES: &[&str] =
        &["nist", "80088", "ieee", "2883", "dod", "hmg", "is5", "infosec", "bsi", "vsitr", "verif"];

    proptest! {
        #[test]
        fn finds_a_name_with_any_text_around_it(
            row in 0..WIPE_METHODS.len(),
            before in "([a-zA-Z ]{0,8} )?",
            after in "( \\PC{0,12})?",
            between in "[ ._/-]?",
        ) {
            let row = WIPE_METHODS[row];
            for name in row.names {
                let method = [&before, name.replace(' ', &between).as_str(), &after].concat();
                prop_assert!(demands_verification(&method), "{}", method);
            }
        }

        #[test]
        fn demands_no_less_than_the_earlier_names(name in 0..EARLIER_NAMES.len(), revision in "( ?[rv][0-9])?") {
            prop_assert!(demands_verification(&[EARLIER_NAMES[name], revision.as_str()].concat()));
        }
    }
}
