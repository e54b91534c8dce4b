//! The client of iQmetrix's Data Connect for Ingram Micro: companies, dealers, and devices by IMEI. Built on
//! [`web`](crate::web).
//!
//! It knows nothing of IQR, of WipeOS, of another vendor, of the ledger or of the pass.

mod imei;
mod settings;

pub use imei::Imei;
pub use settings::{Auth, Paths, Secrets, Settings};
