//! The program inside another one: under strace, in a mount namespace of its own, or with another clock.
//!
//! Not every machine has what this takes. A test that lacks it prints so and ends.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::bench::Bench;

/// Returns whether `$WIPEOS_TEST_EVERY_CALL` asks for every place that could be struck; the usual run takes a sample.
pub fn wants_every_place() -> bool {
    std::env::var_os("WIPEOS_TEST_EVERY_CALL").is_some()
}

static STRACE: LazyLock<bool> = LazyLock::new(|| works("strace", &["-f", "-o", "/dev/null", "true"]));
static UNSHARE: LazyLock<bool> = LazyLock::new(|| works("unshare", &["-m", "mount", "-t", "tmpfs", "none", "/mnt"]));

/// Returns whether processes may be traced here.
pub fn has_strace() -> bool {
    *STRACE || skipped("strace, and the right to trace")
}

/// Returns whether file systems may be mounted here.
pub fn has_mounts() -> bool {
    *UNSHARE || skipped("the right to mount (root, unshare)")
}

fn works(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[expect(clippy::print_stderr, reason = "whoever reads the tests' output should see what was not tried")]
pub fn skipped(missing: &str) -> bool {
    eprintln!("SKIPPED: this machine lacks {missing}");
    false
}

/// Builds `wrapper` with the command of a bench behind it.
pub fn wrapped(bench: &Bench, wrapper: &[&str], arguments: &[&str]) -> Command {
    let inner = bench.command(arguments);
    let mut command = Command::new(wrapper[0]);
    command.args(&wrapper[1..]).arg(inner.get_program()).args(inner.get_args());
    command.env_clear().env("HOME", bench.path("")).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.current_dir(bench.path("")).stdin(Stdio::null());
    command
}

/// Threads of the program that are traced: strace counts calls by thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    /// The main thread, which opens, selects and records how far the pass came.
    Main,
    /// Also the workers, which talk to IQR; the first to reach the number is struck.
    All,
}

/// Builds the program under strace, which tampers with `call` as `how` says; calls on other files than `only` are
/// unchanged.
pub fn traced(
    bench: &Bench,
    threads: Threads,
    (call, how): (&str, &str),
    only: &[&Path],
    arguments: &[&str],
) -> Command {
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:{how}"));
    let mut wrapper = vec!["strace", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    if threads == Threads::All {
        wrapper.push("-f");
    }
    for path in only {
        wrapper.extend(["-P", path.to_str().unwrap()]);
    }
    wrapper.push("--");
    wrapped(bench, &wrapper, arguments)
}
