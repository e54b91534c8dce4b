//! The reconciliation of one asset with its machine: read, plan, write, read back.

pub mod applier;
pub mod apply;
pub mod attempt;
pub mod comments;
pub mod item_search;
pub mod items;
mod line_index;
pub mod plan;
pub mod recovery;
pub mod semantics;
mod text;
