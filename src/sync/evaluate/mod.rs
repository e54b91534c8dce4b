//! The evaluation of a client before any request to IQR: whether it exists, whether it may be sent, and what IQR shall
//! show.

pub mod due;
mod judge;
pub mod ledger_view;
mod rivals;

pub use judge::{Evaluated, Evaluator, Loaded, Mapped, Ready, Rejection, Verdict};
