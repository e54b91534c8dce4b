//! The log on stderr: warnings unless asked for more, so that cron has nothing to mail when nothing is wrong.

use std::io::Write;

use env_logger::{Builder, Target};
use log::{Level, LevelFilter};

use crate::cli::Global;
use crate::output;

/// Starts the logger. Under systemd every line begins with the priority that journald reads (`<4>`).
pub fn start(global: &Global) {
    let under_journald = std::env::var_os("JOURNAL_STREAM").is_some();
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
        let text = output::one_line(&record.args().to_string());
        if under_journald {
            writeln!(out, "<{}>{text}", priority(record.level()))
        } else {
            writeln!(out, "{}: {text}", word(record.level()))
        }
    });
    // A second logger in one process can only be a test's.
    let _ = builder.try_init();
}

/// Priorities of syslog(3).
fn priority(level: Level) -> u8 {
    match level {
        Level::Error => 3,
        Level::Warn => 4,
        Level::Info => 6,
        Level::Debug | Level::Trace => 7,
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Info => "info",
        Level::Debug | Level::Trace => "debug",
    }
}
