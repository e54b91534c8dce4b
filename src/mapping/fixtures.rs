//! Real machines for the tests of the mapping. See `tests/data/README.md` for where they come from.

use std::{env, fs};

use serde_json::Value;

use crate::model::{Battery, ClientId, Machine};

/// A machine and the label that people gave it.
pub struct Labeled {
    pub vendor: String,
    pub kind: String,
    pub machine: Machine,
}

/// Returns the machines that come with the sources, or those of the list that `DMI_MACHINES` names: the whole collection is
/// too large to come with them.
pub fn machines() -> Vec<Labeled> {
    if let Some(path) = env::var_os("DMI_MACHINES") {
        return parse(&fs::read_to_string(path).unwrap());
    }
    let files =
        [include_str!("../../tests/data/machines.jsonl"), include_str!("../../tests/data/labelled_machines.jsonl")];
    parse(&files.concat())
}

/// A machine of which only this is known.
pub fn machine(model: Option<&str>, version: Option<&str>, chassis_type: Option<i64>, batteries: usize) -> Machine {
    let battery = |position| Battery { position, health_percent: None, cycles: None };
    Machine {
        client_id: ClientId(1),
        model: model.map(str::to_owned),
        version: version.map(str::to_owned),
        chassis_type,
        batteries: (1..).take(batteries).map(battery).collect(),
        ..Machine::default()
    }
}

fn parse(lines: &str) -> Vec<Labeled> {
    lines.lines().map(|line| labeled(&serde_json::from_str(line).unwrap())).collect()
}

fn labeled(row: &Value) -> Labeled {
    let text = |name: &str| row[name].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let batteries = row["batteries"].as_array().map_or(0, Vec::len);
    let chassis_type = row["chassis_type"].as_str().map(code);
    let processors = row["cpus"].as_array().map_or(&[][..], Vec::as_slice);
    let known = machine(None, None, chassis_type, batteries);
    let machine = Machine {
        manufacturer: text("manufacturer"),
        model: text("product"),
        version: text("version"),
        family: text("family"),
        sku: text("sku"),
        processor: processors.first().and_then(|first| first["version"].as_str()).map(str::to_owned),
        processor_cores: processors.first().and_then(|first| first["cores"].as_str()?.parse().ok()),
        processor_count: u32::try_from(processors.len()).ok(),
        memory_bytes: memory(&row["memory"]),
        ..known
    };
    let label = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    Labeled { vendor: label("lh_vendor"), kind: label("lh_type"), machine }
}

/// Returns the total of all modules.
fn memory(modules: &Value) -> Option<u64> {
    let size = |module: &Value| {
        let (number, unit) = module["size"].as_str()?.split_once(' ')?;
        let unit = match unit {
            "kB" => 1 << 10,
            "MB" => 1 << 20,
            "GB" => 1 << 30,
            "TB" => 1 << 40,
            _ => return None,
        };
        Some(number.parse::<u64>().ok()? * unit)
    };
    Some(modules.as_array()?.iter().filter_map(size).sum())
}

/// The collection has the words of `dmidecode` where the appliance has the code.
fn code(word: &str) -> i64 {
    match word {
        "Other" => 1,
        "Desktop" => 3,
        "Low Profile Desktop" => 4,
        "Pizza Box" => 5,
        "Mini Tower" => 6,
        "Tower" => 7,
        "Portable" => 8,
        "Laptop" => 9,
        "Notebook" => 10,
        "Hand Held" => 11,
        "Docking Station" => 12,
        "All In One" => 13,
        "Sub Notebook" => 14,
        "Space-saving" => 15,
        "Lunch Box" => 16,
        "Main Server Chassis" => 17,
        "Expansion Chassis" => 18,
        "Rack Mount Chassis" => 23,
        "Sealed-case PC" => 24,
        "Multi-system" => 25,
        "Tablet" => 30,
        "Convertible" => 31,
        "Detachable" => 32,
        "IoT Gateway" => 33,
        "Embedded PC" => 34,
        "Mini PC" => 35,
        "Stick PC" => 36,
        _ => 2,
    }
}
