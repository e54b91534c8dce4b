//! Values that are looked up for a machine in a pass, by a key that the machine has.
//!
//! Each value is known, absent (the service said that it has none) or open (nobody has answered). To the mapping a
//! value is a slot of its name. The answers are kept in the ledger, and so is the time until which a service rests: the
//! next pass is another process.

mod answer;
mod key;
mod overlay;
mod rest;
mod service;
mod values;

pub use answer::needs_question;
pub use key::{KeyPlace, key_place, parse_key, services_in_use};
pub use overlay::{Answers, ask};
pub use rest::{is_same_kind, rest_after};
pub use service::Client;
pub use values::{origins_of, unanswered_services, values_of};
