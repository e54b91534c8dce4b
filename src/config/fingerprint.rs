//! The settings that decide what is sent or held, as text for a digest.

use super::settings::{StoreConfig, SyncConfig};
use crate::iqr;
use crate::mapping::Rules;

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
