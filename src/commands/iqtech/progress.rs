//! The progress of a list of many pages on a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

/// A counter of rows, which is cleared when it is dropped. How many there are to come is not known: what the service
/// says of it contradicts itself.
pub(super) fn row_counter() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_finish(ProgressFinish::AndClear);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} rows") {
        bar.set_style(style);
    }
    bar
}
