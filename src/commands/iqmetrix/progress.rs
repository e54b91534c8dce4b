//! The progress of a look-up on a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on a terminal where there is more than one request to wait for.
pub(super) fn progress_bar(requests: usize) -> ProgressBar {
    if requests < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(requests as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} requests") {
        bar.set_style(style);
    }
    bar
}
