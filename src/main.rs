//! `wipeos-iqr`: parse, run, and leave with the code that says what happened.

use std::process::ExitCode;

use clap::Parser;
use wipeos_iqr::cli::Cli;

fn main() -> ExitCode {
    wipeos_iqr::run(&Cli::parse()).into()
}
