//! The number of a master item: the model's name, made short enough for its column so that it still names one model.
//!
//! A number is shortened by rules that are applied one at a time, in one order, until it fits. Each takes whole words that
//! tell no two products apart, or writes the abbreviation that makers themselves use for a phrase. Whatever else a name
//! holds stays: families, sizes, generations, codes, and words such as `Go`, `Plus` or `Tablet`. A name that the rules
//! cannot make short enough has no number, for a shorter one could be that of another model.
//!
//! Two names get one number only if the rules lead both to one text; so no rule may take a word that makes a product.

#[cfg(test)]
mod tests;

/// The condition under which a rule may be applied to a name.
#[derive(Debug, Clone, Copy)]
enum Condition {
    Always,
    /// The name is HP's and holds a code that belongs to one model and says of which of these kinds it is ([`Code`]).
    /// Without one the word may be all that distinguishes two products: `Surface Laptop Go 3` is not `Surface Go 3`.
    HasCodeOf(Code),
    /// The name begins with a family that has machines of one kind only.
    IsOfFamily(&'static [&'static str]),
}

/// The kind of machine that HP's code for a model gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    /// Size of the screen and series: `15-DR1XXX`, `14M-DH1XXX`, `13T-AW200`.
    Portable,
    /// Number or letters of a desktop: `790-08XX`, `TG02-0XXX`.
    Desktop,
    /// A code of one model, whatever it is: the part number `P3K65EA`.
    Part,
}

/// A phrase and the words that replace it; empty if it is dropped.
struct Rule {
    phrase: &'static str,
    replacement: &'static str,
    condition: Condition,
}

/// Returns a rule for a phrase that makers abbreviate themselves (`ENVY TS 15`, `ProOne 400 G4 20.0-in NT AiO`,
/// `Inspiron 5406 2n1`), or of which one word implies the other.
const fn abbreviate(phrase: &'static str, abbreviation: &'static str) -> Rule {
    Rule { phrase, replacement: abbreviation, condition: Condition::Always }
}

/// Returns a rule for a word that distinguishes no products.
const fn filler(phrase: &'static str) -> Rule {
    Rule { phrase, replacement: "", condition: Condition::Always }
}

/// Returns a rule for the kind of a machine, which its code says, too.
const fn kind(phrase: &'static str, code: Code) -> Rule {
    Rule { phrase, replacement: "", condition: Condition::HasCodeOf(code) }
}

/// The rules in the order in which they are applied, first what loses least.
const RULES: &[Rule] = &[
    abbreviate("SMALL FORM FACTOR", "SFF"),
    abbreviate("ULTRA-SLIM DESKTOP", "USDT"),
    abbreviate("ULTRA SLIM DESKTOP", "USDT"),
    abbreviate("CONVERTIBLE MINITOWER", "CMT"),
    abbreviate("MICRO TOWER", "MT"),
    abbreviate("MICROTOWER", "MT"),
    abbreviate("DESKTOP MINI PC", "DM"),
    abbreviate("DESKTOP MINI", "DM"),
    abbreviate("ALL-IN-ONE", "AIO"),
    abbreviate("EDUCATION EDITION", "EE"),
    abbreviate("NON-TOUCH", "NT"),
    abbreviate("TOUCH", "TS"),
    filler("-"),
    filler("NOTEBOOK PC"),
    kind("LAPTOP PC", Code::Portable),
    filler("PC"),
    filler("COMPUTER"),
    filler("SERIES"),
    filler("MODEL"),
    filler("MOBILE WORKSTATION"),
    // Software that is sold with a machine: the machine is the same.
    filler("WOLF PRO SECURITY EDITION"),
    kind("LAPTOP", Code::Portable),
    kind("NOTEBOOK", Code::Portable),
    kind("CONVERTIBLE", Code::Portable),
    kind("DESKTOP", Code::Desktop),
    abbreviate("AIO DESKTOP", "AIO"),
    abbreviate("WORKSTATION DESKTOP", "WORKSTATION"),
    filler("INCH"),
    filler("EDITION"),
    filler("FOR"),
    filler("WITH"),
    abbreviate("AMD RYZEN", "RYZEN"),
    abbreviate("INTEL CORE", "CORE"),
    abbreviate("2-IN-1", "2N1"),
    Rule { phrase: "AIO", replacement: "", condition: Condition::IsOfFamily(&["ELITEONE", "PROONE"]) },
];

/// The mark where names were taken out of the middle of a list; no model's name has it. It counts where numbers are
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
            || RULES.iter().any(|rule| self.meets(rule.condition, maker) && self.replace(rule.phrase, rule.replacement))
            || self.shorten_list()
    }

    fn meets(&self, condition: Condition, maker: &str) -> bool {
        match condition {
            Condition::Always => true,
            Condition::HasCodeOf(kind) => {
                let is_one = |word| code_of(word).is_some_and(|code| code == kind || code == Code::Part);
                maker == "HP" && self.text.split(' ').any(is_one)
            }
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

/// Returns the part of a phrase that a number does not say after a replacement; nothing if the replacement abbreviates
/// the phrase.
fn left_out<'a>(phrase: &'a str, replacement: &str) -> Option<&'a str> {
    if replacement.is_empty() {
        return Some(phrase);
    }
    let (before, behind) = phrase.split_once(replacement)?;
    Some(if before.is_empty() { behind.trim_start() } else { before.trim_end() })
}

/// Returns the kind that a word gives if it is a code by which HP calls one model or one narrow series. Sizes,
/// generations, chips and years are no codes.
fn code_of(word: &str) -> Option<Code> {
    let word = word.trim_matches(['(', ')', ',']);
    if !is_model_code(word) {
        return None;
    }
    let Some((front, back)) = word.split_once('-') else { return Some(Code::Part) };
    let size = front.trim_end_matches(|last: char| last.is_ascii_uppercase());
    let is_series = back.as_bytes().first().is_some_and(u8::is_ascii_uppercase);
    let inches = size.split('.').next().unwrap_or_default();
    match inches.parse() {
        Ok(10_u8..=19) if is_series && front.len() <= size.len() + 1 => Some(Code::Portable),
        // Of a screen that stands on a table: an all-in-one, or a desktop that is sold with it.
        Ok(_) if inches.len() == 2 => None,
        Ok(_) | Err(_) => Some(Code::Desktop),
    }
}

/// Whether a word is a code that belongs to one model or series: `15-DR1XXX`, `TG02-0XXX`, `UX8406MA`, `P3K65EA`.
fn is_model_code(word: &str) -> bool {
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
