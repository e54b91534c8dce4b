//! The difference of two texts, word by word, told by marks and not by colour alone: `[-old-]{+new+}`.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::page::Span;
use crate::output::{BAD, GOOD};

/// The words that only `from` has in `[-...-]`, those that only `to` has in `{+...+}`, the others as they are.
#[must_use]
pub fn words(from: &str, to: &str) -> Vec<Span> {
    let (from, to) = (tokens(from), tokens(to));
    let removed = |tokens: &[&str]| Span::new(BAD, format!("[-{}-]", tokens.concat()));
    let added = |tokens: &[&str]| Span::new(GOOD, format!("{{+{}+}}", tokens.concat()));
    let mut spans = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, &from, &to) {
        let (old, new) = (&from[operation.old_range()], &to[operation.new_range()]);
        match operation {
            DiffOp::Equal { .. } => spans.push(Span::plain(old.concat())),
            DiffOp::Delete { .. } => spans.push(removed(old)),
            DiffOp::Insert { .. } => spans.push(added(new)),
            DiffOp::Replace { .. } => spans.extend([removed(old), added(new)]),
        }
    }
    spans
}

/// Words, and what separates them: each separator is a token of its own.
fn tokens(text: &str) -> Vec<&str> {
    text.split_inclusive(is_separator).flat_map(|piece| {
        let end = piece.char_indices().next_back().filter(|(_, last)| is_separator(*last)).map_or(piece.len(), |it| it.0);
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
    fn only_what_differs_is_marked() {
        let rows = [
            ("", "OptiPlex 9010", "{+OptiPlex 9010+}"),
            ("OptiPlex 9010", "", "[-OptiPlex 9010-]"),
            ("a b", "a b", "a b"),
            ("i7/8GB/250GB, HDD", "i7/16GB/250GB, SSD", "i7/[-8GB-]{+16GB+}/250GB, [-HDD-]{+SSD+}"),
            ("x/y", "x/y/z", "x/y{+/z+}"),
        ];
        for (from, to, expected) in rows {
            assert_eq!(shown(from, to), expected);
        }
    }

    proptest! {
        #[test]
        fn the_tokens_of_a_text_are_the_text(text in any::<String>()) {
            prop_assert_eq!(tokens(&text).concat(), text);
        }
    }
}
