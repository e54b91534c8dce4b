//! Text that is collected while a pass runs and printed at its end: for a backlog of a million clients, more than
//! memory should hold.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

/// The number of bytes that stay in memory.
const MAX_BYTES_IN_MEMORY: usize = 128 * 1024;

/// The text so far.
#[derive(Default)]
pub(super) struct SpooledText {
    tail: Vec<u8>,
    /// The text before the tail, in a file without a name.
    head: Option<File>,
    /// Whether no file can be created: then everything stays in memory.
    is_without_file: bool,
}

impl SpooledText {
    /// Adds a text.
    pub fn push(&mut self, text: &str) {
        self.tail.extend_from_slice(text.as_bytes());
        let is_full = self.tail.len() > MAX_BYTES_IN_MEMORY && !self.is_without_file;
        if let Some(error) = is_full.then(|| self.move_to_file().err()).flatten() {
            log::debug!("what the pass did is kept in memory: {error}");
            self.is_without_file = true;
        }
    }

    /// Moves the tail to the file. A tail that cannot be written whole is taken back, so that no part of it stands
    /// there twice.
    fn move_to_file(&mut self) -> io::Result<()> {
        let file = match &mut self.head {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        let begun = file.stream_position()?;
        if let Err(error) = file.write_all(&self.tail) {
            file.set_len(begun)?;
            return Err(error);
        }
        self.tail.clear();
        Ok(())
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.tail.is_empty() && self.head.is_none()
    }

    /// Returns the whole text, from the beginning; fails when the file cannot be read.
    pub fn into_text(self) -> io::Result<Box<dyn Read>> {
        let tail = io::Cursor::new(self.tail);
        let Some(mut head) = self.head else { return Ok(Box::new(tail)) };
        head.rewind()?;
        Ok(Box::new(head.chain(tail)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_every_text_in_memory_or_spooled() {
        for count in [0, 1, 100_000] {
            let mut spool = SpooledText::default();
            (0..count).for_each(|number| spool.push(&format!("{number}\n")));
            assert_eq!(spool.is_empty(), count == 0);
            assert_eq!(spool.head.is_some(), count == 100_000);
            assert!(spool.tail.capacity() < 4 * MAX_BYTES_IN_MEMORY, "{}", spool.tail.capacity());
            let mut text = String::new();
            spool.into_text().unwrap().read_to_string(&mut text).unwrap();
            assert!(text.lines().map(|line| line.parse::<i32>().unwrap()).eq(0..count));
        }
    }
}
