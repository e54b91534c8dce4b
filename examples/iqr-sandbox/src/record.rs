//! What the sandbox remembers of the requests it got.

use std::time::{Duration, Instant};

use crate::judged::Judged;
use crate::server::Arrival;

/// One request, as tests want to ask about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its number since the sandbox was started, from 1.
    pub number: u64,
    /// The verb.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// Names, in lower case, and values of the headers, as sent.
    pub headers: Vec<(String, String)>,
    /// The body, as sent; what is not UTF-8 is replaced.
    pub body: String,
    /// The status answered; `None` when no head was sent.
    pub status: Option<u16>,
    /// Which connection it came on, from 1.
    pub connection: u64,
    /// The session it was made with.
    pub token: Token,
    /// Whether a fault was injected.
    pub faulted: bool,
    /// When it arrived, since the sandbox was started.
    pub at: Duration,
}

impl Request {
    pub(crate) fn new(number: u64, started: Instant, arrival: &Arrival<'_>, judged: &Judged) -> Self {
        let incoming = arrival.incoming;
        Self {
            number,
            method: incoming.method.clone(),
            target: incoming.target.clone(),
            headers: incoming.headers.clone(),
            body: String::from_utf8_lossy(&incoming.body).into_owned(),
            status: judged.status(),
            connection: arrival.connection,
            token: judged.token,
            faulted: judged.faulted,
            at: arrival.at.saturating_duration_since(started),
        }
    }

    /// The first value of a header; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the verb is one that could change something (the session calls included).
    #[must_use]
    pub fn is_write(&self) -> bool {
        self.method != "GET"
    }

    /// Whether it is a sign-in or a sign-out.
    #[must_use]
    pub fn is_session(&self) -> bool {
        self.target.to_ascii_lowercase().starts_with("/api/integrationapi/session")
    }

    /// Whether path and query contain the text, without regard to case.
    #[must_use]
    pub fn targets(&self, text: &str) -> bool {
        self.target.to_ascii_lowercase().contains(&text.to_ascii_lowercase())
    }
}

/// The session token of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// No token was sent.
    Absent,
    /// The header was there and blank.
    Empty,
    /// A token that was never given out.
    Unknown,
    /// A token of an expired or ended session; the number counts the sessions from 1.
    Dead(u64),
    /// A token of a live session; the number counts the sessions from 1.
    Live(u64),
}

/// Sums since the sandbox was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Requests that arrived whole.
    pub requests: u64,
    /// Connections accepted.
    pub connections: u64,
    /// The most requests that were in flight at one time.
    pub max_in_flight: usize,
    /// Sign-ins tried.
    pub sign_ins: u64,
    /// Sign-ins refused for their key.
    pub sign_ins_refused: u64,
    /// Sessions opened.
    pub sessions_opened: u64,
    /// Sessions ended by a sign-out.
    pub sessions_closed: u64,
    /// Data calls without a token or with a blank one.
    pub empty_tokens: u64,
    /// Data calls with a token that is unknown, expired or ended.
    pub dead_tokens: u64,
    /// Requests that were given a fault.
    pub faults: u64,
    /// Requests turned away by [`crate::Options::max_in_flight`].
    pub turned_away: u64,
    /// Master items created though one with the same number and maker was there.
    pub twins: u64,
}
