//! The fields of templates whose values other services have, and the values of one machine.

use std::fmt;

use serde::Serialize;

use super::Timestamp;

/// A service that values are looked up at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LookupService {
    /// iQmetrix's Data Connect: the dates of a device, by its IMEI.
    Iqmetrix,
}

impl LookupService {
    /// All services.
    pub const ALL: [Self; 1] = [Self::Iqmetrix];

    /// Returns the name of its section in the config and of the service in `--json`, metrics and the ledger.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Iqmetrix => "iqmetrix",
        }
    }

    /// Returns the name of the service for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Iqmetrix => "iQmetrix",
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
}

impl LookedUp {
    /// All looked-up fields.
    pub const ALL: [Self; 2] = [Self::ImeiPurchaseDate, Self::ImeiReturnDate];

    /// Returns the name of the field in templates.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ImeiPurchaseDate => "IMEI Purchase Date",
            Self::ImeiReturnDate => "IMEI Return Date",
        }
    }

    /// Returns the service that has its value.
    #[must_use]
    pub fn service(self) -> LookupService {
        match self {
            Self::ImeiPurchaseDate | Self::ImeiReturnDate => LookupService::Iqmetrix,
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
}

impl LookedUpValue {
    /// Whether no value was ever known, and the service has not said that it has none: it does not answer, or never did.
    #[must_use]
    pub fn is_lacking(&self) -> bool {
        self.text.is_none() && (self.state == LookupState::Open || self.asked_at.is_none())
    }
}

/// The letters of a name that count.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|character| !character.is_whitespace()).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_looked_up_field_as_slots_are_found() {
        for field in LookedUp::ALL {
            assert_eq!(LookedUp::from_name(field.name()), Some(field));
        }
        assert_eq!(LookedUp::from_name(" imei purchasedate"), Some(LookedUp::ImeiPurchaseDate));
        assert_eq!(LookedUp::from_name("IMEI  RETURN Date"), Some(LookedUp::ImeiReturnDate));
        for name in ["", "IMEI", "IMEI Purchase", "IMEI Purchase Date 2", "Return Date"] {
            assert_eq!(LookedUp::from_name(name), None, "{name}");
        }
    }
}
