//! Properties that hold for any input: for the fuzz targets, and for `cargo test`, which tries some on a stable
//! compiler.

use std::path::Path;

use wipeos_iqr::config::{Config, ConfigError};
use wipeos_iqr::digest;
use wipeos_iqr::mapping::{Scope, Template};
use wipeos_iqr::model::{CommentLine, Sent, line_digests};
use wipeos_iqr::sync::reconcile::comments::{self, LineFate, Merge, Writing};

/// Checks that a template is what was written, or that the error has a place in it.
pub fn template(source: &str) {
    for scope in [Scope::Machine, Scope::Test, Scope::Wipe] {
        match Template::parse(source, scope) {
            Ok(template) => assert_eq!(template.source(), source),
            Err(error) => assert!(source.is_char_boundary(error.offset), "{error}"),
        }
    }
}

/// Checks that a config is read, or refused with no value in the message that is not public.
pub fn config(source: &str) {
    let secret = "hunter2-hunter2";
    let with_secret = format!("{source}\n[iqr]\napi_key = \"{secret}\"\n");
    for text in [source, &with_secret] {
        match Config::parse(text, Path::new("/etc/wipeos-iqr/config.toml")) {
            Ok(_) | Err(ConfigError::Invalid { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    let told =
        Config::parse(&with_secret, Path::new("config.toml")).map(drop).map_err(|error| format!("{error} {error:?}"));
    assert!(!told.is_err_and(|told| told.contains(secret)), "a value was told");
}

/// Splits the text at `\u{1}` into what IQR has, our lines, and our previous lines, and checks their merge.
pub fn comments(text: &str) {
    let mut parts = text.split('\u{1}');
    let mut part = || parts.next().unwrap_or_default();
    let (existing, ours, before) = (part(), our_lines(part()), part());
    let lines = before.lines().map(|line| digest::short(line.as_bytes())).collect();
    let sent = Sent { lines, ..Sent::default() };
    for writing in [Writing::Adds, Writing::Replaces] {
        let merged = comments::merge(existing, &ours, &sent, writing);
        assert_nothing_is_lost(existing, &merged);
        assert_says_each_once(existing, &merged);
        // What an attempt has written counts as sent for the rest of it.
        let written = merged.lines.iter().filter_map(LineFate::news).flat_map(line_digests);
        let sent = Sent { lines: sent.lines.iter().copied().chain(written).collect(), ..sent.clone() };
        let again = comments::merge(&merged.text, &ours, &sent, writing);
        assert_eq!(again.write, "", "{existing:?}, {ours:?}, {writing:?}: the merge of its own outcome adds something");
        if writing == Writing::Adds && !merged.write.is_empty() {
            let shown = format!("{existing}\n{}", merged.write);
            assert_eq!(comments::merge(&shown, &ours, &sent, writing).write, "", "{shown:?}");
        }
    }
    let restored = comments::restored(existing, before);
    assert_eq!(comments::lost_lines(existing, &restored), <[String; 0]>::default());
    assert_eq!(comments::lost_lines(before, &restored), <[String; 0]>::default());
}

/// Returns the lines as the mapping makes them: no name twice, nothing blank around name and value.
fn our_lines(text: &str) -> Vec<CommentLine> {
    let mut lines: Vec<CommentLine> = Vec::new();
    for (name, value) in text.split(['\n', '\r']).filter_map(|line| line.split_once(':')) {
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        if !name.is_empty() && lines.iter().all(|line| line.name != name) {
            lines.push(CommentLine { name, value, at: "2026-11-22 16:04:59".parse().ok() });
        }
    }
    lines
}

/// Asserts that only a line of ours with a new value may be missing.
fn assert_nothing_is_lost(existing: &str, merged: &Merge) {
    let replaced =
        |line: &String| merged.lines.iter().any(|fate| matches!(fate, LineFate::Changed { from, .. } if from == line));
    let lost: Vec<String> =
        comments::lost_lines(existing, &merged.text).into_iter().filter(|line| !replaced(line)).collect();
    assert!(lost.is_empty(), "{existing:?}: {lost:?} is lost in {merged:#?}");
}

/// Asserts that no added line is there already.
fn assert_says_each_once(existing: &str, merged: &Merge) {
    for fate in &merged.lines {
        let (LineFate::New(line) | LineFate::Changed { to: line, .. }) = fate else { continue };
        let stands = |text: &str| text.split(['\n', '\r']).filter(|other| other.trim_end() == line).count();
        assert_eq!((stands(existing), stands(&merged.text)), (0, 1), "{existing:?}: {line:?} in {merged:#?}");
    }
}
