//! A folder with a store, a config and an IQR to send to; and what the program, its floor and its peers are called with.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use iqr_sandbox::iqmetrix::{self, Iqmetrix};
use iqr_sandbox::store::{self, FIRST_ID, Mix, Summary};
use iqr_sandbox::{Options, Sandbox};
use rusqlite::{Connection, OpenFlags, params};
use wipeos_iqr::clock;
use wipeos_iqr::ledger::RunLedger;
use wipeos_iqr::model::{ClientId, Registration, Sent};
use wipeos_iqr::store::Store;

use crate::measure::{self, Ended};

/// Seed that makes the same store at each run.
const SEED: u64 = 1;

/// Time budget of a pass: far longer than any here.
const NO_HURRY: &str = "1h";

/// Upper bound for the passes until a ledger of a million clients is quiescent: each compares some of them.
const MAX_PASSES: u32 = 40;

/// Everything for one experiment.
pub struct Stand {
    folder: PathBuf,
    program: PathBuf,
    python: PathBuf,
    pub sandbox: Sandbox,
    /// The service that dates of devices are looked up at.
    pub iqmetrix: Option<Iqmetrix>,
    pub connections: u16,
    pub verify_writes: bool,
    pub time_budget: String,
}

/// A program that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contestant {
    Ours,
    Floor,
    Plain,
    Threaded,
}

impl Contestant {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "wipeos-iqr",
            Self::Floor => "three indexed questions, native",
            Self::Plain => "plain script",
            Self::Threaded => "careful script, 8 threads",
        }
    }

    fn script(self) -> Option<&'static str> {
        match self {
            Self::Plain => Some("plain.py"),
            Self::Threaded => Some("threaded.py"),
            Self::Ours | Self::Floor => None,
        }
    }
}

/// Paths for all stands.
#[derive(Debug, Clone)]
pub struct Place {
    /// Folder in which stores are kept from run to run.
    pub folder: PathBuf,
    pub program: PathBuf,
    pub python: PathBuf,
}

impl Stand {
    /// Prepares a store of `count` clients, unless it exists, and an IQR that has an asset for each.
    pub fn new(place: &Place, name: &str, count: u64, mix: &Mix, rtt: Duration) -> Result<Self> {
        let folder = place.folder.join(format!("{name}-{count}"));
        fs::create_dir_all(&folder)?;
        let database = folder.join("wipeos.db");
        if !database.exists() {
            eprintln!("making a store of {count} clients in {}", folder.display());
            let unfinished = folder.join("wipeos.db.new");
            _ = fs::remove_file(&unfinished);
            let Summary { disks, wipes, .. } = store::generate(&unfinished, SEED, count, mix)?;
            eprintln!("{disks} disks, {wipes} wipes");
            fs::rename(unfinished, database)?;
        }
        let sandbox = Sandbox::try_start(Options { rtt, keep_requests: false, ..Options::default() })?;
        sandbox.state().add_on_demand(FIRST_ID..=last_good_id(count));
        let (program, python) = (place.program.clone(), place.python.clone());
        let time_budget = NO_HURRY.to_owned();
        let (iqmetrix, connections, verify_writes) = (None, 8, false);
        let stand = Self { folder, program, python, sandbox, iqmetrix, connections, verify_writes, time_budget };
        stand.write_config()?;
        Ok(stand)
    }

    /// Starts an iQmetrix that knows every device.
    pub fn start_iqmetrix(&mut self) -> Result<()> {
        let options = iqmetrix::Options { keep_requests: false, ..iqmetrix::Options::default() };
        let service = Iqmetrix::try_start(options)?;
        service.state().add_on_demand(iqmetrix::State::COMPANY);
        self.iqmetrix = Some(service);
        self.write_config()
    }

    fn write_secret(&self, name: &str, secret: &str) -> Result<()> {
        let path = self.path(name);
        fs::write(&path, secret)?;
        Ok(fs::set_permissions(&path, Permissions::from_mode(0o600))?)
    }

    /// The part of the config that has dates looked up; empty where no service is started.
    fn lookup_config(&self) -> Result<String> {
        let Some(service) = &self.iqmetrix else { return Ok(String::new()) };
        let options = service.state().options.clone();
        self.write_secret("iqmetrix-client-secret", &options.client_secret)?;
        self.write_secret("iqmetrix-password", &options.password)?;
        Ok(format!(
            "[templates]\ndescription = '{{Model}} {{IMEI Purchase Date}} {{IMEI Return Date}}'\n\
             [iqmetrix]\nurl = '{}'\ntoken_url = '{}'\nclient_id = '{}'\nusername = '{}'\n\
             client_secret_file = 'iqmetrix-client-secret'\npassword_file = 'iqmetrix-password'\n",
            service.url(),
            service.token_url(),
            options.client_id,
            options.username
        ))
    }

    /// Writes the config anew, after a change of the settings.
    pub fn write_config(&self) -> Result<()> {
        self.write_secret("api-key", &self.sandbox.api_key())?;
        let (url, connections) = (self.sandbox.url(), self.connections);
        let text = format!(
            "[store]\ndatabase = 'wipeos.db'\n[ledger]\npath = 'ledger.db'\n\
             [iqr]\nsignin_url = '{url}'\napi_url = '{url}'\napi_key_file = 'api-key'\nconnections = {connections}\n\
             [sync]\nverify_writes = {}\ntime_budget = '{}'\n",
            self.verify_writes, self.time_budget
        );
        Ok(fs::write(self.path("config.toml"), text + &self.lookup_config()?)?)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Opens the WipeOS database for writing, as WipeOS does.
    pub fn appliance(&self) -> Result<Connection> {
        Ok(Connection::open_with_flags(self.path("wipeos.db"), OpenFlags::SQLITE_OPEN_READ_WRITE)?)
    }

    /// Commits a change that no pass reads.
    pub fn touch(&self) -> Result<()> {
        let sql = "CREATE TABLE IF NOT EXISTS something_else (at); INSERT INTO something_else VALUES (datetime());";
        Ok(self.appliance()?.execute_batch(sql)?)
    }

    /// Returns the command line of a contestant; `more` are further arguments.
    pub fn command(&self, contestant: Contestant, more: &[&str]) -> Result<Vec<OsString>> {
        let mut command: Vec<OsString> = match contestant.script() {
            None if contestant == Contestant::Floor => {
                vec![std::env::current_exe()?.into(), "floor".into(), self.path("wipeos.db").into()]
            }
            None => {
                vec![self.program.clone().into(), "--config".into(), self.path("config.toml").into(), "sync".into()]
            }
            Some(script) => self.script(script),
        };
        command.extend(more.iter().map(Into::into));
        Ok(command)
    }

    fn script(&self, name: &str) -> Vec<OsString> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers").join(name);
        let state = self.path(name).with_extension("state.db");
        vec![
            self.python.clone().into(),
            script.into(),
            "--store".into(),
            self.path("wipeos.db").into(),
            "--state".into(),
            state.into(),
            "--url".into(),
            self.sandbox.url().into(),
            "--key-file".into(),
            self.path("api-key").into(),
        ]
    }

    /// Runs a contestant, which must succeed.
    pub fn run(&self, contestant: Contestant, more: &[&str]) -> Result<Ended> {
        measure::run_well(&self.command(contestant, more)?)
    }

    /// Deletes what all contestants remember of passes.
    pub fn forget(&self) {
        for name in ["ledger.db", "plain.state.db", "threaded.state.db"] {
            for suffix in ["", "-wal", "-shm", "-journal"] {
                _ = fs::remove_file(self.path(&format!("{name}{suffix}")));
            }
        }
    }

    /// Brings the ledger to the state after everything was sent once: the good clients by its own functions, because a
    /// million of them take their time on the wire, the held and the failing ones by a pass.
    pub fn settle(&self) -> Result<()> {
        if !self.path("ledger.db").exists() {
            eprintln!("filling a ledger in {}", self.folder.display());
            self.fill_ledger().context("cannot fill the ledger")?;
        }
        for _ in 0..MAX_PASSES {
            let ended = measure::run(&self.command(Contestant::Ours, &["--json"])?)?;
            if !matches!(ended.code, Some(0 | 1)) {
                anyhow::bail!("the pass that settles the ledger ended with {:?}", ended.code);
            }
            if ended.stdout.contains("\"due\":0,") && self.is_quiescent()? {
                return Ok(());
            }
            self.postpone_retries()?;
        }
        anyhow::bail!("the ledger does not settle in {}", self.folder.display());
    }

    /// Returns whether a pass has come to its end, including the sweep over every client.
    fn is_quiescent(&self) -> Result<bool> {
        let ledger = Connection::open(self.path("ledger.db"))?;
        let sql = "SELECT count(*) = 0 FROM setting WHERE name = 'full comparison reached client'";
        Ok(ledger.query_row(sql, [], |row| row.get(0))?)
    }

    fn fill_ledger(&self) -> Result<()> {
        let store = Store::open(&self.path("wipeos.db"), Box::new(|| true), Box::new(|| true))?;
        let mut ledger = RunLedger::open(&self.path("ledger.db"))?;
        let appliance = self.appliance()?;
        let mut good = appliance.prepare(
            "SELECT value FROM client_slot WHERE client_id = ?1 AND name = ?2 AND CAST(value AS INTEGER) BETWEEN ?3 AND ?4",
        )?;
        let last_good = last_good_id(store.count_after(ClientId(0))?);
        let mut after = ClientId(0);
        loop {
            let page = store.fingerprints_after(after)?;
            let Some(&(last, _)) = page.last() else { break };
            for (client_id, fingerprint) in page {
                let id = good.query_row(params![client_id.0, store::ID_SLOT, FIRST_ID, last_good], |row| row.get(0));
                if let Ok(inventory_id) = id {
                    let at = clock::now();
                    let record = wipeos_iqr::ledger::SentRecord {
                        client_id,
                        registration: Registration::default(),
                        inventory_id,
                        fingerprint: Some(fingerprint),
                        digest: [0; 16],
                        at,
                    };
                    ledger.record_sent(&record, Some(&Sent::default()), &[])?;
                }
            }
            after = last;
        }
        Ok(ledger.set_watermark(&store.watermark()?)?)
    }

    /// Postpones the retries of failing clients: none is due during a measurement.
    fn postpone_retries(&self) -> Result<()> {
        let ledger = Connection::open(self.path("ledger.db"))?;
        let later = clock::now().plus_seconds(3000).unix_millis();
        ledger.execute("UPDATE problem SET next_try = ?1 WHERE next_try IS NOT NULL", [later])?;
        Ok(())
    }

    /// Brings a script to the state after everything was sent once.
    pub fn settle_peer(&self, contestant: Contestant) -> Result<()> {
        self.run(contestant, &["--mark-all-sent"]).map(drop)
    }
}

fn last_good_id(count: u64) -> i64 {
    FIRST_ID.saturating_add_unsigned(count) - 1
}
