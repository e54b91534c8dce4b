//! `iqtech employee add` and `iqtech employee status`, and what both share with the other changes.

use anyhow::Result;
use serde::Serialize;

use super::connection::connect;
use super::outcome::{look_employee_up, value_of};
use crate::cli::{AddArgs, EmployeeFields, Global, UpdateStatusArgs};
use crate::commands::{Exit, Usage, load};
use crate::escape;
use crate::iqtech::{EmployeeBody, Language};
use crate::output;

/// The report for scripts.
#[derive(Serialize)]
struct Done<'a> {
    done: bool,
    number: &'a str,
}

/// Adds an employee.
pub(super) fn add(global: &Global, args: &AddArgs) -> Result<Exit> {
    let fields = &args.fields;
    for (option, value) in [("--first", &fields.first), ("--last", &fields.last), ("--department", &fields.department)]
    {
        if value.as_ref().is_none_or(|value| value.trim().is_empty()) {
            return Err(Usage(format!("a new employee needs {option}")).into());
        }
    }
    let client = connect(&load(global)?)?;
    let body = EmployeeBody { employee_number: Some(args.number.clone()), ..body(fields) };
    value_of(client.add_employee(&body), &look_employee_up(&args.number))?;
    report(&args.number, args.json, "is added")
}

/// Makes an employee active or inactive.
pub(super) fn set_status(global: &Global, args: &UpdateStatusArgs) -> Result<Exit> {
    let client = connect(&load(global)?)?;
    let changed = client.set_employee_status(&args.number, args.is_active);
    value_of(changed, &look_employee_up(&args.number))?;
    report(&args.number, args.json, if args.is_active { "is active now" } else { "is inactive now" })
}

/// Prints that a change is made.
pub(super) fn report(number: &str, is_json: bool, what: &str) -> Result<Exit> {
    if is_json {
        output::print_json(&Done { done: true, number })?;
    } else {
        output::print(&format!("employee {} {what}\n", escape::one_line(number)))?;
    }
    Ok(Exit::Done)
}

/// Returns the fields that were typed.
pub(super) fn body(fields: &EmployeeFields) -> EmployeeBody {
    EmployeeBody {
        department: fields.department.clone(),
        first_name: fields.first.clone(),
        last_name: fields.last.clone(),
        employee_number: None,
        email: fields.email.clone(),
        badge: fields.badge.clone(),
        language: fields.language.as_ref().and_then(Language::number),
        active: fields.active,
        is_vt_admin: fields.vt_admin,
        pin_option: fields.pin_option.clone(),
        ignore_fingerprint: fields.ignore_fingerprint,
        manager_email: fields.manager_email.clone(),
        clear_pin: fields.clear_pin.then_some(true),
        reset_pin: fields.reset_pin.then_some(true),
        old_pin: None,
        suspend_until: fields.suspend_until.map(|time| time.to_string()),
        suspend_until_string: None,
        is_suspended: fields.suspended,
    }
}
