//! The pass with work: requests, the time they take, and memory when there is more work than a pass can do.

use std::time::{Duration, Instant};

use anyhow::Result;
use iqr_sandbox::store::Mix;

use crate::measure::Cost;
use crate::stand::{Contestant, Place, Stand};
use crate::table::{Series, Table, memory, ratio, time};

/// Traffic of one pass.
struct Wire {
    cost: Cost,
    requests: u64,
    connections: u64,
}

fn stand(place: &Place, clients: u64, rtt: Duration) -> Result<Stand> {
    Stand::new(place, "work", clients, &Mix::default(), rtt)
}

/// Runs a pass and counts what arrives meanwhile.
fn on_wire(stand: &Stand, contestant: Contestant, more: &[&str]) -> Result<Wire> {
    let before = stand.sandbox.counters();
    let cost = stand.run(contestant, more)?.cost;
    let after = stand.sandbox.counters();
    let connections = after.connections - before.connections;
    Ok(Wire { cost, requests: after.requests - before.requests, connections })
}

/// Gives every client news: another size of memory.
fn change_every_client(stand: &Stand) -> Result<()> {
    let sql = "UPDATE client SET memory_bytes = memory_bytes + 1073741824, updated_at = datetime('now', '-1 second')";
    stand.appliance()?.execute(sql, [])?;
    Ok(())
}

/// Counts the requests per client: of new assets, of news, and if IQR has it all.
pub fn requests(place: &Place, clients: u64) -> Result<String> {
    let columns =
        ["verify_writes", "new assets, to be moved to their item", "news of the same assets", "IQR has it all"];
    let mut table = Table::new(&format!("Requests per client, of {clients}, session calls included"), &columns);
    for verify_writes in [false, true] {
        let mut stand = stand(place, clients, Duration::ZERO)?;
        stand.verify_writes = verify_writes;
        stand.write_config()?;
        stand.forget();
        let new = on_wire(&stand, Contestant::Ours, &[])?;
        change_every_client(&stand)?;
        let news = on_wire(&stand, Contestant::Ours, &[])?;
        stand.forget();
        let all_there = on_wire(&stand, Contestant::Ours, &[])?;
        let each = |wire: Wire| format!("{}.{:03}", wire.requests / clients, wire.requests % clients * 1000 / clients);
        table.row(&[verify_writes.to_string(), each(new), each(news), each(all_there)]);
    }
    Ok(table.into_text())
}

/// Measures new assets over a wire with a round trip, against the least that so many requests can take.
pub fn wire(place: &Place, clients: u64, rtts: &[u64], connections: &[u16]) -> Result<String> {
    let columns = ["round trip", "connections", "requests", "opened", "wall", "least possible", "wall / least"];
    let mut table = Table::new(&format!("{clients} due clients over a wire"), &columns);
    for &rtt in rtts {
        for &connections in connections {
            let rtt = Duration::from_millis(rtt);
            let mut stand = stand(place, clients, rtt)?;
            stand.connections = connections;
            stand.write_config()?;
            stand.forget();
            let Wire { cost, requests, connections: opened } = on_wire(&stand, Contestant::Ours, &[])?;
            let least = rtt * u32::try_from(requests)? / u32::from(connections);
            table.row(&[
                time(rtt),
                connections.to_string(),
                requests.to_string(),
                opened.to_string(),
                time(cost.wall),
                time(least),
                ratio(cost.wall, least),
            ]);
        }
    }
    Ok(table.into_text())
}

/// Measures ours and the peers in turns, each time from nothing.
pub fn peers(place: &Place, clients: u64, rtt: u64, rounds: usize, peers: &[Contestant]) -> Result<String> {
    let columns =
        ["who", "wall: median (spread)", "processor", "peak memory", "requests", "wall / ours", "processor / ours"];
    let mut table = Table::new(&format!("{clients} due clients, {rtt} ms round trip, 8 connections"), &columns);
    let contestants: Vec<Contestant> = [Contestant::Ours].into_iter().chain(peers.iter().copied()).collect();
    let mut costs = vec![(Series::default(), 0); contestants.len()];
    for _ in 0..rounds {
        for (&contestant, (series, requests)) in contestants.iter().zip(&mut costs) {
            let stand = stand(place, clients, Duration::from_millis(rtt))?;
            stand.forget();
            let wire = on_wire(&stand, contestant, &[])?;
            series.add(wire.cost);
            *requests = wire.requests;
        }
    }
    let (ours, _) = costs[0].clone();
    for (contestant, (series, requests)) in contestants.iter().zip(&costs) {
        table.row(&[
            contestant.name().to_owned(),
            series.wall_and_spread(),
            time(series.cpu()),
            memory(series.peak()),
            requests.to_string(),
            ratio(series.wall(), ours.wall()),
            ratio(series.cpu(), ours.cpu()),
        ]);
    }
    Ok(table.into_text())
}

/// Measures more work than a pass has time for: when it begins to work, and how much memory it needs.
///
/// `imei`: every client has an IMEI whose dates are looked up.
pub fn backlog(place: &Place, clients: u64, budget: &str, imei: bool) -> Result<String> {
    let columns = ["output", "connections", "first request after", "clients done", "look-ups", "peak memory", "wall"];
    let (name, imei_of_1000) = if imei { ("backlog-imei", 1000) } else { ("backlog", 0) };
    let mix = Mix { imei: imei_of_1000, ..Mix::default() };
    let mut table =
        Table::new(&format!("A backlog of {clients} clients, {budget} for a pass, 0 ms round trip"), &columns);
    for (output, connections) in [("", 8), ("--json", 8), ("--json", 1)] {
        let mut stand = Stand::new(place, name, clients, &mix, Duration::ZERO)?;
        if imei {
            stand.start_iqmetrix()?;
        }
        stand.connections = connections;
        budget.clone_into(&mut stand.time_budget);
        stand.write_config()?;
        stand.forget();
        stand.sandbox.state().options.keep_requests = true;
        let begun = Instant::now();
        let before_start = stand.sandbox.state().uptime();
        let more: &[&str] = if output.is_empty() { &[] } else { &[output] };
        let ended = stand.run(Contestant::Ours, more)?;
        let (first, done) = {
            let state = stand.sandbox.state();
            let first = state.requests().first().map_or(begun.elapsed(), |first| first.at.saturating_sub(before_start));
            (first, state.assets().count())
        };
        table.row(&[
            if output.is_empty() { "none" } else { output }.to_owned(),
            connections.to_string(),
            time(first),
            done.to_string(),
            stand.iqmetrix.as_ref().map_or(0, |service| service.counters().data_requests).to_string(),
            memory(ended.cost.peak),
            time(ended.cost.wall),
        ]);
    }
    Ok(table.into_text())
}
