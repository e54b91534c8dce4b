//! The status of the appliance, from both databases and the files beside the ledger.

use std::path::Path;

use anyhow::Result;

use super::asset_status::AssetStatus;
use super::services::{Section, ServiceStatus};
use crate::cli::StatusArgs;
use crate::commands::slots;
use crate::config::Config;
use crate::custody::Entry;
use crate::ledger::{self, Heartbeat, Holder, Ledger, LeftBehind, Pass, Problem};
use crate::model::Timestamp;
use crate::output;
use crate::store::{Lacking, MissingIndex, Store};
use crate::sync::evaluate::due;
use crate::sync::tenancy;

/// The number of passes that are reported.
const MAX_PASSES: u32 = 10;

/// The status of the appliance.
#[derive(Default)]
pub(super) struct Status {
    /// The data host of IQR; `None` where no pass has recorded it.
    pub tenant: Option<String>,
    /// The names of the tenant that the last pass worked with and of the tenant that the config names by now, where
    /// they differ.
    pub tenants: Option<(String, String)>,
    pub has_ledger: bool,
    /// Whether the ledger cannot be read: then nothing is known of problems and passes.
    pub is_blind: bool,
    /// The reason why no pass can record anything, if so.
    pub ledger_place: Option<String>,
    /// The process that holds the run lock.
    pub holder: Option<Holder>,
    /// The time when the newest pass began, if it has not reported its end.
    pub begun: Option<Timestamp>,
    /// Whether the system reports which process holds a lock: then a pass without a process was ended by force.
    pub are_locks_reported: bool,
    /// The reason why the ledger cannot be read.
    pub blindness: Option<String>,
    /// The likely cause why no pass is made, where none is.
    pub likely_cause: Option<String>,
    /// The failure of a pass that was just made.
    pub failure: Option<Failure>,
    pub problems: Vec<Problem>,
    /// Assets that still show what another machine sent.
    pub left_behind: Vec<LeftBehind>,
    pub passes: Vec<Pass>,
    pub heartbeat: Option<Heartbeat>,
    /// The part from the WipeOS database; `None` when it cannot be read.
    pub store: Option<StoreStatus>,
    /// The services that have a section in the config.
    pub services: Vec<ServiceStatus>,
    /// The status of the one asset that was asked for.
    pub asset: Option<AssetStatus>,
    /// The lines of the custody record about it.
    pub custody: Vec<Entry>,
}

/// The part of the status that comes from the WipeOS database.
pub(super) struct StoreStatus {
    pub due: u64,
    pub missing_indexes: Vec<MissingIndex>,
    /// The sentence for an inventory ID slot that no machine, or none of the newest, has.
    pub slot: Option<String>,
}

/// The failure that ended the newest pass early, or kept it from beginning: the ledger may not know it.
pub(in crate::commands) struct Failure {
    /// The time when the pass began.
    pub at: Timestamp,
    /// The reason.
    pub why: String,
}

impl Status {
    /// Returns the status where the ledger cannot be read, or is not known: the file beside it still records the last
    /// passes.
    pub(super) fn blind(ledger: Option<&Path>) -> Self {
        Self { is_blind: true, heartbeat: ledger.and_then(Heartbeat::read), ..Self::default() }
    }

    pub(super) fn from_unreadable(ledger: Option<&Path>, error: &anyhow::Error) -> Self {
        Self { blindness: Some(format!("{error:#}")), ..Self::blind(ledger) }
    }

    pub(super) fn from_ledger(ledger: Option<&Ledger>, oldest_kept: Timestamp) -> Result<Self> {
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

    pub(super) fn add_services(
        &mut self,
        sections: &[Section],
        ledger: Option<&Ledger>,
        now: Timestamp,
    ) -> Result<(), ledger::Error> {
        self.services = sections.iter().map(|section| section.status(ledger, now)).collect::<Result<_, _>>()?;
        Ok(())
    }

    pub(super) fn check_place(&mut self, ledger: &Path) {
        self.ledger_place = ledger::why_not_writable(ledger);
        self.holder = Holder::find(ledger);
        self.are_locks_reported = Holder::can_be_found();
        self.begun = ledger::begun(ledger, self.heartbeat.as_ref());
        self.likely_cause = ledger::likely_cause(ledger);
    }

    pub(super) fn add_store(
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
        let missing_indexes = store.missing_indexes()?;
        self.store = Some(StoreStatus { due, missing_indexes, slot: slot(config, store, ledger)? });
        Ok(())
    }

    /// Adds what the ledger knows of the asset, where the WipeOS database cannot be read.
    pub(super) fn add_asset_from_ledger(
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
    pub(super) fn narrow_to(
        &mut self,
        asset: AssetStatus,
        ledger: Option<&Ledger>,
        oldest_kept: Timestamp,
    ) -> Result<()> {
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
    pub(super) fn newest_record(&self, now: Timestamp) -> Option<&Pass> {
        let newest = self.passes.first()?;
        let is_later = |at: Timestamp| (at < newest.started_at || at > now) && newest.started_at <= now;
        let beat = self.heartbeat.map(|beat| beat.started_at);
        beat.is_none_or(|at| at == newest.started_at || is_later(at)).then_some(newest)
    }

    /// Returns the sentence for an inventory ID slot that machines lack.
    pub(super) fn missing_slot(&self) -> Option<&str> {
        self.store.as_ref()?.slot.as_deref()
    }

    pub(super) fn held(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.reason.is_held())
    }

    pub(super) fn failing(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| !problem.reason.is_held())
    }
}

/// Says that the inventory ID slot is missing, and that the machines that were sent before are not lost.
fn slot(config: &Config, store: &Store, ledger: Option<&Ledger>) -> Result<Option<String>> {
    let Some((lacking, sentence)) = slots::attention(store, config)? else { return Ok(None) };
    let sent = match lacking {
        Lacking::All => ledger.map(Ledger::count_sent).transpose()?.unwrap_or_default(),
        Lacking::Newest(_) => 0,
    };
    let stay = match sent {
        0 => String::new(),
        sent => format!(
            "; {} as in IQR until then",
            output::count(sent, "machine that was sent stays", "machines that were sent stay")
        ),
    };
    Ok(Some(sentence + &stay))
}
