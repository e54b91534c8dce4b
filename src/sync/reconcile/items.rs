//! Master items: found or created once for the whole pass, however many clients need them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::iqr::{Iqr, NewItem};
use crate::ledger::{self, RunLedger};
use crate::mapping::{Aliases, fold_key};
use crate::model::{AssetUpdate, Limited};
use crate::sync::reconcile::item_search::{self, Spelling, Wanted};
use crate::sync::shared::lock;
use crate::web::{self, Outcome};

/// The reason why there is no master item.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// IQR does not create the item; all clients that need it fail.
    #[error("{0}")]
    Refused(String),
    /// IQR could not be asked.
    #[error(transparent)]
    Iqr(#[from] web::Error),
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

/// A master item, or the reason why IQR does not create it.
type Answer = Result<Spelling, String>;

/// The master items of a pass. One client asks for a master item, and the others that need the same one wait for its
/// answer; no client waits for the answer about another item.
#[derive(Default)]
pub struct MasterItems {
    found: Mutex<HashMap<String, Arc<Mutex<Option<Answer>>>>>,
}

/// Returns the key of a master item, whatever its spelling: two that differ in case, blanks or punctuation are one.
#[must_use]
pub fn key_of(manufacturer: &str, item_number: &str) -> String {
    format!("{}\u{1f}{}", fold_key(manufacturer), fold_key(item_number))
}

impl MasterItems {
    /// Gets or creates the master item of an update (specification, step 8d). Also returns whether IQR was asked for
    /// it.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when IQR does not create it, for all clients of the pass.
    pub fn ensure(
        &self,
        iqr: &Iqr,
        ledger: &Mutex<RunLedger>,
        aliases: &Aliases,
        update: &AssetUpdate,
    ) -> Result<(Spelling, bool), Error> {
        let key = key_of(&update.manufacturer, &update.item_number);
        let entry = self.entry(&key);
        let mut found = lock(&entry);
        let (answer, is_asked) = match &*found {
            Some(answer) => (answer.clone(), false),
            None => find(iqr, ledger, aliases, update, &key)?,
        };
        *found = Some(answer.clone());
        answer.map(|spelling| (spelling, is_asked)).map_err(Error::Refused)
    }

    /// Forgets a master item that was not there after all: the next client asks IQR again.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn forget(&self, ledger: &Mutex<RunLedger>, update: &AssetUpdate) -> Result<(), ledger::Error> {
        let key = key_of(&update.manufacturer, &update.item_number);
        *lock(&self.entry(&key)) = None;
        lock(ledger).forget_master_item(&key)
    }

    fn entry(&self, key: &str) -> Arc<Mutex<Option<Answer>>> {
        let mut found = lock(&self.found);
        Arc::clone(found.entry(key.to_owned()).or_default())
    }
}

/// Returns the master item, and whether IQR was asked for it.
fn find(
    iqr: &Iqr,
    ledger: &Mutex<RunLedger>,
    aliases: &Aliases,
    update: &AssetUpdate,
    key: &str,
) -> Result<(Answer, bool), Error> {
    // The ledger must not be locked during a request.
    let known = lock(ledger).master_item(key)?;
    if let Some((manufacturer, item_number)) = known {
        return Ok((Ok(Spelling { manufacturer, item_number }), false));
    }
    let answer = match look_up(iqr, update, aliases)? {
        Some(spelling) => Ok(spelling),
        None => create(iqr, update, aliases)?,
    };
    if let Ok(spelling) = &answer {
        lock(ledger).remember_master_item(key, &spelling.manufacturer, &spelling.item_number)?;
    }
    Ok((answer, true))
}

/// Looks the master item of an update up in IQR.
///
/// # Errors
///
/// When IQR cannot be asked, or its answer cannot be understood.
pub fn look_up(iqr: &Iqr, update: &AssetUpdate, aliases: &Aliases) -> Result<Option<Spelling>, web::Error> {
    item_search::find(iqr, wanted(update, aliases))
}

fn wanted<'a>(update: &'a AssetUpdate, aliases: &'a Aliases) -> Wanted<'a> {
    Wanted { manufacturer: &update.manufacturer, item_number: &update.item_number, aliases }
}

/// Creates a master item. If the answer to a creation is lost, the item is searched for and not created again in this
/// pass: the request may still be on its way, and a twin would stay forever. If the request did not reach IQR, or was
/// answered as if the session had ended, the item is searched for, too, and created again when it is not there.
///
/// The inner error says why IQR refuses, and names the next step.
///
/// # Errors
///
/// When IQR cannot be asked, or it is not known whether it was created.
pub fn create(iqr: &Iqr, update: &AssetUpdate, aliases: &Aliases) -> Result<Answer, web::Error> {
    let item = NewItem {
        item_number: &update.item_number,
        manufacturer: &update.manufacturer,
        description: &update.item_description,
        category: &update.category,
    };
    let ours = Spelling { manufacturer: update.manufacturer.clone(), item_number: update.item_number.clone() };
    note_cut(update);
    let (mut refusals, mut is_repeated) = (0, false);
    let error = loop {
        let error = match iqr.create_item(&item) {
            Ok(()) => return Ok(Ok(ours)),
            Err(error) => error,
        };
        if !error.asks_for_a_read() {
            break error;
        }
        // If it was created, then with this number.
        if let Some(found) = item_search::find_number(iqr, wanted(update, aliases))? {
            return Ok(Ok(found));
        }
        let did_not_arrive = error.was_answered() || error.outcome() == Outcome::NotSent;
        if error.is_refused_for_now() && !iqr.is_stuck(refusals) {
            refusals += 1;
        } else if !did_not_arrive || std::mem::replace(&mut is_repeated, true) {
            break error;
        }
    };
    if error.is_refusal() { Ok(Err(refusal(&error, update))) } else { Err(error) }
}

/// Logs the cut of the description of a new master item here, because no asset shows that text.
fn note_cut(update: &AssetUpdate) {
    if let Some(cut) = update.cuts.iter().find(|cut| cut.text == Limited::ItemDescription) {
        log::warn!("master item {} / {}: {cut}", update.item_number, update.manufacturer);
    }
}

fn refusal(error: &web::Error, update: &AssetUpdate) -> String {
    format!(
        "the master item {} / {} does not exist and could not be created with category `{}`: {error}; create it in IQR, or \
         set master_item.category to a category that exists there (categories cannot be created through the API)",
        update.item_number, update.manufacturer, update.category
    )
}
