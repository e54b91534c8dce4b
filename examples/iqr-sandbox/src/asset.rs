//! Assets and master items as IQR keeps them, and the log of every change.

/// A text column of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Serial number, 25 characters.
    SerialNumber,
    /// Condition code, 4 characters.
    Condition,
    /// Warehouse, 10 characters.
    Warehouse,
    /// Location, 20 characters.
    Location,
    /// Country code.
    Country,
    /// Description, 60 characters.
    Description,
    /// Extended description, wide.
    ExtendedDescription,
    /// Inventory comments, wide, many lines.
    InventoryComments,
    /// First of the tenant's own fields, 35 characters each.
    UserDefined1,
    /// Second of them.
    UserDefined2,
    /// Third of them.
    UserDefined3,
    /// Fourth of them.
    UserDefined4,
    /// Fifth of them.
    UserDefined5,
}

impl Field {
    /// Every field, in the order in which an asset is read.
    pub const ALL: [Self; 13] = [
        Self::SerialNumber,
        Self::Condition,
        Self::Warehouse,
        Self::Location,
        Self::Country,
        Self::Description,
        Self::ExtendedDescription,
        Self::InventoryComments,
        Self::UserDefined1,
        Self::UserDefined2,
        Self::UserDefined3,
        Self::UserDefined4,
        Self::UserDefined5,
    ];

    /// The name under which the field is read.
    #[must_use]
    pub fn read_name(self) -> &'static str {
        match self {
            Self::SerialNumber => "serialnumber",
            Self::Condition => "condition",
            Self::Warehouse => "warehouse",
            Self::Location => "location",
            Self::Country => "country",
            Self::Description => "description",
            Self::ExtendedDescription => "extendeddescription",
            Self::InventoryComments => "inventorycomments",
            Self::UserDefined1 => "userdefined1",
            Self::UserDefined2 => "userdefined2",
            Self::UserDefined3 => "userdefined3",
            Self::UserDefined4 => "userdefined4",
            Self::UserDefined5 => "userdefined5",
        }
    }

    /// The name under which the field is written.
    #[must_use]
    pub fn write_name(self) -> &'static str {
        match self {
            Self::Condition => "conditioncode",
            Self::Country => "countrycode",
            other => other.read_name(),
        }
    }

    /// The column's width in characters; `None` where nothing is padded.
    #[must_use]
    pub fn width(self) -> Option<usize> {
        match self {
            Self::SerialNumber => Some(25),
            Self::Condition => Some(4),
            Self::Warehouse => Some(10),
            Self::Location => Some(20),
            Self::Description => Some(60),
            Self::Country | Self::ExtendedDescription | Self::InventoryComments => None,
            _ => Some(35),
        }
    }

    pub(crate) fn by_write_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.write_name() == name)
    }
}

/// The width of a master item's number.
pub(crate) const ITEM_NUMBER_WIDTH: usize = 30;

/// One asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its inventory ID.
    pub inventory_id: i64,
    /// The master item it is an instance of; 1 is the placeholder `TBD API` of `TBD`.
    pub item_id: i64,
    /// The lines that IQR itself writes about changes, oldest first; not part of what a read answers.
    pub system_comments: Vec<String>,
    /// Every change that changed something, oldest first.
    pub history: Vec<Change>,
    /// Writes that named this asset, whether or not they changed anything.
    pub writes: u64,
    texts: [String; Field::ALL.len()],
}

impl Asset {
    /// A received asset that waits under the placeholder item, with blank texts.
    #[must_use]
    pub fn new(inventory_id: i64) -> Self {
        let asset = Self {
            inventory_id,
            item_id: Item::PLACEHOLDER_ID,
            system_comments: Vec::new(),
            history: Vec::new(),
            writes: 0,
            texts: Default::default(),
        };
        asset.with(Field::Condition, "USED").with(Field::Warehouse, "MAIN")
    }

    /// The same with one text set; nothing is put into the history.
    #[must_use]
    pub fn with(mut self, field: Field, text: impl Into<String>) -> Self {
        self.texts[field as usize] = text.into();
        self
    }

    /// A text as it is kept: not padded.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        &self.texts[field as usize]
    }

    /// The inventory comments.
    #[must_use]
    pub fn comments(&self) -> &str {
        self.text(Field::InventoryComments)
    }

    /// The lines of the inventory comments.
    #[must_use]
    pub fn comment_lines(&self) -> Vec<&str> {
        self.comments().lines().collect()
    }

    /// Sets a text and says what changed, if anything did.
    pub(crate) fn set(&mut self, field: Field, text: String) -> Option<FieldChange> {
        let from = std::mem::replace(&mut self.texts[field as usize], text);
        let to = self.text(field).to_owned();
        (from != to).then(|| FieldChange { field: field.read_name().to_owned(), from, to })
    }

    /// Puts the changes of one write into the history, if there are any.
    pub(crate) fn log(&mut self, by: Author, fields: Vec<FieldChange>) {
        if fields.is_empty() {
            return;
        }
        for change in &fields {
            self.system_comments.extend(system_comment(change));
        }
        self.history.push(Change { by, fields });
    }
}

/// IQR notes where an asset went and how it was graded, not every text.
fn system_comment(change: &FieldChange) -> Option<String> {
    let what = match change.field.as_str() {
        "location" => "Location",
        "condition" => "Condition code",
        _ => return None,
    };
    Some(format!("{what} changed from {} to {}", change.from.trim(), change.to.trim()))
}

/// One write that changed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who made it.
    pub by: Author,
    /// What it changed.
    pub fields: Vec<FieldChange>,
}

/// Who changed an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Somebody at the screen.
    Person,
    /// The request of this number (see [`crate::Request::number`]).
    Request(u64),
}

/// One field's change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field's read name; `item` and `mfgr` for a change of the master item.
    pub field: String,
    /// Its text before.
    pub from: String,
    /// Its text after.
    pub to: String,
}

/// One master item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its key, from 1.
    pub item_id: i64,
    /// The item number, 30 characters.
    pub item_number: String,
    /// The manufacturer.
    pub mfgr: String,
    /// What kind of thing it is, in words.
    pub description: String,
    /// Its category; must be one of the tenant's.
    pub category: String,
    /// Who created it.
    pub asset_creator: String,
}

impl Item {
    /// The key of `TBD API` of `TBD`, under which assets wait.
    pub const PLACEHOLDER_ID: i64 = 1;

    /// Whether number and maker are the same, without regard to case and padding.
    #[must_use]
    pub fn is(&self, item_number: &str, mfgr: &str) -> bool {
        same(&self.item_number, item_number) && same(&self.mfgr, mfgr)
    }
}

/// How IQR compares texts: without regard to case and to blanks at the ends.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.trim().to_lowercase() == right.trim().to_lowercase()
}
