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
mod state;

use std::path::Path;

use anyhow::{Context, Result};

pub(super) use self::asset_status::{Standing, State};
pub(super) use self::services::{Section, ServiceStatus};
pub(super) use self::state::Failure;
use self::state::{Status, StoreStatus};
use super::{Exit, NotFound, Usage};
use crate::cli::{Global, StatusArgs};
use crate::clock;
use crate::config::Config;
use crate::custody::{self, Entry, Line};
use crate::ledger::{self, Heartbeat, Ledger, Pass};
use crate::model::Timestamp;
use crate::monitor::file;
use crate::output;
use crate::sync::tenancy;

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
    status.custody = custody_of_asset(&config, &status);
    if args.json {
        output::print_json(&json::Json::from_status(&status, now))?;
    } else if let Some(path) = &args.html {
        write_html(path, &html::page(&status, &recent, now)?)?;
    } else {
        output::print(&show::page(&status, now, global.verbose > 0))?;
    }
    read.map(|()| Exit::Done)
}

/// Returns the lines of the custody record about the asset that was asked for. A record that cannot be read is
/// reported, and keeps nothing else from being shown.
fn custody_of_asset(config: &Config, status: &Status) -> Vec<Entry> {
    let (Some(asset), Some(iqtech)) = (&status.asset, &config.iqtech) else { return Vec::new() };
    let mut entries = Vec::new();
    let read = custody::read(&iqtech.custody, |line| {
        match line {
            Line::Whole(entry) if entry.inventory_id.as_ref() == Some(&asset.inventory_id) => entries.push(*entry),
            Line::Whole(_) | Line::Damaged(_) => {}
        }
        Ok::<(), custody::Error>(())
    });
    if let Err(error) = read {
        log::warn!("{error}");
    }
    entries
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

/// Returns the page for browsers after a pass; `due` is what the pass left, `None` when it could not begin, `failure`
/// what ended it, and `sections` are the services that have a section in the config. Where the ledger cannot be read,
/// or is not known, the page says so. Fails as [`html::page`] does.
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
    status.store = due.map(|due| StoreStatus { due, missing_indexes: Vec::new(), slot: None });
    Ok(html::page(&status, &recent, now)?)
}

/// Reads a ledger and its passes of the last days; returns no ledger where there is none yet.
fn read_ledger(
    path: &Path,
    tenant: Option<&str>,
    oldest_kept: Timestamp,
    now: Timestamp,
) -> Result<(Option<Ledger>, Status, Vec<Pass>)> {
    let (ledger, before) = open_ledger(path, tenant)?;
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

/// Opens the ledger of a tenant, or the one in use where `tenant` is `None`; returns no ledger where there is none yet.
/// Where the one in use is another tenant's, that is returned, too.
pub(super) fn open_ledger(
    path: &Path,
    tenant: Option<&str>,
) -> Result<(Option<Ledger>, Option<String>), ledger::Error> {
    let in_use = Ledger::open(path)?;
    let used_by = in_use.as_ref().map(Ledger::tenant).transpose()?.flatten();
    match (tenant, used_by) {
        (Some(tenant), Some(used_by)) if used_by != tenant => Ok((Ledger::open_for(path, tenant)?, Some(used_by))),
        _ => Ok((in_use, None)),
    }
}

#[cfg(test)]
mod tests;
