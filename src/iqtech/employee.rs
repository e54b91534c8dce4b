//! Employees: as the service has them, and as they are sent.

use serde::{Serialize, Serializer};

use super::row::Row;
use super::words::Language;
use crate::secret::Secret;
use crate::web::Bad;

/// An employee, as the list and the look-up have it. Texts are as the service has them, blanks and all: a change sends
/// them back. The list has fewer members than the look-up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Employee {
    /// The department.
    pub department: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The employee number, which identifies the employee.
    pub number: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The badge; a text without characters and none at all both occur.
    pub badge: Option<String>,
    /// The language.
    pub language: Option<Language>,
    /// The service's word for the language.
    pub language_word: Option<String>,
    /// Whether the employee may use machines.
    pub active: Option<bool>,
    /// The member `isVTAdmin`: whether the employee administers machines.
    pub is_vt_admin: Option<bool>,
    /// The PIN option; the document names no meaning.
    pub pin_option: Option<String>,
    /// Whether no fingerprint is asked for.
    pub ignore_fingerprint: Option<bool>,
    /// The manager's e-mail address.
    pub manager_email: Option<String>,
    /// The account.
    pub account: Option<String>,
}

impl Employee {
    pub(super) fn from_row(row: Row<'_>) -> Result<Self, Bad> {
        Ok(Self {
            department: row.text("department")?,
            first_name: row.text("firstName")?,
            last_name: row.text("lastName")?,
            number: row.text("employeeNumber")?,
            email: row.text("email")?,
            badge: row.text("badge")?,
            language: row.trimmed("language")?.map(|language| Language::parse(&language)),
            language_word: row.trimmed("languageDescription")?,
            active: row.flag("active")?,
            is_vt_admin: row.flag("isVTAdmin")?,
            pin_option: row.text("pinOption")?,
            ignore_fingerprint: row.flag("ignoreFingerPrint")?,
            manager_email: row.text("managerEmail")?,
            account: row.text("accountName")?,
        })
    }

    /// Returns first and last name with one blank between them, of at most `longest` characters; `None` without either.
    #[must_use]
    pub fn name(&self, longest: usize) -> Option<String> {
        let parts = [&self.first_name, &self.last_name].into_iter().flatten();
        let words: Vec<&str> = parts.flat_map(|part| part.split_whitespace()).collect();
        let name: String = words.join(" ").chars().take(longest).collect();
        Some(name.trim_end().to_owned()).filter(|name| !name.is_empty())
    }
}

/// A filter of the look-up. All that is set must fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmployeeFilter {
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The employee number.
    pub number: Option<String>,
    /// The badge.
    pub badge: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// Whether the employee is active.
    pub active: Option<bool>,
}

impl EmployeeFilter {
    /// Whether nothing is set, or only blank texts: the service wants one at least.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let texts = [&self.first_name, &self.last_name, &self.number, &self.badge, &self.department];
        self.active.is_none() && texts.into_iter().flatten().all(|text| text.trim().is_empty())
    }
}

/// An employee as it is added or changed; only what is set is sent.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EmployeeBody {
    /// The department; a new employee must have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The first name; a new employee must have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// The last name; a new employee must have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// The employee number; a new employee must have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The badge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge: Option<String>,
    /// The number of the language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<i64>,
    /// Whether the employee may use machines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// The member `isVTAdmin`: whether the employee administers machines.
    #[serde(rename = "isVTAdmin", skip_serializing_if = "Option::is_none")]
    pub is_vt_admin: Option<bool>,
    /// The PIN option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_option: Option<String>,
    /// Whether no fingerprint is asked for.
    #[serde(rename = "ignoreFingerPrint", skip_serializing_if = "Option::is_none")]
    pub ignore_fingerprint: Option<bool>,
    /// The manager's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager_email: Option<String>,
    /// Whether the PIN is taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_pin: Option<bool>,
    /// Whether the PIN is set anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_pin: Option<bool>,
    /// The PIN until now.
    #[serde(serialize_with = "exposed", skip_serializing_if = "Option::is_none")]
    pub old_pin: Option<Secret>,
    /// The end of a suspension, such as `2024-03-26T21:25:06.138Z`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspend_until: Option<String>,
    /// The same as a text; the document spells its name with a small `u`.
    #[serde(rename = "suspenduntilString", skip_serializing_if = "Option::is_none")]
    pub suspend_until_string: Option<String>,
    /// Whether the employee is suspended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_suspended: Option<bool>,
}

impl EmployeeBody {
    /// Takes every value that the look-up has, for a change that may replace what it does not name. The members that
    /// the look-up never has, those of PINs and suspensions, are not set.
    #[must_use]
    pub fn from_found(found: &Employee) -> Self {
        Self {
            department: found.department.clone(),
            first_name: found.first_name.clone(),
            last_name: found.last_name.clone(),
            employee_number: found.number.clone(),
            email: found.email.clone(),
            badge: found.badge.clone(),
            language: found.language.as_ref().and_then(Language::number),
            active: found.active,
            is_vt_admin: found.is_vt_admin,
            pin_option: found.pin_option.clone(),
            ignore_fingerprint: found.ignore_fingerprint,
            manager_email: found.manager_email.clone(),
            clear_pin: None,
            reset_pin: None,
            old_pin: None,
            suspend_until: None,
            suspend_until_string: None,
            is_suspended: None,
        }
    }

    /// Returns this with every value of `asked` that is set.
    #[must_use]
    pub fn with(self, asked: Self) -> Self {
        Self {
            department: asked.department.or(self.department),
            first_name: asked.first_name.or(self.first_name),
            last_name: asked.last_name.or(self.last_name),
            employee_number: asked.employee_number.or(self.employee_number),
            email: asked.email.or(self.email),
            badge: asked.badge.or(self.badge),
            language: asked.language.or(self.language),
            active: asked.active.or(self.active),
            is_vt_admin: asked.is_vt_admin.or(self.is_vt_admin),
            pin_option: asked.pin_option.or(self.pin_option),
            ignore_fingerprint: asked.ignore_fingerprint.or(self.ignore_fingerprint),
            manager_email: asked.manager_email.or(self.manager_email),
            clear_pin: asked.clear_pin.or(self.clear_pin),
            reset_pin: asked.reset_pin.or(self.reset_pin),
            old_pin: asked.old_pin.or(self.old_pin),
            suspend_until: asked.suspend_until.or(self.suspend_until),
            suspend_until_string: asked.suspend_until_string.or(self.suspend_until_string),
            is_suspended: asked.is_suspended.or(self.is_suspended),
        }
    }

    /// Returns what no message may repeat.
    pub(super) fn private(&self) -> Vec<Secret> {
        let texts = [&self.email, &self.manager_email].into_iter().flatten().map(Secret::new);
        texts.chain(self.old_pin.clone()).collect()
    }
}

/// The body of a change of the status.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusBody<'a> {
    pub employee_number: &'a str,
    pub active: bool,
}

/// A change of a PIN; only what is set is sent.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinBody {
    /// The ID of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The employee number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    /// The PIN until now.
    #[serde(serialize_with = "exposed", skip_serializing_if = "Option::is_none")]
    pub old_pin: Option<Secret>,
    /// The new PIN.
    #[serde(serialize_with = "exposed", skip_serializing_if = "Option::is_none")]
    pub pin: Option<Secret>,
    /// Another ID of the employee; the document names no meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emplid: Option<String>,
}

/// Writes a secret into the one body that carries it.
#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn exposed<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => serializer.serialize_str(secret.expose()),
        None => serializer.serialize_none(),
    }
}
