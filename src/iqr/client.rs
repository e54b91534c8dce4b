//! The client of one pass, and the calls that concern its session.

use super::endpoint::{Fill, Operation};
use super::service::SERVICE;
use super::session::IqrSession;
use super::settings::Settings;
use crate::secret::Secret;
use crate::web::{Access, Body, Client, Error, Limiter, Limits, Method, Request, Session, When};

/// A client for one pass. Shared by all threads by reference; a thread has at most one request in flight.
pub struct Iqr {
    pub(super) settings: Settings,
    pub(super) client: Client<IqrSession>,
}

impl Iqr {
    /// A client that has sent nothing yet.
    #[must_use]
    pub fn new(settings: Settings, key: &Secret, access: Access, limits: Limits) -> Self {
        let client = Client::new(&SERVICE, &settings.http(), IqrSession::new(&settings, key), access, limits);
        client.http.redactor().add(key);
        Self { settings, client }
    }

    /// Begins with as many requests in flight as an earlier pass found that the tenant allows, once the first has
    /// succeeded; never more than `connections`.
    #[must_use]
    pub fn with_in_flight(mut self, found: Option<u8>) -> Self {
        self.client.limiter = Limiter::new(&SERVICE, self.settings.connections, found);
        self
    }

    /// Opens the session, which the first call would do too.
    ///
    /// # Errors
    ///
    /// [`Error::CredentialRefused`] and [`Error::Unreachable`], which every later call will give as well, without a
    /// request.
    pub fn sign_in(&self) -> Result<(), Error> {
        self.client.session.current(self.client.link(When::InTime)).map(drop)
    }

    pub(super) fn request(&self, operation: Operation, fill: Fill<'_>, body: Option<String>) -> Request {
        let endpoint = self.settings.endpoints.get(operation);
        let path = endpoint.path(fill);
        let method = endpoint.method();
        Request {
            method,
            url: [self.settings.api_url.as_str(), "/webapi.svc/", &path].concat(),
            shown: [method.name(), " ", &path].concat(),
            body: body.map(|text| Body::new(endpoint.format().content_type(), Secret::new(text))),
            is_write: operation.is_write() || method != Method::Get,
            is_answer_private: false,
        }
    }

    /// Returns the number of requests that were sent, session calls and repeats included.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.client.http.requests()
    }

    /// Returns the seconds by which IQR's clock is ahead of this machine's (negative: behind), by its last answer;
    /// `None` before the first answer that gives its time.
    #[must_use]
    pub fn clock_skew_seconds(&self) -> Option<i64> {
        self.client.http.skew()
    }

    /// [`Error::Unreachable`] where requests failed and none was answered as it should be, however few they were.
    #[must_use]
    pub fn outage(&self) -> Option<Error> {
        self.client.limiter.outage()
    }

    /// Whether a write that was refused for now so many times ([`Error::is_refused_for_now`]) is to be left to the next
    /// pass.
    #[must_use]
    pub fn is_stuck(&self, refusals: u32) -> bool {
        self.client.limiter.is_stuck(refusals, true)
    }

    /// Returns the number of requests in flight that the tenant was found to allow; `None` where it refused none.
    #[must_use]
    pub fn found_in_flight(&self) -> Option<u8> {
        self.client.limiter.found()
    }

    /// Ends every session that was opened, within five seconds, also after the deadline and when interrupted.
    ///
    /// # Errors
    ///
    /// When one could not be ended; it will end by itself, and nothing is lost.
    pub fn finish(&self) -> Result<(), Error> {
        self.client.session.end_all(&self.client.http)
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
