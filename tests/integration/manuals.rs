//! What is shipped beside the program: manual pages and completions, made from the definition of the command line, and the
//! files of the package.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[path = "../../examples/manuals/files.rs"]
mod files;

#[test]
fn the_shipped_manual_pages_and_completions_are_those_of_this_command_line() {
    let contrib = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib");
    let made = files::made().unwrap();
    for (path, contents) in &made {
        let shipped = fs::read(contrib.join(path)).unwrap_or_default();
        assert!(shipped == *contents, "contrib/{path} is not up to date; run: cargo run --example manuals");
    }
    let shipped: BTreeSet<String> = files::FOLDERS
        .into_iter()
        .flat_map(|folder| fs::read_dir(contrib.join(folder)).unwrap().map(move |entry| (folder, entry.unwrap())))
        .map(|(folder, entry)| format!("{folder}/{}", entry.file_name().to_str().unwrap()))
        .collect();
    assert_eq!(shipped, made.into_keys().collect(), "one file for each");
}

#[test]
fn the_debian_changelog_begins_with_this_version() {
    let changelog = include_str!("../../contrib/debian/changelog");
    let begin = format!("wipeos-iqr ({}-", env!("CARGO_PKG_VERSION"));
    assert!(changelog.starts_with(&begin), "contrib/debian/changelog should begin with {begin}");
}

#[test]
fn every_command_has_a_page_that_shows_how_it_is_used() {
    let made = files::made().unwrap();
    let definition = wipeos_iqr::cli::definition();
    for command in definition.get_subcommands() {
        let page = &made[&format!("man/wipeos-iqr-{}.1", command.get_name())];
        let page = String::from_utf8_lossy(page);
        assert!(page.contains(".SH \"EXAMPLES\""), "{}", command.get_name());
        assert!(page.contains("\\-\\-config"), "{}: the options of every command are its options", command.get_name());
    }
}
