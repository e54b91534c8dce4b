//! An assignee as it is typed: `employee:1000,role=Pickup,barcode`.
//!
//! It is parsed here and not with the arguments, whose errors repeat what was typed: a value may be a phone number.

use crate::commands::Usage;
use crate::iqtech::{Assignee, AssigneeType};

/// The beginning of every assignee.
const BEGIN: &str = "it begins with employee:ID, user:ID or custom:NAME";

/// What may stand behind a comma.
const DETAILS: &str = "behind a comma stands role=, name=, email=, phone=, dial-code=, country-code=, description= or \
                       barcode";

/// Parses an assignee. What was not typed is not set.
///
/// # Errors
///
/// [`Usage`], with a sentence that repeats no value.
pub(super) fn parse(typed: &str) -> Result<Assignee, Usage> {
    parsed(typed).map_err(|why| Usage(format!("an --assignee cannot be used: {why}")))
}

fn parsed(typed: &str) -> Result<Assignee, String> {
    let (begin, details) = typed.split_once(',').map_or((typed, None), |(begin, rest)| (begin, Some(rest)));
    let (kind, who) = begin.split_once(':').ok_or(BEGIN)?;
    let who = Some(who.trim().to_owned()).filter(|who| !who.is_empty()).ok_or(BEGIN)?;
    let kind = AssigneeType::WORDS.into_iter().find(|(word, _)| *word == kind.trim()).ok_or(BEGIN)?.1;
    let (user_id, name) = match kind {
        AssigneeType::Employee | AssigneeType::User => (Some(who), None),
        AssigneeType::Custom => (None, Some(who)),
    };
    let mut assignee = Assignee { assignee_type: Some(kind), user_id, name, ..Assignee::default() };
    for detail in details.into_iter().flat_map(|details| details.split(',')) {
        add(&mut assignee, detail.trim())?;
    }
    Ok(assignee)
}

fn add(assignee: &mut Assignee, detail: &str) -> Result<(), String> {
    if detail == "barcode" {
        assignee.send_bar_code = Some(true);
        return Ok(());
    }
    let (key, value) = detail.split_once('=').ok_or(DETAILS)?;
    let (key, value) = (key.trim(), value.trim());
    let place = match key {
        "role" => &mut assignee.role,
        "name" => &mut assignee.name,
        "email" => &mut assignee.email,
        "phone" => &mut assignee.contact_number,
        "dial-code" => &mut assignee.country_dial_code,
        "country-code" => &mut assignee.country_code,
        "description" => &mut assignee.description,
        _ => return Err(format!("`{key}=` is not known; {DETAILS}")),
    };
    if place.is_some() {
        return Err(format!("its {key} is there twice"));
    }
    if value.is_empty() {
        return Err(format!("its {key} is blank"));
    }
    *place = Some(value.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_every_key_of_an_assignee() {
        let typed = "employee: 1000, role=Pickup,name=A B,email=a@b,phone=1,dial-code=+1,country-code=US,description=x=y,barcode";
        let found = parsed(typed).unwrap();
        assert_eq!((found.assignee_type, found.send_bar_code), (Some(AssigneeType::Employee), Some(true)));
        let texts = [
            (found.user_id, "1000"),
            (found.role, "Pickup"),
            (found.name, "A B"),
            (found.email, "a@b"),
            (found.contact_number, "1"),
            (found.country_dial_code, "+1"),
            (found.country_code, "US"),
            (found.description, "x=y"),
        ];
        for (text, expected) in texts {
            assert_eq!(text.as_deref(), Some(expected));
        }
        let custom = parsed("custom:Jo Ito").unwrap();
        assert_eq!((custom.user_id, custom.name.as_deref(), custom.send_bar_code), (None, Some("Jo Ito"), None));
        assert_eq!(parsed("user:7").unwrap().user_id.as_deref(), Some("7"));
    }

    #[test]
    fn refuses_what_is_no_assignee_without_its_values() {
        for typed in ["", "1000", "employee:", "guest:1", "employee:1,", "employee:1,barcodes", "employee:1,role="] {
            assert!(parsed(typed).is_err(), "{typed}");
        }
        assert!(parsed("custom:A,name=B").is_err());
        let error = parse("employee:1,phon=5551234").err().unwrap().to_string();
        assert!(error.contains("`phon=`") && !error.contains("5551234"), "{error}");
    }
}
