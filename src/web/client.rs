//! The client of one service for one pass.

use super::error::Error;
use super::http::{Answer, Http, HttpSettings, Request};
use super::limiter::Limiter;
use super::limits::{Access, Limits};
use super::service::Service;
use super::session::{Link, Session};
use super::wait::When;

/// A client for one pass. Shared by all threads by reference; a thread has at most one request in flight.
pub(crate) struct Client<S> {
    pub service: &'static Service,
    pub limits: Limits,
    pub http: Http,
    pub session: S,
    pub limiter: Limiter,
}

impl<S> Client<S> {
    /// A client that has sent nothing yet.
    pub fn new(
        service: &'static Service,
        settings: &HttpSettings<'_>,
        session: S,
        access: Access,
        limits: Limits,
    ) -> Self {
        let limiter = Limiter::new(service, settings.connections, None);
        Self { service, http: Http::new(settings, access), session, limiter, limits }
    }

    pub fn link(&self, when: When) -> Link<'_> {
        Link { http: &self.http, limits: &self.limits, limiter: &self.limiter, when }
    }

    /// Asks a host for its root, without a credential: any answer shows that it is reached, by TLS where the URL says
    /// so.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] with what went wrong.
    pub fn knock(&self, url: &str) -> Result<u16, Error> {
        let request = Request::get(format!("{url}/"));
        let answer = self.http.exchange(&request, None, When::InTime.until(&self.limits));
        answer.map(|answer| answer.status).map_err(|fault| self.unreachable(&request, &fault.text))
    }

    /// Sends a read once, and returns its answer, whatever it says.
    ///
    /// # Errors
    ///
    /// [`Error::CredentialRefused`] and [`Error::Unreachable`].
    pub fn ask_once(&self, request: &Request) -> Result<Answer, Error>
    where
        S: Session,
    {
        let when = When::InTime;
        let session = self.session.current(self.link(when))?;
        let credential = self.session.credential(&session);
        let answer = self.http.exchange(request, Some(credential), when.until(&self.limits));
        answer.map_err(|fault| self.unreachable(request, &fault.text))
    }

    fn unreachable(&self, request: &Request, text: &str) -> Error {
        Error::Unreachable { service: self.service, cause: format!("{}: {text}", request.shown) }
    }
}
