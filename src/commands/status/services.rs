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

/// A service that has a section in the config.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Section {
    pub service: LookupService,
    settings: [u8; 16],
    /// The reason why no pass asks the service, whatever the ledger has of it.
    off: Option<Off>,
}

/// The reason why a service is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) enum Off {
    /// No text names one of its values.
    NotNamed,
    /// A secret of the service cannot be used.
    NoSecret(String),
}

/// The state of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) enum ServiceState {
    /// The service is asked for what a pass needs.
    Ok,
    /// The service has failed, and is not asked for a while.
    Rests(Rest),
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
            Some(Self { service, settings, off: off(service, config) })
        };
        LookupService::ALL.into_iter().filter_map(section).collect()
    }

    /// Reads the state of the service at `now`; fails when the ledger cannot be read.
    pub(in crate::commands) fn status(
        &self,
        ledger: Option<&Ledger>,
        now: Timestamp,
    ) -> Result<ServiceStatus, ledger::Error> {
        let name = self.service.name();
        let record = ledger.map(|ledger| ledger.lookup_service(name, self.settings)).transpose()?;
        let rest = record.unwrap_or_default().rest.filter(|rest| rest.is_on(now));
        let waiting = match (&self.off, ledger) {
            (Some(Off::NotNamed), _) | (_, None) => 0,
            (Some(Off::NoSecret(_)) | None, Some(ledger)) => ledger.count_waiting(name)?,
        };
        let state = match (&self.off, rest) {
            (Some(off), _) => ServiceState::Off(off.clone()),
            (None, Some(rest)) => ServiceState::Rests(rest),
            (None, None) => ServiceState::Ok,
        };
        Ok(ServiceStatus { service: self.service, state, waiting })
    }
}

fn off(service: LookupService, config: &Config) -> Option<Off> {
    if lookup::services_in_use(config).all(|used| used != service) {
        return Some(Off::NotNamed);
    }
    config.check_secrets(service).err().map(|error| Off::NoSecret(in_full(&error)))
}

impl ServiceStatus {
    /// Returns the code of the state for scripts.
    pub(in crate::commands) fn code(&self) -> &'static str {
        match self.state {
            ServiceState::Ok => "ok",
            ServiceState::Rests(_) => "rests",
            ServiceState::Off(_) => "off",
        }
    }

    /// Returns the time until which the service rests.
    pub(in crate::commands) fn until(&self) -> Option<Timestamp> {
        match &self.state {
            ServiceState::Rests(rest) => Some(rest.until),
            ServiceState::Ok | ServiceState::Off(_) => None,
        }
    }

    /// Returns the reason why the service is not asked.
    pub(in crate::commands) fn message(&self) -> Option<&str> {
        match &self.state {
            ServiceState::Ok => None,
            ServiceState::Rests(rest) => Some(&rest.why),
            ServiceState::Off(Off::NotNamed) => Some(NOT_NAMED),
            ServiceState::Off(Off::NoSecret(why)) => Some(why),
        }
    }

    /// Whether a pass asks the service, or is not meant to.
    pub(in crate::commands) fn is_well(&self) -> bool {
        matches!(self.state, ServiceState::Ok | ServiceState::Off(Off::NotNamed))
    }

    /// `rests until 2026-11-22 12:00 UTC: maintenance (503); 12 clients wait for a value`
    pub(in crate::commands) fn sentence(&self) -> String {
        let state = match &self.state {
            ServiceState::Ok => "ok".to_owned(),
            ServiceState::Rests(rest) => format!("rests until {} UTC: {}", minute(rest.until), rest.why),
            ServiceState::Off(Off::NotNamed) => NOT_NAMED.to_owned(),
            ServiceState::Off(Off::NoSecret(why)) => format!("off: {why}"),
        };
        match self.waiting {
            0 => state,
            waiting => format!("{state}; {} for a value", output::count(waiting, "client waits", "clients wait")),
        }
    }
}
