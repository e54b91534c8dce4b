//! The session: opened by the first request, renewed before it ends and when IQR refuses it, ended at the end.
//!
//! All lanes share one. A refusal names the session that was refused, so that of several lanes one renews. A dead key is
//! asked once.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::endpoint::{Endpoint, Fill, Operation};
use super::error::Error;
use super::http::{Answer, Body, Credential, Fault, FaultKind, Http, Request};
use super::pace::{GRACE, When, backoff, full_jitter, sleep_until};
use super::settings::{Limits, Settings};
use super::{BootTime, text, wire};
use crate::secret::Secret;

/// Tries of one sign-in when the server or the network fails.
const TRIES: u32 = 3;

/// Renewals that changed nothing, after which a 403 or 404 is believed at once.
const FRUITLESS: u32 = 3;

/// A session of this age may have ended, whatever was believed before.
const OLD: Duration = Duration::from_secs(60);

/// A session is renewed this long before it ends, or a fifth of its life if that is less.
const MARGIN: Duration = Duration::from_secs(60);

/// One session of IQR's.
#[derive(Debug)]
pub(super) struct Live {
    token: Secret,
    generation: u64,
    opened: BootTime,
    /// Opened because the one before was refused.
    after_refusal: bool,
    /// IQR has done what a request of this session asked.
    worked: AtomicBool,
}

/// The session of a pass.
pub(super) struct Session {
    state: Mutex<State>,
    /// How long a session is used.
    fresh_for: Duration,
    create: Request,
    end: Request,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Arc<Live>>,
    /// Replaced, but perhaps still in use by another lane.
    superseded: Vec<Arc<Live>>,
    opened: u64,
    fruitless: u32,
    /// The status by which the newest write was refused that had its session renewed.
    refused_write: Option<u16>,
    /// Why no session can be had in this pass any more.
    dead: Option<Error>,
}

/// What a session call needs of its surroundings.
#[derive(Clone, Copy)]
pub(super) struct Link<'a> {
    pub http: &'a Http,
    pub limits: &'a Limits,
    pub when: When,
}

/// What one try to sign in came to, if not a token.
enum SignIn {
    /// The same again cannot help.
    Never(Error),
    /// It may help.
    Again { cause: String, wait: Option<Duration>, slow: bool },
}

impl Live {
    pub fn token(&self) -> &Secret {
        &self.token
    }

    /// IQR did what a request of this session asked.
    pub fn has_worked(&self) {
        self.worked.store(true, Ordering::Relaxed);
    }

    fn worked(&self) -> bool {
        self.worked.load(Ordering::Relaxed)
    }

    fn age(&self) -> Duration {
        BootTime::now().since(self.opened)
    }
}

impl Session {
    pub fn new(settings: &Settings, key: &Secret) -> Self {
        let body = Body::secret(wire::session_body(key.expose()));
        let lifetime = settings.session_lifetime;
        Self {
            state: Mutex::default(),
            fresh_for: lifetime.saturating_sub(MARGIN.min(lifetime / 5)),
            create: request(settings, Operation::SessionCreate, Some(body)),
            end: request(settings, Operation::SessionEnd, None),
        }
    }

    /// The session to send a request with; opened or renewed where that is due.
    pub fn current(&self, link: Link<'_>) -> Result<Arc<Live>, Error> {
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

    /// After `request` was answered 401, 403 or 404: true when there is now another session to repeat it with, false
    /// when the answer means what it says.
    pub fn renew(&self, link: Link<'_>, refused: Arc<Live>, status: u16, request: &Request) -> Result<bool, Error> {
        let mut state = self.lock();
        if let Some(dead) = &state.dead {
            return Err(dead.clone());
        }
        if state.current.as_ref().is_none_or(|live| live.generation != refused.generation) {
            return Ok(true);
        }
        if status == 401 && refused.after_refusal && !refused.worked() {
            let error = Error::KeyRefused { request: request.shown.clone(), status };
            state.dead = Some(error.clone());
            return Err(error);
        }
        let believed = state.fruitless >= FRUITLESS && refused.age() < OLD;
        let is_doubtful = if request.is_write { !believed } else { status == 401 || (refused.worked() && !believed) };
        if !is_doubtful {
            return Ok(false);
        }
        drop(refused);
        self.open(&mut state, link, true)?;
        drop(state);
        self.end_unused(link);
        Ok(true)
    }

    /// Tells whether a renewal after a 403 or 404 changed the answer.
    pub fn renewal_helped(&self, helped: bool) {
        let mut state = self.lock();
        state.fruitless = if helped { 0 } else { state.fruitless + 1 };
    }

    /// A write was refused as if its session had ended.
    pub fn doubt_write(&self, status: u16) {
        self.lock().refused_write = Some(status);
    }

    /// How the write before was refused, if it was; asked by the next one.
    pub fn refused_write(&self) -> Option<u16> {
        self.lock().refused_write.take()
    }

    /// Ends every session that was opened, within five seconds.
    pub fn end_all(&self, http: &Http) -> Result<(), Error> {
        let mut state = self.lock();
        let mut left = mem::take(&mut state.superseded);
        left.extend(state.current.take());
        drop(state);
        let until = BootTime::now() + GRACE;
        let ended = left.iter().map(|live| self.end(http, live, until).or_else(|_| self.end(http, live, until)));
        ended.collect::<Vec<_>>().into_iter().collect()
    }

    fn open(&self, state: &mut State, link: Link<'_>, after_refusal: bool) -> Result<Arc<Live>, Error> {
        let token = self.sign_in(link).inspect_err(|error| {
            if matches!(error, Error::KeyRefused { .. } | Error::Unreachable { .. }) {
                state.dead = Some(error.clone());
            }
        })?;
        link.http.conceal_token(&token);
        state.opened += 1;
        log::info!("session {} at IQR opened", state.opened);
        let generation = state.opened;
        let live = Live { token, generation, opened: BootTime::now(), after_refusal, worked: AtomicBool::new(false) };
        let live = Arc::new(live);
        state.superseded.extend(state.current.replace(Arc::clone(&live)));
        Ok(live)
    }

    fn sign_in(&self, link: Link<'_>) -> Result<Secret, Error> {
        let mut tried = 0;
        loop {
            link.when.check(link.limits, &self.create.shown)?;
            let until = link.when.until(link.limits);
            let (cause, wait, slow) = match self.try_sign_in(link.http, until) {
                Ok(token) => return Ok(token),
                Err(SignIn::Never(error)) => return Err(error),
                Err(SignIn::Again { cause, wait, slow }) => (cause, wait, slow),
            };
            link.when.check(link.limits, &self.create.shown)?;
            tried += if slow { TRIES - 1 } else { 1 };
            let resume = BootTime::now() + wait.unwrap_or_else(|| full_jitter(backoff(tried)));
            if tried >= TRIES || resume >= until {
                return Err(Error::Unreachable { cause: format!("{}: {cause}", self.create.shown) });
            }
            sleep_until(resume, link.limits, link.when);
        }
    }

    fn try_sign_in(&self, http: &Http, until: BootTime) -> Result<Secret, SignIn> {
        let answer = http.exchange(&self.create, Credential::None, until).map_err(|fault| SignIn::Again {
            cause: fault.text,
            wait: None,
            slow: fault.kind == FaultKind::TimedOut,
        })?;
        let again = |cause| SignIn::Again { cause, wait: answer.retry_after, slow: false };
        match answer.status {
            200..=299 => wire::session_token(&answer.body).map_err(|bad| again(bad.0)),
            status @ (401 | 403) => {
                Err(SignIn::Never(Error::KeyRefused { request: self.create.shown.clone(), status }))
            }
            status @ (408 | 429 | 500..) => Err(again(format!("the server answered {status}"))),
            _ => Err(SignIn::Never(self.wrong_address(&answer))),
        }
    }

    /// A redirect or a 4xx: not an IQR that signs anybody in.
    fn wrong_address(&self, answer: &Answer) -> Error {
        let (shown, status, said) = (&self.create.shown, answer.status, text::quote_bytes(&answer.body));
        Error::Unreachable { cause: format!("{shown}: the server answered {status} {said}; check iqr.signin_url") }
    }

    /// Ends the superseded sessions that no lane uses any more. Best effort: they would end by themselves.
    fn end_unused(&self, link: Link<'_>) {
        let (unused, used) = mem::take(&mut self.lock().superseded)
            .into_iter()
            .partition::<Vec<_>, _>(|live| Arc::strong_count(live) == 1);
        self.lock().superseded.extend(used);
        let until = link.when.until(link.limits).min(BootTime::now() + GRACE);
        for live in unused {
            if let Err(error) = self.end(link.http, &live, until) {
                log::warn!("a session that is no longer used could not be ended: {error}");
            }
        }
    }

    /// A session that IQR does not know any more is as good as ended.
    fn end(&self, http: &Http, live: &Live, until: BootTime) -> Result<(), Error> {
        let failed = |cause: String| Error::Unreachable { cause: format!("{}: {cause}", self.end.shown) };
        match http.exchange(&self.end, Credential::Bearer(&live.token), until) {
            Ok(Answer { status: 200..=299 | 401 | 403 | 404, .. }) => {
                log::info!("session {} at IQR ended", live.generation);
                Ok(())
            }
            Ok(answer) => Err(failed(format!("the server answered {}", answer.status))),
            Err(Fault { text, .. }) => Err(failed(text)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn request(settings: &Settings, operation: Operation, body: Option<Body>) -> Request {
    let endpoint: &Endpoint = settings.endpoints.get(operation);
    let path = endpoint.path(Fill::default());
    let url = format!("{}/{path}", settings.signin_url);
    Request { method: endpoint.method(), shown: format!("{} {url}", endpoint.method()), url, body, is_write: false }
}
