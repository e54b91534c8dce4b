//! The words in which one service differs from another.

use std::fmt;

use serde_json::{Map, Value};

use super::http::{Answer, Request};
use super::redact::Redactor;

/// A web service, as messages name it and its settings.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// The name in messages.
    pub name: &'static str,
    /// The thing that a caller proves its right with: `the API key`.
    pub credential: &'static str,
    /// The next step where the credential is refused.
    pub credential_advice: &'static str,
    /// The next step where a request is refused that this caller may not make (403).
    pub permission_advice: &'static str,
    /// The next step where the service takes few requests at once (429).
    pub load_advice: &'static str,
    /// The place to look at a record that alone makes requests fail.
    pub record_advice: &'static str,
    /// The words, in lower case, of a 404 that means "no such path" and not "no such record"; `None` where no words do.
    pub missing_path: Option<&'static str>,
    /// The setting that holds the paths.
    pub paths_setting: &'static str,
    /// The members of a JSON object that hold the service's words to people, in any letter case; the first that is
    /// there is quoted in place of the whole answer.
    pub message_members: &'static [&'static str],
    /// The number of failed requests in a row after which the service counts as down.
    pub max_failures: u32,
    /// The largest number of times that one read, or one request for a token, is sent, refusals for now (429) included;
    /// `None`: as the limiter allows.
    pub max_sends: Option<u32>,
    /// Whether a 503 says that the service is closed to all callers for a while: then no more is asked of it.
    pub closes_for_maintenance: bool,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl Service {
    /// Whether the service says that it has no such path, which is the config's fault and not the record's.
    pub(crate) fn is_missing_path(&self, text: &str) -> bool {
        self.missing_path.is_some_and(|words| text.to_lowercase().contains(words))
    }

    /// Returns the service's words in the answer to a request, fit for a message; none where the answer is private.
    pub(crate) fn quote_answer(&self, request: &Request, answer: &Answer, redactor: &Redactor) -> String {
        if request.is_answer_private { String::new() } else { self.quote(&answer.body, redactor) }
    }

    /// Returns the service's words in an answer, fit for a message: those to people where it has them, else all of it.
    pub(crate) fn quote(&self, body: &[u8], redactor: &Redactor) -> String {
        match self.message(body) {
            Some(message) => redactor.quote(&message),
            None => redactor.quote_bytes(body),
        }
    }

    /// Returns the text of the first member of [`Self::message_members`] that an answer has.
    pub(crate) fn message(&self, body: &[u8]) -> Option<String> {
        if self.message_members.is_empty() {
            return None;
        }
        let object: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let text = |name: &&str| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_str();
        self.message_members.iter().find_map(text).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    }
}

/// A service without advice, for tests.
#[cfg(test)]
pub(crate) static TEST_SERVICE: Service = test_service();

#[cfg(test)]
const fn test_service() -> Service {
    Service {
        name: "the service",
        credential: "the token",
        credential_advice: "",
        permission_advice: "",
        load_advice: "",
        record_advice: "",
        missing_path: None,
        paths_setting: "[paths]",
        message_members: &[],
        max_failures: 8,
        max_sends: None,
        closes_for_maintenance: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_words_to_people_in_place_of_the_answer() {
        let service = Service { message_members: &["Message", "error"], ..test_service() };
        let quote = |body: &str| service.quote(body.as_bytes(), &Redactor::default());
        assert_eq!(quote(r#"{"Error":true,"Message":"Rate\nlimit \u001b[2J"}"#), r"Rate limit \u{1b}[2J");
        assert_eq!(quote(r#"{"error":"invalid_grant"}"#), "invalid_grant");
        assert_eq!(quote(r#"{"message":"a","error":"b"}"#), "a");
        for other in [r#"{"Error":true}"#, r#"["Message"]"#, "no way", ""] {
            assert_eq!(quote(other), other);
        }
        assert_eq!(TEST_SERVICE.quote(br#"{"Message":"a"}"#, &Redactor::default()), r#"{"Message":"a"}"#);
    }
}
