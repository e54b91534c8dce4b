//! iqmetrix Data Connect in memory, on a port of its own beside IQR: tokens, partner and dealer relationships, and the
//! dates of devices by IMEI, in all its formats. It misbehaves by the same rules as IQR ([`crate::Fault`]).
//!
//! - [`Iqmetrix`] serves the token endpoint and the three data calls.
//! - [`State`] holds companies, dealers and devices, the record of requests, and every [`Violation`] of what a client
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

pub use echo::{Echo, Encoding, Place};
pub use imei::imei;
pub use options::{Gzip, Maintenance, MissingDate, Options, Quirks};
pub use record::{Counters, Offense, Violation};
pub use sandbox::Iqmetrix;
pub use state::{Company, Dealer, Device, State};
