//! The proxy that the environment names, for the TLS hosts only.
//!
//! ureq's own reading of the environment takes `HTTP_PROXY` too, and for every host, loopback included.

use ureq::{Proxy, ProxyBuilder, ProxyProtocol};

/// Hosts that no proxy can reach for us.
const LOCAL: [&str; 4] = ["localhost", "127.0.0.1", "[::1]", "::1"];

/// The proxy of `HTTPS_PROXY`, but for the hosts of `NO_PROXY`; none where no host of `urls` is spoken to by TLS.
pub(crate) fn from_environment(urls: &[&str]) -> Option<Proxy> {
    if !urls.iter().any(|url| url.starts_with("https:")) {
        return None;
    }
    let url = variable(["HTTPS_PROXY", "https_proxy"])?;
    let proxy = usable(&url, &variable(["NO_PROXY", "no_proxy"]).unwrap_or_default());
    if proxy.is_none() {
        log::warn!("HTTPS_PROXY is not the URL of an HTTP proxy and is not used");
    }
    proxy
}

fn variable(names: [&str; 2]) -> Option<String> {
    names.iter().find_map(|name| std::env::var(name).ok()).filter(|value| !value.trim().is_empty())
}

/// A SOCKS proxy would make ureq panic: it is built without.
fn usable(url: &str, without: &str) -> Option<Proxy> {
    let plain = Proxy::new(url.trim()).ok()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_never_used_for_loopback_or_what_no_proxy_names() {
        let proxy = usable("http://user:pass@proxy.example:3128", "intern.example, .local").unwrap();
        for (uri, direct) in [
            ("https://api.iqreseller.com/x", false),
            ("http://127.0.0.1:1/x", true),
            ("http://localhost/x", true),
            ("https://intern.example/x", true),
        ] {
            assert_eq!(proxy.is_no_proxy(&uri.parse().unwrap()), direct, "{uri}");
        }
        assert_eq!((proxy.host(), proxy.port(), proxy.username()), ("proxy.example", 3128, Some("user")));
    }

    #[test]
    fn what_is_no_http_proxy_is_not_used() {
        for url in ["socks5://127.0.0.1:1080", "ftp://x", "http://", "\u{0}"] {
            assert!(usable(url, "").is_none(), "{url}");
        }
    }
}
