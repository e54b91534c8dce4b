//! Carries a data-wiping shop's knowledge of a machine from a WipeOS appliance into IQ Reseller (IQR).
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
//!
//! # The modules
//!
//! | module | purpose |
//! |---|---|
//! | [`cli`] | what can be typed; no logic |
//! | `commands` | one file per subcommand: gather, call, print; the exit codes; the page for browsers is `templates/status.html` |
//! | [`config`] | the config file, every value checked, all problems told at once |
//! | [`model`] | machine, asset, update, times, reasons: no I/O, no SQL, no wire format |
//! | [`store`] | the WipeOS database, read-only: which clients may have news, and each client whole |
//! | [`ledger`] | our own database: what was sent, the problems, the passes; its guard is the run lock |
//! | [`mapping`] | pure: machine → update (templates, processor, maker, model, chassis, comments) |
//! | [`iqr`] | IQR's web API: session, assets, master items, wire format, errors, limiter |
//! | [`sync`] | the pass: feed → examine → plan (pure) → apply → record |
//! | `monitor` | who else is told of a pass: Prometheus, and whoever waits for signs of life |
//! | `output`, `logging`, `escape` | what people and scripts are shown; one table of the characters that a terminal must not get |
//! | [`clock`], [`digest`], `secret`, `files`, `hardening` | the time of day, stable digests, texts that must not be seen, how files are opened and whose they may be, no core dumps |
//!
//! Where to make a change: the wording of a comment line, `mapping::comments` and the config's templates; a new vendor, one
//! line in `mapping::manufacturer`; a filler of serial numbers, `model::serial`; the evidence that two records are one
//! machine, `mapping::identity`; a name of the API, `iqr::endpoint` or the config; when a failing client is tried
//! again, `sync::retry`; which asset counts as showing what another machine sent, `sync::left_behind`.
//!
//! # Invariants
//!
//! Each is kept by the types or by a test over the sources (`tests/integration/invariants.rs`).
//!
//! - Only [`store`], [`ledger`] and what they share (`sqlite`) name rusqlite; only [`iqr`] and the ping of `monitor` name ureq; only [`cli`] and `main` name clap; only
//!   `output` prints.
//! - [`model`], [`mapping`] and the plan do no I/O and read no clock: the time of day is read by [`clock`] alone and
//!   passed down.
//! - [`mapping`] knows nothing of IQR's wire names, [`iqr`] nothing of WipeOS, [`store`] nothing of either.
//! - Nothing is written to the ledger or to IQR without the run lock; the WipeOS database is never written.
//! - A change that cannot be recorded is not sent, and no write is repeated without a read in between.
//! - No secret, and no line of the config file, is in any message, log or panic.

pub mod cli;
pub mod clock;
mod commands;
pub mod config;
pub mod digest;
mod escape;
mod files;
mod hardening;
pub mod iqr;
pub mod ledger;
mod logging;
pub mod mapping;
pub mod model;
mod monitor;
mod output;
mod secret;
mod sqlite;
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
    hardening::forbid_core_dumps();
    let result = match &cli.command {
        Command::Sync(args) => commands::sync::run(&cli.global, args),
        Command::Preview(args) => commands::preview::run(&cli.global, args),
        Command::AuthTest(args) => commands::auth_test::run(&cli.global, args),
        Command::MasterItem(args) => commands::master_item::run(&cli.global, args),
        Command::Status(args) => commands::status::run(&cli.global, args),
        Command::Dismiss(args) => commands::dismiss::run(&cli.global, args),
        Command::Init(args) => commands::init::run(&cli.global, args),
    };
    result.unwrap_or_else(|error| {
        output::print_error(&error);
        Exit::from_error(&error)
    })
}
