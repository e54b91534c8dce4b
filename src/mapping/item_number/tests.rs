//! Names that are made short, and those that must not be.

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
            let numbers = [one, other].map(|name| shortened(name, "HP", width).map(|(number, _)| fold_key(&number)));
            assert!(numbers[0] != numbers[1] || numbers[0].is_none(), "{numbers:?}");
        }
    }
}

#[test]
fn distinguishes_model_codes_from_sizes_and_generations() {
    for code in
        ["15-DR1XXX", "16-A0XXX", "790-08XX", "TG02-0XXX", "Z4Q89PA", "14M-DH1XXX", "14IMB05", "UX8406MA", "15-FA0XXX"]
    {
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
fn reads_the_kind_of_a_machine_in_its_code() {
    for (word, expected) in [
        ("(15-FA0XXX)", Some(Code::Portable)),
        ("14M-DH1XXX", Some(Code::Portable)),
        ("15.6-FA0XXX", Some(Code::Portable)),
        ("790-08XX", Some(Code::Desktop)),
        ("TG02-0XXX", Some(Code::Desktop)),
        ("P3K65EA", Some(Code::Part)),
        ("27-CA1XXX", None),
        ("GEN10", None),
    ] {
        assert_eq!(code_of(word), expected, "{word}");
    }
}

#[test]
fn keeps_a_kind_that_the_code_does_not_say() {
    for (one, other, maker) in [
        ("NITRO N50 GAMING DESKTOP N50-600-XX", "NITRO N50 GAMING LAPTOP N50-600-XX", "ACER"),
        ("PAVILION ALL-IN-ONE DESKTOP 27-CA1XXX", "PAVILION DESKTOP 27-CA1XXX", "HP"),
        ("PAVILION GAMING LAPTOP 790-08XX", "PAVILION GAMING DESKTOP 790-08XX", "HP"),
        ("PAVILION GAMING LAPTOP 15-CX0XXX", "PAVILION GAMING DESKTOP 15-CX0XXX", "HP"),
        ("PRODESK 600 G1 BUSINESS MICRO TOWER", "PRODESK 600 G1 BUSINESS MINI TOWER", "HP"),
        ("ZENBOOK DUO LAPTOP UX8406MA", "ZENBOOK DUO DESKTOP UX8406MA", "ASUS"),
    ] {
        for width in 10..=40 {
            let numbers = [one, other].map(|name| shortened(name, maker, width).map(|(number, _)| fold_key(&number)));
            assert!(numbers[0] != numbers[1] || numbers[0].is_none(), "{numbers:?}");
        }
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
    for labeled in fixtures::machines() {
        let machine = &labeled.machine;
        let maker = Aliases::default().short_form(machine.manufacturer.as_deref().unwrap_or_default());
        let name = model_name::model_name(&maker, &model_name::Firmware::from_machine(machine), LenovoModel::Name);
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

/// Returns the words that distinguish a name from those of other products, counted in another way than by the rules.
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
    fn distinguishes_codes_behind_the_same_words(
        words in "[A-Z]{3,14}( [A-Z]{2,14}){0,3}",
        one in "[0-9]{2}-[A-Z]{2}[0-9]XXX",
        other in "[0-9]{2}-[A-Z]{2}[0-9]XXX",
    ) {
        prop_assume!(one != other);
        let numbers = [one, other].map(|code| number(&format!("{words} {code}")));
        prop_assert!(numbers[0] != numbers[1] || numbers[0].is_empty());
    }
}
