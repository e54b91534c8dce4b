//! Words in place of a serial number, and texts that are made of them.

use super::digits::{is_counted, is_monotonous};
use crate::model::makers::{MAKERS, OTHER_MAKERS};

/// The fewest letters that words must have together. Words of two letters do not count: they are too often a
/// coincidence.
const MIN_LETTERS: usize = 4;

/// A word counts from this length on; so does a run of the letter X.
const MIN_WORD_LETTERS: usize = 3;

/// A run of the alphabet counts as a word from this length on: `ABCD`.
const MIN_ALPHABET_LETTERS: usize = 4;

/// The last word of a text may be cut off, and is known by so many letters.
const MIN_CUT_WORD_LETTERS: usize = 3;

/// Digits beside words say nothing as long as they are few: `TEST01`.
const MAX_DIGITS: usize = 4;

/// Words for the field, for its being empty, for what is not sold, for makers who put their name there, and what is
/// typed without thinking.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "acer", "admin", "all", "amd", "american", "ami", "apple", "applicable", "asdf", "asdfgh", "asdfghjkl",
    "asrock", "asset", "assigned", "asus", "asustek", "at", "aucun", "available", "award", "azerty", "azertyuiop",
    "baadfood", "bad", "badcafe", "barcode", "base", "baseboard", "be", "bell", "benq", "bios", "biostar", "blank",
    "board", "bochs", "broken", "by", "cafebabe", "case", "change", "chassis", "clevo", "clone", "cloned", "code",
    "coffee", "company", "compaq", "computer", "computers", "configured", "corp", "corporation", "custom",
    "customer", "data", "deadbeef", "deadcode", "default", "defined", "deleted", "dell", "demo", "desconocido",
    "desktop", "dev", "device", "dmi", "dolor", "dummy", "dvt", "ecs", "emachines", "empty", "enclosure",
    "engineering", "enter", "error", "eval", "evaluation", "evt", "example", "facefeed", "factory", "fail",
    "failed", "fake", "false", "family", "feedface", "field", "fill", "filled", "filler", "first", "foo", "foobar",
    "for", "found", "foxconn", "from", "fujitsu", "gateway", "generic", "gigabyte", "hardware", "hello", "here",
    "hewlett", "hidden", "host", "ibm", "id", "in", "inc", "inconnu", "index", "info", "information", "initial",
    "initialized", "inject", "input", "insert", "install", "installed", "insyde", "intel", "internal", "invalid",
    "ipsum", "is", "item", "keine", "known", "kvm", "lab", "label", "laptop", "lenovo", "local", "localhost",
    "lorem", "machine", "main", "mainboard", "mancante", "manufacture", "manufacturer", "matricola", "mb", "me",
    "medion", "megatrends", "mfg", "micro", "microsoft", "missing", "model", "more", "motherboard", "msi", "my",
    "na", "name", "nec", "nessuno", "nil", "ninguno", "no", "none", "normal", "nosn", "nosuch", "not", "notag",
    "notebook", "nothing", "now", "nr", "null", "num", "numb", "number", "odm", "oem", "oemid", "of", "ohne", "on",
    "onbekend", "only", "other", "others", "out", "owner", "packard", "panasonic", "part", "partnumber", "passwd",
    "password", "passwort", "pc", "pegatron", "pending", "phoenix", "placeholder", "platform", "please",
    "preproduction", "present", "product", "production", "programmed", "proto", "prototype", "provided", "pvt",
    "qemu", "quanta", "qwerty", "qwertyuiop", "qwertz", "random", "range", "read", "redacted", "reference",
    "refurb", "refurbished", "removed", "repair", "repaired", "replace", "reserved", "return", "returned", "rev",
    "revision", "sample", "samsung", "sans", "sconosciuto", "scrap", "secret", "senza", "ser", "serial", "serialno",
    "serialnum", "serno", "server", "service", "servicetag", "set", "sku", "sn", "sno", "snr", "sony", "spare",
    "spec", "specified", "square", "standard", "star", "stock", "string", "supermicro", "sys", "system", "tablet",
    "tag", "tba", "tbd", "temp", "template", "temporary", "test", "tested", "tester", "testing", "text", "the",
    "to", "todo", "toshiba", "true", "tulip", "type", "unassigned", "unavailable", "unbekannt", "undef",
    "undefined", "uninitialized", "unit", "unknow", "unknown", "unprogrammed", "unset", "unspecified", "unused",
    "update", "user", "uuid", "value", "vendor", "version", "via", "virtual", "virtualbox", "vmware", "void",
    "with", "workstation", "world", "write", "xen", "your", "zxcv", "zxcvbn", "zxcvbnm",
];

/// Whether letters and digits, all in lower case, are words of the list without anything else but a few digits:
/// `systemserialnumb`, `type1serialnumber`, `oemserial`.
pub(super) fn is_made_of_words(bare: &[u8]) -> bool {
    // The letters of words before each place that words reach.
    let mut reached: Vec<Option<usize>> = vec![None; bare.len() + 1];
    reached[0] = Some(0);
    for at in 0..bare.len() {
        let Some(letters) = reached[at] else { continue };
        let rest = &bare[at..];
        let mut reach = |length: usize, new_letters: usize| {
            let place = &mut reached[at + length];
            *place = (*place).max(Some(letters + new_letters));
        };
        for length in lengths_of_words(rest, letters) {
            reach(length, if length < MIN_WORD_LETTERS { 0 } else { length });
        }
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if (1..=MAX_DIGITS).contains(&digits) || is_trivial(&rest[..digits]) {
            reach(digits, 0);
        }
    }
    // A short word may be the only letters beside the digits: `OEM0`.
    let is_alone = || bare.iter().filter(|byte| byte.is_ascii_alphabetic()).count() == MIN_WORD_LETTERS;
    reached[bare.len()].is_some_and(|letters| letters >= MIN_LETTERS || (letters == MIN_WORD_LETTERS && is_alone()))
}

/// Returns the lengths of the words that a text begins with. With words before it, `letters` long, the last word may be
/// cut off.
fn lengths_of_words(rest: &[u8], letters: usize) -> impl Iterator<Item = usize> {
    let first = rest.first().copied().unwrap_or_default();
    let is_cut = move |word: &str| {
        letters >= MIN_LETTERS && rest.len() >= MIN_CUT_WORD_LETTERS && word.as_bytes().starts_with(rest)
    };
    let candidates = words_that_begin_with(first).iter();
    let words = candidates.clone().filter(move |word| rest.starts_with(word.as_bytes())).map(|word| word.len());
    let makers = makers()
        .filter(move |name| name.as_bytes().first() == Some(&first))
        .filter_map(move |name| length_of_maker(name, rest));
    let cut = candidates.clone().any(|word| is_cut(word)).then_some(rest.len());
    let alphabet =
        1 + rest.windows(2).take_while(|pair| pair[0].is_ascii_alphabetic() && pair[1] == pair[0] + 1).count();
    let crosses = rest.iter().take_while(|byte| **byte == b'x').count();
    let alphabet = Some(alphabet).filter(|run| *run >= MIN_ALPHABET_LETTERS);
    words.chain(makers).chain(cut).chain(alphabet).chain(Some(crosses).filter(|run| *run >= MIN_WORD_LETTERS))
}

/// Returns the words of this first letter. The list is sorted.
fn words_that_begin_with(first: u8) -> &'static [&'static str] {
    let letter = |word: &&str| word.as_bytes().first().copied().unwrap_or_default();
    let words = &WORDS[WORDS.partition_point(|word| letter(word) < first)..];
    &words[..words.partition_point(|word| letter(word) == first)]
}

/// The names of makers that are long enough to be no coincidence.
fn makers() -> impl Iterator<Item = &'static str> {
    let names = MAKERS.iter().flat_map(|(_, beginnings)| *beginnings).chain(OTHER_MAKERS);
    names.copied().filter(|name| name.len() >= MIN_LETTERS)
}

/// Returns the number of characters that a maker's name takes at the beginning of a text, which has no blanks.
fn length_of_maker(name: &str, rest: &[u8]) -> Option<usize> {
    let letters = || name.bytes().filter(|byte| *byte != b' ');
    let length = letters().count();
    rest.get(..length).filter(|start| start.iter().copied().eq(letters())).map(|_| length)
}

/// Whether digits are counted, or one of them repeated.
fn is_trivial(digits: &[u8]) -> bool {
    !digits.is_empty() && (is_counted(digits) || is_monotonous(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_words_sorted_and_finds_them_by_first_letter() {
        assert!(WORDS.is_sorted());
        for word in WORDS {
            assert!(words_that_begin_with(word.as_bytes()[0]).contains(word), "{word}");
        }
        assert!(words_that_begin_with(b'7').is_empty());
    }
}
