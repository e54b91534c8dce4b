//! Text that wants to be more than text.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::model::Slot;

/// A machine with this text everywhere.
pub(super) fn filled_with(hostile: &str) -> Machine {
    let all = || text(hostile);
    let wipe = Wipe { method: all(), ..wipe(1, hostile, Some("10:00")) };
    let drive = Drive { model: all(), media: all(), interface: all(), health: all(), ..drive(hostile, vec![wipe]) };
    Machine {
        manufacturer: all(),
        model: all(),
        version: all(),
        family: all(),
        sku: all(),
        serial_number: all(),
        asset_tag: all(),
        processor: all(),
        memory_type: all(),
        graphics: all(),
        optical_drive: all(),
        screen_resolution: all(),
        technician: all(),
        job: all(),
        screen_inches: Some(f64::INFINITY),
        memory_bytes: Some(u64::MAX),
        slots: vec![Slot { name: hostile.to_owned(), value: all() }],
        drives: vec![Drive { size_bytes: Some(u64::MAX), ..drive.clone() }, drive],
        diagnostics: vec![log(1, "09:00", &[(hostile, hostile), ("Memory", hostile), ("", hostile)])],
        ..machine()
    }
}

fn assert_harmless(machine: &Machine) {
    let mut rules = rules();
    rules.description = template("{Job}{Technician}");
    let update = map(machine, &rules);
    let mut names = HashSet::new();
    for line in &update.comments {
        assert!(!line.name.is_empty() && !line.name.contains(':'), "{line:?}");
        assert!(names.insert(line.name.to_lowercase()), "{line:?}");
        assert_one_line(&line.to_string());
    }
    for text in [&update.description, &update.extended_description, &update.item_number, &update.manufacturer] {
        assert_one_line(text);
    }
    assert_eq!(explain(machine, &rules, &update)[0].text, update.description);
}

fn assert_one_line(text: &str) {
    let breaks = |character: char| {
        character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
    };
    assert!(!text.contains(breaks), "{text:?}");
    assert!(!text.contains("  "), "{text:?}");
}

#[test]
fn leaves_known_mischief_as_text() {
    let long = "W: \n".repeat(25_000);
    for hostile in
        ["\u{0}", "\u{1b}]0;x\u{7}", "\u{202e}]]><a b=\"'\">&{Model}{", "a\r\nWipe - S1: PASS", &long, "::", "ﬁ"]
    {
        assert_harmless(&filled_with(hostile));
    }
    let machine = Machine { job: text("{Model}]]>\"\u{202e}"), ..machine() };
    let rules = Rules { description: template("{Job}"), ..rules() };
    assert_eq!(map(&machine, &rules).description, "{Model}]]>\"\u{202e}");
}

proptest! {
    #[test]
    fn parses_any_template_without_panic_and_renders_good_ones(source in "[{}|: a\u{e4}]{0,12}|\\PC{0,40}", job in ".{0,20}") {
        for scope in [Scope::Machine, Scope::Test, Scope::Wipe] {
            match Template::parse(&source, scope) {
                Ok(template) => {
                    prop_assert_eq!(template.source(), source.as_str());
                    let mut rules = rules();
                    match scope {
                        Scope::Machine => rules.description = template,
                        Scope::Test => rules.diagnostics_line = template,
                        Scope::Wipe => rules.wipe_line = template,
                    }
                    let _ = map(&filled_with(&job), &rules);
                }
                Err(error) => prop_assert!(source.is_char_boundary(error.offset)),
            }
        }
    }

    #[test]
    fn maps_any_text_in_every_field_harmlessly(hostile in "(?s).{0,60}") {
        assert_harmless(&filled_with(&hostile));
    }

    #[test]
    fn begins_no_line_with_pass_for_an_unknown_word(
        word in "[PpAaSsOoKk, \u{0}\u{fffe}-]{0,6}|[a-z ]{1,12}|[\"'(\u{200b}\u{feff}*]{0,3}(pass|Pass|PASS|passed)(\\PC){0,8}",
        template in "\\{Wipe Result\\}|\\{Wipe Method\\} \\{Wipe Result\\}",
    ) {
        let known = ["pass", "passed", "ok", "success", "successful"].contains(&word.trim().to_lowercase().as_str());
        let wipe = Wipe { method: text(&word), ..wipe(1, &word, Some("10:00")) };
        let machine = Machine {
            drives: vec![drive("S1", vec![wipe])],
            diagnostics: vec![log(1, "09:00", &[("Memory", &word)])],
            ..machine()
        };
        let rules = Rules { wipe_line: Template::parse(&format!("Wipe: {template}"), Scope::Wipe).unwrap(), ..rules() };
        for line in map(&machine, &rules).comments {
            let is_read = |character: &char| character.is_alphanumeric() || *character == ' ';
            let letters: String = line.value.chars().filter(is_read).collect();
            let is_pass = letters.trim_start().to_uppercase().starts_with("PASS");
            prop_assert!(known || !is_pass, "{:?} gave {}", word, line);
            prop_assert!(!known || template.contains("Method") || line.value == "PASS", "{:?} gave {}", word, line);
        }
    }
}
