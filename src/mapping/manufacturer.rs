//! The short form of a maker: one for all the spellings that firmware has of it.

use std::borrow::Cow;

use super::clean::{self, begins_with, one_line};
use super::fold::fold_key;
use super::placeholder::{is_kind_of_machine, is_placeholder};
use crate::model::makers::{MAKERS, Maker, OTHER_MAKERS};

/// Words of a legal form, bare and lower case: at the end of a name they say nothing of the maker.
const LEGAL: &[&str] = &[
    "ab",
    "ag",
    "bv",
    "co",
    "coltd",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "inc",
    "incorporated",
    "incorporation",
    "kg",
    "limited",
    "llc",
    "ltd",
    "oy",
    "plc",
    "pte",
    "pty",
    "sa",
    "spa",
    "srl",
];

/// Legal forms that no model's name ends with.
const LEGAL_ALONE: &[&str] =
    &["coltd", "corp", "corporation", "gmbh", "inc", "incorporated", "incorporation", "llc", "ltd"];

/// Words of companies that are no part of a short form, bare and lower case (`ASUSTeK COMPUTER INC.`).
const COMPANY_WORDS: &[&str] = &[
    "client",
    "computer",
    "computers",
    "computing",
    "development",
    "electric",
    "electronics",
    "global",
    "group",
    "industrial",
    "international",
    "products",
    "solutions",
    "systems",
    "technologies",
    "technology",
];

/// Makers whose name is a family of products where another maker has it: HP's `Compaq`.
const FAMILIES: &[&str] = &["ALIENWARE", "COMPAQ", "DYNABOOK", "EMACHINES", "GATEWAY", "PACKARD BELL"];

/// No company's name is longer, in bytes.
const MAX_COMPANY_LENGTH: usize = 80;

/// The alias table: the built-in one and what the config adds.
#[derive(Debug, Clone, Default)]
pub struct Aliases {
    additions: Vec<(String, String)>,
}

impl Aliases {
    /// A table with additions of the config: raw value, short form. They win over the built-in lines.
    #[must_use]
    pub fn new(additions: &[(String, String)]) -> Self {
        let addition = |(raw, short): &(String, String)| (fold_key(raw), one_line(short).to_uppercase());
        Self { additions: additions.iter().map(addition).collect() }
    }

    /// The short form of a maker, upper case; empty when the firmware holds a placeholder.
    ///
    /// A maker that no line names keeps its name without its legal form: `Acme Devices Co., Ltd.` is `ACME DEVICES`.
    #[must_use]
    pub fn short_form(&self, raw: &str) -> String {
        let line = one_line(raw);
        let name = without_legal_form(&line);
        if let Some(short) = self.added(&line).or_else(|| self.added(name)) {
            return short.to_owned();
        }
        if is_placeholder(name) || is_kind_of_machine(name) {
            return String::new();
        }
        built_in(&line).map_or_else(|| without_marks(name).to_uppercase(), str::to_owned)
    }

    /// Whether a maker as IQR has it is the one of this short form: by its name, or by the table.
    #[must_use]
    pub fn is_maker(&self, shown: &str, short_form: &str) -> bool {
        fold_key(shown) == fold_key(short_form) || self.short_form(shown) == short_form
    }

    fn added(&self, raw: &str) -> Option<&str> {
        if self.additions.is_empty() {
            return None;
        }
        let key = fold_key(raw);
        self.additions.iter().find(|(added, _)| *added == key).map(|(_, short)| short.as_str())
    }
}

fn built_in(line: &str) -> Option<&'static str> {
    let words = words(line);
    let begins =
        |beginning: &&str| words.strip_prefix(*beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    let longest = |(short, beginnings): &Maker| {
        beginnings.iter().filter(|beginning| begins(beginning)).map(|beginning| (beginning.len(), *short)).max()
    };
    MAKERS.iter().filter_map(longest).max().map(|(_, short)| short)
}

/// Whether a text that should name a model is only the name of a company: of this maker or of another, alone or with
/// its legal form (`Dell Inc.`, `IBM CORPORATION`), whatever is between them (`Lenovo (Beijing) Limited`), with a
/// filler behind it (`ASUSTeK Computer Inc. All Series`), or any name that ends with a legal form (`Acme Devices Co.,
/// Ltd.`).
pub(super) fn is_only_a_maker(text: &str, short_form: &str) -> bool {
    // Most models have a digit, and of the makers' names one.
    let may_be_one = !text.bytes().any(|byte| byte.is_ascii_digit()) || begins_with(text, "system76");
    if text.is_empty() || text.len() > MAX_COMPANY_LENGTH || !may_be_one {
        return false;
    }
    let words = words(&without_marks(text));
    is_company(&words, short_form) || is_company_and_filler(&words, short_form)
}

/// Whether lower-case words are the name of a company.
fn is_company(words: &str, short_form: &str) -> bool {
    let own = self::words(short_form);
    let is_maker = |name: &str| {
        name == own
            || OTHER_MAKERS.contains(&name)
            || MAKERS.iter().any(|(short, spellings)| {
                (*short == short_form || !FAMILIES.contains(short)) && spellings.contains(&name)
            })
    };
    // In the name of one letter more the form has dots: `S.A.`.
    let joined = words.strip_suffix(" s a").or_else(|| words.strip_suffix(" s p a")).map(|rest| [rest, " sa"].concat());
    let words = joined.as_deref().unwrap_or(words);
    let (before, last) = words.rsplit_once(' ').unwrap_or(("", words));
    let begins_with_maker = || {
        let ends = before.match_indices(' ').map(|(at, _)| at).chain([before.len()]);
        ends.into_iter().any(|end| is_maker(&before[..end]))
    };
    if !before.is_empty() && (LEGAL_ALONE.contains(&last) || (LEGAL.contains(&last) && begins_with_maker())) {
        return true;
    }
    let mut name = words;
    loop {
        if is_maker(name) {
            return true;
        }
        // A single letter is of a legal form with dots: `L.P.`.
        let Some((rest, last)) = name.rsplit_once(' ') else { return false };
        if last.len() > 1 && !LEGAL.contains(&last) && !COMPANY_WORDS.contains(&last) {
            return false;
        }
        name = rest;
    }
}

/// Whether a filler stands behind the name of a company with its legal form.
fn is_company_and_filler(words: &str, short_form: &str) -> bool {
    words.match_indices(' ').any(|(at, _)| {
        let (name, rest) = (&words[..at], &words[at + 1..]);
        let ends_legally = name.rsplit(' ').next().is_some_and(|last| LEGAL.contains(&last));
        ends_legally && is_placeholder(rest) && is_company(name, short_form)
    })
}

/// Whether a text is only a legal form, the rest of a maker's name without the maker.
pub(super) fn is_legal_form(text: &str) -> bool {
    let words = words(text);
    !words.is_empty() && words.split(' ').all(|word| LEGAL.contains(&word))
}

/// Returns `Ampere` for `Ampere(R)`. A text of nothing but a mark is unchanged.
fn without_marks(name: &str) -> Cow<'_, str> {
    const MARKS: [&str; 6] = ["(R)", "(r)", "(TM)", "(tm)", "\u{ae}", "\u{2122}"];
    let may_have_marks = !name.is_ascii() || name.contains('(');
    if !may_have_marks || !MARKS.iter().any(|mark| name.contains(mark)) {
        return name.into();
    }
    let bare = MARKS.iter().fold(name.to_owned(), |name, mark| name.replace(mark, " "));
    let bare = one_line(&bare);
    if bare.is_empty() { name.into() } else { bare.into_owned().into() }
}

/// Lower-case words of letters and digits, one blank between them.
fn words(line: &str) -> String {
    clean::words(line).collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A name without the legal form at its end; one word is always left.
fn without_legal_form(line: &str) -> &str {
    let mut name = trim_end(line);
    while let Some((rest, last)) = name.rsplit_once([' ', ',']) {
        let bare = || last.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
        let rest = trim_end(rest);
        if rest.is_empty() || !LEGAL.iter().any(|form| form.bytes().eq(bare())) {
            break;
        }
        name = rest;
    }
    name
}

fn trim_end(text: &str) -> &str {
    text.trim_end_matches([' ', ',', '.'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixtures;
    use super::*;

    fn short_form(raw: &str) -> String {
        Aliases::default().short_form(raw)
    }

    #[test]
    fn gives_every_spelling_of_a_maker_one_short_form() {
        for (raw, expected) in [
            ("Panasonic Corporation", "PANASONIC"),
            ("Dell Inc.", "DELL"),
            (" dell inc", "DELL"),
            (".ell Inc.", "DELL"),
            ("Dell Computer Corporation", "DELL"),
            ("LENOVO.", "LENOVO"),
            ("HP-Pavilion", "HP"),
            ("HP Pavilion 061", "HP"),
            ("Hewlett-Packard", "HP"),
            ("HPE", "HPE"),
            ("Hewlett Packard Enterprise", "HPE"),
            ("ASUSTeK Computer INC.", "ASUS"),
            ("Acer, inc.", "ACER"),
            ("Apple Computer, Inc.", "APPLE"),
            ("MICRO-STAR INTERNATIONAL CO.,LTD", "MSI"),
            ("Gigabyte Tecohnology Co., Ltd.", "GIGABYTE"),
            ("SAMSUNG ELECTRONICS CO., LTD.", "SAMSUNG"),
            ("FUJITSU CLIENT COMPUTING LIMITED", "FUJITSU"),
            ("FUJITSU SIEMENS", "FUJITSU SIEMENS"),
            ("Intel(R) Client Systems", "INTEL"),
            ("Super Micro Computer, Inc.", "SUPERMICRO"),
            ("ShuttleInc.", "SHUTTLE"),
            ("MEDIONPC", "MEDION"),
            ("CHUWI?Innovation?And?Technology(ShenZhen)co.,Ltd", "CHUWI"),
        ] {
            assert_eq!(short_form(raw), expected, "{raw}");
        }
    }

    #[test]
    fn removes_only_the_legal_form_of_an_unknown_maker() {
        assert_eq!(short_form("Acme Devices Co., Ltd."), "ACME DEVICES");
        assert_eq!(short_form("Micro Computer (HK) Tech Limited"), "MICRO COMPUTER (HK) TECH");
        assert_eq!(short_form("Ampere(R)"), "AMPERE");
        assert_eq!(short_form("Acme(TM) Devices"), "ACME DEVICES");
        assert_eq!(short_form("Intelligent Systems"), "INTELLIGENT SYSTEMS");
        assert_eq!(short_form("Inc."), "INC");
    }

    #[test]
    fn distinguishes_names_of_makers_from_models() {
        for (text, maker) in [
            ("Dell", "DELL"),
            ("Dell Inc.", "DELL"),
            (".ell Inc.", "DELL"),
            ("DELL COMPUTER CORPORATION", "DELL"),
            ("IBM CORPORATION", "IBM"),
            ("IBM", "LENOVO"),
            ("International Business Machines Corp.", "IBM"),
            ("Hewlett-Packard Company", "HP"),
            ("Hewlett-Packard Development Company, L.P.", "HP"),
            ("HP Inc.", "HP"),
            ("Hewlett Packard Enterprise", "HPE"),
            ("LENOVO", "LENOVO"),
            ("Lenovo Group Limited", "LENOVO"),
            ("ASUSTeK COMPUTER INC.", "ASUS"),
            ("Acer, inc.", "ACER"),
            ("Micro-Star International Co., Ltd.", "MSI"),
            ("SAMSUNG ELECTRONICS CO., LTD.", "SAMSUNG"),
            ("Super Micro Computer, Inc.", "SUPERMICRO"),
            ("Intel(R) Client Systems", "INTEL"),
            ("System76", "SYSTEM76"),
            ("Acme Devices Co., Ltd.", "ACME DEVICES"),
            ("Dell Inc.", "ACME DEVICES"),
            ("Compaq", "COMPAQ"),
            ("Alienware Corporation", "ALIENWARE"),
        ] {
            assert!(is_only_a_maker(text, maker), "{text}");
        }
        for (text, maker) in [
            ("", ""),
            ("Inc.", "DELL"),
            ("Compaq", "HP"),
            ("Alienware", "DELL"),
            ("Dell System XPS L502X", "DELL"),
            ("Lenovo Legion", "LENOVO"),
            ("Surface Laptop", "MICROSOFT"),
            ("Computer", "ASUS"),
            ("HP Pavilion", "HP"),
            ("System76 Galago", "SYSTEM76"),
            ("Strix Limited", "ASUS"),
            ("Dell Latitude", "DELL"),
            ("Sony VAIO", "SONY"),
            ("Surface Co", "MICROSOFT"),
        ] {
            assert!(!is_only_a_maker(text, maker), "{text}");
        }
    }

    #[test]
    fn takes_no_name_of_a_company_for_a_model() {
        for (text, maker) in [
            ("Micro-Star Int'l Co.,Ltd.", "MSI"),
            ("Panasonic Connect Co., Ltd.", "PANASONIC"),
            ("Positivo Informatica SA", "POSITIVO"),
            ("Positivo Tecnologia S.A.", "POSITIVO"),
            ("Lenovo (Beijing) Limited", "LENOVO"),
            ("LENOVO PC HK Limited", "LENOVO"),
            ("Xiaomi Communications Co., Ltd.", "XIAOMI"),
            ("Sony EMCS Corporation", "SONY"),
            ("ECS ELITEGROUP COMPUTER SYSTEMS CO., LTD", "ECS"),
            ("ASRock Incorporation", "ASROCK"),
            ("DELL EMC", "DELL"),
            ("ASUSTeK Computer Inc. All Series", "ASUS"),
            ("Gigabyte Technology Co., Ltd. To be filled by O.E.M.", "GIGABYTE"),
            ("Oracle Corporation", "SUN"),
            ("Widgets and More GmbH", "DELL"),
        ] {
            assert!(is_only_a_maker(text, maker), "{text}");
        }
    }

    #[test]
    fn takes_no_placeholder_for_a_maker() {
        for raw in [
            "",
            " ",
            "System manufacturer",
            "To Be Filled By O.E.M.",
            "OEM Corporation",
            "XXXXXX",
            "........",
            "Notebook",
        ] {
            assert_eq!(short_form(raw), "", "{raw}");
        }
    }

    #[test]
    fn prefers_what_the_config_adds() {
        let pair = |raw: &str, short: &str| (raw.to_owned(), short.to_owned());
        let aliases = Aliases::new(&[pair("Dell Inc.", "Dell Emc"), pair("System manufacturer", "ASUS")]);
        assert_eq!(aliases.short_form(" dell  inc"), "DELL EMC");
        assert_eq!(aliases.short_form("System Manufacturer"), "ASUS");
        assert_eq!(aliases.short_form("HP"), "HP");
    }

    #[test]
    fn gives_the_short_form_of_the_sixteen_largest_makers() {
        let (mut shown, mut right) = (0, 0);
        for labeled in fixtures::machines() {
            let raw = labeled.machine.manufacturer.as_deref().unwrap_or_default();
            let Some(expected) = expected_short(&labeled.vendor) else { continue };
            // A filler cannot be recognized: the board's maker is not the system's.
            if is_placeholder(raw) {
                continue;
            }
            shown += 1;
            right += u32::from(short_form(raw) == expected);
        }
        assert!(shown > 0 && right * 100 >= shown * 99, "{right} of {shown}");
    }

    fn expected_short(vendor: &str) -> Option<&'static str> {
        Some(match vendor {
            "Dell" => "DELL",
            "Hewlett-Packard" => "HP",
            "Lenovo" => "LENOVO",
            "Apple" => "APPLE",
            "ASUSTek Computer" => "ASUS",
            "Acer" => "ACER",
            "Fujitsu" => "FUJITSU",
            "Toshiba" => "TOSHIBA",
            "Microsoft" => "MICROSOFT",
            "Supermicro" => "SUPERMICRO",
            "Gigabyte Technology" => "GIGABYTE",
            "Samsung Electronics" => "SAMSUNG",
            "Panasonic" => "PANASONIC",
            "MSI" => "MSI",
            "Dynabook" => "DYNABOOK",
            "HPE" | "Hewlett Packard Enterprise" => "HPE",
            "Intel" => "INTEL",
            _ => return None,
        })
    }

    proptest! {
        #[test]
        fn gives_one_upper_case_line_for_any_text(raw in any::<String>()) {
            let short = short_form(&raw);
            prop_assert_eq!(one_line(&short), short.as_str());
        }
    }
}
