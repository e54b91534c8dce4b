//! The log on stderr: warnings unless asked for more, so that cron has nothing to mail when nothing is wrong.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use env_logger::{Builder, Target};
use log::{Level, LevelFilter};

use crate::cli::Global;
use crate::escape;

/// Whether stderr leads to journald, which reads the priority of a line from its beginning (`<4>`). The variable is
/// inherited, also where stderr leads to a file: it names device and inode of the stream (systemd.exec(5)).
#[must_use]
pub fn is_journal() -> bool {
    let stderr = || std::io::stderr().as_fd().try_clone_to_owned().and_then(|stream| File::from(stream).metadata());
    let Some(named) = std::env::var("JOURNAL_STREAM").ok() else { return false };
    stderr().is_ok_and(|stream| named == format!("{}:{}", stream.dev(), stream.ino()))
}

/// Starts the logger.
pub fn start(global: &Global) {
    let under_journald = is_journal();
    let level = match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::Off,
        (false, 0) => LevelFilter::Warn,
        (false, 1) => LevelFilter::Info,
        (false, _) => LevelFilter::Debug,
    };
    let mut builder = Builder::new();
    // Other crates' logs may hold headers: only ours are let through.
    builder.filter(None, LevelFilter::Off).filter(Some(env!("CARGO_CRATE_NAME")), level).target(Target::Stderr);
    builder.format(move |out, record| {
        let text = escape::one_line(&record.args().to_string());
        if under_journald {
            writeln!(out, "{}{text}", priority(record.level()))
        } else {
            writeln!(out, "{}: {text}", word(record.level()))
        }
    });
    // A second logger in one process can only be a test's.
    let _ = builder.try_init();
}

/// Returns the prefix from which journald reads the priority of a line (syslog(3)).
#[must_use]
pub fn priority(level: Level) -> String {
    let number = match level {
        Level::Error => 3,
        Level::Warn => 4,
        Level::Info => 6,
        Level::Debug | Level::Trace => 7,
    };
    format!("<{number}>")
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Info => "info",
        Level::Debug | Level::Trace => "debug",
    }
}
