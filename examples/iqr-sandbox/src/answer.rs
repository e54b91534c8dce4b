//! Answers, and the pages that the service is known for.

use serde_json::{Value, json};

/// The format that a path segment asks for; it decides, not `Accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Xml,
}

impl Format {
    pub(crate) fn of_segment(segment: &str) -> Option<Self> {
        match segment {
            "json" => Some(Self::Json),
            "xml" => Some(Self::Xml),
            _ => None,
        }
    }
}

/// One answer, before anything goes wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The namespace of WCF's serialised primitives.
const SERIALIZATION: &str = "http://schemas.microsoft.com/2003/10/Serialization/";

impl Answer {
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, "application/json; charset=utf-8", body)
    }

    pub(crate) fn xml(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, "application/xml; charset=utf-8", body)
    }

    pub(crate) fn html(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, "text/html; charset=UTF-8", body)
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self::new(status, "text/plain", Vec::new())
    }

    /// A value in the format asked for; `name` is the element's name in XML.
    pub(crate) fn value(format: Format, name: &str, value: &Value) -> Self {
        match format {
            Format::Json => Self::json(200, value.to_string()),
            Format::Xml => Self::xml(element(name, value)),
        }
    }

    /// A bare text, as WCF serialises a returned string.
    pub(crate) fn text(format: Format, text: &str) -> Self {
        match format {
            Format::Json => Self::json(200, json!(text).to_string()),
            Format::Xml => Self::xml(format!("<string xmlns=\"{SERIALIZATION}\">{}</string>", escape(text))),
        }
    }

    pub(crate) fn count(count: usize) -> Self {
        Self::xml(format!("<int xmlns=\"{SERIALIZATION}\">{count}</int>"))
    }

    pub(crate) fn endpoint_not_found() -> Self {
        Self::html(404, page("Endpoint not found.", "There was no channel actively listening."))
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::html(405, page("Method not allowed.", "Please see the service help page."))
    }

    pub(crate) fn request_error() -> Self {
        let words = "The server encountered an error processing the request. See server logs for more details.";
        Self::html(400, page("Request Error", words))
    }

    pub(crate) fn unauthorized(status: u16) -> Self {
        Self::json(status, r#"{"Message":"Authorization has been denied for this request."}"#)
    }
}

/// One of the service's own pages.
pub(crate) fn page(heading: &str, words: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \
         \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\r\n<html xmlns=\"http://www.w3.org/1999/xhtml\">\
         \r\n<head><title>Service</title></head>\r\n<body><div id=\"content\"><p class=\"heading1\">{heading}</p>\
         <p>{words}</p></div></body>\r\n</html>"
    )
}

/// A JSON value as an element: objects by key, arrays as `ArrayOf`.
fn element(name: &str, value: &Value) -> String {
    let inner = match value {
        Value::Null => {
            return format!("<{name} i:nil=\"true\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"/>");
        }
        Value::Array(values) => {
            let inner: String = values.iter().map(|value| element(name, value)).collect();
            return format!("<ArrayOf{name}>{inner}</ArrayOf{name}>");
        }
        Value::Object(members) => members.iter().map(|(key, value)| element(key, value)).collect(),
        Value::String(text) => escape(text),
        other => other.to_string(),
    };
    format!("<{name}>{inner}</{name}>")
}

pub(crate) fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// The words that go with a status.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        411 => "Length Required",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
