//! The two calls about machines, which share their path.

use serde_json::{Value, json};

use super::call::Call;
use super::envelope::{Refusal, result};
use super::machine::Machine;
use super::pages::{Extent, Page, part};
use super::record::Offense;
use super::state::State;

/// The size of the pages that the document's figures count.
const COUNTED_IN: u64 = 20;

/// M1 where the query has a serial, else M2.
pub(super) fn planograms(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    match call.query("serialNo") {
        Some(serial) => one(state, call, serial),
        None => all(state, call),
    }
}

/// M1: the machine that is asked for, if it is known, and another one; there seem to be more pages, and are none.
fn one(state: &State, call: &Call<'_>, serial: &str) -> Result<Value, Refusal> {
    let page = Page::read(call, "page", "pageSize")?;
    if let Some(name) = ["page", "pageSize"].into_iter().find(|name| call.query(name).is_some()) {
        return Err(Refusal::problem(name, "The call has no pages.").accusing(Offense::Query(name.to_owned())));
    }
    let (asked, others): (Vec<&Machine>, Vec<&Machine>) =
        state.machines.iter().partition(|machine| machine.serial == serial);
    let items: Vec<Value> = asked.into_iter().chain(others.into_iter().take(1)).map(Machine::item).collect();
    let extent = Extent { rows: 0..items.len() as u64, has_next: true };
    let meta_data = page.meta_data(&extent, state.machines.len() as u64, 2);
    Ok(result(json!({ "items": items, "metaData": meta_data })))
}

/// M2.
fn all(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    let page = Page::read(call, "page", "pageSize")?;
    let total = state.machines.len() as u64;
    let extent = page.extent(total, state.options.quirks.pages);
    let items: Vec<Value> = part(&state.machines, &extent.rows).iter().map(Machine::item).collect();
    let meta_data = page.meta_data(&extent, total, COUNTED_IN);
    Ok(result(json!({ "items": items, "metaData": meta_data })))
}
