//! The command line: what can be typed, and the help. Nothing here acts.
//!
//! The API key is not among it: every user of a machine can read the arguments of every process.

mod file;
mod iqmetrix;
mod iqtech;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use self::file::file;
pub use self::iqmetrix::{ImeiArgs, IqmetrixArgs, IqmetrixCommand, OutputArgs};
pub use self::iqtech::{
    AddArgs, CustodyArgs, EmployeeCommand, EmployeeFields, EmployeeListArgs, Filter, IqtechArgs, IqtechCommand,
    LockerCommand, LockerMachineArgs, LookupArgs, MachineCommand, MachineListArgs, MachineShowArgs, PinArgs,
    RecallArgs, ReportArgs, ResendArgs, ReserveArgs, TransactionsArgs, UpdateArgs, UpdateStatusArgs,
};
use crate::model::{Chassis, TemplateKind};

/// Columns that every help text keeps to, in a pipe too.
const WIDTH: usize = 80;

const EXAMPLES: &str = "\
Examples:
  wipeos-iqr init                     write a commented ./wipeos-iqr.toml
  wipeos-iqr auth-test                try the config, the databases, the API key
  wipeos-iqr preview 413800 --remote  what would change in IQR for this asset
  wipeos-iqr sync                     one pass, as cron makes it every 2 minutes
  wipeos-iqr status                   the last passes; what is held and why";

const IQMETRIX_EXAMPLES: &str = "\
Examples:
  wipeos-iqr iqmetrix companies             which company is ours?
  wipeos-iqr iqmetrix imei 014497002384313  bought and returned when?";

const IQTECH_EXAMPLES: &str = "\
Examples:
  wipeos-iqr iqtech employee lookup --badge 42789  whose badge is this?
  wipeos-iqr iqtech locker free                    which lockers are free?
  wipeos-iqr iqtech machine list --low             what is to be refilled?";

const EXIT_CODES: &str = "\
Exit codes:
  0   done, or nothing to do (held clients are no error)
  1   at least one client failed, or a request or an asset was refused
  2   usage
  3   configuration
  4   IQR refused the key, or iQmetrix or iQ Tech the credentials
  5   IQR, iQmetrix or iQ Tech cannot be reached, or is failing
  6   the WipeOS database, the ledger or the custody record cannot be used
  7   what was asked for by ID or name is not found
  8   iqtech: a change was sent, and nobody knows whether it was made
  10  iqtech machine list --low: something is low
  74  the command succeeded, but its output could not be written
  75  another pass is running
  130 a second signal ended the program

API key:
  $WIPEOS_IQR_API_KEY, the file that iqr.api_key_file names, or the systemd
  credential iqr-api-key; the first that exists

Config:
  that of --config or $WIPEOS_IQR_CONFIG, ./wipeos-iqr.toml, or
  /etc/wipeos-iqr/config.toml; the first that exists";

/// Carries what a WipeOS appliance knows of a machine into IQ Reseller (IQR)
#[derive(Debug, Parser)]
#[command(name = "wipeos-iqr", version, max_term_width = WIDTH, after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub struct Cli {
    /// Options that hold for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command to run.
    #[command(subcommand)]
    pub command: Command,
}

/// The definition of the command line, for what is made from it: completions, manual pages.
#[must_use]
pub fn definition() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Options that every command has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The config file; an empty name counts as not given
    #[arg(long, value_name = "FILE", env = "WIPEOS_IQR_CONFIG", global = true, value_parser = file())]
    pub config: Option<PathBuf>,
    /// Log more on stderr: -v what is done, -vv every request
    #[arg(short, long, action = ArgAction::Count, global = true, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Log nothing but the error that ends the program
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use color
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true)]
    pub color: Color,
}

/// Says when to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal that shows it
    #[default]
    Auto,
    /// Also into files and pipes
    Always,
    /// Not at all
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// One pass: finds the clients that are due and brings them to IQR
    Sync(SyncArgs),
    /// Shows what would be sent for an inventory ID, and why
    Preview(PreviewArgs),
    /// Signs in, reads something harmless, signs out; checks config, databases and clock on the way
    AuthTest(AuthTestArgs),
    /// Looks a master item up, and creates it if asked to
    MasterItem(MasterItemArgs),
    /// The last passes; what is due, held and failing, each with its reason
    Status(StatusArgs),
    /// Ends the notice that an asset still shows what another machine sent
    Dismiss(DismissArgs),
    /// Writes a commented config file (./wipeos-iqr.toml, or --config); never overwrites
    Init(InitArgs),
    /// Looks up companies, dealers and devices at iQmetrix, where the config has its section
    #[command(after_help = IQMETRIX_EXAMPLES)]
    Iqmetrix(IqmetrixArgs),
    /// Employees, lockers, machines and transactions of iQ Tech, where the config has its section
    #[command(after_help = IQTECH_EXAMPLES)]
    Iqtech(IqtechArgs),
}

/// `sync`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr sync                        what cron runs; silent when all is well
  wipeos-iqr sync --dry-run -v           the whole pass, but nothing is written
  wipeos-iqr sync --inventory-id 413800  this one only, due or not
  wipeos-iqr sync --retry                also what is held or failing, at once

On SIGTERM or SIGINT a pass starts no new client, reads back the write in
flight, ends its session, and is recorded as aborted. The exit code is that of
the work done so far: 0, or 1 if a client failed. The next pass sends the rest.
A second signal ends the program at once, with exit code 130.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that is typed on its own")]
pub struct SyncArgs {
    /// Make no request that could change anything
    #[arg(long)]
    pub dry_run: bool,
    /// Only the client with this inventory ID
    #[arg(long, value_name = "ID")]
    pub inventory_id: Option<String>,
    /// At most this many clients; the next pass goes on with the others
    #[arg(long, value_name = "N")]
    pub limit: Option<NonZeroUsize>,
    /// Compare every client, whatever its times say
    #[arg(long)]
    pub full: bool,
    /// Try everything that is held or failing now, whatever its delay
    #[arg(long)]
    pub retry: bool,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `preview`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr preview 413800                    without asking IQR
  wipeos-iqr preview 413800 --remote           with what differs in IQR
  wipeos-iqr preview 413800 --template laptop  as if it were a laptop")]
pub struct PreviewArgs {
    /// The inventory ID
    #[arg(value_name = "ID")]
    pub inventory_id: String,
    /// Read the asset from IQR too, and show what differs
    #[arg(long)]
    pub remote: bool,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Use the extended description of this kind of machine
    #[arg(long, value_name = "KIND", value_parser = template_kind())]
    pub template: Option<TemplateKind>,
}

/// `auth-test`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr auth-test                     each step with its result
  wipeos-iqr auth-test --json              for a script
  wipeos-iqr auth-test --probe 413800      what the API does, by reading only
  sudo -u wipeos-iqr wipeos-iqr auth-test  as the account that makes the passes")]
pub struct AuthTestArgs {
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Find out, by reading only, what the API does with this asset and without it
    #[arg(long, value_name = "INVENTORY_ID")]
    pub probe: Option<String>,
    /// Also write to the three fields of that asset, a TEST asset, and restore them
    #[arg(long, requires = "probe")]
    pub write_test: bool,
    /// The same ID again, without which nothing is written
    #[arg(long, value_name = "INVENTORY_ID", requires = "write_test")]
    pub yes_write_to: Option<String>,
}

/// `master-item`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr master-item Dell 'OptiPlex 9010'
  wipeos-iqr master-item Dell 'OptiPlex 9010' --create --chassis desktop
  wipeos-iqr master-item Dell 'OptiPlex 9010' --create --category COMPUTER")]
pub struct MasterItemArgs {
    /// The manufacturer, as the firmware or as IQR spells it
    pub manufacturer: String,
    /// The model, which is the item number
    pub model: String,
    /// Create it when it is missing
    #[arg(long)]
    pub create: bool,
    /// Its category, which must exist in IQR [default: that of the config]
    #[arg(long, requires = "create", value_name = "CATEGORY")]
    pub category: Option<String>,
    /// Its description [default: that of the config]
    #[arg(long, requires = "create", value_name = "TEXT")]
    pub description: Option<String>,
    /// The kind of machine, for the default category and description
    #[arg(long, requires = "create", value_name = "CHASSIS", value_parser = chassis(), ignore_case = true)]
    pub chassis: Option<Chassis>,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `status`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr status          the last passes; what is held and failing, and why
  wipeos-iqr status 413800   what is known of this asset
  wipeos-iqr status --json   for a script")]
pub struct StatusArgs {
    /// Only the client with this inventory ID
    #[arg(value_name = "ID")]
    pub inventory_id: Option<String>,
    /// Report as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Write a page for browsers into this file; - is stdout
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "inventory_id"])]
    pub html: Option<PathBuf>,
}

/// `dismiss`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr dismiss 400999 --reason 'corrected in IQR'
  wipeos-iqr dismiss 400999 --reason 'sold in May, came back as 400001'

The reason is kept with the history of the asset: `wipeos-iqr status 400999`.
Nothing is written to IQR.")]
pub struct DismissArgs {
    /// The inventory ID of the asset, as the notice names it
    #[arg(value_name = "ID")]
    pub inventory_id: String,
    /// Why the notice is to end
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// `init`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wipeos-iqr init                            ./wipeos-iqr.toml, to be edited
  wipeos-iqr init --from-store               with what the WipeOS database shows
  wipeos-iqr init --from-store /srv/wipe.db  of a database in another place
  wipeos-iqr --config /etc/wipeos-iqr/config.toml init")]
pub struct InitArgs {
    /// Look at the WipeOS database for the slot that holds the inventory ID
    #[arg(long, value_name = "PATH", num_args = 0..=1, default_missing_value = "/var/lib/wipeos/wipeos.db")]
    pub from_store: Option<PathBuf>,
}

/// The kinds by their names in the config.
fn template_kind() -> impl TypedValueParser<Value = TemplateKind> {
    PossibleValuesParser::new(TemplateKind::ALL.map(TemplateKind::name))
        .map(|name| TemplateKind::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or(TemplateKind::Default))
}

fn chassis() -> impl TypedValueParser<Value = Chassis> {
    const WORDS: [(&str, Chassis); 7] = [
        ("desktop", Chassis::Desktop),
        ("all-in-one", Chassis::AllInOne),
        ("laptop", Chassis::Laptop),
        ("macbook", Chassis::MacBook),
        ("tablet", Chassis::Tablet),
        ("convertible", Chassis::Convertible),
        ("server", Chassis::Server),
    ];
    PossibleValuesParser::new(WORDS.map(|(word, _)| word)).map(|typed| {
        let found = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(&typed));
        found.map_or(Chassis::Unknown, |(_, chassis)| *chassis)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    fn refused(line: &str) -> ErrorKind {
        let error = parse(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
        error.kind()
    }

    #[test]
    fn defines_a_consistent_command_line() {
        Cli::command().debug_assert();
    }

    #[test]
    fn fits_every_help_into_80_columns() {
        let mut command = Cli::command();
        command.build();
        let pages = |command: &mut clap::Command| {
            [command.render_help().to_string(), command.render_long_help().to_string()].concat()
        };
        let mut text = pages(&mut command);
        let mut left: Vec<&mut clap::Command> = command.get_subcommands_mut().collect();
        while let Some(command) = left.pop() {
            text.push_str(&pages(command));
            left.extend(command.get_subcommands_mut());
        }
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }

    #[test]
    fn shows_unwrapped_examples_for_every_command() {
        let mut definition = definition().disable_help_subcommand(true);
        definition.build();
        let mut left = vec![&definition];
        while let Some(command) = left.pop() {
            left.extend(command.get_subcommands());
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with("Examples:\n  "), "{}", command.get_name());
            let long = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            let wide: Vec<_> = help.lines().chain(long.lines()).filter(|line| line.len() > 80).collect();
            assert!(wide.is_empty(), "{wide:#?}");
        }
    }

    #[test]
    fn takes_global_options_before_and_after_the_command() {
        for line in ["wipeos-iqr -vv --config x --color never sync", "wipeos-iqr sync --config x -v -v --color=never"] {
            let cli = parse(line).unwrap();
            assert_eq!((cli.global.verbose, cli.global.color), (2, Color::Never));
            assert_eq!(cli.global.config, Some(PathBuf::from("x")));
        }
    }

    #[test]
    fn understands_every_word_of_a_kind() {
        for kind in TemplateKind::ALL {
            let cli = parse(&format!("wipeos-iqr preview 413800 --template {kind}")).unwrap();
            assert!(matches!(cli.command, Command::Preview(args) if args.template == Some(kind)));
        }
        for (word, expected) in [("MacBook", Chassis::MacBook), ("all-in-one", Chassis::AllInOne)] {
            let cli = parse(&format!("wipeos-iqr master-item a b --create --chassis {word}")).unwrap();
            assert!(matches!(cli.command, Command::MasterItem(args) if args.chassis == Some(expected)));
        }
    }

    #[test]
    fn defines_commands_of_a_group_only_when_it_is_typed() {
        let mut definition = definition();
        let count = |definition: &clap::Command, group: &str| {
            let group = definition.get_subcommands().find(|command| command.get_name() == group);
            group.map(|group| group.get_subcommands().count())
        };
        assert_eq!(["iqmetrix", "iqtech"].map(|group| count(&definition, group)), [Some(0); 2]);
        definition.build();
        let counts = ["iqmetrix", "iqtech"].map(|group| count(&definition, group));
        assert_eq!(counts, [Some(4), Some(5)], "three and four, and help");
    }

    #[test]
    fn takes_imeis_or_a_file_of_them() {
        let cli = parse("wipeos-iqr iqmetrix imei 1-2 3 --company 7 --format xml-datatable -vv").unwrap();
        let Command::Iqmetrix(IqmetrixArgs { command: IqmetrixCommand::Imei(args) }) = cli.command else {
            panic!("{:?}", cli.command)
        };
        assert_eq!(
            (args.imeis, args.company, cli.global.verbose),
            (vec!["1-2".to_owned(), "3".to_owned()], Some(7), 2)
        );
        assert_eq!(args.output.format, Some(crate::iqmetrix::Format::XmlDataTable));
        assert!(parse("wipeos-iqr iqmetrix imei --from - --json --out x").is_ok());
        assert_eq!(refused("wipeos-iqr iqmetrix imei"), ErrorKind::MissingRequiredArgument);
        assert_eq!(refused("wipeos-iqr iqmetrix imei 1 --from x"), ErrorKind::ArgumentConflict);
        assert_eq!(refused("wipeos-iqr iqmetrix imei 1 --json --format csv"), ErrorKind::ArgumentConflict);
        assert_eq!(refused("wipeos-iqr iqmetrix dealers --format pdf"), ErrorKind::InvalidValue);
        assert_eq!(refused("wipeos-iqr iqmetrix"), ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
    }

    #[test]
    fn takes_words_and_days_of_iqtech_only() {
        let reserve = "wipeos-iqr iqtech locker reserve --asset 1 --assignee employee:1 --type";
        assert!(parse(&format!("{reserve} drop-off --send both")).is_ok());
        assert_eq!(refused(&format!("{reserve} dropoff")), ErrorKind::InvalidValue);
        assert_eq!(refused("wipeos-iqr iqtech employee lookup"), ErrorKind::MissingRequiredArgument);
        assert!(parse("wipeos-iqr iqtech employee lookup --badge 1 --active no").is_ok());
        for day in ["2026-02-30", "02-03-2026", "today"] {
            let line = format!("wipeos-iqr iqtech locker report --from {day} --to 2026-03-01");
            assert_eq!(refused(&line), ErrorKind::ValueValidation, "{day}");
        }
        assert_eq!(refused("wipeos-iqr iqtech employee status 1 away"), ErrorKind::InvalidValue);
        assert_eq!(refused("wipeos-iqr iqtech employee pin 1 1234"), ErrorKind::UnknownArgument);
    }

    #[test]
    fn refuses_slips_of_the_pen_as_usage_errors() {
        assert_eq!(refused("wipeos-iqr sync --limit 0"), ErrorKind::ValueValidation);
        assert_eq!(refused("wipeos-iqr sync -q -v"), ErrorKind::ArgumentConflict);
        assert_eq!(refused("wipeos-iqr preview"), ErrorKind::MissingRequiredArgument);
        assert_eq!(refused("wipeos-iqr preview 1 --template phone"), ErrorKind::InvalidValue);
        assert_eq!(refused("wipeos-iqr master-item a b --category c"), ErrorKind::MissingRequiredArgument);
        assert_eq!(refused("wipeos-iqr sync --api-key x"), ErrorKind::UnknownArgument);
    }
}
