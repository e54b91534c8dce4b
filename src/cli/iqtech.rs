//! The commands of `iqtech`.

mod employee;
mod locker;
mod values;

use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};
use time::Date;

pub use self::employee::{
    AddArgs, EmployeeCommand, EmployeeFields, EmployeeListArgs, Filter, LookupArgs, PinArgs, UpdateArgs,
    UpdateStatusArgs,
};
pub use self::locker::{
    CustodyArgs, LockerCommand, LockerMachineArgs, RecallArgs, ReportArgs, ResendArgs, ReserveArgs,
};
use self::values::{date, text};

/// `iqtech`: a group of commands that is defined only when one of them is typed, for a pass needs none of them.
#[derive(Debug)]
pub struct IqtechArgs {
    /// The command to run.
    pub command: IqtechCommand,
}

impl FromArgMatches for IqtechArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        IqtechCommand::from_arg_matches(matches).map(|command| Self { command })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.command.update_from_arg_matches(matches)
    }
}

impl Args for IqtechArgs {
    fn augment_args(command: Command) -> Command {
        command.subcommand_required(true).arg_required_else_help(true).defer(|command| {
            let about = command.get_about().cloned().unwrap_or_default();
            IqtechCommand::augment_subcommands(command).about(about).long_about(None)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The commands of `iqtech`.
#[derive(Debug, Subcommand)]
pub enum IqtechCommand {
    /// Lists, looks up, adds and changes the employees who use machines and lockers
    #[command(
        subcommand,
        after_help = "\
Examples:
  wipeos-iqr iqtech employee lookup --badge 42789        whose badge is this?
  wipeos-iqr iqtech employee status 1000 inactive        somebody leaves"
    )]
    Employee(EmployeeCommand),
    /// Reserves lockers for wiped assets, and shows which are free and taken
    #[command(
        subcommand,
        after_help = "\
Examples:
  wipeos-iqr iqtech locker free                          which are free?
  wipeos-iqr iqtech locker custody --asset 413800        where is this asset?"
    )]
    Locker(LockerCommand),
    /// Shows what machines hold, and what is low
    #[command(
        subcommand,
        after_help = "\
Examples:
  wipeos-iqr iqtech machine list --low                   what is to be refilled?
  wipeos-iqr iqtech machine show WTN42246643220217481"
    )]
    Machine(MachineCommand),
    /// Lists what was drawn from machines, and by whom
    Transactions(TransactionsArgs),
}

/// The commands of `iqtech machine`.
#[derive(Debug, Subcommand)]
pub enum MachineCommand {
    /// Lists every machine with its selections
    List(MachineListArgs),
    /// Shows one machine with its selections
    Show(MachineShowArgs),
}

/// `iqtech machine list`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech machine list
  wipeos-iqr iqtech machine list --low   exit code 10 if something is low")]
pub struct MachineListArgs {
    /// Only selections that are low or critical; exit code 10 where there are any
    #[arg(long)]
    pub low: bool,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `iqtech machine show`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech machine show WTN42246643220217481
  wipeos-iqr iqtech machine show WTN42246643220217481 --json")]
pub struct MachineShowArgs {
    /// The serial number of the machine
    #[arg(value_name = "WTN", value_parser = text)]
    pub machine: String,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `iqtech transactions`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech transactions --from 2026-03-01 --to 2026-03-31
  wipeos-iqr iqtech transactions --asset 413800   what was drawn for this asset
  wipeos-iqr iqtech transactions --machine WTN42246643220217481 --json

Times are shown as the service has them.")]
pub struct TransactionsArgs {
    /// From this day on
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Date>,
    /// Until this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub to: Option<Date>,
    /// Only of this machine [default: all]
    #[arg(long, value_name = "WTN", value_parser = text)]
    pub machine: Option<String>,
    /// Only those that name this inventory ID as asset or answer
    #[arg(long, value_name = "ID", value_parser = text)]
    pub asset: Option<String>,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}
