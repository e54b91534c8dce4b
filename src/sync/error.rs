//! Errors that keep a pass from starting or end it early.

use crate::config::ConfigError;
use crate::ledger;
use crate::store;
use crate::web;

/// An error that concerns every client and therefore ends the pass.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The appliance's database cannot be used.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The ledger cannot be used, or another pass holds it.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The config or the API key cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// IQR cannot be used.
    #[error(transparent)]
    Iqr(#[from] web::Error),
    /// No client has the inventory ID that was typed, or the text is not an inventory ID.
    #[error("{0}")]
    NoSuchAsset(String),
}
