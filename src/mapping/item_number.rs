//! The number of a master item: the model's name, made short enough for its column so that it still names one model.
//!
//! A number is shortened by rules that are applied one at a time, in one order, until it fits. Each takes whole words that
//! tell no two products apart, or writes the abbreviation that makers themselves use for a phrase. Whatever else a name
//! holds stays: families, sizes, generations, codes, and words such as `Go`, `Plus` or `Tablet`. A name that the rules
//! cannot make short enough has no number, for a shorter one could be that of another model.
//!
//! Two names get one number only if the rules lead both to one text; so no rule may take a word that makes a product.

/// Why a rule may be applied to a name.
#[derive(Debug, Clone, Copy)]
enum Condition {
    Always,
    /// The name holds a code that belongs to one model ([`is_model_code`]). Without one the word may be all that tells two
    /// products apart: `Surface Laptop Go 3` is not `Surface Go 3`.
    HasModelCode,
    /// The name begins with a family that has machines of one kind only.
    IsOfFamily(&'static [&'static str]),
}

/// A phrase and the words that replace it; empty if it is dropped.
struct Rule {
    phrase: &'static str,
    replacement: &'static str,
    condition: Condition,
}

/// What makers abbreviate themselves (`ENVY TS 15`, `ProOne 400 G4 20.0-in NT AiO`, `Inspiron 5406 2n1`).
const fn abbreviate(phrase: &'static str, abbreviation: &'static str) -> Rule {
    Rule { phrase, replacement: abbreviation, condition: Condition::Always }
}

/// A word that tells no two products apart.
const fn filler(phrase: &'static str) -> Rule {
    Rule { phrase, replacement: "", condition: Condition::Always }
}

/// The kind of a machine, which its chassis says, too.
const fn kind(phrase: &'static str) -> Rule {
    Rule { phrase, replacement: "", condition: Condition::HasModelCode }
}

/// A word that the other one beside it implies.
const fn implied(phrase: &'static str, replacement: &'static str) -> Rule {
    Rule { phrase, replacement, condition: Condition::Always }
}

/// In the order in which they are applied, first what loses least.
const RULES: &[Rule] = &[
    abbreviate("SMALL FORM FACTOR", "SFF"),
    abbreviate("ULTRA-SLIM DESKTOP", "USDT"),
    abbreviate("ULTRA SLIM DESKTOP", "USDT"),
    abbreviate("CONVERTIBLE MINITOWER", "CMT"),
    abbreviate("MICRO TOWER", "MT"),
    abbreviate("MICROTOWER", "MT"),
    abbreviate("MINI TOWER", "MT"),
    abbreviate("MINITOWER", "MT"),
    abbreviate("DESKTOP MINI PC", "DM"),
    abbreviate("DESKTOP MINI", "DM"),
    abbreviate("ALL-IN-ONE", "AIO"),
    abbreviate("EDUCATION EDITION", "EE"),
    abbreviate("NON-TOUCH", "NT"),
    abbreviate("TOUCH", "TS"),
    filler("-"),
    filler("NOTEBOOK PC"),
    kind("LAPTOP PC"),
    filler("PC"),
    filler("COMPUTER"),
    filler("SERIES"),
    filler("MODEL"),
    filler("MOBILE WORKSTATION"),
    // Software that is sold with a machine: the machine is the same.
    filler("WOLF PRO SECURITY EDITION"),
    kind("LAPTOP"),
    kind("NOTEBOOK"),
    kind("CONVERTIBLE"),
    kind("DESKTOP"),
    implied("AIO DESKTOP", "AIO"),
    implied("WORKSTATION DESKTOP", "WORKSTATION"),
    filler("INCH"),
    filler("EDITION"),
    filler("FOR"),
    filler("WITH"),
    implied("AMD RYZEN", "RYZEN"),
    implied("INTEL CORE", "CORE"),
    abbreviate("2-IN-1", "2N1"),
    kind("AIO"),
    Rule { phrase: "AIO", replacement: "", condition: Condition::IsOfFamily(&["ELITEONE", "PROONE"]) },
];

/// Stands where names were taken out of the middle of a list, and no model's name has it. It counts where numbers are
/// compared.
const GAP: char = '~';

/// The fewest characters of a code that belongs to one model (`16-A0XXX`), without its hyphens.
const MIN_CODE_LENGTH: usize = 7;

/// The fewest digits of such a code.
const MIN_CODE_DIGITS: usize = 3;

/// The fewest runs of digits or of letters in such a code: `7040SERIES` has two, `15-DR1XXX` has four.
const MIN_CODE_RUNS: usize = 3;

/// The most letters of a run in such a code; more are a word (`24-INCH`), unless they are the `X`s of a whole series.
const MAX_CODE_LETTERS: usize = 3;

/// The number for an upper-case name of one line, and what of the name it does not say; none if the name cannot be made
/// short enough without the risk that it names another model.
pub(super) fn shortened(name: &str, maker: &str, width: usize) -> Option<(String, Vec<String>)> {
    let mut number = Number { text: name.to_owned(), lost: Vec::new() };
    while number.text.chars().count() > width {
        if !number.shorten(maker) {
            return None;
        }
    }
    Some((number.text, number.lost))
}

struct Number {
    text: String,
    lost: Vec<String>,
}

impl Number {
    /// Applies the first rule that can be applied, once, and returns whether there was one. Depends on the text alone, so
    /// that a number is shortened further as its whole name would be.
    fn shorten(&mut self, maker: &str) -> bool {
        self.replace(&format!("BY {maker}"), "")
            || RULES.iter().any(|rule| self.meets(rule.condition) && self.replace(rule.phrase, rule.replacement))
            || self.shorten_list()
    }

    fn meets(&self, condition: Condition) -> bool {
        match condition {
            Condition::Always => true,
            Condition::HasModelCode => self.text.split(' ').any(is_model_code),
            Condition::IsOfFamily(families) => {
                self.text.split(' ').next().is_some_and(|first| families.contains(&first))
            }
        }
    }

    /// Replaces a phrase that stands as words of its own, or takes it out with the blank before it. The first word stays:
    /// people look for it.
    fn replace(&mut self, phrase: &str, replacement: &str) -> bool {
        let text = &self.text;
        let stands_alone = |at: usize| {
            let (before, behind) = (&text[..at], &text[at + phrase.len()..]);
            let begins = before.ends_with(' ') || (before.ends_with(" (") && !replacement.is_empty());
            begins && (behind.is_empty() || behind.starts_with([' ', ')']))
        };
        let Some(at) = text.match_indices(phrase).map(|(at, _)| at).find(|at| stands_alone(*at)) else { return false };
        let begin = if replacement.is_empty() { at - 1 } else { at };
        self.text.replace_range(begin..at + phrase.len(), replacement);
        if let Some(lost) = left_out(phrase, replacement) {
            self.lost.push(lost.to_owned());
        }
        true
    }

    /// Takes the last name out of the middle of a list (`300E4A/300E5A/300E7A/3430EA/3530EA`): that of a board which is
    /// sold by all of these names. Two lists with one beginning and one end share these names.
    fn shorten_list(&mut self) -> bool {
        let has_digits = |text: &str| text.split(['/', GAP]).all(|name| name.contains(|c: char| c.is_ascii_digit()));
        let parts = self.text.split_once(GAP).or_else(|| self.text.rsplit_once('/'));
        let Some((head, last)) = parts else { return false };
        let Some((front, name)) = head.rsplit_once('/').filter(|_| has_digits(&self.text)) else { return false };
        let lost_before = self.lost.pop_if(|lost| lost.starts_with('/'));
        self.lost.push(format!("/{}{}", name.trim(), lost_before.as_deref().unwrap_or("/")));
        self.text = format!("{}{GAP}{}", front.trim_end(), last.trim_start());
        true
    }
}

/// What a number does not say any more after a replacement; nothing if the replacement abbreviates the phrase.
fn left_out<'a>(phrase: &'a str, replacement: &str) -> Option<&'a str> {
    if replacement.is_empty() {
        return Some(phrase);
    }
    let (before, behind) = phrase.split_once(replacement)?;
    Some(if before.is_empty() { behind.trim_start() } else { before.trim_end() })
}

/// Whether a word is a code by which a maker calls one model or one narrow series: `15-DR1XXX`, `TG02-0XXX`, `UX8406MA`, or
/// HP's part number `P3K65EA`. Sizes, generations, chips and years are none.
fn is_model_code(word: &str) -> bool {
    let word = word.trim_matches(['(', ')', ',']);
    if !word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) {
        return false;
    }
    let length = word.bytes().filter(u8::is_ascii_alphanumeric).count();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_number = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let parts = || word.split('-').flat_map(|part| part.as_bytes().chunk_by(|a, b| is_number(*a) == is_number(*b)));
    let is_word =
        |part: &[u8]| part.len() > MAX_CODE_LETTERS && !is_number(part[0]) && part.iter().any(|byte| *byte != b'X');
    length >= MIN_CODE_LENGTH
        && digits >= MIN_CODE_DIGITS
        && digits < length
        && parts().count() >= MIN_CODE_RUNS
        && !parts().any(is_word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::clean::one_line;
    use super::super::{Aliases, LenovoModel, fixtures, fold_key, model_name};
    use super::*;

    fn number(name: &str) -> String {
        shortened(name, "HP", 30).map(|(number, _)| number).unwrap_or_default()
    }

    fn words(text: &str) -> impl Iterator<Item = &str> {
        text.split([' ', '/', '(', ')', ',', GAP]).filter(|word| !word.is_empty())
    }

    /// Whether every word of a number is a whole word of the name, in its order, or a maker's abbreviation of such words.
    fn is_made_of_words(number: &str, name: &str) -> bool {
        let mut left: Vec<&str> = words(name).collect();
        words(number).all(|word| {
            let phrases = RULES.iter().filter(|rule| rule.replacement == word).map(|rule| rule.phrase).chain([word]);
            let place = |phrase: &str| {
                let phrase: Vec<&str> = words(phrase).collect();
                left.windows(phrase.len()).position(|window| window == phrase).map(|at| at + phrase.len())
            };
            let Some(end) = phrases.filter_map(place).min() else { return false };
            left.drain(..end);
            true
        })
    }

    #[test]
    fn shortens_long_names_by_whole_words() {
        for (name, expected) in [
            ("OPTIPLEX 9010", "OPTIPLEX 9010"),
            ("ENVY X360 CONVERTIBLE 15-DR1XX", "ENVY X360 CONVERTIBLE 15-DR1XX"),
            ("ENVY X360 CONVERTIBLE 15-DR1XXX", "ENVY X360 15-DR1XXX"),
            ("ENVY X360 2-IN-1 LAPTOP 13-BF0XXX", "ENVY X360 2-IN-1 13-BF0XXX"),
            ("VICTUS BY HP GAMING LAPTOP 15-FA0XXX", "VICTUS GAMING LAPTOP 15-FA0XXX"),
            ("VICTUS BY HP 15L GAMING DESKTOP TG02-0XXX", "VICTUS 15L GAMING TG02-0XXX"),
            ("OMEN BY HP GAMING LAPTOP 16-WD0XXX", "OMEN GAMING LAPTOP 16-WD0XXX"),
            ("OMEN BY HP TRANSCEND GAMING LAPTOP 16-U0XXX", "OMEN TRANSCEND GAMING 16-U0XXX"),
            ("PAVILION GAMING LAPTOP 15-CX0XXX", "PAVILION GAMING 15-CX0XXX"),
            ("PAVILION GAMING DESKTOP 790-08XX", "PAVILION GAMING 790-08XX"),
            ("PAVILION ALL-IN-ONE DESKTOP 24-CA1XXX", "PAVILION AIO DESKTOP 24-CA1XXX"),
            ("PAVILION X360 CONVERTIBLE Z4Q89PA", "PAVILION X360 Z4Q89PA"),
            ("PRODESK 600 G6 SMALL FORM FACTOR", "PRODESK 600 G6 SFF"),
            ("OPTIPLEX SMALL FORM FACTOR PLUS 7010", "OPTIPLEX SFF PLUS 7010"),
            ("COMPAQ DC7800P CONVERTIBLE MINITOWER", "COMPAQ DC7800P CMT"),
            ("COMPAQ DC7900 ULTRA-SLIM DESKTOP", "COMPAQ DC7900 USDT"),
            ("PROONE 600 G2 21.5-IN NON-TOUCH AIO", "PROONE 600 G2 21.5-IN NT AIO"),
            ("ELITEDESK 800 35W G4 DESKTOP MINI PC", "ELITEDESK 800 35W G4 DM"),
            ("Z2 TOWER G9 WORKSTATION DESKTOP", "Z2 TOWER G9 WORKSTATION"),
            ("ELITEONE 840 23.8 INCH G9 ALL-IN-ONE DESKTOP", "ELITEONE 840 23.8 INCH G9 AIO"),
            ("ZBOOK FURY 17.3 INCH G8 MOBILE WORKSTATION", "ZBOOK FURY 17.3 INCH G8"),
            ("ELITEONE 800 G4 23.8-IN TOUCH AIO", "ELITEONE 800 G4 23.8-IN TS AIO"),
            ("ELITEONE 800 G4 23.8-IN TOUCH GPU AIO", "ELITEONE 800 G4 23.8-IN TS GPU"),
            ("PROBOOK X360 11 G7 EDUCATION EDITION", "PROBOOK X360 11 G7 EE"),
            ("PROBOOK X360 435 14 INCH G10 WOLF PRO SECURITY EDITION", "PROBOOK X360 435 14 INCH G10"),
            ("SURFACE LAPTOP GO 3 FOR BUSINESS", "SURFACE LAPTOP GO 3 BUSINESS"),
            ("LAPTOP 16 (AMD RYZEN 7040 SERIES)", "LAPTOP 16 (AMD RYZEN 7040)"),
            ("LAPTOP 13 (AMD RYZEN 7040SERIES)", "LAPTOP 13 (RYZEN 7040SERIES)"),
            ("GS60 2PC GHOST/GS60 2PM PHANTOM/GS60 2QC", "GS60 2PC GHOST~GS60 2QC"),
            ("300E4A/300E5A/300E7A/3430EA/3530EA", "300E4A/300E5A/300E7A~3530EA"),
            ("DP700A3D/DM700A3D/DB701A3D/DP700A7D", "DP700A3D/DM700A3D~DP700A7D"),
            ("ZBOX-EN72080V/EN72070V/EN52060V/EN51660T", "ZBOX-EN72080V~EN51660T"),
        ] {
            assert_eq!(number(name), expected, "{name}");
            assert!(is_made_of_words(expected, name), "{name}");
        }
    }

    #[test]
    fn gives_no_number_where_a_word_would_be_missed() {
        for name in [
            "PROLIANT MICROSERVER GEN10 PLUS",
            "PROLIANT MICROSERVER GEN10 PLUS V2",
            "SURFACE LAPTOP STUDIO 2 FOR BUSINESS",
            "LATITUDE 7230 RUGGED EXTREME TABLET",
            "LATITUDE 12 RUGGED EXTREME (7204)",
            "COLLABORATION G6 24 ALL-IN-ONE WITH ZOOM ROOMS",
            "THINKPAD 12345678 12345678 TRULY VERY LONG NAME",
            "GT72 2QD DOMINATOR/GT72 2QE DOMINATOR PRO",
            "LAPTOP PAVILION CONVERTIBLE GEN10 PLUS",
            "NVIDIA JETSON ORIN NANO DEVELOPER KIT",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ12345",
        ] {
            assert_eq!(number(name), "", "{name}");
        }
    }

    #[test]
    fn keeps_products_of_one_family_apart() {
        for (one, other) in [
            ("SURFACE LAPTOP GO 3 FOR BUSINESS", "SURFACE GO 3 FOR BUSINESS"),
            ("SURFACE LAPTOP 5 FOR BUSINESS", "SURFACE PRO 5 FOR BUSINESS"),
            ("PROLIANT MICROSERVER GEN10 PLUS", "PROLIANT MICROSERVER GEN10"),
            ("PROLIANT MICROSERVER GEN10 PLUS V2", "PROLIANT MICROSERVER GEN10 PLUS"),
            ("LATITUDE 7230 RUGGED EXTREME TABLET", "LATITUDE 7230 RUGGED EXTREME"),
            ("ENVY X360 2-IN-1 LAPTOP 13-BF0XXX", "ENVY X360 LAPTOP 13-BF0XXX"),
            ("PAVILION GAMING LAPTOP 15-EC0XXX", "PAVILION LAPTOP 15-EC0XXX"),
            ("ELITEDESK 800 G4 SMALL FORM FACTOR PC", "ELITEDESK 800 G4 DESKTOP MINI PC"),
            ("PROONE 600 G2 21.5-IN NON-TOUCH AIO", "PROONE 600 G2 21.5-IN TOUCH AIO"),
            ("300E4A/300E5A/300E7A/3430EA/3530EA", "300E4A/300E5A/300E7A"),
        ] {
            for width in 10..=40 {
                let numbers =
                    [one, other].map(|name| shortened(name, "HP", width).map(|(number, _)| fold_key(&number)));
                assert!(numbers[0] != numbers[1] || numbers[0].is_none(), "{numbers:?}");
            }
        }
    }

    #[test]
    fn tells_model_codes_from_sizes_and_generations() {
        for code in [
            "15-DR1XXX",
            "16-A0XXX",
            "790-08XX",
            "TG02-0XXX",
            "Z4Q89PA",
            "14M-DH1XXX",
            "14IMB05",
            "UX8406MA",
            "(15-FA0XXX)",
        ] {
            assert!(is_model_code(code), "{code}");
        }
        for word in [
            "7040SERIES)",
            "GEN10",
            "GEN10-PLUS",
            "24-INCH",
            "15.6-INCH",
            "X360",
            "2-IN-1",
            "12345678",
            "B550M-PLUS",
            "3",
            "",
        ] {
            assert!(!is_model_code(word), "{word}");
        }
    }

    #[test]
    fn names_what_a_number_does_not_say() {
        let lost = |name| shortened(name, "HP", 30).unwrap().1;
        assert_eq!(lost("VICTUS BY HP GAMING LAPTOP 15.6-FA0XXX"), ["BY HP", "LAPTOP"]);
        assert_eq!(lost("Z2 TOWER G9 WORKSTATION DESKTOP"), ["DESKTOP"]);
        assert_eq!(lost("LAPTOP 13 (AMD RYZEN 7040SERIES)"), ["AMD"]);
        assert_eq!(lost("DP700A3D/DM700A3D/DB701A3D/DP700A7D"), ["/DB701A3D/"]);
        assert_eq!(lost("ZBOX-EN72080V/EN72070V/EN52060V/EN51660T"), ["/EN72070V/EN52060V/"]);
        assert!(lost("PRODESK 600 G6 SMALL FORM FACTOR").is_empty());
    }

    #[test]
    fn uses_whole_words_of_real_names() {
        for labelled in fixtures::all_machines().unwrap_or_else(fixtures::excerpt) {
            let machine = &labelled.machine;
            let maker = Aliases::default().short_form(machine.manufacturer.as_deref().unwrap_or_default());
            let name = model_name::model_name(&maker, &model_name::Firmware::of(machine), LenovoModel::Name);
            let name = one_line(&name).to_uppercase();
            for width in 10..=40 {
                let number = shortened(&name, &maker, width).map(|(number, _)| number).unwrap_or_default();
                assert!(is_made_of_words(&number, &name), "{name}: {number}");
            }
        }
    }

    /// Words as they are met in names, those of the rules among them.
    fn any_name() -> impl Strategy<Value = String> {
        let word = "SURFACE|LAPTOP|GO|PLUS|TABLET|BUSINESS|FOR|13|G9|GEN10|15-EC0XXX|PC|SERIES|NOTEBOOK|DESKTOP|INCH|EDITION|\
            BY HP|SMALL FORM FACTOR|ALL-IN-ONE|AMD RYZEN|\\(7204\\)|A1B/A2C/A3D/A4E|WORKSTATION|-|[A-Z]{2,9}";
        prop::collection::vec(word, 1..8).prop_map(|words| words.join(" "))
    }

    /// The words that tell a name from those of other products, counted by another way than that of the rules.
    fn what_counts(name: &str) -> Vec<&str> {
        let has_code = name.split(' ').any(|word| word == "15-EC0XXX");
        let is_filler = |word: &str| match word {
            "FOR" | "WITH" | "SERIES" | "INCH" | "EDITION" => true,
            "LAPTOP" | "DESKTOP" => has_code,
            _ => false,
        };
        name.split(' ').enumerate().filter(|(at, word)| *at == 0 || !is_filler(word)).map(|(_, word)| word).collect()
    }

    proptest! {
        #[test]
        fn fits_any_name_or_gives_no_number(name in "(\\PC| |/|ß|WORD|LAPTOP|BY HP|15-FA0XXX){0,60}", width in 1_usize..40) {
            let name = one_line(&name).to_uppercase();
            if let Some((number, lost)) = shortened(&name, "HP", width) {
                prop_assert!(number.chars().count() <= width);
                prop_assert_eq!(one_line(&number), number.as_str());
                prop_assert_eq!(shortened(&number, "HP", width), Some((number.clone(), Vec::new())));
                if name.chars().count() <= width {
                    prop_assert_eq!((number, lost.len()), (name, 0));
                }
            }
        }

        #[test]
        fn uses_whole_words_of_the_name_in_its_order(name in any_name(), width in 10_usize..=40) {
            if let Some((number, _)) = shortened(&name, "HP", width) {
                prop_assert!(is_made_of_words(&number, &name), "{}: {}", name, number);
            }
        }

        #[test]
        fn merges_no_names_that_differ_in_a_word_that_counts(
            words in prop::collection::vec(
                "SURFACE|LAPTOP|GO|PRO|PLUS|TABLET|BUSINESS|FOR|13|14|G9|GEN10|15-EC0XXX|SERIES|DESKTOP|INCH|EDITION|WITH|[A-Z]{4,7}",
                1..7,
            ),
            at in any::<prop::sample::Index>(),
            // Nothing: the word in its place is taken away.
            other_word in "GO|PLUS|TABLET|15|G10|LAPTOP|[A-Z]{4,7}|",
            width in 10_usize..=40,
        ) {
            let mut others = words.clone();
            others[at.index(words.len())] = other_word;
            others.retain(|word| !word.is_empty());
            let names = [words.join(" "), others.join(" ")];
            let numbers = names.each_ref().map(|name| shortened(name, "HP", width).map(|(number, _)| number));
            if numbers[0] == numbers[1] && numbers[0].is_some() {
                prop_assert_eq!(what_counts(&names[0]), what_counts(&names[1]));
            }
        }

        #[test]
        fn loses_no_code(
            first in "[A-Z]{3,10}",
            codes in prop::collection::vec("[0-9]{2,5}|[A-Z][0-9]{1,3}", 1..4),
            words in prop::collection::vec("[A-Z]{2,12}", 0..6),
        ) {
            let name = format!("{first} {} {}", codes.join(" "), words.join(" "));
            let number = number(one_line(&name).as_ref());
            for code in codes {
                prop_assert!(number.is_empty() || number.split(' ').any(|word| word == code), "{}", number);
            }
        }

        #[test]
        fn tells_codes_apart_behind_the_same_words(
            words in "[A-Z]{3,14}( [A-Z]{2,14}){0,3}",
            one in "[0-9]{2}-[A-Z]{2}[0-9]XXX",
            other in "[0-9]{2}-[A-Z]{2}[0-9]XXX",
        ) {
            prop_assume!(one != other);
            let numbers = [one, other].map(|code| number(&format!("{words} {code}")));
            prop_assert!(numbers[0] != numbers[1] || numbers[0].is_empty());
        }
    }
}
