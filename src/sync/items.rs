//! Master items: found or made once for the whole pass, however many clients need them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::iqr::{self, Iqr, NewItem, Outcome};
use crate::ledger::{self, RunLedger};
use crate::mapping::fold_key;
use crate::model::AssetUpdate;

/// A master item as IQR spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// Manufacturer.
    pub manufacturer: String,
    /// Item number.
    pub item_number: String,
}

/// Why there is no master item.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// IQR does not make it; all clients that need it fail.
    #[error("{0}")]
    Refused(String),
    /// IQR could not be asked.
    #[error(transparent)]
    Iqr(#[from] iqr::Error),
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

/// What the pass has found out of one master item.
#[derive(Debug, Clone)]
enum Found {
    There(Spelling),
    Refused(String),
}

/// The master items of a pass. One client asks for a master item, the others that need the same one wait for its answer;
/// nobody waits for another one's.
#[derive(Default)]
pub struct MasterItems {
    found: Mutex<HashMap<String, Arc<Mutex<Option<Found>>>>>,
}

/// What stands for a master item whatever its spelling: two that differ in case, blanks or punctuation are one.
#[must_use]
pub fn key_of(manufacturer: &str, item_number: &str) -> String {
    format!("{}\u{1f}{}", fold_key(manufacturer), fold_key(item_number))
}

impl MasterItems {
    /// Gets or creates the master item of an update (specification, step 8d). Also says whether IQR was asked for it.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when IQR does not make it, for all clients of the pass.
    pub fn ensure(
        &self,
        iqr: &Iqr,
        ledger: &Mutex<RunLedger>,
        update: &AssetUpdate,
    ) -> Result<(Spelling, bool), Error> {
        let key = key_of(&update.manufacturer, &update.item_number);
        let entry = self.entry(&key);
        let mut found = entry.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = found.is_none();
        let answer = match found.take() {
            Some(answer) => answer,
            None => find(iqr, ledger, &key, update)?,
        };
        *found = Some(answer.clone());
        match answer {
            Found::There(spelling) => Ok((spelling, is_first)),
            Found::Refused(message) => Err(Error::Refused(message)),
        }
    }

    /// The master item was not there after all: the next client asks IQR again.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn forget(&self, ledger: &Mutex<RunLedger>, update: &AssetUpdate) -> Result<(), ledger::Error> {
        let key = key_of(&update.manufacturer, &update.item_number);
        *self.entry(&key).lock().unwrap_or_else(PoisonError::into_inner) = None;
        ledger.lock().unwrap_or_else(PoisonError::into_inner).forget_master_item(&key)
    }

    fn entry(&self, key: &str) -> Arc<Mutex<Option<Found>>> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(found.entry(key.to_owned()).or_default())
    }
}

fn find(iqr: &Iqr, ledger: &Mutex<RunLedger>, key: &str, update: &AssetUpdate) -> Result<Found, Error> {
    let known = ledger.lock().unwrap_or_else(PoisonError::into_inner).master_item(key)?;
    if let Some((manufacturer, item_number)) = known {
        return Ok(Found::There(Spelling { manufacturer, item_number }));
    }
    let spelling = match look_up(iqr, update)? {
        Some(spelling) => spelling,
        None => match create(iqr, update)? {
            Ok(spelling) => spelling,
            Err(message) => return Ok(Found::Refused(message)),
        },
    };
    let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    ledger.remember_master_item(key, &spelling.manufacturer, &spelling.item_number)?;
    Ok(Found::There(spelling))
}

/// Looks a master item up in IQR.
///
/// # Errors
///
/// When IQR cannot be asked, or its answer cannot be understood.
pub fn look_up(iqr: &Iqr, update: &AssetUpdate) -> Result<Option<Spelling>, iqr::Error> {
    let same = |ours: &str, theirs: &str| fold_key(ours) == fold_key(theirs);
    let found = iqr.find_item(&update.manufacturer, &update.item_number, same)?;
    Ok(found.map(|item| Spelling { manufacturer: item.manufacturer, item_number: item.item_number }))
}

/// Creates a master item. A creation whose answer was lost is looked for and not repeated in this pass: it may still be
/// on its way, and a twin would stay for ever. One that did not reach IQR, or was answered as if the session had ended,
/// is looked for too, and repeated when it is not there.
///
/// The inner error says why IQR refuses and what to do.
///
/// # Errors
///
/// When IQR cannot be asked, or it is not known whether it was created.
pub fn create(iqr: &Iqr, update: &AssetUpdate) -> Result<Result<Spelling, String>, iqr::Error> {
    let item = NewItem {
        item_number: &update.item_number,
        manufacturer: &update.manufacturer,
        description: &update.item_description,
        category: &update.category,
    };
    let ours = Spelling { manufacturer: update.manufacturer.clone(), item_number: update.item_number.clone() };
    let mut error = match iqr.create_item(&item) {
        Ok(()) => return Ok(Ok(ours)),
        Err(error) => error,
    };
    if error.asks_for_a_read() {
        if let Some(found) = look_up(iqr, update)? {
            return Ok(Ok(found));
        }
        if error.was_answered() || error.outcome() == Outcome::NotSent {
            match iqr.create_item(&item) {
                Ok(()) => return Ok(Ok(ours)),
                Err(again) => error = again,
            }
        }
    }
    match error {
        iqr::Error::Refused { .. } => Ok(Err(refusal(&error, update))),
        error => Err(error),
    }
}

fn refusal(error: &iqr::Error, update: &AssetUpdate) -> String {
    format!(
        "the master item {} / {} does not exist and could not be created with category `{}`: {error}; create it in IQR, or \
         set master_item.category to a category that exists there (categories cannot be created through the API)",
        update.item_number, update.manufacturer, update.category
    )
}
