//! The appending of lines.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use super::entry::Entry;
use crate::clock::BootTime;
use crate::escape;
use crate::files::{self, MarkerError};

/// The mode of a new file: for the account and its group.
const MODE: u32 = 0o640;

/// The longest time for which a command waits for another one that appends.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// The pause between two tries to lock the file.
const PAUSE: Duration = Duration::from_millis(20);

/// The custody record cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// The file is not one that the program writes or reads.
    #[error("the custody record {path} cannot be used: it {flaw}")]
    Refused {
        /// The file.
        path: String,
        /// The reason.
        flaw: MarkerError,
    },
    /// The file cannot be written or read.
    #[error("the custody record {path} cannot be {verb}: {cause}")]
    Io {
        /// The file.
        path: String,
        /// `written` or `read`.
        verb: &'static str,
        /// The reason of the operating system.
        cause: io::Error,
    },
    /// Another process holds the file.
    #[error("the custody record {path} cannot be written: another process has held its lock for 10 s")]
    Busy {
        /// The file.
        path: String,
    },
}

impl Error {
    pub(super) fn from_marker(path: &Path, verb: &'static str, error: MarkerError) -> Self {
        let path = path.display().to_string();
        match error {
            MarkerError::Io(cause) => Self::Io { path, verb, cause },
            flaw @ (MarkerError::Link | MarkerError::OtherName | MarkerError::Stranger(_) | MarkerError::NoFile) => {
                Self::Refused { path, flaw }
            }
        }
    }

    pub(super) fn unreadable(path: &Path, cause: io::Error) -> Self {
        Self::Io { path: path.display().to_string(), verb: "read", cause }
    }
}

/// The file of the custody record, open for appending.
#[derive(Debug)]
pub struct CustodyFile {
    file: File,
    path: PathBuf,
}

impl CustodyFile {
    /// Opens the file, or makes it. No link is followed, and nothing but a regular file is opened.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened for appending.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = files::open_appended(path, MODE).map_err(|error| Error::from_marker(path, "written", error))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Appends a line, and returns when the disk has it. A line that another command left unfinished keeps its own
    /// line.
    ///
    /// # Errors
    ///
    /// When the line may not be on the disk.
    pub fn append(&self, entry: &Entry) -> Result<(), Error> {
        self.lock()?;
        let appended = self.write(entry).map_err(|source| self.unwritten(source));
        let unlocked = self.file.unlock().map_err(|source| self.unwritten(source));
        appended.and(unlocked)
    }

    fn write(&self, entry: &Entry) -> io::Result<()> {
        let mut file = &self.file;
        let length = file.metadata()?.len();
        let mut line = String::new();
        if length > 0 {
            let mut last = [0];
            file.seek(SeekFrom::Start(length - 1))?;
            file.read_exact(&mut last)?;
            line.push_str(if last == *b"\n" { "" } else { "\n" });
        }
        line.push_str(&escape::to_json(entry)?);
        line.push('\n');
        // One write: a reader finds the line whole or not at all, but for a full disk or a kill.
        file.write_all(line.as_bytes())?;
        file.sync_all()?;
        if length == 0 { File::open(files::folder_of(&self.path))?.sync_all() } else { Ok(()) }
    }

    /// Waits until no other command appends. `File::lock` would wait without an end.
    fn lock(&self) -> Result<(), Error> {
        let end = BootTime::now() + MAX_WAIT;
        loop {
            match self.file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(source)) => return Err(self.unwritten(source)),
                Err(TryLockError::WouldBlock) if end.left().is_zero() => {
                    return Err(Error::Busy { path: self.path.display().to_string() });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            }
        }
    }

    fn unwritten(&self, cause: io::Error) -> Error {
        Error::Io { path: self.path.display().to_string(), verb: "written", cause }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::custody::{Action, Event, Line, read};
    use crate::model::ClientId;

    fn entry(number: i64) -> Entry {
        Entry {
            at: "2026-01-01 10:00:00".parse().unwrap(),
            by: "jo".to_owned(),
            action: Action::Reserve,
            event: Event::Begun,
            inventory_id: Some("413800".to_owned()),
            client_id: Some(ClientId(number)),
            machine: None,
            selection: None,
            reservation: None,
            kind: Some("pickup".to_owned()),
            forced: None,
            message: Some("a\nb".to_owned()),
        }
    }

    fn lines(path: &Path) -> Vec<Line> {
        let mut lines = Vec::new();
        read(path, |line| -> Result<(), Error> {
            lines.push(line);
            Ok(())
        })
        .unwrap();
        lines
    }

    #[test]
    fn appends_entries_that_read_back_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("custody");
        assert_eq!(lines(&path), []);
        CustodyFile::open(&path).unwrap().append(&entry(1)).unwrap();
        CustodyFile::open(&path).unwrap().append(&entry(2)).unwrap();
        assert_eq!(lines(&path), [1, 2].map(|number| Line::Whole(Box::new(entry(number)))));
        let text = fs::read_to_string(&path).unwrap();
        let first = r#"{"at":"2026-01-01T10:00:00Z","by":"jo","action":"reserve","event":"begun","inventory_id":"413800","client_id":1,"machine":null,"selection":null,"reservation":null,"type":"pickup","forced":null,"message":"a\nb"}"#;
        assert_eq!(text.lines().next(), Some(first));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o137, 0);
    }

    #[test]
    fn keeps_a_torn_line_apart_from_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("custody");
        let torn = "{\"at\":\"2026-01";
        fs::write(&path, torn).unwrap();
        assert_eq!(lines(&path), [Line::Damaged(1)]);
        CustodyFile::open(&path).unwrap().append(&entry(1)).unwrap();
        let long = "x".repeat(200_000);
        fs::write(&path, fs::read_to_string(&path).unwrap() + &long).unwrap();
        CustodyFile::open(&path).unwrap().append(&entry(2)).unwrap();
        let whole = |number| Line::Whole(Box::new(entry(number)));
        assert_eq!(lines(&path), [Line::Damaged(1), whole(1), Line::Damaged(3), whole(2)]);
        assert!(fs::read_to_string(&path).unwrap().starts_with(torn), "nothing is taken away");
    }

    #[test]
    fn appends_whole_lines_from_many_threads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("custody");
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    let file = CustodyFile::open(path).unwrap();
                    (0..10).for_each(|number| file.append(&entry(thread * 10 + number)).unwrap());
                });
            }
        });
        let mut found: Vec<i64> = lines(&path)
            .into_iter()
            .map(|line| match line {
                Line::Whole(entry) => entry.client_id.unwrap().0,
                Line::Damaged(number) => panic!("line {number}"),
            })
            .collect();
        found.sort_unstable();
        assert!(found.into_iter().eq(0..40));
    }

    #[test]
    fn refuses_links_and_what_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("target"), "text of another").unwrap();
        symlink(path("target"), path("link")).unwrap();
        fs::hard_link(path("target"), path("twin")).unwrap();
        fs::create_dir(path("folder")).unwrap();
        for name in ["link", "twin", "folder", "none/custody"] {
            let error = CustodyFile::open(&path(name)).unwrap_err().to_string();
            assert!(error.starts_with("the custody record /"), "{error}");
        }
        for name in ["link", "twin", "folder"] {
            assert!(read(&path(name), |_| -> Result<(), Error> { Ok(()) }).is_err(), "{name}");
        }
        assert_eq!(fs::read_to_string(path("target")).unwrap(), "text of another");
    }
}
