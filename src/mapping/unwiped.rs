//! The drives of a machine that do not count as wiped, by the rules of the wipe lines.

use super::drives;
use super::wipes::WipeHistory;
use super::words;
use crate::model::Machine;

/// A drive that does not count as wiped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnwipedDrive {
    /// The name that its wipe line has: the serial number, or model and place.
    pub name: String,
    /// The reason.
    pub why: Unwiped,
}

/// The reason why a drive does not count as wiped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unwiped {
    /// No wipe was ever started.
    NeverWiped,
    /// A wipe runs, waits, or was never run, and may be newer than the one that the line shows.
    NotEnded,
    /// The wipe line reads so.
    Reads(String),
}

/// Returns the drives that store data and do not count as wiped; `None` for a machine without a drive that stores data.
/// A drive counts as wiped where its wipe line reads `PASS` and no wipe that has not ended may have come after.
#[must_use]
pub fn unwiped_drives(machine: &Machine) -> Option<Vec<UnwipedDrive>> {
    let storing: Vec<_> = drives::storing(machine).zip(drives::facts(machine)).collect();
    if storing.is_empty() {
        return None;
    }
    let unwiped = storing.into_iter().filter_map(|(drive, facts)| {
        let is_unended = !WipeHistory::from_wipes(&drive.wipes, machine).after.is_empty();
        let why = match facts.wipe {
            _ if is_unended => Unwiped::NotEnded,
            None => Unwiped::NeverWiped,
            Some(wipe) if wipe.result == words::PASS => return None,
            Some(wipe) => Unwiped::Reads(wipe.result.into_owned()),
        };
        Some(UnwipedDrive { name: facts.label, why })
    });
    Some(unwiped.collect())
}
