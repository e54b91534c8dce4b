//! The limits of a pass, and whether it may write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::clock::BootTime;

/// Whether anything may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads, and the calls that open and end a session, only; all else is refused before a byte is sent.
    ReadOnly,
    /// Everything.
    ReadWrite,
}

/// The limits of a pass.
#[derive(Debug, Clone)]
pub struct Limits {
    /// No request is begun after this, and none lasts longer, but for a few seconds of grace in which the outcome
    /// of a write is read and a session is ended.
    pub deadline: BootTime,
    /// Set by a signal: no new request is begun.
    pub interrupted: Arc<AtomicBool>,
}

impl Limits {
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}
