//! Runs an IQR in memory until it is stopped, with an iQmetrix and an iQ Tech beside it on demand, and prints a config
//! to use against them.
//!
//! ```text
//! cargo run --example sandbox -- --store wipeos.db --rtt 80 --fault "reset every=20 after"
//! cargo run --example sandbox -- --store wipeos.db --iqmetrix --iqmetrix-fault "status=503 from=10"
//! cargo run --example sandbox -- --store wipeos.db --iqtech --iqtech-transactions 100000
//! ```
#![expect(clippy::print_stdout, reason = "the config on stdout is what this example is for")]

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use iqr_sandbox::iqmetrix::{self, Iqmetrix, State};
use iqr_sandbox::iqtech::{self, Iqtech, Locker};
use iqr_sandbox::store::{FIRST_ID, ID_SLOT, IMEI_SLOT, assets_of, slot_values};
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
    /// Start an iQmetrix as well, on this port; without a port, or with 0, on a free one
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0")]
    iqmetrix: Option<u16>,
    /// Fault of iQmetrix, by the same words; may be repeated
    #[arg(long = "iqmetrix-fault", value_name = "RULE", requires = "iqmetrix")]
    iqmetrix_faults: Vec<Fault>,
    /// How many requests iQmetrix serves at once before it answers 429
    #[arg(long, value_name = "N", default_value_t = 8, requires = "iqmetrix")]
    iqmetrix_limit: usize,
    /// Start an iQ Tech as well, on this port; without a port, or with 0, on a free one. It has employees, lockers,
    /// machines and transactions, those of the vendor's document first
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0")]
    iqtech: Option<u16>,
    /// Fault of iQ Tech, by the same words; may be repeated
    #[arg(long = "iqtech-fault", value_name = "RULE", requires = "iqtech")]
    iqtech_faults: Vec<Fault>,
    /// Number of employees of iQ Tech
    #[arg(long, value_name = "N", default_value_t = 233, requires = "iqtech")]
    iqtech_employees: usize,
    /// Number of machines of iQ Tech
    #[arg(long, value_name = "N", default_value_t = 13, requires = "iqtech")]
    iqtech_machines: usize,
    /// Number of transactions of iQ Tech
    #[arg(long, value_name = "N", default_value_t = 1116, requires = "iqtech")]
    iqtech_transactions: u64,
    /// Lifetime of a token of iQ Tech, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, requires = "iqtech")]
    iqtech_token_lifetime: u64,
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
    let key_file = write_secret(&folder, "api-key", &sandbox.api_key())?;
    let database = database(&arguments, &folder)?;
    let iqmetrix = start_iqmetrix(&arguments)?;
    let iqtech = start_iqtech(&arguments)?;
    print_config(&sandbox, &database, &folder, &key_file)?;
    if let Some(iqmetrix) = &iqmetrix {
        print_iqmetrix(iqmetrix, &folder)?;
    }
    if let Some(iqtech) = &iqtech {
        print_iqtech(iqtech, &folder)?;
    }
    // A stdin that ends is how a script stops it; Ctrl-C ends the process with the sandbox in it.
    io::stdin().read_to_end(&mut Vec::new())?;
    print_sums(&sandbox, iqmetrix.as_ref(), iqtech.as_ref())
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

/// The iQmetrix that was asked for. It knows the IMEIs of the store that was named, or those of the vendor's document.
fn start_iqmetrix(arguments: &Arguments) -> Result<Option<Iqmetrix>> {
    let Some(port) = arguments.iqmetrix else { return Ok(None) };
    let options = iqmetrix::Options {
        port,
        rtt: Duration::from_millis(arguments.rtt),
        max_in_flight: arguments.iqmetrix_limit,
        faults: arguments.iqmetrix_faults.clone(),
        keep_requests: false,
        ..iqmetrix::Options::default()
    };
    let iqmetrix = Iqmetrix::try_start(options).context("cannot listen on loopback")?;
    let imeis = match &arguments.store {
        Some(path) => slot_values(path, IMEI_SLOT).with_context(|| format!("cannot read {}", path.display()))?,
        None => ["014497002384313", "014497002384321"].map(str::to_owned).to_vec(),
    };
    for imei in imeis {
        iqmetrix.state().set_device(State::made_up(&imei, State::COMPANY));
    }
    Ok(Some(iqmetrix))
}

fn start_iqtech(arguments: &Arguments) -> Result<Option<Iqtech>> {
    let Some(port) = arguments.iqtech else { return Ok(None) };
    let options = iqtech::Options {
        port,
        rtt: Duration::from_millis(arguments.rtt),
        employees: arguments.iqtech_employees,
        machines: arguments.iqtech_machines,
        transactions: arguments.iqtech_transactions,
        expires_in: Some(arguments.iqtech_token_lifetime),
        token_lifetime: Duration::from_secs(arguments.iqtech_token_lifetime),
        faults: arguments.iqtech_faults.clone(),
        keep_requests: false,
        ..iqtech::Options::default()
    };
    Iqtech::try_start(options).map(Some).context("cannot listen on loopback")
}

fn default_folder(sandbox: &Sandbox) -> PathBuf {
    std::env::temp_dir().join(format!("iqr-sandbox-{}", sandbox.address().port()))
}

/// Writes a secret where only its owner reads it.
fn write_secret(folder: &Path, name: &str, secret: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(name);
    let write = || -> io::Result<()> {
        // A file that is there keeps its mode, and could be a link to somewhere else: it has to be a new one.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&path)?;
        writeln!(file, "{secret}")
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

fn print_iqmetrix(iqmetrix: &Iqmetrix, folder: &Path) -> Result<()> {
    let options = iqmetrix.state().options.clone();
    let secret_file = write_secret(folder, "iqmetrix-client-secret", &options.client_secret)?;
    let password_file = write_secret(folder, "iqmetrix-password", &options.password)?;
    println!("\n[iqmetrix]\nurl = {}\ntoken_url = {}", quoted(iqmetrix.url()), quoted(iqmetrix.token_url()));
    println!("client_id = {}\nusername = {}", quoted(&options.client_id), quoted(&options.username));
    println!("client_secret_file = {}\npassword_file = {}", quoted(secret_file), quoted(password_file));
    io::stdout().flush()?;
    Ok(())
}

fn print_iqtech(iqtech: &Iqtech, folder: &Path) -> Result<()> {
    let client_id = iqtech.state().options.client_id.clone();
    let secret_file = write_secret(folder, "iqtech-client-secret", &iqtech.state().options.client_secret)?;
    println!("\n[iqtech]\nurl = {}\ntoken_url = {}", quoted(iqtech.url()), quoted(iqtech.token_url()));
    println!("client_id = {}\nclient_secret_file = {}", quoted(client_id), quoted(secret_file));
    println!("machine = {}\ncustody = {}", quoted(Locker::SERIAL), quoted(folder.join("custody.jsonl")));
    io::stdout().flush()?;
    Ok(())
}

/// A TOML string: what JSON escapes, TOML reads.
fn quoted(text: impl AsRef<Path>) -> String {
    serde_json::Value::from(text.as_ref().to_string_lossy()).to_string()
}

fn print_sums(sandbox: &Sandbox, iqmetrix: Option<&Iqmetrix>, iqtech: Option<&Iqtech>) -> Result<()> {
    println!("\n# {:?}", sandbox.counters());
    if let Some(iqmetrix) = iqmetrix {
        println!("# {:?}", iqmetrix.counters());
        iqmetrix.violations().iter().for_each(|violation| println!("# {violation:?}"));
    }
    if let Some(iqtech) = iqtech {
        println!("# {:?}", iqtech.counters());
        iqtech.violations().iter().for_each(|violation| println!("# {violation:?}"));
    }
    io::stdout().flush()?;
    Ok(())
}
