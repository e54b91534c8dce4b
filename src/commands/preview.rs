//! `preview`: what would be sent for an inventory ID, and why.
//!
//! The client is read, evaluated and planned by the functions that a pass uses, and nothing more. The command takes no
//! run lock and writes nothing: neither here nor, with `--remote`, in IQR.

mod hardware;
mod json;
mod load;
mod show;

use anyhow::Result;

use self::load::Preview;
pub(super) use self::load::{no_id, not_found};
use super::Exit;
use crate::cli::{Global, PreviewArgs};
use crate::ledger::Ledger;
use crate::output;
use crate::sync::evaluate::Evaluator;

/// Shows what would be sent.
///
/// # Errors
///
/// [`NotFound`](super::NotFound) when no client has the ID; else when the config, the databases or, with `--remote`,
/// IQR cannot be read. Everything that is known without IQR is printed before that.
pub fn run(global: &Global, args: &PreviewArgs) -> Result<Exit> {
    let config = super::load(global)?;
    super::log_warnings(&config);
    let store = super::open_store(&config)?;
    let ledger = Ledger::open_for(&config.ledger.path, &config.iqr.tenant())?;
    let evaluator =
        Evaluator { store: &store, ledger: ledger.as_ref(), config: &config, answers: None, ask_anyway: true };
    let mut preview = Preview::load(&evaluator, &args.inventory_id, args.template)?;
    if let Some(answers) = args.remote.then(|| preview.look_up(&config, ledger.as_ref())).transpose()?.flatten() {
        let evaluator = Evaluator { answers: Some(&answers), ..evaluator };
        preview = Preview::load(&evaluator, &args.inventory_id, args.template)?;
    }
    let asked = if args.remote { preview.ask_iqr(&config, ledger.as_ref()) } else { Ok(()) };
    if args.json {
        output::print_json(&json::Json::from_preview(&preview))?;
    } else {
        output::print(&show::page(&preview, &config))?;
    }
    asked.map(|()| Exit::Done)
}

#[cfg(test)]
mod tests;
