//! Carries what a data-wiping shop knows of a machine from a WipeOS appliance into IQ Reseller (IQR).
//!
//! # The way of the data
//!
//! ```text
//! WipeOS database ──read only──▶ store ──▶ Machine ──▶ mapping ──▶ AssetUpdate ─┐
//!                                                                                ├─▶ plan (pure) ─▶ apply ─▶ IQR, then ledger
//! IQR ──────────GET────────────▶ iqr ───▶ Asset (as IQR has it) ────────────────┘
//! ```
//!
//! One direction, no going back. `preview` stops after the plan and prints it; `sync` applies the same value, so a
//! preview can never differ from what is sent.

pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod digest;
pub mod iqr;
pub mod ledger;
pub mod logging;
pub mod mapping;
pub mod model;
pub mod output;
pub mod secret;
pub mod store;
pub mod sync;

use cli::{Cli, Command};
use commands::Exit;

/// The program but for the reading of its arguments: starts the log, runs the command, prints the error, once, if there
/// is one, and says how it went.
#[must_use]
pub fn run(cli: &Cli) -> Exit {
    output::choose_color(cli.global.color);
    logging::start(&cli.global);
    let result = match &cli.command {
        Command::Sync(args) => commands::sync::run(&cli.global, args),
        Command::Preview(args) => commands::preview::run(&cli.global, args),
        Command::AuthTest(args) => commands::auth_test::run(&cli.global, args),
        Command::MasterItem(args) => commands::master_item::run(&cli.global, args),
        Command::Status(args) => commands::status::run(&cli.global, args),
        Command::Init => commands::init::run(&cli.global),
    };
    result.unwrap_or_else(|error| {
        output::print_error(&error);
        Exit::of(&error)
    })
}
