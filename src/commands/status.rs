//! `status`: the last passes; what is due, held and failing, each with its reason.
//!
//! The command reads only, takes no run lock, and works beside a running pass. It shows the records of the ledger also
//! when the WipeOS database cannot be opened.

mod advice;
mod asset_status;
mod health;
mod html;
mod json;
mod obstacle;
mod services;
mod show;

use std::path::Path;

use anyhow::{Context, Result};

use self::asset_status::AssetStatus;
pub(super) use self::services::{Section, ServiceStatus};
use super::{Exit, NotFound, Usage};
use crate::cli::{Global, StatusArgs};
use crate::clock;
use crate::config::Config;
use crate::ledger::{self, Heartbeat, Holder, Ledger, LeftBehind, Pass, Problem};
use crate::model::Timestamp;
use crate::monitor::file;
use crate::output;
use crate::store::{MissingIndex, Store};
use crate::sync::evaluate::due;
use crate::sync::tenancy;

/// The number of passes that are reported.
const MAX_PASSES: u32 = 10;

/// The status of the appliance.
#[derive(Default)]
struct Status {
    /// The data host of IQR; `None` where no pass has recorded it.
    tenant: Option<String>,
    /// The names of the tenant that the last pass worked with and of the tenant that the config names by now, where
    /// they differ.
    tenants: Option<(String, String)>,
    has_ledger: bool,
    /// Whether the ledger cannot be read: then nothing is known of problems and passes.
    is_blind: bool,
    /// The reason why no pass can record anything, if so.
    ledger_place: Option<String>,
    /// The process that holds the run lock.
    holder: Option<Holder>,
    /// The time when the newest pass began, if it has not reported its end.
    begun: Option<Timestamp>,
    /// Whether the system reports which process holds a lock: then a pass without a process was ended by force.
    are_locks_reported: bool,
    /// The reason why the ledger cannot be read.
    blindness: Option<String>,
    /// The likely cause why no pass is made, where none is.
    likely_cause: Option<String>,
    /// The failure of a pass that was just made.
    failure: Option<Failure>,
    problems: Vec<Problem>,
    /// Assets that still show what another machine sent.
    left_behind: Vec<LeftBehind>,
    passes: Vec<Pass>,
    heartbeat: Option<Heartbeat>,
    /// The part from the WipeOS database; `None` when it cannot be read.
    store: Option<StoreStatus>,
    /// The services that have a section in the config.
    services: Vec<ServiceStatus>,
    /// The status of the one asset that was asked for.
    asset: Option<AssetStatus>,
}

/// The part of the status that comes from the WipeOS database.
struct StoreStatus {
    due: u64,
    missing_indexes: Vec<MissingIndex>,
}

/// Shows the status.
///
/// # Errors
///
/// [`NotFound`] when nothing is known of the inventory ID; what keeps the config or one of the databases from being
/// read. What the other database knows is printed before that.
pub fn run(global: &Global, args: &StatusArgs) -> Result<Exit> {
    let config = super::load(global)?;
    let now = clock::now();
    let oldest_kept = config.ledger.oldest_kept(now);
    let tenant = config.iqr.tenant();
    let read = read_ledger(&config.ledger.path, Some(&tenant), oldest_kept, now);
    let (ledger, mut status, recent) = match (read, &args.html) {
        (Err(error), Some(path)) => return Err(write_blind(path, &config, error, now)),
        (read, _) => read?,
    };
    status.add_services(&Section::all(&config), ledger.as_ref(), now)?;
    let store = super::open_store(&config).map_err(anyhow::Error::from);
    status.check_place(&config.ledger.path);
    let read = store.and_then(|store| status.add_store(&config, &store, ledger.as_ref(), args, now));
    if let Err(error) = &read {
        if error.is::<NotFound>() || error.is::<Usage>() {
            return read.map(|()| Exit::Done);
        }
        status.add_asset_from_ledger(&config, ledger.as_ref(), args, now)?;
    }
    if args.json {
        output::print_json(&json::Json::from_status(&status, now))?;
    } else if let Some(path) = &args.html {
        write_html(path, &html::page(&status, &recent, now)?)?;
    } else {
        output::print(&show::page(&status, now, global.verbose > 0))?;
    }
    read.map(|()| Exit::Done)
}

/// Writes a page that says only why nothing is known: the page of yesterday would say that all is well.
fn write_blind(path: &Path, config: &Config, why: anyhow::Error, now: Timestamp) -> anyhow::Error {
    let status = Status::from_unreadable(Some(&config.ledger.path), &why);
    let written = html::page(&status, &[], now).map_err(anyhow::Error::from).and_then(|page| write_html(path, &page));
    written.err().unwrap_or(why)
}

fn write_html(path: &Path, page: &str) -> Result<()> {
    if path == Path::new("-") {
        return Ok(output::print(page)?);
    }
    file::replace(path, page).with_context(|| format!("{} cannot be written", path.display()))
}

/// The failure that ended the newest pass early, or kept it from beginning: the ledger may not know it.
pub(super) struct Failure {
    /// The time when the pass began.
    pub at: Timestamp,
    /// The reason.
    pub why: String,
}

/// Returns the page for browsers after a pass; `due` is what the pass left, `None` when it could not begin, `failure`
/// what ended it, and `sections` are the services that have a section in the config. Where the ledger cannot be read, or is not known, the page says so. Fails as [`html::page`] does.
pub(super) fn html_after_pass(
    ledger: Option<&Path>,
    oldest_kept: Timestamp,
    due: Option<u64>,
    failure: Option<Failure>,
    sections: &[Section],
) -> Result<String> {
    let now = clock::now();
    let (mut status, recent) = match ledger.map(|path| read_ledger(path, None, oldest_kept, now)) {
        // This pass holds the lock.
        Some(Ok((known, mut status, recent))) => {
            status.add_services(sections, known.as_ref(), now)?;
            (Status { ledger_place: ledger.and_then(ledger::why_not_writable), ..status }, recent)
        }
        Some(Err(error)) => (Status::from_unreadable(ledger, &error), Vec::new()),
        None => (Status::blind(None), Vec::new()),
    };
    status.failure = failure;
    // The pass knows what is due; to ask the WipeOS database once more would cost more than an idle pass.
    status.store = due.map(|due| StoreStatus { due, missing_indexes: Vec::new() });
    Ok(html::page(&status, &recent, now)?)
}

/// Reads a ledger and its passes of the last days; returns no ledger where there is none yet.
fn read_ledger(
    path: &Path,
    tenant: Option<&str>,
    oldest_kept: Timestamp,
    now: Timestamp,
) -> Result<(Option<Ledger>, Status, Vec<Pass>)> {
    let in_use = Ledger::open(path)?;
    let used_by = in_use.as_ref().map(Ledger::tenant).transpose()?.flatten();
    let (ledger, before) = match (tenant, used_by) {
        (Some(tenant), Some(used_by)) if used_by != tenant => (Ledger::open_for(path, tenant)?, Some(used_by)),
        _ => (in_use, None),
    };
    let mut status = Status::from_ledger(ledger.as_ref(), oldest_kept)?;
    if let Some(tenant) = tenant {
        status.tenant = Some(tenancy::host(tenant).to_owned());
    }
    if let (Some(before), Some(tenant)) = (before, tenant) {
        let (before, now) = tenancy::distinguishing_hosts(&before, tenant);
        status.tenants = Some((before.to_owned(), now.to_owned()));
        status.heartbeat = Heartbeat::read(path);
    }
    let recent = html::recent(ledger.as_ref(), now)?;
    Ok((ledger, status, recent))
}

impl Status {
    /// Returns the status where the ledger cannot be read, or is not known: the file beside it still records the last
    /// passes.
    fn blind(ledger: Option<&Path>) -> Self {
        Self { is_blind: true, heartbeat: ledger.and_then(Heartbeat::read), ..Self::default() }
    }

    fn from_unreadable(ledger: Option<&Path>, error: &anyhow::Error) -> Self {
        Self { blindness: Some(format!("{error:#}")), ..Self::blind(ledger) }
    }

    fn from_ledger(ledger: Option<&Ledger>, oldest_kept: Timestamp) -> Result<Self> {
        let Some(ledger) = ledger else { return Ok(Self::default()) };
        Ok(Self {
            tenant: ledger.tenant()?.map(|tenant| tenancy::host(&tenant).to_owned()),
            has_ledger: true,
            problems: ledger.problems()?,
            left_behind: ledger.left_behind(oldest_kept)?,
            passes: ledger.passes(MAX_PASSES)?,
            heartbeat: ledger.heartbeat(),
            ..Self::default()
        })
    }

    fn add_services(
        &mut self,
        sections: &[Section],
        ledger: Option<&Ledger>,
        now: Timestamp,
    ) -> Result<(), ledger::Error> {
        self.services = sections.iter().map(|section| section.status(ledger, now)).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn check_place(&mut self, ledger: &Path) {
        self.ledger_place = ledger::why_not_writable(ledger);
        self.holder = Holder::find(ledger);
        self.are_locks_reported = Holder::can_be_found();
        self.begun = ledger::begun(ledger, self.heartbeat.as_ref());
        self.likely_cause = ledger::likely_cause(ledger);
    }

    fn add_store(
        &mut self,
        config: &Config,
        store: &Store,
        ledger: Option<&Ledger>,
        args: &StatusArgs,
        now: Timestamp,
    ) -> Result<()> {
        if let Some(typed) = &args.inventory_id {
            self.narrow_to(AssetStatus::read(config, store, ledger, typed)?, ledger, config.ledger.oldest_kept(now))?;
        }
        let due = due::count(store, ledger, now, config)?;
        self.store = Some(StoreStatus { due, missing_indexes: store.missing_indexes()? });
        Ok(())
    }

    /// Adds what the ledger knows of the asset, where the WipeOS database cannot be read.
    fn add_asset_from_ledger(
        &mut self,
        config: &Config,
        ledger: Option<&Ledger>,
        args: &StatusArgs,
        now: Timestamp,
    ) -> Result<()> {
        let (Some(recorded), Some(typed)) = (ledger, &args.inventory_id) else { return Ok(()) };
        match AssetStatus::from_ledger(config, recorded, typed)? {
            Some(asset) => self.narrow_to(asset, ledger, config.ledger.oldest_kept(now)),
            None => Ok(()),
        }
    }

    /// Leaves out the problems and notices of other assets than this one.
    fn narrow_to(&mut self, asset: AssetStatus, ledger: Option<&Ledger>, oldest_kept: Timestamp) -> Result<()> {
        self.problems.retain(|problem| asset.is_about(problem));
        self.left_behind.retain(|notice| asset.is_named_by(notice));
        // One of many assets of a replaced database.
        if let Some(own) = ledger.map(|it| it.left_behind_of(&asset.inventory_id, oldest_kept)).transpose()?.flatten()
            && !self.left_behind.iter().any(|notice| notice.inventory_id == own.inventory_id)
        {
            self.left_behind.push(own);
        }
        self.asset = Some(asset);
        Ok(())
    }

    /// Returns the record of the newest pass; `None` where that left none. A pass writes the lock file last, so its
    /// word counts, and not the time of a record that may be of a clock that was ahead.
    fn newest_record(&self, now: Timestamp) -> Option<&Pass> {
        let newest = self.passes.first()?;
        let is_later = |at: Timestamp| (at < newest.started_at || at > now) && newest.started_at <= now;
        let beat = self.heartbeat.map(|beat| beat.started_at);
        beat.is_none_or(|at| at == newest.started_at || is_later(at)).then_some(newest)
    }

    fn held(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.reason.is_held())
    }

    fn failing(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| !problem.reason.is_held())
    }
}

#[cfg(test)]
mod tests;
