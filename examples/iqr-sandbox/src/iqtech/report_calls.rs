//! The reports: transactions, and reservations of lockers in both revisions.

use std::ops::Range;

use serde_json::{Value, json};

use super::call::{Call, Revision};
use super::dates::{DAY, day_of, parse_day};
use super::envelope::{Refusal, Shape, result};
use super::locker::{Locker, ReportRow};
use super::pages::{Page, part};
use super::record::Offense;
use super::state::State;
use super::transaction::{Places, Transaction};

/// Days so far away that no row lies beyond them.
const ALL_DAYS: Range<i64> = -1_000_000..1_000_000;

/// X1: a page is counted in pages of one, as in the document.
pub(super) fn transactions(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    let page = Page::read(call, "page", "pageSize")?;
    let days = days(state, call, "FromDate", "ToDate")?;
    let serial = call.query("serialNo").filter(|serial| !serial.is_empty());
    let is_meant = |transaction: &&Transaction| {
        let is_in_days = day_of(&transaction.at).is_some_and(|day| days.contains(&day));
        is_in_days && serial.is_none_or(|serial| serial == transaction.serial)
    };
    let added: Vec<&Transaction> = state.transactions.iter().filter(is_meant).collect();
    let made_up = Places::find(state.options.transactions, &days, serial);
    let total = added.len() as u64 + made_up.count;
    let extent = page.extent(total, state.options.quirks.pages);
    let rows = extent.rows.clone().map(|row| match usize::try_from(row).ok().and_then(|row| added.get(row)) {
        Some(transaction) => (*transaction).clone(),
        None => made_up.get(row - added.len() as u64),
    });
    let items = items(rows, state.options.quirks.groups_transactions);
    let meta_data = page.meta_data(&extent, total, 1);
    Ok(result(json!({ "transactionReport": { "items": items, "metaData": meta_data } })))
}

/// Returns an item for each transaction, or one for those of each machine.
fn items(rows: impl Iterator<Item = Transaction>, are_grouped: bool) -> Vec<Value> {
    let mut items: Vec<(String, Value, Vec<Value>)> = Vec::new();
    for row in rows {
        match items.iter_mut().find(|(serial, _, _)| are_grouped && *serial == row.serial) {
            Some((_, _, details)) => details.push(row.details()),
            None => items.push((row.serial.clone(), row.machine_details(), vec![row.details()])),
        }
    }
    let item = |(_, machine, details)| json!({ "machineDetails": machine, "transactionDetails": details });
    items.into_iter().map(item).collect()
}

/// W5: a report without an envelope.
pub(super) fn lockers(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    let number = if state.options.quirks.has_listed_names { "page" } else { "pageNumber" };
    let page = Page::read(call, number, "pageSize")?;
    let days = days(state, call, "fromDate", "toDate")?;
    let serial = call.query("serialNumber").filter(|serial| !serial.is_empty());
    let locker = serial.map(|serial| state.lockers.iter().find(|locker| locker.serial == serial));
    if matches!(locker, Some(None)) || (serial.is_none() && call.revision == Revision::V1) {
        return Err(Refusal::new(400, Shape::F3, 400, "Invalid Serial Number"));
    }
    let is_meant = |row: &&ReportRow| {
        days.contains(&row.seconds.div_euclid(DAY)) && serial.is_none_or(|serial| serial == row.serial)
    };
    let rows: Vec<&ReportRow> = state.report.iter().filter(is_meant).collect();
    let extent = page.extent(rows.len() as u64, state.options.quirks.pages);
    let shown = part(&rows, &extent.rows);
    let items = |serial: &str| -> Vec<Value> {
        shown.iter().filter(|row| row.serial == serial).map(|row| row.item()).collect()
    };
    let mut answer = json!({
        "accountName": "Mason Testing :)",
        "hasNextPage": extent.has_next,
        "totalPages": page.count(rows.len() as u64),
    });
    match call.revision {
        Revision::V1 => {
            let locker = locker.flatten();
            answer["machineName"] = json!(locker.map(|locker| &locker.name));
            answer["locationName"] = json!(locker.map(|locker| &locker.location));
            answer["reservationDetails"] = json!(serial.map(items));
        }
        Revision::V2 => {
            let of_machine = |locker: &Locker| {
                let rows = items(&locker.serial);
                let details = json!({
                    "machineName": locker.name,
                    "locationName": locker.location,
                    "reservationDetails": rows,
                });
                (!rows.is_empty()).then_some(details)
            };
            answer["machineDetails"] = state.lockers.iter().filter_map(of_machine).collect();
        }
    }
    Ok(answer)
}

/// Reads the days of a query: both included, and either may be absent.
fn days(state: &State, call: &Call<'_>, from: &str, to: &str) -> Result<Range<i64>, Refusal> {
    let day = |name: &str| match call.query(name) {
        None => Ok(None),
        Some(text) => match parse_day(text, state.options.quirks.date_format) {
            Some(day) => Ok(Some(day)),
            None => Err(Refusal::invalid(name, text).accusing(Offense::Query(name.to_owned()))),
        },
    };
    let (from, to) = (day(from)?, day(to)?);
    Ok(from.unwrap_or(ALL_DAYS.start)..to.map_or(ALL_DAYS.end, |day| day + 1))
}
