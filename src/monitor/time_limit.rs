//! The time that reports of a pass may take.

use std::time::Duration;

/// The longest time that one sign may take, and that the program goes on after a pass to report it.
pub const MAX_REPORT_TIME: Duration = Duration::from_secs(2);
