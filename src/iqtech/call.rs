//! The operations, as requests.

use serde::Serialize;

use super::envelope::Form;
use super::scrub::Known;
use super::settings::{IqtechSettings, Operation};
use crate::secret::Secret;
use crate::web::{Body, Method, PathValue, Request};

const JSON: &str = "application/json";

/// A call of an operation.
#[derive(Debug)]
pub(super) struct Call {
    pub operation: Operation,
    /// The value of each placeholder; a blank one is none.
    pub values: Vec<(&'static str, String)>,
    pub body: Option<Secret>,
    /// The PINs and contact data in the body.
    pub private: Vec<Secret>,
    /// The texts in the body that a message may repeat, though they may look like a code.
    shown: Vec<String>,
}

impl Call {
    /// A call without a body.
    pub fn new(operation: Operation, values: Vec<(&'static str, String)>) -> Self {
        Self { operation, values, body: None, private: Vec::new(), shown: Vec::new() }
    }

    /// A call with a body, which holds these PINs and contact data.
    pub fn with_body(
        operation: Operation,
        values: Vec<(&'static str, String)>,
        body: &impl Serialize,
        private: Vec<Secret>,
    ) -> Self {
        // The bodies are structs of texts, numbers and truth values, which JSON can always hold.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { operation, values, body: Some(Secret::new(body)), private, shown: Vec::new() }
    }

    /// Lets messages repeat these texts of the body.
    pub fn showing(self, texts: &[&Option<String>]) -> Self {
        Self { shown: texts.iter().copied().flatten().cloned().collect(), ..self }
    }

    /// Returns the request. Its answer is never quoted: it may hold a code or what is known of a person.
    pub fn request(&self, settings: &IqtechSettings) -> Request {
        let value = |placeholder: &str| {
            let value = self.values.iter().find(|(name, _)| *name == placeholder).map(|(_, value)| value.trim());
            value.filter(|value| !value.is_empty()).map_or(PathValue::Missing, PathValue::Text)
        };
        let path = settings.paths.of(self.operation).fill_sparsely(value);
        let method = method(self.operation);
        Request {
            method,
            url: format!("{}/{}", settings.url, path.path),
            shown: format!("{method} {}", path.shown),
            body: self.body.clone().map(|text| Body::new(JSON, text)),
            is_write: method != Method::Get,
            is_answer_private: true,
        }
    }

    /// Returns what a message about it may show, and what not.
    pub fn known(&self) -> Known {
        let values = self.values.iter().map(|(_, value)| value);
        let shown = values.chain(&self.shown).map(|text| text.trim().to_owned()).collect();
        Known { shown, private: self.private.clone() }
    }

    /// Returns the form in which the answer says that it is done.
    pub fn form(&self) -> Form {
        match self.operation {
            Operation::EmployeeLookup => Form::Lookup,
            Operation::EmployeeList | Operation::MachineShow | Operation::MachineList | Operation::Transactions => {
                Form::Envelope
            }
            Operation::LockerStatus | Operation::LockerFree | Operation::LockerReport => Form::Bare,
            Operation::EmployeeAdd
            | Operation::EmployeeStatus
            | Operation::EmployeeUpdate
            | Operation::EmployeePin
            | Operation::LockerReserve
            | Operation::LockerResend
            | Operation::LockerRecall => Form::Write,
        }
    }
}

/// Whether a text may stand in the path of a request: a blank one, and those that mean a folder, would ask for
/// something else.
#[must_use]
pub fn fits_path(text: &str) -> bool {
    !matches!(text.trim(), "" | "." | "..")
}

fn method(operation: Operation) -> Method {
    match operation {
        Operation::EmployeeStatus | Operation::EmployeeUpdate => Method::Put,
        Operation::EmployeeAdd
        | Operation::EmployeePin
        | Operation::LockerReserve
        | Operation::LockerResend
        | Operation::LockerRecall => Method::Post,
        Operation::EmployeeList
        | Operation::EmployeeLookup
        | Operation::LockerStatus
        | Operation::LockerFree
        | Operation::LockerReport
        | Operation::MachineShow
        | Operation::MachineList
        | Operation::Transactions => Method::Get,
    }
}
