//! The queue of due clients: in which order a pass evaluates them, and how far it came.
//!
//! Clients with news go first, then clients never evaluated, then those that failed before and whose time has come; now and
//! then, or when a person asks for it, a sweep compares every client. Everything streams: a backlog of a million clients
//! costs no more memory than a page.

mod dispatched;
mod in_flight;
mod overlap;
mod pending;
mod stages;
mod sweep;
mod work;

pub use pending::Pending;
pub use stages::Wanted;
pub(super) use sweep::{SMALL_STORE_CLIENTS, Sweep};
pub use work::Queue;
