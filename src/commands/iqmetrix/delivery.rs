//! The delivery of an answer: to stdout, or into a file that is replaced in one step.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::cli::OutputArgs;
use crate::commands::Usage;
use crate::escape;
use crate::iqmetrix::Format;
use crate::monitor::file;
use crate::output::{self, STRONG, UnwrittenFile, styled};

/// The longest text of a cell, in characters.
const MAX_CELL: usize = 60;

/// The blanks between two columns.
const GAP: &str = "  ";

/// Returns the file that the answer goes into; `None` for stdout.
fn target(args: &OutputArgs) -> Option<&Path> {
    args.out.as_deref().filter(|path| *path != Path::new("-") && !path.as_os_str().is_empty())
}

/// Refuses a workbook without a file, which no terminal can show.
pub(super) fn check(args: &OutputArgs) -> Result<(), Usage> {
    match args.format.filter(|format| format.is_binary() && target(args).is_none()) {
        Some(format) => Err(Usage(format!("{} is no text; name a file with --out", format.name()))),
        None => Ok(()),
    }
}

/// Hands out the bytes of the service.
pub(super) fn deliver_bytes(args: &OutputArgs, format: Format, bytes: &[u8]) -> Result<()> {
    match target(args) {
        Some(path) => write(path, bytes),
        None if format.is_binary() => Ok(check(args)?),
        None => Ok(output::print_bytes(bytes)?),
    }
}

/// Hands out a report: the object for scripts, or the text for people.
pub(super) fn deliver(args: &OutputArgs, json: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
    match (target(args), args.json) {
        (None, true) => Ok(output::print_json(json)?),
        (None, false) => Ok(output::print(&text())?),
        (Some(path), true) => write(path, (escape::to_json(json)? + "\n").as_bytes()),
        (Some(path), false) => write(path, output::without_style(&text()).as_bytes()),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = file::replace(path, bytes);
    Ok(written.map_err(|source| UnwrittenFile { path: path.display().to_string(), source })?)
}

/// Returns a table for people: the names of the columns, and a line for each row.
pub(super) fn table<const COLUMNS: usize>(heads: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    let rows: Vec<[String; COLUMNS]> = rows.iter().map(|row| row.each_ref().map(|cell| shown(cell))).collect();
    let heads = heads.map(str::to_owned);
    let lines = || std::iter::once(&heads).chain(&rows);
    let widths: [usize; COLUMNS] = std::array::from_fn(|at| lines().map(|row| row[at].width()).max().unwrap_or(0));
    let mut text = String::new();
    for (number, row) in lines().enumerate() {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width()));
            line.push_str(GAP);
        }
        let line = line.trim_end();
        text.push_str(&if number == 0 { styled(STRONG, line) } else { line.to_owned() });
        text.push('\n');
    }
    text
}

/// A text of the service as a cell: one harmless line that is not too long.
fn shown(text: &str) -> String {
    let line = escape::one_line(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(MAX_CELL) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligns_columns_of_texts_of_any_width() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned);
        let long = "x".repeat(100);
        let rows = [row(["漢字", "a\n b\u{1b}"]), row(["", &long])];
        let text = output::without_style(&table(["id", "name"], &rows));
        let expected = format!("id    name\n漢字  a b\\u{{1b}}\n      {}…\n", &long[..MAX_CELL]);
        assert_eq!(text, expected);
    }

    #[test]
    fn refuses_a_workbook_without_a_file() {
        for (format, out, is_ok) in [
            (Some(Format::Excel), None, false),
            (Some(Format::Excel), Some("-"), false),
            (Some(Format::Excel), Some("x.xlsx"), true),
            (Some(Format::Csv), None, true),
            (None, None, true),
        ] {
            let args = OutputArgs { json: false, format, out: out.map(Into::into) };
            assert_eq!(check(&args).is_ok(), is_ok, "{args:?}");
        }
    }
}
