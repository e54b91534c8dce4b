//! Prints for people and scripts. Text from outside (the appliance, IQR, a template) is escaped before it reaches a
//! terminal; nothing here decides anything.

use std::fmt::Display;
use std::io::{self, IsTerminal, Read, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::cli::Color;
use crate::escape::{one_line, to_json};
use crate::logging;

/// The style of good news.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// The style of a warning.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// The style of bad news.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// The style of a heading.
pub const STRONG: Style = Style::new().bold();
/// The style of what matters less.
pub const DIM: Style = Style::new().dimmed();

/// Sets when color is used, for the whole program.
pub fn choose_color(color: Color) {
    match color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// `text` in a style; without color it is the text alone.
pub fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Stdout cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("stdout cannot be written; what was to be shown is lost")]
pub struct Unwritten(#[from] io::Error);

/// A file for the output cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written")]
pub struct UnwrittenFile {
    /// The file.
    pub path: String,
    /// The operating system's reason.
    pub source: io::Error,
}

/// Writes to stdout. A reader that closed the pipe has seen enough: that is no error.
///
/// # Errors
///
/// When stdout cannot be written for another reason, such as a full disk.
pub fn print(text: &str) -> Result<(), Unwritten> {
    print_all(text.as_bytes())
}

/// Writes one JSON object to stdout, as [`print()`] does; a terminal that shows it obeys nothing in it.
pub fn print_json(value: &impl Serialize) -> Result<(), Unwritten> {
    let mut text = to_json(value).map_err(io::Error::from)?;
    text.push('\n');
    print(&text)
}

/// Writes one JSON object to stdout whose last key holds a list: `elements` are its elements, with commas between them.
/// The list may be longer than memory is. Fails as [`print()`] does, or when the elements cannot be read.
pub fn print_json_with_list(head: &impl Serialize, key: &str, elements: impl Read) -> Result<(), Unwritten> {
    let head = to_json(head).map_err(io::Error::from)?;
    let comma = if head == "{}" { "" } else { "," };
    let begin = format!("{}{comma}\"{key}\":[", head.strip_suffix('}').unwrap_or(&head));
    print_all(begin.as_bytes().chain(elements).chain(&b"]}\n"[..]))
}

/// Writes a text of any length to stdout. Fails as [`print()`] does, or when the text cannot be read.
pub fn print_all(mut text: impl Read) -> Result<(), Unwritten> {
    let mut out = anstream::stdout().lock();
    match io::copy(&mut text, &mut out).and_then(|_| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Writes the bytes of a service to stdout as they are, as [`print()`] does; a terminal obeys nothing in them.
pub fn print_bytes(bytes: &[u8]) -> Result<(), Unwritten> {
    let mut out = io::stdout().lock();
    let written = if out.is_terminal() {
        String::from_utf8_lossy(bytes).lines().try_for_each(|line| writeln!(out, "{}", one_line(line)))
    } else {
        out.write_all(bytes)
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Writes a question or a notice for the person at the terminal to stderr. A closed stderr is ignored.
pub fn print_notice(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// Returns a text without its styles, for a file.
#[must_use]
pub fn without_style(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// Prints the error that ends the program, with its causes, once. A closed stderr is ignored.
pub fn print_error(error: &anyhow::Error) {
    let mut err = anstream::stderr().lock();
    let priority = if logging::is_journal() { logging::priority(log::Level::Error) } else { String::new() };
    let mut word = format!("{}: ", styled(BAD, "error"));
    for line in format!("{error:#}").lines() {
        let _ = writeln!(err, "{priority}{word}{}", one_line(line));
        word.clear();
    }
}

/// `1 client`, `2 clients`.
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
