//! An IQ Reseller API in memory, an iqmetrix Data Connect and an iQ Tech beside it, and the WipeOS databases to go with
//! them: for trials and tests.
//!
//! - [`Sandbox`] serves both hosts' routes of IQR on one loopback port, keeps assets, master items and their change
//!   history, records every request, and misbehaves on demand ([`Fault`], [`Quirks`]).
//! - [`iqmetrix`] serves Data Connect on a port of its own, by the same rules.
//! - [`iqtech`] serves the iQ Tech Integration API v2.7.0 likewise: employees, lockers, machines and transactions.
//! - [`store`] writes WipeOS databases by the contract of `contrib/store.sql`: by hand, by seed, or out of real
//!   machines.
//! - [`samples`] holds the two machines of the specification's screens and one of every kind of held client.
//!
//! It is not a server to put anywhere: it trusts its peer, speaks plain HTTP and keeps everything in memory. It knows
//! nothing of the program that it tests, so that a misreading of the API cannot cancel itself out.

mod answer;
mod asset;
mod body;
mod clock;
mod delivery;
mod encoding;
mod exchange;
mod fault_text;
mod faults;
mod journal;
mod judged;
mod options;
mod record;
mod routes;
mod running;
mod sandbox;
mod server;
mod session;
mod state;
mod url;
mod wire;

pub mod iqmetrix;
pub mod iqtech;
pub mod rng;
pub mod samples;
pub mod store;

pub use asset::{Asset, Author, Change, Field, FieldChange, Item};
pub use fault_text::FaultTextError;
pub use faults::{Body, Fault, Kind, Moment, Part, When};
pub use journal::{Journal, Violation};
pub use options::{Comments, Miss, MissingText, Options, Overlong, Quirks, Refusal, Search, WriteAnswer};
pub use record::{Counters, Request, Token};
pub use running::{Neighbor, Running};
pub use sandbox::Sandbox;
pub use state::State;
