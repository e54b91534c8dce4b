//! The fields that a template can name, and their text for one machine, test or drive.
//!
//! Every text is one clean line; a value that is missing, or that is only a filler of the firmware, is empty.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::chassis::{self, ChassisChoice};
use super::clean::one_line;
use super::drives::{self, DriveFacts};
use super::manufacturer::Aliases;
use super::model_name::{Firmware, LenovoModel};
use super::placeholder::real;
use super::wipes::WipeFacts;
use super::{capacity, model_name, processor};
use crate::model::{Battery, Machine};

/// The subjects that a template may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The machine; fields of a drive stand for all drives, joined with `,`.
    Machine,
    /// The comment line of one test: the machine, `Test` and `Result`. Must be `Name: VALUE`.
    Test,
    /// The comment line of one drive: the machine, and fields of a drive stand for this one. Must be `Name: VALUE`.
    Wipe,
}

/// Declares the built-in fields, each with its name in templates.
macro_rules! fields {
    ($($field:ident $name:literal,)*) => {
        /// A built-in field.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field {
            $($field,)*
        }

        const FIELDS: &[(&str, Field)] = &[$(($name, Field::$field),)*];
    };
}

fields! {
    Processor "Processor",
    TotalRam "Total Ram",
    DriveSize "Drive Size",
    DriveType "Drive Type",
    OpticalDrive "Optical Drive",
    BatteryHealth "Battery Health",
    Webcam "Webcam",
    ScreenSize "Screen Size",
    Manufacturer "Manufacturer",
    Model "Model",
    Chassis "Chassis",
    Graphics "Graphics",
    InventoryId "Inventory ID",
    SerialNumber "Serial Number",
    AssetTag "Asset Tag",
    Sku "SKU",
    Family "Family",
    MachineType "Machine Type",
    ProcessorCount "Processor Count",
    ProcessorCores "Processor Cores",
    ProcessorSpeed "Processor Speed",
    RamType "Ram Type",
    DriveCount "Drive Count",
    DriveModel "Drive Model",
    DriveSerial "Drive Serial",
    DriveInterface "Drive Interface",
    DriveHealth "Drive Health",
    WipeMethod "Wipe Method",
    WipeResult "Wipe Result",
    WipeDate "Wipe Date",
    ScreenResolution "Screen Resolution",
    Touchscreen "Touchscreen",
    BatteryCount "Battery Count",
    Technician "Technician",
    Job "Job",
    Test "Test",
    Result "Result",
}

fn all(scope: Scope) -> impl Iterator<Item = &'static (&'static str, Field)> {
    let is_of_test = |field| matches!(field, Field::Test | Field::Result);
    FIELDS.iter().filter(move |(_, field)| scope == Scope::Test || !is_of_test(*field))
}

/// The field of this name; case and blanks do not count.
pub(super) fn find(name: &str, scope: Scope) -> Option<Field> {
    all(scope).find(|(known, _)| is_same_name(known, name)).map(|(_, field)| *field)
}

/// The field that is nearly of this name: one or two letters differ, and no digit is in it. A shop's own slots carry
/// digits (`Drive Size 2`) more often than typing errors do.
pub(super) fn suggest(name: &str, scope: Scope) -> Option<&'static str> {
    let name = folded(name);
    // The distance costs the square of the length, and no field has a name of forty letters.
    if name.len() > 40 || name.chars().any(char::is_numeric) {
        return None;
    }
    let allowed = match name.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    all(scope)
        .map(|(known, _)| (strsim::osa_distance(&folded(known), &name), *known))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, known)| known)
}

/// Whether two names are the same; case and blanks do not count.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

fn folded(name: &str) -> String {
    letters(name).collect()
}

/// The letters of a name that count. Every template of a config asks for several names, and every pass reads the
/// config.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|character| !character.is_whitespace()).flat_map(char::to_lowercase)
}

/// The facts that are derived of a machine, once for all its templates.
pub(super) struct Facts<'a> {
    pub machine: &'a Machine,
    pub manufacturer: String,
    pub model: String,
    pub chassis: ChassisChoice,
    pub drives: Vec<DriveFacts<'a>>,
    /// The printed form; several templates ask for it, or none.
    processor: OnceCell<String>,
    inventory_id_slot: &'a str,
}

impl<'a> Facts<'a> {
    /// Derives the facts; `inventory_id_slot` is the slot that `{Inventory ID}` prints.
    pub(super) fn from_machine(
        machine: &'a Machine,
        aliases: &Aliases,
        lenovo: LenovoModel,
        inventory_id_slot: &'a str,
    ) -> Self {
        let manufacturer = aliases.short_form(machine.manufacturer.as_deref().unwrap_or_default());
        let model = model_name::model_name(&manufacturer, &Firmware::from_machine(machine), lenovo);
        Self {
            machine,
            manufacturer: one_line(&manufacturer).into_owned(),
            model: one_line(&model).into_owned(),
            chassis: chassis::choose(machine),
            drives: drives::facts(machine),
            processor: OnceCell::new(),
            inventory_id_slot,
        }
    }
}

/// The machine, drive or test that a template is rendered for.
pub(super) struct Subject<'a> {
    pub facts: &'a Facts<'a>,
    /// The one drive that fields of a drive stand for; without it they stand for all.
    pub drive: Option<&'a DriveFacts<'a>>,
    /// Name and result of a test.
    pub test: Option<(&'a str, &'a str)>,
}

impl<'a> Subject<'a> {
    pub(super) fn machine(facts: &'a Facts<'a>) -> Self {
        Self { facts, drive: None, test: None }
    }

    /// Returns the text of a field that is empty and has no fallback: a machine has no such part, and that is printed.
    pub(super) fn default_of(&self, field: Field) -> &'static str {
        let is_printed = field == Field::OpticalDrive || (field == Field::DriveSize && self.facts.drives.is_empty());
        if is_printed { "None" } else { "" }
    }

    /// The value of a slot of the inventory item menu; case and blanks in its name do not count.
    ///
    /// A value that was looked up goes before a slot of the same name.
    pub(super) fn slot(&self, name: &str) -> Cow<'a, str> {
        let machine = self.facts.machine;
        if let Some(value) = machine.looked_up.iter().find(|value| is_same_name(value.field.name(), name)) {
            return one_line(value.text.as_deref().unwrap_or_default());
        }
        let value = machine.slot(name).or_else(|| {
            let name = folded(name);
            machine.slots.iter().find(|slot| folded(&slot.name) == name)?.value.as_deref()
        });
        one_line(value.unwrap_or_default())
    }

    /// The text of a field; empty when there is nothing to print.
    pub(super) fn value(&self, field: Field) -> Cow<'a, str> {
        let facts = self.facts;
        let machine = facts.machine;
        let brand = machine.processor.as_deref().unwrap_or_default();
        match field {
            Field::Manufacturer => facts.manufacturer.as_str().into(),
            Field::Model => facts.model.as_str().into(),
            Field::Chassis => facts.chassis.chassis.to_string().into(),
            Field::InventoryId => self.slot(facts.inventory_id_slot),
            Field::SerialNumber => one_line(machine.real_serial().unwrap_or_default()),
            Field::AssetTag => real(machine.asset_tag.as_deref()),
            Field::Sku => real(machine.sku.as_deref()),
            Field::Family => real(machine.family.as_deref()),
            Field::MachineType => self.machine_type(),
            Field::Technician => one_line(machine.technician.as_deref().unwrap_or_default()),
            Field::Job => one_line(machine.job.as_deref().unwrap_or_default()),
            Field::Test => self.test.map(|(name, _)| name).unwrap_or_default().into(),
            Field::Result => self.test.map(|(_, result)| result).unwrap_or_default().into(),
            Field::Processor => self.processor(),
            Field::ProcessorCount => number(machine.processor_count),
            Field::ProcessorCores => number(processor::processor_cores(brand, machine.processor_cores)),
            Field::ProcessorSpeed => processor::processor_speed(brand).unwrap_or_default().into(),
            Field::TotalRam => machine.memory_bytes.map(capacity::memory_text).unwrap_or_default().into(),
            Field::RamType => real(machine.memory_type.as_deref()),
            Field::OpticalDrive => drives::optical_drive(machine),
            Field::BatteryHealth => battery_health(machine).into(),
            Field::BatteryCount => machine.batteries.len().to_string().into(),
            Field::Webcam => yes_or_no(machine.webcam),
            Field::Touchscreen => yes_or_no(machine.touchscreen),
            Field::ScreenSize => screen_size(machine.screen_inches).into(),
            Field::ScreenResolution => real(machine.screen_resolution.as_deref()),
            Field::Graphics => real(machine.graphics.as_deref()),
            Field::DriveCount => facts.drives.len().to_string().into(),
            Field::DriveSize => self.of_drives(|drive| drive.size.clone()),
            Field::DriveType => self.of_drives(|drive| drive.media.clone()),
            Field::DriveModel => self.of_drives(|drive| drive.model.clone()),
            Field::DriveSerial => self.drive_serial(),
            Field::DriveInterface => self.of_drives(|drive| drive.interface.clone()),
            Field::DriveHealth => self.of_drives(|drive| drive.health.clone()),
            Field::WipeMethod => self.of_wipes(|wipe| wipe.method.clone()),
            Field::WipeResult => self.of_wipes(|wipe| wipe.result.clone()),
            Field::WipeDate => self.of_wipes(WipeFacts::date),
        }
    }

    /// Returns the value of the one drive, or those of all.
    fn of_drives(&self, value: impl Fn(&DriveFacts<'a>) -> Cow<'a, str> + Clone) -> Cow<'a, str> {
        self.drive.map_or_else(|| joined(self.facts.drives.iter().map(value.clone())), &value)
    }

    fn of_wipes(&self, value: impl Fn(&WipeFacts<'a>) -> Cow<'a, str> + Clone) -> Cow<'a, str> {
        self.of_drives(|drive| drive.wipe.as_ref().map(&value).unwrap_or_default())
    }

    /// Returns the label of the one drive in place of its serial number, so that the lines of drives without one can be
    /// told apart.
    fn drive_serial(&self) -> Cow<'a, str> {
        let label = self.drive.map(|drive| drive.label.clone().into());
        label.unwrap_or_else(|| self.of_drives(|drive| drive.serial.clone()))
    }

    fn processor(&self) -> Cow<'a, str> {
        let text = self.facts.processor.get_or_init(|| {
            let machine = self.facts.machine;
            let brand = one_line(machine.processor.as_deref().unwrap_or_default());
            let text = processor::processor_text(&brand, machine.processor_cores, machine.processor_count);
            one_line(&text).into_owned()
        });
        text.as_str().into()
    }

    fn machine_type(&self) -> Cow<'a, str> {
        let machine = self.facts.machine;
        let text =
            model_name::machine_type(&self.facts.manufacturer, machine.model.as_deref(), machine.version.as_deref());
        one_line(&text.unwrap_or_default()).into_owned().into()
    }
}

/// Values of several parts joined as the specification joins batteries (`67%,65%`). A missing one is a `?`, so that the
/// others stay in the place of their part; where all are missing there is no text.
fn joined<'a>(values: impl Iterator<Item = Cow<'a, str>> + Clone) -> Cow<'a, str> {
    if values.clone().all(|value| value.is_empty()) {
        return Cow::Borrowed("");
    }
    let values: Vec<Cow<'a, str>> =
        values.map(|value| if value.is_empty() { Cow::Borrowed("?") } else { value }).collect();
    values.join(",").into()
}

fn battery_health(machine: &Machine) -> String {
    let health = machine.batteries.iter().map(Battery::reading);
    joined(health.map(|health| health.map(|percent| format!("{percent}%").into()).unwrap_or_default())).into_owned()
}

/// `12.0"`; a size that no screen has is none.
fn screen_size(inches: Option<f64>) -> String {
    match inches {
        Some(inches) if (0.1..1000.0).contains(&inches) => format!("{inches:.1}\""),
        _ => String::new(),
    }
}

fn yes_or_no(known: Option<bool>) -> Cow<'static, str> {
    known.map_or("", |yes| if yes { "Yes" } else { "No" }).into()
}

fn number(known: Option<u32>) -> Cow<'static, str> {
    known.map(|number| number.to_string()).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn lists_every_field_in_the_commented_config_and_no_other() {
        let (_, list) = include_str!("../../examples/config.toml").split_once("Known are:\n").unwrap();
        let (list, _) = list.split_once("# and every slot").unwrap();
        let names = list.split([',', '\n']).map(|name| name.trim_matches(['#', ' '])).filter(|name| !name.is_empty());
        let known = all(Scope::Machine).map(|(name, _)| *name);
        assert_eq!(names.collect::<BTreeSet<_>>(), known.collect::<BTreeSet<_>>());
    }
}
