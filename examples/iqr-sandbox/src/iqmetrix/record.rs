//! Records of an iQmetrix about its clients: sums, and violations of what they must never do.

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
    /// IMEIs asked for, in all requests.
    pub imeis: u64,
    /// Requests that were given a fault.
    pub faults: u64,
    /// Data calls turned away by [`super::Options::max_in_flight`].
    pub turned_away: u64,
}

/// An offense of a client, and the request in which it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The number of the request, see [`crate::Request::number`].
    pub request: u64,
    /// The offense.
    pub offense: Offense,
}

/// Something that a client must never do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offense {
    /// `Auth=` stands in the URL. The request is refused.
    AuthInUrl,
    /// A secret stands in the URL, in plain or percent-encoded.
    SecretInUrl,
    /// A text that is no IMEI was asked for.
    InvalidImei(String),
    /// An IMEI was asked for twice in one request.
    RepeatedImei(String),
    /// A refresh token was exchanged, which revokes the access token of another run.
    RefreshGrant,
    /// A body of another type than a form came to the token endpoint.
    NoForm,
    /// The session cookie was kept and sent.
    Cookie,
    /// A data call with another verb than GET.
    Method(String),
}
