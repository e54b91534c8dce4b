//! The route to a service's host.

use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ureq::http::Uri;

use super::error::Error;
use super::proxy;
use super::service::Service;

/// Longest time for the lookup of a name.
const MAX_LOOKUP_TIME: Duration = Duration::from_secs(10);

/// The route to a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The host is reached at one of these addresses.
    Direct(Vec<IpAddr>),
    /// Through this proxy, which looks the name up.
    Proxy(String),
}

/// Looks the host of a service's URL up, within ten seconds.
///
/// # Errors
///
/// [`Error::Unreachable`] when the name is not known or no server answers.
pub fn route(service: &'static Service, url: &str) -> Result<Route, Error> {
    let failed = |host: &str, why: &str| Error::Unreachable {
        service,
        cause: format!("the name of the host {host} cannot be looked up: {why}"),
    };
    let uri: Uri = url.parse().map_err(|_| failed(url, "it is no URL"))?;
    let proxy =
        proxy::from_environment(&[url]).map_err(|error| Error::Unreachable { service, cause: error.to_string() })?;
    if let Some(proxy) = proxy.filter(|proxy| !proxy.is_no_proxy(&uri)) {
        return Ok(Route::Proxy(format!("{}:{}", proxy.host(), proxy.port())));
    }
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let (sender, receiver) = mpsc::channel();
    let name = host.clone();
    // The system's lookup has no limit of its own.
    thread::spawn(move || sender.send((name.as_str(), 443).to_socket_addrs().map(Iterator::collect::<Vec<_>>)));
    match receiver.recv_timeout(MAX_LOOKUP_TIME) {
        Ok(Ok(addresses)) => Ok(Route::Direct(addresses.iter().map(std::net::SocketAddr::ip).collect())),
        Ok(Err(error)) => Err(failed(&host, &error.to_string())),
        Err(_) => Err(failed(&host, "no answer came in time")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::service::TEST_SERVICE as SERVICE;

    #[test]
    fn looks_up_names_but_not_addresses() {
        assert!(matches!(route(&SERVICE, "https://name.invalid"), Err(Error::Unreachable { .. })));
        assert_eq!(route(&SERVICE, "http://127.0.0.1:9"), Ok(Route::Direct(vec![IpAddr::from([127, 0, 0, 1])])));
        assert_eq!(route(&SERVICE, "http://[::1]:9").ok(), Some(Route::Direct(vec!["::1".parse().unwrap()])));
    }
}
