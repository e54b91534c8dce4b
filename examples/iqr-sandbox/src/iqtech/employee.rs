//! Employees: the ones of the document, and others that are made up.

use serde_json::{Map, Value, json};

/// An employee.
#[expect(clippy::struct_excessive_bools, reason = "each of them is a field of the document")]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Employee {
    /// `employeeNumber`.
    pub number: String,
    /// `firstName`.
    pub first_name: String,
    /// `lastName`.
    pub last_name: String,
    /// `department`.
    pub department: String,
    /// `email`.
    pub email: Option<String>,
    /// `badge`; absent and empty both occur.
    pub badge: Option<String>,
    /// `language`: 0 English, 1 Spanish, 2 French.
    pub language: u8,
    /// `active`.
    pub is_active: bool,
    /// `isVTAdmin`.
    pub is_vt_admin: bool,
    /// `pinOption`.
    pub pin_option: Option<String>,
    /// `ignoreFingerPrint`.
    pub ignores_fingerprint: bool,
    /// `managerEmail`.
    pub manager_email: Option<String>,
    /// The PIN, which no answer has; empty once it was cleared.
    pub pin: String,
    /// `isSuspended`, which no answer has.
    pub is_suspended: bool,
    /// `suspendUntil`, which no answer has.
    pub suspended_until: Option<String>,
}

const DEPARTMENTS: [&str; 4] = ["DEPT 1", "DEPT 2", "Service", "No Restrictions"];
const FIRST_NAMES: [&str; 7] = ["Ann", "Bob", "Carla", "Dmitri", "Eve", "José", "Zoë"];
const LAST_NAMES: [&str; 11] =
    ["Adams", "Baker", "Cole", "Díaz", "Evans", "Ford", "Gray", "Hill", "Ivanova", "Jones", "O'Neil"];

impl Employee {
    /// The PIN of every employee at the start.
    pub const PIN: &'static str = "1111";
    /// The badge that an active and an inactive employee have.
    pub const SHARED_BADGE: &'static str = "55501";

    /// Creates an active employee with [`Self::PIN`].
    #[must_use]
    pub fn new(number: &str, first_name: &str, last_name: &str) -> Self {
        Self {
            number: number.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            department: DEPARTMENTS[0].to_owned(),
            is_active: true,
            pin: Self::PIN.to_owned(),
            ..Self::default()
        }
    }

    /// Sets the badge.
    #[must_use]
    pub fn with_badge(mut self, badge: &str) -> Self {
        self.badge = Some(badge.to_owned());
        self
    }

    /// Returns the three employees of the document, and two with one badge of whom the second is active.
    #[must_use]
    pub fn named() -> Vec<Self> {
        let of = |number, first_name, last_name| Self::new(number, first_name, last_name);
        vec![
            Self { is_active: false, ..of("2332345", "Brydan", "France").with_badge("") },
            Self { department: "DEPT 2".to_owned(), ..of("557791", "Haizel", "Maria") },
            Self {
                department: "No Restrictions".to_owned(),
                email: Some("hpierce@mash4077.com".to_owned()),
                is_vt_admin: true,
                pin_option: Some("7".to_owned()),
                ignores_fingerprint: true,
                ..of("1000", "Hawkeye", "Pierce").with_badge("42789")
            },
            Self { is_active: false, ..of("1001", "Frank", "Burns").with_badge(Self::SHARED_BADGE) },
            of("1002", "Margaret", "Houlihan").with_badge(Self::SHARED_BADGE),
        ]
    }

    /// Makes up an employee: everything depends on its place, from 0, alone.
    #[must_use]
    pub fn made_up(place: usize) -> Self {
        let number = (100_000 + place).to_string();
        let mut employee =
            Self::new(&number, FIRST_NAMES[place % FIRST_NAMES.len()], LAST_NAMES[place % LAST_NAMES.len()]);
        DEPARTMENTS[place % DEPARTMENTS.len()].clone_into(&mut employee.department);
        employee.is_active = place % 10 != 9;
        employee.language = [0, 1, 2][place % 3];
        employee.email = place.is_multiple_of(2).then(|| format!("{number}@shop.example"));
        employee.badge = match place % 3 {
            0 => None,
            1 => Some(String::new()),
            _ => Some((700_000 + place).to_string()),
        };
        employee
    }

    /// Returns the word of the language.
    #[must_use]
    pub fn language_word(&self) -> &'static str {
        match self.language {
            1 => "Spanish",
            2 => "French",
            _ => "English",
        }
    }

    /// Returns the item of the list of employees: the language is a word.
    pub(super) fn list_item(&self) -> Value {
        json!({
            "firstName": self.first_name,
            "lastName": self.last_name,
            "employeeNumber": self.number,
            "badge": self.badge,
            "language": self.language_word(),
            "active": self.is_active,
            "department": self.department,
        })
    }

    /// Returns the item of a lookup: the language is a number.
    pub(super) fn lookup_item(&self) -> Value {
        json!({
            "department": self.department,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "employeeNumber": self.number,
            "email": self.email,
            "badge": self.badge,
            "language": self.language,
            "active": self.is_active,
            "isVTAdmin": self.is_vt_admin,
            "pinOption": self.pin_option,
            "activeStatus": null,
            "languageDescription": self.language_word(),
            "accountName": "Fresh Lemon Scent :",
            "employeeIds": null,
            "separatesave": null,
            "ignoreFingerPrint": self.ignores_fingerprint,
            "ignoreFingerPrintString": null,
            "managerEmail": self.manager_email,
        })
    }

    /// Takes over the fields of a body whose types were checked; fields that it leaves out stay.
    pub(super) fn take_over(&mut self, body: &Map<String, Value>) {
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let flag = |name: &str| body.get(name).and_then(Value::as_bool);
        let set = |field: &mut String, name: &str| *field = text(name).unwrap_or_else(|| std::mem::take(field));
        set(&mut self.department, "department");
        set(&mut self.first_name, "firstName");
        set(&mut self.last_name, "lastName");
        for (field, name) in [
            (&mut self.email, "email"),
            (&mut self.badge, "badge"),
            (&mut self.pin_option, "pinOption"),
            (&mut self.manager_email, "managerEmail"),
            (&mut self.suspended_until, "suspendUntil"),
        ] {
            *field = text(name).or(field.take());
        }
        let language = body.get("language").and_then(Value::as_u64).and_then(|language| u8::try_from(language).ok());
        self.language = language.unwrap_or(self.language);
        self.is_active = flag("active").unwrap_or(self.is_active);
        self.is_vt_admin = flag("isVTAdmin").unwrap_or(self.is_vt_admin);
        self.ignores_fingerprint = flag("ignoreFingerPrint").unwrap_or(self.ignores_fingerprint);
        self.is_suspended = flag("isSuspended").unwrap_or(self.is_suspended);
        if flag("clearPin") == Some(true) {
            self.pin.clear();
        }
        if flag("resetPin") == Some(true) {
            Self::PIN.clone_into(&mut self.pin);
        }
    }
}
