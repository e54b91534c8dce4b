//! Will Call lockers, their reservations, and the rows of the locker report.

use serde_json::{Map, Value, json};

use super::dates::{DAY, day_number, format_local, format_time};
use crate::rng::Rng;

/// A machine with lockers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locker {
    /// The serial, "the WTN #".
    pub serial: String,
    /// `machineName`.
    pub name: String,
    /// `locationName`.
    pub location: String,
    /// All selections, also those that are reserved.
    pub selections: Vec<u32>,
}

/// A reservation of a selection.
#[derive(Debug, Clone, PartialEq)]
pub struct Reservation {
    /// `reserveLockerId`.
    pub id: String,
    /// The serial of the machine.
    pub serial: String,
    /// `selection`.
    pub selection: u32,
    /// `reservationType`.
    pub kind: String,
    /// `currentStatus`.
    pub status: String,
    /// `createdbyUser`.
    pub created_by: String,
    /// `productName`.
    pub product: String,
    /// `externalReserveLockerDetailList`, as it was sent.
    pub assignees: Vec<Map<String, Value>>,
    /// The access codes that are valid.
    pub codes: Vec<AccessCode>,
}

/// An access code of a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessCode {
    /// `userName`.
    pub user: String,
    /// `role`.
    pub role: String,
    /// `accessCodes`: six digits.
    pub code: String,
    /// `barCode`: an address that has the code in it.
    pub bar_code: String,
}

/// A row of the locker report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// The serial of the machine, which no answer has.
    pub serial: String,
    /// `type`.
    pub kind: String,
    /// `selection`.
    pub selection: String,
    /// `productName`.
    pub product: String,
    /// `activity`.
    pub activity: String,
    /// Seconds since 1970, for `timestamp` and `dateString`.
    pub seconds: i64,
    /// `reservedUser`.
    pub reserved_user: String,
    /// `role`.
    pub role: String,
    /// `assignee`.
    pub assignee: String,
    /// `assigneeType`.
    pub assignee_type: String,
}

impl Locker {
    /// The serial of the machine with lockers that a new sandbox has.
    pub const SERIAL: &'static str = "WTN0000000000";
    /// The product of a reservation that names none, or one that does not exist.
    pub const PRODUCT: &'static str = "Binder clips- Medium";

    /// Returns the machine with lockers of the document: 18 free selections, and 164, which is reserved.
    #[must_use]
    pub fn of_document() -> Self {
        Self {
            serial: Self::SERIAL.to_owned(),
            name: "Test Example".to_owned(),
            location: "Testing Machines".to_owned(),
            selections: vec![
                162, 164, 166, 170, 172, 174, 176, 180, 182, 184, 186, 190, 192, 194, 196, 200, 202, 204, 206,
            ],
        }
    }
}

impl Reservation {
    /// The ID of the reservation that a new sandbox has.
    pub const ID: &'static str = "5342dceb-12e3-46a0-01b5-08dc5a654092";

    /// Returns the reservation of the document.
    #[must_use]
    pub fn of_document() -> Self {
        Self {
            id: Self::ID.to_owned(),
            serial: Locker::SERIAL.to_owned(),
            selection: 164,
            kind: "DropOff".to_owned(),
            status: status("DropOff").to_owned(),
            created_by: "Zendesk Webhook: Mason Joblinske".to_owned(),
            product: Locker::PRODUCT.to_owned(),
            assignees: Vec::new(),
            codes: vec![
                AccessCode::new("API TESTING 1", "DropOff", "828459", 1_712_244_823),
                AccessCode::new("API TESTING 2", "Pickup", "145811", 1_712_244_823),
            ],
        }
    }

    /// Gives each assignee a code: of the role that was sent, or of the one that the type of reservation has there.
    pub(super) fn add_codes(&mut self, rng: &mut Rng) {
        let roles: &[&str] = match self.kind.as_str() {
            "Release" => &["Pickup"],
            "Exchange" => &["Drop Off", "Pickup", "Stock"],
            _ => &["DropOff", "Pickup"],
        };
        for (place, assignee) in self.assignees.iter().enumerate() {
            let text = |name: &str| assignee.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            let user = text("name").or_else(|| text("userId")).unwrap_or_default();
            let role = text("role").unwrap_or(roles[place % roles.len()]);
            self.codes.push(AccessCode::new(user, role, &rng.text(b"0123456789", 6), 1_712_246_405));
        }
    }

    /// Replaces the code of the first role, and returns it.
    pub(super) fn renew_code(&mut self, rng: &mut Rng) -> Option<AccessCode> {
        let code = self.codes.first_mut()?;
        *code = AccessCode::new(&code.user, &code.role, &rng.text(b"0123456789", 6), 1_712_246_405);
        Some(code.clone())
    }

    /// Returns the row of the report about something that happens to the reservation.
    pub(super) fn row(&self, activity: &str, seconds: i64) -> ReportRow {
        let of_first = |name: &str| self.assignees.first()?.get(name)?.as_str().map(str::to_owned);
        ReportRow {
            serial: self.serial.clone(),
            kind: self.kind.clone(),
            selection: self.selection.to_string(),
            product: self.product.clone(),
            activity: activity.to_owned(),
            seconds,
            reserved_user: self.created_by.clone(),
            role: self.codes.first().map(|code| code.role.replace("DropOff", "Drop Off")).unwrap_or_default(),
            assignee: of_first("name").or_else(|| of_first("userId")).unwrap_or_default(),
            assignee_type: of_first("assigneeType").unwrap_or_default(),
        }
    }
}

/// The status of a new reservation.
pub(super) fn status(kind: &str) -> &'static str {
    match kind {
        "Exchange" => "Stock Pending",
        "Release" => "Release Pending",
        _ => "Drop Off Pending",
    }
}

/// Makes an ID of a reservation.
pub(super) fn new_id(rng: &mut Rng) -> String {
    let mut part = |length| rng.text(b"0123456789abcdef", length);
    format!("{}-{}-{}-{}-{}", part(8), part(4), part(4), part(4), part(12))
}

impl AccessCode {
    fn new(user: &str, role: &str, code: &str, folder: u64) -> Self {
        Self {
            user: user.to_owned(),
            role: role.to_owned(),
            code: code.to_owned(),
            bar_code: format!("https://api.iqtechportal.com/assets/Uploads/{folder}_000054/{code}.png"),
        }
    }

    pub(super) fn item(&self) -> Value {
        json!({ "userName": self.user, "role": self.role, "accessCodes": self.code, "barCode": self.bar_code })
    }
}

impl ReportRow {
    /// Returns the row of the document, of 2023-12-14.
    #[must_use]
    pub fn of_document() -> Self {
        Self {
            serial: Locker::SERIAL.to_owned(),
            kind: "Exchange".to_owned(),
            selection: "172".to_owned(),
            product: Locker::PRODUCT.to_owned(),
            activity: "Stock Pending".to_owned(),
            seconds: day_number(2023, 12, 14) * DAY,
            reserved_user: "Zendesk Webhook: Mason Joblinske".to_owned(),
            role: "Drop Off".to_owned(),
            assignee: "drop".to_owned(),
            assignee_type: "Employee".to_owned(),
        }
    }

    /// Makes up a row of 2022-06-21: everything depends on its place, from 0, alone.
    #[must_use]
    pub fn made_up(place: usize) -> Self {
        let seconds = day_number(2022, 6, 21) * DAY + i64::try_from(place).unwrap_or_default() * 60 % DAY;
        Self {
            selection: (162 + place % 40).to_string(),
            assignee: format!("person {place}"),
            seconds,
            ..Self::of_document()
        }
    }

    pub(super) fn item(&self) -> Value {
        json!({
            "type": self.kind,
            "selection": self.selection,
            "productName": self.product,
            "activity": self.activity,
            "timestamp": format_time(self.seconds),
            "reservedUser": self.reserved_user,
            "role": self.role,
            "assignee": self.assignee,
            "assigneeType": self.assignee_type,
            "dateString": format_local(self.seconds),
        })
    }
}
