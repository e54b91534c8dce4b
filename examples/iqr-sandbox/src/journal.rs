//! The frame of a neighbour of IQR: fault rules, tokens, sums, and the record of requests.

use std::time::Instant;

use crate::faults::{Facts, Fault, Injector, Verdict};
use crate::judged::Judged;
use crate::record::{Request, Token};
use crate::server::Arrival;
use crate::session::{Sessions, Validity};
use crate::url::Target;
use crate::wire::Incoming;

/// Sums since the sandbox was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Requests that arrived whole.
    pub requests: u64,
    /// Connections accepted.
    pub connections: u64,
    /// The most data calls that were in flight at one time.
    pub max_in_flight: usize,
    /// Token requests.
    pub token_requests: u64,
    /// Token requests that were refused for what they said.
    pub token_requests_refused: u64,
    /// Tokens given out.
    pub tokens_issued: u64,
    /// Requests for anything but a token.
    pub data_requests: u64,
    /// Data calls refused for a credential that is absent, unknown, expired or revoked.
    pub unauthorized: u64,
    /// Requests that were given a fault.
    pub faults: u64,
    /// Data calls turned away by the limit `max_in_flight` of the options.
    pub turned_away: u64,
}

/// An offense of a client, and the request in which it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation<O> {
    /// The number of the request, see [`Request::number`].
    pub request: u64,
    /// The offense.
    pub offense: O,
}

/// Fault rules, tokens, sums, requests and violations of one service; `O` is the type of its offenses.
#[derive(Debug)]
pub struct Journal<O> {
    pub(crate) counters: Counters,
    requests: Vec<Request>,
    violations: Vec<Violation<O>>,
    injector: Injector,
    tokens: Sessions,
    issued: Vec<String>,
    started: Instant,
}

impl<O> Journal<O> {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self {
            counters: Counters::default(),
            requests: Vec::new(),
            violations: Vec::new(),
            injector: Injector::new(faults),
            tokens: Sessions::default(),
            issued: Vec::new(),
            started: Instant::now(),
        }
    }

    /// Counts a connection, and returns its number from 1.
    pub(crate) fn connect(&mut self) -> u64 {
        self.counters.connections += 1;
        self.counters.connections
    }

    /// Counts a request, for data or for a token.
    pub(crate) fn count(&mut self, is_data: bool, in_flight: usize) {
        self.counters.requests += 1;
        if is_data {
            self.counters.data_requests += 1;
            self.counters.max_in_flight = self.counters.max_in_flight.max(in_flight);
        } else {
            self.counters.token_requests += 1;
        }
    }

    /// Asks the fault rules about a request.
    pub(crate) fn decide(&mut self, incoming: &Incoming, target: &Target) -> Verdict {
        let verdict = self.injector.decide(&Facts::new(incoming, target));
        self.counters.faults += u64::from(verdict.is_fault());
        verdict
    }

    /// Records the request that was counted last.
    pub(crate) fn record(&mut self, arrival: &Arrival<'_>, judged: &Judged) {
        self.requests.push(Request::new(self.counters.requests, self.started, arrival, judged));
    }

    pub(crate) fn report(&mut self, offense: O) {
        self.violations.push(Violation { request: self.counters.requests, offense });
    }

    /// Issues an access token; the ones before stay good.
    pub(crate) fn issue(&mut self) -> String {
        self.counters.tokens_issued += 1;
        let token = self.tokens.open();
        self.issued.push(token.clone());
        token
    }

    /// Adds a secret to those that were given out.
    pub(crate) fn remember_issued(&mut self, secret: String) {
        self.issued.push(secret);
    }

    /// Returns all tokens that were given out.
    pub(crate) fn issued(&self) -> &[String] {
        &self.issued
    }

    /// Judges a bearer token, and counts the call that is made with it.
    pub(crate) fn judge_token(&mut self, token: &str, validity: Validity) -> Token {
        let judged = self.tokens.judge(Some(token), validity);
        self.tokens.use_up(Some(token));
        judged
    }

    pub(crate) fn tokens_live(&self, validity: Validity) -> usize {
        self.tokens.live(validity)
    }

    /// Replaces the rules of what goes wrong; numbers in them ([`crate::When::Nth`]) count from the next request.
    pub fn set_faults(&mut self, faults: Vec<Fault>) {
        self.injector = Injector::new(faults);
    }

    /// Revokes every token that was given out.
    pub fn revoke_tokens(&mut self) {
        self.tokens.expire_all();
    }

    /// Returns the sums since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Returns the requests since the start or the last [`Self::forget_requests`].
    #[must_use]
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// Empties the record of requests; counters and violations go on.
    pub fn forget_requests(&mut self) {
        self.requests.clear();
    }

    /// Returns the violations since the start.
    #[must_use]
    pub fn violations(&self) -> &[Violation<O>] {
        &self.violations
    }
}
