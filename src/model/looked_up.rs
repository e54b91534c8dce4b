//! The fields of templates whose values other services have, and the values of one machine.

use std::fmt;

use serde::Serialize;

use super::Timestamp;

/// A service that values are looked up at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LookupService {
    /// iQmetrix's Data Connect: the dates of a device, by its IMEI.
    Iqmetrix,
    /// iQ Tech: the name of a technician, by badge or employee number.
    Iqtech,
}

impl LookupService {
    /// All services.
    pub const ALL: [Self; 2] = [Self::Iqmetrix, Self::Iqtech];

    /// Returns the name of its section in the config and of the service in `--json`, metrics and the ledger.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Iqmetrix => "iqmetrix",
            Self::Iqtech => "iqtech",
        }
    }

    /// Returns the name of the service for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Iqmetrix => "iQmetrix",
            Self::Iqtech => "iQ Tech",
        }
    }
}

impl LookupService {
    /// Returns the fields of this service, in the order of its answers.
    pub fn fields(self) -> impl Iterator<Item = LookedUp> {
        LookedUp::ALL.into_iter().filter(move |field| field.service() == self)
    }
}

impl fmt::Display for LookupService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// A field of templates whose value is looked up. To the mapping, its value is that of a slot of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LookedUp {
    /// The day on which the device was bought: `2016-04-17`.
    ImeiPurchaseDate,
    /// The day on which the device was returned: `2016-04-17`.
    ImeiReturnDate,
    /// First and last name of the technician who worked on the machine: `Hawkeye Pierce`.
    TechnicianName,
}

impl LookedUp {
    /// All looked-up fields.
    pub const ALL: [Self; 3] = [Self::ImeiPurchaseDate, Self::ImeiReturnDate, Self::TechnicianName];

    /// Returns the name of the field in templates.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ImeiPurchaseDate => "IMEI Purchase Date",
            Self::ImeiReturnDate => "IMEI Return Date",
            Self::TechnicianName => "Technician Name",
        }
    }

    /// Returns the service that has its value.
    #[must_use]
    pub fn service(self) -> LookupService {
        match self {
            Self::ImeiPurchaseDate | Self::ImeiReturnDate => LookupService::Iqmetrix,
            Self::TechnicianName => LookupService::Iqtech,
        }
    }

    /// Returns the field of this name; as in the name of a slot, case and blanks do not count.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| letters(field.name()).eq(letters(name)))
    }
}

/// The state of a looked-up value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LookupState {
    /// The service has answered, and has it.
    Known,
    /// The service has answered, and has none; or it has not answered for too long.
    Absent,
    /// The service has not answered.
    Open,
}

/// A value of one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedUpValue {
    /// The field.
    pub field: LookedUp,
    /// The key that the service is asked for.
    pub key: String,
    /// The state of the value.
    pub state: LookupState,
    /// The value; of an open one the last that was known.
    pub text: Option<String>,
    /// The time of the service's last answer.
    pub asked_at: Option<Timestamp>,
    /// Whether that answer still holds. Otherwise the service is asked again, even where the value counts as absent.
    pub is_answered: bool,
}

impl LookedUpValue {
    /// Whether no value was ever known, and the service has not said that it has none: it does not answer, or never
    /// did.
    #[must_use]
    pub fn is_lacking(&self) -> bool {
        self.text.is_none() && (self.state == LookupState::Open || self.asked_at.is_none())
    }
}

/// The origin of the values that a machine has of one service, as digests: they tell whether a value was lost to a
/// person's change of the machine or to a change of the config.
///
/// The default one is that of a machine whose config has no section of the service: a technician may have typed a value
/// into a slot of the field's name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LookupOrigin {
    /// The name of the slot that holds the key.
    pub slot: u64,
    /// The key; 0 where the machine has none.
    pub key: u64,
    /// The settings of the service.
    pub settings: u64,
}

impl LookupOrigin {
    /// The length of [`Self::to_bytes`].
    pub const BYTES: usize = 24;

    /// The origin of a value that stands in IQR and that the ledger has no record of. No machine has this origin, so
    /// that it counts as replaced by settings.
    pub const UNKNOWN: Self = Self { slot: u64::MAX, key: 0, settings: 0 };

    /// Returns the origin as bytes for the ledger.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let numbers = [self.slot, self.key, self.settings].map(u64::to_le_bytes);
        bytes.as_chunks_mut::<8>().0.copy_from_slice(&numbers);
        bytes
    }

    /// Parses the bytes of the ledger.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let mut numbers = bytes.as_chunks::<8>().0.iter().map(|number| u64::from_le_bytes(*number));
        let mut next = || numbers.next().unwrap_or_default();
        Self { slot: next(), key: next(), settings: next() }
    }

    /// Whether the settings explain that a value of this origin is not there any more at `now`: the key is taken from
    /// another slot, or another service was asked about the same key. Another key in the same slot was typed by a
    /// technician.
    #[must_use]
    pub fn is_replaced_by_settings(self, now: Self) -> bool {
        self.slot != now.slot || (self.key == now.key && self.settings != now.settings)
    }
}

/// A looked-up field that a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedValue {
    /// The field.
    pub field: LookedUp,
    /// The origin that its value has, or would have.
    pub origin: LookupOrigin,
    /// Whether it has a value, whether looked up or typed into a slot of this name.
    pub is_printed: bool,
    /// Whether it lacks a value that the service was asked for and never gave.
    pub is_lacking: bool,
}

impl NamedValue {
    /// Whether the field has no value because the settings changed since `printed` was sent, or possibly so.
    #[must_use]
    pub fn is_lost_to_settings(&self, printed: &[PrintedValue]) -> bool {
        let is_lost =
            |then: &PrintedValue| then.field == self.field && then.origin.is_replaced_by_settings(self.origin);
        !self.is_printed && printed.iter().any(is_lost)
    }
}

/// A looked-up field that was sent with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintedValue {
    /// The field.
    pub field: LookedUp,
    /// The origin of its value.
    pub origin: LookupOrigin,
}

/// The letters of a name that count.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|character| !character.is_whitespace()).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_change_of_the_settings_from_one_of_the_machine() {
        let origin = |slot, key, settings| LookupOrigin { slot, key, settings };
        let then = origin(1, 7, 3);
        for (now, is_replaced, change) in [
            (origin(1, 7, 3), false, "none"),
            (origin(1, 0, 3), false, "a cleared key"),
            (origin(1, 8, 3), false, "a corrected key"),
            (origin(1, 8, 4), false, "a corrected key, and other settings"),
            (origin(1, 7, 4), true, "another service"),
            (origin(2, 0, 4), true, "a blank slot"),
            (origin(2, 7, 4), true, "another slot with the same key"),
            (LookupOrigin::default(), true, "no section"),
        ] {
            assert_eq!(then.is_replaced_by_settings(now), is_replaced, "{change}");
            assert!(LookupOrigin::UNKNOWN.is_replaced_by_settings(now), "{change}");
        }
    }

    #[test]
    fn finds_a_looked_up_field_as_slots_are_found() {
        for field in LookedUp::ALL {
            assert_eq!(LookedUp::from_name(field.name()), Some(field));
        }
        assert_eq!(LookedUp::from_name(" imei purchasedate"), Some(LookedUp::ImeiPurchaseDate));
        assert_eq!(LookedUp::from_name("IMEI  RETURN Date"), Some(LookedUp::ImeiReturnDate));
        for name in ["", "IMEI", "IMEI Purchase", "IMEI Purchase Date 2", "Return Date", "Technician"] {
            assert_eq!(LookedUp::from_name(name), None, "{name}");
        }
    }
}
