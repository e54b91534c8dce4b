//! The queue of due clients: the order in which a pass evaluates them, and the record of its progress.
//!
//! Clients with news go first, then clients never evaluated, then failing clients whose time has come; now and then, or
//! when a person asks for it, a sweep compares every client. Every stage streams its clients: a backlog of a million
//! takes no more memory than a page.

mod dispatched;
mod overlap;
mod pending;
mod stages;
mod sweep;
mod work;

pub use pending::Pending;
pub use stages::{Stages, Wanted};
pub(super) use sweep::{MAX_SMALL_STORE_KEY, Sweep};
pub use work::Queue;
