//! `iqmetrix companies` and `iqmetrix dealers`.

use std::collections::BTreeSet;

use anyhow::Result;
use serde::Serialize;

use super::connection::{Connection, connect};
use super::delivery::{check, deliver, deliver_bytes};
use crate::cli::{Global, OutputArgs};
use crate::commands::table::table;
use crate::commands::{Exit, NotFound, load};
use crate::iqmetrix::{Call, Company, Dealer, Format};

/// The list that companies were found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Origin {
    Relationships,
    Dealers,
}

#[derive(Serialize)]
struct Companies<'a> {
    companies: Vec<CompanyRow<'a>>,
    source: Origin,
}

#[derive(Serialize)]
struct CompanyRow<'a> {
    company_id: Option<i64>,
    name: Option<&'a str>,
    doing_business_as: Option<&'a str>,
}

#[derive(Serialize)]
struct Dealers<'a> {
    dealers: Vec<DealerRow<'a>>,
}

#[derive(Serialize)]
struct DealerRow<'a> {
    company_id: Option<i64>,
    name: Option<&'a str>,
    location_id: Option<i64>,
    location: Option<&'a str>,
}

/// Lists the companies in partner relationships; where there are none, those of the dealers.
pub(super) fn companies(global: &Global, output: &OutputArgs) -> Result<Exit> {
    check(output)?;
    let connection = connect(&load(global)?)?;
    if let Some(format) = output.format {
        return hand_out(&connection, output, Call::Companies, format);
    }
    let Connection { iqmetrix, end } = connection;
    let mut found = iqmetrix.companies(end)?;
    let mut source = Origin::Relationships;
    if found.is_empty() {
        found = of_dealers(iqmetrix.dealers(end)?);
        source = Origin::Dealers;
    }
    let companies = found.iter().map(CompanyRow::from_company).collect();
    deliver(output, &Companies { companies, source }, || companies_text(&found, source))?;
    if found.is_empty() {
        return Err(NotFound("iQmetrix lists no company and no dealer for this account".to_owned()).into());
    }
    Ok(Exit::Done)
}

/// Lists the dealers.
pub(super) fn dealers(global: &Global, output: &OutputArgs) -> Result<Exit> {
    check(output)?;
    let connection = connect(&load(global)?)?;
    if let Some(format) = output.format {
        return hand_out(&connection, output, Call::Dealers, format);
    }
    let found = connection.iqmetrix.dealers(connection.end)?;
    let dealers = found.iter().map(DealerRow::from_dealer).collect();
    deliver(output, &Dealers { dealers }, || dealers_text(&found))?;
    if found.is_empty() {
        return Err(NotFound("iQmetrix lists no dealer for this account".to_owned()).into());
    }
    Ok(Exit::Done)
}

fn hand_out(connection: &Connection, output: &OutputArgs, call: Call<'_>, format: Format) -> Result<Exit> {
    deliver_bytes(output, format, &connection.iqmetrix.raw(call, format)?)?;
    Ok(Exit::Done)
}

/// Returns the companies of these dealers, each once.
fn of_dealers(dealers: Vec<Dealer>) -> Vec<Company> {
    let mut met = BTreeSet::new();
    dealers
        .into_iter()
        .filter(|dealer| met.insert(dealer.company_id))
        .map(|dealer| Company { company_id: dealer.company_id, name: dealer.name, doing_business_as: None })
        .collect()
}

impl<'a> CompanyRow<'a> {
    fn from_company(company: &'a Company) -> Self {
        let (name, doing_business_as) = (company.name.as_deref(), company.doing_business_as.as_deref());
        Self { company_id: company.company_id, name, doing_business_as }
    }
}

impl<'a> DealerRow<'a> {
    fn from_dealer(dealer: &'a Dealer) -> Self {
        let (company_id, location_id) = (dealer.company_id, dealer.location_id);
        Self { company_id, name: dealer.name.as_deref(), location_id, location: dealer.location.as_deref() }
    }
}

fn companies_text(companies: &[Company], source: Origin) -> String {
    let note = match source {
        Origin::Relationships => "",
        Origin::Dealers if companies.is_empty() => return String::new(),
        Origin::Dealers => "iQmetrix lists no partner relationships; these are the companies of its dealers.\n\n",
    };
    let cells = |company: &Company| {
        [id(company.company_id), text(company.name.as_deref()), text(company.doing_business_as.as_deref())]
    };
    let rows: Vec<_> = companies.iter().map(cells).collect();
    note.to_owned() + &table(["company", "name", "doing business as"], &rows)
}

fn dealers_text(dealers: &[Dealer]) -> String {
    if dealers.is_empty() {
        return String::new();
    }
    let cells = |dealer: &Dealer| {
        [id(dealer.company_id), text(dealer.name.as_deref()), id(dealer.location_id), text(dealer.location.as_deref())]
    };
    table(["company", "name", "location", "name of the location"], &dealers.iter().map(cells).collect::<Vec<_>>())
}

fn id(id: Option<i64>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}
