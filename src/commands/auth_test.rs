//! `auth-test`: every step from the config to an authenticated answer of IQR, each with a tick or a sentence.
//!
//! Nothing is written anywhere, but for `--write-test` with its confirmation.

mod iqmetrix;
mod iqtech;
mod online;
mod places;
mod probe;
mod write_test;

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::page::minute;
use super::{Exit, Usage};
use crate::cli::{AuthTestArgs, Global};
use crate::clock;
use crate::config::Config;
use crate::escape;
use crate::iqr::Field;
use crate::ledger::{self, Ledger};
use crate::model::{ClientId, InventoryId};
use crate::output::{self, BAD, GOOD, STRONG, Unwritten, WARN, styled};

/// The fields that a pass writes, by their keys in `[iqr.fields]`.
const FIELDS: [(Field, &str); 3] = [
    (Field::Description, "description"),
    (Field::ExtendedDescription, "extended_description"),
    (Field::Comments, "comments"),
];

/// The least width of the names of steps, in characters.
const MIN_NAME_WIDTH: usize = 16;

/// The step whose name is the longest of each further service.
const CONNECTION: &str = "connection";

/// The result of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warning,
    Failed,
    Skipped,
}

/// A step and its result.
#[derive(Debug, Serialize)]
struct Step {
    #[serde(rename = "step")]
    name: String,
    verdict: Verdict,
    message: String,
}

/// The steps so far, and the exit code of the first that failed.
#[derive(Debug)]
struct Steps {
    taken: Vec<Step>,
    exit: Exit,
    /// Lines for the config that adapt the program to this tenant, as `--write-test` found them.
    lines: Vec<String>,
    /// Whether each step is printed as soon as it is taken, for a person: a step that waits for the network must not
    /// look like a program that hangs.
    is_live: bool,
    /// The width of the names.
    width: usize,
    printed: Result<(), Unwritten>,
}

/// The report for scripts.
#[derive(Serialize)]
struct Json<'a> {
    ok: bool,
    steps: &'a [Step],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    config: &'a [String],
}

/// Signs in, reads something harmless, signs out; checks config, store, ledger and clock on the way.
///
/// # Errors
///
/// When the config cannot be loaded, stdout cannot be written, or the IDs that were typed do not fit: a check that
/// fails is reported as a step, and by the exit code.
pub fn run(global: &Global, args: &AuthTestArgs) -> Result<Exit> {
    let config = super::load(global)?;
    let asset = asset(&config, args)?;
    let (taken, lines) = (Vec::new(), Vec::new());
    let (is_live, width) = (!args.json, name_width(&config));
    let mut steps = Steps { taken, exit: Exit::Done, lines, is_live, width, printed: Ok(()) };
    steps.note("config", Verdict::Ok, config.path.display().to_string());
    config.warnings().for_each(|warning| steps.note("config", Verdict::Warning, warning));
    steps.store(&config);
    steps.ledger(&config);
    steps.watchers(&config);
    steps.iqr(&config, asset.as_ref());
    if let Some(asset) = asset.filter(|_| args.write_test && steps.exit == Exit::Done) {
        steps.write_test(&config, &asset);
    }
    steps.iqmetrix(&config);
    steps.iqtech(&config);
    let exit = steps.exit;
    print(args, steps)?;
    Ok(exit)
}

/// Returns the asset to be probed. An asset that is to be written has to be named twice, so that no slip of the pen,
/// and no line of a copied script, writes to an asset that matters.
fn asset(config: &Config, args: &AuthTestArgs) -> Result<Option<InventoryId>, Usage> {
    let Some(typed) = &args.probe else { return Ok(None) };
    let id = InventoryId::parse(Some(typed), config.store.id_rule).map_err(|error| Usage(error.to_string()))?;
    if args.write_test && args.yes_write_to.as_deref() != Some(typed) {
        return Err(Usage(format!(
            "--write-test writes to asset {id} and is not begun before the asset is confirmed: --yes-write-to {id}"
        )));
    }
    Ok(Some(id))
}

impl Steps {
    fn note(&mut self, name: &str, verdict: Verdict, message: String) {
        let step = Step { name: name.to_owned(), verdict, message };
        if self.is_live && self.printed.is_ok() {
            self.printed = output::print(&line(&step, self.width));
        }
        self.taken.push(step);
    }

    fn fail(&mut self, step: &str, error: impl Into<anyhow::Error>) {
        let error = error.into();
        if self.exit == Exit::Done {
            self.exit = Exit::from_error(&error);
        }
        self.note(step, Verdict::Failed, format!("{error:#}"));
    }

    fn store(&mut self, config: &Config) {
        match check_store(config) {
            Ok(CheckedStore { newest, missing, slots }) => {
                let path = config.store.database.display();
                self.note("WipeOS database", Verdict::Ok, format!("{path}; {newest}"));
                for warning in slots {
                    self.note("slot", Verdict::Warning, warning);
                }
                if missing.is_empty() {
                    self.note("indexes", Verdict::Ok, "all there".to_owned());
                }
                for message in missing {
                    self.note("index", Verdict::Warning, message);
                }
            }
            Err(error) => self.fail("WipeOS database", error),
        }
    }

    fn ledger(&mut self, config: &Config) {
        let path = config.ledger.path.display();
        match check_ledger(&config.ledger.path) {
            Ok(Some(ledger)) => {
                let last = ledger.heartbeat().and_then(|beat| beat.last_good(clock::now()));
                let last = last.map(|last| format!("; last good pass {} UTC", minute(last))).unwrap_or_default();
                self.note("ledger", Verdict::Ok, format!("{path}{last}"));
            }
            Ok(None) => self.note("ledger", Verdict::Ok, format!("{path} is made by the first pass")),
            Err(error) => self.fail("ledger", error),
        }
        if let Err(why) = places::can_be_made(&config.ledger.path) {
            self.note("ledger", Verdict::Warning, format!("no pass can be made by this account: {why}"));
        }
    }

    /// Checks the files that each pass writes for others, so that not the first pass finds out what is wrong with them.
    fn watchers(&mut self, config: &Config) {
        let watch = &config.watch;
        for (step, path) in [("metrics", &watch.textfile), ("page", &watch.html)] {
            let Some(path) = path else { continue };
            match places::can_be_replaced(path) {
                Ok(()) => self.note(step, Verdict::Ok, path.display().to_string()),
                Err(why) => self.note(step, Verdict::Warning, format!("{} cannot be written: {why}", path.display())),
            }
        }
        if watch.ping_url.is_some() {
            self.note("monitor", Verdict::Skipped, "told by passes only".to_owned());
        }
    }
}

/// Opens the ledger and reads its tables: a file that is damaged further behind opens all the same.
fn check_ledger(path: &Path) -> Result<Option<Ledger>, ledger::Error> {
    let Some(ledger) = Ledger::open(path)? else { return Ok(None) };
    ledger.problem_counts()?;
    ledger.passes(u32::MAX)?;
    ledger.open_intents()?;
    Ok(Some(ledger))
}

/// The WipeOS database, and what a person may have to do about it.
struct CheckedStore {
    /// The newest client and edit.
    newest: String,
    /// The costs of its missing indexes.
    missing: Vec<String>,
    /// Slots that the config names and machines lack.
    slots: Vec<String>,
}

/// Opens the database and checks the contract, and whether the config names slots that are there.
fn check_store(config: &Config) -> Result<CheckedStore> {
    let store = super::open_database(&config.store.database)?;
    store.check()?;
    if !config.assumed_slots().is_empty() {
        config.check_slots(Some(&store.slot_names()?))?;
    }
    let missing = store.missing_indexes()?;
    let watermark = store.watermark()?;
    let newest = match store.count_after(ClientId(i64::MIN)) {
        Ok(0) => "no client yet".to_owned(),
        _ => format!("newest client {}, newest edit {} UTC", watermark.client_id, watermark.updated_at),
    };
    let missing = missing.iter().map(super::missing_index).collect();
    Ok(CheckedStore { newest, missing, slots: super::slots::check(&store, config)? })
}

fn print(args: &AuthTestArgs, steps: Steps) -> Result<()> {
    if args.json {
        let ok = steps.exit == Exit::Done;
        return Ok(output::print_json(&Json { ok, steps: &steps.taken, config: &steps.lines })?);
    }
    steps.printed?;
    if !steps.lines.is_empty() {
        let heading = styled(STRONG, "For the config of this tenant:");
        output::print(&format!("\n{heading}\n{}\n", steps.lines.join("\n")))?;
    }
    Ok(())
}

/// Returns the width that the names of all steps fit into.
fn name_width(config: &Config) -> usize {
    let widths = config.services().into_iter().map(|service| format!("{} {CONNECTION}", service.name()).len());
    widths.fold(MIN_NAME_WIDTH, usize::max)
}

fn line(step: &Step, width: usize) -> String {
    let mark = match step.verdict {
        Verdict::Ok => styled(GOOD, "ok     "),
        Verdict::Warning => styled(WARN, "warning"),
        Verdict::Failed => styled(BAD, "FAILED "),
        Verdict::Skipped => "-      ".to_owned(),
    };
    format!("{mark}  {:<width$} {}\n", step.name, escape::one_line(&step.message))
}
