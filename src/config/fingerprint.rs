//! The settings that decide what is sent or held, as text for a digest.

use std::fmt::Debug;

use super::settings::{StoreConfig, SyncConfig};
use crate::digest;
use crate::iqtech::IqtechSettings;
use crate::mapping::Rules;
use crate::model::{LookedUp, LookupService};
use crate::{iqmetrix, iqr};

/// Returns the settings that decide what is held, and what is written where. The `Debug` form distinguishes all values,
/// which is all that a digest needs; no person reads it.
pub(super) fn decisions(store: &StoreConfig, iqr: &iqr::Settings, sync: &SyncConfig) -> String {
    let service = (&iqr.api_url, &iqr.fields, &iqr.asset_creator);
    let sync = (sync.serial_check, sync.comments, sync.reassign, &sync.placeholders);
    format!("{:?}", (&store.inventory_id_slot, store.id_rule, service, sync))
}

/// Returns the settings that decide how a machine is shown. The rules are taken apart, so that a new rule cannot be
/// forgotten here; the aliases go in as they were written, because how they are kept may have no order.
pub(super) fn shape(rules: &Rules, manufacturers: &[(String, String)]) -> String {
    let Rules {
        description,
        extended_description,
        diagnostics_line,
        wipe_line,
        order,
        untested,
        attributes,
        item_description,
        category,
        aliases: _,
        lenovo,
        inventory_id_slot: _,
        widths,
    } = rules;
    let shown = (description, extended_description, diagnostics_line, wipe_line, order, untested, attributes);
    format!("{:?}", (shown, item_description, category, manufacturers, lenovo, widths))
}

/// Returns which fields are looked up, and by what; `None` where none is: then the fingerprint is what it would be
/// without the sections.
pub(super) fn lookups(
    fields: &[LookedUp],
    iqmetrix: Option<&iqmetrix::Settings>,
    iqtech: Option<&IqtechSettings>,
) -> Option<String> {
    let key = |field: &LookedUp| match field.service() {
        LookupService::Iqmetrix => iqmetrix.map(|settings| settings.imei_slot.clone()),
        LookupService::Iqtech => {
            iqtech.map(|settings| format!("{:?}", (settings.technician, &settings.technician_slot)))
        }
    };
    let keys: Vec<_> = fields.iter().map(|field| (field, key(field))).collect();
    (!keys.is_empty()).then(|| format!("{keys:?}"))
}

/// Returns a digest of all that a pass takes from `[iqmetrix]`.
pub(super) fn of_iqmetrix(settings: &iqmetrix::Settings, files: &impl Debug) -> [u8; 16] {
    digest::of([format!("{:?}", (settings, files)).as_bytes()])
}

/// Returns a digest of all that a pass takes from `[iqtech]`.
pub(super) fn of_iqtech(settings: &IqtechSettings, file: &impl Debug) -> [u8; 16] {
    let manner = (settings.connections, settings.request_timeout, file);
    digest::of([&settings.lookup_fingerprint(), format!("{manner:?}").as_bytes()])
}

/// Returns a digest of what iQmetrix is asked and as whom, however it is asked. The settings are taken apart, so that a
/// new one cannot be forgotten here.
pub(super) fn of_iqmetrix_values(settings: &iqmetrix::Settings) -> [u8; 16] {
    let iqmetrix::Settings {
        url,
        token_url,
        auth,
        companies,
        imei_slot,
        batch: _,
        connections: _,
        request_timeout: _,
        paths,
    } = settings;
    digest::of([format!("{:?}", (url, token_url, auth, companies, imei_slot, paths)).as_bytes()])
}
