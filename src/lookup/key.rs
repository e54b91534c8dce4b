//! The keys that services are asked for, and the fields that a config uses.

use crate::config::Config;
use crate::iqmetrix::Imei;
use crate::model::{LookedUp, LookupService};

/// Returns the fields of a service that the texts of this config name; none where the service has no section: then it
/// is never asked.
#[must_use]
pub(super) fn fields_in_use(service: LookupService, config: &Config) -> Vec<LookedUp> {
    config.looked_up().into_iter().filter(|field| field.service() == service).collect()
}

/// Returns the services that a pass asks: those whose fields the texts of this config name.
pub fn services_in_use(config: &Config) -> impl Iterator<Item = LookupService> {
    LookupService::ALL.into_iter().filter(|service| !fields_in_use(*service, config).is_empty())
}

/// Returns the key of a machine at a service, or the text in its place that is none. `slot` reads a slot of the
/// inventory item menu.
///
/// # Errors
///
/// Those of `slot`.
pub fn key_of<E>(
    service: LookupService,
    config: &Config,
    slot: impl FnOnce(&str) -> Result<Option<String>, E>,
) -> Result<Option<String>, E> {
    match service {
        LookupService::Iqmetrix => {
            let Some(settings) = &config.iqmetrix else { return Ok(None) };
            let Some(typed) = slot(&settings.imei_slot)? else { return Ok(None) };
            let imei = Imei::parse(&typed);
            if imei.is_none() && !typed.trim().is_empty() {
                log::info!(
                    "`{}` in slot `{}` is no IMEI, and is not looked up",
                    crate::escape::one_line(&typed),
                    settings.imei_slot
                );
            }
            Ok(imei.map(|imei| imei.as_str().to_owned()))
        }
    }
}
