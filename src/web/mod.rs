//! The door for HTTP: everything that the client of a web service needs and that knows nothing of the service.

pub(crate) mod date;
pub(crate) mod proxy;
pub(crate) mod redact;
pub(crate) mod resolver;
pub(crate) mod stale;
pub(crate) mod text;
pub(crate) mod window;

pub use proxy::{ProxyError, check as check_proxy};
