//! Rules that hold of any real machine, measured over the machines of `fixtures`.

use std::collections::BTreeMap;
use std::{env, fs};

use super::*;
use crate::mapping::{chassis, fixtures};

fn mapped() -> Vec<(fixtures::Labeled, crate::model::AssetUpdate)> {
    let map = |labeled: fixtures::Labeled| {
        let update = map(&labeled.machine, &rules());
        (labeled, update)
    };
    fixtures::machines().into_iter().map(map).collect()
}

/// Returns the model without a width.
fn name_of(machine: &Machine) -> String {
    map(machine, &Rules { widths: Widths::default(), ..rules() }).item_number
}

#[test]
fn shortens_no_two_models_of_a_maker_to_one_item() {
    let mut names: BTreeMap<(u16, String, String), String> = BTreeMap::new();
    let mut shortened = 0;
    for (labeled, update) in mapped() {
        let name = name_of(&labeled.machine);
        for width in (10..=40).filter(|_| !name.is_empty()) {
            let widths = Widths { item_number: Width::from_chars(width), ..Widths::default() };
            let number = widths.fit_item_number(&update.manufacturer, name.clone(), &mut Vec::new());
            assert!(number.chars().count() <= usize::from(width));
            // It is held.
            if number.is_empty() {
                continue;
            }
            shortened += u32::from(name != number);
            let key = (width, update.manufacturer.clone(), fold_key(&number));
            let first = names.entry(key).or_insert_with(|| name.clone());
            assert_eq!(fold_key(first), fold_key(&name), "both are {number}");
        }
    }
    assert!(shortened > 0);
}

#[test]
fn says_no_kind_of_machine_twice_in_a_description() {
    for (_, update) in mapped() {
        let word = update.chassis.to_string();
        let Some(model) = update.description.strip_suffix(&word).filter(|_| !word.is_empty()) else { continue };
        let is_said = chassis::is_said(update.chassis, model.trim_end());
        // The last word may be the model's own.
        assert!(!is_said || !model.ends_with(' '), "{}", update.description);
    }
}

#[test]
fn prints_no_more_memory_than_the_modules() {
    for (labeled, update) in mapped() {
        let Some(bytes) = labeled.machine.memory_bytes.filter(|bytes| *bytes > 0) else { continue };
        let shown = update.extended_description.split('/').find(|part| is_size_of_memory(part)).unwrap();
        let megabytes = megabytes(shown);
        let total = bytes >> 20;
        assert!(megabytes <= total && total - megabytes <= total / 64, "{shown} of {total} MiB");
    }
}

fn is_size_of_memory(part: &str) -> bool {
    part.ends_with('B') && part.starts_with(|first: char| first.is_ascii_digit())
}

fn megabytes(size: &str) -> u64 {
    let (number, unit) = size.split_at(size.len() - 2);
    let number: f64 = number.parse().unwrap();
    let factor = match unit {
        "MB" => 1.0,
        "GB" => 1024.0,
        _ => 1_048_576.0,
    };
    format!("{:.0}", number * factor).parse().unwrap()
}

#[test]
fn makes_no_item_of_fillers() {
    for (labeled, update) in mapped() {
        let is_usable = unusable_identity(&labeled.machine, &update).is_none();
        for text in [&update.manufacturer, &update.item_number] {
            assert!(!is_usable || !is_placeholder(text), "{text}");
        }
    }
}

#[test]
#[ignore = "a tool: writes the file that MAPPED names, a table for a person of what each machine becomes"]
fn writes_a_table_of_the_mapped_machines() {
    let path = env::var_os("MAPPED").expect("MAPPED names the file to write");
    let row = |(labeled, update): &(fixtures::Labeled, crate::model::AssetUpdate)| {
        let machine = &labeled.machine;
        let held = unusable_identity(machine, update).unwrap_or_default();
        let raw = [
            &machine.manufacturer,
            &machine.model,
            &machine.version,
            &machine.family,
            &machine.sku,
            &machine.processor,
        ];
        let raw = raw.map(|text| text.as_deref().unwrap_or_default());
        let cuts: Vec<String> = update.cuts.iter().map(ToString::to_string).collect();
        let template = format!("{}: {}", update.template, update.template_because);
        let labels = format!("{}, {}", labeled.vendor, labeled.kind);
        let mut cells = vec![&update.manufacturer, &update.item_number, &update.description, &update.attributes[0].1];
        let cuts = cuts.join("; ");
        cells.extend([&template, &cuts, &held, &labels]);
        let cells: Vec<&str> = cells.into_iter().map(String::as_str).chain(raw).collect();
        cells.join("\t") + "\n"
    };
    fs::write(path, mapped().iter().map(row).collect::<String>()).unwrap();
}
