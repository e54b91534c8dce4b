//! The whole way once, with nothing but this repository: a sample WipeOS database, an IQR in memory, a preview, a pass,
//! and a second pass that sends nothing.
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! It leaves the config, the database and the ledger in `target/quickstart`, for the reader to go on with. An example
//! cannot count on the program being built beside it. So this one is the program as well: with arguments it does what
//! `wipeos-iqr` does with them, and it starts itself for each command that it shows.
#![expect(clippy::print_stdout, reason = "telling the story on stdout is what this example is for")]

use std::env;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use iqr_sandbox::samples::{self, DELL_ID, MISMATCH_ID, PANASONIC_ID, Samples};
use iqr_sandbox::store::ID_SLOT;
use iqr_sandbox::{Asset, Field, Options, Sandbox};
use wipeos_iqr::cli::Cli;

/// Where the sandbox listens if nothing else does, so that the words of this story are the same every time.
const USUAL_PORT: u16 = 41_380;

fn main() -> Result<ExitCode> {
    if env::args_os().len() > 1 {
        return Ok(wipeos_iqr::run(&Cli::parse()).into());
    }
    Story::begin()?.tell()?;
    Ok(ExitCode::SUCCESS)
}

/// The sandbox, and the files of a run against it.
struct Story {
    sandbox: Sandbox,
    folder: PathBuf,
}

impl Story {
    fn begin() -> Result<Self> {
        let folder = fresh_folder()?;
        let sandbox = start_sandbox().context("cannot listen on loopback")?;
        let samples = samples::two_screens();
        samples.write(&folder.join("wipeos.db")).context("cannot write the sample database")?;
        write_new(&folder.join("api-key"), &sandbox.api_key())?;
        write_new(&folder.join("config.toml"), &config(&sandbox))?;
        introduce(&folder, &samples, &sandbox);
        sandbox.state().add_assets(samples.assets);
        Ok(Self { sandbox, folder })
    }

    fn tell(&self) -> Result<()> {
        heading("1. What would be said of a machine");
        println!("From the WipeOS database alone; IQR is not asked.\n");
        self.show(&["preview", &DELL_ID.to_string()])?;

        heading("2. What IQR has before the first pass");
        println!("Both machines wait under the placeholder item. People have typed comments.\n");
        self.print_assets();

        heading("3. One pass");
        println!("Cron runs this every two minutes. -v says what is done.\n");
        let first = self.requests_of(&["sync", "-v"])?;

        heading("4. What IQR has now");
        println!("What people had typed is all there.\n");
        self.print_assets();

        heading("5. Who is held, and why");
        println!("A held client is not sent until somebody corrects it.\n");
        self.show(&["status"])?;

        heading("6. A second pass");
        println!("Nothing has changed in WipeOS, so IQR is not even asked.\n");
        let second = self.requests_of(&["sync", "-v"])?;
        ensure!(first > 0 && second == 0, "the passes made {first} and {second} requests");
        println!("\nIQR counted {first} requests in the first pass and {second} in the second.");
        self.take_leave();
        Ok(())
    }

    /// Runs a command and says how many requests reached IQR.
    fn requests_of(&self, arguments: &[&str]) -> Result<u64> {
        let before = self.sandbox.counters().requests;
        self.show(arguments)?;
        Ok(self.sandbox.counters().requests - before)
    }

    /// Shows a command and what it prints: first the log, in lines of a page's width, then the data.
    fn show(&self, arguments: &[&str]) -> Result<()> {
        println!("$ wipeos-iqr {}\n", arguments.join(" "));
        let output = self.command(arguments)?.output().context("cannot start the program")?;
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            println!("{}", wrapped(line, 80).join("\n  "));
        }
        io::stdout().write_all(&output.stdout)?;
        ensure!(output.status.success(), "`wipeos-iqr {}` ended with {}", arguments.join(" "), output.status);
        Ok(())
    }

    fn command(&self, arguments: &[&str]) -> io::Result<Command> {
        let mut command = Command::new(env::current_exe()?);
        command.args(arguments).arg("--config").arg(self.folder.join("config.toml")).stdin(Stdio::null());
        command.args(["--color", if io::stdout().is_terminal() { "always" } else { "never" }]);
        // The reader's own key and log settings have no part in the story.
        for variable in ["WIPEOS_IQR_API_KEY", "WIPEOS_IQR_CONFIG", "CREDENTIALS_DIRECTORY", "JOURNAL_STREAM"] {
            command.env_remove(variable);
        }
        Ok(command)
    }

    fn print_assets(&self) {
        let state = self.sandbox.state();
        for id in [DELL_ID, PANASONIC_ID] {
            let item = state.item_of(id).map(|item| format!("{} / {}", item.item_number, item.mfgr));
            if let Some(asset) = state.asset(id) {
                print_asset(asset, &item.unwrap_or_default());
            }
        }
    }

    fn take_leave(&self) {
        let folder = shown(&self.folder);
        let port = self.sandbox.address().port();
        heading("To go on");
        println!("config.toml, wipeos.db and ledger.db stay, until the next quickstart, in");
        println!("  {folder}\n");
        println!("This IQR ends now and forgets everything. In another terminal, this starts one");
        println!("with the assets as they were before the first pass:\n");
        println!("  cargo run --example sandbox -- --port {port} --folder {folder}\n");
        println!("Then, for instance:\n");
        println!("  export WIPEOS_IQR_CONFIG={folder}/config.toml");
        println!("  cargo run -- auth-test                    # the whole set-up, tried");
        println!("  cargo run -- preview {PANASONIC_ID} --remote      # what would change in IQR");
        println!("  cargo run -- sync --inventory-id {PANASONIC_ID}   # one client, due or not");
        println!("  rm {folder}/ledger.db");
        println!("  cargo run -- sync -v                      # the first pass again");
    }
}

/// `target/quickstart`, wherever cargo has its `target`; what an earlier run left in it is gone.
fn fresh_folder() -> Result<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(3).context("an example should lie in target/debug/examples")?;
    let folder = target.join("quickstart");
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::create_dir_all(&folder),
    }
    .with_context(|| format!("cannot make {} anew", folder.display()))?;
    Ok(folder)
}

fn start_sandbox() -> io::Result<Sandbox> {
    let on = |port| Sandbox::try_start(Options { port, ..Options::default() });
    on(USUAL_PORT).or_else(|_| on(0))
}

/// Only what differs from the defaults; `examples/config.toml` has all.
fn config(sandbox: &Sandbox) -> String {
    let url = sandbox.url();
    format!(
        r#"# Paths start at the folder of this file.

[store]
database = "wipeos.db"
inventory_id_slot = "{ID_SLOT}"

[ledger]
path = "ledger.db"

[iqr]
signin_url = "{url}"
api_url = "{url}"
api_key_file = "api-key"
"#
    )
}

/// Writes a file that only its owner reads: a key in it is refused otherwise.
fn write_new(path: &Path, text: &str) -> Result<()> {
    let file = File::options().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn introduce(folder: &Path, samples: &Samples, sandbox: &Sandbox) {
    println!("A WipeOS database of {} machines, in {}.", samples.clients.len(), shown(folder));
    println!("An IQ Reseller (IQR) with {} assets, in memory, at {}.", samples.assets.len(), sandbox.url());
    println!();
    println!("Two of the machines are those on the screens of the specification; the");
    println!("others must not be sent: a blank and a malformed inventory ID, two machines");
    println!("with one ID, a wrong serial number ({MISMATCH_ID}), and firmware without a model.");
}

fn heading(text: &str) {
    println!("\n{text}\n{}\n", "=".repeat(text.len()));
}

/// An asset as a person sees it.
fn print_asset(asset: &Asset, item: &str) {
    println!("Asset {}, item {item}", asset.inventory_id);
    print_text("Description", [asset.text(Field::Description)]);
    print_text("Extended", wrapped(asset.text(Field::ExtendedDescription), 66).iter().map(String::as_str));
    print_text("Comments", asset.comment_lines());
    println!();
}

/// A label, and behind it the lines one below the other; `-` for a text that is blank.
fn print_text<'a>(label: &str, lines: impl IntoIterator<Item = &'a str>) {
    let mut lines = lines.into_iter().filter(|line| !line.trim().is_empty()).peekable();
    if lines.peek().is_none() {
        println!("  {label:<12} -");
    }
    for (number, line) in lines.enumerate() {
        println!("  {:<12} {line}", if number == 0 { label } else { "" });
    }
}

/// The text, broken at blanks into lines of less than `width` characters where it can be.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() < width - 2) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A path as short as it can be typed from here.
fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
