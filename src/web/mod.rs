//! The only door for HTTP: everything that the client of a web service needs and that knows nothing of the service.
//!
//! Beside the ping of `monitor`, this module alone names ureq. It keeps these promises for every service:
//!
//! - every request has a deadline for the whole of it, and no answer is larger than the service's limit;
//! - reads are repeated a little, writes never ([`Error::outcome`] says what may have become of one);
//! - a server that is down is asked a few times in a pass ([`Service::max_failures`]);
//! - no more requests are in flight than the service allows (429), as far as it shows it;
//! - no redirect is followed, and nothing is sent past the proxy of the environment;
//! - no message or log line holds a credential or a request header, in whatever form the service repeats it.
//!
//! The differences between services are passed in: names and advice ([`Service`]), how a credential is obtained and
//! when it has ended (`Session`), and the largest answer.

mod answer;
mod call;
mod client;
mod date;
mod error;
mod host;
mod http;
mod limiter;
mod limits;
mod method;
mod path;
pub(crate) mod proxy;
mod redact;
mod resolver;
mod service;
mod session;
mod stale;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod token;
mod wait;
mod window;

pub use error::{Cause, Error, Failure, Outcome, Scope};
pub use host::{Route, route};
pub use limits::{Access, Limits};
pub use method::Method;
pub use path::{PathError, PathTemplate};
pub use proxy::{ProxyError, check as check_proxy};
pub use service::Service;

pub(crate) use answer::{Bad, Reading, Verdict};
pub(crate) use client::Client;
pub(crate) use http::{Answer, Body, Credential, Fault, FaultKind, Http, HttpSettings, Request};
pub(crate) use limiter::{Limiter, Refusal as LimiterRefusal};
pub(crate) use path::{Filled, Value as PathValue};
pub(crate) use redact::Redactor;
pub(crate) use session::{Link, Refusal, Session};
pub(crate) use text::is_html;
pub(crate) use token::TokenSession;
pub(crate) use wait::{GRACE_PERIOD, When, backoff, full_jitter, sleep_until};
