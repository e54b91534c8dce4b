//! Rows that the pages for people share.

use crate::commands::page::{Page, Span, ago, minute};
use crate::ledger::{LeftBehind, Problem};
use crate::model::Timestamp;
use crate::output::{self, DIM, WARN};
use crate::sync::left_behind;

/// Says how many entries of a list are left out, if any are.
pub(super) fn and_more(page: &mut Page, left_out: usize, [one, many]: [&str; 2]) {
    if left_out > 0 {
        let more = output::count(left_out as u64, one, many);
        page.item(&[Span::plain(format!("and {more}; status --json tells all"))]);
    }
}

pub(super) fn left_behind(page: &mut Page, notice: &LeftBehind) {
    let style = if notice.is_attention { WARN } else { DIM };
    let label = if notice.is_attention { "attention" } else { "information" };
    page.styled_row(label, style, left_behind::sentence(notice));
    page.row("", left_behind::advice(notice));
}

pub(super) fn tries(problem: &Problem, now: Timestamp) -> String {
    let next = match problem.next_try {
        Some(at) if at > now => ago(at, now),
        Some(_) => "with the next pass".to_owned(),
        None => return String::new(),
    };
    match problem.attempts {
        // Where the server is to blame no try of the client is counted.
        0 => format!("; tried again {next}"),
        count => format!("; {}, next {next}", output::count(count.into(), "try", "tries")),
    }
}

pub(super) fn when(at: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", minute(at), ago(at, now))
}
