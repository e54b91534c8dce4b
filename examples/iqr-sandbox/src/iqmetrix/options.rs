//! What an iQmetrix is started with: credentials, limits, and the habits that no paper settles.

use std::collections::BTreeSet;
use std::time::Duration;

use super::echo::Echo;
use crate::faults::Fault;

/// How an iQmetrix is set up. All of it can be changed while it runs, through [`super::State::options`].
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
    /// What the answer to a token request says as `expires_in`; `None` leaves it out.
    pub expires_in: Option<u64>,
    /// How long a token is good for, whatever its answer says.
    pub token_lifetime: Duration,
    /// How many data calls a token is good for; a way to let it expire at an exact place, without a clock.
    pub token_calls: Option<u64>,
    /// The round trip of every request: half of it passes before the request takes effect, half after.
    pub rtt: Duration,
    /// With more data calls than this in progress, the one too many is answered 429.
    pub max_in_flight: usize,
    /// How many requests of the company's other integrations are in progress; they count towards the limit.
    pub others_in_flight: usize,
    /// A longer query is answered 404.
    pub max_query: usize,
    /// Maintenance, in which every data call is answered 503.
    pub maintenance: Option<Maintenance>,
    /// How far the `Date` header is off the true time, in seconds.
    pub clock_offset: i64,
    /// Whether [`super::State::requests`] is filled; switch it off for millions of requests. Counters always run.
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

/// What no paper settles about iQmetrix.
#[derive(Debug, Clone, Default)]
pub struct Quirks {
    /// Whether partner relationships are empty, so that only the dealers name companies.
    pub no_relationships: bool,
    /// IMEIs whose rows are missing, though the devices are known.
    pub missing: BTreeSet<String>,
    /// How many rows each row is repeated to; 0 and 1 are one row.
    pub copies: usize,
    /// How many rows of devices that were not asked for come first.
    pub strays: usize,
    /// What a date that a device has not looks like.
    pub missing_date: MissingDate,
    /// Whether answers are compressed.
    pub gzip: Gzip,
    /// Whether, and where, an answer repeats what it was sent.
    pub echo: Option<Echo>,
}

/// What a date that a device has not looks like, where the format can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingDate {
    /// `null`, or an empty element.
    #[default]
    Null,
    /// The key is absent.
    Absent,
    /// A text of no characters.
    Empty,
}

/// Whether answers are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gzip {
    /// Where `Accept-Encoding` has it.
    #[default]
    Accepted,
    /// Never, also where it is accepted.
    Never,
    /// Where it is accepted; the stream ends in its middle, at the length announced.
    Truncated,
    /// Where it is accepted; behind the true answer come so many MiB of blanks, in few bytes.
    Bomb(u64),
}
