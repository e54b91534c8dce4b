//! Evidence for and against two records being one machine.

use std::collections::BTreeMap;
use std::fmt;

use super::clean::one_line;
use super::fold::fold_key;
use super::maker_prefix::without_maker;
use super::model_name::{Firmware, model_name};
use super::placeholder::real;
use super::{LenovoModel, Rules, chassis, drives, processor};
use crate::model::{
    Chassis, Drive, Machine, excerpt, folded_drive_serial, is_filler_serial, is_readers_constant, is_same_serial,
};

/// Makers that have a product code in the version, or the model's name. Others have a revision there, mostly that of
/// the BIOS, which an update changes.
const MAKERS_WITH_VERSIONS: [&str; 5] = ["DYNABOOK", "IBM", "LENOVO", "SONY", "TOSHIBA"];

/// The evidence that a record gives of which machine it describes.
///
/// Two records are one machine only if nothing in them contradicts it: see [`Identity::contradiction`]. No setting of
/// how a machine is shown changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    serial: Option<String>,
    /// Whether the serial number identifies the machine.
    is_serial_evidence: bool,
    manufacturer: String,
    model: String,
    /// Product, SKU, version and family as the firmware has them; blank where they are fillers.
    texts: [String; 4],
    processor: Processor,
    chassis: Chassis,
    drives: Drives,
}

/// A processor's name, and the model numbers in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Processor {
    name: String,
    numbers: Vec<String>,
}

/// The drives that belong to the machine, by their folded serial numbers; drives without one are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Drives(BTreeMap<String, DriveSerial>);

/// A serial number of a drive.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DriveSerial {
    shown: String,
    /// Whether it is evidence where both records have it: it is of a drive with a size, and no filler.
    is_evidence: bool,
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
    /// Another SKU.
    Sku(String, String),
    /// Another version, of a maker that has the product there.
    Version(String, String),
    /// Another family.
    Family(String, String),
    /// Another processor.
    Processor(String, String),
    /// Another kind of chassis.
    Chassis(Chassis, Chassis),
    /// Both have drives, and none in common; one serial number of each.
    Drives(String, String),
}

impl Identity {
    /// Collects the evidence that a record gives, as the mapping understands it.
    #[must_use]
    pub fn from_machine(machine: &Machine, rules: &Rules) -> Self {
        let firmware = Firmware::from_machine(machine);
        let manufacturer = rules.aliases.short_form(machine.manufacturer.as_deref().unwrap_or_default());
        let serial = machine.serial_number.clone().filter(|serial| !serial.trim().is_empty());
        let names = machine.own_names();
        let brand = machine.processor.as_deref().unwrap_or_default();
        let version = firmware.version.filter(|_| MAKERS_WITH_VERSIONS.contains(&manufacturer.as_str()));
        let product = real(firmware.model);
        let product = without_maker(&product, &[&manufacturer, "HP", "Hewlett-Packard"]).to_owned();
        let sku = without_revision(&real(firmware.sku)).to_owned();
        Self {
            is_serial_evidence: serial.as_deref().is_some_and(|serial| names.is_identified_by(serial)),
            serial,
            model: model_name(&manufacturer, &firmware, LenovoModel::Name),
            texts: [product, sku, real(version).into_owned(), real(firmware.family).into_owned()],
            processor: Processor { name: one_line(brand).into_owned(), numbers: processor::model_numbers(brand) },
            manufacturer,
            chassis: chassis::choose(machine).chassis,
            drives: Drives::from_machine(machine),
        }
    }

    /// The fact that speaks against this record and the other being one machine; `None` when they are one.
    ///
    /// They are one if they have the same serial number, which identifies a machine, and the same maker, model and kind
    /// of chassis, and neither what else the firmware says nor the processor nor the drives contradict it. A maker or a
    /// model that one has and the other lacks is no agreement; any other text that one lacks says nothing.
    #[must_use]
    pub fn contradiction(&self, other: &Self) -> Option<Contradiction> {
        self.other_serial(other)
            .or_else(|| difference(&self.manufacturer, &other.manufacturer, Contradiction::Manufacturer))
            .or_else(|| difference(&self.model, &other.model, Contradiction::Model))
            .or_else(|| self.other_texts(other))
            .or_else(|| self.other_processor(other))
            .or_else(|| self.other_chassis(other))
            .or_else(|| self.drives.others(&other.drives))
    }

    fn other_chassis(&self, other: &Self) -> Option<Contradiction> {
        (self.chassis != other.chassis).then_some(Contradiction::Chassis(self.chassis, other.chassis))
    }

    fn other_serial(&self, other: &Self) -> Option<Contradiction> {
        let (Some(ours), Some(theirs)) = (&self.serial, &other.serial) else { return Some(Contradiction::NoSerial) };
        let filler = [(self, ours), (other, theirs)].into_iter().find(|(record, _)| !record.is_serial_evidence);
        match filler {
            Some((_, serial)) => Some(Contradiction::SerialIdentifiesNothing(serial.clone())),
            None if is_same_serial(ours, theirs) => None,
            None => Some(Contradiction::Serial(ours.clone(), theirs.clone())),
        }
    }

    /// A text of the firmware that both records have, and that is another one in each. One may be longer: `GB836EA` is
    /// `GB836EA#ACB` without the country.
    fn other_texts(&self, other: &Self) -> Option<Contradiction> {
        let kinds = [Contradiction::Model, Contradiction::Sku, Contradiction::Version, Contradiction::Family];
        let pairs = self.texts.iter().zip(&other.texts).zip(kinds);
        pairs.into_iter().find_map(|((ours, theirs), kind)| {
            let (one, two) = (fold_key(ours), fold_key(theirs));
            let agree = one.starts_with(&two) || two.starts_with(&one);
            (!agree).then(|| kind(ours.clone(), theirs.clone()))
        })
    }

    /// Whether both processors have model numbers, and none in common. A processor is changed so rarely that another
    /// one is another machine.
    fn other_processor(&self, other: &Self) -> Option<Contradiction> {
        let (ours, theirs) = (&self.processor, &other.processor);
        let is_silent = ours.numbers.is_empty() || theirs.numbers.is_empty();
        let agree = is_silent || ours.numbers.iter().any(|number| theirs.numbers.contains(number));
        (!agree).then(|| Contradiction::Processor(ours.name.clone(), theirs.name.clone()))
    }
}

impl Drives {
    fn from_machine(machine: &Machine) -> Self {
        let mut found = Self::default();
        let is_size_known = |drive: &Drive| drive.size_bytes.is_some_and(|bytes| bytes > 0);
        for drive in drives::storing(machine).filter(|drive| !drive.is_removable()) {
            let serial = drive.serial_number.as_deref().unwrap_or_default();
            let folded = folded_drive_serial(serial);
            if folded.is_empty() || is_readers_constant(serial) {
                continue;
            }
            let is_evidence = is_size_known(drive) && !is_filler_serial(serial);
            found.0.insert(folded, DriveSerial { shown: one_line(serial).to_uppercase(), is_evidence });
        }
        found
    }

    /// Whether the drives of both contradict their being one machine: both have drives, and none in common.
    ///
    /// A drive without a serial number says nothing, nor does one that is moved from machine to machine, or a card
    /// reader. A filler that both have, or the number of a drive without a size, is no common drive: it may be one or
    /// two. Serial numbers that differ are different drives, also where they are fillers, for a drive keeps its text.
    fn others(&self, other: &Self) -> Option<Contradiction> {
        let is_in = |drives: &Self, folded: &str| drives.0.get(folded).is_some_and(|drive| drive.is_evidence);
        if self.0.keys().any(|folded| is_in(self, folded) && is_in(other, folded)) {
            return None;
        }
        let others = |of: &Self, than: &Self| {
            of.0.iter().find(|(folded, _)| !than.0.contains_key(*folded)).map(|(_, drive)| drive.shown.clone())
        };
        Some(Contradiction::Drives(others(self, other)?, others(other, self)?))
    }
}

/// `Aspire E5-575_115F` of `Aspire E5-575_115F_1.27`: Acer's SKU ends with the version of the BIOS.
fn without_revision(sku: &str) -> &str {
    let is_revision = |end: &str| end.contains('.') && end.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    sku.rsplit_once('_').filter(|(_, end)| is_revision(end)).map_or(sku, |(rest, _)| rest)
}

/// Contradicts with both texts, if they are not spellings of one.
fn difference(ours: &str, theirs: &str, kind: fn(String, String) -> Contradiction) -> Option<Contradiction> {
    (fold_key(ours) != fold_key(theirs)).then(|| kind(ours.to_owned(), theirs.to_owned()))
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
            Self::Sku(ours, theirs) => differ("other SKU", ours, theirs),
            Self::Version(ours, theirs) => differ("other version", ours, theirs),
            Self::Family(ours, theirs) => differ("other family", ours, theirs),
            Self::Processor(ours, theirs) => differ("other processor", ours, theirs),
            Self::Chassis(ours, theirs) => differ("other kind of chassis", &ours.to_string(), &theirs.to_string()),
            Self::Drives(ours, theirs) => differ("no drive in common", ours, theirs),
        }
    }
}
