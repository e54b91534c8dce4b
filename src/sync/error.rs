//! Why a pass could not be made, or not to its end.

use crate::config::ConfigError;
use crate::iqr;
use crate::ledger;
use crate::store;

/// An error that concerns every client: the pass is over.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The appliance's database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The ledger, or another pass that holds it.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The config, or the API key.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// IQR.
    #[error(transparent)]
    Iqr(#[from] iqr::Error),
    /// No client has the inventory ID that was typed, or it is none.
    #[error("{0}")]
    NoSuchAsset(String),
}

/// Returns an error with its causes.
pub(crate) fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
