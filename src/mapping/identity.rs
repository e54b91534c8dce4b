//! What speaks for two records being one machine, and what against it.

use std::collections::BTreeSet;
use std::fmt;

use super::fields::Facts;
use super::fold::fold_key;
use super::{Rules, drives};
use crate::model::{Chassis, Machine, excerpt, folded_serial, identifies_machine, is_filler_serial, is_same_serial};

/// The evidence that a record gives of which machine it describes.
///
/// Two records are one machine only if nothing in them contradicts it: see [`Identity::contradiction`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    serial: Option<String>,
    manufacturer: String,
    model: String,
    chassis: Chassis,
    /// Serial numbers of the drives that store data, folded; drives without one are left out.
    drives: BTreeSet<String>,
}

/// The fact that makes two records two machines, with what each of them says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contradiction {
    /// A record has no serial number.
    NoSerial,
    /// A serial number that many machines share, or that says nothing.
    SerialIdentifiesNothing(String),
    /// Another serial number.
    Serial(String, String),
    /// Another maker, by its short form.
    Manufacturer(String, String),
    /// Another model.
    Model(String, String),
    /// Another kind of chassis.
    Chassis(Chassis, Chassis),
    /// Both have drives, and none in common; one serial number of each.
    Drives(String, String),
}

impl Identity {
    /// The evidence that a record gives, as the mapping understands it.
    #[must_use]
    pub fn of(machine: &Machine, rules: &Rules) -> Self {
        let facts = Facts::from_machine(machine, rules);
        let drives = drives::storing(machine).filter_map(|drive| drive.serial_number.as_deref().map(folded_serial));
        Self {
            serial: machine.serial_number.clone().filter(|serial| !serial.trim().is_empty()),
            manufacturer: facts.manufacturer,
            model: facts.model,
            chassis: facts.chassis.chassis,
            drives: drives.filter(|serial| !serial.is_empty()).collect(),
        }
    }

    /// The fact that speaks against this record and the other being one machine; `None` when they are one.
    ///
    /// They are one if they have the same serial number, which identifies a machine, and the same maker, model and
    /// kind of chassis, and their drives do not contradict it. A text that one has and the other lacks is no agreement.
    #[must_use]
    pub fn contradiction(&self, other: &Self) -> Option<Contradiction> {
        let (Some(ours), Some(theirs)) = (&self.serial, &other.serial) else { return Some(Contradiction::NoSerial) };
        if let Some(filler) = [ours, theirs].into_iter().find(|serial| !identifies_machine(serial)) {
            return Some(Contradiction::SerialIdentifiesNothing(filler.clone()));
        }
        if !is_same_serial(ours, theirs) {
            return Some(Contradiction::Serial(ours.clone(), theirs.clone()));
        }
        if let Some((ours, theirs)) = difference(&self.manufacturer, &other.manufacturer) {
            return Some(Contradiction::Manufacturer(ours, theirs));
        }
        if let Some((ours, theirs)) = difference(&self.model, &other.model) {
            return Some(Contradiction::Model(ours, theirs));
        }
        if self.chassis != other.chassis {
            return Some(Contradiction::Chassis(self.chassis, other.chassis));
        }
        self.other_drives(other)
    }

    /// Whether the drives of both contradict their being one machine: both have drives, and none in common.
    ///
    /// A drive without a serial number says nothing. A filler that both have does neither: it may be one drive or two.
    /// Serial numbers that differ are different drives, also where they are fillers, for a drive keeps its text.
    fn other_drives(&self, other: &Self) -> Option<Contradiction> {
        let mut common = self.drives.intersection(&other.drives);
        if common.any(|serial| !is_filler_serial(serial)) {
            return None;
        }
        let ours = self.drives.difference(&other.drives).next()?;
        let theirs = other.drives.difference(&self.drives).next()?;
        Some(Contradiction::Drives(ours.clone(), theirs.clone()))
    }
}

/// Both texts, if they are not spellings of one.
fn difference(ours: &str, theirs: &str) -> Option<(String, String)> {
    (fold_key(ours) != fold_key(theirs)).then(|| (ours.to_owned(), theirs.to_owned()))
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| if text.is_empty() { "none".to_owned() } else { excerpt(text).into_owned() };
        let mut differ = |what, ours: &str, theirs: &str| write!(f, "{what} ({} and {})", shown(ours), shown(theirs));
        match self {
            Self::NoSerial => f.write_str("no serial number in one of them"),
            Self::SerialIdentifiesNothing(serial) => {
                write!(f, "serial number {} identifies nothing, other machines may have it too", excerpt(serial))
            }
            Self::Serial(ours, theirs) => differ("other serial number", ours, theirs),
            Self::Manufacturer(ours, theirs) => differ("other maker", ours, theirs),
            Self::Model(ours, theirs) => differ("other model", ours, theirs),
            Self::Chassis(ours, theirs) => differ("other kind of chassis", &ours.to_string(), &theirs.to_string()),
            Self::Drives(ours, theirs) => differ("no drive in common", &ours.to_uppercase(), &theirs.to_uppercase()),
        }
    }
}
