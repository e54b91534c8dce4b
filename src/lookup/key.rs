//! The services that a config uses, and the keys that they are asked for.

use crate::config::Config;
use crate::iqmetrix::Imei;
use crate::model::{LookupService, Machine};

/// Returns the services that a pass asks: those whose fields the texts of this config name.
pub fn services_in_use(config: &Config) -> impl Iterator<Item = LookupService> {
    let is_used = |service: &LookupService| config.looked_up().iter().any(|field| field.service() == *service);
    LookupService::ALL.into_iter().filter(is_used)
}

/// Returns the services that have a section in this config.
pub fn services_with_section(config: &Config) -> impl Iterator<Item = LookupService> {
    LookupService::ALL.into_iter().filter(|service| config.lookup_settings(*service).is_some())
}

/// Returns the slot of the inventory item menu that holds the key of a machine at a service.
#[must_use]
pub fn key_slot(service: LookupService, config: &Config) -> Option<&str> {
    match service {
        LookupService::Iqmetrix => config.iqmetrix.as_ref().map(|settings| settings.imei_slot.as_str()),
    }
}

/// Reads the key that a technician typed; `None` where the text is none: the service is not asked for it.
#[must_use]
pub fn parse_key(service: LookupService, typed: &str) -> Option<String> {
    match service {
        LookupService::Iqmetrix => Imei::parse(typed).map(|imei| imei.to_string()),
    }
}

/// Returns the key of a machine at a service.
#[must_use]
pub(super) fn key_of(service: LookupService, config: &Config, machine: &Machine) -> Option<String> {
    parse_key(service, machine.slot(key_slot(service, config)?)?)
}
