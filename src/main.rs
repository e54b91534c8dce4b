//! `wipeos-iqr`: parse, run, and leave with the code that says what happened.

use std::process::ExitCode;

use clap::Parser;
use wipeos_iqr::cli::Cli;
use wipeos_iqr::commands;

fn main() -> ExitCode {
    commands::run(&Cli::parse()).into()
}
