//! The texts for people: README, the pages below `docs/` and the texts of the manual pages. What they name has to exist.

use std::fs;
use std::path::Path;

use crate::manuals::{codes_of_the_program, leading_number};

/// The code of a second signal, at which the program ends without a say in it.
const ENDED_BY_SECOND_SIGNAL: u8 = 130;

/// Every text by its path below the root, in order.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec!["README.md".to_owned()];
    let folder = "examples/manuals/pages";
    let names = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
    paths.extend(names.map(|name| format!("{folder}/{}", name.to_str().unwrap())));
    paths.sort();
    let read = |path: String| {
        let text = fs::read_to_string(root.join(&path)).unwrap();
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn texts_name_only_exit_codes_that_exist() {
    let known = codes_of_the_program();
    let mut count = 0;
    for (path, text) in texts() {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let named = [" code ", "exits with "].into_iter().flat_map(|mark| words.split(mark).skip(1));
        for code in named.chain(codes_in_brackets(&words)).filter_map(leading_number) {
            assert!(known.contains(&code) || code == ENDED_BY_SECOND_SIGNAL, "{path} names exit code {code}");
            count += 1;
        }
    }
    assert!(count > 20, "only {count} codes were found");
    let unit = include_str!("../../contrib/systemd/wipeos-iqr.service");
    assert!(unit.contains(&format!("\nSuccessExitStatus={}\n", wipeos_iqr::commands::Exit::Running as u8)));
}

/// What begins with each ` (`, where nothing but a number is in the brackets.
fn codes_in_brackets(text: &str) -> impl Iterator<Item = &str> {
    let is_number = |inside: &&str| inside.split_once(')').is_some_and(|(number, _)| number.parse::<u8>().is_ok());
    text.split(" (").skip(1).filter(is_number)
}
