//! Text of firmware made fit for one line of a record.
//!
//! Not for escaping: what XML or a terminal needs beyond this is the business of the room that writes there.

/// `text` without anything that breaks a line or that XML 1.0 cannot carry, with single blanks and none at the ends.
///
/// What is removed stands as a blank, so that two words never grow together.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(breaks).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// White space, controls (C1 included) and the two noncharacters that XML 1.0 forbids (`Char` production).
fn breaks(character: char) -> bool {
    character.is_whitespace() || character.is_control() || matches!(character, '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_and_runs_of_blanks_become_one_blank() {
        assert_eq!(one_line("  Opti\u{0}Plex\r\n 9010\u{a0}\u{2028}SFF \u{FFFF}"), "Opti Plex 9010 SFF");
        assert_eq!(one_line("\t \u{7f}\u{85}"), "");
    }
}
