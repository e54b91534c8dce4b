//! A pass in Prometheus' text format, for the textfile collector of its node exporter.
//!
//! Names and units are those of Prometheus' conventions: base units, times as seconds since 1970, so that the age of
//! the last good pass is `time() - wipeos_iqr_last_success_timestamp_seconds`. Everything is a gauge: a pass is a
//! process of its own and counts nothing across its end.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use crate::ledger::ProblemCount;
use crate::model::{Reason, Timestamp};
use crate::sync::{PassOutcome, Report};

/// The name of the one value that outlives its pass.
const LAST_GOOD: &str = "last_success_timestamp_seconds";

/// Returns the time when the newest good pass ended, from a file of this kind.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "a time that is too far away is as far as times go")]
pub fn last_good(text: &str) -> Option<Timestamp> {
    let sample = |line: &str| line.strip_prefix("wipeos_iqr_")?.strip_prefix(LAST_GOOD)?.trim().parse::<f64>().ok();
    let known = text.lines().find_map(sample).filter(|seconds| *seconds > 0.0);
    known.map(|seconds| Timestamp::from_unix_millis((seconds * 1000.0).round() as i64))
}

/// The values of a pass for the metrics.
#[derive(Debug)]
pub struct Metrics<'a> {
    /// The pass.
    pub report: &'a Report,
    /// Whether it got as far as reading clients: otherwise nothing is known of them.
    pub has_begun: bool,
    /// The time when the newest good pass ended, this one included.
    pub last_good: Option<Timestamp>,
    /// The counts of held and failing clients after the pass; `None` when the ledger cannot be read.
    pub problems: Option<&'a [ProblemCount]>,
    /// The number of notices of assets that show what another machine sent; `None` when the ledger cannot be read.
    pub left_behind: Option<usize>,
    /// The services that have a section in the config.
    pub lookups: &'a [LookupSamples],
}

/// The values of a service that values of machines are looked up at.
#[derive(Debug)]
pub struct LookupSamples {
    /// The name of the service.
    pub service: &'static str,
    /// Whether it rests, and the number of clients that wait for a value; `None` when the ledger cannot be read.
    pub known: Option<(bool, u64)>,
    /// The requests of the pass; `None` where the pass did not begin.
    pub requests: Option<u64>,
}

impl Metrics<'_> {
    /// The whole file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = Text::default();
        self.pass(&mut text);
        if self.has_begun {
            self.clients(&mut text);
        }
        if let Some(problems) = self.problems {
            rejections(&mut text, problems);
        }
        if let Some(left_behind) = self.left_behind {
            let help = "Assets that still show what was sent of a machine with another inventory ID; all those of a replaced WipeOS database count as one.";
            text.gauge("left_behind_assets", help, left_behind);
        }
        lookups(&mut text, self.lookups);
        text.0
    }

    fn pass(&self, text: &mut Text) {
        let report = self.report;
        text.family("build_info", "The program that made the pass; always 1.");
        text.sample("build_info", ("version", env!("CARGO_PKG_VERSION")), 1);
        let help = "When the newest pass ended, in seconds since 1970.";
        text.gauge("last_pass_timestamp_seconds", help, seconds(report.finished_at.unix_millis()));
        let help = "Whether the newest pass came to its end (1) or was ended early (0).";
        text.gauge("last_pass_success", help, u8::from(report.outcome == PassOutcome::Done));
        let duration = report.finished_at.unix_millis() - report.started_at.unix_millis();
        text.gauge("last_pass_duration_seconds", "How long the newest pass took.", seconds(duration.max(0)));
        // An alarm on its age fires also where there was none: a sample that is not there fires nothing.
        let help = "When the newest pass ended that was not ended early, in seconds since 1970; 0 where none is known.";
        text.gauge(LAST_GOOD, help, seconds(self.last_good.map_or(0, Timestamp::unix_millis)));
    }

    fn clients(&self, text: &mut Text) {
        let totals = &self.report.totals;
        let help = "Requests to IQR of the newest pass, those of the session included.";
        text.gauge("last_pass_requests", help, totals.requests);
        text.family("last_pass_clients", "Clients of the newest pass by outcome.");
        for (outcome, number) in [
            ("sent", totals.sent),
            ("unchanged", totals.unchanged),
            ("held", totals.held),
            ("failed", totals.failed),
            ("deferred", totals.deferred),
        ] {
            text.sample("last_pass_clients", ("outcome", outcome), number);
        }
        text.gauge("due_clients", "Clients that the newest pass left for the next one.", totals.deferred);
    }
}

/// Writes a sample for every reason, also where no client has it: a sample that is missing cannot raise an alarm.
/// Clients that a pass had no time for are due, and counted there.
fn rejections(text: &mut Text, problems: &[ProblemCount]) {
    for (name, help, held) in [
        ("held_clients", "Clients that wait for a person, by reason.", true),
        ("failing_clients", "Clients that are tried again, by reason.", false),
    ] {
        text.family(name, help);
        let of_clients = Reason::ALL.iter().filter(|reason| **reason != Reason::TimeBudget);
        let of_kind = of_clients.filter(|reason| reason.is_held() == held);
        let mut samples: BTreeMap<&str, u64> = of_kind.map(|reason| (reason.code(), 0)).collect();
        for problem in problems.iter().filter(|problem| problem.reason.is_held() == held) {
            *samples.entry(problem.reason.code()).or_default() += problem.clients;
        }
        for (reason, number) in samples {
            text.sample(name, ("reason", reason), number);
        }
    }
}

/// Writes the samples of the services; nothing where the config has no section of one.
fn lookups(text: &mut Text, services: &[LookupSamples]) {
    let known = || services.iter().filter_map(|service| Some((service.service, service.known?)));
    let resting: Vec<_> = known().map(|(service, (is_resting, _))| (service, u64::from(is_resting))).collect();
    let waiting: Vec<_> = known().map(|(service, (_, waiting))| (service, waiting)).collect();
    let requests: Vec<_> = services.iter().filter_map(|service| Some((service.service, service.requests?))).collect();
    for (name, help, samples) in [
        ("lookup_resting", "Whether the service is not asked for a while (1), because it failed.", resting),
        ("lookup_waiting_clients", "Clients that wait for a value of the service.", waiting),
        ("lookup_requests", "Requests for data to the service of the newest pass.", requests),
    ] {
        if !samples.is_empty() {
            text.family(name, help);
        }
        for (service, number) in samples {
            text.sample(name, ("service", service), number);
        }
    }
}

/// Milliseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "exact to the millisecond for some 285,000 years")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

/// The text as written so far.
#[derive(Default)]
struct Text(String);

impl Text {
    /// Begins a gauge. `help` holds no backslash and no line break.
    fn family(&mut self, name: &str, help: &str) {
        self.line(format_args!("# HELP wipeos_iqr_{name} {help}"));
        self.line(format_args!("# TYPE wipeos_iqr_{name} gauge"));
    }

    /// Writes a gauge that has one sample.
    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, help);
        self.line(format_args!("wipeos_iqr_{name} {value}"));
    }

    fn sample(&mut self, name: &str, (label, text): (&str, &str), value: impl Display) {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        self.line(format_args!("wipeos_iqr_{name}{{{label}=\"{text}\"}} {value}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(self.0, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordedReason;

    fn count(held: bool, reason: &str, clients: u64) -> ProblemCount {
        ProblemCount { reason: RecordedReason::from_code(reason.to_owned(), held), clients }
    }

    fn text_of(problems: Option<&[ProblemCount]>, has_begun: bool) -> String {
        let report = Report {
            finished_at: Timestamp::from_unix_millis(1_700_000_001_500),
            ..Report::begun(Timestamp::from_unix_millis(1_700_000_000_000), false, Vec::new())
        };
        Metrics {
            report: &report,
            has_begun,
            last_good: None,
            problems,
            left_behind: problems.map(<[_]>::len),
            lookups: &[],
        }
        .to_text()
    }

    #[test]
    fn writes_times_as_seconds_to_the_millisecond() {
        let text = text_of(None, true);
        assert!(text.contains("\nwipeos_iqr_last_pass_timestamp_seconds 1700000001.5\n"), "{text}");
        assert!(text.contains("\nwipeos_iqr_last_pass_duration_seconds 1.5\n"), "{text}");
    }

    #[test]
    fn reads_back_the_time_of_the_last_good_pass() {
        let good = Timestamp::from_unix_millis(1_700_000_001_537);
        let report = Report::begun(good, false, Vec::new());
        let metrics = Metrics {
            report: &report,
            has_begun: false,
            last_good: Some(good),
            problems: None,
            left_behind: None,
            lookups: &[],
        };
        assert_eq!(last_good(&metrics.to_text()), Some(good));
        assert_eq!(last_good(&text_of(None, true)), None);
        assert_eq!(last_good("wipeos_iqr_last_success_timestamp_seconds soon"), None);
    }

    #[test]
    fn leaves_out_what_is_not_known() {
        let text = text_of(None, false);
        for name in ["clients", "requests"] {
            assert!(!text.contains(name), "{name}\n{text}");
        }
        assert!(text.contains("\nwipeos_iqr_last_success_timestamp_seconds 0\n"), "an alarm on its age fires: {text}");
    }

    #[test]
    fn writes_every_reason_once_whoever_wrote_the_ledger() {
        let problems = [count(true, "serial-mismatch", 3), count(false, "of \"tomorrow\"\\", 1)];
        let text = text_of(Some(&problems), true);
        assert_eq!(text.matches("wipeos_iqr_held_clients{reason=\"serial-mismatch\"} 3\n").count(), 1, "{text}");
        assert_eq!(text.matches("wipeos_iqr_held_clients{reason=\"duplicate-inventory-id\"} 0\n").count(), 1, "{text}");
        assert!(text.contains("wipeos_iqr_failing_clients{reason=\"of \\\"tomorrow\\\"\\\\\"} 1\n"), "{text}");
        assert!(text.contains("wipeos_iqr_failing_clients{reason=\"not-in-iqr\"} 0\n"), "{text}");
        assert!(!text.contains("time-budget"), "{text}");
        assert!(text.ends_with("gauge\nwipeos_iqr_left_behind_assets 2\n"), "{text}");
    }
}
