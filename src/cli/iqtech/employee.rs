//! The commands of `iqtech employee`.

use std::num::NonZeroU32;

use clap::{ArgAction, Args, Subcommand};

use super::values::{text, word_of};
use crate::iqtech::Language;
use crate::model::Timestamp;

/// The commands of `iqtech employee`.
#[derive(Debug, Subcommand)]
pub enum EmployeeCommand {
    /// Lists every employee
    List(EmployeeListArgs),
    /// Looks employees up by what is known of them
    Lookup(LookupArgs),
    /// Adds an employee
    Add(AddArgs),
    /// Changes an employee, after showing the difference
    Update(UpdateArgs),
    /// Makes an employee active or inactive
    Status(UpdateStatusArgs),
    /// Changes the PIN of an employee; the old and the new one are read from stdin
    Pin(PinArgs),
}

/// `iqtech employee list`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech employee list
  wipeos-iqr iqtech employee list --page 3 --json")]
pub struct EmployeeListArgs {
    /// Only this page, from 1 [default: all]
    #[arg(long, value_name = "N")]
    pub page: Option<NonZeroU32>,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `iqtech employee lookup`
#[derive(Debug, Args)]
#[command(
    override_usage = "wipeos-iqr iqtech employee lookup [OPTIONS] --FILTER <VALUE>...",
    after_help = "\
Examples:
  wipeos-iqr iqtech employee lookup --badge 42789
  wipeos-iqr iqtech employee lookup --last Pierce --active yes --json

Several filters hold together."
)]
pub struct LookupArgs {
    /// The filters.
    #[command(flatten)]
    pub filter: Filter,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// The values by which employees are looked up.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Filter {
    /// The badge
    #[arg(long, value_name = "BADGE", value_parser = text)]
    pub badge: Option<String>,
    /// The employee number
    #[arg(long, value_name = "NUMBER", value_parser = text)]
    pub number: Option<String>,
    /// The first name
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub first: Option<String>,
    /// The last name
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub last: Option<String>,
    /// The department
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub department: Option<String>,
    /// Whether the employee is active
    #[arg(long, value_name = "YES|NO", value_parser = word_of(YES_OR_NO))]
    pub active: Option<bool>,
}

/// `iqtech employee add`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech employee add --number 1100 --first Margaret \\
    --last Houlihan --department Nursing --badge 42790 --active yes")]
pub struct AddArgs {
    /// The employee number
    #[arg(long, value_name = "NUMBER", value_parser = text)]
    pub number: String,
    /// The fields; the first three must be there.
    #[command(flatten)]
    pub fields: EmployeeFields,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `iqtech employee update`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech employee update 1100 --department Surgery
  wipeos-iqr iqtech employee update 1100 --badge 42791 --yes   without asking

The service gets every field that it has of the employee, with the changes. An
update may end a suspension; name --suspended yes to keep it.")]
pub struct UpdateArgs {
    /// The employee number
    #[arg(value_name = "NUMBER", value_parser = text)]
    pub number: String,
    /// The fields to change.
    #[command(flatten)]
    pub fields: EmployeeFields,
    /// Do not ask before the change
    #[arg(long)]
    pub yes: bool,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// The fields of an employee.
#[derive(Debug, Clone, Default, Args)]
pub struct EmployeeFields {
    /// The first name
    #[arg(long, value_name = "NAME")]
    pub first: Option<String>,
    /// The last name
    #[arg(long, value_name = "NAME")]
    pub last: Option<String>,
    /// The department
    #[arg(long, value_name = "NAME")]
    pub department: Option<String>,
    /// The e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// The badge
    #[arg(long, value_name = "BADGE")]
    pub badge: Option<String>,
    /// The language at the machine
    #[arg(long, value_name = "LANGUAGE", value_parser = word_of(LANGUAGES))]
    pub language: Option<Language>,
    /// Whether the employee is active
    #[arg(long, value_name = "YES|NO", value_parser = word_of(YES_OR_NO))]
    pub active: Option<bool>,
    /// Whether the employee administers machines
    #[arg(long, value_name = "YES|NO", value_parser = word_of(YES_OR_NO))]
    pub vt_admin: Option<bool>,
    /// The PIN option, as the service numbers it
    #[arg(long, value_name = "X")]
    pub pin_option: Option<String>,
    /// Whether the fingerprint is not asked for
    #[arg(long, value_name = "YES|NO", value_parser = word_of(YES_OR_NO))]
    pub ignore_fingerprint: Option<bool>,
    /// The e-mail address of the manager
    #[arg(long, value_name = "ADDRESS")]
    pub manager_email: Option<String>,
    /// Take the PIN away
    #[arg(long)]
    pub clear_pin: bool,
    /// Have a new PIN set
    #[arg(long)]
    pub reset_pin: bool,
    /// Suspend until this time, UTC (YYYY-MM-DDTHH:MM:SSZ)
    #[arg(long, value_name = "TIME")]
    pub suspend_until: Option<Timestamp>,
    /// Whether the employee is suspended
    #[arg(long, value_name = "YES|NO", value_parser = word_of(YES_OR_NO))]
    pub suspended: Option<bool>,
}

/// `iqtech employee status`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech employee status 1100 inactive
  wipeos-iqr iqtech employee status 1100 active --json")]
pub struct UpdateStatusArgs {
    /// The employee number
    #[arg(value_name = "NUMBER", value_parser = text)]
    pub number: String,
    /// The new status
    #[arg(value_name = "STATUS", action = ArgAction::Set, value_parser = word_of(ACTIVITY))]
    pub is_active: bool,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `iqtech employee pin`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech employee pin 1100              asks for both PINs
  wipeos-iqr iqtech employee pin 1100 < pins.txt   old and new, one a line

A PIN is never an argument, for every user can read those of every process.")]
pub struct PinArgs {
    /// The employee number
    #[arg(value_name = "NUMBER", value_parser = text)]
    pub number: String,
    /// The account of the employee at the service
    #[arg(long, value_name = "X", value_parser = text)]
    pub account_id: Option<String>,
    /// The service's own ID of the employee
    #[arg(long, value_name = "X", value_parser = text)]
    pub emplid: Option<String>,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// A yes or a no, as a value.
const YES_OR_NO: [(&str, bool); 2] = [("yes", true), ("no", false)];

/// The status of an employee, by its word.
const ACTIVITY: [(&str, bool); 2] = [("active", true), ("inactive", false)];

/// The languages of the machines.
const LANGUAGES: [(&str, Language); 3] =
    [("english", Language::English), ("spanish", Language::Spanish), ("french", Language::French)];
