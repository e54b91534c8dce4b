//! The calls about Will Call lockers, in both revisions, but for the report.

use serde_json::{Map, Value, json};

use super::call::{Call, Revision};
use super::envelope::{Refusal, Shape, result};
use super::fields::{self, ASSIGNEE, COUNTRY_CODE, RESERVATION, text, wrong};
use super::locker::{AccessCode, Locker, Reservation, new_id, status};
use super::record::Offense;
use super::state::State;
use crate::clock::seconds;

const LIST: &str = "externalReserveLockerDetailList";

/// W1. The second revision counts the assignees: 1, 2 or 3 by the type of the reservation.
pub(super) fn reserve(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let body = fields::read(call, RESERVATION)?;
    fields::require(&body, &["reservationType", "sendCode", "serialNumber", "selection"])?;
    let assignees = assignees(&body, call.revision)?;
    let selection = free_selection(state, &body, call.commit)?;
    let kind = text(&body, "reservationType");
    let mut rng = state.rng.clone();
    let mut reservation = Reservation {
        id: new_id(&mut rng),
        serial: text(&body, "serialNumber").to_owned(),
        selection,
        kind: kind.to_owned(),
        status: status(kind).to_owned(),
        created_by: text(&body, "createdbyUser").to_owned(),
        product: product(state, text(&body, "productName")),
        assignees,
        codes: Vec::new(),
    };
    reservation.add_codes(&mut rng);
    let answer = with_codes(&reservation.id, &reservation.codes, "Reservation added successfully");
    if call.commit {
        state.rng = rng;
        state.codes.extend(reservation.codes.iter().map(|code| code.code.clone()));
        state.report.push(reservation.row(&reservation.status, seconds(state.options.clock_offset)));
        state.reservations.push(reservation);
    }
    Ok(answer)
}

/// Returns the assignees of a body, in a number that fits the type of the reservation.
fn assignees(body: &Map<String, Value>, revision: Revision) -> Result<Vec<Map<String, Value>>, Refusal> {
    let list = body.get(LIST).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let allowed = match (revision, text(body, "reservationType")) {
        (Revision::V1, _) => 1..=3,
        (Revision::V2, "Release") => 1..=1,
        (Revision::V2, "Exchange") => 3..=3,
        (Revision::V2, _) => 2..=2,
    };
    if !allowed.contains(&list.len()) {
        return Err(wrong(LIST, "The number of details does not fit the reservation type."));
    }
    Ok(list.iter().filter_map(Value::as_object).cloned().collect())
}

/// Returns the selection of a body if it is free. A contested one is taken by another client first.
fn free_selection(state: &mut State, body: &Map<String, Value>, commit: bool) -> Result<u32, Refusal> {
    let serial = text(body, "serialNumber");
    let Some(free) = state.free_selections(serial) else {
        return Err(Refusal::exception(Shape::F5, "Invalid Serial Number"));
    };
    let selection: Option<u32> = text(body, "selection").parse().ok();
    let quirks = &mut state.options.quirks;
    let is_contested = selection.is_some_and(|selection| quirks.contested_selections.contains(&selection));
    let is_refused = selection.is_some_and(|selection| quirks.refused_selections.contains(&selection));
    let Some(selection) = selection.filter(|selection| free.contains(selection)) else {
        return Err(Refusal::exception(Shape::F5, "Invalid Selection"));
    };
    if is_contested && commit {
        quirks.contested_selections.remove(&selection);
        let mut reservation = Reservation { selection, ..Reservation::of_document() };
        serial.clone_into(&mut reservation.serial);
        reservation.id = new_id(&mut state.rng);
        state.reservations.push(reservation);
    }
    if is_contested || is_refused {
        return Err(Refusal::exception(Shape::F5, "Invalid Selection"));
    }
    Ok(selection)
}

/// Returns the product of a reservation: the one that was sent, if it exists.
fn product(state: &State, name: &str) -> String {
    let exists = state.machines.iter().flat_map(|machine| &machine.slots).any(|slot| slot.product == name);
    if exists { name } else { Locker::PRODUCT }.to_owned()
}

/// W2: a bare list. The previous revision has no ID in it.
pub(super) fn list(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    known_locker(state, call)?;
    let item = |reservation: &Reservation| {
        let selection = reservation.selection.to_string();
        match call.revision {
            Revision::V1 => json!({ "selection": selection, "currentStatus": reservation.status }),
            Revision::V2 => json!({
                "reserveLockerId": reservation.id,
                "selection": selection,
                "currentStatus": reservation.status,
            }),
        }
    };
    Ok(state.reservations.iter().filter(|reservation| reservation.serial == call.argument).map(item).collect())
}

/// W3: a bare list of numbers.
pub(super) fn free(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    known_locker(state, call)?;
    Ok(json!(state.free_selections(&call.argument)))
}

fn known_locker(state: &State, call: &Call<'_>) -> Result<(), Refusal> {
    let is_known = state.lockers.iter().any(|locker| locker.serial == call.argument);
    let refusal = || Refusal::new(400, Shape::F3, 400, "Invalid Serial Number");
    is_known.then_some(()).ok_or_else(refusal)
}

/// W4: a new code for the first role.
pub(super) fn renew(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    if !is_uuid(&call.argument) {
        return Err(Refusal::invalid("reservationLockerId", &call.argument));
    }
    let mut reservation = state.reservation(&call.argument).cloned().ok_or_else(|| invalid_operation(call.revision))?;
    let mut rng = state.rng.clone();
    let codes: Vec<AccessCode> = reservation.renew_code(&mut rng).into_iter().collect();
    let answer = with_codes(&reservation.id, &codes, "New Access Code Generated Successfully");
    if call.commit {
        state.rng = rng;
        state.codes.extend(codes.into_iter().map(|code| code.code));
        if let Some(old) = state.reservations.iter_mut().find(|old| old.id == reservation.id) {
            *old = reservation;
        }
    }
    Ok(answer)
}

/// W6: the ID stands in the query, and the body is an assignee that may be empty.
pub(super) fn recall(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let with_country = [ASSIGNEE, &[COUNTRY_CODE]].concat();
    fields::read(call, if call.revision == Revision::V1 { &with_country } else { ASSIGNEE })?;
    let Some(id) = call.query("reservationLockerId") else {
        let name = "reservationLockerId".to_owned();
        return Err(Refusal::problem(&name, "The field is required.").accusing(Offense::Query(name)));
    };
    if !is_uuid(id) {
        return Err(Refusal::invalid("reservationLockerId", id));
    }
    let reservation = state.reservation(id).cloned().ok_or_else(|| invalid_operation(call.revision))?;
    if call.commit {
        state.report.push(reservation.row("Recalled", seconds(state.options.clock_offset)));
        state.reservations.retain(|other| other.id != reservation.id);
    }
    Ok(result(json!({ "message": "Reservation Recalled Successfully" })))
}

fn invalid_operation(revision: Revision) -> Refusal {
    match revision {
        Revision::V1 => Refusal::exception(Shape::F6, "Invalid Operation!"),
        Revision::V2 => Refusal::new(404, Shape::F2, 400, "Invalid Operation!"),
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let has_digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(has_digits)
}

fn with_codes(id: &str, codes: &[AccessCode], message: &str) -> Value {
    let codes: Vec<Value> = codes.iter().map(AccessCode::item).collect();
    result(json!({ "reserveLockerId": id, "accessCodes": codes, "message": message }))
}
