//! The bench of a test: a folder with a store, an IQR, a config and a key, and the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use iqr_sandbox::iqmetrix::Iqmetrix;
use iqr_sandbox::iqtech::Iqtech;
use iqr_sandbox::samples;
use iqr_sandbox::store::{Client, Journal, Store};
use iqr_sandbox::{Asset, Comments, Field, Options, Request, Sandbox};
use serde_json::Value;
use tempfile::TempDir;

/// A timeout far longer than any pass of a test takes; only a bug waits so long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A time after everything that the sample machines have seen.
pub const LATER: &str = "2024-05-01 09:00:00";

/// The inventory ID of the first client of [`Bench::with_clients`]; the others follow.
pub const FIRST: i64 = 700_001;

/// A folder with a store and a config, and the IQR that the config names.
pub struct Bench {
    folder: TempDir,
    pub sandbox: Sandbox,
    /// The iQmetrix of [`Bench::and_iqmetrix`].
    pub iqmetrix: Option<Iqmetrix>,
    /// The iQ Tech of [`Bench::and_iqtech`].
    pub iqtech: Option<Iqtech>,
    settings: BTreeMap<(&'static str, &'static str), String>,
}

/// Result of a run of the program.
#[derive(Debug)]
pub struct Run {
    /// Exit code; `None` if the program was killed.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The report of a `sync --json`.
#[derive(Debug)]
pub struct Report {
    pub code: Option<i32>,
    pub stderr: String,
    json: Value,
}

/// An asset as people and scripts see it in IQR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub item_number: String,
    pub mfgr: String,
    pub description: String,
    pub extended_description: String,
    pub comments: String,
}

impl Bench {
    /// Creates a bench with an empty store and an IQR without assets.
    pub fn empty() -> Self {
        Self::with_options(Options::default())
    }

    pub fn with_options(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(options);
        let mut bench = Self { folder, sandbox, iqmetrix: None, iqtech: None, settings: BTreeMap::new() };
        Store::create(&bench.database(), Journal::Wal).unwrap();
        bench.write_key(&bench.sandbox.api_key());
        let url = bench.sandbox.url();
        for (section, key, value) in [
            ("store", "database", quoted(&bench.database())),
            ("ledger", "path", quoted(&bench.ledger())),
            ("iqr", "signin_url", format!("{url:?}")),
            ("iqr", "api_url", format!("{url:?}")),
            ("iqr", "api_key_file", quoted(&bench.path("api-key"))),
        ] {
            bench.settings.insert((section, key), value);
        }
        bench.write_config();
        bench
    }

    /// Creates a bench with `count` good clients and an asset each: IDs from [`FIRST`], keys from 1, two models.
    pub fn with_clients(count: i64) -> Self {
        Self::empty().and_clients(count)
    }

    pub fn and_clients(self, count: i64) -> Self {
        for number in 0..count {
            self.add(&client(number), Asset::new(FIRST + number));
        }
        self
    }

    /// Creates a bench with the two machines of the specification's screens and one of every kind of held client.
    pub fn with_screens() -> Self {
        let bench = Self::empty();
        let samples = samples::two_screens();
        let mut store = bench.store();
        samples.clients.iter().for_each(|client| _ = store.add(client).unwrap());
        bench.sandbox.state().add_assets(samples.assets);
        bench
    }

    /// Adds a client to the store and its asset to IQR; returns the client's key.
    pub fn add(&self, client: &Client, asset: Asset) -> i64 {
        self.sandbox.state().add_asset(asset);
        self.store().add(client).unwrap()
    }

    /// Sets a key of the config, as TOML.
    pub fn set(&mut self, section: &'static str, key: &'static str, value: &str) {
        self.settings.insert((section, key), value.to_owned());
        self.write_config();
    }

    pub fn with(mut self, section: &'static str, key: &'static str, value: &str) -> Self {
        self.set(section, key, value);
        self
    }

    /// Removes a section of the config.
    pub fn without_section(mut self, section: &str) -> Self {
        self.settings.retain(|(other, _), _| *other != section);
        self.write_config();
        self
    }

    fn write_config(&self) {
        let mut text = String::new();
        let sections: BTreeSet<&str> = self.settings.keys().map(|(section, _)| *section).collect();
        for section in sections {
            writeln!(text, "[{section}]").unwrap();
            for ((_, key), value) in self.settings.iter().filter(|((other, _), _)| *other == section) {
                writeln!(text, "{key} = {value}").unwrap();
            }
        }
        fs::write(self.config(), text).unwrap();
    }

    pub fn write_key(&self, key: &str) {
        self.write_secret("api-key", key);
    }

    /// Writes a file that only its owner reads.
    pub fn write_secret(&self, name: &str, secret: &str) {
        fs::write(self.path(name), secret).unwrap();
        fs::set_permissions(self.path(name), Permissions::from_mode(0o600)).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn config(&self) -> PathBuf {
        self.path("config.toml")
    }

    pub fn database(&self) -> PathBuf {
        self.path("wipeos.db")
    }

    pub fn ledger(&self) -> PathBuf {
        self.path("ledger.db")
    }

    /// Opens the store for writing, as WipeOS does.
    pub fn store(&self) -> Store {
        Store::open(&self.database()).unwrap()
    }

    /// Deletes the ledgers and their files: the next pass knows nothing.
    pub fn forget_ledger(&self) {
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
            _ = fs::remove_file(self.path(name));
        }
    }

    /// Reads one value of the ledger beside the program.
    pub fn in_ledger<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        let connection = rusqlite::Connection::open(self.ledger()).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Builds a command of the program with this bench's config and an empty environment.
    pub fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("wipeos-iqr"));
        command.env_clear().env("HOME", self.folder.path()).current_dir(self.folder.path());
        command.arg("--config").arg(self.config()).args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments))
    }

    /// Runs one pass with further arguments.
    pub fn sync_with(&self, arguments: &[&str]) -> Report {
        Report::of(self.run(&[&["sync", "--json"], arguments].concat()))
    }

    /// Runs one pass.
    pub fn sync(&self) -> Report {
        self.sync_with(&[])
    }

    /// Runs one pass that must succeed.
    pub fn sync_well(&self) -> Report {
        let report = self.sync();
        assert_eq!((report.code, report.outcome(), report.count("failed")), (Some(0), "done", 0), "{report:#?}");
        report
    }

    /// Starts a pass and lets it run.
    pub fn spawn(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Returns an asset as it is in IQR now.
    pub fn seen(&self, id: i64) -> Seen {
        let state = self.sandbox.state();
        let item = state.item_of(id).unwrap();
        let asset = state.asset(id).unwrap();
        Seen {
            item_number: item.item_number.clone(),
            mfgr: item.mfgr.clone(),
            description: asset.text(Field::Description).to_owned(),
            extended_description: asset.text(Field::ExtendedDescription).to_owned(),
            comments: asset.comments().to_owned(),
        }
    }

    /// Returns all assets as they are in IQR now.
    pub fn all_seen(&self) -> BTreeMap<i64, Seen> {
        let ids: Vec<i64> = self.sandbox.state().assets().map(|asset| asset.inventory_id).collect();
        ids.into_iter().map(|id| (id, self.seen(id))).collect()
    }

    pub fn lines(&self, id: i64) -> Vec<String> {
        self.seen(id).comments.lines().map(str::to_owned).collect()
    }

    /// Returns how often an asset was written.
    pub fn writes(&self, id: i64) -> u64 {
        self.sandbox.state().asset(id).unwrap().writes
    }

    /// Returns the result of `action` and the requests that it caused.
    pub fn requests_of<T>(&self, action: impl FnOnce() -> T) -> (T, Vec<Request>) {
        self.sandbox.state().forget_requests();
        let result = action();
        (result, self.sandbox.requests())
    }

    /// Asserts that a pass finds nothing to do and sends no request.
    pub fn assert_idle(&self, context: &str) {
        let (report, requests) = self.requests_of(|| self.sync());
        assert_eq!(report.code, Some(0), "{context}: {report:#?}");
        assert_eq!(requests, [], "{context}: a pass with nothing to do asked something");
    }

    /// Asserts that IQR is sound: no duplicate line, no twin items, no open session.
    pub fn assert_sound(&self, context: &str) {
        let state = self.sandbox.state();
        for asset in state.assets() {
            let mut lines = asset.comment_lines();
            lines.retain(|line| !line.trim().is_empty());
            let distinct: BTreeSet<&str> = lines.iter().copied().collect();
            let id = asset.inventory_id;
            assert_eq!(distinct.len(), lines.len(), "{context}: asset {id} has a line twice: {lines:#?}");
        }
        assert_eq!(state.counters().twins, 0, "{context}: a master item was created twice");
        assert_eq!(state.counters().empty_tokens, 0, "{context}: a request without a token");
    }

    pub fn assert_signed_out(&self, context: &str) {
        let counters = self.sandbox.counters();
        assert_eq!(counters.sessions_opened, counters.sessions_closed, "{context}: a session was left open");
    }

    pub fn set_comment_semantics(&self, comments: Comments) {
        self.sandbox.state().options.quirks.comments = comments;
    }
}

/// A running program; killed if the test ends before it.
pub struct Running(Child);

impl Running {
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.0);
        // It may have ended by itself.
        _ = rustix::process::kill_process(pid, signal);
    }

    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Waits for the end of the program, with a timeout.
    pub fn finish(mut self) -> Run {
        let started = Instant::now();
        while !self.has_ended() {
            assert!(started.elapsed() < PATIENCE, "the program does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
        let read = |pipe: Option<&mut dyn std::io::Read>| {
            let mut text = Vec::new();
            pipe.unwrap().read_to_end(&mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        let stdout = read(self.0.stdout.as_mut().map(|pipe| pipe as _));
        let stderr = read(self.0.stderr.as_mut().map(|pipe| pipe as _));
        Run { code: self.0.wait().unwrap().code(), stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Runs a command to its end, with a timeout.
pub fn run(command: std::process::Command) -> Run {
    let output = assert_cmd::Command::from_std(command).timeout(PATIENCE).output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Run {
    /// Parses the one JSON object of stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

impl Report {
    pub fn of(run: Run) -> Self {
        Self { json: run.json(), code: run.code, stderr: run.stderr }
    }

    pub fn outcome(&self) -> &str {
        self.json["outcome"].as_str().unwrap()
    }

    /// Returns a total by its key: `due`, `sent`, `unchanged`, `held`, `failed`, `deferred` or `requests`.
    pub fn count(&self, what: &str) -> u64 {
        self.json[what].as_u64().unwrap()
    }

    /// Returns the requests for data to other services; `None` where the report does not speak of them.
    pub fn lookup_requests(&self) -> Option<u64> {
        self.json.get("lookup_requests").map(|number| number.as_u64().unwrap())
    }

    pub fn items(&self) -> &[Value] {
        self.json["items"].as_array().unwrap()
    }

    /// Returns the item of a client.
    pub fn item(&self, client_id: i64) -> &Value {
        let found = self.items().iter().find(|item| item["client_id"] == client_id);
        found.unwrap_or_else(|| panic!("client {client_id} is not in {self:#?}"))
    }

    /// Returns outcome and reason of a client.
    pub fn fate(&self, client_id: i64) -> (&str, Option<&str>) {
        let item = self.item(client_id);
        (item["outcome"].as_str().unwrap(), item["reason"].as_str())
    }

    pub fn message(&self, client_id: i64) -> &str {
        self.item(client_id)["message"].as_str().unwrap_or_default()
    }
}

/// Creates the good client of a number, from 0: a Dell or a Panasonic with its own serial number and ID.
pub fn client(number: i64) -> Client {
    let model = if number % 2 == 0 { samples::dell() } else { samples::panasonic() };
    let client = Client { serial_number: Some(format!("SN{number:06}")), ..model };
    client.with_inventory_id(&(FIRST + number).to_string())
}

/// Formats a path as a TOML string.
pub fn quoted(path: &Path) -> String {
    format!("{:?}", path.to_str().unwrap())
}
