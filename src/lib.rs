//! Carries a data-wiping shop's knowledge of a machine from a WipeOS appliance into IQ Reseller (IQR).
//!
//! # Data flow
//!
//! ```text
//! WipeOS database ──read only──▶ store ──▶ Machine ──▶ mapping ──▶ AssetUpdate ─┐
//!                                                                                ├─▶ plan (pure) ─▶ apply ─▶ IQR, then ledger
//! IQR ──────────GET────────────▶ iqr ───▶ Asset (as IQR has it) ────────────────┘
//! ```
//!
//! Data flows in one direction. An evaluated client carries its machine and its update: `preview` prints this value,
//! and `sync` applies it.
//!
//! # Modules
//!
//! | module | purpose |
//! |---|---|
//! | [`cli`] | the command line; no logic |
//! | `commands` | one file per subcommand: load, call, print; the exit codes; the page for browsers is `templates/status.html` |
//! | [`config`] | the config file: every value checked, all problems reported at once |
//! | [`model`] | machine, asset, update, times, reasons: no I/O, no SQL, no wire format |
//! | [`store`] | the WipeOS database, read-only: which clients may have news, and each client whole |
//! | [`ledger`] | our own database: what was sent, the problems, the passes; its write guard is the run lock |
//! | [`mapping`] | pure: machine → update (templates, processor, maker, model, chassis, comments) |
//! | [`web`] | the only door for HTTP: requests, deadlines, retries, limiter, redaction, proxy; knows no service |
//! | [`iqr`] | IQR's web API: session, assets, master items, wire format, words; built on [`web`] |
//! | `lookup` | values looked up for a machine in a pass: keys, how long an answer holds, when a service rests |
//! | [`iqmetrix`] | iQmetrix's Data Connect: companies, dealers, devices by IMEI; built on [`web`] |
//! | [`iqtech`] | the iQ Tech Integration API: employees, lockers, machines, transactions; built on [`web`] |
//! | [`sync`] | the pass: queue → load → evaluate → reconcile → record |
//! | `custody` | the custody record: which asset was put into which locker, only appended |
//! | `monitor` | everything written or sent for monitoring: metrics, pings, files |
//! | `output`, `logging`, `escape`, `terminal` | output for people and scripts; one table of the characters that a terminal must not get; questions |
//! | [`clock`], [`digest`], `secret`, `files`, `hardening` | the clocks, stable digests, secret texts, safe opening of files, no core dumps |
//!
//! # Glossary
//!
//! - *client*: a machine as WipeOS records it. *Slot*: a field of its inventory item menu. *Inventory ID*: the number of its
//!   asset in IQR, typed into a slot.
//! - *asset*: a machine in IQR. *Master item*: its manufacturer and model there, shared by assets.
//! - *pass*: one run of `sync`. A client is *due* when it was never sent, was updated, has a new wipe or log, or its retry
//!   time has come; *held* while a person has to change something first; *failing* when it could not be sent.
//! - *line of ours*: a comment line that this program wrote, known by its digest in the ledger.
//! - *intent*: the record of a begun write, durable before its request leaves.
//! - *fingerprint*: the times and keys of a client's rows; equal fingerprints mean no news.
//! - *watermark*: how far the history of the WipeOS database has been read. *Overlap*: the rows just before it.
//! - *reconcile*: read an asset, plan, write the difference, read it back.
//! - *tenant*: one shop's IQR. Each has a ledger of its own.
//!
//! # Where to change what
//!
//! | change | place |
//! |---|---|
//! | the wording of a comment line | `mapping/comments.rs`, `mapping/words.rs`, and `[templates]` of the config |
//! | a field of the templates | `mapping/fields.rs`, `examples/config.toml`; with a new column also `store/machine.rs` and `model/machine.rs` |
//! | a field of the templates that another service has | `model/looked_up.rs`, then `lookup/key.rs` and `lookup/service.rs` |
//! | a setting of another service | `settings.rs` of the service, then `config/iqmetrix.rs` or `config/iqtech.rs`, `examples/config.toml` |
//! | an operation of IQR's API | `iqr/endpoint.rs`, then `iqr/inventory.rs` or `iqr/items.rs`; `examples/config.toml`, `docs/tenants.md` |
//! | how long an answer holds, or a service rests | `lookup/answer.rs`, `lookup/rest.rs` |
//! | where a looked-up value or its service is shown | `commands/lookups.rs`, `commands/status/services.rs`, `commands/auth_test/`, `monitor/metrics.rs` |
//! | an operation of iQmetrix | `iqmetrix/call.rs`, then `iqmetrix/decode.rs` |
//! | an operation of iQ Tech | its path in `iqtech/settings.rs`, then `iqtech/call.rs`, `iqtech/decode.rs` and `iqtech/operations.rs` |
//! | what keeps an asset out of a locker | `commands/iqtech/gate.rs`, `mapping/unwiped.rs` |
//! | a key of the custody record | `custody/entry.rs`, `docs/iqtech.md` |
//! | an exit code | `Exit` in `commands/exit.rs`, and its `from_cause` for the errors behind it; `cli.rs`, README; a test ties them |
//! | the verdict on an answer of IQR | `iqr/wire/verdict.rs`, `iqr/wire/complaint.rs`, `web/error.rs` |
//! | a column of the ledger | `ledger/schema.rs` and the file of the table |
//! | a reason code | `model/reason.rs`, `commands/status/advice.rs`, `docs/troubleshooting.md`; it is given in `iqr/service.rs`, `sync/evaluate/judge.rs` or `sync/reconcile/apply.rs` |
//! | what monitoring gets | `monitor/`, `commands/sync/artifacts.rs`, `docs/monitoring.md` |
//! | retry delays | between passes `sync/retry.rs`; within a pass `web/wait.rs` (pauses), `web/window.rs` (after a 429) and `web/call.rs` (how often) |
//! | a kind of chassis | `mapping/chassis.rs` |
//! | a maker, or another name of one | `mapping/manufacturer.rs` |
//! | a subcommand | `cli.rs`, `lib.rs`, `commands/mod.rs`, a file in `commands/` and one in `examples/manuals/pages` |
//!
//! # Invariants
//!
//! Each is kept by the types or by a test over the sources (`tests/integration/invariants.rs`).
//!
//! - Only [`store`], [`ledger`] and what they share (`sqlite`) name rusqlite; only [`web`] and the ping of `monitor` name
//!   ureq; only [`cli`] and `main` name clap; only `output` prints.
//! - [`model`], [`mapping`] and the plan do no I/O and read no clock: the time of day is read by [`clock`] alone and
//!   passed down.
//! - [`mapping`] knows nothing of IQR's wire names, [`iqr`] nothing of WipeOS, [`store`] nothing of either,
//!   [`iqmetrix`] and [`iqtech`] nothing of the other three and of each other, [`web`] nothing of any of them.
//! - Nothing is written to the ledger or to IQR without the run lock; the WipeOS database is never written.
//! - A change that cannot be recorded is not sent, and no write is repeated without a read in between.
//! - No file takes from one that takes from it, directly or by way of others.
//! - No secret, and no line of the config file, is in any message, log or panic.

pub mod cli;
pub mod clock;
mod commands;
pub mod config;
mod custody;
pub mod digest;
mod escape;
mod files;
mod hardening;
pub mod iqmetrix;
pub mod iqr;
pub mod iqtech;
pub mod ledger;
mod logging;
mod lookup;
pub mod mapping;
pub mod model;
mod monitor;
mod output;
mod secret;
mod sqlite;
pub mod store;
pub mod sync;
mod terminal;
pub mod web;

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
        Command::Iqmetrix(args) => commands::iqmetrix::run(&cli.global, args),
        Command::Iqtech(args) => commands::iqtech::run(&cli.global, args),
    };
    result.unwrap_or_else(|error| {
        output::print_error(&error);
        Exit::from_error(&error)
    })
}
