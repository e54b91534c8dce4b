//! Rules for the modules, read off the sources.

mod circles;

use std::fs;
use std::path::{Path, PathBuf};

/// A source file, without its comments, its texts' contents left in, and without the tests at its end.
struct Source {
    /// Path below `src`, such as `web/http.rs`.
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

/// Returns the lines that are compiled into the program.
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

/// Asserts that no file outside `places` has one of `words`.
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

/// Asserts that no file of `places` has one of `words`.
#[track_caller]
fn assert_none(places: &[&str], words: &[&str]) {
    for source in sources().iter().filter(|source| source.is_in(places)) {
        for word in words {
            assert!(!source.code.contains(word), "{} says `{word}`", source.path);
        }
    }
}

#[test]
fn confines_sqlite_to_store_and_ledger() {
    assert_only(&["store", "ledger", "sqlite.rs"], &["rusqlite"]);
}

#[test]
fn confines_http_to_web_and_ping() {
    assert_only(&["web", "monitor/ping.rs"], &["ureq"]);
}

#[test]
fn confines_clap_to_the_command_line() {
    assert_only(&["cli.rs", "cli", "main.rs"], &["clap::", "clap;"]);
}

#[test]
fn confines_printing_to_output() {
    assert_only(&["output.rs", "main.rs"], &["stdout().lock", "stderr().lock", "println!", "eprintln!", "print!("]);
}

#[test]
fn keeps_pure_modules_free_of_io_and_clocks() {
    let pure = [
        "model",
        "mapping",
        "sync/reconcile/plan.rs",
        "sync/reconcile/comments.rs",
        "sync/reconcile/semantics.rs",
        "sync/retry.rs",
    ];
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
fn confines_clock_reads_to_clock() {
    assert_only(&["clock.rs"], &["SystemTime::now", "now_utc", "now_local", "clock_gettime"]);
}

#[test]
fn keeps_store_iqr_and_mapping_apart() {
    let all = ["crate::iqr", "crate::store", "crate::mapping", "crate::ledger", "crate::sync", "crate::config", "IQR"];
    assert_none(&["web"], &all);
    assert_none(&["iqr"], &["crate::store", "crate::mapping", "crate::ledger", "crate::sync"]);
    let others =
        ["crate::iqr", "crate::store", "crate::mapping", "crate::ledger", "crate::sync", "crate::config", "IQR"];
    assert_none(&["iqmetrix", "iqtech"], &others);
    assert_none(&["iqmetrix"], &["crate::iqtech"]);
    assert_none(&["iqtech"], &["crate::iqmetrix", "crate::lookup"]);
    assert_none(&["store"], &["crate::iqr", "crate::mapping", "crate::ledger", "crate::sync"]);
    assert_none(&["mapping"], &["crate::iqr", "crate::store", "crate::ledger", "crate::sync", "inventorycomments"]);
    assert_none(&["monitor"], &["crate::store", "crate::iqr::Iqr", "crate::mapping"]);
    assert_none(&["model"], &["crate::iqr", "crate::store", "crate::ledger", "crate::sync", "crate::mapping"]);
}

#[test]
fn keeps_bodies_out_of_mod_files() {
    let sources = sources();
    let files: Vec<&Source> = sources.iter().filter(|source| source.path.ends_with("mod.rs")).collect();
    assert!(files.len() > 10, "the files were not found");
    for file in files {
        for word in ["fn ", "struct ", "enum ", "impl ", "impl<", "const fn", "static "] {
            assert!(!file.code.contains(word), "{} says `{word}`: it only documents and re-exports", file.path);
        }
    }
}

#[test]
fn names_the_columns_of_every_ledger_statement() {
    for source in sources().iter().filter(|source| source.is_in(&["ledger"])) {
        let code = source.code.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!code.contains("SELECT *"), "{} selects columns that it does not name", source.path);
        for insert in code.split("INTO ").skip(1) {
            let table = insert.split_once(' ').map_or(insert, |(table, _)| table);
            let columns = insert[table.len()..].trim_start();
            let names_columns = columns.starts_with('(') || !table.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            assert!(names_columns, "{} inserts into {table} without the names of its columns", source.path);
        }
    }
}

/// Returns whether a source has a test of this name.
fn has_test(source: &str, name: &str) -> bool {
    let attributes =
        |before: &str| before.trim_end().rsplit("\n\n").next().is_some_and(|part| part.contains("#[test]"));
    source.split_once(&format!("fn {name}()")).is_some_and(|(before, _)| attributes(before))
}

#[test]
fn finds_every_test_named_in_guarantees() {
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

/// Folders in which every test name has at most [`MAX_TEST_NAME`] characters and its verb first.
const FOLDERS_OF_NAMED_TESTS: [&str; 4] = ["src", "tests", "examples", "benches"];

const MAX_TEST_NAME: usize = 60;

/// Words that begin a sentence about a state. A name that begins with its verb is found by those who search for it.
const NO_VERBS: [&str; 18] = [
    "a", "an", "the", "what", "who", "those", "every", "one", "no", "never", "case", "it", "so", "most", "how", "of",
    "as", "if",
];

/// Returns the names of the test functions of a source.
fn test_names(source: &str) -> Vec<&str> {
    let mut lines = source.lines().map(str::trim);
    std::iter::from_fn(|| {
        lines.find(|line| *line == "#[test]")?;
        lines.find_map(|line| line.strip_prefix("fn ")?.split('(').next())
    })
    .collect()
}

#[test]
fn names_tests_by_verb_in_60_characters() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in FOLDERS_OF_NAMED_TESTS {
        collect(&root.join(folder), &mut files);
    }
    let sources: Vec<String> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let names: Vec<&str> = sources.iter().flat_map(|source| test_names(source)).collect();
    assert!(names.len() > 500, "the tests were not found");
    for name in names {
        assert!(name.len() <= MAX_TEST_NAME, "{} characters: {name}", name.len());
        let first = name.split('_').next().unwrap_or(name);
        assert!(!NO_VERBS.contains(&first), "`{first}` is no verb: {name}");
    }
}
