//! Looks each host up once a minute at most.
//!
//! ureq looks the host up for every request, in a thread of its own, also when a connection is at hand: that costs more
//! than the request, and a name server that stumbles would fail requests that need none.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Authority;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::clock::BootTime;

/// The time for which an address is kept.
const MAX_ADDRESS_AGE: Duration = Duration::from_secs(60);

/// A resolver that caches the addresses of hosts.
#[derive(Debug, Default)]
pub(crate) struct CachingResolver {
    lookup: DefaultResolver,
    known: Mutex<Vec<Address>>,
}

struct Address {
    authority: Authority,
    addresses: ResolvedSocketAddrs,
    since: BootTime,
}

/// The host's name could not be looked up.
#[derive(Debug, thiserror::Error)]
#[error("the name of the host {host} cannot be looked up: {cause}")]
pub(crate) struct LookupFailed {
    host: String,
    cause: String,
}

impl Resolver for CachingResolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let Some(authority) = uri.authority() else {
            return self.lookup.resolve(uri, config, timeout);
        };
        if let Some(addresses) = self.cached(authority) {
            return Ok(addresses);
        }
        let addresses = self.lookup.resolve(uri, config, timeout).map_err(|error| lookup_failed(authority, error))?;
        self.cache(authority.clone(), addresses.clone());
        Ok(addresses)
    }
}

impl CachingResolver {
    fn cached(&self, authority: &Authority) -> Option<ResolvedSocketAddrs> {
        let now = BootTime::now();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known =
            known.iter().find(|known| known.authority == *authority && now.since(known.since) < MAX_ADDRESS_AGE)?;
        Some(known.addresses.clone())
    }

    fn cache(&self, authority: Authority, addresses: ResolvedSocketAddrs) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.authority != authority);
        known.push(Address { authority, addresses, since: BootTime::now() });
    }
}

/// Marks the error as one of before the first byte, whatever it was.
fn lookup_failed(authority: &Authority, error: ureq::Error) -> ureq::Error {
    let cause = match error {
        ureq::Error::Timeout(_) => return error,
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    };
    ureq::Error::Other(Box::new(LookupFailed { host: authority.host().to_owned(), cause }))
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.authority).finish()
    }
}
