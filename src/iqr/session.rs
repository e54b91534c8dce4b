//! The session: opened by the first request, renewed before it ends and when IQR refuses it, ended at the end.
//!
//! All workers share one. A refusal names the session that was refused, so that only one of several workers renews it.
//! A refused call has its session renewed once: what the next session refuses too is no matter of sessions. A dead key
//! is asked once.

use std::collections::HashSet;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::endpoint::{Endpoint, Fill, Format, Operation};
use super::service::SERVICE;
use super::settings::Settings;
use super::wire;
use crate::clock::BootTime;
use crate::secret::Secret;
use crate::web::{
    Answer, Body, Credential, Error, Fault, FaultKind, GRACE_PERIOD, Http, LimiterRefusal, Link, Refusal, Request,
    Session, backoff, full_jitter, sleep_until,
};

/// Tries of one sign-in when the server or the network fails.
const MAX_SIGN_INS: u32 = 3;

/// The largest number of tries of a sign-out that fails, and of one that is refused for now; the least wait after a
/// refusal.
const MAX_SIGN_OUTS: u32 = 2;
const MAX_REFUSED_SIGN_OUTS: u32 = 4;
const MIN_SIGN_OUT_WAIT: Duration = Duration::from_millis(50);

/// Renewals that changed nothing, after which the refusal of a read is believed at once.
const FRUITLESS_READS: u32 = 3;

/// The same for a write, which costs more to try.
const FRUITLESS_WRITES: u32 = 1;

/// A session of this age may have ended, whatever was believed before.
const MIN_DOUBTED_SESSION_AGE: Duration = Duration::from_secs(60);

/// A session is renewed this long before it ends, or a fifth of its life if that is less.
const RENEWAL_MARGIN: Duration = Duration::from_secs(60);

/// A session of IQR's.
#[derive(Debug)]
pub(super) struct Live {
    token: Secret,
    generation: u64,
    opened: BootTime,
    /// Opened because the one before was refused.
    after_refusal: bool,
    /// IQR has done what a request of this session asked.
    worked: AtomicBool,
    /// A write was among these requests.
    took_write: AtomicBool,
}

/// The session of a pass.
pub(super) struct IqrSession {
    state: Mutex<State>,
    /// The time for which a session is used.
    fresh_for: Duration,
    create: Request,
    end: Request,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Arc<Live>>,
    /// Sessions that were replaced, but that another worker may still use.
    superseded: Vec<Arc<Live>>,
    opened: u64,
    fruitless_reads: u32,
    fruitless_writes: u32,
    /// The writes that were refused and had their session renewed, before it is known whether that helped.
    doubted: HashSet<[u8; 16]>,
    /// The reason why this pass can have no session any more.
    dead: Option<Error>,
}

/// The consequence of a refusal.
enum Sequel {
    /// No session that this key opens is worth anything.
    KeyIsDead,
    /// The refusal is about the call itself.
    Believed,
    /// The session is so new that it is tried once more.
    TriedAgain,
    /// The session has probably ended.
    Renewed,
}

/// The failure of a try to sign in.
enum SignIn {
    /// The same again cannot help.
    Never(Error),
    /// Another try may help.
    Again { cause: String, wait: Option<Duration>, slow: bool },
    /// The tenant takes no more requests for now.
    Refused { asked: Option<Duration> },
}

impl Live {
    fn worked(&self) -> bool {
        self.worked.load(Ordering::Relaxed)
    }

    fn took_write(&self) -> bool {
        self.took_write.load(Ordering::Relaxed)
    }

    fn age(&self) -> Duration {
        BootTime::now().since(self.opened)
    }
}

impl IqrSession {
    pub fn new(settings: &Settings, key: &Secret) -> Self {
        let body = Body::new(Format::Json.content_type(), wire::session_body(key.expose()));
        let lifetime = settings.session_lifetime;
        Self {
            state: Mutex::default(),
            fresh_for: lifetime.saturating_sub(RENEWAL_MARGIN.min(lifetime / 5)),
            create: request(settings, Operation::SessionCreate, Some(body)),
            end: request(settings, Operation::SessionEnd, None),
        }
    }

    /// Ends every session that was opened, within five seconds.
    pub fn end_all(&self, http: &Http) -> Result<(), Error> {
        let mut state = self.lock();
        let mut left = mem::take(&mut state.superseded);
        left.extend(state.current.take());
        drop(state);
        let until = BootTime::now() + GRACE_PERIOD;
        let ended = left.iter().map(|live| self.end(http, live, until));
        ended.collect::<Vec<_>>().into_iter().collect()
    }

    fn open(&self, state: &mut State, link: Link<'_>, after_refusal: bool) -> Result<Arc<Live>, Error> {
        let token = self.sign_in(link).inspect_err(|error| {
            if is_final(error) {
                state.dead = Some(error.clone());
            }
        })?;
        link.http.redactor().add(&token);
        state.opened += 1;
        log::info!("session {} at IQR opened", state.opened);
        let generation = state.opened;
        let live = Arc::new(Live {
            token,
            generation,
            opened: BootTime::now(),
            after_refusal,
            worked: AtomicBool::default(),
            took_write: AtomicBool::default(),
        });
        state.superseded.extend(state.current.replace(Arc::clone(&live)));
        Ok(live)
    }

    fn sign_in(&self, link: Link<'_>) -> Result<Secret, Error> {
        let mut tried = 0;
        loop {
            link.when.check(link.limits, &self.create.shown)?;
            let until = link.when.until(link.limits);
            let generation = link.limiter.generation();
            let (cause, wait, slow) = match self.try_sign_in(link.http, until) {
                Ok(token) => {
                    link.limiter.answered();
                    return Ok(token);
                }
                Err(SignIn::Never(error)) => return Err(error),
                Err(SignIn::Again { cause, wait, slow }) => (cause, wait, slow),
                Err(SignIn::Refused { asked }) => {
                    self.wait_out(link, generation, asked)?;
                    continue;
                }
            };
            link.when.check(link.limits, &self.create.shown)?;
            tried += if slow { MAX_SIGN_INS - 1 } else { 1 };
            let resume = BootTime::now() + wait.unwrap_or_else(|| full_jitter(backoff(tried)));
            if tried >= MAX_SIGN_INS || resume >= until {
                return Err(Error::Unreachable { service: &SERVICE, cause: format!("{}: {cause}", self.create.shown) });
            }
            sleep_until(resume, link.limits, link.when);
        }
    }

    /// Waits as after any refused request.
    fn wait_out(&self, link: Link<'_>, generation: u64, asked: Option<Duration>) -> Result<(), Error> {
        let shown = &self.create.shown;
        let cause = &format!("{shown}: the server answered 429");
        let retry = link.limiter.refused(&LimiterRefusal { generation, asked, is_write: false, cause });
        link.limiter.wait_out(retry, link.limits, link.when, shown, cause)
    }

    fn try_sign_in(&self, http: &Http, until: BootTime) -> Result<Secret, SignIn> {
        let answer = http.exchange(&self.create, None, until).map_err(|fault| SignIn::Again {
            cause: fault.text,
            wait: None,
            slow: fault.kind == FaultKind::TimedOut,
        })?;
        let again = |cause| SignIn::Again { cause, wait: answer.retry_after, slow: false };
        match answer.status {
            200..=299 => wire::session_token(&answer.body, http.redactor()).map_err(|bad| again(bad.to_string())),
            status @ (401 | 403) => Err(SignIn::Never(Error::CredentialRefused {
                service: &SERVICE,
                request: self.create.shown.clone(),
                status,
                text: String::new(),
            })),
            429 => Err(SignIn::Refused { asked: answer.retry_after }),
            status @ (408 | 500..) => Err(again(format!("the server answered {status}"))),
            _ => Err(SignIn::Never(self.wrong_address(&answer, http))),
        }
    }

    /// A redirect or a 4xx: not an IQR that signs any caller in.
    fn wrong_address(&self, answer: &Answer, http: &Http) -> Error {
        let (shown, status, said) = (&self.create.shown, answer.status, http.redactor().quote_bytes(&answer.body));
        Error::Unreachable {
            service: &SERVICE,
            cause: format!("{shown}: the server answered {status} {said}; check iqr.signin_url"),
        }
    }

    /// Ends the superseded sessions that no worker uses any more. Best effort: they would end by themselves.
    fn end_unused(&self, link: Link<'_>) {
        let (unused, used) = mem::take(&mut self.lock().superseded)
            .into_iter()
            .partition::<Vec<_>, _>(|live| Arc::strong_count(live) == 1);
        self.lock().superseded.extend(used);
        let until = link.when.until(link.limits).min(BootTime::now() + GRACE_PERIOD);
        for live in unused {
            if let Err(error) = self.end(link.http, &live, until) {
                log::warn!("a session that is no longer used could not be ended: {error}");
            }
        }
    }

    /// A session that IQR does not know any more is as good as ended. A sign-out that fails is tried twice; one that is
    /// refused for now (429) a few times more, for other requests may be served meanwhile.
    fn end(&self, http: &Http, live: &Live, until: BootTime) -> Result<(), Error> {
        let mut tries = 0;
        loop {
            let answer = http.exchange(&self.end, Some(Credential::bearer(&live.token)), until);
            tries += 1;
            let (cause, wait, most) = match answer {
                Ok(Answer { status: 200..=299 | 401 | 403 | 404, .. }) => {
                    log::info!("session {} at IQR ended", live.generation);
                    return Ok(());
                }
                Ok(Answer { status: 429, retry_after, .. }) => {
                    let wait = full_jitter(backoff(tries)).max(MIN_SIGN_OUT_WAIT).max(retry_after.unwrap_or_default());
                    ("the server answered 429".to_owned(), wait, MAX_REFUSED_SIGN_OUTS)
                }
                Ok(answer) => (format!("the server answered {}", answer.status), Duration::ZERO, MAX_SIGN_OUTS),
                Err(Fault { text, .. }) => (text, Duration::ZERO, MAX_SIGN_OUTS),
            };
            if tries >= most || wait >= until.left() {
                return Err(Error::Unreachable { service: &SERVICE, cause: format!("{}: {cause}", self.end.shown) });
            }
            std::thread::sleep(wait);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session for IqrSession {
    type Live = Live;

    /// The session to send a request with; opened or renewed where that is due.
    fn current(&self, link: Link<'_>) -> Result<Arc<Live>, Error> {
        let mut state = self.lock();
        if let Some(dead) = &state.dead {
            return Err(dead.clone());
        }
        if let Some(live) = state.current.as_ref().filter(|live| live.age() < self.fresh_for) {
            return Ok(Arc::clone(live));
        }
        let live = self.open(&mut state, link, false)?;
        drop(state);
        self.end_unused(link);
        Ok(live)
    }

    /// True when a refused call is worth another try, mostly because there is now another session for it; false when
    /// the answer means what it says.
    fn renew(&self, link: Link<'_>, refusal: Refusal<'_, Live>) -> Result<bool, Error> {
        let mut state = self.lock();
        if let Some(dead) = &state.dead {
            return Err(dead.clone());
        }
        let is_repeated = state.note(&refusal);
        let Refusal { session: refused, status, request, .. } = refusal;
        if state.current.as_ref().is_none_or(|live| live.generation != refused.generation) {
            return Ok(true);
        }
        match state.judge(&refused, status, request.is_write, is_repeated) {
            Sequel::TriedAgain => return Ok(true),
            Sequel::Believed => {
                state.fruitless_writes += u32::from(request.is_write && is_repeated);
                return Ok(false);
            }
            Sequel::KeyIsDead => {
                let (request, text) = (request.shown.clone(), String::new());
                let error = Error::CredentialRefused { service: &SERVICE, request, status, text };
                state.dead = Some(error.clone());
                return Err(error);
            }
            Sequel::Renewed => {}
        }
        drop(refused);
        self.open(&mut state, link, true)?;
        drop(state);
        self.end_unused(link);
        Ok(true)
    }

    /// Tells whether a renewal for a read changed the answer.
    fn renewal_helped(&self, helped: bool) {
        let mut state = self.lock();
        state.fruitless_reads = if helped { 0 } else { state.fruitless_reads + 1 };
    }

    /// A write was not refused: if it was before, the renewal has helped.
    fn let_write_pass(&self, request: &Request) {
        let mut state = self.lock();
        if !state.doubted.is_empty() && state.doubted.remove(&request.digest()) {
            state.fruitless_writes = 0;
        }
    }

    fn credential<'a>(&self, live: &'a Live) -> Credential<'a> {
        Credential::token("iqr-session-token", &live.token)
    }

    fn has_worked(&self, live: &Live, is_write: bool) {
        live.worked.store(true, Ordering::Relaxed);
        live.took_write.fetch_or(is_write, Ordering::Relaxed);
    }

    /// A session that has ended is refused by 401, 403 or 404, a read of it also by a redirect to a login page.
    fn may_have_ended(&self, status: u16, is_write: bool) -> bool {
        matches!(status, 401 | 403 | 404) || (!is_write && matches!(status, 300..=399))
    }
}

impl State {
    /// Remembers a refused write; whether the call was refused before.
    fn note(&mut self, refusal: &Refusal<'_, Live>) -> bool {
        refusal.is_repeated || (refusal.request.is_write && !self.doubted.insert(refusal.request.digest()))
    }

    /// Judges a refusal by the current session: it is about the session, the key, or the call.
    fn judge(&self, refused: &Live, status: u16, is_write: bool, is_repeated: bool) -> Sequel {
        let is_new = refused.after_refusal && refused.age() < MIN_DOUBTED_SESSION_AGE;
        let is_proven = if is_write && is_repeated { refused.took_write() } else { refused.worked() };
        if status == 401 && refused.after_refusal && !is_proven {
            return Sequel::KeyIsDead;
        }
        let is_fruitless =
            if is_write { self.fruitless_writes >= FRUITLESS_WRITES } else { self.fruitless_reads >= FRUITLESS_READS };
        if is_repeated
            || (is_fruitless && refused.age() < MIN_DOUBTED_SESSION_AGE)
            || (status != 401 && !refused.worked())
        {
            return Sequel::Believed;
        }
        // Another write had this session opened, and is about to show whether that helped.
        let others = self.doubted.len() > 1;
        if is_write && is_new && !refused.took_write() && others { Sequel::TriedAgain } else { Sequel::Renewed }
    }
}

fn request(settings: &Settings, operation: Operation, body: Option<Body>) -> Request {
    let endpoint: &Endpoint = settings.endpoints.get(operation);
    let path = endpoint.path(Fill::default());
    let url = format!("{}/{path}", settings.signin_url);
    let shown = format!("{} {url}", endpoint.method());
    Request { method: endpoint.method(), shown, url, body, is_write: false, is_answer_private: false }
}

/// Whether no further sign-in of the pass can succeed after this error of one.
fn is_final(error: &Error) -> bool {
    match error {
        Error::CredentialRefused { .. } | Error::Unreachable { .. } | Error::Throttled { .. } => true,
        Error::NotFound { .. }
        | Error::Refused { .. }
        | Error::Failed(_)
        | Error::Maintenance { .. }
        | Error::Interrupted { .. }
        | Error::OutOfTime { .. }
        | Error::ReadOnly { .. } => false,
    }
}
