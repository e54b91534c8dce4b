//! Measures the program beside its floor and beside the scripts that people write, in one run, and prints Markdown.
//!
//! ```text
//! cargo bench --bench speed -- idle --clients 1000,100000,1000000
//! cargo bench --bench speed -- --help
//! ```
//!
//! Times on a shared machine mean little by themselves. Everything that is compared is therefore run in turns, and shown
//! as medians, spreads and ratios. See `benches/README.md`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the tables on stdout are what this program is for")]

mod crowd;
mod floor;
mod idle;
mod measure;
mod stand;
mod table;
mod work;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use crowd::Crowd;

use stand::{Contestant, Place};
use table::{Table, memory, time};

/// Measures wipeos-iqr beside its floor and its peers.
#[derive(Parser)]
struct Arguments {
    /// Folder of the stores, which are kept from run to run; the large ones take a gigabyte
    #[arg(long, default_value = concat!(env!("CARGO_TARGET_TMPDIR"), "/speed"))]
    folder: PathBuf,
    /// The program to measure
    #[arg(long, default_value = env!("CARGO_BIN_EXE_wipeos-iqr"))]
    program: PathBuf,
    /// The Python that runs the peers; it needs benches/peers/requirements.txt
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Number of runs of everything, in turns
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Leave the Python peers out
    #[arg(long)]
    without_peers: bool,
    /// Passed by cargo
    #[arg(long, hide = true, global = true)]
    bench: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Nothing due: ours, the floor, the peers
    Idle {
        #[arg(long, value_delimiter = ',', default_values_t = [1000, 1_000_000])]
        clients: Vec<u64>,
    },
    /// Nothing due, and one of the time indexes is missing
    Index {
        #[arg(long, default_value_t = 1_000_000)]
        clients: u64,
    },
    /// The periodic sweep over every client
    Compare {
        #[arg(long, value_delimiter = ',', default_values_t = [1000, 1_000_000])]
        clients: Vec<u64>,
    },
    /// Instructions of the pass with nothing due, counted by valgrind
    Instructions {
        #[arg(long, value_delimiter = ',', default_values_t = [1000, 1_000_000])]
        clients: Vec<u64>,
    },
    /// Requests per client
    Requests {
        #[arg(long, default_value_t = 1000)]
        clients: u64,
    },
    /// Work over a wire with a round trip, against the least possible
    Wire {
        #[arg(long, default_value_t = 1000)]
        clients: u64,
        /// Milliseconds
        #[arg(long, value_delimiter = ',', default_values_t = [20, 80])]
        rtt: Vec<u64>,
        #[arg(long, value_delimiter = ',', default_values_t = [1, 4, 8])]
        connections: Vec<u16>,
    },
    /// Work beside the peers
    Peers {
        #[arg(long, default_value_t = 1000)]
        clients: u64,
        /// Milliseconds
        #[arg(long, default_value_t = 0)]
        rtt: u64,
    },
    /// More work than a pass has time for
    Backlog {
        #[arg(long, default_value_t = 1_000_000)]
        clients: u64,
        #[arg(long, default_value = "20s")]
        budget: String,
        /// Every client has an IMEI whose dates are looked up
        #[arg(long)]
        imei: bool,
    },
    /// A tenant that allows few requests at once: one appliance, then many
    Crowd {
        #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3, 6])]
        limits: Vec<usize>,
        #[arg(long, value_delimiter = ',', default_values_t = [4, 8, 16])]
        connections: Vec<u16>,
        /// Appliances that share a limit, with four connections each
        #[arg(long, default_value_t = 20)]
        appliances: u16,
        #[arg(long, value_delimiter = ',', default_values_t = [30])]
        shared_limits: Vec<usize>,
    },
    /// The start of the program, and its size
    Start,
    /// The floor itself
    #[command(hide = true)]
    Floor { database: PathBuf },
    /// The helper that runs a program and prints its cost
    #[command(hide = true)]
    Measure {
        #[arg(last = true)]
        command: Vec<OsString>,
    },
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let place = Place { folder: arguments.folder, program: arguments.program, python: arguments.python };
    let rounds = arguments.rounds;
    let peers: &[Contestant] = if arguments.without_peers { &[] } else { &[Contestant::Plain, Contestant::Threaded] };
    let Some(what) = arguments.what else {
        eprintln!("nothing is measured unless it is asked for: cargo bench --bench speed -- --help");
        return Ok(ExitCode::SUCCESS);
    };
    let text = match what {
        What::Idle { clients } => idle::compare(&place, &clients, rounds, peers)?,
        What::Index { clients } => idle::without_index(&place, clients, rounds)?,
        What::Compare { clients } => idle::full_comparison(&place, &clients)?,
        What::Instructions { clients } => idle::instructions(&place, &clients)?,
        What::Requests { clients } => work::requests(&place, clients)?,
        What::Wire { clients, rtt, connections } => work::wire(&place, clients, &rtt, &connections)?,
        What::Peers { clients, rtt } => work::peers(&place, clients, rtt, rounds, peers)?,
        What::Backlog { clients, budget, imei } => work::backlog(&place, clients, &budget, imei)?,
        What::Crowd { limits, connections, appliances, shared_limits } => {
            crowd::crowds(&place, &all_crowds(&limits, &connections, appliances, &shared_limits))?
        }
        What::Start => start(&place, rounds)?,
        What::Floor { database } => return floor(&database),
        What::Measure { command } => return measure(&command),
    };
    println!("{text}");
    Ok(ExitCode::SUCCESS)
}

/// Lists one appliance with each limit and with none, then many that share a limit.
fn all_crowds(limits: &[usize], connections: &[u16], appliances: u16, shared_limits: &[usize]) -> Vec<Crowd> {
    let limits: Vec<Option<usize>> = limits.iter().copied().map(Some).chain([None]).collect();
    let one = |connections: u16, limit| {
        let rtt = Duration::from_millis(5);
        Crowd { appliances: 1, clients: 200, connections, limit, rtt }
    };
    let many = |limit: &usize| {
        let rtt = Duration::from_millis(20);
        Crowd { appliances, clients: 40, connections: 4, limit: Some(*limit), rtt }
    };
    let alone = limits.iter().flat_map(|&limit| connections.iter().map(move |&connections| one(connections, limit)));
    alone.chain(shared_limits.iter().map(many)).collect()
}

fn start(place: &Place, rounds: usize) -> Result<String> {
    let mut series = table::Series::default();
    for _ in 0..rounds {
        series.add(measure::run_well(&[place.program.clone().into(), "--version".into()])?.cost);
    }
    let mut table = Table::new("Start", &["`--version`: wall", "processor", "peak memory", "size of the program"]);
    let size = memory(std::fs::metadata(&place.program)?.len());
    table.row(&[series.wall_and_spread(), time(series.cpu()), memory(series.peak()), size]);
    Ok(table.into_text())
}

fn floor(database: &std::path::Path) -> Result<ExitCode> {
    if floor::ask(database)? != 3 {
        bail!("the store has nothing to answer with");
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(command: &[OsString]) -> Result<ExitCode> {
    let code = measure::help(command)?.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(u8::MAX)))
}
