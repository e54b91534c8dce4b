//! `iqtech transactions`.

use anyhow::Result;
use serde::Serialize;
use serde_json::{Map, Value};

use super::connection::connect;
use super::progress::row_counter;
use crate::cli::{Global, TransactionsArgs};
use crate::commands::table::Listing;
use crate::commands::{Exit, Usage, load};
use crate::iqtech::{Transaction, TransactionFilter};

/// A transaction for scripts.
#[derive(Serialize)]
struct Row<'a> {
    at: Option<&'a str>,
    machine: Option<&'a str>,
    machine_name: Option<&'a str>,
    employee: Option<&'a str>,
    employee_number: Option<&'a str>,
    product: Option<&'a str>,
    item_number: Option<&'a str>,
    selection: Option<&'a str>,
    quantity: Option<i64>,
    offline: Option<&'a str>,
    asset: Option<&'a str>,
    answers: Vec<AnswerRow<'a>>,
    department: Option<&'a str>,
    total: Option<f64>,
}

#[derive(Serialize)]
struct AnswerRow<'a> {
    question: Option<&'a str>,
    answer: Option<&'a str>,
}

/// Lists transactions.
pub(super) fn run(global: &Global, args: &TransactionsArgs) -> Result<Exit> {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from > to
    {
        return Err(Usage(format!("--from {from} is after --to {to}")).into());
    }
    let client = connect(&load(global)?)?;
    let heads = ["time", "machine", "employee", "number", "product", "selection", "quantity", "asset"];
    let mut listing = Listing::new(heads, args.json);
    let bar = row_counter();
    let filter = TransactionFilter { from: args.from, to: args.to, serial: args.machine.clone() };
    let is_wanted = |row: &&Transaction| args.asset.as_deref().is_none_or(|asset| names(row, asset));
    for page in client.transactions(&filter) {
        let page = page?;
        page.iter().filter(is_wanted).try_for_each(|row| add(&mut listing, row))?;
        bar.inc(page.len() as u64);
    }
    bar.finish_and_clear();
    listing.print(&Map::<String, Value>::new(), "transactions")?;
    Ok(Exit::Done)
}

/// Whether a transaction names an asset, by its number or in an answer.
fn names(transaction: &Transaction, asset: &str) -> bool {
    let answers = transaction.answers.iter().map(|answer| &answer.response);
    answers.chain([&transaction.asset]).flatten().any(|text| text.trim() == asset)
}

fn add(listing: &mut Listing<8>, transaction: &Transaction) -> Result<()> {
    let answers = transaction.answers.iter();
    let row = Row {
        at: transaction.at.as_deref(),
        machine: transaction.serial.as_deref(),
        machine_name: transaction.machine_name.as_deref(),
        employee: transaction.employee.as_deref(),
        employee_number: transaction.employee_number.as_deref(),
        product: transaction.product.as_deref(),
        item_number: transaction.item_number.as_deref(),
        selection: transaction.selection.as_deref(),
        quantity: transaction.quantity,
        offline: transaction.offline.as_deref(),
        asset: transaction.asset.as_deref(),
        answers: answers
            .map(|it| AnswerRow { question: it.question.as_deref(), answer: it.response.as_deref() })
            .collect(),
        department: transaction.department.as_deref(),
        total: transaction.total,
    };
    let quantity = row.quantity.map(|quantity| quantity.to_string());
    let cells = [row.at, row.machine, row.employee, row.employee_number, row.product, row.selection]
        .into_iter()
        .chain([quantity.as_deref(), row.asset]);
    let mut cells = cells.map(|text| text.unwrap_or_default().to_owned());
    let cells = std::array::from_fn(|_| cells.next().unwrap_or_default());
    Ok(listing.push(&row, [cells])?)
}
