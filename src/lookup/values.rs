//! The looked-up values of one machine, as its ledger has them.

use super::answer::{needs_question, state};
use super::key::{KeyPlace, key_of, key_place, services_in_use};
use super::overlay::Answers;
use crate::config::Config;
use crate::digest;
use crate::ledger::{Error, Ledger};
use crate::model::{LookedUpValue, LookupOrigin, LookupService, Machine, Timestamp};

/// Returns the values of a machine by what the ledger has at `now`: one for each field that the texts name and that the
/// machine has a key for. `answers` count in the place of what the ledger has.
///
/// # Errors
///
/// When the ledger cannot be read.
pub fn values_of(
    machine: &Machine,
    config: &Config,
    ledger: Option<&Ledger>,
    answers: Option<&Answers>,
    now: Timestamp,
) -> Result<Vec<LookedUpValue>, Error> {
    let mut values = Vec::new();
    for service in services_in_use(config) {
        let Some(key) = key_of(service, config, machine) else { continue };
        let record = match answers.and_then(|answers| answers.get(&(service, key.clone()))) {
            Some(answered) => answered.clone(),
            None => ledger.map(|ledger| ledger.looked_up(service.name(), &key)).transpose()?.unwrap_or_default(),
        };
        let asked_at = record.answer.as_ref().map(|answer| answer.at);
        let is_answered = !needs_question(&record, now);
        for (index, field) in service.fields().enumerate().filter(|(_, field)| config.looked_up().contains(field)) {
            let (state, text) = state(&record, index, now, config.lookup.wait);
            values.push(LookedUpValue { field, key: key.clone(), state, text, asked_at, is_answered });
        }
    }
    Ok(values)
}

/// Returns the origin of the values of a machine, of each service that a pass asks.
#[must_use]
pub fn origins_of(machine: &Machine, config: &Config) -> Vec<(LookupService, LookupOrigin)> {
    let origin = |service| LookupOrigin {
        slot: key_place(service, config).map_or(0, digest_of_place),
        key: key_of(service, config, machine).map_or(0, |key| digest::short(key.as_bytes())),
        settings: config.lookup_origin(service).map_or(0, |settings| digest::short(&settings)),
    };
    services_in_use(config).map(|service| (service, origin(service))).collect()
}

/// The technician of WipeOS counts as a slot without a name, which no slot of a config has.
fn digest_of_place(place: KeyPlace<'_>) -> u64 {
    let name = match place {
        KeyPlace::Slot(name) => name.trim().to_ascii_lowercase(),
        KeyPlace::Technician => String::new(),
    };
    digest::short(name.as_bytes())
}

/// Returns the services that have not answered about these values, even where a value counts as known or absent because
/// it has been open for long.
#[must_use]
pub fn unanswered_services(values: &[LookedUpValue]) -> Vec<LookupService> {
    let is_unanswered =
        |service: &LookupService| values.iter().any(|it| !it.is_answered && it.field.service() == *service);
    LookupService::ALL.into_iter().filter(is_unanswered).collect()
}
