//! The key under which two spellings of one maker or model meet.

/// The key of a maker or a model: spellings that differ in case, blanks or punctuation only have the same one.
///
/// Between two digits whatever separates them counts, as one `-`: `CF-33-1` is not `CF-331`. A `+` always counts:
/// `Surface Pro 7+` is not `Surface Pro 7`. So does a `~`, for there an item number was made shorter. A text of nothing but
/// punctuation is its own key; only a blank one has an empty key.
#[must_use]
pub fn fold_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut separated = false;
    for character in text.chars() {
        if is_ignored(character) {
            separated = true;
            continue;
        }
        if separated && character.is_numeric() && key.ends_with(char::is_numeric) {
            key.push('-');
        }
        separated = false;
        key.extend(character.to_lowercase());
    }
    if key.is_empty() { text.chars().filter(|character| !is_blank(*character)).collect() } else { key }
}

/// Signs that are letters of no name. Marks that combine with a letter are kept: they make it another letter.
fn is_ignored(character: char) -> bool {
    (character.is_ascii_punctuation() && !matches!(character, '+' | '~'))
        || is_blank(character)
        || matches!(character, '®' | '©' | '™' | '\u{2010}'..='\u{2027}')
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character.is_control() || matches!(character, '\u{200B}'..='\u{200F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn joins_spellings_of_one_model_and_no_two_models() {
        let same = [("OptiPlex 9010", "OPTIPLEX-9010"), ("CF-33-1", "cf33 1"), ("Dell Inc.", " dell inc"), ("", " \t")];
        for (one, other) in same {
            assert_eq!(fold_key(one), fold_key(other), "{one} / {other}");
        }
        let different = [
            ("CF-33-1", "CF-331"),
            ("Surface Pro 7+", "Surface Pro 7"),
            ("300E5A~3530EA", "300E5A/3530EA"),
            ("Inspiron 15 3520", "Inspiron 153520"),
            ("---", ""),
            ("-", "#"),
            ("é", "e"),
            ("e\u{301}", "e"),
        ];
        for (one, other) in different {
            assert_ne!(fold_key(one), fold_key(other), "{one} / {other}");
        }
    }

    proptest! {
        #[test]
        fn folds_no_further_the_second_time(text in any::<String>()) {
            let key = fold_key(&text);
            prop_assert_eq!(fold_key(&key), key);
        }

        #[test]
        fn gives_an_empty_key_only_to_a_blank_text(text in any::<String>()) {
            prop_assert_eq!(fold_key(&text).is_empty(), text.chars().all(is_blank));
        }
    }
}
