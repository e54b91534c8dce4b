//! The progress of a look-up on a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on a terminal where there may be more than one request to wait for: `most`. Its length grows as they are
/// begun.
pub(super) fn progress_bar(most: usize) -> ProgressBar {
    if most < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} requests") {
        bar.set_style(style);
    }
    bar
}
