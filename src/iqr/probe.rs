//! Probes of a tenant's API, for `auth-test`. Reads only.

use serde_json::Value;

use super::client::Iqr;
use super::endpoint::{Fill, Operation};
use crate::web::{Answer, Error, Redactor, Request, is_html};

/// An answer by its outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glimpse {
    /// Method and path.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// The content type that the answer declares; empty where it declares none.
    pub content_type: String,
    /// The shape of the body.
    pub shape: Shape,
}

/// The shape of an answer's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// No bytes.
    Empty,
    /// JSON `null`.
    Null,
    /// A JSON object with these members, each with its value as text (cut, on one line; empty for `null`).
    Object(Vec<(String, String)>),
    /// A JSON list of so many elements, and the names of the first one's members.
    List(usize, Vec<String>),
    /// Another JSON value, as text.
    Value(String),
    /// A web page: what it says.
    WebPage(String),
    /// XML, or a bare text: its beginning.
    Text(String),
}

impl Iqr {
    /// Asks a host for its root, without the key: any answer shows that it is reached, by TLS where the URL says so.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] with what went wrong.
    pub fn knock(&self, url: &str) -> Result<u16, Error> {
        self.client.knock(url)
    }

    /// Asks for one asset, one master item, or all categories, and looks at the answer from outside; `key` is the ID or
    /// the item number. A write is refused by the read-only guard like any other.
    ///
    /// # Errors
    ///
    /// [`Error::CredentialRefused`] and [`Error::Unreachable`]; every answer is a glimpse.
    pub fn glimpse(&self, operation: Operation, key: &str) -> Result<Glimpse, Error> {
        let request = self.request(operation, Fill { id: key, item_number: key, manufacturer: "" }, None);
        let answer = self.client.ask_once(&request)?;
        Ok(Glimpse::from_answer(&request, &answer, self.client.http.redactor()))
    }
}

impl Glimpse {
    fn from_answer(request: &Request, answer: &Answer, redactor: &Redactor) -> Self {
        Self {
            request: request.shown.clone(),
            status: answer.status,
            content_type: redactor.quote(&answer.content_type),
            shape: Shape::from_body(&answer.body, redactor),
        }
    }

    /// The text of a member of an object, whatever the case of its name; `None` where it has none.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&str> {
        let Shape::Object(members) = &self.shape else { return None };
        members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Shape {
    fn from_body(body: &[u8], redactor: &Redactor) -> Self {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
        if body.is_empty() {
            return Self::Empty;
        }
        if is_html(body) {
            return Self::WebPage(redactor.quote_bytes(body));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Null) => Self::Null,
            Ok(Value::Object(object)) => {
                Self::Object(object.iter().map(|(name, value)| member(name, value, redactor)).collect())
            }
            Ok(Value::Array(list)) => {
                Self::List(list.len(), list.first().map(|element| names(element, redactor)).unwrap_or_default())
            }
            Ok(value) => Self::Value(redactor.quote(&value.to_string())),
            Err(_) => Self::Text(redactor.quote_bytes(body)),
        }
    }
}

fn member(name: &str, value: &Value, redactor: &Redactor) -> (String, String) {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => redactor.quote(text),
        other => redactor.quote(&other.to_string()),
    };
    (redactor.quote(name), text)
}

fn names(element: &Value, redactor: &Redactor) -> Vec<String> {
    let object = element.as_object();
    object.map(|object| object.keys().map(|name| redactor.quote(name)).collect()).unwrap_or_default()
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing"),
            Self::Null => f.write_str("JSON null"),
            Self::Object(members) if members.is_empty() => f.write_str("an empty JSON object"),
            Self::Object(members) => write!(f, "a JSON object of {} members", members.len()),
            Self::List(0, _) => f.write_str("an empty JSON list"),
            Self::List(length, names) if names.is_empty() => write!(f, "a JSON list of {length} values"),
            Self::List(length, names) => write!(f, "a JSON list of {length}, each with {}", names.join(", ")),
            Self::Value(text) => write!(f, "a JSON value, {text}"),
            Self::WebPage(text) => write!(f, "a web page: {text}"),
            Self::Text(text) => write!(f, "no JSON: {text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_shapes_of_answers() {
        for (body, shown) in [
            (&b"  "[..], "nothing"),
            (b"null", "JSON null"),
            (b"{}", "an empty JSON object"),
            (br#"{"a":1,"B":null}"#, "a JSON object of 2 members"),
            (b"[]", "an empty JSON list"),
            (br#"["x"]"#, "a JSON list of 1 values"),
            (br#"[{"category":"X"}]"#, "a JSON list of 1, each with category"),
            (br#""not found""#, "a JSON value, \"not found\""),
            (b"<!DOCTYPE html><body>Endpoint not found.</body>", "a web page: Endpoint not found."),
            (b"<int>5</int>\x1b[2J", "no JSON: 5 \\u{1b}[2J"),
        ] {
            assert_eq!(Shape::from_body(body, &Redactor::default()).to_string(), shown);
        }
    }
}
