//! The sandbox over a raw socket, and the stores through SQL.
#![expect(clippy::unwrap_used, reason = "a test ends where it goes wrong")]

mod client;
mod faults;
mod iqmetrix;
mod iqmetrix_faults;
mod iqtech;
mod iqtech_faults;
mod iqtech_lockers;
mod reads;
mod samples;
mod sessions;
mod store;
mod writes;
