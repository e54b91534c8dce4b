//! Texts for people: README, the pages below `docs/` and the texts of the manual pages. Every name in them exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::Command;
use iqr_sandbox::iqmetrix::Options;

use crate::bench::{Bench, quoted};
use crate::manuals::{codes_of_the_program, commands_below, leading_number};

/// Exit code of a pass that another one keeps from beginning.
const ANOTHER_PASS_RUNS: u8 = 75;

/// Folder of the texts of the manual pages; the rest of each page is generated.
const PAGES: &str = "examples/manuals/pages";

/// Reads every text with its path below the root, in order.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec!["README.md".to_owned()];
    for folder in ["docs", PAGES] {
        let names = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        paths.extend(names.map(|name| format!("{folder}/{}", name.to_str().unwrap())));
    }
    paths.sort();
    let read = |path: String| {
        let text = fs::read_to_string(root.join(&path)).unwrap();
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// Returns the lines of a text, each with the language of its code block, `None` outside of one.
fn lines(text: &str) -> Vec<(Option<&str>, &str)> {
    let mut language = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.trim_start().strip_prefix("```") {
            Some(_) if language.is_some() => language = None,
            Some(name) => language = Some(name),
            None => lines.push((language, line)),
        }
    }
    lines
}

/// Returns a text without its code blocks.
fn prose(text: &str) -> String {
    lines(text).into_iter().filter(|(language, _)| language.is_none()).map(|(_, line)| line.to_owned() + "\n").collect()
}

/// Returns the anchors of the headings, as GitHub makes them.
fn anchors(text: &str) -> Vec<String> {
    let headings = prose(text).lines().filter_map(|line| Some(line.strip_prefix('#')?.to_owned())).collect::<Vec<_>>();
    let anchor = |heading: String| {
        let text = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        text.chars().filter(|char| char.is_alphanumeric() || matches!(char, '-' | '_')).collect()
    };
    headings.into_iter().map(anchor).collect()
}

#[test]
fn resolves_every_link_between_texts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for (path, text) in texts() {
        for link in prose(&text).split("](").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned()) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = root.join(&path).parent().unwrap().to_path_buf();
            let target = if file.is_empty() { root.join(&path) } else { folder.join(file) };
            assert!(target.exists(), "{path}: the link {link} leads nowhere");
            let is_found =
                anchor.is_empty() || anchors(&fs::read_to_string(target).unwrap()).contains(&anchor.to_owned());
            assert!(is_found, "{path}: the link {link} leads to no heading");
            count += 1;
        }
    }
    assert!(count > 40, "only {count} links were found");
}

#[test]
fn finds_every_page_that_a_text_refers_to() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for (path, text) in texts() {
        for word in prose(&text).replace(['*', '`'], "").split_whitespace() {
            let word = word.trim_end_matches(['.', ',', ';', ':']);
            let page = ["(1)", "(5)"].iter().find_map(|section| Some((word.strip_suffix(section)?, &section[1..2])));
            if let Some((name, section)) = page.filter(|(name, _)| !name.is_empty()) {
                assert!(root.join(format!("contrib/man/{name}.{section}")).exists(), "{path}: there is no {word}");
                count += 1;
            } else if path.starts_with(PAGES) && word.starts_with("docs/") {
                assert!(root.join(word).exists(), "{path}: there is no {word}");
                count += 1;
            }
        }
    }
    assert!(count > 8, "only {count} references were found");
}

#[test]
fn links_every_docs_page_from_readme() {
    let texts = texts();
    let (_, readme) = texts.iter().find(|(path, _)| path == "README.md").unwrap();
    for (path, _) in texts.iter().filter(|(path, _)| path.starts_with("docs/")) {
        assert!(readme.contains(&format!("]({path})")), "README.md has no link to {path}");
    }
}

#[test]
fn names_only_commands_and_options_of_the_help() {
    let mut definition = wipeos_iqr::cli::definition();
    definition.build();
    let mut count = 0;
    for (path, text) in texts() {
        let shell = lines(&text).into_iter().filter_map(|(language, line)| match language {
            Some("sh") => Some(line.to_owned()),
            Some(_) => line.strip_prefix("$ ").map(str::to_owned),
            None => None,
        });
        let spans = prose(&text).split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        for span in shell.chain(spans) {
            if let Some(words) = invocation(&definition, &span) {
                assert_is_known(&definition, &words, &format!("{path}: `{span}`"));
                count += 1;
            }
        }
    }
    assert!(count > 100, "only {count} commands and options were found");
}

/// Returns the words after the name of the program, which the texts omit before a command or an option.
fn invocation<'a>(definition: &Command, span: &'a str) -> Option<Vec<&'a str>> {
    let mut words: Vec<&str> = span.split_whitespace().collect();
    if words.starts_with(&["sudo", "-u", "wipeos-iqr"]) {
        words.drain(..3);
    } else if words.first() == Some(&"sudo") {
        words.remove(0);
    }
    let first = *words.first()?;
    if first == "wipeos-iqr" {
        words.remove(0);
        return Some(words);
    }
    (first.starts_with("--") || definition.find_subcommand(first).is_some()).then_some(words)
}

/// Asserts that the command has every option; that any command has them where none is named.
#[track_caller]
fn assert_is_known(definition: &Command, words: &[&str], place: &str) {
    let mut command = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if let Some(option) = word.strip_prefix("--") {
            let all = || commands_below(definition).chain([definition]).collect();
            let commands = command.map_or_else(all, |it| vec![it]);
            let mut arguments = commands.into_iter().flat_map(Command::get_arguments);
            let found = arguments.find(|argument| argument.get_long() == Some(option));
            let found = found.unwrap_or_else(|| panic!("{place}: there is no --{option}"));
            if command.is_none() && found.get_action().takes_values() {
                words.next();
            }
        } else if let Some(nested) = command.and_then(|command: &Command| command.find_subcommand(word)) {
            command = Some(nested);
        } else if command.is_none() && !word.starts_with('-') && *word != "COMMAND" {
            command = Some(definition.find_subcommand(word).unwrap_or_else(|| panic!("{place}: there is no {word}")));
        }
    }
}

#[test]
fn lists_every_metric_on_the_monitoring_page_and_no_other() {
    let written = |bench: Bench| -> BTreeSet<String> {
        let file = bench.path("wipeos-iqr.prom");
        let bench = bench.with("metrics", "textfile", &quoted(&file));
        bench.sync_well();
        let metrics = fs::read_to_string(file).unwrap();
        let names = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" gauge"));
        names.map(str::to_owned).collect()
    };
    let page = include_str!("../../docs/monitoring.md");
    let (_, table) = page.split_once("| metric | meaning |\n|---|---|\n").unwrap();
    let rows = table.lines().map_while(|line| line.strip_prefix("| `")?.split(['`', '{']).next());
    let rows: BTreeSet<String> = rows.map(str::to_owned).collect();
    assert_eq!(rows, written(Bench::empty().and_iqmetrix(Options::default()).and_phones(1)));
    let is_always_there = |name: &String| !name.starts_with("wipeos_iqr_lookup_");
    assert_eq!(rows.into_iter().filter(is_always_there).collect::<BTreeSet<_>>(), written(Bench::with_clients(1)));
}

#[test]
fn wraps_prose_at_120_columns() {
    for (path, text) in texts() {
        for (_, line) in lines(&text).iter().filter(|(language, line)| language.is_none() && !line.starts_with('|')) {
            assert!(line.chars().count() <= 120, "{path}: {line}");
        }
    }
}

#[test]
fn names_only_exit_codes_that_exist() {
    let known = codes_of_the_program();
    let mut count = 0;
    for (path, text) in texts() {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let named = [" code ", "exits with "].into_iter().flat_map(|mark| words.split(mark).skip(1));
        for code in named.chain(codes_in_brackets(&words)).filter_map(leading_number) {
            assert!(known.contains(&code), "{path} names exit code {code}");
            count += 1;
        }
    }
    assert!(count > 30, "only {count} codes were found");
    let unit = include_str!("../../contrib/systemd/wipeos-iqr.service");
    assert!(unit.contains(&format!("\nSuccessExitStatus={ANOTHER_PASS_RUNS}\n")));
}

/// Returns the text after each ` (` that has nothing but a number in its brackets.
fn codes_in_brackets(text: &str) -> impl Iterator<Item = &str> {
    let is_number = |inside: &&str| inside.split_once(')').is_some_and(|(number, _)| number.parse::<u8>().is_ok());
    text.split(" (").skip(1).filter(is_number)
}
