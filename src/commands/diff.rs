//! The difference of two texts, word by word, shown by marks and not by color alone: `[-old-]{+new+}`.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::page::Span;
use crate::output::{BAD, GOOD};

/// Marks the words that only `from` has as `[-...-]` and those that only `to` has as `{+...+}`; the others are
/// unchanged.
#[must_use]
pub fn words(from: &str, to: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    for part in parts(&tokens(from), &tokens(to)) {
        if part.is_same {
            spans.push(Span::plain(part.from));
            continue;
        }
        if !part.from.is_empty() {
            spans.push(Span::new(BAD, format!("[-{}-]", part.from)));
        }
        if !part.to.is_empty() {
            spans.push(Span::new(GOOD, format!("{{+{}+}}", part.to)));
        }
    }
    spans
}

/// The lines that only one of two texts has: `- old`, `+ new`.
#[must_use]
pub fn lines(from: &str, to: &str) -> Vec<Span> {
    let lines = |text: &'_ str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let (from, to) = (lines(from), lines(to));
    let mut spans = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, &from, &to) {
        if operation.tag() != DiffTag::Equal {
            spans.extend(from[operation.old_range()].iter().map(|line| Span::new(BAD, format!("- {line}"))));
            spans.extend(to[operation.new_range()].iter().map(|line| Span::new(GOOD, format!("+ {line}"))));
        }
    }
    spans
}

/// A stretch that both texts have, or that differs.
#[derive(Default)]
struct Part {
    is_same: bool,
    from: String,
    to: String,
}

/// The stretches of two texts. A blank between two differences belongs to them: phrases are read, not words.
fn parts(from: &[&str], to: &[&str]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, from, to) {
        let is_same = operation.tag() == DiffTag::Equal;
        let next = Part { is_same, from: from[operation.old_range()].concat(), to: to[operation.new_range()].concat() };
        match parts.as_mut_slice() {
            [.., before, blank] if !next.is_same && blank.is_same && blank.from.trim().is_empty() => {
                before.from.extend([blank.from.as_str(), &next.from]);
                before.to.extend([blank.to.as_str(), &next.to]);
                parts.pop();
            }
            _ => parts.push(next),
        }
    }
    parts
}

/// Words, and what separates them: each separator is a token of its own.
fn tokens(text: &str) -> Vec<&str> {
    text.split_inclusive(is_separator)
        .flat_map(|piece| {
            let end =
                piece.char_indices().next_back().filter(|(_, last)| is_separator(*last)).map_or(piece.len(), |it| it.0);
            let (word, separator) = piece.split_at(end);
            [word, separator]
        })
        .filter(|token| !token.is_empty())
        .collect()
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '/' | ',' | ';')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(from: &str, to: &str) -> String {
        words(from, to).into_iter().map(|span| span.text).collect()
    }

    #[test]
    fn marks_only_what_differs() {
        let rows = [
            ("", "OptiPlex 9010", "{+OptiPlex 9010+}"),
            ("OptiPlex 9010", "", "[-OptiPlex 9010-]"),
            ("a b", "a b", "a b"),
            ("i7/8GB/250GB, HDD", "i7/16GB/250GB, SSD", "i7/[-8GB-]{+16GB+}/250GB, [-HDD-]{+SSD+}"),
            ("x/y", "x/y/z", "x/y{+/z+}"),
            ("TBD API / TBD", "OPTIPLEX 9010 / DELL", "[-TBD API-]{+OPTIPLEX 9010+} / [-TBD-]{+DELL+}"),
        ];
        for (from, to, expected) in rows {
            assert_eq!(shown(from, to), expected);
        }
    }

    #[test]
    fn lists_only_lines_that_one_text_lacks() {
        let shown: Vec<String> = lines("a\r\nb\nc", "a\nc\nd").into_iter().map(|span| span.text).collect();
        assert_eq!(shown, ["- b", "+ d"]);
    }

    proptest! {
        #[test]
        fn keeps_both_texts_readable_in_the_difference(from in "[ab/, ]{0,12}", to in "[ab/, ]{0,12}") {
            let parts = parts(&tokens(&from), &tokens(&to));
            prop_assert_eq!(parts.iter().map(|part| part.from.as_str()).collect::<String>(), from);
            prop_assert_eq!(parts.iter().map(|part| part.to.as_str()).collect::<String>(), to);
        }

        #[test]
        fn splits_a_text_into_tokens_without_loss(text in any::<String>()) {
            prop_assert_eq!(tokens(&text).concat(), text);
        }
    }
}
