//! The pass with nothing due, 720 times a day.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use iqr_sandbox::store::Mix;

use crate::measure::{self, Cost};
use crate::stand::{Contestant, Place, Stand};
use crate::table::{Series, Table, memory, ratio, time};

/// A mix in which one in a hundred is held and one in a hundred fails: of a million clients, ten thousand each.
const MIX: Mix = Mix {
    blank: 10,
    unknown: 10,
    invalid: 0,
    duplicate: 0,
    placeholder: 0,
    imei: 0,
    journal: iqr_sandbox::store::Journal::Wal,
};

/// Time indexes, each of which may be missing.
const INDEXES: [(&str, &str); 3] =
    [("client", "updated_at"), ("wipe", "finished_at"), ("diagnostics_log", "created_at")];

/// Prepares a stand on which no client is due.
pub fn settled(place: &Place, clients: u64, peers: &[Contestant]) -> Result<Stand> {
    let stand = Stand::new(place, "idle", clients, &MIX, Duration::ZERO)?;
    stand.settle()?;
    for &peer in peers {
        stand.settle_peer(peer)?;
    }
    Ok(stand)
}

/// Measures ours on an untouched store and after a commit, the floor and the peers, in turns.
pub fn compare(place: &Place, sizes: &[u64], rounds: usize, peers: &[Contestant]) -> Result<String> {
    let columns =
        ["clients", "who", "wall: median (spread)", "processor", "peak memory", "wall / floor", "processor / floor"];
    let mut table = Table::new("Nothing due", &columns);
    for &clients in sizes {
        let stand = settled(place, clients, peers)?;
        let (mut untouched, mut touched, mut floor) = (Series::default(), Series::default(), Series::default());
        let mut scripts = vec![Series::default(); peers.len()];
        // The first one of a kind pays for caches.
        for round in 0..=rounds {
            let costs = [idle(&stand)?, floor_of(&stand)?, touched_idle(&stand)?];
            let peers: Vec<Cost> = peers.iter().map(|&peer| Ok(stand.run(peer, &[])?.cost)).collect::<Result<_>>()?;
            if round > 0 {
                for (series, cost) in [&mut untouched, &mut floor, &mut touched].into_iter().zip(costs) {
                    series.add(cost);
                }
                scripts.iter_mut().zip(peers).for_each(|(series, cost)| series.add(cost));
            }
        }
        let named = [("wipeos-iqr", &untouched), ("wipeos-iqr, after a commit of WipeOS's", &touched)];
        let others = peers.iter().map(|peer| peer.name()).zip(&scripts);
        for (name, series) in named.into_iter().chain([(Contestant::Floor.name(), &floor)]).chain(others) {
            table.row(&[
                clients.to_string(),
                name.to_owned(),
                series.wall_and_spread(),
                time(series.cpu()),
                memory(series.peak()),
                ratio(series.wall(), floor.wall()),
                ratio(series.cpu(), floor.cpu()),
            ]);
        }
    }
    Ok(table.into_text())
}

/// Measures ours after a commit against the floor, which scans too, with each time index missing in turn.
pub fn without_index(place: &Place, clients: u64, rounds: usize) -> Result<String> {
    let columns = ["missing index", "wipeos-iqr", "the same three questions, native", "wall", "processor"];
    let mut table = Table::new(&format!("A time index is missing, {clients} clients, after a commit"), &columns);
    let stand = settled(place, clients, &[])?;
    for (name, column) in INDEXES {
        let index = format!("{name}_{column}");
        stand.appliance()?.execute_batch(&format!("DROP INDEX {index}"))?;
        let measured = in_turns(&stand, rounds);
        stand.appliance()?.execute_batch(&format!("CREATE INDEX {index} ON {name}({column})"))?;
        let (ours, floor) = measured?;
        table.row(&[
            format!("{name}({column})"),
            ours.wall_and_spread(),
            floor.wall_and_spread(),
            ratio(ours.wall(), floor.wall()),
            ratio(ours.cpu(), floor.cpu()),
        ]);
    }
    Ok(table.into_text())
}

fn in_turns(stand: &Stand, rounds: usize) -> Result<(Series, Series)> {
    let (mut ours, mut floor) = (Series::default(), Series::default());
    for round in 0..=rounds {
        let (our_cost, floor_cost) = (touched_idle(stand)?, floor_of(stand)?);
        if round > 0 {
            ours.add(our_cost);
            floor.add(floor_cost);
        }
    }
    Ok((ours, floor))
}

/// Measures the periodic sweep over every client, when it is due.
pub fn full_comparison(place: &Place, sizes: &[u64]) -> Result<String> {
    let columns = ["clients", "passes", "longest pass", "processor, all passes", "peak memory"];
    let mut table = Table::new("The periodic comparison of every client", &columns);
    for &clients in sizes {
        let stand = settled(place, clients, &[])?;
        let ledger = rusqlite::Connection::open(stand.path("ledger.db"))?;
        let finished = "SELECT value FROM setting WHERE name = 'full comparison finished at'";
        ledger.execute("UPDATE setting SET value = 0 WHERE name = 'full comparison finished at'", [])?;
        stand.touch()?;
        let (mut passes, mut longest, mut cpu, mut peak) = (0_u32, Duration::ZERO, Duration::ZERO, 0);
        while ledger.query_row(finished, [], |row| row.get::<_, i64>(0))? == 0 {
            let Cost { wall, cpu: more, peak: high } = idle(&stand)?;
            (passes, longest, cpu, peak) = (passes + 1, longest.max(wall), cpu + more, peak.max(high));
        }
        table.row(&[clients.to_string(), passes.to_string(), time(longest), time(cpu), memory(peak)]);
    }
    Ok(table.into_text())
}

/// Counts the instructions of the idle pass with valgrind: they do not depend on the load of the machine.
pub fn instructions(place: &Place, sizes: &[u64]) -> Result<String> {
    let mut table =
        Table::new("Instructions of a pass with nothing due", &["clients", "untouched store", "after a commit"]);
    for &clients in sizes {
        let stand = settled(place, clients, &[])?;
        let untouched = count_instructions(&stand)?;
        stand.touch()?;
        let touched = count_instructions(&stand)?;
        table.row(&[clients.to_string(), untouched.to_string(), touched.to_string()]);
    }
    Ok(table.into_text())
}

fn count_instructions(stand: &Stand) -> Result<u64> {
    let log = stand.path("callgrind.log");
    let mut command = vec!["valgrind".into(), "--tool=callgrind".into(), "--callgrind-out-file=/dev/null".into()];
    command.push(format!("--log-file={}", log.display()).into());
    command.extend(stand.command(Contestant::Ours, &[])?);
    measure::run_well(&command)?;
    let text = fs::read_to_string(log)?;
    let count = text.lines().find_map(|line| line.split("Collected :").nth(1)?.trim().parse().ok());
    count.with_context(|| format!("callgrind printed no count:\n{text}"))
}

fn idle(stand: &Stand) -> Result<Cost> {
    Ok(stand.run(Contestant::Ours, &[])?.cost)
}

fn touched_idle(stand: &Stand) -> Result<Cost> {
    stand.touch()?;
    idle(stand)
}

fn floor_of(stand: &Stand) -> Result<Cost> {
    Ok(stand.run(Contestant::Floor, &[])?.cost)
}
