//! The token endpoint: a client credentials grant of OAuth 2.0, form encoded.

use serde_json::json;

use super::record::Offense;
use super::state::State;
use crate::answer::Answer;
use crate::url::pairs;
use crate::wire::Incoming;

/// The path of the endpoint, as [`crate::url::Target`] has it.
pub(super) const PATH: &str = "connect/token";

/// Fields of a token request.
const FIELDS: [&str; 4] = ["grant_type", "client_id", "client_secret", "scope"];

pub(super) fn answer(state: &mut State, incoming: &Incoming, commit: bool) -> Answer {
    if incoming.method != "POST" {
        state.journal.report(Offense::Method(incoming.method.clone()));
        return Answer::empty(405);
    }
    match check(state, incoming) {
        Ok(()) => issue(state, commit),
        Err(error) => {
            state.journal.counters.token_requests_refused += 1;
            Answer::json(400, json!({ "error": error }).to_string())
        }
    }
}

/// Checks the form; the error is the one of OAuth.
fn check(state: &mut State, incoming: &Incoming) -> Result<(), &'static str> {
    let kind = incoming.header("content-type").unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        state.journal.report(Offense::NoForm);
        return Err("invalid_request");
    }
    let body = String::from_utf8_lossy(&incoming.body);
    let form: Vec<(String, String)> = pairs(&body).collect();
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    for (place, (name, _)) in form.iter().enumerate() {
        if !FIELDS.contains(&name.as_str()) || form[..place].iter().any(|(other, _)| other == name) {
            state.journal.report(Offense::FormField(name.clone()));
            return Err("invalid_request");
        }
    }
    let options = &state.options;
    if value("grant_type") != Some("client_credentials") {
        return Err("unsupported_grant_type");
    }
    if value("client_id") != Some(&options.client_id) || value("client_secret") != Some(&options.client_secret) {
        return Err("invalid_client");
    }
    let is_scope = options.scope.as_deref().zip(value("scope")).is_none_or(|(known, asked)| known == asked);
    if is_scope { Ok(()) } else { Err("invalid_scope") }
}

/// Issues a token; the ones before stay good.
fn issue(state: &mut State, commit: bool) -> Answer {
    let token = if commit { state.journal.issue() } else { "bmV2ZXIgaXNzdWVkIGFjY2Vzcw==".to_owned() };
    let mut answer = json!({ "access_token": token, "token_type": "Bearer" });
    if let Some(seconds) = state.options.expires_in {
        answer["expires_in"] = json!(seconds);
    }
    if let Some(scope) = &state.options.scope {
        answer["scope"] = json!(scope);
    }
    Answer::json(200, answer.to_string())
}
