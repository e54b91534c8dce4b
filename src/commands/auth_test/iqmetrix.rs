//! The steps to iQmetrix's Data Connect, where the config has its section: the secrets, the way, the token, a harmless
//! read. They are taken also while passes do not ask it.

use super::online::{Asked, root};
use super::{Steps, Verdict};
use crate::clock::BootTime;
use crate::config::{Config, ConfigError};
use crate::iqmetrix::{Auth, Iqmetrix, MAX_ANSWER_OF_COMMAND, SERVICE, Settings};
use crate::output;
use crate::web::Error;

/// The number of companies that are listed one by one.
const MAX_COMPANIES: usize = 10;

impl Steps {
    /// Takes the steps from the secrets to the read; none without the section.
    pub(super) fn iqmetrix(&mut self, config: &Config) {
        let Some(settings) = &config.iqmetrix else { return };
        let (secrets, origins) =
            match config.iqmetrix_secrets().and_then(|it| Ok((it, config.iqmetrix_secret_origins()?))) {
                Ok(found) => found,
                Err(error @ ConfigError::Proxy(_)) => return self.fail("iqmetrix proxy", error),
                Err(error) => return self.fail("iqmetrix secrets", error),
            };
        self.note("iqmetrix secrets", Verdict::Ok, format!("read from {}", origins.join(" and ")));
        let limits = crate::commands::limits(config);
        let end = limits.deadline;
        let iqmetrix = Iqmetrix::new(settings.clone(), &secrets, limits, MAX_ANSWER_OF_COMMAND);
        let service = Asked { prefix: "iqmetrix ", service: &SERVICE };
        if !self.are_reached(service, hosts(settings), |url| iqmetrix.knock(url)) {
            return;
        }
        if let Err(error) = iqmetrix.sign_in() {
            return self.fail("iqmetrix token", error);
        }
        self.note("iqmetrix token", Verdict::Ok, token(settings));
        match listed(&iqmetrix, end) {
            Ok(companies) => self.companies(&companies, &settings.companies),
            Err(error) => self.fail("iqmetrix read", error),
        }
    }

    /// Reports the companies that iQmetrix lists, and those of the config that it does not list.
    fn companies(&mut self, listed: &[i64], wanted: &[i64]) {
        let missing: Vec<i64> = wanted.iter().copied().filter(|company| !listed.contains(company)).collect();
        let told =
            format!("iQmetrix lists {}{}", output::count(listed.len() as u64, "company", "companies"), named(listed));
        let (verdict, message) = match (listed.is_empty(), missing.is_empty()) {
            (true, _) => (
                Verdict::Warning,
                "iQmetrix lists no company, so no device is found; ask iQmetrix which company this user may read"
                    .to_owned(),
            ),
            (false, true) if wanted.is_empty() => (Verdict::Ok, told),
            (false, true) => (Verdict::Ok, format!("{told}; those of iqmetrix.companies are among them")),
            (false, false) => (
                Verdict::Warning,
                format!(
                    "{told}, and not what iqmetrix.companies names{}; correct the numbers there, or ask iQmetrix for access",
                    named(&missing)
                ),
            ),
        };
        self.note("iqmetrix read", verdict, message);
    }
}

/// Returns the roots of the hosts that a pass asks.
fn hosts(settings: &Settings) -> Vec<&str> {
    let mut urls = vec![root(&settings.url)];
    match settings.auth {
        Auth::Password { .. } => urls.push(root(&settings.token_url)),
        Auth::Basic => {}
    }
    urls
}

fn token(settings: &Settings) -> String {
    match settings.auth {
        Auth::Password { .. } => format!("{} issued one", settings.token_url),
        Auth::Basic => "the basic token needs no request; the read shows whether it is good".to_owned(),
    }
}

/// Lists the companies that iQmetrix has for this user, each once, as a pass does that is told none.
fn listed(iqmetrix: &Iqmetrix, end: BootTime) -> Result<Vec<i64>, Error> {
    let mut companies: Vec<i64> = iqmetrix.companies(end)?.into_iter().filter_map(|it| it.company_id).collect();
    if companies.is_empty() {
        companies = iqmetrix.dealers(end)?.into_iter().filter_map(|it| it.company_id).collect();
    }
    companies.sort_unstable();
    companies.dedup();
    Ok(companies)
}

/// ` (14170, 21090)`
fn named(companies: &[i64]) -> String {
    let mut names: Vec<String> = companies.iter().take(MAX_COMPANIES).map(ToString::to_string).collect();
    if companies.len() > MAX_COMPANIES {
        names.push("...".to_owned());
    }
    format!(" ({})", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_companies_up_to_a_limit() {
        assert_eq!(named(&[14170, 21090]), " (14170, 21090)");
        assert!(named(&[7; 11]).ends_with("7, ...)"));
    }
}
