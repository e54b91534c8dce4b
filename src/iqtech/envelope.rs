//! Decodes the envelopes of answers. Pure: status and body in, verdict out.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::row::{flag, member};
use crate::web::{Bad, is_html};

/// The form in which an operation says that it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A read in an envelope: `{"result":..,"isSuccess":true,..}`.
    Envelope,
    /// The same, where a refusal may mean that there is none (`errorStatusVal`).
    Lookup,
    /// A write in an envelope, which is done only where the envelope says so.
    Write,
    /// A read without an envelope.
    Bare,
}

/// The verdict on an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict<T> {
    /// The answer to what was asked.
    Done(T),
    /// The service has nothing that fits.
    None,
    /// The service understood and declined; its words, not yet fit for a message.
    Refused(String),
    /// The service cannot answer now, or does not let this caller: the status says which.
    Failing,
    /// The answer is not one of this API.
    NotUnderstood(Bad),
}

/// Decodes an answer; `read` takes the result out of the envelope, which is `null` where there is none.
///
/// The body counts before the status: a service that answers 500 with a refusal is well. A refusal is known by its
/// `isSuccess` or by the `errors` of a validation, never by `errorId`.
pub(super) fn decode<T>(
    status: u16,
    body: &[u8],
    form: Form,
    read: impl FnOnce(&Value) -> Result<T, Bad>,
) -> Verdict<T> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii();
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let object = value.as_ref().and_then(Value::as_object);
    let said = object.and_then(|object| member(object, "isSuccess").or_else(|| member(object, "success"))).map(flag);
    match (object, said) {
        (_, Some(None)) => return not_understood("`isSuccess` in the answer is neither true nor false"),
        (Some(object), Some(Some(false))) => {
            let is_none = form == Form::Lookup && is_nothing_found(object);
            return if is_none { Verdict::None } else { Verdict::Refused(message(object, status)) };
        }
        (Some(object), None) if member(object, "errors").is_some_and(Value::is_object) => {
            return Verdict::Refused(message(object, status));
        }
        (Some(object), Some(Some(true))) if status >= 400 || has_error(object) => {
            return not_understood("the answer says both that it is done and that it is not");
        }
        (Some(_) | None, Some(Some(_)) | None) => {}
    }
    match (status, value) {
        (200..=299, Some(value)) => done(&value, said.flatten() == Some(true), form, read),
        (200..=299, None) => not_understood(if body.is_empty() {
            "the answer is empty"
        } else if is_html(body) {
            "the answer is a web page"
        } else {
            "the answer is no whole JSON"
        }),
        (401 | 403 | 408 | 429, _) => Verdict::Failing,
        (400..=499, value) => Verdict::Refused(match value.as_ref().and_then(Value::as_object) {
            Some(object) => message(object, status),
            None => reason(status).to_owned(),
        }),
        _ => Verdict::Failing,
    }
}

fn done<T>(value: &Value, is_said: bool, form: Form, read: impl FnOnce(&Value) -> Result<T, Bad>) -> Verdict<T> {
    let result = match form {
        Form::Bare => Ok(value),
        Form::Envelope | Form::Lookup | Form::Write => {
            let result = value.as_object().and_then(|object| member(object, "result"));
            let is_done = is_said || (form != Form::Write && result.is_some());
            if is_done { Ok(result.unwrap_or(&Value::Null)) } else { Err("the answer does not say that it is done") }
        }
    };
    match result.map(read) {
        Ok(Ok(value)) => Verdict::Done(value),
        Ok(Err(bad)) => Verdict::NotUnderstood(bad),
        Err(why) => not_understood(why),
    }
}

fn not_understood<T>(why: &str) -> Verdict<T> {
    Verdict::NotUnderstood(Bad::Passing(why.to_owned()))
}

/// Whether a refusal of a look-up says that there is none: the one that the document shows, whatever its words.
fn is_nothing_found(object: &Map<String, Value>) -> bool {
    let has_status = object.keys().any(|key| key.eq_ignore_ascii_case("errorStatusVal"));
    let has = |name| member(object, name).is_some();
    has_status && has("error") && !has("result") && !has("exception") && !has("errors")
}

/// Whether an answer has what only a refusal has.
fn has_error(object: &Map<String, Value>) -> bool {
    ["error", "exception"].into_iter().any(|name| member(object, name).is_some())
}

/// Returns the words of a refusal: of the error, of the exception, of the deepest exception within it, of the
/// validation, its title, or those of the status.
fn message(object: &Map<String, Value>, status: u16) -> String {
    let error = member(object, "error")
        .and_then(|error| words(error).or_else(|| member(error.as_object()?, "message").and_then(words)));
    let exception = member(object, "exception").and_then(Value::as_object);
    let own = || exception.and_then(|exception| member(exception, "message")).and_then(words);
    let inner = || exception.and_then(deepest);
    let validation = || member(object, "errors").and_then(Value::as_object).map(joined).filter(|text| !text.is_empty());
    let title = || member(object, "title").and_then(words);
    let found = error.or_else(own).or_else(inner).or_else(validation).or_else(title);
    found.unwrap_or_else(|| reason(status).to_owned())
}

/// Returns a text that is not blank.
fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Returns the words of the innermost exception that has some.
fn deepest(exception: &Map<String, Value>) -> Option<String> {
    let inner = |exception| member(exception, "innerException").and_then(Value::as_object);
    let chain = std::iter::successors(inner(exception), |exception| inner(exception));
    chain.filter_map(|exception| member(exception, "message").and_then(words)).last()
}

/// Returns the words of a validation: each with the field that it speaks of.
fn joined(errors: &Map<String, Value>) -> String {
    let of_field = |(field, value): (&String, &Value)| {
        let texts: Vec<String> = match value {
            Value::Array(list) => list.iter().filter_map(words).collect(),
            Value::String(_) | Value::Number(_) => words(value).into_iter().collect(),
            Value::Null | Value::Bool(_) | Value::Object(_) => Vec::new(),
        };
        let texts = texts.join(" ");
        match (field.trim(), texts.as_str()) {
            (_, "") => None,
            ("", _) => Some(texts),
            (field, _) => Some(format!("{field}: {texts}")),
        }
    };
    errors.iter().filter_map(of_field).collect::<Vec<_>>().join("; ")
}

/// Returns the words that HTTP has for a status of a refusal.
fn reason(status: u16) -> &'static str {
    match status {
        200..=299 => "the service gave no reason",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "no reason was given",
    }
}
