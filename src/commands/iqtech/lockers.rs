//! `iqtech locker free`, `status` and `report`: what the service knows of lockers.

use anyhow::Result;
use serde::Serialize;

use super::connection::{connect, machine};
use super::progress::row_counter;
use crate::cli::{Global, LockerMachineArgs, ReportArgs};
use crate::commands::table::Listing;
use crate::commands::{Exit, Usage, load};
use crate::iqtech::{ReportFilter, ReportRow};

#[derive(Serialize)]
struct OfMachine<'a> {
    machine: &'a str,
}

#[derive(Serialize)]
struct ReservationRow<'a> {
    reservation: Option<&'a str>,
    selection: Option<&'a str>,
    status: Option<&'a str>,
}

#[derive(Serialize)]
struct OfAccount {
    account: Option<String>,
}

#[derive(Serialize)]
struct Happened<'a> {
    machine: Option<&'a str>,
    location: Option<&'a str>,
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    selection: Option<&'a str>,
    product: Option<&'a str>,
    activity: Option<&'a str>,
    timestamp: Option<&'a str>,
    local_time: Option<&'a str>,
    reserved_by: Option<&'a str>,
    role: Option<&'a str>,
    assignee: Option<&'a str>,
    assignee_type: Option<&'a str>,
}

/// Lists the free lockers of a machine.
pub(super) fn free(global: &Global, args: &LockerMachineArgs) -> Result<Exit> {
    let config = load(global)?;
    let client = connect(&config)?;
    let machine = machine(&config, args.machine.as_deref())?;
    let mut listing = Listing::new(["free selection"], args.json);
    for selection in client.free_selections(&machine)? {
        listing.push(&selection, [[selection.clone()]])?;
    }
    listing.print(&OfMachine { machine: &machine }, "selections")?;
    Ok(Exit::Done)
}

/// Lists the reservations of a machine.
pub(super) fn status(global: &Global, args: &LockerMachineArgs) -> Result<Exit> {
    let config = load(global)?;
    let client = connect(&config)?;
    let machine = machine(&config, args.machine.as_deref())?;
    let mut listing = Listing::new(["reservation", "selection", "status"], args.json);
    for found in client.reservations(&machine)? {
        let row = ReservationRow {
            reservation: found.reservation.as_deref(),
            selection: found.selection.as_deref(),
            status: found.status.as_deref(),
        };
        listing.push(&row, [[row.reservation, row.selection, row.status].map(cell)])?;
    }
    listing.print(&OfMachine { machine: &machine }, "reservations")?;
    Ok(Exit::Done)
}

/// Lists what happened to reservations in a period.
pub(super) fn report(global: &Global, args: &ReportArgs) -> Result<Exit> {
    if args.from > args.to {
        return Err(Usage(format!("--from {} is after --to {}", args.from, args.to)).into());
    }
    let config = load(global)?;
    let client = connect(&config)?;
    let machine = machine(&config, args.machine.as_deref())?;
    let heads = ["time", "machine", "selection", "type", "activity", "product", "reserved by", "role", "assignee"];
    let (mut listing, mut account) = (Listing::new(heads, args.json), None);
    let bar = row_counter();
    for page in client.locker_report(&ReportFilter { serial: machine, from: args.from, to: args.to }) {
        let page = page?;
        page.rows.iter().try_for_each(|row| add(&mut listing, row))?;
        bar.inc(page.rows.len() as u64);
        account = account.or(page.account);
    }
    bar.finish_and_clear();
    listing.print(&OfAccount { account }, "rows")?;
    Ok(Exit::Done)
}

fn add(listing: &mut Listing<9>, row: &ReportRow) -> Result<()> {
    let happened = Happened {
        machine: row.machine.as_deref(),
        location: row.location.as_deref(),
        kind: row.reservation_type.as_deref(),
        selection: row.selection.as_deref(),
        product: row.product.as_deref(),
        activity: row.activity.as_deref(),
        timestamp: row.timestamp.as_deref(),
        local_time: row.local_time.as_deref(),
        reserved_by: row.reserved_by.as_deref(),
        role: row.role.as_deref(),
        assignee: row.assignee.as_deref(),
        assignee_type: row.assignee_type.as_deref(),
    };
    let Happened { machine, kind, selection, product, activity, timestamp, reserved_by, role, assignee, .. } = happened;
    let cells = [timestamp, machine, selection, kind, activity, product, reserved_by, role, assignee].map(cell);
    Ok(listing.push(&happened, [cells])?)
}

fn cell(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}
