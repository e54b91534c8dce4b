//! Passes that cannot begin, or are ended early, are reported to the monitor, in the metrics and on the page, as far as
//! these are known. No report can hold a pass up.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::time::{Duration, Instant};

use iqr_sandbox::{Fault, Kind, Options, When};

use crate::bench::{Bench, FIRST, LATER, PATIENCE, quoted};
use crate::monitoring::{Manner, Monitor, samples};

/// An appliance with all three reports configured, after a good pass.
struct Watched {
    bench: Bench,
    monitor: Monitor,
    good: BTreeMap<String, String>,
}

impl Watched {
    fn new() -> Self {
        let monitor = Monitor::start(Manner::Well);
        let bench = Bench::with_clients(2)
            .with("monitor", "ping_url", &format!("{:?}", monitor.url))
            .with("metrics", "textfile", "\"x.prom\"")
            .with("report", "html", "\"x.html\"");
        bench.sync_well();
        assert_eq!(monitor.asked(), ["/start", ""]);
        let mut watched = Self { bench, monitor, good: BTreeMap::new() };
        watched.good = watched.metrics();
        watched
    }

    fn metrics(&self) -> BTreeMap<String, String> {
        samples(&fs::read_to_string(self.bench.path("x.prom")).unwrap())
    }

    fn page(&self) -> String {
        fs::read_to_string(self.bench.path("x.html")).unwrap()
    }

    fn break_config(&self, line: &str) {
        let text = fs::read_to_string(self.bench.config()).unwrap();
        fs::write(self.bench.config(), text + line).unwrap();
    }

    /// Asserts that the next pass ends with this code and that all three report it; the page also in these words.
    #[track_caller]
    fn assert_reported(&self, code: i32, words: &str) {
        let run = self.bench.run(&["sync"]);
        assert_eq!(run.code, Some(code), "{run:#?}");
        assert_eq!(self.monitor.asked().last().map(String::as_str), Some("/fail"), "{words}");
        let metrics = self.metrics();
        assert_eq!(metrics["wipeos_iqr_last_pass_success"], "0", "{words}");
        let last_good = "wipeos_iqr_last_success_timestamp_seconds";
        assert_eq!(metrics.get(last_good), self.good.get(last_good), "{words}: the time of the last good pass stays");
        let page = self.page();
        assert!(page.contains("Needs attention: the last pass was ended early"), "{words}\n{page}");
        assert!(page.contains(words), "{words}\n{page}");
        assert!(!run.stderr.contains("secret") && !page.contains("secret"), "who knows the URL can ping: {run:#?}");
    }
}

#[test]
fn reports_unusable_config_to_all_monitors_it_names() {
    let watched = Watched::new();
    watched.break_config("[sync]\ntime_budgt = \"1s\"\n");
    watched.assert_reported(3, "`sync.time_budgt` is not a setting; did you mean `time_budget`?");
    assert!(watched.page().contains("The last days"), "what the ledger knows is shown, too");
    assert!(watched.metrics().contains_key("wipeos_iqr_held_clients{reason=\"serial-mismatch\"}"));
}

#[test]
fn reports_config_that_is_no_toml_to_monitors_it_names() {
    let watched = Watched::new();
    watched.break_config("[templates\n");
    watched.assert_reported(3, "this is not TOML");
    // It may be another ledger's time: the metrics themselves still have it.
    assert!(!watched.page().contains("The last days"), "which ledger it is cannot be known");
}

#[test]
fn notifies_no_monitor_of_dry_runs_and_single_assets() {
    let watched = Watched::new();
    watched.break_config("[sync]\ntime_budgt = \"1s\"\n");
    let dry = watched.bench.run(&["sync", "--dry-run", "--json"]);
    assert_eq!((dry.code, &dry.json()["outcome"]), (Some(3), &"aborted".into()), "a script gets its own form");
    assert_eq!(watched.bench.run(&["sync", "--inventory-id", &FIRST.to_string()]).code, Some(3));
    assert_eq!(watched.monitor.asked(), [""; 0]);
    assert_eq!(watched.metrics(), watched.good);
}

#[test]
fn reports_damaged_ledger_with_advice_and_last_good_pass() {
    let watched = Watched::new();
    watched.bench.forget_ledger();
    fs::write(watched.bench.ledger(), "no database, but long enough to be taken for one; ".repeat(100)).unwrap();
    watched.assert_reported(6, "move it away: the next pass makes a new one");
    assert!(watched.page().contains("<dd class=\"value\">?</dd>"), "what is not known is no zero");
    assert!(!watched.metrics().contains_key("wipeos_iqr_held_clients{reason=\"serial-mismatch\"}"));
    // The lock file may be lost with it: then the metrics themselves still have the time.
    fs::remove_file(watched.bench.path("ledger.db.lock")).unwrap();
    watched.assert_reported(6, "move it away: the next pass makes a new one");
    fs::remove_file(watched.bench.ledger()).unwrap();
    watched.bench.sync_well();
    assert!(watched.page().contains(">All is well.<"), "{}", watched.page());
}

#[test]
fn reports_refused_key_and_missing_wipeos_database() {
    let watched = Watched::new();
    watched.bench.store().edit(1, "memory_bytes", "1073741824", LATER).unwrap();
    watched.bench.write_key("another+key");
    watched.assert_reported(4, "IQR refused the API key");
    fs::remove_file(watched.bench.database()).unwrap();
    watched.assert_reported(6, "wipeos.db");
}

#[test]
fn reports_a_pass_stopped_by_a_signal_as_ended_early() {
    let options = Options { rtt: Duration::from_millis(100), ..Options::default() };
    let monitor = Monitor::start(Manner::Well);
    let bench = Bench::with_options(options).and_clients(40).with("iqr", "connections", "1");
    let bench = bench.with("monitor", "ping_url", &format!("{:?}", monitor.url));
    let pass = bench.spawn(&["sync"]);
    while bench.sandbox.requests().len() < 4 {
        std::thread::yield_now();
    }
    pass.signal(rustix::process::Signal::TERM);
    pass.finish();
    assert_eq!(monitor.asked(), ["/start", "/fail"]);
}

/// A process whose write hangs keeps its turn; here the test holds it.
#[test]
fn ends_pass_in_time_while_metrics_and_page_hang() {
    let watched = Watched::new();
    let turn = File::options().write(true).open(watched.bench.path("ledger.db.told")).unwrap();
    turn.lock().unwrap();
    let page = watched.page();
    watched.bench.store().edit(1, "memory_bytes", "1073741824", LATER).unwrap();
    let begun = Instant::now();
    let run = watched.bench.run(&["sync"]);
    assert!(begun.elapsed() < Duration::from_secs(10), "{run:#?}");
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:#?}");
    assert!(run.stderr.contains("takes longer than 2 s; the pass is not concerned"), "{run:#?}");
    assert_eq!(watched.monitor.asked(), ["/start", ""], "the monitor has a thread of its own");
    assert_eq!(watched.page(), page);
    drop(turn);
    watched.bench.assert_idle("the next pass catches up");
    assert_ne!(watched.page(), page);
}

/// The next pass can run while this one waits for a slow folder.
#[test]
fn releases_the_run_lock_while_a_write_hangs() {
    let watched = Watched::new();
    let turn = File::options().write(true).open(watched.bench.path("ledger.db.told")).unwrap();
    turn.lock().unwrap();
    let first = watched.bench.spawn(&["sync"]);
    let begun = Instant::now();
    // The monitor hears of the end once the lock is free.
    while watched.monitor.asked().last().map(String::as_str) != Some("") {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
    File::options().write(true).open(watched.bench.path("ledger.db.lock")).unwrap().try_lock().unwrap();
    assert_eq!(first.finish().code, Some(0));
}

#[test]
fn opens_no_pipe_in_place_of_metrics_or_page() {
    let mut bench = Bench::with_clients(1);
    for (section, key, name) in [("metrics", "textfile", "pipe.prom"), ("report", "html", "pipe.html")] {
        let made = std::process::Command::new("mkfifo").arg(bench.path(name)).status().unwrap();
        assert!(made.success());
        bench.set(section, key, &quoted(&bench.path(name)));
    }
    let run = bench.run(&["sync"]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert_eq!(run.stderr.matches("it is not a regular file").count(), 2, "{run:#?}");
    bench.forget_ledger();
    fs::remove_file(bench.path("ledger.db.lock")).unwrap();
    bench.sandbox.set_faults(vec![Fault::new(When::Always, Kind::status(400))]);
    assert!(bench.run(&["sync"]).code.is_some(), "nor where the last good time is looked for");
}
