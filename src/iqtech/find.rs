//! Technicians by badge or employee number, however many: one request each, several at once.

use std::sync::{Mutex, PoisonError};

use super::client::Iqtech;
use super::employee::{Employee, EmployeeFilter};
use super::settings::Technician;
use crate::clock::BootTime;
use crate::escape::one_line;
use crate::web::{Error, Scope, When};

/// The longest name that is kept, in characters.
const MAX_NAME: usize = 100;

/// The answers about some technicians.
#[derive(Debug, Default)]
pub struct Found {
    /// The keys that belong to a technician, each with the name.
    pub names: Vec<(String, String)>,
    /// The keys of which the service has no name: each was asked.
    pub absent: Vec<String>,
    /// The first failure, but the first that ends the pass if there is one; what is neither found nor absent is open.
    pub error: Option<Error>,
}

impl Iqtech {
    /// Looks technicians up by their keys, each once, until `end` at the latest. Where several employees have a key, it
    /// belongs to the one that is active, if it is one. A key that the service refuses is absent, with a warning.
    /// [`Technician::Off`] asks for none.
    pub fn find_technicians(&self, keys: &[String], end: BootTime) -> Found {
        let found = Mutex::new(Found::default());
        if self.settings().technician == Technician::Off {
            return Found::default();
        }
        let queue = Mutex::new(keys.iter());
        let is_over = || {
            let found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.error.as_ref().is_some_and(|error| error.scope() == Scope::Pass)
        };
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next().filter(|_| !is_over());
        std::thread::scope(|scope| {
            for _ in 0..usize::from(self.settings().connections).min(keys.len()) {
                scope.spawn(|| {
                    while let Some(key) = next() {
                        let answer = self.name_of(key, end);
                        note(&mut found.lock().unwrap_or_else(PoisonError::into_inner), key, answer);
                    }
                });
            }
        });
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the name of the technician with this key.
    fn name_of(&self, key: &str, end: BootTime) -> Result<Option<String>, Error> {
        let named = Some(key.to_owned());
        let filter = match self.settings().technician {
            Technician::Off => return Ok(None),
            Technician::Badge => EmployeeFilter { badge: named, ..EmployeeFilter::default() },
            Technician::Number => EmployeeFilter { number: named, ..EmployeeFilter::default() },
        };
        let mut rows = self.find_employees_in(&filter, When::By(end))?;
        rows.retain(|row| self.has_key(row, key));
        let count = rows.len();
        if count > 1 {
            rows.retain(|row| row.active == Some(true));
        }
        if count > 1 && rows.len() != 1 {
            let (key, active) = (one_line(key), rows.len());
            log::warn!("iQ Tech has {count} employees with the key {key}, {active} of them active: none is taken");
            return Ok(None);
        }
        Ok(rows.first().and_then(|row| row.name(MAX_NAME)))
    }

    /// Whether an employee has the key that was asked for, as far as the service tells: a look-up may find more.
    fn has_key(&self, row: &Employee, key: &str) -> bool {
        let own = match self.settings().technician {
            Technician::Off => None,
            Technician::Badge => row.badge.as_deref(),
            Technician::Number => row.number.as_deref(),
        };
        own.is_none_or(|own| own.trim().eq_ignore_ascii_case(key.trim()))
    }
}

fn note(found: &mut Found, key: &str, answer: Result<Option<String>, Error>) {
    match answer {
        Ok(Some(name)) => found.names.push((key.to_owned(), name)),
        Ok(None) => found.absent.push(key.to_owned()),
        Err(error @ Error::Refused { .. }) => {
            log::warn!("iQ Tech has no technician with the key {}: {error}", one_line(key));
            found.absent.push(key.to_owned());
        }
        Err(error) => error.note_in(&mut found.error),
    }
}
