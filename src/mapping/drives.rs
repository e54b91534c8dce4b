//! The drives of a machine, as text.

use std::borrow::Cow;
use std::collections::HashMap;

use super::clean::{begins_with, one_line, words};
use super::drive_size::{Medium, drive_size_text};
use super::placeholder::{is_placeholder, real};
use super::processor_fillers::is_denied;
use super::wipes::{self, WipeFacts};
use crate::model::{Drive, Machine, is_filler_serial, is_virtual_medium};

/// A drive, as text.
pub(super) struct DriveFacts<'a> {
    /// The name of its wipe line: its serial number, or its model and place.
    pub label: String,
    pub place: i64,
    pub serial: Cow<'a, str>,
    pub model: Cow<'a, str>,
    pub size: Cow<'a, str>,
    pub media: Cow<'a, str>,
    pub interface: Cow<'a, str>,
    pub health: Cow<'a, str>,
    /// The wipe that counts; `None` when no wipe of the drive has ended.
    pub wipe: Option<WipeFacts<'a>>,
}

/// The drives that store data, in the machine's order. An optical drive is one of them only if it was wiped, a virtual
/// medium never: it is not fitted.
pub(super) fn storing(machine: &Machine) -> impl Iterator<Item = &Drive> {
    let is_fitted = |drive: &&Drive| !drive.is_virtual() && (!drive.is_optical() || !drive.wipes.is_empty());
    machine.drives.iter().filter(is_fitted)
}

/// Returns the texts of each drive that stores data.
pub(super) fn facts(machine: &Machine) -> Vec<DriveFacts<'_>> {
    let mut drives: Vec<DriveFacts<'_>> = storing(machine).map(|drive| fact(drive, machine)).collect();
    let mut serials: HashMap<String, usize> = HashMap::new();
    for drive in &drives {
        *serials.entry(drive.serial.to_ascii_lowercase()).or_default() += 1;
    }
    let is_alone = |serial: &str| serials.get(&serial.to_ascii_lowercase()) == Some(&1);
    let labels: Vec<String> = drives.iter().map(|drive| label(drive, is_alone)).collect();
    for (drive, label) in drives.iter_mut().zip(labels) {
        drive.label = label;
    }
    drives
}

fn fact<'a>(drive: &'a Drive, machine: &Machine) -> DriveFacts<'a> {
    let serial = one_line(drive.serial_number.as_deref().unwrap_or_default());
    DriveFacts {
        label: String::new(),
        place: drive.position,
        serial: if is_filler_serial(&serial) { Cow::Borrowed("") } else { serial },
        model: real(drive.model.as_deref()),
        size: size(drive).into(),
        media: media(drive),
        interface: real(drive.interface.as_deref()),
        health: real(drive.health.as_deref()),
        wipe: wipes::counted_facts(&drive.wipes, machine),
    }
}

fn size(drive: &Drive) -> String {
    let [media, model] = [&drive.media, &drive.model].map(|text| text.as_deref().unwrap_or_default());
    drive.size_bytes.map(|bytes| drive_size_text(bytes, Medium::from_names(media, model))).unwrap_or_default()
}

/// The serial number alone, if no other drive has the same; else what there is, with the drive's place behind it.
///
/// A line is found again in IQR by this name, so it must not change with the drives beside it: a drive without a serial
/// number is always named by its place, also where it is the only one of its model.
fn label(drive: &DriveFacts<'_>, is_alone: impl Fn(&str) -> bool) -> String {
    let place = drive.place;
    match (drive.serial.as_ref(), drive.model.as_ref()) {
        ("", "") => format!("drive {place}"),
        ("", model) => format!("{model} drive {place}"),
        (serial, _) if is_alone(serial) => serial.to_owned(),
        (serial, _) => format!("{serial} drive {place}"),
    }
}

/// Returns the medium (`HDD`, `SSD`, ...) in the usual letters; an unknown one is unchanged.
fn media(drive: &Drive) -> Cow<'_, str> {
    let media = real(drive.media.as_deref());
    let usual = ["HDD", "SSD", "NVMe", "eMMC", "SSHD"].into_iter().find(|usual| usual.eq_ignore_ascii_case(&media));
    usual.map_or(media, Cow::Borrowed)
}

/// Words that say at the beginning of a text that there is no such part.
const ABSENT: &[&str] = &[
    "absent",
    "disabled",
    "empty",
    "false",
    "missing",
    "no",
    "none",
    "notinstalled",
    "notpresent",
    "removed",
    "unavailable",
    "uninstalled",
];

/// The machine's optical drive, also where the appliance lists it among the drives only (and says `None` beside it). A
/// virtual one is none.
pub(super) fn optical_drive(machine: &Machine) -> Cow<'_, str> {
    let stated = fitted(real(machine.optical_drive.as_deref()));
    if stated.is_empty() {
        let mut drives = machine.drives.iter().filter(|drive| drive.is_optical() && !drive.is_virtual());
        drives.next().map(disc).unwrap_or_default()
    } else {
        stated
    }
}

/// A list of drives without those that are virtual or absent; unchanged where there are none.
fn fitted(stated: Cow<'_, str>) -> Cow<'_, str> {
    let is_fitted = |name: &&str| !name.is_empty() && !is_virtual_medium(name) && !is_absent(name);
    let names = || stated.split([',', ';', '|']).map(str::trim);
    if names().all(|name| is_fitted(&name)) {
        return stated;
    }
    names().filter(is_fitted).collect::<Vec<_>>().join(", ").into()
}

/// Whether a text says that there is no such part: `Not Installed`, `No optical drive`.
fn is_absent(text: &str) -> bool {
    let words: Vec<String> = words(text).map(str::to_lowercase).collect();
    is_denied(&words) || words.first().is_some_and(|first| ABSENT.contains(&first.as_str())) || is_placeholder(text)
}

/// The kind of discs that a drive takes: by its medium, or where that is only `Optical` by its model (`HL-DT-ST DVDRAM GU90N`).
fn disc(drive: &Drive) -> Cow<'_, str> {
    const DISCS: [&str; 3] = ["DVD", "BD", "CD"];
    let (media, model) = (real(drive.media.as_deref()), real(drive.model.as_deref()));
    if !begins_with(&media, "optical") {
        return media;
    }
    let words = || model.split([' ', '_']);
    let named = DISCS.iter().find_map(|disc| words().find(|word| begins_with(word, disc)));
    named.map_or(media, |word| word.replace(['+', '-', '/', '\u{b1}'], "").into())
}
