//! Medians, spreads and ratios, and the Markdown that shows them.

use std::fmt::Write;
use std::time::Duration;

use crate::measure::Cost;

/// Costs of several runs of the same program.
#[derive(Debug, Default, Clone)]
pub struct Series(Vec<Cost>);

impl Series {
    pub fn add(&mut self, cost: Cost) {
        self.0.push(cost);
    }

    fn sorted<T: Ord + Copy>(&self, of: impl Fn(&Cost) -> T) -> Vec<T> {
        let mut values: Vec<T> = self.0.iter().map(of).collect();
        values.sort_unstable();
        values
    }

    /// Returns the median wall time.
    pub fn wall(&self) -> Duration {
        median(&self.sorted(|cost| cost.wall))
    }

    /// Returns the median processor time.
    pub fn cpu(&self) -> Duration {
        median(&self.sorted(|cost| cost.cpu))
    }

    /// Returns the highest peak: a run that needed more memory may do so again.
    pub fn peak(&self) -> u64 {
        self.0.iter().map(|cost| cost.peak).max().unwrap_or_default()
    }

    /// Returns the median wall time with the shortest and the longest.
    pub fn wall_and_spread(&self) -> String {
        let walls = self.sorted(|cost| cost.wall);
        let (Some(first), Some(last)) = (walls.first(), walls.last()) else { return "-".to_owned() };
        format!("{} ({} to {})", time(median(&walls)), time(*first), time(*last))
    }
}

fn median<T: Copy + Default>(sorted: &[T]) -> T {
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// Formats a duration with three digits or so.
pub fn time(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1000.0;
    match millis {
        0.0..10.0 => format!("{millis:.2} ms"),
        10.0..1000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.1} s", millis / 1000.0),
    }
}

/// Formats an amount of memory.
pub fn memory(bytes: u64) -> String {
    format!("{}.{} MiB", bytes >> 20, ((bytes & 0xf_ffff) * 10) >> 20)
}

/// Formats the ratio of `this` to `of`.
pub fn ratio(this: Duration, of: Duration) -> String {
    if of.is_zero() { "–".to_owned() } else { format!("{:.2}", this.as_secs_f64() / of.as_secs_f64()) }
}

/// A table for a README.
pub struct Table(String);

impl Table {
    pub fn new(title: &str, columns: &[&str]) -> Self {
        let mut table = Self(format!("\n### {title}\n\n"));
        table.row(columns);
        table.row(&vec!["---"; columns.len()]);
        table
    }

    pub fn row(&mut self, cells: &[impl AsRef<str>]) {
        let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
        _ = writeln!(self.0, "| {} |", cells.join(" | "));
    }

    pub fn into_text(self) -> String {
        self.0
    }
}
