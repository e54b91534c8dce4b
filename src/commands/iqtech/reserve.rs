//! `iqtech locker reserve`: the check of the asset, the choice of a locker, and one recorded request a locker.

use anyhow::{Result, anyhow};

use super::assignee;
use super::connection::{connect, machine, settings};
use super::custody::recorded_id;
use super::gate::{self, Asset};
use super::journal::{Ending, Journal, entry, person};
use super::outcome::{look_at_machine, recorded, recorded_value};
use super::reservations::print_codes;
use crate::cli::{Global, ReserveArgs};
use crate::commands::{Exit, NotFound, Usage, load};
use crate::config::Config;
use crate::custody::{self, Action, CustodyFile, Entry};
use crate::iqtech::{Assignee, Iqtech, IqtechSettings, ReservationBody, ReservationType, Reserved, WriteOutcome};
use crate::output;

/// The largest number of lockers that are tried where none is named.
const MAX_TRIES: usize = 3;

/// What is needed to send a request.
struct Request<'a> {
    client: Iqtech,
    custody: CustodyFile,
    body: ReservationBody,
    /// The line of the record, without the locker.
    entry: Entry,
    machine: &'a str,
}

/// Reserves a locker.
pub(super) fn run(global: &Global, args: &ReserveArgs) -> Result<Exit> {
    let assignees: Vec<Assignee> =
        args.assignees.iter().map(|typed| assignee::parse(typed)).collect::<Result<_, _>>()?;
    let config = load(global)?;
    let settings = settings(&config)?;
    check_count(args.kind, assignees.len(), settings)?;
    let machine = machine(&config, args.machine.as_deref())?;
    let client = connect(&config)?;
    let asset = checked_asset(&config, args)?;
    let custody = CustodyFile::open(&settings.custody)?;
    let by = person(args.by.as_deref());
    let entry = Entry {
        inventory_id: Some(asset.inventory_id.clone()),
        client_id: asset.client_id,
        machine: Some(machine.clone()),
        kind: Some(word_of(args.kind).to_owned()),
        forced: args.force.clone(),
        ..entry(Action::Reserve, by.clone())
    };
    let body = body(args, assignees, &asset, &machine, by);
    let request = Request { client, custody, body, entry, machine: &machine };
    let (selection, Sent { outcome, ended }) = match &args.selection {
        Some(selection) => (selection.clone(), request.send(selection)?),
        None => request.send_for_first_free()?,
    };
    let reserved = recorded_value(outcome, &ended, &look_at_machine(Some(&machine)))?;
    print_codes(&reserved, Some(&machine), Some(&selection), args.json)?;
    recorded(ended).map(|()| Exit::Done)
}

/// The outcome of a request, and whether it is in the record.
struct Sent {
    outcome: WriteOutcome<Reserved>,
    ended: Result<(), custody::Error>,
}

impl Request<'_> {
    /// Sends the request for one locker, once.
    fn send(&self, selection: &str) -> Result<Sent> {
        let body = ReservationBody { selection: Some(selection.to_owned()), ..self.body.clone() };
        let journal = Journal::begin(&self.custody, Entry { selection: body.selection.clone(), ..self.entry.clone() })?;
        let outcome = self.client.reserve(&body);
        let ended = journal.end_with(&outcome, |reserved| Ending {
            reservation: reserved.reservation.clone(),
            message: reserved.message.clone(),
        });
        Ok(Sent { outcome, ended })
    }

    /// Sends the request for the first free locker; where somebody else took that meanwhile, for the next.
    fn send_for_first_free(&self) -> Result<(String, Sent)> {
        let machine = self.machine;
        let mut free = self.client.free_selections(machine)?;
        let mut tried: Vec<String> = Vec::new();
        loop {
            let Some(selection) = free.into_iter().find(|selection| !tried.contains(selection)) else {
                return Err(NotFound(format!("no locker of {machine} is free")).into());
            };
            let sent = self.send(&selection)?;
            tried.push(selection.clone());
            let is_refused = matches!(sent.outcome, WriteOutcome::Refused(_)) && sent.ended.is_ok();
            if !is_refused || tried.len() == MAX_TRIES {
                return Ok((selection, sent));
            }
            free = match self.client.free_selections(machine) {
                Ok(free) => free,
                Err(error) => {
                    log::warn!("no other locker of {machine} is tried: {error}");
                    return Ok((selection, sent));
                }
            };
            if free.contains(&selection) || free.iter().all(|other| tried.contains(other)) {
                return Ok((selection, sent));
            }
            log::info!("locker {selection} of {machine} was taken meanwhile; the next one is tried");
        }
    }
}

fn check_count(kind: ReservationType, count: usize, settings: &IqtechSettings) -> Result<(), Usage> {
    let range = kind.assignees(settings.will_call);
    if range.contains(&count) {
        return Ok(());
    }
    let wanted = if range.start() == range.end() {
        output::count(*range.end() as u64, "--assignee", "--assignee options")
    } else {
        format!("{} to {} --assignee options", range.start(), range.end())
    };
    Err(Usage(format!("a reservation of the type {} needs {wanted}, and {count} were typed", word_of(kind))))
}

/// Checks the asset. With `--force` every asset passes, also one that cannot be checked.
fn checked_asset(config: &Config, args: &ReserveArgs) -> Result<Asset> {
    let checked = gate::check(config, &args.asset);
    if args.force.is_none() {
        let asset = checked?;
        return if asset.objections.is_empty() { Ok(asset) } else { Err(refused(&asset)) };
    }
    let asset = checked.unwrap_or_else(|error| Asset {
        inventory_id: recorded_id(config, &args.asset),
        client_id: None,
        objections: vec![format!("it cannot be checked: {error:#}")],
    });
    for objection in &asset.objections {
        log::warn!("asset {} goes into a locker all the same: {objection}", asset.inventory_id);
    }
    Ok(asset)
}

fn refused(asset: &Asset) -> anyhow::Error {
    let id = &asset.inventory_id;
    let objections = asset.objections.join("\n- ");
    anyhow!("asset {id} must not go into a locker (--force REASON reserves one all the same):\n- {objections}")
}

fn body(args: &ReserveArgs, assignees: Vec<Assignee>, asset: &Asset, machine: &str, by: String) -> ReservationBody {
    let usual = format!("IQR {}", asset.inventory_id);
    let described = |assignee: Assignee| {
        let description = assignee.description.or_else(|| Some(usual.clone()));
        Assignee { description, ..assignee }
    };
    ReservationBody {
        created_by: Some(by),
        selection: None,
        reservation_type: Some(args.kind),
        send_code: Some(args.send),
        location: args.location.clone(),
        serial: Some(machine.to_owned()),
        product: args.product.clone(),
        assignees: assignees.into_iter().map(described).collect(),
    }
}

/// Returns the word of the command line.
fn word_of(kind: ReservationType) -> &'static str {
    ReservationType::WORDS.into_iter().find(|(_, other)| *other == kind).map_or("", |(word, _)| word)
}
