//! Pings of the monitor, metrics and the page. A pass does the same whether or not they work.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use iqr_sandbox::{Fault, Kind, When};

use crate::bench::{Bench, FIRST, LATER, PATIENCE, quoted};

/// Behavior of a monitor.
#[derive(Clone, Copy)]
pub enum Manner {
    Well,
    With500,
    Never,
}

/// A monitor on a loopback port, and the paths that were requested.
pub struct Monitor {
    pub url: String,
    asked: Receiver<String>,
}

impl Monitor {
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/ping/0a1b2c3d-secret", listener.local_addr().unwrap());
        let (sender, asked) = mpsc::channel();
        thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                let (mut stream, sender) = (stream.unwrap(), sender.clone());
                if matches!(manner, Manner::Never) {
                    sender.send("nothing yet".to_owned()).unwrap();
                    kept.push(stream);
                    continue;
                }
                let status = if matches!(manner, Manner::Well) { "200 OK" } else { "500 Oh" };
                thread::spawn(move || {
                    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                    while let Some(Ok(line)) = lines.next() {
                        if let Some(path) = line.strip_prefix("GET ") {
                            sender.send(path.split(' ').next().unwrap().to_owned()).unwrap();
                        }
                        if line.is_empty() {
                            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nOK").unwrap();
                        }
                    }
                });
            }
        });
        Self { url, asked }
    }

    /// Returns the requested paths so far, without their common part.
    pub fn asked(&self) -> Vec<String> {
        self.asked.try_iter().map(|path| path.replace("/ping/0a1b2c3d-secret", "")).collect()
    }
}

fn watched(bench: Bench, monitor: &Monitor) -> Bench {
    bench.with("monitor", "ping_url", &format!("{:?}", monitor.url))
}

#[test]
fn pings_the_monitor_at_start_and_end_of_every_pass() {
    let monitor = Monitor::start(Manner::Well);
    let bench = watched(Bench::with_clients(2), &monitor);
    bench.sync_well();
    assert_eq!(monitor.asked(), ["/start", ""]);
    bench.assert_idle("nothing is left");
    assert_eq!(monitor.asked(), ["/start", ""], "a pass with nothing to do");
    bench.sandbox.set_faults(vec![Fault::new(When::Always, Kind::status(503))]);
    bench.store().edit(1, "memory_bytes", "1073741824", LATER).unwrap();
    assert_eq!(bench.sync().code, Some(5));
    assert_eq!(monitor.asked(), ["/start", "/fail"]);
    fs::remove_file(bench.database()).unwrap();
    assert_eq!(bench.sync().code, Some(6));
    assert_eq!(monitor.asked(), ["/start", "/fail"], "a pass that cannot begin");
}

#[test]
fn pings_success_although_a_client_fails() {
    let monitor = Monitor::start(Manner::Well);
    let bench = watched(Bench::with_clients(2), &monitor);
    bench.sandbox.state().remove_asset(FIRST);
    assert_eq!(bench.sync().code, Some(1));
    assert_eq!(monitor.asked(), ["/start", ""]);
}

#[test]
fn pings_nothing_for_dry_runs_and_single_assets() {
    let monitor = Monitor::start(Manner::Well);
    let mut bench = watched(Bench::with_clients(2), &monitor);
    let file = bench.path("x.prom");
    bench.set("metrics", "textfile", &quoted(&file));
    assert_eq!(bench.sync_with(&["--dry-run"]).count("sent"), 2);
    assert_eq!(bench.sync_with(&["--inventory-id", &FIRST.to_string()]).count("sent"), 1);
    assert_eq!(monitor.asked(), [""; 0]);
    assert!(!file.exists());
}

/// A second pass ends at once, and the first one reports itself.
#[test]
fn pings_nothing_if_another_pass_runs() {
    let monitor = Monitor::start(Manner::Well);
    let bench = watched(Bench::with_clients(1), &monitor);
    let lock = fs::File::create(bench.path("ledger.db.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(bench.sync().code, Some(75));
    assert_eq!(monitor.asked(), [""; 0]);
}

#[test]
fn completes_pass_in_time_if_monitor_is_down_or_slow() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (sick, silent) = (Monitor::start(Manner::With500), Monitor::start(Manner::Never));
    for url in [&sick.url, &silent.url, &format!("http://{closed}/x"), &"http://name.invalid/x".to_owned()] {
        let bench = Bench::with_clients(2).with("monitor", "ping_url", &format!("{url:?}"));
        let begun = Instant::now();
        let run = bench.run(&["sync", "-vv"]);
        assert!(begun.elapsed() < Duration::from_secs(10), "{url}: {run:#?}");
        assert_eq!((run.code, bench.sandbox.state().asset(FIRST).unwrap().writes), (Some(0), 2), "{url}: {run:#?}");
        assert!(!run.stderr.contains("secret"), "who knows the URL can ping: {run:#?}");
        assert!(run.stderr.contains("the monitor"), "{url}: {run:#?}");
        assert_eq!(bench.run(&["sync"]).stderr, "", "{url}: cron has nothing to mail");
    }
}

/// The next pass can run while this one waits for the monitor.
#[test]
fn releases_the_run_lock_while_waiting_for_a_monitor() {
    let silent = Monitor::start(Manner::Never);
    let bench = watched(Bench::with_clients(1), &silent);
    bench.sync_well();
    while silent.asked.try_recv().is_ok() {}
    let first = bench.spawn(&["sync"]);
    // It has the lock by the time that the monitor hears of it.
    silent.asked.recv_timeout(PATIENCE).unwrap();
    let second = Bench::empty().with("ledger", "path", &quoted(&bench.ledger()));
    let (database, url) = (quoted(&bench.database()), format!("{:?}", bench.sandbox.url()));
    let second =
        second.with("store", "database", &database).with("iqr", "api_url", &url).with("iqr", "signin_url", &url);
    // Until the first one has let go of the lock.
    let begun = Instant::now();
    while second.sync().code == Some(75) {
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
    assert_eq!(first.finish().code, Some(0));
}

/// Parses the samples of a metrics file, by name and labels. As strict as Prometheus: every line is help, type or
/// sample, every sample follows the help and the type of its name, and nothing comes twice.
pub fn samples(text: &str) -> BTreeMap<String, String> {
    let mut samples = BTreeMap::new();
    let mut families: Vec<&str> = Vec::new();
    let mut lines = text.strip_suffix('\n').expect("the last line ends").split('\n').peekable();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, text) = help.split_once(' ').unwrap();
            assert!(!text.is_empty() && !text.contains('\\') && !families.contains(&name), "{line}");
            assert_eq!(lines.next(), Some(format!("# TYPE {name} gauge").as_str()));
            families.push(name);
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let name = sample.split('{').next().unwrap();
        assert!(name.starts_with("wipeos_iqr_") && Some(&name) == families.last(), "{line}");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{line}");
        if let Some(label) = sample.strip_prefix(name).filter(|label| !label.is_empty()) {
            let (key, value) = label.strip_prefix('{').unwrap().strip_suffix('}').unwrap().split_once('=').unwrap();
            assert!(["outcome", "reason", "version"].contains(&key), "{line}");
            let value = value.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            assert!(!value.contains(['"', '\\', '\n']), "{line}");
        }
        assert!(value.parse::<f64>().unwrap() >= 0.0, "{line}");
        assert_eq!(samples.insert(sample.to_owned(), value.to_owned()), None, "{line}");
    }
    assert!(families.iter().all(|name| samples.keys().any(|sample| sample.starts_with(name))), "{families:?}");
    samples
}

/// Checks the file with Prometheus' own tool, if there is one.
fn lint(text: &str) {
    let tool = std::env::var_os("PROMTOOL").unwrap_or("promtool".into());
    let Ok(mut child) = Command::new(tool)
        .args(["check", "metrics"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
    else {
        return;
    };
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}\n{text}", String::from_utf8_lossy(&said));
}

#[test]
fn writes_metrics_of_the_pass_and_of_held_and_failing() {
    let mut bench = Bench::with_screens();
    let file = bench.path("wipeos-iqr.prom");
    bench.set("metrics", "textfile", "\"wipeos-iqr.prom\"");
    bench.sandbox.state().remove_asset(iqr_sandbox::samples::DELL_ID);
    let report = bench.sync();
    let read = || {
        let text = fs::read_to_string(&file).unwrap();
        lint(&text);
        samples(&text)
    };
    let first = read();
    let value = |name: &str| first[&format!("wipeos_iqr_{name}")].as_str();
    let seconds = |text: &str| text.parse::<f64>().unwrap();
    assert_eq!(value("last_pass_success"), "1");
    assert_eq!(value("last_pass_timestamp_seconds"), value("last_success_timestamp_seconds"));
    assert!((0.0..60.0).contains(&seconds(value("last_pass_duration_seconds"))));
    assert_eq!(value("last_pass_clients{outcome=\"held\"}"), "6");
    assert_eq!(value("last_pass_clients{outcome=\"sent\"}"), "1");
    assert_eq!(value("held_clients{reason=\"duplicate-inventory-id\"}"), "2");
    assert_eq!(value("failing_clients{reason=\"not-in-iqr\"}"), "1");
    assert_eq!(value("failing_clients{reason=\"refused\"}"), "0");
    assert_eq!(value("due_clients"), "0");
    assert_eq!(value("last_pass_requests"), report.count("requests").to_string());

    bench.sync();
    bench.assert_idle("a pass with nothing to do is reported, too");
    let idle = read();
    assert_eq!(idle["wipeos_iqr_last_pass_requests"], "0");
    let (then, now) = (value("last_success_timestamp_seconds"), &idle["wipeos_iqr_last_success_timestamp_seconds"]);
    assert!(seconds(now) >= seconds(then));
    assert_eq!(idle["wipeos_iqr_failing_clients{reason=\"not-in-iqr\"}"], "1");
}

#[test]
fn keeps_metric_of_last_good_pass_after_a_bad_one() {
    let mut bench = Bench::with_clients(3);
    let file = bench.path("x.prom");
    bench.set("metrics", "textfile", &quoted(&file));
    bench.sync_with(&["--limit", "2"]);
    let read = || samples(&fs::read_to_string(&file).unwrap());
    let good = read();
    assert_eq!((good["wipeos_iqr_last_pass_success"].as_str(), good["wipeos_iqr_due_clients"].as_str()), ("1", "1"));
    let last = |samples: &BTreeMap<String, String>| samples["wipeos_iqr_last_success_timestamp_seconds"].clone();
    bench.write_key("another+key");
    assert_eq!(bench.sync().code, Some(4));
    let refused = read();
    assert_eq!(refused["wipeos_iqr_last_pass_success"], "0");
    assert_eq!(last(&refused), last(&good));
    fs::remove_file(bench.database()).unwrap();
    assert_eq!(bench.sync().code, Some(6));
    let blind = read();
    assert_eq!(blind["wipeos_iqr_last_pass_success"], "0");
    assert_eq!(last(&blind), last(&good));
    assert!(!blind.contains_key("wipeos_iqr_due_clients"), "nothing is known of the clients");
}

#[test]
fn warns_if_the_metrics_file_cannot_be_written() {
    let mut bench = Bench::with_clients(1);
    bench.set("metrics", "textfile", "\"/proc/nowhere/x.prom\"");
    let run = bench.run(&["sync"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:#?}");
    assert!(run.stderr.starts_with("warning: /proc/nowhere/x.prom cannot be written"), "{run:#?}");
    assert!(bench.writes(FIRST) > 0);
}

/// Asserts that the page has nothing that a browser would fetch, and no foreign text that it would obey.
#[track_caller]
fn assert_self_contained(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"), "{page}");
    let style_and_script = ["url(", "@import", "fetch(", "XMLHttp", "import("];
    assert!(style_and_script.iter().all(|word| !page.contains(word)), "{page}");
    let (markup, _script) = page.split_once("<script>").unwrap();
    for tag in markup.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let name = tag.split_whitespace().next().unwrap_or_default().trim_start_matches('/');
        assert!(!["a", "img", "link", "iframe", "object", "image", "use", "base"].contains(&name), "<{tag}>");
        let tag = tag.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(["src=", "href=", " on", "://"].iter().all(|word| !tag.contains(word)), "<{tag}>");
    }
    assert!(page.contains("default-src 'none'"), "the page itself forbids it, too");
    assert_eq!((page.matches("<script>").count(), page.matches("</script>").count()), (1, 1), "{page}");
}

/// Texts that break out of an element, an attribute, a script or a line.
const HOSTILE: [&str; 5] = [
    "<script>document.title='owned'</script>",
    "\"><img src=x onerror=document.title='owned'>",
    "'--></style></script><svg onload=document.title='owned'>",
    "{{ sentence }}{% raw %}&lt;b&gt;",
    "\u{202e}000317\u{1b}[2J",
];

fn with_hostile_ids() -> Bench {
    let bench = Bench::with_screens();
    for (number, id) in HOSTILE.iter().enumerate() {
        let number = i64::try_from(number).unwrap();
        bench.store().add(&crate::bench::client(number).with_inventory_id(id)).unwrap();
    }
    bench
}

#[test]
fn writes_the_status_page_after_every_pass() {
    let mut bench = with_hostile_ids();
    bench.set("report", "html", "\"page.html\"");
    bench.sandbox.state().remove_asset(iqr_sandbox::samples::DELL_ID);
    bench.sync();
    let read = || fs::read_to_string(bench.path("page.html")).unwrap();
    let page = read();
    assert_self_contained(&page);
    for text in ["Needs attention: 1 machine fails: 1 not-in-iqr.", "413950", "serial-mismatch", "THEIRS01", "4138OO"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    // What it says of each client is what `status` says.
    let status = bench.run(&["status", "--json"]).json();
    let problems = ["held", "failing"].map(|kind| status[kind].as_array().unwrap().clone()).concat();
    assert_eq!(problems.len(), 12);
    for problem in problems {
        let row = format!("<td class=\"n\" data-label=\"client\">{}</td>", problem["client_id"]);
        assert_eq!(page.matches(&row).count(), 1, "{problem}");
    }
    bench.sync();
    fs::remove_file(bench.path("page.html")).unwrap();
    bench.assert_idle("also a pass with nothing to do writes it");
    assert_self_contained(&read());
    bench.write_key("another+key");
    bench.run(&["sync", "--retry"]);
    assert!(read().contains("Needs attention: the last pass was ended early"), "{}", read());
}

#[test]
fn writes_the_status_page_of_a_new_or_healthy_appliance() {
    let bench = Bench::with_clients(1);
    let page = |name: &str| {
        let run = bench.run(&["status", "--html", name]);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
        let page = fs::read_to_string(bench.path(name)).unwrap();
        assert_self_contained(&page);
        page
    };
    assert!(page("new.html").contains("no pass was made yet"));
    bench.sync_well();
    assert!(page("well.html").contains(">All is well.<"));
    let piped = bench.run(&["status", "--html", "-"]);
    assert_self_contained(&piped.stdout);
    let run = bench.run(&["status", "--html", "/proc/nowhere/x.html"]);
    assert_eq!((run.code, run.stderr.contains("/proc/nowhere/x.html cannot be written")), (Some(1), true), "{run:#?}");
}

/// The page is rendered by a browser, with its script; skipped if there is none.
#[test]
fn shows_hostile_names_as_text_in_a_browser() {
    let bench = with_hostile_ids();
    bench.sync();
    let page = bench.run(&["status", "--html", "-"]).stdout;
    // A click on the heading `client` sorts upwards, the second one downwards.
    let click = "document.querySelector('table.clients').tHead.rows[0].cells[1].firstChild.click();";
    for (clicks, first) in [(1, "3"), (2, "13")] {
        let clicked = format!("<script>{}</script></body>", click.repeat(clicks));
        fs::write(bench.path("page.html"), page.replace("</body>", &clicked)).unwrap();
        let Some(dom) = dom_of(&bench) else { return };
        assert!(dom.contains("<button type=\"button\">"), "the script did not run: {dom}");
        assert!(!dom.contains("<title>owned") && !dom.contains("<img") && !dom.contains("onload=\""), "{dom}");
        assert!(dom.contains("&lt;script&gt;document.title='owned'&lt;/script&gt;"), "{dom}");
        let client = dom.split("data-label=\"client\">").nth(1).unwrap().split('<').next();
        assert_eq!(client, Some(first), "{clicks} clicks");
    }
}

/// Returns the page as a browser has it in the end; `None` if there is no browser.
fn dom_of(bench: &Bench) -> Option<String> {
    let mut browser = Command::new("chromium");
    browser.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom"]);
    browser.arg(format!("--user-data-dir={}", bench.path("browser").display()));
    browser.arg(format!("file://{}", bench.path("page.html").display()));
    let output = assert_cmd::Command::from_std(browser).timeout(PATIENCE).output().ok()?;
    Some(String::from_utf8(output.stdout).unwrap())
}
