//! `auth-test`: every step from the config to an authenticated answer of IQR, each with a tick or a sentence.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use super::Exit;
use crate::cli::{AuthTestArgs, Global};
use crate::config::Config;
use crate::iqr::{Access, Error, Iqr};
use crate::ledger::Ledger;
use crate::output::{self, BAD, GOOD, WARN, styled};
use crate::store::Store;

/// A clock that is further off than this confuses people who compare the logs of both sides: seconds.
const MUCH_SKEW: i64 = 60;

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warning,
    Failed,
    Skipped,
}

/// One step.
#[derive(Debug, Serialize)]
struct Step {
    #[serde(rename = "step")]
    name: &'static str,
    verdict: Verdict,
    message: String,
}

/// The steps so far, and the exit code of the first that failed.
#[derive(Debug)]
struct Steps {
    steps: Vec<Step>,
    exit: Exit,
}

/// What scripts get.
#[derive(Serialize)]
struct Json<'a> {
    ok: bool,
    steps: &'a [Step],
}

/// Signs in, reads something harmless, signs out; checks config, store, ledger and clock on the way.
///
/// # Errors
///
/// Only when the config cannot be loaded or stdout cannot be written: what fails on the way is told as a step, and by
/// the exit code.
pub fn run(global: &Global, args: &AuthTestArgs) -> Result<Exit> {
    let config = super::load(global)?;
    let mut steps = Steps { steps: Vec::new(), exit: Exit::Done };
    steps.note("config", Verdict::Ok, config.path.display().to_string());
    config.doubts().for_each(|doubt| steps.note("config", Verdict::Warning, doubt));
    steps.store(&config);
    steps.ledger(&config);
    steps.iqr(&config);
    print(args, &steps)?;
    Ok(steps.exit)
}

impl Steps {
    fn note(&mut self, name: &'static str, verdict: Verdict, message: String) {
        self.steps.push(Step { name, verdict, message });
    }

    fn fail(&mut self, step: &'static str, error: impl Into<anyhow::Error>) {
        let error = error.into();
        if self.exit == Exit::Done {
            self.exit = Exit::of(&error);
        }
        self.note(step, Verdict::Failed, format!("{error:#}"));
    }

    fn store(&mut self, config: &Config) {
        match look_at_store(config) {
            Ok(missing) => {
                self.note("WipeOS database", Verdict::Ok, config.store.database.display().to_string());
                for message in missing {
                    self.note("index", Verdict::Warning, message);
                }
            }
            Err(error) => self.fail("WipeOS database", error),
        }
    }

    fn ledger(&mut self, config: &Config) {
        let path = config.ledger.path.display();
        match Ledger::open(&config.ledger.path) {
            Ok(Some(_)) => self.note("ledger", Verdict::Ok, path.to_string()),
            Ok(None) => self.note("ledger", Verdict::Ok, format!("{path} is made by the first pass")),
            Err(error) => self.fail("ledger", error),
        }
    }

    fn iqr(&mut self, config: &Config) {
        let iqr = match super::connect(config, Access::ReadOnly) {
            Ok(iqr) => iqr,
            Err(error) => return self.fail("API key", error),
        };
        self.note("API key", Verdict::Ok, "read".to_owned());
        match iqr.sign_in() {
            Ok(()) => self.note("sign-in", Verdict::Ok, config.iqr.signin_url.clone()),
            Err(error) => return self.fail("sign-in", error),
        }
        self.read(config, &iqr);
        match iqr.finish() {
            Ok(()) => self.note("sign-out", Verdict::Ok, "the session is ended".to_owned()),
            Err(error) => self.note("sign-out", Verdict::Warning, format!("{error}; the session ends by itself")),
        }
        self.clock(&iqr);
    }

    /// The list of categories is harmless to read, and says whether new master items can be made.
    fn read(&mut self, config: &Config, iqr: &Iqr) {
        match iqr.categories() {
            Ok(categories) => {
                self.note("read", Verdict::Ok, format!("{} answered as the tenant of this key", config.iqr.api_url));
                self.categories(config, &categories);
            }
            // The endpoint is a guess: a tenant that lacks it has still answered under this session.
            Err(error @ (Error::NotFound { .. } | Error::Refused { .. })) => {
                let message = format!(
                    "the list of categories cannot be read ({error}); set iqr.endpoints.category_list if the tenant has another"
                );
                self.note("read", Verdict::Warning, message);
            }
            Err(error) => self.fail("read", error),
        }
    }

    fn categories(&mut self, config: &Config, known: &[String]) {
        let category = &config.rules.category;
        let mut wanted =
            vec![&category.default, &category.desktop, &category.all_in_one, &category.laptop, &category.macbook];
        wanted.sort();
        wanted.dedup();
        for category in wanted {
            if !known.iter().any(|known| known.trim().eq_ignore_ascii_case(category.trim())) {
                let message = format!(
                    "IQR has no category `{category}`: new master items will be refused; create it in IQR, or set master_item.category"
                );
                self.note("category", Verdict::Warning, message);
            }
        }
    }

    fn clock(&mut self, iqr: &Iqr) {
        match iqr.clock_skew_seconds() {
            None => self.note("clock", Verdict::Skipped, "IQR did not tell its time".to_owned()),
            Some(skew) if skew.abs() <= MUCH_SKEW => {
                self.note("clock", Verdict::Ok, "agrees with IQR's".to_owned());
            }
            Some(skew) => {
                let direction = if skew > 0 { "behind" } else { "ahead of" };
                let message = format!("this machine's clock is {} s {direction} IQR's; set it by NTP", skew.abs());
                self.note("clock", Verdict::Warning, message);
            }
        }
    }
}

/// Opens the database and checks the contract; returns what its missing indexes cost.
fn look_at_store(config: &Config) -> Result<Vec<String>> {
    let store = Store::open(&config.store.database, super::short_patience(Duration::from_secs(5)))?;
    store.check()?;
    if !config.assumed_slots().is_empty() {
        config.check_slots(Some(&store.slot_names()?))?;
    }
    let missing = store.missing_indexes()?;
    Ok(missing.iter().map(super::missing_index).collect())
}

fn print(args: &AuthTestArgs, steps: &Steps) -> Result<()> {
    if args.json {
        return Ok(output::print_json(&Json { ok: steps.exit == Exit::Done, steps: &steps.steps })?);
    }
    let text: String = steps.steps.iter().map(line).collect();
    Ok(output::print(&text)?)
}

fn line(step: &Step) -> String {
    let mark = match step.verdict {
        Verdict::Ok => styled(GOOD, "ok     "),
        Verdict::Warning => styled(WARN, "warning"),
        Verdict::Failed => styled(BAD, "FAILED "),
        Verdict::Skipped => "-      ".to_owned(),
    };
    format!("{mark}  {:<16} {}\n", step.name, output::one_line(&step.message))
}
