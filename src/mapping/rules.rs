//! The config's rules for the mapping, checked and ready to use.

use super::clean::folded;
use super::manufacturer::Aliases;
use super::{LenovoModel, Template, Widths};
use crate::model::{LookedUp, TemplateKind};

/// The rules by which a machine becomes an update: built once, used for every machine.
#[derive(Debug, Clone)]
pub struct Rules {
    /// "Description" (specification, step 8c i). Scope [`Machine`](super::Scope::Machine).
    pub description: Template,
    /// "Extended Description", one template a kind of chassis (specification, step 8c ii). Scope
    /// [`Machine`](super::Scope::Machine).
    pub extended_description: PerTemplate<Template>,
    /// The comment line of one test. Scope [`Test`](super::Scope::Test).
    pub diagnostics_line: Template,
    /// The comment line of one drive's wipe. Scope [`Wipe`](super::Scope::Wipe).
    pub wipe_line: Template,
    /// Tests in the order in which their lines are added; the word `Wipe` stands for the wipe lines.
    pub order: Vec<TestName>,
    /// The treatment of a test that was not run.
    pub untested: Untested,
    /// Attributes by name: shown, never sent. Scope [`Machine`](super::Scope::Machine).
    pub attributes: Vec<(String, Template)>,
    /// Description of a new master item. Scope [`Machine`](super::Scope::Machine).
    pub item_description: Template,
    /// Category of a new master item.
    pub category: PerTemplate<String>,
    /// Short forms of manufacturers.
    pub aliases: Aliases,
    /// The name that a Lenovo is called by.
    pub lenovo: LenovoModel,
    /// The slot that `{Inventory ID}` prints.
    pub inventory_id_slot: String,
    /// The widths of IQR's columns.
    pub widths: Widths,
}

impl Rules {
    /// Returns the looked-up fields that the descriptions and the attributes name, each once. Without the section of its
    /// service, such a name is that of a slot: the config says which of them are looked up.
    #[must_use]
    pub fn looked_up(&self) -> Vec<LookedUp> {
        let descriptions = std::iter::once(&self.description).chain(self.extended_description.all());
        let templates = descriptions.chain(self.attributes.iter().map(|(_, template)| template));
        let slots = templates.flat_map(Template::slot_references);
        let mut fields: Vec<_> = slots.filter_map(|slot| LookedUp::from_name(&slot.name)).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}

/// The name of a test, as a config has it, and the form by which it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestName {
    pub(super) name: String,
    pub(super) key: String,
}

impl From<String> for TestName {
    fn from(name: String) -> Self {
        Self { key: folded(&name), name }
    }
}

/// Whether a test that was not run gets a comment line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Untested {
    /// The test gets no line.
    #[default]
    Omit,
    /// `Name:`, for the tests of the order and for those that a log holds without a result.
    Blank,
}

/// Values for the five templates, one each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerTemplate<T> {
    /// The value for everything that is none of the others.
    pub default: T,
    /// The value for desktops.
    pub desktop: T,
    /// The value for all-in-ones.
    pub all_in_one: T,
    /// The value for notebooks and tablets.
    pub laptop: T,
    /// The value for MacBooks.
    pub macbook: T,
}

impl<T> PerTemplate<T> {
    /// All values, in no order that means anything.
    fn all(&self) -> [&T; 5] {
        let Self { default, desktop, all_in_one, laptop, macbook } = self;
        [default, desktop, all_in_one, laptop, macbook]
    }

    /// The value for one template.
    #[must_use]
    pub fn get(&self, kind: TemplateKind) -> &T {
        match kind {
            TemplateKind::Default => &self.default,
            TemplateKind::Desktop => &self.desktop,
            TemplateKind::AllInOne => &self.all_in_one,
            TemplateKind::Laptop => &self.laptop,
            TemplateKind::MacBook => &self.macbook,
        }
    }
}
