//! A page for a person at a terminal: headings, labeled rows, long texts wrapped under their beginning. 80 columns,
//! readable without color. All text from outside is made harmless here.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::escape;
use crate::model::Timestamp;
use crate::output::{STRONG, styled};

/// Columns of a line.
pub const WIDTH: usize = 80;

/// Columns from the edge to the text of a row.
const INDENT: usize = 18;

/// Entries of a list on one line, and how wide each of them is.
const COLUMNS: usize = 3;
const COLUMN: usize = 25;

/// A piece of text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The style.
    pub style: Style,
    /// The text.
    pub text: String,
}

impl Span {
    /// A text in a style.
    pub fn new(style: Style, text: impl Into<String>) -> Self {
        Self { style, text: text.into() }
    }

    /// A text without a style.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(Style::new(), text)
    }
}

/// The page as written so far.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
}

impl Page {
    /// Returns the text of the page.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// Writes the first line: the subject of the page, and its state.
    pub fn title(&mut self, spans: &[Span]) {
        self.wrapped("", 0, 0, spans);
    }

    /// Begins a section, with a blank line before it.
    pub fn section(&mut self, name: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.wrapped("", 0, 0, &[Span::new(STRONG, name)]);
    }

    /// Writes a row of a plain text; nothing when the text is blank.
    pub fn row(&mut self, label: &str, text: impl AsRef<str>) {
        self.styled_row(label, Style::new(), text);
    }

    /// Writes a row of a text in a style; nothing when the text is blank.
    pub fn styled_row(&mut self, label: &str, style: Style, text: impl AsRef<str>) {
        if !text.as_ref().trim().is_empty() {
            self.spans_row(label, &[Span::new(style, text.as_ref())]);
        }
    }

    /// Writes a row of several styles.
    pub fn spans_row(&mut self, label: &str, spans: &[Span]) {
        self.wrapped(&format!("  {label}"), INDENT, INDENT, spans);
    }

    /// Writes an entry of a list. Its further lines are indented more, or they would read like other entries.
    pub fn item(&mut self, spans: &[Span]) {
        self.wrapped("  ", 4, 6, spans);
    }

    /// Writes entries of a list: short ones side by side, in columns; a long one on lines of its own.
    pub fn columns(&mut self, entries: &[Vec<Span>]) {
        let mut rest = entries;
        while let Some(entry) = rest.first() {
            let count = rest.iter().take(COLUMNS).take_while(|entry| width(entry) < COLUMN).count();
            let (line, later) = rest.split_at(count.max(1));
            if count <= 1 {
                self.item(entry);
            } else {
                self.line_of_columns(line);
            }
            rest = later;
        }
    }

    fn line_of_columns(&mut self, entries: &[Vec<Span>]) {
        let mut line = " ".repeat(4);
        for entry in entries {
            for span in entry {
                line.push_str(&styled(span.style, escape::one_line(&span.text)));
            }
            line.extend(std::iter::repeat_n(' ', COLUMN - width(entry)));
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Writes one line or more: `label`, then the text from column `indent` on, and from column `hang` on in further
    /// lines.
    fn wrapped(&mut self, label: &str, indent: usize, hang: usize, spans: &[Span]) {
        let mut start = escape::one_line(label);
        let gap = indent.saturating_sub(start.width()).max(usize::from(!label.trim().is_empty()));
        start.extend(std::iter::repeat_n(' ', gap));
        let width = start.width();
        let mut line = Line { text: start, width, indent: hang, is_empty: true, out: &mut self.text };
        for span in spans {
            for word in words(&escape::one_line(&span.text)) {
                line.word(span.style, word);
            }
        }
        line.end();
    }
}

/// The line that is being filled.
struct Line<'a> {
    text: String,
    width: usize,
    indent: usize,
    is_empty: bool,
    out: &'a mut String,
}

impl Line<'_> {
    /// Adds a word (with the blank before it, if it has one), on the next line where it does not fit any more. A word
    /// that fits no line is broken.
    fn word(&mut self, style: Style, word: &str) {
        let width = word.width();
        if self.width + width <= WIDTH {
            return self.push(style, word, width);
        }
        let bare = word.trim_start_matches(' ');
        if !self.is_empty && self.indent + bare.width() <= WIDTH {
            self.wrap();
            return self.push(style, bare, bare.width());
        }
        for character in word.chars() {
            let mut buffer = [0; 4];
            let text: &str = character.encode_utf8(&mut buffer);
            // A selector that makes an emoji of the character before it makes that one wider.
            let width = text.width().max(usize::from(character == '\u{fe0f}'));
            if self.width + width > WIDTH {
                self.wrap();
            }
            self.push(style, text, width);
        }
    }

    fn push(&mut self, style: Style, text: &str, width: usize) {
        let text = if style == Style::new() { text.to_owned() } else { styled(style, text) };
        self.text.push_str(&text);
        self.width += width;
        self.is_empty = false;
    }

    fn wrap(&mut self) {
        self.end();
        self.text = " ".repeat(self.indent);
        (self.width, self.is_empty) = (self.indent, true);
    }

    fn end(&mut self) {
        self.out.push_str(self.text.trim_end());
        self.out.push('\n');
    }
}

/// The words of a text, each with the blanks before it, so that together they are the text. A field of a template
/// (`/{Drive Size}`) is one word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.len() - rest.trim_start_matches(' ').len();
        let (word, after) = rest.split_at(start + end_of_word(&rest[start..]));
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

fn end_of_word(text: &str) -> usize {
    let mut end = 0;
    while let Some(at) = text[end..].find([' ', '{', '/']).map(|at| end + at) {
        end = match &text[at..] {
            // The text of a difference has blanks like any text.
            came if came.starts_with("{+") => at + 2,
            field if field.starts_with('{') => at + field.find('}').map_or(1, |close| close + 1),
            // The slash goes with the field behind it.
            next if next.starts_with(' ') || (next.starts_with("/{") && at > 0) => return at,
            _ => at + 1,
        };
    }
    text.len()
}

fn width(entry: &[Span]) -> usize {
    entry.iter().map(|span| escape::one_line(&span.text).width()).sum()
}

/// Says how long ago something was: `just now`, `4 min ago`, `3 h ago`, `12 days ago`, or `in 4 min`.
#[must_use]
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds_since(then);
    match seconds {
        0..60 => "just now".to_owned(),
        60.. => format!("{} ago", length(seconds)),
        ..0 => format!("in {}", length(-seconds)),
    }
}

/// A length of time in its largest unit; `seconds` is not negative.
#[must_use]
pub fn length(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// A time to the minute, UTC.
#[must_use]
pub fn minute(at: Timestamp) -> String {
    at.to_store_text()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::GOOD;

    fn plain(page: Page) -> String {
        anstream::adapter::strip_str(&page.into_text()).to_string()
    }

    #[test]
    fn wraps_lines_to_the_page_without_loss() {
        let long = "x".repeat(200);
        let texts = ["Intel Core i7 3770 3.40 GHz 4 Cores/8GB/250GB, HDD/DVDRW/Intel Xeon E3-1200 v2/3rd Gen", &long];
        let wide = ["日本語の長い名前", "❤\u{fe0f}", "👩\u{1f3fd}e\u{301}"].map(|text| text.repeat(90));
        for text in texts.into_iter().chain(wide.iter().map(String::as_str)) {
            let mut page = Page::default();
            page.styled_row("description", GOOD, text);
            page.title(&[Span::plain(text)]);
            page.item(&[Span::plain(text)]);
            page.columns(&[vec![Span::plain(text)], vec![Span::plain("x")]]);
            let shown = plain(page);
            assert!(shown.lines().all(|line| line.width() <= WIDTH), "{shown}");
            let bare = |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
            assert_eq!(bare(&shown), bare(&format!("description{}x", escape::one_line(text).repeat(4))));
        }
    }

    #[test]
    fn hangs_a_long_text_under_its_beginning() {
        let mut page = Page::default();
        page.row("model", "word ".repeat(20));
        let shown = plain(page);
        let second = shown.lines().nth(1).unwrap();
        assert_eq!(second.len() - second.trim_start().len(), INDENT);
    }

    #[test]
    fn indents_the_rest_of_a_long_entry() {
        let mut page = Page::default();
        page.item(&[Span::plain(format!("+ {}", "word ".repeat(20)))]);
        let shown = plain(page);
        assert!(shown.starts_with("    + word"), "{shown}");
        assert!(shown.lines().nth(1).unwrap().starts_with("      word"), "{shown}");
    }

    #[test]
    fn breaks_no_field_of_a_template() {
        let words = |text| words(text).collect::<Vec<_>>();
        assert_eq!(words("from {Model}/{Total Ram}, {A}"), ["from", " {Model}", "/{Total Ram},", " {A}"]);
        assert_eq!(words("a {b c/d/{e"), ["a", " {b", " c/d", "/{e"]);
        assert_eq!(words(" /{a} "), [" /{a}", " "]);
        assert_eq!(words("[-Intel a-] {+Intel Core {A} b+}"), ["[-Intel", " a-]", " {+Intel", " Core", " {A}", " b+}"]);
    }

    #[test]
    fn puts_short_entries_side_by_side_and_long_ones_alone() {
        let mut page = Page::default();
        let entry = |text: &str| vec![Span::new(GOOD, "+ "), Span::plain(text)];
        let long = "Wipe - S1: PASS, NIST SP 800-88 Clear";
        page.columns(&["A: PASS", "B: PASS", "C: PASS", "D: PASS", long, "E:", "F:"].map(entry));
        let gap = " ".repeat(COLUMN - "+ A: PASS".len());
        let expected =
            format!("    + A: PASS{gap}+ B: PASS{gap}+ C: PASS\n    + D: PASS\n    + {long}\n    + E:{gap}     + F:\n");
        assert_eq!(plain(page), expected);
    }

    #[test]
    fn leaves_out_blank_rows_and_escapes_harmful_text() {
        let mut page = Page::default();
        page.row("model", " ");
        page.row("serial", "a\u{1b}[2Jb");
        assert_eq!(plain(page), "  serial          a\\u{1b}[2Jb\n");
    }

    #[test]
    fn shows_times_in_their_largest_unit() {
        let now: Timestamp = "2026-11-22 16:00:00".parse().unwrap();
        let rows = [(0, "just now"), (90, "90 s ago"), (300, "5 min ago"), (10_000, "2 h ago"), (-300, "in 5 min")];
        for (seconds, text) in rows {
            assert_eq!(ago(now.plus_seconds(-seconds), now), text);
        }
    }
}
