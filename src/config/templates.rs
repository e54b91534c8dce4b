//! The tables that say how a machine is shown: `[templates]`, `[master_item]`, `[manufacturers]`, `[models]`.

use super::flaw::Flaw;
use super::read;
use super::report::Lifetime;
use super::section::Section;
use super::settings::Reassign;
use super::values;
use crate::mapping::{
    Aliases, LenovoModel, PerTemplate, Rules, Scope, Template, TemplateError, TestName, Untested, Widths, fold_key,
    is_placeholder,
};

/// The customer's own template (specification, last section).
const CUSTOMER: &str =
    "{Processor}/{Total Ram}/{Drive Size}, {Drive Type}/{Optical Drive}/{Battery Health}/{Webcam}/{Screen Size}";
/// Screen A of the specification.
const DESKTOP: &str = "{Processor}/{Total Ram}/{Drive Size}, {Drive Type}/{Optical Drive}/{Graphics}";
const ALL_IN_ONE: &str =
    "{Processor}/{Total Ram}/{Drive Size}, {Drive Type}/{Optical Drive}/{Graphics}/{Webcam}/{Screen Size}";
/// The tests that the specification's screens show, in their order.
const ORDER: [&str; 10] =
    ["Memory", "Display", "Ethernet", "Webcam", "Microphone", "Wipe", "Motherboard", "USB", "Speakers", "Keyboard"];

/// The rules of the mapping, and what was read on the way.
pub(super) struct Mapping {
    pub(super) rules: Rules,
    /// The table `[manufacturers]` as written.
    pub(super) manufacturers: Vec<(String, String)>,
    /// The rule for moving an asset to its master item.
    pub(super) reassignment: (Reassign, Vec<String>),
}

pub(super) fn mapping(root: &mut Section, inventory_id_slot: String, widths: Widths) -> Mapping {
    let (description, extended_description, comments, attributes) = root.section("templates", |section| {
        (
            template(section, "description", "{Model} {Chassis}", Scope::Machine, Lifetime::Replaced),
            section.section("extended_description", extended_description),
            section.section("comments", comments),
            section.section("attributes", attributes),
        )
    });
    let (item_description, category, reassignment) = root.section("master_item", |section| {
        let built_in = "{Manufacturer} {Model} {Chassis}";
        let description = template(section, "description", built_in, Scope::Machine, Lifetime::Kept);
        (description, section.section("category", category), read::reassignment(section))
    });
    let manufacturers = root.section("manufacturers", manufacturers);
    let Comments { diagnostics_line, wipe_line, order, untested } = comments;
    let rules = Rules {
        description,
        extended_description,
        diagnostics_line,
        wipe_line,
        order,
        untested,
        attributes,
        item_description,
        category,
        aliases: Aliases::new(&manufacturers),
        lenovo: root.section("models", models),
        inventory_id_slot,
        widths,
    };
    Mapping { rules, manufacturers, reassignment }
}

struct Comments {
    diagnostics_line: Template,
    wipe_line: Template,
    order: Vec<TestName>,
    untested: Untested,
}

fn extended_description(section: &mut Section) -> PerTemplate<Template> {
    let mut read = |key, default| template(section, key, default, Scope::Machine, Lifetime::Replaced);
    PerTemplate {
        default: read("default", CUSTOMER),
        desktop: read("desktop", DESKTOP),
        all_in_one: read("all-in-one", ALL_IN_ONE),
        laptop: read("laptop", CUSTOMER),
        macbook: read("macbook", CUSTOMER),
    }
}

fn comments(section: &mut Section) -> Comments {
    const WIPE: &str = "Wipe - {Drive Serial}: {Wipe Result}, {Wipe Method}, {Wipe Date}";
    Comments {
        diagnostics_line: template(section, "diagnostics", "{Test}: {Result}", Scope::Test, Lifetime::Kept),
        wipe_line: template(section, "wipe", WIPE, Scope::Wipe, Lifetime::Kept),
        order: section.texts("order", ORDER.map(str::to_owned).to_vec()).into_iter().map(Into::into).collect(),
        untested: section.word("untested", Untested::Omit, &[("omit", Untested::Omit), ("blank", Untested::Blank)]),
    }
}

fn attributes(section: &mut Section) -> Vec<(String, Template)> {
    let Some(attributes) = section.entries(|_, text| parse(text, Scope::Machine)) else {
        return vec![("Processor_Name".to_owned(), built_in("{Processor}", Scope::Machine))];
    };
    for (name, template) in &attributes {
        note_slots(section, name, template, Lifetime::Replaced);
    }
    attributes
}

/// A kind that has no category of its own has the default one.
fn category(section: &mut Section) -> PerTemplate<String> {
    let default = section.text("default", "COMPUTER");
    let mut read = |key| section.text(key, &default);
    PerTemplate {
        desktop: read("desktop"),
        all_in_one: read("all-in-one"),
        laptop: read("laptop"),
        macbook: read("macbook"),
        default,
    }
}

fn manufacturers(section: &mut Section) -> Vec<(String, String)> {
    let mut before: Vec<(String, String)> = Vec::new();
    let entries = section.entries(|name, short| {
        let short = alias(name, short)?;
        let key = fold_key(name);
        if let Some((_, other)) = before.iter().find(|(known, other)| *known == key && *other != short) {
            return Err(format!("is the same name as one above, which has the short form `{other}`").into());
        }
        before.push((key, short.clone()));
        Ok(short)
    });
    entries.unwrap_or_default()
}

fn alias(name: &str, short: &str) -> Result<String, Flaw> {
    if name.trim().is_empty() {
        return Err("is an alias for a blank name".into());
    }
    let short = values::text(short)?;
    // A shop may have a letter for a maker.
    if short.chars().count() > 1 && is_placeholder(&short) {
        return Err(format!("is the filler text `{short}`, and master items would be named by it").into());
    }
    Ok(short)
}

fn models(section: &mut Section) -> LenovoModel {
    section.word(
        "lenovo",
        LenovoModel::Name,
        &[("name", LenovoModel::Name), ("machine-type", LenovoModel::MachineType)],
    )
}

fn template(section: &mut Section, key: &'static str, default: &str, scope: Scope, lifetime: Lifetime) -> Template {
    let written = section.parsed(key, None, |text| parse(text, scope).map(Some));
    match written {
        Some(template) => {
            note_slots(section, key, &template, lifetime);
            template
        }
        None => built_in(default, scope),
    }
}

fn parse(text: &str, scope: Scope) -> Result<Template, Flaw> {
    Template::parse(text, scope).map_err(|error: TemplateError| Flaw {
        message: format!("is not a template: {}", error.message).into(),
        offset: Some(error.offset),
    })
}

/// A template of ours; that they all parse is tested.
fn built_in(text: &str, scope: Scope) -> Template {
    Template::parse(text, scope).unwrap_or_default()
}

fn note_slots(section: &mut Section, key: &str, template: &Template, lifetime: Lifetime) {
    for slot in template.slot_references() {
        let offset = section.offset_in(key, slot.offset);
        let path = section.path_of(key);
        section.report.name_slot(offset, path, slot, lifetime);
    }
}
