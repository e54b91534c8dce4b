//! Files that are shipped beside the program: manual pages and completions, made from the definition of the command
//! line, the commented config and the texts of `examples/manuals/pages`, and the files of the package.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[path = "../../examples/manuals/files.rs"]
mod files;

#[test]
fn ships_current_manual_pages_and_completions() {
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
fn begins_debian_changelog_with_this_version() {
    let changelog = include_str!("../../contrib/debian/changelog");
    let begin = format!("wipeos-iqr ({}-", env!("CARGO_PKG_VERSION"));
    assert!(changelog.starts_with(&begin), "contrib/debian/changelog should begin with {begin}");
}

#[test]
fn has_a_manual_page_with_usage_for_every_command() {
    let made = files::made().unwrap();
    let mut definition = wipeos_iqr::cli::definition().disable_help_subcommand(true);
    definition.build();
    for command in commands_below(&definition).filter(|command| command.get_name() != "help") {
        let page = &made[&format!("man/{}.1", command.get_display_name().unwrap())];
        let page = String::from_utf8_lossy(page);
        assert!(page.contains(".SH \"EXAMPLES\""), "{}", command.get_name());
        assert!(page.contains("\\-\\-config"), "{}: the options of every command are its options", command.get_name());
    }
}

#[test]
fn uses_every_manual_page_text() {
    let made = files::made().unwrap();
    let texts = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/manuals/pages");
    let names = fs::read_dir(texts).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut count = 0;
    for name in names.map(|name| name.strip_suffix(".md").unwrap().to_owned()) {
        let pages = [format!("man/{name}.1"), format!("man/{name}.5"), format!("man/wipeos-iqr-{name}.1")];
        assert!(pages.iter().any(|page| made.contains_key(page)), "pages/{name}.md belongs to no page");
        count += 1;
    }
    assert_eq!(count, made.keys().filter(|path| path.starts_with("man/")).count(), "one text for each page");
}

/// Returns the example with every setting in force that is written behind a `#`.
fn example_in_force() -> String {
    let in_force = |line: &'static str| {
        let shown = line.trim_start_matches('#').trim_start();
        if !shown.is_empty() && shown.parse::<toml::Table>().is_ok() { shown } else { line }
    };
    wipeos_iqr::config::EXAMPLE.lines().map(in_force).collect::<Vec<_>>().join("\n")
}

#[test]
fn names_every_example_setting_on_the_config_page() {
    let page = readable(&files::made().unwrap()["man/wipeos-iqr.toml.5"]);
    let (mut section, mut count) = (String::new(), 0);
    for line in example_in_force().lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            section = format!(".SS \"{line}\"\n");
            continue;
        }
        let (_, settings) = page.split_once(&section).unwrap_or_else(|| panic!("the page lacks {section}"));
        let settings = settings.split("\n.SS ").next().unwrap();
        assert!(settings.contains(&format!("\n{line}\n")), "the page lacks `{line}` below {section}");
        count += 1;
    }
    assert!(count > 50, "only {count} settings were found");
}

#[test]
fn installs_every_manual_page_by_package() {
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap();
    for page in files::made().unwrap().keys().filter(|path| path.starts_with("man/")) {
        let section = page.rsplit('.').next().unwrap();
        let (from, to) = (format!("contrib/man/*.{section}"), format!("usr/share/man/man{section}/"));
        let is_asset = |asset: &toml::Value| asset[0].as_str() == Some(&from) && asset[1].as_str() == Some(&to);
        assert!(assets.iter().any(is_asset), "{page} is not in the package");
    }
}

#[test]
fn agrees_on_exit_codes_in_code_help_and_docs() {
    let help = wipeos_iqr::cli::definition().render_long_help().to_string();
    let help = codes_below(&help, "Exit codes:\n");
    assert_eq!(help.keys().copied().collect::<BTreeSet<u8>>(), codes_of_the_program(), "--help");
    let made = files::made().unwrap();
    for page in ["man/wipeos-iqr.1", "man/wipeos-iqr-sync.1"] {
        assert_eq!(codes_below(&readable(&made[page]), ".SH \"EXIT STATUS\"\n.nf\n"), help, "{page}");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let readme = codes_below(&readme, "# Exit codes\n\n| code | meaning |\n|---|---|\n");
    assert!(readme.keys().eq(help.keys()), "README.md: {readme:?}");
    for (code, meaning) in help {
        assert!(readme[&code].starts_with(&meaning), "{code}: --help says `{meaning}`, README.md `{}`", readme[&code]);
    }
}

/// Returns the commands below this one, at any depth.
pub fn commands_below(command: &clap::Command) -> Box<dyn Iterator<Item = &clap::Command> + '_> {
    Box::new(command.get_subcommands().flat_map(|command| std::iter::once(command).chain(commands_below(command))))
}

/// Reads the values of `Exit` off its source, and the code of a second signal, which no command returns.
pub fn codes_of_the_program() -> BTreeSet<u8> {
    let source = include_str!("../../src/commands/exit.rs");
    let (_, variants) = source.split_once("pub enum Exit {").unwrap();
    let (variants, _) = variants.split_once("\n}").unwrap();
    let (_, signal) = source.split_once("pub const ENDED_BY_SECOND_SIGNAL: i32 = ").unwrap();
    let codes = variants.lines().filter_map(|line| line.split_once(" = ")?.1.strip_suffix(',')?.parse().ok());
    codes.chain(leading_number(signal)).collect()
}

/// Returns codes and meanings of the table behind `heading`, in columns or in Markdown, up to the first line without a
/// code.
fn codes_below(text: &str, heading: &str) -> BTreeMap<u8, String> {
    let (_, table) = text.split_once(heading).unwrap_or_else(|| panic!("there is no {heading:?}"));
    let row = |line: &str| {
        let line = line.trim_matches(['|', ' ']);
        let meaning = line.trim_start_matches(|char: char| char.is_ascii_digit());
        Some((leading_number(line)?, meaning.trim_start_matches(['|', ' ']).to_owned()))
    };
    table.lines().map_while(row).collect()
}

/// Returns the number that begins a text.
pub fn leading_number(text: &str) -> Option<u8> {
    let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

/// Returns a page as a reader sees it, but for the requests at the beginning of a line.
fn readable(page: &[u8]) -> String {
    let mut text = String::from_utf8(page.to_vec()).unwrap();
    for (roff, shown) in
        [("\\fB", ""), ("\\fI", ""), ("\\fR", ""), ("\\&", ""), ("\\-", "-"), ("\\(aq", "'"), ("\\e", "\\")]
    {
        text = text.replace(roff, shown);
    }
    text
}
