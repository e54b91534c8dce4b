//! The formats in which the service answers.

use serde_json::{Map, Value};

use super::service::SERVICE;
use crate::web::{Bad, Redactor, is_html};

/// A format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A list of objects; the service's default.
    Json,
    /// An object of records and their schema.
    JsonDataTable,
    /// A table of records.
    Xml,
    /// A table of records and their schema.
    XmlDataTable,
    /// A line of names and a line for each row.
    Csv,
    /// A workbook (`.xlsx`).
    Excel,
}

/// The first bytes of a workbook, which is a ZIP archive.
const ZIP: &[u8] = b"PK";

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Json, Self::JsonDataTable, Self::Xml, Self::XmlDataTable, Self::Csv, Self::Excel];

    /// The word on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::JsonDataTable => "json-datatable",
            Self::Xml => "xml",
            Self::XmlDataTable => "xml-datatable",
            Self::Csv => "csv",
            Self::Excel => "excel",
        }
    }

    /// Whether an answer is no text, which a terminal must not get.
    #[must_use]
    pub fn is_binary(self) -> bool {
        match self {
            Self::Excel => true,
            Self::Json | Self::JsonDataTable | Self::Xml | Self::XmlDataTable | Self::Csv => false,
        }
    }

    /// The value of `Response`; the service takes none for its default.
    pub(super) fn response(self) -> Option<&'static str> {
        match self {
            Self::Json => None,
            Self::JsonDataTable => Some("JsonDataTable"),
            Self::Xml => Some("Xml"),
            Self::XmlDataTable => Some("XmlDataTable"),
            Self::Csv => Some("Csv"),
            Self::Excel => Some("Excel"),
        }
    }

    /// Checks that an answer is of this format, as far as its beginning tells, and holds no secret.
    pub(super) fn check(self, body: &[u8], redactor: &Redactor) -> Result<(), Bad> {
        check_text(body)?;
        let text = trimmed(body);
        if let Some(complaint) = complaint(body) {
            return Err(Bad::Passing(format!("it answered `{}`", redactor.quote(&complaint))));
        }
        let fits = match self {
            Self::Json => serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(text).is_ok(),
            Self::JsonDataTable => serde_json::from_slice::<Map<String, Value>>(text).is_ok(),
            Self::Xml | Self::XmlDataTable => text.starts_with(b"<"),
            Self::Csv => !text.starts_with(b"<") && !text.starts_with(b"{") && !text.starts_with(b"["),
            Self::Excel => body.starts_with(ZIP),
        };
        if !fits {
            return Err(Bad::Passing(format!("the answer is not {}", self.name())));
        }
        if redactor.is_secret_in(&String::from_utf8_lossy(body)) {
            return Err(Bad::Lasting("the answer holds a secret of ours".to_owned()));
        }
        Ok(())
    }
}

/// Refuses an answer that is empty or a web page.
pub(super) fn check_text(body: &[u8]) -> Result<(), Bad> {
    let why = if trimmed(body).is_empty() {
        "the answer is empty"
    } else if is_html(body) {
        "the answer is a web page"
    } else {
        return Ok(());
    };
    Err(Bad::Passing(why.to_owned()))
}

/// Returns an answer without a byte order mark and without the blanks around it.
pub(super) fn trimmed(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii()
}

/// Returns the words of `{"Error":true,"Message":".."}`, whatever the status.
fn complaint(body: &[u8]) -> Option<String> {
    let text = trimmed(body);
    if !text.starts_with(b"{") {
        return None;
    }
    let object: Map<String, Value> = serde_json::from_slice(text).ok()?;
    let is_error = |(key, value): (&String, &Value)| key.eq_ignore_ascii_case("Error") && *value == Value::Bool(true);
    object.iter().any(is_error).then(|| SERVICE.message(text).unwrap_or_else(|| "Error".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn accepts_only_answers_of_the_format_asked_for() {
        let answers: [(&str, &[Format]); 9] = [
            ("[{\"IMEI\":\"1\"}]", &[Format::Json]),
            ("\u{feff} []", &[Format::Json]),
            ("{\"Records\":[]}", &[Format::JsonDataTable]),
            ("<Table></Table>", &[Format::Xml, Format::XmlDataTable]),
            ("IMEI,PurchaseDate\n", &[Format::Csv]),
            ("PK\u{3}\u{4}", &[Format::Csv, Format::Excel]),
            ("<html><body>Log in</body></html>", &[]),
            (" \r\n", &[]),
            ("{\"Error\":true,\"Message\":\"no\"}", &[]),
        ];
        for (body, fitting) in answers {
            for format in Format::ALL {
                let result = format.check(body.as_bytes(), &Redactor::default());
                assert_eq!(result.is_ok(), fitting.contains(&format), "{body}: {format:?}: {result:?}");
            }
        }
    }

    #[test]
    fn refuses_answers_that_hold_a_secret() {
        let redactor = Redactor::default();
        redactor.add(&Secret::new("correct-horse"));
        let result = Format::Csv.check(b"IMEI\ncorrect-horse\n", &redactor);
        assert_eq!(result, Err(Bad::Lasting("the answer holds a secret of ours".to_owned())));
    }
}
