//! Paths with placeholders, as the config writes them: `Inventory/JSON/GetInventoryById?Id={id}`.

/// A path relative to the base of a service, with placeholders in braces; checked when made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Placeholder(&'static str),
}

/// The value of a placeholder of [`PathTemplate::fill_sparsely`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// There is none: the pair of the query that it stands in is left out.
    Missing,
    /// A text, URL-encoded.
    Text(&'a str),
    /// A list with commas between its elements: all but the commas is URL-encoded.
    List(&'a str),
}

/// A path with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filled {
    /// The path and the query, for the URL.
    pub path: String,
    /// The same for messages and the log: of the query the names only, and of a list its length.
    pub shown: String,
}

/// The reason why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathError {
    /// The path is empty, absolute, or holds what a URL cannot.
    Bad,
    /// No value is known for this placeholder.
    UnknownPlaceholder(String),
}

impl PathTemplate {
    /// Reads a path that may have the placeholders of `known`.
    ///
    /// # Errors
    ///
    /// [`PathError`], for what only the first request would show.
    pub fn parse(path: &str, known: &[&'static str]) -> Result<Self, PathError> {
        let mut rest = path.strip_prefix('/').unwrap_or(path);
        if rest.is_empty() || rest.starts_with('/') || !rest.bytes().all(fits_a_url) || rest.contains("://") {
            return Err(PathError::Bad);
        }
        let mut parts = Vec::new();
        while let Some((literal, tail)) = rest.split_once('{') {
            let (name, tail) = tail.split_once('}').ok_or(PathError::Bad)?;
            parts.push(literal_part(literal)?);
            let known = known.iter().find(|known| **known == name);
            parts.push(Part::Placeholder(known.ok_or_else(|| PathError::UnknownPlaceholder(name.to_owned()))?));
            rest = tail;
        }
        parts.push(literal_part(rest)?);
        Ok(Self(parts))
    }

    /// Makes a path of the program's own: a literal, and a placeholder behind it or none.
    pub(crate) fn new(literal: &str, placeholder: Option<&'static str>) -> Self {
        let literal = Part::Literal(literal.to_owned());
        Self(std::iter::once(literal).chain(placeholder.map(Part::Placeholder)).collect())
    }

    /// Whether the path has this placeholder.
    #[must_use]
    pub fn has(&self, placeholder: &str) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Placeholder(name) if *name == placeholder))
    }

    /// The path with the value of each placeholder, URL-encoded.
    pub(crate) fn fill<'a>(&self, value: impl Fn(&str) -> &'a str) -> String {
        let mut path = String::with_capacity(96);
        for part in &self.0 {
            match part {
                Part::Literal(text) => path.push_str(text),
                Part::Placeholder(name) => push_encoded(&mut path, value(name)),
            }
        }
        path
    }

    /// The path with the value of each placeholder. A pair of the query whose placeholder has no value is left out.
    pub(crate) fn fill_sparsely<'a>(&self, value: impl Fn(&str) -> Value<'a>) -> Filled {
        let mut filled = Filled { path: String::with_capacity(96), shown: String::new() };
        let mut pair = Pair::default();
        for part in &self.0 {
            match part {
                Part::Placeholder(name) => pair.push_value(value(name)),
                Part::Literal(text) => {
                    for character in text.chars() {
                        let ends = if pair.is_query { character == '&' } else { character == '?' };
                        if ends {
                            filled.push(std::mem::replace(&mut pair, Pair { is_query: true, ..Pair::default() }));
                        } else {
                            pair.text.push(character);
                        }
                    }
                }
            }
        }
        filled.push(pair);
        filled
    }
}

/// The path before the query, or a pair of the query.
#[derive(Default)]
struct Pair {
    is_query: bool,
    text: String,
    is_missing: bool,
    /// The number of elements, of a list.
    elements: Option<usize>,
}

impl Pair {
    fn push_value(&mut self, value: Value<'_>) {
        match value {
            Value::Missing => self.is_missing = true,
            Value::Text(text) => push_encoded(&mut self.text, text),
            Value::List(text) => {
                for (at, element) in text.split(',').enumerate() {
                    self.text.push_str(if at > 0 { "," } else { "" });
                    push_encoded(&mut self.text, element);
                    *self.elements.get_or_insert(0) += 1;
                }
            }
        }
    }

    /// The pair as messages show it.
    fn shown(&self) -> String {
        let count = self.elements.map(|count| format!("({count})")).unwrap_or_default();
        match self.text.split_once('=') {
            Some((name, _)) => format!("{name}={count}"),
            None => self.text.clone(),
        }
    }
}

impl Filled {
    fn push(&mut self, pair: Pair) {
        if !pair.is_query {
            self.shown.push_str(&pair.text);
            self.path = pair.text;
        } else if !pair.is_missing {
            let separator = if self.path.contains('?') { '&' } else { '?' };
            self.path.push(separator);
            self.path.push_str(&pair.text);
            self.shown.push(separator);
            self.shown.push_str(&pair.shown());
        }
    }
}

impl std::fmt::Display for PathTemplate {
    /// Writes the path as a config does, placeholders and all.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Literal(text) => f.write_str(text),
            Part::Placeholder(name) => write!(f, "{{{name}}}"),
        })
    }
}

fn literal_part(text: &str) -> Result<Part, PathError> {
    if text.contains(['{', '}']) { Err(PathError::Bad) } else { Ok(Part::Literal(text.to_owned())) }
}

/// Whether a path may have this byte as it is typed: no blank, no control character, no fragment, nothing outside
/// ASCII.
fn fits_a_url(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'#' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'|')
}

/// Everything but unreserved characters is encoded: a slash in an item number must not become a path.
pub(super) fn push_encoded(path: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push('%');
            path.push(char::from(HEX[usize::from(byte >> 4)]));
            path.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(path: &str) -> PathTemplate {
        PathTemplate::parse(path, &["id", "list", "none"]).unwrap()
    }

    fn value(name: &str) -> Value<'static> {
        match name {
            "id" => Value::Text("a/b,c"),
            "list" => Value::List("1/2,3"),
            _ => Value::Missing,
        }
    }

    #[test]
    fn leaves_out_pairs_of_query_without_value() {
        for (path, filled, shown) in [
            ("a/b?Response={none}", "a/b", "a/b"),
            ("a?x={id}&y={list}&z={none}", "a?x=a%2Fb%2Cc&y=1%2F2,3", "a?x=&y=(2)"),
            ("a?z={none}&x={id}", "a?x=a%2Fb%2Cc", "a?x="),
            ("a/{id}?fixed=1&z=pre{none}&flag", "a/a%2Fb%2Cc?fixed=1&flag", "a/a%2Fb%2Cc?fixed=&flag"),
            ("a/{none}/b", "a//b", "a//b"),
            ("a?", "a?", "a?"),
        ] {
            let expected = Filled { path: filled.to_owned(), shown: shown.to_owned() };
            assert_eq!(template(path).fill_sparsely(value), expected, "{path}");
        }
    }

    #[test]
    fn fills_every_pair_if_every_value_is_a_text() {
        for path in ["a", "a/{id}", "a?x={id}", "a?x={id}&y=1&z={id}", "a/{id}/b?{id}={id}&&?=?&"] {
            let (always, sparsely) =
                (template(path).fill(|_| "1,/é"), template(path).fill_sparsely(|_| Value::Text("1,/é")));
            assert_eq!(always, sparsely.path, "{path}");
        }
        assert_eq!(template("a/{id}?x={list}&y=").fill(|_| ""), "a/?x=&y=");
        assert_eq!(template("Inventory?Id={id}").fill(|_| "1,2 3"), "Inventory?Id=1%2C2%203");
    }
}
