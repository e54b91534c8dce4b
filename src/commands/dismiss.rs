//! `dismiss`: ends the notice that an asset still shows what another machine sent, and records why.
//!
//! The command asks neither IQR nor the WipeOS database. It writes to the ledger, so it takes the run lock as a pass does.

use anyhow::Result;

use super::{Exit, NotFound, Usage, suggest};
use crate::cli::{DismissArgs, Global};
use crate::clock;
use crate::config::Config;
use crate::ledger::{Ledger, LeftBehind, RunLedger};
use crate::model::{InventoryId, Timestamp, excerpt};
use crate::sync::left_behind;
use crate::{escape, output};

/// The number of notices that are named where the wanted one does not exist.
const MAX_NAMED_NOTICES: usize = 5;

/// Ends a notice.
///
/// # Errors
///
/// [`Usage`] for a blank ID or reason, [`NotFound`] where there is no such notice, and what keeps the config or the ledger
/// from being used: a pass that runs, above all.
pub fn run(global: &Global, args: &DismissArgs) -> Result<Exit> {
    let reason = args.reason.trim();
    let typed = args.inventory_id.trim();
    if typed.is_empty() {
        return Err(Usage("the inventory ID is blank; name the asset whose notice is to end".to_owned()).into());
    }
    if reason.is_empty() {
        return Err(Usage("the reason is blank; --reason TEXT says why the notice is to end".to_owned()).into());
    }
    let config = super::load(global)?;
    let now = clock::now();
    // A ledger that is not there yet is not made for this.
    if Ledger::is_missing(&config.ledger.path)? {
        return Err(unknown(typed, &config, &[]).into());
    }
    let mut ledger = RunLedger::open(&config.ledger.path)?;
    if !ledger.is_of(&config.iqr.tenant())? {
        return Err(unknown(typed, &config, &[]).into());
    }
    let before = ledger.heartbeat();
    let dismissed = dismiss(&mut ledger, &config, (typed, reason), now);
    // The lock file is dated by the newest pass, and this was none.
    if let Some(before) = before {
        ledger.beat(&before);
    }
    output::print(&format!("{}\n", escape::one_line(&dismissed?)))?;
    Ok(Exit::Done)
}

/// Returns the text to print.
fn dismiss(ledger: &mut RunLedger, config: &Config, (typed, reason): (&str, &str), now: Timestamp) -> Result<String> {
    let cutoff = config.ledger.oldest_kept(now);
    let id =
        InventoryId::parse(Some(typed), config.store.id_rule).map_or_else(|_| typed.to_owned(), |id| id.to_string());
    let Some(notice) = ledger.left_behind_of(&id, cutoff)? else {
        return Err(unknown(typed, config, &ledger.left_behind(cutoff)?).into());
    };
    let what = left_behind::sentence(&notice);
    ledger.dismiss(&notice, &what, reason, now)?;
    Ok(format!("dismissed: {what}"))
}

fn unknown(typed: &str, config: &Config, notices: &[LeftBehind]) -> NotFound {
    let ids: Vec<&str> = notices.iter().map(|notice| notice.inventory_id.as_str()).collect();
    let similar = suggest::among(typed, config.store.id_rule, &ids);
    let hint = match (similar.is_empty(), ids.as_slice()) {
        (false, _) => suggest::hint(&similar),
        (true, []) => "; there is none of any asset".to_owned(),
        (true, ids) => {
            let named = ids.iter().take(MAX_NAMED_NOTICES).copied().collect::<Vec<_>>().join(", ");
            let more = ids.len().saturating_sub(MAX_NAMED_NOTICES);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            format!("; there are those of {named}{more}")
        }
    };
    let typed = excerpt(typed);
    NotFound(format!("there is no notice that asset {typed} still shows what another machine sent{hint}"))
}
