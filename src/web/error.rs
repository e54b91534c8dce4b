//! The errors of a client, by consequence: for one record or for the pass, accepted by the service or not.

use std::time::Duration;

use thiserror::Error;

use super::service::Service;

/// The reason why a service did not do what it was asked. No message holds a credential or a request header; what the
/// server said is on one line, cut and escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The service knows no such record.
    #[error("{service} has no {what}")]
    NotFound {
        /// The service.
        service: &'static Service,
        /// The record, by its kind and its number.
        what: String,
    },
    /// The service understood and declined: this record cannot be written or read so.
    #[error("{request} was refused ({status}){}{}", colon(.text), permission_advice(.service, *.status))]
    Refused {
        /// The service.
        service: &'static Service,
        /// Method and path.
        request: String,
        /// The HTTP status; 2xx where only the text says that it was refused.
        status: u16,
        /// The text of the answer.
        text: String,
    },
    /// A request failed, repeats included where it may be repeated.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The credential is no longer good; no more can be asked in this pass.
    #[error("{service} refused {} ({request} answered {status}{}){}", .service.credential, colon(.text), .service.credential_advice)]
    CredentialRefused {
        /// The service.
        service: &'static Service,
        /// Method and path of the request that showed it.
        request: String,
        /// The HTTP status: 403 where the credential is good and its owner may not do this.
        status: u16,
        /// The reason that the service gave; empty where it gave none.
        text: String,
    },
    /// The server or the network is down, or as good as down; no more can be asked in this pass.
    #[error("{service} cannot be reached: {cause}")]
    Unreachable {
        /// The service.
        service: &'static Service,
        /// The event, with method and path.
        cause: String,
    },
    /// The service takes no more requests for now (429), from any client: the pass is over, and no record failed.
    #[error("{service} takes no more requests for now: {cause}{}", .service.load_advice)]
    Throttled {
        /// The service.
        service: &'static Service,
        /// The event, with method and path.
        cause: String,
        /// The wait that the service asks for; `None` where it asks for none.
        wait: Option<Duration>,
    },
    /// The service is closed to all callers for a while (503); no more can be asked in this pass. Only of services that
    /// announce their maintenance so.
    #[error("{service} is in maintenance ({request} answered 503{}){}", colon(.text), again_in(*.wait))]
    Maintenance {
        /// The service.
        service: &'static Service,
        /// Method and path of the request that showed it.
        request: String,
        /// The reason that the service gave; empty where it gave none.
        text: String,
        /// The wait that the service asks for; `None` where it asks for none.
        wait: Option<Duration>,
    },
    /// A signal asked to stop; the request was not sent.
    #[error("stopped by a signal before {request}")]
    Interrupted {
        /// Method and path.
        request: String,
    },
    /// The time of the pass, or the shorter one that the caller gave, is over.
    #[error("{} {request}", if *.outcome == Outcome::NotSent { "the time was over before an answer to" } else { "the time was over during" })]
    OutOfTime {
        /// Method and path.
        request: String,
        /// Whether a write may have happened.
        outcome: Outcome,
    },
    /// A write in a read-only run; nothing was sent.
    #[error("{request} would write, and this run is read-only")]
    ReadOnly {
        /// Method and path.
        request: String,
    },
}

/// A request that failed for a reason that may pass.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{request} failed: {cause}{}", self.advice())]
pub struct Failure {
    /// The service.
    pub service: &'static Service,
    /// Method and path.
    pub request: String,
    /// The event.
    pub cause: Cause,
    /// Whether a write may have happened.
    pub outcome: Outcome,
    /// Other requests went well before it, and only this one failed again and again: the record's fault, not the
    /// server's.
    pub only_this: bool,
}

/// The cause of a failed request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Cause {
    /// No whole answer came: refused, reset, timed out, no such host, no TLS.
    #[error("{0}")]
    Network(String),
    /// The server answered that it cannot now: 408, 429, 5xx.
    #[error("the server answered {status}{}", colon(.text))]
    Status {
        /// The HTTP status.
        status: u16,
        /// The reason that it gave.
        text: String,
    },
    /// An answer that is not what was asked for.
    #[error("{0}")]
    BadAnswer(String),
}

/// The outcome of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The request did not reach the service.
    NotSent,
    /// The service has seen it and declined it.
    Refused,
    /// The outcome is unknown: read again before anything else is written.
    Unknown,
}

/// Whom an error concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The failure concerns this record; others go on.
    ThisRecord,
    /// All clients: the pass is over.
    Pass,
}

impl Error {
    /// Whom it concerns.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::NotFound { .. } | Self::Refused { .. } | Self::Failed(_) => Scope::ThisRecord,
            Self::CredentialRefused { .. }
            | Self::Unreachable { .. }
            | Self::Throttled { .. }
            | Self::Maintenance { .. }
            | Self::Interrupted { .. }
            | Self::OutOfTime { .. }
            | Self::ReadOnly { .. } => Scope::Pass,
        }
    }

    /// Keeps the first of several failures; one that concerns the whole pass replaces one that concerns a record.
    pub(crate) fn note_in(self, kept: &mut Option<Self>) {
        let is_graver = |kept: &Self| kept.scope() == Scope::ThisRecord && self.scope() == Scope::Pass;
        if kept.as_ref().is_none_or(is_graver) {
            *kept = Some(self);
        }
    }

    /// Whether the server, the network or the end of the pass is to blame: such a failure grows no client's delay.
    #[must_use]
    pub fn is_server_fault(&self) -> bool {
        match self {
            Self::NotFound { .. } | Self::Refused { .. } => false,
            Self::Failed(failure) => !failure.only_this,
            Self::CredentialRefused { .. }
            | Self::Unreachable { .. }
            | Self::Throttled { .. }
            | Self::Maintenance { .. }
            | Self::Interrupted { .. }
            | Self::OutOfTime { .. }
            | Self::ReadOnly { .. } => true,
        }
    }

    /// Whether a write may have happened.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NotFound { .. } | Self::Refused { .. } | Self::CredentialRefused { .. } => Outcome::Refused,
            Self::Failed(failure) => failure.outcome,
            Self::OutOfTime { outcome, .. } => *outcome,
            Self::Unreachable { .. }
            | Self::Throttled { .. }
            | Self::Maintenance { .. }
            | Self::Interrupted { .. }
            | Self::ReadOnly { .. } => Outcome::NotSent,
        }
    }

    /// Whether a write that failed so may be made again in this pass, after a read: it may have been taken, or it has
    /// not reached the service, and neither the record nor the pass is to blame.
    #[must_use]
    pub fn asks_for_a_read(&self) -> bool {
        let outcome = self.outcome();
        outcome == Outcome::Unknown || (outcome == Outcome::NotSent && matches!(self, Self::Failed(_)))
    }

    /// Whether the service took no request for now (429): nothing was done, and the limiter has waited.
    #[must_use]
    pub fn is_refused_for_now(&self) -> bool {
        matches!(self, Self::Failed(Failure { cause: Cause::Status { status: 429, .. }, .. }))
    }

    /// Whether the service knows no such record.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Whether the service understood the request for this record and declined it.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// Whether the server has answered for want of a session (401, 403, 404) or of leisure (429): then nothing is on
    /// its way any more.
    #[must_use]
    pub fn was_answered(&self) -> bool {
        matches!(self, Self::Failed(Failure { cause: Cause::Status { status: 401 | 403 | 404 | 429, .. }, .. }))
    }
}

impl Failure {
    /// Returns the next step, where waiting alone may not help.
    fn advice(&self) -> &'static str {
        if matches!(self.cause, Cause::Status { status: 429, .. }) {
            self.service.load_advice
        } else if self.only_this {
            self.service.record_advice
        } else {
            ""
        }
    }
}

/// The usual cause of a 403, once the session is known to be good.
fn permission_advice(service: &Service, status: u16) -> &'static str {
    if status == 403 { service.permission_advice } else { "" }
}

/// The end of a message that says when to ask again.
fn again_in(wait: Option<Duration>) -> String {
    wait.map(|wait| format!("; it asks to wait {} s", wait.as_secs())).unwrap_or_default()
}

fn colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}
