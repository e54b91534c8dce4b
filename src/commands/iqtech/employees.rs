//! `iqtech employee list` and `iqtech employee lookup`.

use anyhow::Result;
use serde::Serialize;
use serde_json::{Map, Value};

use super::connection::connect;
use super::progress::row_counter;
use crate::cli::{EmployeeListArgs, Global, LookupArgs};
use crate::commands::table::Listing;
use crate::commands::{Exit, NotFound, load};
use crate::iqtech::{Employee, EmployeeFilter, Language};

const HEADS: [&str; 8] = ["number", "first name", "last name", "badge", "language", "active", "department", "e-mail"];

/// An employee for scripts.
#[derive(Serialize)]
struct Row<'a> {
    number: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    badge: Option<&'a str>,
    language: Option<String>,
    active: Option<bool>,
    department: Option<&'a str>,
    email: Option<&'a str>,
}

/// Lists every employee, or those of one page.
pub(super) fn list(global: &Global, args: &EmployeeListArgs) -> Result<Exit> {
    let client = connect(&load(global)?)?;
    let mut listing = Listing::new(HEADS, args.json);
    let bar = row_counter();
    match args.page {
        Some(page) => {
            client.employees_of_page(page.get())?.iter().try_for_each(|employee| add(&mut listing, employee))?;
        }
        None => {
            for page in client.employees() {
                let page = page?;
                page.iter().try_for_each(|employee| add(&mut listing, employee))?;
                bar.inc(page.len() as u64);
            }
        }
    }
    bar.finish_and_clear();
    finish(listing, "iQ Tech lists no employee")
}

/// Looks employees up.
pub(super) fn look_up(global: &Global, args: &LookupArgs) -> Result<Exit> {
    let client = connect(&load(global)?)?;
    let typed = &args.filter;
    let filter = EmployeeFilter {
        first_name: typed.first.clone(),
        last_name: typed.last.clone(),
        number: typed.number.clone(),
        badge: typed.badge.clone(),
        department: typed.department.clone(),
        active: typed.active,
    };
    let found = client.find_employees(&filter)?;
    let mut listing = Listing::new(HEADS, args.json);
    found.iter().try_for_each(|employee| add(&mut listing, employee))?;
    finish(listing, "iQ Tech knows no such employee")
}

fn finish(listing: Listing<8>, none: &str) -> Result<Exit> {
    let count = listing.count();
    listing.print(&Map::<String, Value>::new(), "employees")?;
    if count == 0 { Err(NotFound(none.to_owned()).into()) } else { Ok(Exit::Done) }
}

fn add(listing: &mut Listing<8>, employee: &Employee) -> Result<()> {
    let row = Row {
        number: employee.number.as_deref(),
        first_name: employee.first_name.as_deref(),
        last_name: employee.last_name.as_deref(),
        badge: employee.badge.as_deref().filter(|badge| !badge.is_empty()),
        language: employee.language.as_ref().map(Language::word),
        active: employee.active,
        department: employee.department.as_deref(),
        email: employee.email.as_deref(),
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let active = employee.active.map(|is_active| if is_active { "yes" } else { "no" });
    let cells = [
        text(row.number),
        text(row.first_name),
        text(row.last_name),
        text(row.badge),
        text(row.language.as_deref()),
        text(active),
        text(row.department),
        text(row.email),
    ];
    Ok(listing.push(&row, [cells])?)
}
