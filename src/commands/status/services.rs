//! The services that have values of machines: whether a pass asks them, and which clients wait for them.

use crate::commands::page::minute;
use crate::config::Config;
use crate::escape::in_full;
use crate::ledger::{self, Ledger, Rest};
use crate::lookup;
use crate::model::{LookupService, Timestamp};
use crate::output;

/// The reason why a service is not asked whose section nothing uses.
const NOT_NAMED: &str = "no text names one of its values";

/// The addition to a reason that no pass has confirmed.
const NO_PASS_YET: &str = "only a pass sees a systemd credential, and none was made with this section yet";

/// A service that has a section in the config.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Section {
    pub service: LookupService,
    settings: [u8; 16],
    /// Whether a text names one of its values.
    is_named: bool,
    /// The reason why this process cannot read a secret of the service.
    no_secret: Option<String>,
}

/// The reason why a service is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) enum Off {
    /// No text names one of its values.
    NotNamed,
    /// A pass cannot use a secret of the service, for this reason.
    NoSecret(String),
}

/// The state of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) enum ServiceState {
    /// The service is asked for what a pass needs.
    Ok,
    /// The service has failed, and is not asked for a while.
    Rests(Rest),
    /// The service has failed, its rest is over, and no pass has asked it since: the sentence that says so.
    Rested(String),
    /// The service is not asked.
    Off(Off),
}

/// A service and the clients that wait for it.
#[derive(Debug, Clone)]
pub(in crate::commands) struct ServiceStatus {
    pub service: LookupService,
    pub state: ServiceState,
    /// The number of clients that wait for a value.
    pub waiting: u64,
}

impl Section {
    /// Returns the services that have a section.
    pub(in crate::commands) fn all(config: &Config) -> Vec<Self> {
        let section = |service| {
            let settings = config.lookup_settings(service)?;
            let is_named = lookup::services_in_use(config).any(|used| used == service);
            let no_secret = config.check_secrets(service).err().map(|error| in_full(&error));
            Some(Self { service, settings, is_named, no_secret })
        };
        LookupService::ALL.into_iter().filter_map(section).collect()
    }

    /// Reads the state of the service at `now`; fails when the ledger cannot be read.
    ///
    /// As for the API key, the last pass decides whether the secrets can be read: a systemd credential is given to the
    /// unit of the passes, and this process may not see it.
    pub(in crate::commands) fn status(
        &self,
        ledger: Option<&Ledger>,
        now: Timestamp,
    ) -> Result<ServiceStatus, ledger::Error> {
        let (service, name) = (self.service, self.service.name());
        if !self.is_named {
            return Ok(ServiceStatus { service, state: ServiceState::Off(Off::NotNamed), waiting: 0 });
        }
        let waiting = ledger.map(|ledger| ledger.count_waiting(name)).transpose()?.unwrap_or_default();
        let is_recorded = ledger.map(|ledger| ledger.is_lookup_settings(name, self.settings)).transpose()?;
        let record = ledger.map(|ledger| ledger.lookup_service(name, self.settings)).transpose()?.unwrap_or_default();
        let no_secret = match is_recorded {
            Some(true) => record.no_secret,
            Some(false) | None => self.no_secret.as_ref().map(|why| format!("{why}; {NO_PASS_YET}")),
        };
        let state = match (record.rest, no_secret) {
            (Some(rest), _) if rest.is_on(now) => ServiceState::Rests(rest),
            (Some(_) | None, Some(why)) => ServiceState::Off(Off::NoSecret(why)),
            (Some(rest), None) if rest.until <= now => ServiceState::Rested(rested(&rest)),
            // A rest that ends too late was recorded by a clock that has since been set back.
            (Some(_) | None, None) => ServiceState::Ok,
        };
        Ok(ServiceStatus { service, state, waiting })
    }
}

fn rested(rest: &Rest) -> String {
    format!("rested until {} UTC; the next pass that needs a value asks again: {}", minute(rest.until), rest.why)
}

impl ServiceStatus {
    /// Returns the code of the state for scripts: of a service that has rested and may be asked, `ok`.
    pub(in crate::commands) fn code(&self) -> &'static str {
        match self.state {
            ServiceState::Ok | ServiceState::Rested(_) => "ok",
            ServiceState::Rests(_) => "rests",
            ServiceState::Off(_) => "off",
        }
    }

    /// Returns the time until which the service rests.
    pub(in crate::commands) fn until(&self) -> Option<Timestamp> {
        match &self.state {
            ServiceState::Rests(rest) => Some(rest.until),
            ServiceState::Ok | ServiceState::Rested(_) | ServiceState::Off(_) => None,
        }
    }

    /// Returns the reason why the service is not asked, or was not until its rest was over.
    pub(in crate::commands) fn message(&self) -> Option<&str> {
        match &self.state {
            ServiceState::Ok => None,
            ServiceState::Rests(rest) => Some(&rest.why),
            ServiceState::Rested(sentence) => Some(sentence),
            ServiceState::Off(Off::NotNamed) => Some(NOT_NAMED),
            ServiceState::Off(Off::NoSecret(why)) => Some(why),
        }
    }

    /// Whether a pass asks the service and did not fail to, or is not meant to.
    pub(in crate::commands) fn is_well(&self) -> bool {
        matches!(self.state, ServiceState::Ok | ServiceState::Off(Off::NotNamed))
    }

    /// `rests until 2026-11-22 12:00 UTC: maintenance (503); 12 clients wait for a value`
    pub(in crate::commands) fn sentence(&self) -> String {
        let state = match &self.state {
            ServiceState::Ok => "ok".to_owned(),
            ServiceState::Rests(rest) => format!("rests until {} UTC: {}", minute(rest.until), rest.why),
            ServiceState::Rested(sentence) => sentence.clone(),
            ServiceState::Off(Off::NotNamed) => NOT_NAMED.to_owned(),
            ServiceState::Off(Off::NoSecret(why)) => format!("off: {why}"),
        };
        match self.waiting {
            0 => state,
            waiting => format!("{state}; {} for a value", output::count(waiting, "client waits", "clients wait")),
        }
    }
}
