//! The steps that need the network: the way to IQR, the session, an authenticated read, the clock.

use super::{CONNECTION, Steps, Verdict};
use crate::config::{Config, ConfigError};
use crate::iqr::{self, Iqr};
use crate::model::InventoryId;
use crate::web::{self, Access, Error, Route, Service};

/// A clock that is further off than this confuses people who compare the logs of both sides: seconds.
const MAX_SKEW_SECS: i64 = 60;

/// A service to which steps lead.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// The text before the names of its steps.
    pub prefix: &'static str,
    /// The service.
    pub service: &'static Service,
}

/// Returns a URL without its path.
pub(super) fn root(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or(url, |path| &url[..host + path])
}

impl Steps {
    /// Takes the steps from the key to the end of the session; `asset` is probed in between.
    pub(super) fn iqr(&mut self, config: &Config, asset: Option<&InventoryId>) {
        let iqr = match crate::commands::connect(config, Access::ReadOnly) {
            Ok(iqr) => iqr,
            Err(error @ ConfigError::Proxy(_)) => return self.fail("proxy", error),
            Err(error) => return self.fail("API key", error),
        };
        self.note("API key", Verdict::Ok, format!("read from {}", config.api_key_origin()));
        if !self.hosts(config, &iqr) {
            return;
        }
        match iqr.sign_in() {
            Ok(()) => self.note("sign-in", Verdict::Ok, config.iqr.signin_url.clone()),
            Err(error) => return self.fail("sign-in", error),
        }
        self.read(config, &iqr);
        if let Some(asset) = asset {
            self.probe(config, &iqr, asset);
        }
        match iqr.finish() {
            Ok(()) => self.note("sign-out", Verdict::Ok, "the session is ended".to_owned()),
            Err(error) => self.note("sign-out", Verdict::Warning, format!("{error}; the session ends by itself")),
        }
        self.clock(&iqr);
    }

    /// Whether both hosts are reached.
    fn hosts(&mut self, config: &Config, iqr: &Iqr) -> bool {
        let service = Asked { prefix: "", service: &iqr::SERVICE };
        self.are_reached(service, vec![&config.iqr.signin_url, &config.iqr.api_url], |url| iqr.knock(url))
    }

    /// Whether the hosts of a service are reached; `knock` asks one for anything.
    pub(super) fn are_reached(
        &mut self,
        service: Asked,
        mut urls: Vec<&str>,
        knock: impl Fn(&str) -> Result<u16, Error>,
    ) -> bool {
        urls.dedup();
        urls.into_iter().all(|url| self.is_reached(service, url, &knock))
    }

    fn is_reached(
        &mut self,
        Asked { prefix, service }: Asked,
        url: &str,
        knock: impl Fn(&str) -> Result<u16, Error>,
    ) -> bool {
        let step = format!("{prefix}host");
        match web::route(service, url) {
            Ok(Route::Direct(addresses)) => {
                let addresses: Vec<String> = addresses.iter().take(3).map(ToString::to_string).collect();
                self.note(&step, Verdict::Ok, format!("{url} is at {}", addresses.join(", ")));
            }
            Ok(Route::Proxy(proxy)) => self.note(&step, Verdict::Ok, format!("{url} through the proxy {proxy}")),
            Err(error) => {
                self.fail(&step, error);
                return false;
            }
        }
        let step = format!("{prefix}{}", if url.starts_with("https:") { "TLS" } else { CONNECTION });
        match knock(url) {
            Ok(_) => self.note(&step, Verdict::Ok, format!("{url} answers")),
            Err(error) => self.fail(&step, error),
        }
        self.taken.last().is_some_and(|step| step.verdict == Verdict::Ok)
    }

    /// The list of categories is harmless to read, and says whether new master items can be made.
    fn read(&mut self, config: &Config, iqr: &Iqr) {
        match iqr.categories() {
            Ok(categories) => {
                self.note("read", Verdict::Ok, format!("{} answered as the tenant of this key", config.iqr.api_url));
                self.categories(config, &categories);
            }
            // The endpoint is a guess: a tenant that lacks it has still answered under this session.
            Err(error @ (Error::NotFound { .. } | Error::Refused { .. })) => {
                let message = format!(
                    "the list of categories cannot be read ({error}); set iqr.endpoints.category_list if the tenant has another"
                );
                self.note("read", Verdict::Warning, message);
            }
            Err(error) => self.fail("read", error),
        }
    }

    fn categories(&mut self, config: &Config, existing: &[String]) {
        let category = &config.rules.category;
        let mut wanted =
            vec![&category.default, &category.desktop, &category.all_in_one, &category.laptop, &category.macbook];
        wanted.sort();
        wanted.dedup();
        for category in wanted {
            if !existing.iter().any(|existing| existing.trim().eq_ignore_ascii_case(category.trim())) {
                let message = format!(
                    "IQR has no category `{category}`: new master items will be refused; create it in IQR, or set master_item.category"
                );
                self.note("category", Verdict::Warning, message);
            }
        }
    }

    fn clock(&mut self, iqr: &Iqr) {
        match iqr.clock_skew_seconds() {
            None => self.note("clock", Verdict::Skipped, "IQR did not tell its time".to_owned()),
            Some(skew) if skew.abs() <= MAX_SKEW_SECS => {
                self.note("clock", Verdict::Ok, "agrees with IQR's".to_owned());
            }
            Some(skew) => {
                let direction = if skew > 0 { "behind" } else { "ahead of" };
                let message = format!("this machine's clock is {} s {direction} IQR's; set it by NTP", skew.abs());
                self.note("clock", Verdict::Warning, message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_path_off_a_url() {
        for (url, expected) in [
            ("https://accounts.iqmetrix.net/v1/oauth2/token", "https://accounts.iqmetrix.net"),
            ("http://127.0.0.1:80/", "http://127.0.0.1:80"),
            ("https://[::1]:443", "https://[::1]:443"),
        ] {
            assert_eq!(root(url), expected);
        }
    }
}
