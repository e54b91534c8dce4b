//! What a sandbox is started with: its limits and the habits that differ between tenants.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::faults::Fault;

/// How a sandbox is set up. All of it can be changed while it runs, through [`crate::State::options`].
#[derive(Debug, Clone)]
pub struct Options {
    /// The loopback port to listen on; 0 takes a free one.
    pub port: u16,
    /// The one key that may sign in. Change it while the sandbox runs to revoke it.
    pub api_key: String,
    /// How long a session is good for.
    pub session_lifetime: Duration,
    /// How many data calls a session is good for; a way to let it expire at an exact place, without a clock.
    pub session_calls: Option<u64>,
    /// The status of a call with an expired or ended session; IQR was seen to answer 401 and 404.
    pub expired_status: u16,
    /// The round trip of every request: half of it passes before the request takes effect, half after.
    pub rtt: Duration,
    /// With more requests than this in flight, the one too many is answered 429.
    pub max_in_flight: Option<usize>,
    /// How far the `Date` header is off the true time, in seconds.
    pub clock_offset: i64,
    /// Whether [`crate::State::requests`] is filled; switch it off for millions of requests. Counters always run.
    pub keep_requests: bool,
    /// Tenant habits.
    pub quirks: Quirks,
    /// The faults to begin with.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            api_key: "c2FuZGJveCtrZXkvZm9yK3RyaWFscythbmQrdGVzdHM=".to_owned(),
            session_lifetime: Duration::from_secs(600),
            session_calls: None,
            expired_status: 401,
            rtt: Duration::ZERO,
            max_in_flight: None,
            clock_offset: 0,
            keep_requests: true,
            quirks: Quirks::default(),
            faults: Vec::new(),
        }
    }
}

/// What no paper settles about IQR, and what differs between its tenants.
#[derive(Debug, Clone, Default)]
pub struct Quirks {
    /// What a write does to the inventory comments.
    pub comments: Comments,
    /// What a read of an asset or item that does not exist answers.
    pub miss: Miss,
    /// How a write is refused.
    pub refusal: Refusal,
    /// What a write that was taken answers.
    pub write_answer: WriteAnswer,
    /// How `GetItemsByItemNumber` searches.
    pub search: Search,
    /// How many rows it finds at most; `None`: all.
    pub most_found: Option<usize>,
    /// What a text that was never set reads as.
    pub missing_text: MissingText,
    /// What happens to a text that is wider than its column.
    pub overlong: Overlong,
    /// Fields (by write name) that the tenant silently ignores.
    pub dropped_fields: BTreeSet<String>,
    /// Whether comments are read with CR LF between the lines.
    pub crlf: bool,
    /// Whether columns hold ASCII only: every other letter is stored as a question mark.
    pub ascii_columns: bool,
}

/// What a write does to `inventorycomments`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Comments {
    /// The lines sent are added below what is there, whatever is there.
    #[default]
    Adds,
    /// The field becomes what was sent.
    Replaces,
}

/// What a read by ID answers when there is no such record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Miss {
    /// 200 `null`.
    #[default]
    Null,
    /// 200 `{}`.
    EmptyObject,
    /// 200 and a sentence.
    Text,
    /// 200 and an object without its ID.
    ObjectWithoutId,
    /// 404, with the service's HTML page.
    NotFound,
}

/// How a write is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Refusal {
    /// 400 and the reason as text.
    #[default]
    BadRequest,
    /// 200 and an element (or key) `Error`.
    ErrorElement,
    /// 200 and the reason as a bare `<string>`.
    Text,
}

/// What a write that was taken answers, with status 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WriteAnswer {
    /// `<string>OK</string>`.
    #[default]
    Text,
    /// Nothing at all.
    Empty,
    /// `<Result>Success</Result>`.
    Result,
    /// `<Message>1 record(s) updated</Message>`.
    Message,
}

/// How `GetItemsByItemNumber` searches, without regard to case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Search {
    /// Item numbers that begin with the text.
    #[default]
    Prefix,
    /// Item numbers that contain the text.
    Contains,
    /// Item numbers that are the text, whatever its letter case.
    Whole,
}

/// What a text that was never set reads as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingText {
    /// The column's width in blanks; the empty string where the column is wide.
    #[default]
    Blank,
    /// `null`.
    Null,
}

/// What happens to a text that is wider than its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlong {
    /// It is kept: columns only pad.
    Keep,
    /// It is cut to the width without a word.
    #[default]
    Truncate,
    /// The write is refused, in the database's own words.
    Refuse,
}
