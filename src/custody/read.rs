//! The reading of lines.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::entry::Entry;
use super::file::Error;
use crate::files;

/// The longest line that is read, in bytes; the program writes none that is nearly as long.
const MAX_LINE: u64 = 64 * 1024;

/// A line of the file.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A whole line.
    Whole(Box<Entry>),
    /// A line that is no entry: the command that wrote it was killed, or somebody else changed the file. It has this
    /// number, from 1.
    Damaged(u64),
}

/// Reads every line in the order of the file; none where there is no file.
///
/// # Errors
///
/// When the file cannot be read, or is a link or no regular file; the errors of `each`.
pub fn read<E: From<Error>>(path: &Path, mut each: impl FnMut(Line) -> Result<(), E>) -> Result<(), E> {
    let file = files::open_own(path).map_err(|error| Error::from_marker(path, "read", error))?;
    let Some(file) = file else { return Ok(()) };
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let length = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line);
        if length.map_err(|source| Error::unreadable(path, source))? == 0 {
            break;
        }
        if line.last() != Some(&b'\n') {
            reader.skip_until(b'\n').map_err(|source| Error::unreadable(path, source))?;
        }
        // An entry without its line end is whole only by chance; the next one begins a new line.
        let entry = serde_json::from_slice(&line).map_or(Line::Damaged(number), |entry| Line::Whole(Box::new(entry)));
        each(entry)?;
    }
    Ok(())
}
