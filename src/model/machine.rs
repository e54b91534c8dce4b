//! A machine as the WipeOS appliance knows it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    LookedUpValue, LookupOrigin, LookupService, OwnNames, Timestamp, excerpt, is_filler_serial, is_virtual_medium,
};

/// The key of a row of the appliance's `client` table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub i64);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A client, read whole and in one consistent read.
///
/// Every text is trimmed, and `None` where the appliance has nothing or only blanks. Placeholders of the firmware (`To
/// Be Filled By O.E.M.`) are still in here: to judge them is the mapping's business.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Machine {
    /// Key of the client.
    pub client_id: ClientId,
    /// The time when this was read, by the clock of this program. The end of a wipe that lies more than a day after it
    /// is not printed.
    #[serde(skip)]
    pub read_at: Timestamp,
    /// SMBIOS system manufacturer.
    pub manufacturer: Option<String>,
    /// SMBIOS system product name.
    pub model: Option<String>,
    /// SMBIOS system version (Lenovo's readable name is here).
    pub version: Option<String>,
    /// SMBIOS system family.
    pub family: Option<String>,
    /// SMBIOS SKU number.
    pub sku: Option<String>,
    /// SMBIOS system serial number.
    pub serial_number: Option<String>,
    /// SMBIOS chassis asset tag.
    pub asset_tag: Option<String>,
    /// SMBIOS chassis type as the firmware gives it; bit 7 may be set (a chassis lock).
    pub chassis_type: Option<i64>,
    /// The processor's brand string, raw.
    pub processor: Option<String>,
    /// Cores of one package.
    pub processor_cores: Option<u32>,
    /// Packages.
    pub processor_count: Option<u32>,
    /// Memory as the firmware totals it, in bytes.
    pub memory_bytes: Option<u64>,
    /// `DDR4` and the like.
    pub memory_type: Option<String>,
    /// Name of the graphics controller.
    pub graphics: Option<String>,
    /// Optical drive (`DVDRW`), `None` when there is none or it is not known.
    pub optical_drive: Option<String>,
    /// Whether there is a webcam; `None` when it is not known.
    pub webcam: Option<bool>,
    /// Whether the screen is a touchscreen; `None` when it is not known.
    pub touchscreen: Option<bool>,
    /// Diagonal of the screen, in inches.
    pub screen_inches: Option<f64>,
    /// `1920x1080` and the like.
    pub screen_resolution: Option<String>,
    /// The technician who worked on it.
    pub technician: Option<String>,
    /// The job it belongs to.
    pub job: Option<String>,
    /// The time when the client was made.
    pub created_at: Option<Timestamp>,
    /// The time when the client or one of its slots was last edited.
    pub updated_at: Option<Timestamp>,
    /// The inventory item menu, by name.
    pub slots: Vec<Slot>,
    /// Values that other services know of the machine.
    #[serde(skip)]
    pub looked_up: Vec<LookedUpValue>,
    /// The origin of those values, of each service that the config has a section of.
    #[serde(skip)]
    pub lookup_origins: Vec<(LookupService, LookupOrigin)>,
    /// Batteries, in the order of their position.
    pub batteries: Vec<Battery>,
    /// Drives, in the order of their position.
    pub drives: Vec<Drive>,
    /// Diagnostics logs, oldest first.
    pub diagnostics: Vec<DiagnosticsLog>,
}

/// A slot of the inventory item menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slot {
    /// The slot's own name.
    pub name: String,
    /// The text that the technician typed.
    pub value: Option<String>,
}

/// A battery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Battery {
    /// Its place, from the appliance.
    pub position: i64,
    /// Full charge against design capacity, in percent.
    pub health_percent: Option<u32>,
    /// Charge cycles.
    pub cycles: Option<u32>,
}

/// A drive and all the wipes that were ever started on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drive {
    /// Key of the row of `disk`.
    pub id: i64,
    /// Its place, from the appliance.
    pub position: i64,
    /// Model as the drive gives it.
    pub model: Option<String>,
    /// Serial number as the drive gives it.
    pub serial_number: Option<String>,
    /// Capacity in bytes.
    pub size_bytes: Option<u64>,
    /// `HDD`, `SSD`, `NVMe`, ...
    pub media: Option<String>,
    /// `SATA`, `SAS`, `PCIe`, ...
    pub interface: Option<String>,
    /// Health as the appliance words it.
    pub health: Option<String>,
    /// Wipes, in the order in which they were started (by key).
    pub wipes: Vec<Wipe>,
}

/// A wipe of a drive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wipe {
    /// Key of the row of `wipe`.
    pub id: i64,
    /// Method text as WipeOS stored it (`NIST SP 800-88 Clear`).
    pub method: Option<String>,
    /// Result word as WipeOS stored it.
    pub result: Option<String>,
    /// Whether the wipe was verified; `None` when the appliance says nothing of it. A value that is no known yes is a
    /// no.
    pub verified: Option<bool>,
    /// The time when it was started.
    pub started_at: Option<Timestamp>,
    /// The time when it finished; `None` while it runs.
    pub finished_at: Option<Timestamp>,
}

/// A run of the diagnostics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiagnosticsLog {
    /// Key of the row of `diagnostics_log`.
    pub id: i64,
    /// The time when the log was made.
    pub created_at: Option<Timestamp>,
    /// The technician who ran it.
    pub technician: Option<String>,
    /// Its tests, in the order of their position.
    pub tests: Vec<DiagnosticsTest>,
}

/// A test of a diagnostics log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiagnosticsTest {
    /// The test's name, as the log has it.
    pub name: String,
    /// The result word, as the log has it.
    pub result: Option<String>,
}

/// The value of the slot of this name; names match without regard to case and blanks at the ends.
#[must_use]
pub fn slot_of<'a>(slots: &'a [Slot], name: &str) -> Option<&'a str> {
    let name = name.trim();
    slots.iter().find(|slot| slot.name.trim().eq_ignore_ascii_case(name)).and_then(|slot| slot.value.as_deref())
}

impl Machine {
    /// The value of a slot of the inventory item menu, as [`slot_of`] finds it.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<&str> {
        slot_of(&self.slots, name)
    }

    /// Whether the machine has a slot of this name, as [`slot_of`] finds it, also a blank one.
    #[must_use]
    pub fn has_slot(&self, name: &str) -> bool {
        self.slots.iter().any(|slot| slot.name.trim().eq_ignore_ascii_case(name.trim()))
    }

    /// Returns the origin of the values of a service; the default one where the config has no section of it.
    #[must_use]
    pub fn lookup_origin(&self, service: LookupService) -> LookupOrigin {
        let of_service = self.lookup_origins.iter().find(|(of, _)| *of == service);
        of_service.map_or_else(LookupOrigin::default, |(_, origin)| *origin)
    }

    /// Maker, model and serial number as WipeOS has them, for people; empty when it has none of them.
    #[must_use]
    pub fn name(&self) -> String {
        let serial = self.serial_number.as_deref().map(|serial| format!("serial number {}", excerpt(serial)));
        let maker = [self.manufacturer.as_deref(), self.model.as_deref()];
        let maker = maker.into_iter().flatten().map(excerpt).collect::<Vec<_>>().join(" ");
        let parts = [Some(maker).filter(|maker| !maker.is_empty()), serial];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The serial number, unless it is blank or a filler that firmware puts there.
    #[must_use]
    pub fn real_serial(&self) -> Option<&str> {
        self.serial_number.as_deref().map(str::trim).filter(|serial| !is_filler_serial(serial))
    }

    /// The serial number, if it identifies the machine.
    #[must_use]
    pub fn identifying_serial(&self) -> Option<&str> {
        let serial = self.serial_number.as_deref().map(str::trim)?;
        self.own_names().is_identified_by(serial).then_some(serial)
    }

    /// Returns the names that the record gives the machine.
    #[must_use]
    pub fn own_names(&self) -> OwnNames {
        let Self { manufacturer, model, version, family, sku, .. } = self;
        OwnNames::from_texts([manufacturer, model, version, family, sku].map(Option::as_deref))
    }
}

impl Battery {
    /// Full charge against design capacity, in percent, where it is a reading. A new battery has a little more than it
    /// was built for; a number beyond that is a counter that was never filled in (255, 65535).
    #[must_use]
    pub fn reading(&self) -> Option<u32> {
        const MAX_PERCENT: u32 = 110;
        self.health_percent.filter(|percent| *percent <= MAX_PERCENT)
    }
}

impl Drive {
    /// Whether it is a medium that a management controller lends over the network: it is not fitted, and a wipe of it
    /// says nothing of the machine.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        [&self.model, &self.media].into_iter().flatten().any(|name| is_virtual_medium(name))
    }

    /// Whether it is a stick, a card reader or another medium that is moved from machine to machine: it says nothing of
    /// which machine it is plugged into.
    #[must_use]
    pub fn is_removable(&self) -> bool {
        const READERS: [&str; 7] =
            ["usb", "card reader", "cardreader", "flash reader", "multi-card", "multicard", "sd/mmc"];
        let texts =
            [&self.media, &self.interface, &self.model].into_iter().flatten().map(|text| text.to_ascii_lowercase());
        texts.into_iter().any(|text| READERS.iter().any(|word| text.contains(word)))
    }

    /// Whether it reads discs and stores nothing itself.
    #[must_use]
    pub fn is_optical(&self) -> bool {
        let media = self.media.as_deref().unwrap_or_default().to_ascii_lowercase();
        ["cd", "dvd", "bd-", "blu-ray", "optical"].iter().any(|start| media.starts_with(start))
    }
}
