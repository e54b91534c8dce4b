//! Options of an iQmetrix: credentials, limits, and the habits that no paper settles.

use std::collections::BTreeSet;
use std::time::Duration;

use super::echo::Echo;
use crate::faults::Fault;

/// The set-up of an iQmetrix. All of it can be changed while it runs, through [`super::State::options`].
#[derive(Debug, Clone)]
pub struct Options {
    /// The loopback port to listen on; 0 takes a free one.
    pub port: u16,
    /// The one user. Change a credential while the sandbox runs to revoke it.
    pub username: String,
    /// The user's password.
    pub password: String,
    /// The client of the onboarding package.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The basic token that was issued before.
    pub basic_token: String,
    /// The `expires_in` of the answer to a token request; `None` leaves it out.
    pub expires_in: Option<u64>,
    /// The true lifetime of a token, whatever its answer says.
    pub token_lifetime: Duration,
    /// The number of data calls that a token is good for: it expires at an exact place, without a clock.
    pub token_calls: Option<u64>,
    /// The round trip of every request: half of it passes before the request takes effect, half after.
    pub rtt: Duration,
    /// The number of data calls that are served at once; one more is answered 429.
    pub max_in_flight: usize,
    /// The number of requests in progress of the company's other integrations; they count towards the limit.
    pub others_in_flight: usize,
    /// The length of the longest query in bytes; a longer one is answered 404.
    pub max_query: usize,
    /// Maintenance, during which every data call is answered 503.
    pub maintenance: Option<Maintenance>,
    /// The difference of the `Date` header from the true time, in seconds.
    pub clock_offset: i64,
    /// Whether the record of requests is filled; switch it off for millions of requests. Counters always run.
    pub keep_requests: bool,
    /// Habits.
    pub quirks: Quirks,
    /// The faults to begin with.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            username: "partner@sandbox.example".to_owned(),
            password: "Tr1als & p+ssw0rd/for=tests".to_owned(),
            client_id: "sandbox-partner".to_owned(),
            client_secret: "c8ieNt5ecre7forTria1sAndTes7s".to_owned(),
            basic_token: "YmFzaWM6dG9rZW4gZm9yIHRyaWFscyBhbmQgdGVzdHM=".to_owned(),
            expires_in: Some(43_199),
            token_lifetime: Duration::from_secs(43_199),
            token_calls: None,
            rtt: Duration::ZERO,
            max_in_flight: 8,
            others_in_flight: 0,
            max_query: 2048,
            maintenance: None,
            clock_offset: 0,
            keep_requests: true,
            quirks: Quirks::default(),
            faults: Vec::new(),
        }
    }
}

/// Maintenance of the data, not of the token endpoint; a fault with `path=v1/oauth2` is for that.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Maintenance {
    /// The `Retry-After` header: seconds or a date.
    pub retry_after: Option<String>,
}

/// Habits of iQmetrix that no paper settles.
#[derive(Debug, Clone, Default)]
pub struct Quirks {
    /// Whether partner relationships are empty, so that only the dealers name companies.
    pub no_relationships: bool,
    /// IMEIs whose rows are missing, though the devices are known.
    pub missing: BTreeSet<String>,
    /// The number of times that each row stands in an answer; 0 counts as 1.
    pub copies: usize,
    /// The number of rows about devices that were not asked for; they come first.
    pub strays: usize,
    /// The form of a date that a device lacks.
    pub missing_date: MissingDate,
    /// Whether answers are compressed.
    pub gzip: Gzip,
    /// The place in which answers repeat what they were sent; `None` for nowhere.
    pub echo: Option<Echo>,
}

/// The form of a date that a device lacks, where the format can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingDate {
    /// A `null`, or an empty element.
    #[default]
    Null,
    /// No key.
    Absent,
    /// A text of no characters.
    Empty,
}

/// Whether answers are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gzip {
    /// Answers are compressed where `Accept-Encoding` has it.
    #[default]
    Accepted,
    /// Answers are never compressed.
    Never,
    /// Answers are compressed where that is accepted, and end in the middle of the stream, at the length announced.
    Truncated,
    /// Answers are compressed where that is accepted, with so many MiB of blanks behind the true answer.
    Bomb(u64),
}
