//! The artifacts of a pass: the metrics and the page. Writing them may take as long as it likes, see
//! [`mod@crate::monitor::detached`].

use std::path::{Path, PathBuf};

use crate::clock;
use crate::commands::status::{self, Failure, Section, ServiceStatus};
use crate::ledger::{self, Heartbeat, Ledger, ProblemCount};
use crate::model::Timestamp;
use crate::monitor::detached::Turn;
use crate::monitor::file;
use crate::monitor::metrics::{self, LookupSamples, Metrics};
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
    /// The services that have a section in the config.
    pub sections: Vec<Section>,
    /// The report of a pass that got as far as reading clients.
    pub begun: Option<Report>,
    /// The failure that ended the pass early, or kept it from beginning.
    pub failure: Option<String>,
}

/// The numbers that the ledger has; `None`, and no service, where they are not known.
#[derive(Default)]
struct Recorded {
    problems: Option<Vec<ProblemCount>>,
    /// The number of assets that show what another machine sent.
    left_behind: Option<usize>,
    services: Vec<ServiceStatus>,
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
            match status::html_after_pass(self.ledger.as_deref(), self.oldest_kept, due, failure, &self.sections) {
                Ok(page) => write(path, &page),
                Err(error) => log::info!("{} is not written: {error:#}", path.display()),
            }
        }
    }

    fn metrics(&self, path: &Path) -> String {
        let unbegun = Report {
            outcome: PassOutcome::Aborted,
            finished_at: clock::now(),
            ..Report::begun(self.started_at, false, Vec::new())
        };
        let Recorded { problems, left_behind, services } = self.recorded().unwrap_or_else(|error| {
            log::info!("the metrics are written without what is held and failing: {error}");
            Recorded::default()
        });
        let report = self.begun.as_ref().unwrap_or(&unbegun);
        let (has_begun, last_good) = (self.begun.is_some(), self.last_good(path, report.finished_at));
        let lookups = &self.lookups(&services);
        Metrics { report, has_begun, last_good, problems: problems.as_deref(), left_behind, lookups }.to_text()
    }

    /// Reads the numbers that the ledger has.
    fn recorded(&self) -> Result<Recorded, ledger::Error> {
        let Some(path) = &self.ledger else { return Ok(Recorded::default()) };
        let ledger = Ledger::open(path)?;
        let services = self.sections.iter().map(|section| section.status(ledger.as_ref(), clock::now()));
        let services = services.collect::<Result<_, _>>()?;
        let (problems, left_behind) = match ledger {
            Some(ledger) => (Some(ledger.problem_counts()?), Some(ledger.left_behind(self.oldest_kept)?.len())),
            // A pass that could not make one knows nothing of the clients.
            None => (self.begun.as_ref().map(|_| Vec::new()), self.begun.as_ref().map(|_| 0)),
        };
        Ok(Recorded { problems, left_behind, services })
    }

    /// Returns the samples of each service; `known` is what the ledger has of them.
    fn lookups(&self, known: &[ServiceStatus]) -> Vec<LookupSamples> {
        let samples = |section: &Section| {
            let known = known.iter().find(|status| status.service == section.service);
            let requests = self.begun.as_ref().map(|report| &report.lookup_requests);
            let requests = requests.and_then(|all| all.iter().find(|(service, _)| *service == section.service));
            LookupSamples {
                service: section.service.name(),
                known: known.map(|status| (status.until().is_some(), status.waiting)),
                requests: requests.map(|(_, number)| *number),
            }
        };
        self.sections.iter().map(samples).collect()
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
