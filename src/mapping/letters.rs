//! Letters as they are compared where accents and widths must not count.

/// A text in lower case, with its letters in the usual width and without accents: `Überprüfung` is `uberprufung`.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().map(in_usual_width).flat_map(char::to_lowercase) {
        match character {
            // Marks that combine with the letter before them.
            '\u{300}'..='\u{36f}' => {}
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            other => folded.push(without_accent(other)),
        }
    }
    folded
}

/// The ASCII character that a full-width one stands for.
fn in_usual_width(character: char) -> char {
    const FULL_WIDTH_OFFSET: u32 = 0xFEE0;
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - FULL_WIDTH_OFFSET).unwrap_or(character),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Letters of the languages that are written in Latin letters.
const ACCENTED: &[(&str, char)] = &[
    ("àáâãäåāăą", 'a'),
    ("çćĉċč", 'c'),
    ("ďđ", 'd'),
    ("èéêëēĕėęě", 'e'),
    ("ĝğġģ", 'g'),
    ("ìíîïĩīĭįı", 'i'),
    ("ķ", 'k'),
    ("ĺļľł", 'l'),
    ("ñńņň", 'n'),
    ("òóôõöøōŏő", 'o'),
    ("ŕŗř", 'r'),
    ("śŝşšș", 's'),
    ("ţťțŧ", 't'),
    ("ùúûüũūŭůűų", 'u'),
    ("ýÿŷ", 'y'),
    ("źżž", 'z'),
];

fn without_accent(character: char) -> char {
    if character.is_ascii() {
        return character;
    }
    ACCENTED.iter().find(|(letters, _)| letters.contains(character)).map_or(character, |(_, plain)| *plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folds_accents_and_widths() {
        for (text, expected) in [
            ("Überprüfung", "uberprufung"),
            ("Vérification", "verification"),
            ("Ve\u{301}rification", "verification"),
            ("Löschen, groß", "loschen, gross"),
            ("\u{ff24}\u{ff4f}\u{ff24}", "dod"),
            ("İstanbul", "istanbul"),
            ("ГОСТ", "гост"),
        ] {
            assert_eq!(folded(text), expected);
        }
    }

    proptest! {
        #[test]
        fn folds_nothing_twice(text in "\\PC{0,24}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }
    }
}
