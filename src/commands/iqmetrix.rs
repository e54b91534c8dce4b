//! `iqmetrix`: companies, dealers and devices as iQmetrix's Data Connect knows them.

mod connection;
mod delivery;
mod devices;
mod lists;
mod progress;
mod typed;

use anyhow::Result;

use super::Exit;
use crate::cli::{Global, IqmetrixArgs, IqmetrixCommand};

/// Runs a command of the group.
///
/// # Errors
///
/// [`ConfigError::NoSection`](crate::config::ConfigError::NoSection) where the config does not say how to ask iQmetrix,
/// [`super::Usage`] for arguments that make no sense, [`super::NotFound`] where nothing is found; otherwise what kept
/// iQmetrix from being asked.
pub fn run(global: &Global, args: &IqmetrixArgs) -> Result<Exit> {
    match &args.command {
        IqmetrixCommand::Companies(output) => lists::companies(global, output),
        IqmetrixCommand::Dealers(output) => lists::dealers(global, output),
        IqmetrixCommand::Imei(args) => devices::run(global, args),
    }
}
