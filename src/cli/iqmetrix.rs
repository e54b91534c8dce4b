//! The commands of `iqmetrix`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};

use super::file::file;
use crate::iqmetrix::Format;

/// `iqmetrix`: a group of commands that is defined only when one of them is typed, for a pass needs none of them.
#[derive(Debug)]
pub struct IqmetrixArgs {
    /// The command to run.
    pub command: IqmetrixCommand,
}

impl FromArgMatches for IqmetrixArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        IqmetrixCommand::from_arg_matches(matches).map(|command| Self { command })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.command.update_from_arg_matches(matches)
    }
}

impl Args for IqmetrixArgs {
    fn augment_args(command: Command) -> Command {
        command.subcommand_required(true).arg_required_else_help(true).defer(|command| {
            let about = command.get_about().cloned().unwrap_or_default();
            IqmetrixCommand::augment_subcommands(command).about(about).long_about(None)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The commands of `iqmetrix`.
#[derive(Debug, Subcommand)]
pub enum IqmetrixCommand {
    /// Lists the companies that the account may read, or else those of its dealers
    #[command(after_help = "\
Examples:
  wipeos-iqr iqmetrix companies         which company is ours?
  wipeos-iqr iqmetrix companies --json  for a script
  wipeos-iqr iqmetrix companies --format excel --out companies.xlsx")]
    Companies(OutputArgs),
    /// Lists the dealers, with the locations of each company that the account may read
    #[command(after_help = "\
Examples:
  wipeos-iqr iqmetrix dealers
  wipeos-iqr iqmetrix dealers --format csv --out dealers.csv")]
    Dealers(OutputArgs),
    /// Looks up when devices were bought and returned, by their IMEIs
    Imei(ImeiArgs),
}

/// The destination of the answer, and its form.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Give the answer of the service as it is, in this format
    #[arg(long, value_name = "FORMAT", value_parser = format(), conflicts_with = "json")]
    pub format: Option<Format>,
    /// Write into this file, which is replaced in one step; - is stdout
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub out: Option<PathBuf>,
}

/// `iqmetrix imei`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqmetrix imei 014497002384313 01-449700-238432-1
  wipeos-iqr iqmetrix imei --from box-17.txt --json
  wipeos-iqr iqmetrix imei 014497002384313 --company 14170 --format csv

A file has one IMEI a line, or several with commas or semicolons between them.
What is no IMEI is reported and never asked for.")]
pub struct ImeiArgs {
    /// The IMEIs, with or without blanks, dashes, slashes and dots
    #[arg(value_name = "IMEI", required_unless_present = "from", conflicts_with = "from")]
    pub imeis: Vec<String>,
    /// Read the IMEIs from this file; - is stdin
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub from: Option<PathBuf>,
    /// Ask this company only [default: those of the config, or all that are listed]
    #[arg(long, value_name = "ID")]
    pub company: Option<i64>,
    /// The form of the answer.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The formats by their names.
fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name))
        .map(|name| Format::ALL.into_iter().find(|format| format.name() == name).unwrap_or(Format::Json))
}
