//! A cursor over one table of the config file.
//!
//! Reading a key marks it as known, checks its type, and returns the default where there is none or a bad one; a bad
//! value goes to the [`Report`], so that one reading finds all of them. The keys that were not read are unknown keys.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::flaw::Flaw;
use super::key_shape::looks_like_a_key;
use super::report::Report;
use super::values;

/// A table, or the absence of one: then every key has its default.
pub(super) struct Section<'a, 'r> {
    path: String,
    /// The place of the table, in bytes.
    offset: usize,
    table: Option<&'a DeTable<'a>>,
    known: Vec<&'static str>,
    /// Whether the names of the keys are the administrator's own.
    free_names: bool,
    pub(super) report: &'r mut Report<'a>,
}

impl<'a, 'r> Section<'a, 'r> {
    /// Reads the whole file.
    pub(super) fn read_root<T>(
        table: &'a DeTable<'a>,
        report: &'r mut Report<'a>,
        read: impl FnOnce(&mut Section<'a, '_>) -> T,
    ) -> T {
        let mut root = Section::new(String::new(), 0, Some(table), report);
        let result = read(&mut root);
        root.refuse_unknown();
        result
    }

    /// Reads the table at `key`, then refuses the keys of it that `read` did not ask for.
    pub(super) fn section<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Section<'a, '_>) -> T) -> T {
        let offset = self.table.and_then(|table| table.get_key_value(key)).map_or(0, |(name, _)| name.span().start);
        let table =
            self.value(key, None, |value| value.as_table().map(Some).ok_or_else(|| wrong_type("a table", value)));
        let mut section = Section::new(self.path_of(key), offset, table, self.report);
        let result = read(&mut section);
        section.refuse_unknown();
        result
    }

    fn new(path: String, offset: usize, table: Option<&'a DeTable<'a>>, report: &'r mut Report<'a>) -> Self {
        Self { path, offset, table, known: Vec::new(), free_names: false, report }
    }

    /// Whether the file has no such table.
    pub(super) fn is_absent(&self) -> bool {
        self.table.is_none()
    }

    /// Whether the file has this key, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(key))
    }

    /// Refuses the value at `key` for what other keys say.
    pub(super) fn refuse_key(&mut self, key: &'static str, message: String) {
        match self.take(key) {
            Some(value) => self.refuse(key, value, &message.into()),
            None => self.refuse_self(&message),
        }
    }

    /// Warns that the value at `key` can be used and is hardly meant.
    pub(super) fn warn_key(&mut self, key: &'static str, message: &str) {
        if let Some(value) = self.table.and_then(|table| table.get(key)) {
            let offset = value.span().start;
            self.report.warn(offset, format!("`{}` {message}", self.path_of(key)));
        }
    }

    /// Refuses the table as a whole.
    pub(super) fn refuse_self(&mut self, message: &str) {
        self.report.refuse(self.offset, format!("`{}` {message}", self.path));
    }

    /// A string that is not blank.
    pub(super) fn text(&mut self, key: &'static str, default: &str) -> String {
        self.parsed(key, default.to_owned(), values::text)
    }

    /// A string that `parse` makes something of.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, Flaw>,
    ) -> T {
        self.value(key, default, |value| parse(string(value)?))
    }

    /// Reads a value that must be one of a few words.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, default: T, words: &[(&str, T)]) -> T {
        self.parsed(key, default, |text| values::word(text, words))
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str, default: bool) -> bool {
        self.value(key, default, |value| value.as_bool().ok_or_else(|| wrong_type("true or false", value)))
    }

    /// A whole number within `range`.
    pub(super) fn number<N: TryFrom<u16> + PartialOrd + fmt::Display>(
        &mut self,
        key: &'static str,
        default: N,
        range: RangeInclusive<N>,
    ) -> N {
        self.value(key, default, |value| {
            let written = value.as_integer().ok_or_else(|| wrong_type("a whole number", value))?;
            let number = u16::from_str_radix(written.as_str(), written.radix()).ok();
            number
                .and_then(|number| N::try_from(number).ok())
                .filter(|number| range.contains(number))
                .ok_or_else(|| format!("must be from {} to {}", range.start(), range.end()).into())
        })
    }

    /// A length of time (`"30s"`).
    pub(super) fn duration(&mut self, key: &'static str, default: Duration) -> Duration {
        self.value(key, default, |value| values::duration(value.as_str().unwrap_or_default()))
    }

    /// A list of strings that are not blank.
    pub(super) fn texts(&mut self, key: &'static str, default: Vec<String>) -> Vec<String> {
        self.list(key, "a list of strings", |item, _| values::text(string(item)?)).unwrap_or(default)
    }

    /// A list of whole numbers above zero, each only once; by default empty.
    pub(super) fn numbers(&mut self, key: &'static str) -> Vec<i64> {
        let numbers = self.list(key, "a list of whole numbers", |item, before| {
            let written = item.as_integer().ok_or_else(|| wrong_type("a whole number", item))?;
            match i64::from_str_radix(written.as_str(), written.radix()) {
                Ok(number) if before.contains(&number) => Err("stands in the list already".into()),
                Ok(number) if number > 0 => Ok(number),
                _ => Err(format!("must be from 1 to {}", i64::MAX).into()),
            }
        });
        numbers.unwrap_or_default()
    }

    /// A list whose items `read` makes something of; it also gets those before. `None` when there is none or no list.
    fn list<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl Fn(&DeValue<'_>, &[T]) -> Result<T, Flaw>,
    ) -> Option<Vec<T>> {
        let value = self.take(key)?;
        let Some(list) = value.get_ref().as_array() else {
            self.refuse(key, value, &wrong_type(expected, value.get_ref()));
            return None;
        };
        let mut read_items = Vec::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            match read(item.get_ref(), &read_items) {
                Ok(read) => read_items.push(read),
                Err(flaw) => self.refuse(&format!("{key}[{index}]"), item, &flaw),
            }
        }
        Some(read_items)
    }

    /// Every key of this table, whatever its name, in the order of the file. `None` when the file has no such table.
    pub(super) fn entries<T>(
        &mut self,
        mut parse: impl FnMut(&str, &str) -> Result<T, Flaw>,
    ) -> Option<Vec<(String, T)>> {
        self.free_names = true;
        let table = self.table?;
        let mut written: Vec<_> = table.iter().collect();
        written.sort_by_key(|(name, _)| name.span().start);
        let mut entries = Vec::with_capacity(written.len());
        for (name, value) in written {
            let name = name.get_ref().as_ref();
            match string(value.get_ref()).and_then(|text| parse(name, text)) {
                Ok(entry) => entries.push((name.to_owned(), entry)),
                Err(flaw) => self.refuse(name, value, &flaw),
            }
        }
        Some(entries)
    }

    /// The value at `key` through `read`, or the default when there is none or `read` refuses it.
    fn value<T>(&mut self, key: &'static str, default: T, read: impl FnOnce(&'a DeValue<'a>) -> Result<T, Flaw>) -> T {
        let Some(value) = self.take(key).filter(|value| self.report.can_be_read(value.span().start)) else {
            return default;
        };
        read(value.get_ref()).unwrap_or_else(|flaw| {
            self.refuse(key, value, &flaw);
            default
        })
    }

    /// Returns the place in the file of byte `within` of the text at `key`.
    pub(super) fn offset_in(&self, key: &str, within: usize) -> usize {
        let value = self.table.and_then(|table| table.get(key));
        value.map_or(0, |value| self.report.offset_in_text(value, within))
    }

    /// Returns the value at `key` as written; the key is known from now on.
    fn take(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(key);
        self.table?.get(key)
    }

    /// Notes that the value at `key` is refused.
    fn refuse(&mut self, key: &str, value: &Spanned<DeValue<'_>>, flaw: &Flaw) {
        let offset = flaw.offset.map_or(value.span().start, |within| self.report.offset_in_text(value, within));
        let message = format!("`{}` {}", self.path_of(key), flaw.message);
        self.report.refuse(offset, message);
    }

    /// The path of a key of this table, as TOML writes it.
    pub(super) fn path_of(&self, key: &str) -> String {
        let key = shown(key);
        if self.path.is_empty() { key } else { format!("{}.{key}", self.path) }
    }

    /// The keys that were asked for so far.
    #[cfg(test)]
    pub(super) fn known_keys(&self) -> Vec<&'static str> {
        self.known.clone()
    }

    fn refuse_unknown(&mut self) {
        let Some(table) = self.table.filter(|_| !self.free_names) else { return };
        for key in table.keys().filter(|key| !self.known.contains(&key.get_ref().as_ref())) {
            let message = self.unknown(key.get_ref());
            self.report.refuse(key.span().start, message);
        }
    }

    /// Returns the key of this table that names the file of the secret for which an unknown key was meant. The API key
    /// has a message of its own.
    fn file_of_secret(&self, key: &str) -> Option<&'static str> {
        let word = key.to_ascii_lowercase();
        let is_meant = |file: &&&str| {
            **file != "api_key_file" && file.strip_suffix("_file").is_some_and(|name| name.contains(&word))
        };
        values::sounds_secret(key).then(|| self.known.iter().find(is_meant).copied()).flatten()
    }

    fn unknown(&self, key: &str) -> String {
        let path = self.path_of(key);
        if let Some(file) = self.file_of_secret(key) {
            return format!(
                "`{path}` does not belong in this file: keep the secret in a file of its own that only its owner can read, \
                 and name that file in `{}`",
                self.path_of(file)
            );
        }
        if values::sounds_secret(key) {
            return format!(
                "`{path}` does not belong in this file: keep the API key in a file of its own that only its owner can \
                 read, and name that file in `iqr.api_key_file`"
            );
        }
        match values::nearest(key, self.known.iter().copied()) {
            Some(near) => format!("`{path}` is not a setting; did you mean `{near}`?"),
            None => format!("`{path}` is not a setting"),
        }
    }
}

fn string<'v>(value: &'v DeValue<'_>) -> Result<&'v str, Flaw> {
    value.as_str().ok_or_else(|| wrong_type("a string", value))
}

fn wrong_type(expected: &str, value: &DeValue<'_>) -> Flaw {
    let found = match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    format!("must be {expected}, not {found}").into()
}

/// A key as a message may show it. A long one is no name of a setting but perhaps a secret that was put on a line of
/// its own.
fn shown(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '[' || c == ']';
    if key.chars().count() > 40 || looks_like_a_key(key) {
        "(a long key)".to_owned()
    } else if !key.is_empty() && key.chars().all(bare) {
        key.to_owned()
    } else {
        format!("\"{}\"", key.escape_debug())
    }
}
