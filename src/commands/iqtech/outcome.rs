//! The outcome of a write, for people.

use anyhow::{Context, Result, anyhow};

use crate::commands::OutcomeUnknown;
use crate::custody;
use crate::iqtech::WriteOutcome;

/// Returns the value of a write that was done. Where nobody knows whether it was, the error says by the sentence
/// `check` how to find out.
pub(super) fn value_of<T>(outcome: WriteOutcome<T>, check: &str) -> Result<T> {
    match outcome {
        WriteOutcome::Done(value) => Ok(value),
        WriteOutcome::Refused(text) => Err(anyhow!("iQ Tech refused: {text}")),
        WriteOutcome::NotDone(error) => Err(error.into()),
        WriteOutcome::Unknown(source) => {
            let what = format!(
                "the request was sent, and nobody knows whether iQ Tech did it; {check}, before you repeat the command"
            );
            Err(OutcomeUnknown { what, source }.into())
        }
    }
}

/// The same for a request of the custody record. That the record lacks the outcome is reported here, unless the request
/// was done: then [`recorded`] ends the command with it, after the codes are printed.
pub(super) fn recorded_value<T>(
    outcome: WriteOutcome<T>,
    ended: &Result<(), custody::Error>,
    check: &str,
) -> Result<T> {
    if let (Err(error), false) = (ended, matches!(outcome, WriteOutcome::Done(_))) {
        log::error!("{error}");
    }
    value_of(outcome, check)
}

/// Returns whether the outcome of a request that was done is in the custody record.
pub(super) fn recorded(ended: Result<(), custody::Error>) -> Result<()> {
    ended.context("iQ Tech did it, and the custody record lacks the outcome")
}

/// Returns the sentence that sends a person to the data of an employee.
pub(super) fn look_employee_up(number: &str) -> String {
    format!("look at the employee with `wipeos-iqr iqtech employee lookup --number {number}`")
}

/// Returns the sentence that sends a person to the reservations of a machine.
pub(super) fn look_at_machine(machine: Option<&str>) -> String {
    let option = machine.map(|machine| format!(" --machine {machine}")).unwrap_or_default();
    format!("look at the reservations with `wipeos-iqr iqtech locker status{option}`")
}
