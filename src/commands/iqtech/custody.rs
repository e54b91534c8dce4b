//! `iqtech locker custody`: the record; nobody is asked.

use std::path::Path;

use anyhow::Result;

use crate::cli::{CustodyArgs, Global};
use crate::commands::table::Listing;
use crate::commands::{Exit, load};
use crate::config::{Config, ConfigError};
use crate::custody::{self, Entry, Line};
use crate::model::InventoryId;

/// Shows the record, or what it says of one asset.
pub(super) fn run(global: &Global, args: &CustodyArgs) -> Result<Exit> {
    let config = load(global)?;
    let path = &config.iqtech.as_ref().ok_or(ConfigError::NoSection("iqtech"))?.custody;
    let asset = args.asset.as_deref().map(|typed| recorded_id(&config, typed));
    let heads = ["at", "by", "action", "event", "asset", "machine", "selection", "reservation", "remark"];
    let mut listing = Listing::new(heads, args.json);
    read(path, |entry| {
        if asset.is_none() || entry.inventory_id == asset {
            listing.push(&entry, [cells(&entry)])?;
        }
        Ok(())
    })?;
    listing.print(&serde_json::Map::new(), "custody")?;
    Ok(Exit::Done)
}

/// Reads every entry; a line that is none is reported.
pub(super) fn read(path: &Path, mut each: impl FnMut(Entry) -> Result<()>) -> Result<()> {
    custody::read(path, |line| match line {
        Line::Whole(entry) => each(*entry),
        Line::Damaged(number) => {
            log::warn!(
                "line {number} of {} is not whole: a command was ended while it wrote it, or the file was changed",
                path.display()
            );
            Ok(())
        }
    })
}

/// Returns an inventory ID as it stands in the record.
pub(super) fn recorded_id(config: &Config, typed: &str) -> String {
    let id = InventoryId::parse(Some(typed), config.store.id_rule);
    id.map_or_else(|_| typed.trim().to_owned(), |id| id.to_string())
}

fn cells(entry: &Entry) -> [String; 9] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let forced = entry.forced.as_ref().map(|reason| format!("forced: {reason}"));
    let remarks: Vec<String> = [forced, entry.message.clone()].into_iter().flatten().collect();
    [
        entry.at.to_store_text(),
        entry.by.clone(),
        entry.action.word().to_owned(),
        entry.event.word().to_owned(),
        text(&entry.inventory_id),
        text(&entry.machine),
        text(&entry.selection),
        text(&entry.reservation),
        remarks.join("; "),
    ]
}
