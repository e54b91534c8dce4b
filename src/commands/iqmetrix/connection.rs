//! The client of a command.

use crate::clock::BootTime;
use crate::commands;
use crate::config::{Config, ConfigError};
use crate::iqmetrix::{Iqmetrix, MAX_ANSWER_OF_COMMAND};
use crate::web::Limits;

/// A client that has sent nothing yet, and the last moment of its requests.
pub(super) struct Connection {
    pub iqmetrix: Iqmetrix,
    pub end: BootTime,
}

/// Makes the client that the config describes.
pub(super) fn connect(config: &Config) -> Result<Connection, ConfigError> {
    let settings = config.iqmetrix.clone().ok_or(ConfigError::NoSection("iqmetrix"))?;
    let end = BootTime::now() + config.sync.time_budget;
    let limits = Limits { deadline: end, interrupted: commands::interruption() };
    let iqmetrix = Iqmetrix::new(settings, &config.iqmetrix_secrets()?, limits, MAX_ANSWER_OF_COMMAND);
    Ok(Connection { iqmetrix, end })
}
