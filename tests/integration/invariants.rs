//! The walls between the rooms, read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file, without its comments, its texts' contents left in, and without the tests at its end.
struct Source {
    /// Below `src`, such as `iqr/http.rs`.
    path: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let sources: Vec<Source> = files
        .iter()
        .map(|path| Source {
            path: path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(),
            code: shipped(&fs::read_to_string(path).unwrap()),
        })
        .filter(|source| !source.is_test())
        .collect();
    assert!(sources.len() > 40, "the sources were not found");
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The lines that are compiled into the program.
fn shipped(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

impl Source {
    fn is_test(&self) -> bool {
        self.path.split('/').any(|part| ["tests", "tests.rs", "testing.rs", "fixtures.rs"].contains(&part))
    }

    fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path == *place || self.path.starts_with(&format!("{place}/")))
    }
}

/// No file outside `places` has one of `words`.
#[track_caller]
fn assert_only(places: &[&str], words: &[&str]) {
    let sources = sources();
    for source in sources.iter().filter(|source| !source.is_in(places)) {
        for word in words {
            assert!(!source.code.contains(word), "{} says `{word}`", source.path);
        }
    }
    let is_used =
        sources.iter().any(|source| source.is_in(places) && words.iter().any(|word| source.code.contains(word)));
    assert!(is_used, "{words:?} are nowhere: the rule checks nothing");
}

/// No file of `places` has one of `words`.
#[track_caller]
fn assert_none(places: &[&str], words: &[&str]) {
    for source in sources().iter().filter(|source| source.is_in(places)) {
        for word in words {
            assert!(!source.code.contains(word), "{} says `{word}`", source.path);
        }
    }
}

#[test]
fn only_store_and_ledger_know_sqlite() {
    assert_only(&["store", "ledger", "sqlite.rs"], &["rusqlite"]);
}

#[test]
fn only_iqr_and_the_ping_know_http() {
    assert_only(&["iqr", "monitor/ping.rs"], &["ureq"]);
}

#[test]
fn only_the_command_line_knows_clap() {
    assert_only(&["cli.rs", "main.rs"], &["clap::", "clap;"]);
}

#[test]
fn only_the_output_prints() {
    assert_only(&["output.rs", "main.rs"], &["stdout().lock", "stderr().lock", "println!", "eprintln!", "print!("]);
}

#[test]
fn what_decides_does_no_io_and_reads_no_clock() {
    let pure = ["model", "mapping", "sync/plan.rs", "sync/comments.rs", "sync/semantics.rs", "sync/retry.rs"];
    let io = [
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "std::process",
        "std::thread",
        "File::",
        "SystemTime",
        "Instant",
        "now_utc",
        "clock::",
        "log::",
    ];
    assert_none(&pure, &io);
}

#[test]
fn the_clock_is_read_in_one_place() {
    assert_only(&["clock.rs", "iqr/clock.rs"], &["SystemTime::now", "now_utc", "now_local", "clock_gettime"]);
}

#[test]
fn each_side_knows_nothing_of_the_other() {
    assert_none(&["iqr"], &["crate::store", "crate::mapping", "crate::ledger", "crate::sync"]);
    assert_none(&["store"], &["crate::iqr", "crate::mapping", "crate::ledger", "crate::sync"]);
    assert_none(&["mapping"], &["crate::iqr", "crate::store", "crate::ledger", "crate::sync", "inventorycomments"]);
    assert_none(&["monitor"], &["crate::store", "crate::iqr::Iqr", "crate::mapping"]);
    assert_none(&["model"], &["crate::iqr", "crate::store", "crate::ledger", "crate::sync", "crate::mapping"]);
}

/// Whether a source has a test of this name.
fn has_test(source: &str, name: &str) -> bool {
    let attributes =
        |before: &str| before.trim_end().rsplit("\n\n").next().is_some_and(|part| part.contains("#[test]"));
    source.split_once(&format!("fn {name}()")).is_some_and(|(before, _)| attributes(before))
}

#[test]
fn every_promise_of_the_readme_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guarantees = fs::read_to_string(root.join("docs/guarantees.md")).unwrap();
    let (guarantees, _) = guarantees.split_once("\n## What is not guaranteed").unwrap();
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    collect(&root.join("tests"), &mut files);
    let sources: Vec<String> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let run = guarantees.split('`').filter(|span| span.starts_with("cargo test "));
    for name in run.flat_map(str::split_whitespace).filter(|word| word.contains('_')) {
        assert!(sources.iter().any(|source| source.contains(name)), "there is no test {name}");
    }
    for guarantee in guarantees.split("\n### ").skip(1) {
        let (_, tests) = guarantee.split_once("\nTests: ").unwrap_or_else(|| panic!("no tests are named: {guarantee}"));
        let (tests, _) = tests.split_once("\n\n").unwrap_or((tests, ""));
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no tests are named: {guarantee}");
        for name in names {
            assert!(sources.iter().any(|source| has_test(source, name)), "there is no test {name}");
        }
    }
}
