//! Tables for people: the names of the columns, and a line for each row.

use std::io::{self, BufRead, BufReader, Read};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::spooled_text::SpooledText;
use crate::escape;
use crate::output::{self, STRONG, Unwritten, styled};

/// The longest text of a cell, in characters.
const MAX_CELL: usize = 60;

/// The blanks between two columns.
const GAP: &str = "  ";

/// Returns a table.
pub(super) fn table<const COLUMNS: usize>(heads: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    let rows: Vec<[String; COLUMNS]> = rows.iter().map(|row| row.each_ref().map(|cell| shown(cell))).collect();
    let heads = heads.map(str::to_owned);
    let lines = || std::iter::once(&heads).chain(&rows);
    let widths: [usize; COLUMNS] = std::array::from_fn(|at| lines().map(|row| row[at].width()).max().unwrap_or(0));
    let mut text = head_line(&heads, widths);
    text.extend(rows.iter().map(|row| line(row, widths)));
    text
}

fn head_line<const COLUMNS: usize>(heads: &[String; COLUMNS], widths: [usize; COLUMNS]) -> String {
    styled(STRONG, line(heads, widths).trim_end()) + "\n"
}

fn line<const COLUMNS: usize>(row: &[String; COLUMNS], widths: [usize; COLUMNS]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', width - cell.width()));
        line.push_str(GAP);
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

/// A text of a service as a cell: one harmless line that is not too long.
fn shown(text: &str) -> String {
    let line = escape::one_line(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(MAX_CELL) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A list of any length, that is printed when it is whole: as a table, or as the last key of a JSON object. It may be
/// longer than memory is.
pub(super) struct Listing<const COLUMNS: usize> {
    heads: [String; COLUMNS],
    widths: [usize; COLUMNS],
    is_json: bool,
    rows: SpooledText,
    count: u64,
}

impl<const COLUMNS: usize> Listing<COLUMNS> {
    /// A list without a row.
    pub fn new(heads: [&str; COLUMNS], is_json: bool) -> Self {
        let heads = heads.map(str::to_owned);
        let widths = heads.each_ref().map(|head| head.width());
        Self { heads, widths, is_json, rows: SpooledText::default(), count: 0 }
    }

    /// Adds an element of the JSON list, and its rows in the table.
    ///
    /// # Errors
    ///
    /// When the element is none that JSON can hold.
    pub fn push(
        &mut self,
        element: &impl Serialize,
        rows: impl IntoIterator<Item = [String; COLUMNS]>,
    ) -> io::Result<()> {
        if self.is_json {
            let comma = if self.count > 0 { "," } else { "" };
            self.rows.push(&format!("{comma}{}", escape::to_json(element)?));
        } else {
            for row in rows {
                // No cell has a tab or a line end.
                let cells = row.map(|cell| shown(&cell));
                self.widths = std::array::from_fn(|at| self.widths[at].max(cells[at].width()));
                self.rows.push(&(cells.join("\t") + "\n"));
            }
        }
        self.count += 1;
        Ok(())
    }

    /// Returns the number of elements.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Prints the list: below `key` in the object `head`, or as a table, of which nothing is printed if it is empty.
    ///
    /// # Errors
    ///
    /// When stdout cannot be written.
    pub fn print(self, head: &impl Serialize, key: &str) -> Result<(), Unwritten> {
        let Self { heads, widths, is_json, rows, count } = self;
        let rows = rows.into_text()?;
        if is_json {
            return output::print_json_with_list(head, key, rows);
        }
        if count == 0 {
            return Ok(());
        }
        let head = head_line(&heads, widths);
        let lines = Lines { rows: BufReader::new(rows), widths, line: head.into_bytes(), printed: 0 };
        output::print_all(lines)
    }
}

/// The lines of a table, read from cells with tabs between them.
struct Lines<R, const COLUMNS: usize> {
    rows: R,
    widths: [usize; COLUMNS],
    line: Vec<u8>,
    /// The number of bytes of the line that were read.
    printed: usize,
}

impl<R: BufRead, const COLUMNS: usize> Read for Lines<R, COLUMNS> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.printed == self.line.len() {
            let mut row = String::new();
            if self.rows.read_line(&mut row)? == 0 {
                return Ok(0);
            }
            let mut cells = row.trim_end_matches('\n').split('\t').map(str::to_owned);
            let cells = std::array::from_fn(|_| cells.next().unwrap_or_default());
            (self.line, self.printed) = (line(&cells, self.widths).into_bytes(), 0);
        }
        let count = buffer.len().min(self.line.len() - self.printed);
        buffer[..count].copy_from_slice(&self.line[self.printed..self.printed + count]);
        self.printed += count;
        Ok(count)
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
    fn prints_a_long_list_with_the_widths_of_all_rows() {
        let mut listing = Listing::new(["id", "name"], false);
        for number in 0..30_000 {
            let row = [number.to_string(), if number == 29_999 { "a\tb" } else { "" }.to_owned()];
            listing.push(&number, [row]).unwrap();
        }
        let Listing { heads, widths, rows, .. } = listing;
        let line = head_line(&heads, widths).into_bytes();
        let rows = BufReader::new(rows.into_text().unwrap());
        let mut text = String::new();
        Lines { rows, widths, line, printed: 0 }.read_to_string(&mut text).unwrap();
        let text = output::without_style(&text);
        assert!(text.starts_with("id     name\n0\n1\n") && text.ends_with("\n29999  a b\n"));
        assert_eq!(text.lines().count(), 30_001);
    }
}
