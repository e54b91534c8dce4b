//! The number of a master item: the model's name, made short enough for its column so that it still names one model.
//!
//! HP puts what tells its models apart at the end (`Victus by HP Gaming Laptop 15-fa0xxx`), so a cut there makes one item of
//! many models. Words go that say nothing which the code or the maker does not say, and only as many as have to; what
//! still does not fit loses letters of words, and only of a name that is nothing but codes is something taken out of the
//! middle. The same name always gives the same number.

/// What the trade writes for a phrase. Nothing is lost by it.
const SHORT_FORMS: &[(&str, &str)] = &[
    ("SMALL FORM FACTOR", "SFF"),
    ("ULTRA-SLIM DESKTOP", "USDT"),
    ("ULTRA SLIM DESKTOP", "USDT"),
    ("CONVERTIBLE MINITOWER", "CMT"),
    ("MICRO TOWER", "MT"),
    ("MICROTOWER", "MT"),
    ("MINI TOWER", "MT"),
    ("MINITOWER", "MT"),
    ("DESKTOP MINI PC", "DM"),
    ("DESKTOP MINI", "DM"),
    ("ALL-IN-ONE", "AIO"),
    ("EDUCATION EDITION", "EE"),
    ("NON-TOUCH", "NT"),
    ("TOUCH", "TS"),
];

/// What can go, first what says least. The kind of machine is told by the chassis, too.
const FILLERS: &[&str] = &[
    "-",
    "NOTEBOOK PC",
    "LAPTOP PC",
    "PC",
    "SERIES",
    "MODEL",
    "MOBILE WORKSTATION",
    "LAPTOP",
    "NOTEBOOK",
    "CONVERTIBLE",
    "DESKTOP",
    "INCH",
    "GAMING",
];

/// What may tell a model from another of the same number (`Latitude 7390 2-in-1`): it is made short at last, and stays.
const LAST_SHORT_FORMS: &[(&str, &str)] = &[("2-IN-1", "2N1"), ("TABLET", "TAB")];

/// Stands where something was taken out of the middle, and no model's name has it. It counts where numbers are compared.
const GAP: char = '~';

/// A word can still be read of which so many letters are left.
const READABLE: usize = 3;

/// In less than this no name can be told; the beginning is all that is kept.
const NARROW: usize = 12;

/// The number for an upper-case name of one line, and what of the name it does not say.
pub(super) fn shortened(name: &str, maker: &str, width: usize) -> (String, Vec<String>) {
    let mut number = Number { text: name.to_owned(), lost: Vec::new(), width };
    number.take_out(&format!("BY {maker}"));
    for (phrase, short) in SHORT_FORMS {
        number.replace(phrase, short);
    }
    for filler in FILLERS {
        number.take_out(filler);
    }
    for (phrase, short) in LAST_SHORT_FORMS {
        number.replace(phrase, short);
    }
    let of_first = |shortest: usize| move |at: usize| if at == 0 { usize::MAX } else { shortest };
    number.trim_words(of_first(READABLE));
    number.take_out("AIO");
    number.trim_words(of_first(1));
    number.trim_words(|_| READABLE);
    while !number.fits() {
        // The first word is what people look for: it has its turn when the others have but one letter.
        number.trim_words(|at| if at == 0 { READABLE } else { 1 });
        if number.fits() || !number.drop_last_word() {
            break;
        }
    }
    number.cut_the_middle();
    (number.text, number.lost)
}

struct Number {
    text: String,
    lost: Vec<String>,
    width: usize,
}

impl Number {
    fn fits(&self) -> bool {
        self.text.chars().count() <= self.width
    }

    fn replace(&mut self, phrase: &str, short: &str) {
        if let Some(at) = self.place_of(phrase) {
            self.text.replace_range(at..at + phrase.len(), short);
        }
    }

    fn take_out(&mut self, filler: &str) {
        let Some(at) = self.place_of(filler) else { return };
        // With the blank or hyphen before it: `15.6-INCH`.
        self.text.replace_range(at - 1..at + filler.len(), "");
        self.lost.push(filler.to_owned());
    }

    /// Where a phrase begins that stands as words of its own, if the text is too long. What a name begins with stays.
    fn place_of(&self, phrase: &str) -> Option<usize> {
        if self.fits() {
            return None;
        }
        let is_alone = |at: usize| {
            let behind = &self.text[at + phrase.len()..];
            self.text[..at].ends_with([' ', '-']) && (behind.is_empty() || behind.starts_with([' ', ')']))
        };
        self.text.match_indices(phrase).map(|(at, _)| at).find(|at| is_alone(*at))
    }

    /// Takes letters from the end of words until the text fits, of the longest one first, and none if it never does. Of each
    /// word at least so many are left. Codes stay whole: whatever holds a digit.
    fn trim_words(&mut self, shortest: impl Fn(usize) -> usize) {
        if self.width < NARROW || self.fits() {
            return;
        }
        let words: Vec<&str> = self.text.split(is_between_parts).collect();
        let mut kept: Vec<usize> = words.iter().map(|word| word.chars().count()).collect();
        let mut longest_first: Vec<usize> = (0..words.len()).filter(|at| is_trimmable(words[*at])).collect();
        longest_first.sort_by_key(|at| (*at == 0, std::cmp::Reverse(kept[*at])));
        let mut too_many = self.text.chars().count().saturating_sub(self.width);
        for at in longest_first {
            let cut = too_many.min(kept[at].saturating_sub(shortest(at)));
            kept[at] -= cut;
            too_many -= cut;
        }
        if too_many > 0 {
            return;
        }
        let mut between = self.text.matches(is_between_parts);
        let mut text = String::with_capacity(self.text.len());
        for (word, kept) in words.iter().zip(kept) {
            let (left, lost) = split_behind(word, kept);
            text.push_str(left);
            text.push_str(between.next().unwrap_or_default());
            if !lost.is_empty() {
                self.lost.push(lost.to_owned());
            }
        }
        self.text = text;
    }

    /// Takes out the last word that holds no digit, with what stands before it; never the first one. Whether there was one.
    fn drop_last_word(&mut self) -> bool {
        let mut end = self.text.len();
        while let Some(at) = self.text[..end].rfind(' ').filter(|at| *at > 0) {
            let word = &self.text[at + 1..end];
            if self.width >= NARROW && !word.is_empty() && is_trimmable(word) {
                self.lost.push(word.to_owned());
                self.text.replace_range(at..end, "");
                return true;
            }
            end = at;
        }
        false
    }

    /// The last resort: the beginning and the last part, with a mark between them.
    fn cut_the_middle(&mut self) {
        if self.fits() {
            return;
        }
        let characters: Vec<char> = self.text.chars().collect();
        let tail = if self.width < NARROW { 0 } else { last_part(&characters, self.width / 2) };
        let gap = usize::from(tail > 0);
        let head = whole_parts(&characters, self.width - tail - gap);
        let (begin, end) = (&characters[..head], &characters[characters.len() - tail..]);
        self.lost.push(characters[head..characters.len() - tail].iter().collect::<String>().trim().to_owned());
        let kept = begin.iter().copied().chain(std::iter::repeat_n(GAP, gap)).chain(end.iter().copied());
        self.text = kept.collect();
        self.text.truncate(self.text.trim_end().len());
    }
}

/// The first so many characters of a word, and the others.
fn split_behind(word: &str, characters: usize) -> (&str, &str) {
    word.split_at(word.char_indices().nth(characters).map_or(word.len(), |(at, _)| at))
}

fn is_trimmable(word: &str) -> bool {
    word.chars().all(char::is_alphabetic)
}

fn is_between_parts(character: char) -> bool {
    matches!(character, ' ' | '/' | '_' | ',' | '(' | '+')
}

/// How many characters the last part has: what follows the last blank or stroke, at most so many.
fn last_part(characters: &[char], most: usize) -> usize {
    let part = characters.iter().rev().take_while(|character| !is_between_parts(**character)).count();
    part.clamp(1, most)
}

/// How many characters whole parts have that fit into `room`; all of the room where that would waste half of it.
fn whole_parts(characters: &[char], room: usize) -> usize {
    let end = (room / 2..=room).rev().find(|end| characters.get(*end).is_some_and(|next| is_between_parts(*next)));
    end.filter(|end| *end > 0).unwrap_or(room)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::clean::one_line;
    use super::*;

    fn number(name: &str) -> String {
        shortened(name, "HP", 30).0
    }

    #[test]
    fn a_long_name_keeps_the_code_that_tells_it_from_its_family() {
        for (name, expected) in [
            ("OPTIPLEX 9010", "OPTIPLEX 9010"),
            ("ENVY X360 CONVERTIBLE 15-DR1XX", "ENVY X360 CONVERTIBLE 15-DR1XX"),
            ("ENVY X360 CONVERTIBLE 15-DR1XXX", "ENVY X360 15-DR1XXX"),
            ("ENVY X360 2-IN-1 LAPTOP 13-BF0XXX", "ENVY X360 2-IN-1 13-BF0XXX"),
            ("VICTUS BY HP GAMING LAPTOP 15-FA0XXX", "VICTUS GAMING LAPTOP 15-FA0XXX"),
            ("VICTUS BY HP 15L GAMING DESKTOP TG02-0XXX", "VICTUS 15L GAMING TG02-0XXX"),
            ("OMEN BY HP GAMING LAPTOP 16-WD0XXX", "OMEN GAMING LAPTOP 16-WD0XXX"),
            ("PAVILION GAMING LAPTOP 15-CX0XXX", "PAVILION GAMING 15-CX0XXX"),
            ("PAVILION ALL-IN-ONE DESKTOP 24-CA1XXX", "PAVILION AIO DESKTOP 24-CA1XXX"),
            ("PRODESK 600 G6 SMALL FORM FACTOR", "PRODESK 600 G6 SFF"),
            ("COMPAQ DC7800P CONVERTIBLE MINITOWER", "COMPAQ DC7800P CMT"),
            ("COMPAQ DC7900 ULTRA-SLIM DESKTOP", "COMPAQ DC7900 USDT"),
            ("PROONE 600 G2 21.5-IN NON-TOUCH AIO", "PROONE 600 G2 21.5-IN NT AIO"),
            ("ELITEDESK 800 35W G4 DESKTOP MINI PC", "ELITEDESK 800 35W G4 DM"),
            ("LATITUDE 7230 RUGGED EXTREME TABLET", "LATITUDE 7230 RUGGED EXTRE TAB"),
            ("ZBOOK FURY 17.3 INCH G8 MOBILE WORKSTATION", "ZBOOK FURY 17.3 INCH G8"),
            ("LATITUDE 12 RUGGED EXTREME (7204)", "LATITUDE 12 RUGGED EXTR (7204)"),
            ("ELITEONE 800 G4 23.8-IN TOUCH AIO", "ELITEONE 800 G4 23.8-IN TS AIO"),
            ("ELITEONE 800 G4 23.8-IN TOUCH GPU AIO", "ELITEONE 800 G4 23.8-IN TS GPU"),
            ("ELITEONE 800 G4 23.8-IN NT GPU AIO", "ELITEONE 800 G4 23.8-IN NT GPU"),
            ("COLLABORATION G6 24 ALL-IN-ONE WITH ZOOM ROOMS", "COLLABORATION G6 24 WIT ZOOM R"),
            ("PROBOOK X360 11 G7 EDUCATION EDITION", "PROBOOK X360 11 G7 EE"),
            ("PROBOOK X360 435 14 INCH G10 WOLF PRO SECURITY EDITION", "PROBOO X360 435 14 G10 W P S E"),
            ("PROBOOK X360 435 14 INCH G11 WOLF PRO SECURITY EDITION", "PROBOO X360 435 14 G11 W P S E"),
            ("THINKPAD 12345678 12345678 TRULY VERY LONG NAME", "THIN 12345678 12345678 T V L N"),
            ("THINKPAD 12345678 12345678 1234 TRULY VERY LONG", "THI 12345678 12345678 1234 T V"),
            ("GS60 2PC GHOST/GS60 2PM PHANTOM/GS60 2QC", "GS60 2PC G/GS60 2PM P/GS60 2QC"),
            ("GT72 2QD DOMINATOR/GT72 2QE DOMINATOR PRO", "GT72 2QD DOM/GT72 2QE DOMI PRO"),
            ("LAPTOP 16 (AMD RYZEN 7040 SERIES)", "LAPTOP 16 (AMD RYZEN 7040)"),
            ("300E4A/300E5A/300E7A/3430EA/3530EA", "300E4A/300E5A/300E7A~3530EA"),
            ("DP700A3D/DM700A3D/DB701A3D/DP700A7D", "DP700A3D/DM700A3D~DP700A7D"),
            ("ZBOX-EN72080V/EN72070V/EN52060V/EN51660T", "ZBOX-EN72080V~EN51660T"),
        ] {
            let number = number(name);
            assert!(number.chars().count() <= 30, "{number}");
            assert_eq!(number, expected, "{name}");
        }
    }

    #[test]
    fn a_narrow_column_keeps_codes_and_kinds_before_the_beginning() {
        for (name, expected) in [
            ("LATITUDE E5430 NON-VPRO", "LATIT E5430 NON-VPRO"),
            ("IDEACENTRE C5 14IMB05", "IDEACENTR C5 14IMB05"),
            ("ELITEDESK 800 G2 DM 35W", "ELITED 800 G2 DM 35W"),
            ("ELITEBOOK X360 830 2-IN-1", "ELITEBO X360 830 2N1"),
        ] {
            assert_eq!(shortened(name, "DELL", 20).0, expected);
        }
    }

    #[test]
    fn what_is_not_said_any_more_is_told_and_a_short_form_says_the_same() {
        let lost = |name| shortened(name, "HP", 30).1;
        assert_eq!(lost("VICTUS BY HP GAMING LAPTOP 15.6-FA0XXX"), ["BY HP", "LAPTOP"]);
        assert_eq!(lost("LATITUDE 12 RUGGED EXTREME (7204)"), ["EME"]);
        assert_eq!(lost("DP700A3D/DM700A3D/DB701A3D/DP700A7D"), ["/DB701A3D/"]);
        assert!(lost("PRODESK 600 G6 SMALL FORM FACTOR").is_empty());
    }

    proptest! {
        #[test]
        fn any_name_fits_in_one_line(name in "(\\PC| |/|ß|WORD|LAPTOP|BY HP|15-FA0XXX){0,60}", width in 1_usize..40) {
            let name = one_line(&name).to_uppercase();
            let (number, lost) = shortened(&name, "HP", width);
            prop_assert!(number.chars().count() <= width);
            prop_assert_eq!(one_line(&number), number.as_str());
            prop_assert_eq!(shortened(&number, "HP", width), (number.clone(), Vec::<String>::new()));
            if name.chars().count() <= width {
                prop_assert_eq!((number, lost.len()), (name, 0));
            }
        }

        #[test]
        fn no_code_goes_before_a_word(
            first in "[A-Z]{3,10}",
            codes in prop::collection::vec("[0-9]{2,5}|[A-Z][0-9]{1,3}", 1..4),
            words in prop::collection::vec("[A-Z]{2,12}", 0..6),
        ) {
            let number = number(&format!("{first} {} {}", codes.join(" "), words.join(" ")));
            for code in codes {
                prop_assert!(number.split(' ').any(|word| word == code), "{}", number);
            }
        }

        #[test]
        fn two_names_with_codes_of_their_own_get_two_numbers(
            words in "[A-Z]{3,14}( [A-Z]{2,14}){0,3}",
            one in "[0-9]{2}-[A-Z]{2}[0-9]XXX",
            other in "[0-9]{2}-[A-Z]{2}[0-9]XXX",
        ) {
            prop_assume!(one != other);
            prop_assert_ne!(number(&format!("{words} {one}")), number(&format!("{words} {other}")));
        }
    }
}
