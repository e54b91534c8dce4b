//! Probes of a tenant's API, for `auth-test`. Reads only.

use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use ureq::http::Uri;

use super::client::Iqr;
use super::endpoint::{Fill, Method, Operation};
use super::error::Error;
use super::http::{Answer, Credential, Request};
use crate::web::proxy;
use crate::web::redact::Redactor;
use crate::web::text::is_html;
use super::wait::When;

/// Longest time for the look-up of a name.
const LOOK_UP: Duration = Duration::from_secs(10);

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

/// The route to a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The host is reached at one of these addresses.
    Direct(Vec<IpAddr>),
    /// Through this proxy, which looks the name up.
    Proxy(String),
}

/// Looks the host of a service's URL up, within ten seconds.
///
/// # Errors
///
/// [`Error::Unreachable`] when the name is not known or no server answers.
pub fn route(url: &str) -> Result<Route, Error> {
    let failed = |host: &str, why: &str| Error::Unreachable {
        cause: format!("the name of the host {host} cannot be looked up: {why}"),
    };
    let uri: Uri = url.parse().map_err(|_| failed(url, "it is no URL"))?;
    let proxy = proxy::from_environment(&[url]).map_err(|error| Error::Unreachable { cause: error.to_string() })?;
    if let Some(proxy) = proxy.filter(|proxy| !proxy.is_no_proxy(&uri)) {
        return Ok(Route::Proxy(format!("{}:{}", proxy.host(), proxy.port())));
    }
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let (tell, told) = mpsc::channel();
    let name = host.clone();
    // The system's look-up has no limit of its own.
    thread::spawn(move || tell.send((name.as_str(), 443).to_socket_addrs().map(Iterator::collect::<Vec<_>>)));
    match told.recv_timeout(LOOK_UP) {
        Ok(Ok(addresses)) => Ok(Route::Direct(addresses.iter().map(std::net::SocketAddr::ip).collect())),
        Ok(Err(error)) => Err(failed(&host, &error.to_string())),
        Err(_) => Err(failed(&host, "nobody answered in time")),
    }
}

impl Iqr {
    /// Asks a host for its root, without the key: any answer shows that it is reached, by TLS where the URL says so.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] with what went wrong.
    pub fn knock(&self, url: &str) -> Result<u16, Error> {
        let request = Request {
            method: Method::Get,
            url: format!("{url}/"),
            shown: format!("GET {url}/"),
            body: None,
            is_write: false,
        };
        let answer = self.http.exchange(&request, Credential::None, When::InTime.until(&self.limits));
        answer.map(|answer| answer.status).map_err(|fault| unreachable(&request, &fault.text))
    }

    /// Asks for one asset, one master item, or all categories, and looks at the answer from outside; `key` is the ID or
    /// the item number. A write is refused by the read-only guard like any other.
    ///
    /// # Errors
    ///
    /// [`Error::KeyRefused`] and [`Error::Unreachable`]; every answer is a glimpse.
    pub fn glimpse(&self, operation: Operation, key: &str) -> Result<Glimpse, Error> {
        let request = self.request(operation, Fill { id: key, item_number: key, manufacturer: "" }, None);
        let when = When::InTime;
        let session = self.session.current(self.link(when))?;
        let answer = self.http.exchange(&request, Credential::Token(session.token()), when.until(&self.limits));
        let answer = answer.map_err(|fault| unreachable(&request, &fault.text))?;
        Ok(Glimpse::of(&request, &answer, self.http.redactor()))
    }
}

fn unreachable(request: &Request, text: &str) -> Error {
    Error::Unreachable { cause: format!("{}: {text}", request.shown) }
}

impl Glimpse {
    fn of(request: &Request, answer: &Answer, redactor: &Redactor) -> Self {
        Self {
            request: request.shown.clone(),
            status: answer.status,
            content_type: redactor.quote(&answer.content_type),
            shape: Shape::of(&answer.body, redactor),
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
    fn of(body: &[u8], redactor: &Redactor) -> Self {
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
        for (body, told) in [
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
            assert_eq!(Shape::of(body, &Redactor::default()).to_string(), told);
        }
    }

    #[test]
    fn looks_up_names_but_not_addresses() {
        assert!(matches!(route("https://name.invalid"), Err(Error::Unreachable { .. })));
        assert_eq!(route("http://127.0.0.1:9"), Ok(Route::Direct(vec![IpAddr::from([127, 0, 0, 1])])));
        assert_eq!(route("http://[::1]:9").ok(), Some(Route::Direct(vec!["::1".parse().unwrap()])));
    }
}
