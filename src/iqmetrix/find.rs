//! Devices by IMEI, however many: in batches, several at once, at one company after the other.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::client::Iqmetrix;
use super::imei::Imei;
use super::rows::{Device, Devices, Unreadable};
use crate::clock::BootTime;
use crate::web::{Error, Scope};

/// The answers about some IMEIs.
#[derive(Debug, Default)]
pub struct Found {
    /// The devices that a company knows, each with the company.
    pub devices: Vec<(i64, Device)>,
    /// The IMEIs that no company knows: each was asked.
    pub absent: Vec<Imei>,
    /// The devices of which a row cannot be read. The service has answered, and nothing is known of them.
    pub unreadable: Vec<Unreadable>,
    /// The first failure, but the first that ends the pass if there is one; what is in none of the lists is open.
    pub error: Option<Error>,
}

/// The progress of a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A company is asked in so many batches.
    Begun {
        /// Their number.
        batches: usize,
    },
    /// One of these batches was asked for.
    Asked,
}

/// The state that the threads share.
#[derive(Default)]
struct Progress {
    devices: Vec<Device>,
    unreadable: Vec<Unreadable>,
    open: Vec<Imei>,
    error: Option<Error>,
}

impl Iqmetrix {
    /// Asks the companies for these devices, in their order, each for what those before it did not have; until `end` at
    /// the latest. A batch that is refused with 400 or 404 is halved once. `tell` is told
    /// of each step.
    pub fn find(&self, companies: &[i64], imeis: &[Imei], end: BootTime, tell: &(dyn Fn(Step) + Sync)) -> Found {
        let mut found = Found::default();
        let mut left: BTreeSet<Imei> = imeis.iter().cloned().collect();
        let mut are_all_asked = false;
        for (index, company) in companies.iter().enumerate() {
            let is_over = found.error.as_ref().is_some_and(|error| error.scope() == Scope::Pass);
            if left.is_empty() || is_over {
                break;
            }
            are_all_asked = index + 1 == companies.len();
            let wanted: Vec<Imei> = left.iter().cloned().collect();
            let progress = self.ask_company(*company, &wanted, end, tell);
            for device in progress.devices {
                left.remove(&device.imei);
                found.devices.push((*company, device));
            }
            // A later company must not answer for one that failed.
            progress.open.iter().for_each(|imei| _ = left.remove(imei));
            progress.unreadable.iter().for_each(|row| _ = left.remove(&row.imei));
            found.unreadable.extend(progress.unreadable);
            if let Some(error) = progress.error {
                error.note_in(&mut found.error);
            }
        }
        found.absent = left.into_iter().filter(|_| are_all_asked).collect();
        found
    }

    fn ask_company(&self, company: i64, imeis: &[Imei], end: BootTime, tell: &(dyn Fn(Step) + Sync)) -> Progress {
        let batches = imeis.chunks(usize::from(self.settings().batch));
        let workers = usize::from(self.settings().connections).min(batches.len());
        tell(Step::Begun { batches: batches.len() });
        let batches = Mutex::new(batches);
        let progress = Mutex::new(Progress::default());
        let next = || batches.lock().unwrap_or_else(PoisonError::into_inner).next();
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some(batch) = next() {
                        self.ask_batch(company, batch, end, &progress);
                        tell(Step::Asked);
                    }
                });
            }
        });
        progress.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask_batch(&self, company: i64, batch: &[Imei], end: BootTime, progress: &Mutex<Progress>) {
        match self.devices(company, batch, end) {
            Err(Error::Refused { status: 400 | 404, .. }) if batch.len() > 1 => {
                let (first, second) = batch.split_at(batch.len() / 2);
                for half in [first, second] {
                    note(half, self.devices(company, half, end), progress);
                }
            }
            answer => note(batch, answer, progress),
        }
    }
}

fn note(batch: &[Imei], answer: Result<Devices, Error>, progress: &Mutex<Progress>) {
    let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
    match answer {
        Ok(Devices { readable, unreadable }) => {
            progress.devices.extend(readable);
            progress.unreadable.extend(unreadable);
        }
        Err(error) => {
            progress.open.extend(batch.iter().cloned());
            error.note_in(&mut progress.error);
        }
    }
}
