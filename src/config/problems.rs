//! The problems of a config file, each with its place.

use std::fmt;
use std::path::PathBuf;

/// A problem of the config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The problem: a sentence without a full stop, with the path of the key.
    pub message: String,
}

/// All that is wrong with one file, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file.
    pub path: PathBuf,
    /// The problems, at least one.
    pub list: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.list.len() {
            1 => f.write_str("the config cannot be used:")?,
            count => write!(f, "the config cannot be used, {count} problems:")?,
        }
        for problem in &self.list {
            write!(f, "\n  {}:{}:{}: {}", self.path.display(), problem.line, problem.column, problem.message)?;
        }
        Ok(())
    }
}
