//! The credential of a service's requests: what the client needs to know of it.

use std::sync::Arc;

use super::error::Error;
use super::http::{Answer, Credential, Http, Request};
use super::limiter::Limiter;
use super::limits::Limits;
use super::wait::When;

/// The credential of the requests of a pass, shared by all workers.
pub(crate) trait Session {
    /// A credential as long as it lasts.
    type Live;

    /// The credential to send a request with; obtained or renewed where that is due.
    fn current(&self, link: Link<'_>) -> Result<Arc<Self::Live>, Error>;

    /// The header that carries it.
    fn credential<'a>(&self, live: &'a Self::Live) -> Credential<'a>;

    /// The service has done what a request of this credential asked.
    fn has_worked(&self, live: &Self::Live, is_write: bool);

    /// Whether an answer of this status may mean that the credential has ended.
    fn may_have_ended(&self, status: u16, is_write: bool) -> bool;

    /// True when a refused call is worth another try, mostly because there is now another credential for it; false when
    /// the answer means what it says.
    fn renew(&self, link: Link<'_>, refusal: Refusal<'_, Self::Live>) -> Result<bool, Error>;

    /// Tells whether a renewal for a read changed the answer.
    fn renewal_helped(&self, helped: bool);

    /// A write was not refused: if it was before, the renewal has helped.
    fn let_write_pass(&self, request: &Request);
}

/// An answer that may mean that the credential has ended.
pub(crate) struct Refusal<'a, L> {
    pub session: Arc<L>,
    pub status: u16,
    pub answer: &'a Answer,
    pub request: &'a Request,
    /// Whether this call was refused before, and its credential renewed.
    pub is_repeated: bool,
}

/// The parts of the client that the calls of a session need.
#[derive(Clone, Copy)]
pub(crate) struct Link<'a> {
    pub http: &'a Http,
    pub limits: &'a Limits,
    pub limiter: &'a Limiter,
    pub when: When,
}
