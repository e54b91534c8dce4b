//! An update: what IQR shall say of a machine.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{GappedText, NamedValue, Timestamp, excerpt};

/// The outcome of the mapping: a pure function of the machine and the config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetUpdate {
    /// Short form of the manufacturer, upper case (`DELL`); empty when the firmware has only a placeholder.
    pub manufacturer: String,
    /// Item number of the master item, upper case (`OPTIPLEX 9010`); empty when the firmware has only a placeholder.
    pub item_number: String,
    /// The chassis word that `{Chassis}` prints.
    pub chassis: Chassis,
    /// The extended-description template that was chosen.
    pub template: TemplateKind,
    /// The reason why that template was chosen, for `preview` (`SMBIOS chassis type 9`).
    pub template_because: String,
    /// Category that a new master item gets.
    pub category: String,
    /// Description that a new master item gets.
    pub item_description: String,
    /// "Description" (specification, step 8c i).
    pub description: String,
    /// "Extended Description" (specification, step 8c ii).
    pub extended_description: String,
    /// Lines of "Inventory Comments", in the order in which new ones are added (specification, step 8c iii).
    pub comments: Vec<CommentLine>,
    /// Attributes: rendered, never sent (specification, step 8g). In the config's order.
    #[serde(serialize_with = "by_name")]
    pub attributes: Vec<(String, String)>,
    /// The parts that the texts above lack because their columns in IQR are narrower.
    pub cuts: Vec<Cut>,
    /// The looked-up fields that the texts name.
    #[serde(skip)]
    pub named: NamedValues,
}

/// The looked-up fields that each text names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedValues {
    /// Those of "Description".
    pub description: NamedInText,
    /// Those of "Extended Description".
    pub extended_description: NamedInText,
}

/// The looked-up fields that one text names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedInText {
    /// The fields.
    pub values: Vec<NamedValue>,
    /// The text with gaps for values that the machine lacks, for each set of such fields; larger sets come first.
    pub gapped: Vec<GappedText>,
}

impl NamedValues {
    /// Returns the fields of both texts.
    pub fn all(&self) -> impl Iterator<Item = &NamedValue> {
        self.description.values.iter().chain(&self.extended_description.values)
    }
}

fn by_name<S: Serializer>(attributes: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(attributes.iter().map(|(name, text)| (name, text)))
}

/// A text that was cut to the width of its column in IQR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cut {
    /// The text.
    #[serde(rename = "field")]
    pub text: Limited,
    /// The number of characters that the column holds.
    pub width: u16,
    /// The text that is left out.
    pub lost: String,
}

/// A text whose column in IQR may be narrower than it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limited {
    /// The number of the master item.
    ItemNumber,
    /// The manufacturer of the master item.
    Manufacturer,
    /// The description of a new master item.
    ItemDescription,
    /// "Description".
    Description,
    /// "Extended Description".
    ExtendedDescription,
}

impl Limited {
    /// The key of its width in the config, in `[iqr.widths]`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ItemNumber => "item_number",
            Self::Manufacturer => "manufacturer",
            Self::ItemDescription => "item_description",
            Self::Description => "description",
            Self::ExtendedDescription => "extended_description",
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, width, lost) = (self.text.name(), self.width, excerpt(&self.lost));
        write!(f, "{name} is cut to {width} characters, `{lost}` is left out (iqr.widths.{name})")
    }
}

/// A line of the inventory comments: `Name: VALUE`.
///
/// Neither part holds a line break, and the name holds no colon: one line stays one line and is found again by the text
/// before its first colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentLine {
    /// Text before the first colon.
    pub name: String,
    /// Text after it; may be empty for a test that was not run.
    pub value: String,
    /// The time of the result, if it is known.
    pub at: Option<Timestamp>,
}

impl CommentLine {
    /// The whole line.
    #[must_use]
    pub fn text(&self) -> String {
        let between = if self.value.is_empty() { ":" } else { ": " };
        [&self.name, between, &self.value].concat()
    }
}

impl fmt::Display for CommentLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Serialize for CommentLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The word that `{Chassis}` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Chassis {
    /// A desktop, tower or mini PC.
    Desktop,
    /// Screen and computer in one.
    #[serde(rename = "All-in-One")]
    AllInOne,
    /// A notebook.
    Laptop,
    /// Any MacBook.
    MacBook,
    /// SMBIOS 30 and 32.
    Tablet,
    /// SMBIOS 31.
    Convertible,
    /// SMBIOS 17, 23, 28, 29.
    Server,
    /// A workstation or anything the tables do not name: prints nothing.
    #[serde(rename = "")]
    Unknown,
}

impl fmt::Display for Chassis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Desktop => "Desktop",
            Self::AllInOne => "All-in-One",
            Self::Laptop => "Laptop",
            Self::MacBook => "MacBook",
            Self::Tablet => "Tablet",
            Self::Convertible => "Convertible",
            Self::Server => "Server",
            Self::Unknown => "",
        })
    }
}

/// The five extended-description templates (specification, step 8c ii 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TemplateKind {
    /// Everything that is none of the others.
    Default,
    /// Desktops, towers, mini PCs.
    Desktop,
    /// All-in-ones.
    AllInOne,
    /// Notebooks, tablets, convertibles.
    Laptop,
    /// MacBooks.
    #[serde(rename = "macbook")]
    MacBook,
}

impl TemplateKind {
    /// All of them, in the specification's order.
    pub const ALL: [Self; 5] = [Self::Default, Self::Desktop, Self::AllInOne, Self::Laptop, Self::MacBook];

    /// The name in the config (`all-in-one`).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Desktop => "desktop",
            Self::AllInOne => "all-in-one",
            Self::Laptop => "laptop",
            Self::MacBook => "macbook",
        }
    }
}

impl fmt::Display for TemplateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
