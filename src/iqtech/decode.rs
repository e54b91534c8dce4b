//! Decodes the results of all operations, as they stand in their envelopes.

use serde_json::Value;

use super::employee::Employee;
use super::locker::{ReportPage, Reservation, Reserved};
use super::machine::Machine;
use super::pages::{self, Page};
use super::row::Row;
use super::transaction::Transaction;
use crate::web::{Bad, Redactor};

/// Decodes a page of employees.
pub(super) fn employees(result: &Value, redactor: &Redactor) -> Result<Page<Vec<Employee>>, Bad> {
    pages::page(object(result, redactor)?, |row| Employee::from_row(row).map(|employee| vec![employee]))
}

/// Decodes the employees that a look-up found.
pub(super) fn found(result: &Value, redactor: &Redactor) -> Result<Vec<Employee>, Bad> {
    let rows = Row::list_from_value(result, "the result", redactor)?;
    rows.into_iter().map(Employee::from_row).collect()
}

/// Decodes the reservations of a machine.
pub(super) fn reservations(answer: &Value, redactor: &Redactor) -> Result<Vec<Reservation>, Bad> {
    let rows = Row::list_from_value(answer, "the answer", redactor)?;
    rows.into_iter().map(Reservation::from_row).collect()
}

/// Decodes the free selections of a machine, which are numbers.
pub(super) fn selections(answer: &Value) -> Result<Vec<String>, Bad> {
    let other = || Bad::Passing("the answer is no list of selections".to_owned());
    let text = |value: &Value| match value {
        Value::Number(number) => Ok(number.to_string()),
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(other()),
    };
    answer.as_array().ok_or_else(other)?.iter().map(text).collect()
}

/// Decodes a page of a report.
pub(super) fn report(answer: &Value, redactor: &Redactor) -> Result<Page<ReportPage>, Bad> {
    pages::bare_page(object(answer, redactor)?, ReportPage::from_row)
}

/// Decodes a reservation that was made, or whose codes were sent anew.
pub(super) fn reserved(result: &Value, redactor: &Redactor) -> Result<Reserved, Bad> {
    Reserved::from_row(object(result, redactor)?)
}

/// Decodes the words that come with an ended reservation.
pub(super) fn message(result: &Value, redactor: &Redactor) -> Result<Option<String>, Bad> {
    if result.is_null() { Ok(None) } else { object(result, redactor)?.trimmed("message") }
}

/// Decodes a page of machines.
pub(super) fn machines(result: &Value, redactor: &Redactor) -> Result<Page<Vec<Machine>>, Bad> {
    pages::page(object(result, redactor)?, |row| Machine::from_row(row).map(|machine| vec![machine]))
}

/// Decodes a page of transactions.
pub(super) fn transactions(result: &Value, redactor: &Redactor) -> Result<Page<Vec<Transaction>>, Bad> {
    let row = object(result, redactor)?;
    pages::page(row.object("transactionReport")?.unwrap_or(row), Transaction::list)
}

/// Decodes the result of a write that has none.
#[expect(clippy::unnecessary_wraps, reason = "the other writes have a result that may be malformed")]
pub(super) fn nothing(_: &Value, _: &Redactor) -> Result<(), Bad> {
    Ok(())
}

fn object<'a>(value: &'a Value, redactor: &'a Redactor) -> Result<Row<'a>, Bad> {
    Row::from_value(value, "the result", redactor)
}
