//! An index of the lines of a long text, so that a search need not read them all.
//!
//! The index returns candidates only: the caller compares each of them with what is wanted. A line that was replaced
//! since may therefore stay in it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use crate::model::{CommentLine, stored_form};

/// The part by which a line is found.
#[derive(Debug, Clone, Copy, Hash)]
enum Key {
    /// The whole line.
    Text,
    /// The text before its first colon.
    Name,
}

/// The lines of a text, by the forms that a column may have given them.
#[derive(Debug, Default)]
pub(super) struct LineIndex {
    places: HashMap<u64, Vec<usize>>,
    hasher: RandomState,
}

impl LineIndex {
    /// Adds the line of this place; `undated` is the line without the time behind it.
    pub fn add(&mut self, place: usize, line: &str, undated: &str) {
        self.add_forms(place, Key::Text, line);
        if undated != line {
            self.add_forms(place, Key::Text, undated);
        }
        if let Some((name, _)) = line.split_once(':') {
            self.add_forms(place, Key::Name, name.trim());
        }
    }

    /// Returns the lines that may say a text, with a time behind it or without.
    pub fn saying(&self, text: &str) -> impl Iterator<Item = usize> + use<'_> {
        self.at(self.key(Key::Text, text)).chain(self.in_another_form(Key::Text, text))
    }

    /// Returns the lines that may have a name; where two names have one form, those with its own letters.
    pub fn named(&self, name: &str, is_alone: bool) -> impl Iterator<Item = usize> + use<'_> {
        let others = is_alone.then(|| self.in_another_form(Key::Name, name));
        self.at(self.key(Key::Name, name)).chain(others.into_iter().flatten())
    }

    /// Adds a text by its letters and, where a column may have made them from others, by its stored form.
    fn add_forms(&mut self, place: usize, key: Key, text: &str) {
        self.add_key(self.key(key, text), place);
        let form = stored_form(text);
        if text.is_ascii() && form != text {
            self.add_key(self.key(key, &form), place);
        }
    }

    fn add_key(&mut self, key: u64, place: usize) {
        self.places.entry(key).or_default().push(place);
    }

    fn key(&self, key: Key, text: &str) -> u64 {
        self.hasher.hash_one((key, text))
    }

    fn at(&self, key: u64) -> impl Iterator<Item = usize> + use<'_> {
        self.places.get(&key).into_iter().flatten().copied()
    }

    fn in_another_form(&self, key: Key, text: &str) -> impl Iterator<Item = usize> + use<'_> {
        let form = stored_form(text);
        let other = (form != text).then(|| self.key(key, &form));
        other.into_iter().flat_map(|key| self.at(key))
    }
}

/// The names of lines of ours, to look up many lines in.
#[derive(Debug)]
pub(super) struct NameSet<'a> {
    names: HashSet<&'a str>,
    forms: HashSet<Cow<'a, str>>,
}

impl<'a> NameSet<'a> {
    pub fn new(lines: &'a [CommentLine]) -> Self {
        let names: HashSet<&str> = lines.iter().map(|line| line.name.as_str()).collect();
        Self { forms: names.iter().map(|name| stored_form(name)).collect(), names }
    }

    /// Whether `shown` is a form that a column may have given to one of the names.
    pub fn has(&self, shown: &str) -> bool {
        self.names.contains(shown) || (shown.is_ascii() && self.forms.contains(&stored_form(shown)))
    }
}
