//! Answers that repeat what they were sent, the secrets among it in an encoding of choice.

use serde_json::json;

use super::exchange::Call;
use super::state::State;
use super::table::{Cell, Table};
use super::token;
use crate::answer::Answer;
use crate::encoding::Encoding;

/// The place and the encoding in which an answer repeats its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Echo {
    /// The place of the text.
    pub place: Place,
    /// The encoding of the secrets in it.
    pub encoding: Encoding,
}

/// A place in which an answer repeats its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The `Message` of an error with this status, which answers every data call.
    Message(u16),
    /// A plain text with this status, which answers every data call.
    Text(u16),
    /// The `error_description` of an error with this status, which answers every token request.
    TokenError(u16),
    /// Every text of the rows but IMEIs and dates.
    Rows,
    /// The dates of the rows.
    Dates,
}

/// Returns the answer that is nothing but an echo, if one is due to this request.
pub(super) fn answer(state: &State, call: &Call<'_>) -> Option<Answer> {
    let echo = state.options.quirks.echo?;
    let is_token = call.target.path == token::PATH;
    let words = || words(echo.encoding, call);
    match echo.place {
        Place::Message(status) if !is_token => {
            Some(Answer::json(status, json!({ "Error": true, "Message": words() }).to_string()))
        }
        Place::Text(status) if !is_token => Some(Answer::new(status, "text/plain; charset=utf-8", words())),
        Place::TokenError(status) if is_token => {
            let error = json!({ "error": "invalid_grant", "error_description": words() });
            Some(Answer::json(status, error.to_string()))
        }
        _ => None,
    }
}

/// Puts the echo into the cells of a table, where it is due there.
pub(super) fn fill(state: &State, call: &Call<'_>, table: &mut Table) {
    let Some(echo) = state.options.quirks.echo else { return };
    let is_filled = |name: &str| match echo.place {
        Place::Rows => name != "IMEI" && !name.ends_with("Date"),
        Place::Dates => name.ends_with("Date"),
        Place::Message(_) | Place::Text(_) | Place::TokenError(_) => false,
    };
    let words = words(echo.encoding, call);
    for row in &mut table.rows {
        for (_, cell) in table.columns.iter().zip(row).filter(|(column, _)| is_filled(column.name)) {
            if !matches!(cell, Cell::Number(_)) {
                *cell = Cell::Text(words.clone());
            }
        }
    }
}

/// Returns the secrets of the request in the encoding, and behind them all that was sent, unchanged.
fn words(encoding: Encoding, call: &Call<'_>) -> String {
    encoding.echo(call.incoming, &["password", "client_secret", "refresh_token"], &[])
}
