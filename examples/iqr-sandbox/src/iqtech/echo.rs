//! Answers that repeat what they were sent, the secrets among it in an encoding of choice.

use serde_json::{Value, json};

use super::employee_calls::pins;
use super::envelope::{Refusal, Shape};
use super::options::{Place, Quirks};
use super::state::State;
use crate::answer::Answer;
use crate::encoding::Encoding;
use crate::wire::Incoming;

/// Members of answers that [`Place::Names`] fills.
const NAMES: [&str; 9] = [
    "firstName",
    "lastName",
    "department",
    "machineName",
    "location",
    "locationName",
    "productName",
    "employeeName",
    "assignee",
];

/// Returns the answer that is nothing but an echo, if one is due to this request.
pub(super) fn answer(state: &State, incoming: &Incoming, is_data: bool) -> Option<Answer> {
    let echo = state.options.quirks.echo?;
    let words = || words(state, echo.encoding, incoming);
    let refusal = |status, shape| Refusal::new(status, shape, status, &words()).answer(&Quirks::default());
    match echo.place {
        Place::Error(status) if is_data => Some(refusal(status, Shape::F3)),
        Place::Exception(status) if is_data => Some(refusal(status, Shape::F5)),
        Place::Problem if is_data => Some(Refusal::problem("echo", &words()).answer(&Quirks::default())),
        Place::Text(status) if is_data => Some(Answer::new(status, "text/plain; charset=utf-8", words())),
        Place::TokenError(status) if !is_data => {
            let error = json!({ "error": "invalid_client", "error_description": words() });
            Some(Answer::json(status, error.to_string()))
        }
        Place::Error(_)
        | Place::Exception(_)
        | Place::Problem
        | Place::Text(_)
        | Place::TokenError(_)
        | Place::Message
        | Place::Names => None,
    }
}

/// Puts the echo into an answer, where it is due there.
pub(super) fn fill(state: &State, incoming: &Incoming, answer: &mut Value) {
    let Some(echo) = state.options.quirks.echo else { return };
    let words = words(state, echo.encoding, incoming);
    match echo.place {
        Place::Message => {
            if let Some(message) = answer.pointer_mut("/result/message") {
                *message = Value::from(words);
            }
        }
        Place::Names => fill_names(answer, &words),
        Place::Error(_) | Place::Exception(_) | Place::Problem | Place::Text(_) | Place::TokenError(_) => {}
    }
}

fn fill_names(value: &mut Value, words: &str) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| fill_names(value, words)),
        Value::Object(members) => {
            for (name, value) in members {
                if value.is_string() && NAMES.contains(&name.as_str()) {
                    *value = Value::from(words);
                } else {
                    fill_names(value, words);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns the secrets of the request and all access codes in the encoding, and behind them all that was sent.
fn words(state: &State, encoding: Encoding, incoming: &Incoming) -> String {
    let further: Vec<String> = pins(&incoming.body).into_iter().chain(state.codes().iter().cloned()).collect();
    encoding.echo(incoming, &["client_secret"], &further)
}
