//! `iqtech machine list` and `iqtech machine show`.

use anyhow::Result;
use serde::Serialize;
use serde_json::{Map, Value};

use super::connection::connect;
use super::progress::row_counter;
use crate::cli::{Global, MachineListArgs, MachineShowArgs};
use crate::commands::table::Listing;
use crate::commands::{Exit, NotFound, load};
use crate::iqtech::{Level, Machine, Selection};

const HEADS: [&str; 9] = ["machine", "name", "selection", "product", "count", "low", "critical", "par", "level"];

/// A machine for scripts.
#[derive(Serialize)]
struct MachineRow<'a> {
    serial: Option<&'a str>,
    name: Option<&'a str>,
    location: Option<&'a str>,
    #[serde(rename = "type")]
    kind: Option<i64>,
    online: Option<bool>,
    last_activity: Option<&'a str>,
    selections: Vec<SelectionRow<'a>>,
}

#[derive(Serialize)]
struct SelectionRow<'a> {
    selection: Option<&'a str>,
    product: Option<&'a str>,
    item_number: Option<&'a str>,
    count: Option<i64>,
    low: Option<i64>,
    critical: Option<i64>,
    par: Option<i64>,
    max: Option<i64>,
    price: Option<&'a str>,
    level: &'static str,
}

/// Lists every machine, or only what is low in them.
pub(super) fn list(global: &Global, args: &MachineListArgs) -> Result<Exit> {
    let client = connect(&load(global)?)?;
    let mut listing = Listing::new(HEADS, args.json);
    let bar = row_counter();
    for page in client.machines() {
        let page = page?;
        bar.inc(page.len() as u64);
        let mut wanted = page.into_iter().filter_map(|machine| narrowed(machine, args.low));
        wanted.try_for_each(|machine| add(&mut listing, &machine))?;
    }
    bar.finish_and_clear();
    let exit = if args.low && listing.count() > 0 { Exit::Low } else { Exit::Done };
    listing.print(&Map::<String, Value>::new(), "machines")?;
    Ok(exit)
}

/// Shows one machine.
pub(super) fn show(global: &Global, args: &MachineShowArgs) -> Result<Exit> {
    let client = connect(&load(global)?)?;
    let mut listing = Listing::new(HEADS, args.json);
    let none = || NotFound(format!("iQ Tech knows no machine {}", args.machine));
    add(&mut listing, &client.machine(&args.machine)?.ok_or_else(none)?)?;
    listing.print(&Map::<String, Value>::new(), "machines")?;
    Ok(Exit::Done)
}

/// Returns the machine, where only what is low is wanted with the selections that are; `None` where none is.
fn narrowed(mut machine: Machine, is_low_only: bool) -> Option<Machine> {
    if is_low_only {
        machine.selections.retain(|selection| match selection.level() {
            Level::Low | Level::Critical => true,
            Level::Ok | Level::Unset => false,
        });
    }
    (!is_low_only || !machine.selections.is_empty()).then_some(machine)
}

fn add(listing: &mut Listing<9>, machine: &Machine) -> Result<()> {
    let row = MachineRow {
        serial: machine.serial.as_deref(),
        name: machine.name.as_deref(),
        location: machine.location.as_deref(),
        kind: machine.machine_type,
        online: machine.online,
        last_activity: machine.last_activity.as_deref(),
        selections: machine.selections.iter().map(SelectionRow::from_selection).collect(),
    };
    let cells = row.selections.iter().map(|selection| cells(&row, selection));
    let without = row.selections.is_empty().then(|| {
        let mut cells = [const { String::new() }; 9];
        (cells[0], cells[1]) = (text(row.serial), text(row.name));
        cells
    });
    Ok(listing.push(&row, cells.chain(without))?)
}

fn cells(machine: &MachineRow<'_>, selection: &SelectionRow<'_>) -> [String; 9] {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        text(machine.serial),
        text(machine.name),
        text(selection.selection),
        text(selection.product),
        number(selection.count),
        number(selection.low),
        number(selection.critical),
        number(selection.par),
        selection.level.to_owned(),
    ]
}

impl<'a> SelectionRow<'a> {
    fn from_selection(selection: &'a Selection) -> Self {
        Self {
            selection: selection.selection.as_deref(),
            product: selection.product.as_deref(),
            item_number: selection.item_number.as_deref(),
            count: selection.count,
            low: selection.low,
            critical: selection.critical,
            par: selection.par,
            max: selection.max,
            price: selection.price.as_deref(),
            level: selection.level().word(),
        }
    }
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}
