//! The credential of services that take a token: obtained by a grant of OAuth 2.0, or issued before.
//!
//! A pass obtains one token, which is kept in memory only. It is used until shortly before it expires; a read that is
//! refused with 401 gets one new token and one more try, a write none. A refused grant is not tried again in the pass,
//! for a service may lock an account out.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};

use super::error::Error;
use super::http::{Body, Credential, FaultKind, Request};
use super::limiter::Refusal as LimiterRefusal;
use super::method::Method;
use super::path::push_encoded;
use super::service::Service;
use super::session::{Link, Refusal, Session};
use super::wait::{backoff, full_jitter, sleep_until};
use crate::clock::BootTime;
use crate::secret::Secret;

/// Tries of one grant when the server or the network fails, where the service sets no limit.
const MAX_TRIES: u32 = 3;

/// A token is renewed this long before it expires, or half of its life if that is less.
const RENEWAL_MARGIN: Duration = Duration::from_secs(60);

/// The life of a token whose answer names none.
const DEFAULT_LIFE: Duration = Duration::from_secs(5 * 60 + RENEWAL_MARGIN.as_secs());

/// Longest life that is believed: longer than any pass.
const MAX_LIFE: u64 = 24 * 60 * 60;

/// A token that replaced a refused one and is refused within this time shows that no token is accepted.
const MIN_LIFE_AFTER_REFUSAL: Duration = Duration::from_secs(60);

/// Longest token that is believed, in bytes.
const MAX_TOKEN_LENGTH: usize = 8192;

const FORM: &str = "application/x-www-form-urlencoded";

/// The token of a pass, shared by all workers.
pub(crate) struct TokenSession {
    service: &'static Service,
    source: Source,
    state: Mutex<State>,
    /// The number of requests for a token.
    requests: AtomicU64,
}

/// The origin of a token.
enum Source {
    /// A grant of OAuth 2.0: the request that obtains a token.
    Grant(Request),
    /// A basic token that was issued before.
    Issued(Secret),
}

/// A token in use.
pub(crate) struct Live {
    token: Secret,
    generation: u64,
    obtained: BootTime,
    /// The time for which it is used.
    fresh_for: Duration,
    /// Obtained because the one before was refused.
    after_refusal: bool,
    /// The service has done what a request with it asked.
    has_worked: AtomicBool,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Live>>,
    obtained: u64,
    /// The reason why this pass can have no token any more.
    dead: Option<Error>,
}

/// The failure of a try to obtain a token.
enum Setback {
    /// The same again cannot help.
    Never(Error),
    /// Another try may help.
    Again { cause: String, is_slow: bool },
    /// The service takes no more requests for now.
    Refused { asked: Option<Duration> },
}

/// A token and its life.
#[derive(Debug, PartialEq, Eq)]
struct Granted {
    token: Secret,
    life: Duration,
}

impl TokenSession {
    /// A token that the pairs of this form obtain from `token_url`.
    pub fn by_grant(service: &'static Service, token_url: &str, form: &[(&str, &str)]) -> Self {
        let body = Body::new(FORM, Secret::new(encode(form)));
        let shown = format!("POST {}", token_url.split('?').next().unwrap_or_default());
        let request = Request {
            method: Method::Post,
            url: token_url.to_owned(),
            shown,
            body: Some(body),
            is_write: false,
            is_answer_private: false,
        };
        Self { service, source: Source::Grant(request), state: Mutex::default(), requests: AtomicU64::new(0) }
    }

    /// A basic token that was issued before.
    pub fn issued(service: &'static Service, token: &Secret) -> Self {
        Self { service, source: Source::Issued(token.clone()), state: Mutex::default(), requests: AtomicU64::new(0) }
    }

    /// Returns the number of requests for a token that were sent.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    fn obtain(&self, state: &mut State, link: Link<'_>, after_refusal: bool) -> Result<Arc<Live>, Error> {
        let Granted { token, life } = match &self.source {
            Source::Issued(token) => Granted { token: token.clone(), life: Duration::MAX },
            Source::Grant(request) => self.ask(link, request).inspect_err(|error| {
                if is_lasting(error) {
                    state.dead = Some(error.clone());
                }
            })?,
        };
        link.http.redactor().add(&token);
        state.obtained += 1;
        let live = Arc::new(Live {
            token,
            generation: state.obtained,
            obtained: BootTime::now(),
            fresh_for: life.saturating_sub(RENEWAL_MARGIN.min(life / 2)),
            after_refusal,
            has_worked: AtomicBool::default(),
        });
        state.current = Some(Arc::clone(&live));
        Ok(live)
    }

    fn ask(&self, link: Link<'_>, request: &Request) -> Result<Granted, Error> {
        let (mut tried, mut refusals) = (0, 0);
        loop {
            link.when.check(link.limits, &request.shown)?;
            let until = link.when.until(link.limits);
            let generation = link.limiter.generation();
            let (cause, is_slow) = match self.try_ask(link, request, until) {
                Ok(granted) => {
                    log::info!("a token of {} obtained", self.service);
                    link.limiter.answered();
                    return Ok(granted);
                }
                Err(Setback::Never(error)) => return Err(error),
                Err(Setback::Again { cause, is_slow }) => (cause, is_slow),
                Err(Setback::Refused { asked }) => {
                    let cause = &format!("{}: the server answered 429", request.shown);
                    let refusal = LimiterRefusal { generation, asked, is_write: false, cause };
                    refusals += 1;
                    let is_last = link.limiter.max_sends().is_some_and(|most| tried + refusals >= most);
                    self.wait_out(link, request, &refusal, is_last)?;
                    continue;
                }
            };
            link.when.check(link.limits, &request.shown)?;
            tried += if is_slow { MAX_TRIES - 1 } else { 1 };
            let resume = BootTime::now() + full_jitter(backoff(tried));
            let is_last = link.limiter.max_sends().map_or(tried >= MAX_TRIES, |most| tried + refusals >= most);
            if is_last || resume >= until {
                return Err(self.unreachable(request, &cause));
            }
            sleep_until(resume, link.limits, link.when);
        }
    }

    /// Waits until a request that was refused for now may be made again; an error where it was the last.
    fn wait_out(
        &self,
        link: Link<'_>,
        request: &Request,
        refusal: &LimiterRefusal<'_>,
        is_last: bool,
    ) -> Result<(), Error> {
        let retry = link.limiter.refused(refusal);
        if is_last {
            let (cause, wait) = (refusal.cause.to_owned(), refusal.asked);
            return Err(link.limiter.stop(Error::Throttled { service: self.service, cause, wait }));
        }
        link.limiter.wait_out(retry, link.limits, link.when, &request.shown, refusal.cause)
    }

    fn try_ask(&self, link: Link<'_>, request: &Request, until: BootTime) -> Result<Granted, Setback> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let answer = link.http.exchange(request, None, until);
        let answer =
            answer.map_err(|fault| Setback::Again { is_slow: fault.kind == FaultKind::TimedOut, cause: fault.text })?;
        let text = || self.service.quote(&answer.body, link.http.redactor());
        let again = || Setback::Again { cause: with_words(answer.status, &text()), is_slow: false };
        match answer.status {
            200..=299 => granted(&answer.body)
                .ok_or_else(|| Setback::Again { cause: "the answer holds no token".to_owned(), is_slow: false }),
            401 | 403 => Err(Setback::Never(self.refused(request, answer.status, text()))),
            400 if is_refusal_of_grant(&answer.body) => Err(Setback::Never(self.refused(request, 400, text()))),
            429 => Err(Setback::Refused { asked: answer.retry_after }),
            503 if self.service.closes_for_maintenance => {
                let (request, wait) = (request.shown.clone(), answer.retry_after);
                let error = Error::Maintenance { service: self.service, request, text: text(), wait };
                Err(Setback::Never(link.limiter.stop(error)))
            }
            400 | 408 | 500.. => Err(again()),
            // A redirect or another 4xx: not a service that gives tokens.
            status => Err(Setback::Never(self.unreachable(request, &with_words(status, &text())))),
        }
    }

    fn refused(&self, request: &Request, status: u16, text: String) -> Error {
        Error::CredentialRefused { service: self.service, request: request.shown.clone(), status, text }
    }

    fn unreachable(&self, request: &Request, cause: &str) -> Error {
        Error::Unreachable { service: self.service, cause: format!("{}: {cause}", request.shown) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session for TokenSession {
    type Live = Live;

    fn current(&self, link: Link<'_>) -> Result<Arc<Live>, Error> {
        let mut state = self.lock();
        if let Some(dead) = &state.dead {
            return Err(dead.clone());
        }
        match state.current.as_ref().filter(|live| live.age() < live.fresh_for) {
            Some(live) => Ok(Arc::clone(live)),
            None => self.obtain(&mut state, link, false),
        }
    }

    fn credential<'a>(&self, live: &'a Live) -> Credential<'a> {
        match &self.source {
            Source::Grant(_) => Credential::bearer(&live.token),
            Source::Issued(_) => Credential::basic(&live.token),
        }
    }

    fn has_worked(&self, live: &Live, _is_write: bool) {
        live.has_worked.store(true, Ordering::Relaxed);
    }

    fn may_have_ended(&self, status: u16, _is_write: bool) -> bool {
        matches!(status, 401 | 403)
    }

    /// True where there is now another token for a call that was refused with 401; an error where none would be
    /// accepted, and always for 403, which refuses the user and not the token.
    fn renew(&self, link: Link<'_>, refusal: Refusal<'_, Live>) -> Result<bool, Error> {
        let mut state = self.lock();
        if let Some(dead) = &state.dead {
            return Err(dead.clone());
        }
        let Refusal { session, status, answer, request, is_repeated } = refusal;
        let is_final = status == 403 || request.is_write || is_repeated || matches!(self.source, Source::Issued(_));
        let is_current = state.current.as_ref().is_some_and(|live| live.generation == session.generation);
        if !is_final && !is_current {
            return Ok(true);
        }
        if is_final || session.is_fruitless() {
            let error = self.refused(request, status, self.service.quote_answer(request, answer, link.http.redactor()));
            state.dead = Some(error.clone());
            return Err(error);
        }
        self.obtain(&mut state, link, true).map(|_| true)
    }

    fn renewal_helped(&self, _helped: bool) {}

    fn let_write_pass(&self, _request: &Request) {}
}

impl Live {
    fn age(&self) -> Duration {
        BootTime::now().since(self.obtained)
    }

    /// Whether a refusal of this token shows that another one would be refused, too.
    fn is_fruitless(&self) -> bool {
        let has_worked = self.has_worked.load(Ordering::Relaxed);
        self.after_refusal && (!has_worked || self.age() < MIN_LIFE_AFTER_REFUSAL)
    }
}

/// Whether later requests of the pass would fail in the same way.
fn is_lasting(error: &Error) -> bool {
    match error {
        Error::CredentialRefused { .. }
        | Error::Unreachable { .. }
        | Error::Throttled { .. }
        | Error::Maintenance { .. } => true,
        Error::NotFound { .. }
        | Error::Refused { .. }
        | Error::Failed(_)
        | Error::Interrupted { .. }
        | Error::OutOfTime { .. }
        | Error::ReadOnly { .. } => false,
    }
}

/// Whether a 400 refuses the client, the user or the grant (RFC 6749, section 5.2), and not the form of the request.
/// The code may stand anywhere: what is doubtful is not tried again, for a service may lock an account out.
fn is_refusal_of_grant(body: &[u8]) -> bool {
    [&b"invalid_"[..], b"unsupported_", b"unauthorized_"].iter().any(|code| memchr::memmem::find(body, code).is_some())
}

/// Reads the token of an answer, fit to be a header, and its life.
fn granted(body: &[u8]) -> Option<Granted> {
    let object: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let token = object.get("access_token")?.as_str()?.trim();
    let is_header = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    let life = object.get("expires_in").and_then(seconds).filter(|seconds| *seconds > 0);
    let life = life.map_or(DEFAULT_LIFE, |seconds| Duration::from_secs(seconds.min(MAX_LIFE)));
    (is_header && token.len() <= MAX_TOKEN_LENGTH).then(|| Granted { token: Secret::new(token), life })
}

/// A number of seconds, as a number or as digits.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn with_words(status: u16, text: &str) -> String {
    let words = if text.is_empty() { String::new() } else { format!(": {text}") };
    format!("the server answered {status}{words}")
}

/// The pairs of a form, URL-encoded.
fn encode(form: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in form {
        text.push_str(if text.is_empty() { "" } else { "&" });
        push_encoded(&mut text, name);
        text.push('=');
        push_encoded(&mut text, value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(body: &str) -> Option<u64> {
        granted(body.as_bytes()).map(|granted| granted.life.as_secs())
    }

    #[test]
    fn reads_token_and_life_of_an_answer() {
        assert_eq!(life(r#"{"access_token":"AQAB+/=","expires_in":43199,"refresh_token":"x"}"#), Some(43199));
        assert_eq!(life(r#"{"access_token":"AQAB","expires_in":"3600"}"#), Some(3600));
        for absent in ["", r#","expires_in":null"#, r#","expires_in":0"#, r#","expires_in":-5"#, r#","expires_in":"x""#]
        {
            assert_eq!(life(&format!(r#"{{"access_token":"AQAB"{absent}}}"#)), Some(360), "{absent}");
        }
        assert_eq!(life(r#"{"access_token":"AQAB","expires_in":99999999999}"#), Some(MAX_LIFE));
        for none in
            ["", "{}", "[]", "<html>", r#"{"access_token":""}"#, r#"{"access_token":"a b"}"#, r#"{"access_token":7}"#]
        {
            assert_eq!(life(none), None, "{none}");
        }
        assert_eq!(life(&format!(r#"{{"access_token":"{}"}}"#, "a".repeat(MAX_TOKEN_LENGTH + 1))), None);
    }

    #[test]
    fn distinguishes_refused_grant_from_malformed_request() {
        let is_refused = |body: &str| is_refusal_of_grant(body.as_bytes());
        for refused in [r#"{"error":"invalid_grant"}"#, r#"{"Message":"unsupported_grant_type"}"#, "invalid_client"] {
            assert!(is_refused(refused), "{refused}");
        }
        for other in [r#"{"error":"server is busy"}"#, "", "Bad Request"] {
            assert!(!is_refused(other), "{other}");
        }
    }

    #[test]
    fn encodes_every_character_of_a_form() {
        let form = [("grant_type", "password"), ("username", "a&b=c d"), ("password", "é+%/")];
        assert_eq!(encode(&form), "grant_type=password&username=a%26b%3Dc%20d&password=%C3%A9%2B%25%2F");
    }
}
