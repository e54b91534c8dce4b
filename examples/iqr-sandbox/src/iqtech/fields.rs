//! Checks of bodies: every field has to be one of the document, with the type that it has there.

use serde_json::{Map, Value};

use super::call::Call;
use super::envelope::Refusal;
use super::record::Offense;

/// A type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Flag,
    /// `language`: 0, 1 or 2.
    Language,
    /// A date and a time with a zone.
    Time,
    /// A list of assignees.
    Assignees,
    /// A text that is one of these.
    OneOf(&'static [&'static str]),
}

/// Fields of a body, and their types.
pub(super) type Fields = [(&'static str, Type)];

pub(super) const EMPLOYEE: &Fields = &[
    ("department", Type::Text),
    ("firstName", Type::Text),
    ("lastName", Type::Text),
    ("employeeNumber", Type::Text),
    ("email", Type::Text),
    ("badge", Type::Text),
    ("language", Type::Language),
    ("active", Type::Flag),
    ("isVTAdmin", Type::Flag),
    ("pinOption", Type::Text),
    ("ignoreFingerPrint", Type::Flag),
    ("managerEmail", Type::Text),
    ("clearPin", Type::Flag),
    ("resetPin", Type::Flag),
    ("oldPin", Type::Text),
    ("suspendUntil", Type::Time),
    ("suspenduntilString", Type::Text),
    ("isSuspended", Type::Flag),
];

/// The fields that a new employee needs.
pub(super) const REQUIRED: [&str; 4] = ["department", "firstName", "lastName", "employeeNumber"];

pub(super) const STATUS: &Fields = &[("employeeNumber", Type::Text), ("active", Type::Flag)];

pub(super) const PIN: &Fields = &[
    ("accountId", Type::Text),
    ("employeeNumber", Type::Text),
    ("oldPin", Type::Text),
    ("pin", Type::Text),
    ("emplid", Type::Text),
];

pub(super) const RESERVATION: &Fields = &[
    ("createdbyUser", Type::Text),
    ("selection", Type::Text),
    ("reservationType", Type::OneOf(&["Release", "Exchange", "Pickup", "DropOff"])),
    ("sendCode", Type::OneOf(&["SMS", "EMAIL", "BOTH", "NONE"])),
    ("locationName", Type::Text),
    ("serialNumber", Type::Text),
    ("productName", Type::Text),
    ("externalReserveLockerDetailList", Type::Assignees),
];

pub(super) const ASSIGNEE: &Fields = &[
    ("assigneeType", Type::OneOf(&["Employee", "User", "Custom"])),
    ("contactNumber", Type::Text),
    ("countryDialCode", Type::Text),
    ("email", Type::Text),
    ("userId", Type::Text),
    ("name", Type::Text),
    ("role", Type::Text),
    ("sendBarCode", Type::Flag),
    ("description", Type::Text),
];

/// The field that only a recall of the previous revision has.
pub(super) const COUNTRY_CODE: (&str, Type) = ("countryCode", Type::Text);

/// Reads the body of a call: a JSON object with these fields.
pub(super) fn read(call: &Call<'_>, fields: &Fields) -> Result<Map<String, Value>, Refusal> {
    let kind = call.incoming.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let body: Option<Value> = serde_json::from_slice(&call.incoming.body).ok();
    match body {
        Some(Value::Object(body)) if kind.starts_with("application/json") => check(body, fields),
        _ => Err(Refusal::problem("$", "A non-empty request body is required.").accusing(Offense::NoJson)),
    }
}

fn check(body: Map<String, Value>, fields: &Fields) -> Result<Map<String, Value>, Refusal> {
    for (name, value) in &body {
        let Some((_, kind)) = fields.iter().find(|(field, _)| field == name) else {
            let message = "The JSON property could not be mapped to any .NET member.";
            return Err(wrong(name, message));
        };
        if !fits(value, *kind) {
            return Err(wrong(name, "The JSON value could not be converted to the type of the field."));
        }
        if let (Type::Assignees, Some(list)) = (kind, value.as_array()) {
            for assignee in list {
                check(assignee.as_object().cloned().unwrap_or_default(), ASSIGNEE)?;
            }
        }
    }
    Ok(body)
}

fn fits(value: &Value, kind: Type) -> bool {
    match kind {
        Type::Text => value.is_string(),
        Type::Flag => value.is_boolean(),
        Type::Language => value.as_u64().is_some_and(|language| language <= 2),
        Type::Time => value.as_str().is_some_and(is_zoned_time),
        Type::Assignees => value.as_array().is_some_and(|list| list.iter().all(Value::is_object)),
        Type::OneOf(words) => value.as_str().is_some_and(|text| words.contains(&text)),
    }
}

/// Whether the text is a time such as `2024-03-26T21:25:06.138Z`.
fn is_zoned_time(text: &str) -> bool {
    let shape: String = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    let Some(rest) = shape.strip_prefix("0000-00-00T00:00:00") else { return false };
    let zone = rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches('0'));
    matches!(zone, "Z" | "+00:00" | "-00:00")
}

/// Refuses a field of a body.
pub(super) fn wrong(name: &str, message: &str) -> Refusal {
    Refusal::problem(name, message).accusing(Offense::Body(name.to_owned()))
}

/// Refuses a body that lacks one of the fields, or has it blank.
pub(super) fn require(body: &Map<String, Value>, names: &[&str]) -> Result<(), Refusal> {
    match names.iter().find(|name| text(body, name).trim().is_empty()) {
        Some(name) => Err(wrong(name, &format!("The {name} field is required."))),
        None => Ok(()),
    }
}

/// Returns a text of a body; empty where it is absent.
pub(super) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{EMPLOYEE, RESERVATION, check, is_zoned_time};

    #[test]
    fn refuses_a_field_of_another_name_or_type() {
        let takes = |fields, body: serde_json::Value| check(body.as_object().unwrap().clone(), fields).is_ok();
        assert!(takes(EMPLOYEE, json!({ "badge": "", "language": 2, "active": true })));
        for body in [json!({ "badgeNumber": "1" }), json!({ "badge": null }), json!({ "language": "English" })] {
            assert!(!takes(EMPLOYEE, body));
        }
        let list = |assignee| json!({ "externalReserveLockerDetailList": [assignee] });
        assert!(takes(RESERVATION, list(json!({ "assigneeType": "Custom", "sendBarCode": false }))));
        for assignee in [json!({ "assigneeType": "custom" }), json!({ "sendBarCode": "no" }), json!("x")] {
            assert!(!takes(RESERVATION, list(assignee)));
        }
    }

    #[test]
    fn accepts_a_time_with_a_zone_only() {
        assert!(is_zoned_time("2024-03-26T21:25:06.138Z") && is_zoned_time("2024-03-26T21:25:06Z"));
        assert!(is_zoned_time("2024-03-26T21:25:06-05:00"));
        assert!(!is_zoned_time("2024-03-26T21:25:06") && !is_zoned_time("2024-03-26"));
    }
}
