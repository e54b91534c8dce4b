//! Who is told of a pass besides the person who made it: the monitor while it is made, the metrics and the page after it.
//!
//! None of them can change what the pass came to: what goes wrong here is a line in the log.

use std::path::Path;

use crate::cli::SyncArgs;
use crate::clock;
use crate::commands::status;
use crate::config::Config;
use crate::ledger::{self, Ledger, ProblemCount};
use crate::model::Timestamp;
use crate::monitor::metrics::Metrics;
use crate::monitor::{Ping, Signal, file};
use crate::sync::{self, Outcome, PassOutcome, Report};

/// Those whom the config names.
pub(super) struct Watchers<'a> {
    config: &'a Config,
    ping: Option<Ping>,
    /// Whether the pass is for all that is due: one for a single asset says nothing of the others.
    is_whole: bool,
    started_at: Timestamp,
}

impl<'a> Watchers<'a> {
    /// `None` in a dry run, which nobody is told of.
    pub(super) fn of(config: &'a Config, args: &SyncArgs, started_at: Timestamp) -> Option<Self> {
        let is_whole = args.inventory_id.is_none();
        let url = config.watch.ping_url.as_ref().filter(|_| is_whole && !args.dry_run);
        (!args.dry_run).then(|| Self { config, ping: url.and_then(Ping::to), is_whole, started_at })
    }

    /// The pass has the run lock.
    pub(super) fn begun(&self) {
        self.tell(Signal::Start);
    }

    /// The pass came to this, and the run lock is free again.
    pub(super) fn ended(self, pass: &Result<Outcome, sync::Error>) {
        // The other pass tells of itself.
        if matches!(pass, Err(sync::Error::Ledger(error)) if error.is_running()) {
            return;
        }
        let is_good = pass.as_ref().is_ok_and(|outcome| outcome.aborted.is_none());
        self.tell(if is_good { Signal::Success } else { Signal::Failure });
        if let Some(path) = self.config.watch.textfile.as_deref().filter(|_| self.is_whole) {
            self.metrics(path, pass.as_ref().ok().map(|outcome| &outcome.report));
        }
        if let Some(path) = &self.config.watch.html {
            let due = pass.as_ref().ok().map(|outcome| outcome.report.totals.deferred);
            match status::html_after_pass(self.config, due) {
                Ok(page) => write(path, &page),
                Err(error) => log::info!("{} is not written: {error:#}", path.display()),
            }
        }
        if let Some(ping) = self.ping {
            ping.finish();
        }
    }

    fn tell(&self, signal: Signal) {
        if let Some(ping) = &self.ping {
            ping.tell(signal);
        }
    }

    /// `begun` is the report of a pass that got as far as looking at clients.
    fn metrics(&self, path: &Path, begun: Option<&Report>) {
        let failed = Report {
            outcome: PassOutcome::Aborted,
            finished_at: clock::now(),
            ..Report::begun(self.started_at, false)
        };
        let (problems, last_good) = match self.troubles() {
            Ok((problems, last_good)) => (Some(problems), last_good),
            Err(error) => {
                log::info!("the metrics are written without what is held and failing: {error}");
                (None, None)
            }
        };
        let report = begun.unwrap_or(&failed);
        let has_begun = begun.is_some();
        let metrics = Metrics { report, has_begun, last_good, problems: problems.as_deref() };
        write(path, &metrics.to_text());
    }

    fn troubles(&self) -> Result<(Vec<ProblemCount>, Option<Timestamp>), ledger::Error> {
        let Some(ledger) = Ledger::open(&self.config.ledger.path)? else { return Ok((Vec::new(), None)) };
        Ok((ledger.problem_counts()?, ledger.heartbeat().and_then(|beat| beat.last_good)))
    }
}

fn write(path: &Path, text: &str) {
    if let Err(error) = file::replace(path, text) {
        log::warn!("{} cannot be written: {error}; the pass is not concerned", path.display());
    }
}
