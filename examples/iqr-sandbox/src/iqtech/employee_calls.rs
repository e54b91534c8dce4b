//! The six calls about employees.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::employee::Employee;
use super::envelope::{Refusal, Shape, done, result_of_lookup, result_without_success};
use super::fields::{self, require, text};
use super::options::Update;
use super::pages::{Page, part};
use super::record::Offense;
use super::state::State;

/// The size of the pages that the document's figures count.
const COUNTED_IN: u64 = 20;

/// E1.
pub(super) fn list(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    let page = Page::read(call, "page", "pageSize")?;
    let total = state.employees.len() as u64;
    let extent = page.extent(total, state.options.quirks.pages);
    let items: Vec<Value> = part(&state.employees, &extent.rows).iter().map(Employee::list_item).collect();
    let meta_data = page.meta_data(&extent, total, COUNTED_IN);
    Ok(result_without_success(json!({ "items": items, "metaData": meta_data })))
}

/// E2.
pub(super) fn add(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let body = fields::read(call, fields::EMPLOYEE)?;
    require(&body, &fields::REQUIRED)?;
    let number = text(&body, "employeeNumber");
    if state.employee(number).is_some() {
        return Err(Refusal::new(500, Shape::F1, 500, "Employee number already exists!"));
    }
    let mut employee = Employee::new(number, "", "");
    employee.take_over(&body);
    if call.commit {
        state.employees.push(employee);
    }
    Ok(done())
}

/// E3.
pub(super) fn set_status(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let body = fields::read(call, fields::STATUS)?;
    let Some(is_active) = body.get("active").and_then(Value::as_bool) else {
        return Err(fields::wrong("active", "The active field is required."));
    };
    let refusal = || Refusal::new(400, Shape::F1, 400, "Invalid Employee Number");
    let commit = call.commit;
    let employee = find(state, text(&body, "employeeNumber")).ok_or_else(refusal)?;
    if commit {
        employee.is_active = is_active;
    }
    Ok(done())
}

/// E4: the status says 400, and the error 500.
pub(super) fn update(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let body = fields::read(call, fields::EMPLOYEE)?;
    let (habit, commit) = (state.options.quirks.update, call.commit);
    let refusal = || Refusal::new(400, Shape::F1, 500, "Invalid employee number");
    let employee = find(state, &call.argument).ok_or_else(refusal)?;
    if body.get("employeeNumber").is_some_and(|number| number != employee.number.as_str()) {
        return Err(refusal().accusing(Offense::Body("employeeNumber".to_owned())));
    }
    if commit {
        if habit == Update::Replaces {
            let pin = std::mem::take(&mut employee.pin);
            *employee = Employee { number: call.argument.clone(), pin, ..Employee::default() };
        }
        employee.take_over(&body);
    }
    Ok(done())
}

/// E5: the status says 400, and the error 500.
pub(super) fn set_pin(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let body = fields::read(call, fields::PIN)?;
    let refusal = |message: &str| Refusal::new(400, Shape::F2, 500, message);
    let commit = call.commit;
    let number = text(&body, "employeeNumber");
    let employee = find(state, number).ok_or_else(|| refusal("Invalid employee number"))?;
    if text(&body, "oldPin") != employee.pin {
        return Err(refusal("Invalid Old Pin"));
    }
    require(&body, &["pin"])?;
    if commit {
        text(&body, "pin").clone_into(&mut employee.pin);
    }
    Ok(done())
}

/// E6: texts are compared whole, without regard to case. No employee is a refusal.
pub(super) fn lookup(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    if call.query.is_empty() {
        let refusal = Refusal::problem("query", "At least one parameter is required.");
        return Err(refusal.accusing(Offense::NoFilter));
    }
    if let Some(active) = call.query("active").filter(|active| !["true", "false"].contains(active)) {
        return Err(Refusal::invalid("active", active).accusing(Offense::Query("active".to_owned())));
    }
    let found: Vec<Value> =
        state.employees.iter().filter(|employee| is_meant(employee, call)).map(Employee::lookup_item).collect();
    if found.is_empty() {
        return Err(Refusal::new(400, Shape::F4, 400, "No employees found matching the query."));
    }
    Ok(result_of_lookup(Value::Array(found)))
}

fn is_meant(employee: &Employee, call: &Call<'_>) -> bool {
    let is = |name: &str, text: &str| call.query(name).is_none_or(|asked| asked.to_lowercase() == text.to_lowercase());
    is("firstName", &employee.first_name)
        && is("lastName", &employee.last_name)
        && is("employeeNumber", &employee.number)
        && is("badgeNumber", employee.badge.as_deref().unwrap_or_default())
        && is("department", &employee.department)
        && is("active", if employee.is_active { "true" } else { "false" })
}

fn find<'a>(state: &'a mut State, number: &str) -> Option<&'a mut Employee> {
    state.employees.iter_mut().find(|employee| employee.number == number)
}

/// Returns the PINs of a body, for an echo.
pub(super) fn pins(body: &[u8]) -> Vec<String> {
    let body: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    ["oldPin", "pin"].map(|name| text(&body, name).to_owned()).into_iter().filter(|pin| !pin.is_empty()).collect()
}
