//! The words of the service that a caller chooses from.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::settings::WillCall;

/// The language of an employee's screens (section 1.5 of the vendor's document).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Language {
    /// 0
    English,
    /// 1
    Spanish,
    /// 2
    French,
    /// A number that the document does not have.
    Number(i64),
    /// A word that the document does not have.
    Word(String),
}

impl Language {
    const WORDS: [(&'static str, i64, Self); 3] =
        [("English", 0, Self::English), ("Spanish", 1, Self::Spanish), ("French", 2, Self::French)];

    /// Reads a language, by its number or its word in any letter case: the list of employees has words, the look-up
    /// numbers.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let number = text.parse::<i64>().ok();
        let known =
            Self::WORDS.into_iter().find(|(word, code, _)| number == Some(*code) || word.eq_ignore_ascii_case(text));
        match (known, number) {
            (Some((_, _, language)), _) => language,
            (None, Some(number)) => Self::Number(number),
            (None, None) => Self::Word(text.to_owned()),
        }
    }

    /// Returns the number that a request body has; `None` for a word that has none.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Word(_) => None,
            Self::English | Self::Spanish | Self::French => self.known().map(|(_, number)| number),
        }
    }

    /// Returns the word; the number where it has no word.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Word(word) => word.clone(),
            Self::English | Self::Spanish | Self::French => {
                self.known().map(|(word, _)| word.to_owned()).unwrap_or_default()
            }
        }
    }

    fn known(&self) -> Option<(&'static str, i64)> {
        Self::WORDS.into_iter().find(|(_, _, language)| language == self).map(|(word, number, _)| (word, number))
    }
}

/// The kind of a reservation. The names are the words of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ReservationType {
    /// A locker is released to one person.
    Release,
    /// Something is picked up.
    Pickup,
    /// Something is dropped off.
    DropOff,
    /// One thing is exchanged for another.
    Exchange,
}

impl ReservationType {
    /// All of them, each with the word on the command line.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("release", Self::Release),
        ("pickup", Self::Pickup),
        ("drop-off", Self::DropOff),
        ("exchange", Self::Exchange),
    ];

    /// Returns the word of the service.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Release => "Release",
            Self::Pickup => "Pickup",
            Self::DropOff => "DropOff",
            Self::Exchange => "Exchange",
        }
    }

    /// Returns how many assignees a reservation of this kind has. The previous revision names no number.
    #[must_use]
    pub fn assignees(self, will_call: WillCall) -> RangeInclusive<usize> {
        match (will_call, self) {
            (WillCall::Previous, _) => 1..=3,
            (WillCall::Current, Self::Release) => 1..=1,
            (WillCall::Current, Self::Pickup | Self::DropOff) => 2..=2,
            (WillCall::Current, Self::Exchange) => 3..=3,
        }
    }
}

/// The way in which the service sends access codes to the assignees. The names, in capitals, are the words of the
/// service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SendCode {
    /// It sends none.
    #[default]
    None,
    /// By text message.
    Sms,
    /// By e-mail.
    Email,
    /// By both.
    Both,
}

impl SendCode {
    /// All of them, each with the word on the command line.
    pub const WORDS: [(&'static str, Self); 4] =
        [("none", Self::None), ("sms", Self::Sms), ("email", Self::Email), ("both", Self::Both)];
}

/// The kind of a person in a reservation. The names are the words of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum AssigneeType {
    /// An employee, by `userId`.
    Employee,
    /// A user of the portal, by `userId`.
    User,
    /// Another person, by name.
    Custom,
}

impl AssigneeType {
    /// All of them, each with the word on the command line.
    pub const WORDS: [(&'static str, Self); 3] =
        [("employee", Self::Employee), ("user", Self::User), ("custom", Self::Custom)];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_each_kind_as_the_word_of_the_service() {
        for (_, kind) in ReservationType::WORDS {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
        assert_eq!(serde_json::to_value(SendCode::Sms).unwrap(), "SMS");
        assert_eq!(serde_json::to_value(AssigneeType::Custom).unwrap(), "Custom");
    }

    #[test]
    fn reads_languages_by_word_or_number() {
        for (text, language, number, word) in [
            ("English", Language::English, Some(0), "English"),
            ("0", Language::English, Some(0), "English"),
            (" spanish ", Language::Spanish, Some(1), "Spanish"),
            ("2", Language::French, Some(2), "French"),
            ("7", Language::Number(7), Some(7), "7"),
            ("Klingon", Language::Word("Klingon".to_owned()), None, "Klingon"),
        ] {
            let read = Language::parse(text);
            assert_eq!((read.number(), read.word().as_str()), (number, word), "{text}");
            assert_eq!(read, language);
        }
    }
}
