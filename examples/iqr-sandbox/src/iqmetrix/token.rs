//! The token endpoint: a password grant of OAuth 2.0, form encoded.

use std::collections::HashMap;

use serde_json::json;

use super::exchange::Call;
use super::record::Offense;
use super::state::State;
use crate::answer::Answer;
use crate::url::pairs;

/// The path of the endpoint, as [`crate::url::Target`] has it.
pub(super) const PATH: &str = "v1/oauth2/token";

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Answer {
    if call.incoming.method != "POST" {
        state.journal.report(Offense::Method(call.incoming.method.clone()));
        return Answer::new(405, "text/plain", "Method not allowed");
    }
    match check(state, call) {
        Ok(()) => issue(state, call.commit),
        Err(error) => {
            state.journal.counters.token_requests_refused += 1;
            Answer::json(400, json!({ "error": error }).to_string())
        }
    }
}

/// Checks the form; the error is the one of OAuth.
fn check(state: &mut State, call: &Call<'_>) -> Result<(), &'static str> {
    let kind = call.incoming.header("content-type").unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        state.journal.report(Offense::NoForm);
        return Err("unsupported_grant_type");
    }
    let body = String::from_utf8_lossy(&call.incoming.body);
    let form: HashMap<String, String> = pairs(&body).collect();
    let has = |name: &str, value: &String| form.get(name) == Some(value);
    match form.get("grant_type").map(String::as_str) {
        Some("password") => {}
        Some("refresh_token") => {
            state.journal.report(Offense::RefreshGrant);
            return Err("unsupported_grant_type");
        }
        _ => return Err("unsupported_grant_type"),
    }
    let options = &state.options;
    if !has("client_id", &options.client_id) || !has("client_secret", &options.client_secret) {
        return Err("invalid_client");
    }
    let is_user = has("username", &options.username) && has("password", &options.password);
    if is_user { Ok(()) } else { Err("invalid_grant") }
}

/// A new token; the ones before stay good. There is no `token_type`.
fn issue(state: &mut State, commit: bool) -> Answer {
    let tokens = if commit {
        let (access, refresh) = (state.journal.issue(), state.refresh_token());
        state.journal.remember_issued(refresh.clone());
        [access, refresh]
    } else {
        ["bmV2ZXIgaXNzdWVkIGFjY2Vzcw==", "bmV2ZXIgaXNzdWVkIHJlZnJlc2g="].map(str::to_owned)
    };
    let mut answer = json!({ "access_token": tokens[0], "refresh_token": tokens[1] });
    if let Some(seconds) = state.options.expires_in {
        answer["expires_in"] = json!(seconds);
    }
    Answer::json(200, answer.to_string())
}
