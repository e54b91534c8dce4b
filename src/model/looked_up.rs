//! The fields of templates whose values other services have.

use std::fmt;

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
