//! Maps a machine to an update of its asset: a pure function of the machine and the config's rules.
//!
//! No I/O and no clock. Nothing here knows the names of IQR's fields, or their contents: the plan does.

mod capacity;
mod chassis;
mod clean;
mod comments;
mod drive_size;
mod drives;
mod fields;
#[cfg(test)]
mod fixtures;
mod fold;
mod identity;
mod item_number;
mod letters;
mod look_alikes;
mod manufacturer;
mod model_name;
mod placeholder;
mod processor;
mod processor_fillers;
mod rules;
mod template;
#[cfg(test)]
mod tests;
mod widths;
mod wipe_methods;
mod wipes;
mod words;

use crate::model::{AssetUpdate, Cut, Limited, Machine, TemplateKind, excerpt};
use fields::{Facts, Subject};

pub use fold::fold_key;
pub use identity::{Contradiction, Identity};
pub use manufacturer::Aliases;
pub use model_name::LenovoModel;
pub use placeholder::is_placeholder;
pub use rules::{PerTemplate, Rules, TestName, Untested};
pub use template::{Scope, SlotRef, Template, TemplateError};
pub use widths::{Width, Widths};
pub use wipes::{WipeEnd, WipeHistory, missing_verification};
pub use words::{has_result_word, is_result_value};

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
    update(&Facts::from_machine(machine, rules), rules)
}

/// Maps a machine by another template.
#[must_use]
pub fn map_with_template(machine: &Machine, rules: &Rules, template: TemplateKind) -> AssetUpdate {
    let mut facts = Facts::from_machine(machine, rules);
    facts.chassis.template = template;
    "asked for".clone_into(&mut facts.chassis.because);
    update(&facts, rules)
}

/// Explains each rendered field of an update: with the template that made it, in the order in which people read them.
#[must_use]
pub fn explain(machine: &Machine, rules: &Rules, update: &AssetUpdate) -> Vec<RenderedField> {
    let mut facts = Facts::from_machine(machine, rules);
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

fn update(facts: &Facts<'_>, rules: &Rules) -> AssetUpdate {
    let subject = Subject::machine(facts);
    let kind = facts.chassis.template;
    let attribute = |(name, template): &(String, Template)| (name.clone(), template.render(&subject).text);
    let mut cuts = Vec::new();
    // Upper case first: it can be longer (`ß`).
    let item_number = rules.widths.fit_item_number(&facts.manufacturer, facts.model.to_uppercase(), &mut cuts);
    let mut fitted = |what, text| rules.widths.fit(what, text, &mut cuts);
    AssetUpdate {
        item_number,
        manufacturer: fitted(Limited::Manufacturer, facts.manufacturer.to_uppercase()),
        chassis: facts.chassis.chassis,
        template: kind,
        template_because: facts.chassis.because.clone(),
        category: rules.category.get(kind).clone(),
        description: fitted(Limited::Description, rules.description.render(&subject).text),
        extended_description: fitted(
            Limited::ExtendedDescription,
            rules.extended_description.get(kind).render(&subject).text,
        ),
        item_description: fitted(Limited::ItemDescription, rules.item_description.render(&subject).text),
        comments: comments::lines(facts, rules),
        attributes: rules.attributes.iter().map(attribute).collect(),
        cuts,
    }
}

/// Why no master item can be named for this machine, and what to do; `None` when one can.
#[must_use]
pub fn unusable_identity(machine: &Machine, update: &AssetUpdate) -> Option<String> {
    let manufacturer = || shown(machine.manufacturer.as_deref(), "");
    let model = || shown(machine.model.as_deref(), &update.manufacturer);
    let too_wide = update.item_number.is_empty().then(|| item_number_cut(update)).flatten();
    let has_model = too_wide.is_some() || !update.item_number.is_empty();
    let lack = match (update.manufacturer.is_empty(), !has_model) {
        (false, false) => return too_wide.map(too_wide_model),
        (true, false) => format!("no manufacturer ({}); correct it in WipeOS", manufacturer()),
        (false, true) => format!("no model ({}); correct it in WipeOS", model()),
        (true, true) => {
            format!("neither manufacturer ({}) nor model ({}); correct them in WipeOS", manufacturer(), model())
        }
    };
    Some(format!("the firmware names {lack}"))
}

fn item_number_cut(update: &AssetUpdate) -> Option<&Cut> {
    update.cuts.iter().find(|cut| cut.text == Limited::ItemNumber)
}

/// Says why a model gets no number that is shorter than its name.
fn too_wide_model(cut: &Cut) -> String {
    format!(
        "the model `{}` has {} characters, an item number has {}, and without one of its words it could be taken for another \
         model; shorten the model in WipeOS, or raise iqr.widths.item_number if this tenant keeps more",
        excerpt(&cut.lost),
        cut.lost.chars().count(),
        cut.width
    )
}

/// Says what is wrong with a text that names no maker, or no model of this maker.
fn shown(raw: Option<&str>, maker: &str) -> String {
    let text = clean::one_line(raw.unwrap_or_default());
    if text.is_empty() {
        return "it is blank".to_owned();
    }
    let what = match model_name::without_maker(&text, &[maker]) {
        _ if is_placeholder(&text) => "a filler text",
        _ if manufacturer::is_only_a_maker(&text, maker) => "only the maker's name",
        // A maker's name with `-pc` behind it.
        "" => "only the maker's name",
        rest if placeholder::is_kind_of_machine(rest) => "only a kind of machine",
        _ => "none",
    };
    format!("`{}` is {what}", excerpt(&text))
}
