//! The client of IQR's web API: session, inventory, master items, wire format, errors, limiter.
//!
//! The only room that names ureq. It knows nothing of WipeOS and keeps nothing on disk. What it promises:
//!
//! - every request has a deadline for the whole of it, and no answer is larger than 2 MiB;
//! - reads are repeated a little, writes never ([`Error::outcome`] says what may have become of one);
//! - a server that is down is asked about ten times in a pass, a dead key once;
//! - no more requests are in flight than the tenant allows (429), as far as it shows it;
//! - one session for all threads, renewed before it ends, ended by [`Iqr::finish`];
//! - no message or log line holds the key, the token or a request header, in whatever form the service repeats it; an asset
//!   whose fields hold one is a bad answer.

mod call;
mod date;
mod endpoint;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod http;
mod inventory;
mod items;
mod limiter;
mod probe;
pub(crate) mod proxy;
mod redact;
mod resolver;
mod session;
mod settings;
mod stale;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod wait;
mod window;
mod wire;

pub use endpoint::{Endpoint, EndpointError, Endpoints, Format, Method, Operation};
pub use error::{Cause, Error, Failure, Outcome, Scope};
pub use inventory::update_body;
pub use items::{MasterItem, NewItem};
pub use probe::{Glimpse, Route, Shape, route};
pub use proxy::{ProxyError, check as check_proxy};
pub use settings::{Access, Field, FieldNames, Limits, Settings, SettingsError, check_header, is_field_name};

use crate::secret::Secret;
use http::Http;
use limiter::Limiter;
use session::{Link, Session};
use wait::When;

/// A client for one pass. Shared by all threads by reference; a thread has at most one request in flight.
pub struct Iqr {
    settings: Settings,
    limits: Limits,
    http: Http,
    session: Session,
    limiter: Limiter,
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

    fn link(&self, when: When) -> Link<'_> {
        Link { http: &self.http, limits: &self.limits, limiter: &self.limiter, when }
    }

    /// How many requests were sent, session calls and repeats included.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.http.requests()
    }

    /// By how many seconds IQR's clock is ahead of this machine's (negative: behind), by its last answer; `None` before
    /// any answer told its time.
    #[must_use]
    pub fn clock_skew_seconds(&self) -> Option<i64> {
        self.http.skew()
    }

    /// [`Error::Unreachable`] where requests failed and none was answered as it should be, however few they were.
    #[must_use]
    pub fn outage(&self) -> Option<Error> {
        self.limiter.outage()
    }

    /// Whether a write that was refused for now so many times ([`Error::is_refused_for_now`]) is to be left to the next pass.
    #[must_use]
    pub fn is_stuck(&self, refusals: u32) -> bool {
        self.limiter.is_stuck(refusals, true)
    }

    /// How many requests at once the tenant was found to allow; `None` where it refused none.
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
