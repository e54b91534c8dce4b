//! The services that a config uses, and the keys that they are asked for.

use std::fmt;

use crate::config::Config;
use crate::iqmetrix::Imei;
use crate::iqtech::Technician;
use crate::model::{LookupService, Machine};

/// Returns the services that a pass asks: those whose fields the texts of this config name.
pub fn services_in_use(config: &Config) -> impl Iterator<Item = LookupService> {
    let is_used = |service: &LookupService| config.looked_up().iter().any(|field| field.service() == *service);
    LookupService::ALL.into_iter().filter(is_used)
}

/// The most characters of a badge or of an employee number: a longer text is none.
const MAX_TECHNICIAN_CHARS: usize = 100;

/// The part of a machine that holds its key at a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace<'a> {
    /// This slot of the inventory item menu.
    Slot(&'a str),
    /// The technician that WipeOS records.
    Technician,
}

impl fmt::Display for KeyPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slot(name) => write!(f, "slot `{name}`"),
            Self::Technician => f.write_str("the technician of WipeOS"),
        }
    }
}

/// Returns the place of a machine's key at a service; `None` where the config has none.
#[must_use]
pub fn key_place(service: LookupService, config: &Config) -> Option<KeyPlace<'_>> {
    match service {
        LookupService::Iqmetrix => config.iqmetrix.as_ref().map(|settings| KeyPlace::Slot(&settings.imei_slot)),
        LookupService::Iqtech => {
            let settings = config.iqtech.as_ref().filter(|settings| settings.technician != Technician::Off)?;
            Some(match settings.technician_slot.as_str() {
                "" => KeyPlace::Technician,
                slot => KeyPlace::Slot(slot),
            })
        }
    }
}

/// Reads the key that a technician typed; `None` where the text is none: the service is not asked for it.
#[must_use]
pub fn parse_key(service: LookupService, typed: &str) -> Option<String> {
    match service {
        LookupService::Iqmetrix => Imei::parse(typed).map(|imei| imei.to_string()),
        LookupService::Iqtech => technician_key(typed),
    }
}

/// Reads a badge or an employee number: a text that is not blank, without the blanks around it.
fn technician_key(typed: &str) -> Option<String> {
    let key = typed.trim();
    let is_short = key.chars().nth(MAX_TECHNICIAN_CHARS).is_none();
    (!key.is_empty() && is_short && !key.chars().any(char::is_control)).then(|| key.to_owned())
}

/// Returns the key of a machine at a service.
#[must_use]
pub(super) fn key_of(service: LookupService, config: &Config, machine: &Machine) -> Option<String> {
    let typed = match key_place(service, config)? {
        KeyPlace::Slot(name) => machine.slot(name),
        KeyPlace::Technician => machine.technician.as_deref(),
    };
    parse_key(service, typed?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_short_text_for_the_key_of_a_technician() {
        let longest = "7".repeat(100);
        for (typed, key) in [
            (" 42789\t", Some("42789")),
            ("O'Neil, J\u{e9}", Some("O'Neil, J\u{e9}")),
            ("00042", Some("00042")),
            (longest.as_str(), Some(longest.as_str())),
            ("", None),
            (" \t", None),
            ("4\n2", None),
            (&format!("{longest}7"), None),
        ] {
            assert_eq!(parse_key(LookupService::Iqtech, typed).as_deref(), key, "{typed:?}");
        }
    }
}
