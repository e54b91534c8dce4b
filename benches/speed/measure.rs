//! A run of a program: its duration, its cost, and the most memory that it needed.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wait4::Wait4;

/// Cost of a run.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Time from start to end.
    pub wall: Duration,
    /// Processor time in user and system mode.
    pub cpu: Duration,
    /// Peak of resident memory, in bytes.
    pub peak: u64,
}

/// A run that has ended.
pub struct Ended {
    pub cost: Cost,
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a program to its end.
///
/// It is started by a small helper, this very program again: Linux counts the memory of whoever starts a process as that
/// process's own until it becomes another program, and the runner holds a whole IQR.
pub fn run(command: &[OsString]) -> Result<Ended> {
    let mut helper = Command::new(std::env::current_exe()?);
    helper.arg("measure").arg("--").args(command).stdin(Stdio::null());
    let output = helper.output().context("cannot start the helper that measures")?;
    let mut stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = stdout.trim_end().rsplit_once('\n').map_or(stdout.as_str(), |(_, last)| last).trim().to_owned();
    stdout.truncate(stdout.trim_end().len() - told.len());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let numbers: Vec<u64> = told.split(' ').filter_map(|number| number.parse().ok()).collect();
    let &[wall, cpu, peak] = numbers.as_slice() else { bail!("the helper told no cost: {told}\n{stderr}") };
    let cost = Cost { wall: Duration::from_micros(wall), cpu: Duration::from_micros(cpu), peak };
    Ok(Ended { cost, code: output.status.code(), stdout, stderr })
}

/// Runs a program that must end well.
pub fn run_well(command: &[OsString]) -> Result<Ended> {
    let ended = run(command)?;
    if ended.code != Some(0) {
        let lines: Vec<&str> = ended.stderr.lines().rev().take(5).collect();
        bail!("{command:?} ended with {:?}; the last it said: {lines:#?}", ended.code);
    }
    Ok(ended)
}

/// Runs the program as the helper and prints its cost as the last line.
pub fn help(command: &[OsString]) -> Result<ExitStatus> {
    let (program, arguments) = command.split_first().context("nothing to measure")?;
    let begun = Instant::now();
    let mut child =
        Command::new(program).args(arguments).spawn().with_context(|| format!("cannot start {}", program.display()))?;
    let ended = child.wait4()?;
    let wall = begun.elapsed();
    let cpu = ended.rusage.utime + ended.rusage.stime;
    writeln!(io::stdout(), "\n{} {} {}", wall.as_micros(), cpu.as_micros(), ended.rusage.maxrss)?;
    Ok(ended.status)
}
