//! The envelopes of the document: of answers, and of refusals in their seven shapes.

use serde_json::{Map, Value, json};

use super::options::Quirks;
use super::record::Offense;
use crate::answer::Answer;

/// A shape of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Neither `result` nor `exception`.
    F1,
    /// No `result`; `exception` is null.
    F2,
    /// `result` and `exception` are null.
    F3,
    /// The third shape with `errorStatusVal`.
    F4,
    /// `error` is null, and `exception` has the message.
    F5,
    /// The fifth shape without `result`.
    F6,
    /// A validation problem of ASP.NET.
    F7,
}

/// A refusal.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    shape: Shape,
    /// `errorId`, which is not always the status.
    error_id: u16,
    message: String,
    /// The field of a validation problem.
    field: String,
    /// The offense that is refused, if it is one.
    pub(super) offense: Option<Offense>,
}

impl Refusal {
    pub(super) fn new(status: u16, shape: Shape, error_id: u16, message: &str) -> Self {
        Self { status, shape, error_id, message: message.to_owned(), field: String::new(), offense: None }
    }

    /// A refusal with `exception`, under 500.
    pub(super) fn exception(shape: Shape, message: &str) -> Self {
        Self::new(500, shape, 500, message)
    }

    /// A validation problem of a field.
    pub(super) fn problem(field: &str, message: &str) -> Self {
        Self { field: field.to_owned(), ..Self::new(400, Shape::F7, 400, message) }
    }

    /// A validation problem of a value that a field cannot have.
    pub(super) fn invalid(field: &str, value: &str) -> Self {
        Self::problem(field, &format!("The value '{value}' is not valid."))
    }

    /// Names the offense that is refused.
    pub(super) fn accusing(mut self, offense: Offense) -> Self {
        self.offense = Some(offense);
        self
    }

    pub(super) fn answer(&self, quirks: &Quirks) -> Answer {
        let status = quirks.refusal_status.unwrap_or(self.status);
        if self.shape == Shape::F7 {
            let mut answer = Answer::json(status, self.problem_body().to_string());
            answer.content_type = "application/problem+json; charset=utf-8";
            return answer;
        }
        let mut text = Value::Object(self.body()).to_string();
        if quirks.prints_trailing_comma && self.shape == Shape::F1 {
            text.insert(text.len() - 1, ',');
        }
        Answer::json(status, text)
    }

    fn problem_body(&self) -> Value {
        json!({
            "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
            "title": "One or more validation errors occurred.",
            "status": 400,
            "traceId": "00-1071d4b7b6738f6ed764ee1bd389a9a9-d6205f3d49724ebd-00",
            "errors": { &self.field: [self.message] },
        })
    }

    fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        set("isSuccess", Value::Bool(false));
        set("success", Value::Null);
        set("errors", Value::Null);
        let error = json!({ "errorId": self.error_id, "message": self.message });
        let inner = json!({ "stackTrace": "", "message": "", "innerException": null });
        let exception = json!({ "stackTrace": null, "message": self.message, "innerException": inner });
        let (error, exception) = match self.shape {
            Shape::F1 | Shape::F7 => (error, None),
            Shape::F2 | Shape::F3 | Shape::F4 => (error, Some(Value::Null)),
            Shape::F5 | Shape::F6 => (Value::Null, Some(exception)),
        };
        set("error", error);
        if let Some(exception) = exception {
            set("exception", exception);
        }
        if matches!(self.shape, Shape::F3 | Shape::F4 | Shape::F5) {
            set("result", Value::Null);
        }
        if self.shape == Shape::F4 {
            set("errorStatusVal", json!(0));
        }
        body
    }
}

/// An answer that has no result (C1).
pub(super) fn done() -> Value {
    json!({ "isSuccess": true, "success": null, "errors": null, "error": null, "exception": null })
}

/// An answer with a result (R2, P2, P3).
pub(super) fn result(result: Value) -> Value {
    let mut answer = done();
    answer["result"] = result;
    answer
}

/// An answer with a result and without `success` (P1).
pub(super) fn result_without_success(value: Value) -> Value {
    let mut answer = result(value);
    answer.as_object_mut().map(|members| members.remove("success"));
    answer
}

/// An answer with a list and `errorStatusVal` (R1).
pub(super) fn result_of_lookup(list: Value) -> Value {
    let mut answer = result(list);
    answer["errorStatusVal"] = json!(0);
    answer
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{Quirks, Refusal, Shape};

    fn keys(shape: Shape) -> BTreeSet<String> {
        let answer = Refusal::new(400, shape, 400, "x").answer(&Quirks::default());
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        body.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn builds_the_shapes_of_the_document() {
        let of = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<String>>();
        assert_eq!(keys(Shape::F1), of("isSuccess success errors error"));
        assert_eq!(keys(Shape::F2), of("isSuccess success errors error exception"));
        assert_eq!(keys(Shape::F3), of("result isSuccess success errors error exception"));
        assert_eq!(keys(Shape::F4), of("result isSuccess errorStatusVal success errors error exception"));
        assert_eq!(keys(Shape::F5), of("result isSuccess success errors error exception"));
        assert_eq!(keys(Shape::F6), of("isSuccess success errors error exception"));
        assert_eq!(keys(Shape::F7), of("type title status traceId errors"));
    }

    #[test]
    fn prints_the_trailing_comma_on_demand() {
        let refusal = Refusal::new(500, Shape::F1, 500, "x");
        let text = |quirks: &Quirks| String::from_utf8(refusal.answer(quirks).body).unwrap();
        assert!(text(&Quirks { prints_trailing_comma: true, ..Quirks::default() }).ends_with(",}"));
        assert!(text(&Quirks::default()).ends_with('}') && !text(&Quirks::default()).ends_with(",}"));
    }
}
