//! The client of one pass, and the calls that concern its session.

use super::error::Error;
use super::http::Http;
use super::limiter::Limiter;
use super::session::{Link, Session};
use super::settings::{Access, Limits, Settings};
use super::wait::When;
use crate::secret::Secret;

/// A client for one pass. Shared by all threads by reference; a thread has at most one request in flight.
pub struct Iqr {
    pub(super) settings: Settings,
    pub(super) limits: Limits,
    pub(super) http: Http,
    pub(super) session: Session,
    pub(super) limiter: Limiter,
}

impl Iqr {
    /// A client that has sent nothing yet.
    #[must_use]
    pub fn new(settings: Settings, key: &Secret, access: Access, limits: Limits) -> Self {
        let http = Http::new(&settings, access);
        http.redactor().add(key);
        Self {
            http,
            session: Session::new(&settings, key),
            limiter: Limiter::new(settings.connections, None),
            settings,
            limits,
        }
    }

    /// Begins with as many requests in flight as an earlier pass found that the tenant allows, once the first has
    /// succeeded; never more than `connections`.
    #[must_use]
    pub fn with_in_flight(mut self, found: Option<u8>) -> Self {
        self.limiter = Limiter::new(self.settings.connections, found);
        self
    }

    /// Opens the session, which the first call would do too.
    ///
    /// # Errors
    ///
    /// [`Error::KeyRefused`] and [`Error::Unreachable`], which every later call will give as well, without a request.
    pub fn sign_in(&self) -> Result<(), Error> {
        self.session.current(self.link(When::InTime)).map(drop)
    }

    pub(super) fn link(&self, when: When) -> Link<'_> {
        Link { http: &self.http, limits: &self.limits, limiter: &self.limiter, when }
    }

    /// Returns the number of requests that were sent, session calls and repeats included.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.http.requests()
    }

    /// Returns the seconds by which IQR's clock is ahead of this machine's (negative: behind), by its last answer;
    /// `None` before the first answer that gives its time.
    #[must_use]
    pub fn clock_skew_seconds(&self) -> Option<i64> {
        self.http.skew()
    }

    /// [`Error::Unreachable`] where requests failed and none was answered as it should be, however few they were.
    #[must_use]
    pub fn outage(&self) -> Option<Error> {
        self.limiter.outage()
    }

    /// Whether a write that was refused for now so many times ([`Error::is_refused_for_now`]) is to be left to the next
    /// pass.
    #[must_use]
    pub fn is_stuck(&self, refusals: u32) -> bool {
        self.limiter.is_stuck(refusals, true)
    }

    /// Returns the number of requests in flight that the tenant was found to allow; `None` where it refused none.
    #[must_use]
    pub fn found_in_flight(&self) -> Option<u8> {
        self.limiter.found()
    }

    /// Ends every session that was opened, within five seconds, also after the deadline and when interrupted.
    ///
    /// # Errors
    ///
    /// When one could not be ended; it will end by itself, and nothing is lost.
    pub fn finish(&self) -> Result<(), Error> {
        self.session.end_all(&self.http)
    }
}

impl Drop for Iqr {
    /// The last resort for a pass that fails or panics.
    fn drop(&mut self) {
        if let Err(error) = self.finish() {
            log::warn!("a session at IQR could not be ended: {error}");
        }
    }
}

impl std::fmt::Debug for Iqr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Iqr").field("api_url", &self.settings.api_url).finish_non_exhaustive()
    }
}
