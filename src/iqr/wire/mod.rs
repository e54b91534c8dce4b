//! The wire format: what is sent, and what answers mean. Pure; no I/O.

mod body;
mod complaint;
mod decode;
mod json;
mod record;
mod text;
mod verdict;
mod xml;

pub(super) use body::body;
pub(super) use decode::{asset, categories, items, session_token};
pub(super) use json::session_body;
pub(super) use record::Record;
pub(super) use verdict::verdict;
