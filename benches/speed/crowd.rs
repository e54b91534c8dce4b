//! A tenant that allows few requests at once: one appliance with many connections, and many appliances at once.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use iqr_sandbox::store::{self, FIRST_ID, Mix};
use iqr_sandbox::{Options, Sandbox};

use crate::measure::{self, Ended};
use crate::stand::Place;
use crate::table::{Table, ratio, time};

/// An experiment.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    pub appliances: u16,
    /// Number of due clients of each appliance.
    pub clients: u32,
    /// Connections of each appliance.
    pub connections: u16,
    /// Number of requests that the tenant allows at once; `None` for any number.
    pub limit: Option<usize>,
    pub rtt: Duration,
}

/// Runs all of them in turn, against the least time that the served requests can take.
pub fn crowds(place: &Place, crowds: &[Crowd]) -> Result<String> {
    let columns = ["appliances", "due each", "connections", "limit", "served", "429", "wall", "least", "wall / least"];
    let mut table = Table::new("A tenant that allows few requests at once", &columns);
    for crowd in crowds {
        let (sandbox, wall) = run(place, crowd)?;
        let counters = sandbox.counters();
        let served = counters.requests - counters.turned_away;
        let in_parallel = usize::from(crowd.connections * crowd.appliances);
        let limit = crowd.limit.map_or(in_parallel, |limit| limit.min(in_parallel));
        let least = crowd.rtt * u32::try_from(served)? / u32::try_from(limit)?;
        table.row(&[
            crowd.appliances.to_string(),
            crowd.clients.to_string(),
            crowd.connections.to_string(),
            crowd.limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string()),
            served.to_string(),
            counters.turned_away.to_string(),
            time(wall),
            time(least),
            ratio(wall, least),
        ]);
    }
    Ok(table.into_text())
}

/// Runs a pass on every appliance at the same time; each must end well. Returns the time of the slowest.
fn run(place: &Place, crowd: &Crowd) -> Result<(Sandbox, Duration)> {
    let options = Options { rtt: crowd.rtt, max_in_flight: crowd.limit, keep_requests: false, ..Options::default() };
    let sandbox = Sandbox::try_start(options)?;
    let all = i64::from(crowd.appliances) * i64::from(crowd.clients);
    sandbox.state().add_on_demand(FIRST_ID..=FIRST_ID + all);
    let folders = (0..crowd.appliances).map(|number| prepare(place, crowd, number, &sandbox));
    let folders = folders.collect::<Result<Vec<_>>>()?;
    let ended: Vec<Result<Ended>> = thread::scope(|scope| {
        let pass = |folder: &PathBuf| {
            let config = folder.join("config.toml");
            measure::run_well(&[place.program.clone().into(), "--config".into(), config.into(), "sync".into()])
        };
        let passes: Vec<_> = folders.iter().map(|folder| scope.spawn(move || pass(folder))).collect();
        passes.into_iter().map(|pass| pass.join().map_err(|_| anyhow!("a pass panicked"))?).collect()
    });
    let ended = ended.into_iter().collect::<Result<Vec<_>>>()?;
    let slowest = ended.iter().map(|ended| ended.cost.wall).max().context("no appliance")?;
    let arrived = sandbox.state().assets().filter(|asset| asset.writes > 0).count();
    anyhow::ensure!(i64::try_from(arrived)? == all, "{arrived} of {all} assets arrived in the first pass");
    Ok((sandbox, slowest))
}

/// Prepares a folder with a store whose inventory IDs no other appliance has, and without a ledger.
fn prepare(place: &Place, crowd: &Crowd, number: u16, sandbox: &Sandbox) -> Result<PathBuf> {
    let folder = place.folder.join(format!("crowd-{}-{number}", crowd.clients));
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let database = folder.join("wipeos.db");
    store::generate(&database, u64::from(number), crowd.clients.into(), &Mix::default())?;
    let offset = i64::from(number) * i64::from(crowd.clients);
    let sql = "UPDATE client_slot SET value = CAST(value AS INTEGER) + ?1 WHERE name = ?2";
    rusqlite::Connection::open(&database)?.execute(sql, rusqlite::params![offset, store::ID_SLOT])?;
    let key = folder.join("api-key");
    fs::write(&key, sandbox.api_key())?;
    fs::set_permissions(&key, Permissions::from_mode(0o600))?;
    let (url, connections) = (sandbox.url(), crowd.connections);
    fs::write(
        folder.join("config.toml"),
        format!(
            "[store]\ndatabase = 'wipeos.db'\n[ledger]\npath = 'ledger.db'\n\
             [iqr]\nsignin_url = '{url}'\napi_url = '{url}'\napi_key_file = 'api-key'\nconnections = {connections}\n"
        ),
    )?;
    Ok(folder)
}
