//! Stores of real machines: what the firmware said is real (hw-probe's DMI collection, CC BY 4.0), the rest is made up
//! by seed: serial numbers, drives, screens, wipes, logs, inventory IDs, and who must be held.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::{Client, Error, ID_SLOT, Journal, bulk, insert_client, text, words};
use crate::asset::{Asset, Field};
use crate::clock::format_sql;
use crate::rng::Rng;
use crate::state::joined;

/// The first inventory ID given to a machine.
const FIRST_ID: i64 = 500_000;

/// What was made of the machines.
#[derive(Debug, Clone, Default)]
pub struct Machines {
    /// How many clients the store has.
    pub clients: u64,
    /// Clients (by key) that must be held, and the reason. Machines whose own firmware gives only placeholders are
    /// not among them: which those are is for the reader of the store to find.
    pub held: Vec<(i64, &'static str)>,
    /// The assets that wait in IQR, one for each valid inventory ID.
    pub assets: Vec<Asset>,
}

#[derive(Debug, Deserialize)]
struct Line {
    manufacturer: Option<String>,
    product: Option<String>,
    version: Option<String>,
    sku: Option<String>,
    family: Option<String>,
    chassis_type: Option<String>,
    cpus: Vec<Cpu>,
    memory: Vec<Module>,
    batteries: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Cpu {
    version: Option<String>,
    cores: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Module {
    size: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Makes a store of the machines in a file of JSON lines, in the order of the file.
///
/// # Errors
///
/// When the list cannot be read or the store not be written.
pub fn from_machines(path: &Path, jsonl_path: &Path, seed: u64) -> Result<Machines, Error> {
    let mut maker = Maker { rng: Rng::new(seed), machines: Machines::default() };
    let lines = BufReader::new(File::open(jsonl_path)?).lines();
    bulk(path, Journal::Wal, |connection| {
        for (index, line) in lines.enumerate() {
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            let machine = serde_json::from_str(&line).map_err(|source| Error::Machine { line: index + 1, source })?;
            insert_client(connection, &maker.client(machine))?;
        }
        Ok(())
    })?;
    Ok(maker.machines)
}

struct Maker {
    rng: Rng,
    machines: Machines,
}

impl Maker {
    fn client(&mut self, line: Line) -> Client {
        let number = self.machines.clients;
        self.machines.clients += 1;
        let mut client = machine(&mut self.rng, number, line);
        let id = FIRST_ID.saturating_add_unsigned(number);
        let typed = self.typed_id(id);
        self.fill_iqr(typed.as_deref(), id, client.serial_number.as_deref().unwrap_or_default());
        client.slots = vec![(ID_SLOT.to_owned(), typed), ("Location".to_owned(), text("DOCK 4"))];
        client
    }

    /// What the technician typed for this ID; one in about thirty got it wrong.
    fn typed_id(&mut self, id: i64) -> Option<String> {
        let key = self.key();
        match self.rng.below(120) {
            0 => self.held(key, "blank-inventory-id", None),
            1 => self.held(key, "blank-inventory-id", text("   ")),
            2 => self.held(key, "invalid-inventory-id", Some(format!("{}O{}", id / 1000, id % 100))),
            3 => {
                // The one before shares the ID from now on, unless it has none to share.
                let before = id - 1;
                let shared = self.machines.assets.last().is_some_and(|asset| asset.inventory_id == before);
                if !shared || self.machines.held.last().is_some_and(|&(held, _)| held == key - 1) {
                    return Some(id.to_string());
                }
                self.machines.held.push((key - 1, "duplicate-inventory-id"));
                self.held(key, "duplicate-inventory-id", Some(before.to_string()))
            }
            // Blanks around an ID are no fault.
            4..=7 => Some(format!(" {id} ")),
            _ => Some(id.to_string()),
        }
    }

    fn held(&mut self, key: i64, reason: &'static str, typed: Option<String>) -> Option<String> {
        self.machines.held.push((key, reason));
        typed
    }

    /// The key of the client that is being made: the database gives them out from 1.
    fn key(&self) -> i64 {
        i64::try_from(self.machines.clients).unwrap_or_default()
    }

    fn fill_iqr(&mut self, typed: Option<&str>, id: i64, serial: &str) {
        if typed.map(str::trim) != Some(id.to_string().as_str()) {
            return;
        }
        let known_serial = match self.rng.below(50) {
            0 => {
                let key = self.key();
                self.machines.held.push((key, "serial-mismatch"));
                format!("X{serial}")
            }
            1..=20 => String::new(),
            _ => serial.to_owned(),
        };
        let asset = Asset::new(id)
            .with(Field::SerialNumber, known_serial)
            .with(Field::Location, format!("PLT {}", self.rng.between(1, 600)))
            .with(Field::InventoryComments, typed_comments(&mut self.rng));
        self.machines.assets.push(asset);
    }
}

/// What people had typed before; in most assets nothing.
fn typed_comments(rng: &mut Rng) -> String {
    const LINES: [&str; 6] = [
        "Missing door, see photo",
        "customer wants drives back: YES",
        "https://intranet/ticket?id=77&x=1",
        "Grade: B (scratches on lid)",
        "  indented by hand  ",
        "Keyboard sticky",
    ];
    let lines = rng.below(5).saturating_sub(2);
    let first = rng.below(LINES.len() as u64);
    let picked = (0..lines).filter_map(|line| LINES.get(usize::try_from((first + line) % 6).ok()?));
    picked.fold(String::new(), |text, line| joined(&text, line))
}

fn machine(rng: &mut Rng, number: u64, line: Line) -> Client {
    let updated = words::moment(rng);
    let chassis = line.chassis_type.as_deref().and_then(chassis_code);
    let portable = matches!(chassis, Some(8..=11 | 14 | 30..=32)) || !line.batteries.is_empty();
    let cpu = line.cpus.first();
    Client {
        serial_number: Some(words::serial(rng, number)),
        chassis_type: chassis,
        processor: cpu.and_then(|cpu| cpu.version.clone()),
        processor_cores: cpu.and_then(|cpu| cpu.cores.as_deref()?.parse().ok()),
        processor_count: i64::try_from(line.cpus.len()).ok().filter(|&count| count > 0),
        memory_bytes: memory_bytes(&line.memory),
        memory_type: memory_type(&line.memory),
        manufacturer: line.manufacturer,
        model: line.product,
        version: line.version,
        family: line.family,
        sku: line.sku,
        graphics: text(rng.pick(&["Intel HD Graphics 620", "NVIDIA GeForce GT 710", "AMD Radeon Vega 8", ""])),
        optical_drive: text(rng.pick(&["", "", "DVDRW", "BD-RE"])),
        webcam: rng.chance(900).then_some(portable),
        touchscreen: rng.chance(500).then(|| rng.chance(200)),
        screen_inches: portable.then(|| rng.pick(&[11.6, 12.0, 13.3, 14.0, 15.6, 17.3])),
        screen_resolution: portable.then(|| words::resolution(rng)),
        technician: Some(words::technician(rng)),
        job: Some(format!("JOB-{}", number / 200)),
        created_at: Some(format_sql(updated - 7200)),
        updated_at: format_sql(updated),
        batteries: line.batteries.iter().map(|_| words::battery(rng)).collect(),
        disks: disks(rng, updated),
        logs: logs(rng, updated),
        ..Client::default()
    }
}

fn disks(rng: &mut Rng, updated: i64) -> Vec<super::Disk> {
    let count = rng.pick(&[0, 1, 1, 1, 1, 1, 1, 2, 2, 4]);
    let mut disk = || {
        let wipes = rng.below(3);
        words::disk(rng, wipes, updated)
    };
    let mut disks: Vec<_> = (0..count).map(|_| disk()).collect();
    if rng.chance(20) {
        // A wipe that still runs has neither an end nor a result.
        if let Some(wipe) = disks.last_mut().and_then(|disk| disk.wipes.last_mut()) {
            (wipe.finished_at, wipe.result, wipe.verified) = (None, None, None);
        }
    }
    disks
}

fn logs(rng: &mut Rng, updated: i64) -> Vec<super::Log> {
    let count = i64::try_from(rng.below(3)).unwrap_or_default();
    (0..count).map(|number| words::log(rng, updated - (count - 1 - number) * 3600, &words::TESTS)).collect()
}

/// The SMBIOS code of the word that dmidecode prints for it.
fn chassis_code(word: &str) -> Option<i64> {
    const WORDS: [&str; 36] = [
        "Other",
        "Unknown",
        "Desktop",
        "Low Profile Desktop",
        "Pizza Box",
        "Mini Tower",
        "Tower",
        "Portable",
        "Laptop",
        "Notebook",
        "Hand Held",
        "Docking Station",
        "All In One",
        "Sub Notebook",
        "Space-saving",
        "Lunch Box",
        "Main Server Chassis",
        "Expansion Chassis",
        "Sub Chassis",
        "Bus Expansion Chassis",
        "Peripheral Chassis",
        "RAID Chassis",
        "Rack Mount Chassis",
        "Sealed-case PC",
        "Multi-system",
        "CompactPCI",
        "AdvancedTCA",
        "Blade",
        "Blade Enclosing",
        "Tablet",
        "Convertible",
        "Detachable",
        "IoT Gateway",
        "Embedded PC",
        "Mini PC",
        "Stick PC",
    ];
    let index = WORDS.iter().position(|known| known.eq_ignore_ascii_case(word.trim()))?;
    i64::try_from(index + 1).ok()
}

/// The sum of the modules, without flash chips; `None` when no size is known.
fn memory_bytes(modules: &[Module]) -> Option<i64> {
    let fitted = modules.iter().filter(|module| !matches!(module.kind.as_deref(), Some("Flash" | "EEPROM")));
    let total = fitted.filter_map(|module| size_bytes(module.size.as_deref()?)).sum();
    (total > 0).then_some(total)
}

/// `8192 MB`, `8 GB`, `512 kB` in bytes.
fn size_bytes(size: &str) -> Option<i64> {
    let (number, unit) = size.trim().split_once(' ')?;
    let shift = match unit.to_ascii_lowercase().as_str() {
        "kb" => 10,
        "mb" => 20,
        "gb" => 30,
        "tb" => 40,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(1 << shift)
}

/// The commonest type among the modules.
fn memory_type(modules: &[Module]) -> Option<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for kind in modules.iter().filter_map(|module| module.kind.as_deref()) {
        *counts.entry(kind).or_default() += 1;
    }
    // Ties go by name, or one seed would give two stores.
    counts.into_iter().max_by_key(|&(kind, count)| (count, kind)).and_then(|(kind, _)| text(kind))
}

#[cfg(test)]
mod tests {
    use super::{chassis_code, size_bytes};

    #[test]
    fn converts_words_to_smbios_codes() {
        let codes = ["Desktop", "Notebook", "All In One", "Rack Mount Chassis", "Detachable", "Stick PC", "Boat"];
        let codes = codes.map(chassis_code);
        assert_eq!(codes, [Some(3), Some(10), Some(13), Some(23), Some(32), Some(36), None]);
    }

    #[test]
    fn converts_sizes_to_bytes() {
        assert_eq!(size_bytes("8192 MB"), size_bytes("8 GB"));
        assert_eq!((size_bytes("512 kB"), size_bytes("Unknown")), (Some(524_288), None));
    }
}
