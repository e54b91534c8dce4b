//! The check of an asset before it goes into a locker: it has to be wiped, and sent to IQR.
//!
//! Whether it is sent is decided where `status ID` decides it, and whether a drive is wiped where its line is mapped.

use anyhow::Result;

use crate::commands::status::{self, Standing, State};
use crate::commands::{Usage, open_store};
use crate::config::Config;
use crate::mapping::{Unwiped, UnwipedDrive, unwiped_drives};
use crate::model::{ClientId, InventoryId};
use crate::output;
use crate::sync::evaluate::Evaluator;

/// The asset as the check found it.
#[derive(Debug, Default)]
pub(super) struct Asset {
    /// The ID as it is recorded.
    pub inventory_id: String,
    /// The client that has the ID, if it is one.
    pub client_id: Option<ClientId>,
    /// The reasons why it must not go into a locker, each a sentence.
    pub objections: Vec<String>,
}

/// Checks an asset.
///
/// # Errors
///
/// [`Usage`] for a text that is no inventory ID; what keeps the databases from being read.
pub(super) fn check(config: &Config, typed: &str) -> Result<Asset> {
    let id = InventoryId::parse(Some(typed), config.store.id_rule).map_err(|error| Usage(error.to_string()))?;
    let store = open_store(config)?;
    let (ledger, _) = status::open_ledger(&config.ledger.path, Some(&config.iqr.tenant()))?;
    let evaluator = Evaluator { store: &store, ledger: ledger.as_ref(), config, answers: None, ask_anyway: false };
    let clients = evaluator.clients_of(typed, &id)?;
    let inventory_id = id.to_string();
    let [client_id] = *clients else {
        let objections = vec![not_one(&id, &clients)];
        return Ok(Asset { inventory_id, client_id: None, objections });
    };
    let (standing, machine) = Standing::evaluate_with_machine(&evaluator, client_id)?;
    let mut objections: Vec<String> = not_sent(&standing.state).into_iter().collect();
    match machine.as_ref().map(unwiped_drives) {
        Some(Some(drives)) => objections.extend(drives.iter().map(not_wiped)),
        Some(None) => objections.push("WipeOS knows of no drive in it, so no wipe of it is known".to_owned()),
        None => objections.push("its drives are not known, for its record cannot be read".to_owned()),
    }
    Ok(Asset { inventory_id, client_id: Some(client_id), objections })
}

fn not_one(id: &InventoryId, clients: &[ClientId]) -> String {
    const MAX_NAMED: usize = 5;
    if clients.is_empty() {
        return format!("no machine in WipeOS has inventory ID {id}");
    }
    let named: Vec<String> = clients.iter().take(MAX_NAMED).map(|client| format!("client {client}")).collect();
    let more = if clients.len() > MAX_NAMED { ", …" } else { "" };
    let count = output::count(clients.len() as u64, "machine", "machines");
    format!("{count} in WipeOS have inventory ID {id} ({}{more})", named.join(", "))
}

fn not_sent(state: &State) -> Option<String> {
    Some(match state {
        State::UpToDate => return None,
        State::Due(_) => "what WipeOS knows of it is not in IQR yet; the next `wipeos-iqr sync` sends it".to_owned(),
        State::HalfDone => {
            "a run was ended while it wrote to this asset; the next `wipeos-iqr sync` sends the rest".to_owned()
        }
        State::Differs => {
            "something else would be sent now than what was sent; `wipeos-iqr sync --full` sends it".to_owned()
        }
        State::Held { message, .. } => format!("it is on hold: {message}"),
        State::Failing { message, .. } => format!("it could not be sent to IQR: {message}"),
        State::Gone => "WipeOS has no record of it any more".to_owned(),
    })
}

fn not_wiped(drive: &UnwipedDrive) -> String {
    let name = &drive.name;
    match &drive.why {
        Unwiped::NeverWiped => format!("{name} was never wiped"),
        Unwiped::NotEnded => format!("a wipe of {name} has not ended"),
        Unwiped::Reads(result) => format!("the newest wipe of {name} reads {result}"),
    }
}
