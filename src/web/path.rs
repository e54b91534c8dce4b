//! Paths with placeholders, as the config writes them: `Inventory/JSON/GetInventoryById?Id={id}`.

/// A path relative to the base of a service, with placeholders in braces; checked when made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Placeholder(&'static str),
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
fn push_encoded(path: &mut String, text: &str) {
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
