//! `iqtech employee update`: look-up, difference, question, one change.

use anyhow::{Result, anyhow};
use serde::Serialize;
use serde_json::{Value, json};

use super::connection::{connect, part_of_path};
use super::employee_changes::body;
use super::outcome::{look_employee_up, value_of};
use crate::cli::{Global, UpdateArgs};
use crate::commands::table::table;
use crate::commands::{Exit, NotFound, Usage, load};
use crate::escape;
use crate::iqtech::{Employee, EmployeeBody, EmployeeFilter, Iqtech, Language};
use crate::output;
use crate::terminal;

/// The effect of a change that nobody documents.
const SUSPENSION: &str = "An update may end a suspension; name --suspended yes to keep it.\n";

/// The report for scripts.
#[derive(Serialize)]
struct Report<'a> {
    done: bool,
    number: &'a str,
    changes: &'a [Change],
}

/// A field that gets another value.
#[derive(Serialize)]
struct Change {
    field: &'static str,
    from: Value,
    to: Value,
}

/// Changes an employee.
pub(super) fn run(global: &Global, args: &UpdateArgs) -> Result<Exit> {
    let asked = body(&args.fields);
    if asked == EmployeeBody::default() {
        return Err(Usage("no field is named that is to change; --help lists them".to_owned()).into());
    }
    let config = load(global)?;
    let client = connect(&config)?;
    if !args.yes && !terminal::is_there() {
        return Err(Usage("there is no terminal to ask on; name --yes to change without asking".to_owned()).into());
    }
    let number = part_of_path(&args.number, "an employee number")?;
    let before = EmployeeBody::from_found(&found(&client, number)?);
    let after = EmployeeBody { employee_number: Some(number.to_owned()), ..before.clone().with(asked) };
    let changes = changes(&before, &after);
    if !changes.is_empty() {
        show(args, &changes)?;
        if !args.yes && !terminal::confirm(&format!("Change employee {}?", escape::one_line(number)))? {
            return Err(anyhow!("employee {number} is not changed: the question was not answered with yes"));
        }
        value_of(client.update_employee(number, &after), &look_employee_up(number))?;
    }
    if args.json {
        output::print_json(&Report { done: true, number, changes: &changes })?;
    } else {
        let what = if changes.is_empty() { "has these values already" } else { "is changed" };
        output::print(&format!("employee {} {what}\n", escape::one_line(number)))?;
    }
    Ok(Exit::Done)
}

/// Returns the one employee of a number.
fn found(client: &Iqtech, number: &str) -> Result<Employee> {
    let filter = EmployeeFilter { number: Some(number.to_owned()), ..EmployeeFilter::default() };
    let mut found = client.find_employees(&filter)?;
    found.retain(|employee| employee.number.as_deref().map(str::trim) == Some(number));
    match found.pop() {
        Some(_) if !found.is_empty() => {
            Err(anyhow!("iQ Tech has several employees of number {number}; nothing is changed"))
        }
        Some(employee) => Ok(employee),
        None => Err(NotFound(format!("iQ Tech knows no employee of number {number}")).into()),
    }
}

/// Shows the difference: on stdout, or with `--json` on stderr where a question follows. Without one, the JSON object
/// has it, and stderr, which may be a log, no e-mail address.
fn show(args: &UpdateArgs, changes: &[Change]) -> Result<()> {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), |text| format!("\"{text}\""));
    let rows: Vec<_> =
        changes.iter().map(|change| [change.field.to_owned(), shown(&change.from), shown(&change.to)]).collect();
    let text = table(["field", "from", "to"], &rows);
    match (args.json, args.yes) {
        (false, _) => output::print(&text)?,
        (true, false) => output::print_notice(&text),
        (true, true) => {}
    }
    output::print_notice(SUSPENSION);
    Ok(())
}

/// Returns the fields that differ, by the names of their options.
fn changes(before: &EmployeeBody, after: &EmployeeBody) -> Vec<Change> {
    let language = |number: Option<i64>| number.map(|number| Language::parse(&number.to_string()).word());
    let fields = |body: &EmployeeBody| {
        [
            ("first", json!(body.first_name)),
            ("last", json!(body.last_name)),
            ("department", json!(body.department)),
            ("email", json!(body.email)),
            ("badge", json!(body.badge)),
            ("language", json!(language(body.language))),
            ("active", json!(body.active)),
            ("vt_admin", json!(body.is_vt_admin)),
            ("pin_option", json!(body.pin_option)),
            ("ignore_fingerprint", json!(body.ignore_fingerprint)),
            ("manager_email", json!(body.manager_email)),
            ("clear_pin", json!(body.clear_pin)),
            ("reset_pin", json!(body.reset_pin)),
            ("suspend_until", json!(body.suspend_until)),
            ("suspended", json!(body.is_suspended)),
        ]
    };
    let both = fields(before).into_iter().zip(fields(after));
    let differing = both.filter(|((_, from), (_, to))| from != to);
    differing.map(|((field, from), (_, to))| Change { field, from, to }).collect()
}
