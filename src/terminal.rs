//! Questions to the person at the terminal.

use std::io::{self, IsTerminal, Read, Stdin};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use crate::output;
use crate::secret::Secret;

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 1024;

/// Whether there is a person to ask: stdin and stderr are terminals.
pub fn is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question that is answered by `y` or `yes`; everything else is a no.
///
/// # Errors
///
/// When the answer cannot be read.
pub fn confirm(question: &str) -> io::Result<bool> {
    output::print_notice(&format!("{question} [y/N] "));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes)))
}

/// Asks for a text that the terminal does not show; `None` where the person breaks it off.
///
/// # Errors
///
/// When the terminal cannot be set, or the answer cannot be read.
pub fn ask_secret(prompt: &str) -> io::Result<Option<Secret>> {
    let stdin = io::stdin();
    let silent = Silent::begin(&stdin)?;
    output::print_notice(&format!("{prompt}: "));
    let answer = read_unseen(&stdin);
    drop(silent);
    output::print_notice("\n");
    answer
}

/// Reads a line byte by byte. The terminal sends no signals meanwhile: one that ended the program would leave it
/// without echo.
fn read_unseen(stdin: &Stdin) -> io::Result<Option<Secret>> {
    let mut typed = Vec::with_capacity(MAX_ANSWER);
    for byte in stdin.lock().bytes() {
        match byte? {
            // Ctrl-C; Ctrl-D at the beginning.
            3 => return Ok(None),
            4 if typed.is_empty() => return Ok(None),
            b'\r' | b'\n' | 4 => break,
            // Backspace and delete.
            8 | 127 => drop(typed.pop()),
            byte if typed.len() < MAX_ANSWER => typed.push(byte),
            _ => return Err(io::Error::other("the answer is too long")),
        }
    }
    let text = String::from_utf8(typed).map_err(|_| io::Error::other("the answer is no UTF-8"))?;
    Ok(Some(Secret::new(text)))
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Silent<'a> {
    stdin: &'a Stdin,
    before: Termios,
}

impl<'a> Silent<'a> {
    fn begin(stdin: &'a Stdin) -> io::Result<Self> {
        let before = tcgetattr(stdin)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(stdin, OptionalActions::Flush, &silent)?;
        Ok(Self { stdin, before })
    }
}

impl Drop for Silent<'_> {
    fn drop(&mut self) {
        if let Err(error) = tcsetattr(self.stdin, OptionalActions::Now, &self.before) {
            log::warn!("the terminal cannot be set back ({error}); `stty sane` does so");
        }
    }
}
