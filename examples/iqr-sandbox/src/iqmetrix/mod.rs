//! iqmetrix Data Connect in memory, on a port of its own beside IQR: tokens, partner and dealer relationships, and the
//! dates of devices by IMEI, in all its formats. It misbehaves by the same rules as IQR ([`crate::Fault`]).
//!
//! - [`Iqmetrix`] serves the token endpoint and the three data calls.
//! - [`State`] holds companies, dealers and devices, the record of requests, and every [`Offense`] of what a client
//!   must never do.
//! - [`Options`] has limits and credentials, [`Quirks`] what no paper settles.

mod data;
mod echo;
mod exchange;
mod imei;
mod options;
mod record;
mod sandbox;
mod state;
mod table;
mod token;
mod xlsx;

pub use crate::encoding::Encoding;
pub use crate::journal::Counters;
pub use echo::{Echo, Place};
pub use imei::imei;
pub use options::{Gzip, Maintenance, MissingDate, Options, Quirks};
pub use record::Offense;
pub use sandbox::Iqmetrix;
pub use state::{Company, Dealer, Device, State};
