//! Makes the words of the service fit for a message: no secret, no code, no phone number, no e-mail address and no
//! other address. Pure.

use std::ops::Range;

use crate::secret::Secret;
use crate::web::Redactor;

/// The number of digits that may be a code, a PIN or a phone number.
const MIN_DIGITS: usize = 4;

/// The texts of one request that decide what a message about it may show.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The values in the path and the query: a message may repeat them, whatever they look like.
    pub shown: Vec<String>,
    /// The PINs and the contact data in the body: no message may repeat them.
    pub private: Vec<Secret>,
}

/// Returns the words of an answer, on one line and at most 200 characters.
pub(super) fn scrub(text: &str, known: &Known, redactor: &Redactor) -> String {
    let without_secrets = redactor.redact(text);
    // The second time for what stood apart by tags.
    without_patterns(&redactor.quote(&without_patterns(&without_secrets, known)), known)
}

fn without_patterns(text: &str, known: &Known) -> String {
    without_numbers(&without_addresses(text, known), known)
}

/// Takes e-mail and web addresses out.
fn without_addresses(text: &str, known: &Known) -> String {
    let mut plain = String::with_capacity(text.len());
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        let blank = &part[word.len()..];
        let is_shown = known.shown.iter().any(|shown| word == shown);
        let lower = word.to_ascii_lowercase();
        if is_shown {
            plain.push_str(word);
        } else if lower.contains("://") || lower.contains("www.") || lower.contains("/assets/") {
            plain.push_str("(address)");
        } else if word.char_indices().any(|(at, character)| character == '@' && at > 0 && at + 1 < word.len()) {
            plain.push_str("(e-mail)");
        } else {
            plain.push_str(word);
        }
        plain.push_str(blank);
    }
    plain
}

/// Takes numbers out that may be a code, a PIN or a phone number; blanks and marks between their digits hide nothing.
fn without_numbers(text: &str, known: &Known) -> String {
    let protected = protected(text, known);
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        if let Some(range) = protected.iter().find(|range| range.start == at) {
            plain.push_str(&text[range.clone()]);
            at = range.end;
        } else if character.is_numeric() {
            let limit = protected.iter().map(|range| range.start).find(|start| *start > at).unwrap_or(text.len());
            let run = &text[at..at + run_length(&text[at..limit])];
            let digits = run.chars().filter(|character| character.is_numeric()).count();
            let is_private = known.private.iter().any(|secret| secret.expose() == run);
            plain.push_str(if digits >= MIN_DIGITS || is_private { "(number)" } else { run });
            at += run.len();
        } else {
            plain.push(character);
            at += character.len_utf8();
        }
    }
    plain
}

/// Returns the length of the digits at the beginning of a text, with what separates them: at most two marks or blanks.
fn run_length(text: &str) -> usize {
    let (mut end, mut marks) = (0, 0);
    for (at, character) in text.char_indices() {
        if character.is_numeric() {
            (end, marks) = (at + character.len_utf8(), 0);
        } else if marks < 2 && matches!(character, ' ' | '-' | '.' | '(' | ')' | '/') {
            marks += 1;
        } else {
            break;
        }
    }
    end
}

/// Returns the places of the texts that a message may repeat, as whole words, in their order.
fn protected(text: &str, known: &Known) -> Vec<Range<usize>> {
    let is_word = |range: &Range<usize>| {
        let before = text[..range.start].chars().next_back();
        let behind = text[range.end..].chars().next();
        ![before, behind].into_iter().flatten().any(char::is_alphanumeric)
    };
    let is_private = |shown: &str| known.private.iter().any(|secret| secret.expose() == shown);
    let shown = known.shown.iter().filter(|shown| !shown.trim().is_empty() && !is_private(shown));
    let mut places: Vec<Range<usize>> = shown
        .flat_map(|shown| text.match_indices(shown.as_str()).map(|(at, found)| at..at + found.len()))
        .filter(is_word)
        .collect();
    places.sort_unstable_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    places.retain(|range| {
        let is_apart = range.start >= end;
        end = end.max(range.end);
        is_apart
    });
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_codes_and_contact_data_out_of_messages() {
        let known = Known {
            shown: vec![
                "00000000".to_owned(),
                "WTN12345".to_owned(),
                "1000".to_owned(),
                "1111".to_owned(),
                String::new(),
            ],
            private: vec![Secret::new("1111"), Secret::new("12"), Secret::new("hpierce@mash4077.com")],
        };
        let redactor = Redactor::default();
        redactor.add(&Secret::new("1111"));
        for (said, shown) in [
            ("Invalid Old Pin", "Invalid Old Pin"),
            (
                "reservationLockerId: The value '00000000' is not valid.",
                "reservationLockerId: The value '00000000' is not valid.",
            ),
            ("pin 1111 of 1000", "pin (secret) of 1000"),
            ("pin 12 of WTN12345", "pin (number) of WTN12345"),
            ("code 828459 sent", "code (number) sent"),
            ("code 828<b>459</b> sent", "code (number) sent"),
            ("call +1 (515) 555-0100 now", "call +(number) now"),
            ("call 515 555 0100", "call (number)"),
            ("mail hpierce@mash4077.com!", "mail (e-mail)"),
            ("see https://api.iqtechportal.com/assets/Uploads/1/828459.png", "see (address)"),
            ("selection 162 of 166", "selection 162 of 166"),
            ("x1000 1000", "x(number) 1000"),
            ("error 42\r\n\u{1b}[2J", "error 42 \\u{1b}[2J"),
            ("", ""),
        ] {
            assert_eq!(scrub(said, &known, &redactor), shown, "{said}");
        }
    }
}
