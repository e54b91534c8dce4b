//! The evaluation of a client before IQR is asked: is it there, may it be sent, and what shall its asset show.

pub mod due;
mod judge;
pub mod ledger_view;
mod rivals;

pub use judge::{Evaluated, Evaluator, Loaded, Mapped, Ready, Rejection, Verdict, parse_id};
