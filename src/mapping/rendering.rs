//! Renders the texts of an update from a machine and the rules.

use std::cmp::Reverse;

use super::comments;
use super::fields::{Facts, Subject};
use super::rules::Rules;
use super::template::Template;
use crate::model::{
    AssetUpdate, Cut, GappedText, Limited, LookedUp, Machine, NamedInText, NamedValue, NamedValues, TemplateKind,
};

/// A field of the update, with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedField {
    /// `description`, `extended description`, `item description` or `attribute`.
    pub name: &'static str,
    /// Which attribute it is, if it is one.
    pub attribute: Option<String>,
    /// The template, as the config has it.
    pub template: String,
    /// The rendered text.
    pub text: String,
    /// The part that the text lacks because its column in IQR is narrower.
    pub cut: Option<Cut>,
    /// Names of the template's fields that printed nothing.
    pub empty_fields: Vec<String>,
}

/// Maps a machine; the template is chosen by its chassis.
#[must_use]
pub fn map(machine: &Machine, rules: &Rules) -> AssetUpdate {
    update(&facts(machine, rules), rules)
}

/// Maps a machine by another template.
#[must_use]
pub fn map_with_template(machine: &Machine, rules: &Rules, template: TemplateKind) -> AssetUpdate {
    let mut facts = facts(machine, rules);
    facts.chassis.template = template;
    "asked for".clone_into(&mut facts.chassis.because);
    update(&facts, rules)
}

/// Explains each rendered field of an update: with the template that made it, in the order in which people read them.
#[must_use]
pub fn explain(machine: &Machine, rules: &Rules, update: &AssetUpdate) -> Vec<RenderedField> {
    let mut facts = facts(machine, rules);
    facts.chassis.template = update.template;
    let subject = Subject::machine(&facts);
    let field = |name, limited: Option<Limited>, template: &Template, text: &str| RenderedField {
        name,
        attribute: None,
        template: template.source().to_owned(),
        text: text.to_owned(),
        cut: limited.and_then(|limited| update.cuts.iter().find(|cut| cut.text == limited).cloned()),
        empty_fields: template.render(&subject).empty_fields.into_iter().map(str::to_owned).collect(),
    };
    let extended = rules.extended_description.get(update.template);
    let mut fields = vec![
        field("description", Some(Limited::Description), &rules.description, &update.description),
        field("extended description", Some(Limited::ExtendedDescription), extended, &update.extended_description),
        field("item description", Some(Limited::ItemDescription), &rules.item_description, &update.item_description),
    ];
    let attributes = rules.attributes.iter().zip(&update.attributes);
    fields.extend(attributes.map(|((name, template), (_, text))| RenderedField {
        attribute: Some(name.clone()),
        ..field("attribute", None, template, text)
    }));
    fields
}

fn facts<'a>(machine: &'a Machine, rules: &'a Rules) -> Facts<'a> {
    Facts::from_machine(machine, &rules.aliases, rules.lenovo, &rules.inventory_id_slot)
}

fn update(facts: &Facts<'_>, rules: &Rules) -> AssetUpdate {
    let subject = Subject::machine(facts);
    let kind = facts.chassis.template;
    let attribute = |(name, template): &(String, Template)| (name.clone(), template.render(&subject).text);
    let named = |what, template: &Template| {
        let values = named_values(template, &subject, facts.machine);
        let gapped = gapped(template, &subject, &values, rules.widths.chars(what));
        NamedInText { values, gapped }
    };
    let extended = rules.extended_description.get(kind);
    let mut cuts = Vec::new();
    // Upper case first: it can be longer (`ß`).
    let item_number = rules.widths.fit_item_number(&facts.manufacturer, facts.model.to_uppercase(), &mut cuts);
    let mut fitted = |what, text| rules.widths.fit(what, text, &mut cuts);
    AssetUpdate {
        item_number,
        named: NamedValues {
            description: named(Limited::Description, &rules.description),
            extended_description: named(Limited::ExtendedDescription, extended),
        },
        manufacturer: fitted(Limited::Manufacturer, facts.manufacturer.to_uppercase()),
        chassis: facts.chassis.chassis,
        template: kind,
        template_because: facts.chassis.because.clone(),
        category: rules.category.get(kind).clone(),
        description: fitted(Limited::Description, rules.description.render(&subject).text),
        extended_description: fitted(Limited::ExtendedDescription, extended.render(&subject).text),
        item_description: fitted(Limited::ItemDescription, rules.item_description.render(&subject).text),
        comments: comments::lines(facts, rules),
        attributes: rules.attributes.iter().map(attribute).collect(),
        cuts,
    }
}

/// Returns the looked-up fields that a template names, with whether they have a value.
fn named_values(template: &Template, subject: &Subject<'_>, machine: &Machine) -> Vec<NamedValue> {
    let named = LookedUp::ALL.into_iter().filter(|field| template.names_slot(field.name()));
    let value = |field: LookedUp| NamedValue {
        field,
        origin: machine.lookup_origin(field.service()),
        is_printed: !subject.slot(field.name()).is_empty(),
        is_lacking: machine.looked_up.iter().any(|value| value.field == field && value.is_lacking()),
    };
    named.map(value).collect()
}

/// Returns the text with gaps for values that the machine lacks, for each set of such fields: separators depend on
/// which fields have text. Larger sets come first.
fn gapped(template: &Template, subject: &Subject<'_>, values: &[NamedValue], width: Option<usize>) -> Vec<GappedText> {
    let missing: Vec<LookedUp> = values.iter().filter(|value| !value.is_printed).map(|value| value.field).collect();
    let set = |bits: usize| -> Vec<LookedUp> {
        missing.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, field)| *field).collect()
    };
    let mut sets: Vec<_> = (1..1 << missing.len()).map(set).collect();
    sets.sort_by_key(|fields| Reverse(fields.len()));
    sets.iter().filter_map(|fields| template.render_gapped(subject, fields, width)).collect()
}
