//! The client of IQR's web API: session, inventory, master items, wire format, words. Built on [`web`](crate::web).
//!
//! It knows nothing of WipeOS and keeps nothing on disk. Beyond the promises of `web`:
//!
//! - a dead key is asked once in a pass;
//! - one session for all threads, renewed before it ends, ended by [`Iqr::finish`];
//! - an asset whose fields hold the key or a token is a bad answer.

mod client;
mod endpoint;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod inventory;
mod items;
mod master_item;
mod probe;
mod service;
mod session;
mod settings;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod wire;

pub use client::Iqr;
pub use endpoint::{Endpoint, EndpointError, Endpoints, Format, Operation};
pub use inventory::update_body;
pub use items::NewItem;
pub use master_item::MasterItem;
pub use probe::{Glimpse, Shape};
pub use service::{SERVICE, reason};
pub use settings::{Field, FieldNames, Settings, SettingsError, check_header, is_field_name};
