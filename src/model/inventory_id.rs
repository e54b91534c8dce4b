//! The IQR inventory ID: the one thing that says which asset is written to.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use super::excerpt;

/// A well-formed inventory ID. "It must be 100 % accurate" (specification, workflow, step 2): a malformed one is never
/// guessed at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct InventoryId(String);

/// The rule for valid inventory IDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdRule {
    /// ASCII digits, 1 to 18 of them, not all zero. Leading zeros are dropped: IQR's IDs are numbers.
    Digits,
    /// ASCII letters and digits, 1 to 32 of them.
    Alphanumeric,
}

/// The reason why a text is not an inventory ID.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InventoryIdError {
    /// There is no text.
    #[error("the inventory ID is blank")]
    Blank,
    /// The text cannot be an ID.
    #[error("`{}` is not an inventory ID: {problem}", excerpt(.value))]
    Invalid {
        /// The text that was typed.
        value: String,
        /// The problem with it.
        problem: String,
    },
}

impl InventoryId {
    /// Checks the text that a technician typed (specification, step 6). Blanks, tabs, line ends and NUL around it do
    /// not count ([`Self::is_stripped`]); other white space is refused, for the clients that have it could not be found
    /// by the ID.
    ///
    /// # Errors
    ///
    /// [`InventoryIdError::Blank`] when there is nothing, [`InventoryIdError::Invalid`] when it breaks `rule`.
    pub fn parse(typed: Option<&str>, rule: IdRule) -> Result<Self, InventoryIdError> {
        let typed = typed.map(|typed| typed.trim_matches(Self::is_stripped)).unwrap_or_default();
        if typed.trim().is_empty() {
            return Err(InventoryIdError::Blank);
        }
        let problem = odd_blank(typed).or_else(|| problem(typed, rule).map(str::to_owned));
        match problem {
            Some(problem) => Err(InventoryIdError::Invalid { value: typed.to_owned(), problem }),
            None if rule == IdRule::Digits => Ok(Self(typed.trim_start_matches('0').to_owned())),
            None => Ok(Self(typed.to_owned())),
        }
    }

    /// Whether a character around an ID does not count: blanks and tabs, line ends, and what pads a field.
    #[must_use]
    pub fn is_stripped(character: char) -> bool {
        matches!(character, '\0' | '\t'..='\r' | ' ')
    }

    /// Returns an ID that was checked when it was recorded, whatever the rule is by now.
    #[must_use]
    pub fn from_record(id: String) -> Self {
        Self(id)
    }

    /// Returns the ID in the form that is sent to IQR.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The white space at an end of the text that is not stripped, by its name.
fn odd_blank(typed: &str) -> Option<String> {
    let (first, last) = (typed.chars().next()?, typed.chars().next_back()?);
    let (place, blank) = [("begins", first), ("ends", last)].into_iter().find(|(_, it)| it.is_whitespace())?;
    let name = match blank {
        '\u{a0}' => "a no-break space",
        '\u{3000}' => "an ideographic space",
        _ => "an unusual blank",
    };
    Some(format!("it {place} with {name} (U+{:04X})", u32::from(blank)))
}

fn problem(typed: &str, rule: IdRule) -> Option<&'static str> {
    match rule {
        IdRule::Digits if !typed.bytes().all(|byte| byte.is_ascii_digit()) => Some("it may hold digits only"),
        IdRule::Digits if typed.bytes().all(|byte| byte == b'0') => Some("it is zero"),
        IdRule::Digits if typed.len() > 18 => Some("it has more than 18 digits"),
        IdRule::Alphanumeric if !typed.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            Some("it may hold letters and digits only")
        }
        IdRule::Alphanumeric if typed.len() > 32 => Some("it has more than 32 characters"),
        IdRule::Digits | IdRule::Alphanumeric => None,
    }
}

impl fmt::Display for InventoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_digits_for_an_id_and_ignores_blanks_around() {
        assert_eq!(InventoryId::parse(Some(" 413800 "), IdRule::Digits).unwrap().as_str(), "413800");
        assert_eq!(InventoryId::parse(Some("00413800"), IdRule::Digits).unwrap().as_str(), "413800");
        assert_eq!(InventoryId::parse(Some("A12"), IdRule::Alphanumeric).unwrap().as_str(), "A12");
    }

    #[test]
    fn strips_plain_blanks_and_names_others() {
        for typed in [" 5001", "\t5001 ", "\r\n5001\r\n", " \t005001", "5001\0\0", "\u{b}5001\u{c}"] {
            assert_eq!(InventoryId::parse(Some(typed), IdRule::Digits).unwrap().as_str(), "5001", "{typed:?}");
        }
        for (typed, expected) in [
            ("\u{a0}5001", "it begins with a no-break space (U+00A0)"),
            (" 5001\u{3000} ", "it ends with an ideographic space (U+3000)"),
            ("5001\u{2003}", "it ends with an unusual blank (U+2003)"),
        ] {
            let error = InventoryId::parse(Some(typed), IdRule::Digits).unwrap_err();
            assert!(error.to_string().ends_with(expected), "{error}");
        }
    }

    #[test]
    fn distinguishes_blank_from_malformed() {
        for typed in [None, Some(""), Some("  \t"), Some("\u{a0} "), Some("\0")] {
            assert_eq!(InventoryId::parse(typed, IdRule::Digits), Err(InventoryIdError::Blank));
        }
        for typed in ["41-3800", "413 800", "A12", "#1", "1.5", "-1", "000", "１２３", "1234567890123456789", "4\u{0}1"]
        {
            let error = InventoryId::parse(Some(typed), IdRule::Digits).unwrap_err();
            assert!(matches!(error, InventoryIdError::Invalid { .. }), "{typed}");
        }
    }
}
