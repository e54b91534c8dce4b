//! The proxy that the environment names, for the TLS hosts only.
//!
//! ureq's own reading of the environment takes `HTTP_PROXY` too, and for every host, loopback included.

use std::ffi::OsString;

use thiserror::Error;
use ureq::http::Uri;
use ureq::{Proxy, ProxyBuilder, ProxyProtocol};

/// Hosts that no proxy can reach for us.
const LOCAL: [&str; 4] = ["localhost", "127.0.0.1", "[::1]", "::1"];

/// The variables that name it, in the order in which they are asked; a blank one names none.
const VARIABLES: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];

/// The environment names a proxy that cannot be used. Nothing is sent past it: whoever set it up wants all to go
/// through it. The text, which may hold a password, is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "${0} is not the URL of an HTTP proxy, and nothing is sent past it; set it to http://HOST:PORT (a user and a password, \
     with %XX for their special characters, as http://USER:PASSWORD@HOST:PORT), or unset it for a direct connection"
)]
pub struct ProxyError(&'static str);

/// The proxy of `HTTPS_PROXY`, but for the hosts of `NO_PROXY`; none where no host of `urls` is spoken to by TLS.
pub(crate) fn from_environment(urls: &[&str]) -> Result<Option<Proxy>, ProxyError> {
    if !urls.iter().any(|url| url.starts_with("https:")) {
        return Ok(None);
    }
    let Some((name, url)) = VARIABLES.into_iter().find_map(variable) else { return Ok(None) };
    let without = ["NO_PROXY", "no_proxy"].into_iter().find_map(variable);
    let without = without.and_then(|(_, hosts)| hosts.into_string().ok()).unwrap_or_default();
    let proxy = url.to_str().and_then(|url| usable(url.trim(), &without));
    proxy.map(Some).ok_or(ProxyError(name))
}

/// Checks that requests to these URLs can go where the environment wants them to go.
///
/// # Errors
///
/// [`ProxyError`] when it names a proxy that cannot be used.
pub fn check(urls: &[&str]) -> Result<(), ProxyError> {
    from_environment(urls).map(drop)
}

fn variable(name: &'static str) -> Option<(&'static str, OsString)> {
    let value = std::env::var_os(name)?;
    (!value.as_encoded_bytes().trim_ascii().is_empty()).then_some((name, value))
}

/// A SOCKS proxy would make ureq panic: it is built without.
fn usable(url: &str, without: &str) -> Option<Proxy> {
    if !is_whole(url) {
        return None;
    }
    let plain = Proxy::new(url).ok()?;
    if !matches!(plain.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) {
        return None;
    }
    let mut proxy = Proxy::builder(plain.protocol()).host(plain.host()).port(plain.port());
    if let Some(user) = plain.username() {
        proxy = proxy.username(user).password(plain.password().unwrap_or_default());
    }
    let without = without.split(',').map(str::trim).filter(|host| !host.is_empty());
    without.chain(LOCAL).fold(proxy, ProxyBuilder::no_proxy).build().ok()
}

/// Whether a URL names a host, a port or none, and nothing behind them. A mark in a password that should be escaped
/// ends the host where it stands: the name of the user would be taken for the host.
fn is_whole(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let Some(authority) = uri.authority() else { return false };
    let host = authority.as_str().rsplit_once('@').map_or(authority.as_str(), |(_, host)| host);
    let is_port = |port: &str| {
        port.starts_with(|digit: char| digit.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    let has_good_end = match host.strip_prefix(authority.host()) {
        None => false,
        Some("") => true,
        Some(port) => port.strip_prefix(':').is_some_and(is_port),
    };
    let is_all = ["", "/"].contains(&uri.path()) && uri.query().is_none() && !url.contains('#');
    has_good_end && is_all && is_host(authority.host())
}

/// Whether this is an address in brackets, or a name whose labels have letters or digits, and nothing else than belongs
/// in a name. A number alone is a port without its host.
fn is_host(host: &str) -> bool {
    if host.starts_with('[') {
        return true;
    }
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_label =
        |label: &str| label.bytes().all(is_name_byte) && label.bytes().any(|byte| byte.is_ascii_alphanumeric());
    let is_number = host.bytes().all(|byte| byte.is_ascii_digit());
    host.strip_suffix('.').unwrap_or(host).split('.').all(is_label) && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bypasses_proxy_for_loopback_and_no_proxy() {
        let proxy = usable("http://user:pass@proxy.example:3128", "intern.example, .local").unwrap();
        for (uri, direct) in [
            ("https://api.example/x", false),
            ("http://127.0.0.1:1/x", true),
            ("http://localhost/x", true),
            ("https://intern.example/x", true),
        ] {
            assert_eq!(proxy.is_no_proxy(&uri.parse().unwrap()), direct, "{uri}");
        }
        assert_eq!((proxy.host(), proxy.port(), proxy.username()), ("proxy.example", 3128, Some("user")));
    }

    #[test]
    fn takes_urls_of_http_proxies_and_nothing_else() {
        for url in [
            "socks5://127.0.0.1:1080",
            "ftp://x",
            "http://",
            "http://:3128",
            "\u{0}",
            "htp://proxy:3128",
            "http//proxy:3128",
            "http:/proxy:3128",
            "http://pro xy:3128",
            "http://proxy:99999",
            "http://proxy:0",
            "http://proxy:port",
            "http://proxy:",
            "http://user:pa#ss@proxy:3128",
            "http://user:pa/ss@proxy:3128",
            "http://user:12/ss@proxy:3128",
            "http://user:12?ss@proxy:3128",
            "http://user:12#ss@proxy:3128",
            "http://proxy:3128/path",
            "http://proxy:3128, http://other:3128",
            "http=proxy:3128",
            "http://$PROXY:3128",
            "http://*:3128",
            "http://proxy,other",
            "http://proxy..:3128",
            "http://..",
            "http://-:3128",
            "http://proxy:+80",
            "3128",
        ] {
            assert!(usable(url, "").is_none(), "{url}");
        }
        for url in [
            "http://proxy:3128",
            "https://proxy",
            "proxy.example:3128",
            "http://u:p%23@10.0.0.1:8080/",
            "http://[::1]:3128",
            "http://proxy.example.:3128",
            "http://a_b-1:3128",
        ] {
            assert!(usable(url, "").is_some(), "{url}");
        }
    }
}
