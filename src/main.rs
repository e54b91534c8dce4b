//! `wipeos-iqr`: parse, log, run, print the error once, and leave with the code that says what happened.

use std::process::ExitCode;

use clap::Parser;
use wipeos_iqr::cli::{Cli, Command};
use wipeos_iqr::{commands, logging, output};

fn main() -> ExitCode {
    let cli = Cli::parse();
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
    match result {
        Ok(code) => code.into(),
        Err(error) => {
            output::print_error(&error);
            commands::Exit::of(&error).into()
        }
    }
}
