//! What can go wrong, and when: rules that tests and people compose.

use std::time::Duration;

use crate::rng::Rng;
use crate::url::{Target, pairs};
use crate::wire::Incoming;

/// One rule: the first rule that matches a request decides what goes wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Which requests; all of the conditions must hold.
    pub at: Vec<When>,
    /// What goes wrong.
    pub kind: Kind,
    /// Whether a write takes effect all the same.
    pub moment: Moment,
    /// How many matching requests go well first.
    pub skip: u64,
    /// After how many faults the rule is spent.
    pub times: Option<u64>,
}

impl Fault {
    /// A rule that strikes before the write takes effect, every time.
    #[must_use]
    pub fn new(at: When, kind: Kind) -> Self {
        Self { at: vec![at], kind, moment: Moment::BeforeCommit, skip: 0, times: None }
    }

    /// A further condition.
    #[must_use]
    pub fn and(mut self, at: When) -> Self {
        self.at.push(at);
        self
    }

    /// Lets the request take effect, and only its answer go wrong.
    #[must_use]
    pub fn after_commit(mut self) -> Self {
        self.moment = Moment::AfterCommit;
        self
    }

    /// Lets so many matching requests go well first.
    #[must_use]
    pub fn skip(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// Strikes at most so often.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }
}

/// A condition on a request. Numbers count from 1, since the rules were last set, over all requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// Every request.
    Always,
    /// The request of this number.
    Nth(u64),
    /// Every request whose number this divides.
    EveryNth(u64),
    /// Requests from the first number to the second, both included.
    Range(u64, u64),
    /// One request in so many, by a seed and its number.
    OneIn {
        /// On average one of this many.
        requests: u64,
        /// What decides which.
        seed: u64,
    },
    /// Paths that begin so, from the root or from below `webapi.svc/`, without regard to case.
    Path(String),
    /// Requests that name this inventory ID, in the query or in the body; to iQmetrix, an IMEI of the list.
    Id(i64),
    /// Requests with this verb.
    Method(String),
}

/// Whether the request takes effect before its answer goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Moment {
    /// It has no effect. What the answer would have been is answered, spoiled, all the same.
    #[default]
    BeforeCommit,
    /// It has its effect.
    AfterCommit,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Nothing goes wrong with the answer: before the commit, this is a write that looks done and is not.
    AsIs,
    /// Another status, with further headers and another body.
    Status {
        /// The status.
        code: u16,
        /// Further headers (`Retry-After`, `Location`).
        headers: Vec<(String, String)>,
        /// What the body is.
        body: Body,
    },
    /// The true answer, without its body.
    Empty,
    /// The true answer's first half, as if it were all of it.
    Truncated,
    /// The true answer's first half; then the connection ends before the promised length.
    Cut,
    /// Another JSON type than the promised one.
    WrongType,
    /// The true answer, for the next inventory ID; of iQmetrix, for the next IMEI.
    OtherInventoryId,
    /// A `Content-Length` that is off by so many bytes.
    WrongLength(i64),
    /// The connection is reset.
    Reset,
    /// The connection is closed without an answer.
    Close,
    /// Nothing is answered until the client leaves, or the time is over and the connection closed.
    SilentHead(Duration),
    /// The head and half of the body, then nothing, until the client leaves or the time is over.
    SilentBody(Duration),
    /// One byte at a time.
    Drip {
        /// The pause before each byte.
        every: Duration,
        /// From where on.
        from: Part,
    },
    /// A JSON text of so many bytes, streamed.
    Huge(u64),
    /// The true answer, so much later.
    Delay(Duration),
}

/// The part of an answer that a [`Kind::Drip`] begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The status line.
    Head,
    /// The body; the head comes at once.
    Body,
}

/// A body to go with another status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// None.
    Empty,
    /// A page such as a proxy or a sign-in portal shows.
    Html,
    /// This, as JSON.
    Json(String),
    /// This, as plain text.
    Text(String),
}

impl Kind {
    /// A status with the HTML page that comes with it.
    #[must_use]
    pub fn status(code: u16) -> Self {
        Self::Status { code, headers: Vec::new(), body: Body::Html }
    }

    /// A status with `Retry-After`: seconds or a date.
    #[must_use]
    pub fn retry_after(code: u16, when: &str) -> Self {
        Self::Status { code, headers: vec![("Retry-After".to_owned(), when.to_owned())], body: Body::Empty }
    }

    /// A 302 to a sign-in page.
    #[must_use]
    pub fn redirect(location: &str) -> Self {
        Self::Status { code: 302, headers: vec![("Location".to_owned(), location.to_owned())], body: Body::Html }
    }

    /// An HTML page with status 200.
    #[must_use]
    pub fn html_ok() -> Self {
        Self::status(200)
    }

    /// 204, where a body was promised.
    #[must_use]
    pub fn no_content() -> Self {
        Self::Status { code: 204, headers: Vec::new(), body: Body::Empty }
    }

    /// A sentence of regret with status 200.
    #[must_use]
    pub fn error_text() -> Self {
        Self::text_ok("Error: the inventory could not be processed.")
    }

    /// The text of a .NET exception with status 200.
    #[must_use]
    pub fn dotnet_text() -> Self {
        Self::text_ok("Object reference not set to an instance of an object.")
    }

    fn text_ok(text: &str) -> Self {
        Self::Status { code: 200, headers: Vec::new(), body: Body::Json(serde_json::json!(text).to_string()) }
    }
}

/// What the rules are asked about.
pub(crate) struct Facts<'a> {
    pub(crate) method: &'a str,
    /// Decoded, lower case, without slashes at the ends.
    pub(crate) path: &'a str,
    pub(crate) target: &'a str,
    pub(crate) body: &'a [u8],
}

impl<'a> Facts<'a> {
    pub(crate) fn new(incoming: &'a Incoming, target: &'a Target) -> Self {
        Self { method: &incoming.method, path: &target.path, target: &incoming.target, body: &incoming.body }
    }
}

/// The verdict of the rules on a request.
#[derive(Debug)]
pub(crate) struct Verdict(Option<(Kind, Moment)>);

impl Verdict {
    /// The fault of the request, if it has one.
    pub(crate) fn kind(&self) -> Option<&Kind> {
        self.0.as_ref().map(|(kind, _)| kind)
    }

    pub(crate) fn is_fault(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the request takes effect.
    pub(crate) fn commits(&self) -> bool {
        !matches!(self.0, Some((_, Moment::BeforeCommit)))
    }
}

/// The rules, and how often they matched and struck.
#[derive(Debug, Default)]
pub(crate) struct Injector {
    rules: Vec<Rule>,
    seen: u64,
}

#[derive(Debug)]
struct Rule {
    fault: Fault,
    matched: u64,
    struck: u64,
}

impl Injector {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let rules = faults.into_iter().map(|fault| Rule { fault, matched: 0, struck: 0 }).collect();
        Self { rules, seen: 0 }
    }

    /// Counts the request and says what goes wrong with it.
    pub(crate) fn decide(&mut self, facts: &Facts<'_>) -> Verdict {
        self.seen += 1;
        let number = self.seen;
        let rule = self.rules.iter_mut().find_map(|rule| rule.strikes(number, facts).then_some(rule));
        Verdict(rule.map(|rule| (rule.fault.kind.clone(), rule.fault.moment)))
    }
}

impl Rule {
    fn strikes(&mut self, number: u64, facts: &Facts<'_>) -> bool {
        if !self.fault.at.iter().all(|when| when.holds(number, facts)) {
            return false;
        }
        self.matched += 1;
        let due = self.matched > self.fault.skip && self.fault.times.is_none_or(|times| self.struck < times);
        self.struck += u64::from(due);
        due
    }
}

impl When {
    fn holds(&self, number: u64, facts: &Facts<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::Nth(nth) => number == *nth,
            Self::EveryNth(nth) => number.is_multiple_of((*nth).max(1)),
            Self::Range(first, last) => (*first..=*last).contains(&number),
            Self::OneIn { requests, seed } => Rng::new(seed ^ number.rotate_left(32)).below(*requests) == 0,
            Self::Path(prefix) => begins(facts.path, prefix),
            Self::Id(id) => names(facts, *id),
            Self::Method(method) => facts.method.eq_ignore_ascii_case(method),
        }
    }
}

fn begins(path: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_start_matches('/').to_lowercase();
    path.starts_with(&prefix) || path.strip_prefix("webapi.svc/").is_some_and(|path| path.starts_with(&prefix))
}

/// Whether `id` or `inventoryid` in the query, one of `imei` there, or any `inventoryid` of the body, is this one.
fn names(facts: &Facts<'_>, id: i64) -> bool {
    let query = facts.target.split_once('?').map_or("", |(_, query)| query);
    let wanted = id.to_string();
    let asked = |(name, value): (String, String)| match name.to_lowercase().as_str() {
        "id" | "inventoryid" => value == wanted,
        "imei" => value.split(',').any(|imei| imei.parse() == Ok(id)),
        _ => false,
    };
    pairs(query).any(asked) || ids_in(&String::from_utf8_lossy(facts.body)).any(|found| found == wanted)
}

/// The digits after each `inventoryid`, whether it is an element or a key.
fn ids_in(body: &str) -> impl Iterator<Item = &str> {
    body.split("inventoryid").skip(1).map(|rest| {
        let rest = rest.trim_start_matches(['>', '"', ':', ' ']);
        &rest[..rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len())]
    })
}

#[cfg(test)]
mod tests {
    use super::{Facts, Fault, Injector, Kind, When};

    fn facts<'a>(method: &'a str, target: &'a str, body: &'a str) -> Facts<'a> {
        let path = target.split('?').next().unwrap_or_default();
        Facts { method, path, target, body: body.as_bytes() }
    }

    fn struck(fault: Fault, requests: u64) -> Vec<u64> {
        let mut injector = Injector::new(vec![fault]);
        let get = facts("GET", "webapi.svc/x", "");
        (1..=requests).filter(|_| injector.decide(&get).is_fault()).collect()
    }

    #[test]
    fn counts_numbers_skips_and_times() {
        assert_eq!(struck(Fault::new(When::Nth(3), Kind::Reset), 9), [3]);
        assert_eq!(struck(Fault::new(When::EveryNth(4), Kind::Reset), 9), [4, 8]);
        assert_eq!(struck(Fault::new(When::Range(2, 3), Kind::Reset), 9), [2, 3]);
        assert_eq!(struck(Fault::new(When::Always, Kind::Reset).skip(2).times(2), 9), [3, 4]);
    }

    #[test]
    fn strikes_one_in_twenty_the_same_way_every_time() {
        let fault = || Fault::new(When::OneIn { requests: 20, seed: 5 }, Kind::Reset);
        let first = struck(fault(), 2000);
        assert_eq!(first, struck(fault(), 2000));
        assert!((50..200).contains(&first.len()), "{} of 2000", first.len());
    }

    #[test]
    fn finds_whole_ids_in_query_xml_and_json() {
        let holds = |target, body| When::Id(41).holds(1, &facts("POST", target, body));
        assert!(holds("webapi.svc/inventory/json/getinventorybyid?Id=41", ""));
        assert!(holds("x", "<inventoryid>41</inventoryid>"));
        assert!(holds("x", r#"{"inventoryid": 41}"#));
        assert!(!holds("x?Id=413", "<inventoryid>413</inventoryid>"));
        assert!(!holds("x?ItemId=41", ""));
    }

    #[test]
    fn finds_an_imei_in_a_list() {
        let holds = |target| When::Id(14_497_002_384_313).holds(1, &facts("GET", target, ""));
        assert!(holds("x?CompanyID=1&IMEI=014497002384321,014497002384313"));
        assert!(holds("x?IMEI=014497002384321%2C014497002384313") && !holds("x?IMEI=014497002384321"));
    }

    #[test]
    fn matches_path_prefix_from_root_or_below_the_service() {
        let holds = |prefix: &str| {
            let facts = facts("GET", "webapi.svc/inventory/json/getinventories", "");
            When::Path(prefix.to_owned()).holds(1, &facts)
        };
        assert!(holds("Inventory/JSON") && holds("/webapi.svc/") && !holds("Inventories"));
    }
}
