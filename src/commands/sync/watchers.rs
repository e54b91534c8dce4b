//! Reports a pass to others than the person who made it: to the monitor while it is made, in the metrics and on the
//! page after it. A pass that could not begin is reported too, as far as the config says to whom.
//!
//! No failure here changes the outcome of a pass, or holds it up for longer than [`MAX_REPORT_TIME`]: it is a line in
//! the log.

use std::time::Instant;

use super::artifacts::Artifacts;
use crate::cli::SyncArgs;
use crate::commands::status::Section;
use crate::config::{Config, ConfigError, LedgerConfig, PartialConfig, WatchConfig};
use crate::escape::in_full;
use crate::model::Timestamp;
use crate::monitor::{MAX_REPORT_TIME, Ping, Signal, detached};
use crate::sync::{self, Outcome, PassOutcome, Report};

/// The watchers that the config names.
pub(super) struct Watchers<'a> {
    watch: &'a WatchConfig,
    ledger: Option<&'a LedgerConfig>,
    /// The whole config; `None` where it has mistakes.
    config: Option<&'a Config>,
    ping: Option<Ping>,
    /// Whether the pass is for all that is due: one for a single asset says nothing of the others.
    is_whole: bool,
    started_at: Timestamp,
}

impl<'a> Watchers<'a> {
    /// Returns the watchers; `None` where there are none, and in a dry run, which is not reported.
    fn from_sections(
        watch: &'a WatchConfig,
        ledger: Option<&'a LedgerConfig>,
        args: &SyncArgs,
        started_at: Timestamp,
    ) -> Option<Self> {
        if args.dry_run || *watch == WatchConfig::default() {
            return None;
        }
        let is_whole = args.inventory_id.is_none();
        let ping = watch.ping_url.as_ref().filter(|_| is_whole).and_then(Ping::to);
        Some(Self { watch, ledger, config: None, ping, is_whole, started_at })
    }

    /// Returns the watchers of a pass with this config.
    pub(super) fn from_config(config: &'a Config, args: &SyncArgs, started_at: Timestamp) -> Option<Self> {
        let watchers = Self::from_sections(&config.watch, Some(&config.ledger), args, started_at)?;
        Some(Self { config: Some(config), ..watchers })
    }

    /// Reports that the pass has the run lock.
    pub(super) fn begun(&self) {
        self.send(Signal::Start);
    }

    /// Reports the outcome of the pass; the run lock is free again.
    pub(super) fn ended(self, pass: &Result<Outcome, sync::Error>) {
        match pass {
            // The other pass reports itself.
            Err(sync::Error::Ledger(error)) if error.is_running() => {}
            Ok(Outcome { report, aborted }) => {
                self.report_to_all(Some(report), aborted.as_ref().map(|error| in_full(error)));
            }
            Err(error) => self.report_to_all(None, Some(in_full(error))),
        }
    }

    /// Reports to all watchers; `begun` is the report of a pass that got as far as reading clients, `failure` what
    /// ended it early.
    fn report_to_all(self, begun: Option<&Report>, failure: Option<String>) {
        let end = Instant::now() + MAX_REPORT_TIME;
        let is_good = begun.is_some_and(|report| report.outcome == PassOutcome::Done);
        self.send(if is_good { Signal::Success } else { Signal::Failure });
        let artifacts = Artifacts {
            textfile: self.watch.textfile.clone().filter(|_| self.is_whole),
            html: self.watch.html.clone(),
            ledger: self.ledger.map(|ledger| ledger.path.clone()),
            oldest_kept: self.ledger.map_or(self.started_at, |ledger| ledger.oldest_kept(self.started_at)),
            started_at: self.started_at,
            sections: self.config.map(Section::all).unwrap_or_default(),
            begun: begun.cloned(),
            failure: failure.filter(|_| self.is_whole),
        };
        if artifacts.is_wanted() && !detached::attempt(move || artifacts.write(), end) {
            let seconds = MAX_REPORT_TIME.as_secs();
            log::warn!("writing the metrics and the page takes longer than {seconds} s; the pass is not concerned");
        }
        if let Some(ping) = self.ping {
            ping.finish(end);
        }
    }

    fn send(&self, signal: Signal) {
        if let Some(ping) = &self.ping {
            ping.send(signal);
        }
    }
}

/// Reports that no pass can begin with this config, to the watchers that the rest of it names.
pub(super) fn report_config_error(error: &ConfigError, args: &SyncArgs, started_at: Timestamp) {
    let ConfigError::Invalid(problems) = error else { return };
    let Some(PartialConfig { watch, ledger }) = PartialConfig::read(&problems.path) else { return };
    if let Some(watchers) = Watchers::from_sections(&watch, ledger.as_ref(), args, started_at) {
        watchers.report_to_all(None, Some(in_full(error)));
    }
}
