//! `iqmetrix imei`.

use std::collections::{HashMap, HashSet};

use anyhow::{Error, Result};
use serde::Serialize;

use super::connection::{Connection, connect};
use super::delivery::{check, deliver, deliver_bytes};
use super::progress::progress_bar;
use super::typed::{NotAsked, Typed};
use crate::cli::{Global, ImeiArgs};
use crate::commands::table::table;
use crate::commands::{Exit, NotFound, Usage, load};
use crate::config::{Config, ConfigError};
use crate::escape;
use crate::iqmetrix::{self, Call, Device, Format, Imei, Settings, Step};
use crate::output;

/// The most IMEIs that one message names.
const MAX_NAMED: usize = 10;

/// The report for scripts.
#[derive(Serialize)]
struct Json<'a> {
    imeis: Vec<Row<'a>>,
    not_asked: &'a [NotAsked],
}

#[derive(Serialize)]
struct Row<'a> {
    imei: &'a str,
    found: bool,
    purchase_date: Option<&'a str>,
    return_date: Option<&'a str>,
    client_id: Option<&'a str>,
    company_id: Option<i64>,
}

/// Looks devices up, company by company.
pub(super) fn run(global: &Global, args: &ImeiArgs) -> Result<Exit> {
    check(&args.output)?;
    let typed = match &args.from {
        Some(path) => Typed::read(path)?,
        None => Typed::from_texts(args.imeis.iter().map(String::as_str)),
    };
    let config = load(global)?;
    let settings = config.iqmetrix.as_ref().ok_or(ConfigError::NoSection("iqmetrix"))?;
    if typed.imeis.is_empty() {
        return Err(Usage(none_to_ask(&typed.not_asked)).into());
    }
    match args.output.format {
        Some(format) => hand_out(&config, settings, args, &typed, format),
        None => report(&connect(&config)?, args, &typed),
    }
}

fn none_to_ask(not_asked: &[NotAsked]) -> String {
    match not_asked {
        [] => "there is no IMEI to ask for".to_owned(),
        [NotAsked { typed, why }, ..] => format!("there is no IMEI to ask for: `{}`: {why}", escape::one_line(typed)),
    }
}

/// Hands out the bytes of one answer of one company.
fn hand_out(config: &Config, settings: &Settings, args: &ImeiArgs, typed: &Typed, format: Format) -> Result<Exit> {
    let company = match (args.company, settings.companies.as_slice()) {
        (Some(company), _) => company,
        (None, [company]) => *company,
        (None, _) => {
            let text =
                "--format needs one company; name it with --company (`wipeos-iqr iqmetrix companies` lists them)";
            return Err(Usage(text.to_owned()).into());
        }
    };
    let (count, most) = (typed.imeis.len(), usize::from(settings.batch));
    if count > most {
        let text =
            format!("--format gives one answer, and {count} IMEIs need several: {most} at most (iqmetrix.batch)");
        return Err(Usage(text).into());
    }
    for NotAsked { typed, why } in &typed.not_asked {
        log::warn!("`{typed}` was not asked for: {why}");
    }
    let Connection { iqmetrix, .. } = connect(config)?;
    let bytes = iqmetrix.raw(Call::Devices { company, imeis: &typed.imeis }, format)?;
    deliver_bytes(&args.output, format, &bytes)?;
    Ok(Exit::Done)
}

fn report(connection: &Connection, args: &ImeiArgs, typed: &Typed) -> Result<Exit> {
    let answer = look_up(connection, args.company, &typed.imeis)?;
    let found: HashMap<&Imei, _> = answer.devices.iter().map(|known| (&known.1.imei, known)).collect();
    let absent: HashSet<&Imei> = answer.absent.iter().collect();
    let unreadable: HashSet<&Imei> = answer.unreadable.iter().map(|row| &row.imei).collect();
    let answered = typed.imeis.iter().filter(|imei| found.contains_key(imei) || absent.contains(imei));
    let imeis: Vec<_> = answered.map(|imei| Row::from_found(imei, found.get(imei).copied())).collect();
    let is_open = |imei: &&Imei| !found.contains_key(imei) && !absent.contains(imei) && !unreadable.contains(imei);
    let open: Vec<&Imei> = typed.imeis.iter().filter(is_open).collect();
    if open.len() < typed.imeis.len() {
        let json = Json { imeis, not_asked: &typed.not_asked };
        deliver(&args.output, &json, || text(&json, &open))?;
    }
    failure(&answer, &open).map_or(Ok(Exit::Done), Err)
}

/// Returns the error that the command ends with: the failure that left devices open, or else an unreadable row, or else
/// that no device is known. The log has the other rows.
fn failure(answer: &iqmetrix::Found, open: &[&Imei]) -> Option<Error> {
    let mut rows = answer.unreadable.iter();
    let error = match &answer.error {
        Some(error) => Some(Error::new(error.clone()).context(unanswered(open))),
        None => rows.next().map(|row| row.clone().into()),
    };
    rows.for_each(|row| log::warn!("{row}"));
    let is_none_known = answer.devices.is_empty();
    error.or_else(|| is_none_known.then(|| NotFound("iQmetrix knows none of these IMEIs".to_owned()).into()))
}

/// Names the devices that a failure left open.
fn unanswered(open: &[&Imei]) -> String {
    let named: Vec<&str> = open.iter().take(MAX_NAMED).map(|imei| imei.as_str()).collect();
    let more = match open.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("no answer about {} {}{more}", output::count(open.len() as u64, "IMEI:", "IMEIs:"), named.join(", "))
}

/// Asks the companies in their order, each for what those before did not have.
fn look_up(connection: &Connection, company: Option<i64>, imeis: &[Imei]) -> Result<iqmetrix::Found> {
    let companies = match company {
        Some(company) => vec![company],
        None => connection.iqmetrix.company_ids(connection.end)?,
    };
    if companies.is_empty() {
        let text = "iQmetrix lists no company and no dealer to ask; name one with --company";
        return Err(NotFound(text.to_owned()).into());
    }
    let bar = progress_bar(companies.len() * imeis.len().div_ceil(usize::from(connection.iqmetrix.settings().batch)));
    let answer = connection.iqmetrix.find(&companies, imeis, connection.end, &|step| match step {
        Step::Begun { batches } => bar.inc_length(batches as u64),
        Step::Asked => bar.inc(1),
    });
    bar.finish_and_clear();
    Ok(answer)
}

impl<'a> Row<'a> {
    fn from_found(imei: &'a Imei, found: Option<&'a (i64, Device)>) -> Self {
        let device = found.map(|(_, device)| device);
        Self {
            imei: imei.as_str(),
            found: found.is_some(),
            purchase_date: device.and_then(|device| device.purchase_date.as_deref()),
            return_date: device.and_then(|device| device.return_date.as_deref()),
            client_id: device.and_then(|device| device.client_id.as_deref()),
            company_id: found.map(|(company, _)| *company),
        }
    }
}

fn text(json: &Json<'_>, open: &[&Imei]) -> String {
    let cells = |row: &Row<'_>| {
        let date = |date: Option<&str>| date.unwrap_or(if row.found { "none" } else { "" }).to_owned();
        let company = row.company_id.map(|company| company.to_string()).unwrap_or_default();
        let found = if row.found { "yes" } else { "no" };
        [row.imei.to_owned(), found.to_owned(), date(row.purchase_date), date(row.return_date), company]
    };
    let rows: Vec<_> = json.imeis.iter().map(cells).collect();
    let mut text = table(["IMEI", "found", "purchased", "returned", "company"], &rows);
    if !json.not_asked.is_empty() {
        let rows: Vec<_> = json.not_asked.iter().map(|other| [other.typed.clone(), other.why.to_owned()]).collect();
        text.push('\n');
        text.push_str(&table(["not asked for", "because"], &rows));
    }
    if !open.is_empty() {
        let rows: Vec<_> = open.iter().map(|imei| [imei.to_string()]).collect();
        text.push('\n');
        text.push_str(&table(["not answered"], &rows));
    }
    text
}
