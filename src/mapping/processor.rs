//! The processor as people print it: `Intel Core i7 3770 3.40 GHz 4 Cores`.
//!
//! Works on the brand string alone, word by word: marks and filler words go, the clock speed and the number of cores
//! move to the end. It knows no list of models, so that a processor of next year reads right as well.

use super::clean::{begins_with, one_line};
use super::processor_fillers::names_a_processor;

/// Returns the processor's text, empty when the brand string names none.
///
/// `cores` are those of one package, unless the brand string has a number (`6-Core`): some firmware counts threads, or
/// says 192 of a processor of two. Where neither is known, or the firmware says one core of a line that has more, the
/// cores are left out. More than one package is printed in front: `2x Intel Xeon ...`, but not of lines that work alone
/// only, and of more than two only where the cores are known: some firmware (Apple's) knows no cores and counts threads
/// as packages (24 of a Mac Pro with two processors).
#[must_use]
pub fn processor_text(brand: &str, cores: Option<u32>, packages: Option<u32>) -> String {
    let brand = Brand::parse(brand);
    if !names_a_processor(&brand.words) {
        return String::new();
    }
    let is_believed = |packages: &u32| (2..=if cores.is_some() { 64 } else { 2 }).contains(packages);
    let packages = packages.filter(is_believed).filter(|_| !is_single_socket(&brand.words));
    let cores = brand.cores_of_package(cores);
    let parts = [
        packages.map(|packages| format!("{packages}x")),
        Some(name(&brand.words)),
        brand.speed,
        cores.map(|cores| if cores == 1 { "1 Core".to_owned() } else { format!("{cores} Cores") }),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Cores of one package, as the text has them.
#[must_use]
pub fn processor_cores(brand: &str, cores: Option<u32>) -> Option<u32> {
    Brand::parse(brand).cores_of_package(cores)
}

/// The clock speed in the brand string (`3.40 GHz`), if it is whole there.
#[must_use]
pub fn processor_speed(brand: &str) -> Option<String> {
    let brand = Brand::parse(brand);
    if names_a_processor(&brand.words) { brand.speed } else { None }
}

/// Returns the words of a brand string that distinguish the models of a line, in lower case: `i5-7300u`, `3770`. They
/// are written alike wherever the string was read or cut; there are none where it names no processor.
pub(super) fn model_numbers(brand: &str) -> Vec<String> {
    let words = Brand::parse(brand).words;
    if !names_a_processor(&words) {
        return Vec::new();
    }
    let is_number = |word: &String| word.bytes().filter(u8::is_ascii_digit).count() >= MIN_MODEL_DIGITS;
    words.iter().flat_map(|word| word.split(' ')).map(str::to_ascii_lowercase).filter(is_number).collect()
}

/// The fewest digits of a processor's model number.
const MIN_MODEL_DIGITS: usize = 3;

/// A brand string, taken apart.
struct Brand {
    /// The words that name the processor.
    words: Vec<String>,
    speed: Option<String>,
    cores: Option<u32>,
}

impl Brand {
    fn parse(raw: &str) -> Self {
        let line = without_marks(raw);
        let all: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        let (words, speed) = split_speed(&all);
        let cores = stated_cores(words);
        let words = without_cores(without_graphics(words));
        let mut words = model_words(&words);
        // That is the family's name where no model follows it.
        if cores == Some(2) && words.last().is_some_and(|last| last == "Pentium") {
            words.push("Dual-Core".to_owned());
        }
        Self { words, speed, cores }
    }

    fn cores_of_package(&self, stated: Option<u32>) -> Option<u32> {
        let fewest = if has_several_cores(&self.words) { 2 } else { 1 };
        self.cores.or(stated).filter(|cores| *cores >= fewest)
    }
}

/// Removes the trade marks; each becomes a blank (`Core(TM)2 Duo`), and `@` a word of its own. The result is one line.
fn without_marks(raw: &str) -> String {
    let mut line = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(character) = rest.chars().next() {
        let mark = ["(R)", "(TM)", "(C)"].into_iter().find(|mark| begins_with(rest, mark));
        match character {
            // `FX(tm)-8350` is `FX-8350`.
            _ if mark.is_some_and(|mark| rest[mark.len()..].starts_with('-')) => {}
            _ if mark.is_some() => line.push(' '),
            '®' | '™' | '©' => line.push(' '),
            '@' => line.push_str(" @ "),
            other => line.push(other),
        }
        rest = &rest[mark.map_or(character.len_utf8(), str::len)..];
    }
    // Removing a mark may leave another one: `((R)R)`.
    let line = one_line(&line);
    if has_mark(&line) { without_marks(&line) } else { without_cut_mark(&line).to_owned() }
}

/// Returns `Intel Core` of `Intel Core(T`: the firmware cut its string in the middle of a mark.
fn without_cut_mark(line: &str) -> &str {
    let cut = ["(TM", "(T", "(R", "(C", "("].into_iter().find(|cut| {
        line.len().checked_sub(cut.len()).and_then(|at| line.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(cut))
    });
    cut.map_or(line, |cut| line[..line.len() - cut.len()].trim_end())
}

fn has_mark(line: &str) -> bool {
    line.match_indices('(').any(|(at, _)| ["(R)", "(TM)", "(C)"].into_iter().any(|mark| begins_with(&line[at..], mark)))
}

/// The words before the clock speed, and the speed. What follows a speed names nothing (`Capable)`).
fn split_speed<'a>(words: &'a [&'a str]) -> (&'a [&'a str], Option<String>) {
    for (at, word) in words.iter().enumerate() {
        if *word == "@" {
            let stated = words.get(at + 1).and_then(|number| speed(number, words.get(at + 2).copied(), true));
            return (&words[..at], stated);
        }
        if let Some(stated) = speed(word, words.get(at + 1).copied(), false) {
            return (&words[..at], Some(stated));
        }
    }
    (words, None)
}

/// `2.60 GHz` of `2.60GHz`, of `2.60` and `GHz`, and of what is left of it where the string was cut off.
///
/// Behind the `@` a unit that was cut (`2.60GH`, `2.60`) can only be GHz. A number that was cut (`2.6`, `2.`) may be
/// any, and is none.
fn speed(word: &str, next: Option<&str>, announced: bool) -> Option<String> {
    let word = word.trim_start_matches('(').trim_end_matches([')', ',']);
    let digits = word.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(word.len());
    let (number, unit) = word.split_at(digits);
    if !is_decimal(number) {
        return None;
    }
    let unit = unit.trim_start_matches('+');
    let unit = if unit.is_empty() { next.unwrap_or_default() } else { unit };
    let is = |name: &str| unit.eq_ignore_ascii_case(name);
    let is_left_of_ghz = || is("gh") || is("g") || (unit.is_empty() && has_two_decimals(number));
    let unit = match unit {
        _ if is("ghz") || (announced && is_left_of_ghz()) => "GHz",
        _ if is("mhz") => "MHz",
        _ => return None,
    };
    Some(format!("{number} {unit}"))
}

fn is_decimal(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(part)
}

/// Whether a speed has two decimals, as Intel prints every speed.
fn has_two_decimals(number: &str) -> bool {
    number.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 2)
}

/// Returns the number of cores in the brand string: `6-Core`, `Dual Core`, `4C+6G`.
fn stated_cores(words: &[&str]) -> Option<u32> {
    words.iter().enumerate().find_map(|(at, word)| {
        let next_is_core = words.get(at + 1).is_some_and(|next| next.eq_ignore_ascii_case("core"));
        core_count(word).or_else(|| next_is_core.then(|| count(word)).flatten()).or_else(|| compute_cores(word))
    })
}

/// 6 of `6-Core`, `6-Cores` and `Six-Core`.
fn core_count(word: &str) -> Option<u32> {
    let word = word.strip_suffix(['s', 'S']).unwrap_or(word);
    let at = word.len().checked_sub(4)?;
    let (number, core) = word.split_at_checked(at)?;
    core.eq_ignore_ascii_case("core").then(|| count(number.trim_end_matches('-'))).flatten()
}

fn count(word: &str) -> Option<u32> {
    const NAMED: [(&str, u32); 7] =
        [("dual", 2), ("triple", 3), ("quad", 4), ("six", 6), ("hexa", 6), ("eight", 8), ("octa", 8)];
    let named = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    named.map_or_else(|| word.parse().ok().filter(|count| (1..1000).contains(count)), |(_, count)| Some(*count))
}

/// 4 of AMD's `4C+6G`: processor cores and graphics cores.
fn compute_cores(word: &str) -> Option<u32> {
    let (cores, graphics) = word.split_once("C+")?;
    graphics.strip_suffix('G')?.parse::<u32>().ok()?;
    cores.parse().ok()
}

/// Removes AMD's tail on the graphics part (`with Radeon Graphics`, `APU with ...`, `RADEON R5, 10 COMPUTE CORES
/// 4C+6G`): graphics have a field of their own.
fn without_graphics<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|other| other.eq_ignore_ascii_case(word));
    let begins = |at: &usize| {
        let at = *at;
        let of_radeon = is(at, "with") || is(at, "w/");
        let compute = words[at].ends_with(',') && is(at + 2, "compute");
        let part = (is(at, "apu") || is(at, "soc")) && is(at + 1, "with");
        of_radeon || compute || part || is(at, "radeon")
    };
    &words[..(1..words.len()).find(begins).unwrap_or(words.len())]
}

/// Removes the number of cores: it is printed at the end (`Pentium Dual-Core E5200`, `Tegra 3 Quad Core`).
fn without_cores<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let core = |at: usize| words.get(at).is_some_and(|word| word.eq_ignore_ascii_case("core"));
    let says_cores = |at: usize| {
        let second = at > 0 && core(at) && count(words[at - 1]).is_some();
        core_count(words[at]).is_some() || (count(words[at]).is_some() && core(at + 1)) || second
    };
    (0..words.len()).filter(|at| !says_cores(*at)).map(|at| words[at]).collect()
}

/// The words that name the processor: fillers gone, what the firmware cut off gone, `E7- 4860` joined.
fn model_words(words: &[&str]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let follows_cpu = at > 0 && words[at - 1].eq_ignore_ascii_case("cpu");
        let is_last = at + 1 == words.len();
        // Between two names, but not within one (`Pentium 4 - M`).
        let is_dash = *word == "-" && words.get(at + 1).is_none_or(|next| next.len() > 2);
        if is_filler(word) || is_dash || (is_last && is_left_over(word, follows_cpu)) {
            continue;
        }
        match kept.last_mut() {
            Some(last) if last.len() > 1 && last.ends_with('-') => last.push_str(word),
            _ => kept.push(in_usual_letters(word)),
        }
    }
    kept
}

/// `Xeon Gold` of `XEON GOLD`, `i7-7700` of `I7-7700`.
fn in_usual_letters(word: &str) -> String {
    const NAMES: [&str; 11] =
        ["Atom", "Bronze", "Celeron", "Core", "Gold", "Intel", "Pentium", "Platinum", "Silver", "Ultra", "Xeon"];
    let is_upper = word.bytes().all(|byte| byte.is_ascii_uppercase());
    if let Some(name) = NAMES.into_iter().find(|name| is_upper && name.eq_ignore_ascii_case(word)) {
        return name.to_owned();
    }
    let is_core =
        |rest: &str| rest.starts_with(['3', '5', '7', '9']) && matches!(rest.as_bytes().get(1), None | Some(b'-'));
    word.strip_prefix('I').filter(|rest| is_core(rest)).map_or_else(|| word.to_owned(), |rest| format!("i{rest}"))
}

fn is_filler(word: &str) -> bool {
    ["cpu", "processor", "genuine", "family", "@"].into_iter().any(|filler| word.eq_ignore_ascii_case(filler))
}

/// The stub of a word that was cut off, or the stepping `0` that Xeons of 2012 have behind the model.
fn is_left_over(word: &str, follows_cpu: bool) -> bool {
    let letter_and_digit = {
        let mut bytes = word.bytes();
        bytes.next().is_some_and(|byte| byte.is_ascii_uppercase()) && bytes.all(|byte| byte.is_ascii_digit())
    };
    // Models have a letter and three digits at least (`N270`).
    let stub = follows_cpu && letter_and_digit && word.len() <= 3;
    stub || matches!(word, "0" | "CP" | "C" | "APU" | "SOC")
}

/// Whether the processor is of a line that no board takes two of.
fn is_single_socket(words: &[String]) -> bool {
    const LINES: &[&str] = &[
        "Apple",
        "Athlon",
        "Atom",
        "Celeron",
        "Core",
        "Pentium",
        "Phenom",
        "Ryzen",
        "Sempron",
        "Snapdragon",
        "Turion",
    ];
    words.iter().any(|word| LINES.iter().any(|line| word.eq_ignore_ascii_case(line)))
}

/// Whether the processor is of a line of which none has one core.
fn has_several_cores(words: &[String]) -> bool {
    const LINES: &[&str] = &["Duo", "Quad", "X2", "X3", "X4", "X6", "Ryzen", "EPYC", "Threadripper", "Ultra"];
    let is_series = |word: &str| word.split_once('-').is_some_and(|(series, _)| is_core_series(series));
    words.iter().any(|word| LINES.contains(&word.as_str()) || is_core_series(word) || is_series(word))
}

fn is_core_series(word: &str) -> bool {
    ["i3", "i5", "i7", "i9"].into_iter().any(|series| word.eq_ignore_ascii_case(series))
}

fn name(words: &[String]) -> String {
    words.iter().map(|word| without_hyphen(word)).collect::<Vec<_>>().join(" ")
}

/// `i5 7300U` of `i5-7300U`; every other hyphen stays.
fn without_hyphen(word: &str) -> String {
    match word.split_once('-') {
        Some((series, model)) if is_core_series(series) && !model.is_empty() => format!("{series} {model}"),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixtures;
    use super::*;

    #[test]
    fn prints_the_reviewed_table() {
        for line in include_str!("../../tests/data/processors.tsv").lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [brand, cores, packages, expected] = cells[..] else { panic!("four columns: {line}") };
            assert_eq!(processor_text(brand, cores.parse().ok(), packages.parse().ok()), expected, "{brand}");
        }
    }

    #[test]
    fn prints_a_cut_speed_only_if_its_number_is_whole() {
        for (end, expected) in [
            ("2.60GHz", Some("2.60 GHz")),
            ("2.60GH", Some("2.60 GHz")),
            ("2.60G", Some("2.60 GHz")),
            ("2.60", Some("2.60 GHz")),
            ("2.6", None),
            ("2.", None),
            ("2", None),
            ("", None),
            ("800MHz", Some("800 MHz")),
            ("3.0 GHz", Some("3.0 GHz")),
        ] {
            let brand = format!("Intel(R) Core(TM) i5-3320M CPU @ {end}");
            assert_eq!(processor_speed(&brand).as_deref(), expected, "{brand}");
            let speed = expected.map(|speed| format!(" {speed}")).unwrap_or_default();
            assert_eq!(processor_text(&brand, None, None), format!("Intel Core i5 3320M{speed}"));
        }
    }

    #[test]
    fn prints_nothing_for_a_text_without_a_processor() {
        for brand in [
            "",
            "To Be Filled By O.E.M.",
            "Not Specified",
            "Other",
            "CPU Version..... ",
            "<BAD INDEX>",
            "A0",
            "0000",
            "Intel(R)",
            "Intel(R) Processor",
            "Genuine Intel(R) CPU",
            "Genuine Intel(R) CPU 0000 @ 2.40GHz",
            "Genuine Intel(R) CPU 0000%@",
            "Intel(R) Corporation CPU Version",
            "AMD Processor model unknown",
            "AMD Engineering Sample",
            "Unknown CPU Type",
            "Central Processor",
            "New Processor Technology",
            "Engineering Samplenology",
            "Not Installed",
            "NOT INSTALLED",
            "CPU Not Installed",
            "CPU 2 not installed",
            "CPU1: Not Populated",
            "Not Present",
            "No CPU detected",
            "Processor not found",
            "Intel(R) Xeon(R) not installed",
            "Uninstalled",
            "None",
            "Empty",
            "<EMPTY>",
            "Absent",
            "CPU2",
            "Socket 1 empty",
            "Not Recognized",
            "Unavailable",
            "GenuineIntel",
            "SOCKET LGA1151",
            "Type of CPU",
            "pc-q35-6.2",
            "Intel64 Family 6 Model 142 Stepping 10, GenuineIntel",
            "x86 Family 6 Model 23",
        ] {
            assert_eq!(processor_text(brand, Some(4), Some(2)), "", "{brand}");
            assert_eq!(processor_speed(brand), None, "{brand}");
        }
    }

    #[test]
    fn gives_no_real_machine_a_text_with_marks_or_cut_words() {
        for labeled in fixtures::machines() {
            let brand = labeled.machine.processor.unwrap_or_default();
            let text = processor_text(&brand, None, labeled.machine.processor_count);
            assert!(!has_mark(&text) && !text.contains('@') && !text.ends_with("GH"), "{brand}: {text}");
            assert_eq!(one_line(&text), text);
        }
    }

    proptest! {
        #[test]
        fn gives_one_clean_line_for_any_text(
            brand in "(Intel|AMD|\\(R\\)|\\(TM\\)|@|CPU|Core|i5-|[0-9.]{1,4}|GHz?|with|-| |\\PC|\\u{0}|\n){0,24}",
            cores: Option<u32>,
            packages: Option<u32>,
        ) {
            let text = processor_text(&brand, cores, packages);
            prop_assert!(!has_mark(&text) && !text.contains('@'), "{}", text);
            prop_assert_eq!(one_line(&text), text.as_str());
        }
    }
}
