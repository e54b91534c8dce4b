//! The client of a command.

use std::time::Duration;

use anyhow::Result;

use crate::clock::BootTime;
use crate::commands::{Usage, interruption};
use crate::config::{Config, ConfigError};
use crate::iqtech::{Iqtech, IqtechSettings, fits_path};
use crate::web::Limits;

/// The longest time of a command: a list may have a thousand pages, and a person may take a while to answer a question.
const MAX_TIME: Duration = Duration::from_secs(60 * 60);

/// Returns the settings.
pub(super) fn settings(config: &Config) -> Result<&IqtechSettings, ConfigError> {
    config.iqtech.as_ref().ok_or(ConfigError::NoSection("iqtech"))
}

/// Makes the client that the config describes; nothing is sent yet.
pub(super) fn connect(config: &Config) -> Result<Iqtech, ConfigError> {
    let settings = settings(config)?.clone();
    let limits = Limits { deadline: BootTime::now() + MAX_TIME, interrupted: interruption() };
    Ok(Iqtech::for_command(settings, &config.iqtech_secret()?, limits))
}

/// Returns the machine that was typed, or that of the config.
pub(super) fn machine(config: &Config, typed: Option<&str>) -> Result<String> {
    match typed.unwrap_or(settings(config)?.machine.trim()) {
        "" => Err(Usage("no machine is named; name it with --machine, or set iqtech.machine".to_owned()).into()),
        machine => Ok(part_of_path(machine, "the serial number of a machine")?.to_owned()),
    }
}

/// Refuses a text that cannot be a part of a path; `what` names it.
pub(super) fn part_of_path<'a>(text: &'a str, what: &str) -> Result<&'a str, Usage> {
    if fits_path(text) { Ok(text) } else { Err(Usage(format!("`{text}` cannot be {what}"))) }
}
