//! The rows of a store as plain values, to be written by hand.

/// One client with everything that hangs on it. Columns as in `contrib/store.sql`; `None` is NULL.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the columns' names and meanings are those of contrib/store.sql")]
pub struct Client {
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub version: Option<String>,
    pub family: Option<String>,
    pub sku: Option<String>,
    pub serial_number: Option<String>,
    pub asset_tag: Option<String>,
    pub chassis_type: Option<i64>,
    pub processor: Option<String>,
    pub processor_cores: Option<i64>,
    pub processor_count: Option<i64>,
    pub memory_bytes: Option<i64>,
    pub memory_type: Option<String>,
    pub graphics: Option<String>,
    pub optical_drive: Option<String>,
    pub webcam: Option<bool>,
    pub touchscreen: Option<bool>,
    pub screen_inches: Option<f64>,
    pub screen_resolution: Option<String>,
    pub technician: Option<String>,
    pub job: Option<String>,
    pub created_at: Option<String>,
    /// Blank is written as [`super::SAMPLE_TIME`].
    pub updated_at: String,
    /// Names and values of the inventory item menu.
    pub slots: Vec<(String, Option<String>)>,
    pub batteries: Vec<Battery>,
    pub disks: Vec<Disk>,
    pub logs: Vec<Log>,
}

/// One battery; its position is its place in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns' names and meanings are those of contrib/store.sql")]
pub struct Battery {
    pub health_percent: Option<i64>,
    pub cycles: Option<i64>,
}

/// One disk with its wipes; its position is its place in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns' names and meanings are those of contrib/store.sql")]
pub struct Disk {
    pub model: Option<String>,
    pub serial_number: Option<String>,
    pub size_bytes: Option<i64>,
    pub media: Option<String>,
    pub interface: Option<String>,
    pub health: Option<String>,
    pub wipes: Vec<Wipe>,
}

/// One wipe of a disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns' names and meanings are those of contrib/store.sql")]
pub struct Wipe {
    pub method: Option<String>,
    pub result: Option<String>,
    pub verified: Option<bool>,
    pub started_at: Option<String>,
    /// `None` while it runs.
    pub finished_at: Option<String>,
}

/// One diagnostics log with its tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns' names and meanings are those of contrib/store.sql")]
pub struct Log {
    /// Blank is written as [`super::SAMPLE_TIME`].
    pub created_at: String,
    pub technician: Option<String>,
    /// Names and results, in order.
    pub tests: Vec<(String, Option<String>)>,
}

impl Client {
    /// The same with the value in its inventory ID slot (see [`super::ID_SLOT`]).
    #[must_use]
    pub fn with_inventory_id(self, typed: &str) -> Self {
        self.with_slot(super::ID_SLOT, typed)
    }

    /// The same with the text in its IMEI slot (see [`super::IMEI_SLOT`]).
    #[must_use]
    pub fn with_imei(self, typed: &str) -> Self {
        self.with_slot(super::IMEI_SLOT, typed)
    }

    fn with_slot(mut self, slot: &str, typed: &str) -> Self {
        self.slots.retain(|(name, _)| name != slot);
        self.slots.push((slot.to_owned(), Some(typed.to_owned())));
        self
    }
}

impl Disk {
    /// A disk that was wiped and verified, at that time.
    #[must_use]
    pub fn wiped(media: &str, size_bytes: i64, serial_number: &str, method: &str, finished_at: &str) -> Self {
        Self {
            serial_number: text(serial_number),
            size_bytes: Some(size_bytes),
            media: text(media),
            wipes: vec![Wipe {
                method: text(method),
                result: text("Success"),
                verified: Some(true),
                started_at: text(finished_at),
                finished_at: text(finished_at),
            }],
            ..Self::default()
        }
    }
}

impl Log {
    /// A log of tests with results; a blank result is a test that was not run.
    #[must_use]
    pub fn of(created_at: &str, tests: &[(&str, &str)]) -> Self {
        let tests = tests.iter().map(|&(name, result)| (name.to_owned(), text(result))).collect();
        Self { created_at: created_at.to_owned(), technician: text("EF"), tests }
    }
}

/// A text, or NULL for nothing.
pub(crate) fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
