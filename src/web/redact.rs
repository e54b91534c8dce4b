//! The one redaction of everything that a service says: whatever quotes an answer, a header or the error of a library
//! does so through a [`Redactor`], before the text is shown, logged or recorded.
//!
//! A service may repeat the API key or a token in any form. So texts are compared by their letters and digits alone, in
//! lower case, as they stand and with their escapes resolved (`views`), with the forms that a secret takes (`forms`):
//! blanks, tags, line ends and padding between or behind them hide nothing. The beginning or the end of a secret is
//! enough to be found. A secret of less than eight letters and digits would be found in anything, and is matched
//! exactly.
//!
//! Decoded answers stay as they came: a field that is compared or written back is never altered, see
//! [`Redactor::is_secret_in`].

mod forms;
#[cfg(test)]
mod tests;
mod views;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use memchr::memmem;

use self::forms::{Form, MIN_FUZZY_LENGTH};
use self::views::{Letters, View, views};
use super::text;
use crate::secret::Secret;

/// The text in the place of a secret.
const REDACTED: &str = "(secret)";

/// A shorter secret is part of any answer, and protects nothing.
const MIN_EXACT_LENGTH: usize = 4;

/// The number of letters and digits that are looked up together.
const WINDOW_LETTERS: usize = 8;

/// The secrets of a pass, in all the forms in which a service may repeat them.
#[derive(Default)]
pub struct Redactor {
    patterns: RwLock<Patterns>,
}

#[derive(Default)]
struct Patterns {
    exact: Vec<Secret>,
    forms: Vec<Form>,
    /// The places at which a comparison begins, sorted by window.
    anchors: Vec<Anchor>,
    filter: Filter,
    /// The step through the letters of a text that misses no anchor.
    stride: usize,
    /// Whether a secret has a `<` in it.
    has_marks_of_tags: bool,
}

/// A window of the beginning or the end of a form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Anchor {
    window: u64,
    form: usize,
    /// The place in the form.
    offset: usize,
}

/// A set of windows that rules out most others at once.
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

    /// Returns the text of a service, fit for a message: without secrets and markup, on one line, short, harmless on a
    /// terminal.
    pub fn quote(&self, said: &str) -> String {
        // A tag may stand in the middle of a secret; a secret may also have the marks of a tag in it.
        let said = if self.has_marks_of_tags() { self.redact(said) } else { Cow::Borrowed(said) };
        let plain = text::without_tags(&said);
        text::one_line(&self.redact(&plain))
    }

    fn has_marks_of_tags(&self) -> bool {
        self.patterns.read().unwrap_or_else(PoisonError::into_inner).has_marks_of_tags
    }

    /// Quotes the bytes of an answer as [`Self::quote`] does a text.
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
        let shortest = self.forms.iter().map(Form::anchor_length).min().unwrap_or(WINDOW_LETTERS);
        self.stride = shortest - WINDOW_LETTERS + 1;
        self.anchors =
            self.forms.iter().enumerate().flat_map(|(index, form)| anchors(index, form, self.stride)).collect();
        self.anchors.sort_unstable();
        self.anchors.iter().for_each(|anchor| self.filter.insert(anchor.window));
    }

    /// Calls `found` with each part of a text that is a secret.
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
        for (number, part) in text.windows(WINDOW_LETTERS).step_by(self.stride).enumerate() {
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
            for range in ranges {
                found(view.origin(places[range.start]..places[range.end - 1] + 1));
            }
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
    letters.first_chunk::<WINDOW_LETTERS>().map_or(0, |letters| u64::from_le_bytes(*letters))
}
