//! Texts of firmware that name nothing.

use std::borrow::Cow;

use super::clean::{one_line, words};

/// Folded forms ([`bare`]) of the texts in firmware whose maker filled in no maker, model, version or SKU.
const FILLERS: &[&str] = &[
    "all",
    "allseries",
    "assettag",
    "badindex",
    "baseboardproductname",
    "blank",
    "chassisserialnumber",
    "computer",
    "default",
    "empty",
    "family",
    "generic",
    "invalid",
    "manufacturer",
    "model",
    "modelname",
    "na",
    "noassettag",
    "none",
    "notapplicable",
    "notavailable",
    "notdefined",
    "notprovided",
    "notset",
    "notspecified",
    "null",
    "nullstring",
    "oem",
    "oemproduct",
    "other",
    "others",
    "outofspec",
    "pc",
    "product",
    "productname",
    "reserved",
    "sku",
    "skunumber",
    "sysname",
    "systemmanufacturer",
    "systemname",
    "systemproduct",
    "systemproductname",
    "systemserialnumber",
    "systemsku",
    "systemskunumber",
    "systemversion",
    "sysvendor",
    "tbd",
    "undefined",
    "unknow",
    "unknown",
    "vendor",
];

/// Words for kinds of machines, alone or put together (`Notebook PC`, `All-in-One Desktop`).
const KINDS: &[&str] = &[
    "allinone",
    "barebone",
    "computer",
    "convertible",
    "desktop",
    "laptop",
    "netbook",
    "nettop",
    "notebook",
    "pc",
    "server",
    "tablet",
    "workstation",
];

/// Words that stand beside them and say no more.
const BESIDE_KINDS: &[&str] =
    &["client", "gaming", "mini", "mobile", "personal", "portable", "series", "super", "system"];

/// Words for a field of the firmware's tables, and for its being empty. A text of such words alone says no more, with
/// a kind of machine among them or without (`Desktop Board`, `Unknown Manufacturer`, `Product Name Here`).
const FIELD_WORDS: &[&str] = &[
    "applicable",
    "available",
    "base",
    "baseboard",
    "blank",
    "board",
    "chassis",
    "company",
    "default",
    "defined",
    "empty",
    "enclosure",
    "family",
    "filled",
    "generic",
    "here",
    "invalid",
    "mainboard",
    "manufacturer",
    "model",
    "motherboard",
    "name",
    "no",
    "none",
    "not",
    "null",
    "number",
    "oem",
    "product",
    "provided",
    "sample",
    "serial",
    "set",
    "sku",
    "specified",
    "string",
    "system",
    "type",
    "undefined",
    "unknown",
    "unspecified",
    "vendor",
    "version",
];

/// Beginnings of fillers that go on in many ways (`ABCDEFGHIJKLMNOPQ`, the alphabet as far as the field is wide).
const FILLER_BEGINNINGS: &[&str] =
    &["abcdefgh", "americanmegatrends", "defaultstring", "enterthemachinetype", "skunotprovided", "tobefilled"];

/// Folded names of the boards that Intel shows its chips on, and of the chips. Firmware that was made from theirs has
/// them still.
const REFERENCE_BOARDS: &[&str] = &[
    "alderlake",
    "apollolake",
    "baytrail",
    "braswell",
    "broadwell",
    "bromolow",
    "calpella",
    "capellvalley",
    "cedartrail",
    "cherrytrail",
    "chiefriver",
    "clovertrail",
    "coffeelake",
    "cometlake",
    "crescentbay",
    "denlow",
    "elkhartlake",
    "geminilake",
    "grantley",
    "greenlow",
    "haswell",
    "huronriver",
    "icelake",
    "ivybridge",
    "jasperlake",
    "kabylake",
    "lunarlake",
    "mahobay",
    "mehlow",
    "menlow",
    "meteorlake",
    "montevina",
    "oaktrail",
    "piketon",
    "pinetrail",
    "purley",
    "raptorlake",
    "rocketlake",
    "romley",
    "sandybridge",
    "santarosa",
    "sharkbay",
    "skybay",
    "skylake",
    "stoutland",
    "sugarbay",
    "thurley",
    "tigerlake",
    "truckee",
    "tylersburg",
    "valleyview",
    "whiskeylake",
    "whitley",
];

/// Words that a reference board ends with, whatever it is called: customer reference board, form factor device, design
/// test and so on.
const BOARD_WORDS: &[&str] = &["chipset", "crb", "dvt", "evt", "ffd", "platform", "pvt", "rvp"];

/// Whether a manufacturer, model, version or SKU names nothing: blank, a filler of the firmware, counted-up digits, one
/// character alone or repeated, or punctuation only.
///
/// Some twenty texts of every machine are checked, so nearly all of them must be decided by their first letter.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let bare = bare(text);
    let mut characters = bare.chars();
    let Some(first) = characters.next() else { return true };
    // As the names of most models have, and no word of the lists.
    let has_digit = bare.bytes().any(|byte| byte.is_ascii_digit());
    characters.all(|character| character == first)
        || (!has_digit && is_of_the_lists(text, &bare))
        || FILLER_BEGINNINGS.iter().any(|start| bare.starts_with(start))
        || bare.as_bytes().windows(5).any(|part| part == b"byoem")
        || (has_digit && (is_counted_up(&bare) || is_name_of_field(&bare)))
        || is_revision(text)
        || is_variant_of_board(text)
}

fn is_of_the_lists(text: &str, bare: &str) -> bool {
    FILLERS.binary_search(&bare).is_ok() || REFERENCE_BOARDS.binary_search(&bare).is_ok() || is_of_field_words(text)
}

fn is_counted_up(bare: &str) -> bool {
    bare.len() >= 6 && bare.bytes().all(|byte| byte.is_ascii_digit()) && "01234567890123456789".contains(bare)
}

/// Whether a maker's or a model's name is only a kind of machine (`Notebook`, Supermicro's `Super Server`): true of many,
/// and so the name of none. Elsewhere, as a family, such a word says something.
pub(super) fn is_kind_of_machine(text: &str) -> bool {
    // A glance decides nearly every text. `All` may be one in one, also behind another word.
    let is_one = |word: &str| word.ends_with("all") || is_kind(word) || BESIDE_KINDS.contains(&word);
    let is_short = |word: &&str| word.is_ascii() && word.len() <= MAX_WORD_BYTES;
    if words(text).next().filter(is_short).is_some_and(|first| !in_lower_case(first, is_one)) {
        return false;
    }
    let joined = text.to_lowercase().replace("all-in-one", "allinone").replace("all in one", "allinone");
    let mut words = words(&joined).peekable();
    words.peek().is_some() && words.all(|word| is_kind(word) || BESIDE_KINDS.contains(&word))
}

/// `notebook`, and two such words without a blank (`minipc`, `superserver`).
fn is_kind(word: &str) -> bool {
    let rest_of = |first: &str| word.strip_prefix(first).is_some_and(|rest| KINDS.contains(&rest));
    KINDS.contains(&word) || KINDS.iter().chain(BESIDE_KINDS).any(|first| rest_of(first))
}

/// Text of the firmware as one clean line; its fillers are no text.
pub(super) fn real(text: Option<&str>) -> Cow<'_, str> {
    match one_line(text.unwrap_or_default()) {
        text if is_placeholder(&text) => Cow::Borrowed(""),
        text => text,
    }
}

fn is_of_field_words(text: &str) -> bool {
    let mut has_field_word = false;
    let is_one = |word: &str| {
        let is_field_word = in_lower_case(word, |word| FIELD_WORDS.binary_search(&word).is_ok());
        has_field_word |= is_field_word;
        is_field_word || in_lower_case(word, |word| KINDS.contains(&word))
    };
    words(text).all(is_one) && has_field_word
}

/// The length of the longest word of the lists, in bytes.
const MAX_WORD_BYTES: usize = 16;

/// Whether `holds` is true of a word in lower case. Words longer than those of the lists, or beyond ASCII, are none.
fn in_lower_case(word: &str, holds: impl Fn(&str) -> bool) -> bool {
    let mut lower = [0; MAX_WORD_BYTES];
    let Some(lower) = lower.get_mut(..word.len()).filter(|_| word.is_ascii()) else { return false };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).is_ok_and(holds)
}

/// `Rev 1.0`, `Version 2`, `Ver.1.02`, `Revision A`, `v1.0`, `1.0`: what boards without a name have in its place.
fn is_revision(text: &str) -> bool {
    let text = text.trim();
    if !text.starts_with(|first: char| matches!(first, 'R' | 'r' | 'V' | 'v' | '.' | '0'..='9')) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let is_number = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let worded = ["revision", "version", "rev", "ver"].into_iter().find_map(|word| lower.strip_prefix(word));
    if let Some(rest) = worded {
        let number = rest.trim_start_matches([' ', '.', ':', '-', '_']);
        let is_letter = number.len() == 1 && number.len() < rest.len();
        return is_number(number) || is_letter;
    }
    let number = lower.strip_prefix('v').unwrap_or(&lower);
    number.contains('.') && is_number(number)
}

/// `HuronRiver Platform`, `Jasper Lake Client Platform`, `Aptio CRB` (a customer reference board), `570x DVT3` (one that was
/// made to test a design), `Cherry Trail CR`, `Alder Lake-N`.
fn is_variant_of_board(text: &str) -> bool {
    const VARIANTS: [&str; 6] = ["board", "client", "cr", "mobile", "system", "ult"];
    let is = |word: &str, other: &str| word.eq_ignore_ascii_case(other);
    let mut words = text.split([' ', '-', '_']).filter(|word| !word.is_empty());
    let last = words.next_back().unwrap_or_default();
    let unnumbered = last.trim_end_matches(|character: char| character.is_ascii_digit());
    if BOARD_WORDS.iter().any(|word| is(unnumbered, word)) {
        return true;
    }
    // Which of the chips it is: `Haswell ULT`, `Alder Lake-N`.
    let is_variant = |word: &str| word.len() == 1 || VARIANTS.iter().any(|variant| is(word, variant));
    if !is_variant(last) {
        return false;
    }
    let before: Vec<&str> = words.collect();
    if is(last, "system") && before.last().is_some_and(|word| is(word, "client")) {
        return true;
    }
    let kept = before.iter().rposition(|word| !is_variant(word)).map_or(0, |at| at + 1);
    kept > 0 && REFERENCE_BOARDS.binary_search(&bare(&before[..kept].concat()).as_str()).is_ok()
}

/// `Type1ProductConfigId`, `Type2 - Board Product Name1`: what the field is called in the firmware's own tables.
fn is_name_of_field(bare: &str) -> bool {
    let rest = bare.strip_prefix("type1").or_else(|| bare.strip_prefix("type2"));
    rest.is_some_and(|rest| rest.starts_with(char::is_alphabetic))
}

/// Letters and digits only, lower case.
fn bare(text: &str) -> String {
    if text.is_ascii() {
        let mut bare = String::with_capacity(text.len());
        bare.extend(text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| char::from(byte.to_ascii_lowercase())));
        return bare;
    }
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_lists_sorted() {
        assert!(FILLERS.is_sorted() && REFERENCE_BOARDS.is_sorted() && FIELD_WORDS.is_sorted());
        let has_digit = |word: &&str| word.contains(|character: char| character.is_ascii_digit());
        assert!(!FILLERS.iter().chain(REFERENCE_BOARDS).chain(FIELD_WORDS).chain(KINDS).any(has_digit));
        assert!(FIELD_WORDS.iter().chain(KINDS).chain(BESIDE_KINDS).all(|word| word.len() <= MAX_WORD_BYTES));
    }

    /// Names of reference platforms and other fillers.
    const PLATFORMS: &str = "HuronRiver Platform|ChiefRiver System|Thurley|Jasper Lake Client Platform|Aptio CRB|CRB|\
        Artic-CRB|570x DVT3|Cherry Trail CR|CherryTrail|Alder Lake-N Mobile|Haswell ULT|Kabylake RVP7|\
        Cantiga & ICH9M Chipset|0000000000000000|-";

    #[test]
    fn recognizes_fillers_in_every_spelling() {
        for text in [
            "",
            "   ",
            "To Be Filled By O.E.M.",
            "to be filled by o.e.m",
            "To be filled by O.E.M.To be filled by O.E.M.",
            "System manufacturer",
            "System Product Name",
            "System Version",
            "Default string",
            "Not Specified",
            "Not Applicable",
            "All Series",
            "INVALID",
            "SKU",
            "OEM",
            "Type1 - TBD by OEM",
            "Enter the machine type an",
            "O.E.M.",
            "N/A",
            "None",
            "Unknown",
            "Product Name",
            "$(DEFAULT_STRING)",
            "Type1ProductConfigId",
            "x.x",
            "XXXXXX",
            "0123456789",
            "123456789",
            "1234567890",
            "System Serial Number",
            "Chassis Serial Number",
            "No Asset Tag",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "Default string be filled by O.E.M",
            "Type1 - ProductConfigId",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        assert!(is_placeholder(&".".repeat(32)));
        for text in PLATFORMS.split('|') {
            assert!(is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn takes_revisions_and_names_of_fields_for_fillers() {
        for text in [
            "REV 1.0",
            "Version 1.0",
            "Ver.1.0",
            "Revision: B",
            "V1.02",
            "1.0",
            "Unspecified",
            "Motherboard",
            "Desktop Board",
            "Unknown Product",
            "OEM Default",
            "INVALID SKU",
            "None None",
            "Product Name Here",
            "Sample",
            "Unknown Manufacturer",
            "Manufacturer Name",
            "OEM_MANUFACTURER",
            "Company",
            "No Enclosure",
            "American Megatrends Inc.",
            "System Board",
            "Model_Name",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn takes_a_kind_of_machine_for_no_name() {
        for text in [
            "Notebook",
            "PORTABLE PC",
            "Super Server",
            "SuperServer",
            "All-in-One",
            "Tablet PC",
            "MiniPC",
            "Mobile Workstation",
            "Notebook Series",
            "Personal Computer",
            "MOBILE",
            "All in One Desktop PC",
            "PCAll-in-One",
        ] {
            assert!(is_kind_of_machine(text) && !is_placeholder(text), "{text}");
        }
        for text in
            ["Super Server 5019", "Notebook 9", "Surface Laptop", "ThinkServer", "Mini 5", "Super Micro Computer", ""]
        {
            assert!(!is_kind_of_machine(text), "{text}");
        }
    }

    #[test]
    fn takes_no_name_for_a_filler() {
        for text in [
            "CF-33-1",
            "OptiPlex 9010",
            "HP 620",
            "X1",
            "4068AGJ",
            "10104",
            "NUC",
            "Skull",
            "12345",
            "日本",
            "Laptop",
            "Type 7",
            "ESPRIMO System",
            "Platform 7 B",
            "Client System X",
            "Skylake 2000",
            "Revo 3700",
            "Revo",
            "REVA",
            "Versa",
            "VersaNote 2",
            "V7",
            "System x3650 M4",
            "Model 100",
            "System76",
            "Product X",
            "Lake",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
