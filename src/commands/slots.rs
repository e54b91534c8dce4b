//! Reports the slots that the config names and that the machines in WipeOS lack.
//!
//! A pass does not ask for them: its machines without an inventory ID name the slot themselves. `auth-test` and
//! `status` ask once, so that a wrong name is reported as one.

use crate::config::{Config, ConfigError};
use crate::lookup::{self, KeyPlace};
use crate::model::LookupService;
use crate::store::{self, Lacking, SlotGap, SlotSurvey, Store};

/// Checks the slots that the config names: returns a warning for each that is unlikely to be the right one.
///
/// # Errors
///
/// [`ConfigError::NoSuchSlot`] where no machine has the slot of the inventory ID and machines have others: the setting
/// is wrong, not the database. What keeps the database from being read.
pub(super) fn check(store: &Store, config: &Config) -> anyhow::Result<Vec<String>> {
    let Some(survey) = store.slot_survey()? else { return Ok(Vec::new()) };
    let mut warnings = Vec::new();
    if let Some(gap) = store.slot_gap(&survey, &config.store.inventory_id_slot)? {
        if is_wrong_name(&gap) {
            return Err(ConfigError::NoSuchSlot(sentence(&gap)).into());
        }
        warnings.push(sentence(&gap));
    }
    for service in lookup::services_in_use(config) {
        warnings.extend(key_warning(store, &survey, config, service)?);
    }
    Ok(warnings)
}

/// Returns the sentence for an inventory ID slot that needs attention: no machine has it, or the newest ones no longer
/// do. Machines without any slot need none: nothing was typed yet. Fails when the database cannot be read.
pub(super) fn attention(store: &Store, config: &Config) -> Result<Option<(Lacking, String)>, store::Error> {
    let Some(survey) = store.slot_survey()? else { return Ok(None) };
    let gap = store.slot_gap(&survey, &config.store.inventory_id_slot)?;
    Ok(gap.filter(|gap| !gap.in_use.is_empty()).map(|gap| (gap.lacking, sentence(&gap))))
}

/// Whether the gap shows that the config has the wrong name: where no slot is in use, it may be the right one.
fn is_wrong_name(gap: &SlotGap) -> bool {
    gap.lacking == Lacking::All && !gap.in_use.is_empty()
}

/// Says which machines lack the slot of the inventory ID, and what to do.
fn sentence(gap: &SlotGap) -> String {
    let advice = match gap.lacking {
        Lacking::All if gap.in_use.is_empty() => "type the inventory IDs into it in WipeOS",
        Lacking::All => {
            "set store.inventory_id_slot to the slot that holds the inventory IDs, or, if this is its name, type the \
             first ID into it in WipeOS"
        }
        Lacking::Newest(_) => "if it was renamed in WipeOS, set store.inventory_id_slot to its new name",
    };
    format!("{gap}; {advice}")
}

/// Warns of a slot with the keys of a service that no machine has. In a shop without phones that is as it should be, so
/// it keeps nothing from working, and `status` says nothing of it.
fn key_warning(
    store: &Store,
    survey: &SlotSurvey,
    config: &Config,
    service: LookupService,
) -> Result<Option<String>, store::Error> {
    let Some(KeyPlace::Slot(slot)) = lookup::key_place(service, config) else { return Ok(None) };
    let setting = match service {
        LookupService::Iqmetrix => "iqmetrix.imei_slot",
        LookupService::Iqtech => "iqtech.technician_slot",
    };
    let gap = store.slot_gap(survey, slot)?.filter(|gap| gap.lacking == Lacking::All);
    let title = service.title();
    Ok(gap
        .map(|gap| format!("{gap}; nothing is looked up at {title} until one has it, or {setting} names another slot")))
}
