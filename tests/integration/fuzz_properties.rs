//! Properties of the fuzz targets (`fuzz/`), checked on inputs that proptest generates.

use proptest::prelude::*;

#[path = "../../fuzz/properties.rs"]
mod properties;

/// Comment lines of a few names and values, so that they collide.
const LINE: &str =
    "(Memory|USB|Wipe - S1|note| )?(:|: )?(PASS|FAIL|FAIL, DoD|LOUD|by Jo|)( \\((again|2026-11-22 16:04|x)\\))?";
const CONFIG: &str = "(\\[(store|iqr|sync|templates|x)\\]\n|database = |time_budget = |comments = |\"(full|110s|-1s|\\{Model\\})\"\n|1\n|\\PC){0,12}";

fn lines() -> impl Strategy<Value = String> {
    let ends = prop_oneof![Just("\n"), Just("\r\n"), Just("\n")];
    proptest::collection::vec((LINE, ends), 0..5)
        .prop_map(|lines| lines.iter().flat_map(|(line, end)| [line.as_str(), end]).collect())
}

proptest! {
    #[test]
    fn merges_lines_without_loss_or_repetition(parts in [lines(), lines(), lines()]) {
        properties::comments(&parts.join("\u{1}"));
    }

    #[test]
    fn merges_any_text_without_loss_or_repetition(text in "([:\\r\\n \u{1}a-c]|\\PC){0,60}") {
        properties::comments(&text);
    }

    #[test]
    fn parses_or_refuses_any_template_at_its_place(source in "[{}|: a\u{e4}]{0,12}|\\PC{0,40}") {
        properties::template(&source);
    }

    #[test]
    fn parses_or_refuses_any_config_without_showing_values(source in CONFIG) {
        properties::config(&source);
    }
}

/// Tries all ways in which four lines of a few values can be in IQR, be ours, and have been sent.
#[test]
fn merges_lines_of_people_and_ours_once() {
    let lines = ["USB: FAIL", "USB: PASS, Jo", "USB: PASS", "USB: FAIL, Jo", ""];
    for first in lines {
        for second in lines {
            for ours in lines {
                for before in lines {
                    properties::comments(&format!("{first}\n{second}\u{1}{ours}\u{1}{before}"));
                }
            }
        }
    }
}
