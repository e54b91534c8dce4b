//! The errors of the client, by consequence: for one asset or for the pass, accepted by IQR or not.

use thiserror::Error;

use crate::model::Reason;

/// The reason why IQR did not do what it was asked. No message holds the key, the token or a request header; what the
/// server said is on one line, cut and escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// IQR knows no asset of that ID.
    #[error("IQR has no asset {id}")]
    NotFound {
        /// The inventory ID.
        id: String,
    },
    /// IQR understood and declined: this asset or item cannot be written or read so.
    #[error("{request} was refused ({status}){}{}", colon(.text), if *.status == 403 { MAY_IT } else { "" })]
    Refused {
        /// Method and path.
        request: String,
        /// The HTTP status; 2xx where only the text says that it was refused.
        status: u16,
        /// The text of IQR's answer.
        text: String,
    },
    /// A request failed, repeats included where it may be repeated.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The key is no longer good; no client can be sent in this pass.
    #[error("IQR refused the API key ({request} answered {status}); check the key and its API user in IQR")]
    KeyRefused {
        /// Method and path of the request that showed it.
        request: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server or the network is down, or as good as down; no client can be sent in this pass.
    #[error("IQR cannot be reached: {cause}")]
    Unreachable {
        /// The event, with method and path.
        cause: String,
    },
    /// The tenant takes no more requests for now (429), from anybody: the pass is over, and no client failed.
    #[error("IQR takes no more requests for now: {cause}{FEWER_REQUESTS}")]
    Throttled {
        /// The event, with method and path.
        cause: String,
    },
    /// A signal asked to stop; the request was not sent.
    #[error("stopped by a signal before {request}")]
    Interrupted {
        /// Method and path.
        request: String,
    },
    /// The pass's time is over.
    #[error("the pass's time was over {} {request}", if *.outcome == Outcome::NotSent { "before" } else { "during" })]
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
    /// Method and path.
    pub request: String,
    /// The event.
    pub cause: Cause,
    /// Whether a write may have happened.
    pub outcome: Outcome,
    /// Other requests went well before it, and only this one failed again and again: the asset's fault, not the
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
    /// The request did not reach IQR.
    NotSent,
    /// IQR has seen it and declined it.
    Refused,
    /// The outcome is unknown: read again before anything else is written.
    Unknown,
}

/// Whom an error concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The failure concerns this asset or item; others go on.
    ThisAsset,
    /// Everybody: the pass is over.
    Pass,
}

impl Error {
    /// Whom it concerns.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::NotFound { .. } | Self::Refused { .. } | Self::Failed(_) => Scope::ThisAsset,
            Self::KeyRefused { .. }
            | Self::Unreachable { .. }
            | Self::Throttled { .. }
            | Self::Interrupted { .. }
            | Self::OutOfTime { .. }
            | Self::ReadOnly { .. } => Scope::Pass,
        }
    }

    /// Whether the server, the network or the end of the pass is to blame: such a failure grows no client's delay.
    #[must_use]
    pub fn is_server_fault(&self) -> bool {
        match self {
            Self::NotFound { .. } | Self::Refused { .. } => false,
            Self::Failed(failure) => !failure.only_this,
            Self::KeyRefused { .. }
            | Self::Unreachable { .. }
            | Self::Throttled { .. }
            | Self::Interrupted { .. }
            | Self::OutOfTime { .. }
            | Self::ReadOnly { .. } => true,
        }
    }

    /// Whether a write may have happened.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NotFound { .. } | Self::Refused { .. } | Self::KeyRefused { .. } => Outcome::Refused,
            Self::Failed(failure) => failure.outcome,
            Self::OutOfTime { outcome, .. } => *outcome,
            Self::Unreachable { .. } | Self::Throttled { .. } | Self::Interrupted { .. } | Self::ReadOnly { .. } => {
                Outcome::NotSent
            }
        }
    }

    /// Whether a write that failed so may be made again in this pass, after a read: it may have been taken, or it has
    /// not reached IQR, and neither the asset nor the pass is to blame.
    #[must_use]
    pub fn asks_for_a_read(&self) -> bool {
        let outcome = self.outcome();
        outcome == Outcome::Unknown || (outcome == Outcome::NotSent && matches!(self, Self::Failed(_)))
    }

    /// Whether the tenant took no request for now (429): nothing was done, and the limiter has waited.
    #[must_use]
    pub fn is_refused_for_now(&self) -> bool {
        matches!(self, Self::Failed(Failure { cause: Cause::Status { status: 429, .. }, .. }))
    }

    /// Whether the server has answered for want of a session (401, 403, 404) or of leisure (429): then nothing is on
    /// its way any more.
    #[must_use]
    pub fn was_answered(&self) -> bool {
        matches!(self, Self::Failed(Failure { cause: Cause::Status { status: 401 | 403 | 404 | 429, .. }, .. }))
    }

    /// The reason code of `--json`.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::NotFound { .. } => Reason::NotInIqr,
            Self::Refused { .. } | Self::KeyRefused { .. } | Self::ReadOnly { .. } => Reason::Refused,
            Self::Failed(Failure { cause: Cause::BadAnswer(_), .. }) => Reason::BadAnswer,
            Self::Failed(_) | Self::Unreachable { .. } | Self::Throttled { .. } => Reason::Unreachable,
            Self::Interrupted { .. } | Self::OutOfTime { .. } => Reason::TimeBudget,
        }
    }
}

impl Failure {
    /// Returns the next step, where waiting alone may not help.
    fn advice(&self) -> &'static str {
        if matches!(self.cause, Cause::Status { status: 429, .. }) {
            FEWER_REQUESTS
        } else if self.only_this {
            "; other requests go well: look at it in IQR"
        } else {
            ""
        }
    }
}

/// The next step for a tenant that takes few requests.
const FEWER_REQUESTS: &str =
    "; if this happens often, lower iqr.connections or start fewer appliances at the same time";

/// The usual cause of a 403, once the session is known to be good.
const MAY_IT: &str = "; check what the API user may do in IQR";

fn colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_event_and_request_in_messages() {
        let cause = Cause::Status { status: 503, text: "busy".to_owned() };
        let request = "GET a?Id=5".to_owned();
        let failure = Failure { request: request.clone(), cause, outcome: Outcome::NotSent, only_this: false };
        assert_eq!(Error::from(failure).to_string(), "GET a?Id=5 failed: the server answered 503: busy");
        let refused = Error::Refused { request: request.clone(), status: 400, text: String::new() };
        assert_eq!(refused.to_string(), "GET a?Id=5 was refused (400)");
        let late = Error::OutOfTime { request, outcome: Outcome::Unknown };
        assert_eq!(late.to_string(), "the pass's time was over during GET a?Id=5");
    }
}
