//! `iqtech locker resend` and `iqtech locker recall`, and the access codes as they are printed.

use anyhow::Result;
use serde::Serialize;

use super::connection::{connect, part_of_path, settings};
use super::journal::{Ending, Journal, entry, person, recordable_id};
use super::outcome::{look_at_machine, recorded, recorded_value};
use super::{assignee, custody};
use crate::cli::{Global, RecallArgs, ResendArgs};
use crate::commands::table::table;
use crate::commands::{Exit, load};
use crate::config::Config;
use crate::custody::{Action, CustodyFile, Entry};
use crate::escape;
use crate::iqtech::{AccessCode, Assignee, Reserved};
use crate::output;
use crate::secret::Secret;

/// A reservation for scripts.
#[derive(Serialize)]
struct ReservationJson<'a> {
    reservation: Option<&'a str>,
    machine: Option<&'a str>,
    selection: Option<&'a str>,
    codes: Vec<CodeRow<'a>>,
    message: Option<&'a str>,
}

#[derive(Serialize)]
struct CodeRow<'a> {
    name: Option<&'a str>,
    role: Option<&'a str>,
    code: Option<&'a str>,
    barcode_url: Option<&'a str>,
}

#[derive(Serialize)]
struct Message<'a> {
    message: Option<&'a str>,
}

/// Has a new access code sent.
pub(super) fn resend(global: &Global, args: &ResendArgs) -> Result<Exit> {
    let reservation = part_of_path(&args.reservation, "the ID of a reservation")?;
    let config = load(global)?;
    let client = connect(&config)?;
    let (file, begun) = begin(&config, Action::Resend, reservation)?;
    let (machine, selection) = (begun.machine.clone(), begun.selection.clone());
    let journal = Journal::begin(&file, begun)?;
    let outcome = client.resend(reservation);
    let ended = journal.end_with(&outcome, |sent| Ending { reservation: None, message: sent.message.clone() });
    let reserved = recorded_value(outcome, &ended, &look_at_machine(machine.as_deref()))?;
    let reserved = Reserved { reservation: Some(reservation.to_owned()), ..reserved };
    print_codes(&reserved, machine.as_deref(), selection.as_deref(), args.json)?;
    recorded(ended).map(|()| Exit::Done)
}

/// Ends a reservation.
pub(super) fn recall(global: &Global, args: &RecallArgs) -> Result<Exit> {
    let reservation = part_of_path(&args.reservation, "the ID of a reservation")?;
    let assignee = args.assignee.as_deref().map(assignee::parse).transpose()?;
    let config = load(global)?;
    let client = connect(&config)?;
    let (file, begun) = begin(&config, Action::Recall, reservation)?;
    let machine = begun.machine.clone();
    let journal = Journal::begin(&file, begun)?;
    let outcome = client.recall(reservation, &assignee.unwrap_or_else(Assignee::default));
    let ended = journal.end_with(&outcome, |message| Ending { reservation: None, message: message.clone() });
    let message = recorded_value(outcome, &ended, &look_at_machine(machine.as_deref()))?;
    if args.json {
        output::print_json(&Message { message: message.as_deref() })?;
    } else {
        let message = message.map(|message| format!(": {}", escape::one_line(&message))).unwrap_or_default();
        output::print(&format!("the reservation is ended{message}\n"))?;
    }
    recorded(ended).map(|()| Exit::Done)
}

/// Opens the record, and returns the line of a request with what the record knows of the reservation.
fn begin(config: &Config, action: Action, reservation: &str) -> Result<(CustodyFile, Entry)> {
    let path = &settings(config)?.custody;
    let file = CustodyFile::open(path)?;
    let mut known = None;
    custody::read(path, |entry| {
        if entry.reservation.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(reservation)) {
            known = Some(entry);
        }
        Ok(())
    })?;
    let new = Entry { reservation: recordable_id(reservation.to_owned()), ..entry(action, person(None)) };
    let Some(Entry { inventory_id, client_id, machine, selection, kind, .. }) = known else { return Ok((file, new)) };
    Ok((file, Entry { inventory_id, client_id, machine, selection, kind, ..new }))
}

/// Prints a reservation with its access codes: here, once, and nowhere else.
pub(super) fn print_codes(
    reserved: &Reserved,
    machine: Option<&str>,
    selection: Option<&str>,
    is_json: bool,
) -> Result<()> {
    let (reservation, message) = (reserved.reservation.as_deref(), reserved.message.as_deref());
    if is_json {
        let codes = reserved.codes.iter().map(CodeRow::from_code).collect();
        return Ok(output::print_json(&ReservationJson { reservation, machine, selection, codes, message })?);
    }
    let rows = [("reservation", reservation), ("machine", machine), ("selection", selection), ("message", message)];
    let rows = rows.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let mut text = String::new();
    text.extend(rows.map(|(name, value)| format!("{name:<12} {}\n", escape::one_line(value))));
    let cells = |code: &AccessCode| {
        let row = CodeRow::from_code(code);
        [row.code, row.name, row.role].map(|text| text.unwrap_or_default().to_owned())
    };
    let codes: Vec<_> = reserved.codes.iter().map(cells).collect();
    if !codes.is_empty() {
        text.push('\n');
        text.push_str(&table(["code", "name", "role"], &codes));
        let urls = reserved.codes.iter().filter_map(|code| code.barcode_url.as_ref());
        text.extend(urls.map(|url| format!("bar code     {}\n", escape::one_line(url.expose()))));
    }
    Ok(output::print(&text)?)
}

impl<'a> CodeRow<'a> {
    fn from_code(code: &'a AccessCode) -> Self {
        Self {
            name: code.name.as_deref(),
            role: code.role.as_deref(),
            code: code.code.as_ref().map(Secret::expose),
            barcode_url: code.barcode_url.as_ref().map(Secret::expose),
        }
    }
}
