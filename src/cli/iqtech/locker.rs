//! The commands of `iqtech locker`.

use clap::{Args, Subcommand};
use time::Date;

use super::values::{date, text, word_of};
use crate::iqtech::{ReservationType, SendCode};

/// The commands of `iqtech locker`.
#[derive(Debug, Subcommand)]
pub enum LockerCommand {
    /// Lists the free lockers of a machine
    #[command(after_help = "\
Examples:
  wipeos-iqr iqtech locker free
  wipeos-iqr iqtech locker free --machine WTN42246643220217481 --json")]
    Free(LockerMachineArgs),
    /// Lists the reservations of a machine, each with its state
    #[command(after_help = "\
Examples:
  wipeos-iqr iqtech locker status
  wipeos-iqr iqtech locker status --machine WTN42246643220217481 --json")]
    Status(LockerMachineArgs),
    /// Reserves a locker for an asset that is wiped and sent to IQR
    Reserve(ReserveArgs),
    /// Has a new access code sent for a reservation
    Resend(ResendArgs),
    /// Ends a reservation
    Recall(RecallArgs),
    /// Lists what happened to the reservations of a period
    Report(ReportArgs),
    /// Shows the record of what was reserved and by whom; asks nobody
    Custody(CustodyArgs),
}

/// `iqtech locker free` and `iqtech locker status`
#[derive(Debug, Args)]
pub struct LockerMachineArgs {
    /// The machine [default: iqtech.machine]
    #[arg(long, value_name = "WTN", value_parser = text)]
    pub machine: Option<String>,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `iqtech locker reserve`
#[derive(Debug, Args)]
#[command(
    override_usage = "\
wipeos-iqr iqtech locker reserve [OPTIONS] --asset <ID> --type <TYPE>
                                        --assignee <SPEC>...",
    after_help = "\
Examples:
  wipeos-iqr iqtech locker reserve --asset 413800 --type pickup \\
    --assignee employee:1000 --assignee 'custom:Jo Ito,email=jo@example.com'
  wipeos-iqr iqtech locker reserve --asset 413800 --type release \\
    --assignee user:7 --selection 162 --send email
  wipeos-iqr iqtech locker reserve --asset 413800 --type release \\
    --assignee employee:1000 --force 'court order 17'

SPEC is employee:ID, user:ID or custom:NAME. Behind it may stand, each with a
comma before it: role= name= email= phone= dial-code= country-code=
description= and barcode. A release has one assignee, a pickup or drop-off has
two, an exchange has three; they are sent in the order typed.

An asset that is not wiped and sent is refused; --force REASON reserves it all
the same, and the custody record keeps the reason."
)]
pub struct ReserveArgs {
    /// The inventory ID of the asset
    #[arg(long, value_name = "ID", value_parser = text)]
    pub asset: String,
    /// The type of the reservation
    #[arg(long = "type", value_name = "TYPE", value_parser = word_of(ReservationType::WORDS))]
    pub kind: ReservationType,
    /// Person who puts the asset in or takes it out; once for each
    #[arg(long = "assignee", value_name = "SPEC", required = true)]
    pub assignees: Vec<String>,
    /// The locker [default: the first that is free]
    #[arg(long, value_name = "N", value_parser = text)]
    pub selection: Option<String>,
    /// The machine [default: iqtech.machine]
    #[arg(long, value_name = "WTN", value_parser = text)]
    pub machine: Option<String>,
    /// The location
    #[arg(long, value_name = "X", value_parser = text)]
    pub location: Option<String>,
    /// The product [default: that of the service]
    #[arg(long, value_name = "X", value_parser = text)]
    pub product: Option<String>,
    /// Way in which the service sends the access codes
    #[arg(long, value_name = "HOW", default_value = "none", value_parser = word_of(SendCode::WORDS))]
    pub send: SendCode,
    /// Name of the person who reserves [default: the account that typed it]
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub by: Option<String>,
    /// Reserve an asset that is not known to be wiped and sent, for this reason
    #[arg(long, value_name = "REASON", value_parser = text)]
    pub force: Option<String>,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `iqtech locker resend`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech locker resend \\
    --reservation 3fa85f64-5717-4562-b3fc-2c963f66afa6")]
pub struct ResendArgs {
    /// The ID of the reservation
    #[arg(long, value_name = "UUID", value_parser = text)]
    pub reservation: String,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `iqtech locker recall`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech locker recall \\
    --reservation 3fa85f64-5717-4562-b3fc-2c963f66afa6
  wipeos-iqr iqtech locker recall --assignee employee:1000 \\
    --reservation 3fa85f64-5717-4562-b3fc-2c963f66afa6")]
pub struct RecallArgs {
    /// The ID of the reservation
    #[arg(long, value_name = "UUID", value_parser = text)]
    pub reservation: String,
    /// Who takes the asset out, as for locker reserve
    #[arg(long, value_name = "SPEC")]
    pub assignee: Option<String>,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `iqtech locker report`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech locker report --from 2026-03-01 --to 2026-03-31
  wipeos-iqr iqtech locker report --from 2026-03-01 --to 2026-03-01 --json

Times are shown as the service has them.")]
pub struct ReportArgs {
    /// The first day
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Date,
    /// The last day
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub to: Date,
    /// The machine [default: iqtech.machine]
    #[arg(long, value_name = "WTN", value_parser = text)]
    pub machine: Option<String>,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `iqtech locker custody`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr iqtech locker custody
  wipeos-iqr iqtech locker custody --asset 413800 --json")]
pub struct CustodyArgs {
    /// Only of this inventory ID
    #[arg(long, value_name = "ID", value_parser = text)]
    pub asset: Option<String>,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}
