//! Properties of the mapping as a whole: the specification's two screens, the truth of comments, hostile text.

mod comments;
mod gapped;
mod golden;
mod hostile;
mod identity;
mod large;
mod measures;
mod wipes;

use super::*;
use crate::model::{Battery, ClientId, DiagnosticsLog, DiagnosticsTest, Drive, Machine, Timestamp, Wipe};

pub(super) fn template(source: &str) -> Template {
    Template::parse(source, Scope::Machine).unwrap()
}

pub(super) fn rules() -> Rules {
    let customers =
        "{Processor}/{Total Ram}/{Drive Size}, {Drive Type}/{Optical Drive}/{Battery Health}/{Webcam}/{Screen Size}";
    Rules {
        description: template("{Model} {Chassis}"),
        extended_description: PerTemplate {
            default: template(customers),
            desktop: template("{Processor}/{Total Ram}/{Drive Size}, {Drive Type}/{Optical Drive}/{Graphics}"),
            all_in_one: template(customers),
            laptop: template(customers),
            macbook: template(customers),
        },
        diagnostics_line: Template::parse("{Test}: {Result}", Scope::Test).unwrap(),
        wipe_line: Template::parse("Wipe - {Drive Serial}: {Wipe Result}, {Wipe Method}, {Wipe Date}", Scope::Wipe)
            .unwrap(),
        order: ["Memory", "Display", "Wipe", "Motherboard"].map(|name| name.to_owned().into()).to_vec(),
        untested: Untested::Omit,
        attributes: vec![("Processor_Name".to_owned(), template("{Processor}"))],
        item_description: template("{Manufacturer} {Model} {Chassis}"),
        category: PerTemplate {
            default: "COMPUTER".to_owned(),
            desktop: "DESKTOP".to_owned(),
            all_in_one: "AIO".to_owned(),
            laptop: "LAPTOP".to_owned(),
            macbook: "MACBOOK".to_owned(),
        },
        aliases: Aliases::new(&[]),
        lenovo: LenovoModel::Name,
        inventory_id_slot: "Inventory ID".to_owned(),
        widths: Widths { item_number: Width::from_chars(30), description: Width::from_chars(60), ..Widths::default() },
    }
}

pub(super) fn machine() -> Machine {
    Machine { client_id: ClientId(1), read_at: "2026-03-01 12:00:00".parse().unwrap(), ..Machine::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "the fields that it fills are options")]
pub(super) fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(super) fn drive(serial: &str, wipes: Vec<Wipe>) -> Drive {
    Drive {
        id: 1,
        position: 0,
        model: None,
        serial_number: text(serial),
        size_bytes: None,
        media: None,
        interface: None,
        health: None,
        wipes,
    }
}

/// A wipe by NIST Clear that ended at this time of 2 January, or still runs.
pub(super) fn wipe(id: i64, result: &str, finished: Option<&str>) -> Wipe {
    Wipe {
        id,
        method: text("NIST SP 800-88 Clear"),
        result: text(result),
        verified: None,
        started_at: None,
        finished_at: finished.map(at),
    }
}

pub(super) fn at(time: &str) -> Timestamp {
    format!("2026-01-02 {time}:00").parse().unwrap()
}

pub(super) fn log(id: i64, time: &str, tests: &[(&str, &str)]) -> DiagnosticsLog {
    let test = |(name, result): &(&str, &str)| DiagnosticsTest { name: (*name).to_owned(), result: text(result) };
    DiagnosticsLog { id, created_at: Some(at(time)), technician: None, tests: tests.iter().map(test).collect() }
}

pub(super) fn battery(health_percent: Option<u32>) -> Battery {
    Battery { position: 0, health_percent, cycles: None }
}

pub(super) fn lines(machine: &Machine, rules: &Rules) -> Vec<String> {
    map(machine, rules).comments.iter().map(ToString::to_string).collect()
}
