//! The artifacts of a pass: the metrics and the page. Writing them may take as long as it likes, see
//! [`mod@crate::monitor::detached`].

use std::path::{Path, PathBuf};

use crate::clock;
use crate::commands::status::{self, Failure};
use crate::ledger::{self, Heartbeat, Ledger, ProblemCount};
use crate::model::Timestamp;
use crate::monitor::detached::Turn;
use crate::monitor::file;
use crate::monitor::metrics::{self, Metrics};
use crate::sync::{PassOutcome, Report};

/// The artifacts to write, their places, and their sources.
pub(super) struct Artifacts {
    pub textfile: Option<PathBuf>,
    pub html: Option<PathBuf>,
    /// The ledger; `None` where the config does not say which it is.
    pub ledger: Option<PathBuf>,
    /// The time before which history counts as gone.
    pub oldest_kept: Timestamp,
    pub started_at: Timestamp,
    /// The report of a pass that got as far as reading clients.
    pub begun: Option<Report>,
    /// The failure that ended the pass early, or kept it from beginning.
    pub failure: Option<String>,
}

impl Artifacts {
    pub(super) fn is_wanted(&self) -> bool {
        self.textfile.is_some() || self.html.is_some()
    }

    pub(super) fn write(&self) {
        let _turn = self.ledger.as_deref().map(Turn::take);
        if let Some(path) = &self.textfile {
            write(path, &self.metrics(path));
        }
        if let Some(path) = &self.html {
            let due = self.begun.as_ref().map(|report| report.totals.deferred);
            let failure = self.failure.clone().map(|why| Failure { at: self.started_at, why });
            match status::html_after_pass(self.ledger.as_deref(), self.oldest_kept, due, failure) {
                Ok(page) => write(path, &page),
                Err(error) => log::info!("{} is not written: {error:#}", path.display()),
            }
        }
    }

    fn metrics(&self, path: &Path) -> String {
        let unbegun = Report {
            outcome: PassOutcome::Aborted,
            finished_at: clock::now(),
            ..Report::begun(self.started_at, false)
        };
        let (problems, left_behind) = self.recorded().unwrap_or_else(|error| {
            log::info!("the metrics are written without what is held and failing: {error}");
            (None, None)
        });
        let report = self.begun.as_ref().unwrap_or(&unbegun);
        let (has_begun, last_good) = (self.begun.is_some(), self.last_good(path, report.finished_at));
        Metrics { report, has_begun, last_good, problems: problems.as_deref(), left_behind }.to_text()
    }

    /// Counts what is held and failing, and the assets that show what another machine sent; `None` where the number is
    /// not known.
    fn recorded(&self) -> Result<(Option<Vec<ProblemCount>>, Option<usize>), ledger::Error> {
        let Some(path) = &self.ledger else { return Ok((None, None)) };
        match Ledger::open(path)? {
            Some(ledger) => Ok((Some(ledger.problem_counts()?), Some(ledger.left_behind(self.oldest_kept)?.len()))),
            // A pass that could not make one knows nothing of the clients.
            None => Ok((self.begun.as_ref().map(|_| Vec::new()), self.begun.as_ref().map(|_| 0))),
        }
    }

    /// Returns the time of the last good pass: from the lock file beside the ledger, which outlives the ledger, or else
    /// from the metrics of the last pass.
    fn last_good(&self, path: &Path, now: Timestamp) -> Option<Timestamp> {
        let beat = self.ledger.as_deref().and_then(Heartbeat::read);
        let text = || path.is_file().then(|| std::fs::read_to_string(path).ok())?;
        beat.and_then(|beat| beat.last_good(now)).or_else(|| metrics::last_good(&text()?).filter(|good| *good <= now))
    }
}

fn write(path: &Path, text: &str) {
    if let Err(error) = file::replace(path, text) {
        log::warn!("{} cannot be written: {error}; the pass is not concerned", path.display());
    }
}
