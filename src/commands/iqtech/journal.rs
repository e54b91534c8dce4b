//! The lines of the custody record about one request: one before it is sent, and one with its outcome.

use crate::clock;
use crate::custody::{self, Action, CustodyFile, Entry, Event};
use crate::iqtech::WriteOutcome;

/// The variables that name the person, the first that is set.
const ACCOUNT_VARIABLES: [&str; 2] = ["SUDO_USER", "USER"];

/// A request that is recorded as begun.
pub(super) struct Journal<'a> {
    file: &'a CustodyFile,
    begun: Entry,
}

/// The outcome of a request.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// The ID of the reservation, where the answer has it.
    pub reservation: Option<String>,
    /// The words of the service.
    pub message: Option<String>,
}

impl<'a> Journal<'a> {
    /// Records that a request is about to be sent; it must not be sent where this fails.
    ///
    /// # Errors
    ///
    /// When the line may not be on the disk.
    pub fn begin(file: &'a CustodyFile, entry: Entry) -> Result<Self, custody::Error> {
        let begun = Entry { at: clock::now(), ..entry };
        file.append(&begun)?;
        Ok(Self { file, begun })
    }

    /// Records the outcome of the request; `ending` returns what the answer says.
    pub fn end_with<T>(
        self,
        outcome: &WriteOutcome<T>,
        ending: impl FnOnce(&T) -> Ending,
    ) -> Result<(), custody::Error> {
        let failed = |message: String| Ending { reservation: None, message: Some(message) };
        match outcome {
            WriteOutcome::Done(value) => self.end(Event::Done, ending(value)),
            WriteOutcome::Refused(text) => self.end(Event::Refused, failed(text.clone())),
            WriteOutcome::NotDone(error) => self.end(Event::Refused, failed(error.to_string())),
            WriteOutcome::Unknown(error) => self.end(Event::Unknown, failed(error.to_string())),
        }
    }

    fn end(self, event: Event, ending: Ending) -> Result<(), custody::Error> {
        let Self { file, begun } = self;
        let reservation = ending.reservation.and_then(recordable_id).or_else(|| begun.reservation.clone());
        file.append(&Entry { at: clock::now(), event, reservation, message: ending.message, ..begun })
    }
}

/// Returns who runs the command: the name that was typed, or that of the account.
pub(super) fn person(typed: Option<&str>) -> String {
    let variables = || ACCOUNT_VARIABLES.iter().filter_map(|name| std::env::var(name).ok());
    let named = typed.map(str::to_owned).or_else(|| variables().find(|name| !name.trim().is_empty()));
    named.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}

/// Returns the ID of a reservation if it has the form of one, 8-4-4-4-12 hexadecimal digits: the record holds no access
/// code and no address, whatever stands in the place of an ID.
pub(super) fn recordable_id(text: String) -> Option<String> {
    let is_group =
        |(group, length): (&str, usize)| group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit());
    let groups: Vec<&str> = text.split('-').collect();
    (groups.len() == 5 && groups.into_iter().zip([8, 4, 4, 4, 12]).all(is_group)).then_some(text)
}

/// The line of a request that is begun, with nothing but its kind and who made it.
pub(super) fn entry(action: Action, by: String) -> Entry {
    Entry {
        at: clock::now(),
        by,
        action,
        event: Event::Begun,
        inventory_id: None,
        client_id: None,
        machine: None,
        selection: None,
        reservation: None,
        kind: None,
        forced: None,
        message: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_only_an_id_of_a_reservation() {
        let id = "3FA85F64-5717-4562-b3fc-2c963f66afa6";
        assert_eq!(recordable_id(id.to_owned()).as_deref(), Some(id));
        for other in ["", "828459", "jo@example.com", "3fa85f64-5717-4562-b3fc-2c963f66afag", "a-b-c-d-e", &id[1..]] {
            assert_eq!(recordable_id(other.to_owned()), None, "{other}");
        }
    }
}
