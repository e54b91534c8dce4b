//! The name of a file as an argument.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};

/// Takes a blank name too: a variable that is set to nothing is as good as not set.
pub(super) fn file() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}
