//! The delivery of an answer: to stdout, or into a file that is replaced in one step.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use crate::cli::OutputArgs;
use crate::commands::Usage;
use crate::escape;
use crate::iqmetrix::Format;
use crate::monitor::file;
use crate::output::{self, UnwrittenFile};

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

#[cfg(test)]
mod tests {
    use super::*;

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
