//! `iqmetrix`: companies, dealers and devices as iQmetrix's Data Connect knows them.

mod delivery;
mod devices;
mod lists;
mod progress;
mod typed;

use anyhow::Result;

use super::Exit;
use crate::cli::{Global, IqmetrixArgs, IqmetrixCommand};
use crate::clock::BootTime;
use crate::config::{Config, ConfigError};
use crate::iqmetrix::{Iqmetrix, MAX_ANSWER_OF_COMMAND};
use crate::web::Limits;

/// Runs a command of the group.
///
/// # Errors
///
/// [`ConfigError::NoSection`] where the config does not say how to ask iQmetrix, [`super::Usage`] for arguments that
/// make no sense, [`super::NotFound`] where nothing is found; otherwise what kept iQmetrix from being asked.
pub fn run(global: &Global, args: &IqmetrixArgs) -> Result<Exit> {
    match &args.command {
        IqmetrixCommand::Companies(output) => lists::companies(global, output),
        IqmetrixCommand::Dealers(output) => lists::dealers(global, output),
        IqmetrixCommand::Imei(args) => devices::run(global, args),
    }
}

/// A client that has sent nothing yet, and the last moment of its requests.
struct Connection {
    iqmetrix: Iqmetrix,
    end: BootTime,
}

/// Makes the client that the config describes.
fn connect(config: &Config) -> Result<Connection, ConfigError> {
    let settings = config.iqmetrix.clone().ok_or(ConfigError::NoSection("iqmetrix"))?;
    let end = BootTime::now() + config.sync.time_budget;
    let limits = Limits { deadline: end, interrupted: super::interruption() };
    let iqmetrix = Iqmetrix::new(settings, &config.iqmetrix_secrets()?, limits, MAX_ANSWER_OF_COMMAND);
    Ok(Connection { iqmetrix, end })
}
