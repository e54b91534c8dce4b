//! The sandbox, seen from a raw socket, and the stores, seen through SQL.
#![expect(clippy::unwrap_used, reason = "a test ends where it goes wrong")]

mod client;
mod faults;
mod reads;
mod samples;
mod sessions;
mod store;
mod writes;
