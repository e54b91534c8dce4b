//! The one redaction of everything that a service says: whatever quotes an answer, a header or the error of a library
//! does so through a [`Redactor`], before the text is shown, logged or recorded.
//!
//! A service may repeat the API key or a token in any form. So texts are compared by their letters and digits alone, in
//! lower case, as they stand and with their escapes resolved (`views`), with the forms that a secret takes (`forms`):
//! blanks, tags, line ends and padding between or behind them hide nothing. The beginning or the end of a secret is
//! enough to be found. A secret of less than eight letters and digits would be found in anything, and is matched exactly.
//!
//! What is decoded is the answer as it came: a field that is compared or written back is never altered, see
//! [`Redactor::is_secret_in`].

mod forms;
mod views;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use memchr::memmem;

use self::forms::Form;
use self::views::{Letters, View, views};
use super::text;
use crate::secret::Secret;

/// What stands in the place of a secret.
const REDACTED: &str = "(secret)";

/// A secret with fewer letters and digits is matched exactly.
const MIN_FUZZY_LENGTH: usize = 8;

/// A shorter secret is part of any answer, and protects nothing.
const MIN_EXACT_LENGTH: usize = 4;

/// So many letters and digits, as one number, are looked up at places of a text.
const WINDOW: usize = 8;

/// The secrets of a pass, in all the forms in which a service may repeat them.
#[derive(Default)]
pub struct Redactor {
    patterns: RwLock<Patterns>,
}

#[derive(Default)]
struct Patterns {
    exact: Vec<Secret>,
    forms: Vec<Form>,
    /// Where to begin a comparison, sorted by its window.
    anchors: Vec<Anchor>,
    filter: Filter,
    /// So many letters of a text may be passed over between two looks without missing an anchor.
    stride: usize,
    /// Whether a secret has a `<` in it.
    has_marks_of_tags: bool,
}

/// A window of the beginning or the end of a form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Anchor {
    window: u64,
    form: usize,
    /// Where it stands in the form.
    offset: usize,
}

/// A set of windows that says at once of most others that they are not in it.
struct Filter([u64; Filter::WORDS]);

impl Default for Filter {
    fn default() -> Self {
        Self([0; Self::WORDS])
    }
}

impl Filter {
    const WORDS: usize = 128;

    fn bit(window: u64) -> (usize, u64) {
        let hash = window.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 51;
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    fn insert(&mut self, window: u64) {
        let (word, bit) = Self::bit(window);
        self.0[word] |= bit;
    }

    fn may_contain(&self, window: u64) -> bool {
        let (word, bit) = Self::bit(window);
        self.0[word] & bit != 0
    }
}

impl Redactor {
    /// Redacts this secret from now on.
    pub fn add(&self, secret: &Secret) {
        let mut patterns = self.patterns.write().unwrap_or_else(PoisonError::into_inner);
        patterns.has_marks_of_tags |= secret.expose().contains('<');
        if forms::letters(secret.expose().as_bytes()).len() >= MIN_FUZZY_LENGTH {
            patterns.insert(forms::of(secret.expose()));
        } else if secret.expose().len() >= MIN_EXACT_LENGTH && !patterns.exact.contains(secret) {
            patterns.exact.push(secret.clone());
        }
    }

    /// Whether a text holds a secret in any form: such a text is neither shown nor stored, nor written anywhere.
    pub fn is_secret_in(&self, text: &str) -> bool {
        let patterns = self.patterns.read().unwrap_or_else(PoisonError::into_inner);
        let mut is_found = false;
        patterns.search(text, &mut |_| is_found = true);
        is_found
    }

    /// A text without any secret.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut found = Vec::new();
        self.patterns.read().unwrap_or_else(PoisonError::into_inner).search(text, &mut |range| found.push(range));
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        found.sort_unstable_by_key(|range| range.start);
        let mut clean = String::with_capacity(text.len());
        let mut end = 0;
        for range in found {
            // What touches the range before is one secret with it: the same one, found in another view.
            if range.start > end || clean.is_empty() {
                clean.push_str(text.get(end..range.start).unwrap_or_default());
                clean.push_str(REDACTED);
            }
            end = end.max(range.end);
        }
        clean.push_str(text.get(end..).unwrap_or_default());
        Cow::Owned(clean)
    }

    /// What a service said, fit for a message: without secrets and markup, on one line, short, harmless on a terminal.
    pub fn quote(&self, said: &str) -> String {
        // A tag may stand in the middle of a secret; a secret may also have the marks of a tag in it.
        let said = if self.has_marks_of_tags() { self.redact(said) } else { Cow::Borrowed(said) };
        let plain = text::without_tags(&said);
        text::one_line(&self.redact(&plain))
    }

    fn has_marks_of_tags(&self) -> bool {
        self.patterns.read().unwrap_or_else(PoisonError::into_inner).has_marks_of_tags
    }

    /// As [`Self::quote`], for the bytes of an answer.
    pub fn quote_bytes(&self, body: &[u8]) -> String {
        self.quote(&String::from_utf8_lossy(body))
    }
}

impl Patterns {
    fn insert(&mut self, forms: Vec<Form>) {
        for form in forms {
            if self.forms.iter().all(|known| known.letters() != form.letters()) {
                self.forms.push(form);
            }
        }
        let shortest = self.forms.iter().map(Form::anchor_length).min().unwrap_or(WINDOW);
        self.stride = shortest - WINDOW + 1;
        self.anchors =
            self.forms.iter().enumerate().flat_map(|(index, form)| anchors(index, form, self.stride)).collect();
        self.anchors.sort_unstable();
        self.anchors.iter().for_each(|anchor| self.filter.insert(anchor.window));
    }

    /// Tells `found` where in a text a secret stands.
    fn search(&self, text: &str, found: &mut dyn FnMut(Range<usize>)) {
        if self.exact.is_empty() && self.forms.is_empty() {
            return;
        }
        views(text.as_bytes(), &mut |view| {
            for secret in &self.exact {
                let secret = secret.expose().as_bytes();
                memmem::find_iter(view.bytes(), secret).for_each(|at| found(view.origin(at..at + secret.len())));
            }
            if self.forms.is_empty() {
                return;
            }
            self.search_letters(view, &view.letters(), found);
            if let Some(letters) = view.letters_without_tags() {
                self.search_letters(view, &letters, found);
            }
        });
    }

    fn search_letters(&self, view: &View<'_>, letters: &Letters, found: &mut dyn FnMut(Range<usize>)) {
        let text = letters.text();
        let (mut end, mut ranges) = (0, Vec::new());
        for (number, part) in text.windows(WINDOW).step_by(self.stride).enumerate() {
            let window = window(part);
            if self.filter.may_contain(window) {
                let at = number * self.stride;
                if let Some(range) = self.longest_match(text, at, end, window) {
                    end = range.end;
                    ranges.push(range);
                }
            }
        }
        if !ranges.is_empty() {
            let places = letters.places_in(view);
            ranges.iter().for_each(|range| found(view.origin(places[range.start]..places[range.end - 1] + 1)));
        }
    }

    /// The most that a form has in common with a text around a place; nothing before `end`.
    fn longest_match(&self, text: &[u8], at: usize, end: usize, window: u64) -> Option<Range<usize>> {
        let first = self.anchors.partition_point(|anchor| anchor.window < window);
        let candidates = self.anchors[first..].iter().take_while(|anchor| anchor.window == window);
        let matches = candidates.filter_map(|anchor| {
            let form = &self.forms[anchor.form];
            let (before, behind) = form.letters().split_at(anchor.offset);
            let backward = common(before.iter().rev(), text.get(end..at)?.iter().rev());
            let range = at - backward..at + common(behind.iter(), text[at..].iter());
            (range.len() >= form.anchor_length()).then_some(range)
        });
        matches.max_by_key(Range::len)
    }
}

/// The windows by which the beginning or the end of a form is met, however a text is stepped through.
fn anchors(index: usize, form: &Form, stride: usize) -> impl Iterator<Item = Anchor> {
    let last = form.letters().len() - form.anchor_length();
    let offsets = (0..stride).flat_map(move |step| [step, last + step]);
    offsets.map(move |offset| Anchor { window: window(&form.letters()[offset..]), form: index, offset })
}

fn common<'a>(one: impl Iterator<Item = &'a u8>, other: impl Iterator<Item = &'a u8>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}

/// The first letters as one number.
fn window(letters: &[u8]) -> u64 {
    letters.first_chunk::<WINDOW>().map_or(0, |letters| u64::from_le_bytes(*letters))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "Zk93+Lm/4Qx7Rt+Vb2Hs/9Wn5Yc8Jd0==";

    fn redactor() -> Redactor {
        let redactor = Redactor::default();
        redactor.add(&Secret::new(KEY));
        redactor
    }

    fn base64(bytes: &[u8], alphabet: [char; 2]) -> String {
        let letters: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(alphabet).collect();
        let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
        let starts = (0..bytes.len() * 8).step_by(6);
        let text = starts.map(|start| letters[(start..start + 6).fold(0, |value, at| value << 1 | bit(at) as usize)]);
        text.collect()
    }

    fn each(text: &str, form: impl Fn(u8) -> String) -> String {
        text.bytes().map(form).collect()
    }

    fn marks(text: &str, form: impl Fn(u8) -> String) -> String {
        each(text, |byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { form(byte) })
    }

    /// The forms in which services repeat a key, by their names.
    fn forms_of(key: &str) -> Vec<(String, String)> {
        let named = |byte: u8| match byte {
            b'+' => "&plus;".to_owned(),
            b'/' => "&sol;".to_owned(),
            _ => "&equals;".to_owned(),
        };
        let percent = marks(key, |byte| format!("%{byte:02X}"));
        let (front, end) = key.split_at(key.len() / 2 + 1);
        let mut forms = vec![
            ("plain", key.to_owned()),
            ("lower", key.to_lowercase()),
            ("upper", key.to_uppercase()),
            ("without padding", key.trim_end_matches('=').to_owned()),
            ("url", percent.clone()),
            ("url, lower", marks(key, |byte| format!("%{byte:02x}"))),
            ("url, all", each(key, |byte| format!("%{byte:02X}"))),
            ("url, twice", percent.replace('%', "%25")),
            ("url, thrice", percent.replace('%', "%2525")),
            ("url of IIS", marks(key, |byte| format!("%u{byte:04x}"))),
            ("in a query", format!("?key={percent}&x=1")),
            ("html, named", marks(key, named)),
            ("html, decimal", marks(key, |byte| format!("&#{byte};"))),
            ("html, hex", each(key, |byte| format!("&#x{byte:X};"))),
            ("html, without its end", marks(key, |byte| format!("&#{byte} "))),
            ("html of url", percent.replace('%', "&#37;")),
            ("json", key.replace('/', "\\/").replace('+', "\\u002b")),
            ("json, all", each(key, |byte| format!("\\u{byte:04X}"))),
            ("json, twice", key.replace('/', "\\\\/").replace('+', "\\\\u002B")),
            ("script", each(key, |byte| format!("\\x{byte:02x}"))),
            ("rust", marks(key, |byte| format!("\\u{{{byte:x}}}"))),
            ("octal", each(key, |byte| format!("\\{byte:03o}"))),
            ("hex", each(key, |byte| format!("{byte:02x}"))),
            ("hex, upper", each(key, |byte| format!("{byte:02X}"))),
            ("hex, colons", each(key, |byte| format!("{byte:02X}:"))),
            ("hex, blanks", each(key, |byte| format!("{byte:02x} "))),
            ("hex, 0x", each(key.trim_end_matches('='), |byte| format!("0x{byte:02x}, "))),
            ("quoted-printable", format!("{}=\r\n{}", front.replace('=', "=3D"), end.replace('=', "=3D"))),
            ("quoted-printable, all", each(key, |byte| format!("={byte:02X}"))),
            ("a blank", format!("{front} {end}")),
            ("a line end", format!("{front}\r\n\t{end}")),
            ("an escaped line end", format!("{front}\\r\\n{end}")),
            ("a tag", format!("{front}<b>{end}")),
            ("tags", format!("{front}</td><td class=\"x1y2\">{end}")),
            ("an escaped tag", format!("{front}&lt;b&gt;{end}")),
            ("a tag escaped for JSON", format!("{front}\\u003cbr\\u003e{end}")),
            ("an invisible letter", format!("{front}\u{200b}{end}")),
            ("wide", each(key, |byte| format!("{}\0", char::from(byte)))),
            ("the first half", front.to_owned()),
            ("the last half", end.to_owned()),
        ]
        .into_iter()
        .map(|(name, form)| (name.to_owned(), form))
        .collect::<Vec<_>>();
        for (phase, before) in ["", "k", "k:"].into_iter().enumerate() {
            for (alphabet, letters) in [("standard", ['+', '/']), ("url", ['-', '_'])] {
                let whole = base64(format!("{before}{key}").as_bytes(), letters);
                forms.push((format!("base64 {alphabet}, phase {phase}"), whole.clone()));
                forms.push((format!("base64 {alphabet}, phase {phase}, padded"), format!("{whole}==")));
                let lines = whole.as_bytes().chunks(20).map(|line| String::from_utf8_lossy(line).into_owned());
                forms
                    .push((format!("base64 {alphabet}, phase {phase}, lines"), lines.collect::<Vec<_>>().join("\r\n")));
                let unpadded = base64(format!("{before}{}", key.trim_end_matches('=')).as_bytes(), letters);
                forms.push((format!("base64 {alphabet}, phase {phase}, of an unpadded one"), unpadded));
                let lower = base64(format!("{before}{}", key.to_lowercase()).as_bytes(), letters);
                forms.push((format!("base64 {alphabet}, phase {phase}, of lower case"), lower));
            }
        }
        forms
    }

    /// The longest run of a form's own characters that is left in a text.
    fn left_of(form: &str, text: &str) -> usize {
        let form = form.as_bytes();
        let is_left = |length: &usize| form.windows(*length).any(|part| memmem::find(text.as_bytes(), part).is_some());
        (1..=form.len()).take_while(is_left).last().unwrap_or_default()
    }

    #[test]
    fn redacts_every_form_of_a_key() {
        let redactor = redactor();
        for (name, form) in forms_of(KEY) {
            for (before, behind) in [("bad key ", " was refused"), ("{\"k\":\"", "\"}"), ("", "")] {
                let text = format!("{before}{form}{behind}");
                let clean = redactor.redact(&text);
                assert!(clean.contains(REDACTED) && redactor.is_secret_in(&text), "{name}: {clean}");
                assert!(left_of(&form, &clean) < 8, "{name}: {clean}");
                assert!(clean.starts_with(before) && clean.ends_with(behind), "{name}: {clean}");
                let quoted = redactor.quote(&text);
                assert!(left_of(&form, &quoted) < 8, "{name}: {quoted}");
            }
        }
    }

    #[test]
    fn leaves_other_texts_as_they_are() {
        let redactor = redactor();
        for text in [
            "",
            "Wipe - Z2AX7K1B: PASS, NIST SP 800-88 Clear, 2023-03-24\r\nMemory: PASS",
            "Zk93+Lm/4Q",
            "<p>100% &amp; more \\u00e9</p>",
            "Zk93 Lm 4Qx 8 Rt Vb2H 8 9Wn5Yc8Jd0",
        ] {
            assert!(matches!(redactor.redact(text), Cow::Borrowed(same) if same == text), "{text}");
            assert!(!redactor.is_secret_in(text), "{text}");
        }
        assert_eq!(redactor.redact("é Zk93+Lm/4Qx7Rt+Vb2Hs/9Wn5Yc8Jd0==é"), "é (secret)é");
    }

    #[test]
    fn redacts_a_quoted_secret_before_it_is_cut() {
        let redactor = redactor();
        for length in 150..210 {
            let quoted = redactor.quote(&format!("{}{KEY}", "x ".repeat(length / 2)));
            assert!(left_of(KEY, &quoted) < 4, "{quoted}");
        }
        let far = format!("{}{KEY}", "<i>".repeat(600));
        assert_eq!(redactor.quote_bytes(far.as_bytes()), REDACTED);
        assert_eq!(redactor.quote(&format!("{}<style>p</style>{}", &KEY[..9], &KEY[9..])), REDACTED);
    }

    #[test]
    fn redacts_a_key_with_marks_of_escapes_in_it() {
        for key in ["Ab<cd>ef%41gh&amp;ijk", "a=41b=3Dc0x41d\\u0041e", "%41%42%43%44%45%46%47%48"] {
            let redactor = Redactor::default();
            redactor.add(&Secret::new(key));
            let escaped = [key.to_owned(), key.replace('%', "%25").replace('&', "%26"), key.replace('&', "&amp;")];
            for text in escaped {
                let quoted = redactor.quote(&format!("bad key {text}!"));
                assert_eq!(quoted, "bad key (secret)!", "{key} as {text}");
            }
        }
    }

    #[test]
    fn matches_a_short_secret_exactly() {
        let redactor = Redactor::default();
        ["Ab1-x9z", "pin", ""].iter().for_each(|secret| redactor.add(&Secret::new(*secret)));
        assert_eq!(
            redactor.redact("token Ab1-x9z, Ab1-x9z; AB1-X9Z Ab1 x9z pin"),
            "token (secret), (secret); AB1-X9Z Ab1 x9z pin"
        );
    }

    proptest! {
        #[test]
        fn any_text_can_be_redacted(text in "(\\PC|[%&=\\\\<>#;xu0-9A-Fa-f+/{}]|Zk93\\+Lm/4Qx7Rt|\\r\\n){0,60}") {
            let redactor = redactor();
            let clean = redactor.redact(&text);
            prop_assert_eq!(clean.contains(REDACTED), redactor.is_secret_in(&text));
            let _ = redactor.quote(&text);
        }

        #[test]
        fn a_key_is_found_wherever_it_stands(key in "[A-Za-z0-9+/]{20,44}={0,2}", before in "\\PC{0,20}", behind in "\\PC{0,20}") {
            prop_assume!(forms::letters(key.as_bytes()).len() >= MIN_FUZZY_LENGTH);
            let redactor = Redactor::default();
            redactor.add(&Secret::new(key.as_str()));
            let text = format!("{before} {key} {behind}");
            prop_assert!(!redactor.redact(&text).contains(key.trim_end_matches('=')), "{text}");
        }
    }
}
