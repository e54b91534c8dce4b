//! Runs an IQR in memory until it is stopped, and prints a config to use against it.
//!
//! ```text
//! cargo run --example sandbox -- --store wipeos.db --rtt 80 --fault "reset every=20 after"
//! ```
#![expect(clippy::print_stdout, reason = "the config on stdout is what this example is for")]

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use iqr_sandbox::store::{FIRST_ID, ID_SLOT, assets_of};
use iqr_sandbox::{Asset, Comments, Fault, Options, Sandbox, samples};

/// An IQR in memory, on a loopback port, until Ctrl-C or the end of stdin.
#[derive(Parser)]
struct Arguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How many assets to make up, with IDs from 1000000
    #[arg(long, default_value_t = 0)]
    assets: u32,
    /// Take the assets that this WipeOS database refers to
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Round trip of every request, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    rtt: u64,
    /// What a write does to the inventory comments
    #[arg(long, value_enum, default_value_t = CommentsArgument::Adds)]
    comments: CommentsArgument,
    /// How long a session lasts, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    session_lifetime: u64,
    /// Answer 429 when more requests than this are in flight
    #[arg(long, value_name = "N")]
    max_in_flight: Option<usize>,
    /// What goes wrong and when, like "status=503 every=20" or "reset nth=5 after"; may be repeated
    #[arg(long = "fault", value_name = "RULE")]
    faults: Vec<Fault>,
    /// Where to put the API key; a folder beside the other temporary files by default
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum CommentsArgument {
    Adds,
    Replaces,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let sandbox = Sandbox::try_start(options(&arguments)).context("cannot listen on loopback")?;
    fill(&sandbox, &arguments)?;
    let folder = arguments.folder.clone().unwrap_or_else(|| default_folder(&sandbox));
    let key_file = write_key(&folder, &sandbox.api_key())?;
    let database = database(&arguments, &folder)?;
    print_config(&sandbox, &database, &folder, &key_file)?;
    // A stdin that ends is how a script stops it; Ctrl-C ends the process with the sandbox in it.
    io::stdin().read_to_end(&mut Vec::new())?;
    print_sums(&sandbox)
}

fn options(arguments: &Arguments) -> Options {
    let mut options = Options {
        port: arguments.port,
        rtt: Duration::from_millis(arguments.rtt),
        session_lifetime: Duration::from_secs(arguments.session_lifetime),
        max_in_flight: arguments.max_in_flight,
        faults: arguments.faults.clone(),
        // It may run for days.
        keep_requests: false,
        ..Options::default()
    };
    options.quirks.comments = match arguments.comments {
        CommentsArgument::Adds => Comments::Adds,
        CommentsArgument::Replaces => Comments::Replaces,
    };
    options
}

fn fill(sandbox: &Sandbox, arguments: &Arguments) -> Result<()> {
    let made_up = (0..i64::from(arguments.assets)).map(|number| Asset::new(FIRST_ID + number));
    sandbox.state().add_assets(made_up);
    match &arguments.store {
        Some(path) => {
            let assets = assets_of(path, ID_SLOT).with_context(|| format!("cannot read {}", path.display()))?;
            sandbox.state().add_assets(assets);
        }
        None => sandbox.state().add_assets(samples::two_screens().assets),
    }
    Ok(())
}

fn default_folder(sandbox: &Sandbox) -> PathBuf {
    std::env::temp_dir().join(format!("iqr-sandbox-{}", sandbox.address().port()))
}

/// Writes the key where only its owner reads it.
fn write_key(folder: &Path, key: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join("api-key");
    let write = || -> io::Result<()> {
        // A file that is there keeps its mode, and could be a link to somewhere else: it has to be a new one.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&path)?;
        writeln!(file, "{key}")
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The store that was named, or one of the sample machines in the folder.
fn database(arguments: &Arguments, folder: &Path) -> Result<PathBuf> {
    if let Some(path) = &arguments.store {
        return Ok(std::path::absolute(path)?);
    }
    let path = folder.join("wipeos.db");
    if !path.exists() {
        samples::two_screens().write(&path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(path)
}

fn print_config(sandbox: &Sandbox, database: &Path, folder: &Path, key_file: &Path) -> Result<()> {
    let url = sandbox.url();
    let assets = sandbox.state().assets().count();
    println!("# An IQR with {assets} assets listens at {url} until Ctrl-C or the end of stdin.");
    println!("# To use it: save this as a file and run `wipeos-iqr --config FILE sync`.");
    println!();
    println!("[store]\ndatabase = {}\ninventory_id_slot = {}\n", quoted(database), quoted(ID_SLOT));
    println!("[ledger]\npath = {}\n", quoted(folder.join("ledger.db")));
    println!("[iqr]\nsignin_url = {}\napi_url = {}", quoted(&url), quoted(&url));
    println!("api_key_file = {}\nasset_creator = \"WOS\"", quoted(key_file));
    io::stdout().flush()?;
    Ok(())
}

/// A TOML string: what JSON escapes, TOML reads.
fn quoted(text: impl AsRef<Path>) -> String {
    serde_json::Value::from(text.as_ref().to_string_lossy()).to_string()
}

fn print_sums(sandbox: &Sandbox) -> Result<()> {
    println!("\n# {:?}", sandbox.counters());
    io::stdout().flush()?;
    Ok(())
}
