//! `iqmetrix imei`.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
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
use crate::iqmetrix::{Call, Device, Format, Imei, Settings, Step, Unreadable};

/// A device and the company that knows it.
struct Found {
    device: Device,
    company: i64,
}

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
    let (found, unreadable) = look_up(connection, args.company, &typed.imeis)?;
    let open: HashSet<&Imei> = unreadable.iter().map(|row| &row.imei).collect();
    let answered = typed.imeis.iter().filter(|imei| !open.contains(imei));
    let imeis = answered.map(|imei| Row::from_found(imei, found.get(imei))).collect();
    let json = Json { imeis, not_asked: &typed.not_asked };
    deliver(&args.output, &json, || text(&json))?;
    if let Some((first, others)) = unreadable.split_first() {
        for row in others {
            log::warn!("{row}");
        }
        return Err(first.clone().into());
    }
    if found.is_empty() {
        return Err(NotFound("iQmetrix knows none of these IMEIs".to_owned()).into());
    }
    Ok(Exit::Done)
}

/// Asks the companies in their order, each for what those before did not have. Returns the devices that are known, and
/// those of which a row cannot be read.
fn look_up(
    connection: &Connection,
    company: Option<i64>,
    imeis: &[Imei],
) -> Result<(HashMap<Imei, Found>, Vec<Unreadable>)> {
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
    if let Some(error) = answer.error {
        return Err(error.into());
    }
    let found = answer.devices.into_iter().map(|(company, device)| (device.imei.clone(), Found { device, company }));
    Ok((found.collect(), answer.unreadable))
}

impl<'a> Row<'a> {
    fn from_found(imei: &'a Imei, found: Option<&'a Found>) -> Self {
        let device = found.map(|found| &found.device);
        Self {
            imei: imei.as_str(),
            found: found.is_some(),
            purchase_date: device.and_then(|device| device.purchase_date.as_deref()),
            return_date: device.and_then(|device| device.return_date.as_deref()),
            client_id: device.and_then(|device| device.client_id.as_deref()),
            company_id: found.map(|found| found.company),
        }
    }
}

fn text(json: &Json<'_>) -> String {
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
    text
}
