//! `sync`: one pass.

mod artifacts;
mod watchers;

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use self::watchers::Watchers;
use super::spooled_text::SpooledText;
use super::{Exit, NotFound, suggest};
use crate::cli::{Global, SyncArgs};
use crate::clock;
use crate::config::Config;
use crate::escape::{self, to_json};
use crate::ledger::PassTotals;
use crate::model::{DueBecause, LookupService, Timestamp};
use crate::output::{self, BAD, DIM, GOOD, WARN, styled};
use crate::sync::{self, Item, ItemOutcome, Outcome, PassOutcome, Report, Request, Scope};

/// Makes one pass, and reports it.
///
/// # Errors
///
/// The error that kept the pass from beginning, or ended it.
pub fn run(global: &Global, args: &SyncArgs) -> Result<Exit> {
    let started_at = clock::now();
    let config = super::load(global).map_err(|error| {
        watchers::report_config_error(&error, args, started_at);
        not_begun(args, started_at, Vec::new(), PassOutcome::Aborted, error.into())
    })?;
    let not_begun = |outcome, error| not_begun(args, started_at, config.services(), outcome, error);
    let items = Mutex::new(SpooledText::default());
    let Outcome { report, aborted } = match pass(&config, args, started_at, &items) {
        Ok(outcome) => outcome,
        Err(sync::Error::Ledger(error)) if error.is_running() => {
            return Err(not_begun(PassOutcome::Skipped, error.into()));
        }
        Err(sync::Error::NoSuchAsset(message)) => {
            let error = NotFound(message + &hint(&config, args));
            return Err(not_begun(PassOutcome::Aborted, error.into()));
        }
        Err(error) => return Err(not_begun(PassOutcome::Aborted, error.into())),
    };
    // A pass with nothing to do is silent, whatever there is to say.
    if report.due() > 0 {
        super::log_warnings(&config);
    }
    let printed = print(args, global, &report, items.into_inner().unwrap_or_else(PoisonError::into_inner))
        .context("the pass is made and recorded");
    match aborted {
        None if report.totals.failed == 0 => printed.map(|()| Exit::Done),
        ended => {
            warn_of(printed);
            ended.map_or(Ok(Exit::Failed), |error| Err(error.into()))
        }
    }
}

/// Suggests IDs similar to the ID that was typed; blank where the store cannot be searched.
fn hint(config: &Config, args: &SyncArgs) -> String {
    let similar = |typed: &str| suggest::existing(&super::open_store(config).ok()?, &config.store, typed).ok();
    args.inventory_id.as_deref().and_then(similar).map(|ids| suggest::hint(&ids)).unwrap_or_default()
}

/// Warns that the report could not be printed in full. The outcome of the pass is worse news, and keeps its own exit
/// code.
fn warn_of(printed: Result<()>) {
    if let Err(error) = printed {
        log::warn!("{error:#}");
    }
}

fn pass(
    config: &Config,
    args: &SyncArgs,
    started_at: Timestamp,
    items: &Mutex<SpooledText>,
) -> Result<Outcome, sync::Error> {
    let bar = Mutex::new(None);
    let has_bar = std::io::stderr().is_terminal();
    let progress = |item: &Item| {
        if has_bar {
            advance(&bar, item, args.dry_run);
        } else {
            log_item(item, args.dry_run);
        }
        spool_item(items, args, item);
    };
    let scope = match &args.inventory_id {
        Some(id) => Scope::Asset(id),
        None => Scope::Due { retry: args.retry, full: args.full },
    };
    let watchers = Watchers::from_config(config, args, started_at);
    let begun = || watchers.iter().for_each(Watchers::begun);
    let outcome = sync::run(&Request {
        config,
        api_key: &|| config.api_key(),
        scope,
        limit: args.limit.map(|limit| limit.get() as u64),
        dry_run: args.dry_run,
        started_at,
        clock: &clock::now,
        interrupted: super::interruption(),
        begun: &begun,
        progress: &progress,
    });
    if let Some(bar) = bar.into_inner().ok().flatten() {
        bar.finish_and_clear();
    }
    if let Some(watchers) = watchers {
        watchers.ended(&outcome);
    }
    outcome
}

/// Records a client's outcome for the end, if it is printed there.
fn spool_item(items: &Mutex<SpooledText>, args: &SyncArgs, item: &Item) {
    if !args.json && !args.dry_run {
        return;
    }
    let text = if args.json { to_json(item).unwrap_or_default() } else { dry_line(item) };
    let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
    if args.json && !items.is_empty() {
        items.push(",");
    }
    items.push(&text);
}

/// Reports a pass that could not begin: to a script in its own form, and to all by the exit code.
fn not_begun(
    args: &SyncArgs,
    started_at: Timestamp,
    services: Vec<LookupService>,
    outcome: PassOutcome,
    error: anyhow::Error,
) -> anyhow::Error {
    let report = Report { outcome, ..Report::begun(started_at, args.dry_run, services) };
    let print = || output::print_json_with_list(&Json::from_report(&report), "items", std::io::empty());
    warn_of(if args.json { print().map_err(anyhow::Error::from) } else { Ok(()) });
    error
}

/// Advances the counting line on a terminal; the first client creates it, so that a pass with nothing to do shows none.
fn advance(bar: &Mutex<Option<ProgressBar>>, item: &Item, dry_run: bool) {
    let Ok(mut bar) = bar.lock() else { return };
    let bar = bar.get_or_insert_with(|| {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} clients, {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    });
    bar.suspend(|| log_item(item, dry_run));
    bar.inc(1);
    bar.set_message(escape::one_line(item.inventory_id.as_deref().unwrap_or("no inventory ID")));
}

/// Logs a line for each client: its ID, the outcome, why it was evaluated, and the time it took. A held client is a
/// warning once: a person has to know of it, and not every two minutes. A dry run lists all clients on stdout.
fn log_item(item: &Item, dry_run: bool) {
    let name = sync::name_of(item.client_id, item.inventory_id.as_deref());
    let message = item.message.as_deref().unwrap_or_default();
    match item.outcome {
        ItemOutcome::Sent => log::info!("{name}: sent {} ({})", fields(item), circumstances(item)),
        ItemOutcome::Unchanged => log::info!("{name}: nothing to send ({})", circumstances(item)),
        ItemOutcome::Held if item.is_old_rejection => log::info!("{name}: still held: {message}"),
        ItemOutcome::Held if dry_run => log::info!("{name}: held: {message}"),
        ItemOutcome::Held => log::warn!("{name}: held: {message}"),
        ItemOutcome::Failed if item.is_reported_by_pass || dry_run => log::info!("{name}: {message}"),
        ItemOutcome::Failed => log::warn!("{name}: {message}"),
        ItemOutcome::Deferred => log::info!("{name}: left for the next pass: {message}"),
    }
    let is_settled = match item.outcome {
        ItemOutcome::Sent | ItemOutcome::Unchanged => true,
        ItemOutcome::Held | ItemOutcome::Failed | ItemOutcome::Deferred => false,
    };
    if is_settled && !message.is_empty() {
        log::warn!("{name}: {message}");
    }
}

/// `never sent to IQR; 31 ms`
fn circumstances(item: &Item) -> String {
    let because = item.because.iter().copied().map(DueBecause::words).collect::<Vec<_>>().join(", ");
    let because = if because.is_empty() { "tried again or compared" } else { &because };
    format!("{because}; {} ms", item.took.as_millis())
}

fn fields(item: &Item) -> String {
    item.changes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The report for scripts, except for the list of the clients.
#[derive(Serialize)]
struct Json {
    outcome: PassOutcome,
    dry_run: bool,
    started_at: Timestamp,
    finished_at: Timestamp,
    due: u64,
    #[serde(flatten)]
    totals: PassTotals,
    #[serde(skip_serializing_if = "Option::is_none")]
    lookup_requests: Option<u64>,
}

impl Json {
    fn from_report(report: &Report) -> Self {
        Self {
            outcome: report.outcome,
            dry_run: report.dry_run,
            started_at: report.started_at,
            finished_at: report.finished_at,
            due: report.due(),
            totals: report.totals,
            lookup_requests: report.lookup_requests.iter().map(|(_, number)| *number).reduce(|one, other| one + other),
        }
    }
}

/// Prints the report. A pass with nothing to report prints nothing, so that cron sends no mail.
fn print(args: &SyncArgs, global: &Global, report: &Report, items: SpooledText) -> Result<()> {
    if args.json {
        return Ok(output::print_json_with_list(&Json::from_report(report), "items", items.into_text()?)?);
    }
    let is_wanted = args.dry_run || global.verbose > 0 || std::io::stdout().is_terminal();
    if !global.quiet && is_wanted {
        output::print_all(items.into_text()?)?;
        output::print(&summary(report))?;
    }
    Ok(())
}

fn summary(report: &Report) -> String {
    let totals = &report.totals;
    let sent = if report.dry_run { "would be sent" } else { "sent" };
    let parts = [
        (totals.sent, sent, GOOD),
        (totals.unchanged, "unchanged", DIM),
        (totals.held, "held", WARN),
        (totals.failed, "failed", BAD),
        (totals.deferred, "left for the next pass", WARN),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, word, style)| styled(*style, format!("{number} {word}")))
        .collect();
    let requests = output::count(report.totals.requests, "request", "requests");
    if parts.is_empty() { "nothing to do\n".to_owned() } else { format!("{} ({requests})\n", parts.join(", ")) }
}

fn dry_line(item: &Item) -> String {
    let name = item.inventory_id.as_deref().map_or_else(|| "-".to_owned(), escape::one_line);
    let what = match item.outcome {
        ItemOutcome::Sent => fields(item),
        ItemOutcome::Unchanged | ItemOutcome::Held | ItemOutcome::Failed | ItemOutcome::Deferred => {
            escape::one_line(item.message.as_deref().unwrap_or("nothing to send"))
        }
    };
    let outcome = match item.outcome {
        ItemOutcome::Sent => styled(GOOD, "would send"),
        ItemOutcome::Unchanged => styled(DIM, "unchanged "),
        ItemOutcome::Held => styled(WARN, "held      "),
        ItemOutcome::Failed => styled(BAD, "failed    "),
        ItemOutcome::Deferred => styled(WARN, "left      "),
    };
    format!("{outcome}  {name:<12} client {:<8} {what}\n", item.client_id)
}
