//! The sign-in host: sessions are created with the key and ended with their token.

use serde_json::{Value, json};

use super::Call;
use crate::answer::Answer;
use crate::record::Token;
use crate::state::State;

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> (Answer, Token) {
    match call.incoming.method.as_str() {
        "POST" => (create(state, call), Token::Absent),
        "DELETE" => end(state, call),
        _ => (
            Answer::new(405, "application/json", r#"{"Message":"The requested resource does not support it."}"#),
            Token::Absent,
        ),
    }
}

/// Judges a data call's token and counts the ones that should not have been sent.
pub(super) fn check(state: &mut State, token: Option<&str>) -> Token {
    let judged = state.sessions.judge(token, state.validity());
    match judged {
        Token::Absent | Token::Empty => state.counters.empty_tokens += 1,
        Token::Unknown | Token::Dead(_) => state.counters.dead_tokens += 1,
        Token::Live(_) => {}
    }
    judged
}

fn create(state: &mut State, call: &Call<'_>) -> Answer {
    let body: Option<Value> = serde_json::from_slice(&call.incoming.body).ok();
    let Some(key) = body.as_ref().and_then(|body| body.get("APIToken")).and_then(Value::as_str) else {
        return Answer::json(400, r#"{"Message":"The request is invalid."}"#);
    };
    state.counters.sign_ins += 1;
    if key != state.options.api_key {
        state.counters.sign_ins_refused += 1;
        return Answer::unauthorized(401);
    }
    if !call.commit {
        return Answer::json(200, r#"{"Data":"bmV2ZXIgb3BlbmVk"}"#);
    }
    state.counters.sessions_opened += 1;
    Answer::json(200, json!({ "Data": state.sessions.open() }).to_string())
}

fn end(state: &mut State, call: &Call<'_>) -> (Answer, Token) {
    let token = call.incoming.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let validity = state.validity();
    let judged = state.sessions.judge(token, validity);
    let Some(token) = token else { return (Answer::unauthorized(401), judged) };
    let answer = match judged {
        Token::Live(_) => {
            let closed = call.commit && state.sessions.close(token, validity);
            state.counters.sessions_closed += u64::from(closed);
            Answer::empty(200)
        }
        Token::Dead(_) => Answer::unauthorized(state.options.expired_status),
        _ => Answer::unauthorized(401),
    };
    (answer, judged)
}
