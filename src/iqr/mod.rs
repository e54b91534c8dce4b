//! The client of IQR's web API: session, inventory, master items, wire format, errors, limiter.
//!
//! The only module that names ureq, beside the ping of `monitor`. It knows nothing of WipeOS and keeps nothing on disk.
//! The client keeps these promises:
//!
//! - every request has a deadline for the whole of it, and no answer is larger than 2 MiB;
//! - reads are repeated a little, writes never ([`Error::outcome`] says what may have become of one);
//! - a server that is down is asked about ten times in a pass, a dead key once;
//! - no more requests are in flight than the tenant allows (429), as far as it shows it;
//! - one session for all threads, renewed before it ends, ended by [`Iqr::finish`];
//! - no message or log line holds the key, the token or a request header, in whatever form the service repeats it; an
//!   asset whose fields hold one is a bad answer.

mod call;
mod client;
mod endpoint;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod http;
mod inventory;
mod items;
mod limiter;
mod probe;
mod session;
mod settings;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod wait;
mod wire;

pub use client::Iqr;
pub use endpoint::{Endpoint, EndpointError, Endpoints, Format, Method, Operation};
pub use error::{Cause, Error, Failure, Outcome, Scope};
pub use inventory::update_body;
pub use items::{MasterItem, NewItem};
pub use probe::{Glimpse, Route, Shape, route};
pub use settings::{Access, Field, FieldNames, Limits, Settings, SettingsError, check_header, is_field_name};
