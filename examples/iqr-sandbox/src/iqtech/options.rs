//! Options of an iQ Tech: credentials, limits, numbers of rows, and the habits that the document leaves open.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::encoding::Encoding;
use crate::faults::Fault;

/// The set-up of an iQ Tech. All of it can be changed while it runs, through [`super::State::options`], but for the
/// numbers of employees, machines and report rows, the port and the faults, which are read at the start only.
#[derive(Debug, Clone)]
pub struct Options {
    /// The loopback port to listen on; 0 takes a free one.
    pub port: u16,
    /// The one client. Change a credential while the sandbox runs to revoke it.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The one scope that a token request may name; `None` accepts every scope. A request may always leave it out.
    pub scope: Option<String>,
    /// The `expires_in` of the answer to a token request, in seconds; `None` leaves it out.
    pub expires_in: Option<u64>,
    /// The true lifetime of a token, whatever its answer says.
    pub token_lifetime: Duration,
    /// The number of data calls that a token is good for: it expires at an exact place, without a clock.
    pub token_calls: Option<u64>,
    /// The round trip of every request: half of it passes before the request takes effect, half after.
    pub rtt: Duration,
    /// The number of data calls that are served at once; one more is answered 429. `None`: no limit.
    pub max_in_flight: Option<usize>,
    /// The difference of the `Date` header from the true time, in seconds.
    pub clock_offset: i64,
    /// Whether the record of requests is filled; switch it off for millions of requests. Counters always run.
    pub keep_requests: bool,
    /// The number of employees; at least those of [`super::Employee::named`].
    pub employees: usize,
    /// The number of machines; at least the two of the document.
    pub machines: usize,
    /// The number of slots of each machine that the document does not have.
    pub slots: usize,
    /// The number of transactions that are made up. Each is made when it is asked for.
    pub transactions: u64,
    /// The number of rows of the locker report that are made up, all on 2022-06-21.
    pub report_rows: usize,
    /// Habits.
    pub quirks: Quirks,
    /// The faults to begin with.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            client_id: "sandbox-shop".to_owned(),
            client_secret: "iQt3ch&s+cret/for=trialsAndTests".to_owned(),
            scope: None,
            expires_in: Some(3_600),
            token_lifetime: Duration::from_secs(3_600),
            token_calls: None,
            rtt: Duration::ZERO,
            max_in_flight: None,
            clock_offset: 0,
            keep_requests: true,
            employees: 233,
            machines: 13,
            slots: 4,
            transactions: 1_116,
            report_rows: 130,
            quirks: Quirks::default(),
            faults: Vec::new(),
        }
    }
}

/// Habits of iQ Tech that the document leaves open.
#[derive(Debug, Clone, Default)]
pub struct Quirks {
    /// The pages of a list.
    pub pages: Pages,
    /// The effect of an update on fields that it leaves out.
    pub update: Update,
    /// The format of dates in a query.
    pub date_format: DateFormat,
    /// Whether a query has the names that the document lists, in any case of letters, and not those of its examples.
    pub has_listed_names: bool,
    /// Whether transactions of one machine on one page are one item; else each transaction is an item.
    pub groups_transactions: bool,
    /// The status of every refusal, whatever the document says; 200 is a refusal that looks done.
    pub refusal_status: Option<u16>,
    /// The status of every answer that is no refusal.
    pub success_status: Option<u16>,
    /// Whether a refusal without `exception` has a comma behind its last member, as the document prints it.
    pub prints_trailing_comma: bool,
    /// Selections that are listed as free and refused, until the end.
    pub refused_selections: BTreeSet<u32>,
    /// Selections that another client reserves right before a reservation of this client.
    pub contested_selections: BTreeSet<u32>,
    /// The place in which answers repeat what they were sent; `None` for nowhere.
    pub echo: Option<Echo>,
}

/// The pages of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pages {
    /// Every row comes once, and the last page says that it is the last.
    #[default]
    Sound,
    /// Every page comes twice.
    Twice,
    /// No page says that it is the last, and the first one follows on the last one.
    Endless,
}

/// The effect of an update on fields that it leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Update {
    /// The fields stay.
    #[default]
    Merges,
    /// The fields are emptied, and a suspension ends.
    Replaces,
}

/// The format of dates in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateFormat {
    /// `06-21-2022`, as in the document's example.
    #[default]
    MonthDayYear,
    /// `2022-06-21`.
    YearMonthDay,
    /// `06/21/2022`.
    Slashes,
}

/// The place and the encoding in which an answer repeats its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Echo {
    /// The place of the text.
    pub place: Place,
    /// The encoding of the secrets in it: credential, client secret, PINs, and the access codes given out so far.
    pub encoding: Encoding,
}

/// A place in which an answer repeats its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The `error.message` of a refusal with this status, which answers every data call.
    Error(u16),
    /// The `exception.message` of a refusal with this status, which answers every data call.
    Exception(u16),
    /// The title of a validation problem with status 400, which answers every data call.
    Problem,
    /// A plain text with this status, which answers every data call.
    Text(u16),
    /// The `error_description` of an error with this status, which answers every token request.
    TokenError(u16),
    /// The `message` of a reservation, a new code or a recall that was done.
    Message,
    /// The names of persons, products and machines in answers.
    Names,
}
