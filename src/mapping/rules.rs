//! What the config says of the mapping, checked and ready to use.

use super::manufacturer::Aliases;
use super::{LenovoModel, Template, Widths, comments};
use crate::model::TemplateKind;

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
    /// What becomes of a test that was not run.
    pub untested: Untested,
    /// Attributes by name: shown, never sent. Scope [`Machine`](super::Scope::Machine).
    pub attributes: Vec<(String, Template)>,
    /// Description of a new master item. Scope [`Machine`](super::Scope::Machine).
    pub item_description: Template,
    /// Category of a new master item.
    pub category: PerTemplate<String>,
    /// Short forms of manufacturers.
    pub aliases: Aliases,
    /// What a Lenovo is called.
    pub lenovo: LenovoModel,
    /// The slot that `{Inventory ID}` prints.
    pub inventory_id_slot: String,
    /// How wide IQR's columns are.
    pub widths: Widths,
}

/// The name of a test, as a config has it, and what it is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestName {
    pub(super) name: String,
    pub(super) key: String,
}

impl From<String> for TestName {
    fn from(name: String) -> Self {
        Self { key: comments::folded(&name), name }
    }
}

/// Whether a test that was not run gets a comment line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Untested {
    /// It gets none.
    #[default]
    Omit,
    /// `Name:`, for the tests of the order and for those that a log holds without a result.
    Blank,
}

/// One value for each of the five templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerTemplate<T> {
    /// For everything that is none of the others.
    pub default: T,
    /// For desktops.
    pub desktop: T,
    /// For all-in-ones.
    pub all_in_one: T,
    /// For notebooks and tablets.
    pub laptop: T,
    /// For MacBooks.
    pub macbook: T,
}

impl<T> PerTemplate<T> {
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
